"""The place of a fault in its line, as a terminal can show it.

Columns of a text are characters; those of a terminal are cells. A tab is drawn as four cells, a
wide character takes two, a combining mark none, and what can't be printed is drawn as its escape.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from unicodedata import combining, east_asian_width

from asl.cli.terminal import visible

_TAB = "    "
_CUT = "..."
#: What a caret is drawn under: a string, a number or a word, else one character.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"?|[\w.+-]+')


class Excerpt(NamedTuple):
    """A line and what stands under it: carets under the place."""

    line: str
    carets: str


class _Cell(NamedTuple):
    text: str
    width: int


def excerpt(line: str, column: int, *, width: int) -> Excerpt:
    """A line of a text around one of its columns.

    Args:
        line: Without its end.
        column: From 1, in characters; one past the end is the end.
        width: How many cells may be taken; a longer line is cut around the column.
    """
    at = min(column - 1, len(line))
    start = max(0, at - width)  # nothing further away can be shown, and a line may be a megabyte
    piece = line[start : at + width]
    cells = [_cell(character) for character in piece]
    at -= start
    first, last = _window(cells, at, width - 2 * len(_CUT))
    if start == 0 and len(piece) == len(line) and _width(cells) <= width:
        first, last = 0, len(cells)
    before = _CUT if start + first > 0 else ""
    after = _CUT if start + last < len(line) else ""
    token = _TOKEN.match(piece, at)
    marked = cells[at : min(token.end() if token else at + 1, last)]
    return Excerpt(
        before + "".join(cell.text for cell in cells[first:last]) + after,
        " " * (len(before) + _width(cells[first:at])) + "^" * max(1, _width(marked)),
    )


def _window(cells: list[_Cell], at: int, room: int) -> tuple[int, int]:
    """Which cells to show: a third of the room goes to what stands before the place."""
    first = _back(cells, at, room // 3)
    last = at
    left = room - _width(cells[first:at])
    while last < len(cells) and cells[last].width <= left:
        left -= cells[last].width
        last += 1
    return _back(cells, first, left), last


def _back(cells: list[_Cell], index: int, room: int) -> int:
    while index > 0 and cells[index - 1].width <= room:
        index -= 1
        room -= cells[index].width
    return index


def _width(cells: list[_Cell]) -> int:
    return sum(cell.width for cell in cells)


def _cell(character: str) -> _Cell:
    if character == "\t":
        return _Cell(_TAB, len(_TAB))
    text = visible(character)
    if text != character:
        return _Cell(text, len(text))
    if combining(character):
        return _Cell(text, 0)
    return _Cell(text, 2 if east_asian_width(character) in "WF" else 1)
