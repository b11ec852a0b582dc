"""Snapshots: an execution as JSON and back, at any moment; and forks."""

import copy
import functools
import json
from datetime import timedelta

import pytest

import asl
from asl.engine.events import TaskFailed, TaskSucceeded
from asl.engine.snapshot import FORMAT, fork, restore, snapshot
from tests.definitions import (
    SUCCEED,
    begin,
    choice,
    load,
    map_,
    parallel,
    pass_,
    retry,
    scope,
    task,
    wait,
)

SECOND = 1_000_000

BUSY = scope(
    Set=pass_(Assign={"rate": 3}),
    P=parallel(
        scope(T=task(TimeoutSeconds=60, HeartbeatSeconds=20)),
        scope(R=task(Retry=[retry(IntervalSeconds=30, JitterStrategy="FULL")])),
        scope(W=wait(40), U=pass_(Parameters={"id.$": "States.UUID()", "rate.$": "$rate"})),
        scope(
            M=map_(
                scope(X=wait(SecondsPath="$.n"), Y=pass_(Parameters={"i.$": "$$.Map.Item.Index"})),
                ItemsPath="$.items",
                ItemSelector={"n.$": "$$.Map.Item.Value"},
                MaxConcurrency=2,
            )
        ),
        scope(D=pass_()),
    ),
)
VALUE = {"items": [15, 25, 35, 5]}


def busy_execution(**options):
    """An execution that waits for a bit of everything."""
    machine = asl.load(BUSY)
    execution = begin(machine, VALUE, **options)
    _, retried = execution.receive(None, 0)
    execution.receive(TaskFailed(retried.task_id, "Busy", None), SECOND)
    execution.receive(None, 17 * SECOND)
    return machine, execution


def finish(execution):
    """Answer all tasks in turn and let everything happen; history and outcome."""
    now = execution.now
    while execution.is_running:
        for call in execution.calls():
            execution.receive(
                TaskSucceeded(call.task_id, asl.Payload({"by": call.state_name})), now
            )
        now = execution.wake_at if execution.wake_at is not None else now
        execution.receive(None, now)
    return list(execution.recorded().events()), execution.outcome


# ---------------------------------------------------------------- there and back


def test_a_snapshot_goes_through_json_and_goes_on_to_the_same_end():
    machine, execution = busy_execution(seed=4)
    kept = json.loads(json.dumps(snapshot(execution)))
    restored = restore(machine._program, kept)
    assert snapshot(restored) == kept
    assert restored.waits() == execution.waits()
    assert restored.calls() == execution.calls()
    assert restored.wake_at == execution.wake_at
    assert finish(restored) == finish(execution)


def test_taking_a_snapshot_changes_nothing():
    _, execution = busy_execution()
    before = snapshot(execution)
    assert snapshot(execution) == before


@pytest.mark.parametrize("moment", ["before the first event", "after the end"])
def test_a_snapshot_can_be_taken_at_both_ends(moment):
    machine = load(A=pass_(Result={"n": 1}))
    execution = begin(machine)
    if moment == "after the end":
        execution.receive(None, 0)
    restored = restore(machine._program, json.loads(json.dumps(snapshot(execution))))
    restored.receive(None, 0)
    assert (restored.outcome.status, restored.outcome.output) == ("SUCCEEDED", {"n": 1})


@pytest.mark.parametrize(
    ("definition", "status"),
    [
        (scope(A={"Type": "Fail", "Error": "Refused", "Cause": "no credit"}), "FAILED"),
        ({**scope(A=wait(9)), "TimeoutSeconds": 1}, "TIMED_OUT"),
    ],
)
def test_an_outcome_of_any_kind_is_kept(definition, status):
    machine = asl.load(definition)
    execution = begin(machine)
    execution.receive(None, 60 * SECOND)
    restored = restore(machine._program, snapshot(execution))
    assert restored.outcome == execution.outcome
    assert restored.outcome.status == status
    assert restored.wake_at is None


