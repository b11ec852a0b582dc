"""What one way out of a state makes of a spot, in the data or among variables: kept, grown or lost.

Only what is certain is told: a value that is computed in any other way than by putting things
together has nothing to do with what was there before.

Source: ASL specification, "Input and output processing", "Intrinsic functions"; AWS guide, "Passing
data between states with variables"; JSONata 2.0.6, ``$append``, ``&`` and array constructors.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from asl.errors import QuerySyntaxError
from asl.language.flow.values import call_in, data_path, expression_in, simple_tree
from asl.language.substitutions import has_placeholder
from asl.language.walk import WORKING_TYPES
from asl.query.intrinsic_parser import Call, Literal
from asl.query.intrinsic_parser import Path as Argument
from asl.query.jsonata.simple_text import Constant, Operation, Reference
from asl.query.path_text import read_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asl.jsontypes import Json
    from asl.language.flow.graph import Way
    from asl.language.positions import Path
    from asl.language.walk import State
    from asl.query.jsonata.simple_text import Simple

#: Entries of one template that are looked at, and how deep.
_MOST_ENTRIES: Final = 200
_MOST_DEPTH: Final = 20
_MOST_CHARACTERS: Final = 2000


class Spot(NamedTuple):
    """A place in the payload by its names, or a variable (its name is the only step)."""

    is_variable: bool
    steps: tuple[str, ...]

    def holds(self, other: Spot) -> bool:
        """Whether the other spot is this one or inside of it."""
        return (
            self.is_variable == other.is_variable and other.steps[: len(self.steps)] == self.steps
        )


class Entry(NamedTuple):
    """What is written to a spot.

    Attributes:
        path: Where the text stands.
        copied: The spot whose value is written as it is.
        grown: The spots whose values are written with more round them.
    """

    path: Path
    copied: Spot | None
    grown: tuple[Spot, ...] = ()


class Effect(NamedTuple):
    """What one way makes of the payload and of variables.

    Attributes:
        replaced: The spot of the payload that gets a new value; None where all stays.
        written: What is known of that value.
        assigned: The variables that get a new value; None if nobody knows which.
    """

    replaced: Spot | None
    written: dict[Spot, Entry]
    assigned: dict[Spot, Entry] | None

    def grows(self, spot: Spot) -> Entry | None:
        """What is written to a spot, if the spot's own value is in it, with more round it."""
        entry = ((self.assigned or {}) if spot.is_variable else self.written).get(spot)
        if entry is None:
            return None
        whole = entry.copied
        if (whole and whole != spot and whole.holds(spot)) or any(
            part.holds(spot) for part in entry.grown
        ):
            return entry
        return None

    def keeps(self, spot: Spot) -> bool:
        """Whether a spot has the same value afterwards."""
        if spot.is_variable:
            return self.assigned is not None and spot not in self.assigned
        if self.replaced is None:
            return True
        if not self.replaced.holds(spot):
            return not spot.holds(self.replaced)
        for length in range(len(spot.steps), -1, -1):
            entry = self.written.get(Spot(is_variable=False, steps=spot.steps[:length]))
            if entry is not None:
                whole = entry.copied
                return (
                    whole is not None
                    and whole._replace(steps=whole.steps + spot.steps[length:]) == spot
                )
        return False


#: Functions whose result has all of their arguments in it, and more.
_JOINING_CALLS: Final = frozenset(("States.Array", "States.Format", "States.JsonToString"))
_ROOT: Final = Spot(is_variable=False, steps=())


def effect_of(way: Way) -> Effect:
    """What a way out of a state makes of the payload and of variables."""
    read = _Expressions() if way.state.language == "JSONata" else _Queries(way.state)
    assigned = read.entries(way.tree.get("Assign", {}), (*way.path, "Assign"), is_variable=True)
    replaced, written = read.payload(way)
    return Effect(replaced, written or {}, assigned)


