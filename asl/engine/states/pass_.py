"""Pass: makes a result of data alone.

Source: ASL specification, "Pass State".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl.engine.states.dataflow import bind_source
from asl.engine.states.flow import bind_passage, bind_result
from asl.engine.states.immediate import bind_departure, bind_immediate

if TYPE_CHECKING:
    from asl.engine.program import ProgramScope, Step
    from asl.language.model import PassState


def bind(state: PassState, step: Step, scope: ProgramScope) -> None:
    """Make a Pass state ready to run."""
    result = state.result
    if state.query_language == "JSONata":
        shape = bind_passage(state)
    else:
        shape = bind_result(state, nests=result is None or not result.bound.is_constant)
    source = bind_source(state.input_path, result)
    bind_immediate(step, "Pass", bind_departure(source, shape, scope.after(state.next)))
