"""Map, distributed: has a Map Run carried out, and takes its result.

Everything that its fields say is worked out when it is entered. What happens between MapRunStarted
and MapRunSucceeded is no part of this history: the child executions have their own.

Source: AWS guide, "Using Map state in Distributed mode"; which fields are read before
MapStateStarted and which after it, and how the events are linked, is recorded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from asl.engine.commands import RunMap
from asl.engine.map_run import Batching, MapRunSpec, Reading, Writing, derived_seed, derived_uuid
from asl.engine.program import Program
from asl.engine.states.dataflow import bind_source
from asl.engine.states.map_ import fail_items
from asl.engine.states.work import bind_done, bind_enter, bind_failure
from asl.errors import JSONataError, JSONPathError, QueryError
from asl.language.model import Definition

if TYPE_CHECKING:
    from collections.abc import Callable

    from asl.engine.cursor import Cursor
    from asl.engine.failure import StateError
    from asl.engine.identity import MachineArn
    from asl.engine.program import ProgramScope, Step
    from asl.jsontypes import Json, Payload
    from asl.language.model import DistributedMapState
    from asl.query.environment import Compiled

#: MaxConcurrency as AWS has it where a Map says nothing, 0 or more.
_MOST_CHILDREN = 10_000


def bind(
    state: DistributedMapState,
    step: Step,
    scope: ProgramScope,
    bind_step: Callable[[Step, ProgramScope], None],
) -> None:
    """Make a Distributed Map ready to run; ``bind_step`` binds the states of its processor."""
    leave = bind_done(state, step, scope, "Map")
    fail_early = bind_failure(state, step, scope, "Map")
    failure = bind_failure(state, step, scope, "Map", "MapStateFailed")
    program = step.children = Program(_definition(state), bind_step)
    source = bind_source(state.input_path)

    def attempt(cursor: Cursor) -> Step | None:
        execution = cursor.execution
        try:
            data, _ = source(cursor)
            items = None if state.reader is not None else state.collection(data, cursor)
            width = 0 if state.max_concurrency is None else state.max_concurrency(data, cursor)
        except QueryError as failed:
            return fail_items(step, fail_early, cursor, failed)
        cursor.previous = execution.record(
            "MapStateStarted", cursor.previous, state.name, 0 if items is None else len(items)
        )
        map_run_id = execution.new_wait_id()
        try:
            spec = _spec(state, program, cursor, data, items, width, map_run_id)
        except QueryError as failed:
            return fail_early(cursor, cursor.evaluation_failed(failed))
        program.outer = execution.program
        cursor.previous = execution.record("MapRunStarted", cursor.previous, spec.arn)
        execution.wait_as(cursor, "map run", map_run_id)
        execution.commands.append(RunMap(map_run_id, spec))
        return None

    def resume(cursor: Cursor, output: object) -> Step | None:
        result = cast("Payload", output)
        execution, started = cursor.execution, cursor.previous
        succeeded = execution.record("MapRunSucceeded", started)
        execution.record("MapStateSucceeded", succeeded, state.name)
        # AWS links what follows to MapRunStarted (recorded since late 2024).
        return leave(cursor, result.value, result.size_bytes)

    def fail(cursor: Cursor, error: StateError) -> Step | None:
        cursor.previous = cursor.execution.record(
            "MapRunFailed", cursor.previous, None, [error.name, error.cause]
        )
        return failure(cursor, error)

    step.enter = bind_enter(state, "Map", attempt)
    step.retry = attempt
    step.resume = resume
    step.fail = fail


def _definition(state: DistributedMapState) -> Definition:
    """The processor as a definition of its own: what a child execution runs."""
    return Definition(
        scope=state.processor,
        type=state.processor_type,
        timeout_us=None,
        comment="",
        tree=state.processor_tree,
    )


def _spec(
    state: DistributedMapState,
    program: Program,
    cursor: Cursor,
    data: Json,
    items: list[Json] | dict[str, Json] | None,
    width: int,
    map_run_id: int,
) -> MapRunSpec:
    identity = cursor.execution.identity
    machine = identity.machine
    label = label_of(state, machine)
    run_uuid = derived_uuid("map run", identity.seed, identity.arn, map_run_id)
    count, percentage = _tolerance(state, cursor, data)
    return MapRunSpec(
        cursor=cursor,
        state_name=state.name,
        arn=machine.map_run(label, run_uuid),
        program=program,
        machine=child_machine(state, machine),
        seed=derived_seed("children", identity.seed, run_uuid),
        items=items,
        reading=_reading(state, cursor, data),
        batching=_batching(state, cursor, data),
        writing=_writing(state, cursor, data),
        max_concurrency=min(width or _MOST_CHILDREN, _MOST_CHILDREN),
        tolerated_failure_count=count,
        tolerated_failure_percentage=percentage,
        selector=state.parameters,
        data=data,
    )


def label_of(state: DistributedMapState, machine: MachineArn) -> str:
    """A Map's label. AWS makes one up for a machine; ours is the same for the same definition."""
    return state.label or derived_uuid("label", machine, state.pointer)


