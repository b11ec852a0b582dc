"""A JSON value with expressions in it: Output, Arguments, Assign, ItemSelector, Items.

Source: AWS guide, "Transforming data with JSONata in Step Functions".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from asl.errors import QuerySyntaxError
from asl.jsontypes import escape_pointer, size_bytes
from asl.query.environment import Compiled, constant, total
from asl.query.jsonata.expression import compile_expression
from asl.query.jsonata.syntax import is_expression

if TYPE_CHECKING:
    from asl.jsontypes import Json
    from asl.query.environment import Environment

#: Closures call each other as deep as a value is nested: far less than Python allows.
_MAX_DEPTH: Final = 100


class ValueSyntaxError(QuerySyntaxError):
    """An expression somewhere in a value can't be compiled.

    ``pointer`` is the JSON pointer inside of the value. The exception that it is chained to is an
    `UnsupportedExpressionError` if the expression is not known to be wrong.
    """

    def __init__(self, message: str, text: str, pointer: str) -> None:
        self.pointer = pointer
        super().__init__(message, text)


def compile_value(value: Json, field: str) -> Compiled:
    """Compile a value: texts ``{% ... %}`` are expressions, everything else stands for itself.

    Args:
        value: Any JSON; it is not copied, so it must not change any more.
        field: The field as AWS names it in causes and events; what stands inside is named behind
            it, as ``Output/total`` and ``Output[0]``.

    Raises:
        ValueSyntaxError: An expression is malformed or not run here, or values are nested too deep.
    """
    compiled = _compile(value, field, "", 0)
    if compiled is None:
        return constant(value)
    return compiled


def _compile(node: Json, field: str, pointer: str, depth: int) -> Compiled | None:
    """What a part of the value gives, None if it computes nothing."""
    if depth > _MAX_DEPTH:
        message = f"a value may be nested {_MAX_DEPTH} levels deep, this one is deeper"
        raise ValueSyntaxError(message, "", pointer)
    if isinstance(node, str):
        return _expression(node, field, pointer)
    parts: list[tuple[str | int, Compiled]] = []
    if isinstance(node, dict):
        for name, member in node.items():
            inner = f"{pointer}/{escape_pointer(name)}"
            if compiled := _compile(member, f"{field}/{name}", inner, depth + 1):
                parts.append((name, compiled))
    elif isinstance(node, list):
        for index, item in enumerate(node):
            inner = f"{pointer}/{index}"
            if compiled := _compile(item, f"{field}[{index}]", inner, depth + 1):
                parts.append((index, compiled))
    return _filled(node, parts) if parts else None


def _expression(text: str, field: str, pointer: str) -> Compiled | None:
    if not is_expression(text):
        return None
    try:
        return compile_expression(text, field)
    except QuerySyntaxError as error:
        raise ValueSyntaxError(str(error), text, pointer) from error


def _filled(frame: Json, parts: list[tuple[str | int, Compiled]]) -> Compiled:
    """A copy of an object or array with the parts filled in, at their names or indices."""
    fills = tuple((key, part.evaluate) for key, part in parts)

    def fill(states: Json, environment: Environment) -> Json:
        filled: Any = cast("Any", frame).copy()
        for key, evaluate in fills:
            filled[key] = evaluate(states, environment)
        result: Json = filled
        return result

    # A part takes the place of its text in the frame, so counting both is enough.
    return Compiled(fill, total((part.bound for _, part in parts), more=size_bytes(frame)))
