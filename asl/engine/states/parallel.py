"""Parallel: runs all branches on the same input.

Source: ASL specification, "Parallel State".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from asl.engine.cursor import Cursor
from asl.engine.join import Join
from asl.engine.states.dataflow import bind_source
from asl.engine.states.work import bind_done, bind_enter, bind_failure
from asl.errors import QueryError

if TYPE_CHECKING:
    from asl.engine.program import ProgramScope, Step
    from asl.jsontypes import Json
    from asl.language.model import ParallelState


class Branches(Join):
    """The branches of a Parallel while it runs; all have ``data`` as their input."""

    __slots__ = ("data", "data_size")

    kind: ClassVar[Literal["Parallel", "Map"]] = "Parallel"

    def __init__(self, cursor: Cursor, data: Json, data_size: int) -> None:
        total = len(cursor.step.scopes)
        super().__init__(cursor, total, total)
        self.data = data
        self.data_size = data_size

    def spawn(self, index: int, previous: int) -> Cursor:
        """The cursor of one branch; its first event is its first state's."""
        cursor = self.cursor
        return Cursor(
            cursor.execution,
            cursor.step.scopes[index].start,
            self.data,
            self.data_size,
            previous,
            cursor.variables,
            cursor.unseen_size,
            self,
            index,
            cursor.item,
        )

    def child_event(
        self, _outcome: Literal["Succeeded", "Failed", "Aborted"], child: Cursor
    ) -> int:
        """A branch has no events of its own."""
        return child.previous


def bind(state: ParallelState, step: Step, scope: ProgramScope) -> None:
    """Make a Parallel state ready to run."""
    leave = bind_done(state, step, scope, "Parallel")
    fail_early = bind_failure(state, step, scope, "Parallel")
    source = bind_source(state.input_path, state.parameters)

    def attempt(cursor: Cursor) -> Step | None:
        execution = cursor.execution
        try:
            data, size = source(cursor)
        except QueryError as failed:
            return fail_early(cursor, cursor.evaluation_failed(failed))
        cursor.previous = execution.record("ParallelStateStarted", cursor.previous, state.name)
        Branches(cursor, data, size).start()
        return None

    step.enter = bind_enter(state, "Parallel", attempt)
    step.retry = attempt
    step.resume = lambda cursor, join: leave(cursor, join.results, join.size)
    step.fail = bind_failure(state, step, scope, "Parallel", "ParallelStateFailed")
