"""Any expression of JSONata: read, checked as AWS checks it, compiled, and evaluated within bounds.

It is imported when the first expression turns up. What comes in is never changed, and what goes out
is JSON: plain types, finite numbers, no functions. Parts of the data go out as they are, without a
copy.

Source: JSONata 2.0.6; AWS guide, "Transforming data with JSONata in Step Functions".
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from asl.jsontypes import MAX_DEPTH
from asl.query.jsonata.calls import Frame
from asl.query.jsonata.evaluator import compile_node
from asl.query.jsonata.faults import FaultError, NotJsonResultError
from asl.query.jsonata.functions import BUILTINS
from asl.query.jsonata.guard import DEFAULT_LIMITS, Limits, Run, deep_stack
from asl.query.jsonata.kinds import UNDEFINED, Function, Sequence, Value
from asl.query.jsonata.reading import read
from asl.query.jsonata.references import check_references, needs_context
from asl.query.jsonata.syntax import UnsupportedExpressionError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from asl.jsontypes import Json
    from asl.query.environment import Environment
    from asl.query.jsonata.reading import Node


def compile_general(text: str) -> Callable[[Mapping[str, Json], Environment], Value]:
    """Compile the inside of an expression.

    Returns:
        ``evaluate(states, environment)``, which gives JSON or ``UNDEFINED``. It raises
        `FaultError`, `NotJsonResultError`, and `UnsupportedFeature` where AWS's result is
        not known.

    Raises:
        QuerySyntaxError: Malformed, or what AWS does not take.
        UnsupportedExpressionError: Its subclass, for what we do not run.
    """
    with bounded_depth(text):
        tree = read(text)
        check_references(tree, text)
        asks_for_context = needs_context(tree)
        evaluate = compile_node(tree)

    def run(states: Mapping[str, Json], environment: Environment) -> Value:
        known: dict[str, Value] = {"states": states}
        if asks_for_context:
            known["states"] = {**states, "context": environment.context()}
        run = Run(environment)
        variables: Any = environment.variables
        globals_frame = Frame(variables, Frame(BUILTINS, None, run), run)
        return _evaluated(lambda: evaluate(UNDEFINED, Frame(known, globals_frame, run)), run)

    return run


def read_general(text: str) -> Node:
    """The tree of an expression that compiles; its references are not checked.

    Raises:
        QuerySyntaxError, UnsupportedExpressionError: As for `compile_general`.
    """
    with bounded_depth(text):
        tree = read(text)
        compile_node(tree)
    return tree


def evaluate_document(
    text: str,
    document: Value,
    bindings: Mapping[str, Json],
    environment: Environment,
    *,
    limits: Limits = DEFAULT_LIMITS,
) -> Value:
    """Evaluate an expression as JSONata itself does: with a document that it is about.

    Step Functions has no such document; this is for tests that hold us against JSONata's own.

    Args:
        text: The expression, without braces.
        document: The context, and what ``$$`` is; ``UNDEFINED`` for none.
        bindings: The values of variables.
        environment: For time and chance.
        limits: How much the evaluation may do.

    Raises:
        QuerySyntaxError, FaultError, NotJsonResultError: As for any expression.
    """
    with bounded_depth(text):
        evaluate = compile_node(read(text))
    run = Run(environment, limits)
    context = document
    if isinstance(document, list):
        context = Sequence([document])
        context.is_root = True
    frame = Frame({**bindings, "$": document}, Frame(BUILTINS, None, run), run)
    return _evaluated(lambda: evaluate(context, frame), run)


@contextmanager
def bounded_depth(text: str) -> Iterator[None]:
    """While a text is read, looked through or compiled: it may be as deep as evaluations may be.

    Raises:
        UnsupportedExpressionError: It is deeper.
    """
    try:
        with deep_stack():
            yield
    except RecursionError as error:
        raise UnsupportedExpressionError("it is nested too deep", text) from error


def _evaluated(evaluate: Callable[[], Value], run: Run) -> Value:
    try:
        with deep_stack():
            return _plain(evaluate(), run, 0)
    except RecursionError:
        raise FaultError("D1011") from None


def _plain(value: Value, run: Run, depth: int) -> Value:
    """The value as JSON; parts that are JSON already are not copied."""
    kind = type(value)
    if kind is str or value is None or kind is bool or kind is int:
        return value
    if kind is float:
        if value - value != 0:
            raise FaultError("D1001", value=None)
        return value
    if depth >= MAX_DEPTH and isinstance(value, list | dict):
        raise FaultError("D1013", value=MAX_DEPTH)
    if isinstance(value, list):
        run.charge(len(value))
        items = [None if item is UNDEFINED else _plain(item, run, depth + 1) for item in value]
        if kind is list and all(map(_is, items, value)):
            return value
        return items
    if isinstance(value, dict):
        run.charge(len(value))
        members = {name: _plain(item, run, depth + 1) for name, item in value.items()}
        if all(map(_is, members.values(), value.values())):
            return value
        return {name: item for name, item in members.items() if item is not UNDEFINED}
    if isinstance(value, Function):
        raise NotJsonResultError
    return value


def _is(one: object, other: object) -> bool:
    return one is other
