"""One run of a state machine, as a value: fed an event and a time, it answers with commands.

The theory. An ASL execution stands still in four places only: a task, a Wait, the delay of a retry,
and the children of a Parallel or Map. Between them everything is computed from data at once. So an
execution is a set of cursors (one for each branch that is alive), each at a state; `_run` moves
every cursor on until it waits or its branch ends. What it waits for has an id in `waiting`. A reply
names that id; a timer is an instant and that id in a heap, and is simply ignored when nobody waits
for the id any more. The order in which cursors move, ids are given and timers fire is fixed, and
randomness comes from a seeded state, so the same events at the same times give the same history.

Time is an integer of microseconds since the epoch and never goes back. A reply that comes at the
very instant of a deadline is in time.
"""

from __future__ import annotations

from collections import deque
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias, assert_never, cast

from asl.engine.chronicle import Chronicle
from asl.engine.commands import CancelTask, Command
from asl.engine.cursor import Cursor, WaitsFor
from asl.engine.events import (
    Event,
    MapRunFailed,
    MapRunSucceeded,
    Signalled,
    StopRequested,
    TaskFailed,
    TaskHeartbeat,
    TaskStarted,
    TaskSubmitted,
    TaskSucceeded,
)
from asl.engine.failure import HEARTBEAT_TIMEOUT, RUNTIME, TIMEOUT, StateError
from asl.engine.history import WIDTH
from asl.engine.identity import Identity
from asl.engine.limits import Limits
from asl.engine.redrive import check_redrivable, revive
from asl.errors import ClockError, InvalidInput, UnsupportedFeature
from asl.query.javalike import JavaRandom

if TYPE_CHECKING:
    from asl.engine.commands import InvokeTask
    from asl.engine.decisions import Decision
    from asl.engine.identity import MachineArn
    from asl.engine.program import Program, Step
    from asl.jsontypes import Json, Payload
    from asl.language.model import TaskState

Status: TypeAlias = Literal["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"]
TimerKind: TypeAlias = Literal["due", "heartbeat", "timeout"]

#: How AWS begins to say that an execution was ended since its history is full.
HISTORY_FULL = "The execution reached the maximum number of history events"
_CARRIED_OUT = ("task", "map run")  # waits for what somebody outside does, and may have to cancel
_DEFAULT_LIMITS = Limits()
_NAMES_SIZE = 1_000  # the context object beside the input, item and variables: names, ARNs, times


class Outcome(NamedTuple):
    """How an execution stands or ended. ``output`` counts only when it SUCCEEDED."""

    status: Status
    output: Json = None
    error: str | None = None
    cause: str | None = None


class Waiting(NamedTuple):
    """One thing that an execution waits for; ``until_us`` is None where no timer would end it."""

    state_name: str
    waits_for: WaitsFor
    wait_id: int
    until_us: int | None


_RUNNING = Outcome("RUNNING")


