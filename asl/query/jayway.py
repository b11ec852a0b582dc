"""Indefinite JSONPath (`*`, slices, unions, filters, `..`) by the rules of Jayway JsonPath 2.0.0.

AWS runs that version of that library: its recordings, and the errors that its users have published,
fit no other. A backslash inside of quotes stands for itself, ``$.a[(@.length-1)]`` finds the last
element and ``$.a[-1]`` finds nothing, and the texts ``Property ['length()'] not found in path
$['list']`` and ``Multi properties can only be used as path leafs: $['a', 'b']`` are older than
version 2.1. So, where dialects of JSONPath differ:

- The result is a list in document order, also of one element, also when nothing matches.
- A filter on an array tries its elements, on an object the object itself; `@` matches objects only.
- A literal in a filter is its text, quoted or not, and the value that it meets decides how the two
  compare: ``@.n == 5`` and ``@.n == '5'`` both find 5 and "5". ``@.x`` asks for a value, not null.
- ``['a', 'b']``, which only the end of a path may be, makes one object of those that are there.
- ``[a:b]`` counts both bounds from the start, so that a negative one finds nothing.

A beginning that is missing gives ``[]`` (recorded). What AWS does where only some of the matches
lack a later step is not recorded; here they are passed over.

Each step is compiled to a function from a list of nodes to the list of those that come next; a
step that is not in the table is refused. Work is bounded, because a step visits a node at most
once: there may be one ``..`` in a path, no index twice in a union, and no regular expressions. This
module knows nothing of variables and contexts, and definite paths never get here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from asl.errors import quote
from asl.jsontypes import MAX_DEPTH
from asl.query.jayway_filters import compile_filter
from asl.query.jayway_text import parse_steps
from asl.query.path_text import UnsupportedPathError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from asl.jsontypes import Json
    from asl.query.jayway_filters import Node

_Step: TypeAlias = "Callable[[list[Json], Json], list[Json]]"


class Indefinite(NamedTuple):
    """The compiled steps of an indefinite path.

    ``find(root)`` gives the list. Its JSON text has at most ``fixed_bytes + factor * size`` bytes,
    where ``size`` is that of the root.
    """

    find: Callable[[Json], list[Json]]
    fixed_bytes: int
    factor: int


def compile_steps(text: str, start: int) -> Indefinite:
    """Compile the steps of an indefinite path.

    Args:
        text: The whole path, for messages.
        start: Where its steps begin, behind ``$``, ``$$`` or ``$name``.

    Raises:
        QuerySyntaxError: Malformed text.
        UnsupportedPathError: A step, filter or combination that we do not run.
    """
    nodes = _flatten(parse_steps(text, start))
    scans = sum(scanned for scanned, _ in nodes)
    steps: list[_Step] = []
    for number, (scanned, node) in enumerate(nodes, 1):
        place = _Place(text, scanned=scanned, last=number == len(nodes))
        translate = _STEPS.get(type(node).__name__)
        if scans > 1:
            raise place.refuse("more than one '..'")
        if translate is None:
            raise place.refuse(f"{node}")
        if scanned:
            steps.append(_scan)
        steps.append(translate(node, place))

    def find(root: Json) -> list[Json]:
        found = [root]
        for step in steps:
            found = step(found, root)
        return found

    # Without `..` the nodes lie apart: their texts and the commas between them fit into the text of
    # the root, and the brackets come on top. With `..` a byte counts once for each container round
    # it, and once for the comma.
    return Indefinite(find, 2, MAX_DEPTH + 10 if scans else 1)


class _Place(NamedTuple):
    """Where a step stands: in which path, straight behind `..`, at its end."""

    text: str
    scanned: bool
    last: bool

    def refuse(self, what: str) -> UnsupportedPathError:
        """The error for a part of the path that we do not run."""
        message = f"{what} is not supported in a path: {quote(self.text)}"
        return UnsupportedPathError(message, self.text)


def _flatten(tree: Node) -> list[tuple[bool, Node]]:
    """The steps of a path in order, each with whether `..` stands before it."""
    steps: list[tuple[bool, Node]] = []
    pending: list[tuple[bool, Node]] = [(False, tree)]
    while pending:
        scanned, node = pending.pop()
        if type(node).__name__ in ("Child", "Descendants"):
            pending.append((type(node).__name__ == "Descendants", node.right))
            pending.append((scanned, node.left))
        elif type(node).__name__ not in ("Root", "This"):
            steps.append((scanned, node))
    return steps


# Steps: from a list of nodes to the list of those that come next


def _scan(nodes: list[Json], _root: Json) -> list[Json]:
    """All objects and arrays in the nodes, the outer before the inner, in document order."""
    found: list[Json] = []
    pending = nodes[::-1]
    while pending:
        node = pending.pop()
        if type(node) is dict:
            found.append(node)
            pending += reversed(node.values())
        elif type(node) is list:
            found.append(node)
            pending += reversed(node)
    return found


def _fields(node: Node, place: _Place) -> _Step:
    names: tuple[str, ...] = node.fields
    if len(names) == 1:
        (name,) = names
        return lambda nodes, _: [n[name] for n in nodes if type(n) is dict and name in n]
    if not place.last:
        raise place.refuse("more than one name in brackets before the end")

    def merge(nodes: list[Json], _root: Json) -> list[Json]:
        return [
            {name: node[name] for name in names if name in node}
            for node in nodes
            if type(node) is dict and (not place.scanned or all(name in node for name in names))
        ]

    return merge


def _index(node: Node, place: _Place) -> _Step:
    indices: tuple[int, ...] = node.indices
    if len(set(indices)) < len(indices):
        raise place.refuse("an index that is given twice")
    _refuse_inner_array_step(place)
    return lambda nodes, _: [
        n[i] for n in nodes if type(n) is list for i in indices if 0 <= i < len(n)
    ]


def _slice(node: Node, place: _Place) -> _Step:
    first: int | None = node.start
    end: int | None = node.end
    if node.step is not None or (first is None and end is None):
        raise place.refuse("a slice other than [a:], [:b] and [a:b]")
    _refuse_inner_array_step(place)
    if first is not None and end is not None and (first < 0 or end < 0):
        first = end = 0
    part = slice(first, end)
    return lambda nodes, _: [child for n in nodes if type(n) is list for child in n[part]]


def _refuse_inner_array_step(place: _Place) -> None:
    # Jayway 2.0.0 forgets the step itself here, and goes on with every element of every array.
    if place.scanned and not place.last:
        raise place.refuse("'..' before an index or slice that is not the last step")


def _wildcard(_node: Node, _place: _Place) -> _Step:
    def children(nodes: list[Json], _root: Json) -> list[Json]:
        found: list[Json] = []
        for node in nodes:
            if type(node) is dict:
                found += node.values()
            elif type(node) is list:
                found += node
        return found

    return children


def _filter(node: Node, place: _Place) -> _Step:
    accepts = compile_filter(node.expressions, place.refuse)

    def select(nodes: list[Json], root: Json) -> list[Json]:
        candidates = nodes if place.scanned else _candidates(nodes)
        return [node for node in candidates if type(node) is dict and accepts(node, root)]

    return select


def _candidates(nodes: list[Json]) -> Iterator[Json]:
    for node in nodes:
        if type(node) is list:
            yield from node
        else:
            yield node


#: What may be a step, by the name of jsonpath_ng's class.
_STEPS: Mapping[str, Callable[[Node, _Place], _Step]] = {
    "Fields": _fields,
    "Filter": _filter,
    "Index": _index,
    "Slice": _slice,
    "Wildcard": _wildcard,
}
