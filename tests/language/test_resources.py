"""What the Resource of a Task names."""

import pytest

from asl.language.resources import function_name, parse_resource

TOKEN = ".waitForTaskToken"
STATES = "arn:aws:states:::"
LAMBDA = "arn:aws:lambda:us-east-1:123456789012:function:"


@pytest.mark.parametrize(
    ("arn", "kind", "service", "action", "pattern"),
    [
        (f"{LAMBDA}work", "lambda", "lambda", "work", ""),
        (f"{LAMBDA}work:7", "lambda", "lambda", "work", ""),
        ("work", "lambda", "lambda", "work", ""),
        (f"{STATES}lambda:invoke", "service", "lambda", "invoke", ""),
        (f"{STATES}sqs:sendMessage", "service", "sqs", "sendMessage", ""),
        (f"{STATES}sqs:sendMessage.waitForTaskToken", "service", "sqs", "sendMessage", TOKEN),
        ("arn:aws-cn:states:cn-north-1:123456789012:sns:publish", "service", "sns", "publish", ""),
        (f"{STATES}batch:submitJob.sync", "service", "batch", "submitJob", ".sync"),
        (f"{STATES}sagemaker:a.sync:2", "service", "sagemaker", "a", ".sync:2"),
        (f"{STATES}aws-sdk:s3:putObject", "service", "aws-sdk:s3", "putObject", ""),
        (f"{STATES}aws-sdk:s3:copy.waitForTaskToken", "service", "aws-sdk:s3", "copy", TOKEN),
        ("arn:aws:states:us-east-1:123456789012:activity:pack", "activity", "activity", "pack", ""),
    ],
)
def test_a_resource_is_a_function_an_integration_or_an_activity(
    arn, kind, service, action, pattern
):
    resource = parse_resource(arn)
    assert resource == (arn, kind, service, action, pattern)
    assert resource.event_resource == action + pattern


@pytest.mark.parametrize(
    ("arn", "invokes"),
    [
        ("arn:aws:states:::lambda:invoke", True),
        ("arn:aws:states:::lambda:invoke.waitForTaskToken", True),
        ("arn:aws:states:::aws-sdk:lambda:invoke", False),
        ("arn:aws:states:::sqs:sendMessage", False),
        ("arn:aws:lambda:us-east-1:123456789012:function:invoke", False),
    ],
)
def test_only_the_optimized_integration_invokes_lambda(arn, invokes):
    assert parse_resource(arn).invokes_lambda == invokes


@pytest.mark.parametrize(
    ("function", "name"),
    [
        ("work", "work"),
        ("work:PROD", "work"),
        ("function:work", "work"),
        ("123456789012:function:work", "work"),
        ("arn:aws:lambda:us-east-1:123456789012:function:work", "work"),
        ("arn:aws:lambda:us-east-1:123456789012:function:work:$LATEST", "work"),
        ("arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:work:7", "work"),
        ("arn:aws:s3:::bucket/key:1", "arn:aws:s3:::bucket/key:1"),
        ("", ""),
    ],
)
def test_a_function_has_one_bare_name_however_it_is_given(function, name):
    assert function_name(function) == name
