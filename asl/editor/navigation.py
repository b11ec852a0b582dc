"""Where a name comes from and where it is used: `definition`, `references`, `symbols`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asl.editor.expressions import word_at
from asl.editor.names import (
    Inner,
    machines_of,
    points_at_state,
    references_in,
    states_of,
    variables_in,
)
from asl.editor.shapes import place_at
from asl.editor.tree import Object, Scalar, spot_at

if TYPE_CHECKING:
    from asl.editor.document import Document
    from asl.editor.lines import Position, Range
    from asl.editor.names import Reference, Variable
    from asl.editor.tree import Spot
    from asl.language.positions import Path


@dataclass(frozen=True, slots=True)
class Target:
    """The name of a state in a text, and the machine that the state belongs to."""

    name: str
    machine: Path
    scalar: Scalar


def target_at(document: Document, offset: int) -> Target | None:
    """The name of a state that an offset stands in: as a key of States, or where one is named."""
    spot = spot_at(document.tree, offset)
    if spot is None:
        return None
    if spot.is_key:
        outer = spot.path[:-1]
        is_state = outer[-1:] == ("States",) and place_at(document.tree, outer).kind == "states"
        return Target(spot.scalar.text, outer[:-1], spot.scalar) if is_state else None
    machine = points_at_state(spot.path)
    if machine is None or not spot.scalar.is_string:
        return None
    return Target(spot.scalar.text, machine, spot.scalar)


def definition(document: Document, position: Position) -> list[Range]:
    """The key of the state that is named at a position, or where the variable there is set."""
    offset = document.lines.offset(position)
    target = target_at(document, offset)
    if target is not None:
        return [
            document.lines.range(state.member.key.start, state.member.key.end)
            for state in states_of(document.tree, target.machine)
            if state.name == target.name
        ]
    spot = spot_at(document.tree, offset)
    return [
        document.lines.range(variable.key.start, variable.key.end)
        for variable in (variables_at(document, spot, offset) if spot else [])
    ]


def variables_at(document: Document, spot: Spot, offset: int) -> list[Variable]:
    """Where the variable is set that is read at an offset in a string."""
    if spot.is_key:
        return []
    text = document.text[spot.scalar.start : spot.scalar.end]
    word = word_at(text, offset - spot.scalar.start)
    if word is None or not word.text.startswith("$") or word.text[:2] == "$$":
        return []
    name = word.text[1:].partition(".")[0]
    machines = place_at(document.tree, spot.path).machines
    return [one for one in variables_in(document.tree, machines) if one.name == name]


def references(
    document: Document, position: Position, *, with_declaration: bool = True
) -> list[Range]:
    """Every place of the machine that names the state at a position."""
    target = target_at(document, document.lines.offset(position))
    if target is None:
        return []
    return [
        document.lines.range(one.scalar.start, one.scalar.end)
        for one in uses_of(document, target)
        if with_declaration or not one.is_key
    ]


def uses_of(document: Document, target: Target) -> list[Reference]:
    """Every place of the machine that names a state; one of YAML that is repeated only once."""
    found: dict[int, Reference] = {}
    for one in references_in(document.tree, target.machine):
        if one.scalar.text == target.name and one.scalar.is_string:
            found.setdefault(one.scalar.start, one)
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Symbol:
    """A state in the outline.

    Attributes:
        name: Of the state, or of a branch that stands between a Parallel and its states.
        detail: Its type.
        range: All of it.
        selection: Its key.
        children: The states inside of it.
    """

    name: str
    detail: str
    range: Range
    selection: Range
    children: tuple[Symbol, ...] = ()


def symbols(document: Document) -> list[Symbol]:
    """The outline: the states, and below a Parallel or Map the states inside of it."""
    return _symbols(document, Inner((), document.tree))


def _symbols(document: Document, machine: Inner) -> list[Symbol]:
    found = []
    lines = document.lines
    for state in machine.states():
        member = state.member
        value = member.value
        children = [symbol for inner in machines_of(state) for symbol in _symbols(document, inner)]
        found.append(
            Symbol(
                state.name or '""',
                (value.text("Type") or "") if isinstance(value, Object) else "",
                lines.range(member.key.start, member.end),
                lines.range(member.key.start, member.key.end),
                tuple(children),
            )
        )
    return found
