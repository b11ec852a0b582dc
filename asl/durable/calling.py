"""Who calls the handlers of tasks: plain functions in threads, async ones on the event loop.

Limits hold for one worker: how many calls of a resource are under way at a time, and how many
begin in a span of time. While a call waits for its turn its task's timeout runs.
"""

from __future__ import annotations

import asyncio
import inspect
from collections import deque
from fnmatch import fnmatchcase
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, cast

from asl.durable.threads import Threads
from asl.errors import UsageError
from asl.runtimes.aio import is_async

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from asl.engine.commands import InvokeTask
    from asl.tasks.context import TaskContext
    from asl.tasks.registry import Binding

#: Takes what a handler returned, or what it raised, on the event loop.
Done: TypeAlias = "Callable[[object, BaseException | None], None]"


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
        for pattern, limit in (limits or {}).items():
            if any(value is not None and value <= 0 for value in limit):
                raise UsageError(f"the limit of {pattern!r} has to be positive: {limit!r}")
        self._threads = Threads(threads)
        self._gates = {pattern: _Gate(limit) for pattern, limit in (limits or {}).items()}

    def call(
        self, task: InvokeTask, binding: Binding, context: Callable[[], TaskContext], done: Done
    ) -> Callable[[], None]:
        """Call a handler soon; gives what cancels the call.

        What has begun in a thread goes on: only nobody waits for it any more.
        """
        loop = asyncio.get_running_loop()
        gate = self._gate_of(task) if self._gates else None
        if is_async(binding):
            running = loop.create_task(_call_on_loop(gate, task, binding, context, done))
            return lambda: cast("None", running.cancel())
        call = _ThreadCall(loop, gate, binding, task, context, done)
        if gate is None:
            self._threads.submit(loop, call.work)
            return call.cancel
        waiting = loop.create_task(self._call_in_turn(loop, gate, call))

        def cancel() -> None:
            waiting.cancel()
            call.cancel()

        return cancel

    def close(self) -> None:
        """Begin no more calls."""
        self._threads.close()

    def _gate_of(self, task: InvokeTask) -> _Gate | None:
        for pattern, gate in self._gates.items():
            if fnmatchcase(task.resource.arn, pattern) or fnmatchcase(task.state_name, pattern):
                return gate
        return None

    async def _call_in_turn(
        self, loop: asyncio.AbstractEventLoop, gate: _Gate, call: _ThreadCall
    ) -> None:
        await gate.enter()
        self._threads.submit(loop, call.work)


async def _call_on_loop(
    gate: _Gate | None,
    task: InvokeTask,
    binding: Binding,
    context: Callable[[], TaskContext],
    done: Done,
) -> None:
    if gate is not None:
        await gate.enter()
    try:
        await _finish(_called(task, binding, context), done)
    finally:
        if gate is not None:
            gate.leave()


async def _called(task: InvokeTask, binding: Binding, context: Callable[[], TaskContext]) -> object:
    return await cast("Awaitable[object]", binding.call(task, context))


class _ThreadCall:
    """A call of a handler in a thread; it keeps its place until the thread has ended."""

    __slots__ = ("_binding", "_context", "_done", "_gate", "_is_cancelled", "_loop", "_task")

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        gate: _Gate | None,
        binding: Binding,
        task: InvokeTask,
        context: Callable[[], TaskContext],
        done: Done,
    ) -> None:
        self._loop = loop
        self._gate = gate
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
            return self._leave
        try:
            value = self._binding.call(self._task, self._context)
        except BaseException as error:  # whatever a handler raises fails its task, sys.exit too
            return partial(self._tell, None, error)
        if inspect.isawaitable(value):
            return partial(self._loop.create_task, _finish(value, self._tell))
        return partial(self._tell, value, None)

    def _tell(self, value: object, error: BaseException | None) -> None:
        self._leave()
        self._done(value, error)

    def _leave(self) -> None:
        if self._gate is not None:
            self._gate.leave()


async def _finish(value: Awaitable[object], done: Done) -> None:
    """Tell what came of a call, unless it was cancelled by us."""
    try:
        result = await value
        if inspect.isawaitable(result):
            result = await result
    except BaseException as error:  # whatever a handler raises fails its task, sys.exit too
        current = asyncio.current_task()
        if isinstance(error, asyncio.CancelledError) and current and current.cancelling():
            raise
        done(None, error)
    else:
        done(result, None)


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
        now = asyncio.get_running_loop().time()
        begins = now if len(self._begun) < self._rate else max(now, self._begun[0] + self._per)
        self._begun.append(begins)
        if len(self._begun) > self._rate:
            self._begun.popleft()
        try:
            await asyncio.sleep(begins - now)
        except asyncio.CancelledError:
            self.leave()
            raise

    def leave(self) -> None:
        """Make room for the next one."""
        if self._slots is not None:
            self._slots.release()
