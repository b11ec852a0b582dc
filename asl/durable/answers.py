"""What the outside world may tell durable executions: answers by token, workers, signals.

The methods are AWS's API actions where AWS has them, and their errors are AWS's. What they tell is
kept in the database at once, and moves the execution as soon as a worker has it.

Source: AWS Step Functions API: SendTaskSuccess, SendTaskFailure, SendTaskHeartbeat,
GetActivityTask.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl.durable.journal import encode_event, to_text
from asl.durable.listing import check_text, check_texts, is_text
from asl.durable.port import Letter
from asl.durable.trouble import asks_database
from asl.engine.events import Signalled, TaskFailed, TaskHeartbeat, TaskStarted, TaskSucceeded
from asl.engine.identity import task_named, token_of
from asl.errors import ExecutionDoesNotExist, InvalidInput, TaskTokenError
from asl.jsontypes import NotJsonError, Payload, parse_json
from asl.runtimes.callbacks import ActivityTask

if TYPE_CHECKING:
    import sqlalchemy as sa

    from asl.durable.port import Row
    from asl.durable.sql import SqlBackend
    from asl.engine.events import Event
    from asl.jsontypes import Json
    from asl.runtimes.clocks import Clock

#: Numbers of tasks fit in a column.
_LAST_TASK = 2**31 - 1


class Answers:
    """The part of a host that others talk to.

    Args:
        engine: Of the database.
        backend: Where executions are kept.
        clock: The time.
    """

    def __init__(self, engine: sa.Engine, backend: SqlBackend, clock: Clock) -> None:
        self._engine = engine
        self.backend = backend
        self.clock = clock

    @asks_database
    def send_task_success(self, token: str, output: Json) -> None:
        """End a task with a result.

        Raises:
            TaskTokenError: ``InvalidToken``, ``TaskTimedOut``, or ``InvalidOutput``.
        """
        try:
            payload = Payload(output)
        except NotJsonError as error:
            raise TaskTokenError("InvalidOutput", f"Invalid Output: {error}") from error
        task_id, arn = _task_named(token)
        self._answer(arn, task_id, TaskSucceeded(task_id, payload))

    @asks_database
    def send_task_failure(
        self, token: str, error: str | None = None, cause: str | None = None
    ) -> None:
        """End a task with an error.

        Raises:
            TaskTokenError: ``InvalidToken`` or ``TaskTimedOut``.
        """
        check_texts(error=error, cause=cause)
        task_id, arn = _task_named(token)
        self._answer(arn, task_id, TaskFailed(task_id, error, cause))

    @asks_database
    def send_task_heartbeat(self, token: str) -> None:
        """Say that the work on a task goes on.

        Raises:
            TaskTokenError: ``InvalidToken`` or ``TaskTimedOut``.
        """
        task_id, arn = _task_named(token)
        if not self.backend.beat(arn, task_id, self._letter(arn, TaskHeartbeat(task_id))):
            raise self._no_task(arn)

    @asks_database
    def get_activity_task(
        self, activity: str, worker_name: str | None = None
    ) -> ActivityTask | None:
        """Take the oldest task of an activity that no worker has taken; None if there is none.

        Args:
            activity: The activity's ARN, or its name.
            worker_name: As it shows in the history.
        """
        check_text("activity", activity)
        check_texts(worker_name=worker_name)
        taken = self.backend.take_activity(
            activity,
            self.clock.now_us(),
            lambda task_id: to_text(encode_event(TaskStarted(task_id, worker_name))),
        )
        if taken is None:
            return None
        arn, task_id, text = taken
        return ActivityTask(token_of(task_id, arn), parse_json(text))

    @asks_database
    def signal(self, execution: str, name: str, payload: Json = None) -> None:
        """Give a signal to the ``local:signal:<name>`` task that waits for it, or will.

        Raises:
            ExecutionDoesNotExist: There is none of that ARN, or it has ended.
            InvalidInput: The payload is not JSON.
        """
        check_text("name", name)
        try:
            event = Signalled(name, Payload(payload))
        except NotJsonError as error:
            raise InvalidInput(f"the payload of signal {name!r} is not JSON: {error}") from error
        self._row(execution)
        if not self._send(execution, event):
            raise ExecutionDoesNotExist(f"{execution} has ended: it takes no signals")

    # Steps.

    def _row(self, execution: str) -> Row:
        row = self.backend.row(execution) if is_text(execution) else None
        if row is None:
            raise ExecutionDoesNotExist(f"there is no execution {execution!r}")
        return row

    def _letter(self, execution: str, event: Event) -> Letter:
        return Letter(execution, self.clock.now_us(), to_text(encode_event(event)))

    def _send(self, execution: str, event: Event) -> bool:
        """Tell an execution of an event; False if it has ended."""
        (is_kept,) = self.backend.wake([self._letter(execution, event)])
        return is_kept

    def _answer(self, arn: str, task_id: int, event: Event) -> None:
        if not self.backend.answer(arn, task_id, self._letter(arn, event)):
            raise self._no_task(arn)

    def _no_task(self, arn: str) -> TaskTokenError:
        if self.backend.row(arn) is None:
            return _unknown_token()
        return TaskTokenError(
            "TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'"
        )


def _task_named(token: str) -> tuple[int, str]:
    named = task_named(token) if isinstance(token, str) else None
    if named is None or not 0 <= named[0] <= _LAST_TASK or not is_text(named[1]):
        raise _unknown_token()
    return named


def _unknown_token() -> TaskTokenError:
    return TaskTokenError("InvalidToken", "Invalid Token: 'Invalid token'")
