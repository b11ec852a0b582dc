"""A Distributed Map as the engine has it: it asks for a Map Run, and takes its result."""

import pytest

import asl
from asl.engine.commands import CancelTask, RunMap
from asl.engine.events import MapRunFailed, MapRunSucceeded, StopRequested
from asl.engine.map_run import Batching, MapItem, Writing
from asl.engine.snapshot import fork, snapshot
from tests.definitions import SUCCEED, begin, catch, pass_, retry, scope

ITEMS = [1, 2, 3]
READER = {
    "Resource": "arn:aws:states:::s3:getObject",
    "ReaderConfig": {"InputType": "JSON", "MaxItemsPath": "$.most"},
    "Parameters": {"Bucket": "data", "Key.$": "$.key"},
}

LISTING = {"Resource": "arn:aws:states:::s3:listObjectsV2", "Parameters": {"Bucket": "data"}}


def processor(**config):
    return {
        **scope(Inner=pass_()),
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD", **config},
    }


def distributed(**fields):
    return {"Type": "Map", "ItemProcessor": processor(), **fields}


def run_map(execution, now=0):
    (command,) = execution.receive(None, now)
    assert isinstance(command, RunMap)
    return command


def types(execution):
    return [event["type"] for event in execution.recorded().events()]


def links(execution):
    return [
        (event["id"], event["previousEventId"], event["type"])
        for event in execution.recorded().events()
    ]


def spec_of(value=None, **fields):
    return run_map(begin(scope(M=distributed(**fields)), ITEMS if value is None else value)).spec


def test_it_asks_for_a_map_run_and_writes_what_aws_writes():
    execution = begin(scope(M=distributed(), End=pass_()), ITEMS)
    command = run_map(execution)
    assert execution.waits()[0].waits_for == "map run"
    assert execution.receive(MapRunSucceeded(command.map_run_id, asl.Payload(["a"])), 5) == []
    assert execution.outcome.output == ["a"]
    assert links(execution) == [
        (1, 0, "ExecutionStarted"),
        (2, 0, "MapStateEntered"),
        (3, 2, "MapStateStarted"),
        (4, 3, "MapRunStarted"),
        (5, 4, "MapRunSucceeded"),
        (6, 5, "MapStateSucceeded"),
        (7, 4, "MapStateExited"),
        (8, 7, "PassStateEntered"),
        (9, 8, "PassStateExited"),
        (10, 9, "ExecutionSucceeded"),
    ]
    events = list(execution.recorded().events())
    assert events[2]["mapStateStartedEventDetails"] == {"length": 3}
    assert events[3]["mapRunStartedEventDetails"] == {"mapRunArn": command.spec.arn}


def test_its_names_follow_from_the_label_and_stay_the_same():
    spec = spec_of(Label="Orders")
    prefix, label, run_id = spec.arn.rpartition("mapRun:")[2].replace("/", ":").split(":")
    assert (prefix, label, spec.id) == ("StateMachine", "Orders", run_id)
    assert spec.machine.name == "StateMachine/Orders"
    assert spec_of().arn == spec_of().arn
    assert spec_of().arn != spec.arn


def test_two_runs_of_one_map_have_different_names_but_one_label():
    definition = scope(M=distributed(Retry=[retry(MaxAttempts=1)]))
    execution = begin(definition, ITEMS)
    first = run_map(execution)
    execution.receive(MapRunFailed(first.map_run_id, "Bad", None), 0)
    second = run_map(execution, 1_000_000)
    assert first.spec.arn != second.spec.arn
    assert first.spec.machine == second.spec.machine
    assert first.spec.seed != second.spec.seed


def test_a_failed_map_run_fails_the_state_and_may_be_caught():
    definition = scope(M=distributed(Catch=[catch("End", "Bad")]), End=SUCCEED)
    execution = begin(definition, ITEMS)
    command = run_map(execution)
    execution.receive(MapRunFailed(command.map_run_id, "Bad", "why"), 0)
    assert execution.outcome.output == {"Error": "Bad", "Cause": "why"}
    assert types(execution)[3:7] == [
        "MapRunStarted",
        "MapRunFailed",
        "MapStateFailed",
        "MapStateExited",
    ]


