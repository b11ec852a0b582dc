"""One execution of a run: the one that was started, or a child of it.

A run has one clock and one registry, and any number of executions: nested ones that a task started,
and the children of Map Runs. Each is a member. What belongs to a member and has to be looked after
while it runs (a nested execution, a Map Run) is its work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from asl.runtimes.watching import show

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asl.engine.execution import Execution
    from asl.engine.identity import MachineArn
    from asl.engine.program import Program
    from asl.runtimes.map_run import MapRun

#: Of a Map Run's children, that many exceptions are kept.
MOST_EXCEPTIONS = 1_000


class Owner(Protocol):
    """Who started a child execution and waits for it."""

    def ended(self, child: Member) -> None:
        """It has ended; its outcome says how."""


class Work(Protocol):
    """What is carried out for a member under the id of one of its waits."""

    def cancel(self) -> None:
        """Nobody waits for it any more."""


class Startable(NamedTuple):
    """A state machine whose executions a run may start; a durable host has it by its revision."""

    program: Program
    arn: MachineArn
    revision: int = 0


class Member:
    """An execution with all that a run keeps about it.

    Attributes:
        execution: It.
        number: Its place in the order of the run; the execution that was started is 0.
        owner: Who waits for its end; None where nobody does.
        calls: How often each of its states' tasks was called.
        work: What is carried out for it, by wait id.
        exceptions: What handlers raised: pairs of state name and exception.
        children: The nested executions that it started, in order.
        map_runs: Its Map Runs, in order.
        scheduled: The instant at which the run has been told to wake it.
    """

    __slots__ = (
        "calls",
        "children",
        "exceptions",
        "execution",
        "map_runs",
        "number",
        "owner",
        "scheduled",
        "work",
    )

    def __init__(
        self,
        execution: Execution,
        number: int,
        owner: Owner | None,
        calls: Mapping[str, int] | None = None,
    ) -> None:
        self.execution = execution
        self.number = number
        self.owner = owner
        self.calls: dict[str, int] = dict(calls or {})
        self.work: dict[int, Work] = {}
        self.exceptions: list[tuple[str, BaseException]] = []
        self.children: list[Member] = []
        self.map_runs: list[MapRun] = []
        self.scheduled: int | None = None
        show(execution)

    def take_exceptions(self, child: Member) -> None:
        """Keep what the handlers of a child raised, up to a bound."""
        room = MOST_EXCEPTIONS - len(self.exceptions)
        self.exceptions += child.exceptions[: max(0, room)]
