"""What happened in an execution, read off its history: visits of states, and attempts of tasks.

Events are linked: each names the one that led to it. What a task was asked and answered hangs on
the event with which its state was entered, whatever happened in other branches meanwhile. The
same reading serves recorded histories and our own, so the two can be compared.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from asl.engine.history import instant
from asl.errors import UsageError
from asl.tasks.replies import Fails, Hangs, Returns, StartedBy, Submits
from asl.testing.recordings.events import Event, read_events

if TYPE_CHECKING:
    from datetime import datetime

    from asl.engine.execution import Status
    from asl.jsontypes import Json
    from asl.tasks.replies import Ending, Reply
    from asl.testing.recordings.events import History

_SCHEDULED = ("TaskScheduled", "LambdaFunctionScheduled", "ActivityScheduled")
_STATUS: dict[str, Status] = {
    "ExecutionSucceeded": "SUCCEEDED",
    "ExecutionFailed": "FAILED",
    "ExecutionTimedOut": "TIMED_OUT",
    "ExecutionAborted": "ABORTED",
}


class Attempt(NamedTuple):
    """One call of a task: what it was asked, and how it answered in what time.

    ``after_us`` is when it was called, in microseconds from the start of the execution.
    """

    after_us: int
    resource: str
    payload: Json
    reply: Reply


@dataclass(eq=False)
class Visit:
    """One time that a state was entered; ``output`` counts only if it was left again.

    ``kind`` is the state's type; ``order`` counts visits of the whole execution.
    """

    state: str
    kind: str
    order: int
    input: Json
    output: Json = None
    was_left: bool = False
    attempts: list[Attempt] = field(default_factory=list)


@dataclass(frozen=True)
class Recording:
    """An execution as its history tells it.

    Attributes:
        input: Of the execution.
        started_at_us: When it began, in microseconds since the epoch.
        elapsed_us: How long it took, in microseconds.
        status: How it ended; RUNNING if it did not.
        output: JSON, if it SUCCEEDED.
        error: The name of the error, if there is one.
        cause: Its text.
        visits: Of states, in the order in which they were entered.
        map_runs: The names of Distributed Map states that ran.
    """

    input: Json
    started_at_us: int
    elapsed_us: int
    status: Status
    output: Json
    error: str | None
    cause: str | None
    visits: tuple[Visit, ...]
    map_runs: tuple[str, ...]

    @property
    def start(self) -> datetime:
        """When it began (aware)."""
        return instant(self.started_at_us)

    @property
    def path(self) -> list[str]:
        """The names of the states entered, in order."""
        return [visit.state for visit in self.visits]


def read_recording(history: History) -> Recording:
    """What an exported history tells.

    Args:
        history: The path of a file, what boto3 returned, or a list of events, whole.

    Raises:
        UsageError: It is no such export, or not the whole of it; the message says what is missing.
    """
    return recording_of(read_events(history))


def as_recording(history: History | Recording) -> Recording:
    """What an exported history tells, unless it was read already."""
    return history if isinstance(history, Recording) else read_recording(history)


def recording_of(events: list[Event]) -> Recording:
    """What events tell that begin an execution, and may not end it."""
    visits: dict[int, Visit] = {}
    map_runs = []
    chain = _Chain(events)
    for event in events:
        if event.kind.endswith("StateEntered"):
            name = str(event.details.get("name"))
            kind = event.kind.removesuffix("StateEntered")
            visits[event.id] = Visit(name, kind, len(visits), event.data("input"))
        elif event.kind.endswith("StateExited"):
            visit = visits[chain.entered(event, str(event.details.get("name")))]
            visit.output, visit.was_left = event.data("output"), True
        elif event.kind in _SCHEDULED:
            after_us = event.at - events[0].at
            attempt = _attempt(event, after_us, chain.answers(event))
            visits[chain.entered(event)].attempts.append(attempt)
        elif event.kind == "MapRunStarted":
            map_runs.append(visits[chain.entered(event)].state)
    first, last = events[0], events[-1]
    status = _STATUS.get(last.kind, "RUNNING")
    return Recording(
        input=first.data("input"),
        started_at_us=first.at,
        elapsed_us=last.at - first.at,
        status=status,
        output=last.data("output") if status == "SUCCEEDED" else None,
        error=last.details.get("error"),
        cause=last.details.get("cause"),
        visits=tuple(visits.values()),
        map_runs=tuple(map_runs),
    )


class _Chain:
    """The links between events."""

    def __init__(self, events: list[Event]) -> None:
        self._events = {event.id: event for event in events}
        self._next: dict[int, Event] = {}
        for event in events:
            if event.kind.startswith(("Task", "LambdaFunction", "Activity")):
                self._next.setdefault(event.previous, event)

    def entered(self, event: Event, name: str | None = None) -> int:
        """The id of the event with which the state of an event was entered.

        Raises:
            UsageError: The links do not lead there.
        """
        earlier = event
        while earlier.previous in self._events:
            earlier = self._events[earlier.previous]
            if earlier.kind.endswith("StateEntered") and name in (
                None,
                earlier.details.get("name"),
            ):
                return earlier.id
        raise UsageError(
            f"event {event.id} ({event.kind}) does not follow from a state that was entered: its "
            "previousEventId leads nowhere"
        )

    def answers(self, scheduled: Event) -> list[Event]:
        """What followed from a call, until it had its answer."""
        answers = []
        event = self._next.get(scheduled.id)
        while event is not None and not event.kind.endswith(
            ("Scheduled", "StateExited", "StateAborted", "StateEntered")
        ):
            answers.append(event)
            event = self._next.get(event.id)
        return answers


def _attempt(scheduled: Event, after_us: int, answers: list[Event]) -> Attempt:
    details = scheduled.details
    resource = str(details.get("resource"))
    if scheduled.kind == "TaskScheduled":
        resource = f"{details.get('resourceType')}:{resource}"
        payload = scheduled.data("parameters")
    else:
        payload = scheduled.data("input")
    timeout, heartbeat = (
        _microseconds(details.get(key)) for key in ("timeoutInSeconds", "heartbeatInSeconds")
    )
    # Without an answer it was cut off, by a sibling or the end: until then it had not timed out.
    reply: Reply = Hangs(heartbeat // 2 if heartbeat else 0)
    for event in reversed(answers):
        after = event.at - scheduled.at
        if event.kind.endswith("Started"):
            worker = event.details.get("workerName")
            if isinstance(worker, str) and not isinstance(reply, Submits | StartedBy):
                reply = StartedBy(worker, reply)
        elif event.kind.endswith("Submitted") and not isinstance(reply, Submits | StartedBy):
            reply = Submits(event.data("output"), reply)
        else:
            reply = _ending(event, after, timeout, heartbeat)
    return Attempt(after_us, resource, payload, reply)


def _ending(event: Event, after: int, timeout: int | None, heartbeat: int | None) -> Ending:
    """How a task ended.

    What answered in time when it was recorded is in time again, though clocks were not exact; and
    where a heartbeat is asked for, there were some.
    """
    if event.kind.endswith("TimedOut"):
        beats = heartbeat is not None and timeout is not None and after >= timeout
        return Hangs(heartbeat // 2 if beats and heartbeat else 0)
    if timeout is not None:
        after = min(after, timeout)
    every = heartbeat // 2 if heartbeat is not None and after > heartbeat else 0
    if event.kind.endswith("Succeeded"):
        return Returns(event.data("output"), after, every)
    return Fails(event.details.get("error"), event.details.get("cause"), after, every)


def _microseconds(seconds: object) -> int | None:
    return int(seconds) * 1_000_000 if isinstance(seconds, int | float) else None
