"""Durable executions in virtual time: jobs in memory, and a clock that jumps to what is due.

Everything goes through the database as it does with real workers: executions are parked, forgotten
and brought back. Only who calls whom is different: nobody runs in the background, `advance` does
all that is to be done, in a fixed order, and then lets the clock come to the next instant.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

import sqlalchemy as sa

from asl.durable.port import Fenced, Ticket
from asl.durable.schema import executions
from asl.durable.sql import JOB
from asl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from asl.durable.run import DurableRun
    from asl.durable.worker import Driving
    from asl.runtimes.clocks import Clock

_OWNER = "virtual time"
#: Parked executions that are woken at a time.
_MOST_WOKEN = 100


class VirtualDispatcher:
    """Keeps jobs in memory, in their order."""

    def __init__(self) -> None:
        self.tickets: deque[Ticket] = deque()

    def enqueue(self, connection: sa.Connection, queue: str, tickets: Sequence[Ticket]) -> None:  # noqa: ARG002
        """Add a job. If its transaction fails it is void: nothing was queued."""
        self.tickets += tickets

    def delete_ended(self, before_us: int) -> int:  # noqa: ARG002
        """Nothing is remembered of jobs that have ended."""
        return 0


class VirtualWorker:
    """Drives executions when it is told to.

    Args:
        driving: How.
        dispatcher: Where jobs come from; what the database has under way is taken over.
        engine: Of that database.
        clock: A virtual one.
    """

    def __init__(
        self, driving: Driving, dispatcher: VirtualDispatcher, engine: sa.Engine, clock: Clock
    ) -> None:
        self._driving = driving
        self._tickets = dispatcher.tickets
        self._engine = engine
        self._clock = clock
        self._runs: dict[str, DurableRun] = {}
        self.take_over()

    def take_over(self) -> None:
        """Drive what somebody else was driving, or was to drive: after a restart."""
        self._runs.clear()
        self._tickets.clear()
        with self._engine.connect() as connection:
            self._tickets += [
                Ticket(row.id, row.segment)
                for row in connection.execute(
                    sa.select(executions.c.id, executions.c.segment)
                    .where(
                        executions.c.stage.in_(("queued", "driven")),
                        executions.c.wake_at.is_(None),  # others are given out in their turn
                    )
                    .order_by(executions.c.started_at, executions.c.id)
                )
            ]

    def advance(self, until: int | None, is_enough: Callable[[], bool] | None = None) -> None:
        """Let everything happen until an instant; None goes on until nothing more will.

        Args:
            until: Microseconds since the epoch.
            is_enough: Asked before time passes: whether to stop at the present instant.

        Raises:
            UsageError: An event loop runs in this thread.
        """
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            asyncio.run(self._advance(until, is_enough or (lambda: False)))
        else:
            raise UsageError("an event loop runs here: await asyncio.to_thread(host.advance, span)")

    async def _advance(self, until: int | None, is_enough: Callable[[], bool]) -> None:
        while True:
            await self._settle()
            if is_enough():
                return
            due = self._next_due()
            if due is None or (until is not None and due > until):
                break
            self._clock.wait_until(due)
        if until is not None:
            self._clock.wait_until(until)

    async def _settle(self) -> None:
        """Do all that can be done at this very moment."""
        while True:
            self._give_out()
            await self._claim()
            mail = self._driving.mail(_OWNER)
            standings = self._driving.standings(self._runs.values())
            for run in list(self._runs.values()):
                if run.id in standings:
                    run.hear(standings[run.id])
                for letter in mail.get(run.id, ()):
                    run.post(letter)
                try:
                    await self._driving.settle(run)
                except Fenced:
                    run.give_up()
                if run.is_over:
                    del self._runs[run.id]
            if self._give_out() or self._driving.mail(_OWNER):
                continue
            if self._driving.standings(self._runs.values()) == standings:
                return

    def _give_out(self) -> bool:
        """Make tickets for all that is due; whether there are any now."""
        while self._driving.backend.wake_due(self._clock.now_us(), _MOST_WOKEN):
            pass
        return bool(self._tickets)

    async def _claim(self) -> None:
        while self._tickets:
            job = [self._tickets.popleft() for _ in range(min(JOB, len(self._tickets)))]
            now, patience = self._clock.now_us(), self._driving.manner.patience
            found = self._driving.backend.claim(job, _OWNER, now, patience)
            claimed = {each.row.id: each for each in found}
            for ticket in job:
                loaded = claimed.pop(ticket.execution_id, None)
                run = loaded and await self._driving.bring_back(loaded)
                if run is not None:
                    self._runs[run.id] = run

    def _next_due(self) -> int | None:
        """When something happens next by itself."""
        with self._engine.connect() as connection:
            parked = connection.scalar(sa.select(sa.func.min(executions.c.wake_at)))
        dues = [due for run in self._runs.values() if (due := run.next_due()) is not None]
        return min(dues if parked is None else [*dues, parked], default=None)
