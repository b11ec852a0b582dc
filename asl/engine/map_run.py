"""What a Distributed Map asks the world to do: a Map Run, as a value.

To the engine a Distributed Map is like a task. It works out on entry what its fields say, asks for
a Map Run with this spec, and waits. Whoever carries it out reads the items, puts them together,
starts the child executions and writes results; it needs no query language, since the spec makes a
child's input of an item.

Source: AWS guide, "Using Map state in Distributed mode", "Accessing execution data from the Context
object" (Map.Item), "DescribeMapRun" for the names.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from asl.query.javalike import JavaRandom

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asl.engine.cursor import Cursor
    from asl.engine.identity import MachineArn
    from asl.engine.program import Program
    from asl.jsontypes import Json
    from asl.language.model import ItemFormat, OutputType, Transformation
    from asl.query.environment import Compiled

#: How a Map Run fails of which more items failed than the Map stands, and AWS's sentence.
TOO_MANY_FAILURES = "States.ExceedToleratedFailureThreshold"
TOO_MANY_FAILURES_CAUSE = "The specified tolerated failure threshold was exceeded"

#: What `MapItem.source` is for items that come from the state's input.
STATE_DATA = "STATE_DATA"


class MapItem(NamedTuple):
    """One item: its place, its value, where it was read, and its key if it stood in an object."""

    number: int
    value: Json
    source: str = STATE_DATA
    key: str | None = None

    @property
    def input(self) -> Json:
        """What a child gets of it where no ItemSelector says otherwise."""
        return self.value if self.key is None else {"Key": self.key, "Value": self.value}


class Reading(NamedTuple):
    """What an ItemReader says; ``max_items`` None takes all of them."""

    action: str
    arguments: dict[str, Json]
    max_items: int | None
    format: ItemFormat
    pointer: str


class Batching(NamedTuple):
    """What an ItemBatcher says; None sets no bound. ``batch_input`` is a pair, or nothing."""

    max_items: int | None
    max_bytes: int | None
    batch_input: dict[str, Json]


class Writing(NamedTuple):
    """What a ResultWriter says; ``bucket`` None keeps the results as the state's output."""

    bucket: str | None
    prefix: str
    transformation: Transformation
    output_type: OutputType


class MapRunSpec(NamedTuple):
    """A Map Run that is to be carried out.

    Attributes:
        cursor: The branch that waits for it: where ItemSelector is evaluated.
        state_name: The Map state.
        arn: Of the Map Run.
        program: What the child executions run.
        machine: What their state machine is called: the parent's name with the label.
        seed: The children's seeds follow from it.
        items: From the state's input: an array or object; None where ``reading`` says where.
        reading: What to read.
        batching: How to put items together; None gives each child one item.
        writing: What to do with the results; None gives the children's outputs as an array.
        max_concurrency: How many children may run at a time; at least 1.
        tolerated_failure_count, tolerated_failure_percentage: The most failures, of items; None
            where the state says nothing.
        selector: ItemSelector; applied to ``data``, whose size is ``size``.
    """

    cursor: Cursor
    state_name: str
    arn: str
    program: Program
    machine: MachineArn
    seed: int
    items: list[Json] | dict[str, Json] | None
    reading: Reading | None
    batching: Batching | None
    writing: Writing | None
    max_concurrency: int
    tolerated_failure_count: int | None
    tolerated_failure_percentage: float | None
    selector: Compiled | None
    data: Json

    @property
    def id(self) -> str:
        """The last part of its ARN."""
        return self.arn.rpartition(":")[2]

    @property
    def has_tolerance(self) -> bool:
        """Whether the Map says how many failures it stands."""
        return (
            self.tolerated_failure_count is not None
            or self.tolerated_failure_percentage is not None
        )

    def tolerates(self, failed: int, total: int | None) -> bool:
        """Whether neither bound that the Map sets is passed by so many failed items.

        Args:
            failed: Items that failed.
            total: All items; None while nobody knows, and a percentage can't be told.
        """
        count, percentage = self.tolerated_failure_count, self.tolerated_failure_percentage
        if count is not None and failed > count:
            return False
        if percentage is None or (total is None and percentage):
            return True
        return failed * 100 <= percentage * (total or 0)

    def item_input(self, item: MapItem) -> Json:
        """What a child gets of an item.

        Raises:
            QueryError: ItemSelector can't be evaluated.
        """
        if self.selector is None:
            return item.input
        return self.selector.evaluate(self.data, ItemEnvironment(self.cursor, item, self.seed))


class ItemEnvironment:
    """Where ItemSelector is evaluated: the Map's branch, with an item in its context object."""

    def __init__(self, cursor: Cursor, item: MapItem, seed: int) -> None:
        self._cursor = cursor
        self._item = item
        self._seed = seed

    @property
    def variables(self) -> Mapping[str, Json]:
        """Those of the branch."""
        return self._cursor.variables

    @property
    def now_us(self) -> int:
        """The parent's time."""
        return self._cursor.now_us

    @cached_property
    def random(self) -> JavaRandom:
        """A source of the item's own, so that whoever reads it again makes the same input of it."""
        return JavaRandom(derived_seed("item", self._seed, self._item.number))

    def context(self) -> dict[str, Json]:
        """The context object of the Map state, with Map.Item."""
        item = self._item
        entry: dict[str, Json] = {"Index": item.number}
        if item.key is not None:
            entry["Key"] = item.key
        entry |= {"Value": item.value, "Source": item.source}
        return {**self._cursor.context(), "Map": {"Item": entry}}


def derived_seed(*parts: object) -> int:
    """A seed of 48 bits that depends on all of these and on nothing else."""
    from hashlib import sha256  # noqa: PLC0415 - OpenSSL takes 5 ms, and few have children

    digest = sha256("/".join(map(str, parts)).encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:6], "big")


def derived_uuid(*parts: object) -> str:
    """A UUID that depends on all of these and on nothing else."""
    return JavaRandom(derived_seed(*parts)).uuid4()
