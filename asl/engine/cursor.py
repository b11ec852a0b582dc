"""Where one branch of an execution stands: the top level, a Parallel branch or a Map iteration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from asl.engine.failure import StateError, evaluation_error
from asl.engine.identity import timestamp
from asl.errors import JSONataError, QueryError
from asl.language.model import TaskState, WaitState, WorkState

if TYPE_CHECKING:
    from asl.engine.commands import InvokeTask
    from asl.engine.execution import Execution
    from asl.engine.join import Join
    from asl.engine.program import Step
    from asl.jsontypes import Json
    from asl.query.javalike import JavaRandom

WaitsFor: TypeAlias = Literal["", "task", "signal", "map run", "wait", "retry"]


class Cursor:
    """One branch at one moment; also the environment that its queries are evaluated in.

    Attributes:
        step: The state it stands in.
        data: The state's input; from one state to the next it moves by reference.
        size: An upper bound of the JSON size of ``data``; counted exactly only when it matters.
        variables: In scope here, inner and outer ones; replaced, never changed in place.
        unseen_size: An upper bound of what queries can see beside ``data``: variables and context.
        previous: Id of the history event that leads to the next one.
        origin: What ``previous`` was when the cursor was last given something to do.
        entered_id, entered_at: Of the state that it is in, if that is one that can wait; the id is
            0 if it was stopped before it.
        retries, retry_counts: Of the Task, Parallel or Map that it is in, in all and by retrier.
        waits_for: What it waits for: a task's reply, a signal, the end of a Wait, the delay of a
        retry; empty
            while it waits for nothing.
        wait_id: Names this one wait in `Execution.waiting`; for a task it is the task's id.
        call: The task that it waits for.
        heartbeat_us, heartbeat_due: HeartbeatSeconds of the task that it waits for (0 for none),
        and
            the instant when the next heartbeat is late.
        children: The branches or iterations of the Parallel or Map that it is in.
        broken: The children of an attempt that failed, as they stood: what a redrive goes on with.
        error: What Retry and Catch were asked about last.
        join, index: What it is a child of, and as which; None at the top level.
        item: Index and value of the Map item that it works on.
    """

    __slots__ = (
        "broken",
        "call",
        "children",
        "data",
        "entered_at",
        "entered_id",
        "error",
        "execution",
        "heartbeat_due",
        "heartbeat_us",
        "index",
        "item",
        "join",
        "origin",
        "previous",
        "retries",
        "retry_counts",
        "size",
        "step",
        "unseen_size",
        "variables",
        "wait_id",
        "waits_for",
    )

    def __init__(
        self,
        execution: Execution,
        step: Step,
        data: Json,
        size: int,
        previous: int,
        variables: dict[str, Json],
        unseen_size: int,
        join: Join | None = None,
        index: int = 0,
        item: tuple[int, Json] | None = None,
    ) -> None:
        self.execution = execution
        self.step = step
        self.data = data
        self.size = size
        self.origin = self.previous = previous
        self.variables = variables
        self.unseen_size = unseen_size
        self.entered_id = 0
        self.entered_at = 0
        self.retries = 0
        self.retry_counts: list[int] = []
        self.waits_for: WaitsFor = ""
        self.wait_id = 0
        self.call: InvokeTask | None = None
        self.heartbeat_us = 0
        self.heartbeat_due = 0
        self.children: Join | None = None
        self.broken: Join | None = None
        self.error: StateError | None = None
        self.join = join
        self.index = index
        self.item = item

    def entered(self, event_id: int) -> None:
        """Note that a state that can wait was entered: its id, its time, no retries yet."""
        self.origin = self.previous
        self.previous = self.entered_id = event_id
        self.entered_at = self.execution.now
        self.retries = 0

    def evaluation_failed(self, error: QueryError) -> StateError:
        """The failure of its state, one of whose fields can't be evaluated.

        Only JSONata has an event for it. AWS links it to what the step began with, which for a
        state that was just entered is the event before its Entered event (recorded).
        """
        failure = evaluation_error(self.step.name, self.entered_id, error)
        if isinstance(error, JSONataError):
            self.previous = self.execution.record(
                "EvaluationFailed",
                self.origin,
                self.step.name,
                [failure.name, failure.cause],
                error.location,
            )
        return failure

    @property
    def now_us(self) -> int:
        """The execution's time."""
        return self.execution.now

    @property
    def random(self) -> JavaRandom:
        """The execution's seeded source."""
        return self.execution.random

    def context(self) -> dict[str, Json]:
        """The context object as it is now.

        Source: AWS guide, "Accessing execution data from the Context object"; the order of its
        members and the absence of RetryCount outside Task, Parallel and Map are recorded.
        """
        execution = self.execution
        model = self.step.state
        entered_at = self.entered_at if isinstance(model, WorkState | WaitState) else execution.now
        state: dict[str, Json] = {"Name": model.name, "EnteredTime": timestamp(entered_at)}
        if isinstance(model, WorkState):
            state["RetryCount"] = self.retries
        context: dict[str, Json] = {
            "Execution": execution.identity.execution_context,
            "StateMachine": execution.identity.machine_context,
            "State": state,
        }
        if isinstance(model, TaskState) and model.resource.pattern == ".waitForTaskToken":
            context["Task"] = {"Token": execution.identity.task_token(self.wait_id)}
        if self.item is not None:
            index, value = self.item
            context["Map"] = {"Item": {"Index": index, "Value": value}}
        return context
