"""What the world tells an execution. Each is a value; the time travels beside it.

They are named tuples rather than dataclasses: one is made for every task, and a tuple is made in C.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from asl.jsontypes import Payload


class TaskSucceeded(NamedTuple):
    """The work of a task is done. ``output`` is the integration's whole reply."""

    task_id: int
    output: Payload


class TaskFailed(NamedTuple):
    """The work of a task failed; ``error`` is an ASL error name, or None as AWS allows."""

    task_id: int
    error: str | None
    cause: str | None


class TaskSubmitted(NamedTuple):
    """The service has taken a ``.sync`` or ``.waitForTaskToken`` call; ``output`` is its reply."""

    task_id: int
    output: Payload


class TaskStarted(NamedTuple):
    """A worker has taken an activity task."""

    task_id: int
    worker_name: str | None


class TaskHeartbeat(NamedTuple):
    """Whoever works on a task is still alive; ``at`` is when it said so, if not just now."""

    task_id: int
    at: int | None = None


class Signalled(NamedTuple):
    """A signal has come, for the task that waits for its name or the next one that will."""

    name: str
    payload: Payload


class MapRunSucceeded(NamedTuple):
    """The child executions of a Distributed Map have ended; ``output`` is the Map's result."""

    map_run_id: int
    output: Payload


class MapRunFailed(NamedTuple):
    """A Map Run failed: its items can't be read, too many of them failed, and the like."""

    map_run_id: int
    error: str
    cause: str | None


class StopRequested(NamedTuple):
    """Somebody wants the execution aborted (StopExecution)."""

    error: str | None
    cause: str | None


#: What is said of one task.
TaskEvent: TypeAlias = TaskSucceeded | TaskFailed | TaskSubmitted | TaskStarted | TaskHeartbeat
Event: TypeAlias = TaskEvent | Signalled | MapRunSucceeded | MapRunFailed | StopRequested
