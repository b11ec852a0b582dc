"""Choice: goes where the first matching rule says.

Source: ASL specification, "Choice State". Where no rule matches and there is no Default, AWS fails
with States.Runtime, not with States.NoChoiceMatched (recorded).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl.engine.decisions import Decision, note
from asl.engine.states.dataflow import bind_source
from asl.engine.states.flow import bind_passage
from asl.engine.states.immediate import Departure, bind_immediate
from asl.errors import QueryError

if TYPE_CHECKING:
    from asl.engine.cursor import Cursor
    from asl.engine.program import ProgramScope, Step
    from asl.language.model import ChoiceState


def bind(state: ChoiceState, step: Step, scope: ProgramScope) -> None:
    """Make a Choice state ready to run."""
    source = bind_source(state.input_path)
    rules = tuple(
        (
            rule.matches,
            bind_passage(state, rule),
            scope.after(rule.next),
            Decision("matched", state.pointer, index),
        )
        for index, rule in enumerate(state.rules)
    )
    default = scope.after(state.next)
    default_passage = bind_passage(state)
    defaulted = Decision("matched", state.pointer, None)

    def depart(cursor: Cursor) -> Departure:
        data, size = source(cursor)
        for matches, passage, following, decision in rules:
            if matches(data, cursor):
                note(cursor, decision)
                return *passage(cursor, data, size), following
        if default is None:
            raise QueryError(
                "Failed to transition out of the state. The state does not point to a next state."
            )
        note(cursor, defaulted)
        return *default_passage(cursor, data, size), default

    bind_immediate(step, "Choice", depart)
