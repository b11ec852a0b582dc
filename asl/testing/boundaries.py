"""The values at which a comparison turns: at, below and above what it compares with."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from asl.query.timestamps import parse_timestamp

if TYPE_CHECKING:
    from asl.jsontypes import Json

#: One of each type, and texts that some tests take for more than text.
OF_EACH_TYPE: tuple[Json, ...] = ("text", 0, True, None, [], {}, "2025-01-01T00:00:00Z")
#: What the operators of a family are compared with if nothing says with what.
_PIVOTS: dict[str, Json] = {
    "Numeric": 1,
    "String": "a",
    "Boolean": True,
    "Timestamp": "2025-01-01T00:00:00Z",
}


def pivot(operator: str) -> Json:
    """A value for the other side of a comparison that may be anything."""
    return next((value for name, value in _PIVOTS.items() if operator.startswith(name)), "a")


def around(operator: str, operand: Json) -> tuple[Json, ...]:
    """The values to try for a comparison, the one at the boundary first.

    Args:
        operator: As a JSONPath rule has it, or a sign of JSONata.
        operand: What it compares with.
    """
    if operator == "StringMatches":
        return _matching(str(operand))
    if operator == "IsPresent":
        return ("text",)
    if operator.startswith("Is"):
        return OF_EACH_TYPE
    if isinstance(operand, bool):
        return (operand, not operand)
    if isinstance(operand, int | float):
        return _numbers(operand)
    if isinstance(operand, str):
        if operator.startswith("Timestamp") or parse_timestamp(operand) is not None:
            return _timestamps(operand)
        return tuple(dict.fromkeys((operand, operand[:-1], operand + "a")))
    return (operand,)


def _numbers(number: float) -> tuple[Json, ...]:
    if isinstance(number, int):
        return (number, number - 1, number + 1)
    places = len(repr(number).partition(".")[2]) if "e" not in repr(number) else 0
    step = 10.0**-places if places else abs(number) / 2
    return (number, round(number - step, places or 15), round(number + step, places or 15))


def _matching(pattern: str) -> tuple[Json, ...]:
    """Texts that match a pattern, with nothing and with something for each ``*``, and others."""
    shortest, longest, at = "", "", 0
    while at < len(pattern):
        if pattern[at] == "*":
            longest += "x"
        else:
            at += pattern[at] == "\\"
            shortest += pattern[at : at + 1]
            longest += pattern[at : at + 1]
        at += 1
    return tuple(dict.fromkeys((shortest, longest, shortest[:-1], f"{shortest}-", f"-{shortest}")))


def _timestamps(text: str) -> tuple[Json, ...]:
    try:
        instant = datetime.fromisoformat(text)
        second = timedelta(seconds=1)
        moved = (instant - second, instant + second)
    except (ValueError, OverflowError):
        return (text,)
    return (text, *(each.isoformat().replace("+00:00", "Z") for each in moved))


def moved(operator: str, operand: Json) -> Json:
    """Another constant to compare with, close by; None where the opposite is the only other one."""
    if isinstance(operand, bool):
        return None
    if operator == "StringMatches":
        return f"{operand}x"
    return around(operator, operand)[-1]
