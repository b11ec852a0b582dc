"""A text as a tree with the place of every key and value, whether or not the text is right.

It is what the readers of this room make (`jsonscan`, `yamlscan`, `yamlexact`), and all that the
rest of it looks at. Unlike a `asl.language.positions.Node` it knows where things end, and it may
have a key without a value. It knows nothing of the language.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asl.language.positions import Path


@dataclass(slots=True, eq=False)
class Scalar:
    """A key, or a value that has nothing inside of it.

    Attributes:
        start: Where it starts, its quote included.
        end: Where it ends.
        text: What it says: for a string without quotes and escapes.
        quote: ``"``, ``'``, ``|`` for a block of YAML, or nothing.
        is_string: Not a number, a constant or a placeholder.
        is_closed: Its closing quote is there.
    """

    start: int
    end: int
    text: str
    quote: str = ""
    is_string: bool = True
    is_closed: bool = True


@dataclass(slots=True, eq=False)
class Member:
    """A key, its value if it has one, and where the ``:`` and the ``,`` behind it stand."""

    key: Scalar
    value: Value | None = None
    colon: int | None = None
    comma: int | None = None

    @property
    def end(self) -> int:
        """Where it ends, without a comma."""
        if self.value is not None and self.value.end >= self.key.end:
            return self.value.end
        return self.key.end if self.colon is None else self.colon + 1


@dataclass(slots=True, eq=False)
class Object:
    """An object; ``is_block`` is YAML without braces."""

    start: int
    end: int
    members: list[Member] = field(default_factory=list)
    is_block: bool = False
    is_closed: bool = False

    def member(self, key: str) -> Member | None:
        """The member of this key; of several the first."""
        for member in self.members:
            if member.key.text == key:
                return member
        return None

    def value(self, key: str) -> Value | None:
        """The value of this key."""
        member = self.member(key)
        return member.value if member else None

    def text(self, key: str) -> str | None:
        """The value of this key if it is a string."""
        value = self.value(key)
        return value.text if isinstance(value, Scalar) and value.is_string else None


@dataclass(slots=True, eq=False)
class Array:
    """An array."""

    start: int
    end: int
    items: list[Value] = field(default_factory=list)
    is_block: bool = False
    is_closed: bool = False


Value: TypeAlias = "Scalar | Object | Array"


def child(value: Value | None, step: str | int) -> Value | None:
    """What stands below a value under a key or an index."""
    if isinstance(value, Object):
        return value.value(str(step))
    if isinstance(value, Array) and str(step).isdecimal() and int(step) < len(value.items):
        return value.items[int(step)]
    return None


def at(root: Value | None, path: Path) -> Value | None:
    """The value at a path."""
    for step in path:
        root = child(root, step)
    return root


def member_at(root: Value | None, path: Path) -> Member | None:
    """The member whose value stands at a path."""
    if not path:
        return None
    outer = at(root, path[:-1])
    return outer.member(str(path[-1])) if isinstance(outer, Object) else None


@dataclass(frozen=True, slots=True)
class Spot:
    """A key or a scalar that stands at some offset: ``path`` is that of the (member's) value."""

    path: Path
    scalar: Scalar
    is_key: bool


def spot_at(root: Value | None, offset: int) -> Spot | None:
    """The key or scalar that an offset stands in or at the end of."""
    path: list[str | int] = []
    value = root
    while isinstance(value, Object | Array):
        step: str | int | None = None
        inner: Value | None = None
        if isinstance(value, Object):
            for member in value.members:
                if member.key.start <= offset <= member.key.end:
                    return Spot((*path, member.key.text), member.key, is_key=True)
                if _holds(member.value, offset):
                    step, inner = member.key.text, member.value
        else:
            for index, item in enumerate(value.items):
                if _holds(item, offset):
                    step, inner = index, item
        if step is None:
            return None
        path.append(step)
        value = inner
    if value is None or not _holds(value, offset):
        return None
    return Spot(tuple(path), value, is_key=False)


def _holds(value: Value | None, offset: int) -> bool:
    return value is not None and value.start <= offset <= value.end


def scalars(root: Value | None) -> Iterator[Spot]:
    """All keys and scalars of a tree, each once, in no particular order."""
    pending: list[tuple[Path, Value | None]] = [((), root)]
    seen: set[int] = set()  # an alias of YAML is the very value that it repeats
    while pending:
        path, value = pending.pop()
        if value is None or id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, Scalar):
            yield Spot(path, value, is_key=False)
        elif isinstance(value, Array):
            pending += [((*path, index), item) for index, item in enumerate(value.items)]
        else:
            for member in value.members:
                yield Spot((*path, member.key.text), member.key, is_key=True)
                pending.append(((*path, member.key.text), member.value))
