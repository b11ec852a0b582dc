"""The children of a Parallel or Map: started, counted, and stopped when one of them fails.

A join holds what both kinds share: which children run, how many may run at a time, their outputs.
What a child is (a branch with the state's input, or an iteration with an item) and what its events
are, the two kinds say themselves (`states.parallel`, `states.map_`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, Literal

from asl.errors import QueryError
from asl.query.environment import NESTING_BYTES

if TYPE_CHECKING:
    from asl.engine.cursor import Cursor
    from asl.engine.failure import StateError
    from asl.jsontypes import Json


class Join(ABC):
    """The children of one Parallel or Map, while it runs.

    Attributes:
        cursor: The branch that waits for the children.
        total: How many children there are in all.
        width: How many may run at a time.
        next_index: The child to start next.
        running: The children that have started and not ended, by index.
        stopped: Those that failed or were stopped, as they stood.
        results: Their outputs, in the order of the children.
        size: An upper bound of the JSON size of the results.
    """

    __slots__ = ("cursor", "next_index", "results", "running", "size", "stopped", "total", "width")

    kind: ClassVar[Literal["Parallel", "Map"]]

    def __init__(self, cursor: Cursor, total: int, width: int) -> None:
        self.cursor = cursor
        self.total = total
        self.width = width
        self.next_index = 0
        self.running: dict[int, Cursor] = {}
        self.stopped: dict[int, Cursor] = {}
        self.results: list[Json] = [None] * total
        self.size = NESTING_BYTES + total

    @abstractmethod
    def spawn(self, index: int, previous: int) -> Cursor:
        """The cursor of one child, at its first state; writes its first event, if it has one.

        It reads the variables of the scope around it.

        Raises:
            QueryError: Its input can't be made.
        """

    @abstractmethod
    def child_event(self, outcome: Literal["Succeeded", "Failed", "Aborted"], child: Cursor) -> int:
        """Write the event of a child's end, where the kind has one; the id of its last event."""

    def start(self) -> None:
        """Start as many children as may run at a time; none at all ends the state at once."""
        cursor = self.cursor
        cursor.children, cursor.broken = self, None
        if self.total == 0:
            self._complete(cursor.previous)
        self._fill(cursor.previous)

    def _fill(self, previous: int) -> None:
        while len(self.running) < self.width and self.next_index < self.total:
            if not self._start_next(previous):
                return

    def _start_next(self, previous: int) -> bool:
        """Start the next child; false if that failed the whole state."""
        index = self.next_index
        self.next_index = index + 1
        try:
            child = self.spawn(index, previous)
        except QueryError as error:
            self.abort()
            cursor = self.cursor
            cursor.origin = cursor.previous = previous
            failure = cursor.evaluation_failed(error)
            cursor.execution.proceed(cursor, cursor.step.fail(cursor, failure))
            return False
        self.running[index] = child
        child.execution.ready.append(child)
        return True

    def succeeded(self, child: Cursor) -> None:
        """A child has reached the end of its scope with its data as output."""
        del self.running[child.index]
        self.results[child.index] = child.data
        self.size += child.size
        last = self.child_event("Succeeded", child)
        if self.next_index < self.total:
            self._start_next(child.previous)
        elif not self.running:
            self._complete(last)

    def _complete(self, previous: int) -> None:
        cursor = self.cursor
        execution = cursor.execution
        cursor.children = None
        cursor.origin = cursor.previous = previous
        execution.record(f"{self.kind}StateSucceeded", previous, cursor.step.name)
        execution.proceed(cursor, cursor.step.resume(cursor, self))

    def failed(self, child: Cursor, error: StateError) -> None:
        """A child has failed for good: its siblings are stopped and the state fails."""
        self.stopped[child.index] = self.running.pop(child.index)
        self.child_event("Failed", child)
        self.abort()
        cursor = self.cursor
        cursor.origin = cursor.previous = child.previous
        cursor.execution.proceed(cursor, cursor.step.fail(cursor, error))

    def abort(self) -> None:
        """Stop all children that still run."""
        cursor = self.cursor
        cursor.children, cursor.broken = None, self
        running, self.running = self.running, {}
        for child in running.values():
            child.execution.cancel(child)
            self.child_event("Aborted", child)
        self.stopped.update(running)

    def unfinished(self) -> list[Cursor]:
        """The children that have started and have no output, in their order."""
        children = {**self.running, **self.stopped}
        return [children[index] for index in sorted(children)]

    def revive(self) -> None:
        """Let the children go on where they stood; those that have an output are done."""
        cursor = self.cursor
        cursor.children, cursor.broken = self, None
        self.running = {child.index: child for child in self.unfinished()}
        self.stopped = {}
        self._fill(cursor.previous)
