"""Distributed Maps on a durable host: children are rows, and nothing else is kept of a Map Run."""

import json
from datetime import timedelta
from itertools import count

import pytest

import asl
from tests.definitions import (
    SUCCEED,
    catch,
    choice,
    fail,
    kinds,
    parallel,
    pass_,
    retry,
    scope,
    task,
    wait,
)

pytest.importorskip("dbos")

from asl.durable import Host

WRITER = {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "out"}}


def distributed(inner, *, execution_type="STANDARD", **fields):
    processor = {
        **inner,
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": execution_type},
    }
    return {"Type": "Map", "ItemProcessor": processor, **fields}


def load(inner=None, *, after=None, name="Maps", **fields):
    inner = inner or scope(Inner=pass_())
    return asl.load(scope(**{"My Map": distributed(inner, **fields), **(after or {})}), name=name)


def failing_items(**good):
    rule = {"Variable": "$", "IsString": True, "Next": "Bad"}
    return scope(Look=choice(rule, Default="Good"), Bad=fail("Bad", "it is text"), Good=SUCCEED)


def reading(key="items.jsonl"):
    return {
        "Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": {"InputType": "JSONL"},
        "Parameters": {"Bucket": "data", "Key": key},
    }


def stored():
    lines = "".join(f"{number}\n" for number in range(7))
    return asl.MemoryStorage({"data/items.jsonl": lines + '"x"\n'})


def host_of(machine, url="sqlite://", **options):
    return Host(
        url, machines=[machine], clock=options.pop("clock", None) or asl.VirtualClock(), **options
    )


def both(machine, value=None, *, tasks=None, storage=None, span=None):
    """The machine's result on a durable host, after comparing it with the one in process."""
    value = {} if value is None else value
    run = machine.start(value, tasks=tasks, storage=storage and storage(), seed=7)
    expected = run.advance(span)
    with host_of(machine, tasks=tasks, storage=storage and storage()) as host:
        arn = host.start(machine, value, seed=7)
        result = host.result(arn, span)
    assert (result.status, result.output) == (expected.status, expected.output)
    assert (result.error, result.cause) == (expected.error, expected.cause)
    assert result.history == expected.history
    assert result.execution_id == expected.execution_id
    return result


def children(host, arn):
    return sorted(host.list(parent=arn, limit=1_000).executions, key=lambda one: one.arn)


slow_first = {"work": lambda n: asl.returns(n * 10, after=9 - n)}
TWO_DEEP = scope(Outer=distributed(scope(Leaf=wait(5), After=task()), MaxConcurrency=1, Label="In"))


@pytest.mark.parametrize(
    ("machine", "value"),
    [
        (load(), [1, 2, 3]),
        (load(), []),
        (load(), {"a": 1, "b": 2}),
        (load(scope(T=task()), MaxConcurrency=2), [1, 2, 3, 4]),
        (load(scope(W=wait(10)), MaxConcurrency=2), [1, 2, 3, 4, 5]),
        (load(scope(W=wait(86_400))), [1, 2, 3]),
        (load(scope(W=wait(301)), execution_type="EXPRESS"), [1]),
        (load(failing_items()), ["x"]),
        (load(failing_items(), ToleratedFailureCount=1), ["x", 1, 2]),
        (load(failing_items(), ToleratedFailureCount=1), ["x", "y", 2]),
        (load(failing_items(), ToleratedFailurePercentage=50), ["x", 1]),
        (load(failing_items(), ToleratedFailurePercentage=49), ["x", 1]),
        (load(ItemBatcher={"MaxItemsPerBatch": 3, "BatchInput": {"a": 1}}), list(range(8))),
        (load(ItemBatcher={"MaxInputBytesPerBatch": 40}), list(range(30))),
        (load(ItemSelector={"u.$": "States.UUID()", "v.$": "$$.Map.Item.Value"}), [1, 2]),
        (load(scope(W=wait(5)), after={"B": wait(5)}, Catch=[catch("B")]), [1]),
        (load(TWO_DEEP), [[1, 2], [3]]),
        (
            load(
                failing_items(),
                Retry=[retry(MaxAttempts=2, IntervalSeconds=3)],
                Catch=[catch("Caught")],
                after={"Caught": pass_()},
            ),
            [1, "x"],
        ),
    ],
)
def test_the_parent_has_the_history_that_it_has_in_process(machine, value):
    both(machine, value, tasks=slow_first)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"MaxConcurrency": 2},
        {"ItemBatcher": {"MaxItemsPerBatch": 3}},
        {"ToleratedFailurePercentage": 12},
        {"ResultWriter": {"WriterConfig": {"Transformation": "COMPACT", "OutputType": "JSON"}}},
    ],
)
def test_items_are_read_from_a_storage(fields):
    tolerance = {"ToleratedFailurePercentage": 20, **fields}
    result = both(load(failing_items(), ItemReader=reading(), **tolerance), storage=stored)
    assert result.status == (
        "FAILED" if fields == {"ToleratedFailurePercentage": 12} else "SUCCEEDED"
    )


