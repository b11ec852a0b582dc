"""The suite of executions: runs a recorded execution again through the public API.

What AWS's tasks answered is part of a case. Each Task state gets a handler that gives these answers
again, and keeps a note when it is asked for one that was never given: such a question is itself a
difference, even if the definition catches the failed task.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import asl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

    from tests.conformance.corpus import Case

#: Time stamps that a test computed from "now" date from the extraction of the corpus, not from the
#: recording. At this start they are as far off as they were when AWS saw them.
START = datetime(2026, 11, 20, 15, 39, 55, tzinfo=UTC)

#: The corpus has this account and region where the recordings had real ones.
MACHINE = "arn:aws:states:us-east-1:111111111111:stateMachine:Recorded"


def judge(case: Case, comparer: ModuleType, *, level: str = "history") -> list[str]:
    """The differences between the recording and what we do; an exception is one as well."""
    same = _matcher(comparer, placeholders=case["placeholders"])
    # What a Distributed Map's children asked for is not in the parent's history; the functions that
    # these tests used give back what they get.
    echoes = "inside a distributed map" in case.get("notes", "")
    handlers = {
        state: RecordedTask(
            state, case["tasks"].get(state, []), same, echoes=echoes and state not in case["tasks"]
        )
        for state in _task_states(case["definition"])
    }
    try:
        actual = run(case, handlers)
    except Exception as error:  # whatever goes wrong, it is not what AWS did
        return [f"raised {type(error).__name__}: {error}"]
    unasked = [note for handler in handlers.values() for note in handler.notes]
    return unasked + comparer.compare(case["expected"], actual, case["placeholders"], level)


def run(case: Case, handlers: dict[str, RecordedTask]) -> dict[str, Any]:
    """Run a case and give its outcome and history in the form of the case's ``expected``."""
    expected = case["expected"]
    machine = asl.load(case["definition"], type=case["type"], name=MACHINE)
    options = {
        "tasks": handlers,
        "clock": asl.VirtualClock(start=START),
        "name": case.get("executionName"),
        "synchronous": "express-sync" in case["features"],
        "storage": _storage(case),
    }
    if expected["status"] in ("ABORTED", "RUNNING"):
        # The recording was cut: nobody waited for the end, or somebody stopped the execution.
        handle = machine.start(case["input"], **options)
        handle.advance(0)
        if expected["status"] == "ABORTED":
            handle.stop(expected.get("error"), expected.get("cause"))
        result = handle.result
    else:
        result = machine.run(case["input"], **options)
    actual = {
        "status": result.status,
        "error": result.error,
        "cause": result.cause,
        "history": result.history,
    }
    if result.status == "SUCCEEDED":
        actual["output"] = result.output
    return actual


class RecordedTask:
    """A handler that answers for one Task state as recorded: by the state's input, then by attempt.

    Where a state was entered several times with equal inputs the answers are given in the order in
    which they were recorded.
    """

    def __init__(
        self,
        state: str,
        entries: list[Any],
        same: Callable[[Any, Any], bool],
        *,
        echoes: bool = False,
    ) -> None:
        self.notes: list[str] = []
        self._echoes = echoes
        self._state = state
        self._same = same
        self._unused = list(entries)
        self._used: list[Any] = []

    def __call__(self, payload: Any, context: asl.TaskContext) -> Any:
        if self._echoes:
            return payload
        # A first attempt opens the next entry; a retry goes on with the one opened last.
        entries = self._unused if context.attempt == 1 else self._used[::-1]
        entry = next((e for e in entries if e["input"] == context.input), None) or next(
            (e for e in entries if self._same(e["input"], context.input)), None
        )
        if entry is None or context.attempt > len(entry["attempts"]):
            note = f"tasks.{self._state}: no answer was recorded for attempt {context.attempt}"
            self.notes.append(f"{note} with the input {context.input!r}")
            raise asl.TaskFailed("Conformance.NotRecorded", note)
        if context.attempt == 1:
            self._unused.remove(entry)
            self._used.append(entry)
        return _reply(entry["attempts"][context.attempt - 1])


def _reply(attempt: dict[str, Any]) -> Any:
    ending = _ending(attempt)
    if "submit" in attempt:
        return asl.submits(attempt["submit"], then=ending)
    if "workerName" in attempt:
        return asl.started_by(attempt["workerName"], ending)
    return ending


def _ending(attempt: dict[str, Any]) -> Any:
    if attempt.get("timeout"):
        return asl.hangs()
    if "result" in attempt:
        return asl.returns(attempt["result"])
    if "failedIn" in attempt:
        return asl.fails(attempt.get("error"), attempt.get("cause"))
    return asl.hangs()  # cut off: a sibling failed first, or the execution ended


def _storage(case: Case) -> asl.MemoryStorage:
    """The objects that the case put into S3."""
    return asl.MemoryStorage(
        {f"{entry['bucket']}/{entry['key']}": entry["body"] for entry in case.get("s3", ())}
    )


def _matcher(comparer: ModuleType, *, placeholders: bool) -> Callable[[Any, Any], bool]:
    def same(recorded: Any, actual: Any) -> bool:
        return not comparer.value_differences(recorded, actual, "", placeholders)

    return same


def _task_states(machine: dict[str, Any]) -> Iterator[str]:
    for name, state in machine["States"].items():
        if state.get("Type") == "Task":
            yield name
        inner = [*state.get("Branches", ()), state.get("ItemProcessor"), state.get("Iterator")]
        for sub_machine in filter(None, inner):
            yield from _task_states(sub_machine)
