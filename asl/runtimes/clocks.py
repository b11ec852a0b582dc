"""Where the time comes from: a clock that jumps, and the system's.

A runtime asks a clock for the time and lets it come to an instant. A virtual clock is simply there
at once, so a year costs nothing; it is moved only when nothing else can happen before that instant.
Instants are integers of microseconds since the epoch.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

from asl.errors import ClockError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

#: Where a virtual clock starts when nobody says: fixed, so that a run can be repeated exactly.
DEFAULT_START = datetime(2025, 1, 1, tzinfo=UTC)


def to_microseconds(at: datetime) -> int:
    """An aware datetime as microseconds since the epoch.

    Raises:
        ClockError: It has no time zone.
    """
    if at.tzinfo is None:
        raise ClockError(f"{at!r} has no time zone: give an aware datetime, such as tzinfo=UTC")
    return (at - _EPOCH) // _MICROSECOND


_DEFAULT_START_US = to_microseconds(DEFAULT_START)


class Clock(Protocol):
    """What a runtime needs of a clock."""

    @property
    def is_virtual(self) -> bool:
        """Whether waiting takes no real time."""

    def now_us(self) -> int:
        """The time, in microseconds since the epoch."""

    def wait_until(self, at_us: int) -> None:
        """Come back when it is that time or later."""

    async def wait_until_async(self, at_us: int) -> None:
        """The same, letting other tasks run."""


class VirtualClock:
    """A clock that jumps.

    Args:
        start: An aware datetime; 2025-01-01T00:00:00Z if not given.
    """

    is_virtual = True

    def __init__(self, start: datetime | None = None) -> None:
        self._now_us = _DEFAULT_START_US if start is None else to_microseconds(start)

    def now_us(self) -> int:
        """The time, in microseconds since the epoch."""
        return self._now_us

    def wait_until(self, at_us: int) -> None:
        """Jump to an instant; an earlier one changes nothing."""
        self._now_us = max(self._now_us, at_us)

    async def wait_until_async(self, at_us: int) -> None:
        """Jump to an instant; an earlier one changes nothing."""
        self.wait_until(at_us)

    def __repr__(self) -> str:
        return f"VirtualClock({(_EPOCH + self._now_us * _MICROSECOND).isoformat()})"


class SystemClock:
    """The system's clock: waiting takes as long as it says."""

    is_virtual = False

    def now_us(self) -> int:
        """The time, in microseconds since the epoch."""
        return time.time_ns() // 1000

    def wait_until(self, at_us: int) -> None:
        """Sleep until an instant."""
        while (left := at_us - self.now_us()) > 0:
            time.sleep(left / 1_000_000)

    async def wait_until_async(self, at_us: int) -> None:
        """Sleep until an instant, letting other tasks run."""
        import asyncio  # noqa: PLC0415 - who waits this way has imported it

        await asyncio.sleep(max(0, at_us - self.now_us()) / 1_000_000)

    def __repr__(self) -> str:
        return "SystemClock()"
