"""The text of an expression, cut into tokens: the lexer of JSONata 2.0.6.

The parser of jsonata-python takes its tokens from here, since its own lexer knows operators that
came later (``??`` and ``?:``), needs the square of the time for long texts, and runs off the end of
some malformed ones. Regular expressions are read here, so that none reaches Python's `re`.

Source: JSONata 2.0.6, its tokenizer.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from asl.query.jsonata.faults import FaultError
from asl.query.jsonata.regexes import Regex, parse_regex

if TYPE_CHECKING:
    from collections.abc import Mapping

_BLANKS = re.compile(r"(?:[ \t\n\r\v]+|/\*.*?\*/)*", re.DOTALL)
_OPERATOR = re.compile(r"\.\.|:=|!=|>=|<=|\*\*|~>|[.\[\]{}(),@#;:?+\-*/%|=<>^&!~]")
_NUMBER = re.compile(r"(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_NAME = re.compile(r"[^ \t\n\r\v.\[\]{}(),@#;:?+\-*/%|=<>^&!~]*")
_PLAIN = re.compile(r"[^\\\"']+|[\"']")
_HEX = re.compile(r"[0-9a-fA-F]{1,4}")
_SURROGATES = re.compile("[\ud800-\udbff][\udc00-\udfff]")

_ESCAPES: Mapping[str, str] = {
    '"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t",
}  # fmt: skip
_WORDS: Mapping[str, tuple[str, Any]] = {
    "or": ("operator", "or"),
    "in": ("operator", "in"),
    "and": ("operator", "and"),
    "true": ("value", True),
    "false": ("value", False),
    "null": ("value", None),
}
_LARGEST_INTEGER = 1e21


class Token(NamedTuple):
    """One token; ``position`` is that of the character behind it, as in JSONata JS.

    Attributes:
        type: ``operator``, ``string``, ``number``, ``value``, ``name``, ``variable``, ``regex``.
        value: The operator, name or value itself; the name of a variable has no ``$``.
        position: Counts characters from 0.
    """

    type: str
    value: Any
    position: int


class Lexer:
    """Gives the tokens of a text one by one, as the parser asks for them."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def next(self, infix: bool) -> Token | None:  # noqa: FBT001 - the parser calls it like this
        """The next token, None at the end.

        Args:
            infix: An operator is expected, so that a slash divides; else it starts a regular
                expression.

        Raises:
            FaultError: S0101 to S0106, S0204, S0301, S0302, with ``position``.
        """
        text = self._text
        blanks = _BLANKS.match(text, self._at)
        self._at = at = blanks.end() if blanks else self._at
        if at >= len(text):
            return None
        if text.startswith("/*", at):
            raise FaultError("S0106", position=at)
        if text[at] == "/" and not infix:
            return self._token("regex", self._regex(at + 1))
        operator = _OPERATOR.match(text, at)
        if operator:
            self._at = operator.end()
            if operator[0] in "!~":
                raise FaultError("S0204", position=self._at, token=operator[0])
            return self._token("operator", operator[0])
        if text[at] in "\"'":
            return self._token("string", self._string(at))
        number = _NUMBER.match(text, at)
        if number:
            return self._number(number)
        if text[at] == "`":
            end = text.find("`", at + 1)
            if end < 0:
                raise FaultError("S0105", position=len(text))
            self._at = end + 1
            return self._token("name", text[at + 1 : end])
        return self._name(at)

    def _token(self, kind: str, value: object) -> Token:
        return Token(kind, value, self._at)

    def _number(self, match: re.Match[str]) -> Token:
        value = float(match[0])
        if value - value != 0:
            raise FaultError("S0102", position=match.start(), token=match[0])
        self._at = match.end()
        is_integer = value.is_integer() and value < _LARGEST_INTEGER
        return self._token("number", int(value) if is_integer else value)

    def _name(self, at: int) -> Token:
        match = _NAME.match(self._text, at)
        name = match[0] if match else ""
        self._at = at + len(name)
        if name.startswith("$"):
            return self._token("variable", name[1:])
        kind, value = _WORDS.get(name, ("name", name))
        return self._token(kind, value)

    def _string(self, start: int) -> str:
        text, quote = self._text, self._text[start]
        parts: list[str] = []
        at = start + 1
        while at < len(text):
            if text[at] == quote:
                self._at = at + 1
                # two halves of one character may have been written as two escapes
                return _SURROGATES.sub(_join_halves, "".join(parts))
            plain = _PLAIN.match(text, at)
            if plain:
                parts.append(plain[0])
                at = plain.end()
                continue
            escape = text[at + 1 : at + 2]
            if escape in _ESCAPES:
                parts.append(_ESCAPES[escape])
                at += 2
            elif escape == "u":
                digits = _HEX.fullmatch(text[at + 2 : at + 6])
                if not digits:
                    raise FaultError("S0104", position=at + 1)
                parts.append(chr(int(digits[0], 16)))
                at += 6
            else:
                raise FaultError("S0103", position=at + 1, token=escape)
        raise FaultError("S0101", position=len(text))

    def _regex(self, start: int) -> Regex:
        text, depth, at = self._text, 0, start
        while not (text.startswith("/", at) and depth == 0 and not self._is_escaped(at)):
            if at >= len(text):
                raise FaultError("S0302", position=at)
            if text[at - 1] != "\\":
                depth += (text[at] in "([{") - (text[at] in ")]}")
            at += 1
        if at == start:
            raise FaultError("S0301", position=at)
        end = at + 1
        while text[end : end + 1] in {"i", "m"}:
            end += 1
        self._at = end
        return parse_regex(text[start:at], text[at + 1 : end])

    def _is_escaped(self, at: int) -> bool:
        start = at
        while self._text[at - 1] == "\\":
            at -= 1
        return (start - at) % 2 == 1


def _join_halves(pair: re.Match[str]) -> str:
    return pair[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le")
