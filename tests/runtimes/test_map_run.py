"""Map Runs: items in, children on the same clock, counts, tolerance and results."""

import asyncio
import json
import tracemalloc
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asl
from tests.definitions import SUCCEED, catch, choice, fail, kinds, pass_, scope, task, wait

WRITER = {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "out"}}


def load(inner=None, *, execution_type="STANDARD", after=None, **fields):
    processor = {
        **(inner or scope(Inner=pass_())),
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": execution_type},
    }
    states = {"M": {"Type": "Map", "ItemProcessor": processor, **fields}, **(after or {})}
    return asl.load(scope(**states))


def failing_items():
    """Fails for text, passes for everything else."""
    rule = {"Variable": "$", "IsString": True, "Next": "Bad"}
    return scope(Look=choice(rule, Default="Good"), Bad=fail("Bad", "it is text"), Good=SUCCEED)


def reading(key="items.jsonl", input_type="JSONL", **config):
    return {
        "Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": {"InputType": input_type, **config},
        "Parameters": {"Bucket": "data", "Key": key},
    }


def files(storage, result):
    """The exported results by status, as JSON."""
    details = result.output["ResultWriterDetails"]
    manifest = json.loads(storage.objects[f"{details['Bucket']}/{details['Key']}"])
    assert manifest["MapRunArn"] == result.output["MapRunArn"]
    found = {}
    for status, entries in manifest["ResultFiles"].items():
        for entry in entries:
            content = storage.objects[f"{manifest['DestinationBucket']}/{entry['Key']}"]
            assert len(content) == entry["Size"]
            found[status] = content.decode()
    return found


def test_the_results_are_the_outputs_in_the_order_of_the_items():
    machine = load(scope(T=task()), MaxConcurrency=2)
    slow_first = {"work": lambda n: asl.returns(n * 10, after=9 - n)}
    result = machine.run([1, 2, 3, 4], tasks=slow_first)
    assert result.output == [10, 20, 30, 40]
    (map_run,) = result.map_runs
    assert (map_run.status, map_run.state_name, map_run.max_concurrency) == ("SUCCEEDED", "M", 2)
    assert (map_run.items.total, map_run.items.succeeded, map_run.items.running) == (4, 4, 0)
    assert result.history[3]["mapRunStartedEventDetails"] == {"mapRunArn": map_run.arn}


@pytest.mark.parametrize(("width", "seconds"), [(0, 10), (1, 50), (2, 30), (5, 10)])
def test_max_concurrency_bounds_the_children_at_a_time(width, seconds):
    result = load(scope(W=wait(10)), MaxConcurrency=width).run([1, 2, 3, 4, 5])
    assert result.elapsed == timedelta(seconds=seconds)


def test_children_are_executions_of_their_own():
    seen = []
    inner = scope(T=task(Parameters={"context.$": "$$"}, ResultPath=None))
    machine = load(inner, Label="Orders", ItemSelector={"item.$": "$$.Map.Item.Value"})
    machine.run(["a", "b"], tasks={"T": lambda given: seen.append(given["context"])})
    first, second = seen
    assert first["Execution"]["Input"] == {"item": "a"}
    assert first["StateMachine"]["Name"] == "StateMachine/Orders"
    assert ":execution:StateMachine/Orders:" in first["Execution"]["Id"]
    assert first["Execution"]["Id"] != second["Execution"]["Id"]
    assert "Map" not in first


def test_express_children_have_their_own_arn_and_time_limit():
    machine = load(scope(W=wait(301)), execution_type="EXPRESS")
    result = machine.run([1])
    assert result.error == "States.ExceedToleratedFailureThreshold"
    assert result.elapsed == timedelta(minutes=5)
    (failed,) = result.map_runs[0].failures
    assert (failed.status, ":express:" in failed.execution_id) == ("TIMED_OUT", True)
    assert result.map_runs[0].executions.timed_out == 1


def test_an_object_gives_a_child_for_each_entry():
    assert load().run({"a": 1, "b": 2}).output == [
        {"Key": "a", "Value": 1},
        {"Key": "b", "Value": 2},
    ]


@pytest.mark.parametrize("value", [[], {}])
def test_no_items_give_an_empty_result(value):
    result = load().run(value)
    assert (result.status, result.output) == ("SUCCEEDED", [])


