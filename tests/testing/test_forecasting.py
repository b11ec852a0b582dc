"""Forecasts: how much of AWS's limits executions use, how long they take, what they cost."""

from datetime import timedelta

import pytest

import asl
from asl.testing import Prices, explore, forecast
from tests.definitions import catch, fail, load, map_, parallel, pass_, retry, scope, task, wait

PRICES = Prices("coins", per_transition=1, per_request=100, per_gb_second=16)
TRIED = load(A=task(Retry=[retry("X", MaxAttempts=2)]), W=wait(60), B=pass_(Result="x" * 98))


def test_a_run_is_counted_with_its_retries():
    result = TRIED.run(tasks={"A": asl.script(asl.fails("X"), 1)})
    seen = forecast(result, prices=PRICES)
    assert (seen.transitions.low, seen.transitions.high) == (4, 4)
    assert seen.events.low == len(result.history)
    assert seen.duration.high == timedelta(seconds=61)
    assert seen.largest_payload == 100
    assert seen.price.low == 4
    assert seen.is_complete


def test_what_was_explored_lies_between_the_least_and_the_most():
    seen = forecast(explore(TRIED, replies={"A": 1}), prices=PRICES)
    assert (seen.transitions.low, seen.transitions.high) == (1, 5)
    assert (seen.duration.low, seen.duration.high) == (timedelta(0), timedelta(seconds=63))
    assert (seen.price.low, seen.price.high) == (1, 5)
    assert seen.largest_payload == 100
    assert (
        repr(seen)
        == """\
<Forecast
  transitions: 1 to 5
  history events: 6 to 17 of 25,000
  largest payload: 100 bytes of 262,144
  duration: 0:00:00 to 0:01:03
  price: 1 to 5 (coins)>"""
    )


@pytest.mark.parametrize(
    ("machine", "transitions"),
    [
        (load(A=pass_(), B=pass_()), 2),
        (load(P=parallel(scope(A=pass_()), scope(B=pass_()))), 3),
        (load(M=map_(scope(A=pass_()), ItemsPath="$.items")), 4),
        (load(P=parallel(scope(F=fail("X")), Retry=[retry("X", MaxAttempts=2)])), 6),
    ],
    ids=["passes", "branches", "items", "a parallel that is tried again"],
)
def test_every_state_entered_and_every_retry_is_a_transition(machine, transitions):
    value = {"items": [1, 2, 3]}
    assert forecast(machine.run(value)).transitions.low == transitions
    assert forecast(explore(machine, value)).transitions.high == transitions


def test_a_run_and_its_exploration_agree():
    replies = {"A": [asl.fails("X")]}
    of_run = forecast(TRIED.run(tasks={"A": lambda _: asl.fails("X")}))
    assert forecast(explore(TRIED, outcomes=replies)) == of_run


def test_an_express_execution_pays_for_time_and_memory():
    machine = asl.load(scope(W=wait(2), A=task()), type="EXPRESS")
    result = machine.run(tasks={"A": lambda _: asl.returns(1, after=0.01)})
    assert forecast(result, prices=PRICES).price.low == 100 + 2.1 * 64 / 1024 * 16
    assert forecast(result, prices=PRICES, memory_mb=65).price.low == 100 + 2.1 * 128 / 1024 * 16
    explored = explore(machine, outcomes={"A": [1, asl.returns(1, after=1)]})
    price = forecast(explored, prices=PRICES).price
    assert (price.low, price.high) == (100 + 2 * 1.0, 100 + 3 * 1.0)


def test_nested_executions_are_paid_for_too():
    child = load(A=pass_(), B=pass_())
    start = "arn:aws:states:::states:startExecution.sync:2"
    parent = load(S=task(start, Parameters={"StateMachineArn": "child", "Input": {}}))
    result = parent.run(machines={"child": child})
    seen = forecast(result, prices=PRICES)
    assert seen.transitions.low == 1
    assert seen.price.low == 3


def test_loops_and_bounds_are_no_bound():
    machine = load(W=wait(5), A=task(Catch=[catch("W", "X")]))
    looped = forecast(explore(machine))
    assert looped.transitions.high is None
    assert looped.price.high is None
    assert "or more, without bound" in repr(looped)
    cut = forecast(explore(machine, depth=1))
    assert not cut.is_complete
    assert "bounds were hit" in repr(cut)


def test_limits_that_were_changed_are_the_measure():
    limits = asl.Limits(history_events=100, payload_bytes=None)
    seen = repr(forecast(explore(TRIED, limits=limits)))
    assert "of 100\n" in seen
    assert "largest payload: 100 bytes\n" in seen


def test_the_default_prices_say_whose_they_are_and_of_when():
    assert "USD, list prices of us-east-1 in 2025" in repr(forecast(TRIED.run(tasks={"*": int})))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: forecast(TRIED), "takes a result of run"),
        (lambda: forecast(load(A=pass_(), B=pass_()).run(history=2)), "did not keep its whole"),
        (lambda: forecast(explore(TRIED, depth=1, outcomes={"A": [asl.fails("X")]})), "raise the"),
    ],
)
def test_what_can_not_be_told_is_refused(make, message):
    with pytest.raises(asl.UsageError, match=message):
        make()


def test_a_map_run_is_refused_since_its_executions_are_not_kept():
    processor = {
        **scope(X=pass_()),
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
    }
    result = load(M=map_(processor, ItemsPath="$.items")).run({"items": [1]})
    with pytest.raises(asl.UsageError, match="Map Runs, whose child executions are not kept"):
        forecast(result)
