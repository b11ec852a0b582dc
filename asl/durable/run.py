"""One execution while a worker drives it: every event goes to the journal before what follows.

The loop. What has come (answers of handlers, mail, time) moves the execution, and is noted. Then
all that was noted is committed in one batch, with what it leads to: the end, a place to park. Only
after that the tasks begin that the execution has asked for. So after a crash the journal knows of
all that anybody outside may have seen, and only the calls that were under way are made again.

An execution that waits for nothing but time or an event from outside, and not for a moment only, is
parked: its driver forgets it.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from asl.durable.children import Children
from asl.durable.committing import patiently
from asl.durable.journal import Entry, apply, decode_event, encode, snapshot_text, to_text
from asl.durable.logs import tell_committed
from asl.durable.observing import watched
from asl.durable.port import (
    CHILD_ENDED,
    PATIENCE,
    Commit,
    End,
    OpenToken,
    Park,
    Patience,
    Release,
    Suspend,
)
from asl.engine.events import TaskHeartbeat, TaskStarted, TaskSubmitted
from asl.runtimes.aio import is_async
from asl.runtimes.calls import make_context
from asl.runtimes.driver import Driver
from asl.runtimes.watching import followers, moved

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Protocol

    from asl.durable.calling import Caller
    from asl.durable.journal import Folded
    from asl.durable.logs import Outage
    from asl.durable.machines import Machines
    from asl.durable.observing import Watcher
    from asl.durable.port import Backend, Loaded, Mail, Rest, Standing
    from asl.engine.commands import InvokeTask, RunMap
    from asl.engine.events import Event
    from asl.runtimes.clocks import Clock
    from asl.runtimes.driver import Call
    from asl.runtimes.member import Member
    from asl.tasks.context import TaskContext
    from asl.tasks.registry import TaskRegistry
    from asl.tasks.storage import Storage

    class Commits(Protocol):
        """Makes a change durable: see `asl.durable.committing`."""

        async def commit(self, commit: Commit) -> bool:
            """False if the execution was to rest, but mail has come."""


T = TypeVar("T")

#: History events after which a snapshot is worth its bytes: and as many as the last one had.
SNAPSHOT_EVENTS = 1_000


class Manner(NamedTuple):
    """How executions are driven.

    Attributes:
        caller: Calls handlers; None calls them at once, one by one, as virtual time asks.
        in_flight: How many calls of one execution may be under way at a time.
        park_after_us: An execution that waits for longer is parked.
        snapshot_events: See `SNAPSHOT_EVENTS`.
        watcher: Sees what happens; None if nobody does.
        patience: With executions that were lost time after time.
        outage: Is told when a database does not answer; None where nobody waits for it.
    """

    caller: Caller | None
    in_flight: int = 1_000
    park_after_us: int = 0
    snapshot_events: int = SNAPSHOT_EVENTS
    watcher: Watcher | None = None
    patience: Patience = PATIENCE
    outage: Outage | None = None


class DurableRun(Driver):
    """An execution that was claimed, with its handlers.

    Attributes:
        id: Its ARN.
        row: As it was claimed.
        children: Its child executions.
        is_over: Nobody here drives it any more: it has ended, is parked, or was given up.
        is_draining: It is to be released as soon as no call is under way.
        is_suspect: What it did when its last worker was lost has not come to an end.
    """

    def __init__(
        self,
        loaded: Loaded,
        folded: Folded,
        registry: TaskRegistry,
        clock: Clock,
        commits: Commits,
        manner: Manner,
        *,
        backend: Backend,
        machines: Machines,
        storage: Storage | None = None,
    ) -> None:
        super().__init__(folded.execution, registry, clock, calls=folded.calls)
        row = loaded.row
        self.id = row.id
        self.is_over = False
        self.is_draining = False
        self._is_hurried = False
        self.row = row
        self._seq = row.seq
        self._commits = commits
        self._manner = manner
        self._folded = folded
        self._submitted = folded.submitted
        self._held: set[int] = set()
        self._snapshot_length = folded.snapshot_length
        self.is_suspect = row.takeovers > 0
        self._entries: list[Entry] = []
        self._read: list[int] = []
        self._mail = deque(loaded.mail)
        self._seen = {mail.number for mail in loaded.mail}
        self._answers: deque[Callable[[], None]] = deque()
        self._beats: dict[int, int] = {}
        self._in_flight: dict[int, Callable[[], None]] = {}
        self._poked = asyncio.Event()
        self._news = 0
        self._awaits_news = False
        self._tokens: set[int] = set()
        self.children = Children(self, backend, machines, storage)
        todo, self.todo = self.todo, deque()
        for member, task in todo:
            if folded.is_answered_elsewhere(task):
                self._tokens.add(task.task_id)
            else:
                self.todo.append((member, task))
                if task.token is not None:
                    self._tokens.add(task.task_id)
        self._suspects = {task.task_id for _, task in self.todo}
        for command in folded.map_runs.values():
            self.children.resume(command)

    # What moves it.

    async def drive(self) -> None:
        """Drive it until it ends, is parked, or has to be released.

        Raises:
            Fenced: Somebody else drives it now.
            AslError: It can't go on here.
        """
        while True:
            await self.settle()
            if self.is_over:
                return
            if self.is_draining and not self._in_flight:
                await self.commit(Release(self.clock.now_us()))
                return
            await self._wait()

    async def settle(self) -> None:
        """Do all that can be done at this very moment."""
        while not self.is_over:
            if self._answers:
                while self._answers:
                    self._answers.popleft()()
            elif self._mail:
                while self._mail:
                    await self._take(self._mail.popleft())
            elif self._entries or self._read or self.children.has_changes:
                await self.commit(self._next_rest())
            elif not self.is_draining and await self._begin():
                pass
            elif self._has_due():
                self._flush_beats()
                if self._has_due():
                    self.wake(self.clock.now_us())
            elif not self.is_draining and await self.children.go_on():
                pass
            elif (rest := self._next_rest()) is not None:
                await self.commit(rest)
            else:
                return

    def post(self, mail: Mail) -> None:
        """Something has come for it."""
        if mail.number not in self._seen:
            self._seen.add(mail.number)
            self._mail.append(mail)
            self._note_news()

    def hear(self, standings: Mapping[int, Standing]) -> None:
        """Take news of its Map Runs."""
        self.children.standings = standings
        self._note_news()

    def _note_news(self) -> None:
        self._news += 1
        self._awaits_news = False
        self._poked.set()

    def later(self, event: Event) -> None:
        """Let an event move the execution when what is being done is done."""
        self._answers.append(lambda: self.tell(self.root, event))

    def is_submitted(self, task_id: int) -> bool:
        """Whether somebody has taken a task."""
        return task_id in self._submitted

    async def ask(self, do: Callable[[], T]) -> T:
        """Have something done that may take a while: in a thread, but in virtual time here."""
        return do() if self._manner.caller is None else await asyncio.to_thread(do)

    def patiently(self, do: Callable[[], T]) -> T:
        """Ask the database for something, in a thread that waits until it answers."""
        outage = self._manner.outage
        if outage is None:
            return do()
        return patiently(do, "looking after children", outage, lambda: self.is_draining)

    def drain(self) -> None:
        """Let it be released as soon as it can."""
        self.is_draining = True
        self._poked.set()

    def hurry(self) -> None:
        """Let it be released now: others make the calls again that are under way here."""
        self.is_draining = self._is_hurried = True
        self._cancel_calls()
        self._poked.set()

    def give_up(self) -> None:
        """Nobody here drives it any more: cancel what it does."""
        if self._manner.watcher is not None and not self.is_over:
            self._manner.watcher.left(self)
        self.is_over = True
        self._cancel_calls()

    def _cancel_calls(self) -> None:
        for cancel in self._in_flight.values():
            cancel()
        self._in_flight.clear()

    async def suspend(self, reason: str) -> None:
        """Let it rest as it was at its last commit, until a person resumes it."""
        await self._rest_as_it_was(Suspend(reason))

    async def release(self, problem: str) -> None:
        """Let another worker try, a while later, from its last commit on: this one could not."""
        takeovers = self.row.takeovers + 1 if self.is_suspect else 1
        after = self.clock.now_us() + self._manner.patience.rest_us(takeovers)
        await self._rest_as_it_was(Release(after, problem, takeovers))

    async def _rest_as_it_was(self, rest: Rest) -> None:
        """Forget what was not committed."""
        now = self.clock.now_us()
        commit = Commit(self.id, self.row.epoch, self._seq, now, rest=rest)
        await self._commits.commit(commit)
        self._tell_of(commit, rest)

    # What is noted.

    def tell(
        self, member: Member, event: Event | None, now: int | None = None, at: int | None = None
    ) -> None:
        """Let an event move the execution at the clock's present time, and note it.

        Args:
            member: The execution: there is only one.
            event: None when only time has passed.
            now: Not looked at: what is late happens late.
            at: When the event came, if that was earlier.
        """
        del now
        if isinstance(event, TaskSubmitted | TaskStarted):
            if event.task_id in self._submitted:
                return  # it was asked for a second time, after a crash
            self._submitted.add(event.task_id)
        execution = self.execution
        now = max(execution.now, self.clock.now_us())
        came = now + 1 if event is None else min(now, now if at is None else at)
        entry = Entry(now, came, event)
        try:
            commands = apply(execution, entry)
        finally:
            if followers:
                moved(execution)
        self._entries.append(entry)
        self._carry_out(member, commands)

    def returned(self, call: Call, started: int, value: object) -> None:
        """A handler has returned; until its task ends, the answer is to come from here."""
        super().returned(call, started, value)
        task = call[1]
        if task.task_id in self.execution.waiting and not self._folded.is_answered_elsewhere(task):
            self._held.add(task.task_id)

    def cancel(self, member: Member, task_id: int) -> None:
        """Cancel the call of a task that nobody waits for any more."""
        super().cancel(member, task_id)
        self.children.cancelled(task_id)
        cancel = self._in_flight.pop(task_id, None)
        if cancel is not None:
            cancel()

    async def _take(self, mail: Mail) -> None:
        """Let mail move the execution."""
        fields = json.loads(mail.event)
        events: list[Event] = []
        if fields[0] == CHILD_ENDED:
            events += await self.children.answers(*fields[1:])
        else:
            event = decode_event(fields)
            events.append(event._replace(at=mail.at) if isinstance(event, TaskHeartbeat) else event)
        self._read.append(mail.number)
        for event in events:
            self.tell(self.root, event, at=mail.at)

    def _run_map(self, member: Member, command: RunMap) -> None:
        del member  # there is only one
        self.children.begin(command)

    def _serve(self, member: Member, task: InvokeTask) -> bool:
        """Do without a handler: a registered machine is started, the rest is answered by others."""
        if not task.resource.starts_execution:
            return super()._serve(member, task)
        self.children.asked.append(task)
        return True

    def _flush_beats(self) -> None:
        """Tell of the newest heartbeats: they matter only when a timer is about to fire."""
        beats, self._beats = self._beats, {}
        for task_id, at in beats.items():
            if task_id in self.execution.waiting:
                self.tell(self.root, TaskHeartbeat(task_id, at), at=at)

    # What is made durable.

    async def commit(self, rest: Rest | None = None) -> None:
        """Make durable what was noted, and let the execution rest if it is to."""
        execution = self.execution
        commit = Commit(
            self.id,
            self.row.epoch,
            self._seq,
            self.clock.now_us(),
            encode(self._entries) if self._entries else "",
            execution.event_count,
            taken=self._read,
            rest=rest,
            has_progressed=self._has_progressed(),
        )
        self._note_tokens(commit)
        self._note_snapshot(commit)
        self.children.note(commit)
        self._entries, self._read = [], []
        news = self._news
        has_rested = await self._commits.commit(commit)
        # It may not rest: something has come. There is no use in asking again before it is here.
        self._awaits_news = not has_rested and news == self._news
        self._seq = commit.next_seq
        if commit.snapshot is not None:
            self._snapshot_length = commit.length
        self._tell_of(commit, rest if has_rested else None)

    def _tell_of(self, commit: Commit, rest: Rest | None) -> None:
        """Tell others of a commit that is durable; if the execution rests, it is not driven on."""
        tell_committed(self.row, commit, rest)
        if self._manner.watcher is not None:
            self._manner.watcher.committed(self, commit, rest)
        if rest is not None:
            self.give_up()

    def _next_rest(self) -> Rest | None:
        """Where it comes to rest after the next commit, if it does."""
        execution = self.execution
        if not execution.is_running:
            status, output, error, cause = execution.outcome
            text = to_text(output) if status == "SUCCEEDED" else None
            return End(status, text, error, cause)
        if self._is_hurried:
            return Release(self.clock.now_us())
        if self.todo or self._in_flight or self._answers or self._mail or self.children.asked:
            return None
        if self._awaits_news:
            return None
        self._held &= execution.waiting.keys()
        due = self.next_due()
        if self._held or self._replies or (due is not None and due <= self._park_from()):
            return None
        return Park(due, self.children.seen) if self.children.may_rest() else None

    def _park_from(self) -> int:
        return self.clock.now_us() + self._manner.park_after_us

    def _note_tokens(self, commit: Commit) -> None:
        """The tasks that are answered by their tokens, as far as they have changed."""
        opened = [
            task
            for _, task in self.todo
            if task.token is not None and task.task_id not in self._tokens
        ]
        closed = [task_id for task_id in self._tokens if task_id not in self.execution.waiting]
        for task in opened:
            is_activity = task.resource.kind == "activity"
            commit.opened.append(
                OpenToken(
                    task.task_id,
                    task.resource.arn if is_activity else None,
                    to_text(task.payload) if is_activity else "",
                )
            )
            self._tokens.add(task.task_id)
        commit.closed += closed
        self._tokens.difference_update(closed)

    def _note_snapshot(self, commit: Commit) -> None:
        """Take a snapshot when the journal after the last one has grown as long as all before."""
        grown = commit.length - self._snapshot_length
        if (
            grown < max(self._manner.snapshot_events, self._snapshot_length)
            or not commit.entries
            or not self.execution.is_running
            or self.root.work
        ):
            return
        calls = dict(self.root.calls)
        for _, task in self.todo:
            calls[task.state_name] = calls.get(task.state_name, 0) + 1
        commit.snapshot = snapshot_text(self.execution, calls, self._submitted)

    def _has_progressed(self) -> bool:
        """Whether what was under way when the last owner was lost has ended; told once."""
        if not self.is_suspect or self._suspects & self.execution.waiting.keys():
            return False
        self.is_suspect = False
        return True

    # What it has done.

    async def _begin(self) -> bool:
        """Do what tasks ask for; whether there is more to do at once, as always in virtual time."""
        if self.children.asked:
            await self.children.start_asked()
            return True
        caller = self._manner.caller
        while self.todo and len(self._in_flight) < self._manner.in_flight:
            call = self.take_call()
            if call is None:
                break
            if caller is None:
                await self._call_now(call)
                return True
            self._in_flight[call[1].task_id] = caller.call(
                call[1],
                watched(self, call, self._manner.watcher),
                self._context_of(call),
                self._answered(call),
            )
        return bool(self.children.asked or self._entries or self.children.has_changes)

    async def _call_now(self, call: Call) -> None:
        task, binding = call[1], watched(self, call, self._manner.watcher)
        started = self.execution.now
        try:
            value = binding.call(task, self._context_of(call))
            if is_async(binding) or asyncio.iscoroutine(value):
                value = await value  # type: ignore[misc]
        except Exception as error:
            self.raised(call, error)
        else:
            self.returned(call, started, value)

    def _answered(self, call: Call) -> Callable[[object, BaseException | None], None]:
        task_id, started = call[1].task_id, self.execution.now

        def done(value: object, error: BaseException | None) -> None:
            if self._in_flight.pop(task_id, None) is None:
                return  # cancelled meanwhile
            if error is not None:
                failure = error
                self._answers.append(lambda: self.raised(call, failure))
            else:
                self._answers.append(lambda: self.returned(call, started, value))
            self._poked.set()

        return done

    def _context_of(self, call: Call) -> Callable[[], TaskContext]:
        member, task, _, number = call
        loop = asyncio.get_running_loop()

        def beat() -> None:
            loop.call_soon_threadsafe(self._beats.__setitem__, task.task_id, self.clock.now_us())

        return lambda: make_context(member.execution, task, number, beat)

    # When it goes on.

    def _has_due(self) -> bool:
        due = self.next_due()
        return due is not None and due <= self.clock.now_us()

    async def _wait(self) -> None:
        """Wait until something has come, or something is due."""
        loop, due = asyncio.get_running_loop(), self.next_due()
        alarm = None
        if due is not None:
            left = max(0, due - self.clock.now_us()) / 1_000_000
            alarm = loop.call_later(left, self._poked.set)
        await self._poked.wait()
        self._poked.clear()
        if alarm is not None:
            alarm.cancel()
