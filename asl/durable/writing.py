"""The statements of a commit: each writes its part of many executions' commits at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

import asl
from asl.durable import kin
from asl.durable.port import Commit, End, NewExecution, Parent, Park, Release, Suspend
from asl.durable.rows import Statement
from asl.durable.schema import machines

if TYPE_CHECKING:
    from collections.abc import Sequence


_ADVANCE = Statement(
    """
    UPDATE asl_execution SET seq = v.next_seq
    FROM {rows}
    WHERE id = v.written_id AND epoch = v.writer AND seq = v.last_seq AND stage = 'driven'
    RETURNING id
    """,
    written_id="text", writer="integer", last_seq="integer", next_seq="integer",
)  # fmt: skip
_APPEND = Statement(
    """
    INSERT INTO asl_journal (execution_id, seq, entries, length, version)
    SELECT v.execution_id, v.seq, v.entries, v.length, :version FROM {rows}
    """,
    execution_id="text", seq="integer", entries="text", length="integer",
)  # fmt: skip
_TAKE_MAIL = Statement(
    "DELETE FROM asl_inbox WHERE number IN (SELECT v.taken FROM {rows})", taken="bigint"
)
_CLOSE_TOKENS = Statement(
    "DELETE FROM asl_token WHERE (execution_id, task_id) IN (SELECT v.a, v.b FROM {rows})",
    a="text", b="integer",
)  # fmt: skip
_OPEN_TOKENS = Statement(
    """
    INSERT INTO asl_token
        (execution_id, task_id, activity, input, opened_at, is_taken, is_answered)
    SELECT v.execution_id, v.task_id, v.activity, v.input, v.opened_at, FALSE, FALSE FROM {rows}
    """,
    execution_id="text", task_id="integer", activity="text", input="text", opened_at="bigint",
)  # fmt: skip
_DROP_SNAPSHOTS = Statement(
    "DELETE FROM asl_snapshot WHERE execution_id IN (SELECT v.saved_id FROM {rows})",
    saved_id="text",
)
_DROP_BATCHES = Statement(
    "DELETE FROM asl_journal WHERE execution_id IN (SELECT v.saved_id FROM {rows})",
    saved_id="text",
)
_SAVE = Statement(
    """
    INSERT INTO asl_snapshot (execution_id, seq, document)
    SELECT v.execution_id, v.seq, v.document FROM {rows}
    """,
    execution_id="text", seq="integer", document="text",
)  # fmt: skip
_FORGIVE = Statement(
    "UPDATE asl_execution SET takeovers = 0, reason = NULL WHERE id IN (SELECT v.a FROM {rows})",
    a="text",
)
_HAVE_MAIL = Statement(
    """
    SELECT DISTINCT execution_id FROM asl_inbox
    WHERE execution_id IN (SELECT v.resting_id FROM {rows})
    """,
    resting_id="text",
)
_DROP_MAIL = Statement(
    "DELETE FROM asl_inbox WHERE execution_id IN (SELECT v.ended_id FROM {rows})", ended_id="text"
)
_REST = Statement(
    """
    UPDATE asl_execution SET owner = NULL, stage = v.new_stage, status = v.new_status,
        wake_at = v.until, reason = v.why, ended_at = v.at, output = v.result, error = v.failure,
        cause = v.because,
        takeovers = CASE WHEN v.new_stage = 'parked' THEN v.losses ELSE takeovers END
    FROM {rows}
    WHERE id = v.resting_id
    """,
    resting_id="text", new_stage="text", new_status="text", until="bigint", why="text",
    at="bigint", result="text", failure="text", because="text", losses="integer",
)  # fmt: skip
_INSERT = Statement(
    """
    INSERT INTO asl_execution (
        id, machine, scope, machine_name, name, input, seed, started_at, limits, queue,
        parent_id, parent_task, number, items, awaited, synchronous,
        stage, status, wake_at, segment, epoch, seq, takeovers, redrives)
    SELECT v.id, v.machine, v.scope, v.machine_name, v.name, v.input, v.seed, v.started_at,
        v.limits, v.queue, v.parent_id, v.parent_task, v.number, v.items, v.awaited, v.synchronous,
        'queued', 'RUNNING', 0, 0, 0, 0, 0, 0
    FROM {rows}
    WHERE TRUE
    ON CONFLICT (id) DO NOTHING
    RETURNING id
    """,
    id="text", machine="integer", scope="text", machine_name="text", name="text", input="text",
    seed="bigint", started_at="bigint", limits="text", queue="text", parent_id="text",
    parent_task="integer", number="integer", items="integer", awaited="boolean",
    synchronous="boolean",
)  # fmt: skip


def insert(connection: sa.Connection, new: Sequence[NewExecution]) -> set[str]:
    """Keep new executions; gives the ids of those whose id was not taken."""
    if not new:
        return set()
    found = connection.execute(
        sa.select(machines.c.id, machines.c.arn).where(
            machines.c.id.in_({each.machine for each in new})
        )
    )
    names = {row.id: row.arn.rpartition(":")[2] for row in found}
    return set(
        _INSERT(
            connection, [_new_row(each, each.machine_name or names[each.machine]) for each in new]
        ).scalars()
    )


def _new_row(new: NewExecution, machine_name: str) -> tuple[object, ...]:
    parent: Parent | tuple[None, None, None, None] = new.parent or (None, None, None, None)
    return (
        new.id, new.machine, new.scope, machine_name, new.name, new.input, new.seed,
        new.started_at, new.limits, new.queue, *parent, new.awaited, new.synchronous,
    )  # fmt: skip


def advance(connection: sa.Connection, commits: Sequence[Commit]) -> set[str]:
    """Move on the executions that their writers still own; gives their ids."""
    rows = [(each.execution_id, each.epoch, each.seq, each.next_seq) for each in commits]
    return set(_ADVANCE(connection, rows).scalars())


def append(connection: sa.Connection, commits: Sequence[Commit]) -> None:
    """Add batches to journals; what a snapshot has in it is not worth it."""
    rows = [
        (each.execution_id, each.next_seq, each.entries, each.length)
        for each in commits
        if each.entries and each.snapshot is None
    ]
    if rows:
        _APPEND(connection, rows, version=asl.__version__)


def take_mail(connection: sa.Connection, commits: Sequence[Commit]) -> None:
    """Throw away the mail that is among the entries."""
    rows = [(number,) for each in commits for number in each.taken]
    if rows:
        _TAKE_MAIL(connection, rows)


def note_tokens(connection: sa.Connection, commits: Sequence[Commit]) -> None:
    """Note the tokens that are waited for."""
    closed = [(each.execution_id, task_id) for each in commits for task_id in each.closed]
    if closed:
        _CLOSE_TOKENS(connection, closed)
    opened = [
        (each.execution_id, token.task_id, token.activity, token.input, each.at)
        for each in commits
        for token in each.opened
    ]
    if opened:
        _OPEN_TOKENS(connection, opened)


def save(connection: sa.Connection, commits: Sequence[Commit]) -> None:
    """Keep snapshots in the place of all that they have in them."""
    saved = [each for each in commits if each.snapshot is not None]
    if not saved:
        return
    ids = [(each.execution_id,) for each in saved]
    _DROP_SNAPSHOTS(connection, ids)
    _DROP_BATCHES(connection, ids)
    _SAVE(connection, [(each.execution_id, each.next_seq, each.snapshot) for each in saved])


def rest(connection: sa.Connection, commits: Sequence[Commit]) -> dict[str, bool]:
    """Let executions rest that are to; False for those that are not parked, since news has come."""
    progressed = [(each.execution_id,) for each in commits if each.has_progressed]
    if progressed:
        _FORGIVE(connection, progressed)
    ending = [each for each in commits if isinstance(each.rest, End)]
    if ending:
        _DROP_MAIL(connection, [(each.execution_id,) for each in ending])
        _REST(connection, [_resting_row(each) for each in ending])
    kept = {each.execution_id: True for each in commits}
    parking = [(each.execution_id,) for each in commits if isinstance(each.rest, Park)]
    if parking:
        kept |= dict.fromkeys(_HAVE_MAIL(connection, parking).scalars(), False)
        kept |= dict.fromkeys(kin.unseen(connection, commits), False)
    resting = [
        _resting_row(each)
        for each in commits
        if each.rest is not None and not isinstance(each.rest, End) and kept[each.execution_id]
    ]
    if resting:
        _REST(connection, resting)
    return kept


def _resting_row(commit: Commit) -> tuple[object, ...]:
    stage, status, until, losses = "parked", "RUNNING", None, 0
    reason = output = error = cause = None
    match commit.rest:
        case End():
            stage = "ended"
            status, output, error, cause = commit.rest
        case Suspend(why):
            stage, status, reason = "suspended", "SUSPENDED", why
        case Park():
            until = commit.rest.until
        case Release():
            until, reason, losses = commit.rest
        case None:
            raise AssertionError("an execution that rests has a rest")
    ended_at = commit.at if stage == "ended" else None
    texts = _shown(reason), ended_at, output, _shown(error), _shown(cause)
    return commit.execution_id, stage, status, until, *texts, losses


def _shown(text: str | None) -> str | None:
    """A text as columns take it: what UTF-8 or PostgreSQL can't write is replaced."""
    if text is None:
        return None
    return text.replace("\0", "\ufffd").encode("utf-8", "surrogatepass").decode("utf-8", "replace")
