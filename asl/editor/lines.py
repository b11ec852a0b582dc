r"""Places in a text as editors count them: lines and characters from 0, in units of an encoding.

The Language Server Protocol counts characters in UTF-16 code units unless both sides agree on
something else, and it knows three ends of a line. The checker counts whole characters from 1, and
only ``\n`` ends a line there. Inside of this room places are offsets; here they are converted.

Source: Language Server Protocol 3.17, "Text Documents" and "Position".
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Final, Literal, NamedTuple, TypeAlias

Encoding: TypeAlias = Literal["utf-8", "utf-16", "utf-32"]

_LINE_END: Final = re.compile("\r\n?|\n")
#: The codec that counts the units, and how many bytes a unit has.
_UNITS: Final[dict[str, tuple[str, int]]] = {
    "utf-8": ("utf-8", 1),
    "utf-16": ("utf-16-le", 2),
    "utf-32": ("utf-32-le", 4),
}
_BOM: Final = "\ufeff"


class Position(NamedTuple):
    """A place between two characters; both numbers count from 0."""

    line: int
    character: int


class Range(NamedTuple):
    """From a place up to another one."""

    start: Position
    end: Position


class Edit(NamedTuple):
    """A piece of the text, by offsets, and what is to stand there instead."""

    start: int
    end: int
    text: str


class Lines:
    """Turns offsets into positions and back."""

    def __init__(self, text: str, encoding: Encoding = "utf-16") -> None:
        self._text = text
        self._codec, self._size = _UNITS[encoding]
        self._starts = [0, *(match.end() for match in _LINE_END.finditer(text))]
        self._checked = [0, *(match.end() for match in re.finditer("\n", text))]

    def offset(self, position: Position) -> int:
        """The offset of a position; of one that the text has not, the nearest before it."""
        line, character = position
        if line < 0:
            return 0
        if line >= len(self._starts):
            return len(self._text)
        start = self._starts[line]
        content = self._text[start : self.line_end(start)]
        if content.isascii():
            return start + min(max(character, 0), len(content))
        units = 0
        for index, one in enumerate(content):
            units += self._count(one)
            if units > character:
                return start + index
        return start + len(content)

    def position(self, offset: int) -> Position:
        """The position of an offset."""
        line = bisect_right(self._starts, offset) - 1
        return Position(line, self._count(self._text[self._starts[line] : offset]))

    def range(self, start: int, end: int) -> Range:
        """The range between two offsets."""
        return Range(self.position(start), self.position(end))

    def line_start(self, offset: int) -> int:
        """Where the line of an offset starts."""
        return self._starts[bisect_right(self._starts, offset) - 1]

    def line_end(self, offset: int) -> int:
        """Where the line of an offset ends, without what ends it."""
        line = bisect_right(self._starts, offset)
        if line == len(self._starts):
            return len(self._text)
        end = self._starts[line] - 1
        return end - (self._text[end - 1 : end + 1] == "\r\n")

    def checked_offset(self, line: int, column: int) -> int:
        """The offset of a line and column of a diagnostic: both from 1, in characters."""
        start = self._checked[min(max(line, 1), len(self._checked)) - 1]
        # the checker takes a byte order mark off before it counts
        mark = int(line == 1 and self._text.startswith(_BOM))
        return min(start + column - 1 + mark, len(self._text))

    def _count(self, text: str) -> int:
        if text.isascii():
            return len(text)
        return len(text.encode(self._codec, "surrogatepass")) // self._size


def apply(text: str, edits: list[Edit]) -> str:
    """The text after some edits, none of which overlaps another."""
    pieces: list[str] = []
    done = 0
    for start, end, replacement in sorted(edits):
        pieces += (text[done:start], replacement)
        done = end
    return "".join((*pieces, text[done:]))
