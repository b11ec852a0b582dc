"""The statements about parents and children: how children stand, and who is told of what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from asl.durable.port import STOP, Letter, Park, Standing
from asl.durable.rows import Statement
from asl.durable.schema import executions

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from asl.durable.port import Commit

_LOCK = Statement(
    """
    SELECT id FROM asl_execution WHERE id IN (SELECT v.concerned_id FROM {rows})
    ORDER BY id FOR UPDATE
    """,
    concerned_id="text",
)
_STANDINGS = Statement(
    """
    SELECT parent_id, parent_task, stage, status, count(*) AS executions, sum(items) AS items
    FROM asl_execution
    WHERE (parent_id, parent_task) IN (SELECT v.a, v.b FROM {rows}) AND items > 0
    GROUP BY parent_id, parent_task, stage, status
    """,
    a="text", b="integer",
)  # fmt: skip
_UNSEEN = Statement(
    """
    SELECT v.resting_id FROM {rows}
    WHERE v.seen < (
        SELECT count(*) FROM asl_execution
        WHERE parent_id = v.resting_id AND parent_task = v.wait_id AND stage = 'ended')
    """,
    resting_id="text", wait_id="integer", seen="integer",
)  # fmt: skip
_STOPPED = Statement(
    """
    SELECT id FROM asl_execution JOIN {rows}
        ON parent_id = v.stopped_id AND (v.wait_id IS NULL OR parent_task = v.wait_id)
    WHERE (awaited OR items > 0) AND stage <> 'ended'
    ORDER BY id
    """,
    stopped_id="text", wait_id="integer",
)  # fmt: skip
_RESUME = Statement(
    """
    UPDATE asl_execution SET stage = 'queued', wake_at = 0, status = 'RUNNING', reason = NULL,
        takeovers = 0, epoch = epoch + 1
    FROM {rows}
    WHERE id = v.stopped_id AND stage = 'suspended'
    """,
    stopped_id="text",
)


def lock(connection: sa.Connection, commits: Sequence[Commit]) -> None:
    """Lock all executions that commits concern, in one order, so that writers can't embrace."""
    others = {letter.execution_id for each in commits for letter in each.letters}
    others |= {each.wakes for each in commits if each.wakes is not None}
    if others:
        lock_all(connection, others | {each.execution_id for each in commits})


def lock_all(connection: sa.Connection, ids: Iterable[str]) -> None:
    """Lock executions: whoever parks one of them has done so before, or will see what is new."""
    if connection.dialect.name == "postgresql":  # SQLite has one writer at a time
        _LOCK(connection, [(execution_id,) for execution_id in ids])


def standings(
    connection: sa.Connection, waits: Sequence[tuple[str, int]]
) -> dict[tuple[str, int], Standing]:
    """How the children of Map Runs stand."""
    found: dict[tuple[str, int], Standing] = {}
    for row in _STANDINGS(connection, waits):
        key = row.parent_id, row.parent_task
        standing = found.get(key) or Standing(0, 0, 0, 0, {})
        if row.stage == "ended":
            standing.ended[row.status] = row.executions, int(row.items)
        found[key] = Standing(
            standing.executions + row.executions,
            standing.items + int(row.items),
            standing.queued + row.executions * (row.stage == "queued"),
            standing.driven + row.executions * (row.stage == "driven"),
            standing.ended,
        )
    return found


def ended_children(
    connection: sa.Connection, execution_id: str, task_id: int, first: int, limit: int
) -> sa.CursorResult[tuple[object, ...]]:
    """The children of a Map Run that have ended, in their order."""
    columns = executions.c
    return connection.execute(
        sa.select(executions)
        .where(
            columns.parent_id == execution_id, columns.parent_task == task_id,
            columns.number >= first, columns.stage == "ended", columns["items"] > 0,
        )
        .order_by(columns.number)
        .limit(limit)
    )  # fmt: skip


def unseen(connection: sa.Connection, commits: Sequence[Commit]) -> set[str]:
    """Those that are to be parked while children have ended that they know nothing of."""
    rows = [
        (each.execution_id, *seen)
        for each in commits
        if isinstance(each.rest, Park)
        for seen in each.rest.seen
    ]
    return set(_UNSEEN(connection, rows).scalars()) if rows else set()


def stop(
    connection: sa.Connection, waits: Sequence[tuple[str, int | None]], at: int
) -> list[Letter]:
    """Stop the children of waits that are over, or of all of an execution's; gives the letters.

    One that is suspended goes on, so that it can end.
    """
    children = list(_STOPPED(connection, waits).scalars()) if waits else []
    if children:
        _RESUME(connection, [(child,) for child in children])
    return [Letter(child, at, STOP) for child in children]
