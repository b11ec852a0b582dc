"""Task: has work done outside the machine.

An attempt writes its Scheduled and Started events, asks for the task and waits for the reply, for
the timeout and for heartbeats. Lambda functions named by their ARN have events of their own;
everything else writes Task* events.

Source: ASL specification, "Task State"; AWS guide, "Task workflow state".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from asl.engine.commands import InvokeTask
from asl.engine.failure import StateError, data_limit_exceeded
from asl.engine.states.dataflow import (
    apply,
    effective_input,
    exact_size,
)
from asl.engine.states.work import bind_done, bind_enter, bind_failure
from asl.errors import QueryError

if TYPE_CHECKING:
    from asl.engine.cursor import Cursor
    from asl.engine.program import ProgramScope, Step
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
_NO_OPTIONS: dict[str, Json] = {}


def bind(state: TaskState, step: Step, scope: ProgramScope) -> None:
    """Make a Task state ready to run."""
    resource = state.resource
    events = _EVENTS[resource.kind]
    subject = resource.arn if events.started == "TaskStarted" else None
    signal = resource.signal
    has_token = resource.kind in ("activity", "local") or resource.pattern == ".waitForTaskToken"
    leave = bind_done(state, step, scope, "Task")
    failure = bind_failure(state, step, scope, "Task")

    def attempt(cursor: Cursor) -> Step | None:
        execution = cursor.execution
        task_id = cursor.wait_id = execution.new_wait_id()
        try:
            payload, size = data, _ = effective_input(state.input_path, cursor)
            if state.parameters is not None:
                payload, size = apply(state.parameters, cursor, data, size)
            timeout = None if state.timeout is None else state.timeout(data, cursor)
            heartbeat = None if state.heartbeat is None else state.heartbeat(data, cursor)
            options = _options(state, cursor, data, timeout, heartbeat)
        except QueryError as failed:
            return failure(cursor, cursor.evaluation_failed(failed))
        if size > execution.payload_limit and exact_size(payload) > execution.payload_limit:
            return failure(cursor, data_limit_exceeded(resource.arn))
        cursor.previous = execution.record(
            events.scheduled, cursor.previous, resource.arn, payload, options
        )
        if events.started is not None:
            cursor.previous = execution.record(events.started, cursor.previous, subject)
        early = None if signal is None else execution.take_signal(signal)
        if early is not None:
            return resume(cursor, early)
        execution.wait_as(cursor, "task" if signal is None else "signal", task_id)
        if timeout is not None:
            execution.set_timer(execution.now + timeout * 1_000_000, task_id, "timeout")
        if heartbeat is not None:
            cursor.heartbeat_us = heartbeat * 1_000_000
            cursor.heartbeat_due = execution.now + cursor.heartbeat_us
            execution.set_timer(cursor.heartbeat_due, task_id, "heartbeat")
        if signal is not None:
            return None
        token = execution.identity.task_token(task_id) if has_token else None
        cursor.call = InvokeTask(
            task_id, state.name, resource, payload, cursor.data, cursor.retries + 1, token
        )
        execution.commands.append(cursor.call)
        return None

    def resume(cursor: Cursor, reply: object) -> Step | None:
        execution, output = cursor.execution, cast("Payload", reply)
        if output.size_bytes > execution.payload_limit:
            return fail(cursor, data_limit_exceeded(resource.arn))
        cursor.previous = execution.record(events.succeeded, cursor.previous, subject, output.value)
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

    step.enter = bind_enter(state, "Task", attempt)
    step.retry = attempt
    step.resume = resume
    step.fail = fail
    step.expire = expire


def _options(
    state: TaskState, cursor: Cursor, data: Json, timeout: int | None, heartbeat: int | None
) -> dict[str, Json]:
    """What a Scheduled event says beside the call itself."""
    kind = state.resource.kind
    if kind == "lambda" and timeout is None and state.credentials is None:
        return _NO_OPTIONS
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
