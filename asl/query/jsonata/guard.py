"""The bounds of one evaluation: steps and depth are counted, so the same input ends the same way.

Everything that an evaluation does is paid for in steps: one for each part of the expression that is
evaluated, one for each item that is made or looked at, one for some characters of text. What may
get large is paid before it is made, so that the number of steps bounds time and memory alike. No
clock is read: an expression that runs into its bound does so on every machine.

The bounds are ours. JSONata has none, and what AWS's are is not known.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from asl.query.jsonata.faults import FaultError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asl.query.environment import Environment

#: Steps: a few seconds' worth of evaluating, and no more than some hundred megabytes of values.
MAX_STEPS = 2_000_000
#: Evaluations inside of evaluations. JSONata JS goes about as deep before its stack overflows.
MAX_DEPTH = 1000
_CHARACTERS_A_STEP = 16


#: Frames of Python's stack while an expression is read or evaluated: enough for MAX_DEPTH.
_FRAMES = 10_000


@contextmanager
def deep_stack() -> Iterator[None]:
    """Let Python's stack grow as deep as MAX_DEPTH needs, whatever the caller's limit is."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, _FRAMES))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


class Limits(NamedTuple):
    """How much one evaluation may do."""

    steps: int = MAX_STEPS
    depth: int = MAX_DEPTH


DEFAULT_LIMITS = Limits()


class Run:
    """One evaluation that is going on: what it may still use, and where it happens.

    ``steps`` and ``depth`` are counted by the closures themselves where that is faster than a call.
    """

    __slots__ = ("depth", "environment", "max_depth", "steps")

    def __init__(self, environment: Environment, limits: Limits = DEFAULT_LIMITS) -> None:
        self.environment = environment
        self.steps = limits.steps
        self.max_depth = limits.depth
        self.depth = 0

    def charge(self, steps: int) -> None:
        """Pay for so many values.

        Raises:
            FaultError: D1012, there are not so many steps left.
        """
        self.steps -= steps
        if self.steps < 0:
            raise FaultError("D1012")

    def charge_text(self, characters: int) -> None:
        """Pay for a text of so many characters, before it is made."""
        self.charge(characters // _CHARACTERS_A_STEP)

    def stop(self) -> None:
        """Find out which bound was reached.

        Raises:
            FaultError: D1011 for the depth, D1012 for the steps.
        """
        raise FaultError("D1012" if self.steps < 0 else "D1011")
