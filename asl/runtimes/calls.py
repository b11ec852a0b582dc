"""One call of a task: the handler's context, and its answer as an event.

Both runtimes use this, the synchronous one and the asyncio one; it knows neither loop nor clock.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import asl
from asl.engine.events import TaskFailed as TaskFailedEvent
from asl.engine.events import TaskHeartbeat, TaskStarted, TaskSubmitted, TaskSucceeded
from asl.engine.history import instant
from asl.errors import HandlerContractError, TaskFailed, UsageError, quote
from asl.jsontypes import Json, NotJsonError, Payload, copy_json, dump
from asl.tasks.context import TaskContext
from asl.tasks.replies import Fails, Hangs, Returns, StartedBy, Submits

if TYPE_CHECKING:
    from collections.abc import Callable

    from asl.engine.commands import InvokeTask
    from asl.engine.events import TaskEvent
    from asl.engine.execution import Execution
    from asl.tasks.registry import Binding


#: What most handlers return: neither scripted nor awaitable.
PLAIN_TYPES = frozenset((dict, list, str, int, float, bool, type(None)))
_PACKAGE = asl.__path__[0]


class Delayed(NamedTuple):
    """An event that comes a while after its task was started, and again at intervals if so said."""

    after_us: int
    event: TaskEvent
    every_us: int = 0


def make_context(
    execution: Execution, task: InvokeTask, call: int, heartbeat: Callable[[], None]
) -> TaskContext:
    """The context of a call, for a handler that wants it."""
    identity = execution.identity
    return TaskContext(
        state_name=task.state_name,
        resource=task.resource.arn,
        attempt=task.attempt,
        call=call,
        execution_id=identity.arn,
        now=instant(execution.now),
        input=copy_json(task.state_input),
        token=task.token,
        idempotency_token=identity.idempotency_token(task.task_id),
        heartbeat=heartbeat,
    )


def answer(task: InvokeTask, binding: Binding, returned: object) -> list[Delayed]:
    """The events that follow from what a handler returned; none where it never answers.

    A task that is answered by its token only begins with a handler's plain reply. One that its
    service ends (``.sync``) begins and ends with it.

    Raises:
        HandlerContractError: It is not JSON.
    """
    pattern = task.resource.pattern
    match returned:
        case Submits(output, then):
            return [_submitted(task, output), *_ending(task, binding, then)]
        case StartedBy(worker_name, then):
            return [_started(task, worker_name), *_ending(task, binding, then)]
        case Returns() | Fails() | Hangs():
            ending = _ending(task, binding, returned)
        case _ if pattern == ".waitForTaskToken":
            return [_submitted(task, returned)]
        case _:
            ending = _ending(task, binding, returned)
    if pattern:
        return [_submitted(task, {}), *ending]
    return [_started(task, None), *ending] if task.resource.kind == "activity" else ending


def _submitted(task: InvokeTask, output: object) -> Delayed:
    try:
        payload = Payload.copied(output)
    except NotJsonError as error:
        raise _not_json(task, error) from error
    return Delayed(0, TaskSubmitted(task.task_id, payload))


def _started(task: InvokeTask, worker_name: str | None) -> Delayed:
    return Delayed(0, TaskStarted(task.task_id, worker_name))


def _ending(task: InvokeTask, binding: Binding, returned: object) -> list[Delayed]:
    match returned:
        case Returns(output, after_us, every_us):
            end = Delayed(after_us, succeeded(task, binding, output))
            return [*_heartbeats(task, every_us), end]
        case Fails(error, cause, after_us, every_us):
            _check_texts(task, error, cause)
            failed = TaskFailedEvent(task.task_id, error, cause)
            return [*_heartbeats(task, every_us), Delayed(after_us, failed)]
        case Hangs(every_us):
            return _heartbeats(task, every_us)
        case _:
            return [Delayed(0, succeeded(task, binding, returned))]


def _heartbeats(task: InvokeTask, every_us: int) -> list[Delayed]:
    return [Delayed(every_us, TaskHeartbeat(task.task_id), every_us)] if every_us else []


def succeeded(task: InvokeTask, binding: Binding, output: object) -> TaskSucceeded:
    """The end of a task with what its handler returned.

    Raises:
        HandlerContractError: It is not JSON.
    """
    try:
        payload = Payload.copied(output)  # the handler may change its own object later
        if binding.is_behind_invoke:
            payload = Payload(binding.result(payload.value))
    except NotJsonError as error:
        raise _not_json(task, error) from error
    return TaskSucceeded(task.task_id, payload)


def _check_texts(task: InvokeTask, *texts: object) -> None:
    for text in texts:
        if text is not None and not isinstance(text, str):
            raise HandlerContractError(
                f"the handler of state {task.state_name!r} failed with {quote(text)}: error and "
                "cause have to be text"
            )


def _not_json(task: InvokeTask, error: NotJsonError) -> HandlerContractError:
    return HandlerContractError(
        f"the handler of state {task.state_name!r} ({task.resource.arn}) returned what is not "
        f"JSON: {error}"
    )


def failure(task: InvokeTask, error: BaseException) -> TaskFailedEvent:
    """The event for an exception that a handler raised; misuse of this package goes on upwards.

    A `TaskFailed` says its error and cause itself. Any other exception becomes an error named after
    its class, with the cause that a Lambda function in Python would give.
    """
    if isinstance(error, UsageError):
        raise error
    if isinstance(error, TaskFailed):
        _check_texts(task, error.error, error.cause)
        return TaskFailedEvent(task.task_id, error.error, error.cause)
    report: dict[str, Json] = {
        "errorMessage": str(error),
        "errorType": type(error).__name__,
        "requestId": f"00000000-0000-4000-8000-{task.task_id:012x}",  # made up, the same each time
        "stackTrace": _stack_trace(error),
    }
    return TaskFailedEvent(task.task_id, type(error).__name__, dump(report))


def _stack_trace(error: BaseException) -> list[Json]:
    """The frames of the handler, as Python's Lambda runtime lists them; ours are left out.

    The traceback module would do, but it looks at every source file on disk again at each failure.
    """
    shown: list[Json] = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if not code.co_filename.startswith(_PACKAGE):
            shown.append(_frame(code.co_filename, trace.tb_lineno, code.co_name))
        trace = trace.tb_next
    return shown


@lru_cache(maxsize=256)
def _frame(file: str, line: int, function: str) -> str:
    import linecache  # noqa: PLC0415 - with tokenize; only what fails unforeseen needs it

    source = linecache.getline(file, line).strip()
    return f'  File "{file}", line {line}, in {function}\n    {source}\n'
