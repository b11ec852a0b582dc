"""Who drives executions: the part that virtual time shares, and a worker of a process.

A worker is called with jobs by the dispatcher. In the background it looks after what nobody calls
it for: mail for the executions that it drives, parked ones whose time has come, and workers that
have died, whose jobs are given out again.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
import threading
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from asl.durable.committing import FIRST_PAUSE, LONGEST_PAUSE, PASSING
from asl.durable.journal import fold
from asl.durable.logs import about_execution, tell
from asl.durable.port import Commit, Fenced, Suspend, Ticket
from asl.durable.run import DurableRun
from asl.durable.suspects import Suspects
from asl.errors import AslError, DatabaseError, MissingHandler

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable

    from asl.durable.committing import Committer
    from asl.durable.logs import Outage
    from asl.durable.machines import Machines
    from asl.durable.port import Loaded, Mail, Standing
    from asl.durable.run import Commits, Manner
    from asl.durable.sql import SqlBackend
    from asl.runtimes.clocks import Clock
    from asl.tasks.storage import Storage

T = TypeVar("T")

#: No worker is silent for so long, whatever its threshold.
_LONGEST_SILENCE_US = 60_000_000
#: Seconds to give an execution back whose calls have not ended in time.
_TO_GIVE_BACK = 5.0
#: Executions that are given out in one transaction.
MOST_GIVEN = 1_000


class Driving:
    """Brings executions back and drives them; what goes wrong becomes a rest with a name.

    Args:
        backend: Where executions are kept.
        machines: What they run.
        commits: Writes what they do.
        clock: Of all of them.
        manner: How they are driven.
        storage: Where Distributed Maps find and put objects.
    """

    def __init__(
        self,
        backend: SqlBackend,
        machines: Machines,
        commits: Commits,
        clock: Clock,
        manner: Manner,
        storage: Storage | None,
    ) -> None:
        self.backend = backend
        self._machines = machines
        self._commits = commits
        self._clock = clock
        self._storage = storage
        self.manner = manner

    async def bring_back(self, loaded: Loaded) -> DurableRun | None:
        """A claimed execution, ready to be driven; None if it rests instead."""
        row = loaded.row
        try:
            runnable = self._machines.runnable(row.machine, row.scope)
            folded = fold(runnable.program, runnable.arn, loaded)
        except PASSING:  # says nothing of the execution: it is given back
            raise
        except Exception as error:  # nobody may lose an execution by a defect
            await self._commits.commit(_resting(loaded, self._clock.now_us(), _told(error)))
            tell(
                logging.ERROR,
                "execution.suspended",
                "%(execution)s can't be brought back: %(reason)s",
                **about_execution(row),
                reason=_told(error),
            )
            return None
        if row.takeovers:
            tell(
                logging.WARNING,
                "execution.taken_over",
                "%(execution)s is taken over: its worker was lost, or gave it back (%(takeovers)d)",
                **about_execution(row),
                takeovers=row.takeovers,
            )
        run = DurableRun(
            loaded, folded, runnable.registry, self._clock, self._commits, self.manner,
            backend=self.backend, machines=self._machines, storage=self._storage,
        )  # fmt: skip
        if self.manner.watcher is not None:
            self.manner.watcher.claimed(run, loaded)
        if row.takeovers > self.manner.patience.most:
            states = sorted({task.state_name for task in run.execution.calls()})
            await run.suspend(
                row.reason
                or f"its worker was lost {row.takeovers} times in a row, while it did "
                f"{', '.join(map(repr, states)) or 'no task'}"
            )
            return None
        return run

    async def drive(self, run: DurableRun) -> None:
        """Drive an execution until it rests."""
        await self._guard(run, run.drive())

    async def settle(self, run: DurableRun) -> None:
        """Do all of an execution that can be done at this very moment."""
        await self._guard(run, run.settle())

    def mail(self, worker: str) -> dict[str, list[Mail]]:
        """What has come for the executions that a worker drives."""
        return self.backend.mail(worker)

    def standings(self, runs: Iterable[DurableRun]) -> dict[str, dict[int, Standing]]:
        """How the children of Map Runs stand, by execution: of those that have any under way."""
        waits = [(run.id, wait_id) for run in runs for wait_id in run.children.waits]
        found = self.backend.standings(waits) if waits else {}
        standings: dict[str, dict[int, Standing]] = {arn: {} for arn, _ in waits}
        for (arn, wait_id), standing in found.items():
            standings[arn][wait_id] = standing
        return standings

    async def _guard(self, run: DurableRun, driven: Coroutine[None, None, None]) -> None:
        try:
            await driven
        except (Fenced, asyncio.CancelledError):
            run.give_up()
            raise
        except (MissingHandler, *PASSING) as error:  # another worker or another time may help
            await run.release(_told(error))
        except Exception as error:
            await run.suspend(_told(error))


def _told(error: Exception) -> str:
    """What went wrong, for whoever looks after a suspended execution."""
    if isinstance(error, AslError):
        return f"{type(error).__name__}: {error}"
    return "".join(traceback.format_exception(error))


def _resting(loaded: Loaded, now: int, reason: str) -> Commit:
    row = loaded.row
    return Commit(row.id, row.epoch, row.seq, now, rest=Suspend(reason))


class Jobs(Protocol):
    """What calls a worker with jobs: a durable engine's queue."""

    def launch(self, worker: str, drive: Callable[[list[Ticket]], Awaitable[None]]) -> None:
        """Begin to call ``drive`` with each job, on an event loop."""

    def drain(self, seconds: float) -> None:
        """Take no more jobs, and wait for those under way to end."""

    def give_out_again(self, living: Collection[str]) -> int:
        """Let others have the jobs of workers that are not among the living; how many."""


