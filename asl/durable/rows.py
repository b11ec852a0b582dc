"""Many rows as one parameter: what makes the SQL backend fast, and keeps its statements in bounds.

A statement that has ``{rows}`` in it reads from a table ``v`` that comes as one JSON text. So it is
prepared once, whatever the number of rows, and no number is too large, where databases take some
ten thousand parameters only. JSON is what both Python and the databases read and write fastest.
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
        on_postgres = ", ".join(
            f"CAST(value ->> {place} AS {kind}) AS {name}"
            for place, (name, kind) in enumerate(columns.items())
        )
        on_sqlite = ", ".join(f"value ->> {place} AS {name}" for place, name in enumerate(columns))
        self._on_postgres, self._on_sqlite = (
            sa.text(text.format(rows=f"(SELECT {fields} FROM {source}) AS v"))  # noqa: S608 - ours
            for fields, source in (
                (on_postgres, "jsonb_array_elements(CAST(:rows AS jsonb)) AS r(value)"),
                (on_sqlite, "json_each(:rows)"),
            )
        )

    def __call__(
        self, connection: sa.Connection, rows: Sequence[tuple[object, ...]], **others: object
    ) -> sa.CursorResult[Any]:
        """Execute it once for all rows; ``others`` are parameters beside them."""
        is_postgres = connection.dialect.name == "postgresql"
        text = self._on_postgres if is_postgres else self._on_sqlite
        return connection.execute(text, {"rows": json.dumps(rows), **others})
