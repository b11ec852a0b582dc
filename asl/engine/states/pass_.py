"""Pass: makes a result of data alone.

Source: ASL specification, "Pass State".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl.engine.states.dataflow import apply, effective_input
from asl.engine.states.flow import bind_passage, bind_result
from asl.engine.states.immediate import Departure, bind_immediate

if TYPE_CHECKING:
    from asl.engine.cursor import Cursor
    from asl.engine.program import ProgramScope, Step
    from asl.language.model import PassState


def bind(state: PassState, step: Step, scope: ProgramScope) -> None:
    """Make a Pass state ready to run."""
    following, input_path, result = scope.after(state.next), state.input_path, state.result
    if state.query_language == "JSONata":
        shape = bind_passage(state)
    else:
        shape = bind_result(state, nests=result is None or not result.bound.is_constant)

    def depart(cursor: Cursor) -> Departure:
        value, size = effective_input(input_path, cursor)
        if result is not None:
            value, size = apply(result, cursor, value, size)
        return shape(cursor, value, size), following

    bind_immediate(step, "Pass", depart)
