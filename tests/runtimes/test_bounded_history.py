"""Runs that keep only the newest events of their history, or none."""

import gc

import pytest

import asl
from asl.engine.execution import Execution
from asl.engine.snapshot import fork
from tests.definitions import begin, choice, load, map_, pass_, scope, task, wait

TURNS = 2_000
MANY = asl.Limits(history_events=None)
LOOP = scope(
    Inc=pass_(Parameters={"n.$": "States.MathAdd($.n, 1)"}),
    Check=choice({"Variable": "$.n", "NumericLessThan": TURNS, "Next": "Inc"}, Default="Done"),
    Done={"Type": "Succeed"},
)
NESTED = scope(
    M=map_(scope(A=pass_(), B=task()), ItemsPath="$.items", MaxConcurrency=3), W=wait(10)
)
INPUT = {"items": list(range(900))}


@pytest.mark.parametrize("kept", [0, 1, 7, 2_500, 1_000_000])
@pytest.mark.parametrize(
    ("definition", "value"), [(LOOP, {"n": 0}), (NESTED, INPUT)], ids=["loop", "nested"]
)
def test_the_newest_events_are_those_of_the_whole_history(definition, value, kept):
    machine = asl.load(definition)
    tasks = {"work": lambda payload: payload} if definition is NESTED else {}
    whole = machine.run(value, tasks=tasks, limits=MANY)
    bounded = machine.run(value, tasks=tasks, limits=MANY, history=kept)
    assert bounded.output == whole.output
    assert bounded.history == whole.history[max(0, len(whole.history) - kept) :]


def test_while_it_runs_no_more_than_a_few_events_are_there():
    execution = begin(asl.load(LOOP), {"n": 0}, limits=MANY, kept=10)
    most = 0

    def look():
        nonlocal most
        most = max(most, len(execution.history) // 6)

    execution.on_forget = look
    execution.receive(None, 0)
    assert execution.outcome.status == "SUCCEEDED"
    assert 0 < most < 1_100
    assert execution.event_count == 4 * TURNS + 4


def test_an_observer_sees_what_is_forgotten():
    machine, seen = asl.load(LOOP), []
    machine.run({"n": 0}, limits=MANY, history=0, on_event=seen.append)
    assert seen == machine.run({"n": 0}, limits=MANY).history


def test_the_limit_counts_what_is_forgotten():
    to_a = choice({"Variable": "$.n", "IsPresent": False, "Next": "A"}, Default="C")
    endless = load(A=pass_(), B=to_a, C=pass_())
    whole, bounded = endless.run(), endless.run(history=0)
    assert (bounded.status, bounded.error, bounded.cause) == ("FAILED", whole.error, whole.cause)
    assert endless.run(history=5).history == whole.history[-5:]


def test_a_path_that_is_not_known_is_refused():
    result = load(A=pass_(), B=pass_()).run(history=2)
    with pytest.raises(asl.UsageError, match="4 history events were not kept"):
        _ = result.path
    assert "... > " not in repr(load(A=pass_()).run())
    assert repr(result).startswith("<SUCCEEDED after 0:00:00: ...")


@pytest.mark.parametrize("history", [-1, True, 1.5, "all"])
def test_another_bound_is_refused(history):
    with pytest.raises(asl.UsageError, match="history must be a number of events"):
        load(A=pass_()).run(history=history)


def test_children_keep_as_much_as_their_parent():
    child = load(A=pass_(), B=pass_())
    parent = load(
        Start=task(
            "arn:aws:states:::states:startExecution.sync:2",
            Parameters={"StateMachineArn": "child", "Input": {}},
        )
    )
    result = parent.run(machines={"child": child}, history=3)
    (started,) = result.children
    assert [event["id"] for event in started.history] == [4, 5, 6]


def test_a_bounded_run_goes_through_a_snapshot():
    machine = asl.load(NESTED)
    run = machine.start(INPUT, tasks={"work": lambda payload: payload}, limits=MANY, history=4)
    run.advance(1)
    restored = machine.restore(run.snapshot(), tasks={"work": lambda payload: payload})
    assert restored.advance().history == run.advance().history
    assert len(run.result.history) == 4


def test_forks_share_the_history_before_them():
    machine = asl.load(NESTED)
    execution = begin(machine, {"items": []})
    execution.receive(None, 0)
    twin = fork(execution)
    assert twin.past is execution.past is not None
    execution.receive(None, 20_000_000)
    assert twin.outcome.status == "RUNNING"
    twin.receive(None, 20_000_000)
    assert list(twin.recorded().events()) == list(execution.recorded().events())
    assert list(twin.recorded().events(5)) == list(execution.recorded().events())[4:]


def test_an_execution_that_has_succeeded_is_freed_at_once():
    machine = load(A=pass_())
    gc.collect()
    gc.disable()
    try:
        machine.run()
        executions = [each for each in gc.get_objects() if isinstance(each, Execution)]
        left = [each for each in executions if each.program is machine.program]
        assert left == []
    finally:
        gc.enable()
