"""Pass: makes a result of data alone.

Source: ASL specification, "Pass State".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl.engine.states.dataflow import apply, bind_shape, effective_input
from asl.engine.states.immediate import Departure, bind_immediate

if TYPE_CHECKING:
    from asl.engine.cursor import Cursor
    from asl.engine.program import ProgramScope, Step
    from asl.language.model import PassState


def bind(state: PassState, step: Step, scope: ProgramScope) -> None:
    """Make a Pass state ready to run."""
    following, input_path, result = scope.after(state.next), state.input_path, state.result
    shape = bind_shape(
        assign=state.assign,
        result_path=state.result_path,
        output_path=state.output_path,
        nests=result is None or result.factor > 0,
    )

    def depart(cursor: Cursor) -> Departure:
        value, size = effective_input(input_path, cursor)
        if result is not None:
            value, size = apply(result, cursor, value, size)
        return shape(cursor, value, size), following

    bind_immediate(step, "Pass", depart)
