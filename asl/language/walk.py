"""The machines, states and rules of a definition, one after the other in the order of the text.

The tree may have any shape: what is not an object where one is expected is passed over (the schema
complains of it). It knows nothing of what is right or wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asl.jsontypes import Json
    from asl.language.positions import Path

    Tree = dict[str, Json]


class Machine(NamedTuple):
    """The whole state machine (path ``()``), a branch or an item processor."""

    path: Path
    tree: Tree

    def states(self) -> dict[str, Json]:
        """What ``States`` holds, if that is an object."""
        states = self.tree.get("States")
        return states if isinstance(states, dict) else {}


class State(NamedTuple):
    """A state, with the machine that it stands in."""

    path: Path
    name: str
    tree: Tree
    machine: Machine


class Rule(NamedTuple):
    """A rule of a Choice state; ``is_nested`` inside And, Or and Not."""

    path: Path
    tree: Tree
    is_nested: bool


def machines(tree: Tree) -> Iterator[Machine]:
    """The state machine and all machines inside of it; each before those inside of it."""
    pending = [Machine((), tree)]
    while pending:
        machine = pending.pop()
        yield machine
        inner = [found for state in states_of(machine) for found in _machines_of(state)]
        pending += reversed(inner)


def states_of(machine: Machine) -> Iterator[State]:
    """The states of one machine, without those of the machines inside of them."""
    for name, state in machine.states().items():
        if isinstance(state, dict):
            yield State((*machine.path, "States", name), name, state, machine)


def _machines_of(state: State) -> Iterator[Machine]:
    for field, value in state.tree.items():
        if field in ("ItemProcessor", "Iterator") and isinstance(value, dict):
            yield Machine((*state.path, field), value)
        elif field == "Branches" and isinstance(value, list):
            for index, branch in enumerate(value):
                if isinstance(branch, dict):
                    yield Machine((*state.path, field, index), branch)


def rules_of(state: State) -> Iterator[Rule]:
    """The rules of a Choice state, each before those inside of it."""
    choices = state.tree.get("Choices")
    pending = _rules((*state.path, "Choices"), choices, is_nested=False)
    while pending:
        rule = pending.pop()
        yield rule
        for field, value in reversed(rule.tree.items()):
            if field in ("And", "Or"):
                pending += _rules((*rule.path, field), value, is_nested=True)
            elif field == "Not" and isinstance(value, dict):
                pending.append(Rule((*rule.path, field), value, is_nested=True))


def _rules(path: Path, value: Json, *, is_nested: bool) -> list[Rule]:
    """The rules of an array, last first."""
    items = value if isinstance(value, list) else []
    rules = [
        Rule((*path, index), item, is_nested)
        for index, item in enumerate(items)
        if isinstance(item, dict)
    ]
    return rules[::-1]
