"""Functions on numbers. All compute with doubles, as JavaScript does.

Source: JSONata 2.0.6; its documentation, "Numeric functions" and "Numeric aggregation functions".
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final

from asl.query.jsonata import operators
from asl.query.jsonata.faults import FaultError
from asl.query.jsonata.kinds import UNDEFINED, Value, is_number
from asl.query.jsonata.operators import double
from asl.query.jsonata.writing import number_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from asl.query.jsonata.guard import Run

_DECIMAL: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[Ee][-+]?[0-9]+)?")
_PREFIXED: Final = re.compile(r"0(?:[xX]([0-9A-Fa-f]+)|[oO]([0-7]+)|[bB]([01]+))")
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


def _total(numbers: list[Value]) -> float:
    total = 0.0
    for number in numbers:  # one by one: Python's own sum is more exact than JavaScript's
        total += double(number)
    return total


def sum_of(run: Run, numbers: Value) -> Value:
    """``$sum``."""
    if numbers is UNDEFINED:
        return UNDEFINED
    run.charge(len(numbers))
    return operators.number(_total(numbers))


def average(run: Run, numbers: Value) -> Value:
    """``$average``."""
    if numbers is UNDEFINED or not numbers:
        return UNDEFINED
    run.charge(len(numbers))
    return operators.number(_total(numbers) / len(numbers))


def largest(run: Run, numbers: Value) -> Value:
    """``$max``."""
    return _extreme(run, numbers, max)


def smallest(run: Run, numbers: Value) -> Value:
    """``$min``."""
    return _extreme(run, numbers, min)


def _extreme(run: Run, numbers: Value, choose: Callable[[list[Value]], Value]) -> Value:
    if numbers is UNDEFINED or not numbers:
        return UNDEFINED
    run.charge(len(numbers))
    return choose(numbers)


def number(_run: Run, value: Value) -> Value:
    """``$number``."""
    if value is UNDEFINED or is_number(value):
        return value
    if value is True or value is False:
        return int(value)
    if type(value) is str:
        if _DECIMAL.fullmatch(value):
            result = float(value)
            if math.isfinite(result):
                return operators.number(result)
        elif prefixed := _PREFIXED.fullmatch(value):
            base = {1: 16, 2: 8, 3: 2}[prefixed.lastindex or 1]
            # more digits than a double has room for are not looked at one by one
            if len(value) <= 1000:
                return operators.number(double(int(prefixed[prefixed.lastindex or 1], base)))
    raise FaultError("D3030", value=value)


def absolute(_run: Run, value: Value) -> Value:
    """``$abs``."""
    return UNDEFINED if value is UNDEFINED else abs(value)


def floor(_run: Run, value: Value) -> Value:
    """``$floor``."""
    return UNDEFINED if value is UNDEFINED else _whole(value, math.floor)


def ceil(_run: Run, value: Value) -> Value:
    """``$ceil``."""
    return UNDEFINED if value is UNDEFINED else _whole(value, math.ceil)


def _whole(value: float, cut: Callable[[float], int]) -> float:
    return value if type(value) is int else operators.number(float(cut(value)))


def round_half_even(_run: Run, value: Value, precision: Value = UNDEFINED) -> Value:
    """``$round``: to so many decimal places, a half to the even side."""
    if value is UNDEFINED:
        return UNDEFINED
    return operators.number(rounded(double(value), 0 if precision is UNDEFINED else precision))


def rounded(value: float, precision: float) -> float:
    """The double that is nearest to the text of a double, cut at so many decimal places."""
    shifted = _shifted(value, precision)
    whole = float(math.floor(shifted))
    if shifted - whole >= 0.5:  # as Math.round: a half goes up, then to the even side
        whole += 1
    if abs(whole - shifted) == 0.5 and whole % 2 == 1:
        whole -= 1
    return _shifted(whole, -precision)


def _shifted(value: float, places: float) -> float:
    """The number with its decimal point moved: in its text, where that is exact."""
    if not places:
        return value
    if not float(places).is_integer() or abs(places) > 1000:
        raise FaultError("D1001", value=None)
    digits, _, exponent = number_text(value).partition("e")
    return _finite(float(f"{digits}e{int(exponent or 0) + int(places)}"))


def _finite(value: float) -> float:
    if value - value != 0:
        raise FaultError("D1001", value=None)
    return value


def square_root(_run: Run, value: Value) -> Value:
    """``$sqrt``."""
    if value is UNDEFINED:
        return UNDEFINED
    if value < 0:
        raise FaultError("D3060", value=value)
    return operators.number(math.sqrt(double(value)))


def power(_run: Run, base: Value, exponent: Value = UNDEFINED) -> Value:
    """``$power``."""
    if base is UNDEFINED:
        return UNDEFINED
    try:
        return operators.number(math.pow(double(base), double(exponent)))
    except (ValueError, OverflowError, TypeError):  # not real, too large, or no exponent
        raise FaultError("D3061", value=base, exp=exponent) from None


def format_base(_run: Run, value: Value, radix: Value = UNDEFINED) -> Value:
    """``$formatBase``."""
    if value is UNDEFINED:
        return UNDEFINED
    whole = int(rounded(double(value), 0))
    base = 10 if radix is UNDEFINED else int(rounded(double(radix), 0))
    if not 2 <= base <= 36:
        raise FaultError("D3100", value=base)
    if base == 10:
        return number_text(float(whole))
    digits: list[str] = []
    left = abs(whole)
    while left:
        left, digit = divmod(left, base)
        digits.append(_DIGITS[digit])
    return ("-" if whole < 0 else "") + ("".join(reversed(digits)) or "0")
