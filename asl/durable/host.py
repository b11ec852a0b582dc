"""The host of durable executions: what an application, a person or another service asks of them.

A host needs a database and nothing else. Any number of processes may have one; what they start is
driven by the workers, wherever those are.

Source: AWS Step Functions API, the actions of the same names; what is idempotent, and which errors
there are, is AWS's.
"""

from __future__ import annotations

import secrets
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple, Self

import sqlalchemy as sa

from asl.durable.calling import Caller
from asl.durable.committing import Committer, DirectCommitter
from asl.durable.journal import Entry, encode, encode_event, fold, limits_text, to_text
from asl.durable.logs import Outage
from asl.durable.machines import Machines
from asl.durable.port import PATIENCE, Filter, Letter, NewExecution, Patience
from asl.durable.run import Manner
from asl.durable.schema import prepare
from asl.durable.sql import SqlBackend, connect
from asl.durable.virtual import VirtualDispatcher, VirtualWorker
from asl.durable.worker import Driving, Worker, new_worker_id
from asl.engine.events import (
    Signalled,
    StopRequested,
    TaskFailed,
    TaskHeartbeat,
    TaskStarted,
    TaskSucceeded,
)
from asl.engine.history import instant
from asl.engine.identity import Identity, task_named, token_of
from asl.errors import (
    DatabaseError,
    ExecutionAlreadyExists,
    ExecutionDoesNotExist,
    ExecutionNotRedrivable,
    ExecutionSuspended,
    InvalidInput,
    TaskTokenError,
    UsageError,
)
from asl.jsontypes import NotJsonError, Payload, parse_json
from asl.machine import EMPTY_INPUT, payload_of
from asl.runtimes.callbacks import ActivityTask
from asl.runtimes.clocks import SystemClock, to_microseconds
from asl.runtimes.result import Result
from asl.tasks.replies import microseconds
from asl.tasks.storage import storage_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime, timedelta
    from os import PathLike

    from asl.durable.calling import Limit
    from asl.durable.journal import Folded
    from asl.durable.observing import Watcher
    from asl.durable.port import Loaded, Row
    from asl.durable.sql import Dispatcher
    from asl.engine.events import Event
    from asl.engine.history import HistoryEvent
    from asl.engine.limits import Limits
    from asl.jsontypes import Json
    from asl.machine import Input, StateMachine
    from asl.runtimes.clocks import Clock
    from asl.tasks.context import TaskHandler
    from asl.tasks.replies import Span
    from asl.tasks.storage import Storage

#: What a name of an execution must not have in it (AWS: StartExecution, "name").
_FORBIDDEN = frozenset(' \t\n\r<>{}[]?*"#%\\^|~`$&,;:/')
_LONGEST_NAME = 80
_POLL = 0.1


class Description(NamedTuple):
    """An execution as DescribeExecution shows it.

    Attributes:
        arn, name: Its own.
        machine: The name of its state machine.
        status: ``RUNNING``, ``SUCCEEDED``, ``FAILED``, ``TIMED_OUT``, ``ABORTED``; or
            ``SUSPENDED``: it can't go on until somebody resumes it, and ``reason`` says why.
        input: JSON.
        output: JSON; None unless it SUCCEEDED.
        error, cause: How it failed.
        started_at, stopped_at: Aware datetimes; None while it has not ended.
        redrive_count: How often it was redriven.
        reason: Why it is suspended, or why the last worker gave it back.
        is_parked: Nobody drives it now: it waits for ``wakes_at``, or for an event.
        wakes_at: When it goes on by itself.
        parent: The ARN of the execution that started it.
    """

    arn: str
    name: str
    machine: str
    status: str
    input: Json
    output: Json
    error: str | None
    cause: str | None
    started_at: datetime
    stopped_at: datetime | None
    redrive_count: int
    reason: str | None
    is_parked: bool
    wakes_at: datetime | None
    parent: str | None


class Page(NamedTuple):
    """Some executions of a list; ``next_token`` gives the following ones, None at its end."""

    executions: list[Description]
    next_token: str | None


