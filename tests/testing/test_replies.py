"""Replies of mocked services against AWS's models: as TestState answered, and as services do."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asl.errors import MissingExtra, UnsupportedFeature, UsageError
from asl.testing import replies
from asl.testing.replies import MODES, field_name, validate_reply
from tests.conformance.corpus import CORPUS, load_cases

PREFIX = "Mock result schema validation error: "
PUT_EVENTS = "arn:aws:states:::events:putEvents"
START = "arn:aws:states:::states:startExecution"


def mocked_results():
    """Of TestState: resource, mock and AWS's answer."""
    for case in load_cases(CORPUS / "test_state"):
        mock = case["request"].get("mock", {})
        definition = case.get("definition", {})
        resource = definition.get("Resource")
        if resource and "result" in mock and "errorOutput" not in mock:
            yield pytest.param(resource, mock, case["expected"], id=case["id"].split("::")[1])


@pytest.mark.parametrize(("resource", "mock", "expected"), list(mocked_results()))
def test_what_teststate_said(resource, mock, expected):
    said = validate_reply(resource, mock["result"], mock.get("fieldValidationMode", "STRICT"))
    message = expected.get("message", "")
    assert said == (message if message.startswith(PREFIX) else None)


def real_replies():
    """What services really replied, taken out of recorded executions: one of each kind."""
    seen = set()
    for case in load_cases(CORPUS / "executions"):
        for entries in case["tasks"].values():
            for attempt in (attempt for entry in entries for attempt in entry["attempts"]):
                key = attempt.get("resourceType"), attempt.get("resource")
                if all(key) and "result" in attempt and key not in seen:
                    seen.add(key)
                    yield pytest.param(":".join(key), attempt["result"], id=":".join(key))


@pytest.mark.parametrize(("service", "reply"), list(real_replies()))
def test_real_replies_are_fine(service, reply):
    resource = f"arn:aws:states:::{service}"
    assert validate_reply(resource, reply, "STRICT", parsed_payloads=True) is None


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the recordings are not here")
def test_there_are_recordings_enough():
    assert len(list(mocked_results())) > 20
    assert len(list(real_replies())) > 20


@pytest.mark.parametrize(
    ("action", "reply", "said"),
    [
        ("aws-sdk:sfn:describeExecution", {"Status": "SLEEPING"}, "'Status' is not an expected v"),
        ("aws-sdk:dynamodb:getItem", {"Item": []}, "'Item' must be an object"),
        ("aws-sdk:dynamodb:getItem", {"Item": {"id": {"S": 1}}}, "'S' must be a string"),
        ("aws-sdk:dynamodb:getItem", {"Item": {"id": {"L": [{"S": 1}]}}}, "'S' must be a string"),
        ("aws-sdk:lambda:getFunction", {"Tags": {"team": 1}}, "'Tags' must be a string"),
        ("aws-sdk:lambda:getFunction", {"Configuration": None}, "'Configuration' must be an obj"),
        (
            "aws-sdk:lambda:getFunction",
            {"Configuration": {"Timeout": 0}},
            "'Timeout' is less than the minimum value",
        ),
        (
            "aws-sdk:lambda:getFunction",
            {"Configuration": {"MemorySize": 10**9}},
            "'MemorySize' is greater than the maximum value",
        ),
        ("lambda:invoke", {"StatusCode": True}, "'StatusCode' must be a number"),
        ("lambda:invoke", {"Payload": {"id": 1}}, "'Payload' must be a string"),
        ("aws-sdk:s3:getObject", {"DeleteMarker": "no"}, "'DeleteMarker' must be a boolean"),
        ("states:startExecution.sync", {"StartDate": 1}, "'StartDate' must be a string"),
    ],
)
def test_types_at_any_depth(action, reply, said):
    assert f"Field {said}" in validate_reply(f"arn:aws:states:::{action}", reply, "PRESENT")


def test_required_fields_count_in_strict_mode_only_and_at_any_depth():
    resource = "arn:aws:states:::aws-sdk:sfn:listExecutions"
    reply = {"Executions": [{"Name": "one"}]}
    said = validate_reply(resource, reply, "STRICT")
    assert said == f"{PREFIX}Required field 'ExecutionArn' is missing"
    assert validate_reply(resource, reply, "PRESENT") is None


