"""Nested executions: tasks that start an execution of another state machine of the run.

``states:startExecution`` answers at once, with ``.sync`` and ``.sync:2`` when the execution has
ended; ``aws-sdk:sfn`` has ``startExecution`` and ``startSyncExecution``. All of them run on the
clock of the run, each with its own history. Machines are found among those that the run was given.

Source: AWS guide, "Start workflow executions from a task state in Step Functions"; replies and the
error of a machine that is not there are recorded. The ids of AWS's requests are made up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl.engine.events import StopRequested, TaskFailed, TaskSubmitted, TaskSucceeded
from asl.engine.execution import Execution
from asl.engine.map_run import derived_seed
from asl.errors import UnsupportedFeature, UsageError
from asl.jsontypes import Json, NotJsonError, Payload, dump, parse_json
from asl.runtimes.describe import describe, epoch_milliseconds, epoch_seconds, iso_date

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from asl.engine.commands import InvokeTask
    from asl.runtimes.driver import Driver
    from asl.runtimes.member import Member, Startable

#: Nested executions of one run, in all: machines that start each other would never end.
MOST_NESTED = 100_000

_NAMES = ("StateMachineArn", "Input", "Name", "TraceHeader")
_REQUEST_ID = "00000000-0000-4000-8000-000000000000"


class Refusal(Exception):  # noqa: N818 - not an error of ours: it becomes the failure of the task
    """AWS's refusal of a call: the name of its exception without prefix, its code and text."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


class Nested:
    """A nested execution that its parent's task waits for."""

    def __init__(
        self, driver: Driver, parent: Member, task: InvokeTask, end: Callable[[Execution], Json]
    ) -> None:
        self._driver = driver
        self._parent = parent
        self._task = task
        self._end = end
        self.child: Member | None = None

    def ended(self, child: Member) -> None:
        """Answer the parent's task."""
        self._parent.work.pop(self._task.task_id, None)
        self._parent.take_exceptions(child)
        execution, task = child.execution, self._task
        event: TaskSucceeded | TaskFailed
        if execution.outcome.status == "SUCCEEDED" or not task.resource.pattern:
            event = TaskSucceeded(task.task_id, Payload(self._end(execution)))
        else:
            cause = dump(describe(execution, as_text=True, date=epoch_milliseconds))
            event = TaskFailed(task.task_id, "States.TaskFailed", cause)
        self._driver.tell(self._parent, event)

    def cancel(self) -> None:
        """Stop the nested execution, as AWS does for ``.sync``."""
        if self.child is not None:
            self.child.owner = None
            self._driver.tell(self.child, StopRequested(None, None))


def start_nested(
    driver: Driver, parent: Member, task: InvokeTask, machines: Mapping[str, Startable]
) -> None:
    """Carry out a task that starts an execution.

    Raises:
        UnsupportedFeature: The call asks for what AWS would not do, or we do not.
        UsageError: There are too many nested executions.
    """
    resource = task.resource
    try:
        child, owner = _start(driver, parent, task, machines)
    except Refusal as refusal:
        if resource.service == "states":
            error = f"StepFunctions.{refusal.code}Exception"
            service = (
                f"(Service: AWSStepFunctions; Status Code: 400; Error Code: {refusal.code}; "
                f"Request ID: {_REQUEST_ID}; Proxy: null)"
            )
        else:
            error = f"Sfn.{refusal.code}Exception"
            service = (
                f"(Service: Sfn, Status Code: 400, Request ID: {_REQUEST_ID}) "
                "(SDK Attempt Count: 1)"
            )
        driver.tell(parent, TaskFailed(task.task_id, error, f"{refusal.text} {service}"))
        return
    parent.children.append(child)
    identity = child.execution.identity
    date = epoch_seconds if resource.service == "states" else iso_date
    accepted = Payload({"ExecutionArn": identity.arn, "StartDate": date(identity.started_at)})
    if resource.pattern:
        driver.tell(parent, TaskSubmitted(task.task_id, accepted))
    elif owner is None:
        driver.tell(parent, TaskSucceeded(task.task_id, accepted))
    driver.tell(child, None)