def test_nothing_catches_states_runtime():
    definition = scope(M=distributed(Catch=[catch("End")]), End=SUCCEED)
    execution = begin(definition, ITEMS)
    command = run_map(execution)
    execution.receive(MapRunFailed(command.map_run_id, "States.Runtime", "why"), 0)
    assert (execution.outcome.status, execution.outcome.error) == ("FAILED", "States.Runtime")


def test_an_answer_that_nobody_waits_for_changes_nothing():
    execution = begin(scope(M=distributed()), ITEMS)
    command = run_map(execution)
    before = len(execution.history)
    execution.receive(MapRunSucceeded(command.map_run_id + 1, asl.Payload(None)), 0)
    execution.receive(MapRunFailed(command.map_run_id + 1, "Bad", None), 0)
    assert len(execution.history) == before


def test_stopping_the_execution_cancels_the_map_run():
    execution = begin(scope(M=distributed()), ITEMS)
    command = run_map(execution)
    assert execution.receive(StopRequested(None, None), 0) == [CancelTask(command.map_run_id)]


def test_a_failing_sibling_aborts_the_map_run():
    branches = [scope(M=distributed()), scope(F={"Type": "Fail", "Error": "Bad"})]
    execution = begin(scope(P={"Type": "Parallel", "Branches": branches}), ITEMS)
    first, second = execution.receive(None, 0)
    assert (type(first), second) == (RunMap, CancelTask(first.map_run_id))
    assert {"MapRunAborted", "MapStateAborted"} <= set(types(execution))


def test_a_reader_leaves_the_items_to_the_map_run():
    spec = spec_of({"key": "k", "most": "2"}, ItemReader=READER)
    assert spec.items is None
    assert (spec.reading.arguments, spec.reading.max_items) == ({"Bucket": "data", "Key": "k"}, 2)
    assert spec.reading.pointer == "/States/M/ItemReader"


def test_batches_and_results_are_worked_out_on_entry():
    spec = spec_of(
        {"Items": [1], "n": "5", "b": 900},
        ItemsPath="$.Items",
        ItemBatcher={
            "MaxItemsPerBatchPath": "$.n",
            "MaxInputBytesPerBatchPath": "$.b",
            "BatchInput": {"n.$": "$.n"},
        },
        ResultWriter={
            "Resource": "arn:aws:states:::s3:putObject",
            "Parameters": {"Bucket": "out", "Prefix": "jobs"},
            "WriterConfig": {"OutputType": "JSONL", "Transformation": "FLATTEN"},
        },
    )
    assert spec.batching == Batching(5, 900, {"BatchInput": {"n": "5"}})
    assert spec.writing == Writing("out", "jobs", "FLATTEN", "JSONL")


@pytest.mark.parametrize(("given", "most"), [(0, 10_000), (7, 7), (20_000, 10_000)])
def test_max_concurrency_is_bounded_as_on_aws(given, most):
    assert spec_of(MaxConcurrency=given).max_concurrency == most


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("ToleratedFailureCount", -1, "ToleratedFailureCount cannot be negative."),
        ("ToleratedFailurePercentage", 100.1,
         "ToleratedFailurePercentage must be between 0 and 100."),
        ("ToleratedFailurePercentage", {},
         'ToleratedFailurePercentagePath field refers to value "{}" which is not a valid float'),
        ("ToleratedFailureCount", {},
         'The ToleratedFailureCountPath field refers to value "{}" which is not a valid integer'),
    ],
)  # fmt: skip
def test_a_wrong_tolerance_fails_after_the_map_has_started(field, value, sentence):
    definition = scope(M=distributed(ItemsPath="$.Items", **{f"{field}Path": "$.value"}))
    execution = begin(definition, {"Items": [0], "value": value})
    assert execution.receive(None, 0) == []
    assert execution.outcome.error == "States.Runtime"
    assert sentence in execution.outcome.cause
    assert types(execution)[2:] == ["MapStateStarted", "ExecutionFailed"]


@pytest.mark.parametrize(
    ("fields", "value"),
    [
        ({"ItemsPath": "$.x"}, {}),
        ({"ItemsPath": "$.x"}, {"x": "text"}),
        ({"ItemsPath": "$.x", "MaxConcurrencyPath": "$.n"}, {"x": [], "n": "many"}),
    ],
)
def test_wrong_items_and_concurrency_fail_before_the_map_starts(fields, value):
    execution = begin(scope(M=distributed(**fields)), value)
    assert execution.receive(None, 0) == []
    assert types(execution)[2:] == ["ExecutionFailed"]


