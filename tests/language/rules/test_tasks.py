"""Tasks: what they name, how long they may take, who is given their tokens."""

import json

import pytest

from tests.definitions import SUCCEED, pass_, scope, task
from tests.language.findings import (
    ACTIVITY,
    CALLBACK,
    LAMBDA,
    found,
    hints,
    jsonata_state,
    locations,
    pointers,
    rules,
    state,
)

TOKEN = {"Token.$": "$$.Task.Token"}
NO_ARN = "Value is not a valid resource ARN"


# ---------------------------------------------------------------- fields


@pytest.mark.parametrize("build", [state, jsonata_state])
@pytest.mark.parametrize("field", ["TimeoutSeconds", "HeartbeatSeconds"])
@pytest.mark.parametrize(
    ("seconds", "message"),
    [
        (0, "Minimum value is 1"),
        (-1, "Minimum value is 1"),
        (100_000_000, "Maximum value is 99999999"),
        (1.5, "Expected value of type Integer"),
        ("5", "Expected value of type Integer"),
        (True, "Expected value of type Integer"),
    ],
)
def test_seconds_are_whole_and_in_range(build, field, seconds, message):
    code = "ASL-305" if field == "TimeoutSeconds" else "ASL-306"
    machine = build(task(ACTIVITY, **{field: seconds}))
    assert found(machine) == [(code, f"/States/A/{field}", message)]
    assert locations(machine, code) == [f"/States/A/{field}"]


@pytest.mark.parametrize("seconds", [1, 99_999_999])
def test_seconds_may_be_one_or_three_years(seconds):
    assert found(state(task(ACTIVITY, TimeoutSeconds=seconds))) == []
    assert found(state(task(ACTIVITY, HeartbeatSeconds=seconds))) == []


def test_constants_that_fail_at_run_time_only_are_accepted():
    """Recorded: JSONataValidation-008, -010."""
    for text in ("{% -1 %}", "{% 1.6 %}"):
        assert found(jsonata_state(task(LAMBDA, TimeoutSeconds=text))) == []


def test_a_task_names_what_it_calls():
    message = "These fields are required: [Resource]"
    machine = state({"Type": "Task"})
    assert found(machine) == [("ASL-301", "/States/A", message)]
    assert locations(machine, "ASL-301") == ["/States/A"]
    message = "Expected value of type [STRING]"
    assert found(state(task(5))) == [("ASL-301", "/States/A/Resource", message)]


@pytest.mark.parametrize(
    ("credentials", "message"),
    [
        ({}, "The field 'RoleArn' is required but was missing"),
        ({"roleArn": "r"}, "The field 'RoleArn' is required but was missing"),
        (5, "Expected value of type [OBJECT]"),
        ("arn:aws:iam::1:role/r", "Expected value of type [OBJECT]"),
        ([], "Expected value of type [OBJECT]"),
    ],
)
@pytest.mark.parametrize("build", [state, jsonata_state])
def test_credentials_name_a_role(build, credentials, message):
    machine = build(task(LAMBDA, Credentials=credentials))
    assert found(machine) == [("ASL-304", "/States/A/Credentials", message)]
    assert locations(machine, "ASL-304") == ["/States/A/Credentials"]


def test_a_role_may_be_computed():
    assert found(state(task(LAMBDA, Credentials={"RoleArn": "arn:aws:iam::1:role/r"}))) == []
    assert found(state(task(LAMBDA, Credentials={"RoleArn.$": "$.role"}))) == []
    role = "{% $states.input.role %}"
    assert found(jsonata_state(task(LAMBDA, Credentials={"RoleArn": role}))) == []
    assert found(jsonata_state(task(LAMBDA, Credentials=role))) == []


def test_an_activity_has_no_credentials():
    machine = state(task(ACTIVITY, Credentials={"RoleArn": "r"}))
    message = "The field 'Credentials' is not supported for activities"
    assert found(machine) == [("ASL-304", "/States/A/Credentials", message)]


# ---------------------------------------------------------------- resources


@pytest.mark.parametrize(
    "resource",
    [
        LAMBDA,
        f"{LAMBDA}:PROD",
        f"{LAMBDA}:3",
        f"{LAMBDA}:$LATEST",
        "arn:aws-cn:lambda:cn-north-1:123456789012:function:work",
        "arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:work",
        "arn:aws-iso:states:::lambda:invoke",
        "arn:aws-iso-b:states:::sqs:sendMessage",
        "arn:aws-cn:states:::states:startExecution.sync:2",
        "arn:aws-us-gov:states:us-gov-west-1:123456789012:activity:work",
        ACTIVITY,
        "arn:aws:states:us-east-1:123456789012:activity:a.b-c_d",
        "arn:aws:states:::states:startExecution",
        "arn:aws:states:::states:startExecution.sync",
        "arn:aws:states:::states:startExecution.sync:2",
        "arn:aws:states:::states:startExecution.waitForTaskToken",
        "arn:aws:states:::aws-sdk:dynamodb:query",
        "arn:aws:states:::aws-sdk:dynamodb:query.waitForTaskToken",
        "arn:aws:states:::aws-sdk:newservice:doWhatNobodyKnows",
        "arn:aws:states:us-east-1:123456789012:sqs:sendMessage",
    ],
)
def test_a_resource_is_the_arn_of_what_can_be_called(resource):
    tree = task(resource, **({"Parameters": TOKEN} if resource.endswith("Token") else {}))
    assert found(state(tree)) == []


