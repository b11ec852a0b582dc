"""A stateful test of a machine that waits for others: answers by token, workers, signals, time.

Hypothesis plays the world: it lets time pass and answers, fails, keeps alive or takes whatever is
open, in any order, and looks for a series of steps that breaks an invariant.
"""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from asl.errors import UsageError
from asl.tasks.registry import TaskRegistry
from asl.tasks.replies import submits
from asl.testing.strategies.inputs import inputs
from asl.testing.strategies.outcomes import CAUSE, check_machine
from asl.testing.task_outcomes import task_outcomes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from hypothesis.strategies import SearchStrategy

    from asl.engine.commands import InvokeTask
    from asl.jsontypes import Json
    from asl.language.model import TaskState
    from asl.machine import StateMachine
    from asl.runtimes.local import Run
    from asl.runtimes.result import Result
    from asl.tasks.context import TaskHandler
    from asl.testing.task_outcomes import TaskOutcomes

_MINUTE, _DAY = 60, 86_400
_SOMEBODY = "somebody"


def _from_test(strategy_of: Callable[[Any], SearchStrategy[Any]]) -> SearchStrategy[Any]:
    """A strategy that depends on how the running test stands."""
    return st.runner().flatmap(strategy_of)


class CallbackMachine(RuleBasedStateMachine):
    """A test of one execution that Hypothesis moves on, step by step.

    Subclass it, set ``machine``, add invariants (`hypothesis.stateful.invariant`) that look at
    `result`, and let pytest find the subclass's ``TestCase``. More rules may be added as well: the
    run is ``self.run``.

    Attributes:
        machine: The machine, as `asl.load` gives it.
        tasks: The handlers of the tasks that nobody calls back for. One that waits for a token and
            has none is submitted with an empty object.
        inputs: A strategy of inputs; `asl.testing.inputs` of the machine if None.
        outputs: Strategies of what a task or signal is answered with, by the name of the state or
            signal; an empty object for others.
        always: Functions of the result (`asl.testing.laws`) that are called after each step.
        at_end: The same, called when all steps were made and time has gone on until nothing
            happens any more.
    """

    machine: ClassVar[StateMachine]
    tasks: ClassVar[Mapping[str, TaskHandler]] = {}
    inputs: ClassVar[SearchStrategy[Any] | None] = None
    outputs: ClassVar[Mapping[str, SearchStrategy[Any]]] = {}
    always: ClassVar[tuple[Callable[[Result], object], ...]] = ()
    at_end: ClassVar[tuple[Callable[[Result], object], ...]] = ()

    def __init__(self) -> None:
        super().__init__()
        name = type(self).__name__
        if not hasattr(self, "machine"):
            raise UsageError(f"{name} has no machine: set machine = asl.load(...) in its body")
        check_machine(name, self.machine)
        self._outcomes = task_outcomes(self.machine.definition)
        known = {*self._outcomes, *self._signals()}
        for unknown in self.outputs.keys() - known:
            raise UsageError(f"outputs of {name}: no task or signal is called {unknown!r}")
        self._taken: set[str] = set()
        self.run: Run

    @property
    def result(self) -> Result:
        """How the execution stands now."""
        return self.run.result

    @property
    def open_tasks(self) -> dict[str, InvokeTask]:
        """The tasks that can be answered, by the name of the state; of several with a number."""
        found: dict[str, InvokeTask] = {}
        for call in self._calls():
            is_activity = call.resource.kind == "activity"
            if call.token is None or (is_activity and call.token not in self._taken):
                continue
            name, number = call.state_name, 1
            while name in found:
                number += 1
                name = f"{call.state_name} #{number}"
            found[name] = call
        return found

    # What Hypothesis does.

    @initialize(given=_from_test(lambda test: test._given()))  # noqa: SLF001 - its own method
    def start(self, given: Json) -> None:
        """Start the execution."""
        self.run = self.machine.start(given, tasks=self._tasks())
        self.run.advance(0)

    @rule(seconds=st.integers(1, _MINUTE) | st.integers(_MINUTE, _DAY))
    def advance(self, seconds: int) -> None:
        """Let time pass."""
        self.run.advance(seconds)

    @precondition(lambda test: test.run.next_due() is not None)
    @rule(early=st.booleans())
    def advance_to_timer(self, *, early: bool) -> None:
        """Let time pass until the next timer is due, or a microsecond less."""
        due = self.run.next_due()
        if due is not None:
            left_us = due - self.run.clock.now_us() - early
            self.run.advance(timedelta(microseconds=max(0, left_us)))

    @precondition(lambda test: test.open_tasks)
    @rule(answer=_from_test(lambda test: test._answers()))  # noqa: SLF001
    def succeed(self, answer: tuple[str, Json]) -> None:
        """Answer an open task with a result."""
        name, output = answer
        call = self.open_tasks[name]
        token = str(call.token)
        if call.resource.kind == "local":
            task = next(each for each in self.run.desk if each.token == token)
            who = task.candidates[0] if task.candidates else _SOMEBODY
            self.run.desk.claim(token, who)
            self.run.complete_human_task(token, who, output)
        else:
            self.run.send_task_success(token, output)
        self.run.advance(0)

    @precondition(lambda test: test._failing())  # noqa: SLF001
    @rule(failure=_from_test(lambda test: test._failures()))  # noqa: SLF001
    def fail(self, failure: tuple[str, str]) -> None:
        """Answer an open task with an error that its Retry or Catch names, or with another one."""
        name, error = failure
        self.run.send_task_failure(str(self.open_tasks[name].token), error, CAUSE)
        self.run.advance(0)

    @precondition(lambda test: test._failing())  # noqa: SLF001
    @rule(task=_from_test(lambda test: st.sampled_from(test._failing())))  # noqa: SLF001
    def heartbeat(self, task: str) -> None:
        """Keep an open task alive."""
        self.run.send_task_heartbeat(str(self.open_tasks[task].token))

    @precondition(lambda test: test._offered())  # noqa: SLF001
    @rule(activity=_from_test(lambda test: st.sampled_from(test._offered())))  # noqa: SLF001
    def take(self, activity: str) -> None:
        """Let a worker take the oldest task of an activity."""
        task = self.run.get_activity_task(activity)
        if task is not None:
            self._taken.add(task.token)

    @precondition(lambda test: test._signals() and test.result.status == "RUNNING")  # noqa: SLF001
    @rule(signal=_from_test(lambda test: test._sent()))  # noqa: SLF001
    def send(self, signal: tuple[str, Json]) -> None:
        """Send a signal, whether or not somebody waits for it."""
        self.run.signal(*signal)
        self.run.advance(0)

    @precondition(lambda test: test.result.status == "RUNNING")
    @rule()
    def stop(self) -> None:
        """Stop the execution."""
        self.run.stop()

    @invariant()
    def keeps_laws(self) -> None:
        """See ``always``."""
        for law in self.always:
            law(self.result)

    def teardown(self) -> None:
        """See ``at_end``; not asked if a step has failed already."""
        if sys.exception() is None and hasattr(self, "run"):
            result = self.run.advance()
            for law in self.at_end:
                law(result)

    # What there is to choose from.

    def _given(self) -> SearchStrategy[Any]:
        return inputs(self.machine) if self.inputs is None else self.inputs

    def _answers(self) -> SearchStrategy[tuple[str, Any]]:
        return st.sampled_from(list(self.open_tasks)).flatmap(
            lambda task: st.tuples(st.just(task), self._output(self.open_tasks[task].state_name))
        )

    def _failing(self) -> list[str]:
        """The open tasks that have more than one way to end: people only answer."""
        return [name for name, call in self.open_tasks.items() if call.resource.kind != "local"]

    def _failures(self) -> SearchStrategy[tuple[str, str]]:
        return st.sampled_from(
            [
                (name, error)
                for name in self._failing()
                for error in self._outcomes[self.open_tasks[name].state_name].errors
            ]
        )

    def _offered(self) -> list[str]:
        """The activities with a task that no worker has taken."""
        names = (
            call.resource.arn
            for call in self._calls()
            if call.resource.kind == "activity" and call.token not in self._taken
        )
        return list(dict.fromkeys(names))

    def _sent(self) -> SearchStrategy[tuple[str, Any]]:
        return st.sampled_from(self._signals()).flatmap(
            lambda name: st.tuples(st.just(name), self._output(name))
        )

    def _signals(self) -> list[str]:
        names = (each.state.resource.signal for each in self._outcomes.values())
        return list(dict.fromkeys(name for name in names if name))

    def _output(self, name: str) -> SearchStrategy[Any]:
        return self.outputs.get(name, st.just({}))

    def _calls(self) -> Iterator[InvokeTask]:
        for member in self.run.members():
            yield from member.execution.calls()

    def _tasks(self) -> dict[str, TaskHandler]:
        """The handlers, with one for each task that waits for a token and has none."""
        registry = TaskRegistry(self.tasks)
        return {
            **{
                name: _submit
                for name, each in self._outcomes.items()
                if _waits_for_token(each) and not _is_served(registry, each.state)
            },
            **self.tasks,
        }


def _submit(_payload: Json) -> object:
    return submits({})


def _waits_for_token(each: TaskOutcomes) -> bool:
    return each.state.resource.pattern == ".waitForTaskToken"


def _is_served(registry: TaskRegistry, state: TaskState) -> bool:
    return registry.find(state.name, state.resource, state.function) is not None
