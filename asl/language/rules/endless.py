"""Loops that nothing leads out of: whoever comes there runs until a limit of AWS ends it.

A way that may lead anywhere, since it names no state or has a placeholder, is taken for a way out.
So is a task that stops an execution. An error that nobody catches ends a loop too, but not as
anybody wants it.

Source: AWS guide, "Step Functions service quotas" (events of a history, duration of Express).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from asl.errors import quote
from asl.language.faults import Fault
from asl.language.flow.graph import ends, has_end, leading_to, loops

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asl.language.flow.graph import Ways
    from asl.language.walk import Machine, State

#: Names in a message.
_MOST_NAMES: Final = 4


def endless_loops(machine: Machine, ways: Ways) -> Iterator[Fault]:
    """Groups of states that lead to each other and never to an end: one fault for each.

    A machine without any state that ends it is the matter of other rules (ASL-109, ASL-114).

    Args:
        machine: The machine.
        ways: What `ways_round` gives for it.
    """
    states = machine.states
    goals = {name for name in ways.onward if name in ways.unknown or _may_end(states[name])}
    saved = leading_to(goals, ways.onward)
    if len(saved) == len(ways.onward) or not has_end(machine):
        return
    lost = {name: following for name, following in ways.onward.items() if name not in saved}
    group_of: dict[str, int] = {}
    for number, group in enumerate(loops(lost)):
        members = set(group)
        if all(after in members for one in group for after in lost[one]):
            group_of.update(dict.fromkeys(group, number))
    names_of: dict[int, list[str]] = {}
    for name in states:
        if name in group_of:
            names_of.setdefault(group_of[name], []).append(name)
    for name, number in _heads(group_of, ways, states).items():
        yield Fault(
            (*machine.path, "States", name),
            _sentence(machine, names_of[number]),
            "ASL-903",
            at_key=True,
            hint="let a Choice lead out of the loop",
        )


def _may_end(state: State) -> bool:
    if ends(state):
        return True
    resource = state.tree.get("Resource")
    return isinstance(resource, str) and "stopExecution" in resource


def _heads(group_of: Mapping[str, int], ways: Ways, states: Mapping[str, State]) -> dict[str, int]:
    """For each group the first of its states, in the order of the text, that is entered."""
    entered = {ways.start} | {
        after
        for name, following in ways.onward.items()
        for after in following
        if group_of.get(after, -1) != group_of.get(name, -1)
    }
    heads: dict[int, str] = {}
    for name in states:
        if name in group_of and name in entered:
            heads.setdefault(group_of[name], name)
    return {name: group for group, name in heads.items()}


def _sentence(machine: Machine, names: list[str]) -> str:
    until = f"until an error{_timeout(machine)} or {_limit(machine)} the execution"
    if len(names) == 1:
        return f"{quote(names[0])} leads to itself only: it runs {until}"
    shown = ", ".join(map(quote, names[:_MOST_NAMES]))
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return f"{shown}{more} lead to each other only: they run {until}"


def _limit(machine: Machine) -> str:
    return "the five minutes of Express end" if machine.type == "EXPRESS" else "25,000 events end"


def _timeout(machine: Machine) -> str:
    """The timeout of the whole, if it has one and runs as one execution with this machine."""
    while machine.outer is not None and not machine.is_distributed:
        machine = machine.outer.machine
    return ", the timeout" if machine.outer is None and "TimeoutSeconds" in machine.tree else ""