@pytest.mark.parametrize(
    ("fields", "items", "succeeds"),
    [
        ({}, ["x"], False),
        ({"ToleratedFailureCount": 1}, ["x", 1], True),
        ({"ToleratedFailureCount": 1}, ["x", "y"], False),
        ({"ToleratedFailureCount": 0}, ["x"], False),
        ({"ToleratedFailurePercentage": 50}, ["x", 1], True),
        ({"ToleratedFailurePercentage": 50}, ["x", "y", 1], False),
        ({"ToleratedFailurePercentage": 100}, ["x", "y"], True),
        ({"ToleratedFailurePercentage": 0}, ["x", 1], False),
        ({"ToleratedFailurePercentage": 100, "ToleratedFailureCount": 1}, ["x", "y"], False),
        ({"ToleratedFailurePercentage": 10, "ToleratedFailureCount": 5}, ["x", 1], False),
    ],
)
def test_tolerance_counts_failed_items(fields, items, succeeds):
    result = load(failing_items(), **fields).run(items)
    if succeeds:
        assert result.status == "SUCCEEDED"
        return
    assert (result.error, result.cause) == (
        "States.ExceedToleratedFailureThreshold",
        "The specified tolerated failure threshold was exceeded",
    )
    assert kinds(result)[-3:] == ["MapRunFailed", "MapStateFailed", "ExecutionFailed"]


def test_a_percentage_of_items_that_are_read_is_told_when_all_have_been_read():
    storage = asl.MemoryStorage({"data/items.jsonl": '"x"\n"y"\n1\n2\n3\n'})
    machine = load(failing_items(), ItemReader=reading(), ToleratedFailurePercentage=40)
    assert machine.run(storage=storage).status == "SUCCEEDED"
    machine = load(failing_items(), ItemReader=reading(), ToleratedFailurePercentage=39)
    assert machine.run(storage=storage).status == "FAILED"


def test_a_batch_that_fails_counts_with_all_of_its_items():
    inner = scope(Bad=fail("Bad"))
    batches = {"MaxItemsPerBatch": 3}
    assert load(inner, ItemBatcher=batches, ToleratedFailureCount=2).run([1, 2, 3]).error
    assert not load(inner, ItemBatcher=batches, ToleratedFailureCount=3).run([1, 2, 3]).error


def test_too_many_failures_stop_the_children_that_run_and_start_no_more():
    inner = scope(
        Look=choice({"Variable": "$", "NumericEquals": 2, "Next": "Bad"}, Default="W"),
        Bad=fail("Bad"),
        W=wait(60),
    )
    inner["States"]["W"] = wait(60, End=True)
    result = load(inner, MaxConcurrency=3).run([1, 2, 3, 4, 5])
    counts = result.map_runs[0].executions
    assert (counts.total, counts.failed, counts.aborted, counts.running) == (2, 1, 1, 0)
    assert result.elapsed == timedelta(0)


def test_a_tolerated_failure_shows_as_aws_describes_the_execution():
    result = load(failing_items(), ToleratedFailureCount=1).run(["x", 1])
    failed, good = result.output
    assert good == 1
    assert {name: failed[name] for name in ("Status", "Error", "Cause", "Input")} == {
        "Status": "FAILED",
        "Error": "Bad",
        "Cause": "it is text",
        "Input": '"x"',
    }
    assert "Output" not in failed
    assert result.map_runs[0].failures[0].path == ["Look", "Bad"]


def test_a_map_run_can_be_retried_and_caught():
    answers = iter(["x", 1])
    retried = load(
        scope(T=task(), **failing_items()["States"]),
        Retry=[{"ErrorEquals": ["States.ExceedToleratedFailureThreshold"], "IntervalSeconds": 5}],
    )
    result = retried.run([0], tasks={"work": lambda _: next(answers)})
    assert (result.output, result.elapsed) == ([1], timedelta(seconds=5))
    assert [run.status for run in result.map_runs] == ["FAILED", "SUCCEEDED"]
    caught = load(
        failing_items(),
        Catch=[catch("End", "States.ExceedToleratedFailureThreshold")],
        after={"End": SUCCEED},
    )
    assert caught.run(["x"]).output["Error"] == "States.ExceedToleratedFailureThreshold"


# Batches.


