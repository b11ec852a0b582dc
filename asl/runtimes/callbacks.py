"""What the outside world may tell a run: answers by token, workers, people, signals, redrive.

The methods are AWS's API actions where AWS has them, and their errors are AWS's. They act at the
clock's present time; what follows from them in time comes with the next `advance`.

Source: AWS Step Functions API: SendTaskSuccess, SendTaskFailure, SendTaskHeartbeat,
GetActivityTask.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from asl.engine.events import (
    Signalled,
    TaskFailed,
    TaskHeartbeat,
    TaskStarted,
    TaskSucceeded,
)
from asl.errors import InvalidInput, TaskTokenError
from asl.jsontypes import Json, NotJsonError, Payload, copy_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asl.engine.commands import InvokeTask
    from asl.engine.events import Event
    from asl.runtimes.member import Member
    from asl.tasks.human import Desk


class ActivityTask(NamedTuple):
    """A task that a worker has taken; it is answered by its token. ``input`` is a copy."""

    token: str
    input: Json


class Callbacks(ABC):
    """The part of a run that others talk to."""

    def __init__(self) -> None:
        self._taken_tokens: set[str] = set()

    @cached_property
    def desk(self) -> Desk:
        """The open tasks for people (``local:human``)."""
        from asl.tasks.human import Desk  # noqa: PLC0415 - hardly any run has one

        return Desk()

    @abstractmethod
    def members(self) -> Iterator[Member]:
        """The executions of the run that have not ended, oldest first."""

    @abstractmethod
    def tell(self, member: Member, event: Event | None, now: int | None = None) -> None:
        """Give an execution an event, at the clock's present time if no other is given."""

    def send_task_success(self, token: str, output: Json) -> None:
        """End a task with a result.

        Raises:
            TaskTokenError: ``InvalidToken``, ``TaskTimedOut``, or ``InvalidOutput``.
        """
        try:
            payload = Payload(output)
        except NotJsonError as error:
            raise TaskTokenError("InvalidOutput", f"Invalid Output: {error}") from error
        member, call = self._named(token)
        self.tell(member, TaskSucceeded(call.task_id, payload))

    def send_task_failure(
        self, token: str, error: str | None = None, cause: str | None = None
    ) -> None:
        """End a task with an error.

        Raises:
            TaskTokenError: ``InvalidToken`` or ``TaskTimedOut``.
        """
        member, call = self._named(token)
        self.tell(member, TaskFailed(call.task_id, error, cause))

    def send_task_heartbeat(self, token: str) -> None:
        """Say that the work on a task goes on.

        Raises:
            TaskTokenError: ``InvalidToken`` or ``TaskTimedOut``.
        """
        member, call = self._named(token)
        self.tell(member, TaskHeartbeat(call.task_id))

    def get_activity_task(
        self, activity: str, worker_name: str | None = None
    ) -> ActivityTask | None:
        """Take the oldest task of an activity that no worker has taken; None if there is none.

        Args:
            activity: The activity's ARN, or its name.
            worker_name: As it shows in the history.
        """
        for member, call in self._calls():
            resource, token = call.resource, call.token
            if resource.kind != "activity" or activity not in (resource.arn, resource.action):
                continue
            if token is not None and token not in self._taken_tokens:
                self._taken_tokens.add(token)
                self.tell(member, TaskStarted(call.task_id, worker_name))
                return ActivityTask(token, copy_json(call.payload))
        return None

    def complete_human_task(self, token: str, who: str, answer: Json) -> None:
        """End a task for people with the answer of whoever has claimed it (``desk.claim``).

        Raises:
            HumanTaskError: They have not claimed it, or the answer does not fit the form; the task
                stays open.
        """
        payload = self.desk.complete(token, who, answer)
        member, call = self._named(token)
        self.tell(member, TaskSucceeded(call.task_id, payload))

    def signal(self, name: str, payload: Json = None) -> None:
        """Give a signal to the ``local:signal:<name>`` task that waits for it, or will.

        Of the executions of a run, the oldest that waits for it gets it; if none does, the one that
        was started keeps it.

        Raises:
            InvalidInput: The payload is not JSON.
        """
        try:
            event = Signalled(name, Payload(payload))
        except NotJsonError as error:
            raise InvalidInput(f"the payload of signal {name!r} is not JSON: {error}") from error
        members = list(self.members())
        waiting = (member for member in members if member.execution.awaits_signal(name))
        member = next(waiting, members[0] if members else None)
        if member is not None:
            self.tell(member, event)

    def _calls(self) -> Iterator[tuple[Member, InvokeTask]]:
        for member in self.members():
            for call in member.execution.calls():
                yield member, call

    def _named(self, token: str) -> tuple[Member, InvokeTask]:
        """The task that a token names, and the execution that waits for it."""
        for member, call in self._calls():
            if call.token == token:
                return member, call
        if any(member.execution.identity.task_of(token) for member in self.members()):
            raise TaskTokenError(
                "TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'"
            )
        raise TaskTokenError("InvalidToken", "Invalid Token: 'Invalid token'")
