"""Threads for an event loop: cheap for short calls, and quick when one of them has to wait.

A thread that takes a call has one other woken first, if there are more calls. That one waits for
the interpreter's lock until the first lets go of it: when it waits for something, and then the next
call begins at once; or when it has done some hundred short calls one after the other, for none of
which anybody had to be woken. The event loop, too, is woken once for all calls that have ended.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

#: What is done in a thread, and gives what is to be done on the event loop then; must not raise.
Work: TypeAlias = "Callable[[], Callable[[], object]]"


class Threads:
    """Does work in threads, what comes first first; a process that ends does not wait for them.

    Args:
        most: How many there may be.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._count = self._idle = 0
        self._is_waking = self._is_closed = False
        self._work: deque[tuple[asyncio.AbstractEventLoop, Work]] = deque()
        self._changed = threading.Condition()
        self._ended: deque[Callable[[], object]] = deque()
        self._is_told = False

    def submit(self, loop: asyncio.AbstractEventLoop, work: Work) -> None:
        """Do some work as soon as a thread is free; all of it is for one event loop."""
        with self._changed:
            self._work.append((loop, work))
            self._wake_one()

    def close(self) -> None:
        """Begin no more work; what has begun goes on."""
        with self._changed:
            self._is_closed = True
            self._work.clear()
            self._changed.notify_all()

    def _wake_one(self) -> None:
        """Have one more thread look for work, unless one is about to."""
        if self._is_waking or not self._work:
            return
        if self._idle:
            self._is_waking = True
            self._idle -= 1
            self._changed.notify()
        elif self._count < self._most:
            self._is_waking = True
            self._count += 1
            name = f"asl-task-{self._count}"
            threading.Thread(target=self._run, name=name, daemon=True).start()

    def _run(self) -> None:
        with self._changed:
            self._is_waking = False
        while (taken := self._take()) is not None:
            loop, work = taken
            self._ended.append(work())
            if not self._is_told:
                self._is_told = True
                loop.call_soon_threadsafe(self._tell)

    def _take(self) -> tuple[asyncio.AbstractEventLoop, Work] | None:
        with self._changed:
            while not self._work:
                if self._is_closed:
                    return None
                self._idle += 1
                self._changed.wait()
                self._is_waking = False
            taken = self._work.popleft()
            self._wake_one()
            return taken

    def _tell(self) -> None:
        self._is_told = False  # before looking: what ends from now on tells again
        while self._ended:
            self._ended.popleft()()
