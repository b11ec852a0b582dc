"""What both runtimes share: the executions of a run, their handlers, clock and replies to come.

A run begins with one execution. Tasks of it may start others (nested executions), and so may its
Map Runs. All of them are members of the run; they live on one clock and are moved on in a fixed
order: what is due first, and of what is due at one instant scripted replies first, then timers of
the execution that was started first. So the same seed gives the same histories, whatever starts
what.

Commands are carried out in the order in which they came. A Map Run starts its children one by one,
when no task is left to do.
"""

from __future__ import annotations

from collections import deque
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from asl.engine.commands import InvokeTask, RunMap
from asl.engine.snapshot import snapshot
from asl.errors import MissingHandler, SnapshotError, UnsupportedFeature
from asl.runtimes.callbacks import Callbacks
from asl.runtimes.calls import PLAIN_TYPES, answer, failure, succeeded
from asl.runtimes.member import Member
from asl.runtimes.result import Result
from asl.runtimes.watching import followers, moved, show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from asl.engine.commands import Command
    from asl.engine.events import Event, TaskEvent
    from asl.engine.execution import Execution
    from asl.engine.history import HistoryEvent
    from asl.runtimes.calls import Delayed
    from asl.runtimes.clocks import Clock
    from asl.runtimes.map_run import MapRun
    from asl.runtimes.member import Owner, Startable
    from asl.tasks.registry import Binding, TaskRegistry
    from asl.tasks.storage import Storage


#: A task that is to be done, and for whom. Plain tuples, this and the next: one for every task.
Job: TypeAlias = "tuple[Member, InvokeTask]"
#: A task whose handler is to be called now; the number counts the calls of its state.
Call: TypeAlias = "tuple[Member, InvokeTask, Binding, int]"


class Reply(NamedTuple):
    """A scripted event of a task that is yet to come; again every so often, if that is not 0."""

    due: int
    number: int
    member: Member
    event: TaskEvent
    every_us: int

    @property
    def is_stale(self) -> bool:
        """Whether nobody waits for the task any more."""
        return self.event.task_id not in self.member.execution.waiting