def test_limits_identity_and_kind_are_kept():
    machine = asl.load(scope(A=wait(9)), type="EXPRESS", name="orders")
    limits = asl.Limits(payload_bytes=None, duration=timedelta(microseconds=5), history_events=7)
    execution = begin(machine, {"n": 1}, limits=limits, name="order-7", synchronous=True, seed=9)
    restored = restore(machine._program, json.loads(json.dumps(snapshot(execution))))
    assert restored.limits == limits
    assert restored.identity.arn == execution.identity.arn
    assert restored.identity.execution_context == execution.identity.execution_context
    assert "RedriveCount" not in restored.identity.execution_context
    assert restored.history_limit == 7


def test_counts_of_retries_are_kept():
    machine = load(A=task(Retry=[retry(MaxAttempts=1)]))
    execution = begin(machine)
    (first,) = execution.receive(None, 0)
    execution.receive(TaskFailed(first.task_id, "Busy", None), 0)
    restored = restore(machine._program, snapshot(execution))
    (second,) = restored.receive(None, SECOND)
    assert second.attempt == 2
    restored.receive(TaskFailed(second.task_id, "Busy", None), SECOND)
    assert restored.outcome.status == "FAILED"


def test_tasks_in_flight_can_be_asked_for_again():
    machine = load(A=task(Parameters={"n.$": "$.n"}))
    execution = begin(machine, {"n": 1})
    (command,) = execution.receive(None, 0)
    (again,) = restore(machine._program, snapshot(execution)).calls()
    assert again == command


# ---------------------------------------------------------------- sharing


def test_values_stay_shared_so_a_large_input_is_kept_once():
    states = {f"P{n}": pass_() for n in range(50)}
    machine = load(**states, W=wait(9))
    value = {"data": "x" * 200_000}
    execution = begin(machine, value)
    execution.receive(None, 0)
    kept = snapshot(execution)
    assert sum(entry == value for entry in kept["values"]) == 1
    assert len(json.dumps(kept)) < 250_000
    restored = restore(machine._program, json.loads(json.dumps(kept)))
    assert restored.root.data is restored.identity.input


def test_a_result_path_shares_all_but_its_spine():
    machine = load(A=pass_(Result=1, ResultPath="$.more.n"), W=wait(9))
    value = {"data": {"text": "x" * 1_000}, "more": {"m": 0}}
    execution = begin(machine, value)
    execution.receive(None, 0)
    assert json.dumps(snapshot(execution)["values"]).count("x" * 1_000) == 1


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize("document", [None, [], "text", 1, {}, {"values": []}], ids=repr)
def test_what_is_no_snapshot_is_refused(document):
    with pytest.raises(asl.SnapshotError, match="not a snapshot"):
        restore(load(A=pass_())._program, document)


@pytest.mark.parametrize("number", [0, FORMAT - 1, FORMAT + 1, None, "1"])
def test_another_format_is_refused_and_named(number):
    machine = load(A=wait(9))
    document = {**snapshot(begin(machine)), "format": number}
    with pytest.raises(asl.SnapshotError, match=f"has format {number!r}; this version reads"):
        restore(machine._program, document)


def test_a_snapshot_of_another_definition_is_refused():
    document = snapshot(begin(load(A=wait(9))))
    with pytest.raises(asl.SnapshotError, match="another definition"):
        restore(load(A=wait(8))._program, document)


LIMITS = asl.Limits(
    payload_bytes=200_000,
    history_events=20_000,
    duration=timedelta(days=30),
    express_duration=timedelta(minutes=4),
    inline_map_concurrency=30,
    variables_bytes=1_000_000,
)
MACHINE, EXECUTION = busy_execution(limits=LIMITS)
DOCUMENT = snapshot(EXECUTION)
BRANCHES = ("root", "children", "running")
ITERATIONS = (*BRANCHES, 3, "children")
ITERATION = (*ITERATIONS, "running", 1)

#: Where the parts of a snapshot stand: of the whole, of a branch, of a Map and of its iteration.
PLACES = [
    (*path, key)
    for path in ((), ("identity",), ("limits",), (*BRANCHES, 0), ITERATIONS, ITERATION)
    for key in functools.reduce(lambda part, step: part[step], path, DOCUMENT)
    if key not in ("format", "fingerprint")
]


