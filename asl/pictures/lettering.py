"""Text in a picture: what can be shown of it, how wide it is, where its lines break.

Widths are those of Helvetica, a little enlarged: whatever sans serif font draws the picture later,
the text has room.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final
from unicodedata import combining, east_asian_width

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Thousandths of the font's size, by character (Adobe's Helvetica metrics, in classes).
_WIDTHS: Final[Mapping[str, int]] = {
    character: width
    for width, characters in {
        222: "ijl'",
        278: " !,./:;I[\\]ft|",
        340: '()-`{}r"',
        389: "*",
        500: "cJksvxyz^",
        584: "+<=>~",
        667: "&ABEKPSVXY",
        722: "CDHNRUTFZLw",
        778: "GOQ",
        860: "%Mm",
        1015: "@W",
    }.items()
    for character in characters
}
_USUAL, _WIDE = 556, 1000
#: Other fonts are wider than Helvetica.
_ROOM: Final = 1.1

#: Characters that are looked at: no text of a picture has room for more.
_MOST: Final = 2000

_WORDS = re.compile(r"\S+\s*|\s+")
#: Where a long word may break: behind a mark, before a capital.
_PARTS = re.compile(r"[A-Z]*[^A-Z_./:-]*[_./:-]*")


def shown(text: str) -> str:
    """Text without what breaks a line, hides, turns the direction of writing, or is no character.

    Such characters stand there as escapes.
    """
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)


def width(text: str, size: float) -> float:
    """How wide a text is at most, in the unit of the font's size."""
    return sum(map(_width, text)) * size * _ROOM / 1000


@cache
def _width(character: str) -> int:
    if combining(character):
        return 0
    wide = east_asian_width(character) in ("W", "F")
    return _WIDTHS.get(character, _WIDE if wide else _USUAL)


def wrap(text: str, size: float, room: float, lines: int) -> list[str]:
    """The lines of a text, each within the room, so many at most; what is left out is cut."""
    found = [""]
    pieces = _pieces(shown(text[:_MOST]), size, room)
    for place, piece in enumerate(pieces):
        if found[-1] and width((found[-1] + piece).rstrip(), size) > room:
            if len(found) == lines:
                found[-1] = _filled(found[-1] + "".join(pieces[place:]), size, room)
                break
            found.append("")
        found[-1] += piece
    return [line.rstrip() for line in found]


def _filled(text: str, size: float, room: float) -> str:
    """As much of a text as there is room for, with a sign that there was more."""
    end = len(text)
    while end and width(text[:end] + "…", size) > room:
        end -= 1
    return text[:end].rstrip() + "…"


def _pieces(text: str, size: float, room: float) -> list[str]:
    """What stays together: words, parts of words that have no room, or single characters."""
    pieces = []
    for word in _WORDS.findall(text):
        if width(word.rstrip(), size) <= room:
            pieces.append(word)
            continue
        for part in _PARTS.findall(word):
            pieces += [part] if width(part, size) <= room else part
    return pieces
