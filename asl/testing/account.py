"""The story of an execution, for a test that failed: its way, what failed, the last events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl.engine.history import WIDTH, instant
from asl.jsontypes import dump
from asl.runtimes.clocks import to_microseconds
from asl.testing.traces import trace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from asl.jsontypes import Json
    from asl.runtimes.result import Result
    from asl.testing.visits import Visit

_LAST_EVENTS = 8
_SHOWN = 400  # characters of a value
_SHOWN_STATES = 30
_SHOWN_CAUGHT = 3


def account(result: Result, *, in_full: bool = False) -> str:
    """The story of an execution, in lines.

    Args:
        result: Of the execution.
        in_full: Leave nothing out, of no value and no event.
    """
    return "\n".join(_lines(result, in_full=in_full))


def _lines(result: Result, *, in_full: bool) -> Iterator[str]:
    yield f"{result.status} after {result.elapsed}"
    if result.status == "SUCCEEDED":
        yield f"output: {_text(result.output, in_full=in_full)}"
    elif result.error is not None or result.cause is not None:
        yield f"error:  {_error(result.error, result.cause)}"
    if result.recorded.forgotten:
        yield f"path:   not known: {result.recorded.forgotten} events were not kept"
    else:
        yield from _way(result, in_full=in_full)
    for waiting in result.waiting:
        until = "" if waiting.until_us is None else f" until {instant(waiting.until_us)}"
        yield f"waits:  {waiting.state_name!r} for a {waiting.waits_for}{until}"
    for state, exception in result.exceptions:
        yield f"raised: {exception!r} by the handler of {state!r}"
    yield from _last_events(result, in_full=in_full)


def _way(result: Result, *, in_full: bool) -> Iterator[str]:
    traced = trace(result)
    states = traced.path if in_full else traced.path[-_SHOWN_STATES:]
    skipped = "... > " if len(states) < len(traced.path) else ""
    yield f"path:   {skipped}{' > '.join(states) or '(no state)'}"
    caught = [visit for visit in traced.visits if visit.status == "CAUGHT"]
    for visit in caught if in_full else caught[-_SHOWN_CAUGHT:]:
        yield f"caught: {visit.title}{_why(visit)}"
    failed = [visit for visit in traced.visits if visit.status == "FAILED"]
    for visit in failed[-1:]:  # the innermost one: it was entered last
        yield f"failed: {visit.title}{_why(visit)}"
        yield f"input:  {_text(visit.input, in_full=in_full)}"


def _why(visit: Visit) -> str:
    tries = len(visit.attempts)
    after = f", after {tries} attempts" if tries > 1 else ""
    is_told = visit.failure is not None and visit.failure.is_told
    return f" with {_error(visit.error, visit.cause)}{after}" if is_told else after


def _error(error: str | None, cause: str | None) -> str:
    return (error or "no error name") + (f": {cause}" if cause else "")


def _last_events(result: Result, *, in_full: bool) -> Iterator[str]:
    records = result.recorded.records
    count = len(records) // WIDTH
    first = 0 if in_full else max(0, count - _LAST_EVENTS)
    before = result.recorded.forgotten + first
    yield f"events: ... {before} more, then" if before else "events:"
    for place in range(first, count):
        kind, _, at, subject, data, _ = records[place * WIDTH : (place + 1) * WIDTH]
        number = result.recorded.forgotten + place + 1
        name = f" {subject}" if subject and "State" in kind else ""
        value = f" {_text(data, in_full=in_full)}" if data is not None else ""
        yield f"  {number:>4} +{_seconds(at, result.started_at)} {kind}{name}{value}"


def _seconds(at: int, started: datetime) -> str:
    return f"{(at - to_microseconds(started)) / 1_000_000:g}s"


def _text(value: Json, *, in_full: bool) -> str:
    text = dump(value)
    return text if in_full or len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."
