"""The ways of a machine: which state may follow which, where they lead round, where they end.

A walk that trusts no shape. What is not known counts as a way to anywhere, so that who asks can
keep silent about it.

Source: ASL specification, "Transitions".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from asl.language.substitutions import has_placeholder
from asl.language.walk import ENDING_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from asl.jsontypes import Json
    from asl.language.positions import Path
    from asl.language.walk import Machine, State, Tree

    Onward: TypeAlias = Mapping[str, Sequence[str]]


class Ways(NamedTuple):
    """Where the states of a machine lead that can be come to.

    Attributes:
        onward: The states that may follow each one, in the order of the text.
        unknown: Those of which a way leads nobody knows where: a name that is no state's (it may
            be misspelt, or have a placeholder), a state without a type or without a Next.
        start: The first state.
    """

    onward: Onward
    unknown: frozenset[str]
    start: str


class Way(NamedTuple):
    """One way out of a state; ``tree``, which has its Output and Assign, may be a rule's."""

    state: State
    target: str
    kind: Literal["next", "rule", "catch"]
    path: Path
    tree: Tree


def ways_of(machine: Machine) -> Ways | None:
    """The ways from StartAt on; None where that names no state."""
    start = machine.tree.get("StartAt")
    states = machine.states
    if not isinstance(start, str) or start not in states:
        return None
    onward: dict[str, list[str]] = {}
    unknown = set()
    pending = [start]
    for name in pending:  # it grows
        if name in onward:
            continue
        onward[name] = following = []
        for target in _targets(states[name]):
            if isinstance(target, str) and target in states:
                following.append(target)
                if target not in onward:
                    pending.append(target)
            else:
                unknown.add(name)
    return Ways(onward, frozenset(unknown), start)


def _targets(state: State) -> list[Json]:
    """All that names what follows a state; None where something ought to and does not."""
    tree, kind = state.tree, state.kind
    if kind in ENDING_TYPES:
        return []
    if kind == "Choice":
        choices = tree.get("Choices")
        nothing: list[Json] = [None]
        found = _next_of_all(choices) if isinstance(choices, list) and choices else nothing
        if "Default" in tree:
            found.append(tree["Default"])
        return found
    is_end = "End" in tree and ends(state)
    found = [] if is_end else [tree.get("Next") if kind else None]
    if "Catch" in tree:
        catchers = tree["Catch"]
        found += _next_of_all(catchers) if isinstance(catchers, list) else [None]
    return found


def _next_of_all(entries: list[Json]) -> list[Json]:
    return [entry.get("Next") if isinstance(entry, dict) else None for entry in entries]


def has_end(machine: Machine) -> bool:
    """Whether some state of a machine ends it, for all that is known."""
    if any(map(ends, machine.states.values())):
        return True
    names = machine.all_states
    return len(machine.states) < len(names) and any(map(has_placeholder, names.values()))


def ends(state: State) -> bool:
    """Whether a state ends its machine, for all that is known."""
    end = state.tree.get("End")
    if state.kind is not None and (end is None or end is True):
        return end is True or state.kind in ENDING_TYPES or any(map(has_placeholder, state.tree))
    kind = state.tree.get("Type")
    if kind is None:
        return False
    return kind in ENDING_TYPES or end is True or has_placeholder(end) or has_placeholder(kind)


def ways_round(machine: Machine) -> Ways | None:
    """The ways of a machine that may have loops.

    None where no state leads to itself or to one before it in the text: most are written so.
    """
    order = {name: number for number, name in enumerate(machine.states)}
    for place, state in enumerate(machine.states.values()):
        for target in state.targets:
            name = target.name
            if type(name) is str and order.get(name, place + 1) <= place:
                return ways_of(machine)
    return None


def ways_out(state: State) -> Iterator[Way]:
    """The ways out of a state, each with the object that says what is passed on."""
    tree, path = state.tree, state.path
    following = tree.get("Default" if state.kind == "Choice" else "Next")
    if isinstance(following, str):
        yield Way(state, following, "next", path, tree)
    kinds: tuple[tuple[str, Literal["rule", "catch"]], ...] = (
        ("Choices", "rule"),
        ("Catch", "catch"),
    )
    for field, kind in kinds:
        entries = tree.get(field)
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            target = entry.get("Next") if isinstance(entry, dict) else None
            if isinstance(entry, dict) and isinstance(target, str):
                yield Way(state, target, kind, (*path, field, index), entry)


def loops(onward: Onward) -> list[list[str]]:
    """The groups of states that all lead to each other, those that are led to first.

    A state alone is a loop if it leads to itself.
    """
    return [
        group for group in _components(onward) if len(group) > 1 or group[0] in onward[group[0]]
    ]


def _components(onward: Onward) -> Iterator[list[str]]:
    """Strongly connected components, by Tarjan's algorithm without recursion."""
    numbers: dict[str, int] = {}
    lowest: dict[str, int] = {}
    waiting: list[str] = []
    is_waiting: set[str] = set()
    for root in onward:
        if root in numbers:
            continue
        work: list[tuple[str, Iterator[str]]] = []

        def begin(name: str, work: list[tuple[str, Iterator[str]]] = work) -> None:
            numbers[name] = lowest[name] = len(numbers)
            waiting.append(name)
            is_waiting.add(name)
            work.append((name, iter(onward[name])))

        begin(root)
        while work:
            name, rest = work[-1]
            for after in rest:
                if after not in numbers:
                    begin(after)
                    break
                if after in is_waiting and numbers[after] < lowest[name]:
                    lowest[name] = numbers[after]
            else:
                work.pop()
                if work and lowest[name] < lowest[work[-1][0]]:
                    lowest[work[-1][0]] = lowest[name]
                if lowest[name] == numbers[name]:
                    group: list[str] = []
                    while not group or group[-1] != name:
                        group.append(waiting.pop())
                    is_waiting.difference_update(group)
                    yield group[::-1]


def leading_to(goals: Iterable[str], onward: Onward) -> set[str]:
    """The states from which one of the goals can be come to, and the goals."""
    before: dict[str, list[str]] = {name: [] for name in onward}
    for name, following in onward.items():
        for after in following:
            before[after].append(name)
    found: set[str] = set()
    pending = list(goals)
    while pending:
        name = pending.pop()
        if name not in found:
            found.add(name)
            pending += before[name]
    return found


def way_round(first: str, second: str, onward: Onward, group: set[str]) -> list[str]:
    """A shortest way from a state over the second one and back: all its states, the first twice."""
    came_from: dict[str, str] = {second: first}
    pending = [second]
    for name in pending:
        if name == first:
            break
        for after in onward[name]:
            if after in group and after not in came_from:
                came_from[after] = name
                pending.append(after)
    names = [first]
    name = first
    while True:
        name = came_from[name]
        names.append(name)
        if name == first:
            return names[::-1]
