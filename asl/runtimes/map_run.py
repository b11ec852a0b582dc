"""A Map Run: reads items, starts child executions, counts how they end, and gives the result.

Items are read one by one, only when a child can be started; a child that has ended is forgotten
when its result is taken. So what a Map Run needs does not grow with its items: only the children
that run at a time, and the results where they are not exported.

Source: AWS guide, "Using Map state in Distributed mode", "Setting failure thresholds for
Distributed Map states", "ItemBatcher (Map)"; API reference, "DescribeMapRun" (the counts).
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from asl.engine.events import MapRunFailed, MapRunSucceeded, StopRequested
from asl.engine.execution import Execution
from asl.engine.failure import DATA_LIMIT_EXCEEDED, data_limit_exceeded, evaluation_error
from asl.engine.map_run import derived_seed
from asl.errors import QueryError, StorageError
from asl.jsontypes import Payload, size_bytes
from asl.runtimes.results import results_of
from asl.tasks.items import items_of
from asl.tasks.items.failure import ItemReaderError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asl.engine.map_run import MapItem, MapRunSpec
    from asl.jsontypes import Json
    from asl.runtimes.driver import Driver
    from asl.runtimes.member import Member
    from asl.runtimes.result import Result
    from asl.tasks.storage import Storage

MapRunStatus: TypeAlias = Literal["RUNNING", "SUCCEEDED", "FAILED", "ABORTED"]

#: Failed children whose results a Map Run keeps, for people to look at.
MOST_FAILURES = 10

_ITEM_READER_FAILED = "States.ItemReaderFailed"
_RESULT_WRITER_FAILED = "States.ResultWriterFailed"
_TOO_MANY_FAILURES = "States.ExceedToleratedFailureThreshold"


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


class _TooLarge(Exception):  # noqa: N818 - becomes the failure of the Map Run
    """The input of a child is larger than it may be."""


class MapRun:
    """A Map Run while it is carried out.

    Args:
        driver: The run that it is part of.
        parent: The execution that waits for it.
        map_run_id: The id of that wait.
        spec: What is to be done.
        storage: Where items are read and results written.
    """

    def __init__(
        self,
        driver: Driver,
        parent: Member,
        map_run_id: int,
        spec: MapRunSpec,
        storage: Storage | None,
    ) -> None:
        self._driver = driver
        self._parent = parent
        self._id = map_run_id
        self._spec = spec
        self._limit = parent.execution.payload_limit
        self._results = results_of(spec, storage, self._limit)
        self._batches = self._read(storage)
        self._is_exhausted = False
        self._running: dict[int, tuple[Member, int, int]] = {}
        self._keeps_failures = parent.owner is None or not isinstance(parent.owner, MapRun)
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
            len(self._running) < self._spec.max_concurrency
            if not self._is_exhausted
            else not self._running
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
            self._fail(_ITEM_READER_FAILED, str(error))
        except _TooLarge as error:
            self._fail(DATA_LIMIT_EXCEEDED, str(error))
        except QueryError as error:
            cursor = self._spec.cursor
            failure = evaluation_error(self._spec.state_name, cursor.entered_id, error)
            self._fail(failure.name or "", failure.cause)
        else:
            self._start(items, payload)

    def ended(self, child: Member) -> None:
        """Take the result of a child, and forget it."""
        _, number, items = self._running.pop(child.number)
        self._driver.may_start(self)
        execution = child.execution
        status = execution.outcome.status
        self.items.end(status, items)
        self.executions.end(status, 1)
        self._parent.take_exceptions(child)
        if status != "SUCCEEDED" and self._keeps_failures and len(self._failures) < MOST_FAILURES:
            self._failures.append(self._driver.result_of(child))
        if self.status != "RUNNING":
            return
        try:
            self._results.add(number, execution)
        except StorageError as error:
            self._fail(_RESULT_WRITER_FAILED, str(error))
            return
        self._check_tolerance()

    def cancel(self) -> None:
        """Stop it: its parent was stopped."""
        if self.status == "RUNNING":
            with suppress(StorageError):  # nobody is left to be told
                self._stop("ABORTED")

    # Its own steps.

    def _read(self, storage: Storage | None) -> Iterator[tuple[int, Payload]]:
        """How many items each child gets, and its input."""
        spec = self._spec
        if spec.batching is None:
            for item in items_of(spec, storage):
                yield 1, self._payload(spec.item_input(item))
        else:
            yield from self._batched(items_of(spec, storage))

    def _batched(self, source: Iterator[MapItem]) -> Iterator[tuple[int, Payload]]:
        """Items put together, as many as both bounds allow.

        No batch is larger than the input of an execution may be, whatever MaxInputBytesPerBatch
        says.
        """
        batching = self._spec.batching
        if batching is None:
            return
        most = min(batching.max_bytes or self._limit, self._limit)
        empty = size_bytes({**batching.batch_input, "Items": []})
        batch: list[Json] = []
        size = empty
        for item in source:
            value = self._spec.item_input(item)
            added = size_bytes(value) + 1
            if batch and (len(batch) == batching.max_items or size + added - 1 > most):
                yield len(batch), self._payload({**batching.batch_input, "Items": batch})
                batch, size = [], empty
            if size + added - 1 > most:
                raise _TooLarge(
                    f"An item of {added - 1:,} bytes does not fit into a batch of {most:,} bytes."
                )
            batch.append(value)
            size += added
        if batch:
            yield len(batch), self._payload({**batching.batch_input, "Items": batch})

    def _payload(self, value: Json) -> Payload:
        payload = Payload(value)
        if payload.size_bytes > self._limit:
            raise _TooLarge(
                f"The input of a child execution has {payload.size_bytes:,} bytes, more than the "
                f"limit of {self._limit:,}."
            )
        return payload

    def _start(self, items: int, payload: Payload) -> None:
        number = self.executions.total
        execution = Execution(
            self._spec.program,
            payload,
            machine=self._spec.machine,
            now=self._driver.clock.now_us(),
            seed=derived_seed(self._spec.seed, number),
            kept=self._parent.execution.kept,
            limits=self._parent.execution.limits,
        )
        self.items.start(items)
        self.executions.start(1)
        child = self._driver.add(execution, self)
        self._running[child.number] = (child, number, items)
        self._driver.tell(child, None)

    def _check_tolerance(self) -> None:
        """Fail as soon as it is certain that more items failed than the Map stands.

        A percentage is one of all items: it can be told when all of them have been read, or when
        they come from the state's input.
        """
        spec, failed = self._spec, self.items.unsuccessful
        if self.status != "RUNNING" or not failed:
            return
        count, percentage = spec.tolerated_failure_count, spec.tolerated_failure_percentage
        is_exceeded = count is None and percentage is None
        if count is not None and failed > count:
            is_exceeded = True
        if percentage is not None:
            total = len(spec.items) if spec.items is not None else self.items.total
            is_certain = self._is_exhausted or spec.items is not None or percentage == 0
            if is_certain and failed * 100 > percentage * total:
                is_exceeded = True
        if is_exceeded:
            self._fail(_TOO_MANY_FAILURES, "The specified tolerated failure threshold was exceeded")

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
        self._driver.tell(self._parent, MapRunSucceeded(self._id, Payload(self._results.output())))

    def _fail(self, error: str, cause: str | None) -> None:
        with suppress(StorageError):  # the first failure is the one that counts
            self._stop("FAILED")
        self._driver.tell(self._parent, MapRunFailed(self._id, error, cause))

    def _stop(self, status: MapRunStatus) -> None:
        """Stop what still runs, and finish what was written."""
        self.status = status
        self._parent.work.pop(self._id, None)
        for child, _, _ in list(self._running.values()):
            self._driver.tell(child, StopRequested(None, None))
        self._batches = iter(())
        self._results.close()