def new_worker_id() -> str:
    """Where a worker runs, and something that no other has: host, process and a random number."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


class Worker:
    """Drives executions in this process until it is closed.

    Args:
        driving: How.
        jobs: What calls it.
        committer: Writes what executions do.
        outage: Tells of what does not work; it has the worker's id.
        queue: Whose executions it drives.
        clock: The time.
        threshold: Seconds without a sign of life after which a worker is taken for dead.
        poll: Seconds between two looks at mail.

    Attributes:
        id: Where it runs, and something that no other worker has.
        cut_off: How many executions were given back while calls of theirs were under way, when it
            was closed.
    """

    def __init__(
        self,
        driving: Driving,
        jobs: Jobs,
        committer: Committer,
        outage: Outage,
        *,
        queue: str,
        clock: Clock,
        threshold: float,
        poll: float,
    ) -> None:
        self.id = outage.worker
        self.cut_off = 0
        self._driving = driving
        self._backend = driving.backend
        self._watcher = driving.manner.watcher
        self._jobs = jobs
        self._committer = committer
        self._outage = outage
        self._queue = queue
        self._clock = clock
        self._threshold = threshold
        self._poll = poll
        self._runs: dict[str, tuple[DurableRun, asyncio.AbstractEventLoop]] = {}
        self._suspects = Suspects(driving.manner.patience, self._is_cleared)
        self._is_draining = False
        self._stopping = threading.Event()
        self._chores = [
            _Chore("reading mail", self._deliver, poll),
            _Chore("looking after children", self._tell_of_children, poll, leisure=10),
            _Chore("giving out what is due", self._give_out, poll / 2),
            _Chore("saying that it lives", self._be_seen, threshold / 5),
            _Chore("looking for dead workers", self._take_over, threshold / 3),
        ]
        self._background = threading.Thread(target=self._look_after, name="asl-worker", daemon=True)

    def start(self) -> None:
        """Begin to drive executions.

        Raises:
            DatabaseError: Another worker uses this SQLite database.
        """
        self._check_alone()
        self._be_seen()  # before anybody may look for the living
        self._take_over()
        self._jobs.launch(self.id, self._drive)
        self._background.start()
        self._tell(
            logging.INFO, "worker.started", "worker %(worker)s of queue %(queue)r has started"
        )

    def _check_alone(self) -> None:
        if not self._backend.is_alone:
            return
        living = set(self._backend.workers(self._clock.now_us() - _LONGEST_SILENCE_US))
        for other in self._backend.workers(0):
            pid = int(other.split(":")[1])
            is_there = Path(f"/proc/{pid}").exists()  # it, or another that has its number now
            if other in living and is_there and pid != os.getpid():
                raise DatabaseError(
                    f"the worker {other} uses this SQLite database: SQLite serves one process; use "
                    "PostgreSQL for several"
                )
            self._backend.leave(other)

    def close(self, drain: float = 30.0) -> None:
        """Stop: calls under way may end within so many seconds, all else is given back at once."""
        self._is_draining = True
        for run, loop in list(self._runs.values()):
            loop.call_soon_threadsafe(run.drain)
        last = threading.Timer(drain, self._cut_off)
        last.start()
        self._jobs.drain(drain + _TO_GIVE_BACK)
        last.cancel()
        self._stopping.set()
        self._background.join()
        self._committer.close()
        try:
            self._backend.leave(self.id)
        except SQLAlchemyError as error:
            message = "worker %(worker)s has ended, and could not say so: %(reason)s"
            self._tell(logging.WARNING, "worker.ended", message, reason=str(error).strip())
        else:
            self._tell(logging.INFO, "worker.ended", "worker %(worker)s has ended")

    def _cut_off(self) -> None:
        """Give the executions back whose calls have not ended in time."""
        left = list(self._runs.values())
        self.cut_off = len(left)
        for run, loop in left:
            loop.call_soon_threadsafe(run.hurry)

    def _tell(self, level: int, event: str, message: str, **fields: Any) -> None:  # noqa: ANN401 - see `tell`
        tell(level, event, message, worker=self.id, queue=self._queue, **fields)

    async def _drive(self, tickets: list[Ticket]) -> None:
        """Do a job: drive its executions until each of them rests."""
        loop = asyncio.get_running_loop()
        loaded = await self._with_patience(
            loop, "claiming executions", lambda: self._claim(tickets)
        )
        await asyncio.gather(*(self._drive_one(loop, each) for each in loaded))

    def _claim(self, tickets: list[Ticket]) -> list[Loaded]:
        patience, admit = self._driving.manner.patience, self._suspects.admit
        loaded = self._backend.claim(tickets, self.id, self._clock.now_us(), patience, admit)
        driven = {each.row.id for each in loaded} | self._runs.keys()
        for ticket in tickets:
            if ticket.execution_id not in driven:
                self._suspects.leave(ticket.execution_id)
        return loaded

    def _is_cleared(self, execution_id: str) -> bool:
        run, _ = self._runs.get(execution_id, (None, None))
        return run is not None and not run.is_suspect

    async def _drive_one(self, loop: asyncio.AbstractEventLoop, loaded: Loaded) -> None:
        try:
            run = await self._driving.bring_back(loaded)
            if run is None:
                return
            self._runs[run.id] = run, loop
            if self._is_draining:
                run.drain()
            try:
                await self._driving.drive(run)
            finally:
                if self._runs.get(run.id, (None,))[0] is run:
                    del self._runs[run.id]
        except Fenced:
            message = "%(execution)s is driven by another worker now"
            tell(logging.WARNING, "execution.fenced", message, **about_execution(loaded.row))
        except Exception as error:  # not even its rest could be written: nobody may forget it
            message = "%(execution)s is given back: %(reason)s"
            told = _told(error)
            tell(
                logging.ERROR,
                "execution.given_back",
                message,
                reason=told,
                **about_execution(loaded.row),
            )
            row, patience = loaded.row, self._driving.manner.patience
            after = self._clock.now_us() + patience.rest_us(row.takeovers + 1)
            await self._with_patience(
                loop,
                "giving an execution back",
                lambda: self._backend.give_back(row.id, row.epoch, after, told),
            )
        finally:
            self._suspects.leave(loaded.row.id)

    async def _with_patience(
        self, loop: asyncio.AbstractEventLoop, doing: str, do: Callable[[], T]
    ) -> T:
        """Ask the database for something until it answers."""
        pause = FIRST_PAUSE
        while True:
            try:
                given = await loop.run_in_executor(None, do)
            except SQLAlchemyError as error:
                self._outage.begin(doing, error)
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
            else:
                self._outage.end(doing)
                return given

    # In the background.

    def _look_after(self) -> None:
        while not self._stopping.wait(self._poll / 2):
            for chore in self._chores:
                try:
                    has_succeeded = chore.do_if_due()
                except Exception as error:  # what nobody foresaw must not end the thread
                    is_foreseen = isinstance(error, SQLAlchemyError)
                    self._outage.begin(chore.name, error, is_foreseen=is_foreseen)
                else:
                    if has_succeeded:
                        self._outage.end(chore.name)

    # Each says whether there was anything to do: else it has not asked the database.

    def _deliver(self) -> bool:
        if not self._runs:
            return False
        for execution_id, letters in self._backend.mail(self.id).items():
            run, loop = self._runs.get(execution_id, (None, None))
            if run is not None and loop is not None:
                for letter in letters:
                    loop.call_soon_threadsafe(run.post, letter)
        return True

    def _tell_of_children(self) -> bool:
        runs = [run for run, _ in list(self._runs.values())]
        all_standings = self._driving.standings(runs)
        for execution_id, standings in all_standings.items():
            run, loop = self._runs.get(execution_id, (None, None))
            if run is not None and loop is not None:
                loop.call_soon_threadsafe(run.hear, standings)
        return bool(all_standings)

    def _give_out(self) -> bool:
        """Give out what is due, but not for so long that nobody sees this worker live."""
        until = time.monotonic() + self._threshold / 5
        while not self._is_draining and time.monotonic() < until:
            given = self._backend.wake_due(self._clock.now_us(), MOST_GIVEN)
            if given and self._watcher is not None:
                self._watcher.gave_out(given)
            if given < MOST_GIVEN:
                break
        return not self._is_draining

    def _be_seen(self) -> bool:
        self._backend.be_seen(self.id, self._queue, self._clock.now_us())
        return True

    def _take_over(self) -> bool:
        since = self._clock.now_us() - round(self._threshold * 1_000_000)
        living = {self.id}
        if not self._backend.is_alone:
            living.update(self._backend.workers(since))
        with self._backend.only_one() as is_mine:
            if is_mine and (number := self._jobs.give_out_again(living)):
                self._tell(
                    logging.WARNING,
                    "worker.took_over",
                    "%(number)d jobs of dead workers are given out again",
                    number=number,
                )
                if self._watcher is not None:
                    self._watcher.gave_out_again(number)
        return True


class _Chore:
    """Something that is to be done every so often.

    Args:
        name: What it is, in words.
        do: Does it; whether there was anything to do.
        every: Seconds.
        leisure: How many times what it took has to pass before it is done again.
    """

    def __init__(self, name: str, do: Callable[[], bool], every: float, leisure: float = 0) -> None:
        self.name = name
        self._do = do
        self._every = every
        self._leisure = leisure
        self.due = 0.0

    def do_if_due(self) -> bool:
        """Do it if its time has come; whether there was anything to do."""
        now = time.monotonic()
        if now < self.due:
            return False
        self.due = now + self._every
        has_done = self._do()
        self.due = max(self.due, now + self._leisure * (time.monotonic() - now))
        return has_done
