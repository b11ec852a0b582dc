"""What AWS would call a machine and its executions, and what the context object says."""

import re
from datetime import UTC, datetime

import pytest

import asl
from asl.engine.identity import MachineArn, machine_arn, timestamp
from tests.definitions import INVOKE, load, map_, parallel, pass_, retry, scope, task, wait

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
WHOLE = "arn:aws-cn:states:cn-north-1:111122223333:stateMachine:orders"


def test_a_machine_given_by_name_lives_in_a_made_up_account():
    arn = machine_arn("orders")
    assert str(arn) == "arn:aws:states:us-east-1:123456789012:stateMachine:orders"
    assert arn.role == "arn:aws:iam::123456789012:role/StepFunctionsRole"
    assert arn.execution("e") == "arn:aws:states:us-east-1:123456789012:execution:orders:e"


def test_a_machine_given_by_its_arn_keeps_partition_region_and_account():
    arn = machine_arn(WHOLE)
    assert arn == MachineArn("orders", "aws-cn", "cn-north-1", "111122223333")
    assert str(arn) == WHOLE
    assert arn.role == "arn:aws-cn:iam::111122223333:role/StepFunctionsRole"
    assert arn.express_execution("e", "r") == (
        "arn:aws-cn:states:cn-north-1:111122223333:express:orders:e:r"
    )


@pytest.mark.parametrize(
    "name",
    [
        "arn:aws:lambda:us-east-1:123456789012:function:work",
        "arn:aws:states:us-east-1:12:stateMachine:orders",
        "arn:aws:states:us-east-1:123456789012:stateMachine:",
        "arn:aws:states:us-east-1:123456789012:execution:orders:e",
    ],
)
def test_an_arn_of_something_else_is_refused(name):
    with pytest.raises(asl.UsageError, match="not the ARN of a state machine"):
        asl.load(scope(A=pass_()), name=name)


# ---------------------------------------------------------------- names of executions


def test_an_execution_has_the_name_it_is_given():
    result = asl.load(scope(A=pass_()), name=WHOLE).run(name="order-7")
    assert result.execution_id == (
        "arn:aws-cn:states:cn-north-1:111122223333:execution:orders:order-7"
    )


def test_an_execution_without_a_name_has_a_uuid_that_follows_the_seed():
    machine = load(A=pass_())
    names = [machine.run(seed=seed).execution_id for seed in (1, 2, 1)]
    prefix = "arn:aws:states:us-east-1:123456789012:execution:StateMachine:"
    assert all(re.fullmatch(prefix + UUID, name) for name in names)
    assert names[0] == names[2] != names[1]


def test_an_express_execution_has_a_run_id_beside_its_name():
    machine = asl.load(scope(A=pass_()), type="EXPRESS", name="orders")
    prefix = "arn:aws:states:us-east-1:123456789012:express:orders:"
    assert re.fullmatch(f"{prefix}{UUID}:{UUID}", machine.run().execution_id)
    assert re.fullmatch(f"{prefix}order-7:{UUID}", machine.run(name="order-7").execution_id)


def test_asking_for_the_name_draws_no_random_number():
    machine = load(
        A=pass_(Parameters={"id.$": "$$.Execution.Id"}, ResultPath="$.id"),
        B=pass_(Parameters={"n.$": "States.MathRandom(0, 1000000)"}),
    )
    plain = load(B=pass_(Parameters={"n.$": "States.MathRandom(0, 1000000)"}))
    assert machine.run({}, seed=5).output == plain.run(seed=5).output


# ---------------------------------------------------------------- the context object


def context(*, machine=None, **options):
    """The whole context object, as a Pass sees it."""
    machine = machine or load(A=pass_(Parameters={"c.$": "$$"}))
    return machine.run({"n": 1}, name="order-7", **options).output["c"]


def test_the_context_object_of_a_standard_execution_in_the_order_of_aws():
    shown = context()
    assert shown == {
        "Execution": {
            "Id": "arn:aws:states:us-east-1:123456789012:execution:StateMachine:order-7",
            "Input": {"n": 1},
            "StartTime": "2025-01-01T00:00:00.000Z",
            "Name": "order-7",
            "RoleArn": "arn:aws:iam::123456789012:role/StepFunctionsRole",
            "RedriveCount": 0,
        },
        "StateMachine": {
            "Id": "arn:aws:states:us-east-1:123456789012:stateMachine:StateMachine",
            "Name": "StateMachine",
        },
        "State": {"Name": "A", "EnteredTime": "2025-01-01T00:00:00.000Z"},
    }
    assert list(shown) == ["Execution", "StateMachine", "State"]
    assert list(shown["Execution"]) == [
        "Id",
        "Input",
        "StartTime",
        "Name",
        "RoleArn",
        "RedriveCount",
    ]


def test_a_synchronous_express_execution_was_never_redriven():
    machine = asl.load(scope(A=pass_(Parameters={"c.$": "$$"})), type="EXPRESS")
    assert "RedriveCount" not in context(machine=machine, synchronous=True)["Execution"]
    assert context(machine=machine)["Execution"]["RedriveCount"] == 0


def test_only_task_parallel_and_map_count_retries():
    seen = {}
    machine = load(
        P=parallel(
            scope(T=task(INVOKE, Parameters={"FunctionName": "f", "Payload": {"s.$": "$$.State"}})),
            Parameters={"s.$": "$$.State"},
        ),
        M=map_(scope(A=pass_()), ItemSelector={"s.$": "$$.State"}),
    )
    result = machine.run(tasks={"f": lambda payload: seen.setdefault("T", payload["s"])})
    assert seen["T"]["RetryCount"] == 0
    assert result.output[0]["s"]["RetryCount"] == 0
    assert result.output[0]["s"]["Name"] == "M"
    assert "RetryCount" not in context()["State"]


def test_the_entered_time_of_a_task_stays_that_of_its_entry_in_each_attempt():
    seen = []

    def work(payload):
        seen.append(payload["s"])
        raise asl.TaskFailed("Busy")

    load(
        W=wait(2),
        T=task(Parameters={"s.$": "$$.State"}, Retry=[retry(MaxAttempts=2)]),
    ).run(tasks={"work": work})
    assert seen == [
        {"Name": "T", "EnteredTime": "2025-01-01T00:00:02.000Z", "RetryCount": retries}
        for retries in (0, 1, 2)
    ]


def test_the_input_of_the_execution_is_there_in_every_state():
    machine = load(
        A=pass_(Result="gone"),
        P=parallel(scope(B=pass_(Parameters={"n.$": "$$.Execution.Input.n"}))),
    )
    assert machine.run({"n": 1}).output == [{"n": 1}]


@pytest.mark.parametrize(
    ("at_us", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1_735_689_600_123_456, "2025-01-01T00:00:00.123Z"),
        (1_735_689_600_999_999, "2025-01-01T00:00:00.999Z"),
    ],
)
def test_times_of_the_context_object_have_milliseconds(at_us, text):
    assert timestamp(at_us) == text


def test_the_start_time_is_that_of_the_clock():
    start = datetime(2026, 5, 6, 7, 8, 9, tzinfo=UTC)
    assert context(clock=asl.VirtualClock(start))["Execution"]["StartTime"] == (
        "2026-05-06T07:08:09.000Z"
    )
