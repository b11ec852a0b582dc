"""What is known of a value without running anything: which fields it may have.

A shape says what may be found in a value, over all executions: a field is in it if any way may set
it. Nothing at all is known of most values; that is None, ``ANYTHING``. Shapes are bounded in depth
and in number of parts: what is larger is forgotten, which makes it ANYTHING.

It knows nothing of states, nor of where values come from.

Source: ASL specification, "Paths" and "Reference Paths", for what a path finds and what it puts.
"""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from asl.language.substitutions import has_placeholder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asl.jsontypes import Json
    from asl.query.path_text import Step

    Value: TypeAlias = "Shape | None"

#: What nothing is known of.
ANYTHING: Final = None

Kind: TypeAlias = Literal["object", "array", "scalar"]

#: Bounds of a shape.
MOST_DEPTH: Final = 8
MOST_FIELDS: Final = 64
_MOST_PARTS: Final = 256


class Shape(NamedTuple):
    """What may be found in a value.

    Attributes:
        kinds: What it may be.
        fields: Its fields, if it is an object, and what each may be.
        is_open: As an object it may have any other fields as well.
        items: Its elements, if it is an array; None for any number of anything.
        depth: How deep the fields and items are nested.
        parts: How many shapes there are in it.
    """

    kinds: frozenset[Kind]
    fields: Mapping[str, Value]
    is_open: bool = False
    items: tuple[Value, ...] | None = ()
    depth: int = 0
    parts: int = 1


class Missing(NamedTuple):
    """A path that finds nothing for certain: the step that fails, and where it is taken."""

    at: int
    shape: Shape


_OBJECT: Final[frozenset[Kind]] = frozenset(("object",))
_ARRAY: Final[frozenset[Kind]] = frozenset(("array",))

#: A text, number, boolean or null.
SCALAR: Final = Shape(frozenset(("scalar",)), {})
#: The empty object.
EMPTY: Final = Shape(_OBJECT, {})
#: An array of anything.
ARRAY: Final = Shape(_ARRAY, {}, items=None)
#: What a catcher passes on. Source: ASL specification, "Errors", "Error output".
ERROR: Final = Shape(_OBJECT, {"Error": SCALAR, "Cause": SCALAR}, depth=1, parts=3)


def _bounded(
    kinds: frozenset[Kind],
    fields: Mapping[str, Value],
    items: tuple[Value, ...] | None = (),
    *,
    is_open: bool = False,
) -> Value:
    """A shape; its fields and items are forgotten where they would be too many or too deep."""
    count = len(fields) + (len(items) if items else 0)
    if not count:
        return Shape(kinds, fields, is_open, items)
    if count > MOST_FIELDS:
        return ANYTHING
    depth, parts = 0, 1 + count
    inside = [value for value in (*fields.values(), *(items or ())) if value is not None]
    for value in inside:
        parts += value.parts
        depth = max(depth, value.depth)
    if is_open and not inside:
        return ANYTHING  # no name is missing in it
    if depth >= MOST_DEPTH or parts > _MOST_PARTS:
        fields = dict.fromkeys(fields)
        items = items and (ANYTHING,) * len(items)
        if is_open:
            return ANYTHING
        depth, parts = 0, 1 + count
    return Shape(kinds, fields, is_open, items, depth + 1, parts)


def object_of(fields: Mapping[str, Value], *, is_open: bool = False) -> Value:
    """An object of these fields, and of any others as well if it ``is_open``."""
    return _bounded(_OBJECT, fields, is_open=is_open)


def array_of(items: Sequence[Value]) -> Value:
    """An array of these elements."""
    return _bounded(_ARRAY, {}, tuple(items))


def shape_of(value: Json, depth: int = 0) -> Value:
    """The shape of a constant.

    Nothing is known of text with a placeholder, nor of null, which may stand for one.
    """
    if isinstance(value, str):
        return ANYTHING if has_placeholder(value) else SCALAR
    if isinstance(value, bool | int | float):
        return SCALAR
    if value is None or depth > MOST_DEPTH or len(value) > MOST_FIELDS:
        return ANYTHING
    if isinstance(value, list):
        return array_of([shape_of(item, depth + 1) for item in value])
    is_open = any(map(has_placeholder, value))
    return object_of(
        {key: shape_of(item, depth + 1) for key, item in value.items()}, is_open=is_open
    )


