"""Wait: goes on after a span or at an instant.

Source: ASL specification, "Wait State"; the sentences of its failures are recorded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl.engine.states.dataflow import (
    bind_leave,
    bind_source,
    fail_for_good,
)
from asl.engine.states.flow import bind_passage
from asl.errors import QueryError

if TYPE_CHECKING:
    from asl.engine.cursor import Cursor
    from asl.engine.program import ProgramScope, Step
    from asl.jsontypes import Json
    from asl.language.model import WaitState

#: AWS counts a wait's seconds in 32 bits (recorded: 24,855 days pass, 24,856 do not).
LONGEST_SECONDS = 2**31 - 1


def bind(state: WaitState, step: Step, scope: ProgramScope) -> None:
    """Make a Wait state ready to run."""
    name, source = state.name, bind_source(state.input_path)
    leave = bind_leave(step, "Wait", bind_passage(state), scope.after(state.next), fail_for_good)

    def enter(cursor: Cursor) -> Step | None:
        execution = cursor.execution
        cursor.entered(execution.record("WaitStateEntered", cursor.previous, name, cursor.data))
        try:
            due = _due(state, cursor, source(cursor)[0])
        except QueryError as failed:
            return fail_for_good(cursor, cursor.evaluation_failed(failed))
        if due <= execution.now:
            return resume(cursor, None)
        execution.wait(cursor, "wait", due)
        return None

    def resume(cursor: Cursor, _nothing: object) -> Step | None:
        return leave(cursor, *source(cursor))

    step.enter = enter
    step.resume = resume


def _due(state: WaitState, cursor: Cursor, data: Json) -> int:
    """When to go on, in microseconds since the epoch."""
    now = cursor.execution.now
    if state.timestamp is not None:
        due = -(-state.timestamp(data, cursor) // 1000)  # the first microsecond not before it
    else:
        due = now + state.seconds(data, cursor) * 1_000_000
    if due - now > LONGEST_SECONDS * 1_000_000:
        raise QueryError("Wait state delay is too long.")
    return due
