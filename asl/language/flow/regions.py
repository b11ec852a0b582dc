"""The values for which a comparison of a Choice rule matches, as sets that can be compared.

A region says for each type of values which of them are in it: none, all, or those that lie in some
intervals. Texts are ordered in two ways, as texts and as instants, and where a comparison has no
order that is known, there is only "matches" and "does not": so intervals are given by scale, and a
value is in the region if it is so on each of the scales.

Source: ASL specification, "Choice State"; how each operator compares: `asl.query.choices`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from asl.errors import QuerySyntaxError
from asl.language.flow.intervals import (
    ALL,
    FLOOR,
    HIGH,
    NO,
    YES,
    complement,
    intersection,
    is_inside,
    related,
    single_things,
    union,
)
from asl.language.substitutions import has_placeholder
from asl.query.choices import OPERATORS, compile_rule
from asl.query.timestamps import parse_timestamp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asl.jsontypes import Json
    from asl.language.flow.intervals import Intervals

TYPES: Final = ("null", "boolean", "number", "text", "other")

_COMPARISON: Final = re.compile(
    r"(?P<family>Boolean|Numeric|String|Timestamp)"
    r"(?P<relation>Equals|(?:Less|Greater)Than(?:Equals)?)(?P<path>Path)?"
)
_TYPE_OF_FAMILY: Final = {
    "Boolean": "boolean",
    "Numeric": "number",
    "String": "text",
    "Timestamp": "text",
}
_TYPE_OF_TEST: Final = {
    "IsNull": "null",
    "IsBoolean": "boolean",
    "IsNumeric": "number",
    "IsString": "text",
}
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_MOST_INTERVALS: Final = 300
_MATCH: Final = "StringMatches "


class Region(NamedTuple):
    """Some of the values that a variable may have.

    Attributes:
        missing: Whether it has none at all: the path finds nothing.
        parts: For each type that has values in the region, intervals by scale; without any scale
            these are all values of the type.
    """

    missing: bool
    parts: Mapping[str, Mapping[str, Intervals]]

    @property
    def is_empty(self) -> bool:
        """Whether there is no such value."""
        return not self.missing and not self.parts


_ALL_TYPES: Final[Mapping[str, Mapping[str, Intervals]]] = {name: {} for name in TYPES}
EVERYTHING: Final = Region(missing=True, parts=_ALL_TYPES)
PRESENT: Final = Region(missing=False, parts=_ALL_TYPES)
#: An object or array.
CONTAINER: Final = Region(missing=False, parts={"other": {}})


def region_of(operator: str, operand: Json) -> Region | None:
    """Where a comparison matches; None if that is not known.

    The region of a comparison has one scale in each type at the most.
    """
    if operator not in OPERATORS or has_placeholder(operand):
        return None
    if operator.startswith("Is"):
        return _tested(operator, wanted=operand) if isinstance(operand, bool) else None
    if operator == "StringMatches":
        return _matching(operand) if isinstance(operand, str) else None
    match = _COMPARISON.fullmatch(operator)
    if match is None:
        return None
    kind = _TYPE_OF_FAMILY[match["family"]]
    if match["path"]:
        return _part(kind, f"{operator} {operand}", YES) if isinstance(operand, str) else None
    return _related(match["family"], match["relation"], operand)


def _part(kind: str, scale: str, intervals: Intervals) -> Region:
    return Region(missing=False, parts={kind: {scale: intervals}})


def _tested(operator: str, *, wanted: bool) -> Region:
    if operator == "IsPresent":
        return PRESENT if wanted else Region(missing=True, parts={})
    if operator == "IsTimestamp":
        region = _part("text", "time", ((FLOOR, HIGH),))
    else:
        region = Region(missing=False, parts={_TYPE_OF_TEST[operator]: {}})
    return region if wanted else outside(region)


def _related(family: str, relation: str, operand: Json) -> Region | None:
    if family == "Boolean":
        if not isinstance(operand, bool):
            return None
        return _part("boolean", "truth", YES if operand else NO)
    if family == "Numeric":
        if isinstance(operand, bool) or not isinstance(operand, int | float):
            return None
        is_finite = operand - operand == 0
        return _part("number", "number", related(relation, operand)) if is_finite else None
    if not isinstance(operand, str):
        return None
    if family == "Timestamp":
        instant = parse_timestamp(operand)
        if instant is None:
            return None
        return _part("text", "time", related(relation, instant, FLOOR))
    return _part("text", "text", related(relation, _units(operand)))


def _matching(pattern: str) -> Region | None:
    beginning = pattern.removesuffix("*")
    if "\\" not in pattern and "*" not in beginning:
        if beginning == pattern:
            return _part("text", "text", related("Equals", _units(pattern)))
        if not beginning:
            return Region(missing=False, parts={"text": {}})
        if not _SURROGATE.search(beginning):
            return _part("text", "text", _starting_with(_units(beginning)))
    try:
        compile_rule({"Variable": "$", "StringMatches": pattern})
    except QuerySyntaxError:
        return None
    return _part("text", _MATCH + pattern, YES)


def _starting_with(units: bytes) -> Intervals:
    """The texts that start with one: up to the first that does not, without an end itself."""
    values = [int.from_bytes(units[at : at + 2]) for at in range(0, len(units), 2)]
    while values and values[-1] == 0xFFFF:
        values.pop()
    if not values:
        return (((0, units, 0), HIGH),)
    values[-1] += 1
    behind = b"".join(value.to_bytes(2) for value in values)
    return (((0, units, 0), (0, behind, 0)),)


def _units(text: str) -> bytes:
    """Bytes in whose order AWS has texts."""
    return text.encode("utf-16-be", "surrogatepass")


def outside(region: Region) -> Region:
    """The values that are there and not in the region of a comparison."""
    parts: dict[str, Mapping[str, Intervals]] = {}
    for kind in TYPES:
        if kind not in region.parts:
            parts[kind] = {}
        else:
            for scale, intervals in region.parts[kind].items():
                if rest := complement(intervals):
                    parts[kind] = {scale: rest}
    return Region(missing=False, parts=parts)


def narrowed(one: Region, other: Region) -> Region:
    """The values that are in both regions."""
    parts: dict[str, Mapping[str, Intervals]] = {}
    for kind, scales in one.parts.items():
        if kind not in other.parts:
            continue
        both = dict(scales)
        for scale, intervals in other.parts[kind].items():
            both[scale] = intersection(both.get(scale, ALL), intervals)
        if all(both.values()) and _has_values(both):
            parts[kind] = both
    return Region(one.missing and other.missing, parts)


def _has_values(scales: Mapping[str, Intervals]) -> bool:
    """Whether some value can be on all scales; for a few texts that can be tried."""
    texts = single_things(scales["text"]) if "text" in scales and len(scales) > 1 else None
    return texts is None or any(
        all(_is_on(text, scale, intervals) is not False for scale, intervals in scales.items())
        for text in texts
    )


def _is_on(units: bytes, scale: str, intervals: Intervals) -> bool | None:
    """Whether a text lies in intervals of a scale; None if that is not known."""
    if scale == "text":
        return is_inside(related("Equals", units), intervals)
    text = units.decode("utf-16-be", "surrogatepass")
    if scale == "time":
        instant = parse_timestamp(text)
        return is_inside(NO if instant is None else related("Equals", instant), intervals)
    if scale.startswith(_MATCH):
        matches = compile_rule({"Variable": "$", "StringMatches": scale.removeprefix(_MATCH)})
        return is_inside(YES if matches(text, _NOWHERE) else NO, intervals)
    return None


#: `$` needs no context object and no variables.
_NOWHERE: Final[Any] = None


class Cover:
    """All values that are in one of some regions of comparisons."""

    def __init__(self) -> None:
        self.missing = False
        self.full: set[str] = set()
        self.scales: dict[str, dict[str, Intervals]] = {}

    def add(self, region: Region, *, missing: bool) -> None:
        """Take in one more region, and with ``missing`` also that there is no value."""
        self.missing = self.missing or missing or region.missing
        for kind, scales in region.parts.items():
            if not scales:
                self.full.add(kind)
            known = self.scales.setdefault(kind, {})
            for scale, intervals in scales.items():
                all_of_them = union(known.get(scale, ()), intervals)
                if all_of_them == ALL:
                    self.full.add(kind)
                if len(all_of_them) <= _MOST_INTERVALS:
                    known[scale] = all_of_them

    def has(self, region: Region) -> bool:
        """Whether all of a region is in here, for certain."""
        if region.missing and not self.missing:
            return False
        return all(
            kind in self.full or self._has_part(self.scales.get(kind, {}), scales)
            for kind, scales in region.parts.items()
        )

    def _has_part(self, known: Mapping[str, Intervals], scales: Mapping[str, Intervals]) -> bool:
        if any(
            scale in known and is_inside(intervals, known[scale])
            for scale, intervals in scales.items()
        ):
            return True
        texts = single_things(scales["text"]) if "text" in scales and known else None
        return texts is not None and all(
            any(_is_on(text, scale, intervals) is True for scale, intervals in known.items())
            for text in texts
        )