def join(one: Value, other: Value) -> Value:
    """What may be either; ``one`` itself, if the other one adds nothing."""
    if one is None or other is None:
        return ANYTHING
    if one is other or one == other:
        return one
    fields: dict[str, Value] = {}
    for key in (*one.fields, *(key for key in other.fields if key not in one.fields)):
        # what is not named in an open object may be anything there, which needs no name
        if key not in one.fields:
            if not one.is_open:
                fields[key] = other.fields[key]
        elif key in other.fields:
            fields[key] = join(one.fields[key], other.fields[key])
        elif not other.is_open:
            fields[key] = one.fields[key]
    items = None
    if one.items is not None and other.items is not None:
        items = tuple(
            _join_items(left, right)
            for left, right in zip_longest(one.items, other.items, fillvalue=_ABSENT)
        )
    joined = _bounded(one.kinds | other.kinds, fields, items, is_open=one.is_open or other.is_open)
    return one if joined == one else joined


#: Stands for an element that one of two arrays has not.
_ABSENT: Final = Shape(frozenset(), {})


def _join_items(left: Value, right: Value) -> Value:
    if left is _ABSENT:
        return right
    return left if right is _ABSENT else join(left, right)


def find(value: Value, steps: Sequence[Step]) -> Value | Missing:
    """What the steps of a definite JSONPath lead to."""
    for number, step in enumerate(steps):
        if value is None:
            return ANYTHING
        if isinstance(step, str):
            found = _field(value, step, number)
            if isinstance(found, Missing):
                return found
            value = found
        elif value.items is None:
            return ANYTHING
        elif isinstance(step, int) and 0 <= step < len(value.items):
            value = value.items[step]
        elif isinstance(step, int) or not value.items:
            return Missing(number, value)
        else:  # counted from an end that is not known
            return ANYTHING
    return value


def find_mapped(value: Value, steps: Sequence[str]) -> Value | Missing:
    """What names lead to in JSONata, which looks for them in each element of an array."""
    for number, step in enumerate(steps):
        if value is None:
            return ANYTHING
        if value.items is None or value.items:
            return ANYTHING if _may_have(value, steps[number:]) else Missing(number, value)
        found = _field(value, step, number)
        if isinstance(found, Missing):
            return found
        value = found
    return value


def _field(value: Shape, name: str, number: int) -> Value | Missing:
    if name in value.fields:
        return value.fields[name]
    return ANYTHING if value.is_open else Missing(number, value)


def _may_have(value: Value, steps: Sequence[str]) -> bool:
    """Whether names may lead to anything, through arrays too."""
    if value is None or not steps:
        return True
    step, *rest = steps
    if value.items is None or (value.is_open and step not in value.fields):
        return True
    return (step in value.fields and _may_have(value.fields[step], rest)) or any(
        _may_have(item, steps) for item in value.items
    )


def restrict(value: Shape, names: Sequence[str]) -> Value:
    """An object of those of the named fields that there may be."""
    found = [name for name in names if name in value.fields or value.is_open]
    return object_of({name: value.fields.get(name) for name in found})


def put(root: Value, steps: Sequence[Step], value: Value) -> Value:
    """What is there after ResultPath has put a value into a copy of the root."""
    if not steps:
        return value
    step, *rest = steps
    if not isinstance(step, str):
        return ANYTHING
    if root is None:
        return object_of({step: put(ANYTHING, rest, value)}, is_open=True)
    if "object" not in root.kinds:
        return ANYTHING  # it fails
    inner = root.fields.get(step, ANYTHING if root.is_open else EMPTY)
    return object_of({**root.fields, step: put(inner, rest, value)}, is_open=root.is_open)