def test_results_are_exported_in_the_order_of_the_items():
    storage = stored()
    machine = load(
        failing_items(),
        ItemReader=reading(),
        ToleratedFailureCount=1,
        ResultWriter={
            **WRITER,
            "WriterConfig": {"Transformation": "COMPACT", "OutputType": "JSON"},
        },
    )
    with host_of(machine, storage=storage) as host:
        result = host.result(host.start(machine, seed=7))
    assert result.output == machine.run(storage=stored(), seed=7).output
    details = result.output["ResultWriterDetails"]
    manifest = json.loads(storage.objects[f"out/{details['Key']}"])
    (good,), (bad,) = (manifest["ResultFiles"][kind] for kind in ("SUCCEEDED", "FAILED"))
    assert json.loads(storage.objects[f"out/{good['Key']}"]) == list(range(7))
    (failed,) = json.loads(storage.objects[f"out/{bad['Key']}"])
    assert (failed["Error"], failed["RedriveStatus"]) == ("Bad", "REDRIVABLE_BY_MAP_RUN")


def test_results_larger_than_a_states_result_may_be_fail_the_state():
    result = both(load(scope(P=pass_(Result="x" * 100_000))), [1, 2, 3])
    assert result.error == "States.DataLimitExceeded"


def test_children_are_executions_with_rows_of_their_own():
    machine = load(scope(W=wait(5)), Label="Orders", MaxConcurrency=2)
    with host_of(machine) as host:
        arn = host.start(machine, ["a", "b", "c"])
        host.advance(0)
        running = children(host, arn)
        assert [child.status for child in running] == ["RUNNING"] * 2
        host.advance()
        ended = children(host, arn)
        assert [child.status for child in ended] == ["SUCCEEDED"] * 3
        assert sorted(child.output for child in ended) == ["a", "b", "c"]
        assert ended[0].machine == "Maps/Orders"
        assert kinds(host.result(ended[0].arn))[-1] == "ExecutionSucceeded"


def test_max_concurrency_is_kept():
    running, most = set(), 0
    machine = load(scope(T=task(), W=wait(3), U=task()), MaxConcurrency=3)

    def work(number):
        nonlocal most
        (running.remove if number in running else running.add)(number)
        most = max(most, len(running))
        return number

    with host_of(machine, tasks={"work": work}) as host:
        assert host.result(host.start(machine, list(range(10)))).elapsed == timedelta(seconds=12)
    assert (most, running) == (3, set())


def test_too_many_failures_stop_the_children_that_run():
    rule = {"Variable": "$", "IsString": True, "Next": "Bad"}
    inner = scope(Look=choice(rule, Default="Long"), Long=wait(1_000, End=True), Bad=fail("Bad"))
    machine = load(inner)
    with host_of(machine) as host:
        arn = host.start(machine, [1, 2, "x"])
        result = host.result(arn)
        assert (result.error, result.elapsed) == (
            "States.ExceedToleratedFailureThreshold",
            timedelta(0),
        )
        assert sorted(child.status for child in children(host, arn)) == [
            "ABORTED", "ABORTED", "FAILED",
        ]  # fmt: skip


def test_stopping_the_parent_stops_its_children_and_theirs():
    inner = scope(Leaf=wait(1_000))
    machine = load(scope(Inner=distributed(inner)))
    with host_of(machine) as host:
        arn = host.start(machine, [[1, 2], [3]])
        host.advance(10)
        host.stop(arn, "Enough")
        assert host.result(arn).elapsed == timedelta(seconds=10)
        for child in children(host, arn):
            assert child.status == "ABORTED"
            assert {leaf.status for leaf in children(host, child.arn)} == {"ABORTED"}


