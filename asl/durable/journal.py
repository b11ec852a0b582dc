"""From events to the text of a journal, and from a journal back to the execution.

An entry is what moved an execution once: ``[now, at, kind, ...]`` with the fields of the event, or
``[now, at]`` when only time has passed. ``now`` is when it was taken in; ``at`` is when it came, so
timers that were due before it go first, even if nobody was there to see them fire. The engine is
deterministic: the same entries give the same execution, so no state is written, only what moved it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import asl
from asl.engine.commands import InvokeTask, RunMap
from asl.engine.events import (
    Event,
    MapRunFailed,
    MapRunSucceeded,
    Signalled,
    StopRequested,
    TaskFailed,
    TaskHeartbeat,
    TaskStarted,
    TaskSubmitted,
    TaskSucceeded,
)
from asl.engine.execution import Execution
from asl.engine.snapshot import pack_limits, restore, snapshot, unpack_limits
from asl.errors import JournalError, SnapshotError
from asl.jsontypes import Json, Payload, dump

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from asl.durable.port import Batch, Loaded, Row
    from asl.engine.commands import Command
    from asl.engine.identity import MachineArn
    from asl.engine.limits import Limits
    from asl.engine.program import Program

_KINDS: dict[str, Any] = {
    kind.__name__: kind
    for kind in (
        MapRunFailed, MapRunSucceeded, Signalled, StopRequested, TaskFailed, TaskHeartbeat,
        TaskStarted, TaskSubmitted, TaskSucceeded,
    )
}  # fmt: skip
#: The place of the payload in the events that have one.
_PAYLOADS = {TaskSucceeded: 1, TaskSubmitted: 1, MapRunSucceeded: 1, Signalled: 1}
_REDRIVEN = "ExecutionRedriven"
_ANSWERED_ELSEWHERE = ".waitForTaskToken"


class Entry(NamedTuple):
    """One thing that moved an execution; ``event`` is None when only time has passed."""

    now: int
    at: int
    event: Event | None = None
    is_redrive: bool = False


def to_text(value: Json) -> str:
    """JSON text that every database takes: what UTF-8 can't write is escaped."""
    text = dump(value)
    if text.isascii() or _is_writable(text):
        return text
    return json.dumps(value, separators=(",", ":"))


def _is_writable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # a lone surrogate
        return False
    return True


def is_same_json(one: str, other: str) -> bool:
    """Whether two texts are the same JSON, whatever the order of its members."""
    return one == other or _sorted(one) == _sorted(other)


def _sorted(text: str) -> str:
    return json.dumps(json.loads(text), sort_keys=True)


def encode_event(event: Event) -> list[Json]:
    """An event as an array: its kind, then its fields."""
    fields: list[Any] = [type(event).__name__, *event]
    place = _PAYLOADS.get(type(event))
    if place is not None:
        fields[place + 1] = fields[place + 1].value
    return fields


def decode_event(fields: list[Any]) -> Event:
    """The event of an array.

    Raises:
        JournalError: It is none.
    """
    try:
        kind = _KINDS[fields[0]]
        values = fields[1:]
        if kind in _PAYLOADS:
            values[_PAYLOADS[kind]] = Payload(values[_PAYLOADS[kind]])
        return cast("Event", kind(*values))
    except (IndexError, KeyError, TypeError, ValueError) as error:
        raise JournalError(f"an event of the journal can't be read: {error!r}") from error


def encode(entries: Iterable[Entry]) -> str:
    """The text of a batch."""
    return to_text([_encode(entry) for entry in entries])


def _encode(entry: Entry) -> Json:
    now, at, event, is_redrive = entry
    if is_redrive:
        return [now, at, _REDRIVEN]
    return [now, at] if event is None else [now, at, *encode_event(event)]


def decode(text: str) -> list[Entry]:
    """The entries of a batch.

    Raises:
        JournalError: It can't be read.
    """
    try:
        return [
            Entry(
                fields[0],
                fields[1],
                None if len(fields) == 2 or fields[2] == _REDRIVEN else decode_event(fields[2:]),
                len(fields) == 3 and fields[2] == _REDRIVEN,
            )
            for fields in json.loads(text)
        ]
    except (IndexError, TypeError, ValueError) as error:
        raise JournalError(f"a batch of the journal can't be read: {error!r}") from error


