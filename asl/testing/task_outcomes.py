"""What a task can come to: as far as its definition gives reason to try it, and as somebody says.

It can succeed, fail with each error that a Retry or Catch of its own or around it names, fail with
one that none of them names, and stay silent until it times out, where it has a timeout. Errors that
only the interpreter itself raises (``States.Runtime`` and its like) are no outcomes of a task: they
come of data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias, cast

from asl.engine.failure import ALL, HEARTBEAT_TIMEOUT, TASK_FAILED, TIMEOUT
from asl.errors import HandlerContractError, quote
from asl.jsontypes import NotJsonError, Payload
from asl.language.model import MapState, ParallelState, TaskState, WorkState
from asl.language.resources import parse_resource
from asl.tasks.registry import Binding
from asl.tasks.replies import Fails, Hangs, Returns, StartedBy, Submits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asl.jsontypes import Json
    from asl.language.model import Catcher, Definition, Retrier, Scope
    from asl.tasks.replies import Reply

#: What users write: a reply, plain JSON to return, or a function of the payload that gives either.
Outcome: TypeAlias = "Reply | Json | Callable[[Json], object]"

REPLIES = Returns | Fails | Hangs | Submits | StartedBy
_ANY_OTHER = "AnyOtherError"
#: The first two stand for any error, timeouts come of silence, and the interpreter raises the rest.
_NEVER_OF_A_TASK = frozenset(
    (
        ALL, TASK_FAILED, TIMEOUT, HEARTBEAT_TIMEOUT,
        "States.Runtime", "States.DataLimitExceeded", "States.QueryEvaluationError",
        "States.ResultPathMatchFailure", "States.ParameterPathFailure", "States.BranchFailed",
        "States.NoChoiceMatched", "States.IntrinsicFailure", "States.ItemReaderFailed",
        "States.ExceedToleratedFailureThreshold", "States.ResultWriterFailed",
    )
)  # fmt: skip
_NO_RESOURCE = parse_resource("")


class TaskOutcomes(NamedTuple):
    """What one Task state can come to beside success.

    Attributes:
        state: The state.
        errors: Those that somebody names, sorted; the last one is one that nobody names.
        may_hang: Whether a timeout ends it when it stays silent.
        may_beat: Whether it can time out while its heartbeats go on.
    """

    state: TaskState
    errors: tuple[str, ...]
    may_hang: bool
    may_beat: bool


def task_outcomes(definition: Definition) -> dict[str, TaskOutcomes]:
    """What each Task state of a definition can come to, by name."""
    return {state.name: _outcomes(state, named) for state, named in _tasks(definition.scope)}


def check_outcome(name: str, outcome: object) -> None:
    """Make sure that what somebody gave as an outcome of a task is one.

    Raises:
        HandlerContractError: It is not JSON, or a function of more than the payload.
    """
    match outcome:
        case Returns(output):
            values = [output]
        case Submits(output, then):
            check_outcome(name, then)
            values = [output]
        case StartedBy(_, then):
            check_outcome(name, then)
            values = []
        case Fails(error, cause):
            if not all(text is None or isinstance(text, str) for text in (error, cause)):
                raise HandlerContractError(
                    f"an outcome of {name!r} fails with {quote(error)}, {quote(cause)}: error and "
                    "cause have to be text"
                )
            values = []
        case Hangs():
            values = []
        case _ if callable(outcome):
            if Binding(outcome, _NO_RESOURCE, is_function=False).wants_context:
                raise HandlerContractError(
                    f"an outcome of {name!r} is a function that takes a context: what a task comes "
                    "to may depend on its payload alone (for replies in turn, as asl.script gives, "
                    "list them in outcomes=)"
                )
            values = []
        case _:
            values = [cast("Json", outcome)]
    for value in values:
        try:
            Payload(value)
        except NotJsonError as error:
            raise HandlerContractError(f"an outcome of {name!r} is not JSON: {error}") from error


def whole_reply(outcome: Outcome, binding: Binding) -> Reply:
    """A constant outcome as a reply of the whole integration.

    What stands for a Lambda function is put where the integration puts it.
    """
    match outcome:
        case Returns(output):
            return outcome._replace(output=binding.result(output))
        case Submits(_, Returns(output) as then):
            return outcome._replace(then=then._replace(output=binding.result(output)))
        case Fails() | Hangs() | Submits() | StartedBy():
            return outcome
        case _:
            return Returns(binding.result(cast("Json", outcome)))


def _outcomes(state: TaskState, named: frozenset[str]) -> TaskOutcomes:
    other = _ANY_OTHER
    while other in named:
        other += "_"
    has_timeout, has_heartbeat = state.timeout is not None, state.heartbeat is not None
    return TaskOutcomes(
        state,
        (*sorted(named - _NEVER_OF_A_TASK), other),
        has_timeout or has_heartbeat,
        has_timeout and has_heartbeat,
    )


def _tasks(
    scope: Scope, around: frozenset[str] = frozenset()
) -> Iterator[tuple[TaskState, frozenset[str]]]:
    """Each Task state, with the errors that it and the states around it name."""
    for state in scope.states.values():
        if not isinstance(state, WorkState):
            continue
        handlers: tuple[Retrier | Catcher, ...] = (*state.retry, *state.catch)
        named = around.union(*(each.error_equals for each in handlers))
        if isinstance(state, TaskState):
            yield state, named
        elif isinstance(state, ParallelState):
            for branch in state.branches:
                yield from _tasks(branch, named)
        elif isinstance(state, MapState):
            yield from _tasks(state.processor, named)
