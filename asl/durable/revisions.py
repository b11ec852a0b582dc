"""The revisions of state machines, as the database keeps them."""

from __future__ import annotations

from typing import cast

import sqlalchemy as sa

from asl.durable.schema import machines

#: A revision that is registered again, as after a deployment that was taken back, is the newest.
_REGISTER = sa.text("""
    INSERT INTO asl_machine (arn, type, fingerprint, definition, registration)
    VALUES (:arn, :type, :fingerprint, :definition,
            (SELECT COALESCE(MAX(registration), 0) + 1 FROM asl_machine))
    ON CONFLICT (arn, type, fingerprint) DO UPDATE SET registration = excluded.registration
    RETURNING id
""")


class Revisions:
    """Every definition that was registered, by its number.

    Args:
        engine: Of the database.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def register(self, arn: str, machine_type: str, fingerprint: str, definition: str) -> int:
        """The number of a revision of a state machine, which is kept if it is new."""
        with self._engine.begin() as connection:
            return cast(
                "int",
                connection.scalar(
                    _REGISTER,
                    {"arn": arn, "type": machine_type, "fingerprint": fingerprint,
                     "definition": definition},
                ),
            )  # fmt: skip

    def revision(self, number: int) -> tuple[str, str, str]:
        """ARN, type and definition of a revision."""
        with self._engine.connect() as connection:
            found = connection.execute(
                sa.select(machines.c.arn, machines.c.type, machines.c.definition).where(
                    machines.c.id == number
                )
            ).one()
            return found.arn, found.type, found.definition

    def newest_revision(self, arn: str) -> int | None:
        """The revision of a machine that was registered last."""
        with self._engine.connect() as connection:
            return cast(
                "int | None",
                connection.scalar(
                    sa.select(machines.c.id)
                    .where(machines.c.arn == arn)
                    .order_by(machines.c.registration.desc())
                    .limit(1)
                ),
            )
