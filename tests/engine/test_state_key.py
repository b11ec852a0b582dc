"""Keys of executions: what two that go on alike share, and what tells others apart.

That equal keys mean equal futures is a law: tests/testing/test_exploring_laws.py.
"""

import pytest

import asl
from asl.engine.events import Signalled, TaskFailed, TaskSucceeded
from asl.engine.snapshot import fork
from asl.engine.state_key import shows_time_or_ids, state_key
from tests.definitions import (
    begin,
    catch,
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


def reply(execution, event, *, after=0, call=0):
    """The execution after one of its calls was answered, a while later."""
    twin = fork(execution)
    task_id = execution.calls()[call].task_id
    now = execution.now + after * SECOND
    if isinstance(event, str):
        twin.receive(TaskFailed(task_id, event, None), now)
    else:
        twin.receive(TaskSucceeded(task_id, asl.Payload(event)), now)
    return twin


def wake(execution):
    execution.receive(None, execution.wake_at)
    return execution


def started(machine, value=None, **options):
    execution = begin(machine, value, **options)
    execution.receive(None, execution.now)
    return execution


# ---------------------------------------------------------------- what is forgotten


def test_which_error_was_retried_and_when_is_forgotten():
    execution = started(load(A=task(Retry=[retry("X", "Y")]), B=task()))
    first, second = wake(reply(execution, "X")), wake(reply(execution, "Y", after=7))
    assert state_key(first) == state_key(second)
    assert state_key(first, exact=True) != state_key(second, exact=True)


def test_how_often_a_state_was_retried_is_forgotten_when_it_is_left():
    machine = load(A=task(Retry=[retry("X")], ResultPath=None), B=task(), C=task())
    execution = started(machine)
    at_once = reply(execution, {})
    retried = reply(wake(reply(execution, "X")), {})
    assert state_key(at_once) == state_key(retried)
    assert state_key(execution) != state_key(wake(reply(execution, "X")))


def test_the_order_of_two_branches_is_forgotten_when_both_are_done():
    machine = load(P=parallel(scope(A=task()), scope(B=task())), C=task())
    execution = started(machine)
    one = reply(reply(execution, 1), 2)
    other = reply(reply(execution, 2, call=1), 1)
    assert state_key(one) == state_key(other)


def test_executions_that_ended_alike_are_alike():
    execution = started(load(A=task(Retry=[retry("X")])))
    assert state_key(reply(execution, 1)) == state_key(reply(wake(reply(execution, "X")), 1))
    assert state_key(reply(execution, 1)) != state_key(reply(execution, 2))
    assert state_key(reply(execution, "Y")) != state_key(reply(execution, "Z"))


# ---------------------------------------------------------------- what is told apart


@pytest.mark.parametrize(
    ("machine", "one", "other"),
    [
        (load(A=task(), B=task()), {"n": 1}, {"n": 2}),
        (load(A=task(), B=task()), {"n": 1}, {"n": 1.0}),
        (load(A=task(), B=task()), {"n": 1}, {"n": True}),
        (load(A=task(), B=task()), {"a": 1, "b": 2}, {"b": 2, "a": 1}),
        (load(A=task(Assign={"v.$": "$.n"}, ResultPath=None), B=task()), {"n": 1}, {"n": 2}),
        (load(A=task(Catch=[catch("B")]), B=task()), "X", "Y"),
        (load(A=task(), W=wait(SecondsPath="$.n")), {"n": 1}, {"n": 2}),
        (load(A=task(), B=task(TimeoutSecondsPath="$.n")), {"n": 1}, {"n": 2}),
        (load(A=task(), M=map_(scope(X=task()), MaxConcurrency=1)), [1, 2], [1, 3]),
        (
            load(A=task(), M=map_(scope(X=task()), MaxConcurrencyPath="$.n", ItemsPath="$.list")),
            {"n": 1, "list": [1, 1]},
            {"n": 2, "list": [1, 1]},
        ),
    ],
    ids=[
        "data", "a fraction", "a boolean", "the order of keys", "a variable", "what was caught",
        "how long it waits", "a timeout", "an item to come", "the width of a map",
    ],
)  # fmt: skip
def test_what_a_state_ahead_can_see_tells_executions_apart(machine, one, other):
    value = {"n": 5, "list": []}
    execution = started(machine, value)
    first, second = reply(execution, one), reply(execution, other)
    assert first.is_running
    assert second.is_running
    assert state_key(first) != state_key(second)


def test_a_timer_counts_as_a_span_from_now():
    machine = load(P=parallel(scope(A=task(), B=task()), scope(W=wait(60))))
    execution = started(machine)
    assert state_key(reply(execution, 1, after=5)) != state_key(reply(execution, 1, after=6))
    later = started(machine, now=77 * SECOND)
    assert state_key(execution) == state_key(later)


def test_what_was_kept_of_random_numbers_and_signals_counts():
    machine = load(
        C=choice({"Variable": "$.draw", "BooleanEquals": True, "Next": "D"}, Default="A"),
        D=pass_(Parameters={"n.$": "States.MathRandom(1, 9)"}, ResultPath=None, Next="A"),
        A=task(),
    )
    drawn, plain = started(machine, {"draw": True}), started(machine, {"draw": False})
    drawn.root.data = plain.root.data
    drawn.root.call = plain.root.call
    assert state_key(drawn) != state_key(plain)
    assert state_key(fork(drawn)) == state_key(drawn)
    signalled = fork(plain)
    signalled.receive(Signalled("go", asl.Payload(1)), 0)
    assert state_key(signalled) != state_key(plain)


# ---------------------------------------------------------------- who sees time and ids


SEES = {
    "the time of entering": pass_(Parameters={"at.$": "$$.State.EnteredTime"}),
    "in a function": pass_(Parameters={"at.$": "States.Format('{}', $$.State.EnteredTime)"}),
    "the state's context": pass_(Parameters={"state.$": "$$.State"}),
    "the whole context": pass_(InputPath="$$"),
    "in brackets": pass_(Parameters={"at.$": "$$['State']['EnteredTime']"}),
    "a task token": task(
        "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        Parameters={"QueueUrl": "q", "MessageBody": {"token.$": "$$.Task.Token"}},
    ),
    "a wait until": wait(TimestampPath="$.at"),
    "a wait until a day": wait(Timestamp="2030-01-01T00:00:00Z"),
    "now": pass_(QueryLanguage="JSONata", Output="{% $now() %}"),
    "milliseconds": pass_(QueryLanguage="JSONata", Output="{% $millis() %}"),
    "the context of JSONata": pass_(
        QueryLanguage="JSONata", Output="{% $states.context.State.EnteredTime %}"
    ),
    "all of JSONata": pass_(QueryLanguage="JSONata", Output="{% $states %}"),
}
DOES_NOT = {
    "data": pass_(Parameters={"n.$": "$.State.EnteredTime"}),
    "the execution": pass_(
        Parameters={"id.$": "$$.Execution.Id", "at.$": "$$.Execution.StartTime"}
    ),
    "an item": pass_(Parameters={"i.$": "$$.Map.Item.Index"}),
    "the machine": pass_(Parameters={"m.$": "$$.StateMachine.Name"}),
    "retries": pass_(Parameters={"n.$": "$$.State.Name"}),
    "a wait": wait(5),
    "JSONata's input": pass_(
        QueryLanguage="JSONata", Output="{% $states.input.n & $states.context.Execution.Name %}"
    ),
}


@pytest.mark.parametrize("name", SEES)
def test_a_definition_that_can_see_the_time_or_an_id_is_known(name):
    assert shows_time_or_ids(load(A=pass_(), B=SEES[name], C=pass_()).definition)


@pytest.mark.parametrize("name", DOES_NOT)
def test_a_definition_that_sees_only_what_stays_the_same_is_known_too(name):
    assert not shows_time_or_ids(load(A=pass_(), B=DOES_NOT[name], C=pass_()).definition)
