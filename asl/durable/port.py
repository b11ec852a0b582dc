"""The port between the host and what keeps and wakes its executions.

The host drives executions and knows no database; a backend keeps them and knows no state machine.
What crosses the border are the values here: all data as JSON text, all times as microseconds since
the epoch. One backend comes with the package (`asl.durable.sql`, dispatched by DBOS Transact, or in
process for virtual time); another durable engine is fitted by writing another one.

The law that a backend keeps: a `Commit` happens wholly or not at all, and only if nobody else has
claimed the execution since its writer did (``epoch``) and every earlier commit has happened
(``seq``). So of two workers that both believe to own an execution, the one that claimed it last
wins, and the other is told so by `Fenced`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

#: ``queued``: waits for a worker; ``driven``: a worker has it; ``parked``: nobody has it until its
#: time or an event comes; ``suspended``: nobody has it until a person resumes it; ``ended``.
Stage: TypeAlias = Literal["queued", "driven", "parked", "suspended", "ended"]


#: The kind of `end_letter`.
CHILD_ENDED = "ChildEnded"
#: The letter that stops a child.
STOP = '["StopRequested",null,null]'


class Fenced(Exception):  # noqa: N818 - not an error: somebody else has the execution now
    """Somebody else has claimed the execution: whoever sees this stops driving it."""


class Ticket(NamedTuple):
    """The right to drive an execution once: void as soon as its segment has passed."""

    execution_id: str
    segment: int


class Parent(NamedTuple):
    """Whose child an execution is: the parent, its wait, and for a Map Run the place and items.

    A child of a Map Run has at least one item; a nested execution has none.
    """

    execution_id: str
    task_id: int
    number: int = 0
    items: int = 0


class Standing(NamedTuple):
    """How the children of a Map Run stand.

    Attributes:
        executions, items: How many there are.
        queued, driven: How many executions wait for a worker, and have one.
        ended: How many executions and items have ended, by status.
    """

    executions: int
    items: int
    queued: int
    driven: int
    ended: dict[str, tuple[int, int]]


class NewExecution(NamedTuple):
    """An execution that is to be kept and started.

    Attributes:
        id: Its ARN.
        machine: The revision of the state machine that it runs.
        scope: JSON text of the pointers of the Distributed Maps whose children it is among,
            outermost first; empty for an execution of the whole machine.
        name: Its name; None lets it follow from the seed.
        input: JSON text.
        seed: Of its randomness.
        started_at: When.
        limits: JSON text of its limits; empty for AWS's.
        queue: Whose workers drive it.
        parent: Whose child it is.
        awaited: Whether the parent is told of its end by a letter: see `end_letter`.
        synchronous: Started as StartSyncExecution does.
        machine_name: By which it is listed; None for the name of its machine.
    """

    id: str
    machine: int
    scope: str
    name: str | None
    input: str
    seed: int
    started_at: int
    limits: str = ""
    queue: str = ""
    parent: Parent | None = None
    awaited: bool = False
    synchronous: bool = False
    machine_name: str | None = None


class Letter(NamedTuple):
    """An event for an execution from outside: kept until the execution has taken it."""

    execution_id: str
    at: int
    event: str


def end_letter(parent: Parent, child: str, at: int) -> Letter:
    """What a parent is sent that awaits a child, when the child has ended."""
    return Letter(parent.execution_id, at, json.dumps([CHILD_ENDED, child, parent.task_id]))


class Mail(NamedTuple):
    """A letter that has come, by number."""

    number: int
    at: int
    event: str


class OpenToken(NamedTuple):
    """A task that is answered by its token; ``activity`` is an ARN where workers take it."""

    task_id: int
    activity: str | None
    input: str


class End(NamedTuple):
    """How an execution ended; ``output`` is JSON text."""

    status: str
    output: str | None
    error: str | None
    cause: str | None


class Park(NamedTuple):
    """Let nobody have the execution until an instant; None until an event comes.

    ``seen`` has its Map Runs, and how many children of each it knows to have ended: if there are
    more it can't rest.
    """

    until: int | None
    seen: tuple[tuple[int, int], ...] = ()


class Release(NamedTuple):
    """Let another worker go on, after an instant.

    Attributes:
        after: When.
        problem: Why this worker could not go on.
        takeovers: How often it could not, by now, without having come further.
    """

    after: int
    problem: str | None = None
    takeovers: int = 0


class Suspend(NamedTuple):
    """Let nobody go on until a person resumes it."""

    reason: str


Rest: TypeAlias = Park | Release | Suspend | End


@dataclass(slots=True)
class Commit:
    """What one step of an execution changes, all of it together.

    Attributes:
        execution_id, epoch: Whose, and by which claim.
        seq: The number of the newest batch that is in the journal already.
        at: When.
        entries: The next batch: JSON text; empty where there is none.
        length: How many history events there are after it.
        snapshot: The whole execution after it, as JSON text, to begin from next time.
        taken: The mail that is among the entries.
        opened, closed: Tokens that are waited for from now on, and those that no more are.
        children: Executions to start.
        stopped: Waits that are over: their children that still run are to be stopped.
        letters: Events for others.
        wakes: An execution that goes on if it is parked: its Map Run has a child less.
        rest: What becomes of the execution; None if it is driven on.
        has_progressed: What it did when its last owner was lost has come to an end.
    """

    execution_id: str
    epoch: int
    seq: int
    at: int
    entries: str = ""
    length: int = 0
    snapshot: str | None = None
    taken: list[int] = field(default_factory=list)
    opened: list[OpenToken] = field(default_factory=list)
    closed: list[int] = field(default_factory=list)
    children: list[NewExecution] = field(default_factory=list)
    stopped: list[int] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    wakes: str | None = None
    rest: Rest | None = None
    has_progressed: bool = False

    @property
    def next_seq(self) -> int:
        """The number of the newest batch after it."""
        return self.seq + 1 if self.entries else self.seq


class Batch(NamedTuple):
    """A batch of the journal."""

    seq: int
    entries: str
    length: int
    version: str


class Row(NamedTuple):
    """An execution as it is kept, without its journal."""

    id: str
    machine: int
    scope: str
    machine_name: str
    name: str | None
    input: str
    seed: int
    started_at: int
    limits: str
    queue: str
    parent: Parent | None
    awaited: bool
    synchronous: bool
    stage: Stage
    status: str
    segment: int
    epoch: int
    seq: int
    takeovers: int
    owner: str | None
    wake_at: int | None
    ended_at: int | None
    output: str | None
    error: str | None
    cause: str | None
    reason: str | None
    redrives: int


class Loaded(NamedTuple):
    """An execution with all that brings it back: the snapshot, the journal after it, its mail."""

    row: Row
    snapshot: str | None
    batches: list[Batch]
    mail: list[Mail]


class Filter(NamedTuple):
    """Which executions to list: those that match all that is given."""

    machine: str | None = None
    status: str | None = None
    parent: str | None = None
    name_prefix: str | None = None
    started_from: int | None = None
    started_before: int | None = None


class Patience(NamedTuple):
    """How executions are treated whose worker was lost, time after time, before they came further.

    One of them may be what kills its workers, and nobody knows which. So each is left alone for a
    while, twice as long each time, and the more often it was lost, the fewer others like it are
    driven beside it: half as many each time, and none at the last. What a worker lost while it
    drove nothing else of that kind is the culprit.

    Attributes:
        suspected: From so many losses on an execution is treated in this way.
        most: After more losses, or when it was given back more often, it is suspended.
        first_pause_us: How long it is left alone at first.
    """

    suspected: int = 3
    most: int = 10
    first_pause_us: int = 1_000_000

    def rest_us(self, takeovers: int) -> int:
        """How long an execution is left alone that a worker gave back: its handlers may come."""
        return self.first_pause_us << min(takeovers - 1, 8)

    def share(self, takeovers: int) -> float:
        """What an execution takes of a worker's room for suspects, which is 1."""
        if takeovers < self.suspected:
            return 0.0
        return 2.0 ** min(0, takeovers - self.most)


