"""Fail: ends its scope with an error.

Source: ASL specification, "Fail State". Left out fields stay left out (recorded).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl.engine.failure import StateError
from asl.engine.states.dataflow import bind_source
from asl.errors import QueryError

if TYPE_CHECKING:
    from asl.engine.cursor import Cursor
    from asl.engine.program import ProgramScope, Step
    from asl.language.model import FailState


def bind(state: FailState, step: Step, _scope: ProgramScope) -> None:
    """Make a Fail state ready to run."""
    name, error, cause = state.name, state.error, state.cause
    source = bind_source(state.input_path)

    def enter(cursor: Cursor) -> None:
        execution = cursor.execution
        cursor.entered(execution.record("FailStateEntered", cursor.previous, name, cursor.data))
        try:
            data, _size = source(cursor)
            failure = StateError(
                None if error is None else error(data, cursor),
                None if cause is None else cause(data, cursor),
            )
            execution.history[-1] = [failure.name, failure.cause]
        except QueryError as failed:
            failure = cursor.evaluation_failed(failed)
        execution.fail(cursor, failure)

    step.enter = enter
