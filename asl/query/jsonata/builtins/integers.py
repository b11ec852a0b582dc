"""Integers in the forms that pictures show: digits, letters, Roman numerals, words.

``$formatInteger`` and ``$parseInteger`` use them, and so do the parts of dates.

Source: JSONata 2.0.6, which follows XPath and XQuery Functions 3.1, section 4.6, "Formatting
integers".
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from asl.query.jsonata.faults import FaultError
from asl.query.jsonata.kinds import UNDEFINED, Value
from asl.query.jsonata.operators import double, number
from asl.query.jsonata.writing import number_text

if TYPE_CHECKING:
    from asl.query.jsonata.guard import Run

_SMALL = [
    "Zero",
    "One",
    "Two",
    "Three",
    "Four",
    "Five",
    "Six",
    "Seven",
    "Eight",
    "Nine",
    "Ten",
    "Eleven",
    "Twelve",
    "Thirteen",
    "Fourteen",
    "Fifteen",
    "Sixteen",
    "Seventeen",
    "Eighteen",
    "Nineteen",
]
_ORDINALS = [
    "Zeroth",
    "First",
    "Second",
    "Third",
    "Fourth",
    "Fifth",
    "Sixth",
    "Seventh",
    "Eighth",
    "Ninth",
    "Tenth",
    "Eleventh",
    "Twelfth",
    "Thirteenth",
    "Fourteenth",
    "Fifteenth",
    "Sixteenth",
    "Seventeenth",
    "Eighteenth",
    "Nineteenth",
]
_TENS = ["Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety", "Hundred"]
_MAGNITUDES = ["Thousand", "Million", "Billion", "Trillion"]

_WORD_VALUES: Final = {
    **{word.lower(): value for value, word in enumerate(_SMALL)},
    **{word.lower(): value for value, word in enumerate(_ORDINALS)},
    **{word.lower(): 10 * value for value, word in enumerate(_TENS, 2)},
    **{word.lower()[:-1] + "ieth": 10 * value for value, word in enumerate(_TENS, 2)},
    "hundredth": 100,
    **{word.lower(): 1000**value for value, word in enumerate(_MAGNITUDES, 1)},
    **{word.lower() + "th": 1000**value for value, word in enumerate(_MAGNITUDES, 1)},
}
#: The words of numbers as a part of a regular expression.
WORDS: Final = f"(?:{'|'.join(_WORD_VALUES)}|and|[\\-, ])+"

_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"),
    (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_ROMAN_VALUES = {"M": 1000, "D": 500, "C": 100, "L": 50, "X": 10, "V": 5, "I": 1}
#: The zeros of the families of digits that a picture may be written in.
_ZEROS = tuple(
    map(
        ord,
        "0\u0660\u06f0\u07c0\u0966\u09e6\u0a66\u0ae6\u0b66\u0be6\u0c66\u0ce6\u0d66\u0de6\u0e50"
        "\u0ed0\u0f20\u1040\u1090\u17e0\u1810\u1946\u19d0\u1a80\u1a90\u1b50\u1bb0\u1c40\u1c50"
        "\ua620\ua8d0\ua900\ua9d0\ua9f0\uaa50\uabf0\uff10",
    )
)

Kind = Literal["decimal", "letters", "roman", "words", "sequence"]
Case = Literal["upper", "lower", "title"]


class Separator(NamedTuple):
    """A character that groups digits, and how many of them stand behind it."""

    position: int
    character: str


@dataclass(slots=True)
class IntegerForm:
    """What a picture says of an integer.

    Attributes:
        kind: What it is written with.
        case: Of letters, numerals and words.
        is_ordinal: ``1st`` and ``first`` rather than ``1`` and ``one``.
        zero: The code of the family's zero, for digits.
        mandatory, optional: How many digits there must, and may, be.
        separators: Between groups of digits; if they ``repeat`` there is one, which says how large
            the groups are.
        token: The picture itself, if it is none of the known ones.
    """

    kind: Kind = "decimal"
    case: Case = "lower"
    is_ordinal: bool = False
    zero: int = 0x30
    mandatory: int = 0
    optional: int = 0
    separators: tuple[Separator, ...] = ()
    repeat: bool = False
    token: str = ""


_NAMED: Final[dict[str, tuple[Kind, Case]]] = {
    "A": ("letters", "upper"),
    "a": ("letters", "lower"),
    "I": ("roman", "upper"),
    "i": ("roman", "lower"),
    "W": ("words", "upper"),
    "Ww": ("words", "title"),
    "w": ("words", "lower"),
}


def analyse_integer_picture(picture: str) -> IntegerForm:
    """Read a picture such as ``#,##0``, ``Ww;o`` or ``I``.

    Raises:
        FaultError: D3131, its digits are of different families.
    """
    primary, semicolon, modifier = picture.rpartition(";")
    if not semicolon:
        primary, modifier = picture, ""
    form = IntegerForm(is_ordinal=modifier.startswith("o"))
    if primary in _NAMED:
        form.kind, form.case = _NAMED[primary]
        return form
    zero = None
    separators: list[Separator] = []
    position = 0
    for character in reversed(primary):
        family = next((z for z in _ZEROS if z <= ord(character) <= z + 9), None)
        if family is not None:
            form.mandatory += 1
            position += 1
            if zero is not None and family != zero:
                raise FaultError("D3131")
            zero = family
        elif character == "#":
            form.optional += 1
            position += 1
        else:
            separators.append(Separator(position, character))
    if zero is None:
        form.kind, form.token = "sequence", primary
        return form
    form.zero = zero
    size = _regular(separators)
    form.repeat = size > 0
    form.separators = (Separator(size, separators[0].character),) if size else tuple(separators)
    return form


def _regular(separators: list[Separator]) -> int:
    """The size of all groups, if they are of one size and have one separator; else 0."""
    if len({separator.character for separator in separators}) != 1:
        return 0
    positions = [separator.position for separator in separators]
    size = reduce(math.gcd, positions)
    return size if all(size * n in positions for n in range(1, len(positions) + 1)) else 0


# Writing


def write_integer(run: Run, value: float, form: IntegerForm) -> str:
    """An integer in a form.

    Raises:
        FaultError: D3130 for a form that is not known.
    """
    magnitude = abs(value)
    if form.kind == "sequence":
        raise FaultError("D3130", value=form.token)
    if form.kind == "decimal":
        text = _digits(run, magnitude, form)
    elif form.kind == "words":
        text = _in_case(_words(magnitude, is_ordinal=form.is_ordinal), form.case)
    elif form.kind == "roman":
        text = _in_case(_roman(run, int(magnitude)), form.case)
    else:
        text = _in_case(_letters(int(magnitude)), form.case)
    return f"-{text}" if value < 0 else text


def _in_case(text: str, case: Case) -> str:
    return text.upper() if case == "upper" else text.lower() if case == "lower" else text


def _digits(run: Run, value: float, form: IntegerForm) -> str:
    run.charge_text(4 * form.mandatory)
    text = number_text(value).rjust(form.mandatory, "0")
    if form.zero != 0x30:
        text = "".join(chr(ord(digit) + form.zero - 0x30) for digit in text)
    if form.repeat:
        size, character = form.separators[0]
        for group in range((len(text) - 1) // size, 0, -1):
            place = len(text) - group * size
            text = text[:place] + character + text[place:]
    else:
        for position, character in reversed(form.separators):
            place = len(text) - position
            text = text[:place] + character + text[place:]
    if form.is_ordinal:
        suffix = {"1": "st", "2": "nd", "3": "rd"}.get(text[-1], "th")
        text += "th" if text[-2:-1] == "1" else suffix
    return text


def _roman(run: Run, value: int) -> str:
    run.charge(value // 1000)
    parts: list[str] = []
    for size, numeral in _ROMAN:
        count, value = divmod(value, size)
        parts.append(numeral * count)
    return "".join(parts)


def _letters(value: int) -> str:
    letters: list[str] = []
    while value > 0:
        value, letter = divmod(value - 1, 26)
        letters.append(chr(ord("a") + letter))
    return "".join(reversed(letters))


def _words(value: float, *, is_ordinal: bool, follows: bool = False) -> str:
    """A number in words; ``follows`` if others stand before them."""
    if value <= 19:
        return (" and " if follows else "") + (_ORDINALS if is_ordinal else _SMALL)[int(value)]
    if value < 100:
        tens, rest = divmod(int(value), 10)
        words = (" and " if follows else "") + _TENS[tens - 2]
        if rest:
            return f"{words}-{_words(rest, is_ordinal=is_ordinal)}"
        return words[:-1] + "ieth" if is_ordinal else words
    if value < 1000:
        hundreds, rest = divmod(int(value), 100)
        words = (", " if follows else "") + _SMALL[hundreds] + " Hundred"
    else:
        magnitude = min(math.floor(math.log10(value) / 3), len(_MAGNITUDES))
        size = 10.0 ** (3 * magnitude)
        whole = math.floor(value / size)
        rest = int(value - whole * size)
        name = _MAGNITUDES[magnitude - 1]
        words = (", " if follows else "") + _words(whole, is_ordinal=False) + " " + name
    if rest > 0:
        return words + _words(rest, is_ordinal=is_ordinal, follows=True)
    return words + "th" if is_ordinal else words


# Reading


def read_integer(text: str, form: IntegerForm) -> Value:
    """The integer that a text in a form means.

    Raises:
        FaultError: D3130 for a form that is not known, D1001 for a text that means no number.
    """
    if form.kind == "sequence":
        raise FaultError("D3130", value=form.token)
    if form.kind == "words":
        return _read_words(text.lower())
    if form.kind == "roman":
        return _read_roman(text if form.case == "upper" else text.upper())
    if form.kind == "letters":
        first = ord("A" if form.case == "upper" else "a")
        total = 0.0
        for character in text[:400]:
            total = total * 26 + ord(character) - first + 1
        return number(total)
    return _read_digits(text, form)


def _read_words(text: str) -> Value:
    segments = [0.0]
    for word in re.split(r",\s|\sand\s|[\s\\-]", text):
        value = _WORD_VALUES.get(word)
        if value is None:
            raise _not_a_number()
        if value < 100:
            top = segments.pop()
            if top >= 1000:
                segments.append(top)
                top = 0.0
            segments.append(top + value)
        else:
            segments.append(segments.pop() * value)
    return number(sum(segments))


def _read_roman(text: str) -> Value:
    total, largest = 0, 1
    for numeral in reversed(text):
        value = _ROMAN_VALUES.get(numeral)
        if value is None:
            raise _not_a_number()
        if value < largest:
            total -= value
        else:
            largest = value
            total += value
    return total


def _read_digits(text: str, form: IntegerForm) -> Value:
    digits = text[:-2] if form.is_ordinal else text
    if form.repeat:
        digits = digits.replace(",", "")  # whatever the separator is: so does the reference
    else:
        for separator in form.separators:
            digits = digits.replace(separator.character, "")
    if form.zero != 0x30:
        codes = [ord(digit) - form.zero + 0x30 for digit in digits]
        digits = "".join(chr(code) if code >= 0 else " " for code in codes)
    match = re.match(r"\s*([-+]?)(?:0[xX]([0-9a-fA-F]*)|([0-9]+))", digits)  # as parseInt reads it
    if not match or len(match[0]) > 1000 or match[2] == "":
        raise _not_a_number()
    value = int(match[2], 16) if match[2] else int(match[3])
    return number(double(-value if match[1] == "-" else value))


def _not_a_number() -> FaultError:
    return FaultError("D1001", value=None)


# Functions


def format_integer(run: Run, value: Value, picture: Value = UNDEFINED) -> Value:
    """``$formatInteger``."""
    if value is UNDEFINED or picture is UNDEFINED:
        return UNDEFINED
    run.charge_text(16 * len(picture))
    whole = value if type(value) is int else math.floor(value)
    return write_integer(run, whole, analyse_integer_picture(picture))


def parse_integer(run: Run, text: Value, picture: Value = UNDEFINED) -> Value:
    """``$parseInteger``."""
    if text is UNDEFINED or picture is UNDEFINED:
        return UNDEFINED
    run.charge_text(16 * len(picture) + 16 * len(text))
    return read_integer(text, analyse_integer_picture(picture))
