"""A Map Run: reads items, starts child executions, counts how they end, and gives the result.

Items are read one by one, only when a child can be started; a child that has ended is forgotten
when its result is taken. So what a Map Run needs does not grow with its items: only the children
that run at a time, and the results where they are not exported.

`MapRun` has all that is decided. Where the children live is left to who drives them: `LocalMapRun`
makes them members of the parent's run, a durable host gives each of them a row.

Source: AWS guide, "Using Map state in Distributed mode", "Setting failure thresholds for
Distributed Map states", "ItemBatcher (Map)"; API reference, "DescribeMapRun" (the counts).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Literal, TypeAlias

from asl.engine.events import MapRunFailed, MapRunSucceeded, StopRequested
from asl.engine.execution import Execution
from asl.engine.failure import DATA_LIMIT_EXCEEDED, data_limit_exceeded, evaluation_error
from asl.engine.map_run import TOO_MANY_FAILURES, TOO_MANY_FAILURES_CAUSE, derived_seed
from asl.errors import QueryError, StorageError
from asl.jsontypes import Payload
from asl.runtimes.batches import TooLarge, batches_of
from asl.runtimes.results import results_of
from asl.tasks.items import items_of
from asl.tasks.items.failure import ItemReaderError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asl.engine.commands import RunMap
    from asl.jsontypes import Json
    from asl.runtimes.describe import Described
    from asl.runtimes.driver import Driver
    from asl.runtimes.member import Member
    from asl.runtimes.result import Result
    from asl.runtimes.results import Results
    from asl.tasks.storage import Storage

MapRunStatus: TypeAlias = Literal["RUNNING", "SUCCEEDED", "FAILED", "ABORTED"]

#: Failed children whose results a Map Run keeps, for people to look at.
MOST_FAILURES = 10

ITEM_READER_FAILED = "States.ItemReaderFailed"
_RESULT_WRITER_FAILED = "States.ResultWriterFailed"


@dataclass(slots=True)
class Counts:
    """How many items, or child executions, stand how."""

    total: int = 0
    running: int = 0
    succeeded: int = 0
    failed: int = 0
    timed_out: int = 0
    aborted: int = 0

    def start(self, number: int) -> None:
        """So many have been started."""
        self.total += number
        self.running += number

    def end(self, status: str, number: int) -> None:
        """So many have ended like this."""
        self.running -= number
        name = status.lower()
        setattr(self, name, getattr(self, name) + number)

    @property
    def unsuccessful(self) -> int:
        """What counts against the tolerance."""
        return self.failed + self.timed_out


@dataclass(frozen=True, slots=True)
class MapRunResult:
    """How a Map Run stands, as DescribeMapRun says it.

    Attributes:
        arn: Of the Map Run.
        state_name: The Map state.
        status: ``RUNNING``, ``SUCCEEDED``, ``FAILED`` or ``ABORTED``.
        max_concurrency: How many children could run at a time.
        items: Counts of items.
        executions: Counts of child executions.
        failures: The first children that failed, with their histories; at most 10.
    """

    arn: str
    state_name: str
    status: MapRunStatus
    max_concurrency: int
    items: Counts
    executions: Counts
    failures: tuple[Result, ...] = field(repr=False)


class MapRun(ABC):
    """A Map Run while it is carried out.

    Args:
        command: What is to be done, and the id of the wait that it ends.
        limit: The most bytes of a child's input, and of a result that is not exported.
        storage: Where items are read and results written.
        results: Takes the results; what the command says if not given.
        done: How many items have been given to children already.
    """

    def __init__(
        self,
        command: RunMap,
        limit: int,
        storage: Storage | None,
        *,
        results: Results | None = None,
        done: int = 0,
    ) -> None:
        self.id, self._spec = command
        self._limit = limit
        self._results = results or results_of(self._spec, storage, limit)
        self._batches = self._read(storage, done)
        self._is_exhausted = False
        self._failures: list[Result] = []
        self.status: MapRunStatus = "RUNNING"
        self.items = Counts()
        self.executions = Counts()

    @property
    def result(self) -> MapRunResult:
        """How it stands now."""
        return MapRunResult(
            self._spec.arn,
            self._spec.state_name,
            self.status,
            self._spec.max_concurrency,
            self.items,
            self.executions,
            tuple(self._failures),
        )

    # What the driver calls.

    @property
    def can_start(self) -> bool:
        """Whether it has something to do at this very moment."""
        return self.status == "RUNNING" and (
            self.executions.running < self._spec.max_concurrency
            if not self._is_exhausted
            else not self.executions.running
        )

    def step(self) -> None:
        """Start one child; or end, when there is no item left and no child runs."""
        if self._is_exhausted:
            self._succeed()
            return
        try:
            batch = next(self._batches, None)
            if batch is None:
                self._is_exhausted = True
                self._check_tolerance()
                return
            items, payload = batch
        except ItemReaderError as error:
            self._fail(ITEM_READER_FAILED, str(error))
        except TooLarge as error:
            self._fail(DATA_LIMIT_EXCEEDED, str(error))
        except QueryError as error:
            cursor = self._spec.cursor
            failure = evaluation_error(self._spec.state_name, cursor.entered_id, error)
            self._fail(failure.name or "", failure.cause)
        else:
            self._start(items, payload)

    def take(self, number: int, items: int, child: Described) -> None:
        """Take the result of a child; ``number`` is its place in the order of the items."""
        status = child.outcome.status
        self.items.end(status, items)
        self.executions.end(status, 1)
        if self.status != "RUNNING":
            return
        try:
            self._results.add(number, child)
        except StorageError as error:
            self._fail(_RESULT_WRITER_FAILED, str(error))
            return
        self._check_tolerance()

    def cancel(self) -> None:
        """Stop it: its parent was stopped."""
        if self.status == "RUNNING":
            with suppress(StorageError):  # nobody is left to be told
                self._stop("ABORTED")

    # Where the children live.

    @abstractmethod
    def start_child(self, number: int, items: int, payload: Payload) -> None:
        """Start the child of that place, for so many items; its end comes as `take`."""

    @abstractmethod
    def stop_children(self) -> None:
        """Stop those that run: the Map Run is over, and its parent waits no more."""

    @abstractmethod
    def tell_parent(self, event: MapRunSucceeded | MapRunFailed) -> None:
        """Give the parent the result."""

    # Its own steps.

    def _read(self, storage: Storage | None, done: int) -> Iterator[tuple[int, Payload]]:
        """How many items each child gets, and its input; the first items are done already."""
        spec = self._spec
        inputs = map(spec.item_input, islice(items_of(spec, storage), done, None))
        if spec.batching is None:
            for value in inputs:
                yield 1, self._payload(value)
        else:
            for count, batch in batches_of(inputs, spec.batching, self._limit):
                yield count, self._payload(batch)

    def _payload(self, value: Json) -> Payload:
        payload = Payload(value)
        if payload.size_bytes > self._limit:
            raise TooLarge(
                f"The input of a child execution has {payload.size_bytes:,} bytes, more than the "
                f"limit of {self._limit:,}."
            )
        return payload

    def _start(self, items: int, payload: Payload) -> None:
        number = self.executions.total
        self.items.start(items)
        self.executions.start(1)
        self.start_child(number, items, payload)

    def _check_tolerance(self) -> None:
        """Fail as soon as it is certain that more items failed than the Map stands.

        A percentage is one of all items: it can be told when all of them have been read, or when
        they come from the state's input.
        """
        spec, failed = self._spec, self.items.unsuccessful
        if self.status != "RUNNING" or not failed:
            return
        total = self.items.total if self._is_exhausted else None
        if spec.items is not None:
            total = len(spec.items)
        if not spec.has_tolerance or not spec.tolerates(failed, total):
            self._fail(TOO_MANY_FAILURES, TOO_MANY_FAILURES_CAUSE)

    def _succeed(self) -> None:
        if self._results.is_too_large:
            failure = data_limit_exceeded(self._spec.state_name)
            self._fail(DATA_LIMIT_EXCEEDED, failure.cause)
            return
        try:
            self._stop("SUCCEEDED")
        except StorageError as error:
            self._fail(_RESULT_WRITER_FAILED, str(error))
            return
        self.tell_parent(MapRunSucceeded(self.id, Payload(self._results.output())))

    def _fail(self, error: str, cause: str | None) -> None:
        with suppress(StorageError):  # the first failure is the one that counts
            self._stop("FAILED")
        self.tell_parent(MapRunFailed(self.id, error, cause))

    def _stop(self, status: MapRunStatus) -> None:
        """Stop what still runs, and finish what was written."""
        self.status = status
        self.stop_children()
        self._batches = iter(())
        self._results.close()


class LocalMapRun(MapRun):
    """A Map Run whose children are members of its parent's run.

    Args:
        driver: The run.
        parent: The execution that waits for it.
        command: What is to be done.
        storage: Where items are read and results written.
    """

    def __init__(
        self, driver: Driver, parent: Member, command: RunMap, storage: Storage | None
    ) -> None:
        super().__init__(command, parent.execution.payload_limit, storage)
        self._driver = driver
        self._parent = parent
        self._running: dict[int, tuple[Member, int, int]] = {}
        self._keeps_failures = not isinstance(parent.owner, MapRun)

    def start_child(self, number: int, items: int, payload: Payload) -> None:
        """Start a child, on the clock of the run."""
        execution = Execution(
            self._spec.program,
            payload,
            machine=self._spec.machine,
            now=self._driver.clock.now_us(),
            seed=derived_seed(self._spec.seed, number),
            kept=self._parent.execution.kept,
            limits=self._parent.execution.limits,
        )
        child = self._driver.add(execution, self)
        self._running[child.number] = (child, number, items)
        self._driver.tell(child, None)

    def ended(self, child: Member) -> None:
        """Take the result of a child, and forget it."""
        _, number, items = self._running.pop(child.number)
        self._driver.may_start(self)
        self._parent.take_exceptions(child)
        has_failed = child.execution.outcome.status != "SUCCEEDED"
        if has_failed and self._keeps_failures and len(self._failures) < MOST_FAILURES:
            self._failures.append(self._driver.result_of(child))
        self.take(number, items, child.execution)

    def stop_children(self) -> None:
        """Stop those that run."""
        self._parent.work.pop(self.id, None)
        for child, _, _ in list(self._running.values()):
            self._driver.tell(child, StopRequested(None, None))

    def tell_parent(self, event: MapRunSucceeded | MapRunFailed) -> None:
        """Give the parent the result."""
        self._driver.tell(self._parent, event)
