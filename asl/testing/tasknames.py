"""The names by which a machine's tasks can be mocked, to find out which mocks it has no use for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl.language.model import TaskState, every_state
from asl.language.resources import function_name
from asl.tasks.registry import TaskRegistry

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asl.machine import StateMachine
    from asl.tasks.context import TaskHandler


def task_states(machine: StateMachine) -> dict[str, TaskState]:
    """The Task states of a machine by name, those inside Parallel and Map too."""
    states = every_state(machine.definition.scope)
    return {state.name: state for state in states if isinstance(state, TaskState)}


def task_names(machine: StateMachine) -> set[str]:
    """The names of a machine's tasks: their states, resources and Lambda functions."""
    names = set()
    for name, state in task_states(machine).items():
        function = state.resource.arn if state.resource.kind == "lambda" else state.function
        names |= {name, state.resource.arn}
        if function is not None:
            names |= {function, function_name(function)}
    return names


def unused_names(machine: StateMachine, names: Iterable[str]) -> list[str]:
    """Those of the names (or patterns) that stand for no task of the machine.

    Where a task computes the name of its Lambda function, any name may be that of a function.
    """
    states = task_states(machine).values()
    if any(state.has_dynamic_function for state in states):
        return []
    return [
        name
        for name in names
        if all(
            _registry(name).find(state.name, state.resource, state.function) is None
            for state in states
        )
    ]


def _registry(name: str) -> TaskRegistry:
    def handler(_: object) -> None:
        """Stand in for the handler of that name."""

    handlers: dict[str, TaskHandler] = {name: handler}
    return TaskRegistry(handlers)
