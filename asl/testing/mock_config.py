"""``MockConfigFile.json`` of Step Functions Local, as tasks of a run.

A test case says for each mocked state which entry of MockedResponses answers for it. Calls are
counted from 0 for each state of an execution, retries and later visits of the state included; a
key of an entry is one call or a range of them. What an entry Returns or Throws ends the task, also
one with ``.sync`` or ``.waitForTaskToken``. Only the entries that the test case names are looked
at, and one without any key is no fault before it is asked.

Source: AWS guide, "Using mocked service integrations for testing in Step Functions Local" and
"Configuration file for mocked service integrations".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from asl.errors import HandlerContractError, UsageError, quote
from asl.machine import StateMachine
from asl.tasks.replies import Returns, fails, returns
from asl.testing.documents import Document, read_document
from asl.testing.names import suggestion
from asl.testing.replies import validate_reply
from asl.testing.tasknames import task_states

if TYPE_CHECKING:
    from os import PathLike

    from asl.jsontypes import Json
    from asl.language.positions import Path
    from asl.tasks.context import TaskContext, TaskHandler
    from asl.tasks.replies import Fails

_CALLS = re.compile(r"\s*(\d{1,9})\s*(?:-\s*(\d{1,9})\s*)?")


class _Answer(NamedTuple):
    """What an entry says for calls from ``first`` to ``last``."""

    first: int
    last: int
    key: str
    reply: Returns | Fails


def mock_config(
    file: str | PathLike[str],
    *,
    machine: StateMachine | str,
    case: str,
    check_replies: str = "NONE",
) -> dict[str, TaskHandler]:
    """The tasks that a test case of a ``MockConfigFile.json`` mocks, for `StateMachine.run`.

    Args:
        file: The file, as Step Functions Local takes it.
        machine: The state machine, to find it in the file by its name and to check that it has
            the states; its name alone does, without that check.
        case: The name of the test case.
        check_replies: ``STRICT`` or ``PRESENT``: hold what is returned against AWS's models, see
            `validate_reply`; needs the machine.

    Returns:
        Handlers by the name of the state. Tasks that the case does not mock need one of yours. A
        call that an entry has no key for raises a `HandlerContractError`, where Step Functions
        Local fails the execution.

    Raises:
        UsageError: The file is none, or has no such machine, case, entry or state; the message
            says where and names the nearest one.
    """
    document = read_document(file)
    name = machine if isinstance(machine, str) else machine.arn.name
    if check_replies != "NONE" and isinstance(machine, str):
        raise UsageError("check_replies needs the machine itself, not only its name")
    machines = _child(document, (), "StateMachines")
    _child(document, machines, name, "state machine")
    cases = _child(document, (*machines, name), "TestCases")
    path = _child(document, cases, case, "test case")
    responses = _child(document, (), "MockedResponses")
    tasks: dict[str, TaskHandler] = {}
    for state, entry in document.members(path).items():
        place = (*path, state)
        if not isinstance(entry, str):
            raise document.error(place, f"the name of an entry is needed, not {quote(entry)}")
        if entry not in document.members(responses):
            known = suggestion(entry, document.members(responses))
            raise document.error(place, f"MockedResponses has no entry {entry!r}; {known}")
        answers = _answers(document, (*responses, entry))
        if isinstance(machine, StateMachine):
            _check_state(document, place, machine, state)
            resource = task_states(machine)[state].resource.arn
            _check_replies(document, (*responses, entry), answers, resource, check_replies)
        tasks[state] = _handler(f"{document.path}: MockedResponses/{entry}", answers)
    return tasks


def _handler(entry: str, answers: list[_Answer]) -> TaskHandler:
    def mocked(_: Json, context: TaskContext) -> object:
        call = context.call - 1
        for answer in answers:
            if answer.first <= call <= answer.last:
                return answer.reply
        until = f"calls 0 to {answers[-1].last}" if answers else "no call"
        raise HandlerContractError(
            f"{entry} answers {until} of the state {context.state_name!r}, but it is called "
            f"again: this is call {call}. Add a key {str(call)!r}; Step Functions Local would "
            "fail the execution with States.Runtime"
        )

    return mocked


def _answers(document: Document, path: Path) -> list[_Answer]:
    """The answers of an entry, in the order of calls; there is one for each, from 0 on."""
    answers = sorted(_answer(document, (*path, key), key) for key in document.members(path))
    expected = 0
    for answer in answers:
        place = (*path, answer.key)
        if answer.first < expected:
            problem = f"{answer.key!r} overlaps: call {answer.first} has an answer already"
            raise document.error(place, problem, at_key=True)
        if answer.first > expected:
            gap = answer.first - 1
            missing = str(expected) if gap == expected else f"{expected}-{gap}"
            problem = f"nothing answers before {answer.key!r}: add a key {missing!r}"
            raise document.error(place, problem, at_key=True)
        expected = answer.last + 1
    return answers


def _answer(document: Document, path: Path, key: str) -> _Answer:
    match = _CALLS.fullmatch(key)
    if match is None:
        problem = f"{key!r} is no call: a number such as '0' or a range such as '0-2' is needed"
        raise document.error(path, problem, at_key=True)
    first, last = int(match[1]), int(match[2] or match[1])
    if last < first:
        raise document.error(path, f"the range {key!r} ends before it begins", at_key=True)
    given = document.members(path)
    if len(given) != 1 or not given.keys() <= {"Return", "Throw"}:
        have = ", ".join(map(repr, given)) or "nothing"
        unknown = [name for name in given if name not in ("Return", "Throw")]
        known = f"; {suggestion(unknown[0], ('Return', 'Throw'))}" if unknown else ""
        problem = f"'Return' or 'Throw' is needed, and nothing else; there is {have}{known}"
        raise document.error(path, problem)
    if "Return" in given:
        return _Answer(first, last, key, returns(given["Return"]))
    thrown = (*path, "Throw")
    texts = document.members(thrown)
    for name, text in texts.items():
        if name not in ("Error", "Cause"):
            problem = f"unknown key {name!r}; {suggestion(name, ('Error', 'Cause'))}"
            raise document.error((*thrown, name), problem, at_key=True)
        if not isinstance(text, str):
            raise document.error((*thrown, name), f"text is needed, not {quote(text)}")
    if "Error" not in texts:
        raise document.error(thrown, "'Error' is missing: the name of the error")
    return _Answer(first, last, key, fails(texts["Error"], texts.get("Cause")))


def _check_state(document: Document, place: Path, machine: StateMachine, state: str) -> None:
    states = task_states(machine)
    if state not in states:
        raise document.error(
            place,
            f"the machine {machine.arn.name!r} has no Task state {state!r}; "
            f"{suggestion(state, states)}",
            at_key=True,
        )


def _check_replies(
    document: Document, entry: Path, answers: list[_Answer], resource: str, mode: str
) -> None:
    for answer in answers:
        if isinstance(answer.reply, Returns):
            said = validate_reply(resource, answer.reply.output, mode, parsed_payloads=True)
            if said:
                place = (*entry, answer.key, "Return")
                raise document.error(place, f"{said} (mocks {resource})")


def _child(document: Document, path: Path, key: str, kind: str = "key") -> Path:
    """The path of a member, which has to be an object; `UsageError` names the nearest one."""
    members = document.members(path)
    if key not in members:
        raise document.error(path, f"there is no {kind} {key!r}; {suggestion(key, members)}")
    document.members((*path, key))
    return (*path, key)
