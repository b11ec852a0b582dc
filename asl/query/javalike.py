"""What AWS inherits from Java and shows: random numbers, hash order, the text of values.

AWS runs state machines on the JVM, and some of its results can only be explained (and so only be
repeated) by java.util: a seeded ``States.MathRandom`` is ``java.util.Random``, the keys of a
payload template stand in the order of a ``HashMap``, ``States.ArrayUnique`` has the order of a
``HashSet``, numbers in texts are those of ``Double.toString``. This module has these rules, each
once, and knows nothing of paths, functions or states. A JSON integer stands for Java's Integer,
Long or BigInteger, whichever is the first to hold it; a fraction is a Double, an object a
LinkedHashMap.

Sources: the documented algorithms of java.util.Random, HashMap, HashSet, List, Map and String, and
of Double.toString since Java 19; recordings of AWS, which they explain.
"""

from __future__ import annotations

import json
import re
import struct
from json.encoder import encode_basestring
from typing import TYPE_CHECKING

from asl.jsontypes import dump

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from typing import TypeAlias

    from asl.jsontypes import Json

    _Put: TypeAlias = Callable[[str], object]

_WORD = 0xFFFFFFFF
_MULTIPLIER = 0x5DEECE66D
_STATE = (1 << 48) - 1
_INT_MAX = (1 << 31) - 1


class JavaRandom:
    """java.util.Random: the 48-bit linear congruential generator, bit by bit.

    ``state`` may be read, kept in a snapshot and handed to `from_state`.
    """

    __slots__ = ("state",)

    def __init__(self, seed: int) -> None:
        self.state = (seed ^ _MULTIPLIER) & _STATE

    @classmethod
    def from_state(cls, state: int) -> JavaRandom:
        """A generator that goes on where the one with this ``state`` stood."""
        random = cls.__new__(cls)
        random.state = state & _STATE
        return random

    def next_bits(self, bits: int) -> int:
        """The next 1 to 32 bits, as a number that is not negative."""
        self.state = (self.state * _MULTIPLIER + 0xB) & _STATE
        return self.state >> (48 - bits)

    def next_int(self, bound: int) -> int:
        """A number from 0 to ``bound - 1``; ``bound`` is from 1 to 2147483647.

        Raises:
            ValueError: The bound is none of Java's.
        """
        if not 1 <= bound <= _INT_MAX:
            raise ValueError(f"bound must be from 1 to {_INT_MAX}, not {bound}")
        bits = self.next_bits(31)
        if bound & (bound - 1) == 0:
            return (bound * bits) >> 31
        while bits - bits % bound + bound - 1 > _INT_MAX:  # the last, incomplete stretch: again
            bits = self.next_bits(31)
        return bits % bound

    def next_long(self) -> int:
        """A signed number of 64 bits."""
        high = self.next_bits(32)
        return _signed((high << 32) + _signed(self.next_bits(32), 32), 64)

    def next_double(self) -> float:
        """A number from 0 (included) to 1 (excluded)."""
        high = self.next_bits(26)
        return ((high << 27) + self.next_bits(27)) / (1 << 53)

    def uuid4(self) -> str:
        """A version 4 UUID from the next 128 bits."""
        number = 0
        for _ in range(4):
            number = (number << 32) | self.next_bits(32)
        number = number & ~(0xF << 76) | (4 << 76)
        number = number & ~(0x3 << 62) | (2 << 62)
        text = f"{number:032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _signed(number: int, bits: int = 32) -> int:
    number &= (1 << bits) - 1
    return number - (1 << bits) if number >> (bits - 1) else number


# Hash codes and the order they give


def string_hash(text: str) -> int:
    """String.hashCode: over UTF-16 code units, signed, 32 bits."""
    code = 0
    units = map(ord, text) if text.isascii() else utf16(text)
    for unit in units:
        code = (31 * code + unit) & _WORD
    return _signed(code)


