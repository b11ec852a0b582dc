"""The events of an exported history: read in any of their forms, and checked to be all of them.

An export is what ``aws stepfunctions get-execution-history`` prints, what boto3 returns (times as
datetimes), or `Result.to_json` of ours. It knows the form of events, not what they mean.

Source: AWS Step Functions API, "GetExecutionHistory" and "HistoryEvent".
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias, cast

from asl.errors import UsageError, quote
from asl.jsontypes import Json, NotJsonError, parse_json
from asl.runtimes.clocks import to_microseconds

#: What users give: the path of a file, what boto3 returned, or a list of events.
History: TypeAlias = "str | PathLike[str] | Mapping[str, Any] | Sequence[Mapping[str, Any]]"

_ENDS = frozenset(
    ("ExecutionSucceeded", "ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted")
)
#: Where events hold JSON text; without it nothing can be replayed.
_DATA = {
    "ExecutionStarted": "input",
    "ExecutionSucceeded": "output",
    "LambdaFunctionScheduled": "input",
    "LambdaFunctionSucceeded": "output",
    "ActivityScheduled": "input",
    "ActivitySucceeded": "output",
    "TaskScheduled": "parameters",
    "TaskSubmitted": "output",
    "TaskSucceeded": "output",
}


class Event(NamedTuple):
    """One event: ``at`` in microseconds since the epoch, ``details`` as AWS gives them."""

    id: int
    previous: int
    at: int
    kind: str
    details: Mapping[str, Any]

    def data(self, key: str) -> Json:
        """The JSON of a field that holds JSON text."""
        try:
            return parse_json(self.details[key])
        except (NotJsonError, TypeError) as error:
            raise UsageError(
                f"event {self.id} ({self.kind}): {key!r} is no JSON text: "
                f"{quote(self.details[key])}"
            ) from error


def read_events(history: History) -> list[Event]:
    """The events of an export, in the order of their ids.

    Raises:
        UsageError: It is no such export, or not the whole of it; the message says what is missing.
    """
    events = parse_events(_raw(history))
    if not events:
        raise UsageError("the history has no events")
    _check_whole(events)
    for event in events:
        _check_data(event)
    return events


def parse_events(raw: Sequence[Any]) -> list[Event]:
    """Events in the order of their ids, each of the right form; there may be some missing.

    Raises:
        UsageError: One is no event.
    """
    return sorted((_event(each) for each in raw), key=lambda event: event.id)


def _raw(history: History) -> Sequence[Any]:
    if isinstance(history, str | PathLike):
        history = _read(Path(history))
    if isinstance(history, Mapping):
        if history.get("nextToken"):
            raise UsageError(
                "the history is one page of several (it has a nextToken): get all pages, with "
                "boto3 by client.get_paginator('get_execution_history')"
            )
        if "events" not in history:
            raise UsageError(
                "this is no history: it has no 'events'; 'aws stepfunctions "
                "get-execution-history' prints one"
            )
        history = history["events"]
    if isinstance(history, str | bytes) or not isinstance(history, Sequence):
        raise UsageError(f"the events of a history are a list, not {quote(history)}")
    return history


def _read(path: Path) -> Any:  # noqa: ANN401 - whatever is in the file
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror or error}") from error
    except json.JSONDecodeError as error:
        raise UsageError(
            f"{path}:{error.lineno}:{error.colno}: not JSON (cut?): {error.msg}"
        ) from error
    except ValueError as error:
        raise UsageError(f"{path} is no JSON text: {error}") from error


def _event(given: Any) -> Event:  # noqa: ANN401 - whatever is in the export
    if not isinstance(given, Mapping) or not isinstance(given.get("type"), str):
        raise UsageError(f"this is no event of a history: {quote(given)}")
    kind = given["type"]
    number, previous = given.get("id"), given.get("previousEventId", 0)
    if type(number) is not int or type(previous) is not int:
        raise UsageError(
            f"an event of a history has whole numbers as id and previousEventId: {quote(given)}"
        )
    if "timestamp" not in given:
        raise UsageError(f"event {number} ({kind}) has no timestamp")
    details: Mapping[str, Any] = {}
    for key, value in given.items():
        if key.endswith("EventDetails") and isinstance(value, Mapping):
            details = cast("Mapping[str, Any]", value)
    return Event(number, previous, _instant(given["timestamp"], number), kind, details)


def _instant(given: object, number: int) -> int:
    """A time stamp in microseconds: a datetime, ISO 8601 text, or seconds since the epoch."""
    try:
        if isinstance(given, str):
            given = datetime.fromisoformat(given)
        if isinstance(given, int | float) and not isinstance(given, bool):
            given = datetime.fromtimestamp(given, UTC)
        if isinstance(given, datetime):
            return to_microseconds(given)
    except (UsageError, ValueError, OverflowError, OSError) as error:
        raise UsageError(f"event {number} has a timestamp that is none: {error}") from error
    raise UsageError(f"event {number} has a timestamp that is none: {quote(given)}")


def _check_whole(events: list[Event]) -> None:
    """Find out whether events are missing: at the beginning, in the middle or at the end."""
    if events[0].id != 1 or events[0].kind != "ExecutionStarted":
        raise UsageError(
            "the beginning of the history is missing: its first event is "
            f"{events[0].id} ({events[0].kind}), not 1 (ExecutionStarted)"
        )
    for earlier, event in pairwise(events):
        if event.id == earlier.id:
            raise UsageError(f"the history has event {event.id} twice")
        if event.id != earlier.id + 1:
            raise UsageError(f"the history has a gap: event {earlier.id + 1} is missing")
        if event.at < earlier.at:
            raise UsageError(f"event {event.id} is earlier than event {earlier.id}")
        if event.previous >= event.id:
            raise UsageError(f"event {event.id} follows from event {event.previous}, a later one")
        if event.kind == "ExecutionRedriven":
            raise UsageError("the execution was redriven: such a history can't be replayed")
    last = events[-1]
    if last.kind not in _ENDS:
        raise UsageError(
            f"the end of the history is missing: its last event is {last.id} ({last.kind}); the "
            "execution had not ended, or the export is cut"
        )


def _check_data(event: Event) -> None:
    key = _DATA.get(event.kind)
    for suffix in ("StateEntered", "StateExited"):
        if event.kind.endswith(suffix):
            key = "input" if suffix == "StateEntered" else "output"
    if key is not None and key not in event.details:
        raise UsageError(
            f"event {event.id} ({event.kind}) has no {key!r}: the history was exported without "
            "data; get it with includeExecutionData=true (aws: --include-execution-data)"
        )
    for name, value in event.details.items():
        if name.endswith("Details") and isinstance(value, Mapping) and value.get("truncated"):
            raise UsageError(
                f"event {event.id} ({event.kind}): {name.removesuffix('Details')!r} is truncated"
            )
