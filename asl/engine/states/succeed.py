"""Succeed: ends its scope with success.

Source: ASL specification, "Succeed State".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl.engine.states.dataflow import bind_source
from asl.engine.states.flow import bind_passage
from asl.engine.states.immediate import bind_departure, bind_immediate

if TYPE_CHECKING:
    from asl.engine.program import ProgramScope, Step
    from asl.language.model import SucceedState


def bind(state: SucceedState, step: Step, _scope: ProgramScope) -> None:
    """Make a Succeed state ready to run."""
    source = bind_source(state.input_path)
    bind_immediate(step, "Succeed", bind_departure(source, bind_passage(state), None))
