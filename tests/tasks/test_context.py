"""What a handler may know about the call that it answers."""

from datetime import UTC, datetime, timedelta
from uuid import RFC_4122, UUID

import pytest

import asl
from tests.definitions import (
    FUNCTION,
    INVOKE,
    SUCCEED,
    choice,
    load,
    map_,
    pass_,
    retry,
    scope,
    task,
    wait,
)


def contexts(machine, value=None, reply=None, **options):
    """The contexts of all calls of a run."""
    seen = []

    def work(payload, context):
        seen.append(context)
        return reply(context) if reply else 1

    machine.run({} if value is None else value, tasks={"*": work}, **options)
    return seen


def test_the_context_names_state_resource_execution_and_time():
    (context,) = contexts(load(W=wait(90), Pay=task()), name="order-7")
    assert context.state_name == "Pay"
    assert context.resource == FUNCTION
    assert context.execution_id == (
        "arn:aws:states:us-east-1:123456789012:execution:StateMachine:order-7"
    )
    assert context.now == datetime(2025, 1, 1, 0, 1, 30, tzinfo=UTC)
    assert (context.attempt, context.call) == (1, 1)
    assert context.token is None


def test_the_input_is_that_of_the_state_before_paths_and_parameters():
    machine = load(
        Pay=task(INVOKE, InputPath="$.a", Parameters={"FunctionName": "f", "Payload": 1})
    )
    (context,) = contexts(machine, {"a": {"b": 1}})
    assert context.input == {"a": {"b": 1}}
    assert context.resource == INVOKE


def test_attempts_count_retries_and_calls_count_all():
    early = {"Variable": "$$.State.EnteredTime", "StringLessThan": "2025-01-01T00:00:02"}
    machine = asl.load(
        scope(
            A=task(Retry=[retry(MaxAttempts=1)], ResultPath=None),
            Again=choice({**early, "Next": "A"}, Default="End"),
            End=SUCCEED,
        )
    )
    seen = contexts(machine, reply=lambda c: asl.fails("Busy") if c.attempt == 1 else 1)
    assert [(context.attempt, context.call) for context in seen] == [(1, 1), (2, 2), (1, 3), (2, 4)]


def test_each_iteration_has_its_own_attempts_and_all_share_the_calls():
    machine = load(M=map_(scope(A=task(Retry=[retry(MaxAttempts=1)]))))
    seen = contexts(machine, [0, 0], reply=lambda c: asl.fails("Busy") if c.attempt == 1 else 1)
    assert [(context.attempt, context.call) for context in seen] == [(1, 1), (1, 2), (2, 3), (2, 4)]


def test_a_heartbeat_in_virtual_time_changes_nothing():
    def work(payload, context):
        context.heartbeat()
        context.heartbeat()
        return asl.returns(1, after=6)

    machine = load(A=task(HeartbeatSeconds=5), B=pass_())
    result = machine.run(tasks={"work": work})
    assert (result.error, result.elapsed) == ("States.Timeout", timedelta(seconds=5))


def test_a_context_is_a_value():
    (context,) = contexts(load(A=task()))
    with pytest.raises(AttributeError):
        context.attempt = 2


def test_an_idempotency_token_names_one_call():
    machine = load(M=map_(scope(A=task(Retry=[retry(MaxAttempts=1)]))))

    def fail_once(context):
        return asl.fails("Busy") if context.attempt == 1 else 1

    def tokens(**options):
        seen = contexts(machine, [0, 0], fail_once, **options)
        return [context.idempotency_token for context in seen]

    first = tokens(name="one", seed=1)
    assert len(set(first)) == 4
    assert {UUID(token).version for token in first} == {8}
    assert {UUID(token).variant for token in first} == {RFC_4122}
    assert tokens(name="one", seed=1) == first
    assert set(tokens(name="other", seed=1)).isdisjoint(first)
    assert set(tokens(name="one", seed=2)).isdisjoint(first)


def test_a_call_that_is_made_again_has_its_idempotency_token_again():
    machine, seen = load(A=task()), []

    def work(payload, context):
        seen.append(context.idempotency_token)
        return 1

    run = machine.start(tasks={"work": work})
    again = machine.restore(run.snapshot(), tasks={"work": work})
    run.advance()
    again.advance()
    assert seen[0] == seen[1]