def test_batches_hold_so_many_items_and_the_batch_input():
    batcher = {"MaxItemsPerBatch": 2, "BatchInput": {"of.$": "$.of"}}
    machine = load(ItemsPath="$.list", ItemBatcher=batcher)
    assert machine.run({"of": "x", "list": [1, 2, 3]}).output == [
        {"BatchInput": {"of": "x"}, "Items": [1, 2]},
        {"BatchInput": {"of": "x"}, "Items": [3]},
    ]


@given(
    st.lists(st.text(max_size=40), max_size=30),
    st.integers(0, 5),
    st.integers(0, 300),
    st.sampled_from([None, {}, {"note": "n" * 20}]),
)
@settings(max_examples=60)
def test_no_batch_is_larger_than_its_bounds_and_no_item_is_lost(items, most, most_bytes, note):
    limits = asl.Limits(payload_bytes=400)
    batcher = {"MaxItemsPerBatch": most, "MaxInputBytesPerBatch": most_bytes}
    if note is not None:
        batcher["BatchInput"] = note
    storage = asl.MemoryStorage({"data/items.jsonl": "\n".join(map(json.dumps, items))})
    machine = load(ItemReader=reading(), ItemBatcher=batcher, ResultWriter=WRITER | {
        "WriterConfig": {"Transformation": "COMPACT", "OutputType": "JSON"}})  # fmt: skip
    result = machine.run(storage=storage, limits=limits)
    if result.status == "FAILED":
        assert result.error == "States.DataLimitExceeded"
        bound = min(most_bytes or 400, 400)
        alone = [asl.Payload({**({"BatchInput": note} if note is not None else {}), "Items": [i]})
                 for i in items]  # fmt: skip
        assert max(batch.size_bytes for batch in alone) > bound
        return
    batches = json.loads(files(storage, result).get("SUCCEEDED", "[]"))
    assert [item for batch in batches for item in batch["Items"]] == items
    for batch in batches:
        assert len(batch["Items"]) <= (most or len(items))
        assert asl.Payload(batch).size_bytes <= min(most_bytes or 400, 400)


def test_an_item_that_fits_into_no_batch_fails_the_map_run():
    machine = load(ItemBatcher={"MaxInputBytesPerBatch": 50})
    result = machine.run(["short", "x" * 100])
    assert result.error == "States.DataLimitExceeded"
    assert "102 bytes does not fit into a batch of 50 bytes" in result.cause


def test_an_input_larger_than_an_execution_takes_fails_the_map_run():
    storage = asl.MemoryStorage({"data/items.jsonl": json.dumps("x" * 300_000)})
    result = load(ItemReader=reading()).run(storage=storage)
    assert result.error == "States.DataLimitExceeded"
    assert "300,002 bytes" in result.cause


# Reading.


def test_items_come_from_a_folder(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "items.jsonl").write_text('{"id": 1}\n{"id": 2}\n')
    machine = load(ItemReader=reading(), ItemSelector={"id.$": "$$.Map.Item.Value.id"})
    assert machine.run(storage=tmp_path).output == [{"id": 1}, {"id": 2}]


def test_a_missing_object_fails_the_map_run_as_on_aws():
    result = load(ItemReader=reading("gone")).run(storage=asl.MemoryStorage())
    assert result.error == "States.ItemReaderFailed"
    assert result.cause.startswith("The specified S3 object does not exist. | Message from S3: ")


def test_a_fault_behind_the_first_items_stops_their_children():
    storage = asl.MemoryStorage({"data/items.jsonl": "1\n2\noops\n"})
    result = load(scope(W=wait(5)), ItemReader=reading()).run(storage=storage)
    assert (result.error, result.cause) == (
        "States.ItemReaderFailed",
        "Line 3 is not JSON: Expecting value: line 1 column 1 (char 0).",
    )
    assert result.map_runs[0].executions.aborted == 2


def test_a_selector_that_fails_is_the_failure_of_the_state():
    result = load(ItemSelector={"x.$": "$$.Map.Item.Value.missing"}).run([{}])
    assert result.error == "States.Runtime"
    assert "while executing the state 'M' (entered at the event id #2)" in result.cause


def test_a_run_without_a_storage_is_refused():
    for fields in ({"ItemReader": reading()}, {"ResultWriter": WRITER}):
        with pytest.raises(asl.UsageError, match="pass storage="):
            load(**fields).run([1])


