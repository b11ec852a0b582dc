"""The texts of simple expressions, read into a small tree; all others are left to JSONata's parser.

    simple := operand (sign operand)*        sign := or and = != < <= > >= + - & * / %
    operand := path | number | 'text' | true | false | null | -operand | (simple) | call
    path := $name(.name)*  |  $states.field(.name)*
    call := $count(simple), and others of one argument | $uuid(), $millis(), $now()

Nine in ten of the expressions that people write are simple. The grammar is a part of JSONata's,
with the same precedence, so that what is read here means the same there; a text that is not simple
may well be malformed. Texts with a backslash, comments, and names that are JSONata's words are not
simple.

Source: JSONata 2.0.6, its tokenizer and the binding powers of its operators.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from asl.query.memo import remembered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asl.jsontypes import Json

_NAME = r"(?:[^\W\d]\w*|`[^`]*`)"
_TOKEN = re.compile(
    rf"""
    [ \t\n\r\v]* (?:
        (?P<path> \$ [^\W\d]\w* (?: \.{_NAME} )* )
      | (?P<number> (?:0|[1-9][0-9]*) (?:\.[0-9]+)? (?:[eE][-+]?[0-9]+)? )
      | (?P<text> '[^'\\]*' | "[^"\\]*" )
      | (?P<word> (?:true|false|null|and|or)\b )
      | (?P<sign> != | <= | >= | [-+*/%&=<>()] )
    )
    """,
    re.VERBOSE,
)
_STEP = re.compile(_NAME)
_POWERS: Final[Mapping[str, int]] = {
    "or": 25, "and": 30, "=": 40, "!=": 40, "<": 40, "<=": 40, ">": 40, ">=": 40,
    "+": 50, "-": 50, "&": 50, "*": 60, "/": 60, "%": 60,
}  # fmt: skip
_UNARY_POWER: Final = 70
_WORDS: Final[Mapping[str, Json]] = {"true": True, "false": False, "null": None}
_KEYWORDS: Final = frozenset(("and", "or", "in", "true", "false", "null", "function"))
_FIELDS: Final = frozenset(("input", "result", "errorOutput", "context"))
_LARGEST_INTEGER: Final = 1e21
#: More tokens or brackets than people write; the general way takes them.
_MOST_TOKENS: Final = 500
_MOST_BRACKETS: Final = 20

#: Functions of one argument, and of none.
UNARY: Final = frozenset(("boolean", "count", "exists", "not", "number", "string"))
NULLARY: Final = frozenset(("millis", "now", "uuid"))


class Constant(NamedTuple):
    """A literal."""

    value: Json


class Reference(NamedTuple):
    """A variable, or with ``is_states`` a field of ``$states``, and the names of the steps."""

    root: str
    steps: tuple[str, ...] = ()
    is_states: bool = False


class Operation(NamedTuple):
    """Two operands and what stands between them."""

    sign: str
    left: Simple
    right: Simple


class Negation(NamedTuple):
    """Unary minus."""

    operand: Simple


class Call(NamedTuple):
    """A call of one of the functions ``UNARY`` or ``NULLARY``."""

    name: str
    argument: Simple | None = None


Simple: TypeAlias = "Constant | Reference | Operation | Negation | Call"


class _NotSimpleError(Exception):
    """The text is to be read by JSONata's parser."""


@remembered
def read_simple(text: str) -> Simple | None:
    """The tree of a simple expression, None for any other text.

    Args:
        text: What stands between the braces, without blanks round it.
    """
    try:
        return _Reader(text).read()
    except _NotSimpleError:
        return None


class _Reader:
    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._at = 0
        self._depth = 0

    def read(self) -> Simple:
        tree = self._expression(0)
        if self._at < len(self._tokens):
            raise _NotSimpleError
        return tree

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("end", "")

    def _next(self) -> tuple[str, str]:
        token = self._peek()
        self._at += 1
        return token

    def _expression(self, power: int) -> Simple:
        left = self._operand()
        while _POWERS.get(self._peek()[1], 0) > power and self._peek()[0] in {"sign", "word"}:
            _, sign = self._next()
            left = Operation(sign, left, self._expression(_POWERS[sign]))
        return left

    def _operand(self) -> Simple:
        kind, text = self._next()
        if kind == "path":
            return self._path(text)
        if kind == "number":
            return Constant(_number(text))
        if kind == "text":
            return Constant(text[1:-1])
        if kind == "word" and text in _WORDS:
            return Constant(_WORDS[text])
        if text == "-" and kind == "sign":
            operand = self._expression(_UNARY_POWER)
            if isinstance(operand, Constant) and type(operand.value) in {int, float}:
                return Constant(-operand.value)  # type: ignore[operator]  # a number
            return Negation(operand)
        if text == "(" and kind == "sign":
            return self._bracketed()
        raise _NotSimpleError

    def _bracketed(self) -> Simple:
        self._depth += 1
        if self._depth > _MOST_BRACKETS:
            raise _NotSimpleError
        inner = self._expression(0)
        self._close()
        self._depth -= 1
        return inner

    def _close(self) -> None:
        if self._next() != ("sign", ")"):
            raise _NotSimpleError

    def _path(self, text: str) -> Simple:
        names = [name.strip("`") for name in _STEP.findall(text, 1)]
        if self._peek() == ("sign", "("):
            return self._call(text[1:])
        if any(name in _KEYWORDS for name in _STEP.findall(text, 1)):
            raise _NotSimpleError
        root, *steps = names
        if root != "states":
            return Reference(root, tuple(steps))
        if not steps or steps[0] not in _FIELDS:
            raise _NotSimpleError
        return Reference(steps[0], tuple(steps[1:]), is_states=True)

    def _call(self, name: str) -> Simple:
        self._at += 1
        if name in NULLARY:
            self._close()
            return Call(name)
        if name not in UNARY:
            raise _NotSimpleError
        self._at -= 1
        self._next()
        return Call(name, self._bracketed())


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or len(tokens) >= _MOST_TOKENS:
            raise _NotSimpleError
        kind = match.lastgroup or ""
        tokens.append((kind, match[kind]))
        at = match.end()
    return tokens


def _number(text: str) -> Json:
    value = float(text)
    if value - value != 0:
        raise _NotSimpleError
    return int(value) if value.is_integer() and value < _LARGEST_INTEGER else value
