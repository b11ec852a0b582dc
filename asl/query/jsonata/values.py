"""A JSON value with expressions in it: Output, Arguments, Assign, ItemSelector, Items.

Source: AWS guide, "Transforming data with JSONata in Step Functions".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from asl.errors import QuerySyntaxError
from asl.jsontypes import escape_pointer, size_bytes
from asl.query.environment import Compiled
from asl.query.jsonata.expression import UNBOUNDED, compile_expression
from asl.query.jsonata.syntax import is_expression

if TYPE_CHECKING:
    from asl.jsontypes import Json
    from asl.query.environment import Environment, Query

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
    query = _compile(value, field, "", 0)
    if query is None:
        return Compiled(lambda _states, _environment: value, size_bytes(value), 0)
    return Compiled(query, UNBOUNDED, 0)


def _compile(node: Json, field: str, pointer: str, depth: int) -> Query | None:
    """What a part of the value gives, None if it computes nothing."""
    if depth > _MAX_DEPTH:
        message = f"a value may be nested {_MAX_DEPTH} levels deep, this one is deeper"
        raise ValueSyntaxError(message, "", pointer)
    if isinstance(node, str):
        return _expression(node, field, pointer)
    if isinstance(node, dict):
        members = {
            name: query
            for name, member in node.items()
            if (
                query := _compile(
                    member, f"{field}/{name}", f"{pointer}/{escape_pointer(name)}", depth + 1
                )
            )
        }
        return _filled_object(node, members) if members else None
    if isinstance(node, list):
        items = {
            index: query
            for index, item in enumerate(node)
            if (query := _compile(item, f"{field}[{index}]", f"{pointer}/{index}", depth + 1))
        }
        return _filled_array(node, items) if items else None
    return None


def _expression(text: str, field: str, pointer: str) -> Query | None:
    if not is_expression(text):
        return None
    try:
        return compile_expression(text, field).evaluate
    except QuerySyntaxError as error:
        raise ValueSyntaxError(str(error), text, pointer) from error


def _filled_object(frame: dict[str, Json], members: dict[str, Query]) -> Query:
    def query(states: Json, environment: Environment) -> Json:
        filled = frame.copy()
        for name, member in members.items():
            filled[name] = member(states, environment)
        return filled

    return query


def _filled_array(frame: list[Json], items: dict[int, Query]) -> Query:
    def query(states: Json, environment: Environment) -> Json:
        filled = frame.copy()
        for index, item in items.items():
            filled[index] = item(states, environment)
        return filled

    return query