def test_item_selector_sees_the_item_its_source_and_the_maps_input():
    selector = {
        "n.$": "$$.Map.Item.Index",
        "v.$": "$$.Map.Item.Value",
        "from.$": "$$.Map.Item.Source",
        "all.$": "$.Items",
        "fixed": True,
    }
    spec = spec_of({"Items": [1]}, ItemsPath="$.Items", ItemSelector=selector)
    assert spec.item_input(MapItem(4, "v", "s3://b/k")) == {
        "fixed": True, "n": 4, "v": "v", "from": "s3://b/k", "all": [1],
    }  # fmt: skip
    assert spec.item_input(MapItem(0, 1))["from"] == "STATE_DATA"


def test_an_object_gives_its_entries():
    spec = spec_of({"a": 1}, ItemSelector={"k.$": "$$.Map.Item.Key", "v.$": "$$.Map.Item.Value"})
    assert spec.items == {"a": 1}
    assert spec.item_input(MapItem(0, 1, key="a")) == {"k": "a", "v": 1}
    assert spec_of({"a": 1}).item_input(MapItem(0, 1, key="a")) == {"Key": "a", "Value": 1}


def test_an_item_selector_that_can_not_be_evaluated_raises():
    spec = spec_of(ItemSelector={"x.$": "$.missing"})
    with pytest.raises(asl.QueryError):
        spec.item_input(MapItem(0, 1))


def test_a_snapshot_waits_until_the_map_run_is_over():
    execution = begin(scope(M=distributed()), ITEMS)
    command = run_map(execution)
    with pytest.raises(asl.SnapshotError, match="Map Run"):
        snapshot(execution)
    twin = fork(execution)
    twin.receive(MapRunSucceeded(command.map_run_id, asl.Payload("twin")), 0)
    assert (twin.outcome.output, execution.is_running) == ("twin", True)


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"ItemReader": {**READER, "ReaderConfig": {}}}, "ItemReader/ReaderConfig/InputType"),
        ({"ItemReader": {**READER, "ReaderConfig": {"InputType": "JSON",
          "Transformation": "LOAD_AND_FLATTEN"}}}, "ItemReader/ReaderConfig/Transformation"),
        ({"ItemReader": {**READER, "ReaderConfig": {"InputType": "JSONL", "ItemsPointer": "/a"}}},
         "ItemReader/ReaderConfig/ItemsPointer"),
        ({"ItemReader": {**READER, "ReaderConfig": {"InputType": "MANIFEST",
          "ManifestType": "ATHENA_DATA"}}}, "ItemReader/ReaderConfig/ManifestType"),
        ({"ItemReader": {**READER, "ReaderConfig": {"InputType": "PARQUET",
          "ManifestType": "S3_INVENTORY"}}}, "ItemReader/ReaderConfig/InputType"),
        ({"ItemReader": {**LISTING, "ReaderConfig": {"InputType": "JSONL"}}},
         "ItemReader/ReaderConfig/InputType"),
        ({"ItemReader": {**LISTING, "ReaderConfig": {"ManifestType": "ATHENA_DATA"}}},
         "ItemReader/ReaderConfig/ManifestType"),
        ({"ItemReader": {**LISTING, "ReaderConfig": {"InputType": "MANIFEST",
          "Transformation": "LOAD_AND_FLATTEN"}}}, "ItemReader/ReaderConfig/InputType"),
        ({"ResultWriter": {"WriterConfig": {"OutputType": "JSON"}}}, "ResultWriter/WriterConfig"),
        ({"ResultWriter": {"WriterConfig": {"OutputType": "JSONL", "Transformation": "NONE"}}},
         "ResultWriter/WriterConfig/OutputType"),
    ],
)  # fmt: skip
def test_what_would_be_run_wrongly_is_refused_at_load(fields, pointer):
    with pytest.raises(asl.UnsupportedFeature) as caught:
        asl.load(scope(M=distributed(**fields)))
    assert caught.value.pointer == f"/States/M/{pointer}"


def test_the_fields_of_a_distributed_map_are_refused_in_an_inline_one():
    inline = {"Type": "Map", "ItemProcessor": scope(Inner=pass_()), "ItemReader": READER}
    with pytest.raises(asl.UnsupportedFeature, match="INLINE"):
        asl.load(scope(M=inline))
