"""Succeed: ends its scope with success.

Source: ASL specification, "Succeed State".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl.engine.states.dataflow import effective_input
from asl.engine.states.flow import bind_passage
from asl.engine.states.immediate import Departure, bind_immediate

if TYPE_CHECKING:
    from asl.engine.cursor import Cursor
    from asl.engine.program import ProgramScope, Step
    from asl.language.model import SucceedState


def bind(state: SucceedState, step: Step, _scope: ProgramScope) -> None:
    """Make a Succeed state ready to run."""
    input_path, passage = state.input_path, bind_passage(state)

    def depart(cursor: Cursor) -> Departure:
        return passage(cursor, *effective_input(input_path, cursor)), None

    bind_immediate(step, "Succeed", depart)
