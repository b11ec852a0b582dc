"""Payload templates: does each ``.$`` key hold a path or a call of an intrinsic function?

What AWS takes and finds wrong only at run time (numbers and kinds of arguments) are warnings.

Source: ASL specification, "Payload Template" and "Intrinsic functions"; AWS API reference, the code
NO_DOLLAR; AWS's answers for the words.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from asl.errors import QuerySyntaxError, UnsupportedFeature
from asl.jsontypes import dump
from asl.language.diagnostics import clip
from asl.language.faults import Fault, not_run
from asl.language.rules.paths import looks_like_path, syntax
from asl.query.functions import HASHES, MAX_HASHED_CHARACTERS
from asl.query.intrinsic_parser import (
    MAX_NESTING,
    Call,
    Literal,
    Path,
    nesting,
    parse_call,
)
from asl.query.intrinsics import FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asl.language.positions import Path as Place
    from asl.language.queries import Query
    from asl.query.intrinsic_parser import Argument

_ESCAPED: Final = re.compile(r"\\.", re.DOTALL)
#: Functions of which every literal argument must be a number; the names of those that must be text.
_OF_NUMBERS: Final = frozenset(("States.MathAdd", "States.MathRandom", "States.ArrayRange"))
_OF_TEXT: Final = frozenset(
    ("States.Base64Encode", "States.Base64Decode", "States.StringSplit", "States.StringToJson")
)
_OF_ARRAY: Final = frozenset(
    (
        "States.ArrayPartition", "States.ArrayContains", "States.ArrayGetItem",
        "States.ArrayLength", "States.ArrayUnique",
    )
)  # fmt: skip
#: The functions that give text: what ErrorPath and CausePath take.
_GIVE_TEXT: Final = frozenset(
    (
        "States.Format", "States.JsonToString", "States.ArrayGetItem", "States.Base64Encode",
        "States.Base64Decode", "States.Hash", "States.UUID",
    )
)  # fmt: skip


def entry(query: Query) -> Iterator[Fault]:
    """The value of a key that ends with ``.$``."""
    key = query.key
    text = query.text
    if query.holder is not None and key[:-2] in query.holder:
        twice = clip(key[:-2])
        message = f"The field '{twice}' is given twice, as '{twice}' and as '{twice}.$'"
        owner = query.path[:-1]
        yield Fault(query.path, message, "ASL-213", at_key=True, aws_path=owner)
    message = (
        f"The value for the field '{clip(key)}' must be a valid JSONPath or a valid intrinsic "
        "function call"
    )
    if not isinstance(text, str) or not text.startswith(("$", "States.")):
        hint = f"found {clip(dump(text))}; without '.$' the key holds a constant"
        yield Fault(query.path, message, "ASL-212", hint=hint, aws_path=query.owner)
    elif text.startswith("$"):
        yield from syntax(query, text, "ASL-212", message)
    else:
        yield from call(query, message)


def failure_text(query: Query) -> Iterator[Fault]:
    """ErrorPath, CausePath: a path, or a call that gives text."""
    message = (
        f"The value for the field '{query.key}' must be a valid JSONPath or a valid intrinsic "
        "function call"
    )
    text = str(query.text)
    if text.startswith("$"):
        yield from syntax(query, text, "ASL-382", message)
        return
    name = text.partition("(")[0]
    if text.startswith("States.") and (name in _GIVE_TEXT or name not in FUNCTIONS):
        yield from call(query, message)
    else:
        given = name.startswith("States.")
        hint = f"{clip(name)} does not give text" if given else "a path starts with '$'"
        yield Fault(query.path, message, "ASL-382", hint=hint)


def call(query: Query, message: str) -> Iterator[Fault]:
    """A call of an intrinsic function: its syntax and its names, then what fails at run time."""
    try:
        tree = parse_call(str(query.text))
    except QuerySyntaxError as error:
        yield Fault(query.path, message, "ASL-501", hint=str(error), aws_path=query.owner)
        return
    except UnsupportedFeature as error:
        yield not_run(query.path, error.feature)
        return
    if nesting(tree) >= MAX_NESTING:
        said = f"calls are nested more than {MAX_NESTING} levels deep"
        yield Fault(query.path, said, "ASL-506", hint="AWS's documented limit")
    for inner in _calls(tree):
        if inner.name not in FUNCTIONS:
            yield Fault(
                query.path,
                message,
                "ASL-502",
                meant=(inner.name, FUNCTIONS.keys()),
                aws_path=query.owner,
            )
            return
        for argument in inner.arguments:
            if isinstance(argument, Path):
                yield from syntax(query, argument.text, "ASL-501", message)
        yield from _arguments(query.path, inner)


def _calls(tree: Call) -> Iterator[Call]:
    pending = [tree]
    while pending:
        found = pending.pop()
        yield found
        pending += [one for one in reversed(found.arguments) if isinstance(one, Call)]


def _arguments(place: Place, found: Call) -> Iterator[Fault]:
    """Arguments with which a call always fails when it runs."""
    function = FUNCTIONS[found.name]
    given = len(found.arguments)
    most = function.most
    fewest = function.fewest
    if found.name == "States.JsonToString":
        fewest = most = 1  # a rule of its own gives AWS's words for others
    if given < fewest or (most is not None and given > most):
        message = f"{found.name} takes {count(fewest, most)}, not {given}: it fails when it runs"
        yield Fault(place, message, "ASL-503")
    elif reason := _bad_literal(found):
        yield Fault(place, f"{found.name} {reason}: it fails when it runs", "ASL-504")
    elif found.name == "States.Format":
        yield from _placeholders(place, found)


def count(fewest: int, most: int | None) -> str:
    """How many arguments something takes, for a sentence."""
    if fewest == most:
        return f"{fewest} argument{'s' * (fewest != 1)}" if fewest else "no argument"
    if most is None:
        return f"at least {fewest} argument{'s' * (fewest != 1)}"
    between = "or" if most == fewest + 1 else "to"
    return f"{fewest} {between} {most} argument{'s' * (most != 1)}"


def _bad_literal(found: Call) -> str:
    """What is wrong with a literal argument, empty if nothing is."""
    literals = [one for one in found.arguments if isinstance(one, Literal)]
    if found.name in _OF_NUMBERS and any(not _is_number(one) for one in literals):
        return "takes numbers"
    if found.name in _OF_TEXT and any(not isinstance(one.value, str) for one in literals):
        return "takes text"
    first, *rest = found.arguments or (None,)
    if found.name in _OF_ARRAY and isinstance(first, Literal):
        return "takes an array first"
    last = rest[-1] if rest else None
    return _bad_last(found.name, first, last)


def _bad_last(name: str, first: Argument | None, last: Argument | None) -> str:
    if name in ("States.Hash", "States.Base64Encode", "States.Base64Decode") and (
        isinstance(first, Literal)
        and isinstance(first.value, str)
        and len(first.value) > MAX_HASHED_CHARACTERS
    ):
        return f"takes at most {MAX_HASHED_CHARACTERS:,} characters"
    if not isinstance(last, Literal):
        return ""
    if name == "States.Hash" and last.value not in HASHES:
        return f"knows {', '.join(HASHES)}"
    if name == "States.JsonMerge" and last.value is not False and last.value != "false":
        return "only merges one level: its third argument is false"
    if name == "States.ArrayRange" and _is_number(last) and -1 < float(str(last.value)) < 1:
        return "takes a step that is not 0"
    if name == "States.ArrayPartition" and not (_is_number(last) and float(str(last.value)) >= 1):
        return "takes a size of at least 1"
    if name == "States.ArrayGetItem" and not (_is_number(last) and float(str(last.value)) > -1):
        return "takes an index from 0 on"
    return ""


def _is_number(literal: Literal) -> bool:
    return type(literal.value) in (int, float)


def _placeholders(place: Place, found: Call) -> Iterator[Fault]:
    template, *values = found.arguments
    if not isinstance(template, Literal) or template.body is None:
        if isinstance(template, Literal):
            message = "States.Format takes a text first: it fails when it runs"
            yield Fault(place, message, "ASL-504")
        return
    bare = _ESCAPED.sub("x", template.body)
    places = bare.count("{}")
    if "{" in bare.replace("{}", "") or "}" in bare.replace("{}", ""):
        message = "braces that are not '{}' make States.Format fail when it runs"
        yield Fault(place, message, "ASL-505", hint="write \\{ and \\} for braces")
    elif places != len(values):
        given = f"{len(values)} value{'s' * (len(values) != 1)}"
        message = f"States.Format has {places} '{{}}' for {given}: it fails when it runs"
        yield Fault(place, message, "ASL-505")


def plain(query: Query) -> Iterator[Fault]:
    """A text of a template that looks like a path or call, under a key without ``.$``."""
    text = str(query.text)
    if _looks_dynamic(text):
        key = clip(query.key)
        message = (
            f"The value of '{key}' looks like a JSONPath or intrinsic function. "
            f"Use '{key}.$' to evaluate it"
        )
        yield Fault(query.path, message, "ASL-221", aws_path=query.owner)


def _looks_dynamic(text: str) -> bool:
    """Whether nobody would write this as a constant."""
    if text.startswith("States.") and text.endswith(")"):
        return text.partition("(")[0] in FUNCTIONS
    return looks_like_path(text)
