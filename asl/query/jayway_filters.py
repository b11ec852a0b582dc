"""The filters of indefinite paths, ``[?(...)]``, by the rules of Jayway JsonPath 2.0.0.

A filter is compiled to a predicate over an item (``@``) and the root of the data (``$``). Literals
are texts, quoted or not; the value that one meets decides how the two compare. Regular expressions
and functions are refused. The reasons for that version are in `asl.query.jayway`.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

from asl.query.text_order import compare_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from asl.jsontypes import Json
    from asl.query.path_text import UnsupportedPathError

Node: TypeAlias = Any  # of jsonpath_ng's tree: told apart by the names of their classes
Condition: TypeAlias = "Callable[[Json, Json], bool]"
_Operand: TypeAlias = "Callable[[Json, Json], Json]"
_Refuse: TypeAlias = "Callable[[str], UnsupportedPathError]"

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,9})?")


def compile_filter(expressions: Sequence[Node], refuse: _Refuse) -> Condition:
    """Compile a filter to ``condition(item, root)``.

    Args:
        expressions: What all must hold: the contents of jsonpath_ng's ``Filter``.
        refuse: Makes the error for a part that is not supported.

    Raises:
        UnsupportedPathError: The filter has such a part.
    """
    if len(expressions) == 1:
        return _condition(expressions[0], refuse)
    if any(type(expression).__name__ == "Or" for expression in expressions):
        # Jayway 2.0.0 drops such brackets, and then reads something else.
        raise refuse("a group in brackets with '||' inside of '&&'")
    conditions = [_condition(expression, refuse) for expression in expressions]
    return lambda item, root: all(condition(item, root) for condition in conditions)


def _condition(expression: Node, refuse: _Refuse) -> Condition:
    match type(expression).__name__:
        case "And":
            return compile_filter(expression.operands, refuse)
        case "Or":
            conditions = [_condition(operand, refuse) for operand in expression.operands]
            return lambda item, root: any(condition(item, root) for condition in conditions)
        case "Expression" if expression.op in (None, "!"):
            return _existence(expression, refuse)
        case "Expression" if expression.op in _HOLDS:
            return _comparison(expression, refuse)
        case _:
            raise refuse(f"the filter {expression}")


def _existence(expression: Node, refuse: _Refuse) -> Condition:
    find = _operand(expression.target, refuse)
    wanted = expression.op is None
    if str(expression.target).startswith("$"):  # which Jayway 2.0.0 looks for in the item
        raise refuse("a filter that asks whether '$...' is there")

    def exists(item: Json, root: Json) -> bool:
        try:
            return (find(item, root) is not None) is wanted
        except _NotThereError:
            return not wanted

    return exists


def _comparison(expression: Node, refuse: _Refuse) -> Condition:
    find = _operand(expression.target, refuse)
    expect = _operand(expression.value, refuse)
    ordered, holds = _HOLDS[expression.op]

    def compare(item: Json, root: Json) -> bool:
        try:
            actual, expected = find(item, root), expect(item, root)
        except _NotThereError:
            return False
        if ordered and (actual is None) is not (expected is None):
            return False
        order = _compare(actual, expected)
        return order is not None and holds(order)

    return compare


#: Comparison signs: whether null is in no order with anything else, and what the order must be.
_HOLDS: Mapping[str, tuple[bool, Callable[[int], bool]]] = {
    "==": (False, lambda order: order == 0),
    "!=": (False, lambda order: order != 0),
    "<": (True, lambda order: order < 0),
    "<=": (True, lambda order: order <= 0),
    ">": (True, lambda order: order > 0),
    ">=": (True, lambda order: order >= 0),
}


class _NotThereError(Exception):
    """A path in a filter finds nothing."""


def _operand(node: Node, refuse: _Refuse) -> _Operand:
    """A literal, which is always a text here, or a definite path from `@` or `$`."""
    if type(node) is str:
        return lambda _item, _root: node
    steps: list[str | int] = []
    while type(node).__name__ == "Child":
        steps.insert(0, _single(node.right, refuse))
        node = node.left
    if type(node).__name__ not in ("This", "Root"):
        raise refuse(f"{node} in a filter")
    from_root = type(node).__name__ == "Root"

    def find(item: Json, root: Json) -> Json:
        value = root if from_root else item
        for step in steps:
            if type(step) is str and type(value) is dict:
                if step not in value:
                    raise _NotThereError
                value = value[step]
            elif type(step) is int and type(value) is list and step < len(value):
                value = value[step]
            else:
                raise _NotThereError
        return value

    return find


def _single(step: Node, refuse: _Refuse) -> str | int:
    match type(step).__name__:
        case "Fields" if len(step.fields) == 1:
            name: str = step.fields[0]
            return name
        case "Index" if len(step.indices) == 1:
            index: int = step.indices[0]
            return index
        case _:
            raise refuse(f"{step} in a filter")


def _compare(actual: Json, expected: Json) -> int | None:
    """The order of two values in a filter, None if they are in none.

    The text "null" counts as null, and a text is read as a number or boolean if that is what it is
    compared with (``Criteria.safeCompare`` of Jayway 2.0.0).
    """
    if _is_null(expected) or _is_null(actual):
        return _is_null(expected) - _is_null(actual)
    if type(actual) is str and type(expected) is str:
        return compare_text(actual, expected)
    if type(actual) is bool and type(expected) in (str, bool):
        return actual - (str(expected).lower() == "true")
    if type(actual) in (int, float) and type(expected) in (str, int, float):
        left, right = _decimal(actual), _decimal(expected)
        # A text that is no number fails in Jayway; what AWS makes of it is not recorded.
        return None if left is None or right is None else (left > right) - (left < right)
    return None


def _is_null(value: Json) -> bool:
    return value is None or value == "null"


def _decimal(value: Json) -> Decimal | None:
    if type(value) is int:
        return Decimal(value)
    text = str(value)
    return Decimal(text) if _NUMBER.fullmatch(text) else None
