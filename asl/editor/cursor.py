"""Where the cursor stands while somebody types: in a key or in a value, under which path.

JSON says it by its marks. In YAML an empty line says it by how far the cursor is indented, so there
a mark is put where the cursor is, and the tree is asked where the mark has come to stand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from asl.editor.tree import Array, Object, Scalar, at, scalars
from asl.editor.yamlscan import scan_yaml

if TYPE_CHECKING:
    from asl.editor.document import Document
    from asl.editor.tree import Member, Value
    from asl.language.positions import Path

#: Of the private use area: no definition needs it.
MARK: Final = "\ue83a"


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where something can be completed.

    Attributes:
        where: In a ``key``, in a ``value``, or in YAML where it may become ``either``.
        path: Of the object, for a key; of the value itself, for a value.
        tree: The whole text; for YAML with the mark in it.
        start: Where that starts which a completion replaces: the key or scalar, quotes included.
        end: Where it ends.
        text: What stands before the cursor of it, without the quote and as it is written.
        quote: The quote that it has already.
        has_colon: It is a key that has its ``:``.
        is_followed: Another member of the object comes next, so a comma is needed.
    """

    where: Literal["key", "value", "either"]
    path: Path
    tree: Value | None
    start: int
    end: int
    text: str = ""
    quote: str = ""
    has_colon: bool = False
    is_followed: bool = False


def cursor_at(document: Document, offset: int) -> Cursor | None:
    """Where an offset is; None where nothing can be completed, as in a comment."""
    if document.is_yaml:
        return _in_yaml(document, offset)
    return _JsonFinder(document.text, document.tree, offset).find()


class _JsonFinder:
    def __init__(self, text: str, tree: Value | None, offset: int) -> None:
        self.text = text
        self.tree = tree
        self.offset = offset

    def find(self) -> Cursor | None:
        value: Value | None = self.tree
        path: Path = ()
        if value is None or self.offset <= value.start or self._is_behind(value):
            return self._between("value", ()) if not self.text[: self.offset].strip() else None
        while isinstance(value, Object | Array):
            found = (
                self._in_object(value, path)
                if isinstance(value, Object)
                else self._in_array(value, path)
            )
            if not isinstance(found, tuple):
                return found
            value, path = found
        return self._in_scalar("value", path, value)

    def _is_behind(self, value: Value) -> bool:
        if isinstance(value, Scalar):
            return self.offset > value.end or (
                self.offset == value.end and bool(value.quote) and value.is_closed
            )
        return self.offset > value.end or (self.offset == value.end and value.is_closed)

    def _in_object(self, value: Object, path: Path) -> tuple[Value, Path] | Cursor | None:
        last: Member | None = None
        for member in value.members:
            if member.key.start >= self.offset:
                break
            last = member
        if last is None or (last.comma is not None and self.offset > last.comma):
            return self._between("key", path)
        if not self._is_behind(last.key):
            return self._in_scalar("key", path, last.key, has_colon=last.colon is not None)
        if last.colon is None or self.offset <= last.colon:
            return None
        inner = (*path, last.key.text)
        if last.value is None:
            return self._between("value", inner)
        if self.offset <= last.value.start:
            return None
        if not self._is_behind(last.value):
            return last.value, inner
        is_new_line = "\n" in self.text[last.value.end : self.offset]
        return self._between("key", path) if is_new_line else None

    def _in_array(self, value: Array, path: Path) -> tuple[Value, Path] | Cursor | None:
        count = 0
        for index, item in enumerate(value.items):
            if item.start >= self.offset:
                break
            if not self._is_behind(item):
                return item, (*path, index)
            count = index + 1
        before = self.text[: self.offset].rstrip()
        return self._between("value", (*path, count)) if before.endswith(("[", ",")) else None

    def _between(self, where: Literal["key", "value"], path: Path) -> Cursor:
        """Between two marks, where nothing stands yet."""
        behind = self.text[self.offset : self.offset + 1000].lstrip()[:1]
        is_followed = behind in ('"', "{", "[") if behind else False
        return Cursor(where, path, self.tree, self.offset, self.offset, is_followed=is_followed)

    def _in_scalar(
        self, where: Literal["key", "value"], path: Path, scalar: Scalar, *, has_colon: bool = False
    ) -> Cursor:
        start = scalar.start + len(scalar.quote)
        # a string without an end may have taken in what is not meant
        end = scalar.end if scalar.is_closed else self.offset
        text = self.text[start : self.offset]
        behind = self.text[end : end + 1000].lstrip()[:1]
        return Cursor(
            where,
            path,
            self.tree,
            scalar.start,
            end,
            text,
            scalar.quote,
            has_colon=has_colon,
            is_followed=behind in ('"', "{", "[") if behind else False,
        )


def _in_yaml(document: Document, offset: int) -> Cursor | None:
    before, behind = document.text[:offset], document.text[offset:]
    before, behind = before.replace(MARK, "?"), behind.replace(MARK, "?")
    tree = scan_yaml(f"{before}{MARK}{behind}")
    spot = next((spot for spot in scalars(tree) if MARK in spot.scalar.text), None)
    if spot is None:
        return Cursor("value", (), tree, offset, offset) if not document.text.strip() else None
    scalar = spot.scalar
    start = scalar.start
    end = max(scalar.end - 1, offset)
    # what is replaced stands in one line
    line = document.lines.line_start(offset)
    start = max(start, line + len(before[line:]) - len(before[line:].lstrip(" \t")))
    end = min(end, document.lines.line_end(offset))
    quote = scalar.quote if scalar.quote != "|" else ""
    if not scalar.is_closed:
        end = offset
    if scalar.quote == "|":
        end = offset
    text = before[start + (len(quote) if start == scalar.start else 0) :]
    where: Literal["key", "value", "either"] = "value"
    has_colon = False
    path = spot.path
    if spot.is_key:
        where, path = "key", spot.path[:-1]
        outer = _object(tree, path)
        member = next((one for one in outer.members if one.key is scalar), None) if outer else None
        has_colon = member is not None and member.colon is not None
    elif not scalar.quote and not before[line:start].strip(" \t-"):
        where = "either"
    return Cursor(where, path, tree, start, end, text, quote, has_colon=has_colon)


def _object(tree: Value | None, path: Path) -> Object | None:
    value = at(tree, path)
    return value if isinstance(value, Object) else None
