r"""The text of an intrinsic function call, read into a tree.

    call     := States.Name ( [argument {, argument}] )
    argument := path | 'text' | number | true | false | null | call

A path begins with ``$`` and goes up to the comma or parenthesis that ends the argument; what stands
in its brackets is not looked at. In a text ``\'``, ``\{``, ``\}`` and ``\\`` are the only escapes.
Blanks may stand round arguments. This module knows neither which functions there are nor what they
take: AWS finds wrong names when it reads a definition, but wrong arguments only when it runs.

Source: ASL specification, "Intrinsic functions"; AWS guide, "Intrinsics for JSONPath states".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from asl.errors import QuerySyntaxError, UnsupportedFeature, quote
from asl.query.memo import remembered

if TYPE_CHECKING:
    from asl.jsontypes import Json

#: Calls inside calls, below the outermost one (documented).
MAX_NESTING = 10
#: Our own bounds on one text, so that no definition makes reading or running it expensive.
MAX_LENGTH = 65_536
MAX_CALLS = 100


class Path(NamedTuple):
    """A path argument, as written; ``position`` is that of its first character."""

    text: str
    position: int


class Literal(NamedTuple):
    """A constant argument; ``body`` is what stands between the quotes of a text, as written."""

    value: Json
    body: str | None = None


class Call(NamedTuple):
    """A call: ``name`` with its ``States.``, and the arguments in their order."""

    name: str
    arguments: tuple[Argument, ...]
    position: int


Argument: TypeAlias = "Path | Literal | Call"

_BLANKS = re.compile(r"[ \t\r\n]*")
_NAME = re.compile(r"States\.[A-Za-z][A-Za-z0-9]*(?=\()")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?P<fraction>\.[0-9]+)?(?P<exponent>[eE][-+]?[0-9]+)?")
_TEXT = re.compile(r"'((?:[^'\\]|\\['{}\\])*)'")
_ESCAPE = re.compile(r"\\(.)")
_WORD = re.compile(r"(true|false|null)(?![A-Za-z0-9_])")
_WORDS: dict[str, Json] = {"true": True, "false": False, "null": None}
#: What a path is made of: quoted keys inside brackets are skipped whole, brackets are counted.
_PATH_PIECE = re.compile(r"[^\[\]()'\",]+|\[|\]|\(|\)|,|'|\"")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")


def unescape(body: str) -> str:
    """The text that the inside of a literal stands for."""
    return _ESCAPE.sub(r"\1", body)


@remembered
def parse_call(text: str) -> Call:
    """The tree of a text that is one call from its first to its last character.

    Raises:
        QuerySyntaxError: Malformed; says what was expected and where.
        UnsupportedFeature: Longer than we read, or too many calls.
    """
    if len(text) > MAX_LENGTH:
        raise UnsupportedFeature(f"an intrinsic function call of {len(text)} characters", "")
    return _Reader(text).whole()


def nesting(call: Call) -> int:
    """How many calls there are inside of each other, below the outermost one."""
    deepest = 0
    pending = [(call, 0)]
    while pending:
        found, depth = pending.pop()
        deepest = max(deepest, depth)
        pending += [(one, depth + 1) for one in found.arguments if isinstance(one, Call)]
    return deepest


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.calls = 0

    def whole(self) -> Call:
        call = self.call()
        if self.at != len(self.text):
            raise self.expected("nothing more")
        return call

    def call(self) -> Call:
        self.calls += 1
        if self.calls > MAX_CALLS:
            raise UnsupportedFeature(f"more than {MAX_CALLS} intrinsic functions in one field", "")
        name = _NAME.match(self.text, self.at)
        if not name:
            raise self.expected("States., the name of a function and '('")
        position, self.at = self.at, name.end() + 1
        arguments: list[Argument] = []
        self.skip_blanks()
        if not self.take(")"):
            while True:
                self.skip_blanks()
                arguments.append(self.argument())
                self.skip_blanks()
                if self.take(")"):
                    break
                if not self.take(","):
                    raise self.expected("',' or ')'")
        return Call(name[0], tuple(arguments), position)

    def argument(self) -> Argument:
        first = self.text[self.at : self.at + 1]
        if first == "$":
            return self.path()
        if first == "'":
            found = _TEXT.match(self.text, self.at)
            if not found:
                raise self.expected(
                    "a text that is closed and has only the escapes \\' \\{ \\} \\\\"
                )
            self.at = found.end()
            return Literal(unescape(found[1]), found[1])
        if found := _NUMBER.match(self.text, self.at):
            self.at = found.end()
            return Literal(_number(found))
        if found := _WORD.match(self.text, self.at):
            self.at = found.end()
            return Literal(_WORDS[found[0]])
        if first == "S":
            return self.call()
        raise self.expected("a path, 'text', number, true, false, null or function call")

    def path(self) -> Path:
        start = self.at
        depth = 0
        while piece := _PATH_PIECE.match(self.text, self.at):
            char = piece[0]
            if char in ("[", "("):
                depth += 1
            elif depth <= 0 and char in (",", ")"):
                break
            elif char in ("]", ")"):
                depth -= 1
            elif depth > 0 and char in ("'", '"'):
                piece = _QUOTED.match(self.text, self.at)
                if not piece:
                    raise self.expected("the end of a quoted key")
            self.at = piece.end()
        return Path(self.text[start : self.at].rstrip(" \t\r\n"), start)

    def skip_blanks(self) -> None:
        blanks = _BLANKS.match(self.text, self.at)
        self.at = blanks.end() if blanks else self.at

    def take(self, char: str) -> bool:
        if not self.text.startswith(char, self.at):
            return False
        self.at += 1
        return True

    def expected(self, expected: str) -> QuerySyntaxError:
        rest = self.text[self.at :]
        found = f"found {quote(rest)}" if rest else "the text ends"
        message = f"expected {expected} at position {self.at}, but {found}"
        return QuerySyntaxError(message, self.text, self.at)


def _number(found: re.Match[str]) -> Json:
    text = found[0]
    if len(text) > 1000:
        raise UnsupportedFeature(f"a number of {len(text)} characters in an intrinsic function", "")
    if found["fraction"] is None and found["exponent"] is None:
        return int(text)
    number = float(text)
    if number - number != 0:
        raise UnsupportedFeature(f"the number {text} in an intrinsic function", "")
    return number
