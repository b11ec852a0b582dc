"""The synchronous runtime: an execution and its children, driven in the caller's thread.

The loop. Commands are carried out in the order in which they came; a plain function answers at
once, and its answer is fed back before the next command. When no command is left, Map Runs start
their children one by one. When nothing is left to do, the clock comes to the next instant at which
something happens: a scripted reply, or a timer of one of the executions.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Coroutine
from typing import TYPE_CHECKING

from asl.engine.events import StopRequested, TaskHeartbeat
from asl.engine.snapshot import fork
from asl.errors import HandlerContractError, UsageError
from asl.jsontypes import copy_json
from asl.runtimes.calls import PLAIN_TYPES, make_context
from asl.runtimes.clocks import VirtualClock
from asl.runtimes.driver import Driver
from asl.tasks.replies import Span, microseconds

if TYPE_CHECKING:
    from collections.abc import Callable

    from asl.runtimes.driver import Call
    from asl.runtimes.result import Result
    from asl.tasks.context import TaskContext


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
        while self.is_busy and self.act(until):
            pass
        if until is not None:
            self.clock.wait_until(until)
            if self.execution.is_running:
                self.feed(None, until)
        return self.result

    def act(self, until: int | None = None) -> bool:
        """Do the next thing: a call, the start of a child, or what the clock brings.

        Args:
            until: Microseconds since the epoch, after which the clock brings nothing.

        Returns:
            Whether there was anything to do.
        """
        call = self.take_call() if self.todo else None
        if call is not None:
            self._invoke(call)
            return True
        due = self.next_due()
        if (due is None or due > self.clock.now_us()) and self.start_child():
            return True
        if due is None or (until is not None and due > until):
            return False
        self.clock.wait_until(due)
        self.wake(due)
        return True

    def stop(self, error: str | None = None, cause: str | None = None) -> Result:
        """Abort it, as StopExecution does; one that has ended stays as it is."""
        self.advance(0)
        self.feed(StopRequested(error, cause), self.clock.now_us())
        return self.result

    def fork(self) -> Run:
        """A second run from this very point, on a virtual clock of its own."""
        if self.has_children:
            raise UsageError("a run can't be forked while child executions are under way")
        clock = VirtualClock()
        clock.wait_until(self.clock.now_us())
        twin = Run(
            fork(self.execution),
            self.registry,
            clock,
            calls=self.root.calls,
            machines=self._machines,
            storage=self._storage,
        )
        twin.todo = deque([(twin.root, task) for _, task in self.todo])
        twin.root.exceptions = self.root.exceptions.copy()
        twin.root.children = self.root.children.copy()
        twin.root.map_runs = self.root.map_runs.copy()
        twin.nested_count = self.nested_count
        twin._taken = self._taken.copy()
        twin._replies = [reply._replace(member=twin.root) for reply in self._replies]
        twin._sequence = self._sequence
        twin._last_number = self._last_number
        return twin

    def _invoke(self, call: Call) -> None:
        member, task, binding, _ = call
        started = member.execution.now
        try:
            if binding.takes_payload_alone:  # the usual case
                value = binding.handler(copy_json(task.payload))
            else:
                value = binding.call(task, self._context_of(call))
        except Exception as error:  # whatever a handler raises fails its task
            self.raised(call, error)
            return
        if type(value) not in PLAIN_TYPES and isinstance(value, Awaitable):
            if isinstance(value, Coroutine):
                value.close()  # or Python would warn that nobody awaited it
            raise HandlerContractError(
                f"the handler of state {task.state_name!r} is async: use run_async"
            )
        self.returned(call, started, value)

    def _context_of(self, call: Call) -> Callable[[], TaskContext]:
        member, task, _, number = call

        def beat() -> None:
            self.tell(member, TaskHeartbeat(task.task_id))

        return lambda: make_context(member.execution, task, number, beat)
