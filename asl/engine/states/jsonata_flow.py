"""From input and result to output in a JSONata state: Assign and Output, each applied to `$states`.

Source: AWS guide, "Transforming data with JSONata in Step Functions".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias, cast

from asl.engine.states.dataflow import apply, assignments, the_result

if TYPE_CHECKING:
    from asl.engine.cursor import Cursor
    from asl.engine.states.dataflow import Output, Shape
    from asl.jsontypes import Json
    from asl.query.environment import Compiled

#: What `$states` has beside the input: a result, or what a catcher caught.
Beside: TypeAlias = Literal["result", "errorOutput"]


def bind_shape(assign: Compiled | None, output: Compiled | None, beside: Beside) -> Shape:
    """The output of a state from its result, or from what was caught: that itself by default."""
    if assign is None and output is None:
        return the_result

    def shape(cursor: Cursor, result: Json, size: int) -> Output:
        states: Json = {"input": cursor.data, beside: result}
        return _leave(cursor, states, size + cursor.size, (result, size), assign, output)

    return shape


def bind_passage(assign: Compiled | None, output: Compiled | None) -> Shape:
    """The output of a state without a result, from its `$states`: the input by default."""

    def passage(cursor: Cursor, states: Json, size: int) -> Output:
        default = cast("dict[str, Json]", states)["input"]
        return _leave(cursor, states, size, (default, size), assign, output)

    return passage


def _leave(
    cursor: Cursor,
    states: Json,
    size: int,
    default: tuple[Json, int],
    assign: Compiled | None,
    output: Compiled | None,
) -> Output:
    assigned = None if assign is None else assignments(assign, cursor, states, size)
    value, value_size = default if output is None else apply(output, cursor, states, size)
    return value, value_size, assigned
