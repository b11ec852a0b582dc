"""The compiled definition: frozen values that the engine runs and never reads text from.

Every path, template, rule and function call is compiled already (`asl.query`). In all of these
classes ``None`` for a path means "the whole value", as leaving the field out does; a field that was
``null`` in the definition is compiled to what it means (`compile.py`).

Source: ASL specification, "States" and the sections of the eight state types.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from asl.jsontypes import dump
from asl.values import Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asl.jsontypes import Json
    from asl.language.resources import Resource
    from asl.query.choices import Predicate
    from asl.query.environment import Compiled
    from asl.query.paths import ReferencePath
    from asl.query.typed import (
        ArrayQuery,
        CollectionQuery,
        FloatQuery,
        IntQuery,
        TextQuery,
    )

MachineType: TypeAlias = Literal["STANDARD", "EXPRESS"]
QueryLanguage: TypeAlias = Literal["JSONPath", "JSONata"]
InputType: TypeAlias = Literal["CSV", "JSON", "JSONL", "MANIFEST", "PARQUET"]
ManifestType: TypeAlias = Literal["S3_INVENTORY", "ATHENA_DATA"]
Transformation: TypeAlias = Literal["NONE", "COMPACT", "FLATTEN"]
OutputType: TypeAlias = Literal["JSON", "JSONL"]


class Retrier(NamedTuple):
    """One entry of Retry. Spans are microseconds; ``max_delay_us`` is None when not given."""

    error_equals: tuple[str, ...]
    interval_us: int
    max_attempts: int
    backoff_rate: float
    max_delay_us: int | None
    full_jitter: bool


class Catcher(NamedTuple):
    """One entry of Catch. ``result_path`` None drops the error output and keeps the input."""

    error_equals: tuple[str, ...]
    next: str
    result_path: ReferencePath | None
    assign: Compiled | None
    output: Compiled | None


class State(Value):
    """What all eight kinds share. ``next`` None ends the scope that the state stands in.

    A JSONata state has ``output`` where a JSONPath state has ``output_path``. Its ``input_path``
    makes ``$states`` of the input: in such a state every query is applied to that object.
    """

    name: str
    pointer: str
    query_language: QueryLanguage
    next: str | None = None
    input_path: Compiled | None = None
    output_path: Compiled | None = None
    output: Compiled | None = None
    assign: Compiled | None = None

    @property
    def kind(self) -> str:
        """Its Type, as events name it."""
        return type(self).__name__.removesuffix("State")


class SucceedState(State):
    """Ends its scope with success."""


class PassState(State):
    """Makes a result of data alone; ``result`` is a constant or a payload template."""

    result: Compiled | None
    result_path: ReferencePath | None


class FailState(State):
    """Ends its scope with an error; what is left out stays left out."""

    error: TextQuery | None
    cause: TextQuery | None


class WaitState(State):
    """Waits until ``timestamp`` (nanoseconds since the epoch) if it is given, else ``seconds``."""

    seconds: IntQuery
    timestamp: IntQuery | None


class ChoiceRule(NamedTuple):
    """One entry of Choices."""

    matches: Predicate
    next: str
    assign: Compiled | None
    output: Compiled | None


class ChoiceState(State):
    """Goes where the first matching rule says; ``next`` is Default."""

    rules: tuple[ChoiceRule, ...]


class WorkState(State):
    """What Task, Parallel and Map share: a result from outside the state, and its failures.

    ``parameters`` is what the work is given: Parameters or Arguments; a Map's ItemSelector.
    """

    parameters: Compiled | None = None
    result_selector: Compiled | None = None
    result_path: ReferencePath | None
    retry: tuple[Retrier, ...] = ()
    catch: tuple[Catcher, ...] = ()


class TaskState(WorkState):
    """Has work done outside the machine.

    ``function`` is the Lambda function that ``lambda:invoke`` calls, where Parameters name it;
    where they compute it, ``has_dynamic_function`` is set instead.
    """

    resource: Resource
    function: str | None
    has_dynamic_function: bool
    timeout: IntQuery | None
    heartbeat: IntQuery | None
    credentials: Compiled | None


class Scope(NamedTuple):
    """A StartAt with its States: the machine's top level, a branch, an item processor."""

    start_at: str
    states: Mapping[str, State]


class ParallelState(WorkState):
    """Runs all branches on the same input; the result is the array of their outputs."""

    branches: tuple[Scope, ...]


class MapState(WorkState):
    """Runs the processor once for each item of an array."""

    items: ArrayQuery
    max_concurrency: IntQuery | None
    processor: Scope


class ItemFormat(NamedTuple):
    """What ReaderConfig says of the items, all of it constant.

    ``input_type`` is None where objects are only listed. ``csv_headers`` None takes the headers
    from the first row. ``flatten`` reads the objects that a listing names.
    """

    input_type: InputType | None
    manifest_type: ManifestType | None
    csv_delimiter: str
    csv_headers: tuple[str, ...] | None
    items_pointer: str
    flatten: bool


class ItemReader(NamedTuple):
    """Where the items of a Distributed Map are read from: ``s3:getObject`` or a listing."""

    action: Literal["getObject", "listObjectsV2"]
    arguments: Compiled | None
    max_items: IntQuery | None
    format: ItemFormat


class ItemBatcher(NamedTuple):
    """How many items one child execution gets; 0 sets no bound."""

    max_items: IntQuery | None
    max_bytes: IntQuery | None
    batch_input: Compiled | None


class ResultWriter(NamedTuple):
    """What becomes of the results; they are not exported where ``exports`` is not set."""

    exports: bool
    arguments: Compiled | None
    transformation: Transformation
    output_type: OutputType


class DistributedMapState(MapState):
    """Runs the processor as child executions of type ``processor_type``.

    ``label`` stands in their ARNs; it is None where none is given. ``processor_tree`` is the
    processor as JSON.
    """

    collection: CollectionQuery
    reader: ItemReader | None
    batcher: ItemBatcher | None
    writer: ResultWriter | None
    tolerated_failure_count: IntQuery | None
    tolerated_failure_percentage: FloatQuery | None
    label: str | None
    processor_type: MachineType
    processor_tree: Json

    @property
    def needs_storage(self) -> bool:
        """Whether it reads or writes objects."""
        return self.reader is not None or (self.writer is not None and self.writer.exports)

    @property
    def kind(self) -> str:
        """Map: it is one to everybody else."""
        return "Map"


class Definition(Value):
    """A whole state machine, compiled.

    ``tree`` is the definition as JSON, placeholders filled in. ``timeout_us`` is the machine's own
    TimeoutSeconds. ``path`` is the file that it was read from, absolute; None where it was none.
    """

    scope: Scope
    type: MachineType
    timeout_us: int | None
    comment: str
    tree: Json
    path: str | None = None

    @cached_property
    def fingerprint(self) -> str:
        """The SHA-256 of the tree, by which a snapshot knows its machine."""
        from hashlib import sha256  # noqa: PLC0415 - OpenSSL takes 5 ms, and few take snapshots

        return sha256(dump(self.tree).encode("utf-8", "surrogatepass")).hexdigest()


def every_state(scope: Scope) -> Iterator[State]:
    """The states of a scope and of all scopes inside it."""
    for state in scope.states.values():
        yield state
        if isinstance(state, ParallelState):
            for branch in state.branches:
                yield from every_state(branch)
        elif isinstance(state, MapState):
            yield from every_state(state.processor)
