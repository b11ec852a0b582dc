"""Indefinite paths as text, read into the tree of `jsonpath_ng`.

The library has a dialect of its own, in which words are reserved, ``$.a + 1`` is a path, and other
characters need quotes than on AWS. So a path is first rewritten into the small part of that
language that can mean one thing only: every step and every literal of a filter arrives quoted, and
what has no place in Jayway's language is refused on the way. What the steps mean is not known here.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from asl.errors import quote
from asl.query.path_text import INDEX, NAME, UnsupportedPathError, malformed

if TYPE_CHECKING:
    from jsonpath_ng.ext.parser import ExtendedJsonPathParser

_MAX_CHARACTERS = 2_000

# Backslashes are ordinary characters in a quoted name (recorded), but not in the texts of a filter.
_QUOTED = r"""(?:'[^']*'|"[^"]*")"""
_STEP = re.compile(
    rf"""
      (?P<dots>\.\.?) (?: (?P<name>{NAME}) | \* )
    | (?P<before>\.\.?)? \[ \s* (?:
          (?P<filter>\?\s*\()
        | (?P<names>{_QUOTED} (?:\s*,\s*{_QUOTED})*)
        | (?P<other>\* | (?:{INDEX})? (?:\s*:\s* (?:{INDEX})?){{1,2}} | {INDEX} (?:\s*,\s*{INDEX})*)
      )
    """,
    re.VERBOSE,
)
_CLOSING = re.compile(r"\s*\]")
_BALANCE = re.compile(r"'(?:[^'\\]|\\.)*'|[()]|[^'()]+", re.DOTALL)
_TOKEN = re.compile(
    rf"""
    \s* (?:
      (?P<root>!?[@$])
    | \.(?P<name>{NAME})
    | \.?\[\s* (?: '(?P<quoted>[^']*)' | (?P<index>[0-9]{{1,9}}) ) \s*\]
    | '(?P<text>(?:[^'\\]|\\.)*)'
    | (?P<sign>==|!=|<=|>=|<|>|&&|\|\||[()])
    | (?P<word>[^\s'"()\[\]<>=!&|,@$~?*]+)
    )
    """,
    re.VERBOSE | re.DOTALL,
)


#: Parsers that nobody uses. (Taking from a list and appending are atomic: threads need no lock.)
_idle: list[ExtendedJsonPathParser] = []


def parse_steps(text: str, start: int) -> object:
    """The steps of a path as a tree of jsonpath_ng, below a ``Root``.

    Args:
        text: The whole path.
        start: Where its steps begin, behind ``$``, ``$$`` or ``$name``.

    Raises:
        QuerySyntaxError: Malformed text.
        UnsupportedPathError: Too long, or a filter that we do not read.
    """
    if len(text) > _MAX_CHARACTERS:
        raise UnsupportedPathError(
            f"a path with steps such as '*', '..', slices and filters may have {_MAX_CHARACTERS} "
            f"characters, this one has {len(text)}: {quote(text)}",
            text,
        )
    # 30 ms that `import asl` does not pay, nor any definition without such paths.
    from jsonpath_ng.exceptions import JSONPathError as ParserError  # noqa: PLC0415

    canonical = _canonical(text, start)
    try:
        tree: object = _parse(canonical)
    except ParserError as error:
        raise UnsupportedPathError(f"can't read the path {quote(text)}: {error}", text) from error
    return tree


@lru_cache(maxsize=256)
def _parse(canonical: str) -> object:
    """What `jsonpath_ng.ext.parse` gives, which makes a parser each time: that takes longer.

    Nobody changes a tree, and a path is read by who checks a definition and by who compiles it.
    """
    from jsonpath_ng.ext.parser import ExtendedJsonPathParser  # noqa: PLC0415

    try:
        parser = _idle.pop()
    except IndexError:
        parser = ExtendedJsonPathParser()
    tree: object = parser.parse(canonical)
    _idle.append(parser)
    return tree


def _canonical(text: str, start: int) -> str:
    """The same path in that part of jsonpath_ng's language that can mean one thing only."""
    at, end = start, len(text.rstrip())
    parts = ["$"]
    while at < end:
        match = _STEP.match(text, at, end)
        if match is None:
            raise malformed(text, at)
        at = match.end()
        if match["dots"]:
            parts += match["dots"], _requote(match["name"]) if match["name"] else "*"
            continue
        parts.append("..[" if match["before"] == ".." else "[")
        if match["filter"]:
            body, at = _filter_body(text, at)
            parts.append(f"?({_canonical_filter(body, text)})")
        elif match["names"]:
            names = re.findall(_QUOTED, match["names"])
            parts.append(",".join(_requote(name[1:-1]) for name in names))
        else:
            parts.append(match["other"])
        closing = _CLOSING.match(text, at, end)
        if closing is None:
            raise malformed(text, at)
        at = closing.end()
        parts.append("]")
    return "".join(parts)


def _requote(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _filter_body(text: str, start: int) -> tuple[str, int]:
    """What stands between the round brackets of a filter, and where the closing one ends."""
    depth, at = 1, start
    while depth:
        match = _BALANCE.match(text, at)
        if match is None:
            raise malformed(text, start)
        depth += {"(": 1, ")": -1}.get(match[0], 0)
        at = match.end()
    return text[start : at - 1].rstrip(), at


def _canonical_filter(body: str, text: str) -> str:
    parts: list[str] = []
    at = 0
    while at < len(body):
        token = _TOKEN.match(body, at)
        if token is None:
            raise UnsupportedPathError(
                f"{quote(body[at:])} is not supported in the filter of a path: {quote(text)}", text
            )
        parts.append(_canonical_token(token))
        at = token.end()
    return "".join(parts)


def _canonical_token(token: re.Match[str]) -> str:
    if token["root"] or token["sign"]:
        return f" {token['root'] or token['sign']}"
    if token["index"]:
        return f"[{token['index']}]"
    if token["name"] is not None or token["quoted"] is not None:
        return f"[{_requote(token['name'] or token['quoted'])}]"
    literal = token["word"] or token["text"].replace("\\'", "'")
    return f" {_requote(literal)}"
