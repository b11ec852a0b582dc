"""An execution as DescribeExecution shows it: what ``.sync`` tasks and Map Runs give of a child.

Source: AWS Step Functions API, "DescribeExecution"; names, order and the two forms of input and
output are recorded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from asl.engine.history import instant
from asl.engine.identity import timestamp
from asl.query.javalike import to_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from asl.engine.execution import Outcome
    from asl.engine.identity import Identity
    from asl.jsontypes import Json

_INCLUDED: dict[str, Json] = {"Included": True}


class Described(Protocol):
    """An execution that has ended: what is known of it without its history."""

    @property
    def identity(self) -> Identity:
        """What AWS would call it."""

    @property
    def outcome(self) -> Outcome:
        """How it ended."""

    @property
    def now(self) -> int:
        """When it ended, in microseconds since the epoch."""


def _as_is(value: Json) -> Json:
    return value


def describe(
    execution: Described,
    *,
    as_text: bool,
    date: Callable[[int], Json],
    is_child_of_map: bool = False,
) -> dict[str, Json]:
    """What AWS says of an execution that has ended.

    Args:
        execution: It has ended.
        as_text: Input and output as JSON text (``.sync``), not as JSON (``.sync:2``).
        date: An instant in microseconds, as it is to be shown.
        is_child_of_map: It may be redriven by its Map Run only.
    """
    identity, outcome = execution.identity, execution.outcome
    shown = to_text if as_text else _as_is
    described: dict[str, Json] = {}
    if outcome.cause is not None:
        described["Cause"] = outcome.cause
    if outcome.error is not None:
        described["Error"] = outcome.error
    described |= {
        "ExecutionArn": identity.arn,
        "Input": shown(identity.input),
        "InputDetails": _INCLUDED,
        "Name": identity.name,
    }
    if outcome.status == "SUCCEEDED":
        described |= {"Output": shown(outcome.output), "OutputDetails": _INCLUDED}
    if not identity.is_express:
        described |= _redrive(execution, is_child_of_map=is_child_of_map)
    return described | {
        "StartDate": date(identity.started_at),
        "StateMachineArn": str(identity.machine),
        "Status": outcome.status,
        "StopDate": date(execution.now),
    }


def _redrive(execution: Described, *, is_child_of_map: bool) -> dict[str, Json]:
    count: dict[str, Json] = {"RedriveCount": execution.identity.redrive_count}
    if execution.outcome.status == "SUCCEEDED":
        return count | {
            "RedriveStatus": "NOT_REDRIVABLE",
            "RedriveStatusReason": "Execution is SUCCEEDED and cannot be redriven",
        }
    return count | {"RedriveStatus": "REDRIVABLE_BY_MAP_RUN" if is_child_of_map else "REDRIVABLE"}


def iso_date(at_us: int) -> Json:
    """As the context object and ``aws-sdk`` tasks show an instant."""
    return timestamp(at_us)


def epoch_milliseconds(at_us: int) -> Json:
    """As ``.sync`` tasks show an instant."""
    return at_us // 1_000


def epoch_seconds(at_us: int) -> Json:
    """As ``startExecution`` shows an instant: seconds, to the millisecond."""
    return instant(at_us).timestamp()
