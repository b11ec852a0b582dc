"""JSON text to a tree, strictly: no NaN, no key twice, and placeholders outside of strings.

``"TimeoutSeconds": ${Timeout}`` is no JSON, but the files of AWS SAM have it. Such a placeholder
becomes a `Bare` in the tree; `substitutions.py` fills it. It knows nothing of the language.
"""

from __future__ import annotations

import json
import re
from math import isfinite
from typing import TYPE_CHECKING

from asl.jsontypes import MAX_DEPTH, is_too_deep
from asl.language.positions import ArrayNode, ObjectNode, TextError, TooDeepError, scan_json
from asl.language.substitutions import PLACEHOLDER, Bare

if TYPE_CHECKING:
    from asl.jsontypes import Json
    from asl.language.positions import Duplicate, Node

# Each of these matches strings too, so that what is inside of them is not taken for the rest.
# A string without an end takes all that is left, so that nothing is looked at twice. They are
# compiled when a text needs them: few do.
_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)'
_STRING_OR_PLACEHOLDER = f"(?s){_STRING}|{PLACEHOLDER.pattern}"
_MOST_DIGITS = 4300
_BRACKET = rf"(?s){_STRING}|([\[{{\]}}])"
#: What may be no number of ours: constants, more digits than Python converts, a large exponent.
_ODD_NUMBER = rf"(?s){_STRING}|(NaN|-?Infinity|-?[0-9]{{4301,}}|-?[0-9.]+[eE][-+]?[0-9]+)"


def read_json(text: str) -> tuple[Json, list[Duplicate]]:
    """The value of a JSON text, its leaves JSON or `Bare`, and the keys that are there twice.

    Raises:
        TextError: Not JSON.
    """
    blanked, bare = _blank_bare(text)
    try:
        tree, has_duplicates = _parse(blanked)
    except json.JSONDecodeError as error:
        raise TextError(error.msg, error.pos) from error
    except RecursionError:
        offset = _too_deep(text)
        if offset is None:  # it is the caller who is too deep
            raise
        raise TooDeepError(offset) from None
    except ValueError as error:
        number = next(match for match in re.finditer(_ODD_NUMBER, text) if _is_bad(match[1]))
        raise TextError(f"{number[1][:20]} is not a JSON number", number.start()) from error
    if text.count("{") + text.count("[") > MAX_DEPTH and is_too_deep(tree):
        raise TooDeepError(_too_deep(text))
    if not bare and not has_duplicates:
        return tree, []
    node, duplicates = scan_json(blanked)
    _insert_bare(tree, node, bare)
    return tree, duplicates


def _is_bad(digits: str | None) -> bool:
    if not digits:
        return False
    try:
        return not isfinite(float(digits)) or len(digits) > _MOST_DIGITS
    except ValueError:
        return True


def places_in_json(text: str) -> Node:
    """The places of all values in a text that `read_json` has read."""
    return scan_json(_blank_bare(text)[0])[0]


def _parse(text: str) -> tuple[Json, bool]:
    """The value of a JSON text, and whether an object in it has a key twice."""
    has_duplicates = False

    def build(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        nonlocal has_duplicates
        members = dict(pairs)
        has_duplicates = has_duplicates or len(members) < len(pairs)
        return members

    value: Json = json.loads(
        text,
        object_pairs_hook=build,
        parse_constant=_refuse_constant,
        parse_float=_finite,
    )
    return value, has_duplicates


def _refuse_constant(name: str) -> Json:
    raise ValueError(name)


def _finite(digits: str) -> float:
    number = float(digits)
    if number - number != 0:
        raise ValueError(digits)
    return number


def _too_deep(text: str) -> int | None:
    """The offset of the first bracket that is nested too deep."""
    depth = 0
    for match in re.finditer(_BRACKET, text):
        if match[1]:
            depth += 1 if match[1] in "{[" else -1
        if depth > MAX_DEPTH:
            return match.start()
    return None


def _blank_bare(text: str) -> tuple[str, dict[int, Bare]]:
    """The text with ``null`` for each placeholder outside of strings, and these by their offsets.

    Blanks keep everything else where it was: a placeholder has at least the length of ``null``.
    """
    found: dict[int, Bare] = {}
    if "${" not in text:
        return text, found

    def blank(match: re.Match[str]) -> str:
        if match[1] is None:
            return match[0]
        found[match.start()] = Bare(match[1])
        return "null".ljust(len(match[0]))

    return re.sub(_STRING_OR_PLACEHOLDER, blank, text), found


def _insert_bare(tree: Json, node: Node, found: dict[int, Bare]) -> None:
    """Put each `Bare` into the tree, in place of the ``null`` at its offset."""
    pending: list[tuple[object, Node]] = [(tree, node)]
    while pending:
        value, place = pending.pop()
        steps: list[tuple[str | int, Node]] = []
        if isinstance(place, ObjectNode):
            steps = [(key, inner) for key, (_, inner) in place.members.items()]
        elif isinstance(place, ArrayNode):
            steps = list(enumerate(place.items))
        for step, inner in steps:
            if not isinstance(inner, int):
                pending.append((value[step], inner))  # type: ignore[index]  # both have one form
            elif inner in found:
                value[step] = found[inner]  # type: ignore[index]  # as above