def apply(execution: Execution, entry: Entry) -> list[Command]:
    """Let an entry move an execution; what it asks for."""
    if entry.is_redrive:
        return execution.redrive(entry.now)
    execution.catch_up(entry.now, entry.at)
    return execution.receive(entry.event, entry.now)


class Folded:
    """An execution brought back, and what is known of the work that it had asked for.

    Attributes:
        execution: It.
        calls: How often each of its states' tasks was called; those that are to be called again are
            not counted.
        submitted: Tasks that somebody has taken: answered by their token, or by their service.
        map_runs: The Map Runs that are under way.
        snapshot_length: How many history events the snapshot had.
    """

    def __init__(self, execution: Execution, kept: dict[str, Any]) -> None:
        self.execution = execution
        self.calls: dict[str, int] = dict(kept.get("calls", {}))
        self.submitted: set[int] = set(kept.get("submitted", ()))
        self.map_runs: dict[int, RunMap] = {}
        self.snapshot_length = execution.event_count if kept else 0

    def take(self, entry: Entry, commands: list[Command]) -> None:
        """Note what an entry said and what followed from it."""
        if isinstance(entry.event, TaskSubmitted | TaskStarted):
            self.submitted.add(entry.event.task_id)
        for command in commands:
            if isinstance(command, InvokeTask):
                self.calls[command.state_name] = self.calls.get(command.state_name, 0) + 1
            elif isinstance(command, RunMap):
                self.map_runs[command.map_run_id] = command

    def finish(self) -> None:
        """Forget what nobody waits for any more; calls to come are counted when they are made."""
        waiting = self.execution.waiting
        self.submitted &= waiting.keys()
        self.map_runs = {
            run_id: command for run_id, command in self.map_runs.items() if run_id in waiting
        }
        for task in self.execution.calls():
            if not self.is_answered_elsewhere(task):
                self.calls[task.state_name] = max(0, self.calls.get(task.state_name, 0) - 1)

    def is_answered_elsewhere(self, task: InvokeTask) -> bool:
        """Whether a task's handler has done its part: the answer comes by its token."""
        return task.task_id in self.submitted and (
            task.resource.pattern == _ANSWERED_ELSEWHERE or task.resource.kind == "activity"
        )


def begin(program: Program, machine: MachineArn, row: Row) -> Execution:
    """A kept execution as it was when it started."""
    return Execution(
        program,
        Payload(json.loads(row.input)),
        machine=machine,
        now=row.started_at,
        seed=row.seed,
        name=row.name,
        limits=limits_of(row.limits),
        synchronous=row.synchronous,
    )


def fold(program: Program, machine: MachineArn, loaded: Loaded) -> Folded:
    """An execution brought back from its snapshot and journal.

    Raises:
        JournalError: The journal does not lead where it led when it was written.
    """
    if loaded.snapshot is None:
        folded = Folded(begin(program, machine, loaded.row), {})
    else:
        document = json.loads(loaded.snapshot)
        try:
            folded = Folded(restore(program, document["execution"]), document)
        except SnapshotError as error:
            raise JournalError(str(error)) from error
    for batch in loaded.batches:
        _fold(folded, batch, loaded.row.id)
    folded.finish()
    return folded


def _fold(folded: Folded, batch: Batch, execution_id: str) -> None:
    execution = folded.execution
    for entry in decode(batch.entries):
        folded.take(entry, apply(execution, entry))
    if execution.event_count != batch.length:
        raise JournalError(
            f"batch {batch.seq} of the journal of {execution_id} led to {batch.length} history "
            f"events in version {batch.version}, and leads to {execution.event_count} in version "
            f"{asl.__version__}: go on with the version that wrote it"
        )


def snapshot_text(execution: Execution, calls: Mapping[str, int], submitted: Iterable[int]) -> str:
    """A snapshot with what is known of its tasks; ``calls`` counts those that were asked for."""
    document: dict[str, Any] = {
        "execution": snapshot(execution), "calls": dict(calls), "submitted": sorted(submitted)
    }  # fmt: skip
    return to_text(document)


def limits_text(limits: Limits | None) -> str:
    """Limits as text; none as no text."""
    return "" if limits is None else to_text(pack_limits(limits))


def limits_of(text: str) -> Limits | None:
    """The limits of a text."""
    return unpack_limits(json.loads(text)) if text else None
