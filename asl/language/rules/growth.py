"""Payloads and variables that grow with every round of a loop, until AWS's limit of their size.

Something grows if a state of the loop puts it into itself: an array that it is appended to, a text
that is continued, the whole input as a field of the output. It must come round again for certain:
every other way of the loop keeps it, or lets it grow too. Where that can't be told, and where a
Choice of the loop asks about it, which may end the loop in time, nothing is said.

Source: AWS guide, "Step Functions service quotas" (size of a payload, of a variable).
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from asl.errors import quote
from asl.language.faults import Fault
from asl.language.flow.graph import loops, way_round, ways_out
from asl.language.flow.growing import Spot, effect_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from asl.jsontypes import Json
    from asl.language.flow.graph import Onward, Way, Ways
    from asl.language.flow.growing import Effect, Entry
    from asl.language.walk import Machine, State

#: Things in one loop that may grow; each is looked for on all ways of the loop.
_MOST_CANDIDATES: Final = 20
#: States of a loop that are named, and rules of its Choices that are read.
_MOST_NAMES: Final = 6
_MOST_RULES: Final = 1000


class _Growth(NamedTuple):
    way: Way
    spot: Spot
    entry: Entry


def growing_payloads(machine: Machine, ways: Ways) -> Iterator[Fault]:
    """What grows with each round of a loop, once for each state that lets it grow.

    Args:
        machine: The machine.
        ways: What `ways_round` gives for it.
    """
    for names in loops(ways.onward):
        group = set(names)
        if group & ways.unknown:
            continue
        states = [machine.states[name] for name in names]
        if not any(map(_may_grow, states)):
            continue
        inside = [way for state in states for way in ways_out(state) if way.target in group]
        effects = [effect_of(way) for way in inside]
        told = set()
        for growth in _candidates(inside, effects):
            spot, state = growth.spot, growth.way.state
            if (spot, state.name) in told or not _comes_round(spot, effects):
                continue
            if not _is_asked_for(spot, states):
                told.add((spot, state.name))
                yield _fault(growth, ways.onward, group)


def _may_grow(state: State) -> bool:
    """Whether a state has anything that may be put into itself."""
    if state.kind == "Pass" and state.language != "JSONata" and "Result" not in state.tree:
        return True
    holders: list[Json] = [state.tree]
    for field in ("Choices", "Catch"):
        entries = state.tree.get(field)
        if isinstance(entries, list):
            holders += entries
    return any(isinstance(one, dict) and ("Assign" in one or "Output" in one) for one in holders)


def _candidates(ways: list[Way], effects: list[Effect]) -> Iterable[_Growth]:
    return islice(
        (
            _Growth(way, spot, entry)
            for way, effect in zip(ways, effects, strict=True)
            for spot in (*effect.written, *(effect.assigned or ()))
            if (entry := effect.grows(spot))
        ),
        _MOST_CANDIDATES,
    )


def _comes_round(spot: Spot, effects: list[Effect]) -> bool:
    return all(effect.keeps(spot) or effect.grows(spot) for effect in effects)


def _is_asked_for(spot: Spot, states: list[State]) -> bool:
    """Whether a Choice of the loop has the name of what grows in one of its conditions."""
    if not spot.steps:
        return False
    name = re.compile(rf"(?<!\w){re.escape(spot.steps[-1])}(?!\w)")
    rules = (rule for state in states if state.kind == "Choice" for rule in state.rules)
    for number, rule in enumerate(rules):
        if number >= _MOST_RULES or any(
            isinstance(value, str) and name.search(value)
            for key, value in rule.tree.items()
            if key not in ("Next", "Comment")
        ):
            return True
    return False


def _fault(growth: _Growth, onward: Onward, group: set[str]) -> Fault:
    way, spot = growth.way, growth.spot
    names = way_round(way.state.name, way.target, onward, group)
    shown = " > ".join(map(quote, names))
    if len(names) > _MOST_NAMES + 1:
        shown = f"{' > '.join(map(quote, names[:_MOST_NAMES]))} > ... > {quote(names[-1])}"
    if spot.is_variable:
        what, whole = f"${spot.steps[0]}", "variable"
    else:
        root = "$states.input" if way.state.language == "JSONata" else "$"
        what, whole = ".".join((root, *spot.steps)), "payload"
    return Fault(
        growth.entry.path,
        f"{quote(what)} grows with each round of the loop {shown}",
        "ASL-904",
        hint=f"a {whole} of more than 256 KiB ends the execution with States.DataLimitExceeded",
    )
