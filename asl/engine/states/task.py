"""Task: has work done outside the machine.

An attempt writes its Scheduled and Started events, asks for the task and waits for the reply, for
the timeout and for heartbeats. Lambda functions named by their ARN have events of their own;
everything else writes Task* events.

Source: ASL specification, "Task State"; AWS guide, "Task workflow state".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

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

_NO_OPTIONS: dict[str, Json] = {}


def bind(state: TaskState, step: Step, scope: ProgramScope) -> None:
    """Make a Task state ready to run."""
    resource = state.resource
    is_lambda = resource.kind == "lambda"
    prefix = "LambdaFunction" if is_lambda else "Task"
    subject = None if is_lambda else resource.arn
    has_options = not is_lambda or bool(state.timeout or state.heartbeat or state.credentials)
    leave = bind_done(state, step, scope, "Task")
    failure = bind_failure(state, step, scope, "Task")

    def attempt(cursor: Cursor) -> Step | None:
        execution = cursor.execution
        try:
            payload, size = data, _ = effective_input(state.input_path, cursor)
            if state.parameters is not None:
                payload, size = apply(state.parameters, cursor, data, size)
            timeout = heartbeat = None
            if has_options:
                timeout = state.timeout and state.timeout(data, cursor)
                heartbeat = state.heartbeat and state.heartbeat(data, cursor)
                options = _options(state, cursor, data, timeout, None if is_lambda else heartbeat)
            else:
                options = _NO_OPTIONS
        except QueryError as failed:
            return failure(cursor, cursor.evaluation_failed(failed))
        if size > execution.payload_limit and exact_size(payload) > execution.payload_limit:
            return failure(cursor, data_limit_exceeded(resource.arn))
        scheduled = execution.record(
            f"{prefix}Scheduled", cursor.previous, resource.arn, payload, options
        )
        cursor.previous = execution.record(f"{prefix}Started", scheduled, subject)
        task_id = execution.wait(cursor, "task")
        if timeout is not None:
            execution.set_timer(execution.now + timeout * 1_000_000, task_id, "timeout")
        if heartbeat is not None:
            cursor.heartbeat_us = heartbeat * 1_000_000
            cursor.heartbeat_due = execution.now + cursor.heartbeat_us
            execution.set_timer(cursor.heartbeat_due, task_id, "heartbeat")
        cursor.call = InvokeTask(
            task_id, state.name, resource, payload, cursor.data, cursor.retries + 1
        )
        execution.commands.append(cursor.call)
        return None

    def resume(cursor: Cursor, reply: object) -> Step | None:
        execution, output = cursor.execution, cast("Payload", reply)
        if output.size_bytes > execution.payload_limit:
            return fail(cursor, data_limit_exceeded(resource.arn))
        cursor.previous = execution.record(
            f"{prefix}Succeeded", cursor.previous, subject, output.value
        )
        return leave(cursor, output.value, output.size_bytes)

    def fail(cursor: Cursor, error: StateError, event: str = "Failed") -> Step | None:
        cursor.previous = cursor.execution.record(
            f"{prefix}{event}", cursor.previous, subject, [error.name, error.cause]
        )
        return failure(cursor, error)

    step.enter = bind_enter(state, "Task", attempt)
    step.retry = attempt
    step.resume = resume
    step.fail = fail
    step.expire = lambda cursor, error: fail(cursor, error, "TimedOut")


def _options(
    state: TaskState, cursor: Cursor, data: Json, timeout: int | None, heartbeat: int | None
) -> dict[str, Json]:
    """What a Scheduled event says beside the call itself."""
    options: dict[str, Json] = {}
    if state.resource.kind == "service":
        options["region"] = cursor.execution.identity.machine.region
    if timeout is not None:
        options["timeoutInSeconds"] = timeout
    if heartbeat is not None:
        options["heartbeatInSeconds"] = heartbeat
    if state.credentials is not None:
        credentials = cast("dict[str, Json]", state.credentials.evaluate(data, cursor))
        options["taskCredentials"] = {"roleArn": credentials.get("RoleArn")}
    return options
