"""JSON values as Python values: the alias, the check at the border, text and size.

The ground floor: it knows nothing of state machines. A JSON value is a plain ``dict`` with string
keys, ``list``, ``str``, ``int``, finite ``float``, ``bool`` or ``None``; exactly these types, no
subclasses. Once such a value is inside an execution nobody changes it in place, so it may be
shared.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeAlias, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"

#: Containers inside containers that we accept; deeper is refused (as AWS's own parser refuses it).
MAX_DEPTH = 200

_LEAVES = frozenset((str, int, bool, type(None)))
_SCALARS = _LEAVES | {float}
_KEYS = frozenset((str,))
_encoder = json.JSONEncoder(
    separators=(",", ":"), ensure_ascii=False, check_circular=False, allow_nan=False
)


class NotJsonError(ValueError):
    """A Python value that is not JSON, or JSON text that can't be read.

    ``pointer`` is the JSON pointer of the offending part (``""`` is the whole value).
    """

    def __init__(self, reason: str, pointer: str = "") -> None:
        super().__init__(f"{reason} (at {pointer or 'the top'})")
        self.reason = reason
        self.pointer = pointer


class TooDeepJsonError(NotJsonError):
    """A value that is nested more than `MAX_DEPTH` levels deep, otherwise perhaps JSON."""

    def __init__(self, pointer: str = "") -> None:
        super().__init__(f"nested more than {MAX_DEPTH} levels deep", pointer)


def is_too_deep(value: Json) -> bool:
    """Whether a value of JSON types is nested more than `MAX_DEPTH` levels deep."""
    level: list[Any] = [[value]]
    for _ in range(MAX_DEPTH + 1):
        level = [
            child
            for node in level
            for child in (node.values() if type(node) is dict else node)
            if type(child) is dict or type(child) is list
        ]
        if not level:
            return False
    return True


def check_json(value: object) -> None:
    """Accept exactly JSON: plain types, string keys, finite numbers, at most `MAX_DEPTH` deep.

    Raises:
        NotJsonError: Says what was found and where (JSON pointer).
    """
    if type(value) in _LEAVES:
        return
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        below: list[Any] = []
        for node in level:
            kind = type(node)
            if kind is dict:
                if not _KEYS.issuperset(map(type, node)):
                    raise _explain(value)
                if not _LEAVES.issuperset(map(type, node.values())):
                    below += [child for child in node.values() if type(child) not in _LEAVES]
            elif kind is list:
                if not _LEAVES.issuperset(map(type, node)):
                    below += [child for child in node if type(child) not in _LEAVES]
            elif kind is not float or node - node != 0:
                raise _explain(value)
        if not below:
            return
        level = below
    if not all(type(node) is float and node - node == 0 for node in level):
        raise _explain(value)


def _explain(root: object) -> NotJsonError:
    """The error for a value that `check_json` refused, with the place that it did not keep."""
    pending: list[tuple[object, str, int]] = [(root, "", 0)]
    while pending:
        node, pointer, depth = pending.pop()
        if isinstance(node, float) and node - node != 0:
            return NotJsonError(f"{node!r} is not a JSON number", pointer)
        if depth == MAX_DEPTH and type(node) in (dict, list):
            return TooDeepJsonError(pointer[:100] + "...")
        if type(node) is dict:
            for key, child in node.items():
                if type(key) is not str:
                    return NotJsonError(f"object key {key!r} is not a string", pointer)
                pending.append((child, f"{pointer}/{escape_pointer(key)}", depth + 1))
        elif type(node) is list:
            pending += [(child, f"{pointer}/{n}", depth + 1) for n, child in enumerate(node)]
        elif type(node) not in _LEAVES and type(node) is not float:
            return NotJsonError(f"a {type(node).__name__} is not a JSON value", pointer)
    raise AssertionError("check_json refused a value that is JSON")


def copy_json(value: Json) -> Json:
    """A deep copy of a checked value; leaves are shared, since they can't change."""
    if type(value) is dict:
        if _SCALARS.issuperset(map(type, value.values())):
            return value.copy()
        return {
            key: child if type(child) in _SCALARS else copy_json(child)
            for key, child in value.items()
        }
    if type(value) is list:
        if _SCALARS.issuperset(map(type, value)):
            return value.copy()
        return [child if type(child) in _SCALARS else copy_json(child) for child in value]
    return value


def parse_json(text: str | bytes) -> Json:
    """Read JSON text; the result satisfies `check_json`.

    Raises:
        NotJsonError: Not JSON, ``NaN`` or ``Infinity``, a number too large, or nested too deep.
    """
    try:
        value: Json = _decode(text if isinstance(text, str) else text.decode("utf-8"))
        check_json(value)
    except RecursionError:
        raise TooDeepJsonError from None
    except NotJsonError:
        raise
    except ValueError as error:
        raise NotJsonError(str(error)) from error
    return value


def _refuse_constant(name: str) -> Json:
    raise NotJsonError(f"{name} is not a JSON number")


_decode = json.JSONDecoder(parse_constant=_refuse_constant).decode


def _make_chunks() -> Callable[[Json, int], Iterable[str]]:
    """The encoder's C part, which it would make anew for every value."""
    make: Any = getattr(json.encoder, "c_make_encoder", None)
    if make is None:  # an interpreter without json's C part
        return lambda value, _indent: _encoder.iterencode(value)
    flags = [False] * 3  # sort_keys, skipkeys, allow_nan: it takes no keywords
    made: Callable[[Json, int], Iterable[str]] = make(
        None, None, json.encoder.encode_basestring, None, ":", ",", *flags
    )
    return made


_chunks = _make_chunks()


def dump(value: Json) -> str:
    """Compact JSON text of a checked value: no blanks, keys in order, no ASCII escapes."""
    return "".join(_chunks(value, 0))


def size_bytes(value: Json) -> int:
    """Bytes of the compact UTF-8 JSON text: what AWS's payload limit counts."""
    text = "".join(_chunks(value, 0))
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


class Payload:
    """A JSON value that was checked and measured once, and taken over.

    Whoever makes one promises not to change the value afterwards. The same payload can start any
    number of executions; a value given without one is checked and measured each time.

    Args:
        value: JSON, exactly as `check_json` wants it.

    Raises:
        NotJsonError: The value is not JSON.
    """

    __slots__ = ("size_bytes", "value")

    def __init__(self, value: object) -> None:
        check_json(value)
        self.value = cast("Json", value)
        try:
            self.size_bytes = size_bytes(self.value)
        except ValueError as error:  # Python refuses to write numbers of thousands of digits
            raise NotJsonError(str(error)) from error

    @classmethod
    def copied(cls, value: object) -> Payload:
        """A payload of one's own of a value that somebody else may change later.

        Raises:
            NotJsonError: The value is not JSON.
        """
        if (
            type(value) is dict  # a flat object: most of what handlers return
            and _KEYS.issuperset(map(type, value))
            and _LEAVES.issuperset(map(type, value.values()))
        ):
            payload = cls.__new__(cls)
            payload.value = value.copy()
            payload.size_bytes = size_bytes(value)
            return payload
        payload = cls(value)
        payload.value = copy_json(payload.value)
        return payload

    def __repr__(self) -> str:
        return f"Payload({self.size_bytes} bytes)"


def escape_pointer(key: str) -> str:
    """One key as a reference token of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")
