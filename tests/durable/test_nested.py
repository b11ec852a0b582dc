"""Executions that tasks start, on a durable host: as in process, each with a row of its own."""

import json
from datetime import timedelta
from itertools import count

import pytest

import asl
from tests.definitions import catch, fail, kinds, pass_, retry, scope, task, wait

pytest.importorskip("dbos")

from asl.durable import Host

START = "arn:aws:states:::states:startExecution"
SYNC, SYNC2 = START + ".sync", START + ".sync:2"
SDK = "arn:aws:states:::aws-sdk:sfn:"
ARN = "arn:aws:states:us-east-1:123456789012:stateMachine:Child"


def child(*, kind="STANDARD", **states):
    return asl.load(scope(**(states or {"W": wait(10), "P": pass_()})), name="Child", type=kind)


def parent(resource=SYNC2, *, fields=None, after=None, **parameters):
    given = {"StateMachineArn": ARN, "Input.$": "$", **parameters}
    if "Input" in parameters:
        del given["Input.$"]
    start = task(resource, Parameters=given, **(fields or {}))
    return asl.load(scope(S=start, **(after or {})), name="Parent")


def host_of(*machines, url="sqlite://", clock=None, **options):
    return Host(url, machines=machines, clock=clock or asl.VirtualClock(), **options)


def both(machine, inner=None, value=None, **options):
    """The parent's result on a durable host, after comparing it with the one in process."""
    value = {"a": 1} if value is None else value
    inner = inner or child()
    expected = machine.run(value, machines={"Child": inner}, seed=7, **options)
    with host_of(machine, inner, **options) as host:
        result = host.result(host.start(machine, value, seed=7))
    assert result.history == expected.history
    assert (result.status, result.output) == (expected.status, expected.output)
    return result


def only_child(host, arn):
    (found,) = host.list(parent=arn).executions
    return found


TWO = {"Again": task(SYNC, Parameters={"StateMachineArn": ARN, "Name": "once"}, ResultPath="$.x")}


@pytest.mark.parametrize(
    ("machine", "inner"),
    [
        (parent(SYNC), None),
        (parent(SYNC2), None),
        (parent(START), None),
        (parent(SDK + "startExecution"), None),
        (parent(SDK + "startSyncExecution"), child(kind="EXPRESS")),
        (parent(SDK + "startSyncExecution"), child(kind="EXPRESS", F=fail("Bad", "why"))),
        (parent(SDK + "startSyncExecution"), None),
        (parent(SYNC), child(F=fail("Bad", "why"))),
        (parent(SYNC2), child(F=fail("Bad"))),
        (parent(START, StateMachineArn="Child"), None),
        (parent(START, StateMachineArn="Other"), None),
        (parent(SYNC, Name="given"), None),
        (parent(SYNC, Name="once", after=TWO), None),
        (parent(START, Name=17), None),
        (parent(START, Input="not { JSON"), None),
        (parent(SYNC, Input='{"text": true}'), None),
        (parent(SYNC, fields={"TimeoutSeconds": 5}), None),
        (parent(SYNC, fields={"Retry": [retry(MaxAttempts=1)]}), child(F=fail("Bad"))),
        (parent(SYNC, fields={"Catch": [catch("C")]}, after={"C": pass_()}), child(F=fail("Bad"))),
    ],
)
def test_the_parent_has_the_history_that_it_has_in_process(machine, inner):
    both(machine, inner)


def test_a_handler_comes_before_a_machine():
    result = both(parent(SYNC2), tasks={"S": lambda given: {"mine": given["Input"]}})
    assert result.output == {"mine": {"a": 1}}


def test_the_parent_is_parked_until_the_child_ends():
    machine, inner = parent(SYNC2), child(W=wait(86_400))
    with host_of(machine, inner) as host:
        arn = host.start(machine)
        host.advance(0)
        started = only_child(host, arn)
        assert (host.describe(arn).is_parked, started.is_parked) == (True, True)
        assert (started.parent, started.machine) == (arn, "Child")
        assert host.result(arn).elapsed == timedelta(days=1)


@pytest.mark.parametrize(
    ("resource", "status"), [(SYNC2, "ABORTED"), (SYNC, "ABORTED"), (START, "SUCCEEDED")]
)
def test_stopping_the_parent_stops_what_it_waits_for_and_nothing_else(resource, status):
    machine, inner = parent(resource, after={"Long": wait(100)}), child()
    with host_of(machine, inner) as host:
        arn = host.start(machine)
        host.advance(5)
        host.stop(arn)
        assert host.result(arn).elapsed == timedelta(seconds=5)
        host.advance()
        assert only_child(host, arn).status == status


