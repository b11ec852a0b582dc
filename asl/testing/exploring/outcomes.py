"""The outcomes of each call of a task: what the user says, or what `task_outcomes` knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar, cast

from asl.errors import UsageError, quote
from asl.jsontypes import copy_json
from asl.runtimes.calls import failure
from asl.tasks.registry import Binding, TaskRegistry
from asl.tasks.replies import Fails, Hangs, Returns, microseconds
from asl.testing.names import suggestion
from asl.testing.task_outcomes import REPLIES, check_outcome, task_outcomes, whole_reply
from asl.testing.tasknames import task_names, unused_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asl.engine.commands import InvokeTask
    from asl.jsontypes import Json
    from asl.machine import StateMachine
    from asl.tasks.replies import Reply, Span
    from asl.testing.task_outcomes import Outcome, TaskOutcomes

#: The cause of failures that nobody described.
CAUSE = "explored"
_BEATS_ON = Hangs(heartbeat_every_us=-1)  # stands for one that keeps to the task's heartbeats


@dataclass(frozen=True, slots=True)
class _Given:
    """What somebody gave under a name; callable, since a registry holds handlers."""

    outcomes: tuple[Outcome, ...]

    def __call__(self, _payload: Json) -> object:
        return self.outcomes


@dataclass(frozen=True, slots=True)
class _Late:
    """An outcome that comes a while later than it says."""

    outcome: Outcome
    by_us: int


@dataclass(frozen=True, slots=True)
class _Choice:
    """The outcomes of a task; ``fixed`` if they are the same for every payload."""

    outcomes: tuple[Outcome | _Late, ...]
    binding: Binding
    fixed: tuple[Reply, ...] | None


class Outcomes:
    """The outcomes of every task of a machine.

    Args:
        machine: The machine.
        outcomes: All outcomes of a task, by state, resource, function or pattern, as for ``tasks``.
        replies: What a task returns when it succeeds, by the same names; its failures stay those
            that the definition names.
        late: How much later each reply but those of ``outcomes`` may come as well; None for never.
        hanging: Whether a task may stay silent where no timeout would end that.

    Attributes:
        assumed: The states that were answered with an empty object, since nobody gave a reply.

    Raises:
        UsageError: A name that no task has, or an outcome that is none.
    """

    def __init__(
        self,
        machine: StateMachine,
        *,
        outcomes: Mapping[str, Sequence[Outcome]] | None = None,
        replies: Mapping[str, Outcome] | None = None,
        late: Span | None = None,
        hanging: bool = False,
    ) -> None:
        self._tasks = task_outcomes(machine.definition)
        self._outcomes = _registry("outcomes", outcomes, machine, _several)
        self._replies = _registry("replies", replies, machine, lambda _, reply: (reply,))
        self._late_us = None if late is None else microseconds(late)
        self._hanging = hanging
        self._known: dict[tuple[str, str | None], _Choice] = {}
        self.assumed: set[str] = set()

    def of(self, call: InvokeTask, heartbeat_us: int) -> tuple[Reply, ...]:
        """The replies that a call may get; a success is what the whole integration returns."""
        function = None
        if call.resource.invokes_lambda and isinstance(call.payload, dict):
            function = cast("str | None", call.payload.get("FunctionName"))
        key = call.state_name, function
        choice = self._known.get(key)
        if choice is None:
            choice = self._known[key] = self._choose(call, function)
        if choice.fixed is not None:
            return choice.fixed
        return tuple(_reply(each, call, choice.binding, heartbeat_us) for each in choice.outcomes)

    def _choose(self, call: InvokeTask, function: str | None) -> _Choice:
        task = self._tasks[call.state_name]
        state = task.state
        given = self._outcomes.find(state.name, state.resource, function)
        if given is not None:
            return _choice(cast("_Given", given.handler).outcomes, call, given)
        binding = self._replies.find(state.name, state.resource, function)
        if binding is None:
            self.assumed.add(state.name)
            binding = Binding(_Given(({},)), state.resource, is_function=True)
        failures = (Fails(error, CAUSE) for error in task.errors)
        answers = [*cast("_Given", binding.handler).outcomes, *failures]
        late = [] if self._late_us is None else [_Late(each, self._late_us) for each in answers]
        return _choice((*answers, *late, *self._silences(task)), call, binding)

    def _silences(self, task: TaskOutcomes) -> Iterator[Outcome]:
        if task.may_hang or self._hanging:
            yield Hangs()
        if task.may_beat:
            yield _BEATS_ON


def _choice(outcomes: tuple[Outcome | _Late, ...], call: InvokeTask, binding: Binding) -> _Choice:
    depends = any(callable(_bare(each)) or each is _BEATS_ON for each in outcomes)
    fixed = None if depends else tuple(_reply(each, call, binding, 0) for each in outcomes)
    return _Choice(outcomes, binding, fixed)


def _bare(outcome: Outcome | _Late) -> Outcome:
    return outcome.outcome if isinstance(outcome, _Late) else outcome


def _reply(
    outcome: Outcome | _Late, call: InvokeTask, binding: Binding, heartbeat_us: int
) -> Reply:
    """An outcome of a call as a reply of the whole integration."""
    if isinstance(outcome, _Late):
        reply = _reply(outcome.outcome, call, binding, heartbeat_us)
        if isinstance(reply, Returns | Fails):
            return reply._replace(after_us=reply.after_us + outcome.by_us)
        return reply
    if outcome is _BEATS_ON:
        return Hangs(max(1, heartbeat_us // 2))
    if not isinstance(outcome, REPLIES) and callable(outcome):
        return _reply_of_function(outcome, call, binding)
    return whole_reply(outcome, binding)


def _reply_of_function(
    function: Callable[[Json], object], call: InvokeTask, binding: Binding
) -> Reply:
    payload = copy_json(call.payload)
    if binding.is_behind_invoke and isinstance(payload, dict):
        payload = payload.get("Payload", {})
    try:
        given = function(payload)
    except Exception as error:  # whatever it raises fails the task, as in a run
        failed = failure(call, error)
        return Fails(failed.error, failed.cause)
    check_outcome(call.state_name, given)
    return whole_reply(cast("Outcome", given), binding)


def _registry(
    argument: str,
    given: Mapping[str, T] | None,
    machine: StateMachine,
    outcomes_of: Callable[[str, T], tuple[Outcome, ...]],
) -> TaskRegistry:
    """What was given, found by the rules by which handlers are found."""
    if given is not None and not isinstance(given, Mapping):
        raise UsageError(
            f"{argument} must be a mapping of names of tasks, not {type(given).__name__}"
        )
    held: dict[str, _Given] = {}
    for name, value in (given or {}).items():
        if not isinstance(name, str):
            raise UsageError(f"{argument} are given by the names of tasks, not by {name!r}")
        outcomes = outcomes_of(name, value)
        for outcome in outcomes:
            check_outcome(name, outcome)
        held[name] = _Given(outcomes)
    for name in unused_names(machine, held):
        if name != "*":  # that is for all tasks, even where there are none
            known = {each for each in task_names(machine) if ":" not in each}
            raise UsageError(f"{argument}: no task is called {name!r}; {suggestion(name, known)}")
    return TaskRegistry(held)


T = TypeVar("T")


def _several(name: str, outcomes: Sequence[Outcome]) -> tuple[Outcome, ...]:
    if not isinstance(outcomes, Sequence) or isinstance(outcomes, str | REPLIES) or not outcomes:
        raise UsageError(
            f"the outcomes of {name!r} must be a list with at least one of asl.returns(...), "
            f"asl.fails(...), asl.hangs(), JSON or a function, not {quote(outcomes)}"
        )
    return tuple(outcomes)
