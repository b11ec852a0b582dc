"""How far a long work has come: one line on a terminal, which is gone when the work is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from typing import TextIO

    from asl.runtimes.clocks import Clock

_SHOWN_AFTER_US = 1_000_000
_REWRITTEN_AFTER_US = 100_000
_ERASE = "\r\x1b[K"


class Progress:
    """Shows such as ``checking 312 of 4,000`` once the work has taken a second.

    Args:
        out: Nothing is shown if it is no terminal.
        verb: Such as ``checking``.
        total: How many things there are to do.
        clock: Where the time comes from.
    """

    def __init__(self, out: TextIO, verb: str, total: int, *, clock: Clock) -> None:
        self._out = out
        self._verb = verb
        self._total = total
        self._clock = clock
        self._done = 0
        self._is_shown = False
        self._next_us = clock.now_us() + _SHOWN_AFTER_US if out.isatty() else None

    def step(self) -> None:
        """Another one is about to be done."""
        self._done += 1
        now_us = self._clock.now_us()
        if self._next_us is None or now_us < self._next_us:
            return
        self._next_us = now_us + _REWRITTEN_AFTER_US
        self._is_shown = True
        self._out.write(f"{_ERASE}{self._verb} {self._done:,} of {self._total:,}")
        self._out.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_shown:
            self._out.write(_ERASE)
            self._out.flush()
