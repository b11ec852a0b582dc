"""The values that expressions compute with: JSON, and what JSONata has beside it.

A JSON value stands for itself: null is ``None``, numbers are ``int`` or finite ``float``. Beside it
there are

- ``UNDEFINED``: what a path gives that finds nothing; nearly every operation passes it on;
- `Sequence`: an array that is several results rather than one value. One result that stands in a
  sequence is the result itself, an empty sequence is undefined;
- `Constructed`: an array that a path must not flatten, since ``[...]`` stands in it as a step;
- `Function`: whatever can be called.

Both arrays are lists, and only ever made anew: lists that came in as data are never changed.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

#: Any of the above. Closures that pass values on do not look at them, so no closer type would help.
Value: TypeAlias = Any

#: Integers up to here are exact as doubles, and so is what JSONata computes with them.
SAFE: Final = 1 << 53


class Undefined:
    """The type of ``UNDEFINED``."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "undefined"


UNDEFINED: Final = Undefined()


class Sequence(list[Value]):
    """Several results.

    Attributes:
        keep_singleton: One result stays in the sequence (``[]`` behind a path).
        tuple_stream: The items are not values but dictionaries that bind names to values: ``@``
            to the value, and the names of ``@$name``, ``#$name`` and ``%``.
        is_root: It holds the array that is the whole input, as its one item.
    """

    __slots__ = ("is_root", "keep_singleton", "tuple_stream")

    def __init__(self, items: list[Value] | tuple[Value, ...] = ()) -> None:
        super().__init__(items)
        self.keep_singleton = False
        self.tuple_stream = False
        self.is_root = False


class Constructed(list[Value]):
    """What ``[...]`` gives at the start or the end of a path."""

    __slots__ = ()


class Function:
    """Whatever can be called; `asl.query.jsonata.calls` knows how."""

    __slots__ = ()


def is_number(value: Value) -> bool:
    """Whether it is a number; booleans are none."""
    kind = type(value)
    return kind is int or kind is float


def collapse(value: Value) -> Value:
    """What a sequence means where a value is wanted: nothing, its one item, or itself."""
    if type(value) is Sequence and not value.tuple_stream:
        if not value:
            return UNDEFINED
        if len(value) == 1 and not value.keep_singleton:
            return value[0]
    return value