class Host:
    """Durable executions in a database.

    Args:
        database_url: ``sqlite:///path`` for one process, ``postgresql://...`` for any number. Its
            tables are made, or brought to this version.
        tasks: Handlers, as `StateMachine.run` takes them; only workers need them.
        machines: State machines to register.
        storage: Where Distributed Maps find and put objects: a `Storage` or a folder.
        limits: AWS's if not given.
        clock: A `VirtualClock` runs everything in this process and in virtual time, with
            `advance`; for tests. The system's clock if not given.
        watcher: Sees what executions do while they are driven here, such as `Telemetry`.

    Raises:
        DatabaseError: It can't be reached, or a newer version has made its tables.
    """

    def __init__(
        self,
        database_url: str,
        *,
        tasks: Mapping[str, TaskHandler] | None = None,
        machines: Iterable[StateMachine] = (),
        storage: Storage | str | PathLike[str] | None = None,
        limits: Limits | None = None,
        clock: Clock | None = None,
        watcher: Watcher | None = None,
    ) -> None:
        self._watcher = watcher
        self.clock = clock or SystemClock()
        self._limits = limits_text(limits)
        self._storage = None if storage is None else storage_of(storage)
        self._engine = connect(database_url)
        dispatcher: Dispatcher
        with explained(self._engine):
            prepare(self._engine)
            if self.clock.is_virtual:
                dispatcher = VirtualDispatcher()
            else:
                from asl.durable.dispatch import (  # noqa: PLC0415 - DBOS is slow to import
                    DbosDispatcher,
                )

                dispatcher = DbosDispatcher(self._engine)
        self.backend = SqlBackend(self._engine, dispatcher)
        self.machines = Machines(self.backend, tasks)
        self._dispatcher = dispatcher
        self._virtual: VirtualWorker | None = None
        if isinstance(dispatcher, VirtualDispatcher):
            driving = self._driving(DirectCommitter(self.backend), Manner(None, watcher=watcher))
            self._virtual = VirtualWorker(driving, dispatcher, self._engine, self.clock)
        for machine in machines:
            self.register(machine)

    def __repr__(self) -> str:
        return f"Host({str(self._engine.url)!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back. Workers are closed by themselves, before."""
        self._engine.dispose()

    def register(
        self, machine: StateMachine, tasks: Mapping[str, TaskHandler] | None = None
    ) -> None:
        """Let executions of a machine be started by its name, here and in every other host.

        Args:
            machine: From `asl.load`.
            tasks: Handlers for this machine, before those of all machines.

        Raises:
            MachineConflict: Another definition of that name was registered with this host.
            UnsupportedFeature: It has tasks that need this very process.
        """
        self.machines.register(machine, tasks)

    # Executions.

    def start(
        self,
        machine: StateMachine | str,
        input: Input = EMPTY_INPUT,  # noqa: A002 - the field's name in AWS's API
        *,
        name: str | None = None,
        queue: str = "default",
        seed: int | None = None,
    ) -> str:
        """Start an execution; gives its ARN.

        Starting one again under its name, with the same input and while it runs, changes nothing.

        Args:
            machine: From `asl.load`, or the name of a registered one.
            input: JSON.
            name: 1 to 80 characters; made up if not given.
            queue: Whose workers drive it.
            seed: Of its randomness; made up if not given.

        Raises:
            ExecutionAlreadyExists: The name was used for another input, or has ended.
            InvalidInput: The input is not JSON, or too large.
            MachineConflict: No machine of that name is registered.
        """
        (arn,) = self.start_many(machine, [(name, input)], queue=queue, seed=seed)
        return arn

    def start_many(
        self,
        machine: StateMachine | str,
        executions: Iterable[tuple[str | None, Input]],
        *,
        queue: str = "default",
        seed: int | None = None,
    ) -> list[str]:
        """Start executions, given by pairs of name and input, in one transaction: all or none.

        The rest is as for `start`.
        """
        found, revision = self.machines.named(machine)
        if self._storage is None:
            found.check_needs_no_storage()
        now = self.clock.now_us()
        new = [
            self._new(found, revision, name, payload_of(value), queue, now, seed)
            for name, value in executions
        ]
        started = self.backend.start(new)
        for each, is_new in zip(new, started, strict=True):
            if not is_new:
                self._check_same(each)
        return [each.id for each in new]

    def describe(self, execution: str) -> Description:
        """How an execution stands.

        Raises:
            ExecutionDoesNotExist: There is none of that ARN.
        """
        return _described(self._row(execution))

    def list_executions(
        self,
        *,
        machine: str | None = None,
        status: str | None = None,
        parent: str | None = None,
        name_prefix: str | None = None,
        started_from: datetime | None = None,
        started_before: datetime | None = None,
        limit: int = 100,
        next_token: str | None = None,
    ) -> Page:
        """Executions, the newest first, that match all that is given.

        Args:
            machine: The name of their state machine.
            status: See `Description`.
            parent: The ARN of the execution that started them.
            name_prefix: How their names begin.
            started_from: An aware datetime.
            started_before: An aware datetime.
            limit: How many at most, up to 1,000.
            next_token: From the page before.
        """
        if not 1 <= limit <= 1_000:
            raise UsageError(f"limit has to be from 1 to 1,000, not {limit}")
        wanted = Filter(
            machine,
            status,
            parent,
            name_prefix,
            None if started_from is None else to_microseconds(started_from),
            None if started_before is None else to_microseconds(started_before),
        )
        rows = self.backend.list_executions(wanted, _place(next_token), limit + 1)
        shown = rows[:limit]
        token = f"{shown[-1].started_at} {shown[-1].id}" if len(rows) > limit else None
        return Page([_described(row) for row in shown], token)

    def history(self, execution: str) -> list[HistoryEvent]:
        """The events of an execution so far, in the form of AWS's GetExecutionHistory.

        Raises:
            ExecutionDoesNotExist: There is none of that ARN.
            JournalError: It can't be brought back.
        """
        return self._result(self._loaded(execution)).history

    def result(self, execution: str, timeout: Span | None = None) -> Result:
        """How an execution ended; waits until it has. In virtual time, lets everything happen.

        Args:
            execution: Its ARN.
            timeout: Seconds or a timedelta to wait at most; None waits for ever.

        Raises:
            ExecutionDoesNotExist: There is none of that ARN.
            ExecutionSuspended: It waits for somebody to resume it.
            TimeoutError: It has not ended in time.
        """
        if self._virtual is not None:
            self.advance(timeout)
        until = None if timeout is None else time.monotonic() + microseconds(timeout) / 1_000_000
        while True:
            row = self._row(execution)
            if row.stage == "suspended":
                raise ExecutionSuspended(execution, row.reason or "")
            if row.stage == "ended" or self._virtual is not None:
                break
            if until is not None and time.monotonic() >= until:
                raise TimeoutError(f"{execution} has not ended in {timeout}")
            time.sleep(_POLL)
        return self._result(self._loaded(execution))

    def stop(self, execution: str, error: str | None = None, cause: str | None = None) -> None:
        """Abort an execution, as StopExecution does; one that has ended stays as it is.

        Raises:
            ExecutionDoesNotExist: There is none of that ARN.
        """
        row = self._row(execution)
        if row.stage == "suspended":
            self.backend.cancel(execution, self.clock.now_us())
        else:
            self._send(execution, StopRequested(error, cause))

    def redrive(self, execution: str) -> None:
        """Let an execution that ended badly go on from where it stood.

        Raises:
            ExecutionDoesNotExist: There is none of that ARN.
            ExecutionNotRedrivable: It runs, succeeded, or AWS would not redrive it.
        """
        loaded = self._loaded(execution)
        row = loaded.row
        if row.parent is not None and row.scope:
            raise ExecutionNotRedrivable(f"{execution} is redriven by its Map Run only")
        folded = self._folded(loaded)
        now = max(self.clock.now_us(), folded.execution.now)
        entry = Entry(now, now, is_redrive=True)
        folded.execution.redrive(now)
        length = folded.execution.event_count
        if not self.backend.go_on(execution, encode([entry]), length, row):
            raise ExecutionNotRedrivable(f"{execution} is being redriven already")

    def resume(self, execution: str) -> None:
        """Let a suspended execution go on from where it stood.

        Raises:
            ExecutionDoesNotExist: There is none of that ARN.
            UsageError: It is not suspended.
        """
        row = self._row(execution)
        if row.stage != "suspended" or not self.backend.go_on(execution, "", 0, row):
            raise UsageError(f"{execution} is not suspended: it is {row.status}")

    # Tasks that are answered from outside.

    def send_task_success(self, token: str, output: Json) -> None:
        """End a task with a result.

        Raises:
            TaskTokenError: ``InvalidToken``, ``TaskTimedOut``, or ``InvalidOutput``.
        """
        try:
            payload = Payload(output)
        except NotJsonError as error:
            raise TaskTokenError("InvalidOutput", f"Invalid Output: {error}") from error
        task_id, arn = self._task_named(token)
        self._answer(arn, task_id, TaskSucceeded(task_id, payload))

    def send_task_failure(
        self, token: str, error: str | None = None, cause: str | None = None
    ) -> None:
        """End a task with an error.

        Raises:
            TaskTokenError: ``InvalidToken`` or ``TaskTimedOut``.
        """
        task_id, arn = self._task_named(token)
        self._answer(arn, task_id, TaskFailed(task_id, error, cause))

    def send_task_heartbeat(self, token: str) -> None:
        """Say that the work on a task goes on.

        Raises:
            TaskTokenError: ``InvalidToken`` or ``TaskTimedOut``.
        """
        task_id, arn = self._task_named(token)
        if not self.backend.beat(arn, task_id, self._letter(arn, TaskHeartbeat(task_id))):
            raise self._no_task(arn)

    def get_activity_task(
        self, activity: str, worker_name: str | None = None
    ) -> ActivityTask | None:
        """Take the oldest task of an activity that no worker has taken; None if there is none.

        Args:
            activity: The activity's ARN, or its name.
            worker_name: As it shows in the history.
        """
        taken = self.backend.take_activity(
            activity,
            self.clock.now_us(),
            lambda task_id: to_text(encode_event(TaskStarted(task_id, worker_name))),
        )
        if taken is None:
            return None
        arn, task_id, text = taken
        return ActivityTask(token_of(task_id, arn), parse_json(text))

    def signal(self, execution: str, name: str, payload: Json = None) -> None:
        """Give a signal to the ``local:signal:<name>`` task that waits for it, or will.

        Raises:
            ExecutionDoesNotExist: There is none of that ARN, or it has ended.
            InvalidInput: The payload is not JSON.
        """
        try:
            event = Signalled(name, Payload(payload))
        except NotJsonError as error:
            raise InvalidInput(f"the payload of signal {name!r} is not JSON: {error}") from error
        if not self._send(execution, event):
            raise ExecutionDoesNotExist(f"{execution} has ended: it takes no signals")

    # Upkeep.

    def delete_ended(self, older_than: timedelta, *, batch: int = 1_000) -> int:
        """Delete executions that ended longer ago, batch by batch; gives how many they were.

        Their names may be used again (on AWS, after 90 days).
        """
        before = self.clock.now_us() - microseconds(older_than)
        total = 0
        while deleted := self.backend.delete_ended(before, batch):
            total += deleted
        while self._dispatcher.delete_ended(before):
            pass
        return total

    def advance(self, span: Span | None = None) -> None:
        """In virtual time: let time pass and everything happen that falls into it.

        Args:
            span: Seconds or a timedelta; None goes on until nothing more will happen by itself.

        Raises:
            UsageError: Time is real.
        """
        if self._virtual is None:
            raise UsageError("time is real here: give the host a clock=asl.VirtualClock()")
        until = None if span is None else self.clock.now_us() + microseconds(span)
        self._virtual.advance(until)

    @contextmanager
    def worker(
        self,
        *,
        queue: str = "default",
        concurrency: int = 100,
        threads: int = 100,
        limits: Mapping[str, Limit] | None = None,
        park_after: Span = 30,
        threshold: float = 15.0,
        poll: float = 0.2,
        drain: float = 30.0,
        patience: Patience = PATIENCE,
    ) -> Iterator[Worker]:
        """Drive executions in this process, in the background, while the context lasts.

        Args:
            queue: Whose executions.
            concurrency: How many jobs at a time; a job has up to 100 executions.
            threads: How many plain functions run at a time.
            limits: What calls of resources are held to: see `Limit`.
            park_after: An execution that waits for longer is parked: it needs no memory then.
            threshold: Seconds without a sign of life after which a worker is taken for dead.
            poll: Seconds between two looks at the database.
            drain: Seconds that calls under way may take when the context ends.
            patience: With executions that were lost with their workers, or given back, time after
                time: see `Patience`.

        Raises:
            UsageError: There is a worker in this process, or the host is a virtual one.
            DatabaseError: Another process works on this SQLite database.
        """
        if self._virtual is not None:
            raise UsageError("in virtual time nobody works in the background: call advance()")
        from asl.durable.dispatch import DbosJobs  # noqa: PLC0415 - DBOS takes a second to import

        caller = Caller(threads, limits)
        outage = Outage(new_worker_id())
        committer = Committer(self.backend, outage, self._watcher)
        manner = Manner(
            caller,
            in_flight=threads,
            park_after_us=microseconds(park_after),
            patience=patience,
            watcher=self._watcher,
        )
        worker = Worker(
            self._driving(committer, manner),
            DbosJobs(self._engine, queue=queue, concurrency=concurrency, poll=poll),
            committer,
            outage,
            queue=queue,
            clock=self.clock,
            threshold=threshold,
            poll=poll,
        )
        worker.start()
        try:
            yield worker
        finally:
            worker.close(drain)
            caller.close()

    # Steps.

    def _driving(self, commits: Committer | DirectCommitter, manner: Manner) -> Driving:
        return Driving(self.backend, self.machines, commits, self.clock, manner, self._storage)

    def _new(
        self,
        machine: StateMachine,
        revision: int,
        name: str | None,
        payload: Payload,
        queue: str,
        now: int,
        seed: int | None,
    ) -> NewExecution:
        if name is not None:
            _check_name(name)
        seed = secrets.randbits(48) if seed is None else seed
        identity = Identity(
            machine.arn, name=name, seed=seed, started_at=now, input=payload.value,
            is_express=machine.definition.type == "EXPRESS", synchronous=False,
        )  # fmt: skip
        return NewExecution(
            identity.arn, revision, "", identity.name, to_text(payload.value), seed, now,
            self._limits, queue,
        )  # fmt: skip

    def _check_same(self, new: NewExecution) -> None:
        row = self._row(new.id)
        if row.stage == "ended":
            raise ExecutionAlreadyExists(f"{new.id} has ended: its name can't be used again")
        if row.input != new.input:
            raise ExecutionAlreadyExists(f"{new.id} was started with another input")

    def _row(self, execution: str) -> Row:
        row = self.backend.row(execution)
        if row is None:
            raise ExecutionDoesNotExist(f"there is no execution {execution!r}")
        return row

    def _loaded(self, execution: str) -> Loaded:
        loaded = self.backend.load(execution)
        if loaded is None:
            raise ExecutionDoesNotExist(f"there is no execution {execution!r}")
        return loaded

    def _folded(self, loaded: Loaded) -> Folded:
        runnable = self.machines.runnable(loaded.row.machine, loaded.row.scope)
        return fold(runnable.program, runnable.arn, loaded)

    def _result(self, loaded: Loaded) -> Result:
        return Result(self._folded(loaded).execution, ())

    def _letter(self, execution: str, event: Event) -> Letter:
        return Letter(execution, self.clock.now_us(), to_text(encode_event(event)))

    def _send(self, execution: str, event: Event) -> bool:
        (is_kept,) = self.backend.wake([self._letter(execution, event)])
        if not is_kept:
            self._row(execution)  # or it never was
        return is_kept

    def _task_named(self, token: str) -> tuple[int, str]:
        named = task_named(token)
        if named is None:
            raise TaskTokenError("InvalidToken", "Invalid Token: 'Invalid token'")
        return named

    def _answer(self, arn: str, task_id: int, event: Event) -> None:
        if not self.backend.answer(arn, task_id, self._letter(arn, event)):
            raise self._no_task(arn)

    def _no_task(self, arn: str) -> TaskTokenError:
        if self.backend.row(arn) is None:
            return TaskTokenError("InvalidToken", "Invalid Token: 'Invalid token'")
        return TaskTokenError(
            "TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'"
        )


