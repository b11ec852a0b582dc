"""How data flows through a state, whatever its query language: values, their sizes, variables.

Sizes travel beside values as upper bounds; the exact size is counted only when a bound passes the
payload limit. What becomes of input and result is the matter of `jsonpath_flow` and `jsonata_flow`.

Source: ASL specification, "Input and output processing"; AWS guide, "Passing data between states
with variables" (all expressions of a state see the variables as they were on entry).
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TypeAlias, cast

from asl.engine.failure import (
    StateError,
    data_limit_exceeded,
)
from asl.engine.history import WIDTH
from asl.errors import QueryError
from asl.jsontypes import is_too_deep, size_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

    from asl.engine.cursor import Cursor
    from asl.engine.program import Step
    from asl.jsontypes import Json
    from asl.query.environment import Compiled


#: New variables by name, and a bound of their size.
Assigned: TypeAlias = "tuple[dict[str, Json], int]"
#: What a state leaves with: its output, a bound of its size, its new variables. A plain tuple: one
#: is made for every state that is left.
Output: TypeAlias = "tuple[Json, int, Assigned | None]"
#: What a state works on, and a bound of its size.
Source: TypeAlias = "Callable[[Cursor], tuple[Json, int]]"
#: From a result (or effective input) and its size to the state's output.
Shape: TypeAlias = "Callable[[Cursor, Json, int], Output]"
#: What to do when a state fails: the step to go on with, or None.
Fail: TypeAlias = "Callable[[Cursor, StateError], Step | None]"


def apply(compiled: Compiled, cursor: Cursor, data: Json, size: int) -> tuple[Json, int]:
    """What a query gives on data of the given size, and a bound of its size."""
    evaluate, (fixed, of_data, of_unseen) = compiled
    return evaluate(data, cursor), fixed + of_data * size + of_unseen * cursor.unseen_size


def exact_size(value: Json) -> int:
    """The JSON size of a value whose bound has passed a limit; past any limit if nested too deep.

    A loop can wrap its data in one more object each time. Every level that a state may add counts
    `NESTING_BYTES` in the bounds, so this is asked long before the depth could hurt.
    """
    return sys.maxsize if is_too_deep(value) else size_bytes(value)


def bind_source(input_path: Compiled | None, query: Compiled | None = None) -> Source:
    """What a state works on: its input by InputPath, and what Parameters or a Result make of it."""
    if input_path is None and query is None:
        return lambda cursor: (cursor.data, cursor.size)
    if input_path is not None and query is not None:
        return _bind_both(input_path, query)
    evaluate, (fixed, of_data, of_unseen) = cast("Compiled", input_path or query)

    def source(cursor: Cursor) -> tuple[Json, int]:
        size = fixed + of_data * cursor.size + of_unseen * cursor.unseen_size
        return evaluate(cursor.data, cursor), size

    return source


def _bind_both(input_path: Compiled, query: Compiled) -> Source:
    view = bind_source(input_path)
    return lambda cursor: apply(query, cursor, *view(cursor))


def assignments(assign: Compiled, cursor: Cursor, data: Json, size: int) -> Assigned:
    """The new variables: Assign is an object (the schema's rule)."""
    variables, variables_size = apply(assign, cursor, data, size)
    return cast("dict[str, Json]", variables), variables_size


def set_variables(cursor: Cursor, assigned: Assigned) -> StateError | None:
    """Assign variables in the cursor's scope; the failure where they are too large."""
    execution = cursor.execution
    new, size = assigned
    if size > execution.assign_limit:
        size = exact_size(new)
        if size > execution.assign_limit:
            return data_limit_exceeded(cursor.step.name)
    variables = {**cursor.variables, **new}
    unseen_size = cursor.unseen_size + size
    if unseen_size > execution.variables_limit:
        exact = exact_size(variables)
        if exact > execution.variables_limit:
            return data_limit_exceeded(cursor.step.name)
        unseen_size = exact + execution.context_size
    cursor.variables, cursor.unseen_size = variables, unseen_size
    return None


def the_result(_cursor: Cursor, result: Json, size: int) -> Output:
    """The shape of a state whose output is its result as it is."""
    return result, size, None


def fail_for_good(cursor: Cursor, error: StateError) -> Step | None:
    """The failure of a state that has neither Retry nor Catch: nothing follows."""
    cursor.execution.fail(cursor, error)
    return None


def bind_leave(
    step: Step, kind: str, shape: Shape, following: Step | None, fail: Fail
) -> Callable[[Cursor, Json, int], Step | None]:
    """Leave a state that has been entered before: make its output, write its Exited event.

    Args:
        step: The state's.
        kind: Its type, for the event.
        shape: Makes the output.
        following: The step to go on with; None where the scope ends.
        fail: Takes over when the output can't be made, or is too large.
    """
    name, exited_kind = step.name, f"{kind}StateExited"
    has_shape = shape is not the_result

    def leave(cursor: Cursor, result: Json, size: int) -> Step | None:
        execution, value, assigned = cursor.execution, result, None
        if has_shape:
            try:
                value, size, assigned = shape(cursor, result, size)
            except QueryError as failed:
                return fail(cursor, cursor.evaluation_failed(failed))
        if size > execution.payload_limit:
            size = exact_size(value)
            if size > execution.payload_limit:
                return fail(cursor, data_limit_exceeded(name))
        if assigned is not None:
            error = set_variables(cursor, assigned)
            if error is not None:
                return fail(cursor, error)
        history = execution.history
        history += (
            exited_kind, cursor.previous, execution.now, name, value, assigned and assigned[0],
        )  # fmt: skip
        cursor.previous = execution.before + len(history) // WIDTH
        cursor.data = value
        cursor.size = size
        cursor.broken = None
        if following is None:
            execution.end_branch(cursor)
        return following

    return leave
