"""A debugger: step forward and back through an execution, look at its data, change it, fork.

An execution is a value, so a step back is no trick: each stop keeps a fork of the run, and forks
share all that is unchanged. The machine is run by a program of its own, in which a state is entered
only when the debugger lets it; nothing else knows of the debugger.

States inside the children of a Distributed Map or of nested executions run through without a stop.
"""

from __future__ import annotations

from collections import deque
from copy import copy
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias, Unpack

from asl.engine.history import WIDTH, instant
from asl.engine.states import link
from asl.errors import InvalidInput, UsageError
from asl.jsontypes import NotJsonError, Payload, copy_json
from asl.machine import EMPTY_INPUT
from asl.testing.names import suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from asl.engine.cursor import Cursor
    from asl.engine.execution import Execution
    from asl.engine.history import HistoryEvent
    from asl.engine.program import Program, Step
    from asl.jsontypes import Json
    from asl.machine import Input, Options, StateMachine
    from asl.runtimes.local import Run
    from asl.runtimes.result import Result

#: Why a run stands: a state is about to be entered, something failed, nothing is left to do.
Reason: TypeAlias = Literal["state", "error", "end", "waits"]

_FAILURES = ("Failed", "TimedOut")


class Stop(NamedTuple):
    """Where a run stands.

    Attributes:
        reason: Before a ``state``; after an ``error``; at the ``end``; or it ``waits`` for what no
            clock brings.
        state: The name of the state that is entered next; None where there is none.
        pointer: The same as a JSON pointer in the definition.
        input: Its input, before InputPath; a copy.
        variables: Those in scope; a copy.
        indices: Of the Map iterations round it, outermost first.
        now: The time (aware).
        events: What was written into the history since the stop before.
    """

    reason: Reason
    state: str | None
    pointer: str | None
    input: Json
    variables: dict[str, Json]
    indices: tuple[int, ...]
    now: datetime
    events: tuple[HistoryEvent, ...]


class _Gate:
    """Lets one cursor into one state at a time; the others stand before it."""

    def __init__(self) -> None:
        self.open_for: Cursor | None = None
        self.arrived: list[Cursor] = []

    def guard(self, program: Program) -> Program:
        """Let no state of the program be entered without being asked."""
        for step in program.by_pointer.values():
            step.enter = self._guarded(step.enter)
        return program

    def _guarded(self, enter: Callable[[Cursor], Step | None]) -> Callable[[Cursor], Step | None]:
        def guarded(cursor: Cursor) -> Step | None:
            if cursor is not self.open_for:
                self.arrived.append(cursor)
                cursor.execution.is_held = True
                return None
            self.open_for = None
            return enter(cursor)

        return guarded


class _Moment(NamedTuple):
    """A run as it stood before a step, with the cursors before a state, and where it stopped."""

    run: Run
    parked: tuple[Cursor, ...]
    stop: Stop


