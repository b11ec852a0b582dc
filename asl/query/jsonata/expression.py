"""One expression of a field: compiled, and its failures told in AWS's words.

A simple expression is compiled by `asl.query.jsonata.simple`; only for others the way through
JSONata's parser is imported.

Source: AWS guide, "Handling JSONata errors in Step Functions"; recordings of AWS for the texts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, cast

from asl.errors import JSONataError, UnsupportedFeature, quote
from asl.query.environment import Bound, Compiled
from asl.query.javalike import to_text
from asl.query.jsonata.faults import FaultError, NotJsonResultError
from asl.query.jsonata.kinds import UNDEFINED, Function, Value
from asl.query.jsonata.simple import compile_simple, shortcut
from asl.query.jsonata.simple_text import read_simple
from asl.query.jsonata.syntax import expression_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from asl.jsontypes import Json
    from asl.query.environment import Environment, Query

#: What a field may ask of its expression.
Expected: TypeAlias = Literal["array", "boolean", "number", "object", "string"]

#: No bound on what comes out is known: the engine has to measure it.
UNBOUNDED: Final = 1 << 62

_NAMES: Final = {
    dict: "object",
    list: "array",
    str: "string",
    bool: "boolean",
    int: "number",
    float: "number",
    type(None): "null",
}


def compile_expression(text: str, field: str, *, expects: Expected | None = None) -> Compiled:
    """Compile ``{% ... %}``.

    Args:
        text: The text with its braces.
        field: The field as AWS names it in causes and events, such as ``Output/total``.
        expects: The type that the field needs; any JSON if None.

    Returns:
        A query of ``$states`` without its context. It raises `JSONataError` with AWS's sentence
        where the expression fails, gives nothing, or gives another type, and `UnsupportedFeature`
        where AWS's result is not known.

    Raises:
        QuerySyntaxError: Malformed, or what AWS does not take.
        UnsupportedExpressionError: Its subclass, for what we do not run.
    """
    inner = expression_of(text)
    tree = read_simple(inner)
    if tree is None:
        from asl.query.jsonata.general import compile_general  # noqa: PLC0415 - 40 ms, not for all

        return Compiled(_checked(compile_general(inner), inner, field, expects), Bound(UNBOUNDED))
    find, bound = compile_simple(tree)
    checked = _checked(find, inner, field, expects)
    return Compiled(shortcut(tree, checked, expects), bound)


def _checked(
    evaluate: Callable[[Any, Environment], Value], text: str, field: str, expects: Expected | None
) -> Query:
    """A query that gives what the field needs, or tells in AWS's words why not."""
    subject = f"The JSONata expression '{text}' specified for the field '{field}'"

    def query(states: Json, environment: Environment) -> Json:
        try:
            value = evaluate(states, environment)
        except FaultError as fault:
            message = f"{subject} threw an error during evaluation. {fault.code}: {fault.text()}"
            raise JSONataError(message, field, fault.code) from None
        except NotJsonResultError:
            raise JSONataError(f"{subject} returned an unsupported result type.", field) from None
        except UnsupportedFeature as error:
            hint = f"in the JSONata expression {quote(text)}"
            raise UnsupportedFeature(error.feature, f"/{field}", hint) from error
        if value is UNDEFINED:
            raise JSONataError(f"{subject} returned nothing (undefined).", field)
        if isinstance(value, Function):
            raise JSONataError(f"{subject} returned an unsupported result type.", field)
        if expects is not None and _NAMES[type(value)] != expects:
            message = (
                f"{subject} returned an unexpected result type. Expected '{expects}', but was "
                f"'{_NAMES[type(value)]}' for value: {to_text(value)}"
            )
            raise JSONataError(message, field)
        return cast("Json", value)

    return query
