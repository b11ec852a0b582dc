"""The tables of the SQL backend, and how a database comes to have them.

All names begin with ``asl_``. Instants are microseconds since the epoch. DBOS keeps its own tables
beside these, in the same database.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from asl.errors import DatabaseError

if TYPE_CHECKING:
    from collections.abc import Callable

#: The version that this package reads and writes.
VERSION = 1
#: The key of the lock under which PostgreSQL's tables are made by one process at a time.
_LOCK = 0x61736C  # "asl"

metadata = sa.MetaData()

versions = sa.Table("asl_schema", metadata, sa.Column("version", sa.Integer, primary_key=True))

machines = sa.Table(
    "asl_machine",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("arn", sa.Text, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("definition", sa.Text, nullable=False),
    sa.Column("registration", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("arn", "type", "fingerprint"),
)

executions = sa.Table(
    "asl_execution",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("machine", sa.ForeignKey("asl_machine.id"), nullable=False),
    sa.Column("scope", sa.Text, nullable=False),
    sa.Column("machine_name", sa.Text, nullable=False),
    sa.Column("name", sa.Text),
    sa.Column("input", sa.Text, nullable=False),
    sa.Column("seed", sa.BigInteger, nullable=False),
    sa.Column("started_at", sa.BigInteger, nullable=False),
    sa.Column("limits", sa.Text, nullable=False),
    sa.Column("queue", sa.Text, nullable=False),
    sa.Column("parent_id", sa.Text),
    sa.Column("parent_task", sa.Integer),
    sa.Column("number", sa.Integer),
    sa.Column("items", sa.Integer),
    sa.Column("awaited", sa.Boolean, nullable=False),
    sa.Column("synchronous", sa.Boolean, nullable=False),
    sa.Column("stage", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("segment", sa.Integer, nullable=False),
    sa.Column("epoch", sa.Integer, nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("takeovers", sa.Integer, nullable=False),
    sa.Column("owner", sa.Text),
    sa.Column("wake_at", sa.BigInteger),
    sa.Column("ended_at", sa.BigInteger),
    sa.Column("output", sa.Text),
    sa.Column("error", sa.Text),
    sa.Column("cause", sa.Text),
    sa.Column("reason", sa.Text),
    sa.Column("redrives", sa.Integer, nullable=False),
    sa.Index(
        "asl_execution_due",
        "wake_at",
        "started_at",
        postgresql_where=sa.text("wake_at IS NOT NULL"),
        sqlite_where=sa.text("wake_at IS NOT NULL"),
    ),
    sa.Index("asl_execution_started", "started_at", "id"),
    sa.Index("asl_execution_parent", "parent_id", "parent_task", "number"),
    sa.Index("asl_execution_ended", "ended_at", postgresql_where=sa.text("ended_at IS NOT NULL")),
    postgresql_with={"fillfactor": "50"},  # so that a commit's update stays on its page
)

snapshots = sa.Table(
    "asl_snapshot",
    metadata,
    sa.Column("execution_id", sa.Text, primary_key=True),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("document", sa.Text, nullable=False),
)

journal = sa.Table(
    "asl_journal",
    metadata,
    sa.Column("execution_id", sa.Text, primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("entries", sa.Text, nullable=False),
    sa.Column("length", sa.Integer, nullable=False),
    sa.Column("version", sa.Text, nullable=False),
)

inbox = sa.Table(
    "asl_inbox",
    metadata,
    sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("execution_id", sa.Text, nullable=False, index=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("event", sa.Text, nullable=False),
)

tokens = sa.Table(
    "asl_token",
    metadata,
    sa.Column("execution_id", sa.Text, primary_key=True),
    sa.Column("task_id", sa.Integer, primary_key=True),
    sa.Column("activity", sa.Text),
    sa.Column("input", sa.Text, nullable=False),
    sa.Column("opened_at", sa.BigInteger, nullable=False),
    sa.Column("is_taken", sa.Boolean, nullable=False),
    sa.Column("is_answered", sa.Boolean, nullable=False),
    sa.Index("asl_token_activity", "activity", "opened_at"),
)

workers = sa.Table(
    "asl_worker",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("queue", sa.Text, nullable=False),
    sa.Column("started_at", sa.BigInteger, nullable=False),
    sa.Column("seen_at", sa.BigInteger, nullable=False),
)

#: What brings a database from each version to the next; the first makes all tables.
_MIGRATIONS: tuple[Callable[[sa.Connection], None], ...] = (metadata.create_all,)


def prepare(engine: sa.Engine) -> None:
    """Bring a database to the version of this package; one process at a time does so.

    Raises:
        DatabaseError: It has a newer version.
    """
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        found = 0
        if sa.inspect(connection).has_table(versions.name):
            found = connection.scalar(sa.select(versions.c.version)) or 0
        if found > VERSION:
            raise DatabaseError(
                f"the database has tables of version {found}; this version of asl reads version "
                f"{VERSION}: update asl-interpreter here"
            )
        for migrate in _MIGRATIONS[found:]:
            migrate(connection)
        if found < VERSION:
            connection.execute(versions.delete())
            connection.execute(versions.insert().values(version=VERSION))
