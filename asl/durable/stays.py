"""The states that an execution is in, and was in, read out of its history event by event.

A **stay** is from a state's entered event to its end; the execution as a whole is the outermost
one. What a history event belongs to follows from the event that led to it, and where AWS links it
otherwise, from the name of the state that it tells of (`asl.engine.history`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl.engine.history import WIDTH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asl.engine.execution import Execution
    from asl.engine.history import Records

_BRANCHING = ("Parallel", "Map")
_IMMEDIATE = ("Pass", "Choice", "Succeed", "Fail")
_TRYING = ("Scheduled", "MapStateStarted", "ParallelStateStarted")
_FAILING = ("Failed", "TimedOut")
_STATUSES = {
    "ExecutionSucceeded": "SUCCEEDED", "ExecutionFailed": "FAILED",
    "ExecutionTimedOut": "TIMED_OUT", "ExecutionAborted": "ABORTED",
}  # fmt: skip


class Stay:
    """A stay in a state, or the whole execution.

    Attributes:
        name: The state's; that of the machine for the execution.
        kind: The state's type; ``Execution`` for the execution.
        id: What no other stay of the execution has: the id of the event that began it; after a
            redrive with what it goes on with.
        began_us, ended_us: Microseconds since the epoch; None while it lasts.
        newest_us: When its newest event was.
        around: The stay in the Parallel or Map, or the execution, that it is part of.
        attempts: How often its work was begun.
        error: The newest ASL error in it; None if there was none.
        status: ``SUCCEEDED``, ``CAUGHT`` (a catcher took its error), ``FAILED``, ``TIMED_OUT`` or
            ``ABORTED``.
    """

    __slots__ = (
        "after_redrive", "around", "attempts", "began_us", "ended_us", "error", "id", "kind",
        "name", "newest_us", "status",
    )  # fmt: skip

    def __init__(self, name: str, kind: str, id_: str, at: int, around: Stay | None) -> None:
        self.name = name
        self.kind = kind
        self.id = id_
        self.began_us = self.newest_us = at
        self.ended_us: int | None = None
        self.around = around
        self.attempts = 0
        self.error: str | None = None
        self.status = "RUNNING"
        self.after_redrive: Stay | None = None


class Stays:
    """Follows the history of an execution.

    Args:
        machine: The name of its state machine.
        ended: Is told of each stay when it ends; of those inside of another one before.

    Attributes:
        root: The execution; since it was redriven last, if it was.
        read: The id of the newest event that was read.
    """

    def __init__(self, machine: str, ended: Callable[[Stay], None]) -> None:
        self.root = Stay(machine, "Execution", "1", 0, None)
        self.read = 0
        self._ended = ended
        self._is_told = True
        self._open: dict[str, Stay] = {}
        self._of: dict[int, Stay] = {}

    def follow(self, execution: Execution, until: int, *, is_told: bool = True) -> None:
        """Read the events up to an id.

        Args:
            execution: Whose.
            until: The id of the last one.
            is_told: Tell of the stays that they end.
        """
        self._is_told = is_told
        first, records = self.read, _between(execution, self.read, until)
        for place in range(0, len(records), WIDTH):
            event = first + place // WIDTH + 1
            stay = self._of[event] = self._take(event, *records[place : place + WIDTH])
            stay.newest_us = records[place + 2]
        self.read = max(first, until)

    def stay_at(self, event: int) -> Stay:
        """The stay that an event belongs to."""
        return _newest(self._of.get(event, self.root))

    def _take(
        self, event: int, kind: str, previous: int, at: int, subject: str | None,
        data: object, extra: object,
    ) -> Stay:  # fmt: skip
        if kind.startswith("Execution"):
            return self._take_whole(event, kind, previous, at, data)
        inner = stay = self.stay_at(previous)
        if kind.endswith("StateEntered"):
            return self._enter(event, kind.removesuffix("StateEntered"), at, subject, stay, extra)
        if "State" in kind or kind.startswith("MapIteration"):
            stay = _named(stay, subject)
        if kind.endswith("StateExited"):
            is_caught = isinstance(extra, list)
            stay.error = extra[1] if isinstance(extra, list) else None
            self._end(stay, at, "CAUGHT" if is_caught else "SUCCEEDED")
            return self.outside(stay)
        if kind.endswith("StateAborted"):
            self._end(stay, at, "FAILED" if data else "ABORTED")
            return self.outside(stay)
        if stay.ended_us is not None:
            stay = self._go_on(stay, event, at)
        if kind.endswith(_TRYING):
            stay.attempts += 1
            self._end_inside(stay, at, inner)
        elif kind == "MapIterationFailed":
            for failed in _up_to(inner, stay):
                self._end(failed, at, "FAILED", inner)
        elif kind.endswith(_FAILING):
            stay.error = data[0] if isinstance(data, list) else stay.error
            self._end_inside(stay, at, inner)
        return stay

    def _enter(
        self, event: int, kind: str, at: int, name: str | None, around: Stay, extra: object
    ) -> Stay:
        while around is not self.root and around.kind not in _BRANCHING:
            around = self.outside(around)  # it failed here, and was redriven
        if around.ended_us is not None:
            around = self._go_on(around, event, at)
        stay = self._open[str(event)] = Stay(name or "", kind, str(event), at, around)
        if kind == "Fail":
            stay.error = extra[0] if isinstance(extra, list) else None
            self._end(stay, at, "FAILED")
        return stay

    def _take_whole(self, event: int, kind: str, previous: int, at: int, data: object) -> Stay:
        """An event of the execution as a whole."""
        root = self.root
        if kind in ("ExecutionStarted", "ExecutionRedriven"):
            self.root = Stay(root.name, "Execution", str(event), at, None)
            root.after_redrive = self.root
            return self.root
        failed = None
        if kind != "ExecutionSucceeded" and isinstance(data, list):
            root.error = data[0]
            failed = self.stay_at(previous)
            for each in _up_to(failed, root):
                each.error = root.error
        self._end(root, at, _STATUSES[kind], failed)
        return root

    def _go_on(self, stay: Stay, event: int, at: int) -> Stay:
        """A stay that has ended goes on after a redrive: as another one."""
        around = self.outside(stay)
        if around.ended_us is not None:
            around = self._go_on(around, event, at)
        id_ = f"{event}/{stay.id}"
        again = self._open[id_] = Stay(stay.name, stay.kind, id_, at, around)
        stay.after_redrive = again
        return again

    def _end(self, stay: Stay, at: int, status: str, failed: Stay | None = None) -> None:
        """End a stay, with what is still open inside of it: see `_end_inside`."""
        if stay.ended_us is not None:
            return
        self._end_inside(stay, at, failed)
        self._open.pop(stay.id, None)
        stay.ended_us, stay.status = at, status
        if self._is_told:
            self._ended(stay)

    def _end_inside(self, stay: Stay, at: int, failed: Stay | None) -> None:
        """End what no event says of that it has ended: it has failed, or was stopped by that."""
        if stay.kind not in _BRANCHING and stay is not self.root:
            return
        failing = [] if failed is None else list(_up_to(failed, stay))
        for inner in [each for each in self._open.values() if _is_inside(each, stay)][::-1]:
            if inner in failing or inner.kind in _IMMEDIATE:
                self._end(inner, inner.newest_us, "FAILED")  # a retry may have waited since
            else:
                self._end(inner, at, "ABORTED")

    def outside(self, stay: Stay) -> Stay:
        """What a stay is part of; the execution is part of itself."""
        return self.root if stay.around is None else _newest(stay.around)


def _newest(stay: Stay) -> Stay:
    while stay.after_redrive is not None:
        stay = stay.after_redrive
    return stay


def _named(stay: Stay, name: str | None) -> Stay:
    """The stay in a state of a name, around a stay or itself."""
    found: Stay | None = stay
    while found is not None and found.name != name:
        found = found.around
    return stay if found is None else _newest(found)


def _up_to(stay: Stay, outer: Stay) -> Iterator[Stay]:
    """A stay and those around it, as far as they are inside of another one."""
    around: Stay | None = stay
    while around is not None and around is not outer:
        yield around
        around = None if around.around is None else _newest(around.around)


def _is_inside(inner: Stay, outer: Stay) -> bool:
    around = inner.around
    while around is not None and around is not outer:
        around = around.around
    return around is not None


def _between(execution: Execution, first: int, until: int) -> Records:
    """The records after ``first`` events, up to the event ``until``."""
    if first >= execution.before:
        records, before = execution.history, execution.before
    else:
        recorded = execution.recorded()
        records, before = recorded.records, recorded.forgotten
    return records[(first - before) * WIDTH : (until - before) * WIDTH]
