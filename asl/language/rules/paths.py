"""The paths of JSONPath states: is each one of the form that its field asks for?

Source: ASL specification, "Paths" and "Reference Paths"; AWS's answers for the words, which do not
say what is wrong with a path: the hint does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from asl.errors import QuerySyntaxError
from asl.language.faults import Fault, not_run
from asl.language.queries import MAX_NESTING
from asl.query.path_text import FromEnd, UnsupportedPathError, read_path
from asl.query.paths import compile_path, compile_reference_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asl.language.queries import Query
    from asl.query.path_text import PathText

_NO_PATH: Final = "Value must be a valid JSONPath."
_NO_REFERENCE: Final = "Value is not a Reference Path"
_NO_DOLLAR: Final = f"{_NO_REFERENCE}: Reference path didn't start with '$'"
_ONE_NODE: Final = "a Reference Path names one node: names and single indices, no '*', '..' or '?'"

_CONTEXT: Final[Mapping[str, frozenset[str]]] = {
    "": frozenset(("Execution", "State", "StateMachine", "Task", "Map")),
    "Execution": frozenset(
        ("Id", "Input", "Name", "RoleArn", "StartTime", "RedriveCount", "RedriveTime")
    ),
    "State": frozenset(("EnteredTime", "Name", "RetryCount")),
    "StateMachine": frozenset(("Id", "Name")),
    "Task": frozenset(("Token",)),
    "Map": frozenset(("Item",)),
    "Item": frozenset(("Index", "Value", "Key", "Source")),
}


def path(query: Query) -> Iterator[Fault]:
    """InputPath, OutputPath: a path."""
    text = str(query.text)
    if text.startswith("$"):
        yield from syntax(query, text, "ASL-601", _NO_PATH)
    else:
        yield Fault(query.path, _NO_PATH, "ASL-210", hint=_found(text))


def result_path(query: Query) -> Iterator[Fault]:
    """ResultPath: a place in the state's input."""
    text = str(query.text)
    is_in_catcher = query.data == "error"
    if not text.startswith("$"):
        rule = "ASL-333" if is_in_catcher else "ASL-603"
        yield Fault(query.path, _NO_PATH, rule, hint=_found(text))
        return
    rule = "ASL-333" if is_in_catcher else "ASL-211"
    try:
        compile_reference_path(text)
    except UnsupportedPathError as error:
        yield not_run(query.path, str(error))
    except QuerySyntaxError as error:
        yield Fault(query.path, _NO_REFERENCE, rule, hint=str(error))


def reference(query: Query) -> Iterator[Fault]:
    """Fields that end with Path, and ItemsPath: a path to one node."""
    text = str(query.text)
    rule = "ASL-416" if query.kind == "items" else "ASL-603"
    if not text.startswith("$"):
        message = _NO_REFERENCE if query.kind == "items" else _NO_PATH
        yield Fault(query.path, message, rule, hint=_found(text))
    elif query.kind == "number" and text.startswith("$$"):
        yield Fault(query.path, _NO_REFERENCE, rule, hint="the Context Object has no such number")
    else:
        yield from _one_node(query, rule, _NO_REFERENCE)


def comparison(query: Query) -> Iterator[Fault]:
    """Variable, and the operators that end with Path: a path to one node."""
    text = str(query.text)
    if not text.startswith("$"):
        yield Fault(query.path, _NO_DOLLAR, "ASL-348", hint=_found(text))
    else:
        yield from _one_node(query, "ASL-348", _NO_REFERENCE)


def _one_node(query: Query, rule: str, message: str) -> Iterator[Fault]:
    found = list(syntax(query, str(query.text), rule, message))
    yield from found
    if not found and not _is_reference(read_path(str(query.text))):
        yield Fault(query.path, message, rule, hint=_ONE_NODE)


def _is_reference(read: PathText) -> bool:
    steps = (step for step in read.steps if isinstance(step, FromEnd))
    return read.is_definite and not read.merged and next(steps, None) is None


def syntax(query: Query, text: str, rule: str, message: str) -> Iterator[Fault]:
    """A path that can't be read, or that we do not run; then what it asks the context for.

    Args:
        query: Where it stands; a call has paths among its arguments.
        text: The path.
        rule: The rule that a malformed one breaks.
        message: AWS's sentence for that.
    """
    try:
        read = read_path(text)
        if not read.is_definite:
            compile_path(text)
    except UnsupportedPathError as error:
        yield not_run(query.path, str(error))
    except QuerySyntaxError as error:
        yield Fault(query.path, message, rule, hint=str(error), aws_path=query.owner)
    else:
        yield from context_members(query, read)


def too_deep(query: Query) -> Iterator[Fault]:
    """What is nested deeper than we look."""
    yield not_run(query.path, f"it is nested more than {MAX_NESTING} levels deep")


def context_members(query: Query, read: PathText) -> Iterator[Fault]:
    """The Context Object has the members that are asked for."""
    if read.root != "context":
        return
    known = _CONTEXT[""]
    for step in read.steps:
        if not isinstance(step, str):
            return
        if step not in known:
            message = f"the Context Object has no '{step}' here"
            yield Fault(query.path, message, "ASL-602", meant=(step, known))
            return
        if step not in _CONTEXT:
            return
        known = _CONTEXT[step]


def looks_like_path(text: str) -> bool:
    """Whether nobody would write this as a constant text."""
    return text.startswith(("$.", "$$.", "$[")) and read_path(text).is_definite


def _found(text: str) -> str:
    if text.startswith("States."):
        return "an intrinsic function can't stand here"
    return "a path starts with '$'"
