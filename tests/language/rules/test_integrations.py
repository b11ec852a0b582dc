"""Which services there are, and how a task can wait for each."""

import pytest

from asl.language.resources import parse_resource
from asl.language.rules.integrations import INTEGRATIONS, is_known

WAYS = ["", ".sync", ".sync:2", ".waitForTaskToken"]
#: AWS guide, "Integrating optimized services": which services run jobs, and which wait for tokens.
RUN_JOBS = {
    "athena", "batch", "bedrock", "codebuild", "databrew", "ecs", "eks", "elasticmapreduce",
    "emr-containers", "emr-serverless", "glue", "mediaconvert", "sagemaker", "states",
}  # fmt: skip
WAIT_FOR_TOKENS = {
    "apigateway", "bedrock", "ecs", "eks", "events", "lambda", "sns", "sqs", "states",
}  # fmt: skip


def ways_of(service, action):
    arn = f"arn:aws:states:::{service}:{action}"
    return {way for way in WAYS if is_known(parse_resource(arn + way))}


@pytest.mark.parametrize("service", list(INTEGRATIONS))
def test_each_service_can_be_waited_for_as_the_guide_says(service):
    ways = set().union(*(ways_of(service, action) for action in INTEGRATIONS[service]))
    assert "" in ways
    assert (".sync" in ways) == (service in RUN_JOBS)
    assert (".waitForTaskToken" in ways) == (service in WAIT_FOR_TOKENS)
    assert (".sync:2" in ways) == (service == "states")


@pytest.mark.parametrize(
    ("service", "action", "ways"),
    [
        ("lambda", "invoke", {"", ".waitForTaskToken"}),
        ("states", "startExecution", set(WAYS)),
        ("ecs", "runTask", {"", ".sync", ".waitForTaskToken"}),
        ("eks", "call", {""}),
        ("dynamodb", "getItem", {""}),
        ("dynamodb", "putItem", {""}),
        ("dynamodb", "updateItem", {""}),
        ("dynamodb", "deleteItem", {""}),
        ("dynamodb", "query", set()),
        ("http", "invoke", {""}),
        ("athena", "getQueryResults", {""}),
        ("athena", "startQueryExecution", {"", ".sync"}),
        ("sagemaker", "createModel", {""}),
        ("sagemaker", "createTrainingJob", {"", ".sync"}),
        ("bedrock", "invokeModel", {"", ".waitForTaskToken"}),
        ("bedrock-agentcore", "invokeAgentRuntime", {""}),
        ("aws-sdk:s3", "getObject", {"", ".waitForTaskToken"}),
        ("aws-sdk:sfn", "startExecution", {"", ".waitForTaskToken"}),
        ("nothing", "invoke", set()),
        ("lambda", "Invoke", set()),
    ],
)
def test_each_api_can_be_waited_for_in_its_own_ways(service, action, ways):
    assert ways_of(service, action) == ways
