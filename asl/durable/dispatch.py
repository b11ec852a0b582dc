"""Jobs on DBOS Transact: its queue says which worker drives what.

A job is a workflow with a list of tickets and no steps: what its executions do is in our journal.
DBOS gives each job to one worker, keeps the limits of a queue, and remembers who has what; that a
worker has died we find out ourselves (`asl.durable.worker`) and tell it.
"""

from __future__ import annotations

import sqlite3
import sys
from typing import TYPE_CHECKING, Any

import dbos
from dbos import DBOS, DBOSClient, WorkflowSerializationFormat

from asl.durable.port import Ticket
from asl.engine.history import instant
from asl.errors import DatabaseError, UsageError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Sequence

    import sqlalchemy as sa

_APPLICATION = "asl"
_WORKFLOW = "asl.drive"
#: Of jobs, not of this package: it changes when another version could not do them.
_JOB_VERSION = "asl-job-1"
#: The oldest SQLite that has ``unixepoch('subsec')``.
_SQLITE = (3, 42, 0)
#: Ended jobs that are deleted in one step.
_MOST_DELETED = 1_000


class DbosDispatcher:
    """Adds jobs to DBOS's queues, in the transactions of our own tables.

    Args:
        engine: Of the database that both use.

    Raises:
        DatabaseError: This SQLite is too old for DBOS.
    """

    def __init__(self, engine: sa.Engine) -> None:
        _check_sqlite(engine)
        dbos.run_dbos_database_migrations(engine.url.render_as_string(hide_password=False))
        self._client = client_of(engine)

    def enqueue(self, connection: sa.Connection, queue: str, tickets: Sequence[Ticket]) -> None:
        """Add a job, as part of the connection's transaction."""
        self._client.enqueue_in_transaction(
            connection,
            {
                "workflow_name": _WORKFLOW,
                "queue_name": queue_name(queue),
                "app_version": _JOB_VERSION,
                "serialization_type": WorkflowSerializationFormat.PORTABLE,
            },
            [list(ticket) for ticket in tickets],
        )

    def delete_ended(self, before_us: int) -> int:
        """Delete what DBOS remembers of jobs that ended before an instant; how many."""
        ended = self._client.list_workflows(
            status=["SUCCESS", "ERROR", "CANCELLED"],
            name=_WORKFLOW,
            completed_before=instant(before_us).isoformat(),
            limit=_MOST_DELETED,
            load_input=False,
            load_output=False,
        )
        self._client.delete_workflows([job.workflow_id for job in ended])
        return len(ended)


def _check_sqlite(engine: sa.Engine) -> None:
    """DBOS 3.4 writes times that an older SQLite does not know, on newer versions of Python."""
    is_old = sqlite3.sqlite_version_info < _SQLITE and sys.version_info >= (3, 12)
    if engine.dialect.name == "sqlite" and is_old:
        raise DatabaseError(
            f"DBOS needs SQLite {'.'.join(map(str, _SQLITE))} or newer, and this Python has "
            f"{sqlite3.sqlite_version}: use PostgreSQL, or another build of Python"
        )


def client_of(engine: sa.Engine) -> DBOSClient:
    """A client of DBOS that uses the connections of an engine."""
    return DBOSClient(system_database_engine=engine, application_name=_APPLICATION)


def queue_name(queue: str) -> str:
    """The name of a queue among those of everybody who uses the database."""
    return f"asl:{queue}"


class DbosJobs:
    """Calls this process's worker with the jobs of a queue.

    Args:
        engine: Of the database.
        queue: Whose jobs.
        concurrency: How many of them at a time.
        poll: Seconds between two looks at the queue.
    """

    _is_launched = False

    def __init__(self, engine: sa.Engine, *, queue: str, concurrency: int, poll: float) -> None:
        self._engine = engine
        self._client = client_of(engine)
        self._queue = queue
        self._concurrency = concurrency
        self._poll = poll

    def launch(self, worker: str, drive: Callable[[list[Ticket]], Awaitable[None]]) -> None:
        """Begin to call ``drive`` with each job, on DBOS's event loop.

        Raises:
            UsageError: This process has a worker already: DBOS allows one.
        """
        if DbosJobs._is_launched:
            raise UsageError("a process has one worker: close the first, or start another process")
        DbosJobs._is_launched = True

        @DBOS.workflow(name=_WORKFLOW, max_recovery_attempts=None)
        async def job(tickets: list[list[Any]]) -> None:
            await drive([Ticket(*ticket) for ticket in tickets])

        DBOS(
            config={
                "name": _APPLICATION,
                "system_database_engine": self._engine,
                "executor_id": worker,
                "application_version": _JOB_VERSION,
                "log_level": "WARNING",
                "run_migrations": False,
            }
        )
        DBOS.listen_queues([queue_name(self._queue)])
        DBOS.launch()
        DBOS.register_queue(
            queue_name(self._queue),
            worker_concurrency=self._concurrency,
            polling_interval_sec=self._poll,
            on_conflict="always_update",
        )

    def drain(self, seconds: float) -> None:
        """Take no more jobs, and wait for those under way to end."""
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=max(1, round(seconds)))
        DbosJobs._is_launched = False

    def give_out_again(self, living: Collection[str]) -> int:
        """Let others have the jobs of workers that are not among the living; how many."""
        lost: dict[str, list[str]] = {}
        for job in self._client.list_workflows(
            status="PENDING", name=_WORKFLOW, load_input=False, load_output=False
        ):
            if job.executor_id not in living and job.queue_name is not None:
                lost.setdefault(job.queue_name, []).append(job.workflow_id)
        for queue, ids in lost.items():
            self._client.resume_workflows(ids, queue_name=queue)
        return sum(map(len, lost.values()))