class _Queries:
    """Reads a state in JSONPath."""

    def __init__(self, state: State) -> None:
        self.base = _names(state.tree.get("InputPath", "$"))

    def payload(self, way: Way) -> tuple[Spot | None, dict[Spot, Entry] | None]:
        tree, kind = way.state.tree, way.state.kind
        if way.kind != "catch" and tree.get("OutputPath", "$") != "$":
            return _ROOT, None
        if kind not in (*WORKING_TYPES, "Pass"):
            return (None if self.base == () else _ROOT), None
        if way.tree.get("ResultPath", "$") is None:
            return None, None
        steps = _names(way.tree.get("ResultPath", "$"))
        if steps is None:
            return _ROOT, None
        spot = Spot(is_variable=False, steps=steps)
        if kind != "Pass" or "Result" in tree:
            return spot, None
        if "Parameters" in tree:
            path = (*way.path, "Parameters")
            return spot, self.entries(tree["Parameters"], path, is_variable=False, under=steps)
        if self.base is None:
            return spot, None
        field = "ResultPath" if steps else "Type"
        whole = Spot(is_variable=False, steps=self.base)
        return spot, {spot: Entry((*way.path, field), whole)}

    def entries(
        self, template: Json, path: Path, *, is_variable: bool, under: tuple[str, ...] = ()
    ) -> dict[Spot, Entry] | None:
        """What a template writes, by spot; None if nobody knows where it writes."""
        leaves = _leaves(template)
        if leaves is None:
            return None
        found: dict[Spot, Entry] = {}
        for names, value in leaves:
            last = names[-1].removesuffix(".$")
            entry = Entry((*path, *names), None)
            if last != names[-1]:
                entry = self._read(value, entry.path)
            _note(found, Spot(is_variable, (*under, *names[:-1], last)), entry)
        return found

    def _read(self, text: Json, at: Path) -> Entry:
        if not isinstance(text, str):
            return Entry(at, None)
        if text.startswith("States."):
            return Entry(at, None, tuple(self._parts(call_in(text))))
        return Entry(at, self._spot(text))

    def _spot(self, text: str) -> Spot | None:
        if data_path(text):
            names = _names(text)
            if names is None or self.base is None:
                return None
            return Spot(is_variable=False, steps=self.base + names)
        try:
            path = read_path(text)
        except QuerySyntaxError:
            return None
        if path.root != "variables" or not path.is_definite or path.merged:
            return None
        names = tuple(step for step in path.steps if isinstance(step, str))
        return Spot(is_variable=True, steps=names) if len(names) == len(path.steps) else None

    def _parts(self, call: Call | None) -> Iterator[Spot]:
        """The spots whose values a call puts into something larger."""
        if call is None or call.name not in _JOINING_CALLS:
            return
        if call.name == "States.Format" and not _adds_text(call):
            return
        for argument in call.arguments:
            if isinstance(argument, Call):
                yield from self._parts(argument)
            elif isinstance(argument, Argument) and (spot := self._spot(argument.text)):
                yield spot


class _Expressions:
    """Reads a state in JSONata."""

    def payload(self, way: Way) -> tuple[Spot | None, dict[Spot, Entry] | None]:
        if "Output" not in way.tree:
            is_work = way.state.kind in WORKING_TYPES or "Result" in way.tree
            return (_ROOT if is_work else None), None
        return _ROOT, self.entries(way.tree["Output"], (*way.path, "Output"), is_variable=False)

    def entries(self, value: Json, path: Path, *, is_variable: bool) -> dict[Spot, Entry] | None:
        """What JSON with expressions writes, by spot; None if nobody knows where it writes."""
        if isinstance(value, str) and not is_variable:
            return {_ROOT: self._read(value, path)}
        leaves = _leaves(value)
        if leaves is None:
            return None
        found: dict[Spot, Entry] = {}
        for names, leaf in leaves:
            at = (*path, *names)
            _note(found, Spot(is_variable, names), self._read(leaf, at))
        return found

    def _read(self, text: Json, at: Path) -> Entry:
        inner = expression_in(text)
        if inner is None or len(inner) > _MOST_CHARACTERS:
            return Entry(at, None)
        tree = simple_tree(inner)
        if tree is not None:
            return Entry(at, _spot_of(tree), tuple(_joined(tree)))
        return Entry(at, None, tuple(_appended(inner)))


