"""The host of durable executions: what an application, a person or another service asks of them.

A host needs a database and nothing else. Any number of processes may have one; what they start is
driven by the workers, wherever those are.

Source: AWS Step Functions API, the actions of the same names; what is idempotent, and which errors
there are, is AWS's.
"""

from __future__ import annotations

import logging
import secrets
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self, TypeAlias
from uuid import uuid4

from asl.durable.answers import Answers
from asl.durable.calling import Caller
from asl.durable.children import tell_parent
from asl.durable.committing import Committer, DirectCommitter
from asl.durable.connecting import connect, is_in_memory
from asl.durable.journal import Entry, apply, encode, fold, is_same_json, limits_text, to_text
from asl.durable.listing import (
    check_limit,
    check_name,
    check_queue,
    check_texts,
    described,
    filter_of,
    is_text,
    page,
    place_of,
)
from asl.durable.logs import Outage, tell
from asl.durable.machines import Machines
from asl.durable.observing import guarded
from asl.durable.port import PATIENCE, Commit, End, NewExecution, Patience
from asl.durable.revisions import Revisions
from asl.durable.run import Manner
from asl.durable.schema import prepare
from asl.durable.sql import SqlBackend
from asl.durable.trouble import asks_database, explained
from asl.durable.virtual import VirtualDispatcher, VirtualWorker
from asl.durable.worker import Driving, Worker, new_worker_id
from asl.engine.events import StopRequested
from asl.engine.execution import Execution
from asl.errors import (
    ExecutionAlreadyExists,
    ExecutionDoesNotExist,
    ExecutionNotRedrivable,
    ExecutionSuspended,
    UsageError,
)
from asl.machine import EMPTY_INPUT, payload_of
from asl.runtimes.clocks import SystemClock
from asl.runtimes.result import Result
from asl.tasks.replies import microseconds
from asl.tasks.storage import storage_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime, timedelta
    from os import PathLike

    from asl.durable.calling import Limit
    from asl.durable.journal import Folded
    from asl.durable.listing import Description, Page
    from asl.durable.observing import Watcher
    from asl.durable.port import Loaded
    from asl.durable.sql import Dispatcher
    from asl.engine.history import HistoryEvent
    from asl.engine.limits import Limits
    from asl.jsontypes import Payload
    from asl.machine import Input, StateMachine
    from asl.runtimes.clocks import Clock
    from asl.tasks.context import TaskHandler
    from asl.tasks.replies import Span
    from asl.tasks.storage import Storage

    #: Named here, for inside of `Host` a method has the name of the type.
    Arns: TypeAlias = list[str]
    Events: TypeAlias = list[HistoryEvent]

_log = logging.getLogger("asl.durable")
_POLL = 0.1


