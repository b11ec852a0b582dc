"""What a state asks for: its queries, each looked into once for all the rules that read them."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple

from asl.errors import QuerySyntaxError, UnsupportedFeature
from asl.language.diagnostics import clip
from asl.language.faults import Fault, not_run
from asl.language.queries import queries_of
from asl.language.walk import ENDING_TYPES
from asl.query import intrinsic_parser
from asl.query.intrinsic_parser import Call, parse_call
from asl.query.jsonata.syntax import UnsupportedExpressionError, is_expression
from asl.query.path_text import UnsupportedPathError, read_path
from asl.query.paths import compile_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asl.language.positions import Path
    from asl.language.queries import Query
    from asl.language.walk import State, Tree
    from asl.query.jsonata.inspection import Inspection

_DELIMITERS: Final = "JSONata string must start with {% and end with %}"
#: Where a text may name a variable, whatever else is in it.
_MENTION: Final = re.compile(r"""\$([^\s.\[\](){},:;'"`$+*/%=<>!&|?^~@#-]+)""")


class Assignment(NamedTuple):
    """A key of an Assign: where it stands and which variable it names."""

    path: Path
    name: str


class Reading:
    """A state with its queries.

    Attributes:
        state: The state.
        queries: All of them, in the order of the text.
        inspections: What is known of the expressions that can be read, with their queries.
        faults: Why others can't be read.
        assignments: All that the state assigns, in its catchers and rules too.
    """

    __slots__ = ("assignments", "faults", "inspections", "queries", "state")

    def __init__(self, state: State) -> None:
        self.state = state
        self.queries = queries_of(state)
        self.inspections: list[tuple[Query, Inspection]] = []
        self.faults: list[Fault] = []
        self.assignments: list[Assignment] = []

    def variables(self) -> Iterator[tuple[Query, str]]:
        """The variables that the queries read, in the order of the text."""
        if self.state.language == "JSONata":
            for query, found in self.inspections:
                for name in sorted(found.references.variables):
                    yield query, name
        else:
            for query in self.queries:
                for name in _names(query):
                    yield query, name

    def mentions(self) -> Iterator[str]:
        """All that may be the name of a variable, also in what can't be read."""
        for query in self.queries:
            if not query.is_plain and isinstance(query.text, str):
                yield from _MENTION.findall(query.text)


def read_state(state: State, *, parses: bool = True) -> Reading:
    """The queries of a state; its expressions are parsed here, unless there were too many."""
    reading = Reading(state)
    if "Assign" in state.tree or state.catchers or state.rules:
        reading.assignments += _assignments_of(state)
    if state.language == "JSONata" and parses:
        for query in reading.queries:
            if query.kind == "expression":
                found = _inspect(query)
                if isinstance(found, Fault):
                    reading.faults.append(found)
                else:
                    reading.inspections.append((query, found))
    return reading


def _inspect(query: Query) -> Inspection | Fault:
    """What is known of an expression, or why it is none that AWS takes."""
    text = str(query.text)
    if not is_expression(text):
        hint = "text is either all expression or none" if text.endswith("%}") else ""
        return Fault(query.path, _DELIMITERS, "ASL-216", hint=hint)
    from asl.query.jsonata.inspection import inspect_expression  # noqa: PLC0415 - slow to import

    try:
        return inspect_expression(text)
    except UnsupportedExpressionError as error:
        return not_run(query.path, str(error))
    except QuerySyntaxError as error:
        return Fault(query.path, str(error), "ASL-701", hint=_near(text, error.position))


def _near(text: str, position: int) -> str:
    rest = text[2:-2].strip()[position:]
    return f"at {clip(rest[:40])!r}" if rest else ""


def _names(query: Query) -> list[str]:
    """The variables that a path, or a call with paths, reads; none if it can't be read."""
    text = query.text
    if query.is_plain or not isinstance(text, str) or query.kind in ("plain", "result"):
        return []
    try:
        if text.startswith("$"):
            return _name(text)
        return list(dict.fromkeys(_names_in(parse_call(text))))
    except (QuerySyntaxError, UnsupportedFeature):
        return []


def _name(path: str) -> list[str]:
    read = read_path(path)
    if not read.is_definite:
        with suppress(UnsupportedPathError):
            compile_path(path)  # it may be malformed further on
    return [str(read.steps[0])] if read.root == "variables" else []


def _names_in(call: Call) -> Iterator[str]:
    pending = [call]
    while pending:
        for argument in pending.pop().arguments:
            if isinstance(argument, Call):
                pending.append(argument)
            elif isinstance(argument, intrinsic_parser.Path):
                yield from _name(argument.text)


def _assignments_of(state: State) -> Iterator[Assignment]:
    for path, tree in _assigns(state):
        for key in tree:
            name = key[:-2] if state.language == "JSONPath" and key.endswith(".$") else key
            yield Assignment((*path, key), name)


def _assigns(state: State) -> Iterator[tuple[Path, Tree]]:
    owners: list[tuple[Path, Tree]] = [(state.path, state.tree)]
    if state.kind in ENDING_TYPES:
        return
    owners += state.catchers
    owners += ((rule.path, rule.tree) for rule in state.rules if not rule.is_nested)
    for path, owner in owners:
        assign = owner.get("Assign")
        if isinstance(assign, dict):
            yield (*path, "Assign"), assign
