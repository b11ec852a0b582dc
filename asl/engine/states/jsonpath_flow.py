"""From input and result to output in a JSONPath state.

Bound once for a state: only what the state asks for is done.

Source: ASL specification, "Input and output processing"; AWS guide, "Passing data between states
with variables" (all expressions of a state see the variables as they were on entry).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl.engine.failure import ResultPathError
from asl.engine.states.dataflow import apply, assignments, the_result
from asl.errors import JSONPathError
from asl.jsontypes import size_bytes
from asl.query.environment import NESTING_BYTES

if TYPE_CHECKING:
    from asl.engine.cursor import Cursor
    from asl.engine.states.dataflow import Output, Shape
    from asl.jsontypes import Json
    from asl.query.environment import Compiled
    from asl.query.paths import ReferencePath


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
        assigned = None if assign is None else assignments(assign, cursor, result, size)
        value, size, _ = place(cursor, result, size)
        if output_path is not None:
            value, size = apply(output_path, cursor, value, size)
        return value, size, assigned

    return shape


def bind_passage(output_path: Compiled | None, assign: Compiled | None) -> Shape:
    """The output of a state without a result, from its effective input: Assign, OutputPath."""
    if assign is None and output_path is None:
        return the_result

    def passage(cursor: Cursor, value: Json, size: int) -> Output:
        assigned = None if assign is None else assignments(assign, cursor, value, size)
        if output_path is not None:
            value, size = apply(output_path, cursor, value, size)
        return value, size, assigned

    return passage


def _bind_place(path: ReferencePath | None, *, nests: bool) -> Shape:
    """What ResultPath makes of the state's input and its result."""
    if path is None:
        return _keep_input
    if not path.steps:
        return the_result
    level_size = NESTING_BYTES if nests else 8
    put, spine_size = path.put, size_bytes(path.text) + level_size * len(path.steps)

    def put_into_input(cursor: Cursor, result: Json, size: int) -> Output:
        try:
            return put(cursor.data, result), cursor.size + size + spine_size, None
        except JSONPathError as error:
            raise ResultPathError(str(error)) from error

    return put_into_input


def _keep_input(cursor: Cursor, _result: Json, _size: int) -> Output:
    return cursor.data, cursor.size, None
