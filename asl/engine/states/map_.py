"""Map, inline: runs its processor once for each item of an array.

Source: ASL specification, "Map State"; AWS guide, "Using Map state in Inline mode".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from asl.engine.cursor import Cursor
from asl.engine.history import WIDTH
from asl.engine.join import Join
from asl.engine.states.dataflow import bind_source
from asl.engine.states.work import bind_done, bind_enter, bind_failure
from asl.errors import JSONataError, QueryError
from asl.jsontypes import size_bytes

if TYPE_CHECKING:
    from asl.engine.program import ProgramScope, Step
    from asl.engine.states.dataflow import Fail
    from asl.jsontypes import Json
    from asl.language.model import MapState
    from asl.query.environment import Compiled


class Iterations(Join):
    """The iterations of a Map while it runs; ``data`` is the Map's effective input.

    An item is as large as the whole at most. Where that says little, since the whole is nearly as
    large as a payload may be, each item is measured.
    """

    __slots__ = ("data", "data_size", "items", "selector")

    kind: ClassVar[Literal["Parallel", "Map"]] = "Map"

    def __init__(
        self,
        cursor: Cursor,
        items: list[Json],
        *,
        selector: Compiled | None,
        data: Json,
        data_size: int,
        width: int,
    ) -> None:
        super().__init__(cursor, len(items), width)
        self.items = items
        self.data = data
        self.data_size = data_size
        self.selector = selector

    def spawn(self, index: int, previous: int) -> Cursor:
        """The cursor of one iteration; ItemSelector sees the Map's input and the item."""
        cursor, data, size = self.cursor, self.items[index], self.data_size
        execution, step = cursor.execution, cursor.step
        if size > execution.payload_limit // 8:
            size = size_bytes(data)
        item, unseen_size = (index, data), cursor.unseen_size + size
        history = execution.history
        history += ("MapIterationStarted", previous, execution.now, step.name, index, None)
        started = execution.before + len(history) // WIDTH
        if self.selector is not None:
            around, cursor.item = cursor.item, item
            try:
                evaluate, bound = self.selector
                data = evaluate(self.data, cursor)
                size = bound.largest(self.data_size, unseen_size)
            finally:
                cursor.item = around
        return Cursor(
            execution,
            step.scopes[0].start,
            data,
            size,
            started,
            cursor.variables,
            unseen_size,
            self,
            index,
            item,
        )

    def child_event(self, outcome: Literal["Succeeded", "Failed", "Aborted"], child: Cursor) -> int:
        """Write MapIterationSucceeded and its like."""
        execution = child.execution
        history, name = execution.history, self.cursor.step.name
        kind = f"MapIteration{outcome}"
        history += (kind, child.previous, execution.now, name, child.index, None)
        return execution.before + len(history) // WIDTH


def bind(state: MapState, step: Step, scope: ProgramScope) -> None:
    """Make a Map state ready to run."""
    leave = bind_done(state, step, scope, "Map")
    fail_early = bind_failure(state, step, scope, "Map")
    source = bind_source(state.input_path)

    def attempt(cursor: Cursor) -> Step | None:
        execution = cursor.execution
        try:
            data, size = source(cursor)
            items = state.items(data, cursor)
            width = _width(state, cursor, data)
        except QueryError as failed:
            return fail_items(step, fail_early, cursor, failed)
        cursor.previous = execution.record(
            "MapStateStarted", cursor.previous, state.name, len(items)
        )
        size += cursor.unseen_size
        Iterations(
            cursor, items, selector=state.parameters, data=data, data_size=size, width=width
        ).start()
        return None

    step.enter = bind_enter(state, "Map", attempt)
    step.retry = attempt
    step.resume = lambda cursor, join: leave(cursor, join.results, join.size)
    step.fail = bind_failure(state, step, scope, "Map", "MapStateFailed")


def fail_items(step: Step, fail_early: Fail, cursor: Cursor, failed: QueryError) -> Step | None:
    """Fail before the Map starts: only for JSONata, AWS writes the closing event (recorded)."""
    error = cursor.evaluation_failed(failed)
    return (step.fail if isinstance(failed, JSONataError) else fail_early)(cursor, error)


def _width(state: MapState, cursor: Cursor, data: Json) -> int:
    """How many iterations may run at a time; AWS runs no more than its quota."""
    wanted = 0 if state.max_concurrency is None else state.max_concurrency(data, cursor)
    quota = cursor.execution.limits.inline_map_concurrency
    widths = [limit for limit in (wanted, quota) if limit]
    return min(widths) if widths else cursor.execution.history_limit
