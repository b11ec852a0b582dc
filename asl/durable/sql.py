"""The backend on SQL: SQLite for one process, PostgreSQL for any number of machines.

Who drives is decided by two numbers of an execution. Its **segment** grows with each ticket that is
given out, so an old ticket is void. Its **epoch** grows with each claim, so what an earlier owner
still wants to commit is refused. Whoever sends an event locks the execution's row first, and so
does whoever parks it: either the event is there before it parks, or it wakes what is parked.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

import sqlalchemy as sa

import asl
from asl.durable import kin, writing
from asl.durable.journal import is_same_json
from asl.durable.port import (
    Batch,
    Commit,
    Filter,
    Letter,
    Loaded,
    Mail,
    NewExecution,
    Parent,
    Patience,
    Row,
    Standing,
    Ticket,
)
from asl.durable.rows import Statement
from asl.durable.schema import executions, inbox, journal, snapshots, tokens, workers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

#: The key of the lock of whoever looks for dead workers: "aslw".
_WATCH = 0x61736C77
#: A worker that was not seen for so long is forgotten: a day.
_FORGOTTEN_US = 86_400_000_000
#: How many executions one job drives at most.
JOB = 100
#: Of several workers, each may have so many jobs of what is given out together.
_SHARES = 2
#: A worker counts that was seen at most so long before the one that was seen last.
_LIVELY_US = 60_000_000

_IS_LEFT_ALONE = "stage = 'driven' AND takeovers + 1 BETWEEN :suspected AND :most"
_CLAIM = Statement(
    f"""
    UPDATE asl_execution SET epoch = epoch + 1,
        stage = CASE WHEN {_IS_LEFT_ALONE} THEN 'parked' ELSE 'driven' END,
        owner = CASE WHEN {_IS_LEFT_ALONE} THEN NULL ELSE :owner END,
        wake_at = CASE WHEN {_IS_LEFT_ALONE}
            THEN :now + (CAST(:pause AS bigint) << (takeovers + 1 - :suspected)) END,
        takeovers = CASE WHEN stage = 'driven' THEN takeovers + 1 ELSE takeovers END,
        reason = CASE WHEN stage = 'driven' THEN NULL ELSE reason END
    FROM {{rows}}
    WHERE id = v.ticket_id AND segment = v.ticket_segment AND stage IN ('queued', 'driven')
    RETURNING id, stage
    """,  # noqa: S608 - the condition is ours
    ticket_id="text", ticket_segment="integer",
)  # fmt: skip
#: Made once: workers ask for it ten times a second.
_DUE = (
    sa.select(executions.c.id, executions.c.queue)
    .where(executions.c.wake_at <= sa.bindparam("now"))
    .order_by(executions.c.wake_at, executions.c.started_at, executions.c.number, executions.c.id)
    .limit(sa.bindparam("most", type_=sa.Integer))
    .with_for_update(skip_locked=True)
)
_GIVE_OUT = Statement(
    """
    UPDATE asl_execution SET stage = 'queued', segment = segment + 1, wake_at = NULL, owner = NULL
    FROM {rows}
    WHERE id = v.due_id
    RETURNING id, segment
    """,
    due_id="text",
)
_SUSPECTS = Statement(
    """
    SELECT id, takeovers FROM asl_execution JOIN {rows}
    ON id = v.ticket_id AND segment = v.ticket_segment
    WHERE stage = 'queued' AND takeovers >= :suspected AND reason IS NULL
    """,
    ticket_id="text", ticket_segment="integer",
)  # fmt: skip
_PUT_OFF = Statement(
    """
    UPDATE asl_execution SET stage = 'parked', wake_at = :until
    FROM {rows}
    WHERE id = v.refused_id AND stage = 'queued'
    """,
    refused_id="text",
)
_QUEUE = Statement(
    """
    UPDATE asl_execution SET stage = 'queued', wake_at = 0
    FROM {rows}
    WHERE id = v.due_id AND stage = 'parked'
    """,
    due_id="text",
)
_TAKEN = Statement(
    "SELECT asl_execution.* FROM asl_execution JOIN {rows} ON id = v.taken_id", taken_id="text"
)


class Dispatcher(Protocol):
    """Has executions driven: some worker of a queue is called with each job, at least once."""

    def enqueue(self, connection: sa.Connection, queue: str, tickets: Sequence[Ticket]) -> None:
        """Add a job, as part of the connection's transaction."""

    def delete_ended(self, before_us: int) -> int:
        """Delete some of what is remembered of jobs that ended before an instant; how many."""


