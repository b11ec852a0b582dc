"""Who calls the handlers of tasks: plain functions in threads, async ones on the event loop.

Limits hold for one worker: how many calls of a resource are under way at a time, and how many
begin in a span of time. A call that has to wait for its turn is not late: its execution waits.
"""

from __future__ import annotations

import asyncio
import inspect
import time
from collections import deque
from fnmatch import fnmatchcase
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, cast

from asl.durable.threads import Threads
from asl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from asl.engine.commands import InvokeTask
    from asl.tasks.context import TaskContext
    from asl.tasks.registry import Binding

#: Takes what a handler returned, or the exception that it raised, on the event loop.
Done: TypeAlias = "Callable[[object, Exception | None], None]"


class Limit(NamedTuple):
    """What calls of a resource are held to, in one worker.

    Attributes:
        concurrency: How many may be under way at a time; None for any number.
        rate: How many may begin within ``per`` seconds; None for any number.
        per: Seconds.
    """

    concurrency: int | None = None
    rate: int | None = None
    per: float = 1.0


class Caller:
    """Calls handlers, each when its resource's limit allows.

    Args:
        threads: How many plain functions may run at a time.
        limits: By resource ARN, state name, or a pattern of these; the first that matches holds.
    """

    def __init__(self, threads: int = 100, limits: Mapping[str, Limit] | None = None) -> None:
        self._threads = Threads(threads)
        self._gates = {pattern: _Gate(limit) for pattern, limit in (limits or {}).items()}
        for pattern, limit in (limits or {}).items():
            if any(value is not None and value <= 0 for value in limit):
                raise UsageError(f"the limit of {pattern!r} has to be positive: {limit!r}")

    def call(
        self, task: InvokeTask, binding: Binding, context: Callable[[], TaskContext], done: Done
    ) -> Callable[[], None]:
        """Call a handler soon; gives what cancels the call.

        What has begun in a thread goes on: only nobody waits for it any more.
        """
        loop = asyncio.get_running_loop()
        gate = self._gate_of(task) if self._gates else None
        if gate is None and not is_async(binding):
            call = _ThreadCall(loop, binding, task, context, done)
            self._threads.submit(loop, call.work)
            return call.cancel
        running = loop.create_task(self._on_loop(loop, gate, task, binding, context, done))
        return lambda: cast("None", running.cancel())

    def close(self) -> None:
        """Begin no more calls."""
        self._threads.close()

    def _gate_of(self, task: InvokeTask) -> _Gate | None:
        for pattern, gate in self._gates.items():
            if fnmatchcase(task.resource.arn, pattern) or fnmatchcase(task.state_name, pattern):
                return gate
        return None

    async def _on_loop(
        self,
        loop: asyncio.AbstractEventLoop,
        gate: _Gate | None,
        task: InvokeTask,
        binding: Binding,
        context: Callable[[], TaskContext],
        done: Done,
    ) -> None:
        if gate is not None:
            await gate.enter()
        try:
            if is_async(binding):
                await _finish(cast("Awaitable[object]", binding.call(task, context)), done)
            else:
                over = asyncio.Event()
                call = _ThreadCall(loop, binding, task, context, partial(_told, over, done))
                self._threads.submit(loop, call.work)
                try:
                    await over.wait()
                finally:
                    call.cancel()
        finally:
            if gate is not None:
                gate.leave()


def _told(over: asyncio.Event, done: Done, value: object, error: Exception | None) -> None:
    over.set()
    done(value, error)


class _ThreadCall:
    """A call of a handler in a thread."""

    __slots__ = ("_binding", "_context", "_done", "_is_cancelled", "_loop", "_task")

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        binding: Binding,
        task: InvokeTask,
        context: Callable[[], TaskContext],
        done: Done,
    ) -> None:
        self._loop = loop
        self._binding = binding
        self._task = task
        self._context = context
        self._done = done
        self._is_cancelled = False

    def cancel(self) -> None:
        """Do not call it any more, if it was not called yet."""
        self._is_cancelled = True

    def work(self) -> Callable[[], object]:
        """Call it; gives what tells of it."""
        if self._is_cancelled:
            return _nothing
        try:
            value = self._binding.call(self._task, self._context)
        except Exception as error:  # whatever a handler raises fails its task
            return partial(self._done, None, error)
        if inspect.isawaitable(value):
            return partial(self._loop.create_task, _finish(value, self._done))
        return partial(self._done, value, None)


def _nothing() -> None:
    """There is nothing to tell: nobody waits for it."""


async def _finish(value: Awaitable[object], done: Done) -> None:
    try:
        result = await value
        if inspect.isawaitable(result):
            result = await result
    except Exception as error:  # whatever a handler raises fails its task
        done(None, error)
    else:
        done(result, None)


def is_async(binding: Binding) -> bool:
    """Whether a handler is an async function, or an object with an async ``__call__``."""
    handler = binding.handler
    call = vars(type(handler)).get("__call__")
    return inspect.iscoroutinefunction(handler) or inspect.iscoroutinefunction(call)


class _Gate:
    """Lets calls begin as a limit allows."""

    def __init__(self, limit: Limit) -> None:
        self._slots = None if limit.concurrency is None else asyncio.Semaphore(limit.concurrency)
        self._rate, self._per = limit.rate, limit.per
        self._begun: deque[float] = deque()

    async def enter(self) -> None:
        """Wait for a turn."""
        if self._slots is not None:
            await self._slots.acquire()
        if self._rate is None:
            return
        now = time.monotonic()
        begins = now if len(self._begun) < self._rate else max(now, self._begun[0] + self._per)
        self._begun.append(begins)
        if len(self._begun) > self._rate:
            self._begun.popleft()
        await asyncio.sleep(begins - now)

    def leave(self) -> None:
        """Make room for the next one."""
        if self._slots is not None:
            self._slots.release()
