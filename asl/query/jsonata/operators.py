"""What the operators of JSONata do with two values, and the conversions that they share.

Numbers are doubles: results are those of JavaScript, only that a result without a fraction is an
``int`` here, up to 1e21. An infinity is refused where it arises; JSONata JS refuses it where it is
used next.

Source: JSONata 2.0.6; its documentation, "Operators" and "Boolean expressions".
"""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING, Final

from asl.query.jsonata.faults import FaultError
from asl.query.jsonata.kinds import SAFE, UNDEFINED, Function, Sequence, Value, is_number
from asl.query.jsonata.writing import JsonWriter, fifteen_digits, number_text
from asl.query.text_order import compare_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from asl.query.jsonata.guard import Run

_LARGEST_INTEGER: Final = 1e21
_INDENT = 2


# Numbers


def double(value: float) -> float:
    """The double that a number is for JavaScript.

    Raises:
        FaultError: D1001, an integer beyond all doubles.
    """
    try:
        return float(value)
    except OverflowError:
        raise FaultError("D1001", value=None) from None


def number(value: float) -> float:
    """A computed double as a value: an ``int`` if it has no fraction and is not huge.

    Raises:
        FaultError: D1001, it is not finite.
    """
    if value - value != 0:
        raise FaultError("D1001", value=None)  # JSON has no infinity: JavaScript shows null
    if value.is_integer() and -_LARGEST_INTEGER < value < _LARGEST_INTEGER:
        return int(value)
    return value


def _remainder(left: float, right: float) -> float:
    return math.fmod(left, right) if right else math.nan


def _quotient(left: float, right: float) -> float:
    return left / right if right else math.inf


_ARITHMETIC: Mapping[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _quotient,
    "%": _remainder,
}


def arithmetic(sign: str, left: Value, right: Value) -> Value:
    """One of ``+ - * / %``; undefined if either side is.

    Raises:
        FaultError: T2001, T2002 for a side that is no number; D1001.
    """
    if left is not UNDEFINED and not is_number(left):
        raise FaultError("T2001", token=sign, value=left)
    if right is not UNDEFINED and not is_number(right):
        raise FaultError("T2002", token=sign, value=right)
    if left is UNDEFINED or right is UNDEFINED:
        return UNDEFINED
    return number(_ARITHMETIC[sign](double(left), double(right)))


def negative(value: Value) -> Value:
    """Unary minus.

    Raises:
        FaultError: D1002, not a number.
    """
    if value is UNDEFINED:
        return UNDEFINED
    if not is_number(value):
        raise FaultError("D1002", value=value)
    return number(-double(value))


def span(first: Value, last: Value, run: Run) -> Value:
    """The integers ``[first..last]``.

    Raises:
        FaultError: T2003, T2004 for an end that is no integer; D2014 for too many.
    """
    for code, end in ("T2003", first), ("T2004", last):
        if end is not UNDEFINED and not (is_number(end) and double(end).is_integer()):
            raise FaultError(code, value=end)
    if first is UNDEFINED or last is UNDEFINED or first > last:
        return UNDEFINED
    size = int(last) - int(first) + 1
    if size > 10_000_000:
        raise FaultError("D2014", value=size)
    run.charge(size)
    numbers = Sequence()
    numbers.extend(range(int(first), int(last) + 1))
    return numbers


# Comparisons

_ORDERS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def compare(sign: str, left: Value, right: Value) -> Value:
    """One of ``< <= > >=``; undefined if either side is.

    Raises:
        FaultError: T2010 for a side that is neither number nor text, T2009 for one of each.
    """
    left_is_number, right_is_number = is_number(left), is_number(right)
    if left_is_number and right_is_number:
        return _ORDERS[sign](_exact(left), _exact(right))
    if not (left is UNDEFINED or left_is_number or type(left) is str):
        raise FaultError("T2010", token=sign, value=left)
    if not (right is UNDEFINED or right_is_number or type(right) is str):
        raise FaultError("T2010", token=sign, value=right)
    if left is UNDEFINED or right is UNDEFINED:
        return UNDEFINED
    if left_is_number or right_is_number:
        raise FaultError("T2009", token=sign, value=left, value2=right)
    return _ORDERS[sign](compare_text(left, right), 0)