@pytest.mark.parametrize(
    "resource",
    [
        "",
        "work",
        "arn",
        "arn:aws",
        "arn:aws:states",
        "arn:aws:states:::",
        "arn:aws:lambda:us-east-1:123456789012:layer:work",
        "arn:aws:lambda:us-east-1:123456789012:function:",
        "arn:aws:sns:us-east-1:123456789012:topic",
        "arn:local:lambda:us-east-1:123456789012:function:work",
        "arn:AWS:states:::lambda:invoke",
        "https://example.com",
        "{% $resource %}",
        "local:human",
    ],
)
@pytest.mark.parametrize("build", [state, jsonata_state])
def test_other_text_is_no_arn(build, resource):
    machine = build(task(resource))
    assert [one[:2] for one in found(machine)] == [("ASL-302", "/States/A/Resource")]
    assert [one[2] for one in found(machine)] == [NO_ARN]
    assert locations(machine, "ASL-302") == ["/States/A/Resource"]


def test_a_name_that_is_ours_has_its_own_hint():
    assert hints(state(task("local:human")), "ASL-302") == ["it runs with us alone"]
    assert hints(state(task("work")), "ASL-302") == ["found 'work'"]


@pytest.mark.parametrize("resource", ["local:human", "local:signal:paid", "work"])
def test_extensions_make_a_name_of_ours_a_warning(resource):
    machine = state(task(resource, HeartbeatSeconds=5))
    assert found(machine, extensions=True) == [
        ("ASL-902", "/States/A/Resource", f"'{resource}' runs here, but not on AWS")
    ]


@pytest.mark.parametrize(
    ("resource", "hint"),
    [
        ("arn:aws:states:::dynamodb:query", ""),
        ("arn:aws:states:::dynamodb:getItm", "did you mean 'getItem'?"),
        ("arn:aws:states:::SQS:sendMessage", "did you mean 'sqs'?"),
        ("arn:aws:states:::sqs:SendMessage", "did you mean 'sendMessage'?"),
        ("arn:aws:states:::lambda:invoke.sync", "lambda:invoke has no '.sync'"),
        (
            "arn:aws:states:::sqs:sendMessage.waitForTaskTokens",
            "sqs:sendMessage has no '.waitForTaskTokens'",
        ),
        ("arn:aws:states:::sqs", ""),
        ("arn:aws:states:::aws-sdk:dynamodb", ""),
        ("arn:aws:states:::aws-sdk:dynamodb:query.sync", ""),
        ("arn:aws:states:::aws-sdk:sfn:startExecution.sync:2", ""),
        ("arn:aws:states:us-east-1:123456789012:stateMachine:work", ""),
        ("arn:aws:states:us-east-1:123456789012:activity:", ""),
        ("arn:aws:states:::nothing:really.at:all", ""),
    ],
)
def test_an_integration_is_one_that_aws_has(resource, hint):
    message = (
        f"The resource provided {resource} is not recognized. The value is not a valid resource "
        "ARN, or the resource is not available in this region."
    )
    machine = state(task(resource))
    assert found(machine) == [("ASL-303", "/States/A/Resource", message)]
    assert hints(machine, "ASL-303") == [hint]
    assert locations(machine, "ASL-303") == ["/States/A/Resource"]


def test_a_hint_does_not_deny_a_way_of_waiting_that_there_is():
    machine = state(task("arn:aws:states:::ecs:runTask.sync:2"))
    assert hints(machine, "ASL-303") == ["ecs:runTask has no '.sync:2'"]


@pytest.mark.parametrize(
    "resource",
    [
        "${WorkFunctionArn}",
        "arn:${AWS::Partition}:states:::sqs:sendMessage",
        "arn:aws:states:::sqs:sendMessage${Pattern}",
        "arn:aws:states:::${Service}:sendMessage",
        "arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:work",
    ],
)
def test_nothing_is_said_of_an_open_resource(resource):
    assert found(json.dumps(state(task(resource)))) == []
    assert found(json.dumps(state(task(resource))), type="EXPRESS") == []


# ---------------------------------------------------------------- heartbeats


