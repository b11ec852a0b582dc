"""The asyncio runtime: tasks of a run run concurrently, time is real or virtual.

In virtual time everything is deterministic: a plain function answers at once, and of several async
handlers in flight the answer of the one that was started first is fed first; time stands still
until all have answered. In real time answers are fed as they come, plain functions run in threads,
and what times out is cancelled.
"""

from __future__ import annotations

import asyncio
import inspect
from typing import TYPE_CHECKING, cast

from asl.engine.events import TaskHeartbeat
from asl.runtimes.calls import make_context
from asl.runtimes.driver import Driver

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from asl.engine.commands import InvokeTask
    from asl.runtimes.driver import Call
    from asl.runtimes.member import Member
    from asl.runtimes.result import Result
    from asl.tasks.context import TaskContext
    from asl.tasks.registry import Binding


class AsyncRun(Driver):
    """An execution, with its children, driven by an event loop."""

    _in_flight: dict[tuple[int, int], asyncio.Task[Callable[[], None]]]
    _cancelled: list[asyncio.Task[Callable[[], None]]]

    async def finish(self, max_concurrency: int) -> Result:
        """Run it to its end, with at most that many tasks in flight at a time."""
        self._in_flight = {}
        self._cancelled = []
        try:
            while self.is_busy:
                await self._start(max_concurrency)
                if self._in_flight:
                    await (self._oldest() if self.clock.is_virtual else self._next_answers())
                elif self.is_busy and not self.todo:
                    due = self.next_due()
                    if due is None:
                        break
                    await self.clock.wait_until_async(due)
                    self.wake(due)
        finally:
            left = list(self._in_flight.values())
            for flight in left:
                flight.cancel()
            await asyncio.gather(*left, *self._cancelled, return_exceptions=True)
        return self.result

    def cancel(self, member: Member, task_id: int) -> None:
        """Cancel the handler of a task that nobody waits for any more."""
        super().cancel(member, task_id)
        flight = self._in_flight.pop((member.number, task_id), None)
        if flight is not None:
            flight.cancel()
            self._cancelled.append(flight)

    async def _start(self, max_concurrency: int) -> None:
        """Start what is to be done, as far as the bound allows: calls first, then children."""
        while len(self._in_flight) < max_concurrency:
            call = self.take_call()
            if call is None:
                if self._has_due() or not self.start_child():
                    return
                if not self.clock.is_virtual:
                    await asyncio.sleep(0)
                continue
            member, task, binding, _ = call
            if self.clock.is_virtual and not is_async(binding):
                (await self._call(call))()
            else:
                key = (member.number, task.task_id)
                self._in_flight[key] = asyncio.create_task(self._call(call))

    def _has_due(self) -> bool:
        due = self.next_due()
        return due is not None and due <= self.clock.now_us()

    async def _call(self, call: Call) -> Callable[[], None]:
        """Call a handler; what to do with its answer when its turn has come."""
        member, task, binding, number = call
        execution = member.execution
        started, heartbeat = execution.now, self._heartbeat_for(member, task)

        def context() -> TaskContext:
            return make_context(execution, task, number, heartbeat)

        try:
            if self.clock.is_virtual or is_async(binding):
                value = binding.call(task, context)
            else:
                value = await asyncio.to_thread(binding.call, task, context)
            if inspect.isawaitable(value):
                value = await cast("Awaitable[object]", value)
        except Exception as error:  # whatever a handler raises fails its task
            failed = error
            return lambda: self.raised(call, failed)
        return lambda: self.returned(call, started, value)

    async def _oldest(self) -> None:
        """Feed the answer of the task that was started first."""
        key, flight = next(iter(self._in_flight.items()))
        deliver = await flight
        self._in_flight.pop(key, None)
        deliver()

    async def _next_answers(self) -> None:
        """Wait for an answer, or for the next instant at which something happens by itself."""
        due = self.next_due()
        timeout = None if due is None else max(0, due - self.clock.now_us()) / 1_000_000
        done, _ = await asyncio.wait(
            self._in_flight.values(), timeout=timeout, return_when=asyncio.FIRST_COMPLETED
        )
        for key, flight in list(self._in_flight.items()):
            if flight in done and key in self._in_flight:
                del self._in_flight[key]
                flight.result()()
        if due is not None and self.clock.now_us() >= due and self.is_busy:
            self.wake(due)

    def _heartbeat_for(self, member: Member, task: InvokeTask) -> Callable[[], None]:
        loop = asyncio.get_running_loop()
        beat = TaskHeartbeat(task.task_id)

        def heartbeat() -> None:
            loop.call_soon_threadsafe(lambda: self.tell(member, beat))

        return heartbeat


def is_async(binding: Binding) -> bool:
    """Whether a handler is an async function, or an object with an async ``__call__``."""
    handler = binding.handler
    call = vars(type(handler)).get("__call__")
    return inspect.iscoroutinefunction(handler) or inspect.iscoroutinefunction(call)
