"""How often tasks were called, and with what: a recorder round any handlers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asl.errors import UsageError
from asl.jsontypes import copy_json
from asl.tasks.registry import TaskRegistry, wants_context
from asl.testing.names import suggestion
from asl.testing.series import Series

if TYPE_CHECKING:
    from datetime import datetime

    from asl.jsontypes import Json
    from asl.tasks.context import TaskContext, TaskHandler


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a task's handler.

    Attributes:
        payload: JSON: what it was called with (a copy, as it was before the handler had it).
        state: The Task state that called it.
        attempt: 1 for the first try since the state was entered, one more for each retry.
        at: When, on the execution's clock.
        execution_id: The ARN of the execution, or of the child execution, that the state is in.
    """

    payload: Json
    state: str
    attempt: int
    at: datetime
    execution_id: str


class CallsTo(Series[Call]):
    """The calls of one handler, in order; ``len()`` says how often it was called."""

    @property
    def payloads(self) -> list[Json]:
        """What it was called with each time."""
        return [call.payload for call in self]


class Calls(Mapping[str, "TaskHandler"]):
    """Handlers that are listened to: give it as ``tasks``, then ask for the calls.

        calls = Calls({"charge": lambda payload: {"paid": True}})
        machine.run({"amount": 40}, tasks=calls)
        assert calls.to("charge").payloads == [{"amount": 40}]

    Any handlers will do: plain or async functions, scripts, mocks. Calls of all executions are
    counted that have it as their tasks, child executions too.

    Args:
        tasks: Handlers by name, as `StateMachine.run` takes them.

    Raises:
        UsageError: Not a mapping of names to functions.
    """

    def __init__(self, tasks: Mapping[str, TaskHandler]) -> None:
        TaskRegistry(tasks)  # says what is wrong with them
        self._calls: dict[str, list[Call]] = {name: [] for name in tasks}
        self._handlers = {name: self._listening(name, handler) for name, handler in tasks.items()}

    def __getitem__(self, name: str) -> TaskHandler:
        return self._handlers[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._handlers)

    def __len__(self) -> int:
        return len(self._handlers)

    def to(self, name: str) -> CallsTo:
        """The calls of a handler.

        Args:
            name: As in the tasks: a state, resource, function or pattern.

        Raises:
            UsageError: The tasks have no such name.
        """
        if name not in self._calls:
            raise UsageError(f"the tasks have no {name!r}; {suggestion(name, self._calls)}")
        called = ", ".join(f"{len(calls)} to {key!r}" for key, calls in self._calls.items())
        return CallsTo(self._calls[name], f"calls to {name!r}", f"all calls: {called}")

    def clear(self) -> None:
        """Forget all calls so far."""
        for calls in self._calls.values():
            calls.clear()

    def _listening(self, name: str, handler: TaskHandler) -> TaskHandler:
        """A handler that notes each call of another one."""
        calls, passes_context = self._calls[name], wants_context(handler)

        def listening(payload: Json, context: TaskContext) -> object:
            calls.append(
                Call(
                    copy_json(payload),
                    context.state_name,
                    context.attempt,
                    context.now,
                    context.execution_id,
                )
            )
            return handler(payload, context) if passes_context else handler(payload)

        return listening
