"""What a task handler may know about the call that it answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from datetime import datetime

    from asl.jsontypes import Json

#: What users write: ``handler(payload)`` or ``handler(payload, context)``, plain or async.
TaskHandler: TypeAlias = Callable[..., object]


class TaskContext(NamedTuple):
    """One call of a task, for handlers that take a second argument.

    Attributes:
        state_name: The Task state.
        resource: Its Resource, as it stands in the definition.
        attempt: 1 for the first call since the state was entered, one more for each retry.
        call: 1 for the state's first call in this execution, one more for each one after it.
        execution_id: The execution's ARN.
        now: When the task was started, on the execution's clock (aware).
        input: The state's input, before InputPath and Parameters (a copy).
        token: The task token, if the task is answered by one (``.waitForTaskToken``, activities).
        idempotency_token: A UUID that names this very call. A durable execution makes a call again
            if its worker was lost meanwhile, or its result was: with the same token. Each retry has
            another. A service that ignores a token that it has seen makes of "at least once"
            exactly once.
        heartbeat: Tell the execution that the work goes on (SendTaskHeartbeat). In virtual time no
            time passes while a function runs: a heartbeat changes nothing.
    """

    state_name: str
    resource: str
    attempt: int
    call: int
    execution_id: str
    now: datetime
    input: Json
    token: str | None
    idempotency_token: str
    heartbeat: Callable[[], None]
