"""Items of a JSON file: the elements of an array, read one after the other.

An array at the top is streamed: only the element at hand is in memory. With ItemsPointer the file
is read whole, up to a bound.

Source: AWS guide, "ItemReader (Map)"; that anything but an array is refused is recorded.
"""

from __future__ import annotations

import io
import json
from typing import IO, TYPE_CHECKING, cast

from asl.errors import UnsupportedFeature
from asl.jsontypes import Json, NotJsonError, check_json, parse_json
from asl.tasks.items.failure import ItemReaderError

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The largest file in which ItemsPointer finds its array.
LARGEST_FILE = 64 * 1024 * 1024

_BLOCK = 1 << 16
_LONGEST_ELEMENT = 16 * 1024 * 1024
_LONGEST_TAIL = len("e+1")  # what may still belong to a number that ends before it
_BLANKS = " \t\r\n"
_NOT_ITERABLE = "Attempting to map over non-iterable node."


def _refuse_constant(name: str) -> Json:
    raise NotJsonError(f"{name} is not a JSON number")


_decode = json.JSONDecoder(parse_constant=_refuse_constant).raw_decode


def read_json_array(stream: IO[bytes], items_pointer: str = "") -> Iterator[Json]:
    """The elements of the array at the top of a file, or where a JSON pointer points.

    Raises:
        ItemReaderError: Not JSON, or no array is there.
        UnsupportedFeature: A file too large to be read whole.
    """
    try:
        if items_pointer:
            yield from _at(items_pointer, stream)
        else:
            text = io.TextIOWrapper(stream, "utf-8-sig")
            try:
                yield from _Elements(text).read()
            finally:
                if not stream.closed:  # closing it is the matter of whoever opened it
                    text.detach()
    except UnicodeDecodeError as error:
        raise ItemReaderError(f"The file is not UTF-8 text: {error}.") from error
    except NotJsonError as error:
        raise ItemReaderError(f"The file is not JSON: {error.reason}.") from error


def _at(items_pointer: str, stream: IO[bytes]) -> list[Json]:
    content = stream.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise UnsupportedFeature(
            f"ItemsPointer into a file of more than {LARGEST_FILE:,} bytes", "", "use JSON Lines"
        )
    value = parse_json(content.decode("utf-8-sig"))
    for token in items_pointer[1:].split("/"):
        key = token.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and key in value:
            value = value[key]
        elif isinstance(value, list) and key.isdecimal() and int(key) < len(value):
            value = value[int(key)]
        else:
            raise ItemReaderError(f"Nothing is found at the ItemsPointer {items_pointer}.")
    if not isinstance(value, list):
        raise ItemReaderError(_NOT_ITERABLE)
    return value


class _Elements:
    """The text at hand, and where in it we are."""

    def __init__(self, text: IO[str]) -> None:
        self._text = text
        self._buffer = ""
        self._place = 0

    def read(self) -> Iterator[Json]:
        """The elements of the array."""
        if self._next() != "[":
            raise ItemReaderError(_NOT_ITERABLE)
        self._place += 1
        if self._next() == "]":
            self._place += 1
        else:
            separator = ","
            while separator == ",":
                yield self._element()
                separator = self._next()
                if separator not in (",", "]"):
                    raise NotJsonError(f"',' or ']' is expected, not {separator or 'the end'!r}")
                self._place += 1
        if rest := self._next():
            raise NotJsonError(f"{rest!r} stands behind the array")

    def _next(self) -> str:
        """The next character that is not blank; empty at the end."""
        while True:
            while self._place < len(self._buffer):
                character = self._buffer[self._place]
                if character not in _BLANKS:
                    return character
                self._place += 1
            if not self._more():
                return ""

    def _more(self) -> bool:
        """Read on, and drop what lies behind us."""
        rest = self._buffer[self._place :]
        # A block as long as what is left: an element that spans many blocks is not read too often.
        block = self._text.read(max(_BLOCK, len(rest)))
        self._buffer, self._place = rest + block, 0
        return bool(block)

    def _element(self) -> Json:
        """One value. Enough text must follow it at hand, or a number might be cut in two."""
        self._next()
        while True:
            try:
                value, end = _decode(self._buffer, self._place)
            except RecursionError:
                raise NotJsonError("an element is nested too deep") from None
            except NotJsonError:
                raise
            except ValueError as error:
                if len(self._buffer) - self._place > _LONGEST_ELEMENT or not self._more():
                    raise NotJsonError(str(error)) from error
                continue
            behind = len(self._buffer) - end
            if behind < _LONGEST_TAIL and self._more():
                continue
            self._place = len(self._buffer) - behind  # reading on in vain moved us to the front
            check_json(value)
            return cast("Json", value)
