"""Tasks for people: a form that somebody claims, fills in and completes.

The Task resource is ``local:human``, which does not run on AWS. Its Parameters (or Arguments) say

    Title       text for people
    Form        a JSON Schema (2020-12) that the answer has to satisfy, without regular expressions
                and references; anything goes without one
    Candidates  who may claim it: a list of names; everybody without one
    Data        whatever they need to see

The answer is the task's result. TimeoutSeconds says when it expires: States.Timeout.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from asl.errors import HumanTaskError
from asl.jsontypes import Json, NotJsonError, Payload, copy_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asl.engine.commands import InvokeTask


class HumanTask(NamedTuple):
    """One task on the desk.

    Attributes:
        token: What it is named by.
        state_name: The state that waits for it.
        title: Text for people.
        form: The JSON Schema of the answer, or None.
        candidates: Who may claim it; empty for everybody.
        data: What they need to see (a copy).
        claimed_by: Who has claimed it.
    """

    token: str
    state_name: str
    title: str
    form: Json
    candidates: tuple[str, ...]
    data: Json
    claimed_by: str | None = None


class Desk:
    """The human tasks of a run that are open, oldest first."""

    def __init__(self) -> None:
        self._tasks: dict[str, HumanTask] = {}

    def __iter__(self) -> Iterator[HumanTask]:
        return iter(list(self._tasks.values()))

    def put(self, call: InvokeTask) -> None:
        """Put a task on the desk.

        Raises:
            HumanTaskError: Its Parameters are not what the module's docstring says.
        """
        given = call.payload
        if not isinstance(given, dict):
            raise HumanTaskError(f"Parameters of {call.state_name!r} must be an object")
        candidates = given.get("Candidates", [])
        if not isinstance(candidates, list) or not all(isinstance(c, str) for c in candidates):
            raise HumanTaskError(f"Candidates of {call.state_name!r} must be a list of names")
        form = given.get("Form")
        if form is not None:
            _check_schema(form, call.state_name)
        token = call.token or ""
        self._tasks[token] = HumanTask(
            token,
            call.state_name,
            str(given.get("Title", call.state_name)),
            copy_json(form),
            tuple(map(str, candidates)),
            copy_json(given.get("Data")),
        )

    def remove(self, token: str) -> None:
        """Take a task off the desk: it has expired, or its execution was stopped."""
        self._tasks.pop(token, None)

    def claim(self, token: str, who: str) -> HumanTask:
        """Let somebody take a task; claiming one's own task again changes nothing.

        Raises:
            HumanTaskError: There is no such task, somebody else has it, or they may not.
        """
        task = self._find(token)
        if task.candidates and who not in task.candidates:
            raise HumanTaskError(f"{who!r} is not among the candidates {list(task.candidates)}")
        if task.claimed_by not in (None, who):
            raise HumanTaskError(f"{task.claimed_by!r} has claimed {task.title!r} already")
        self._tasks[token] = task = task._replace(claimed_by=who)
        return task

    def release(self, token: str, who: str) -> None:
        """Give a task back.

        Raises:
            HumanTaskError: There is no such task, or they have not claimed it.
        """
        task = self._find(token)
        if task.claimed_by != who:
            raise HumanTaskError(f"{who!r} has not claimed {task.title!r}")
        self._tasks[token] = task._replace(claimed_by=None)

    def complete(self, token: str, who: str, answer: Json) -> Payload:
        """Take the answer of whoever has claimed a task; it satisfies the form.

        Raises:
            HumanTaskError: There is no such task, they have not claimed it, or the answer is not
                what the form asks for; the task stays open.
        """
        task = self._find(token)
        if task.claimed_by != who:
            raise HumanTaskError(f"{who!r} has not claimed {task.title!r}")
        try:
            payload = Payload(answer)
        except NotJsonError as error:
            raise HumanTaskError(f"the answer to {task.title!r} is not JSON: {error}") from error
        if task.form is not None:
            _check_answer(task, payload.value)
        del self._tasks[token]
        return payload

    def _find(self, token: str) -> HumanTask:
        if token not in self._tasks:
            raise HumanTaskError("there is no such open task")
        return self._tasks[token]


def _check_schema(form: Json, state_name: str) -> None:
    from jsonschema import Draft202012Validator, SchemaError  # noqa: PLC0415 - 80 ms, used here only

    try:
        Draft202012Validator.check_schema(form)  # type: ignore[arg-type]  # it checks this as well
    except SchemaError as error:
        raise HumanTaskError(
            f"Form of {state_name!r} is not a JSON Schema: {error.message}"
        ) from error
    refused = _REFUSED & set(_keys(form))
    if refused:
        raise HumanTaskError(
            f"Form of {state_name!r} has {', '.join(sorted(refused))}: not allowed"
        )


#: What a hostile form could do harm with: regular expressions that take forever, and addresses.
_REFUSED = frozenset(("pattern", "patternProperties", "$ref", "$dynamicRef"))


def _keys(value: Json) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        for child in value.values():
            yield from _keys(child)
    elif isinstance(value, list):
        for child in value:
            yield from _keys(child)


def _check_answer(task: HumanTask, answer: Json) -> None:
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - 80 ms, used here only
    from jsonschema.exceptions import best_match  # noqa: PLC0415 - as above

    validator = Draft202012Validator(task.form)  # type: ignore[arg-type]  # checked when it came
    error = best_match(validator.iter_errors(answer))
    if error is not None:
        raise HumanTaskError(
            f"the answer to {task.title!r} does not fit its form at {error.json_path}: "
            f"{error.message}"
        )