def _check_name(name: str) -> None:
    if not isinstance(name, str) or not 1 <= len(name) <= _LONGEST_NAME:
        raise UsageError(f"a name has 1 to {_LONGEST_NAME} characters, not {name!r}")
    wrong = sorted(set(name) & _FORBIDDEN) or [each for each in name if not each.isprintable()]
    if wrong:
        raise UsageError(f"the name {name!r} has {wrong[0]!r} in it, which AWS does not allow")


def _place(token: str | None) -> tuple[int, str] | None:
    if token is None:
        return None
    started_at, _, arn = token.partition(" ")
    if not started_at.isdecimal() or not arn:
        raise UsageError(f"{token!r} is not a token that list() gave")
    return int(started_at), arn


def _described(row: Row) -> Description:
    return Description(
        arn=row.id,
        name=row.name or "",
        machine=row.machine_name,
        status=row.status,
        input=parse_json(row.input),
        output=None if row.output is None else parse_json(row.output),
        error=row.error,
        cause=row.cause,
        started_at=instant(row.started_at),
        stopped_at=None if row.ended_at is None else instant(row.ended_at),
        redrive_count=row.redrives,
        reason=row.reason,
        is_parked=row.stage == "parked",
        wakes_at=instant(row.wake_at) if row.stage == "parked" and row.wake_at else None,
        parent=None if row.parent is None else row.parent.execution_id,
    )


@contextmanager
def explained(engine: sa.Engine) -> Iterator[None]:
    """Tell what is the matter with a database in the words of this package."""
    try:
        yield
    except sa.exc.SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip()
        raise DatabaseError(
            f"the database {engine.url.render_as_string(hide_password=True)} can't be used: "
            f"{reason}"
        ) from error
