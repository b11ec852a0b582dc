"""The tasks of a recording: each answers as it did when it was recorded."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from itertools import chain
from typing import TYPE_CHECKING

from asl.errors import UsageError, quote
from asl.tasks.registry import TaskRegistry
from asl.testing.comparing import frozen
from asl.testing.recordings.recording import as_recording
from asl.testing.tasknames import task_states

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping
    from datetime import datetime

    from asl.jsontypes import Json
    from asl.machine import StateMachine
    from asl.tasks.context import TaskContext, TaskHandler
    from asl.tasks.replies import Reply
    from asl.testing.recordings.events import History
    from asl.testing.recordings.recording import Recording, Visit


_MICROSECOND = timedelta(microseconds=1)


class NotRecorded(UsageError):  # noqa: N818 - named after what happened
    """A task asks for an answer that was not recorded; ``state`` is the task's."""

    def __init__(self, state: str, attempt: int, given: Json) -> None:
        self.state = state
        super().__init__(
            f"no answer was recorded for attempt {attempt} with the input {quote(given)}"
        )


def recorded_tasks(machine: StateMachine, history: History | Recording) -> dict[str, TaskHandler]:
    """The tasks of an exported history as mocks, by state: for one run of `StateMachine.run`.

    They answer as recorded, each after as long as it took, whatever the input and the start of the
    run. A call that has no recorded answer raises a `UsageError`.

    Args:
        machine: The machine that will run.
        history: See `read_recording`.

    Raises:
        UsageError: The history is not whole.
    """
    return Player(machine, as_recording(history), {}).tasks


class Player:
    """The tasks of one run on a recording.

    A call gets the answer to a recorded visit of its state with the same input, else to any that
    has not been used: of several to the one that was called at the nearest time. For some of them
    nobody may ask, since the state was aborted at once. A retry gets the next answer of the same
    visit. A call without an answer raises `NotRecorded`. Which of several calls of a state with
    equal inputs at one instant is which, a history does not tell: they are taken in their order.

    Args:
        machine: The machine that will run.
        recording: Where the answers come from.
        others: Handlers for tasks that the recording does not tell of.
        start: When the run begins; None takes its first call for the first one of the recording.

    Attributes:
        tasks: The handlers of all tasks, for `StateMachine.run`.
        tokens: The task tokens that were given out, which are others in each execution.
    """

    def __init__(
        self,
        machine: StateMachine,
        recording: Recording,
        others: Mapping[str, TaskHandler],
        *,
        start: datetime | None = None,
    ) -> None:
        self.tokens: set[str] = set()
        self._start = start
        self._unused: dict[str, dict[Hashable, list[Visit]]] = {}
        self._used: dict[tuple[str, Hashable], list[Visit]] = defaultdict(list)
        self._given: Counter[Visit] = Counter()
        for visit in recording.visits:
            if visit.attempts:
                by_input = self._unused.setdefault(visit.state, defaultdict(list))
                by_input[frozen(visit.input)].append(visit)
        registry = TaskRegistry(others)
        self.tasks: dict[str, TaskHandler] = {**others}
        for name, state in task_states(machine).items():
            is_told = name in self._unused
            if is_told or registry.find(name, state.resource, state.function) is None:
                self.tasks[name] = self._answer

    def _answer(self, _: Json, context: TaskContext) -> Reply:
        if context.token is not None:
            self.tokens.add(context.token)
        visit = self._visit(context)
        if visit is None:
            raise NotRecorded(context.state_name, context.attempt, context.input)
        self._given[visit] += 1
        return visit.attempts[context.attempt - 1].reply

    def _visit(self, context: TaskContext) -> Visit | None:
        """The recorded visit that a call belongs to: a first attempt opens the next one."""
        state, key, place = context.state_name, frozen(context.input), context.attempt - 1
        by_input = self._unused.get(state, {})
        used = self._used[state, key]
        candidates = [visit for visit in used if self._given[visit] == place < len(visit.attempts)]
        if place == 0:
            candidates = by_input.get(key) or list(chain.from_iterable(by_input.values()))
        if not candidates:
            return None
        if self._start is None:
            self._start = context.now - candidates[0].attempts[place].after_us * _MICROSECOND
        now_us = (context.now - self._start) // _MICROSECOND
        visit = min(candidates, key=lambda each: abs(each.attempts[place].after_us - now_us))
        if place == 0:
            by_input[frozen(visit.input)].remove(visit)
            used.append(visit)
        return visit