class Debugger:
    """A run that is moved on state by state.

    Args:
        machine: The state machine.
        value: The execution's input.
        options: As of `StateMachine.run`. Handlers are called as the run needs them, and again when
            it goes on from an earlier point.

    Attributes:
        stop: Where it stands now.
    """

    def __init__(
        self, machine: StateMachine, value: Input = EMPTY_INPUT, **options: Unpack[Options]
    ) -> None:
        self._gate = _Gate()
        self._names = _names(machine.program)
        guarded = machine.run_by(self._gate.guard(link(machine.definition)))
        self._run = guarded.start(value, **options)
        self._parked: deque[Cursor] = deque()
        self._past: list[_Moment] = []
        self._states: set[str] = set()
        self._breaks_on_errors = False
        self._seen = 0
        self._run.move()
        self._arrive()
        self.stop = self._look("state")

    @property
    def result(self) -> Result:
        """How the execution stands."""
        return self._run.result

    @property
    def breakpoints(self) -> tuple[str, ...]:
        """The names of the states before which `resume` stops."""
        return tuple(sorted(self._states))

    # Moving.

    def step(self) -> Stop:
        """Go on to the next state, or to the end; tasks and waits on the way are done.

        At the end, and where it waits for what no clock brings, a step changes nothing.
        """
        if self.stop.reason in ("state", "error"):
            self._remember()
            self.stop = self._move_on()
        return self.stop

    def resume(self) -> Stop:
        """Go on to the next breakpoint, or to the end."""
        while True:
            stop = self.step()
            at_error = self._breaks_on_errors and stop.reason == "error"
            if stop.reason in ("end", "waits") or at_error or stop.state in self._states:
                return stop

    def back(self, steps: int = 1) -> Stop:
        """Go back to an earlier stop; to the first one if there are not so many."""
        for _ in range(min(steps, len(self._past))):
            moment = self._past.pop()
            self._run, self._parked = moment.run, deque(moment.parked)
            self.stop = moment.stop
            self._seen = self._run.execution.event_count
        return self.stop

    def fork(self) -> Debugger:
        """A second debugger that stands here; it can't go back beyond this point."""
        twin = copy(self)
        twin._go_on_from(*self._copy())  # noqa: SLF001 - its own twin
        return twin

    def _go_on_from(self, run: Run, parked: tuple[Cursor, ...]) -> None:
        self._run, self._parked = run, deque(parked)
        self._past, self._states = [], self._states.copy()

    # Breakpoints.

    def break_at(self, state: str) -> None:
        """Let `resume` stop before a state.

        Raises:
            UsageError: The machine has no state of that name.
        """
        self._states.add(self._known(state))

    def clear(self, state: str | None = None) -> None:
        """Forget a breakpoint, or all of them, the one on errors too."""
        if state is None:
            self._states.clear()
            self._breaks_on_errors = False
        else:
            self._states.discard(self._known(state))

    def break_on_errors(self) -> None:
        """Let `resume` stop after each failure: of a task, a state or the execution."""
        self._breaks_on_errors = True

    # Changing.

    def set_input(self, value: Json) -> Stop:
        """Enter the next state with another input.

        Raises:
            InvalidInput: It is not JSON.
            UsageError: No state is about to be entered.
        """
        cursor, payload = self._next(), _payload(value)
        cursor.data, cursor.size = payload.value, payload.size_bytes
        self.stop = self.stop._replace(input=copy_json(payload.value))
        return self.stop

    def set_variable(self, name: str, value: Json) -> Stop:
        """Enter the next state with another value of a variable in its scope.

        Raises:
            InvalidInput: It is not JSON.
            UsageError: No state is about to be entered.
        """
        cursor, payload = self._next(), _payload(value)
        cursor.variables = {**cursor.variables, name: payload.value}
        cursor.unseen_size += payload.size_bytes + len(name) + 4
        self.stop = self.stop._replace(variables=_copied(cursor.variables))
        return self.stop

    # How it works.

    def _move_on(self) -> Stop:
        """Enter a state, or let the runtime act, until there is something to stop for."""
        if self._parked:
            self._enter(self._parked.popleft())
        while self._run.is_busy:
            if self._has_failed():
                return self._look("error")
            if self._parked:
                return self._look("state")
            if not self._run.act():
                return self._look("waits")
            self._arrive()
        return self._look("end")

    def _enter(self, cursor: Cursor) -> None:
        """Let one cursor enter its state; if it comes to another one, that is the next."""
        self._gate.open_for = cursor
        cursor.execution.is_held = bool(self._parked)
        self._run.execution.ready.append(cursor)
        self._run.move()
        arrived = self._gate.arrived
        if cursor in arrived:
            arrived.remove(cursor)
            self._parked.appendleft(cursor)
        self._arrive()

    def _arrive(self) -> None:
        """Note who stands before a state now, and forget whose branch was stopped meanwhile."""
        alive = set(_leaves(self._run.execution))
        self._parked = deque(
            cursor for cursor in (*self._parked, *self._gate.arrived) if cursor in alive
        )
        self._gate.arrived.clear()
        self._run.execution.is_held = bool(self._parked)

    def _has_failed(self) -> bool:
        records = self._new_records()
        return any(kind.endswith(_FAILURES) for kind in records[::WIDTH])

    def _new_records(self) -> list[Any]:
        recorded = self._run.execution.recorded()
        return recorded.records[max(0, self._seen - recorded.forgotten) * WIDTH :]

    def _look(self, reason: Reason) -> Stop:
        execution = self._run.execution
        cursor = self._parked[0] if self._parked else None
        events = tuple(execution.recorded().events(self._seen + 1))
        self._seen = execution.event_count
        return Stop(
            reason,
            None if cursor is None else cursor.step.name,
            None if cursor is None else cursor.step.state.pointer,
            None if cursor is None else copy_json(cursor.data),
            {} if cursor is None else _copied(cursor.variables),
            () if cursor is None else _indices(cursor),
            instant(execution.now),
            events,
        )

    def _remember(self) -> None:
        """Keep the run as it stands; while child executions are under way it can't be kept."""
        if self._run.has_children:
            self._past.clear()
            return
        self._past.append(_Moment(*self._copy(), self.stop))

    def _copy(self) -> tuple[Run, tuple[Cursor, ...]]:
        """A fork of the run, and the cursors in it that stand before a state."""
        run = self._run.fork()
        twins = dict(zip(_leaves(self._run.execution), _leaves(run.execution), strict=True))
        return run, tuple(twins[cursor] for cursor in self._parked)

    def _next(self) -> Cursor:
        if not self._parked:
            raise UsageError("no state is about to be entered")
        return self._parked[0]

    def _known(self, state: str) -> str:
        if state not in self._names:
            hint = suggestion(state, self._names)
            raise UsageError(f"the machine has no state {state!r}; {hint}")
        return state


def _leaves(execution: Execution) -> Iterator[Cursor]:
    """The cursors of all branches that are alive, in the order of the definition and of items."""
    pending = [] if execution.root is None or not execution.is_running else [execution.root]
    while pending:
        cursor = pending.pop()
        if cursor.children is None:
            yield cursor
        else:
            running = cursor.children.running
            pending += [running[index] for index in sorted(running, reverse=True)]


def _indices(cursor: Cursor) -> tuple[int, ...]:
    found: list[int] = []
    join = cursor.join
    while join is not None:
        if join.kind == "Map":
            found.append(cursor.index)
        cursor, join = join.cursor, join.cursor.join
    return tuple(reversed(found))


def _names(program: Program) -> frozenset[str]:
    return frozenset(step.name for step in program.by_pointer.values())


def _copied(variables: dict[str, Json]) -> dict[str, Json]:
    return {name: copy_json(value) for name, value in variables.items()}


def _payload(value: Json) -> Payload:
    try:
        return Payload.copied(value)
    except NotJsonError as error:
        raise InvalidInput(f"that is not JSON: {error}") from error