def test_what_is_not_supported_while_items_are_read_names_its_place():
    reader = reading()
    reader["Parameters"]["VersionId"] = "1"
    with pytest.raises(asl.UnsupportedFeature) as caught:
        load(ItemReader=reader).run(storage=asl.MemoryStorage({"data/items.jsonl": ""}))
    assert caught.value.pointer == "/States/M/ItemReader"


# Results.


def test_results_are_exported_with_a_manifest():
    storage = asl.MemoryStorage()
    writer = {**WRITER, "Parameters": {"Bucket": "out", "Prefix": "jobs/"}}
    machine = load(failing_items(), ResultWriter=writer, ToleratedFailureCount=1, Label="L")
    result = machine.run([1, "x", 2], storage=storage)
    run_id = result.output["MapRunArn"].rpartition(":")[2]
    assert result.output["ResultWriterDetails"] == {
        "Bucket": "out",
        "Key": f"jobs/{run_id}/manifest.json",
    }
    found = files(storage, result)
    good, bad = json.loads(found["SUCCEEDED"]), json.loads(found["FAILED"])
    assert [entry["Output"] for entry in good] == ["1", "2"]
    assert [(entry["Input"], entry["Error"]) for entry in bad] == [('"x"', "Bad")]
    assert list(good[0]) == sorted(good[0])
    assert good[0]["RedriveStatusReason"] == "Execution is SUCCEEDED and cannot be redriven"
    assert bad[0]["RedriveStatus"] == "REDRIVABLE_BY_MAP_RUN"


@pytest.mark.parametrize(
    ("config", "content"),
    [
        ({"Transformation": "COMPACT", "OutputType": "JSON"}, "[[1,2],\n[],\n3]"),
        ({"Transformation": "COMPACT", "OutputType": "JSONL"}, "[1,2]\n[]\n3\n"),
        ({"Transformation": "FLATTEN", "OutputType": "JSON"}, "[1,\n2,\n3]"),
        ({"Transformation": "FLATTEN", "OutputType": "JSONL"}, "1\n2\n3\n"),
    ],
)
def test_results_can_be_transformed(config, content):
    storage = asl.MemoryStorage()
    machine = load(ResultWriter={**WRITER, "WriterConfig": config}, MaxConcurrency=1)
    result = machine.run([[1, 2], [], 3], storage=storage)
    assert files(storage, result) == {"SUCCEEDED": content}


@pytest.mark.parametrize(("kind", "content"), [("JSON", "[]"), ("JSONL", "")])
def test_flattened_results_may_be_nothing(kind, content):
    storage = asl.MemoryStorage()
    config = {"Transformation": "FLATTEN", "OutputType": kind}
    result = load(ResultWriter={**WRITER, "WriterConfig": config}).run([[]], storage=storage)
    assert files(storage, result) == {"SUCCEEDED": content}


def test_results_can_be_shaped_without_an_export():
    def run(transformation):
        writer = {"WriterConfig": {"Transformation": transformation, "OutputType": "JSON"}}
        return load(ResultWriter=writer).run([[1], 2]).output

    assert run("COMPACT") == [[1], 2]
    assert run("FLATTEN") == [1, 2]
    assert [entry["Status"] for entry in run("NONE")] == ["SUCCEEDED", "SUCCEEDED"]


def test_results_larger_than_a_states_result_may_be_fail_the_state():
    result = load(scope(P=pass_(Result="x" * 100_000))).run([1, 2, 3])
    assert (result.error, result.cause) == (
        "States.DataLimitExceeded",
        "The state/task 'M' returned a result with a size exceeding the maximum number of bytes "
        "service limit.",
    )
    assert result.map_runs[0].executions.succeeded == 3


def test_results_that_can_not_be_written_fail_the_map_run(tmp_path):
    (tmp_path / "out").write_text("a file where the bucket should be")
    result = load(ResultWriter=WRITER).run([1], storage=tmp_path)
    assert result.error == "States.ResultWriterFailed"
    assert load(ResultWriter=WRITER).run([], storage=tmp_path).error == "States.ResultWriterFailed"


# Time, order, memory.


def nested_map():
    inner = {
        **scope(T=task()),
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
    }
    return scope(Inner={"Type": "Map", "ItemProcessor": inner, "MaxConcurrency": 2})


