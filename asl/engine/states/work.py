"""What Task, Parallel and Map share: Retry, Catch, and how their result becomes output.

Source: ASL specification, "Errors"; AWS guide, "Handling errors in Step Functions workflows".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from asl.engine.decisions import Decision, note
from asl.engine.history import WIDTH
from asl.engine.retry import first_match, spend_retry
from asl.engine.states.dataflow import Fail, bind_leave, fail_for_good
from asl.engine.states.flow import bind_caught, bind_result
from asl.jsontypes import size_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

    from asl.engine.cursor import Cursor
    from asl.engine.failure import StateError
    from asl.engine.program import ProgramScope, Step
    from asl.jsontypes import Json
    from asl.language.model import Catcher, WorkState

Kind: TypeAlias = Literal["Task", "Parallel", "Map"]
Leave: TypeAlias = "Callable[[Cursor, Json, int], Step | None]"


def bind_enter(
    state: WorkState, kind: Kind, attempt: Callable[[Cursor], Step | None]
) -> Callable[[Cursor], Step | None]:
    """Enter the state: write its event, forget earlier retries, make the first attempt."""
    name, retriers, entered_kind = state.name, len(state.retry), f"{kind}StateEntered"

    def enter(cursor: Cursor) -> Step | None:
        execution = cursor.execution
        history, now = execution.history, execution.now
        history += (entered_kind, cursor.previous, now, name, cursor.data, None)
        cursor.origin = cursor.previous
        cursor.previous = cursor.entered_id = execution.before + len(history) // WIDTH
        cursor.entered_at = now
        cursor.retries = 0
        cursor.retry_counts = [0] * retriers
        return attempt(cursor)

    return enter


def bind_done(state: WorkState, step: Step, scope: ProgramScope, kind: Kind) -> Leave:
    """Leave the state with the result of its work; ``result, size`` are what the work gave."""
    # What a task returns is no deeper than we accept; what branches return may grow in a loop.
    shape = bind_result(state, state.result_selector, nests=kind != "Task")
    fail = bind_failure(state, step, scope, kind)
    return bind_leave(step, kind, shape, scope.after(state.next), fail)


def bind_failure(
    state: WorkState, step: Step, scope: ProgramScope, kind: Kind, closing_event: str | None = None
) -> Fail:
    """Retry, else catch, else fail for good.

    Args:
        state: The state.
        step: Its step.
        scope: Where its catchers' Next stand.
        kind: Its type, for events.
        closing_event: Written before a catcher takes over or the state fails for good.
    """
    retriers, catchers = state.retry, state.catch
    caught = [_bind_catch(state, catcher, step, scope, kind) for catcher in catchers]

    def fail(cursor: Cursor, error: StateError) -> Step | None:
        execution = cursor.execution
        cursor.error = error
        retrier = None if error.fatal else first_match(retriers, error)
        if retrier is not None:
            delay = spend_retry(retriers, retrier, cursor.retry_counts, execution.random)
            if delay is not None:
                note(cursor, Decision("retried", state.pointer, retrier))
                cursor.retries += 1
                execution.wait(cursor, "retry", execution.now + delay)
                return None
            note(cursor, Decision("exhausted", state.pointer, retrier))
        if closing_event is not None:
            cursor.previous = execution.record(
                closing_event, cursor.previous, state.name, [error.name, error.cause]
            )
        catcher = None if error.fatal else first_match(catchers, error)
        if catcher is not None:
            note(cursor, Decision("caught", state.pointer, catcher))
            return caught[catcher](cursor, error)
        note(cursor, Decision("uncaught", state.pointer, None))
        if kind == "Task" and cursor.join is not None:
            why: Json = [error.name, error.cause]
            execution.record("TaskStateAborted", cursor.previous, state.name, why)
            # ... to which nothing is linked (recorded)
        execution.fail(cursor, error)
        return None

    return fail


def _bind_catch(
    state: WorkState, catcher: Catcher, step: Step, scope: ProgramScope, kind: Kind
) -> Fail:
    """Leave the state with an error output; its Exited record says which error was caught."""
    shape, exited_kind = bind_caught(state, catcher), f"{kind}StateExited"
    leave = bind_leave(step, kind, shape, scope.after(catcher.next), fail_for_good)

    def caught(cursor: Cursor, error: StateError) -> Step | None:
        history, output = cursor.execution.history, error.output()
        exited = len(history)
        following = leave(cursor, output, size_bytes(output))
        if history[exited : exited + 1] == [exited_kind]:
            history[exited + 5] = [history[exited + 5], error.name, error.cause]
        return following

    return caught
