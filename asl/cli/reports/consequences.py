"""What follows from a fault, in few lines: it is gone when the fault is."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from asl.cli.terminal import visible
from asl.language.diagnostics import clip

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from asl.language.diagnostics import Diagnostic

_MOST_NAMED = 5
_UNREACHABLE = "ASL-110"


def folded(consequences: Iterable[Diagnostic]) -> Iterator[str]:
    """A line for each consequence, and one for all the states that can't be reached."""
    for rule, group in groupby(consequences, key=lambda one: one.rule):
        same = list(group)
        if rule == _UNREACHABLE:
            yield _unreachable([_state_of(one) for one in same])
            continue
        yield from (f"so {visible(one.message)}" for one in same[:_MOST_NAMED])
        if len(same) > _MOST_NAMED:
            yield f"and {len(same) - _MOST_NAMED:,} more like it"


def _unreachable(names: Sequence[str]) -> str:
    more = ", ..." if len(names) > _MOST_NAMED else ""
    what = "state" if len(names) == 1 else "states"
    return f"so {len(names):,} {what} can't be reached: {', '.join(names[:_MOST_NAMED])}{more}"


def _state_of(one: Diagnostic) -> str:
    name = one.pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")
    return visible(clip(name))