def _note(found: dict[Spot, Entry], spot: Spot, entry: Entry) -> None:
    if spot.is_variable and len(spot.steps) > 1:  # a variable is assigned as a whole
        spot = Spot(is_variable=True, steps=spot.steps[:1])
        inner = (entry.copied,) if entry.copied else ()
        entry = Entry(entry.path, None, (*inner, *entry.grown))
    found[spot] = Entry(entry.path, None) if spot in found else entry


def _leaves(template: Json) -> list[tuple[tuple[str, ...], Json]] | None:
    """What stands in objects inside of objects, with the names on the way; None if too much."""
    if not isinstance(template, dict):
        return None
    found: list[tuple[tuple[str, ...], Json]] = []
    pending: list[tuple[tuple[str, ...], Json]] = [((), template)]
    while pending:
        names, node = pending.pop()
        if isinstance(node, dict) and (node or not names):
            if len(node) + len(found) > _MOST_ENTRIES or len(names) > _MOST_DEPTH:
                return None
            if any(map(has_placeholder, node)):
                return None
            pending += [((*names, name), inner) for name, inner in node.items()]
        else:
            found.append((names, node))
    return found


def _names(text: Json) -> tuple[str, ...] | None:
    """The names that a path consists of, if it has nothing but names."""
    path = data_path(text)
    if path is None or path.merged:
        return None
    names = tuple(step for step in path.steps if isinstance(step, str))
    return names if len(names) == len(path.steps) else None


def _adds_text(call: Call) -> bool:
    """Whether States.Format makes a text that is longer than each of its values."""
    template = call.arguments[0] if call.arguments else None
    return isinstance(template, Literal) and template.body not in (None, "", "{}")


# JSONata


def _spot_of(tree: Simple | None) -> Spot | None:
    if not isinstance(tree, Reference):
        return None
    if not tree.is_states:
        return Spot(is_variable=True, steps=(tree.root, *tree.steps))
    return Spot(is_variable=False, steps=tree.steps) if tree.root == "input" else None


def _joined(tree: Simple) -> Iterator[Spot]:
    """The spots whose texts are joined with others by ``&``."""
    operands: list[Simple] = []
    pending = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, Operation) and node.sign == "&":
            pending += [node.left, node.right]
        elif not (isinstance(node, Constant) and node.value == ""):
            operands.append(node)
    if len(operands) > 1:
        for operand in operands:
            if spot := _spot_of(operand):
                yield spot


def _appended(text: str) -> Iterator[Spot]:
    """The spots whose values are elements of a longer array: ``$append(a, b)`` or ``[a, b]``."""
    call = re.match(r"\$append\s*\(|\[", text)
    parts = _parts(text[call.end() - 1 :]) if call else []
    if len(parts) > 1 and (text[0] == "[" or len(parts) == 2) and "[]" not in parts:
        for part in parts:
            if spot := _spot_of(simple_tree(part)):
                yield spot


def _parts(text: str) -> list[str]:
    """What stands between the commas in a pair of brackets that is all of a text.

    None, as an empty list, if that can't be told: regular expressions and comments are not read.
    """
    parts: list[str] = []
    depth = start = 0
    for match in _SIGN.finditer(text):
        sign = match[0]
        if sign in "([{":
            depth += 1
            start = start or match.end()
        elif sign in ")]}":
            depth -= 1
        elif sign == "," and depth == 1:
            parts.append(text[start : match.start()].strip())
            start = match.end()
        elif sign == "/" or (sign in "'\"`" and len(sign) == 1):
            return []
        if not depth:
            if match.end() != len(text):
                return []
            parts.append(text[start : match.start()].strip())
    return [] if depth else parts


#: A quote that stands alone opens a text that is not closed.
_SIGN: Final = re.compile(
    r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|`[^`]*`|[][(){},/'\"`]", re.DOTALL
)