def damaged(path, *junk):
    """The document with a part replaced by junk, or left out."""
    document = copy.deepcopy(DOCUMENT)
    *above, last = path
    part = functools.reduce(lambda part, step: part[step], above, document)
    if junk:
        (part[last],) = junk
    else:
        del part[last]
    return document


@pytest.mark.parametrize("path", PLACES, ids=str)
def test_a_snapshot_with_a_part_missing_is_refused_unless_it_says_nothing(path):
    try:
        restored = restore(MACHINE._program, damaged(path))
    except asl.SnapshotError:
        return
    assert snapshot(restored) == DOCUMENT


@pytest.mark.parametrize("path", PLACES, ids=str)
@pytest.mark.parametrize("junk", ["junk", {"junk": 1}, [[[]]]], ids=["text", "object", "array"])
def test_a_snapshot_with_junk_in_it_never_crashes(path, junk):
    try:
        restored = restore(MACHINE._program, damaged(path, junk))
        restored.receive(None, restored.now)
        snapshot(restored)
    except asl.AslError:
        pass
    else:
        assert restored.outcome.status == "RUNNING"


def dangling(document):
    document["values"].insert(0, {"later": [99]})


@pytest.mark.parametrize(
    "damage",
    [
        lambda document: document["values"].append("no container"),
        dangling,
        lambda document: document["root"].update(step="/States/Nowhere"),
        lambda document: document["root"]["children"].update(kind="Choice"),
        lambda document: document["root"].update(data=[len(document["values"])]),
        lambda document: document["root"].update(data=[-1]),
        lambda document: document["root"].update(data=[]),
        lambda document: document["history"].pop(),
        lambda document: document.update(timers=[[1, 2]]),
        lambda document: document["limits"].update(speed=1),
        lambda document: document["outcome"].append("more"),
        lambda document: document["outcome"].__setitem__(0, "ASLEEP"),
    ],
    ids=[
        "values of another kind",
        "a value that stands later",
        "no such state",
        "no such kind of join",
        "a value beyond the table",
        "a value before the table",
        "no value",
        "half an event",
        "half a timer",
        "an unknown limit",
        "a long outcome",
        "an unknown status",
    ],
)
def test_a_snapshot_that_contradicts_itself_is_damaged(damage):
    document = copy.deepcopy(DOCUMENT)
    damage(document)
    with pytest.raises(asl.SnapshotError, match="damaged"):
        restore(MACHINE._program, document)


def test_a_snapshot_nested_without_end_is_damaged():
    document = copy.deepcopy(DOCUMENT)
    inner = root = document["root"]
    for _ in range(1_000):
        inner = {**root, "children": {**root["children"], "running": [inner]}}
    document["root"] = inner
    with pytest.raises(asl.SnapshotError, match="damaged"):
        restore(MACHINE._program, document)


# ---------------------------------------------------------------- forks


def test_a_fork_leaves_the_first_alone_and_ends_alike():
    _, execution = busy_execution(seed=4)
    before = snapshot(execution)
    twin = fork(execution)
    assert snapshot(twin) == before
    end = finish(twin)
    assert snapshot(execution) == before
    assert finish(execution) == end


def test_two_forks_of_one_moment_may_go_different_ways():
    machine = load(
        T=task(), C=choice({"Variable": "$", "IsNull": True, "Next": "A"}, Default="B"),
        A=pass_(End=True), B=SUCCEED,
    )  # fmt: skip
    execution = begin(machine)
    (command,) = execution.receive(None, 0)
    outputs = []
    for reply in (None, 1):
        twin = fork(execution)
        twin.receive(TaskSucceeded(command.task_id, asl.Payload(reply)), 0)
        outputs.append(twin.outcome.output)
    assert outputs == [None, 1]
    assert execution.is_running


def test_a_fork_can_be_taken_before_the_first_event():
    execution = begin(scope(A=pass_()))
    twin = fork(execution)
    twin.receive(None, 0)
    assert twin.outcome.status == "SUCCEEDED"
    assert execution.is_running
