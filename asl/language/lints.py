"""The rules that only ever warn, and take the longest: they follow control and data about.

Whoever loads a machine asks only whether it has errors, so nothing here is imported then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl.language.flow.graph import ways_round
from asl.language.rules import endless, flow, growth, shadowed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from asl.language.faults import Fault
    from asl.language.reading import Reading
    from asl.language.walk import Machine


def in_choices(machines: Sequence[Machine]) -> Iterator[Fault]:
    """What the rules of single Choice states can never do."""
    for machine in machines:
        for state in machine.states.values():
            yield from shadowed.shadowed_rules(state)


def in_flow(machines: Sequence[Machine], readings: Mapping[int, Reading]) -> Iterator[Fault]:
    """What depends on how control and data go through the machines."""
    for machine in machines:
        ways = ways_round(machine)
        if ways is not None:
            yield from endless.endless_loops(machine, ways)
            yield from growth.growing_payloads(machine, ways)
    yield from flow.fields_never_set(machines, lambda state: readings[id(state)].queries)
