"""Sets of ordered things as intervals between cuts: numbers, texts, instants.

A cut lies before or behind a thing, so that no interval needs to know whether its ends belong to
it: what is below 5 ends before 5, what is 5 at most ends behind it.

It knows nothing of rules or of JSON.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Any, Final, TypeAlias

#: ``(0, thing, 0)`` lies before a thing, ``(0, thing, 1)`` behind it.
Cut: TypeAlias = "tuple[Any, ...]"
#: Pairs of cuts, in order, that don't touch.
Intervals: TypeAlias = "tuple[tuple[Cut, Cut], ...]"

LOW: Final[Cut] = (-2,)
#: Between what is no thing of the kind that is ordered, and all that are.
FLOOR: Final[Cut] = (-1,)
HIGH: Final[Cut] = (1,)
ALL: Final[Intervals] = ((LOW, HIGH),)
#: Two halves, for what is true or false and has no order.
YES: Final[Intervals] = ((FLOOR, HIGH),)
NO: Final[Intervals] = ((LOW, FLOOR),)


def related(relation: str, thing: object, lowest: Cut = LOW) -> Intervals:
    """The things that stand in one of ASL's relations to a thing, such as ``LessThan``."""
    before, behind = (0, thing, 0), (0, thing, 1)
    return {
        "Equals": ((before, behind),),
        "LessThan": ((lowest, before),),
        "LessThanEquals": ((lowest, behind),),
        "GreaterThan": ((behind, HIGH),),
        "GreaterThanEquals": ((before, HIGH),),
    }[relation]


def complement(intervals: Intervals) -> Intervals:
    """All that is not in a set."""
    cuts = [LOW, *(cut for interval in intervals for cut in interval), HIGH]
    pairs = zip(cuts[::2], cuts[1::2], strict=True)
    return tuple((start, end) for start, end in pairs if start < end)


def union(one: Intervals, other: Intervals) -> Intervals:
    """All that is in either of two sets."""
    merged: list[tuple[Cut, Cut]] = []
    for start, end in sorted((*one, *other)):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def intersection(one: Intervals, other: Intervals) -> Intervals:
    """All that is in both of two sets."""
    found: list[tuple[Cut, Cut]] = []
    left = right = 0
    while left < len(one) and right < len(other):
        start = max(one[left][0], other[right][0])
        end = min(one[left][1], other[right][1])
        if start < end:
            found.append((start, end))
        if one[left][1] < other[right][1]:
            left += 1
        else:
            right += 1
    return tuple(found)


def is_inside(one: Intervals, other: Intervals) -> bool:
    """Whether all of the first set is in the second one."""
    for start, end in one:
        index = bisect_right(other, start, key=lambda interval: interval[0]) - 1
        if index < 0 or other[index][1] < end:
            return False
    return True


def single_things(intervals: Intervals) -> list[Any] | None:
    """The things of a set that is no more than a few of them; None for any other."""
    things = []
    for start, end in intervals:
        if len(start) < 3 or len(end) < 3 or start[1] != end[1]:
            return None
        things.append(start[1])
    return things
