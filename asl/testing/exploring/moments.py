"""What a history tells to those who watch an execution go by: states entered, done, failed.

Also the numbers that a bill and AWS's limits are made of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from asl.engine.history import WIDTH
from asl.jsontypes import size_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asl.testing.exploring.world import Turns

#: Records whose data is a payload: an input, an output, a result, or what a task is given.
_PAYLOADS = (
    "StateEntered", "StateExited", "Scheduled", "TaskSucceeded", "FunctionSucceeded",
    "ActivitySucceeded", "TaskSubmitted", "ExecutionStarted", "ExecutionSucceeded",
)  # fmt: skip

#: What an attempt of a state begins with, and the event that the first one follows at once.
_ATTEMPTS = {
    "ParallelStateStarted": "ParallelStateEntered",
    "MapStateStarted": "MapStateEntered",
    **{f"{kind}Scheduled": "TaskStateEntered" for kind in ("Task", "LambdaFunction", "Activity")},
}


class Moment(NamedTuple):
    """Something that happened to a state: it was entered, left with success, or failed for good."""

    kind: Literal["entered", "succeeded", "failed"]
    state: str


def entered_states(records: list[Any]) -> list[str]:
    """The names of the states entered in these records."""
    return [
        records[place + 3]
        for place in range(0, len(records), WIDTH)
        if records[place].endswith("StateEntered")
    ]


def moments(
    records: list[Any], before: int, turns: Turns, names: Mapping[str, str]
) -> Iterator[Moment]:
    """What these records and decisions tell, in order.

    Args:
        records: A stretch of a history, flat.
        before: How many events came before it.
        turns: The decisions made meanwhile.
        names: The names of states by pointer.
    """
    failures = [
        (event_id, names[decision.pointer])
        for event_id, decision in zip(turns.event_ids, turns, strict=True)
        if decision.kind in ("caught", "uncaught")
    ]
    failures.reverse()
    for place in range(0, len(records), WIDTH):
        kind, name = records[place], records[place + 3]
        last_id = before + place // WIDTH
        is_caught = False
        while failures and failures[-1][0] <= last_id:
            _, failed = failures.pop()
            is_caught = failed == name
            yield Moment("failed", failed)
        if kind.endswith("StateEntered"):
            yield Moment("entered", name)
        elif kind.endswith("StateExited") and not is_caught:
            yield Moment("succeeded", name)
    for _, failed in reversed(failures):
        yield Moment("failed", failed)


def transitions(records: list[Any], before: int) -> int:
    """How many states were entered and attempts repeated: what AWS counts as state transitions.

    Source: AWS Step Functions pricing ("including retries"; "each retry will be charged as an
    additional state transition").
    """
    counted = 0
    for place in range(0, len(records), WIDTH):
        kind = records[place]
        if kind.endswith("StateEntered"):
            counted += 1
        elif kind in _ATTEMPTS:
            cause = (records[place + 1] - before - 1) * WIDTH
            counted += cause < 0 or is_retry(
                kind, records[cause], records[place + 2], records[cause + 2]
            )
    return counted


def is_retry(kind: str, cause: str, at: object, cause_at: object) -> bool:
    """Whether an event begins an attempt that is not the state's first.

    The first one is caused by the state's being entered, at the same instant. A later one is caused
    by a failure, maybe that of a state which was just entered too, but that was a delay ago.

    Args:
        kind: The event's type.
        cause: The type of the event that it is linked to.
        at: Its instant.
        cause_at: The instant of that one.
    """
    return kind in _ATTEMPTS and not (cause == _ATTEMPTS[kind] and at == cause_at)


def largest_payload(records: list[Any]) -> int:
    """The bytes of the largest payload in these records."""
    sizes = (
        size_bytes(records[place + 4])
        for place in range(0, len(records), WIDTH)
        if records[place].endswith(_PAYLOADS)
    )
    return max(sizes, default=0)
