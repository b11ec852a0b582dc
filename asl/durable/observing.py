"""Who watches executions while workers drive them: the hooks, and handlers that are seen at work.

Without a watcher a hook is one look at an attribute. `asl.durable.telemetry` is a watcher.
"""

from __future__ import annotations

import inspect
import logging
import time
from contextlib import ExitStack, contextmanager, nullcontext
from typing import TYPE_CHECKING, ParamSpec, Protocol, TypeVar

from asl.durable.logs import about_execution, log, tell
from asl.errors import TaskFailed
from asl.tasks.registry import Binding

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from contextlib import AbstractContextManager

    from asl.durable.port import Commit, Loaded, Rest
    from asl.durable.run import DurableRun
    from asl.engine.commands import InvokeTask
    from asl.runtimes.driver import Call
    from asl.tasks.context import TaskContext

P = ParamSpec("P")
T = TypeVar("T")


class WatchedCall(Protocol):
    """A call of a handler that is being watched."""

    def active(self) -> AbstractContextManager[object]:
        """Where the handler runs: in its thread, or in its coroutine; the call begins with it."""

    def ended(self, seconds: float, error: str | None) -> None:
        """The call has ended, after so many seconds of real time, perhaps with an error."""


class Watcher(Protocol):
    """Sees what workers do. It must not take long: executions wait for it."""

    def claimed(self, run: DurableRun, loaded: Loaded) -> None:
        """A worker drives an execution from now on."""

    def committed(self, run: DurableRun, commit: Commit, rest: Rest | None) -> None:
        """A commit is durable, with the history up to its length; where the execution rests now."""

    def left(self, run: DurableRun) -> None:
        """This worker no more drives an execution."""

    def calling(self, run: DurableRun, task: InvokeTask, number: int) -> WatchedCall:
        """A handler is going to be called, for the so-manieth time in its state."""

    def wrote(self, commits: int, seconds: float) -> None:
        """So many commits were written in one transaction."""

    def gave_out(self, executions: int) -> None:
        """So many executions were given to workers: new ones, and those that were due or woken."""

    def gave_out_again(self, jobs: int) -> None:
        """So many jobs of dead workers were given to others."""


def guarded(watcher: Watcher) -> Watcher:
    """A watcher that may fail: executions go on, and the log tells of each hook's first failure."""
    return _Guarded(watcher)


class _Guarded:
    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher
        self._failed: set[str] = set()

    def claimed(self, run: DurableRun, loaded: Loaded) -> None:
        self.call(self._watcher.claimed, run, loaded)

    def committed(self, run: DurableRun, commit: Commit, rest: Rest | None) -> None:
        self.call(self._watcher.committed, run, commit, rest)

    def left(self, run: DurableRun) -> None:
        self.call(self._watcher.left, run)

    def calling(self, run: DurableRun, task: InvokeTask, number: int) -> WatchedCall:
        return _GuardedCall(self, self.call(self._watcher.calling, run, task, number))

    def wrote(self, commits: int, seconds: float) -> None:
        self.call(self._watcher.wrote, commits, seconds)

    def gave_out(self, executions: int) -> None:
        self.call(self._watcher.gave_out, executions)

    def gave_out_again(self, jobs: int) -> None:
        self.call(self._watcher.gave_out_again, jobs)

    def call(self, hook: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """What a hook returns; None if it fails."""
        try:
            return hook(*args, **kwargs)
        except Exception as error:  # whoever watches must not harm what is watched
            name = getattr(hook, "__qualname__", repr(hook))
            if name not in self._failed:
                self._failed.add(name)
                message = "the watcher's %(hook)s fails: %(reason)s"
                tell(
                    logging.ERROR, "watcher.failed", message, error=error, hook=name,
                    reason=repr(error),
                )  # fmt: skip
            return None


class _GuardedCall:
    def __init__(self, guard: _Guarded, call: WatchedCall | None) -> None:
        self._guard = guard
        self._call = call

    @contextmanager
    def active(self) -> Iterator[None]:
        with ExitStack() as stack:
            if self._call is not None:
                around = self._guard.call(self._call.active)
                if around is not None:
                    self._guard.call(stack.enter_context, around)
            yield

    def ended(self, seconds: float, error: str | None) -> None:
        if self._call is not None:
            self._guard.call(self._call.ended, seconds, error)


def watched(run: DurableRun, call: Call, watcher: Watcher | None) -> Binding:
    """The handler of a call, seen by whoever watches: the watcher, or the log at level DEBUG."""
    if watcher is None and not log.isEnabledFor(logging.DEBUG):
        return call[2]
    return _Watched(run, call, watcher)


class _Watched(Binding):
    """A binding whose call is told of."""

    __slots__ = ("_about", "_binding", "_call")

    def __init__(self, run: DurableRun, call: Call, watcher: Watcher | None) -> None:
        _, task, self._binding, number = call
        self.handler = self._binding.handler
        self._call = None if watcher is None else watcher.calling(run, task, number)
        self._about = {
            **about_execution(run.row), "state": task.state_name, "resource": task.resource.arn,
            "task_id": task.task_id, "attempt": task.attempt, "call": number,
        }  # fmt: skip

    def call(self, task: InvokeTask, make_context: Callable[[], TaskContext]) -> object:
        """Call the handler; what it returns, or what gives that when it is awaited."""
        started = time.monotonic()
        try:
            with self._active():
                value = self._binding.call(task, make_context)
        except BaseException as error:
            self._ended(started, error)
            raise
        if inspect.isawaitable(value):
            return self._awaited(started, value)
        self._ended(started, None)
        return value

    async def _awaited(self, started: float, value: Awaitable[object]) -> object:
        try:
            with self._active():
                result = await value
        except BaseException as error:
            self._ended(started, error)
            raise
        self._ended(started, None)
        return result

    def _active(self) -> AbstractContextManager[object]:
        return nullcontext() if self._call is None else self._call.active()

    def _ended(self, started: float, error: BaseException | None) -> None:
        seconds = time.monotonic() - started
        name = None if error is None else error_name(error)
        tell(
            logging.DEBUG,
            "task.ended",
            "%(execution)s: the call for %(state)r has ended after %(seconds).3f s"
            + ("" if name is None else ": %(error_name)s"),
            **self._about,
            seconds=seconds,
            error_name=name,
        )
        if self._call is not None:
            self._call.ended(seconds, name)


def error_name(error: BaseException) -> str:
    """The ASL error that an exception of a handler becomes."""
    return error.error or "" if isinstance(error, TaskFailed) else type(error).__name__
