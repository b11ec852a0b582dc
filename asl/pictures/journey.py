"""What a run did in a definition: read from a result or from what GetExecutionHistory gives.

A history names states, and each event the one that led to it; which way was taken follows from
both. What does not fit the definition is refused, since it is the history of another one.

Source: AWS Step Functions API, "GetExecutionHistory", "HistoryEvent".
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, TypeAlias

from asl.errors import UsageError, quote
from asl.pictures.outline import every_node
from asl.runtimes.result import Result

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asl.pictures.outline import Node, Scope

    Event: TypeAlias = Mapping[str, Any]

#: A result, ``{"events": [...]}`` or its events.
Run: TypeAlias = "Result | Mapping[str, Any] | Sequence[Mapping[str, Any]]"

_ENDS = {
    "ExecutionSucceeded": "SUCCEEDED",
    "ExecutionFailed": "FAILED",
    "ExecutionTimedOut": "TIMED_OUT",
    "ExecutionAborted": "ABORTED",
}
_FAILURES = ("Failed", "TimedOut")
#: Events that a Parallel or Map writes itself, before and between its children.
_OF_CONTAINERS = (
    "ParallelStateEntered", "ParallelStateStarted", "MapStateEntered", "MapStateStarted",
    "MapIterationStarted", "MapIterationSucceeded", "MapIterationFailed", "MapIterationAborted",
    "MapRunStarted", "MapRunSucceeded", "MapRunFailed", "MapRunAborted", "MapRunRedriven",
)  # fmt: skip


@dataclass(slots=True)
class Visit:
    """One time that a state was entered.

    Attributes:
        number: Of the visit, from 1, in the order of the run.
        entered: Since the start of the execution.
        left: Since the start of the execution; None if the state was never left.
        errors: The names of the errors of its work, in order.
        has_failed: Whether something failed in it.
    """

    number: int
    entered: timedelta
    left: timedelta | None = None
    errors: list[str] = field(default_factory=list)
    has_failed: bool = False


@dataclass(slots=True)
class Journey:
    """A run: the visits of each state by its pointer, how often each way was taken, the end.

    Attributes:
        visits: By the pointer of the state.
        taken: By the ids of an edge's source and target, and its kind.
        status: ``RUNNING`` if the history has no end.
        error: Of the execution, if it has one.
        elapsed: From the first event to the last.
    """

    visits: dict[str, list[Visit]] = field(default_factory=dict)
    taken: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    status: str = "RUNNING"
    error: str | None = None
    elapsed: timedelta = timedelta()


def journey(scope: Scope, run: Run) -> Journey:
    """What a run did in the definition of this outline.

    Raises:
        UsageError: It is no whole history, or not one of this definition.
    """
    return _Reader(scope, _events(run)).journey


def _events(run: Run) -> list[Event]:
    """The events of a run in order, known to be whole."""
    found: object = run
    if isinstance(run, Result):
        found = run.history
    elif isinstance(run, dict):
        if "nextToken" in run:
            raise UsageError("the history is only a page: it has a nextToken; join all pages")
        found = run.get("events")
    if not isinstance(found, list) or not found:
        raise UsageError(
            "the run is a Result, or what GetExecutionHistory gives: an object with 'events', or "
            f"a list of them; this is {quote(run)}"
        )
    for place, event in enumerate(found):
        shape = event if isinstance(event, dict) else {}
        if type(shape.get("id")) is not int or not isinstance(shape.get("type"), str):
            raise UsageError(f"event {place} of the history has no id or type: {quote(event)}")
    events: list[Event] = sorted(found, key=lambda event: event["id"])
    for number, event in enumerate(events, 1):
        if event["id"] != number:
            raise UsageError(
                f"the history is not whole: event {number} is missing; pages must be joined, and "
                "a run must keep its whole history (history=None)"
            )
    return events


def _moment(event: Event) -> datetime:
    """The time stamp of an event: a datetime, ISO 8601 text, or seconds since the epoch."""
    given = event.get("timestamp")
    try:
        if isinstance(given, str):
            given = datetime.fromisoformat(given)
        elif isinstance(given, int | float) and not isinstance(given, bool):
            given = datetime.fromtimestamp(given, UTC)
        if isinstance(given, datetime):
            return given if given.tzinfo else given.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        pass
    raise UsageError(f"event {event['id']} of the history has no timestamp, but {quote(given)}")


def _details(event: Event) -> Event:
    key = next((key for key in event if key.endswith("EventDetails")), None)
    details = event[key] if key else {}
    return details if isinstance(details, dict) else {}


class _Reader:
    """Follows the events.

    Attributes:
        owners: The pointer of the state that an event belongs to, by the event's id.
        entered: The visit that an event began, by its id.
        left: The nodes that events left and that nothing followed yet, by the events' ids.
    """

    def __init__(self, scope: Scope, events: Sequence[Event]) -> None:
        self.journey = Journey()
        self.places: dict[str, list[tuple[Scope, Node]]] = {}
        self.homes: dict[str, tuple[Scope, Node]] = {}
        self.enclosing: dict[str, str | None] = {scope.pointer: None}
        for inside, node in every_node(scope):
            if node.pointer is not None:
                self.places.setdefault(node.name, []).append((inside, node))
                self.homes[node.pointer] = inside, node
                self.enclosing |= {each.pointer: node.pointer for each in node.scopes}
        self.events: dict[int, Event] = {event["id"]: event for event in events}
        self.owners: dict[int, str | None] = {}
        self.entered: dict[int, Visit] = {}
        self.left: dict[int, tuple[Scope, Node]] = {}
        self.started_at = _moment(events[0])
        for event in events:
            self.read(event)
        for inside, node in self.left.values():
            self.take(inside, node, {each.id for each in inside.nodes if each.kind == "end"})
        self.journey.elapsed = _moment(events[-1]) - self.started_at

    def read(self, event: Event) -> None:
        """Take over what an event tells."""
        kind, details = event["type"], _details(event)
        owner = self.owners[event["id"]] = self.owner(event, details)
        at = _moment(event) - self.started_at
        if owner is not None:
            if kind.endswith("StateEntered"):
                self.enter(event, owner, at)
            elif kind.endswith("StateExited"):
                self.visit(event, owner).left = at
                self.left[event["id"]] = self.homes[owner]
            elif kind.endswith(_FAILURES) and kind not in _ENDS:
                self.fail(self.visit(event, owner), kind, details)
                self.fail_within(event, owner)
        if kind in _ENDS:
            self.end(event, details, owner)
        elif kind == "ExecutionRedriven":
            self.journey.status, self.journey.error = "RUNNING", None

    def owner(self, event: Event, details: Event) -> str | None:
        """The state that an event belongs to; None for those of the execution."""
        kind = event["type"]
        if kind.endswith(("StateEntered", "StateExited")) or kind.startswith("MapIteration"):
            return self.place(event, details.get("name"))
        if kind == "EvaluationFailed" and "state" in details:
            return self.place(event, details["state"])
        before = self.before(event)
        owner = self.owners[before["id"]] if before else None
        if before is None or owner is None:
            return None
        for container in ("Parallel", "Map"):
            if kind.startswith(f"{container}State"):
                is_own = before["type"] in _OF_CONTAINERS and (
                    self.homes[owner][1].kind == container
                )
                return owner if is_own else self.enclosing[self.homes[owner][0].pointer] or owner
        return owner

    def before(self, event: Event) -> Event | None:
        """The event that led to this one."""
        previous = event.get("previousEventId")
        return self.events.get(previous) if previous in self.owners else None

    def place(self, event: Event, name: object) -> str:
        """The pointer of the state of this name."""
        found = self.places.get(name, []) if isinstance(name, str) else []
        if len(found) == 1:
            return found[0][1].pointer or ""
        said = f"event {event['id']} of the history ({event['type']}) names the state {quote(name)}"
        if found:
            raise UsageError(f"{said}, but the definition has {len(found)} of this name")
        near = get_close_matches(name, self.places, 1) if isinstance(name, str) else []
        hint = f"; the nearest is {near[0]!r}" if near else ""
        raise UsageError(f"{said}, which the definition does not have{hint}")

    def enter(self, event: Event, pointer: str, at: timedelta) -> None:
        """A state was entered, from another one or as the first of its scope."""
        visit = self.entered[event["id"]] = Visit(len(self.entered) + 1, at)
        self.journey.visits.setdefault(pointer, []).append(visit)
        scope, node = self.homes[pointer]
        before = self.before(event)
        source = scope.nodes[0]
        preferred: tuple[str, ...] = ("start",)
        if before is not None and before["id"] in self.left:
            home, left = self.left[before["id"]]
            if home is scope:
                del self.left[before["id"]]
                source, preferred = left, self.kinds_of_way(before)
        if not self.take(scope, source, {node.id}, preferred):
            whence = repr(source.name) if source.name else "the start"
            raise UsageError(
                f"event {event['id']} of the history comes from {whence} to {node.name!r}, and the "
                "definition has no such way: is it the history of another version?"
            )

    def kinds_of_way(self, exit_: Event) -> tuple[str, ...]:
        """How a state was most likely left: by Catch if what came before was a failure."""
        before = self.before(exit_)
        is_failure = before is not None and before["type"].endswith((*_FAILURES, "Aborted"))
        return ("catch",) if is_failure else ("next", "choice")

    def take(
        self, scope: Scope, source: Node, targets: set[str], preferred: tuple[str, ...] = ()
    ) -> bool:
        """Count the way that was taken to one of these; whether there is one."""
        ways = [
            (edge.source, edge.target, edge.kind)
            for edge in scope.edges
            if edge.source == source.id and edge.target in targets
        ]
        ways.sort(key=lambda way: way[2] not in preferred)
        self.journey.taken.update(ways[:1])
        return bool(ways)

    def visit(self, event: Event, pointer: str) -> Visit:
        """The visit of a state that an event belongs to: the nearest one before it."""
        each: Event | None = event
        while each is not None:
            if each["id"] in self.entered and self.owners[each["id"]] == pointer:
                return self.entered[each["id"]]
            each = self.before(each)
        visits = self.journey.visits.get(pointer)
        if visits is None:
            name = self.homes[pointer][1].name
            raise UsageError(
                f"event {event['id']} of the history ({event['type']}) belongs to the state "
                f"{name!r}, which was never entered"
            )
        return visits[-1]

    def fail(self, visit: Visit, kind: str, details: Event) -> None:
        """Something failed in a state."""
        visit.has_failed = True
        if "error" in details or kind.endswith("TimedOut"):
            visit.errors.append(str(details.get("error", "States.Timeout")))

    def fail_within(self, event: Event, owner: str) -> None:
        """A Parallel or Map failed in a state that said nothing of it, such as a Choice."""
        before = self.before(event)
        inner = None if before is None else self.owners[before["id"]]
        if before is not None and inner is not None and inner != owner:
            visit = self.visit(before, inner)
            visit.has_failed = visit.has_failed or visit.left is None

    def end(self, event: Event, details: Event, owner: str | None) -> None:
        """The execution ended; its error belongs to where it stood, if nothing was said there."""
        self.journey.status = _ENDS[event["type"]]
        error = details.get("error")
        self.journey.error = None if error is None else str(error)
        if event["type"] == "ExecutionFailed" and owner is not None:
            visit = self.visit(event, owner)
            if not visit.errors:
                self.fail(visit, event["type"], details)
