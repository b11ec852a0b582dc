"""Assertions about what an execution did: plain functions, for pytest and any other runner.

Each takes a `Result`, or a `Trace` of it or of one of its branches. A state that the machine does
not have is an error (`asl.UsageError`), never a pass.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from asl.errors import UsageError
from asl.tasks.replies import microseconds
from asl.testing.difference import differences
from asl.testing.traces import Trace, trace

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import EllipsisType

    from asl.runtimes.result import Result
    from asl.tasks.replies import Span

_MOST_LINES = 40


def assert_path(run: Result | Trace, *states: str | EllipsisType) -> None:
    """Assert which states were visited, in which order.

        assert_path(result, "Reserve", "Charge", "Ship")            # these and no others
        assert_path(result, "Reserve", ..., "Refund", ...)          # these, with any between

    Args:
        run: Of which execution, branch or iteration.
        states: The names in order; ``...`` stands for any number of states, none too. Those inside
            Parallel and Map stand where they were entered.

    Raises:
        AssertionError: The path is another one.
        UsageError: There is no such state.
    """
    __tracebackhide__ = True
    traced = _traced(run)
    for state in states:
        if state is not ...:
            traced.check_name(state)
    parted = _parted(traced.path, states)
    if parted is not None:
        expected = " > ".join("..." if state is ... else state for state in states)
        raise AssertionError(
            f"the path is another one: {parted}\n"
            f"  expected: {expected or '(no state)'}\n"
            f"  path:     {' > '.join(traced.path) or '(no state)'}"
        )


def assert_never_visited(run: Result | Trace, *states: str) -> None:
    """Assert that none of some states was entered.

    Args:
        run: Of which execution, branch or iteration.
        states: Their names; at least one.

    Raises:
        AssertionError: One was.
        UsageError: There is no such state, or none was named.
    """
    __tracebackhide__ = True
    if not states:
        raise UsageError("assert_never_visited() needs the name of at least one state")
    traced = _traced(run)
    visited = [state for state in states if traced[state]]
    if visited:
        names = " and ".join(map(repr, visited))
        raise AssertionError(f"{names} should never be visited\n  path: {traced}")


def assert_retries(
    run: Result | Trace, state: str, delays: Sequence[Span], *, visit: int | None = None
) -> None:
    """Assert how often a Task, Parallel or Map was tried again, and how long each retry waited.

        assert_retries(result, "Charge", [2, 4, 8])

    Args:
        run: Of which execution, branch or iteration.
        state: Its name.
        delays: Seconds or timedeltas of the execution's time, from the end of an attempt to the
            next one; an empty list for no retry.
        visit: Which visit of the state, from 0; may be left out if there is only one.

    Raises:
        AssertionError: They are others, or there was no such visit.
        UsageError: There is no such state, or it is none that is ever tried again.
    """
    __tracebackhide__ = True
    traced = _traced(run)
    visits = traced[state]
    kind = traced.kind(state)
    if kind not in ("Task", "Parallel", "Map"):
        raise UsageError(f"the state {state!r} is a {kind}, which is never tried again")
    meant = visits.only if visit is None else visits[visit]
    expected = [timedelta(microseconds=microseconds(delay)) for delay in delays]
    if meant.delays != expected:
        tries = "".join(
            f"\n  attempt {attempt.number}: {attempt.status}"
            + (f" after a delay of {_seconds(attempt.delay)}" if attempt.delay is not None else "")
            for attempt in meant.attempts
        )
        raise AssertionError(
            f"{meant.title} was tried again after {_all_seconds(meant.delays)}, not after "
            f"{_all_seconds(expected)}{tries}"
        )


def assert_same_run(run: Result, other: Result) -> None:
    """Assert that two executions did the same, state by state; ids and times do not matter.

    Compared are the outcome and, for each branch, the path and what each visit of a state had:
    input, output, variables, error, and payload, result and error of each attempt.

    Raises:
        AssertionError: They differ; the message says in which states, and how.
        UsageError: A run did not keep its whole history.
    """
    __tracebackhide__ = True
    lines = differences(run, other)
    if lines:
        raise AssertionError("\n  ".join(["the runs differ (first != second):", *shortened(lines)]))


def shortened(lines: list[str]) -> list[str]:
    """The first lines, and how many more there are."""
    more = len(lines) - _MOST_LINES
    return lines if more <= 0 else [*lines[:_MOST_LINES], f"... and {more} more differences"]


def _traced(run: Result | Trace) -> Trace:
    return run if isinstance(run, Trace) else trace(run)


def _parted(path: list[str], states: Sequence[str | EllipsisType]) -> str | None:
    """Why a path is not the expected one; None if it is.

    The states between two ``...`` are looked for as near the start as they fit; those before the
    first one have to begin the path and those after the last one to end it.
    """
    runs: list[list[str]] = [[]]
    for state in states:
        if state is ...:
            runs.append([])
        else:
            runs[-1].append(state)
    first, *later = runs
    if path[: len(first)] != first:
        return _first_difference(path, first)
    place = len(first)
    if not later:
        rest = " > ".join(path[place:])
        return f"it goes on with {rest}" if rest else None
    *between, last = later
    for run in between:
        found = _find(run, path, place)
        if found is None:
            return f"{_named(run)} was not visited{_after(path, place)}"
        place = found + len(run)
    if len(path) - len(last) < place or path[len(path) - len(last) :] != last:
        return f"it does not end with {_named(last)}{_after(path, place)}"
    return None


def _first_difference(path: list[str], expected: list[str]) -> str:
    for place, state in enumerate(expected):
        if place >= len(path):
            return f"it ends before {state!r}"
        if path[place] != state:
            return f"{state!r} was expected at place {place}, but there is {path[place]!r}"
    return ""


def _find(run: list[str], path: list[str], start: int) -> int | None:
    """Where states follow each other in a path."""
    for place in range(start, len(path) - len(run) + 1):
        if path[place : place + len(run)] == run:
            return place
    return None


def _named(run: list[str]) -> str:
    return " > ".join(map(repr, run))


def _after(path: list[str], place: int) -> str:
    return f" after {path[place - 1]!r}" if place else ""


def _seconds(span: timedelta) -> str:
    return f"{span.total_seconds():g} s"


def _all_seconds(spans: Sequence[timedelta]) -> str:
    return "no delay" if not spans else ", ".join(map(_seconds, spans))
