"""An execution and the tasks around it, moved on by decisions instead of handlers.

It goes exactly as `asl.runtimes.local.Run` would with handlers that answer so: calls are made in
the order in which they were asked for, a reply without a delay comes before the next call is made,
what is due later comes in order of time, replies before timers. So what a world did can be said
again as scripted replies.

A reply can also come later than it might: while others move on, a call stays ``open``. When it is
answered in the end, time has gone on by at least a microsecond, the smallest step there is: at one
and the same instant a run can't turn the order of its calls round.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from asl.engine.commands import InvokeTask
from asl.engine.events import TaskFailed, TaskSucceeded
from asl.engine.snapshot import fork
from asl.engine.state_key import StateKey, state_key
from asl.jsontypes import dump
from asl.language.resources import parse_resource
from asl.runtimes.calls import answer
from asl.tasks.registry import Binding
from asl.tasks.replies import Fails, Hangs, Returns

if TYPE_CHECKING:
    from collections.abc import Container

    from asl.engine.decisions import Decision
    from asl.engine.events import Event, TaskEvent
    from asl.engine.execution import Execution
    from asl.tasks.replies import Reply

_TICK_US = 1
#: Replies are what whole integrations return, as of handlers that are given by the name of a state.
_WHOLE = Binding(lambda _: None, parse_resource(""), is_function=False)


class Turns(list["Decision"]):
    """The decisions of an execution, and the history events before which they were made.

    Attributes:
        event_ids: For each decision, the id of the last event before it.
    """

    def __init__(self, execution: Execution) -> None:
        super().__init__()
        self.event_ids: list[int] = []
        self._execution = execution

    def append(self, decision: Decision) -> None:
        """Keep a decision with its place in the history."""
        super().append(decision)
        self.event_ids.append(self._execution.event_count)


class Pending(NamedTuple):
    """A reply that is on its way; again every so often, if that is not 0."""

    due: int
    number: int
    event: TaskEvent
    every_us: int


class Open(NamedTuple):
    """A call that was made and not decided yet."""

    call: InvokeTask
    called_at: int


#: What calls came to, in the order in which they were made: the state and the reply, by task id.
Calls: TypeAlias = "dict[int, tuple[str, Reply]]"


class World:
    """An execution with the calls that it waits for.

    Attributes:
        execution: It.
        fresh: The calls that it asked for and nobody has made yet, in order.
        open: Those that were made and are not decided yet.
        pending: The replies that are on their way: a heap, by time and by when they were given.
        sequence: How many replies were.
        turns: The decisions that states made since the last fork.
        calls: What all calls came to, if that is to be told; silence until something is decided.
    """

    __slots__ = ("calls", "execution", "fresh", "open", "pending", "sequence", "turns")

    def __init__(self, execution: Execution, *, tells: bool = False) -> None:
        self.execution = execution
        self.turns = execution.decisions = Turns(execution)
        self.fresh: list[InvokeTask] = []
        self.open: list[Open] = []
        self.calls: Calls | None = {} if tells else None
        self.pending: list[Pending] = []
        self.sequence = 0

    def fork(self) -> World:
        """A second world that stands where this one does; its history is new from here on."""
        twin = World.__new__(World)
        twin.execution = fork(self.execution)
        twin.turns = twin.execution.decisions = Turns(twin.execution)
        twin.fresh = self.fresh.copy()
        twin.open = self.open.copy()
        twin.calls = None if self.calls is None else self.calls.copy()
        twin.pending = self.pending.copy()
        twin.sequence = self.sequence
        return twin

    def drop(self) -> None:
        """Let go of the execution: it holds itself by its cursors, and there are very many."""
        execution = self.execution
        execution.decisions = execution.root = None
        execution.waiting.clear()

    def key(self, *, exact: bool) -> StateKey:
        """What decides its future: two worlds with equal keys go on alike."""
        now, waiting = self.execution.now, self.execution.waiting
        ranks = {wait_id: rank for rank, wait_id in enumerate(sorted(waiting))}
        return (
            state_key(self.execution, exact=exact),
            tuple(ranks[call.task_id] for call in self.fresh),
            tuple(ranks[each.call.task_id] for each in self.open),
            tuple(
                (each.due - now, ranks[each.event.task_id], _event_key(each.event), each.every_us)
                for each in sorted(self.pending)
                if each.event.task_id in ranks
            ),
        )

    # What can be decided.

    def begin(self) -> None:
        """Let the execution take its first steps."""
        self._feed(None, self.execution.now)

    def answer(self, place: int, reply: Reply) -> None:
        """Make the fresh call at that place, and answer it; those before it stay open."""
        self._open(place)
        call = self.fresh.pop(0)
        self._tell(call, reply)
        self._deliver(call, reply)

    def answer_open(self, place: int, reply: Reply) -> None:
        """Answer a call that is open, a moment later; what is fresh stays open."""
        self._open(len(self.fresh))
        call, called_at = self.open.pop(place)
        now = self.execution.now + _TICK_US
        if isinstance(reply, Returns | Fails):  # others say themselves when they come
            self._tell(call, reply._replace(after_us=now - called_at))
        *_, ending = answer(call, _WHOLE, reply)
        self._feed(ending.event, now)

    def hold(self) -> None:
        """Make the first fresh call and leave it open."""
        self._open(1)

    def silence(self) -> None:
        """Let all calls that are not decided stay without an answer."""
        self._open(len(self.fresh))
        self.open.clear()

    def advance(self, silent: Container[int] = ()) -> bool:
        """Come to the next instant at which something is written into the history.

        Args:
            silent: Of the calls that are not decided, those that may stay without an answer.

        Returns:
            Whether there was one, and it ended no other call.
        """
        self._open(len(self.fresh))
        execution = self.execution
        before = execution.event_count
        while execution.event_count == before:
            due, pending = self.next_due, self._next_pending()
            if due is None or not self._may_come(due, silent):
                return False
            if pending is None or pending.due > due:
                self._feed(None, due)
                continue
            heappop(self.pending)
            self._feed(pending.event, due)
            if pending.every_us:
                heappush(self.pending, pending._replace(due=pending.due + pending.every_us))
        return True

    # What can be asked.

    @property
    def next_due(self) -> int | None:
        """When something happens by itself: a reply that is on its way, or a timer."""
        pending, wake_at = self._next_pending(), self.execution.wake_at
        if pending is None or wake_at is None:
            return wake_at if pending is None else pending.due
        return min(pending.due, wake_at)

    @property
    def has_room(self) -> bool:
        """Whether there is an instant for one more reply, before what happens by itself."""
        pending, wake_at = self._next_pending(), self.execution.wake_at
        moment = self.execution.now + _TICK_US
        return (pending is None or pending.due > moment) and (wake_at is None or wake_at >= moment)

    # How it moves.

    def _may_come(self, due: int, silent: Container[int]) -> bool:
        """Whether what comes next ends no call that is open, but for those that may be silent."""
        execution, pending = self.execution, self._next_pending()
        undecided = [each.call.task_id for each in self.open]
        if due != execution.deadline:
            if pending is not None and pending.due == due:
                return True
            ending = {wait_id for at, wait_id, _ in execution.timers if at == due}
            undecided = [task_id for task_id in undecided if task_id in ending]
        return all(task_id in silent for task_id in undecided)

    def _feed(self, event: Event | None, now: int) -> None:
        execution = self.execution
        for command in execution.receive(event, max(execution.now, now)):
            if isinstance(command, InvokeTask):
                self.fresh.append(command)
        waiting = execution.waiting
        if self.fresh:
            self.fresh = [call for call in self.fresh if call.task_id in waiting]
        if self.open:
            self.open = [each for each in self.open if each.call.task_id in waiting]

    def _open(self, count: int) -> None:
        """Make the first so many fresh calls and leave them open."""
        for call in self.fresh[:count]:
            self._tell(call, Hangs())
            for opening in answer(call, _WHOLE, Returns(None))[:-1]:
                self._feed(opening.event, self.execution.now)
            self.open.append(Open(call, self.execution.now))
        del self.fresh[:count]

    def _deliver(self, call: InvokeTask, reply: Reply) -> None:
        now = self.execution.now
        for after_us, event, every_us in answer(call, _WHOLE, reply):
            if after_us == 0:
                self._feed(event, now)
            else:
                self.sequence += 1
                heappush(self.pending, Pending(now + after_us, self.sequence, event, every_us))

    def _next_pending(self) -> Pending | None:
        pending, waiting = self.pending, self.execution.waiting
        while pending and pending[0].event.task_id not in waiting:
            heappop(pending)
        return pending[0] if pending else None

    def _tell(self, call: InvokeTask, reply: Reply) -> None:
        if self.calls is not None:
            self.calls[call.task_id] = call.state_name, reply


def _event_key(event: TaskEvent) -> StateKey:
    """What an event that is on its way will do."""
    match event:
        case TaskSucceeded():
            return "succeeds", dump(event.output.value)
        case TaskFailed():
            return "fails", event.error, event.cause
        case _:
            return (type(event).__name__,)
