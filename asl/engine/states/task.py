"""Task: has work done outside the machine.

An attempt writes its Scheduled and Started events, asks for the task and waits for the reply, for
the timeout and for heartbeats. Lambda functions named by their ARN have events of their own;
everything else writes Task* events.

Source: ASL specification, "Task State"; AWS guide, "Task workflow state".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias, cast

from asl.engine.commands import InvokeTask
from asl.engine.failure import StateError, data_limit_exceeded
from asl.engine.history import WIDTH
from asl.engine.states.dataflow import bind_source, exact_size
from asl.engine.states.work import bind_done, bind_enter, bind_failure
from asl.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Callable

    from asl.engine.cursor import Cursor
    from asl.engine.program import ProgramScope, Step
    from asl.engine.states.dataflow import Fail
    from asl.jsontypes import Json, Payload
    from asl.language.model import TaskState


class Events(NamedTuple):
    """What a kind of task writes into the history; a worker writes an activity's start itself."""

    scheduled: str
    started: str | None
    succeeded: str
    failed: str
    timed_out: str


_EVENTS = {
    kind: Events(
        f"{prefix}Scheduled",
        None if kind == "activity" else f"{prefix}Started",
        f"{prefix}Succeeded",
        f"{prefix}Failed",
        f"{prefix}TimedOut",
    )
    for kind, prefix in (
        ("lambda", "LambdaFunction"),
        ("service", "Task"),
        ("local", "Task"),
        ("activity", "Activity"),
    )
}
#: Seconds of TimeoutSeconds and HeartbeatSeconds, and the options of a Scheduled event.
Settings: TypeAlias = "tuple[int | None, int | None, dict[str, Json]]"
_NO_SETTINGS: Settings = (None, None, {})


def bind(state: TaskState, step: Step, scope: ProgramScope) -> None:
    """Make a Task state ready to run."""
    resource = state.resource
    events = _EVENTS[resource.kind]
    subject = resource.arn if events.started == "TaskStarted" else None
    leave = bind_done(state, step, scope, "Task")
    failure = bind_failure(state, step, scope, "Task")

    def resume(cursor: Cursor, output: Payload) -> Step | None:
        execution = cursor.execution
        if output.size_bytes > execution.payload_limit:
            return fail(cursor, data_limit_exceeded(resource.arn))
        history = execution.history
        history += (events.succeeded, cursor.previous, execution.now, subject, output.value, None)
        cursor.previous = execution.before + len(history) // WIDTH
        return leave(cursor, output.value, output.size_bytes)

    def end_badly(cursor: Cursor, error: StateError, event: str) -> Step | None:
        cursor.previous = cursor.execution.record(
            event, cursor.previous, subject, [error.name, error.cause]
        )
        return failure(cursor, error)

    def fail(cursor: Cursor, error: StateError) -> Step | None:
        return end_badly(cursor, error, events.failed)

    def expire(cursor: Cursor, error: StateError) -> Step | None:
        return end_badly(cursor, error, events.timed_out)

    attempt = _bind_attempt(state, events, subject, resume, failure)
    step.enter = bind_enter(state, "Task", attempt)
    step.retry = attempt
    step.resume = resume
    step.fail = fail
    step.expire = expire


def _bind_attempt(
    state: TaskState,
    events: Events,
    subject: str | None,
    resume: Callable[[Cursor, Payload], Step | None],
    failure: Fail,
) -> Callable[[Cursor], Step | None]:
    """Ask for the work and wait for the reply; a signal that is there already is taken at once."""
    resource, signal = state.resource, state.resource.signal
    has_token = resource.kind in ("activity", "local") or resource.pattern == ".waitForTaskToken"
    source = bind_source(state.input_path, state.parameters)
    settings_of = _bind_settings(state)

    def attempt(cursor: Cursor) -> Step | None:
        execution = cursor.execution
        task_id = cursor.wait_id = execution.new_wait_id()
        try:
            payload, size = source(cursor)
            timeout, heartbeat, options = settings_of(cursor) if settings_of else _NO_SETTINGS
        except QueryError as failed:
            return failure(cursor, cursor.evaluation_failed(failed))
        if size > execution.payload_limit:
            if exact_size(payload) > execution.payload_limit:
                return failure(cursor, data_limit_exceeded(resource.arn))
            cursor.size = exact_size(cursor.data)  # or each state behind would measure again
        history, now = execution.history, execution.now
        history += (events.scheduled, cursor.previous, now, resource.arn, payload, options)
        last = execution.before + len(history) // WIDTH
        if events.started is not None:
            history += (events.started, last, now, subject, None, None)
            last += 1
        cursor.previous = last
        early = None if signal is None else execution.take_signal(signal)
        if early is not None:
            return resume(cursor, early)
        execution.wait_as(cursor, "task" if signal is None else "signal", task_id)
        if timeout is not None:
            execution.set_timer(now + timeout * 1_000_000, task_id, "timeout")
        if heartbeat is not None:
            _expect_heartbeats(cursor, heartbeat * 1_000_000)
        if signal is not None:
            return None
        token = execution.identity.task_token(task_id) if has_token else None
        call = InvokeTask(
            task_id, state.name, resource, payload, cursor.data, cursor.retries + 1, token
        )
        cursor.call = call
        execution.commands.append(call)
        return None

    return attempt


def _expect_heartbeats(cursor: Cursor, every_us: int) -> None:
    cursor.heartbeat_us = every_us
    cursor.heartbeat_due = cursor.execution.now + every_us
    cursor.execution.set_timer(cursor.heartbeat_due, cursor.wait_id, "heartbeat")


def _bind_settings(state: TaskState) -> Callable[[Cursor], Settings] | None:
    """The deadlines of an attempt, and what its Scheduled event says beside the call itself.

    None where there is nothing of the kind.
    """
    is_plain = state.timeout is None and state.heartbeat is None and state.credentials is None
    if is_plain and state.resource.kind == "lambda":
        return None
    view = bind_source(state.input_path)

    def settings(cursor: Cursor) -> Settings:
        data, _ = view(cursor)
        timeout = None if state.timeout is None else state.timeout(data, cursor)
        heartbeat = None if state.heartbeat is None else state.heartbeat(data, cursor)
        return timeout, heartbeat, _options(state, cursor, data, timeout, heartbeat)

    return settings


def _options(
    state: TaskState, cursor: Cursor, data: Json, timeout: int | None, heartbeat: int | None
) -> dict[str, Json]:
    """What a Scheduled event says beside the call itself."""
    kind = state.resource.kind
    options: dict[str, Json] = {}
    if kind in ("service", "local"):
        options["region"] = cursor.execution.identity.machine.region
    if timeout is not None:
        options["timeoutInSeconds"] = timeout
    if heartbeat is not None and kind != "lambda":
        options["heartbeatInSeconds"] = heartbeat
    if state.credentials is not None:
        credentials = cast("dict[str, Json]", state.credentials.evaluate(data, cursor))
        options["taskCredentials"] = {"roleArn": credentials.get("RoleArn")}
    return options
