"""The synchronous runtime: one execution, driven in the caller's thread.

The loop. Commands are carried out in the order in which they came; a plain function answers at
once, and its answer is fed back before the next command. When nothing is left to do, the clock
comes to the
next instant at which something happens: a scripted reply, or one of the execution's timers.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from asl.engine.events import StopRequested, TaskHeartbeat
from asl.engine.snapshot import fork
from asl.errors import HandlerContractError
from asl.runtimes.calls import make_context
from asl.runtimes.clocks import VirtualClock
from asl.runtimes.driver import Driver
from asl.tasks.replies import Span, microseconds

if TYPE_CHECKING:
    from asl.engine.commands import InvokeTask
    from asl.runtimes.result import Result


class Run(Driver):
    """An execution with its handlers and its clock, moved on by you.

    Made by `StateMachine.start`. `advance` lets time pass, `result` says how it stands; `stop`
    aborts it, `snapshot` and `fork` keep or copy it at any point.
    """

    def advance(self, span: Span | None = None) -> Result:
        """Let time pass and everything happen that falls into it.

        Args:
            span: Seconds or a timedelta; None goes on until it ends, or waits for something that no
                clock will bring (a task that hangs without a timeout).
        """
        until = None if span is None else self.clock.now_us() + microseconds(span)
        execution = self.execution
        while execution.is_running:
            if self.todo:
                self._invoke(self.todo.popleft())
                continue
            due = self.next_due()
            if due is None or (until is not None and due > until):
                break
            self.clock.wait_until(due)
            self.wake(due)
        if until is not None:
            self.clock.wait_until(until)
            if execution.is_running:
                self.feed(None, until)
        return self.result

    def stop(self, error: str | None = None, cause: str | None = None) -> Result:
        """Abort it, as StopExecution does; one that has ended stays as it is."""
        self.advance(0)
        self.feed(StopRequested(error, cause), self.clock.now_us())
        return self.result

    def fork(self) -> Run:
        """A second run from this very point, on a virtual clock of its own."""
        clock = VirtualClock()
        clock.wait_until(self.clock.now_us())
        twin = Run(fork(self.execution), self.registry, clock, calls=self.calls)
        twin.todo = self.todo.copy()
        twin.exceptions = self.exceptions.copy()
        twin._replies = self._replies.copy()
        twin._sequence = self._sequence
        return twin

    def _beat(self, task_id: int) -> None:
        self.feed(TaskHeartbeat(task_id), self.clock.now_us())

    def _invoke(self, task: InvokeTask) -> None:
        execution = self.execution
        if task.task_id not in execution.waiting:
            return  # cancelled before its turn came
        binding = self.registry.binding(task)
        call = self.count_call(task)
        started = execution.now
        try:
            value = binding.call(
                task, lambda: make_context(execution, task, call, lambda: self._beat(task.task_id))
            )
        except Exception as error:  # whatever a handler raises fails its task
            self.raised(task, error)
            return
        if inspect.isawaitable(value):
            if inspect.iscoroutine(value):
                value.close()  # or Python would warn that nobody awaited it
            raise HandlerContractError(
                f"the handler of state {task.state_name!r} is async: use run_async"
            )
        self.returned(task, binding, started, value)
