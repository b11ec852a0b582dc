"""What AWS would call a state machine and its executions.

Source: AWS service authorization reference, "Resource types defined by AWS Step Functions".
"""

from __future__ import annotations

import re
from typing import NamedTuple

from asl.errors import UsageError

_MACHINE = re.compile(
    r"arn:(?P<partition>[^:]+):states:(?P<region>[^:]+):(?P<account>\d{12}):stateMachine:"
    r"(?P<name>[^:]+)"
)


class MachineArn(NamedTuple):
    """The ARN of a state machine, in parts."""

    name: str
    partition: str = "aws"
    region: str = "us-east-1"
    account: str = "123456789012"

    def __str__(self) -> str:
        return f"{self._prefix}:stateMachine:{self.name}"

    @property
    def _prefix(self) -> str:
        return f"arn:{self.partition}:states:{self.region}:{self.account}"

    @property
    def role(self) -> str:
        """The ARN of the role that its executions run with."""
        return f"arn:{self.partition}:iam::{self.account}:role/StepFunctionsRole"

    def execution(self, name: str, run_id: str | None) -> str:
        """The ARN of an execution; ``run_id`` makes it an Express one."""
        if run_id is None:
            return f"{self._prefix}:execution:{self.name}:{name}"
        return f"{self._prefix}:express:{self.name}:{name}:{run_id}"


def machine_arn(name: str) -> MachineArn:
    """The ARN of a machine given by its name (in a made-up account) or by its whole ARN.

    Raises:
        UsageError: It starts like an ARN and is none of a state machine.
    """
    if match := _MACHINE.fullmatch(name):
        return MachineArn(**match.groupdict())
    if name.startswith("arn:"):
        raise UsageError(f"not the ARN of a state machine: {name!r}")
    return MachineArn(name)
