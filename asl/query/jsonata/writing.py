"""Values as text, as JavaScript writes them: numbers, and ``JSON.stringify``.

``$string``, ``&`` and the texts of errors show values in this form. Numbers have the fewest digits
that give the same double, an exponent only from 1e21 on and below 1e-6; inside of ``$string`` they
are rounded to 15 digits first.

Source: ECMAScript, "Number::toString" and "JSON.stringify"; JSONata 2.0.6, ``$string``.
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Context, Decimal
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, TypeAlias

from asl.query.jsonata.kinds import SAFE, UNDEFINED, Function, Value

if TYPE_CHECKING:
    from collections.abc import Callable

    _Put: TypeAlias = Callable[[str], None]

_FIFTEEN_DIGITS = Context(prec=15, rounding=ROUND_HALF_UP)
_FIFTEEN = 10**15


def number_text(number: float) -> str:
    """A number as JavaScript writes it: ``100``, ``0.000001``, ``1e-7``, ``1e+21``."""
    if type(number) is int:
        if -SAFE < number < SAFE:
            return str(number)
        try:
            number = float(number)
        except OverflowError:
            return "Infinity" if number > 0 else "-Infinity"
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    if number.is_integer() and abs(number) < SAFE:
        return str(int(number))
    digits, _, exponent = repr(number).partition("e")
    if not exponent:
        return digits.removesuffix(".0")
    power = int(exponent)
    if -7 < power < 21:
        return format(Decimal(repr(number)), "f")
    return f"{digits}e{power:+d}"


def fifteen_digits(number: float) -> float:
    """The number that is left when only 15 significant digits are kept."""
    if type(number) is int and -_FIFTEEN < number < _FIFTEEN:
        return number
    if float(f"{number:.15g}") == number:  # has no more, as nearly all that people write
        return number
    return float(Decimal(number).normalize(_FIFTEEN_DIGITS))


class JsonWriter:
    """``JSON.stringify`` of one value, in parts.

    Args:
        put: Takes the parts of the text.
        charge: Is told the number of values written, and may raise: shared parts are written as
            often as they occur, so a small value can have a huge text.
        indent: How many blanks for each level; 0 for compact text.
        round_numbers: Keep 15 digits, and write a function as an empty text, as ``$string`` does.
    """

    def __init__(
        self,
        put: _Put,
        charge: Callable[[int], None],
        *,
        indent: int = 0,
        round_numbers: bool = False,
    ) -> None:
        self._put = put
        self._charge = charge
        self._indent = indent
        self._round = round_numbers
        self._colon = ": " if indent else ":"

    def write(self, value: Value, level: int = 0) -> None:
        """Write a value; what has no JSON is written as null, as in an array."""
        put = self._put
        if value is None or value is UNDEFINED:
            put("null")
        elif value is True:
            put("true")
        elif value is False:
            put("false")
        elif isinstance(value, str):
            put(encode_basestring(value))
        elif isinstance(value, list):
            self._charge(len(value))
            self._write_all("[", [("", item) for item in value], "]", level)
        elif isinstance(value, dict):
            self._charge(len(value))
            members = [
                (encode_basestring(name) + self._colon, item)
                for name, item in value.items()
                if item is not UNDEFINED and (self._round or not isinstance(item, Function))
            ]
            self._write_all("{", members, "}", level)
        elif isinstance(value, Function):
            put('""' if self._round else "null")
        else:
            number = fifteen_digits(value) if self._round else value
            text = number_text(number)
            put("null" if text[-1] in "yN" else text)

    def _write_all(
        self, opening: str, members: list[tuple[str, Value]], closing: str, level: int
    ) -> None:
        put = self._put
        if not members:
            put(opening + closing)
            return
        line = "\n" + " " * (self._indent * (level + 1)) if self._indent else ""
        separator = opening + line
        for name, item in members:
            put(separator)
            put(name)
            self.write(item, level + 1)
            separator = "," + line
        put(line[: len(line) - self._indent] + closing)
