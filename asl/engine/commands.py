"""What an execution asks of the world.

Timers are not among them: `Execution.wake_at` says when it wants to be told the time next, so a
runtime has one alarm to set and nothing to cancel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from asl.engine.map_run import MapRunSpec
    from asl.jsontypes import Json
    from asl.language.resources import Resource


class InvokeTask(NamedTuple):
    """Have a task done; answer with TaskSucceeded or TaskFailed of the same ``task_id``.

    ``payload`` and ``state_input`` are shared with the execution: copy them before user code sees
    them. ``attempt`` is 1 for the first call, one more for each retry. ``token`` is the task token,
    for calls that are answered by one: ``.waitForTaskToken`` and activities.
    """

    task_id: int
    state_name: str
    resource: Resource
    payload: Json
    state_input: Json
    attempt: int
    token: str | None = None


class CancelTask(NamedTuple):
    """Nobody waits for this task any more: it timed out, or what it belonged to was stopped."""

    task_id: int


class RunMap(NamedTuple):
    """Run the child executions of a Distributed Map; answer with MapRunSucceeded or MapRunFailed.

    A CancelTask with the same id stops it.
    """

    map_run_id: int
    spec: MapRunSpec


Command: TypeAlias = InvokeTask | CancelTask | RunMap
