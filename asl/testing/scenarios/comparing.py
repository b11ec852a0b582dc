"""Where a JSON value is not what was expected, as a whole or in part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl.errors import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asl.jsontypes import Json


def differences(expected: Json, actual: Json, *, in_part: bool = False, at: str = "") -> list[str]:
    """The differences of two values, each with its place: ``.order.items[2]``.

    Args:
        expected: What should be.
        actual: What is.
        in_part: Objects may have keys that are not expected.
        at: Where the values stand.
    """
    return list(_differences(expected, actual, at, in_part=in_part))


def _differences(expected: Json, actual: Json, at: str, *, in_part: bool) -> Iterator[str]:
    if isinstance(expected, dict) and isinstance(actual, dict):
        for key, value in expected.items():
            if key in actual:
                yield from _differences(value, actual[key], f"{at}.{key}", in_part=in_part)
            else:
                yield f"{at}.{key}: expected {quote(value)}, but it is missing"
        if not in_part:
            for key in sorted(actual.keys() - expected.keys()):
                yield f"{at}.{key}: not expected, but it is {quote(actual[key])}"
    elif isinstance(expected, list) and isinstance(actual, list):
        if len(expected) != len(actual):
            yield f"{at}: expected {len(expected)} items, but there are {len(actual)}"
        for place, (value, other) in enumerate(zip(expected, actual, strict=False)):
            yield from _differences(value, other, f"{at}[{place}]", in_part=in_part)
    elif not _is_same(expected, actual):
        yield f"{at}: expected {quote(expected)}, but it is {quote(actual)}"


def _is_same(one: Json, other: Json) -> bool:
    """Whether two values are the same JSON; ``1`` and ``1.0`` are, ``1`` and ``true`` are not."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)
