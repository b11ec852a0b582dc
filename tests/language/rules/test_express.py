"""What an Express state machine may not do."""

import pytest

from tests.definitions import SUCCEED, parallel, scope, task
from tests.language.findings import (
    ACTIVITY,
    CALLBACK,
    DISTRIBUTED,
    LAMBDA,
    distributed,
    found,
    locations,
    rules,
    state,
    with_map,
)

JOB = "arn:aws:states:::batch:submitJob.sync"
NESTED = "arn:aws:states:::states:startExecution.sync:2"
NO_SYNC = "Express state machine does not support '.sync' service integration"
NO_TOKEN = "Express state machine does not support '.waitForTaskToken' service integration "
NO_ACTIVITY = "Express state machine does not support Activity ARN"
NO_MAP = (
    "The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state machines"
)
TOKEN = {"Token.$": "$$.Task.Token"}


@pytest.mark.parametrize(
    ("resource", "message"),
    [(JOB, NO_SYNC), (NESTED, NO_SYNC), (CALLBACK, NO_TOKEN), (ACTIVITY, NO_ACTIVITY)],
)
def test_an_express_machine_waits_for_nobody(resource, message):
    tree = task(resource, Parameters=TOKEN)
    machine = state(tree)
    assert found(machine, type="EXPRESS") == [("ASL-310", "/States/A/Resource", message)]
    assert locations(machine, "ASL-310", type="EXPRESS") == ["/States/A/Resource"]
    assert found(machine) == []
    inner = state(parallel(scope(In=tree)))
    assert rules(inner, type="EXPRESS") == ["ASL-310"]


def test_an_express_machine_calls_what_answers_at_once():
    for resource in (LAMBDA, "arn:aws:states:::sqs:sendMessage", "arn:aws:states:::aws-sdk:s3:a"):
        assert found(state(task(resource)), type="EXPRESS") == []


def test_an_express_machine_has_no_distributed_map():
    assert found(distributed(), type="EXPRESS") == [
        ("ASL-310", "/States/A/ItemProcessor/ProcessorConfig/Mode", NO_MAP)
    ]
    assert locations(distributed(), "ASL-310", type="EXPRESS") == [
        "/States/A/ItemProcessor/ProcessorConfig/Mode"
    ]
    assert found(distributed()) == []
    assert found(with_map(config={"Mode": "INLINE"}), type="EXPRESS") == []


def map_of(tree, config):
    processor = scope(In=tree) | {"ProcessorConfig": config}
    return state({"Type": "Map", "ItemProcessor": processor})


EXPRESS = {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}


def test_the_children_of_a_distributed_map_have_a_type_of_their_own():
    where = "/States/A/ItemProcessor/States/In/Resource"
    assert found(map_of(task(JOB), EXPRESS)) == [("ASL-310", where, NO_SYNC)]
    assert found(map_of(task(JOB), DISTRIBUTED)) == []
    assert found(map_of(task(LAMBDA), EXPRESS)) == []


def test_express_children_have_no_distributed_map_either():
    inner = {"Type": "Map", "ItemProcessor": scope(Deep=SUCCEED) | {"ProcessorConfig": DISTRIBUTED}}
    assert rules(map_of(inner, EXPRESS)) == ["ASL-310"]
    assert rules(map_of(inner, DISTRIBUTED)) == []


def test_an_execution_type_that_an_inline_map_has_not_means_nothing():
    machine = map_of(task(JOB), {"Mode": "INLINE", "ExecutionType": "EXPRESS"})
    assert rules(machine) == ["ASL-404"]
