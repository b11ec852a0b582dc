"""One state, run by the engine: entered, answered, and left or failed.

The machine is the engine's own; only its edges are ours. What the state leads to ends the execution
at once, a retry ends it before it begins, and the children of a Parallel or Map stand still where
they start, until the mocked result takes their place.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, cast

from asl.engine.commands import InvokeTask, RunMap
from asl.engine.events import TaskFailed, TaskSucceeded
from asl.engine.execution import Execution, Outcome
from asl.engine.failure import RUNTIME, StateError
from asl.engine.limits import Limits
from asl.engine.states import link
from asl.jsontypes import size_bytes
from asl.language.model import MapState, TaskState
from asl.runtimes.local import Run
from asl.tasks.registry import TaskRegistry
from asl.testing.teststate.context import StateCursor
from asl.testing.teststate.items import map_run_event
from asl.testing.teststate.request import MockedError
from asl.testing.teststate.tracing import Notes, traced

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from asl.engine.commands import Command
    from asl.engine.cursor import Cursor, WaitsFor
    from asl.engine.events import Event
    from asl.engine.identity import MachineArn
    from asl.engine.program import Program, Step
    from asl.jsontypes import Json, Payload
    from asl.language.model import State
    from asl.runtimes.clocks import Clock
    from asl.tasks.context import TaskHandler
    from asl.testing.teststate.definition import Tested
    from asl.testing.teststate.request import Mock, Request


Resume: TypeAlias = "Callable[[Cursor, Any], Step | None]"

#: As AWS runs a state: as a synchronous Express execution, which may last five minutes.
_LIMITS = Limits(history_events=None, inline_map_concurrency=None)


class Surroundings(NamedTuple):
    """What a trial takes beside the request."""

    machine: MachineArn
    clock: Clock
    seed: int
    tasks: Mapping[str, TaskHandler] | None


@dataclass(frozen=True, slots=True)
class Trial:
    """A state that was run.

    Attributes:
        execution: As it ended.
        cursor: Where the state ran.
        notes: What its fields gave.
    """

    execution: StateExecution
    cursor: StateCursor
    notes: Notes


class StateExecution(Execution):
    """An execution of one state.

    Attributes:
        backoff_us: How long a retrier would wait; None if none would retry.
    """

    __slots__ = ("backoff_us",)

    backoff_us: int | None

    def wait(self, cursor: Cursor, waits_for: WaitsFor, due: int) -> None:
        """Let a cursor wait until an instant; a retry is only noted."""
        if waits_for == "retry":
            self.backoff_us = due - self.now
            self._end(Outcome("FAILED"))
        else:
            super().wait(cursor, waits_for, due)


class Joined(NamedTuple):
    """What a Parallel or Map takes from its children when all have ended."""

    results: Json
    size: int


def try_state(request: Request, tested: Tested, around: Surroundings) -> Trial:
    """Run a state to its end.

    Raises:
        TestStateError: The request does not fit the state's items.
        UnsupportedFeature: It asks for something that this version does not run.
        MissingHandler: It is a Task, nothing is mocked and nobody answers for it.
    """
    notes: Notes = {}
    program = link(tested.with_state(traced(tested.state, tested.tree, notes)))
    execution, cursor = _begin(request, tested, around, program)
    trial = Trial(execution, cursor, notes)
    step = program.scope.start
    if isinstance(tested.state, TaskState):
        step.resume = _noting_result(step.resume, notes)
    if request.mock is None:
        registry = TaskRegistry(around.tasks)
        registry.check(program.definition)
        Run(execution, registry, around.clock).advance()
        return trial
    resume = step.resume
    if step.scopes:
        step.resume = _stand_still
    for scope in step.scopes:
        scope.start.enter = _stand_still
    commands = execution.receive(None, execution.now)
    if execution.is_running:
        cursor.retry_counts = [request.retries] * len(cursor.retry_counts)
        if step.scopes:
            _answer_children(request.mock.answer, tested.state, trial, resume)
        else:
            execution.receive(_event(request, tested, commands, notes), execution.now)
    elif step.scopes:
        notes.pop("afterItemSelector", None)  # it failed: these are not all
    return trial


def _begin(
    request: Request, tested: Tested, around: Surroundings, program: Program
) -> tuple[StateExecution, StateCursor]:
    """The execution before its first step, with the request's variables and context object."""
    execution = StateExecution(
        program,
        request.input,
        machine=around.machine,
        now=around.clock.now_us(),
        seed=around.seed,
        limits=_LIMITS,
        synchronous=True,
    )
    execution.decisions, execution.backoff_us = [], None
    context, variables = request.context, request.variables
    is_first_item = tested.around is not None and context is None
    cursor = StateCursor(
        execution,
        program.scope.start,
        request.input.value,
        request.input.size_bytes,
        0,
        cast("dict[str, Json]", variables.value),
        execution.context_size + variables.size_bytes + size_bytes(context),
        item=(0, request.input.value) if is_first_item else None,
    )
    cursor.given, cursor.role_arn = context, request.role_arn
    execution.root = cursor
    execution.ready = deque((cursor,))
    return execution, cursor


def _event(request: Request, tested: Tested, commands: list[Command], notes: Notes) -> Event:
    """The mocked answer to what a Task or Distributed Map asks for."""
    mock = cast("Mock", request.mock)
    match commands:
        case [RunMap() as command]:
            return map_run_event(command, request, mock, tested, notes)
        case [InvokeTask(task_id)] if isinstance(mock.answer, MockedError):
            return TaskFailed(task_id, *mock.answer)
        case [InvokeTask(task_id)]:
            return TaskSucceeded(task_id, cast("Payload", mock.answer))
        case _:
            raise AssertionError(commands)


def _answer_children(
    answer: Payload | MockedError, state: State, trial: Trial, resume: Resume
) -> None:
    """Let the mocked answer be what the children of a Parallel or inline Map come to."""
    execution, cursor = trial.execution, trial.cursor
    if isinstance(state, MapState) and state.parameters is not None:
        trial.notes.setdefault("afterItemSelector", [])
    cursor.children = None
    if isinstance(answer, MockedError):
        error = StateError(*answer, fatal=answer.error == RUNTIME)
        following = cursor.step.fail(cursor, error)
    else:
        following = resume(cursor, Joined(answer.value, answer.size_bytes))
    execution.proceed(cursor, following)
    execution.receive(None, execution.now)


def _noting_result(resume: Resume, notes: Notes) -> Resume:
    def noted(cursor: Cursor, output: Payload) -> Step | None:
        notes["result"] = output.value
        return resume(cursor, output)

    return noted


def _stand_still(*_: object) -> None:
    """What children do, and a Parallel or Map that none of them has to tell anything."""
