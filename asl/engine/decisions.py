"""The turns that a history does not tell: which rule, retrier or catcher a state took.

Coverage and exploration ask for them (`Execution.decisions`); nobody else pays for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from asl.engine.cursor import Cursor


class Decision(NamedTuple):
    """One turn.

    Attributes:
        kind: A rule ``matched``, a retrier had the state ``retried`` or was ``exhausted``, a
            catcher ``caught`` the error, or it stayed ``uncaught`` and failed the scope.
        pointer: The state, as a JSON pointer in the definition.
        place: Of the rule, retrier or catcher, from 0; None for a Choice's Default and for what
            nobody caught.
    """

    kind: Literal["matched", "retried", "exhausted", "caught", "uncaught"]
    pointer: str
    place: int | None


def note(cursor: Cursor, decision: Decision) -> None:
    """Keep a decision, if somebody wants to know."""
    decisions = cursor.execution.decisions
    if decisions is not None:
        decisions.append(decision)
