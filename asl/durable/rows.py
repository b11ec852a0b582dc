"""Many rows as one statement: what makes the SQL backend fast, and keeps its statements in bounds.

A statement that has ``{rows}`` in it reads from a table ``v`` of its parameters: arrays that are
unnested on PostgreSQL, one JSON text on SQLite. So it is prepared once, whatever the number of
rows, and no number of rows is more than a database's limit of parameters.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

if TYPE_CHECKING:
    from collections.abc import Sequence


class Statement:
    """A statement over rows of parameters.

    Args:
        text: SQL with ``{rows}`` where it reads from ``v``.
        columns: The names of the columns of ``v`` and their types on PostgreSQL.
    """

    def __init__(self, text: str, **columns: str) -> None:
        self._names = list(columns)
        arrays = ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in columns.items())
        fields = ", ".join(
            f"json_extract(value, '$[{place}]') AS {name}" for place, name in enumerate(columns)
        )
        on_postgres = f"unnest({arrays}) AS v({', '.join(columns)})"
        on_sqlite = f"(SELECT {fields} FROM json_each(:rows)) AS v"  # noqa: S608 - names are ours
        self._on_postgres = sa.text(text.format(rows=on_postgres))
        self._on_sqlite = sa.text(text.format(rows=on_sqlite))

    def __call__(
        self, connection: sa.Connection, rows: Sequence[tuple[object, ...]], **others: object
    ) -> sa.CursorResult[Any]:
        """Execute it once for all rows; ``others`` are parameters beside them."""
        if connection.dialect.name == "postgresql":
            columns = zip(*rows, strict=True) if rows else ((),) * len(self._names)
            arrays = dict(zip(self._names, map(list, columns), strict=True))
            return connection.execute(self._on_postgres, {**arrays, **others})
        return connection.execute(self._on_sqlite, {"rows": json.dumps(rows), **others})
