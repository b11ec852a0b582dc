"""What happened, as AWS would have recorded it: kept as flat records, shown as events.

The history of a running execution is one flat list, `WIDTH` slots an event: no object of its own
for an event, so recording costs little and Python's collector has nothing to walk. An event's id is
its place, behind those that came before the list: what forks have in common is a `Past` that they
share, and what nobody wants to keep is forgotten. The slots are

    kind       the event's type, AWS's spelling
    previous   the id of the event that led here
    at         microseconds since the epoch
    subject    the state's name, the resource's ARN, or the role's ARN
    data       input, output, or parameters of a call; ``[error, cause]``; an index or length
    extra      assigned variables, or the options of a call; mostly None

and hold JSON values only. `Recorded.events` makes GetExecutionHistory's form of them. What AWS does
not tell stands in records too: which state is meant by ParallelStateStarted, MapStateFailed and
their like (subject), and with which ``[error, cause]`` it failed (data; extra of a
FailStateEntered). Extra of a state left by a catcher is ``[assigned variables, error, cause]``, and
that of the end of an execution whose states were stopped where they stood: the ids of the entered
events of those that waited for a retry, for nothing else tells them from states that have failed.

Source: AWS Step Functions API, "HistoryEvent".
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from asl.language.resources import parse_resource
from asl.query.javalike import to_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asl.jsontypes import Json

Records: TypeAlias = list[Any]
HistoryEvent: TypeAlias = dict[str, Any]

WIDTH = 6

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WHOLE = {"truncated": False}


def instant(at_us: int) -> datetime:
    """A time stamp for people: an aware datetime."""
    return _EPOCH + timedelta(microseconds=at_us)


def count(records: Records) -> int:
    """How many events there are."""
    return len(records) // WIDTH


class Past(NamedTuple):
    """Records that nobody adds to any more; executions that were forked share them."""

    records: Records
    earlier: Past | None


class Recorded(NamedTuple):
    """The history of an execution as far as it is kept; ``forgotten`` events came before.

    ``retrying`` are the ids of the entered events of the states that wait for a retry, while it
    runs: at its end a record has them.
    """

    records: Records
    forgotten: int = 0
    retrying: tuple[int, ...] = ()

    @classmethod
    def of(cls, past: Past | None, newest: Records, before: int) -> Recorded:
        """The records of the past and the newest ones, ``before`` which so many were written."""
        if past is None:
            return cls(newest, before)
        parts = [newest]
        while past is not None:
            parts.append(past.records)
            past = past.earlier
        records = [slot for part in reversed(parts) for slot in part]
        return cls(records, before + count(newest) - count(records))

    def newest(self, kept: int | None) -> Recorded:
        """The newest events, so many at most; None for all."""
        extra = 0 if kept is None else max(0, count(self.records) - kept)
        if not extra:
            return self
        return self._replace(
            records=self.records[extra * WIDTH :], forgotten=self.forgotten + extra
        )

    def entered_states(self) -> list[str]:
        """The names of the states entered, in order."""
        records = self.records
        return [
            records[place + 3]
            for place in range(0, len(records), WIDTH)
            if records[place].endswith("StateEntered")
        ]

    def events(self, first_id: int = 1) -> Iterator[HistoryEvent]:
        """The events from ``first_id`` on, in the form of GetExecutionHistory."""
        records, start = self.records, max(0, first_id - 1 - self.forgotten)
        for place in range(start * WIDTH, len(records), WIDTH):
            kind, previous, at, subject, data, extra = records[place : place + WIDTH]
            event: HistoryEvent = {
                "timestamp": instant(at),
                "type": kind,
                "id": self.forgotten + place // WIDTH + 1,
                "previousEventId": previous,
            }
            key, details = _shape(kind)
            if details is not None:
                event[key] = details(subject, data, extra)
            yield event


Details: TypeAlias = "Callable[[Any, Any, Any], dict[str, Any]]"


def _input(data: Json) -> dict[str, Any]:
    return {"input": to_text(data), "inputDetails": _WHOLE}


def _output(data: Json) -> dict[str, Any]:
    return {"output": to_text(data), "outputDetails": _WHOLE}


def _failure(data: list[str | None]) -> dict[str, Any]:
    error, cause = data
    return {
        **({} if error is None else {"error": error}),
        **({} if cause is None else {"cause": cause}),
    }


def _resource(arn: str) -> dict[str, Any]:
    resource = parse_resource(arn)
    return {"resourceType": resource.service, "resource": resource.event_resource}


def _exited(name: str, output: Json, extra: dict[str, Json] | list[Any] | None) -> dict[str, Any]:
    details = {"name": name, **_output(output)}
    assigned = extra[0] if isinstance(extra, list) else extra
    if assigned:
        details["assignedVariables"] = {key: to_text(value) for key, value in assigned.items()}
        details["assignedVariablesDetails"] = _WHOLE
    return details


def _scheduled(arn: str, parameters: Json, options: dict[str, Any]) -> dict[str, Any]:
    return {**_resource(arn), "parameters": to_text(parameters), **options}


_DETAILS: dict[str, Details] = {
    "ExecutionStarted": lambda role, data, _: {**_input(data), "roleArn": role},
    "ExecutionSucceeded": lambda _, data, __: _output(data),
    "ExecutionFailed": lambda _, data, __: _failure(data),
    "ExecutionTimedOut": lambda _, data, __: _failure(data),
    "ExecutionAborted": lambda _, data, __: _failure(data),
    "ExecutionRedriven": lambda _, redrives, __: {"redriveCount": redrives},
    "EvaluationFailed": lambda state, data, location: {
        "state": state,
        **_failure(data),
        **({} if location is None else {"location": location}),
    },
    "LambdaFunctionScheduled": lambda arn, data, options: {
        "resource": arn,
        **_input(data),
        **options,
    },
    "ActivityScheduled": lambda arn, data, options: {"resource": arn, **_input(data), **options},
    "ActivityStarted": lambda worker, _, __: {} if worker is None else {"workerName": worker},
    "ActivitySucceeded": lambda _, data, __: _output(data),
    "ActivityFailed": lambda _, data, __: _failure(data),
    "ActivityTimedOut": lambda _, data, __: _failure(data),
    "TaskSubmitted": lambda arn, data, _: {**_resource(arn), **_output(data)},
    "LambdaFunctionSucceeded": lambda _, data, __: _output(data),
    "LambdaFunctionFailed": lambda _, data, __: _failure(data),
    "LambdaFunctionTimedOut": lambda _, data, __: _failure(data),
    "TaskScheduled": _scheduled,
    "TaskStarted": lambda arn, _, __: _resource(arn),
    "TaskSucceeded": lambda arn, data, _: {**_resource(arn), **_output(data)},
    "TaskFailed": lambda arn, data, _: {**_resource(arn), **_failure(data)},
    "TaskTimedOut": lambda arn, data, _: {**_resource(arn), **_failure(data)},
    "MapStateStarted": lambda _, length, __: {"length": length},
    "MapRunStarted": lambda arn, _, __: {"mapRunArn": arn},
    "MapRunFailed": lambda _, data, __: _failure(data),
    "MapIterationStarted": lambda name, index, _: {"name": name, "index": index},
    "MapIterationSucceeded": lambda name, index, _: {"name": name, "index": index},
    "MapIterationFailed": lambda name, index, _: {"name": name, "index": index},
    "MapIterationAborted": lambda name, index, _: {"name": name, "index": index},
}


@lru_cache(maxsize=128)
def _shape(kind: str) -> tuple[str, Details | None]:
    """The key of an event's details and what makes them; no details for the rest."""
    if kind.endswith("StateEntered"):
        return "stateEnteredEventDetails", lambda name, data, _: {"name": name, **_input(data)}
    if kind.endswith("StateExited"):
        return "stateExitedEventDetails", _exited
    return f"{kind[0].lower()}{kind[1:]}EventDetails", _DETAILS.get(kind)
