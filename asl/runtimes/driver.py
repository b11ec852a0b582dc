"""What both runtimes share: an execution with its handlers, its clock and the replies to come."""

from __future__ import annotations

from collections import deque
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any

from asl.engine.commands import InvokeTask
from asl.engine.history import count, render
from asl.engine.snapshot import snapshot
from asl.runtimes.calls import answer, failure
from asl.runtimes.result import Result

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from asl.engine.events import Event
    from asl.engine.execution import Execution
    from asl.engine.history import HistoryEvent
    from asl.runtimes.calls import Delayed
    from asl.runtimes.clocks import Clock
    from asl.tasks.registry import Binding, TaskRegistry


class Driver:
    """Carries commands out and brings events back, in a fixed order.

    Attributes:
        execution: What is driven.
        registry: Who answers for tasks.
        clock: Where the time comes from.
        todo: The tasks to start, in the order in which they were asked for.
        calls: How often each state's task was called.
        exceptions: What handlers raised: pairs of state name and exception.
    """

    def __init__(
        self,
        execution: Execution,
        registry: TaskRegistry,
        clock: Clock,
        *,
        on_event: Callable[[HistoryEvent], None] | None = None,
        calls: Mapping[str, int] | None = None,
    ) -> None:
        self.execution = execution
        self.registry = registry
        self.clock = clock
        self.todo: deque[InvokeTask] = deque(execution.calls())
        self.calls: dict[str, int] = dict(calls or {})
        self.exceptions: list[tuple[str, BaseException]] = []
        self._on_event = on_event
        self._observed = 0
        self._replies: list[tuple[int, int, Event]] = []
        self._sequence = 0

    @property
    def result(self) -> Result:
        """How the execution stands now."""
        return Result(self.execution, self.exceptions)

    def snapshot(self) -> dict[str, Any]:
        """The execution as JSON, to go on with later: see `StateMachine.restore`.

        Tasks that are in flight are asked for again after a restore.
        """
        return {"execution": snapshot(self.execution), "calls": dict(self.calls)}

    def feed(self, event: Event | None, now: int) -> None:
        """Give the execution an event and the time, and note what it asks for."""
        for command in self.execution.receive(event, max(now, self.execution.now)):
            if isinstance(command, InvokeTask):
                self.todo.append(command)
            else:
                self.cancel(command.task_id)
        if self._on_event is not None:
            for shown in render(self.execution.history, self._observed + 1):
                self._on_event(shown)
            self._observed = count(self.execution.history)

    def count_call(self, task: InvokeTask) -> int:
        """Which call of its state's task this is: 1 for the first."""
        call = self.calls[task.state_name] = self.calls.get(task.state_name, 0) + 1
        return call

    def cancel(self, task_id: int) -> None:
        """Nobody waits for a task any more; a reply that still comes is ignored."""

    def next_due(self) -> int | None:
        """When something happens next by itself: a scripted reply or a timer."""
        wake_at = self.execution.wake_at
        reply_at = self._replies[0][0] if self._replies else None
        if wake_at is None or reply_at is None:
            return reply_at if wake_at is None else wake_at
        return min(wake_at, reply_at)

    def wake(self, due: int) -> None:
        """Let happen what is due: of a reply and a timer at one instant the reply is first."""
        event = heappop(self._replies)[2] if self._replies and self._replies[0][0] <= due else None
        self.feed(event, due)

    def returned(self, task: InvokeTask, binding: Binding, started: int, value: object) -> None:
        """A handler has returned: feed its answer, or keep it until it is due."""
        self._deliver(answer(task, binding, value), started)

    def raised(self, task: InvokeTask, error: Exception) -> None:
        """A handler has raised: the task fails."""
        self.exceptions.append((task.state_name, error))
        self.feed(failure(task, error), self.clock.now_us())

    def _deliver(self, replies: list[Delayed], started: int) -> None:
        for after_us, event in replies:
            if after_us == 0:
                self.feed(event, self.clock.now_us())
            else:
                self._sequence += 1
                heappush(self._replies, (started + after_us, self._sequence, event))
