r"""Sets of characters in regular expressions, with and without regard to case.

What ``\d``, ``\w``, ``\s`` and the dot stand for is JavaScript's: digits and word characters are
those of ASCII, white space is Unicode's. Characters are UTF-16 code units (see
`asl.query.jsonata.regexes`).

Source: ECMAScript, "Patterns", "CharacterClassEscape" and "Canonicalize" (without the flag u).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_LAST: Final = 0xFFFF
_SPACE = "\t\n\v\f\r \u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff"
_DIGIT = ((0x30, 0x39),)
_WORD = ((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A))
_WHITE = ((0x2000, 0x200A), *((ord(space), ord(space)) for space in _SPACE))

LINE_ENDS: Final = frozenset("\n\r\u2028\u2029")


class CharSet:
    """A set of characters; ``character in charset`` asks for one.

    Args:
        ranges: Pairs of first and last character, as numbers.
        ignore_case: It has every character of which it has the other case.
    """

    __slots__ = ("_ascii", "_ignore_case", "ranges")

    def __init__(self, ranges: Iterable[tuple[int, int]], *, ignore_case: bool = False) -> None:
        self.ranges = tuple(sorted(ranges))
        self._ignore_case = ignore_case
        self._ascii = frozenset(chr(code) for code in range(128) if self._holds(chr(code)))

    def __contains__(self, character: str) -> bool:
        return character in self._ascii if character < "\x80" else self._holds(character)

    def _holds(self, character: str) -> bool:
        if not self._ignore_case:
            return self._has(character)
        folded = fold(character)
        return any(
            self._has(variant)
            for variant in (character, character.lower(), character.upper())
            if len(variant) == 1 and fold(variant) == folded
        )

    def _has(self, character: str) -> bool:
        code = ord(character)
        return any(first <= code <= last for first, last in self.ranges)

    def inverted(self) -> CharSet:
        """All characters that it has not."""
        return _Inverted(self)


class _Inverted(CharSet):
    __slots__ = ("_inner",)

    def __init__(self, inner: CharSet) -> None:
        self._inner = inner
        super().__init__(complement(inner.ranges))

    def __contains__(self, character: str) -> bool:
        return character not in self._inner


def complement(ranges: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The ranges of all characters that are in none of the given ones."""
    gaps: list[tuple[int, int]] = []
    start = 0
    for first, last in sorted(ranges):
        if first > start:
            gaps.append((start, first - 1))
        start = max(start, last + 1)
    if start <= _LAST:
        gaps.append((start, _LAST))
    return tuple(gaps)


#: What the letter of an escape such as ``\d`` stands for.
CLASSES: Final = {
    "d": _DIGIT,
    "D": complement(_DIGIT),
    "w": _WORD,
    "W": complement(_WORD),
    "s": _WHITE,
    "S": complement(_WHITE),
}
DOT: Final = complement((ord(end), ord(end)) for end in LINE_ENDS)
WORD: Final = CharSet(_WORD)


def fold(character: str) -> str:
    """The character that stands for both cases of one."""
    upper = character.upper()
    if len(upper) != 1 or (character >= "\x80" > upper):
        return character
    return upper
