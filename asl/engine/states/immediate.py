"""What Pass, Choice and Succeed share: they are entered and left in one go, with nothing between.

Their two events are written together once it is clear that the state succeeds; if it fails, only
the first one is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from asl.engine.failure import StateError, data_limit_exceeded
from asl.engine.history import WIDTH
from asl.engine.states.dataflow import (
    exact_size,
    fail_for_good,
    set_variables,
    the_result,
)
from asl.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Callable

    from asl.engine.cursor import Cursor
    from asl.engine.program import Step
    from asl.engine.states.dataflow import Assigned, Shape, Source
    from asl.jsontypes import Json


#: How an immediate state is left (see `Output`), and the step that follows.
Departure: TypeAlias = "tuple[Json, int, Assigned | None, Step | None]"
Depart: TypeAlias = "Callable[[Cursor], Departure]"


def bind_departure(source: Source, shape: Shape, following: Step | None) -> Depart:
    """Leave with what the shape makes of the source, always to the same step."""

    def depart(cursor: Cursor) -> Departure:
        value, size, assigned = shape(cursor, *source(cursor))
        return value, size, assigned, following

    def depart_with_result(cursor: Cursor) -> Departure:
        value, size = source(cursor)
        return value, size, None, following

    return depart_with_result if shape is the_result else depart


def bind_immediate(
    step: Step,
    kind: Literal["Pass", "Choice", "Succeed"],
    depart: Depart,
) -> None:
    """Let a step enter and leave its state at once.

    Args:
        step: The step to complete.
        kind: The state's type, for its events.
        depart: Says how the state is left; raises `QueryError` when it fails.
    """
    name = step.name
    entered_kind, exited_kind = f"{kind}StateEntered", f"{kind}StateExited"

    def enter(cursor: Cursor) -> Step | None:
        execution, data, previous = cursor.execution, cursor.data, cursor.previous
        history, now = execution.history, execution.now
        entered = execution.before + len(history) // WIDTH + 1
        try:
            value, size, assigned, following = depart(cursor)
        except QueryError as failed:
            cursor.entered(execution.record(entered_kind, previous, name, data))
            return fail_for_good(cursor, cursor.evaluation_failed(failed))
        if size > execution.payload_limit:
            size = exact_size(value)
            if size > execution.payload_limit:
                return give_up(cursor, data_limit_exceeded(name))
        variables = None
        if assigned is not None:
            variables = assigned[0]
            error = set_variables(cursor, assigned)
            if error is not None:
                return give_up(cursor, error)
        history += (
            entered_kind, previous, now, name, data, None,
            exited_kind, entered, now, name, value, variables,
        )  # fmt: skip
        cursor.previous = entered + 1
        cursor.data = value
        cursor.size = size
        if following is None:
            execution.end_branch(cursor)
        return following

    def give_up(cursor: Cursor, error: StateError) -> Step | None:
        cursor.entered(cursor.execution.record(entered_kind, cursor.previous, name, cursor.data))
        return fail_for_good(cursor, error)

    step.enter = enter
