"""The service integrations of Step Functions: which APIs there are, and how a task can wait.

``r`` request and response, ``s`` run a job (``.sync``), ``t`` wait for a callback
(``.waitForTaskToken``). AWS SDK integrations (``aws-sdk:service:action``) are not listed: there are
ten thousand.

Source: AWS guide, "Integrating optimized services with Step Functions", checked against AWS's
answers where they are recorded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asl.language.resources import Resource

_SERVICES: Final[Mapping[str, Mapping[str, str]]] = {
    "apigateway": {"rt": "invoke"},
    "athena": {
        "rs": "startQueryExecution",
        "r": "stopQueryExecution getQueryExecution getQueryResults",
    },
    "batch": {"rs": "submitJob"},
    "bedrock": {"rt": "invokeModel", "rs": "createModelCustomizationJob"},
    "bedrock-agentcore": {"r": "invokeAgentRuntime"},
    "codebuild": {
        "rs": "startBuild startBuildBatch retryBuildBatch",
        "r": "stopBuild stopBuildBatch batchDeleteBuilds batchGetReports deleteBuildBatch",
    },
    "databrew": {"rs": "startJobRun"},
    "dynamodb": {"r": "getItem putItem updateItem deleteItem"},
    "ecs": {"rst": "runTask"},
    "eks": {
        "rs": "createCluster deleteCluster createFargateProfile deleteFargateProfile "
        "createNodegroup deleteNodegroup",
        "r": "call",
        "rst": "runJob",
    },
    "elasticmapreduce": {
        "rs": "createCluster terminateCluster addStep",
        "r": "cancelStep setClusterTerminationProtection modifyInstanceFleetByName "
        "modifyInstanceGroupByName",
    },
    "emr-containers": {
        "r": "createVirtualCluster",
        "rs": "deleteVirtualCluster startJobRun",
    },
    "emr-serverless": {
        "rs": "createApplication startApplication stopApplication deleteApplication startJobRun "
        "cancelJobRun",
    },
    "events": {"rt": "putEvents"},
    "glue": {"rs": "startJobRun"},
    "http": {"r": "invoke"},
    "lambda": {"rt": "invoke"},
    "mediaconvert": {"rs": "createJob"},
    "sagemaker": {
        "rs": "createHyperParameterTuningJob createLabelingJob createProcessingJob "
        "createTrainingJob createTransformJob createAutoMLJob",
        "r": "createEndpoint createEndpointConfig createModel updateEndpoint",
    },
    "sns": {"rt": "publish"},
    "sqs": {"rt": "sendMessage"},
    "states": {"rst": "startExecution"},
}

_LETTERS: Final = {"": "r", ".sync": "s", ".sync:2": "s", ".waitForTaskToken": "t"}

#: How tasks can wait, by service and action.
INTEGRATIONS: Final[Mapping[str, Mapping[str, str]]] = {
    service: {action: ways for ways, actions in apis.items() for action in actions.split()}
    for service, apis in _SERVICES.items()
}


def is_known(resource: Resource) -> bool:
    """Whether AWS has the integration that a Resource names, with its way of waiting."""
    if resource.service.startswith("aws-sdk:"):
        return resource.pattern in ("", ".waitForTaskToken")
    ways = INTEGRATIONS.get(resource.service, {}).get(resource.action, "")
    if resource.pattern == ".sync:2" and resource.service != "states":
        return False
    return _LETTERS[resource.pattern] in ways
