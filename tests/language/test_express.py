"""What an Express machine may not do."""

import pytest

import asl

TASK = {"Type": "Task", "End": True}


def machine(**state):
    return {"StartAt": "A", "States": {"A": {**TASK, **state}}}


@pytest.mark.parametrize(
    ("resource", "message"),
    [
        (
            "arn:aws:states:::states:startExecution.sync:2",
            "Express state machine does not support '.sync' service integration",
        ),
        (
            "arn:aws:states:::sns:publish.waitForTaskToken",
            "Express state machine does not support '.waitForTaskToken' service integration ",
        ),
        (
            "arn:aws:states:eu-west-1:123456789012:activity:pack",
            "Express state machine does not support Activity ARN",
        ),
    ],
)
def test_tasks_that_wait_for_others_are_refused(resource, message):
    definition = machine(Resource=resource)
    with pytest.raises(asl.InvalidDefinition) as caught:
        asl.load(definition, type="EXPRESS")
    (fault,) = caught.value.diagnostics
    assert (fault.message, fault.pointer) == (message, "/States/A/Resource")
    assert asl.load(definition).start_at == "A"


@pytest.mark.parametrize("resource", ["arn:aws:states:::sqs:sendMessage", "charge"])
def test_calls_that_answer_at_once_are_fine(resource):
    assert asl.load(machine(Resource=resource), type="EXPRESS").start_at == "A"


def test_what_an_express_child_runs_is_held_to_the_same():
    inner = {
        **machine(Resource="arn:aws:states:::sns:publish.waitForTaskToken"),
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
    }
    inner["States"] = {"B": inner["States"]["A"]}
    inner["StartAt"] = "B"
    definition = machine(Type="Map", ItemProcessor=inner)
    with pytest.raises(asl.InvalidDefinition) as caught:
        asl.load(definition)
    assert [fault.pointer for fault in caught.value.diagnostics] == [
        "/States/A/ItemProcessor/States/B/Resource"
    ]


def test_an_express_machine_has_no_distributed_map():
    inner = {**machine(Resource="f"), "ProcessorConfig": {"Mode": "DISTRIBUTED"}}
    inner["States"] = {"B": inner["States"]["A"]}
    inner["StartAt"] = "B"
    with pytest.raises(asl.InvalidDefinition, match="'DISTRIBUTED' is not supported inside"):
        asl.load(machine(Type="Map", ItemProcessor=inner), type="EXPRESS")
