"""How data flows through a state: from its input to what it works on, from result to output.

Bound once for a state: only what the state asks for is done. Sizes travel beside values as upper
bounds; the exact size is counted only when a bound passes the payload limit.

Source: ASL specification, "Input and output processing"; AWS guide, "Passing data between states
with variables" (all expressions of a state see the variables as they were on entry).
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TypeAlias, cast

from asl.engine.failure import (
    ResultPathError,
    StateError,
    data_limit_exceeded,
    evaluation_error,
)
from asl.errors import JSONPathError, QueryError
from asl.jsontypes import is_too_deep, size_bytes
from asl.query.environment import NESTING_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable

    from asl.engine.cursor import Cursor
    from asl.engine.program import Step
    from asl.jsontypes import Json
    from asl.query.environment import Compiled
    from asl.query.paths import ReferencePath


#: What a state leaves with: its output and a bound of its size, its new variables and a bound of
#: theirs. A plain tuple: one is made for every state that is left.
Output: TypeAlias = "tuple[Json, int, dict[str, Json] | None, int]"
#: From a result (or effective input) and its size to the state's output.
Shape: TypeAlias = "Callable[[Cursor, Json, int], Output]"
#: What to do when a state fails: the step to go on with, or None.
Fail: TypeAlias = "Callable[[Cursor, StateError], Step | None]"


def apply(compiled: Compiled, cursor: Cursor, data: Json, size: int) -> tuple[Json, int]:
    """What a query gives on data of the given size, and a bound of its size."""
    evaluate, fixed_bytes, factor = compiled
    return evaluate(data, cursor), fixed_bytes + factor * (size + cursor.unseen_size)


def exact_size(value: Json) -> int:
    """The JSON size of a value whose bound has passed a limit; past any limit if nested too deep.

    A loop can wrap its data in one more object each time. Every level that a state may add counts
    `NESTING_BYTES` in the bounds, so this is asked long before the depth could hurt.
    """
    return sys.maxsize if is_too_deep(value) else size_bytes(value)


def effective_input(input_path: Compiled | None, cursor: Cursor) -> tuple[Json, int]:
    """What InputPath makes of the state's input."""
    if input_path is None:
        return cursor.data, cursor.size
    return apply(input_path, cursor, cursor.data, cursor.size)


def bind_shape(
    *,
    selector: Compiled | None = None,
    assign: Compiled | None,
    result_path: ReferencePath | None,
    output_path: Compiled | None = None,
    nests: bool = False,
) -> Shape:
    """The output of a state with a result: ResultSelector, Assign, ResultPath, OutputPath.

    ``nests`` says that the result may hold the state's input, so that placing it adds levels.
    """
    place = _bind_place(result_path, nests=nests)
    if selector is None and assign is None and output_path is None:
        return place

    def shape(cursor: Cursor, result: Json, size: int) -> Output:
        if selector is not None:
            result, size = apply(selector, cursor, result, size)
        assigned, assigned_size = None, 0
        if assign is not None:
            assigned, assigned_size = _assignments(assign, cursor, result, size)
        value, size, _, _ = place(cursor, result, size)
        if output_path is not None:
            value, size = apply(output_path, cursor, value, size)
        return value, size, assigned, assigned_size

    return shape


def bind_passage(output_path: Compiled | None, assign: Compiled | None) -> Shape:
    """The output of a state without a result, from its effective input: Assign, OutputPath."""
    if assign is None and output_path is None:
        return _replace_input

    def passage(cursor: Cursor, value: Json, size: int) -> Output:
        assigned, assigned_size = None, 0
        if assign is not None:
            assigned, assigned_size = _assignments(assign, cursor, value, size)
        if output_path is not None:
            value, size = apply(output_path, cursor, value, size)
        return value, size, assigned, assigned_size

    return passage


def _assignments(
    assign: Compiled, cursor: Cursor, data: Json, size: int
) -> tuple[dict[str, Json], int]:
    """The new variables, by name: Assign is an object (the schema's rule)."""
    assigned, assigned_size = apply(assign, cursor, data, size)
    return cast("dict[str, Json]", assigned), assigned_size


def _bind_place(path: ReferencePath | None, *, nests: bool) -> Shape:
    """What ResultPath makes of the state's input and its result."""
    if path is None:
        return _keep_input
    if not path.steps:
        return _replace_input
    level_size = NESTING_BYTES if nests else 8
    put, spine_size = path.put, size_bytes(path.text) + level_size * len(path.steps)

    def put_into_input(cursor: Cursor, result: Json, size: int) -> Output:
        try:
            return put(cursor.data, result), cursor.size + size + spine_size, None, 0
        except JSONPathError as error:
            raise ResultPathError(str(error)) from error

    return put_into_input


def _keep_input(cursor: Cursor, _result: Json, _size: int) -> Output:
    return cursor.data, cursor.size, None, 0


def _replace_input(_cursor: Cursor, result: Json, size: int) -> Output:
    return result, size, None, 0


def set_variables(cursor: Cursor, assigned: dict[str, Json], size: int) -> StateError | None:
    """Assign variables in the cursor's scope; the failure where they are too large."""
    cursor.variables = {**cursor.variables, **assigned}
    cursor.unseen_size += size
    execution = cursor.execution
    if cursor.unseen_size > execution.variables_limit:
        exact = exact_size(cursor.variables)
        if exact > execution.variables_limit:
            return data_limit_exceeded(cursor.step.name)
        cursor.unseen_size = exact + execution.context_size
    return None


def fail_for_good(cursor: Cursor, error: StateError) -> None:
    """The failure of a state that has neither Retry nor Catch."""
    cursor.execution.fail(cursor, error)


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

    def leave(cursor: Cursor, result: Json, size: int) -> Step | None:
        execution = cursor.execution
        try:
            value, size, assigned, assigned_size = shape(cursor, result, size)
        except QueryError as failed:
            return fail(cursor, evaluation_error(name, cursor.entered_id, failed))
        if size > execution.payload_limit:
            size = exact_size(value)
            if size > execution.payload_limit:
                return fail(cursor, data_limit_exceeded(name))
        if assigned:
            error = set_variables(cursor, assigned, assigned_size)
            if error is not None:
                return fail(cursor, error)
        cursor.previous = execution.record(exited_kind, cursor.previous, name, value, assigned)
        cursor.data = value
        cursor.size = size
        if following is None:
            execution.end_branch(cursor)
        return following

    return leave