def test_a_parent_is_parked_while_its_children_are():
    machine = load(scope(W=wait(86_400)), MaxConcurrency=1)
    with host_of(machine) as host:
        arn = host.start(machine, [1, 2])
        host.advance(3_600)
        assert host.describe(arn).is_parked
        assert host.result(arn).elapsed == timedelta(days=2)


def test_a_suspended_child_keeps_the_map_run_waiting():
    machine = load(scope(T=task()))
    with host_of(machine) as host:
        arn = host.start(machine, [1, 2])
        host.advance(3_600)
        assert host.describe(arn).is_parked
        assert {child.status for child in children(host, arn)} == {"SUSPENDED"}
        for child in children(host, arn):
            host.stop(child.arn)
        result = host.result(arn, 0)
        assert [one["Status"] for one in result.output] == ["ABORTED"] * 2


def test_what_a_suspended_parent_waits_for_is_stopped_with_it():
    inner = distributed(scope(W=wait(10_000)))
    machine = asl.load(scope(P=parallel(scope(M=inner), scope(V=wait(5), T=task()))))
    with host_of(machine) as host:
        arn = host.start(machine, [1])
        host.advance(3_600)
        assert host.describe(arn).status == "SUSPENDED"
        host.stop(arn)
        host.advance(0)
        assert [child.status for child in children(host, arn)] == ["ABORTED"]


def test_a_timeout_of_the_parent_stops_the_children():
    machine = asl.load({**scope(M=distributed(scope(W=wait(100)))), "TimeoutSeconds": 30})
    with host_of(machine) as host:
        arn = host.start(machine, [1, 2])
        assert host.result(arn).status == "TIMED_OUT"
        assert {child.status for child in children(host, arn)} == {"ABORTED"}


def test_a_redriven_parent_runs_its_map_again():
    broken = [True]
    machine = load(scope(T=task()), Label="L")

    def work(value):
        if broken:
            raise asl.TaskFailed("Broken")
        return value

    with host_of(machine, tasks={"work": work}) as host:
        arn = host.start(machine, [1, 2])
        assert host.result(arn).status == "FAILED"
        with pytest.raises(asl.ExecutionNotRedrivable):
            host.redrive(children(host, arn)[0].arn)
        broken.clear()
        host.redrive(arn)
        assert host.result(arn).output == [1, 2]


class Crash(BaseException):
    """The process has died."""


def crash_at(host, number, monkeypatch):
    """Let a host die when it is about to write its commit of that number."""
    commit, count = host.backend.commit, iter(range(number))

    def crash(commits):
        if next(count, None) is None:
            raise Crash
        return commit(commits)

    monkeypatch.setattr(host.backend, "commit", crash)


def test_whenever_its_process_dies_a_map_run_ends_as_it_would_have(tmp_path, monkeypatch):
    monkeypatch.setattr("asl.durable.children.MOST_STARTED", 1)
    machine = load(
        scope(T=task(), W=wait(5)),
        ItemBatcher={"MaxItemsPerBatch": 3},
        ItemReader=reading(),
        MaxConcurrency=2,
        ResultWriter=WRITER,
    )
    tasks = {"work": lambda batch: batch["Items"]}
    expected = machine.run(tasks=tasks, storage=stored(), seed=7)
    for number in count():
        url, clock, storage = f"sqlite:///{tmp_path}/{number}", asl.VirtualClock(), stored()
        with host_of(machine, url, clock=clock, tasks=tasks, storage=storage) as host:
            arn = host.start(machine, seed=7)
            crash_at(host, number, monkeypatch)
            try:
                host.advance()
            except Crash:
                pass
            else:
                break
        with host_of(machine, url, clock=clock, tasks=tasks, storage=storage) as host:
            result = host.result(arn)
            assert result.history == expected.history
            found = [host.result(child.arn).output for child in children(host, arn)]
            assert sorted(str(item) for batch in found for item in batch) == [*"0123456", "x"]
            manifest = storage.objects["out/" + result.output["ResultWriterDetails"]["Key"]]
            assert len(json.loads(manifest)["ResultFiles"]["SUCCEEDED"]) == 1
    assert number > 10
