"""Files that tests are written in, JSON or YAML: read with the place of every value.

It knows nothing of what is in them, only how to say where a fault is: ``orders.yaml:12:5``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asl.errors import MissingExtra, UsageError, quote
from asl.jsontypes import NotJsonError, check_json
from asl.language.jsontext import places_in_json, read_json
from asl.language.positions import (
    LineIndex,
    TextError,
    place_of_key,
    place_of_value,
)

if TYPE_CHECKING:
    from os import PathLike

    from asl.jsontypes import Json
    from asl.language.positions import Duplicate, Node
    from asl.language.positions import Path as Steps

_MOST_CHARACTERS = 64 * 1_048_576
_YAML_SUFFIXES = frozenset((".yaml", ".yml"))


@dataclass(frozen=True)
class Document:
    """A file that was read; ``value`` is its content, which nobody changes."""

    path: Path
    value: Json = field(repr=False)
    text: str = field(repr=False)
    node: Node | None = field(default=None, repr=False)

    def line(self, steps: Steps, *, at_key: bool = False) -> int:
        """The line, from 1, of a value or of its key."""
        return self._place(steps, at_key=at_key)[0]

    def fault(self, steps: Steps, message: str, *, at_key: bool = False) -> str:
        """A message with the file, line and column of a value (or key) in front."""
        line, column = self._place(steps, at_key=at_key)
        return f"{self.path}:{line}:{column}: {message}"

    def error(self, steps: Steps, message: str, *, at_key: bool = False) -> UsageError:
        """The same as an exception."""
        return UsageError(self.fault(steps, message, at_key=at_key))

    def members(self, steps: Steps) -> dict[str, Any]:
        """The object at a path that leads through objects only.

        Raises:
            UsageError: Something else is there.
        """
        value: Any = self.value
        for step in steps:
            value = value[step]
        if not isinstance(value, dict):
            raise self.error(steps, f"an object is needed, not {quote(value)}")
        return value

    def _place(self, steps: Steps, *, at_key: bool) -> tuple[int, int]:
        offset = place_of_key(self._node, steps) if at_key else None
        return self._line_at(place_of_value(self._node, steps) if offset is None else offset)

    @cached_property
    def _node(self) -> Node:
        return places_in_json(self.text) if self.node is None else self.node

    @cached_property
    def _line_at(self) -> LineIndex:
        return LineIndex(self.text)


def read_document(path: str | PathLike[str]) -> Document:
    """Read a file: YAML if it is called so, else JSON.

    Raises:
        UsageError: There is no such file, or it is not JSON or YAML; the message says where.
        MissingExtra: PyYAML is not there.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 text: {error}") from error
    node: Node | None = None
    try:
        if path.suffix in _YAML_SUFFIXES:
            value, node, duplicates = _read_yaml(text)
        else:
            value, duplicates = read_json(text)
    except TextError as error:
        line, column = LineIndex(text)(len(text) if error.offset is None else error.offset)
        hint = f" ({error.hint})" if error.hint else ""
        raise UsageError(f"{path}:{line}:{column}: {error.message}{hint}") from error
    document = Document(path, value, text, node)
    try:
        check_json(value)
    except NotJsonError as error:
        steps = tuple(error.pointer.split("/")[1:])
        raise document.error(steps, "a placeholder (${...}) is no value here") from error
    if duplicates:
        lines = (_repeated(document, duplicate) for duplicate in duplicates)
        raise UsageError("\n".join(lines))
    return document


def _read_yaml(text: str) -> tuple[Json, Node, list[Duplicate]]:
    try:
        from asl.language.yamltext import read_yaml  # noqa: PLC0415 - PyYAML is an extra
    except ImportError as error:
        raise MissingExtra("testing", "reading a YAML file") from error
    return read_yaml(text, limit=_MOST_CHARACTERS)


def _repeated(document: Document, duplicate: Duplicate) -> str:
    line, column = document._line_at(duplicate.offset)  # noqa: SLF001 - a part of this module
    return f"{document.path}:{line}:{column}: the key {duplicate.path[-1]!r} is there twice"