PATIENCE = Patience()


class Backend(Protocol):
    """Where executions are kept, and who says when a worker has to drive one."""

    def start(self, new: Sequence[NewExecution]) -> list[Row]:
        """Keep and start executions, all or none; what runs already with its input is left alone.

        Args:
            new: Each with another id.

        Returns:
            What has one of the ids and has ended, or has another input: then none was started.
        """

    def claim(
        self,
        tickets: Sequence[Ticket],
        worker: str,
        now: int,
        patience: Patience,
        admit: Callable[[str, int], bool] | None = None,
    ) -> list[Loaded]:
        """Take executions over, but those whose ticket is void, or that are to be left alone.

        Args:
            tickets: For which executions.
            worker: Who takes them over.
            now: When.
            patience: With those that were lost time after time.
            admit: Whether one that has been left alone may be driven now: its id, and how often it
                was lost. It is left alone a little longer if not; None admits all.
        """

    def commit(self, commits: Sequence[Commit]) -> list[bool | None]:
        """Make changes durable, each by itself, all in one transaction.

        Returns:
            For each True; False if it was to park, but mail has come or a child has ended, so the
            rest of it happened and it is still driven; None if its writer is `Fenced`.
        """

    def wake(self, letters: Sequence[Letter]) -> list[bool]:
        """Keep events, and let parked executions go on; False for those that have ended."""

    def wake_due(self, now: int, limit: int) -> int:
        """Have executions driven that were started, woken or parked until now; how many.

        Whatever is to be driven waits for this: it is called so often that nobody has to wait long,
        and finds enough at a time that a job has many of them.
        """

    def cancel(self, commit: Commit) -> bool:
        """Let a suspended execution end by a commit; False if it is not suspended any more.

        All its children are stopped that it waits for.
        """

    def list_executions(
        self, wanted: Filter, after: tuple[int, str] | None, limit: int
    ) -> list[Row]:
        """Executions, newest first, after the one that started then and has that id."""

    def load(self, execution_id: str) -> Loaded | None:
        """An execution as it stands, without taking it over."""

    def row(self, execution_id: str) -> Row | None:
        """An execution without its journal."""

    def standings(self, waits: Sequence[tuple[str, int]]) -> dict[tuple[str, int], Standing]:
        """How the children of Map Runs stand, by execution and wait; those that have any."""

    def ended_children(self, execution_id: str, task_id: int, first: int, limit: int) -> list[Row]:
        """The children of a Map Run that have ended, in their order, from a number on."""