def _start(
    driver: Driver, parent: Member, task: InvokeTask, machines: Mapping[str, Startable]
) -> tuple[Member, Nested | None]:
    arguments = task.payload if isinstance(task.payload, dict) else {}
    for argument in arguments:
        if argument not in _NAMES:
            raise UnsupportedFeature(f"the argument {argument} of {task.resource.arn}", "")
    wanted = arguments.get("StateMachineArn")
    machine = find_machine(machines, wanted)
    if machine is None:
        raise Refusal("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{wanted}'")
    name = arguments.get("Name")
    if name is not None and not isinstance(name, str):
        raise Refusal("InvalidName", f"Invalid Name: '{dump(name)}'")
    owner = _owner(driver, parent, task, is_express=machine.program.definition.type == "EXPRESS")
    payload = _input(arguments.get("Input"))
    if payload.size_bytes > driver.root.execution.payload_limit:
        raise Refusal("InvalidExecutionInput", "Invalid State Machine Execution Input: too large")
    if driver.nested_count >= MOST_NESTED:
        raise UsageError(f"a run may start {MOST_NESTED:,} nested executions and no more")
    execution = Execution(
        machine.program,
        payload,
        machine=machine.arn,
        now=driver.clock.now_us(),
        seed=derived_seed(
            "nested", parent.execution.identity.seed, parent.execution.identity.arn, task.task_id
        ),
        name=name,
        limits=driver.root.execution.limits,
        kept=driver.root.execution.kept,
        synchronous=task.resource.action == "startSyncExecution",
    )
    if not execution.identity.is_express and not driver.claim(execution.identity.arn):
        raise Refusal(
            "ExecutionAlreadyExists", f"Execution Already Exists: '{execution.identity.arn}'"
        )
    driver.nested_count += 1
    child = driver.add(execution, owner)
    if owner is not None:
        owner.child = child
        parent.work[task.task_id] = owner
    return child, owner


def _owner(driver: Driver, parent: Member, task: InvokeTask, *, is_express: bool) -> Nested | None:
    """Who waits for the end of the nested execution; None where the task does not."""
    resource = task.resource

    def described(execution: Execution) -> Json:
        as_text = resource.pattern == ".sync"
        return describe(execution, as_text=as_text, date=epoch_milliseconds)

    def described_to_sdk(execution: Execution) -> Json:
        return describe(execution, as_text=True, date=iso_date)

    if resource.action == "startSyncExecution":
        if not is_express:
            raise Refusal(
                "StateMachineTypeNotSupported",
                "This operation is not supported by this type of state machine",
            )
        return Nested(driver, parent, task, described_to_sdk)
    if not resource.pattern:
        return None
    if is_express:
        raise UnsupportedFeature(f"{resource.arn} of an EXPRESS state machine", "")
    return Nested(driver, parent, task, described)


def find_machine(machines: Mapping[str, Startable], wanted: Json) -> Startable | None:
    """The machine of a StateMachineArn: by that very text, by its name, or by its own ARN.

    A version or alias behind the ARN is passed over.
    """
    if not isinstance(wanted, str):
        return None
    if wanted in machines:
        return machines[wanted]
    parts = wanted.split(":")
    if parts[0] != "arn" or len(parts) not in (7, 8):
        return None
    arn, name = ":".join(parts[:7]), parts[6]
    by_arn = next((machine for machine in machines.values() if str(machine.arn) == arn), None)
    return machines.get(arn) or by_arn or machines.get(name)


def _input(given: Json) -> Payload:
    """The input: JSON, or text of JSON; null stands for the empty object (recorded)."""
    if given is None:
        return Payload({})
    if not isinstance(given, str):
        return Payload(given)
    try:
        return Payload(parse_json(given))
    except NotJsonError as error:
        raise Refusal(
            "InvalidExecutionInput", f"Invalid State Machine Execution Input: '{error.reason}'"
        ) from error
