"""The history: AWS's form of every event, made when somebody asks."""

from datetime import UTC, datetime, timedelta

import pytest

import asl
from asl.engine.history import instant
from tests.definitions import (
    FUNCTION,
    SUCCEED,
    begin,
    details,
    events,
    fail,
    load,
    map_,
    parallel,
    pass_,
    scope,
    task,
    wait,
)

WHOLE = {"truncated": False}


def test_an_event_has_the_four_fields_of_aws_and_its_details():
    machine = asl.load(
        scope(A=pass_(Result=[1])), name="arn:aws:states:us-east-1:111122223333:stateMachine:m"
    )
    result = machine.run({"n": 1})
    at = datetime(2025, 1, 1, tzinfo=UTC)
    assert result.history == [
        {
            "timestamp": at,
            "type": "ExecutionStarted",
            "id": 1,
            "previousEventId": 0,
            "executionStartedEventDetails": {
                "input": '{"n":1}',
                "inputDetails": WHOLE,
                "roleArn": "arn:aws:iam::111122223333:role/StepFunctionsRole",
            },
        },
        {
            "timestamp": at,
            "type": "PassStateEntered",
            "id": 2,
            "previousEventId": 0,
            "stateEnteredEventDetails": {"name": "A", "input": '{"n":1}', "inputDetails": WHOLE},
        },
        {
            "timestamp": at,
            "type": "PassStateExited",
            "id": 3,
            "previousEventId": 2,
            "stateExitedEventDetails": {"name": "A", "output": "[1]", "outputDetails": WHOLE},
        },
        {
            "timestamp": at,
            "type": "ExecutionSucceeded",
            "id": 4,
            "previousEventId": 3,
            "executionSucceededEventDetails": {"output": "[1]", "outputDetails": WHOLE},
        },
    ]


@pytest.mark.parametrize(
    ("definition", "kind", "told"),
    [
        (scope(A=fail("E", "c")), "ExecutionFailed", {"error": "E", "cause": "c"}),
        (scope(A=fail()), "ExecutionFailed", {}),
        ({**scope(A=wait(9)), "TimeoutSeconds": 3}, "ExecutionTimedOut", {}),
        (scope(A=map_(scope(B=pass_()))), "MapStateStarted", {"length": 1}),
        (scope(A=map_(scope(B=pass_()))), "MapIterationStarted", {"name": "A", "index": 0}),
        (scope(A=map_(scope(B=pass_()))), "MapIterationSucceeded", {"name": "A", "index": 0}),
        (scope(A=map_(scope(B=fail()))), "MapIterationFailed", {"name": "A", "index": 0}),
        (
            scope(A=parallel(scope(B=map_(scope(C=wait(9)))), scope(D=wait(1), E=fail()))),
            "MapIterationAborted",
            {"name": "B", "index": 0},
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_details_of_events_around_states(definition, kind, told):
    event = events(asl.load(definition).run([1]), kind)[0]
    assert details(event) == told
    assert f"{kind[0].lower()}{kind[1:]}EventDetails" in event


@pytest.mark.parametrize(
    "kind",
    [
        "ParallelStateStarted",
        "ParallelStateSucceeded",
        "MapStateSucceeded",
        "LambdaFunctionStarted",
    ],
)
def test_events_that_say_no_more_have_no_details(kind):
    definition = scope(P=parallel(scope(M=map_(scope(T=task())))))
    event = events(asl.load(definition).run([1], tasks={"work": lambda _: 1}), kind)[0]
    assert event.keys() == {"timestamp", "type", "id", "previousEventId"}


@pytest.mark.parametrize(
    "kind", ["ParallelStateFailed", "MapStateFailed", "WaitStateAborted", "ParallelStateAborted"]
)
def test_events_of_failed_and_aborted_states_have_no_details(kind):
    inner = scope(Q=parallel(scope(W=wait(60))))
    definition = scope(P=parallel(scope(M=map_(scope(X=wait(1), F=fail("E")))), inner))
    event = events(asl.load(definition).run([1]), kind)[0]
    assert event.keys() == {"timestamp", "type", "id", "previousEventId"}


def test_values_are_shown_as_the_compact_text_that_aws_writes():
    result = load(A=pass_()).run({"text": 'ü"/', "n": 1.0, "list": [None, True], "big": 1e20})
    text = details(result.history[0])["input"]
    assert text == '{"text":"ü\\"/","n":1.0,"list":[null,true],"big":1.0E20}'


def test_times_are_aware_and_kept_to_the_microsecond():
    start = datetime(2026, 3, 1, 12, 0, 0, 5, tzinfo=UTC)
    result = load(A=wait(Timestamp="2026-03-01T12:00:00.000007Z")).run(
        clock=asl.VirtualClock(start)
    )
    assert result.history[0]["timestamp"] == start
    assert result.history[-1]["timestamp"] == start + timedelta(microseconds=2)
    assert instant(1).utcoffset() == timedelta(0)


def test_a_history_can_be_asked_for_from_an_event_on():
    result = load(A=pass_(), B=pass_()).run()
    execution = begin(scope(A=pass_(), B=pass_()))
    execution.receive(None, 0)
    assert execution.event_count == len(result.history) == 6
    shown = [(event["id"], event["type"]) for event in execution.recorded().events(5)]
    assert shown == [(5, "PassStateExited"), (6, "ExecutionSucceeded")]
    assert list(execution.recorded().events(7)) == []


def test_states_entered_are_named_in_order_those_inside_too():
    definition = scope(A=parallel(scope(B=pass_(), C=task()), scope(D=SUCCEED)), E=fail())
    execution = begin(definition)
    (command,) = execution.receive(None, 0)
    assert execution.recorded().entered_states() == ["A", "B", "C", "D"]
    assert command.resource.arn == FUNCTION
