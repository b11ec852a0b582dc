"""The child executions of an execution: those of its Map Runs, and those that its tasks start.

A child is an execution of its own, with a row, which any worker of the queue drives. Its id follows
from its parent's, so starting it a second time, after a crash, changes nothing. Children are
started and stopped with the parent's next commit; those of a Map Run without a letter from each:
see `asl.durable.map_run`. A nested execution that a task waits for tells its parent by a letter
that it has ended, and the parent reads its row.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, TypeVar

from asl.durable.journal import to_text
from asl.durable.map_run import EndedChild, RowMapRun
from asl.durable.port import End, NewExecution, Parent, Standing, end_letter
from asl.engine.identity import Identity
from asl.errors import UnsupportedFeature
from asl.runtimes.nested import (
    Refusal,
    accepted,
    already_exists,
    answered,
    is_awaited,
    order_of,
    refused,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from asl.durable.machines import Machines
    from asl.durable.port import Backend, Commit, Row
    from asl.durable.run import DurableRun
    from asl.engine.commands import InvokeTask, RunMap
    from asl.engine.events import MapRunFailed, MapRunSucceeded, TaskEvent
    from asl.jsontypes import Json
    from asl.runtimes.member import Startable
    from asl.runtimes.nested import Order
    from asl.tasks.storage import Storage

T = TypeVar("T")

#: Children that are started in one transaction, and about how many characters of their inputs.
MOST_STARTED, MOST_CHARACTERS = 500, 4_000_000
#: An execution whose Map Runs have nothing to do is parked after so long without news, and sooner
#: if no worker has any of their children: they may wait for its very place.
_PATIENCE_US, _SHORT_PATIENCE_US = 10_000_000, 1_000_000

_NONE = Standing(0, 0, 0, 0, {})


def tell_parent(commit: Commit, row: Row) -> None:
    """Let the commit that ends a child tell its parent, if that waits for it."""
    parent = row.parent
    if parent is not None and row.awaited:
        commit.letters.append(end_letter(parent, row.id, commit.at))
    elif parent is not None and parent.items:
        commit.wakes = parent.execution_id


class Children:
    """The child executions of an execution while a worker drives it.

    Args:
        run: The execution.
        backend: Where executions are kept.
        machines: What they run.
        storage: Where Map Runs find and put objects.

    Attributes:
        row: The execution as it was claimed.
        standings: The newest news of its Map Runs.
        asked: Tasks that are to start an execution.
    """

    def __init__(
        self, run: DurableRun, backend: Backend, machines: Machines, storage: Storage | None
    ) -> None:
        self.row = run.row
        self.standings: Mapping[int, Standing] | None = None
        self.asked: deque[InvokeTask] = deque()
        self._run = run
        self._backend = backend
        self._machines = machines
        self._storage = storage
        self._new: list[NewExecution] = []
        self._characters = 0
        self._stopped: list[int] = []
        self._map_runs: dict[int, RowMapRun] = {}
        self._resumed: dict[int, RunMap] = {}
        self._nested = {
            task.task_id for task in run.execution.calls() if task.resource.starts_execution
        }
        self._moved_at = run.clock.now_us()

    # What a commit has of it.

    @property
    def has_changes(self) -> bool:
        """Whether there are any to start or to stop."""
        return bool(self._new or self._stopped)

    def note(self, commit: Commit) -> None:
        """Let a commit start and stop them, and tell the parent of this execution of its end."""
        commit.children, self._new, self._characters = self._new, [], 0
        commit.stopped, self._stopped = self._stopped, []
        if isinstance(commit.rest, End):
            tell_parent(commit, self.row)

    def start(self, new: NewExecution) -> None:
        """Start a child with the next commit."""
        self._new.append(new)
        self._characters += len(new.input)

    def stop(self, wait_id: int) -> None:
        """Stop the children of a wait with the next commit: nobody waits for them any more."""
        self._stopped.append(wait_id)

    def cancelled(self, wait_id: int) -> None:
        """Nobody waits any more for what was asked for under an id."""
        if self._resumed.pop(wait_id, None) is not None or wait_id in self._nested:
            self.stop(wait_id)

    def new(
        self,
        child: Identity,
        revision: int,
        parent: Parent,
        *,
        scope: str = "",
        awaited: bool = False,
    ) -> NewExecution:
        """A child that is to be started: with the limits of this execution, and in its queue."""
        return NewExecution(
            child.arn, revision, scope, child.name, to_text(child.input), child.seed,
            child.started_at, self.row.limits, self.row.queue, parent, awaited, child.synchronous,
            child.machine.name,
        )  # fmt: skip

    # Map Runs.

    @property
    def waits(self) -> list[int]:
        """The Map Runs that want news."""
        return list(self._map_runs)

    def begin(self, command: RunMap) -> None:
        """Begin a Map Run that has no children yet."""
        self._carry_out(command, _NONE)

    def resume(self, command: RunMap) -> None:
        """Go on with a Map Run as soon as it is known how its children stand."""
        self._resumed[command.map_run_id] = command

    def forget(self, map_run: RowMapRun) -> None:
        """A Map Run is over."""
        self._map_runs.pop(map_run.id, None)
        self._run.root.work.pop(map_run.id, None)

    async def go_on(self) -> bool:
        """Let Map Runs take news, start children, or end; whether one of them had to."""
        if not self._has_to_go_on:
            return False
        await self._run.ask(self._go_on)
        return True

    @property
    def _has_to_go_on(self) -> bool:
        return bool(self._resumed) or any(
            map_run.can_start or map_run.is_behind(self._news(map_run.id))
            for map_run in self._map_runs.values()
        )

    def ask(self, do: Callable[[Backend], T]) -> T:
        """Ask the backend, until it answers."""
        return self._run.patiently(lambda: do(self._backend))

    def _go_on(self) -> None:
        resumed = {(self.row.id, wait_id): command for wait_id, command in self._resumed.items()}
        if resumed:
            standings = self.ask(lambda backend: backend.standings(list(resumed)))
            self._resumed.clear()
            for key, command in resumed.items():
                self._carry_out(command, standings.get(key, _NONE))
        for map_run in list(self._map_runs.values()):
            news = self._news(map_run.id)
            if map_run.is_behind(news):
                map_run.catch_up(news)
                self._run.may_start(map_run)
                self._moved_at = self._run.clock.now_us()
        while len(self._new) < MOST_STARTED and self._characters < MOST_CHARACTERS:
            if not self._run.start_child():
                break
            self._moved_at = self._run.clock.now_us()

    def _carry_out(self, command: RunMap, standing: Standing) -> None:
        execution = self._run.execution
        map_run = RowMapRun(self, command, execution.payload_limit, self._storage, standing)
        self._map_runs[map_run.id] = self._run.root.work[map_run.id] = map_run
        self._run.may_start(map_run)
        map_run.catch_up(standing)

    def tell(self, event: MapRunSucceeded | MapRunFailed) -> None:
        """Let an event move the execution next, on its event loop."""
        self._run.later(event)

    def ended_children(self, wait_id: int, first: int, limit: int) -> list[Row]:
        """The children of a Map Run that have ended, in their order, from a number on."""
        return self.ask(lambda backend: backend.ended_children(self.row.id, wait_id, first, limit))

    def now_us(self) -> int:
        """The clock's present time."""
        return self._run.clock.now_us()

    def _news(self, wait_id: int) -> Standing:
        return _NONE if self.standings is None else self.standings.get(wait_id, _NONE)

    def may_rest(self) -> bool:
        """Whether its Map Runs, if it has any, need nothing that will come soon."""
        if not self._map_runs and not self._resumed:
            return True
        if self._has_to_go_on or self.standings is None:
            return False
        news = [self._news(wait_id) for wait_id in self._map_runs]
        started = sum(each.executions.total for each in self._map_runs.values())
        if sum(each.executions for each in news) < started:
            return False  # it is older than what was started
        if not any(each.queued or each.driven for each in news):
            return True
        has_worker = any(each.driven for each in news)
        patience = _PATIENCE_US if has_worker else _SHORT_PATIENCE_US
        return self._run.clock.now_us() - self._moved_at >= patience

    @property
    def seen(self) -> tuple[tuple[int, int], ...]:
        """Its Map Runs, and how many children of each have ended as far as it knows."""
        return tuple((wait_id, each.ended) for wait_id, each in self._map_runs.items())

    # Nested executions.

    async def start_asked(self) -> None:
        """Start the executions that tasks have asked for."""
        while self.asked:
            task = self.asked.popleft()
            if task.task_id not in self._run.execution.waiting:
                continue
            self._nested.add(task.task_id)
            if not self._run.is_submitted(task.task_id):  # else it has been started already
                await self._start_nested(task)

    async def _start_nested(self, task: InvokeTask) -> None:
        run = self._run
        identity, limit = run.execution.identity, run.execution.payload_limit
        try:
            order = await run.ask(lambda: order_of(task, identity, self._find, limit))
            child = await self._begin(task, order)
        except Refusal as refusal:
            run.tell(run.root, refused(task, refusal))
            return
        except UnsupportedFeature as error:
            pointer = run.execution.waiting[task.task_id].step.state.pointer
            raise UnsupportedFeature(error.feature, error.pointer or pointer, error.hint) from error
        event = accepted(task, child)
        if event is not None:
            run.tell(run.root, event)

    async def _begin(self, task: InvokeTask, order: Order) -> Identity:
        """Start an execution: with the next commit, or at once if its name may be taken."""
        machine, parent = order.machine, Parent(self.row.id, task.task_id)
        child = Identity(
            machine.arn, name=order.name, seed=order.seed, started_at=self.now_us(),
            input=order.payload.value, is_express=machine.program.definition.type == "EXPRESS",
            synchronous=order.synchronous,
        )  # fmt: skip
        new = self.new(child, machine.revision, parent, awaited=is_awaited(task))
        if order.name is None or child.is_express:
            self.start(new)
            return child
        row = await self._run.ask(lambda: self.ask(lambda backend: _started(backend, new)))
        if row is None or row.parent != parent:
            raise already_exists(new.id)
        return self._ended(row).identity  # as it was when it was started first

    def _find(self, wanted: Json) -> Startable | None:
        return self.ask(lambda _: self._machines.find(wanted, self._storage))

    async def answers(self, child_id: str, task_id: int) -> list[TaskEvent]:
        """What a task is told when the execution that it waits for has ended."""
        row = await self._run.ask(lambda: self.ask(lambda backend: backend.row(child_id)))
        cursor = self._run.execution.waiting.get(task_id)
        if cursor is None or cursor.call is None or row is None or row.stage != "ended":
            return []
        task, child = cursor.call, await self._run.ask(lambda: self._ended(row))
        answer = answered(task, child)
        if task.resource.pattern and not self._run.is_submitted(task_id):
            submitted = accepted(task, child.identity)
            return [answer] if submitted is None else [submitted, answer]
        return [answer]

    def _ended(self, row: Row) -> EndedChild:
        runnable = self._machines.runnable(row.machine, row.scope)
        return EndedChild(row, runnable.program, runnable.arn)


def _started(backend: Backend, new: NewExecution) -> Row | None:
    """What has the id of an execution after starting it."""
    backend.start([new])
    return backend.row(new.id)