def child_machine(state: DistributedMapState, machine: MachineArn) -> MachineArn:
    """What the state machine of a Map's child executions is called."""
    return machine._replace(name=f"{machine.name}/{label_of(state, machine)}")


def _tolerance(
    state: DistributedMapState, cursor: Cursor, data: Json
) -> tuple[int | None, float | None]:
    """How many failures the Map stands; both texts are recorded for JSONPath."""
    count_query, percentage_query = (
        state.tolerated_failure_count,
        state.tolerated_failure_percentage,
    )
    percentage = None if percentage_query is None else percentage_query(data, cursor)
    if percentage is not None and not 0 <= percentage <= 100:
        raise _wrong(
            state,
            "ToleratedFailurePercentage",
            "ToleratedFailurePercentage must be between 0 and 100.",
        )
    count = None if count_query is None else count_query(data, cursor)
    if count is not None and count < 0:
        raise _wrong(state, "ToleratedFailureCount", "ToleratedFailureCount cannot be negative.")
    return count, percentage


def _wrong(state: DistributedMapState, field: str, sentence: str) -> QueryError:
    if state.query_language == "JSONata":
        return JSONataError(sentence, field)
    return JSONPathError(sentence)


def _reading(state: DistributedMapState, cursor: Cursor, data: Json) -> Reading | None:
    reader = state.reader
    if reader is None:
        return None
    return Reading(
        action=reader.action,
        arguments=_object(reader.arguments, cursor, data),
        max_items=None if reader.max_items is None else reader.max_items(data, cursor),
        format=reader.format,
        pointer=f"{state.pointer}/ItemReader",
    )


def _object(compiled: Compiled | None, cursor: Cursor, data: Json) -> dict[str, Json]:
    """Parameters or Arguments; an expression may give something else, which holds no names."""
    value = None if compiled is None else compiled.evaluate(data, cursor)
    return value if isinstance(value, dict) else {}


def _batching(state: DistributedMapState, cursor: Cursor, data: Json) -> Batching | None:
    batcher = state.batcher
    if batcher is None:
        return None
    max_items = batcher.max_items and batcher.max_items(data, cursor)
    max_bytes = batcher.max_bytes and batcher.max_bytes(data, cursor)
    batch_input: dict[str, Json] = {}
    if batcher.batch_input is not None:
        batch_input["BatchInput"] = batcher.batch_input.evaluate(data, cursor)
    return Batching(max_items or None, max_bytes or None, batch_input)


def _writing(state: DistributedMapState, cursor: Cursor, data: Json) -> Writing | None:
    writer = state.writer
    if writer is None:
        return None
    bucket, prefix = None, ""
    if writer.exports:
        arguments = _object(writer.arguments, cursor, data)
        bucket, prefix = str(arguments.get("Bucket", "")), str(arguments.get("Prefix", ""))
    return Writing(bucket, prefix, writer.transformation, writer.output_type)