def hash_code(value: Json) -> int:
    """The hashCode of the Java value that a JSON value stands for: signed, 32 bits."""
    if isinstance(value, str):
        return string_hash(value)
    if value is None:
        return 0
    if isinstance(value, bool):
        return 1231 if value else 1237
    if isinstance(value, int):
        return _integer_hash(value)
    if isinstance(value, float):
        return _fold(struct.unpack(">Q", struct.pack(">d", value))[0])
    if isinstance(value, list):
        code = 1
        for item in value:
            code = (31 * code + hash_code(item)) & _WORD
        return _signed(code)
    code = 0
    for key, item in value.items():
        code += string_hash(key) ^ hash_code(item)
    return _signed(code)


def _integer_hash(number: int) -> int:
    if -(1 << 31) <= number <= _INT_MAX:
        return number
    if -(1 << 63) <= number < 1 << 63:
        return _fold(number & ((1 << 64) - 1))
    code = 0  # BigInteger: over the 32-bit words of the magnitude, the highest first
    magnitude = abs(number)
    for shift in range((magnitude.bit_length() - 1) // 32 * 32, -1, -32):
        code = (31 * code + (magnitude >> shift & _WORD)) & _WORD
    return _signed(code if number > 0 else -code)


def _fold(bits: int) -> int:
    """The hashCode of a 64-bit value (Long, Double): both halves, xor."""
    return _signed(bits ^ bits >> 32)


def hash_map_order(keys: Collection[str]) -> list[str]:
    """Different keys in the order in which a java.util.HashMap gives them back.

    Args:
        keys: In the order in which they are put into the map.
    """
    return _by_bucket(keys, _grown(16, len(keys)))


def merged_map_order(first: Collection[str], second: Collection[str]) -> list[str]:
    """The order of the keys of ``new HashMap<>(first)`` after ``putAll(second)``.

    A copy is made with a table that just holds the first map, so that it is smaller than that of
    `hash_map_order`, and the order is another (Java up to 18 sizes it like this).
    """
    table = 1
    while table < int((len(first) or len(second)) / 0.75 + 1):
        table *= 2
    if first and len(second) > table * 0.75:
        table *= 2
    keys = dict.fromkeys([*first, *second])
    return _by_bucket(keys, _grown(table, len(keys)))


def hash_set_order(values: Sequence[Json]) -> list[Json]:
    """The different values, in the order in which a java.util.HashSet gives them back.

    Equality is Java's, and deep: the order of keys does not count; ``1``, ``"1"`` and ``1.0``
    differ.

    Args:
        values: In the order in which they are added; of equal ones the first is kept.
    """
    different: dict[str, Json] = {}
    for value in values:
        different.setdefault(_identity(value), value)
    kept = list(different.values())
    mask = _grown(16, len(kept)) - 1
    return sorted(kept, key=lambda value: _spread(hash_code(value)) & mask)


#: Equal exactly for values that are equal in Java: types show in the text, keys are sorted.
_identity = json.JSONEncoder(sort_keys=True, check_circular=False, allow_nan=False).encode


def _grown(table: int, entries: int) -> int:
    """The size of the table when it holds so many entries: doubled at a load of 3/4."""
    while entries > table * 0.75:
        table *= 2
    return table


def _by_bucket(keys: Iterable[str], table: int) -> list[str]:
    # Growing keeps the order inside a bucket, so the order of insertion and the final size suffice.
    return sorted(keys, key=lambda key: _spread(string_hash(key)) & (table - 1))


def _spread(code: int) -> int:
    """HashMap's own mixing: the upper half of the hash counts in small tables too."""
    code &= _WORD
    return code ^ code >> 16


# Text


def utf16(text: str) -> tuple[int, ...]:
    """The UTF-16 code units of a text: what Java calls its characters."""
    data = text.encode("utf-16-be", "surrogatepass")
    return struct.unpack(f">{len(data) // 2}H", data)


def java_length(text: str) -> int:
    """String.length: the number of UTF-16 code units."""
    if text.isascii():
        return len(text)
    return len(text.encode("utf-16-be", "surrogatepass")) // 2


def number_text(number: float) -> str:
    """An integer in plain digits, a fraction as Double.toString writes it (Java 19 and later).

    The fewest digits that give the same double, but one on each side of the point; with an exponent
    below 0.001 and from 10 million on: ``100.0``, ``0.001``, ``1.0E-4``, ``1.0E7``, ``4.9E-324``.
    """
    if type(number) is int:
        return str(number)
    if 1e-3 <= abs(number) < 1e7 or number == 0:
        return repr(number)
    from decimal import Decimal  # noqa: PLC0415 - 3 ms, for numbers that are seldom met

    exact = Decimal(repr(number))
    digits = "".join(map(str, exact.as_tuple().digits)).rstrip("0")
    if len(digits) == 1:  # the second digit may change the first: 5e-324 is nearer to 4.9e-324
        mantissa, _, exponent = f"{number:.1e}".partition("e")
        return f"{mantissa}E{int(exponent)}"
    return f"{'-' if number < 0 else ''}{digits[0]}.{digits[1:]}E{exact.adjusted()}"


#: Where the text of Python's JSON encoder may differ from Jackson's: exponents, doubles from ten
#: million on, below a thousandth, control characters with a letter in their code. Each begins with
#: a literal, for which `re` is fast.
_MAY_DIFFER = tuple(
    map(re.compile, (r"e(?<=\de)[+-]\d\d", r"\.(?<=\d{8}\.)\d", r"0\.000", r"\\u00[01][a-f]"))
)
_ESCAPE = re.compile(r"\\(?:u[0-9a-f]{4}|.)")


def to_text(value: Json) -> str:
    r"""Compact JSON text as Jackson writes it, the form in which AWS shows values in causes.

    Keys in their order, no blanks, no ASCII escapes, control characters like ``\u001F``, numbers as
    `number_text` gives them.
    """
    text = dump(value)
    for pattern in _MAY_DIFFER:
        if pattern.search(text):
            parts: list[str] = []
            _write(value, parts.append)
            return "".join(parts)
    return text


def _write(value: Json, put: _Put) -> None:
    if type(value) is str:
        put(_ESCAPE.sub(_upper_code, encode_basestring(value)))
    elif type(value) is float:
        put(number_text(value))
    elif type(value) is list:
        opening = "["
        for item in value:
            put(opening)
            _write(item, put)
            opening = ","
        put("]" if value else "[]")
    elif type(value) is dict:
        opening = "{"
        for key, item in value.items():
            put(opening)
            _write(key, put)
            put(":")
            _write(item, put)
            opening = ","
        put("}" if value else "{}")
    else:
        put(dump(value))


def _upper_code(escape: re.Match[str]) -> str:
    text = escape[0]
    return "\\u" + text[2:].upper() if text.startswith("\\u") else text


def map_text(value: Json) -> str:
    """The toString of the Java value: a text bare, a list ``[1, a]``, an object ``{a=1, b=[]}``."""
    if type(value) is str:
        return value
    if type(value) is int:
        return str(value)
    parts: list[str] = []
    _print(value, parts.append)
    return "".join(parts)


def _print(value: Json, put: _Put) -> None:
    if type(value) is str:
        put(value)
    elif type(value) is int or type(value) is float:
        put(number_text(value))
    elif type(value) is list:
        opening = "["
        for item in value:
            put(opening)
            _print(item, put)
            opening = ", "
        put("]" if value else "[]")
    elif type(value) is dict:
        opening = "{"
        for key, item in value.items():
            put(f"{opening}{key}=")
            _print(item, put)
            opening = ", "
        put("}" if value else "{}")
    else:
        put(dump(value))
