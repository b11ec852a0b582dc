"""Functions that search texts: with a text, a regular expression, or a function in place of one.

Positions and limits are those of JavaScript, in UTF-16 code units.

Source: JSONata 2.0.6; its documentation, "String functions" and "Using Regular Expressions".
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from asl.query.jsonata.calls import apply
from asl.query.jsonata.faults import FaultError
from asl.query.jsonata.kinds import UNDEFINED, Function, Sequence, Value, is_number
from asl.query.jsonata.matching import Search
from asl.query.jsonata.regexes import Regex, from_units, to_units

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asl.query.jsonata.guard import Run

_NUMBER: Final = re.compile(r"[ \t\n\r]*[-+]?\d+")


class _Found(NamedTuple):
    """One match: what matched, where it starts and ends, and what its groups hold."""

    match: Value
    start: Value
    end: Value
    groups: Value


def _matches(run: Run, matcher: Value, text: str) -> Iterator[_Found]:
    """All matches, one after the other.

    Args:
        run: Pays for them.
        matcher: A regular expression, or a function that gives for a text what one gives when it is
            called: ``{match, start, end, groups, next}``, where ``next`` is a function that gives
            the next match, or undefined.
        text: In UTF-16 code units.

    Raises:
        FaultError: D1004 for a match of no characters behind another, T1010 for a function that
            gives something else.
    """
    if isinstance(matcher, Regex):
        search = Search(matcher, text, run)
        match = search.find(0)
        while match is not None:
            run.charge(1)
            groups = [UNDEFINED if group is None else from_units(group) for group in match.groups]
            yield _Found(text[match.start : match.end], match.start, match.end, groups)
            match = search.find(match.end) if match.end < len(text) else None
            if match is not None and match.start == match.end:
                raise FaultError("D1004")
        return
    result = apply(run, matcher, [from_units(text)])
    while result is not UNDEFINED:
        found = result if isinstance(result, dict) else {}
        if result and not (
            is_number(found.get("start"))
            or isinstance(found.get("groups"), list)
            or isinstance(found.get("next"), Function)
        ):
            raise FaultError("T1010")
        yield _Found(*(found.get(name, UNDEFINED) for name in _Found._fields))
        result = apply(run, found.get("next", UNDEFINED), [])


def _up_to(limit: Value, matches: Iterator[_Found]) -> Iterator[_Found]:
    """The first matches; as in the reference each is looked for before the one before is used."""
    count = 0
    found = next(matches, None)
    while found is not None and (limit is UNDEFINED or count < limit):
        following = next(matches, None)
        yield found
        found = following
        count += 1


def contains(run: Run, text: Value, token: Value = UNDEFINED) -> Value:
    """``$contains``."""
    if text is UNDEFINED:
        return UNDEFINED
    if type(token) is str:
        return token in text
    return next(_matches(run, token, to_units(text)), None) is not None


def match(run: Run, text: Value, regex: Value, limit: Value = UNDEFINED) -> Value:
    """``$match``."""
    if text is UNDEFINED:
        return UNDEFINED
    if limit is not UNDEFINED and limit < 0:
        raise FaultError("D3040", value=limit)
    results = Sequence()
    if limit is UNDEFINED or limit > 0:
        for found in _up_to(limit, _matches(run, regex, to_units(text))):
            shown = from_units(found.match) if type(found.match) is str else found.match
            results.append({"match": shown, "index": found.start, "groups": found.groups})
    return results


def split(run: Run, text: Value, separator: Value = UNDEFINED, limit: Value = UNDEFINED) -> Value:
    """``$split``."""
    if text is UNDEFINED:
        return UNDEFINED
    if limit is not UNDEFINED and limit < 0:
        raise FaultError("D3020", value=limit)
    if limit is not UNDEFINED and limit <= 0:
        return []
    run.charge_text(len(text))
    if type(separator) is str:
        parts = text.split(separator) if separator else list(to_units(text))
        run.charge(len(parts))
        return parts if limit is UNDEFINED else parts[: math.trunc(limit)]
    units = to_units(text)
    pieces: list[Value] = []
    start = 0
    for found in _up_to(limit, _matches(run, separator, units)):
        pieces.append(from_units(_between(units, start, found.start)))
        start = found.end
    if limit is UNDEFINED or len(pieces) < limit:
        pieces.append(from_units(_between(units, start, len(units))))
    return pieces


def replace(
    run: Run,
    text: Value,
    pattern: Value = UNDEFINED,
    replacement: Value = UNDEFINED,
    limit: Value = UNDEFINED,
) -> Value:
    """``$replace``."""
    if text is UNDEFINED:
        return UNDEFINED
    if pattern == "":
        raise FaultError("D3010", value=pattern)
    if limit is not UNDEFINED and limit < 0:
        raise FaultError("D3011", value=limit)
    if limit is not UNDEFINED and limit <= 0:
        return text
    if type(pattern) is str:
        return _replace_text(run, text, pattern, replacement, limit)
    units = to_units(text)
    parts: list[str] = []
    start = 0
    for found in _up_to(limit, _matches(run, pattern, units)):
        parts.append(_between(units, start, found.start))
        new = _replacement(run, replacement, found)
        if type(new) is not str:
            raise FaultError("D3012", value=new)
        run.charge_text(len(new))
        parts.append(to_units(new))
        start = found.start + len(found.match)
    run.charge_text(len(text))
    return from_units("".join(parts) + _between(units, start, len(units)))


def _between(units: str, start: Value, end: Value) -> str:
    """``substring`` of JavaScript: what is undefined or negative is the start."""
    first = start if is_number(start) and start > 0 else 0
    last = end if is_number(end) and end > 0 else 0
    return units[math.trunc(min(first, last)) : math.trunc(max(first, last))]


def _replace_text(run: Run, text: str, pattern: str, replacement: Value, limit: Value) -> str:
    most = -1 if limit is UNDEFINED else math.ceil(limit)
    count = text.count(pattern)
    count = count if most < 0 else min(count, most)
    if not count:
        return text
    if type(replacement) is not str:  # JavaScript would write what stands for it
        raise FaultError("D3012", value=replacement)
    run.charge_text(len(text) + count * len(replacement))
    return text.replace(pattern, replacement, most)


def _replacement(run: Run, replacement: Value, found: _Found) -> Value:
    if type(replacement) is str:
        return _filled(replacement, found)
    shown = from_units(found.match) if type(found.match) is str else found.match
    given = {**found._asdict(), "match": shown}
    return apply(run, replacement, [given])


def _filled(template: str, found: _Found) -> str:
    """The replacement text, with ``$0``, ``$1`` and ``$$`` replaced in their turn."""
    groups = found.groups
    most_digits = len(str(len(groups))) if groups else 1
    parts: list[str] = []
    at = 0
    while (dollar := template.find("$", at)) >= 0:
        parts.append(template[at:dollar])
        at = dollar + 1
        following = template[at : at + 1]
        if following == "$":
            parts.append("$")
            at += 1
        elif following == "0":
            parts.append(from_units(found.match))
            at += 1
        else:
            number = _leading_number(template[at : at + most_digits])
            if number is not None and most_digits > 1 and number > len(groups):
                number = _leading_number(template[at : at + most_digits - 1])
            if number is None:
                parts.append("$")  # no group, so the dollar stands for itself
                continue
            if 0 < number <= len(groups) and groups[number - 1] is not UNDEFINED:
                parts.append(groups[number - 1])
            at += len(str(number))
    parts.append(template[at:])
    return "".join(parts)


def _leading_number(text: str) -> int | None:
    match = _NUMBER.match(text)
    return int(match[0]) if match else None