def _exact(value: float) -> float:
    """The number itself, if Python compares it as JavaScript does; else its double."""
    return value if type(value) is float or -SAFE <= value <= SAFE else double(value)


def is_equal(left: Value, right: Value, run: Run) -> bool:
    """Whether ``=`` holds; never if a side is undefined."""
    if left is UNDEFINED or right is UNDEFINED:
        return False
    return is_same(left, right, run)


def is_different(left: Value, right: Value, run: Run) -> bool:
    """Whether ``!=`` holds; never if a side is undefined."""
    if left is UNDEFINED or right is UNDEFINED:
        return False
    return not is_same(left, right, run)


def is_same(left: Value, right: Value, run: Run) -> bool:
    """Deep equality; the order of keys does not count, types do."""
    if left is right:
        return True
    if isinstance(left, list):
        if not isinstance(right, list) or len(left) != len(right):
            return False
        run.charge(len(left))
        return all(is_same(one, other, run) for one, other in zip(left, right, strict=True))
    if isinstance(left, dict):
        if not isinstance(right, dict) or left.keys() != right.keys():
            return False
        run.charge(len(left))
        return all(is_same(item, right[key], run) for key, item in left.items())
    if is_number(left):
        return is_number(right) and _exact(left) == _exact(right)
    return type(left) is type(right) and type(left) is str and bool(left == right)


def is_among(left: Value, right: Value, run: Run) -> bool:
    """Whether ``in`` holds: the very value stands in the array, or is the value."""
    if left is UNDEFINED or right is UNDEFINED:
        return False
    items = right if isinstance(right, list) else [right]
    run.charge(len(items))
    if is_number(left):
        return any(is_number(item) and _exact(item) == _exact(left) for item in items)
    if type(left) is str:
        return any(type(item) is str and item == left for item in items)
    return any(item is left for item in items)


# Conversions


def truth(value: Value, run: Run) -> bool:
    """The effective boolean value, as conditions take it; undefined is false."""
    if value is True:
        return True
    if value is False or value is None or value is UNDEFINED:
        return False
    if isinstance(value, list):
        run.charge(len(value))
        return any(truth(item, run) for item in value)
    if isinstance(value, Function):
        return False
    return bool(value)  # a number but 0, a text or an object that is not empty


def text_of(value: Value, run: Run, *, pretty: bool = False) -> str:
    """``$string``: a text is itself, a function nothing, all else its JSON.

    Raises:
        FaultError: D3001, a number that is not finite.
    """
    if type(value) is str:
        return value
    if value is True:
        return "true"
    if is_number(value):
        text = number_text(fifteen_digits(value))
        if text[-1] in "yN":
            raise FaultError("D3001", value=None)
        return text
    if isinstance(value, Function):
        return ""
    if type(value) is Sequence and value.is_root:
        value = value[0]
    parts: list[str] = []

    def put(part: str) -> None:
        run.charge_text(len(part))
        parts.append(part)

    indent = _INDENT if pretty else 0
    JsonWriter(put, run.charge, indent=indent, round_numbers=True).write(value)
    return "".join(parts)


def joined(left: Value, right: Value, run: Run) -> str:
    """``&``: both sides as text, nothing for one that is undefined."""
    first = "" if left is UNDEFINED else text_of(left, run)
    second = "" if right is UNDEFINED else text_of(right, run)
    run.charge_text(len(first) + len(second))
    return first + second


def append(first: Value, second: Value, run: Run) -> Value:
    """``$append``: the items of both, where a value that is no array is one item."""
    if first is UNDEFINED:
        return second
    if second is UNDEFINED:
        return first
    start = first if isinstance(first, list) else [first]
    end = second if isinstance(second, list) else [second]
    run.charge(len(start) + len(end))
    return [*start, *end]
