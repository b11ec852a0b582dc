r"""The text of paths: where one starts, and its definite steps.

    path  := ( $ | $$ | $name ) step*                      blanks at the end are passed over
    step  := .name | ['any text'] | ["any text"] | [0] | [(@.length-1)] | ['a', 'b'] at the end

A dot may stand before a bracket. A name without quotes has letters and digits of any script, ``_``
and ``-`` (AWS guide, "Paths": other punctuation needs brackets). In quotes every character stands
for itself, the backslash too (recorded: ``$['Test\""Name"']``), so a name with a single quote needs
double ones. Where other steps begin, reading stops: they are read in `asl.query.jayway_text`.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple, TypeAlias

from asl.errors import QuerySyntaxError, quote
from asl.query.memo import remembered

#: A name that needs no quotes: no other signs of ASCII than ``_`` and ``-``. (To say what there is
#: instead of what there is not would take `re` thirty times as long to compile.)
NAME = r"[^\x00-,./:-@\[-^`{-\x7f]+"
#: A number of an element: Java's int, and a little less.
INDEX = r"-?[0-9]{1,9}"

#: Paths into the data by names alone: nothing in one can be wrong.
PLAIN_PATH = re.compile(rf"\$(?:\.{NAME})*")

_HEAD = re.compile(r"\$(?:(?P<context>\$)|(?P<variable>[^\s.\[\]$]+))?(?=[.\[\s]|\Z)")
_STEP = re.compile(
    rf"""
      \.(?P<name>{NAME})
    | \.?\[\s* (?:
          '(?P<quoted>[^']*)' | "(?P<double>[^"]*)" | (?P<index>{INDEX})
        | \(\s*@\.(?:length|size\(\))\s*-\s*(?P<back>[0-9]{{1,9}})\s*\)
      ) \s*\]
    """,
    re.VERBOSE,
)
_MERGE = re.compile(r"\.?\[\s*('[^']*'(?:\s*,\s*'[^']*')+)\s*\]")


class UnsupportedPathError(QuerySyntaxError):
    """A path that may well be right, but that we do not run; ``str()`` says which part of it.

    A checker may tell it from text that is malformed.
    """


class FromEnd(NamedTuple):
    """A step to an element that is counted from the end: 1 is the last."""

    back: int


Step: TypeAlias = str | int | FromEnd
Root: TypeAlias = Literal["data", "context", "variables"]


class PathText(NamedTuple):
    """What a text says.

    A variable's name is the first of ``steps``. ``merged`` are the names of ``['a', 'b']`` at the
    end. ``steps_at`` is where the text behind ``$``, ``$$`` or ``$name`` begins. If the path is not
    definite, ``steps`` has only those before the first step that is not.
    """

    root: Root
    steps: tuple[Step, ...]
    merged: tuple[str, ...]
    steps_at: int
    is_definite: bool


@remembered
def read_path(text: str) -> PathText:
    """Read the start and the definite steps of a path.

    Raises:
        QuerySyntaxError: It does not start like a path.
    """
    head = _HEAD.match(text)
    if head is None or (head["variable"] and not head["variable"].isidentifier()):
        if text[:1] == "$":
            raise malformed(text, 1)
        raise QuerySyntaxError(f"a path starts with '$', this does not: {quote(text)}", text)
    root: Root = "context" if head["context"] else "variables" if head["variable"] else "data"
    steps: list[Step] = [head["variable"]] if head["variable"] else []
    at, end = head.end(), len(text.rstrip())
    while at < end:
        match = _STEP.match(text, at, end)
        if match is None:
            merge = _MERGE.fullmatch(text, at, end)
            merged = tuple(re.findall("'([^']*)'", merge[1])) if merge else ()
            return PathText(root, tuple(steps), merged, head.end(), is_definite=merge is not None)
        at = match.end()
        if match["index"]:
            steps.append(int(match["index"]))
        elif match["back"]:
            steps.append(FromEnd(int(match["back"])))
        else:
            steps.append(match[match.lastgroup or 0])
    return PathText(root, tuple(steps), (), head.end(), is_definite=True)


def malformed(text: str, at: int) -> QuerySyntaxError:
    """The error for a path that can't be read from the given character on."""
    if text[at : at + 1] == "(":  # AWS accepts `$.a.length()`, and then looks for such a property
        return UnsupportedPathError(f"functions are not supported in a path: {quote(text)}", text)
    if text[at : at + 2] == "[(":
        return UnsupportedPathError(
            "'[(@.length-1)]' and its like are not supported beside steps such as '*', '..', "
            f"slices and filters: {quote(text)}",
            text,
        )
    where = f"at {quote(text[at:])}" if at < len(text.rstrip()) else "at its end"
    return QuerySyntaxError(f"the path {quote(text)} is malformed {where}", text, at)
