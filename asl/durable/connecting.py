"""How a database of executions is connected to: SQLite or PostgreSQL, by its URL."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from asl.errors import DatabaseError

_URLS = "use sqlite:///FILE, or postgresql://USER@HOST/NAME"


def connect(url: str, *, pool_size: int = 20) -> sa.Engine:
    """An engine for a database of executions; it connects when it is first used.

    Raises:
        DatabaseError: The URL is none, or that of another kind of database.
    """
    try:
        address = sa.make_url(url)
    except sa.exc.ArgumentError as error:  # with the URL in it, and its password
        raise DatabaseError(f"the URL of the database can't be read: {_URLS}") from error
    if address.get_backend_name() not in ("sqlite", "postgres", "postgresql"):
        raise DatabaseError(f"{address.get_backend_name()!r} is no database for this: {_URLS}")
    if address.drivername in ("postgres", "postgresql"):
        address = address.set(drivername="postgresql+psycopg")
    if address.get_backend_name() != "sqlite":
        return sa.create_engine(address, pool_size=pool_size, pool_pre_ping=True)
    if is_in_memory(address):
        engine = sa.create_engine(
            address, poolclass=sa.StaticPool, connect_args={"check_same_thread": False}
        )
    else:
        engine = sa.create_engine(address, connect_args={"timeout": 30})

    @sa.event.listens_for(engine, "connect")
    def _connected(connection: Any, _: object) -> None:  # noqa: ANN401 - the driver's own
        connection.isolation_level = None  # transactions begin where we say, not where it guesses
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")

    @sa.event.listens_for(engine, "begin")
    def _begun(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def is_in_memory(address: sa.URL) -> bool:
    """Whether a database of SQLite is gone when its engine is."""
    return address.get_backend_name() == "sqlite" and address.database in (None, "", ":memory:")
