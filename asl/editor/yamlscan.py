r"""YAML text to a tree by its indentation alone, whatever is wrong with it.

A line is an item (``- ``), a key with ``:``, or a scalar; how far it is indented says where it
belongs. What fits nowhere is passed over, so one fault loses little of what follows. It knows what
definitions are written in: block style, all scalars, flow style inside of it. Of the rest (keys
with ``?``, more than one document) it makes something, but nothing worth having: `yamlexact` reads
a text that is right.

Time grows with the length of the text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from asl.editor.jsonscan import is_plain_string, scan_flow, unquoted
from asl.editor.tree import Array, Member, Object, Scalar
from asl.jsontypes import MAX_DEPTH

if TYPE_CHECKING:
    from asl.editor.tree import Value

_LINE: Final = re.compile(r"([ \t]*+)([^\r\n]*+)(?:\r\n?|\n|\Z)")
_KEY: Final = re.compile(
    r'(?P<key>"(?:[^"\\\r\n]|\\[^\r\n])*+"|\'(?:[^\'\r\n]|\'\')*+\''
    r"|(?:[^ \t\r\n\#&*!|>%@`\"'{}\[\],?:-]|[-?:](?=[^ \t\r\n]))"
    r"(?:[^\r\n:\#]|:(?=[^ \t\r\n])|(?<=[^ \t\r\n])\#)*+)"
    r"[ \t]*+:(?=[ \t\r\n]|\Z)"
)
_PROPERTIES: Final = re.compile(r"(?:[&!][^ \t\r\n,\[\]{}]*+(?:[ \t]++|(?=[\r\n]|\Z)))*+")
_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*+"|\'(?:[^\']|\'\')*+\'', re.DOTALL)
_HEADER: Final = re.compile(r"[|>][-+0-9]*+[ \t]*+(?:\#[^\r\n]*+)?(?=[\r\n]|\Z)")
_PLAIN: Final = re.compile(r"(?:[^ \t\r\n\#]|(?<=[^ \t\r\n])\#|[ \t]++(?![ \t\r\n\#]|\Z))*+")
_DASH: Final = re.compile(r"-(?=[ \t\r\n]|\Z)[ \t]*+")


class _Level(NamedTuple):
    """An open block and the column where its keys or dashes stand."""

    column: int
    block: Object | Array


class _Bare(NamedTuple):
    """A scalar that stands alone on its line: the first key of an object, as long as one types."""

    column: int
    scalar: Scalar
    holder: Member | Array | None


def scan_yaml(text: str) -> Value | None:
    """The tree of a YAML text; None if there is nothing in it."""
    return _Scanner(text).run()


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.root: Value | None = None
        self.levels: list[_Level] = []
        self.bare: _Bare | None = None  # on this line
        self.bare_above: _Bare | None = None
        self.dashed: Array | None = None  # the array whose last dash has nothing behind it yet

    def run(self) -> Value | None:
        start = int(self.text.startswith("\ufeff"))
        first = self.text[start:].lstrip()[:1]
        if first in ("{", "["):  # JSON, or one value in flow style
            return scan_flow(self.text, self.text.index(first), len(self.text))[0]
        at = start
        while at < len(self.text):
            line = _LINE.match(self.text, at)
            if line is None:
                break
            content = line[2]
            if not content or content[0] in "#%" or (not line[1] and content[:3] in _MARKERS):
                at = line.end()
                continue
            column = len(line[1])
            self._close(column, line.start(2))
            self.bare_above, self.bare = self.bare, None
            at = self._next_line(self._content(line.start(2), column))
        self._close(-1, len(self.text))
        return self.root

    def _next_line(self, at: int) -> int:
        """Where the line behind that of an offset starts; a block scalar ends with its line."""
        if at and self.text[at - 1] == "\n" and (at < 2 or self.text[at - 2 : at] != "\r\n"):
            return at
        match = _LINE.match(self.text, at)
        return match.end() if match else len(self.text)

    def _close(self, column: int, at: int) -> None:
        """Close the blocks that a line at this column ends."""
        is_item = _DASH.match(self.text, at) is not None
        while self.levels:
            level = self.levels[-1]
            if level.column < column:
                return
            if level.column == column and (is_item or isinstance(level.block, Object)):
                return
            level.block.end = at
            level.block.is_closed = True
            self.levels.pop()

    def _content(self, at: int, column: int) -> int:
        """Take the content of a line; where what was taken ends."""
        while (dash := _DASH.match(self.text, at)) is not None:
            self._item(at, column)
            self.bare_above = None
            column += dash.end() - at
            at = dash.end()
            if self._is_over(at):
                return at
        skipped = _PROPERTIES.match(self.text, at)
        at = skipped.end() if skipped else at
        key = _KEY.match(self.text, at)
        if key is not None:
            return self._member(key, column)
        if self._is_over(at):
            return at
        value, end = self._value(at, self._outer_column(column))
        self._alone(value, column)
        return end

    def _item(self, at: int, column: int) -> None:
        top = self.levels[-1] if self.levels else None
        if top and top.column == column and isinstance(top.block, Array):
            if self.dashed is top.block:
                top.block.items.append(Scalar(at, at, "", is_string=False))
            self.dashed = top.block
            return
        array = Array(at, at + 1, is_block=True)
        if self._attach(array):
            self._push(column, array)
            self.dashed = array

    def _member(self, key: re.Match[str], column: int) -> int:
        outer = self._object(column, key.start())
        scalar = self._key_scalar(key["key"], key.start())
        member = Member(scalar, colon=key.end() - 1)
        if outer is not None:
            outer.members.append(member)
        at = key.end()
        at += len(self.text[at : self._line_end(at)]) - len(
            self.text[at : self._line_end(at)].lstrip(" \t")
        )
        skipped = _PROPERTIES.match(self.text, at)
        at = skipped.end() if skipped else at
        if self._is_over(at):
            return at
        member.value, end = self._value(at, column)
        return end

    def _object(self, column: int, at: int) -> Object | None:
        """The object whose keys stand at this column: the open one, or a new one."""
        top = self.levels[-1] if self.levels else None
        if top and top.column == column and isinstance(top.block, Object):
            return top.block
        new = Object(at, at + 1, is_block=True)
        bare = self.bare_above
        if bare is not None and bare.column == column and self._replace(bare, new):
            new.start = bare.scalar.start
            new.members.append(Member(bare.scalar))
        elif not self._attach(new):
            return None
        self._push(column, new)
        return new

    def _replace(self, bare: _Bare, new: Object) -> bool:
        """Put an object where a scalar stood that was to be its first key."""
        if isinstance(bare.holder, Member):
            bare.holder.value = new
        elif isinstance(bare.holder, Array):
            bare.holder.items[-1] = new
        elif self.root is bare.scalar:
            self.root = new
        else:
            return False
        return True

    def _alone(self, value: Value, column: int) -> None:
        """A value that stands alone on a line, or behind a dash."""
        top = self.levels[-1] if self.levels else None
        if isinstance(value, Scalar) and value.quote != "|":
            if top and top.column == column and isinstance(top.block, Object):
                top.block.members.append(Member(value))
                return
            holder: Member | Array | None = None
            if top is not None:
                is_object = isinstance(top.block, Object)
                holder = top.block.members[-1] if isinstance(top.block, Object) else top.block
                if is_object and not top.block.members:  # type: ignore[union-attr]  # an Object
                    return
            if self._attach(value):
                self.bare = _Bare(column, value, holder)
            return
        self._attach(value)

    def _attach(self, value: Value) -> bool:
        """Give a value the place that waits for one."""
        if not self.levels:
            if self.root is not None:
                return False
            self.root = value
            return True
        block = self.levels[-1].block
        if isinstance(block, Array):
            if self.dashed is not block:
                return False
            self.dashed = None
            block.items.append(value)
            return True
        member = block.members[-1] if block.members else None
        if member is None or member.colon is None or member.value is not None:
            return False
        member.value = value
        return True

    def _push(self, column: int, block: Object | Array) -> None:
        if len(self.levels) <= MAX_DEPTH:
            self.levels.append(_Level(column, block))

    def _key_scalar(self, token: str, at: int) -> Scalar:
        token = token.rstrip()
        if token[0] in "\"'":
            return Scalar(at, at + len(token), unquoted(token), token[0])
        return Scalar(at, at + len(token), token)

    def _value(self, at: int, column: int) -> tuple[Value, int]:
        """The value that starts at an offset, in a block at a column; and where it ends."""
        first = self.text[at]
        if first in "{[":
            value, end = scan_flow(self.text, at, self._limit(at, column))
            return value or Scalar(at, end, ""), end
        if first in "\"'":
            return self._quoted(at, column)
        if _HEADER.match(self.text, at):
            return self._literal(at, column)
        return self._plain(at, column)

    def _quoted(self, at: int, column: int) -> tuple[Value, int]:
        match = _QUOTED.match(self.text, at, self._limit(at, column))
        end = match.end() if match else self._line_end(at)
        token = self.text[at:end]
        return Scalar(at, end, unquoted(token), token[0], is_closed=match is not None), end

    def _literal(self, at: int, column: int) -> tuple[Value, int]:
        """A block scalar: the lines below that are indented further."""
        start = end = self._next_line(self._line_end(at))
        while line := _LINE.match(self.text, end):
            if (line[2] and len(line[1]) <= column) or line.end() == end:
                break
            end = line.end()
        text = re.sub("(?m)^[ \t]+", "", self.text[start:end])
        return Scalar(at, end, text, "|"), end

    def _plain(self, at: int, column: int) -> tuple[Value, int]:
        """A scalar without quotes, and the lines that go on with it."""
        match = _PLAIN.match(self.text, at)
        end = match.end() if match else at
        text = self.text[at:end]
        behind = self._line_end(at)
        while behind < len(self.text) and end == behind - _blanks(self.text, at, behind):
            line = _LINE.match(self.text, self._next_line(behind))
            if line is None or not line[2] or line[2][0] == "#" or len(line[1]) <= column:
                break
            if _KEY.match(line[2]) or _DASH.match(line[2]):
                break
            more = _PLAIN.match(self.text, line.start(2))
            end = more.end() if more else line.end(2)
            text += " " + self.text[line.start(2) : end]
            at, behind = line.start(2), line.end(2)
        start = match.start() if match else at
        return Scalar(start, end, text, is_string=is_plain_string(text)), end

    def _limit(self, at: int, column: int) -> int:
        """Where something that may have many lines ends at the latest."""
        end = self._next_line(self._line_end(at))
        while line := _LINE.match(self.text, end):
            indent = len(line[1])
            closes = indent == column and line[2][:1] in ("}", "]")
            if (line[2] and indent <= column and not closes) or line.end() == end:
                break
            end = line.end()
        return end

    def _outer_column(self, column: int) -> int:
        """The column of the block that a value alone on its line must be indented against."""
        top = self.levels[-1] if self.levels else None
        return min(top.column, column - 1) if top else -1

    def _is_over(self, at: int) -> bool:
        """Whether nothing but a comment stands before the end of the line."""
        return at >= len(self.text) or self.text[at] in "\r\n#"

    def _line_end(self, at: int) -> int:
        match = _LINE.match(self.text, at)
        return match.end(2) if match else len(self.text)


_MARKERS: Final = ("---", "...")


def _blanks(text: str, start: int, end: int) -> int:
    """How many blanks stand at the end of a piece of the text."""
    return end - start - len(text[start:end].rstrip(" \t"))
