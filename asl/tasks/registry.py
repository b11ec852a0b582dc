"""Which handler answers for which task: by name, ARN or pattern; nobody by default.

A handler found by state name or resource ARN stands for the whole integration: it gets what
Parameters made and returns what the service would. One found by the name of a Lambda function
stands
for the function: with ``lambda:invoke`` it gets Payload, and its reply is put where the integration
puts it.
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from types import FunctionType
from typing import TYPE_CHECKING

from asl.errors import HandlerContractError, MissingHandler, UsageError
from asl.jsontypes import Json, copy_json
from asl.language.model import Definition, MapState, ParallelState, Scope, TaskState
from asl.language.resources import function_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asl.engine.commands import InvokeTask
    from asl.language.resources import Resource
    from asl.tasks.context import TaskContext, TaskHandler

_PATTERN_CHARACTERS = frozenset("*?[")


class Binding:
    """A handler for one task: how to call it, and what its reply stands for.

    Attributes:
        handler: What the user wrote.
        wants_context: Whether it takes a second argument.
        is_behind_invoke: Whether it stands for the function that ``lambda:invoke`` calls.
        takes_payload_alone: Neither of these: it is called with the payload, and that is all.
        ends_with_reply: Whether its reply ends the task.
    """

    __slots__ = (
        "ends_with_reply",
        "handler",
        "is_behind_invoke",
        "takes_payload_alone",
        "wants_context",
    )

    def __init__(self, handler: TaskHandler, resource: Resource, *, is_function: bool) -> None:
        self.handler = handler
        self.wants_context = wants_context(handler)
        self.is_behind_invoke = is_function and resource.invokes_lambda
        self.takes_payload_alone = not self.wants_context and not self.is_behind_invoke
        self.ends_with_reply = resource.pattern == "" and resource.kind != "activity"

    def call(self, task: InvokeTask, make_context: Callable[[], TaskContext]) -> object:
        """Call the handler with its own copy of the payload; what it returns (or awaits)."""
        payload = copy_json(task.payload)
        if self.is_behind_invoke:
            payload = payload.get("Payload", {}) if isinstance(payload, dict) else payload
        return (
            self.handler(payload, make_context()) if self.wants_context else self.handler(payload)
        )

    def result(self, output: Json) -> Json:
        """The integration's result for what the handler returned."""
        if self.is_behind_invoke:
            return {"ExecutedVersion": "$LATEST", "Payload": output, "StatusCode": 200}
        return output


class TaskRegistry:
    """The handlers of a run.

    Args:
        handlers: By state name, resource ARN, name or ARN of a Lambda function, or a pattern of
            these (``*``, ``?``, ``[...]``). An exact name wins over a pattern, in that order; of
            two patterns the first one wins.

    Raises:
        HandlerContractError: A handler is not callable.
    """

    def __init__(self, handlers: Mapping[str, TaskHandler] | None) -> None:
        if handlers is not None and not isinstance(handlers, Mapping):
            raise UsageError(
                f"tasks must be a mapping of names to handlers, not {type(handlers).__name__}"
            )
        self._handlers: dict[str, TaskHandler] = dict(handlers or {})
        for name, handler in self._handlers.items():
            if not callable(handler):
                raise HandlerContractError(
                    f"the handler for {name!r} is a {type(handler).__name__}, not callable; "
                    "for a fixed answer use asl.script(...)"
                )
        self._bindings: dict[tuple[str, str], Binding] = {}
        self._patterns = [name for name in self._handlers if _PATTERN_CHARACTERS & set(name)]

    def serves(self, handlers: Mapping[str, TaskHandler] | None) -> bool:
        """Whether these are the very handlers that it was made of."""
        return list(self._handlers.items()) == list((handlers or {}).items())

    def check(self, definition: Definition, *, has_machines: bool = False) -> None:
        """Make sure that every task has a handler, as far as the definition tells.

        Activities, and tasks for people and signals, may go without: others answer for them.

        Args:
            definition: The definition.
            has_machines: Tasks that start an execution of another machine need no handler.

        Raises:
            MissingHandler: Lists all that have none.
        """
        missing = [
            (state.name, state.function or state.resource.arn)
            for state in _tasks(definition.scope)
            if not state.has_dynamic_function
            and state.resource.kind not in ("activity", "local")
            and not (has_machines and state.resource.starts_execution)
            and self.find(state.name, state.resource, state.function) is None
        ]
        if missing:
            raise MissingHandler(missing, tuple(self._handlers))

    def binding(self, task: InvokeTask) -> Binding:
        """The handler of a task that is to be done.

        Raises:
            MissingHandler: There is none.
        """
        key = (task.state_name, task.resource.arn)
        known = self._bindings.get(key)
        if known is not None:
            return known
        function = None
        if task.resource.invokes_lambda and isinstance(task.payload, dict):
            named = task.payload.get("FunctionName")
            function = named if isinstance(named, str) else None
        binding = self.find(task.state_name, task.resource, function)
        if binding is None:
            named_resource = (task.state_name, function or task.resource.arn)
            raise MissingHandler((named_resource,), tuple(self._handlers))
        if function is None:  # else the next call may name another one
            self._bindings[key] = binding
        return binding

    def find(self, state_name: str, resource: Resource, function: str | None) -> Binding | None:
        """The handler for a state, its resource, and the function that ``lambda:invoke`` calls."""
        if resource.kind == "lambda":
            function = resource.arn
        functions = (function, function_name(function)) if function is not None else ()
        for names, is_function in (((state_name, resource.arn), False), (functions, True)):
            for name in names:
                if name in self._handlers:
                    return Binding(self._handlers[name], resource, is_function=is_function)
        for pattern in self._patterns:
            if fnmatchcase(state_name, pattern) or fnmatchcase(resource.arn, pattern):
                return Binding(self._handlers[pattern], resource, is_function=False)
            if any(fnmatchcase(name, pattern) for name in functions):
                return Binding(self._handlers[pattern], resource, is_function=True)
        return None


def _tasks(scope: Scope) -> Iterator[TaskState]:
    for state in scope.states.values():
        if isinstance(state, TaskState):
            yield state
        elif isinstance(state, ParallelState):
            for branch in state.branches:
                yield from _tasks(branch)
        elif isinstance(state, MapState):
            yield from _tasks(state.processor)


def wants_context(handler: TaskHandler) -> bool:
    """Whether a handler takes a second argument: a required one, or one that is named context."""
    if isinstance(handler, FunctionType) and not vars(handler):  # nothing decorates it
        code, defaults = handler.__code__, handler.__defaults__ or ()
        return code.co_argcount >= 2 and (
            len(defaults) < code.co_argcount - 1 or code.co_varnames[1] == "context"
        )
    import inspect  # noqa: PLC0415 - 10 ms, for what is no plain function

    try:
        parameters = list(inspect.signature(handler).parameters.values())
    except (TypeError, ValueError):  # a built-in without a signature
        return False
    positional = [
        parameter
        for parameter in parameters
        if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
    ]
    if len(positional) < 2:
        return False
    return positional[1].default is inspect.Parameter.empty or positional[1].name == "context"
