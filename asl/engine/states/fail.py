"""Fail: ends its scope with an error.

Source: ASL specification, "Fail State". Left out fields stay left out (recorded).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl.engine.failure import StateError, evaluation_error
from asl.errors import QueryError

if TYPE_CHECKING:
    from asl.engine.cursor import Cursor
    from asl.engine.program import ProgramScope, Step
    from asl.language.model import FailState
    from asl.query.environment import Compiled


def bind(state: FailState, step: Step, _scope: ProgramScope) -> None:
    """Make a Fail state ready to run."""
    name = state.name

    def enter(cursor: Cursor) -> None:
        execution = cursor.execution
        entered = execution.record("FailStateEntered", cursor.previous, name, cursor.data)
        cursor.previous = entered
        try:
            error = StateError(
                _text(state.error, "ErrorPath", cursor), _text(state.cause, "CausePath", cursor)
            )
        except QueryError as failed:
            error = evaluation_error(name, entered, failed)
        execution.fail(cursor, error)

    step.enter = enter


def _text(field: Compiled | None, path_field: str, cursor: Cursor) -> str | None:
    if field is None:
        return None
    value = field.evaluate(cursor.data, cursor)
    if not isinstance(value, str):
        # AWS's own words for this are not known; that it must be text is documented.
        raise QueryError(f"The {path_field} field must refer to a string")
    return value
