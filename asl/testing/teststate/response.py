"""What TestState answers: AWS's response, made of a state that was run.

Source: AWS Step Functions API, "TestState" (response), "InspectionData", "InspectionErrorDetails".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypedDict

from asl.engine.failure import TIMEOUT
from asl.query.javalike import to_text

if TYPE_CHECKING:
    from asl.testing.teststate.request import InspectionLevel
    from asl.testing.teststate.trial import Trial

#: The members of inspectionData that hold JSON text, and those that hold numbers, in AWS's order.
_TEXTS = (
    "input",
    "afterArguments",
    "afterInputPath",
    "afterParameters",
    "result",
    "afterResultSelector",
    "afterResultPath",
    "variables",
    "afterItemsPath",
    "afterItemSelector",
    "afterItemBatcher",
    "afterItemsPointer",
)
_NUMBERS = ("toleratedFailureCount", "toleratedFailurePercentage", "maxConcurrency")


class ErrorDetails(TypedDict, total=False):
    """Which retrier or catcher the error is for, from 0."""

    catchIndex: int
    retryIndex: int
    retryBackoffIntervalSeconds: int


class InspectionData(TypedDict, total=False):
    """What happened in the state; texts are JSON."""

    input: str
    afterArguments: str
    afterInputPath: str
    afterParameters: str
    result: str
    afterResultSelector: str
    afterResultPath: str
    variables: str
    errorDetails: ErrorDetails
    afterItemsPath: str
    afterItemSelector: str
    afterItemBatcher: str
    afterItemsPointer: str
    toleratedFailureCount: int
    toleratedFailurePercentage: float
    maxConcurrency: int


class StateResponse(TypedDict, total=False):
    """The response of AWS's TestState; ``output`` is JSON text."""

    output: str
    error: str
    cause: str
    inspectionData: InspectionData
    nextState: str
    status: Literal["SUCCEEDED", "FAILED", "RETRIABLE", "CAUGHT_ERROR"]


def response_of(trial: Trial, level: InspectionLevel) -> StateResponse:
    """AWS's response for a state that was run."""
    execution = trial.execution
    handled = _handled(trial)
    response: StateResponse = {}
    error = trial.cursor.error if handled else None
    name, cause = (error.name, error.cause) if error is not None else execution.outcome[2:]
    if execution.outcome.status == "SUCCEEDED":
        response["output"] = to_text(execution.outcome.output)
    elif execution.outcome.status == "TIMED_OUT":
        name = TIMEOUT
    if name is not None:
        response["error"] = name
    if cause is not None:
        response["cause"] = cause
    if level != "INFO":
        response["inspectionData"] = _inspection(trial, handled)
    following = execution.recorded().entered_states()[1:]
    if following:
        response["nextState"] = following[0]
    if "retryIndex" in handled:
        response["status"] = "RETRIABLE"
    elif execution.outcome.status != "SUCCEEDED":
        response["status"] = "FAILED"
    else:
        response["status"] = "CAUGHT_ERROR" if handled else "SUCCEEDED"
    return response


def _handled(trial: Trial) -> ErrorDetails:
    """Which retrier or catcher has taken over; empty where none has."""
    execution = trial.execution
    for decision in execution.decisions or ():
        if decision.kind == "caught" and execution.outcome.status == "SUCCEEDED":
            return {"catchIndex": decision.place or 0}
        if decision.kind == "retried" and execution.backoff_us is not None:
            return {
                "retryBackoffIntervalSeconds": execution.backoff_us // 1_000_000,
                "retryIndex": decision.place or 0,
            }
    return {}


def _inspection(trial: Trial, handled: ErrorDetails) -> InspectionData:
    notes = {"input": trial.execution.identity.input, **trial.notes}
    if trial.cursor.variables:
        notes["variables"] = dict(trial.cursor.variables)
    shown: dict[str, Any] = {name: to_text(notes[name]) for name in _TEXTS if name in notes}
    shown |= {name: notes[name] for name in _NUMBERS if name in notes}
    data: InspectionData = shown  # type: ignore[assignment]  # its keys are those of the two lists
    if handled:
        data["errorDetails"] = handled
    return data