@pytest.mark.parametrize(("beat", "timeout"), [(10, 10), (11, 10)])
def test_a_heartbeat_is_shorter_than_the_timeout(beat, timeout):
    machine = state(task(ACTIVITY, HeartbeatSeconds=beat, TimeoutSeconds=timeout))
    message = "HeartbeatSeconds must be smaller than TimeoutSeconds"
    assert found(machine) == [("ASL-307", "/States/A/HeartbeatSeconds", message)]
    assert hints(machine, "ASL-307") == [f"{beat} is not below {timeout}"]


@pytest.mark.parametrize(
    "fields",
    [
        {"HeartbeatSeconds": 9, "TimeoutSeconds": 10},
        {"HeartbeatSeconds": 9},
        {"HeartbeatSeconds": 9, "TimeoutSecondsPath": "$.t"},
        {"HeartbeatSecondsPath": "$.t", "TimeoutSeconds": 1},
    ],
)
def test_a_heartbeat_may_be_anything_else(fields):
    assert found(state(task(ACTIVITY, **fields))) == []


def test_a_heartbeat_that_is_computed_is_not_compared():
    tree = task(ACTIVITY, HeartbeatSeconds="{% $states.input.s %}", TimeoutSeconds=1)
    assert found(jsonata_state(tree)) == []


@pytest.mark.parametrize("resource", [LAMBDA, "arn:aws:states:::sqs:sendMessage"])
@pytest.mark.parametrize("field", ["HeartbeatSeconds", "HeartbeatSecondsPath"])
def test_a_heartbeat_that_nobody_can_send_is_a_warning(resource, field):
    value = 5 if field == "HeartbeatSeconds" else "$.s"
    message = "nobody can send a heartbeat for this task"
    machine = state(task(resource, **{field: value}))
    assert found(machine) == [("ASL-907", f"/States/A/{field}", message)]


@pytest.mark.parametrize("resource", [ACTIVITY, CALLBACK, "arn:aws:states:::batch:submitJob.sync"])
def test_a_heartbeat_that_somebody_may_send_is_fine(resource):
    tree = task(resource, HeartbeatSeconds=5, Parameters=TOKEN)
    assert found(state(tree)) == []


def test_a_heartbeat_may_be_sent_if_the_way_of_waiting_is_open():
    resource = "arn:aws:states:::sqs:sendMessage${Pattern}"
    assert found(json.dumps(state(task(resource, HeartbeatSeconds=5)))) == []


# ---------------------------------------------------------------- task tokens


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({}, "/States/A"),
        ({"Parameters": {}}, "/States/A/Parameters"),
        ({"Parameters": {"MessageBody.$": "$.body"}}, "/States/A/Parameters"),
        ({"Parameters": {"Token.$": "$$.Execution.Id"}}, "/States/A/Parameters"),
    ],
)
def test_a_task_gives_its_token_to_somebody(fields, pointer):
    machine = state(task(CALLBACK, **fields))
    message = "the task waits for a token that it gives to nobody"
    assert found(machine) == [("ASL-311", pointer, message)]
    assert hints(machine, "ASL-311") == ["pass $$.Task.Token in Parameters"]


@pytest.mark.parametrize(
    "parameters",
    [
        TOKEN,
        {"MessageBody": {"a": [TOKEN]}},
        {"Body.$": "States.Format('{}', $$.Task.Token)"},
        {"Context.$": "$$"},
        {"Task.$": "$$.Task"},
    ],
)
def test_a_token_may_be_anywhere_in_the_parameters(parameters):
    assert found(state(task(CALLBACK, Parameters=parameters))) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"Parameters": {"Token.$": "$$['Task']['Token']"}},
        {"Parameters": {"Body.$": "States.JsonToString($$)"}},
        {"InputPath": "$$", "Parameters": {"Token.$": "$.Task.Token"}},
        {"InputPath": "$$.Task"},
    ],
    ids=["quoted", "in a call", "view", "view alone"],
)
def test_a_token_may_be_given_in_other_ways(fields):
    assert "ASL-311" not in rules(state(task(CALLBACK, **fields)))


def test_an_open_parameter_may_be_the_token():
    for given in ({"Token.$": "${Token}"}, {"${Name}": 1}, "${Parameters}"):
        assert found(json.dumps(state(task(CALLBACK, Parameters=given)))) == []


def test_a_jsonata_task_gives_its_token_in_its_arguments():
    nobody = jsonata_state(task(CALLBACK, Arguments={"Body": "{% $states.input %}"}))
    assert pointers(nobody, "ASL-311") == ["/States/A/Arguments"]
    assert hints(nobody, "ASL-311") == ["pass $states.context.Task.Token in Arguments"]
    for given in ("{% $states.context.Task.Token %}", {"All": "{% $states.context %}"}):
        assert found(jsonata_state(task(CALLBACK, Arguments=given))) == []
    assert found(jsonata_state(task(CALLBACK))) == []


def test_a_task_that_waits_for_no_token_needs_none():
    assert found(state(task("arn:aws:states:::sqs:sendMessage", Parameters={"a": 1}))) == []
    assert found(scope(A=pass_(), B=SUCCEED)) == []
