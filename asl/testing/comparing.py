"""Where a JSON value is not what it should be, as a whole or in part."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from asl.errors import quote

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from asl.jsontypes import Json


class Words(NamedTuple):
    """How to tell a difference: what should be, and what is instead."""

    should: str = "expected"
    instead: str = "but it is"


EXPECTED = Words()


def differences(
    wanted: Json, actual: Json, *, in_part: bool = False, at: str = "", words: Words = EXPECTED
) -> list[str]:
    """The differences of two values, each with its place: ``order.items[2]: expected 1, ...``.

    Args:
        wanted: What should be.
        actual: What is.
        in_part: Objects may have more keys than they should.
        at: Where the values stand.
        words: How to tell a difference.
    """
    return list(_differences(wanted, actual, at, words, in_part=in_part))


def _differences(
    wanted: Json, actual: Json, at: str, words: Words, *, in_part: bool
) -> Iterator[str]:
    should, instead = words
    if isinstance(wanted, dict) and isinstance(actual, dict):
        for key, value in wanted.items():
            if key in actual:
                inner = f"{at}.{key}"
                yield from _differences(value, actual[key], inner, words, in_part=in_part)
            else:
                yield f"{at}.{key}: {should} {quote(value)}, {instead} missing"
        if not in_part:
            for key in sorted(actual.keys() - wanted.keys()):
                yield f"{at}.{key}: not {should}, {instead} {quote(actual[key])}"
    elif isinstance(wanted, list) and isinstance(actual, list):
        if len(wanted) != len(actual):
            yield f"{at}: {should} {len(wanted)} items, but there are {len(actual)}"
        for place, (value, other) in enumerate(zip(wanted, actual, strict=False)):
            yield from _differences(value, other, f"{at}[{place}]", words, in_part=in_part)
    elif not is_same(wanted, actual):
        yield f"{at}: {should} {quote(wanted)}, {instead} {quote(actual)}"


def is_same(one: Json, other: Json) -> bool:
    """Whether two values that are no objects or arrays of one kind are the same JSON.

    ``1`` and ``1.0`` are the same, ``1`` and ``true`` are not.
    """
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def frozen(value: Json) -> Hashable:
    """What equal values have in common, to look them up by."""
    if isinstance(value, dict):
        return frozenset((key, frozen(inner)) for key, inner in value.items())
    return tuple(map(frozen, value)) if isinstance(value, list) else value


def path_differences(wanted: list[str], actual: list[str], words: Words = EXPECTED) -> list[str]:
    """Where one path through states leaves another."""
    if wanted == actual:
        return []
    pairs = zip(wanted, actual, strict=False)
    same = next(
        (place for place, (one, other) in enumerate(pairs) if one != other),
        min(len(wanted), len(actual)),
    )
    before = f" after {wanted[same - 1]!r}" if same else ""
    should, went = (
        repr(path[same]) if same < len(path) else "the end" for path in (wanted, actual)
    )
    return [f"path: state {same + 1}{before}: {words.should} {should}, {words.instead} {went}"]
