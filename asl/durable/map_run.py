"""A Map Run whose children are rows.

Of a Map Run nothing is kept but the rows of its children. How many there are, with how many items,
says where reading goes on; how many of them have ended, and how, is one query for all Map Runs of a
worker; and their results are read when it ends. A child that ends writes no letter: it only lets a
parent go on that is parked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from asl.durable.machines import inner_scope
from asl.durable.port import Parent
from asl.engine.execution import Outcome
from asl.engine.identity import Identity
from asl.engine.map_run import derived_seed
from asl.jsontypes import parse_json
from asl.runtimes.map_run import MapRun
from asl.runtimes.results import ExportedResults, results_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asl.durable.children import Children
    from asl.durable.port import Row, Standing
    from asl.engine.commands import RunMap
    from asl.engine.events import MapRunFailed, MapRunSucceeded
    from asl.engine.execution import Status
    from asl.engine.identity import MachineArn
    from asl.engine.program import Program
    from asl.jsontypes import Json, Payload
    from asl.runtimes.describe import Described
    from asl.runtimes.results import Results
    from asl.tasks.storage import Storage

#: Children whose results are read at a time.
_PAGE = 200


class EndedChild:
    """A child that has ended, as its row tells it."""

    def __init__(self, row: Row, program: Program, machine: MachineArn) -> None:
        self.identity = Identity(
            machine, name=row.name, seed=row.seed, started_at=row.started_at,
            input=parse_json(row.input), is_express=program.definition.type == "EXPRESS",
            synchronous=row.synchronous, redrive_count=row.redrives,
        )  # fmt: skip
        output = None if row.output is None else parse_json(row.output)
        self.outcome = Outcome(cast("Status", row.status), output, row.error, row.cause)
        self.now = row.ended_at or row.started_at


class RowMapRun(MapRun):
    """A Map Run whose children are executions with rows of their own.

    Args:
        home: The children of the execution that waits for it.
        command: What is to be done.
        limit: The most bytes of a child's input, and of a result that is not exported.
        storage: Where items are read and results written.
        standing: What became of it so far: `catch_up` with it next.
    """

    def __init__(
        self,
        home: Children,
        command: RunMap,
        limit: int,
        storage: Storage | None,
        standing: Standing,
    ) -> None:
        spec = command.spec
        super().__init__(
            command,
            limit,
            storage,
            results=RowResults(results_of(spec, storage, limit), self._ended_children),
            done=standing.items,
        )
        self._home = home
        self._scope = inner_scope(home.row.scope, spec.cursor.step.state.pointer)
        self.items.start(standing.items)
        self.executions.start(standing.executions)

    @property
    def ended(self) -> int:
        """How many children have ended, as far as it knows."""
        return self.executions.total - self.executions.running

    def is_behind(self, standing: Standing) -> bool:
        """Whether more children have ended than it knows of."""
        return sum(executions for executions, _ in standing.ended.values()) > self.ended

    def catch_up(self, standing: Standing) -> None:
        """Take what became of its children."""
        for status, (executions, items) in standing.ended.items():
            name = status.lower()
            self.executions.end(status, executions - getattr(self.executions, name))
            self.items.end(status, items - getattr(self.items, name))
        self._check_tolerance()

    def start_child(self, number: int, items: int, payload: Payload) -> None:
        """Start a child with its parent's next commit."""
        spec = self._spec
        child = Identity(
            spec.machine, name=None, seed=derived_seed(spec.seed, number),
            started_at=self._home.now_us(), input=payload.value,
            is_express=spec.program.definition.type == "EXPRESS", synchronous=False,
        )  # fmt: skip
        row = self._home.row
        parent = Parent(row.id, self.id, number, items)
        self._home.start(self._home.new(child, row.machine, parent, scope=self._scope))

    def stop_children(self) -> None:
        """Stop those that run with the parent's next commit."""
        self._home.forget(self)
        if self.executions.running:
            self._home.stop(self.id)

    def tell_parent(self, event: MapRunSucceeded | MapRunFailed) -> None:
        """Give the parent the result."""
        self._home.tell(event)

    def _ended_children(self) -> Iterator[tuple[int, Described]]:
        spec, first = self._spec, 0
        while True:
            page = self._home.ended_children(self.id, first, _PAGE)
            for child in page:
                number = cast("Parent", child.parent).number
                yield number, EndedChild(child, spec.program, spec.machine)
                first = number + 1
            if len(page) < _PAGE:
                return


class RowResults:
    """Results that are read out of the rows of all children when the Map Run ends.

    Args:
        results: Where they go.
        children: All that have ended, with their numbers.
    """

    def __init__(
        self, results: Results, children: Callable[[], Iterator[tuple[int, Described]]]
    ) -> None:
        self._results = results
        self._children = children
        self._is_exported = isinstance(results, ExportedResults)
        self._is_read = False

    def add(self, number: int, child: Described) -> None:
        """Nothing is taken as it comes."""

    @property
    def is_too_large(self) -> bool:
        """Whether the result is larger than a state's result may be."""
        if not self._is_exported:
            self._read()
        return self._results.is_too_large

    def close(self) -> None:
        """Write what is to be exported."""
        if self._is_exported:
            self._read()
        self._results.close()

    def output(self) -> Json:
        """The result of the Map Run, after `close`."""
        return self._results.output()

    def _read(self) -> None:
        if self._is_read:
            return
        self._is_read = True
        for number, child in self._children():
            self._results.add(number, child)
            if self._results.is_too_large:
                return