class Execution(Chronicle):
    """One run of a state machine. Make one, then feed it with `receive`.

    Args:
        program: The machine.
        payload: The input.
        now: Microseconds since the epoch.
        seed: Of all randomness: ids, jitter, States.UUID, States.MathRandom.
        name: Of the execution; a UUID from the seed if not given.
        machine: What the state machine is called on AWS.
        limits: AWS's by default.
        synchronous: Started as StartSyncExecution starts an Express execution: its context object
            has no RedriveCount (recorded).
        kept: How many of the newest history events are kept; None for all.

    Attributes:
        decisions: What the history does not tell, in order; None (the default) while nobody asks.
        outcome: How it ended; RUNNING until then.
        is_running: Whether it has not ended yet.
        is_held: A debugger holds a cursor before its state: no timer fires meanwhile.
        held_before: Timers before this instant were to fire, but for that.
        waiting: The cursors that wait, by wait id.
        signals: Those that came before anybody waited for them, oldest first, by name.
        ready: The cursors that can move on; empty between two events.
        root: The cursor of the top level; None once it has succeeded.
        identity: What AWS would call it.

    Raises:
        InvalidInput: The input is larger than the payload limit.
    """

    __slots__ = (
        "assign_limit",
        "commands",
        "context_size",
        "deadline",
        "decisions",
        "held_before",
        "identity",
        "is_held",
        "is_running",
        "last_wait_id",
        "limits",
        "outcome",
        "payload_limit",
        "program",
        "random",
        "ready",
        "root",
        "signals",
        "timers",
        "variables_limit",
        "waiting",
    )

    def __init__(
        self,
        program: Program,
        payload: Payload,
        *,
        machine: MachineArn,
        now: int,
        seed: int = 0,
        name: str | None = None,
        limits: Limits | None = None,
        synchronous: bool = False,
        kept: int | None = None,
    ) -> None:
        self.program = program
        self.random = JavaRandom(seed)
        self.set_limits(limits or _DEFAULT_LIMITS)
        if payload.size_bytes > self.payload_limit:
            raise InvalidInput(
                f"the input has {payload.size_bytes:,} bytes, more than the limit of "
                f"{self.payload_limit:,} (Limits(payload_bytes=...) changes it)"
            )
        self.now = now
        self.identity = Identity(
            machine,
            name=name,
            seed=seed,
            started_at=now,
            input=payload.value,
            is_express=program.definition.type == "EXPRESS",
            synchronous=synchronous,
        )
        self.context_size = payload.size_bytes + _NAMES_SIZE
        self.deadline = _deadline(program, self.limits, now)
        self.outcome = _RUNNING
        self.is_running = True
        self.is_held = False
        self.held_before = 0
        self.open_history(None, 0, kept)
        self.decisions: list[Decision] | None = None
        self.commands: list[Command] = []
        self.timers: list[tuple[int, int, TimerKind]] = []
        self.waiting: dict[int, Cursor] = {}
        self.signals: dict[str, list[Payload]] = {}
        self.last_wait_id = 0
        self.root: Cursor | None = Cursor(
            self, program.scope.start, payload.value, payload.size_bytes, 0, {}, self.context_size
        )
        self.ready: deque[Cursor] = deque((self.root,))
        self.record("ExecutionStarted", 0, machine.role, payload.value)

    def set_limits(self, limits: Limits) -> None:
        """Keep these limits from now on."""
        self.limits = limits
        bounds = limits.bounds
        self.payload_limit, self.variables_limit, self.assign_limit, self.history_limit = bounds

    # What the world calls.

    @property
    def wake_at(self) -> int | None:
        """When it wants `receive` to be called next, if no event comes before; None for never."""
        if not self.is_running:
            return None
        if self.ready:
            return self.now
        timers = self.timers
        while timers and timers[0][1] not in self.waiting:
            heappop(timers)
        if timers and self.deadline is not None:
            return min(timers[0][0], self.deadline)
        return timers[0][0] if timers else self.deadline

    def receive(self, event: Event | None, now: int) -> list[Command]:
        """Let time come to ``now`` and an event happen; do all that follows from it.

        Args:
            event: None when only time has passed. A reply to a task that nobody waits for any more
                is ignored: it lost the race against a timeout or a failing sibling.
            now: Microseconds since the epoch; never earlier than before.

        Returns:
            What is to be done now, in order.

        Raises:
            ClockError: ``now`` lies before the last one.
        """
        if now < self.now:
            raise ClockError(f"time went back from {self.now} to {now} microseconds")
        if self.ready:
            self._run()
        if event is None:
            self._fire_timers(now + 1)
        elif now > self.now:
            self._fire_timers(now)
        if self.is_running:
            self.now = now
            if event is not None:
                self._handle(event)
                self._run()
        commands, self.commands = self.commands, []
        return commands

    def catch_up(self, now: int, before: int) -> None:
        """Let time have come to ``now`` while nobody looked: what is overdue happens late.

        Timers that were due before an instant fire now, in order, and what follows from them begins
        now: a task that starts has its whole time. What is to be done comes with the next
        `receive`.
        """
        self.now = max(self.now, now)
        if self.ready:
            self._run()
        self._fire_timers(before)

    def move(self) -> list[Command]:
        """Go on with what was held, at the present time; what `receive` would have done then."""
        self._run()
        before, self.held_before = self.held_before, 0
        self._fire_timers(before)
        commands, self.commands = self.commands, []
        return commands

    def redrive(self, now: int) -> list[Command]:
        """Go on after having ended badly: see `asl.engine.redrive`.

        Returns:
            What is to be done now, in order.

        Raises:
            ExecutionNotRedrivable: It did not end, succeeded, or AWS would not redrive it.
            ClockError: ``now`` lies before its end.
        """
        if now < self.now:
            raise ClockError(f"time went back from {self.now} to {now} microseconds")
        check_redrivable(self, now)
        self.now = now
        self.seal()
        self.outcome, self.is_running = _RUNNING, True
        self.deadline = _deadline(self.program, self.limits, now)
        self.identity = self.identity.redriven(now)
        self.record("ExecutionRedriven", self.event_count, None, self.identity.redrive_count)
        revive(cast("Cursor", self.root))  # it has one: it did not succeed
        self._run()
        commands, self.commands = self.commands, []
        return commands

    def waits(self) -> list[Waiting]:
        """What it waits for, in the order of ids; empty when it has ended."""
        due: dict[int, int] = {}
        for at, wait_id, _kind in self.timers:
            due[wait_id] = min(at, due.get(wait_id, at))
        return [
            Waiting(cursor.step.name, cursor.waits_for, wait_id, due.get(wait_id))
            for wait_id, cursor in sorted(self.waiting.items())
        ]

    def retrying(self) -> tuple[int, ...]:
        """The ids of the entered events of the states that wait for a retry."""
        waiting = self.waiting.values()
        return tuple(cursor.entered_id for cursor in waiting if cursor.waits_for == "retry")

    def calls(self) -> list[InvokeTask]:
        """The tasks that have not answered yet: what to ask for again after a restore."""
        waiting = self.waiting
        return [call for wait_id in sorted(waiting) if (call := waiting[wait_id].call)]

    # What the states call.

    def new_wait_id(self) -> int:
        """The id of a wait that is about to begin."""
        self.last_wait_id += 1
        return self.last_wait_id

    def wait(self, cursor: Cursor, waits_for: WaitsFor, due: int) -> None:
        """Let a cursor wait until an instant."""
        wait_id = self.new_wait_id()
        self.set_timer(due, wait_id, "due")
        self.wait_as(cursor, waits_for, wait_id)

    def wait_as(self, cursor: Cursor, waits_for: WaitsFor, wait_id: int) -> None:
        """Let a cursor wait under an id that it has been told already."""
        self.waiting[wait_id] = cursor
        cursor.waits_for = waits_for
        cursor.wait_id = wait_id

    def set_timer(self, due: int, wait_id: int, kind: TimerKind) -> None:
        """Have a wait ended, or a heartbeat looked after, at an instant."""
        heappush(self.timers, (due, wait_id, kind))

    def proceed(self, cursor: Cursor, step: Step | None) -> None:
        """Let a cursor that had waited go on at a step; None when it waits again or has ended."""
        if step is not None:
            cursor.step = step
            self.ready.append(cursor)

    def end_branch(self, cursor: Cursor) -> None:
        """A cursor has come to the end of its scope; its data is the scope's output."""
        join = cursor.join
        if join is None:
            self.record("ExecutionSucceeded", cursor.previous, None, cursor.data)
            self._end(Outcome("SUCCEEDED", cursor.data))
            self.root = None  # or the two would hold each other, and the history, for a while
        else:
            join.succeeded(cursor)

    def fail(self, cursor: Cursor, error: StateError) -> None:
        """A cursor's state has failed for good: so does what the cursor is a branch of."""
        if cursor.join is not None:
            cursor.join.failed(cursor, error)
            return
        self.record("ExecutionFailed", cursor.previous, None, [error.name, error.cause])
        self._end(Outcome("FAILED", None, error.name, error.cause))

    def cancel(self, cursor: Cursor) -> None:
        """Stop a branch from outside: whatever it does or waits for is given up."""
        if cursor.children is not None:
            kind = cursor.children.kind
            cursor.children.abort()
            self.record(f"{kind}StateAborted", cursor.previous, cursor.step.name)
        elif cursor.waits_for:
            if cursor.waits_for in _CARRIED_OUT:
                self.commands.append(CancelTask(cursor.wait_id))
            if cursor.waits_for == "map run":
                cursor.previous = self.record("MapRunAborted", cursor.previous)
            self.stop_waiting(cursor)
            state = cursor.step.state
            self.record(f"{state.kind}StateAborted", cursor.previous, state.name)
        if cursor in self.ready:
            self.ready.remove(cursor)
            cursor.entered_id = 0  # it stands before its state, whatever it was in until now

    def stop_waiting(self, cursor: Cursor) -> None:
        """Forget what a cursor waits for; its timers are ignored from now on."""
        del self.waiting[cursor.wait_id]
        cursor.origin = cursor.previous
        cursor.waits_for = ""
        cursor.call = None
        cursor.heartbeat_us = 0

    # How it moves.

    def _run(self) -> None:
        """Move every ready cursor on until it waits or its branch has ended."""
        ready, history, longest = self.ready, self.history, self.longest
        if len(history) >= longest:
            self._check_history_limit()
            longest = self.longest
        while ready:
            cursor = ready.popleft()
            step: Step | None = cursor.step
            while step is not None:
                cursor.step = step
                try:
                    step = step.enter(cursor)
                except UnsupportedFeature as error:
                    raise _located(error, cursor.step) from error
                if len(history) >= longest:
                    self._check_history_limit()
                    if not self.is_running:
                        return
                    longest = self.longest

    def _check_history_limit(self) -> None:
        """End the execution if its history is full; forget what is not to be kept.

        AWS: when 24,999 events are there, the next one has to be the execution's success; if it is
        not, ExecutionFailed takes its place. (AWS guide, "Avoid reaching the history quota".)
        """
        limit = self.history_limit
        written = self.event_count
        if written < limit or (written == limit and not self.is_running):
            self.forget()
            return
        del self.history[(limit - 1 - self.before) * WIDTH :]
        self._cancel_tasks()
        cause = f"{HISTORY_FULL} ({limit})."
        self.record("ExecutionFailed", limit - 1, None, [RUNTIME, cause], [*self.retrying()])
        self._end(Outcome("FAILED", None, RUNTIME, cause))

    def _handle(self, event: Event) -> None:
        match event:
            case TaskSucceeded():
                cursor = self.waiting.get(event.task_id)
                if cursor is not None and cursor.call is not None:
                    self._resume(cursor, event.output)
            case TaskFailed() | TaskSubmitted() | TaskStarted() | TaskHeartbeat():
                cursor = self.waiting.get(event.task_id)
                if cursor is not None and cursor.call is not None:
                    self._handle_news(cursor, cursor.call, event)
            case StopRequested():
                self._stop("ABORTED", event.error, event.cause)
            case Signalled():
                self._signal(event.name, event.payload)
            case MapRunSucceeded() | MapRunFailed():
                self._end_map_run(event)
            case _:
                assert_never(event)

    def _end_map_run(self, event: MapRunSucceeded | MapRunFailed) -> None:
        cursor = self.waiting.get(event.map_run_id)
        if cursor is None or cursor.waits_for != "map run":
            return
        if isinstance(event, MapRunSucceeded):
            self._resume(cursor, event.output)
            return
        self.stop_waiting(cursor)
        error = StateError(event.error, event.cause, fatal=event.error == RUNTIME)
        self.proceed(cursor, cursor.step.fail(cursor, error))

    def _handle_news(
        self,
        cursor: Cursor,
        call: InvokeTask,
        event: TaskFailed | TaskSubmitted | TaskStarted | TaskHeartbeat,
    ) -> None:
        match event:
            case TaskFailed():
                self.stop_waiting(cursor)
                error = StateError(event.error, event.cause)
                self.proceed(cursor, cursor.step.fail(cursor, error))
            case TaskSubmitted():
                if call.resource.pattern:
                    cursor.previous = self.record(
                        "TaskSubmitted", cursor.previous, call.resource.arn, event.output.value
                    )
            case TaskStarted():
                if call.resource.kind == "activity":
                    cursor.previous = self.record(
                        "ActivityStarted", cursor.previous, event.worker_name
                    )
                    cursor.heartbeat_due = self.now + cursor.heartbeat_us
            case TaskHeartbeat():
                at = self.now if event.at is None else event.at
                cursor.heartbeat_due = max(cursor.heartbeat_due, at + cursor.heartbeat_us)
            case _:
                assert_never(event)

    def awaits_signal(self, name: str) -> bool:
        """Whether a task waits for a signal of that name."""
        return any(_awaits(cursor, name) for cursor in self.waiting.values())

    def _signal(self, name: str, payload: Payload) -> None:
        """Let the task that has waited longest for a signal have it; keep it if there is none."""
        for wait_id in sorted(self.waiting):
            cursor = self.waiting[wait_id]
            if _awaits(cursor, name):
                self._resume(cursor, payload)
                return
        self.signals.setdefault(name, []).append(payload)

    def take_signal(self, name: str) -> Payload | None:
        """The oldest signal of a name that came before anybody waited for it."""
        kept = self.signals.get(name)
        return kept.pop(0) if kept else None

    def _fire_timers(self, before: int) -> None:
        """Let everything happen whose time comes before an instant, each at its own time."""
        while (wake_at := self.wake_at) is not None and wake_at < before:
            if self.is_held:
                self.held_before = before
                return
            self.now = max(self.now, wake_at)
            if not self.timers or self.timers[0][0] > wake_at:  # it is the deadline that has come
                self._stop("TIMED_OUT", None, None)
                return
            self._fire(*heappop(self.timers))
            self._run()

    def _fire(self, due: int, wait_id: int, kind: TimerKind) -> None:
        cursor = self.waiting[wait_id]
        if kind == "heartbeat" and cursor.heartbeat_due > due:
            self.set_timer(cursor.heartbeat_due, wait_id, kind)
            return
        step = cursor.step
        if cursor.waits_for == "wait":
            self._resume(cursor, None)
        elif cursor.waits_for == "retry":
            self.stop_waiting(cursor)
            self.proceed(cursor, step.retry(cursor))
        else:
            if cursor.call is not None:
                self.commands.append(CancelTask(wait_id))
            self.stop_waiting(cursor)
            alias = HEARTBEAT_TIMEOUT if kind == "heartbeat" else None
            self.proceed(cursor, step.expire(cursor, StateError(TIMEOUT, alias=alias)))

    def _resume(self, cursor: Cursor, value: Payload | None) -> None:
        """Let a cursor go on in its state with what it waited for."""
        self.stop_waiting(cursor)
        step = cursor.step
        try:
            following = step.resume(cursor, value)
        except UnsupportedFeature as error:
            raise _located(error, step) from error
        if following is not None:
            cursor.step = following
            self.ready.append(cursor)

    def _stop(
        self, status: Literal["TIMED_OUT", "ABORTED"], error: str | None, cause: str | None
    ) -> None:
        """End the whole execution from outside. AWS links this event to nothing (recorded)."""
        self._cancel_tasks()
        kind = "ExecutionTimedOut" if status == "TIMED_OUT" else "ExecutionAborted"
        self.record(kind, 0, None, [error, cause], [*self.retrying()])
        self._end(Outcome(status, None, error, cause))

    def _cancel_tasks(self) -> None:
        self.commands += [
            CancelTask(wait_id)
            for wait_id, cursor in self.waiting.items()
            if cursor.waits_for in _CARRIED_OUT
        ]

    def _end(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self.is_running = False
        self.waiting.clear()
        self.ready.clear()
        self.timers.clear()


def _awaits(cursor: Cursor, signal: str) -> bool:
    state = cursor.step.state
    return cursor.waits_for == "signal" and cast("TaskState", state).resource.signal == signal


def _located(error: UnsupportedFeature, step: Step) -> UnsupportedFeature:
    """The refusal of something that only showed while a state ran, with the state's place."""
    return UnsupportedFeature(error.feature, error.pointer or step.state.pointer, error.hint)


def _deadline(program: Program, limits: Limits, now: int) -> int | None:
    """When the execution has to have ended: its own TimeoutSeconds, or AWS's longest duration."""
    own = program.definition.timeout_us
    is_express = program.definition.type == "EXPRESS"
    longest = limits.express_duration_us if is_express else limits.duration_us
    if own is None or longest is None:
        span = longest if own is None else own
        return None if span is None else now + span
    return now + min(own, longest)