def test_a_timeout_of_the_task_stops_the_execution():
    machine = parent(SYNC2, fields={"TimeoutSeconds": 5})
    inner = child(W=wait(1_000))
    with host_of(machine, inner) as host:
        arn = host.start(machine)
        assert host.result(arn).error == "States.Timeout"
        assert only_child(host, arn).stopped_at - only_child(host, arn).started_at == timedelta(
            seconds=5
        )


def test_a_child_that_is_suspended_and_stopped_fails_its_parent():
    machine, inner = parent(SYNC2), child(T=task())
    with host_of(machine, inner) as host:
        arn = host.start(machine)
        host.advance(3_600)
        assert host.describe(arn).status == "RUNNING"
        started = only_child(host, arn)
        assert started.status == "SUSPENDED"
        host.stop(started.arn)
        cause = json.loads(host.result(arn).cause)
        assert cause["Status"] == "ABORTED"


def test_a_suspended_child_ends_with_its_parent():
    machine, inner = parent(SYNC2), child(T=task())
    with host_of(machine, inner) as host:
        arn = host.start(machine)
        host.advance(3_600)
        host.stop(arn)
        assert host.result(arn).status == "ABORTED"
        assert only_child(host, arn).status == "ABORTED"


def test_a_name_that_somebody_else_has_used_is_taken():
    machine, inner = parent(SYNC, Name="taken"), child()
    with host_of(machine, inner) as host:
        host.start(inner, name="taken")
        result = host.result(host.start(machine))
        assert result.error == "StepFunctions.ExecutionAlreadyExistsException"


def test_a_machine_that_another_process_registered_is_found(tmp_path):
    url = f"sqlite:///{tmp_path}/database"
    with host_of(child(), url=url):
        pass
    machine = parent(SYNC2)
    with host_of(machine, url=url) as host:
        assert host.result(host.start(machine)).output["Status"] == "SUCCEEDED"


def test_executions_nest_in_children_of_map_runs_and_the_other_way_round():
    processor = {
        **scope(S=task(SYNC2, Parameters={"StateMachineArn": ARN, "Input.$": "$"})),
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
    }
    fields = {"ItemProcessor": processor, "MaxConcurrency": 2, "ItemsPath": "$.items"}
    middle = asl.load(scope(M={"Type": "Map", **fields}), name="Middle")
    top = parent(SYNC2, StateMachineArn="Middle")
    inner = child()
    value = {"items": [1, 2, 3]}
    machines = {"Child": inner, "Middle": middle}
    expected = top.run(value, machines=machines, seed=7)
    with host_of(top, middle, inner) as host:
        result = host.result(host.start(top, value, seed=7))
    assert result.history == expected.history
    assert result.elapsed == timedelta(seconds=20)


def test_a_parent_that_is_redriven_starts_again():
    broken = [True]
    machine, inner = parent(SYNC2), child(T=task())

    def work(value):
        if broken:
            raise asl.TaskFailed("Broken")
        return value

    with host_of(machine, inner, tasks={"work": work}) as host:
        arn = host.start(machine, {"a": 1})
        assert host.result(arn).status == "FAILED"
        broken.clear()
        host.redrive(arn)
        assert host.result(arn).output["Output"] == {"a": 1}
        assert len(host.list(parent=arn).executions) == 2


class Crash(BaseException):
    """The process has died."""


@pytest.mark.parametrize("name", [{}, {"Name": "given"}])
def test_whenever_its_process_dies_a_parent_ends_as_it_would_have(tmp_path, monkeypatch, name):
    inner = child(T=task(), W=wait(5))
    machine = parent(SYNC2, after={"B": wait(3)}, **name)
    tasks = {"work": lambda value: value}
    expected = machine.run(tasks=tasks, machines={"Child": inner}, seed=7)
    for number in count():
        url, clock = f"sqlite:///{tmp_path}/{number}", asl.VirtualClock()
        with host_of(machine, inner, url=url, clock=clock, tasks=tasks) as host:
            arn = host.start(machine, seed=7)
            commit, left = host.backend.commit, iter(range(number))

            def crash(commits, commit=commit, left=left):
                if next(left, None) is None:
                    raise Crash
                return commit(commits)

            monkeypatch.setattr(host.backend, "commit", crash)
            try:
                host.advance()
            except Crash:
                pass
            else:
                break
        with host_of(machine, inner, url=url, clock=clock, tasks=tasks) as host:
            assert host.result(arn).history == expected.history
            assert kinds(host.result(only_child(host, arn).arn))[-1] == "ExecutionSucceeded"
    assert number > 4


def test_what_a_parent_asks_for_and_no_version_does_suspends_it():
    machine = parent(SYNC, TraceHeader="x", Unknown=1)
    with host_of(machine, child()) as host:
        arn = host.start(machine)
        host.advance(0)
        found = host.describe(arn)
        assert (found.status, "/States/S" in found.reason) == ("SUSPENDED", True)