class Host(Answers):
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
        self._watcher = None if watcher is None else guarded(watcher)
        clock = clock or SystemClock()
        self._limits = limits
        self._storage = None if storage is None else storage_of(storage)
        engine = connect(database_url)
        if not clock.is_virtual and is_in_memory(engine.url):
            raise UsageError(
                "a database in memory is for tests in virtual time (clock=asl.VirtualClock()): "
                "name a file, as in sqlite:///executions.db"
            )
        dispatcher: Dispatcher
        with explained(engine):
            prepare(engine)
            if clock.is_virtual:
                dispatcher = VirtualDispatcher()
            else:
                from asl.durable.dispatch import (  # noqa: PLC0415 - DBOS is slow to import
                    DbosDispatcher,
                )

                dispatcher = DbosDispatcher(engine)
        super().__init__(engine, SqlBackend(engine, dispatcher), clock)
        self.machines = Machines(Revisions(self._engine), tasks)
        self._dispatcher = dispatcher
        self._virtual: VirtualWorker | None = None
        if isinstance(dispatcher, VirtualDispatcher):
            manner = Manner(None, watcher=self._watcher)
            driving = self._driving(DirectCommitter(self.backend), manner)
            self._virtual = VirtualWorker(driving, dispatcher, engine, clock)
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

    @asks_database
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

    @asks_database
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

    @asks_database
    def start_many(
        self,
        machine: StateMachine | str,
        executions: Iterable[tuple[str | None, Input]],
        *,
        queue: str = "default",
        seed: int | None = None,
    ) -> Arns:
        """Start executions, given by pairs of name and input, in one transaction: all or none.

        Args:
            machine: From `asl.load`, or the name of a registered one.
            executions: Names, or None, and inputs.
            queue: Whose workers drive them.
            seed: Of the first one's randomness, the next one's is one more; made up if not given.

        Raises:
            As `start` does.
        """
        found, revision = self.machines.named(machine)
        if self._storage is None:
            found.check_needs_no_storage()
        check_queue(queue)
        now = self.clock.now_us()
        new: dict[str, NewExecution] = {}
        arns = []
        for place, (name, value) in enumerate(executions):
            own_seed = None if seed is None else seed + place
            each = self._new(found, revision, name, payload_of(value), queue, now, own_seed)
            if not is_same_json(new.setdefault(each.id, each).input, each.input):
                raise ExecutionAlreadyExists(f"{each.id} is given twice, with different inputs")
            arns.append(each.id)
        for row in self.backend.start(list(new.values())):
            state = "has ended" if row.stage == "ended" else "was started with another input"
            raise ExecutionAlreadyExists(f"{row.id} {state}: give another name")
        return arns

    @asks_database
    def describe(self, execution: str) -> Description:
        """How an execution stands.

        Raises:
            ExecutionDoesNotExist: There is none of that ARN.
        """
        return described(self._row(execution))

    @asks_database
    def list(
        self,
        *,
        machine: StateMachine | str | None = None,
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
            machine: Their state machine, or its name.
            status: See `Description`.
            parent: The ARN of the execution that started them. Children of Map Runs are listed with
                it only, as on AWS.
            name_prefix: How their names begin.
            started_from: An aware datetime.
            started_before: An aware datetime.
            limit: How many at most, up to 1,000.
            next_token: From the page before, of the same filters.

        Raises:
            UsageError: No execution can be like that.
        """
        check_limit(limit)
        wanted = filter_of(machine, status, parent, name_prefix, started_from, started_before)
        return page(self.backend.list_executions(wanted, place_of(next_token), limit + 1), limit)

    @asks_database
    def history(self, execution: str) -> Events:
        """The events of an execution so far, in the form of AWS's GetExecutionHistory.

        Raises:
            ExecutionDoesNotExist: There is none of that ARN.
            JournalError: It can't be brought back.
        """
        return self._result(self._loaded(execution)).history

    @asks_database
    def result(self, execution: str, timeout: Span | None = None) -> Result:
        """How an execution ended; waits until it has. In virtual time, lets everything happen.

        Args:
            execution: Its ARN.
            timeout: Seconds or a timedelta to wait at most; None waits for ever.

        Raises:
            ExecutionDoesNotExist: There is none of that ARN.
            ExecutionSuspended: It waits for somebody to resume it.
            TimeoutError: It has not ended in time.
            JournalError: It can't be brought back: `describe` knows its outcome all the same.
        """
        span_us = None if timeout is None else microseconds(timeout)
        if self._virtual is not None:
            until = None if span_us is None else self.clock.now_us() + span_us
            self._virtual.advance(until, lambda: self._has_rested(execution))
        began = time.monotonic()
        while not self._has_rested(execution):
            waited_us = (time.monotonic() - began) * 1_000_000
            if self._virtual is not None or (span_us is not None and waited_us >= span_us):
                raise TimeoutError(_why_not_ended(execution, timeout))
            time.sleep(_POLL)
        loaded = self._loaded(execution)
        if loaded.row.stage != "ended":
            raise ExecutionSuspended(execution, loaded.row.reason or "")
        return self._result(loaded)

    @asks_database
    def stop(self, execution: str, error: str | None = None, cause: str | None = None) -> None:
        """Abort an execution, as StopExecution does; one that has ended stays as it is.

        Raises:
            ExecutionDoesNotExist: There is none of that ARN.
        """
        check_texts(error=error, cause=cause)
        stopped = StopRequested(error, cause)
        while (row := self._row(execution)).stage != "ended":
            if row.stage == "suspended":  # nobody would take the letter
                self.backend.cancel(self._end_of(self._loaded(execution), stopped))
            elif self._send(execution, stopped) and self._row(execution).stage != "suspended":
                return

    @asks_database
    def redrive(self, execution: str) -> None:
        """Let an execution that ended badly go on from where it stood.

        Raises:
            ExecutionDoesNotExist: There is none of that ARN.
            ExecutionNotRedrivable: It runs, succeeded, or AWS would not redrive it.
            JournalError: It can't be brought back.
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

    @asks_database
    def resume(self, execution: str) -> None:
        """Let a suspended execution go on from where it stood.

        Raises:
            ExecutionDoesNotExist: There is none of that ARN.
            UsageError: It is not suspended.
        """
        row = self._row(execution)
        if row.stage != "suspended" or not self.backend.go_on(execution, "", 0, row):
            raise UsageError(f"{execution} is not suspended: it is {row.status}")

    # Upkeep.

    @asks_database
    def delete_ended(self, older_than: timedelta, *, batch: int = 1_000) -> int:
        """Delete executions that ended longer ago, batch by batch; gives how many they were.

        Their names may be used again (on AWS, after 90 days).
        """
        if batch < 1:
            raise UsageError(f"batch has to be 1 or more, not {batch}")
        before = self.clock.now_us() - microseconds(older_than)
        total = 0
        while deleted := self.backend.delete_ended(before, batch):
            total += deleted
        while self._dispatcher.delete_ended(before):
            pass
        return total

    @asks_database
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
        check_queue(queue)
        from asl.durable.dispatch import DbosJobs  # noqa: PLC0415 - DBOS takes a second to import

        outage = Outage(new_worker_id())
        for missing in self.machines.missing():
            tell(
                logging.WARNING,
                "worker.lacks_handlers",
                "worker %(worker)s gives executions back that come to what it can't do: %(reason)s",
                worker=outage.worker,
                reason=str(missing),
            )
        caller = Caller(threads, limits)
        committer = Committer(self.backend, outage, self._watcher)
        manner = Manner(
            caller,
            in_flight=threads,
            park_after_us=microseconds(park_after),
            patience=patience,
            watcher=self._watcher,
            outage=outage,
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
        with explained(self._engine):
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
            check_name(name)
        elif seed is None:
            name = str(uuid4())  # seeds are too small for names that are nowhere else
        if seed is None:
            seed = secrets.randbits(48)
        elif not -(2**63) <= seed < 2**63:
            raise UsageError(f"a seed is a whole number of 64 bits, not {seed!r}")
        execution = Execution(  # what it refuses, no worker is to meet
            machine.program, payload, machine=machine.arn, now=now, seed=seed, name=name,
            limits=self._limits,
        )  # fmt: skip
        identity = execution.identity
        return NewExecution(
            identity.arn, revision, "", identity.name, to_text(payload.value), seed, now,
            limits_text(self._limits), queue,
        )  # fmt: skip

    def _loaded(self, execution: str) -> Loaded:
        loaded = self.backend.load(execution) if is_text(execution) else None
        if loaded is None:
            raise ExecutionDoesNotExist(f"there is no execution {execution!r}")
        return loaded

    def _has_rested(self, execution: str) -> bool:
        return self._row(execution).stage in ("ended", "suspended")

    def _end_of(self, loaded: Loaded, stopped: StopRequested) -> Commit:
        """The end of a suspended execution, with its history if it can be brought back."""
        row = loaded.row
        now = self.clock.now_us()
        commit = Commit(row.id, row.epoch, row.seq, now)
        commit.rest = End("ABORTED", None, stopped.error, stopped.cause)
        tell_parent(commit, row)
        try:
            execution = self._folded(loaded).execution
            entry = Entry(max(now, execution.now), now, stopped)
            apply(execution, entry)
        except Exception:  # what can't be brought back can be given up all the same
            _log.exception("%s ends without history: it can't be brought back", row.id)
        else:
            commit.entries, commit.length = encode([entry]), execution.event_count
            status, output, error, cause = execution.outcome
            text = to_text(output) if status == "SUCCEEDED" else None
            commit.rest = End(status, text, error, cause)
        return commit

    def _folded(self, loaded: Loaded) -> Folded:
        runnable = self.machines.runnable(loaded.row.machine, loaded.row.scope)
        return fold(runnable.program, runnable.arn, loaded)

    def _result(self, loaded: Loaded) -> Result:
        return Result(self._folded(loaded).execution, ())


def _why_not_ended(execution: str, timeout: Span | None) -> str:
    if timeout is not None:
        return f"{execution} has not ended in {timeout}"
    return f"{execution} waits for what no clock brings: its history() tells what for"
