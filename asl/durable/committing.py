"""Commits of many executions in one transaction: the lever of a durable host's speed.

One thread writes. Whatever executions have asked for while it wrote goes into its next
transaction. A database that is down is tried again until it is back: executions stand still
meanwhile, and nothing is lost, since what they have done is still in memory.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from sqlalchemy import exc

from asl.durable.port import Fenced

if TYPE_CHECKING:
    from collections.abc import Callable

    from asl.durable.logs import Outage
    from asl.durable.observing import Watcher
    from asl.durable.port import Backend, Commit

    Order: TypeAlias = "tuple[Commit, asyncio.Future[bool]]"

T = TypeVar("T")

#: Commits in one transaction, at most.
MOST = 500
#: Seconds between two tries to reach a database: the first, and the longest.
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
#: A deadlock or a database that goes away, is full or gives no connection may be over at the next
#: try.
PASSING = (exc.OperationalError, exc.InterfaceError, exc.InternalError, exc.TimeoutError)


def patiently(
    do: Callable[[], T], doing: str, outage: Outage, is_stopping: Callable[[], bool]
) -> T:
    """Ask a database for something until it answers, in a thread that may wait.

    Raises:
        DBAPIError: It does not answer, and nobody wants to wait any more; or it refuses this.
    """
    pause = FIRST_PAUSE
    while True:
        try:
            given = do()
        except PASSING as error:
            if is_stopping():
                raise
            outage.begin(doing, error)
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
        else:
            outage.end(doing)
            return given


class Committer:
    """Writes the commits of a worker's executions, in a thread of its own.

    Args:
        backend: Where they go.
        outage: Is told when that fails.
        watcher: Is told of each transaction.
    """

    def __init__(self, backend: Backend, outage: Outage, watcher: Watcher | None = None) -> None:
        self._backend = backend
        self._outage = outage
        self._watcher = watcher
        self._orders: queue.SimpleQueue[Order | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="asl-committer", daemon=True)
        self._thread.start()

    async def commit(self, commit: Commit) -> bool:
        """Make a change durable.

        Returns:
            False if the execution was to rest, but mail has come: it is still driven.

        Raises:
            Fenced: Somebody else has claimed the execution.
            DBAPIError: The database refuses this very commit.
        """
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._orders.put((commit, future))
        return await future

    def close(self) -> None:
        """Write what was ordered, and end; a database that is down is not waited for."""
        self._stopping.set()
        self._orders.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (orders := self._next()) is not None:
            if orders:
                self._write(orders)

    def _next(self) -> list[Order] | None:
        """All that is ordered by now, after waiting for something; None at the end."""
        first = self._orders.get()
        if first is None:
            return None
        orders = [first]
        while len(orders) < MOST and not self._orders.empty():
            another = self._orders.get()
            if another is None:
                self._orders.put(None)
                break
            orders.append(another)
        return orders

    def _write(self, orders: list[Order]) -> None:
        commits = [commit for commit, _ in orders]
        pause, is_repeated = FIRST_PAUSE, False
        while True:
            started = time.monotonic()
            try:
                kept = self._backend.commit(commits)
                if is_repeated:  # an earlier try may have been written, and its answer lost
                    kept = [
                        self._has_happened(commit) if result is None else result
                        for commit, result in zip(commits, kept, strict=True)
                    ]
            except PASSING as error:
                if self._stopping.is_set():
                    _settle(orders, error)
                    return
                self._outage.begin("writing commits", error)
                time.sleep(pause)
                pause, is_repeated = min(2 * pause, LONGEST_PAUSE), True
            except Exception as error:
                if len(orders) == 1:
                    _settle(orders, error)
                else:
                    for order in orders:
                        self._write([order])
                return
            else:
                self._outage.end("writing commits")
                if self._watcher is not None:
                    self._watcher.wrote(len(commits), time.monotonic() - started)
                _settle(orders, kept)
                return

    def _has_happened(self, commit: Commit) -> bool | None:
        """What `Backend.commit` would have said when a commit was written, if it was."""
        loaded = self._backend.load(commit.execution_id)
        if loaded is None or loaded.row.epoch != commit.epoch or loaded.row.seq != commit.next_seq:
            return None
        return commit.rest is None or loaded.row.stage != "driven"


def _settle(orders: list[Order], results: list[bool | None] | Exception) -> None:
    """Tell everybody what became of an order, each on its own event loop."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[bool], object]]] = {}
    for place, (_, future) in enumerate(orders):
        result = results if isinstance(results, Exception) else results[place]
        by_loop.setdefault(future.get_loop(), []).append((future, result))
    for loop, told in by_loop.items():
        with suppress(RuntimeError):  # its loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_tell, told)


def _tell(told: list[tuple[asyncio.Future[bool], object]]) -> None:
    for future, result in told:
        if future.cancelled():
            continue
        if isinstance(result, Exception):
            future.set_exception(result)
        elif result is None:
            future.set_exception(Fenced())
        else:
            future.set_result(bool(result))


class DirectCommitter:
    """Writes each commit at once, in the caller's thread: for virtual time."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    async def commit(self, commit: Commit) -> bool:
        """Make a change durable; see `Committer.commit`."""
        (kept,) = self._backend.commit([commit])
        if kept is None:
            raise Fenced
        return kept