class Driver(Callbacks):
    """Carries commands out and brings events back, in a fixed order.

    Attributes:
        registry: Who answers for tasks.
        clock: Where the time comes from.
        root: ``execution`` as a member.
        todo: The tasks to start, in the order in which they were asked for.
        nested_count: How many nested executions were started.
    """

    def __init__(
        self,
        execution: Execution,
        registry: TaskRegistry,
        clock: Clock,
        *,
        on_event: Callable[[HistoryEvent], None] | None = None,
        calls: Mapping[str, int] | None = None,
        machines: Mapping[str, Startable] | None = None,
        storage: Storage | None = None,
    ) -> None:
        super().__init__()
        self.registry = registry
        self.clock = clock
        self._on_event = on_event
        if on_event is not None:
            execution.on_forget = self._observe
        self._observed = 0
        self.root = Member(execution, 0, None, calls)
        self.todo: deque[Job] = deque()
        if execution.waiting:  # it was restored, and its tasks are asked for again
            self.todo += [(self.root, task) for task in execution.calls()]
        self.nested_count = 0
        self._machines = machines
        self._storage = storage
        self._replies: list[Reply] = []
        self._sequence = 0
        self._members: dict[int, Member] = {}
        self._last_number = 0
        self._alarms: list[tuple[int, int]] = []
        self._ended: deque[Member] = deque()
        self._is_settling = False
        self._startable: dict[MapRun, None] = {}
        self._taken: set[str] = set() if machines is None else {execution.identity.arn}

    # What users of a run see.

    @property
    def execution(self) -> Execution:
        """The one that was started."""
        return self.root.execution

    @property
    def result(self) -> Result:
        """How the execution stands now."""
        return self.result_of(self.root)

    def result_of(self, member: Member) -> Result:
        """How an execution of this run stands now, with those that it started.

        Executions may start each other thousands deep, so this goes from the inside out.
        """
        if not member.children and not member.map_runs:
            return Result(member.execution, member.exceptions)
        family = [member]
        for each in family:
            family += each.children
        results: dict[Member, Result] = {}
        for each in reversed(family):
            results[each] = Result(
                each.execution,
                each.exceptions,
                children=tuple(results[child] for child in each.children),
                map_runs=tuple(map_run.result for map_run in each.map_runs),
            )
        return results[member]

    def snapshot(self) -> dict[str, Any]:
        """The execution as JSON, to go on with later: see `StateMachine.restore`.

        Tasks that are in flight are asked for again after a restore.

        Raises:
            SnapshotError: Child executions are under way: how they stand is not in a snapshot.
        """
        if self.has_children:
            raise SnapshotError(
                "child executions are under way: take the snapshot before they start or when they "
                "have ended"
            )
        calls = dict(self.root.calls)
        for call in self.execution.calls():  # it will be asked for again, and counted then
            calls[call.state_name] = max(0, calls.get(call.state_name, 0) - 1)
        return {"execution": snapshot(self.execution), "calls": calls}

    # What moves a run on.

    @property
    def has_children(self) -> bool:
        """Whether a child execution or a Map Run is under way."""
        return bool(self._members or self.root.work)

    @property
    def is_busy(self) -> bool:
        """Whether any execution of the run has not ended."""
        return self.root.execution.is_running or bool(self._members)

    def feed(self, event: Event | None, now: int) -> None:
        """Give the execution that was started an event and the time."""
        self.tell(self.root, event, now)

    def move(self) -> None:
        """Move the execution on without any time passing, and note what it asks for."""
        try:
            commands = self.execution.move()
        finally:
            moved(self.execution)
        self._carry_out(self.root, commands)
        self._observe()

    def tell(self, member: Member, event: Event | None, now: int | None = None) -> None:
        """Give an execution an event and the time, and note what it asks for."""
        execution = member.execution
        now = self.clock.now_us() if now is None else now
        try:
            commands = execution.receive(event, max(execution.now, now))
        finally:
            if followers:
                moved(execution)
        if commands:
            self._carry_out(member, commands)
        if member is self.root:
            if self._on_event is not None:
                self._observe()
        elif execution.is_running:
            self._set_alarm(member)
        elif self._members.pop(member.number, None) is not None:
            self._ended.append(member)
            self._settle()

    def _carry_out(self, member: Member, commands: list[Command]) -> None:
        for command in commands:
            if isinstance(command, InvokeTask):
                self.todo.append((member, command))
            elif isinstance(command, RunMap):
                self._run_map(member, command)
            else:
                self._cancel(member, command.task_id)

    def add(self, execution: Execution, owner: Owner | None) -> Member:
        """A new execution of this run; `tell` it the time to let it begin."""
        self._last_number += 1
        member = Member(execution, self._last_number, owner)
        self._members[member.number] = member
        return member

    def claim(self, arn: str) -> bool:
        """Take the ARN of a nested execution; False if it is taken already."""
        if arn in self._taken:
            return False
        self._taken.add(arn)
        return True

    def may_start(self, map_run: MapRun) -> None:
        """A Map Run may be able to start a child."""
        self._startable[map_run] = None

    def take_call(self) -> Call | None:
        """The next handler to call, if there is one; nested executions are started on the way."""
        while self.todo:
            member, task = self.todo.popleft()
            if task.task_id not in member.execution.waiting:
                continue  # cancelled before its turn came
            try:
                binding = self.registry.binding(task)
            except MissingHandler:
                if not self._serve(member, task):
                    raise
                continue
            number = member.calls[task.state_name] = member.calls.get(task.state_name, 0) + 1
            return member, task, binding, number
        return None

    def _serve(self, member: Member, task: InvokeTask) -> bool:
        """Do without a handler: a worker's or a person's task waits, a known machine is started."""
        if task.resource.kind == "local":
            self.desk.put(task)
        elif task.resource.starts_execution and self._machines is not None:
            self._start_nested(member, task, self._machines)
        elif task.resource.kind != "activity":
            return False
        return True

    def start_child(self) -> bool:
        """Let one Map Run start a child, or end; False when none of them can.

        The newest goes first: one inside a child of another has to end before that child can.
        """
        while self._startable:
            map_run = next(reversed(self._startable))
            if map_run.can_start:
                map_run.step()
                return True
            del self._startable[map_run]
        return False

    def next_due(self) -> int | None:
        """When something happens next by itself: a scripted reply or a timer."""
        if not self._replies and not self._members:
            return self.root.execution.wake_at
        replies = self._replies
        while replies and replies[0].is_stale:
            heappop(replies)
        dues = [replies[0].due] if replies else []
        wake_at = self.execution.wake_at
        if wake_at is not None:
            dues.append(wake_at)
        if self._members:
            alarm = self._next_alarm()
            if alarm is not None:
                dues.append(alarm[0])
        return min(dues, default=None)

    def wake(self, due: int) -> None:
        """Let happen what is due: of a reply and a timer at one instant the reply is first."""
        if self._replies and self._replies[0].due <= due:
            reply = heappop(self._replies)
            self.tell(reply.member, reply.event, due)
            if reply.every_us and not reply.is_stale:
                self._keep(reply.due + reply.every_us, *reply[2:])
            return
        if not self._members:
            self.tell(self.root, None, due)
            return
        wake_at, alarm = self.execution.wake_at, self._next_alarm()
        if alarm is not None and (wake_at is None or alarm[0] < wake_at):
            member = self._members[alarm[1]]
            member.scheduled = None
            self.tell(member, None, due)
        else:
            self.tell(self.root, None, due)

    def returned(self, call: Call, started: int, value: object) -> None:
        """A handler has returned: feed its answer, or keep it until it is due."""
        member, task, binding, _ = call
        if binding.ends_with_reply and type(value) in PLAIN_TYPES:
            self.tell(member, succeeded(task, binding, value))
        else:
            self._deliver(member, answer(task, binding, value), started)

    def raised(self, call: Call, error: BaseException) -> None:
        """A handler has raised: the task fails."""
        member, task, _, _ = call
        member.exceptions.append((task.state_name, error))
        self.tell(member, failure(task, error))

    def members(self) -> Iterator[Member]:
        """The execution that was started, and those inside it that have not ended."""
        yield self.root
        yield from list(self._members.values())

    def cancel(self, member: Member, task_id: int) -> None:
        """Nobody waits for a task any more; a reply that still comes is ignored."""
        self.desk.remove(member.execution.identity.task_token(task_id))

    def redrive(self) -> Result:
        """Go on after the execution has ended badly, from where it stood; then `advance` it.

        Raises:
            ExecutionNotRedrivable: It runs, succeeded, or AWS would not redrive it.
        """
        show(self.execution)
        try:
            commands = self.execution.redrive(self.clock.now_us())
        finally:
            moved(self.execution)
        self._carry_out(self.root, commands)
        self._observe()
        return self.result

    def _observe(self) -> None:
        """Show the events that were written since the last time to whoever wants to see them."""
        if self._on_event is not None:
            for shown in self.execution.recorded().events(self._observed + 1):
                self._on_event(shown)
            self._observed = self.execution.event_count

    def _deliver(self, member: Member, replies: list[Delayed], started: int) -> None:
        for after_us, event, every_us in replies:
            if after_us == 0:
                self.tell(member, event)
            else:
                self._keep(started + after_us, member, event, every_us)

    def _keep(self, due: int, member: Member, event: TaskEvent, every_us: int) -> None:
        """Keep a scripted event until it is due; of two at one instant the older is first."""
        self._sequence += 1
        heappush(self._replies, Reply(due, self._sequence, member, event, every_us))

    def _cancel(self, member: Member, task_id: int) -> None:
        work = member.work.pop(task_id, None)
        if work is not None:
            work.cancel()
        else:
            self.cancel(member, task_id)

    def _run_map(self, member: Member, command: RunMap) -> None:
        from asl.runtimes.map_run import LocalMapRun  # noqa: PLC0415 - with many readers

        map_run = LocalMapRun(self, member, command, self._storage)
        member.work[command.map_run_id] = map_run
        member.map_runs.append(map_run)
        self.may_start(map_run)

    def _start_nested(
        self, member: Member, task: InvokeTask, machines: Mapping[str, Startable]
    ) -> None:
        from asl.runtimes.nested import start_nested  # noqa: PLC0415 - few runs have any

        pointer = member.execution.waiting[task.task_id].step.state.pointer
        try:
            start_nested(self, member, task, machines)
        except UnsupportedFeature as error:
            raise UnsupportedFeature(error.feature, error.pointer or pointer, error.hint) from error

    def _settle(self) -> None:
        """Tell owners of the children that have ended; one may end because of another."""
        if self._is_settling:
            return
        self._is_settling = True
        try:
            while self._ended:
                member = self._ended.popleft()
                if member.owner is not None:
                    member.owner.ended(member)
        finally:
            self._is_settling = False

    def _set_alarm(self, member: Member) -> None:
        wake_at = member.execution.wake_at
        if wake_at is not None and wake_at != member.scheduled:
            member.scheduled = wake_at
            heappush(self._alarms, (wake_at, member.number))
            if len(self._alarms) > 1_000 + 4 * len(self._members):
                self._forget_alarms()

    def _forget_alarms(self) -> None:
        """Drop the alarms of members that have ended: there may be millions of them."""
        self._alarms = [alarm for alarm in self._alarms if self._is_due(*alarm)]
        heapify(self._alarms)

    def _next_alarm(self) -> tuple[int, int] | None:
        alarms = self._alarms
        while alarms and not self._is_due(*alarms[0]):
            heappop(alarms)
        return alarms[0] if alarms else None

    def _is_due(self, at: int, number: int) -> bool:
        """Whether an alarm is still the one that its member has asked for."""
        member = self._members.get(number)
        return member is not None and member.scheduled == at