class SqlBackend:
    """Keeps executions in a database that `asl.durable.schema.prepare` has made ready.

    Args:
        engine: Of the database.
        dispatcher: Has executions driven.
    """

    def __init__(self, engine: sa.Engine, dispatcher: Dispatcher) -> None:
        self.engine = engine
        self._dispatcher = dispatcher
        self._is_postgres = engine.dialect.name == "postgresql"

    # The port.

    def start(self, new: Sequence[NewExecution]) -> list[Row]:
        """Keep and start executions, all or none; gives what is in the way."""
        with self.engine.connect() as connection, connection.begin() as transaction:
            started = writing.insert(connection, new)
            inputs = {each.id: each.input for each in new if each.id not in started}
            found = _TAKEN(connection, [(taken,) for taken in inputs]) if inputs else ()
            in_the_way = [
                row
                for row in map(_row, found)
                if row.stage == "ended" or not is_same_json(row.input, inputs[row.id])
            ]
            if in_the_way:
                transaction.rollback()
            return in_the_way

    def claim(
        self,
        tickets: Sequence[Ticket],
        worker: str,
        now: int,
        patience: Patience,
        admit: Callable[[str, int], bool] | None = None,
    ) -> list[Loaded]:
        """Take executions over, but those whose ticket is void, or that are to be left alone."""
        suspected, most, pause = patience
        rows = [tuple(ticket) for ticket in tickets]
        with self.engine.begin() as connection:
            if admit is not None:
                suspects = _SUSPECTS(connection, rows, suspected=suspected).all()
                if refused := [(row.id,) for row in suspects if not admit(row.id, row.takeovers)]:
                    _PUT_OFF(connection, refused, until=now + pause)
            claimed = _CLAIM(
                connection, rows, owner=worker, now=now, suspected=suspected, most=most, pause=pause
            )
            return self._load(connection, [row.id for row in claimed if row.stage == "driven"])

    def commit(self, commits: Sequence[Commit]) -> list[bool | None]:
        """Make changes durable, each by itself, all in one transaction."""
        with self.engine.begin() as connection:
            kin.lock(connection, commits)
            alive = writing.advance(connection, commits)
            mine = [commit for commit in commits if commit.execution_id in alive]
            writing.append(connection, mine)
            writing.take_mail(connection, mine)
            writing.note_tokens(connection, mine)
            writing.save(connection, mine)
            writing.insert(connection, [child for commit in mine for child in commit.children])
            told = [letter for commit in mine for letter in commit.letters]
            for commit in mine:
                told += kin.stop(
                    connection, [(commit.execution_id, wait) for wait in commit.stopped], commit.at
                )
            self._wake(connection, told)
            kept = writing.rest(connection, mine)
            self._look_after_children(connection, mine)
            return [
                kept[commit.execution_id] if commit.execution_id in alive else None
                for commit in commits
            ]

    def wake(self, letters: Sequence[Letter]) -> list[bool]:
        """Keep events, and let parked executions go on; False for those that have ended."""
        with self.engine.begin() as connection:
            return self._wake(connection, letters)

    def wake_due(self, now: int, limit: int) -> int:
        """Give out executions that wait for a worker, and parked ones whose time has come."""
        with self.engine.begin() as connection:
            found = connection.execute(_DUE, {"now": now, "most": limit})
            queues = {row.id: row.queue for row in found}
            if queues:
                given = _GIVE_OUT(connection, [(execution_id,) for execution_id in queues])
                segments = {row.id: row.segment for row in given}
                by_queue: dict[str, list[Ticket]] = {}
                for execution_id, queue in queues.items():
                    ticket = Ticket(execution_id, segments[execution_id])
                    by_queue.setdefault(queue, []).append(ticket)
                lively = self._count_workers(connection)
                shares = _SHARES * lively if lively > 1 else 1
                for queue, tickets in by_queue.items():
                    size = min(JOB, -(-len(tickets) // shares))
                    for first in range(0, len(tickets), size):
                        self._dispatcher.enqueue(connection, queue, tickets[first : first + size])
            return len(queues)

    def cancel(self, commit: Commit) -> bool:
        """Let a suspended execution end by a commit; False if it is not suspended any more."""
        execution_id = commit.execution_id
        with self.engine.begin() as connection:
            kin.lock(connection, [commit])
            given_up = connection.execute(
                executions.update()
                .where(
                    executions.c.id == execution_id,
                    executions.c.epoch == commit.epoch,
                    executions.c.stage == "suspended",
                )
                .values(epoch=executions.c.epoch + 1, seq=commit.next_seq)
            )
            if given_up.rowcount != 1:
                return False
            writing.append(connection, [commit])
            connection.execute(tokens.delete().where(tokens.c.execution_id == execution_id))
            told = kin.stop(connection, [(execution_id, None)], commit.at)
            self._wake(connection, [*told, *commit.letters])
            writing.rest(connection, [commit])
            self._look_after_children(connection, [commit])
            return True

    def list_executions(
        self, wanted: Filter, after: tuple[int, str] | None, limit: int
    ) -> list[Row]:
        """Executions, newest first, after the one that started then and has that id."""
        columns = executions.c
        query = sa.select(executions)
        for column, value in (
            (columns.machine_name, wanted.machine),
            (columns.status, wanted.status),
            (columns.parent_id, wanted.parent),
        ):
            if value is not None:
                query = query.where(column == value)
        if wanted.parent is None:
            query = query.where(columns.scope == "")
        if wanted.name_prefix is not None:
            query = query.where(columns.name.startswith(wanted.name_prefix, autoescape=True))
        if wanted.started_from is not None:
            query = query.where(columns.started_at >= wanted.started_from)
        if wanted.started_before is not None:
            query = query.where(columns.started_at < wanted.started_before)
        if after is not None:
            query = query.where(sa.tuple_(columns.started_at, columns.id) < after)
        query = query.order_by(columns.started_at.desc(), columns.id.desc()).limit(limit)
        with self.engine.connect() as connection:
            return [_row(found) for found in connection.execute(query)]

    def load(self, execution_id: str) -> Loaded | None:
        """An execution as it stands, without taking it over."""
        with self.engine.begin() as connection:
            loaded = self._load(connection, [execution_id])
            return loaded[0] if loaded else None

    # What callers of the host ask for beside it.

    def row(self, execution_id: str) -> Row | None:
        """An execution without its journal."""
        with self.engine.connect() as connection:
            found = connection.execute(
                sa.select(executions).where(executions.c.id == execution_id)
            ).one_or_none()
            return None if found is None else _row(found)

    def standings(self, waits: Sequence[tuple[str, int]]) -> dict[tuple[str, int], Standing]:
        """How the children of Map Runs stand, by execution and wait; those that have any."""
        with self.engine.connect() as connection:
            return kin.standings(connection, waits)

    def ended_children(self, execution_id: str, task_id: int, first: int, limit: int) -> list[Row]:
        """The children of a Map Run that have ended, in their order, from a number on."""
        with self.engine.connect() as connection:
            found = kin.ended_children(connection, execution_id, task_id, first, limit)
            return [_row(each) for each in found]

    def answer(self, execution_id: str, task_id: int, letter: Letter) -> bool:
        """Keep the answer to a task's token, unless nobody waits for one."""
        with self.engine.begin() as connection:
            answered = connection.execute(
                tokens.update()
                .where(
                    tokens.c.execution_id == execution_id,
                    tokens.c.task_id == task_id,
                    tokens.c.is_answered.is_(False),
                )
                .values(is_answered=True)
            )
            return answered.rowcount == 1 and self._wake(connection, [letter])[0]

    def beat(self, execution_id: str, task_id: int, letter: Letter) -> bool:
        """Keep a heartbeat of a task's token, unless nobody waits for one; it wakes nobody."""
        with self.engine.begin() as connection:
            is_open = connection.scalar(
                sa.select(sa.func.count()).where(
                    tokens.c.execution_id == execution_id,
                    tokens.c.task_id == task_id,
                    tokens.c.is_answered.is_(False),
                )
            )
            if is_open:
                connection.execute(inbox.insert().values(**letter._asdict()))
            return bool(is_open)

    def take_activity(
        self, activity: str, at: int, event: Callable[[int], str]
    ) -> tuple[str, int, str] | None:
        """Take the oldest open task of an activity: its execution, its id, and its input.

        Args:
            activity: ARN or name.
            at: When.
            event: Makes what the execution is told of it, of the task's id.
        """
        is_meant = sa.or_(
            tokens.c.activity == activity,
            tokens.c.activity.endswith(f":activity:{activity}", autoescape=True),
        )
        with self.engine.begin() as connection:
            found = connection.execute(
                sa.select(tokens.c.execution_id, tokens.c.task_id, tokens.c.input)
                .where(is_meant, tokens.c.is_taken.is_(False))
                .order_by(tokens.c.opened_at, tokens.c.execution_id, tokens.c.task_id)
                .limit(1)
                .with_for_update(skip_locked=True)
            ).one_or_none()
            if found is None:
                return None
            connection.execute(
                tokens.update()
                .where(
                    tokens.c.execution_id == found.execution_id,
                    tokens.c.task_id == found.task_id,
                )
                .values(is_taken=True)
            )
            self._wake(connection, [Letter(found.execution_id, at, event(found.task_id))])
            return found.execution_id, found.task_id, found.input

    def go_on(self, execution_id: str, entries: str, length: int, row: Row) -> bool:
        """Let an ended execution run again, or a suspended one; False if it has changed since."""
        values: dict[str, Any] = {
            "epoch": row.epoch + 1, "takeovers": 0, "reason": None, "status": "RUNNING",
            "stage": "queued", "wake_at": 0,
        }  # fmt: skip
        if entries:
            values |= {
                "seq": row.seq + 1, "ended_at": None, "output": None, "error": None,
                "cause": None, "redrives": row.redrives + 1,
            }  # fmt: skip
        with self.engine.begin() as connection:
            changed = connection.execute(
                executions.update()
                .where(
                    executions.c.id == execution_id,
                    executions.c.epoch == row.epoch,
                    executions.c.stage == row.stage,
                )
                .values(**values)
            )
            if changed.rowcount != 1:
                return False
            if entries:
                connection.execute(
                    journal.insert().values(
                        execution_id=execution_id, seq=row.seq + 1, entries=entries,
                        length=length, version=asl.__version__,
                    )
                )  # fmt: skip
            return True

    def give_back(self, execution_id: str, epoch: int, after: int, problem: str) -> None:
        """Let others try an execution from an instant on, if nobody else has claimed it."""
        with self.engine.begin() as connection:
            connection.execute(
                executions.update()
                .where(executions.c.id == execution_id, executions.c.epoch == epoch)
                .where(executions.c.stage == "driven")
                .values(
                    stage="parked",
                    owner=None,
                    wake_at=after,
                    takeovers=executions.c.takeovers + 1,
                    reason=problem,
                )
            )

    def mail(self, worker: str) -> dict[str, list[Mail]]:
        """What has come for the executions that a worker drives, by execution."""
        with self.engine.connect() as connection:
            found = connection.execute(
                sa.select(inbox)
                .join(executions, executions.c.id == inbox.c.execution_id)
                .where(executions.c.owner == worker, executions.c.stage == "driven")
                .order_by(inbox.c.number)
            )
            mail: dict[str, list[Mail]] = {}
            for row in found:
                mail.setdefault(row.execution_id, []).append(Mail(row.number, row.at, row.event))
            return mail

    def delete_ended(self, before: int, limit: int) -> int:
        """Delete executions that ended before an instant, with all that belongs to them.

        A child stays until its parent has ended.
        """
        parents = executions.alias()
        with self.engine.begin() as connection:
            ids = list(
                connection.scalars(
                    sa.select(executions.c.id)
                    .join(parents, parents.c.id == executions.c.parent_id, isouter=True)
                    .where(
                        executions.c.ended_at < before,
                        sa.or_(parents.c.id.is_(None), parents.c.stage == "ended"),
                    )
                    .limit(limit)
                    .with_for_update(of=executions, skip_locked=True)  # or it may be redriven now
                )
            )
            if not ids:
                return 0
            for table in (journal, snapshots, inbox, tokens):
                connection.execute(table.delete().where(table.c.execution_id.in_(ids)))
            connection.execute(executions.delete().where(executions.c.id.in_(ids)))
            return len(ids)

    # Workers.

    def be_seen(self, worker: str, queue: str, now: int) -> None:
        """Say that a worker is alive."""
        with self.engine.begin() as connection:
            seen = connection.execute(
                workers.update().where(workers.c.id == worker).values(seen_at=now)
            )
            if not seen.rowcount:
                connection.execute(workers.delete().where(workers.c.seen_at < now - _FORGOTTEN_US))
                connection.execute(
                    workers.insert().values(id=worker, queue=queue, started_at=now, seen_at=now)
                )

    def leave(self, worker: str) -> None:
        """Say that a worker has ended."""
        with self.engine.begin() as connection:
            connection.execute(workers.delete().where(workers.c.id == worker))

    def workers(self, since: int) -> list[str]:
        """Those that were seen at an instant or later."""
        with self.engine.connect() as connection:
            return list(
                connection.scalars(sa.select(workers.c.id).where(workers.c.seen_at >= since))
            )

    @property
    def is_alone(self) -> bool:
        """Whether the database serves one process only."""
        return not self._is_postgres

    @contextmanager
    def only_one(self) -> Iterator[bool]:
        """Whether this process may do now what only one at a time may do."""
        if not self._is_postgres:
            yield True
            return
        with self.engine.begin() as connection:
            yield bool(connection.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(_WATCH))))

    # Steps of a transaction.

    def _look_after_children(self, connection: sa.Connection, commits: Sequence[Commit]) -> None:
        """Let the parents go on, if they are parked, of children of Map Runs that have ended."""
        parents = {commit.wakes for commit in commits if commit.wakes is not None}
        if parents:
            _QUEUE(connection, [(parent,) for parent in parents])

    def _count_workers(self, connection: sa.Connection) -> int:
        newest = sa.select(sa.func.max(workers.c.seen_at)).scalar_subquery()
        lively = sa.select(sa.func.count()).where(workers.c.seen_at > newest - _LIVELY_US)
        return connection.scalar(lively.select_from(workers)) or 0

    def _load(self, connection: sa.Connection, ids: Sequence[str]) -> list[Loaded]:
        rows = [
            _row(found)
            for found in connection.execute(
                sa.select(executions).where(executions.c.id.in_(ids)).order_by(executions.c.id)
            )
        ]
        documents = {
            found.execution_id: found.document
            for found in connection.execute(
                sa.select(snapshots).where(snapshots.c.execution_id.in_(ids))
            )
        }
        batches: dict[str, list[Batch]] = {}
        for found in connection.execute(
            sa.select(journal)
            .where(journal.c.execution_id.in_(ids))
            .order_by(journal.c.execution_id, journal.c.seq)
        ):
            batch = Batch(found.seq, found.entries, found.length, found.version)
            batches.setdefault(found.execution_id, []).append(batch)
        mail: dict[str, list[Mail]] = {}
        for found in connection.execute(
            sa.select(inbox).where(inbox.c.execution_id.in_(ids)).order_by(inbox.c.number)
        ):
            mail.setdefault(found.execution_id, []).append(
                Mail(found.number, found.at, found.event)
            )
        return [
            Loaded(row, documents.get(row.id), batches.get(row.id, []), mail.get(row.id, []))
            for row in rows
        ]

    def _wake(self, connection: sa.Connection, letters: Sequence[Letter]) -> list[bool]:
        if not letters:
            return []
        ids = {letter.execution_id for letter in letters}
        found = set(
            connection.scalars(
                sa.select(executions.c.id)
                .where(executions.c.id.in_(ids), executions.c.stage != "ended")
                .order_by(executions.c.id)
                .with_for_update()
            )
        )
        kept = [letter for letter in letters if letter.execution_id in found]
        if kept:
            connection.execute(inbox.insert(), [letter._asdict() for letter in kept])
            _QUEUE(connection, [(execution_id,) for execution_id in found])
        return [letter.execution_id in found for letter in letters]


def _row(found: sa.Row[Any]) -> Row:
    columns = found._asdict()
    parent_id, task_id = columns.pop("parent_id"), columns.pop("parent_task")
    number, items = columns.pop("number"), columns.pop("items")
    parent = None if parent_id is None else Parent(parent_id, task_id, number, items)
    return Row(**columns, parent=parent)
