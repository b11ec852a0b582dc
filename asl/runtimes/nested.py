"""Nested executions: tasks that start an execution of another state machine of the run.

``states:startExecution`` answers at once, with ``.sync`` and ``.sync:2`` when the execution has
ended; ``aws-sdk:sfn`` has ``startExecution`` and ``startSyncExecution``. All of them run on the
clock of the run, each with its own history. Machines are found among those that the run was given.

Source: AWS guide, "Start workflow executions from a task state in Step Functions"; replies and the
error of a machine that is not there are recorded. The ids of AWS's requests are made up.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from asl.engine.events import StopRequested, TaskFailed, TaskSubmitted, TaskSucceeded
from asl.engine.execution import Execution
from asl.engine.map_run import derived_seed
from asl.errors import UnsupportedFeature, UsageError
from asl.jsontypes import Json, NotJsonError, Payload, dump, parse_json
from asl.runtimes.describe import describe, epoch_milliseconds, epoch_seconds, iso_date

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from asl.engine.commands import InvokeTask
    from asl.engine.identity import Identity
    from asl.runtimes.describe import Described
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


class Order(NamedTuple):
    """What a task asks for that starts an execution.

    Attributes:
        machine: Whose execution.
        name: Of the execution; None lets it follow from the seed.
        payload: The input.
        seed: Of its randomness; the same for the same task of the same execution.
        synchronous: Started as StartSyncExecution does.
    """

    machine: Startable
    name: str | None
    payload: Payload
    seed: int
    synchronous: bool


def order_of(
    task: InvokeTask, parent: Identity, find: Callable[[Json], Startable | None], limit: int
) -> Order:
    """Read what a task asks for.

    Args:
        task: It starts an execution.
        parent: The execution with that task.
        find: The machine of a StateMachineArn, if there is one.
        limit: The most bytes of an input.

    Raises:
        Refusal: AWS would not do it.
        UnsupportedFeature: AWS may do it; we do not.
    """
    resource = task.resource
    arguments = task.payload if isinstance(task.payload, dict) else {}
    for argument in arguments:
        if argument not in _NAMES:
            raise UnsupportedFeature(f"the argument {argument} of {resource.arn}", "")
    wanted = arguments.get("StateMachineArn")
    machine = find(wanted)
    if machine is None:
        raise Refusal("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{wanted}'")
    name = arguments.get("Name")
    if name is not None and not isinstance(name, str):
        raise Refusal("InvalidName", f"Invalid Name: '{dump(name)}'")
    synchronous = resource.action == "startSyncExecution"
    is_express = machine.program.definition.type == "EXPRESS"
    if synchronous and not is_express:
        raise Refusal(
            "StateMachineTypeNotSupported",
            "This operation is not supported by this type of state machine",
        )
    if resource.pattern and is_express:
        raise UnsupportedFeature(f"{resource.arn} of an EXPRESS state machine", "")
    payload = _input(arguments.get("Input"))
    if payload.size_bytes > limit:
        raise Refusal("InvalidExecutionInput", "Invalid State Machine Execution Input: too large")
    seed = derived_seed("nested", parent.seed, parent.arn, task.task_id)
    return Order(machine, name, payload, seed, synchronous)


def already_exists(arn: str) -> Refusal:
    """AWS's refusal of a name that is taken."""
    return Refusal("ExecutionAlreadyExists", f"Execution Already Exists: '{arn}'")


def refused(task: InvokeTask, refusal: Refusal) -> TaskFailed:
    """How a task fails whose call was refused."""
    if task.resource.service == "states":
        error = f"StepFunctions.{refusal.code}Exception"
        service = (
            f"(Service: AWSStepFunctions; Status Code: 400; Error Code: {refusal.code}; "
            f"Request ID: {_REQUEST_ID}; Proxy: null)"
        )
    else:
        error = f"Sfn.{refusal.code}Exception"
        service = (
            f"(Service: Sfn, Status Code: 400, Request ID: {_REQUEST_ID}) (SDK Attempt Count: 1)"
        )
    return TaskFailed(task.task_id, error, f"{refusal.text} {service}")


def is_awaited(task: InvokeTask) -> bool:
    """Whether a task ends with the execution that it starts."""
    return bool(task.resource.pattern) or task.resource.action == "startSyncExecution"


def accepted(task: InvokeTask, child: Identity) -> TaskSubmitted | TaskSucceeded | None:
    """What a task is told when its execution has been started; None where it is told later."""
    date = epoch_seconds if task.resource.service == "states" else iso_date
    reply = Payload({"ExecutionArn": child.arn, "StartDate": date(child.started_at)})
    if task.resource.pattern:
        return TaskSubmitted(task.task_id, reply)
    return None if is_awaited(task) else TaskSucceeded(task.task_id, reply)


def answered(task: InvokeTask, child: Described) -> TaskSucceeded | TaskFailed:
    """What a task is told when the execution that it waits for has ended."""
    pattern = task.resource.pattern
    if not pattern:
        described = describe(child, as_text=True, date=iso_date)
    elif child.outcome.status == "SUCCEEDED":
        described = describe(child, as_text=pattern == ".sync", date=epoch_milliseconds)
    else:
        cause = dump(describe(child, as_text=True, date=epoch_milliseconds))
        return TaskFailed(task.task_id, "States.TaskFailed", cause)
    return TaskSucceeded(task.task_id, Payload(described))


class Nested:
    """A nested execution that its parent's task waits for."""

    def __init__(self, driver: Driver, parent: Member, task: InvokeTask) -> None:
        self._driver = driver
        self._parent = parent
        self._task = task
        self.child: Member | None = None

    def ended(self, child: Member) -> None:
        """Answer the parent's task."""
        self._parent.work.pop(self._task.task_id, None)
        self._parent.take_exceptions(child)
        self._driver.tell(self._parent, answered(self._task, child.execution))

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
    try:
        child = _start(driver, parent, task, machines)
    except Refusal as refusal:
        driver.tell(parent, refused(task, refusal))
        return
    parent.children.append(child)
    event = accepted(task, child.execution.identity)
    if event is not None:
        driver.tell(parent, event)
    driver.tell(child, None)


def _start(
    driver: Driver, parent: Member, task: InvokeTask, machines: Mapping[str, Startable]
) -> Member:
    root = driver.root.execution
    identity = parent.execution.identity
    order = order_of(task, identity, partial(find_machine, machines), root.payload_limit)
    if driver.nested_count >= MOST_NESTED:
        raise UsageError(f"a run may start {MOST_NESTED:,} nested executions and no more")
    execution = Execution(
        order.machine.program,
        order.payload,
        machine=order.machine.arn,
        now=driver.clock.now_us(),
        seed=order.seed,
        name=order.name,
        limits=root.limits,
        kept=root.kept,
        synchronous=order.synchronous,
    )
    arn = execution.identity.arn
    if not execution.identity.is_express and not driver.claim(arn):
        raise already_exists(arn)
    driver.nested_count += 1
    owner = Nested(driver, parent, task) if is_awaited(task) else None
    child = driver.add(execution, owner)
    if owner is not None:
        owner.child = child
        parent.work[task.task_id] = owner
    return child


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
