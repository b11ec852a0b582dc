"""JSON text to a tree, whatever is wrong with it; the flow style of YAML too.

A parser that never complains: a comma or colon that is missing or too many is passed over, a
bracket closes what it can close, a string without its end ends with its line (in JSON no string
goes on behind it). So one fault loses little of what follows, and for a text without fault the
places are those of `asl.language.positions.scan_json`. Time grows with the length of the text.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from asl.editor.tree import Array, Member, Object, Scalar
from asl.jsontypes import MAX_DEPTH

if TYPE_CHECKING:
    from asl.editor.tree import Value

_PUNCTUATION: Final = r"(?P<open>[{\[])|(?P<close>[}\]])|(?P<comma>,)|(?P<colon>:)"
_JSON: Final = re.compile(
    r'[\s\ufeff]*+(?:(?P<string>"[^"\\\r\n]*+(?:\\[^\r\n][^"\\\r\n]*+)*+(?:"|\\?(?=[\r\n]|\Z)))'
    r"|(?P<placeholder>\$\{[^{}\r\n\"]*\})"
    rf"|{_PUNCTUATION}"
    r'|(?P<word>[^\s,:{}\[\]"]++))'
)
_FLOW: Final = re.compile(
    r"(?:[ \t\r\n]|(?<=[ \t\r\n])\#[^\r\n]*)*+(?:"
    r'(?P<string>"[^"\\]*+(?:\\.[^"\\]*+)*+"|\'[^\']*+(?:\'\'[^\']*+)*+\')'
    r"|(?P<open>[{\[])|(?P<close>[}\]])|(?P<comma>,)"
    # behind a quoted key the colon needs no blank
    r"|(?P<colon>:(?=[ \t\r\n,\[\]{}]|\Z)|(?<=[\"']):)"
    r"|(?P<word>(?:[^ \t\r\n,\[\]{}:]|:(?![ \t\r\n,\[\]{}]|\Z))"
    r"(?:[^\r\n,\[\]{}:\#]|:(?![ \t\r\n,\[\]{}]|\Z)|(?<![ \t])\#)*+)"
    r"|(?P<stray>:))",
    re.DOTALL,
)
_FOLD: Final = re.compile(r"[ \t]*+\r?\n[ \t]*+")
_ESCAPED_END: Final = re.compile(r"\\\r?\n[ \t]*+")
_NO_STRING: Final = re.compile(
    r"~|null|Null|NULL|true|True|TRUE|false|False|FALSE|yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF"
    r"|[-+]?(?:\d[\d_]*)?\.?\d+(?:[eE][-+]?\d+)?|[-+]?0[xob][0-9a-fA-F_]+|\*.*"
)


def scan_json(text: str) -> Value | None:
    """The tree of a JSON text; None if there is nothing in it."""
    scanner = _Scanner(text, _JSON)
    scanner.run(0, len(text))
    return scanner.root


def scan_flow(text: str, start: int, limit: int) -> tuple[Value | None, int]:
    """The tree of a value of YAML in flow style, and where it ends.

    Args:
        text: The whole text.
        start: Where the value starts, with a bracket.
        limit: Where it ends at the latest.
    """
    scanner = _Scanner(text, _FLOW)
    end = scanner.run(start, limit)
    return scanner.root, end


def is_plain_string(text: str) -> bool:
    """Whether a scalar of YAML without quotes is a text, and not a number or a constant."""
    return bool(text) and not _NO_STRING.fullmatch(text)


def unquoted(token: str) -> str:
    """What a string says, its escapes resolved where they are right."""
    quote = token[0]
    closed = len(token) > 1 and token.endswith(quote)
    inner = token[1:-1] if closed else token[1:]
    if "\n" in inner:  # YAML: an end of the line is a blank, one that is escaped is nothing
        inner = _FOLD.sub(" ", _ESCAPED_END.sub("", inner))
    if quote == "'":
        return inner.replace("''", "'")
    if "\\" not in inner:
        return inner
    try:
        return str(json.loads(f'"{inner}"', strict=False))
    except ValueError:
        return inner


class _Scanner:
    def __init__(self, text: str, pattern: re.Pattern[str]) -> None:
        self.text = text
        self.pattern = pattern
        self.root: Value | None = None
        self.open: list[Object | Array] = []
        self.members: list[Member | None] = []  # of each open object the one that is not over
        self.word: Scalar | None = None  # what the words on the next line go on with, in YAML

    def run(self, start: int, limit: int) -> int:
        """Take the tokens one after the other, up to the end of the first value in flow style."""
        at = start
        while (token := self.pattern.match(self.text, at, limit)) and token.lastgroup:
            at = token.end()
            kind = token.lastgroup
            offset = token.start(kind)
            scalar = None
            if kind == "open":
                if len(self.open) > MAX_DEPTH:
                    break
                self._enter(token[kind], offset)
            elif kind == "close":
                self._leave(token[kind], at)
            elif kind in ("comma", "colon"):
                self._separate(kind, offset)
            elif kind == "word" and self.word:
                self._go_on(self.word, token[kind].rstrip(), offset)
                continue
            elif kind != "stray":
                self._add(scalar := self._scalar(kind, token[kind], offset))
            if self.pattern is _FLOW:
                if not self.open:
                    return at
                self.word = scalar if kind == "word" else None
        for container in self.open:
            container.end = limit
        return limit

    def _scalar(self, kind: str, token: str, offset: int) -> Scalar:
        if kind == "string":
            is_closed = len(token) > 1 and token.endswith(token[0])
            if is_closed and len(token) - len(token[:-1].rstrip("\\")) - 1 & 1:
                is_closed = False  # the last quote is an escaped one
            return Scalar(
                offset, offset + len(token), unquoted(token), token[0], is_closed=is_closed
            )
        if self.pattern is _FLOW:
            token = token.rstrip()
            return Scalar(offset, offset + len(token), token, is_string=is_plain_string(token))
        return Scalar(offset, offset + len(token), token, is_string=False)

    def _go_on(self, scalar: Scalar, token: str, offset: int) -> None:
        """A scalar of YAML without quotes may have more than one line."""
        scalar.text += " " + token
        scalar.end = offset + len(token)
        scalar.is_string = is_plain_string(scalar.text)

    def _add(self, value: Value) -> None:
        """A value takes the place that waits for one; a scalar may also be a key."""
        if not self.open:
            self.root = self.root or value
            return
        outer = self.open[-1]
        if isinstance(outer, Array):
            outer.items.append(value)
            return
        member = self.members[-1]
        if member is not None and member.value is None and member.colon is not None:
            member.value = value
        elif isinstance(value, Scalar):
            member = Member(value)
            outer.members.append(member)
            self.members[-1] = member

    def _separate(self, kind: str, offset: int) -> None:
        member = self.members[-1] if self.members else None
        if member is None:
            return
        if kind == "comma":
            member.comma = offset
            self.members[-1] = None
        elif member.colon is None:
            member.colon = offset

    def _enter(self, bracket: str, offset: int) -> None:
        container: Object | Array = (
            Object(offset, offset + 1) if bracket == "{" else Array(offset, offset + 1)
        )
        self._add(container)
        self.open.append(container)
        self.members.append(None)

    def _leave(self, bracket: str, end: int) -> None:
        kind = Object if bracket == "}" else Array
        if not any(isinstance(container, kind) for container in self.open):
            return
        while self.open:
            container = self.open.pop()
            self.members.pop()
            container.end = end
            if isinstance(container, kind):
                container.is_closed = True
                return
            container.end = end - 1
