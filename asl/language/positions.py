"""Where each value and key of a text stands, and what is said of a text that can't be read.

The parser of the standard library keeps no places, and most definitions have no fault, so places
are found by a second reading of a text that is known to be JSON, only when somebody asks. The
result, a `Node`, has the form of the value it stands for: a number is the offset of a leaf, a pair
holds the offset of an object or array and the nodes inside of it. The YAML reader makes nodes too.
It knows nothing of definitions.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from json import loads
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from asl.jsontypes import MAX_DEPTH

if TYPE_CHECKING:
    from collections.abc import Sequence


class TextError(ValueError):
    """Text that can't be read; ``offset`` is None where the place is not known."""

    def __init__(self, message: str, offset: int | None = None, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.hint = hint


class TooDeepError(TextError):
    """Text that is nested deeper than we read."""

    def __init__(self, offset: int | None) -> None:
        super().__init__(f"nested more than {MAX_DEPTH} levels deep", offset)


class ObjectNode(NamedTuple):
    """An object: where it starts, and for each key the place of the key and of its value."""

    offset: int
    members: dict[str, tuple[int, Node]]


class ArrayNode(NamedTuple):
    """An array: where it starts, and its items."""

    offset: int
    items: list[Node]


Node: TypeAlias = "ObjectNode | ArrayNode | int"
Path: TypeAlias = "tuple[str | int, ...]"


class Duplicate(NamedTuple):
    """A key that the same object has already: the path of its value and the place of the key."""

    path: Path
    offset: int


_PIECE = (
    r"(?s)[ \t\r\n,:]*"  # in a text known to be JSON these only stand between tokens
    r'(?:(?P<string>"[^"\\]*(?:\\.[^"\\]*)*")|(?P<open>[{[])|(?P<close>[]}])|(?P<leaf>[^\s,\]}]+))'
)
_INDEX = re.compile(r"[0-9]{1,9}")


def scan_json(text: str) -> tuple[Node, list[Duplicate]]:
    """The places of all values of a JSON text, and the keys that an object has twice.

    Args:
        text: Known to be JSON; of anything else the result is of no use.
    """
    duplicates: list[Duplicate] = []
    root: list[Node] = []
    container: ObjectNode | ArrayNode = ArrayNode(0, root)
    outer: list[ObjectNode | ArrayNode] = []
    path: list[str | int] = []
    key: tuple[str, int] | None = None
    for token in re.finditer(_PIECE, text):
        kind = token.lastgroup
        offset = token.start(kind or 0)
        if kind == "close":
            container = outer.pop()
            path.pop()
            continue
        if kind == "string" and key is None and isinstance(container, ObjectNode):
            key = (_unescape(token["string"]), offset)
            continue
        node: Node = offset
        if kind == "open":
            node = ObjectNode(offset, {}) if token["open"] == "{" else ArrayNode(offset, [])
        if isinstance(container, ArrayNode):
            step: str | int = len(container.items)
            container.items.append(node)
        elif key is not None:
            step, key_offset = key
            if step in container.members:
                duplicates.append(Duplicate((*path[1:], step), key_offset))
            container.members[step] = (key_offset, node)
            key = None
        else:
            break  # not JSON
        if isinstance(node, tuple):
            outer.append(container)
            path.append(step)
            container = node
    return (root[0] if root else 0), duplicates


def _unescape(string: str) -> str:
    return str(loads(string)) if "\\" in string else string[1:-1]


def place_of_value(node: Node, path: Path) -> int:
    """The offset of the value at a path, or of the nearest value around it that the text has."""
    for step in path:
        inner = _member(node, step)
        if inner is None:
            break
        node = inner[1]
    return node if isinstance(node, int) else node.offset


def place_of_key(node: Node, path: Path) -> int | None:
    """The offset of the key of the member at a path; None for what is not a member in the text."""
    place = None
    for step in path:
        inner = _member(node, step)
        if inner is None:
            return None
        place, node = inner
    return place


def _member(node: Node, step: str | int) -> tuple[int | None, Node] | None:
    if isinstance(node, ObjectNode):
        return node.members.get(str(step))
    if isinstance(node, ArrayNode) and _INDEX.fullmatch(str(step)) and int(step) < len(node.items):
        return None, node.items[int(step)]
    return None


class LineIndex:
    """Turns offsets in a text into lines and columns, both from 1; columns count characters."""

    def __init__(self, text: str) -> None:
        self._starts: Sequence[int] = [0, *(match.end() for match in re.finditer("\n", text))]

    def __call__(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1
