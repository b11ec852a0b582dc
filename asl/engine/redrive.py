"""Redrive: an execution that ended badly goes on from where it stood.

What succeeded stays done: of a Parallel or Map only the children that failed, were stopped or had
not started run again. A Task, Parallel or Map that was entered is tried again as if its retries
were unspent; any other state is entered, again or for the first time. The execution's time starts
anew.

Source: AWS guide, "Restarting state machine executions with redrive in Step Functions". How AWS
links the events that follow ExecutionRedriven was not recorded: each branch goes on from its own
last event.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl.errors import ExecutionNotRedrivable
from asl.language.model import WorkState

if TYPE_CHECKING:
    from asl.engine.cursor import Cursor
    from asl.engine.execution import Execution

_FOURTEEN_DAYS_US = 14 * 86_400 * 1_000_000
_ENDED_BADLY = ("FAILED", "ABORTED", "TIMED_OUT")


def check_redrivable(execution: Execution, now: int) -> None:
    """Make sure that an execution may be redriven.

    Raises:
        ExecutionNotRedrivable: It runs, succeeded, is an Express one, ended more than 14 days ago,
        or
            has no room in its history.
    """
    status = execution.outcome.status
    if execution.program.definition.type == "EXPRESS":
        raise ExecutionNotRedrivable("an Express execution can't be redriven")
    if status not in _ENDED_BADLY:
        raise ExecutionNotRedrivable(f"an execution that is {status} can't be redriven")
    if now - execution.now > _FOURTEEN_DAYS_US:
        raise ExecutionNotRedrivable("the execution ended more than 14 days ago")
    if execution.event_count >= execution.history_limit - 1:
        raise ExecutionNotRedrivable("the history of the execution is full")


def revive(cursor: Cursor) -> None:
    """Let a branch go on where it stood when its execution ended."""
    join = cursor.children or cursor.broken
    if join is not None:
        join.revive()
        for child in list(join.running.values()):
            revive(child)
        return
    execution, step = cursor.execution, cursor.step
    cursor.waits_for, cursor.call = "", None
    cursor.origin = cursor.previous
    if isinstance(step.state, WorkState) and cursor.entered_id:
        cursor.retries = 0
        cursor.retry_counts = [0] * len(step.state.retry)
        execution.proceed(cursor, step.retry(cursor))
    else:
        execution.proceed(cursor, step)
