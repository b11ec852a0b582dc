"""Wait: goes on after a span or at an instant.

Source: ASL specification, "Wait State"; the sentences of its failures are recorded.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from asl.engine.failure import evaluation_error
from asl.engine.states.dataflow import bind_leave, bind_passage, effective_input, fail_for_good
from asl.errors import QueryError
from asl.query.javalike import to_text
from asl.query.timestamps import parse_timestamp

if TYPE_CHECKING:
    from collections.abc import Callable

    from asl.engine.cursor import Cursor
    from asl.engine.program import ProgramScope, Step
    from asl.jsontypes import Json
    from asl.language.model import NumberField, PathField, WaitState

    Due = Callable[[Json, Cursor], int]

#: AWS counts a wait's seconds in 32 bits (recorded: 24,855 days pass, 24,856 do not).
LONGEST_SECONDS = 2**31 - 1

_LONG = re.compile(r"[+-]?[0-9]{1,19}")


def bind(state: WaitState, step: Step, scope: ProgramScope) -> None:
    """Make a Wait state ready to run."""
    name, input_path, due_at = state.name, state.input_path, _bind_due(state)
    passage = bind_passage(state.output_path, state.assign)
    leave = bind_leave(step, "Wait", passage, scope.after(state.next), fail_for_good)

    def enter(cursor: Cursor) -> Step | None:
        execution = cursor.execution
        entered = execution.record("WaitStateEntered", cursor.previous, name, cursor.data)
        cursor.entered(entered)
        try:
            data, _size = effective_input(input_path, cursor)
            due = _checked(due_at(data, cursor), execution.now)
        except QueryError as failed:
            execution.fail(cursor, evaluation_error(name, entered, failed))
            return None
        if due <= execution.now:
            return resume(cursor, None)
        execution.wait(cursor, "wait", due)
        return None

    def resume(cursor: Cursor, _nothing: object) -> Step | None:
        return leave(cursor, *effective_input(input_path, cursor))

    step.enter = enter
    step.resume = resume


def _bind_due(state: WaitState) -> Due:
    """When to go on, in microseconds since the epoch."""
    if state.seconds is not None:
        return _seconds(state.seconds)
    if state.timestamp_path is not None:
        return _timestamp_path(state.timestamp_path)
    timestamp_ns = state.timestamp_ns or 0
    return lambda _data, _cursor: _microseconds(timestamp_ns)


def _checked(due: int, now: int) -> int:
    if due - now > LONGEST_SECONDS * 1_000_000:
        raise QueryError("Wait state delay is too long.")
    return due


def _seconds(field: NumberField) -> Due:
    span = field.value
    if span is not None:
        return lambda _data, cursor: cursor.execution.now + span * 1_000_000
    text, query = field.path  # type: ignore[misc]  # exactly one of value and path is given

    def due(data: Json, cursor: Cursor) -> int:
        value = query(data, cursor)
        shown = value if isinstance(value, str) else to_text(value)
        if isinstance(value, bool) or not _LONG.fullmatch(shown):
            raise QueryError(
                f"The SecondsPath parameter cannot be parsed as a long value: {text} == {shown}"
            )
        if int(shown) < 0:
            raise QueryError(
                f"The SecondsPath parameter references a negative value: {text} == {shown}"
            )
        return cursor.execution.now + int(shown) * 1_000_000

    return due


def _timestamp_path(field: PathField) -> Due:
    text, query = field

    def due(data: Json, cursor: Cursor) -> int:
        value = query(data, cursor)
        timestamp_ns = parse_timestamp(value) if isinstance(value, str) else None
        if timestamp_ns is None:
            shown = value if isinstance(value, str) else to_text(value)
            raise QueryError(
                "The TimestampPath parameter does not reference a valid ISO-8601 extended offset "
                f"date-time format string: {text} == {shown}"
            )
        return _microseconds(timestamp_ns)

    return due


def _microseconds(timestamp_ns: int) -> int:
    """The first whole microsecond that is not before an instant."""
    return -(-timestamp_ns // 1000)
