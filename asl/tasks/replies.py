"""Scripted replies: what a task answers and when, in virtual time.

A handler may return one of these instead of plain JSON; `script` makes a handler of several.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from asl.errors import HandlerContractError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from asl.jsontypes import Json
    from asl.tasks.context import TaskContext, TaskHandler

Span: TypeAlias = float | timedelta


class Returns(NamedTuple):
    """The task succeeds with ``output``, ``after_us`` microseconds after it was started."""

    output: Json
    after_us: int = 0
    heartbeat_every_us: int = 0


class Fails(NamedTuple):
    """The task fails, ``after_us`` microseconds after it was started."""

    error: str | None
    cause: str | None = None
    after_us: int = 0
    heartbeat_every_us: int = 0


class Hangs(NamedTuple):
    """The task never answers: only a timeout, or a stop, ends it."""

    heartbeat_every_us: int = 0


Ending: TypeAlias = Returns | Fails | Hangs


class Submits(NamedTuple):
    """A ``.sync`` or ``.waitForTaskToken`` call: the service's reply to it, and how it ends."""

    output: Json
    then: Ending = Hangs()


class StartedBy(NamedTuple):
    """An activity: the worker that takes the task, and how it ends."""

    worker_name: str
    then: Ending


Reply: TypeAlias = Ending | Submits | StartedBy


def returns(output: Json, *, after: Span = 0, heartbeat_every: Span = 0) -> Returns:
    """A success.

    Args:
        output: JSON: the task's result.
        after: How long the work takes, in virtual time: seconds or a timedelta.
        heartbeat_every: Send a heartbeat at this interval meanwhile; 0 sends none.
    """
    return Returns(output, microseconds(after), microseconds(heartbeat_every))


def fails(
    error: str | None, cause: str | None = None, *, after: Span = 0, heartbeat_every: Span = 0
) -> Fails:
    """A failure with an ASL error name, such as ``"Lambda.TooManyRequestsException"``.

    Args:
        error: The error name; None as SendTaskFailure allows.
        cause: Text for people.
        after: How long the work takes, in virtual time: seconds or a timedelta.
        heartbeat_every: Send a heartbeat at this interval meanwhile; 0 sends none.
    """
    return Fails(error, cause, microseconds(after), microseconds(heartbeat_every))


def hangs(*, heartbeat_every: Span = 0) -> Hangs:
    """No answer at all, with heartbeats at an interval if one is given."""
    return Hangs(microseconds(heartbeat_every))


def submits(output: Json, *, then: Ending | None = None) -> Submits:
    """The reply of a service to a ``.sync`` or ``.waitForTaskToken`` call.

    Args:
        output: JSON: what the call itself returned (TaskSubmitted).
        then: How the task ends; None leaves that to whoever has its token.
    """
    return Submits(output, Hangs() if then is None else then)


def started_by(worker_name: str, then: Ending) -> StartedBy:
    """The work of an activity's worker: its name, and how the task ends."""
    return StartedBy(worker_name, then)


def script(*replies: Reply | Callable[..., object] | Json) -> TaskHandler:
    """A handler that gives these replies in turn, counted for each state of each execution.

    Args:
        replies: Each a reply (`returns`, `fails`, `hangs`), a function of the payload, or plain
        JSON
            to return. A call beyond the last one is an error: nothing is made up.
    """
    if not replies:
        raise UsageError("script() needs at least one reply")

    def scripted(payload: Json, context: TaskContext) -> object:
        if context.call > len(replies):
            raise HandlerContractError(
                f"the script for state {context.state_name!r} has {len(replies)} replies, "
                f"but this is call {context.call}"
            )
        reply = replies[context.call - 1]
        return reply(payload) if callable(reply) else reply

    return scripted


def microseconds(span: Span) -> int:
    """A span given in seconds or as a timedelta, as whole microseconds, not negative."""
    seconds = span.total_seconds() if isinstance(span, timedelta) else span
    if not 0 <= seconds < float("inf"):
        raise UsageError(f"a span of time must not be negative, but is {span!r}")
    return round(seconds * 1_000_000)
