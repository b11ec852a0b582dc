"""Executions as their host shows them: one described, and lists of them, page by page.

Source: AWS Step Functions API: DescribeExecution, ListExecutions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from asl.durable.port import Filter
from asl.engine.history import instant
from asl.engine.identity import machine_arn
from asl.errors import UsageError
from asl.jsontypes import parse_json
from asl.machine import StateMachine
from asl.runtimes.clocks import to_microseconds

if TYPE_CHECKING:
    from datetime import datetime

    from asl.durable.port import Row
    from asl.jsontypes import Json

#: What an execution can be.
STATUSES = ("RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "SUSPENDED")
#: What a name of an execution must not have in it (AWS: StartExecution, "name").
_FORBIDDEN = frozenset(' \t\n\r<>{}[]?*"#%\\^|~`$&,;:/')
_LONGEST_NAME = 80
_LONGEST_PAGE = 1_000


class Description(NamedTuple):
    """An execution as DescribeExecution shows it.

    Attributes:
        arn, name: Its own.
        machine: The name of its state machine.
        status: ``RUNNING``, ``SUCCEEDED``, ``FAILED``, ``TIMED_OUT``, ``ABORTED``; or
            ``SUSPENDED``: it can't go on until somebody resumes it, and ``reason`` says why.
        input: JSON.
        output: JSON; None unless it SUCCEEDED.
        error, cause: How it failed.
        started_at, stopped_at: Aware datetimes; None while it has not ended.
        redrive_count: How often it was redriven.
        reason: Why it is suspended, or why the last worker gave it back.
        is_parked: Nobody drives it now: it waits for ``wakes_at``, or for an event.
        wakes_at: When it goes on by itself.
        parent: The ARN of the execution that started it.
        queue: Whose workers drive it.
    """

    arn: str
    name: str
    machine: str
    status: str
    input: Json
    output: Json
    error: str | None
    cause: str | None
    started_at: datetime
    stopped_at: datetime | None
    redrive_count: int
    reason: str | None
    is_parked: bool
    wakes_at: datetime | None
    parent: str | None
    queue: str


class Page(NamedTuple):
    """Some executions of a list; ``next_token`` gives the following ones, None at its end."""

    executions: list[Description]
    next_token: str | None


def described(row: Row) -> Description:
    """A kept execution as it is shown."""
    return Description(
        arn=row.id,
        name=row.name or "",
        machine=row.machine_name,
        status=row.status,
        input=parse_json(row.input),
        output=None if row.output is None else parse_json(row.output),
        error=row.error,
        cause=row.cause,
        started_at=instant(row.started_at),
        stopped_at=None if row.ended_at is None else instant(row.ended_at),
        redrive_count=row.redrives,
        reason=row.reason,
        is_parked=row.stage == "parked",
        wakes_at=instant(row.wake_at) if row.stage == "parked" and row.wake_at else None,
        parent=None if row.parent is None else row.parent.execution_id,
        queue=row.queue,
    )


def filter_of(
    machine: StateMachine | str | None,
    status: str | None,
    parent: str | None,
    name_prefix: str | None,
    started_from: datetime | None,
    started_before: datetime | None,
) -> Filter:
    """What to look for, checked.

    Raises:
        UsageError: No execution can be like that.
    """
    if status is not None and status not in STATUSES:
        raise UsageError(f"an execution is never {status!r}: it is {', '.join(STATUSES)}")
    if machine is not None:
        arn = machine.arn if isinstance(machine, StateMachine) else machine_arn(machine)
        machine = arn.name
    check_texts(machine=machine, parent=parent, name_prefix=name_prefix)
    return Filter(
        machine,
        status,
        parent,
        name_prefix,
        None if started_from is None else to_microseconds(started_from),
        None if started_before is None else to_microseconds(started_before),
    )


def page(rows: list[Row], limit: int) -> Page:
    """The page of at most so many rows, of which one more was asked for."""
    shown = rows[:limit]
    token = f"{shown[-1].started_at} {shown[-1].id}" if len(rows) > limit else None
    return Page([described(row) for row in shown], token)


def place_of(token: str | None) -> tuple[int, str] | None:
    """Where the page before ended."""
    if token is None:
        return None
    started_at, _, arn = token.partition(" ")
    if not started_at.isdecimal() or not arn or not is_text(arn):
        raise UsageError(f"{token!r} is not the next_token of a page")
    return int(started_at), arn


def check_limit(limit: int) -> None:
    """Make sure that a page may have so many."""
    if not 1 <= limit <= _LONGEST_PAGE:
        raise UsageError(f"limit has to be from 1 to {_LONGEST_PAGE:,}, not {limit}")


def check_name(name: str) -> None:
    """Make sure that AWS would take a name of an execution."""
    if not isinstance(name, str) or not 1 <= len(name) <= _LONGEST_NAME:
        raise UsageError(f"a name has 1 to {_LONGEST_NAME} characters, not {name!r}")
    wrong = sorted(set(name) & _FORBIDDEN) or [each for each in name if not each.isprintable()]
    if wrong:
        raise UsageError(f"the name {name!r} has {wrong[0]!r} in it, which AWS does not allow")


def check_queue(queue: str) -> None:
    """Make sure that workers can serve a queue of that name."""
    check_text("queue", queue)
    if not queue:
        raise UsageError("a queue has a name of one character or more")


def check_text(what: str, text: str) -> None:
    """Make sure that something is text that every database takes."""
    if not is_text(text):
        raise UsageError(f"{what} has to be text without NUL or lone surrogates, not {text!r}")


def check_texts(**texts: str | None) -> None:
    """The same for all that is given."""
    for what, text in texts.items():
        if text is not None:
            check_text(what, text)


def is_text(value: object) -> bool:
    """Whether something is text that every database takes."""
    if not isinstance(value, str) or "\0" in value:
        return False
    return value.isascii() or not any("\ud800" <= each <= "\udfff" for each in value)
