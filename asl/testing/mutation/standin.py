"""Mutants in the place of the machines that tests have, or will load.

A machine belongs to a definition if their trees are the same, whatever placeholders are filled
with. It is changed in place, so that it does not matter who holds it: a module, a fixture, another
machine's ``machines``.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from asl.machine import witnesses
from asl.testing.mutation.running import loaded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asl.jsontypes import Json
    from asl.machine import StateMachine
    from asl.testing.mutation.mutants import Mutant

_PLACEHOLDER = re.compile(r"\$\{[^}]*\}")


class StandIns:
    """The machines of some definitions, seen from the moment they are made.

    Args:
        trees: The definitions by name, with their placeholders open.
    """

    def __init__(self, trees: dict[str, Json]) -> None:
        self._trees = trees
        self._machines: dict[str, WeakSet[StateMachine]] = {name: WeakSet() for name in trees}
        self._active: tuple[str, Mutant] | None = None
        self._kept: list[tuple[StateMachine, dict[str, Any]]] = []
        self._is_making = False
        witnesses.append(self._see)

    def close(self) -> None:
        """See no more machines."""
        witnesses.remove(self._see)

    def name_of(self, tree: Json) -> str | None:
        """Which definition a tree belongs to."""
        return next((name for name, each in self._trees.items() if matches(each, tree)), None)

    @contextmanager
    def put(self, name: str, mutant: Mutant) -> Iterator[None]:
        """Let all machines of a definition be a mutant of it."""
        self._active = name, mutant
        try:
            for machine in list(self._machines[name]):
                self._replace(machine, mutant)
            yield
        finally:
            self._active = None
            for machine, fields in self._kept:
                vars(machine).clear()
                vars(machine).update(fields)
            self._kept.clear()

    def _see(self, machine: StateMachine) -> None:
        name = None if self._is_making else self.name_of(machine.definition.tree)
        if name is None:
            return
        self._machines[name].add(machine)
        if self._active is not None and self._active[0] == name:
            self._replace(machine, self._active[1])

    def _replace(self, machine: StateMachine, mutant: Mutant) -> None:
        fields = vars(machine)
        self._is_making = True
        try:
            other = loaded(mutant.applied_to(machine.definition.tree), machine.definition.type)
        finally:
            self._is_making = False
        if other is not None:
            self._kept.append((machine, fields.copy()))
            arn = machine.arn
            fields.clear()
            fields.update(vars(other), arn=arn)


def matches(tree: Json, filled: Json) -> bool:
    """Whether a tree is another one with its placeholders filled."""
    if isinstance(tree, str) and "${" in tree:
        return _fits(tree, filled)
    if isinstance(tree, dict):
        return (
            isinstance(filled, dict)
            and len(tree) == len(filled)
            and all(_has_member(filled, key, value) for key, value in tree.items())
        )
    if isinstance(tree, list):
        return (
            isinstance(filled, list)
            and len(tree) == len(filled)
            and all(map(matches, tree, filled))
        )
    return type(tree) is type(filled) and tree == filled


def _has_member(filled: dict[str, Json], key: str, value: Json) -> bool:
    if key in filled:
        return matches(value, filled[key])
    return "${" in key and any(
        _fits(key, other) and matches(value, filled[other]) for other in filled
    )


def _fits(text: str, filled: Json) -> bool:
    """A text that is one placeholder may become any JSON, others become other texts."""
    if _PLACEHOLDER.fullmatch(text):
        return True
    pattern = ".*".join(map(re.escape, _PLACEHOLDER.split(text)))
    return isinstance(filled, str) and re.fullmatch(pattern, filled, re.DOTALL) is not None