def test_a_reply_is_an_object():
    assert validate_reply(PUT_EVENTS, ["an event"], "PRESENT") == (
        "Mocked result must be a JSON object."
    )


def test_what_an_integration_parses_may_be_json_if_wanted():
    invoke = "arn:aws:states:::lambda:invoke"
    reply = {"Payload": {"id": 1}, "StatusCode": 200}
    assert validate_reply(invoke, reply, "STRICT", parsed_payloads=True) is None
    assert validate_reply(invoke, {"StatusCode": "200"}, "STRICT", parsed_payloads=True)


@pytest.mark.parametrize(
    "resource",
    [
        "arn:aws:lambda:us-east-1:123456789012:function:price",
        "arn:aws:states:us-east-1:123456789012:activity:sign",
        "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "arn:aws:states:::http:invoke",
        "arn:aws:states:::apigateway:invoke",
        "arn:aws:states:::eks:call",
        "arn:aws:states:::elasticmapreduce:addStep",
    ],
)
def test_anything_goes_where_no_api_says_what_comes(resource):
    assert validate_reply(resource, ["anything"], "STRICT") is None


@pytest.mark.parametrize(
    ("resource", "mode", "said"),
    [
        (START, "STRICKT", "did you mean 'STRICT'?"),
        ("arn:aws:states:::dynamo:getItem", "STRICT", "did you mean 'dynamodb'?"),
        ("arn:aws:states:::dynamodb:fetchItem", "STRICT", "did you mean 'getItem'?"),
        ("arn:aws:states:::aws-sdk:dynamo:getItem", "STRICT", "did you mean 'dynamodb'?"),
        ("arn:aws:states:::aws-sdk:dynamodb:gettItem", "STRICT", "did you mean 'getItem'?"),
        ("arn:aws:states:::aws-sdk:rds:describeDbInstances", "NONE", None),
        ("arn:aws:states:::aws-sdk:rds:describeDbInstances", "PRESENT", "'describeDBInstances'?"),
    ],
)
def test_names_that_aws_does_not_know(resource, mode, said):
    if said is None:
        assert validate_reply(resource, {}, mode) is None
    else:
        with pytest.raises(UsageError) as raised:
            validate_reply(resource, {}, mode)
        assert said in str(raised.value)


def test_the_final_reply_of_other_jobs_is_refused():
    with pytest.raises(UnsupportedFeature, match=r"batch:submitJob\.sync .* use the mode NONE"):
        validate_reply("arn:aws:states:::batch:submitJob.sync", {}, "PRESENT")


@pytest.mark.parametrize(
    ("member", "name"),
    [
        ("executionArn", "ExecutionArn"),
        ("ExecutionArn", "ExecutionArn"),
        ("DBInstanceIdentifier", "DbInstanceIdentifier"),
        ("ETag", "ETag"),  # recorded
        ("ChecksumCRC32", "ChecksumCRC32"),  # recorded
        ("MD5OfMessageBody", "Md5OfMessageBody"),
        ("ARN", "Arn"),
        ("S", "S"),
    ],
)
def test_names_of_fields(member, name):
    assert field_name(member) == name


def test_without_botocore_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "botocore.loaders", None)
    for cached in (replies._loader, replies._service_directories):
        cached.cache_clear()
    try:
        for mode in ("STRICT", "PRESENT"):
            with pytest.raises(MissingExtra, match=r"asl-interpreter\[aws\]"):
                validate_reply(START, {}, mode)
        assert validate_reply(START, {}, "NONE") is None
    finally:
        replies._loader.cache_clear()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["Item", "S", "L", "M", "ConsumedCapacity"]), inner)
    ),
    max_leaves=8,
)


@given(JSON)
def test_modes_are_ordered(reply):
    """What STRICT lets pass PRESENT does too, and NONE lets everything pass; nothing raises."""
    resource = "arn:aws:states:::dynamodb:getItem"
    strict, present, none = (validate_reply(resource, reply, mode) for mode in MODES)
    assert none is None
    assert strict is not None or present is None
