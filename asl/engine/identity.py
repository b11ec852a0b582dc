"""What AWS would call a state machine and one of its executions.

Source: AWS service authorization reference, "Resource types defined by AWS Step Functions"; AWS
guide, "Accessing execution data from the Context object".
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from asl.engine.history import instant
from asl.errors import UsageError
from asl.query.javalike import JavaRandom

if TYPE_CHECKING:
    from asl.jsontypes import Json

_MACHINE = (
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

    def execution(self, name: str) -> str:
        """The ARN of a Standard execution."""
        return f"{self._prefix}:execution:{self.name}:{name}"

    def map_run(self, label: str, run_id: str) -> str:
        """The ARN of a Map Run of the Map state with this label."""
        return f"{self._prefix}:mapRun:{self.name}/{label}:{run_id}"

    def express_execution(self, name: str, run_id: str) -> str:
        """The ARN of an Express execution."""
        return f"{self._prefix}:express:{self.name}:{name}:{run_id}"


def machine_arn(name: str) -> MachineArn:
    """The ARN of a machine given by its name (in a made-up account) or by its whole ARN.

    Raises:
        UsageError: It starts like an ARN and is none of a state machine.
    """
    if match := re.fullmatch(_MACHINE, name):
        return MachineArn(**match.groupdict())
    if name.startswith("arn:"):
        raise UsageError(f"not the ARN of a state machine: {name!r}")
    return MachineArn(name)


class Identity:
    """Who an execution is: what its context object says of it, worked out when it is asked for.

    Args:
        machine: The state machine's ARN.
        name: Of the execution; None makes a UUID from the seed.
        seed: Of the execution's randomness.
        started_at: Microseconds since the epoch.
        input: The execution's input.
        is_express: Whether the machine is of type EXPRESS.
        redrive_count, redriven_at: How often it was redriven, and when last.
        synchronous: Started as StartSyncExecution starts an Express execution: its context object
            has no RedriveCount (recorded).
    """

    def __init__(
        self,
        machine: MachineArn,
        *,
        name: str | None,
        seed: int,
        started_at: int,
        input: Json,  # noqa: A002 - the field's name in AWS's API
        is_express: bool,
        synchronous: bool,
        redrive_count: int = 0,
        redriven_at: int | None = None,
    ) -> None:
        self.machine = machine
        self.seed = seed
        self.started_at = started_at
        self.input = input
        self.is_express = is_express
        self.synchronous = synchronous
        self.given_name = name
        self.redrive_count = redrive_count
        self.redriven_at = redriven_at

    def redriven(self, now: int) -> Identity:
        """The same execution, redriven once more."""
        return Identity(
            self.machine,
            name=self.given_name,
            seed=self.seed,
            started_at=self.started_at,
            input=self.input,
            is_express=self.is_express,
            synchronous=self.synchronous,
            redrive_count=self.redrive_count + 1,
            redriven_at=now,
        )

    @cached_property
    def name(self) -> str:
        """The execution's name."""
        return self.given_name or self._ids[0]

    @cached_property
    def arn(self) -> str:
        """The execution's ARN."""
        if self.is_express:
            return self.machine.express_execution(self.name, self._ids[1])
        return self.machine.execution(self.name)

    @cached_property
    def _ids(self) -> tuple[str, str]:
        """Two UUIDs of a stream of their own: asking for a name changes no random number."""
        stream = JavaRandom(~self.seed)
        return stream.uuid4(), stream.uuid4()

    def task_token(self, task_id: int) -> str:
        """The token of a task: text that nobody has to understand, and that names both."""
        return token_of(task_id, self.arn)

    def idempotency_token(self, task_id: int) -> str:
        """A UUID of a task's call: the same whenever that call is made again, and for no other."""
        from hashlib import sha256  # noqa: PLC0415 - OpenSSL takes 5 ms; few handlers ask

        named = f"{task_id} {self.seed} {self.arn}".encode("utf-8", "surrogatepass")
        digits = sha256(named).hexdigest()  # whose version of a UUID is 8: RFC 9562, section 5.8
        variant = "89ab"[int(digits[16], 16) & 3]
        return (
            f"{digits[:8]}-{digits[8:12]}-8{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"
        )

    def task_of(self, token: str) -> int | None:
        """The task that a token of this execution names; None for any other text."""
        task_id, arn = task_named(token) or (None, "")
        return task_id if arn == self.arn else None

    @cached_property
    def execution_context(self) -> dict[str, Json]:
        """The context object's Execution."""
        return {
            "Id": self.arn,
            "Input": self.input,
            "StartTime": timestamp(self.started_at),
            "Name": self.name,
            "RoleArn": self.machine.role,
            **({} if self.synchronous else {"RedriveCount": self.redrive_count}),
            **({} if self.redriven_at is None else {"RedriveTime": timestamp(self.redriven_at)}),
        }

    @cached_property
    def machine_context(self) -> dict[str, Json]:
        """The context object's StateMachine."""
        return {"Id": str(self.machine), "Name": self.machine.name}


def token_of(task_id: int, arn: str) -> str:
    """The token of a task of the execution with that ARN."""
    return urlsafe_b64encode(f"{task_id} {arn}".encode()).decode("ascii")


def task_named(token: str) -> tuple[int, str] | None:
    """The task that a token names, and the ARN of its execution; None for any other text."""
    try:
        task_id, _, arn = urlsafe_b64decode(token.encode()).decode().partition(" ")
        return int(task_id), arn
    except ValueError:  # neither base64, nor UTF-8, nor a number
        return None


def timestamp(at_us: int) -> str:
    """An instant as the context object shows it: ISO 8601, milliseconds, Z."""
    return instant(at_us).isoformat(timespec="milliseconds").replace("+00:00", "Z")
