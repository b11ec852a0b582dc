"""A strategy of what the tasks of a machine do: handlers that give drawn replies in turn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias, cast

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from asl.errors import UsageError
from asl.machine import StateMachine
from asl.tasks.registry import Binding, TaskRegistry
from asl.tasks.replies import Fails, Hangs, Returns, microseconds
from asl.testing.names import suggestion
from asl.testing.task_outcomes import check_outcome, task_outcomes, whole_reply
from asl.testing.tasknames import task_names, unused_names

if TYPE_CHECKING:
    from collections.abc import Callable

    from asl.jsontypes import Json
    from asl.language.model import TaskState
    from asl.tasks.context import TaskContext, TaskHandler
    from asl.tasks.replies import Ending, Span
    from asl.testing.task_outcomes import Outcome, TaskOutcomes

    #: A success as users give it.
    Success: TypeAlias = Outcome | SearchStrategy[object]

#: The cause of failures that nobody described.
CAUSE = "a failure that was drawn"
_BEAT_US = 500_000  # no HeartbeatSeconds is shorter than two of them


class Replies:
    """A handler that gives its replies in turn, and the last one from then on.

    Calls are counted for each state of each execution, retries included.
    """

    def __init__(self, *replies: object) -> None:
        self.replies = replies

    def __call__(self, payload: Json, context: TaskContext) -> object:
        """The reply to a call."""
        reply = self.replies[min(context.call, len(self.replies)) - 1]
        return reply(payload) if callable(reply) else reply

    def __repr__(self) -> str:
        return f"Replies({', '.join(map(_shown, self.replies))})"


def outcomes(
    machine: StateMachine,
    *,
    replies: Mapping[str, Success] | None = None,
    most_calls: int = 3,
    late: Span | None = None,
) -> SearchStrategy[dict[str, TaskHandler]]:
    """Mappings for ``tasks``: for every Task state a handler that gives drawn replies in turn.

    A reply is a success, a failure with an error that a Retry or Catch of the task or around it
    names, or with one that nobody names, or silence where the task has a timeout. After the last
    drawn reply a handler keeps to it. It shrinks to tasks that succeed at once.

    Args:
        machine: The machine.
        replies: What tasks return when they succeed, by the names that ``tasks`` takes: JSON,
            a scripted reply, a function of the payload, or a strategy of these. An empty object for
            a task that is not named.
        most_calls: How many different replies a task gives in turn, at most.
        late: How much later a reply may come as well: seconds or a timedelta. None for never.

    Raises:
        UsageError: ``replies`` names no task, or an argument is out of range.
        HandlerContractError: A reply is not JSON.
    """
    check_machine("outcomes", machine)
    if most_calls < 1:
        raise UsageError(f"most_calls must be at least 1, not {most_calls}")
    successes = _successes(machine, replies)
    late_us = 0 if late is None else microseconds(late)
    sequences = {
        name: _sequences(_success(successes, each.state), each, late_us, most_calls)
        for name, each in task_outcomes(machine.definition).items()
    }
    return st.fixed_dictionaries(sequences)


def check_machine(function: str, machine: object) -> None:
    """Make sure that it is a machine.

    Raises:
        UsageError: It is not.
    """
    if not isinstance(machine, StateMachine):
        raise UsageError(
            f"{function}() takes a machine, as asl.load gives it, not {type(machine).__name__}"
        )


def failures(outcomes_of_task: TaskOutcomes) -> list[Ending]:
    """How a task can end badly."""
    found: list[Ending] = [Fails(error, CAUSE) for error in outcomes_of_task.errors]
    if outcomes_of_task.may_hang:
        found.append(Hangs())
    if outcomes_of_task.may_beat:
        found.append(Hangs(_BEAT_US))
    return found


def _sequences(
    success: SearchStrategy[object], each: TaskOutcomes, late_us: int, most_calls: int
) -> SearchStrategy[TaskHandler]:
    """Handlers for one task."""
    reply = success | st.sampled_from(failures(each))
    if late_us:
        reply = st.builds(_delayed, reply, st.sampled_from((0, late_us)))
    drawn = st.lists(reply, min_size=1, max_size=most_calls)
    return drawn.map(lambda replies: Replies(*replies))


def _delayed(reply: object, by_us: int) -> object:
    if by_us and isinstance(reply, Returns | Fails):
        return reply._replace(after_us=reply.after_us + by_us)
    return reply


class _Given:
    """The success of a task, under a name; callable, since a registry holds handlers."""

    def __init__(self, success: Success) -> None:
        self.strategy = success if isinstance(success, SearchStrategy) else st.just(success)

    def __call__(self, _payload: Json) -> object:
        return self.strategy


def _successes(machine: StateMachine, replies: Mapping[str, Success] | None) -> TaskRegistry:
    """What was given, found by the rules by which handlers are found."""
    kind = type(replies).__name__
    if not isinstance(replies, Mapping | None):
        raise UsageError(f"replies must be a mapping of names of tasks, not {kind}")
    given = dict(replies or {})
    for name in unused_names(machine, given):
        known = suggestion(name, task_names(machine))
        raise UsageError(f"replies: no task is called {name!r}; {known}")
    for name, success in given.items():
        if not isinstance(success, SearchStrategy):
            check_outcome(name, success)
    return TaskRegistry({name: _Given(success) for name, success in given.items()})


def _success(successes: TaskRegistry, state: TaskState) -> SearchStrategy[object]:
    """The success of a task, as its whole integration returns it."""
    binding = successes.find(state.name, state.resource, state.function)
    if binding is None:
        binding = Binding(_Given({}), state.resource, is_function=True)
    return cast("_Given", binding.handler).strategy.map(lambda reply: _whole(reply, binding))


def _whole(success: object, binding: Binding) -> object:
    if callable(success):
        return _Function(success, binding)
    return whole_reply(cast("Outcome", success), binding)


class _Function:
    """A function of the payload, called as its integration would call it."""

    def __init__(self, function: Callable[[Json], object], binding: Binding) -> None:
        self._function = function
        self._binding = binding

    def __call__(self, payload: Json) -> object:
        if self._binding.is_behind_invoke and isinstance(payload, dict):
            payload = payload.get("Payload", {})
        return _whole(self._function(payload), self._binding)

    def __repr__(self) -> str:
        return getattr(self._function, "__qualname__", repr(self._function))


def _shown(reply: object) -> str:
    """A reply as one would write it."""
    match reply:
        case Returns(output, after_us):
            return f"asl.returns({output!r}{_after(after_us)})"
        case Fails(error, _, after_us):
            return f"asl.fails({error!r}{_after(after_us)})"
        case Hangs(every_us):
            return f"asl.hangs({f'heartbeat_every={_seconds(every_us)}' if every_us else ''})"
        case _:
            return repr(reply)


def _after(after_us: int) -> str:
    return f", after={_seconds(after_us)}" if after_us else ""


def _seconds(span_us: int) -> str:
    return f"{span_us / 1_000_000:g}"
