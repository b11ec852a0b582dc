"""What the Resource field of a Task names.

Source: AWS guide, "Integrating other services" (resource formats) and "Lambda functions in
service integrations".
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple, TypeAlias, cast

Pattern: TypeAlias = Literal["", ".sync", ".sync:2", ".waitForTaskToken"]

_INTEGRATION = (
    r"arn:[^:]+:states:[^:]*:[^:]*:(?P<service>[^:]+(?::[^:]+)??):"
    r"(?P<action>[A-Za-z0-9]+)(?P<pattern>\.sync:2|\.sync|\.waitForTaskToken)?"
)
_ACTIVITY = r"arn:[^:]+:states:[^:]*:[^:]*:activity:(?P<name>[^:]+)"
_LOCAL = r"local:(?P<action>signal:.+|human)"
_FUNCTION = r"(?:arn:[^:]+:lambda:[^:]*:)?(?:\d{12}:)?(?:function:)?(?P<name>[^:]+)(?::[^:]+)?"


class Resource(NamedTuple):
    """A Task's Resource, taken apart.

    ``kind`` decides which history events the task writes: ``lambda`` for a function named by its
    ARN, ``service`` for ``arn:aws:states:::service:action``, ``activity`` for a worker's queue, and
    ``local`` for what is ours alone and does not run on AWS: signals and human tasks.
    """

    arn: str
    kind: Literal["lambda", "service", "activity", "local"]
    service: str = ""
    action: str = ""
    pattern: Pattern = ""

    @property
    def event_resource(self) -> str:
        """The ``resource`` of Task* history events: the action with its pattern."""
        return self.action + self.pattern

    @property
    def signal(self) -> str | None:
        """The name of the signal that a ``local:signal:`` task waits for."""
        kind, _, name = self.action.partition(":")
        return name if self.kind == "local" and kind == "signal" else None

    @property
    def starts_execution(self) -> bool:
        """Whether a task with this resource starts an execution of a state machine."""
        if self.service == "states":
            return self.action == "startExecution" and self.pattern != ".waitForTaskToken"
        return self.service == "aws-sdk:sfn" and self.action in (
            "startExecution",
            "startSyncExecution",
        )

    @property
    def invokes_lambda(self) -> bool:
        """Whether this is the optimized Lambda integration, ``lambda:invoke``."""
        return self.kind == "service" and self.service == "lambda" and self.action == "invoke"


def parse_resource(arn: str) -> Resource:
    """Take a Resource apart; what is neither integration nor activity names a function."""
    if match := re.fullmatch(_ACTIVITY, arn):
        return Resource(arn, "activity", "activity", match["name"])
    if match := re.fullmatch(_LOCAL, arn):
        return Resource(arn, "local", "local", match["action"])
    if match := re.fullmatch(_INTEGRATION, arn):
        pattern = cast("Pattern", match["pattern"] or "")
        return Resource(arn, "service", match["service"], match["action"], pattern)
    return Resource(arn, "lambda", "lambda", function_name(arn))


def function_name(function: str) -> str:
    """The bare name of a Lambda function given by name, partial ARN or ARN, without qualifier."""
    match = re.fullmatch(_FUNCTION, function)
    return match["name"] if match else function