def test_a_map_run_inside_a_child_of_another():
    machine = load(nested_map(), MaxConcurrency=2)
    work = {"work": lambda n: asl.returns(n + 1, after=n)}
    result = machine.run([[1, 2], [3, 4, 5], []], tasks=work)
    assert result.output == [[2, 3], [4, 5, 6], []]
    assert result.elapsed == timedelta(seconds=3 + 5)
    assert [run.executions.total for run in result.map_runs] == [3]


@given(
    st.lists(st.lists(st.integers(0, 9), max_size=4), max_size=4),
    st.integers(0, 3),
    st.integers(0, 2**31),
)
@settings(max_examples=25)
def test_the_same_seed_gives_the_same_run_in_both_runtimes(items, width, seed):
    machine = load(nested_map(), MaxConcurrency=width)
    told = []

    def work(n, context):
        told.append(context.execution_id)
        return asl.returns({"id": context.execution_id}, after=n)

    options = {"tasks": {"work": work}, "seed": seed}
    first = machine.run(items, **options)
    order, told[:] = told.copy(), []
    second = machine.run(items, **options)
    assert first.to_json() == second.to_json()
    assert order == told
    third = asyncio.run(machine.run_async(items, **options))
    assert (third.output, third.elapsed) == (first.output, first.elapsed)


def test_async_handlers_of_children_run_concurrently():
    running, most = 0, 0

    async def work(n):
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        return n

    machine = load(scope(T=task()))
    run = machine.run_async(list(range(20)), tasks={"work": work}, max_concurrency=5)
    assert asyncio.run(run).output == list(range(20))
    assert most == 5


def test_a_run_moved_on_in_steps_is_the_same_run():
    machine = load(scope(W=wait(7), T=task()), MaxConcurrency=2)
    options = {"tasks": {"work": lambda n: asl.returns(n, after=n)}}
    whole = machine.run([1, 2, 3], **options)
    run = machine.start([1, 2, 3], **options)
    while run.advance(1).status == "RUNNING":
        assert run.result.map_runs[0].executions.running <= 2
    assert run.result.to_json() == whole.to_json()


def test_stopping_a_run_stops_its_children():
    run = load(scope(W=wait(60))).start([1, 2])
    run.advance(5)
    assert run.stop("Enough").status == "ABORTED"
    (map_run,) = run.result.map_runs
    assert (map_run.status, map_run.executions.aborted) == ("ABORTED", 2)
    assert not run.is_busy


def test_forks_and_snapshots_wait_until_the_children_have_ended():
    run = load(scope(W=wait(60)), after={"Last": wait(5)}).start([1])
    run.advance(5)
    with pytest.raises(asl.SnapshotError):
        run.snapshot()
    with pytest.raises(asl.UsageError, match="fork"):
        run.fork()
    run.advance(58)
    twin = run.fork()
    assert twin.advance().to_json() == run.advance().to_json()
    assert twin.result.map_runs == run.result.map_runs


def test_what_handlers_of_children_raise_is_kept():
    def work(n):
        raise ValueError(f"item {n}")

    result = load(scope(T=task()), ToleratedFailurePercentage=100).run([1, 2], tasks={"work": work})
    assert [str(error) for _, error in result.exceptions] == ["item 1", "item 2"]
    assert [failed.error for failed in result.map_runs[0].failures] == ["ValueError"] * 2


def lines_of(number):
    return "".join(f'{{"id": {n}, "name": "{"x" * 100}"}}\n' for n in range(number))


@pytest.mark.no_cover  # nothing new is run, but often, and tracing costs more than that
@pytest.mark.parametrize("inner", [scope(P=pass_()), scope(T=task())], ids=["pass", "task"])
def test_memory_does_not_grow_with_the_number_of_items(tmp_path, inner):
    (tmp_path / "data").mkdir()
    machine = load(inner, ItemReader=reading(), ResultWriter=WRITER)

    def peak(number):
        (tmp_path / "data" / "items.jsonl").write_text(lines_of(number))
        tracemalloc.start()
        result = machine.run(storage=tmp_path, tasks={"work": lambda _: None})
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert result.map_runs[0].executions.succeeded == number
        return most

    peak(10)  # what is imported and cached once
    assert peak(4_000) < peak(400) + 1_000_000
