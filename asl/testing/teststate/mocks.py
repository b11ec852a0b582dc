"""Whether a state can be tested like this: with its mock, or without one.

Source: AWS guide, "Mocking service integrations" and "Testing Map and Parallel states"; AWS's
sentences are recorded, but for those that the docs tell of in other words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl.errors import TestStateError, UnsupportedFeature
from asl.language.model import DistributedMapState, MapState, ParallelState, TaskState, every_state
from asl.testing.names import suggestion
from asl.testing.replies import validate_reply
from asl.testing.teststate.request import MockedError, refused

if TYPE_CHECKING:
    from asl.jsontypes import Json
    from asl.language.model import State
    from asl.testing.teststate.definition import Tested
    from asl.testing.teststate.request import Mock, Request


def check_without_mock(request: Request, state: State, *, has_handlers: bool) -> None:
    """Make sure that a state can be tested without a mock.

    Raises:
        TestStateError: AWS does not test such a state without one.
        UnsupportedFeature: AWS does, but not this library.
    """
    if isinstance(state, ParallelState | MapState):
        raise TestStateError(
            "InvalidDefinition",
            "TestState API does not support Map or Parallel states. Supported state types "
            "include: [Task, Wait, Pass, Succeed, Fail, Choice]",
            "with a mock it does",
        )
    if not isinstance(state, TaskState):
        return
    resource = state.resource
    if request.role_arn is None and not has_handlers:
        raise refused(
            "RoleArn must be specified when testing a Task state",
            "here a mock is needed, or tasks= with a handler",
        )
    if resource.pattern or resource.kind == "activity":
        raise refused(
            "TestState supports Activity tasks and the service integration patterns '.sync' and "
            "'.waitForTaskToken' only when a mock is specified."
        )
    if request.level == "TRACE" and resource.service == "http":
        raise UnsupportedFeature(
            "the raw request and response of an HTTP Task",
            f"{state.pointer}/Resource",
            "use the inspectionLevel DEBUG, or a mock",
        )


def check_mock(request: Request, mock: Mock, tested: Tested) -> None:
    """Make sure that a mock is one for this state.

    Raises:
        TestStateError: It is none.
        UnsupportedFeature: Nobody here knows what the service would reply.
    """
    state = tested.state
    if not isinstance(state, TaskState | ParallelState | MapState):
        raise refused(f"State type '{state.kind}' is not supported when a mock is specified")
    _check_configuration(request, mock, tested)
    if not isinstance(mock.answer, MockedError):
        _check_result(state, mock.answer.value, mock.mode)


def _check_configuration(request: Request, mock: Mock, tested: Tested) -> None:
    """The sentences are ours: the docs say what a field is for, not what AWS says elsewhere."""
    state = tested.state
    if request.error_state is not None:
        mocks_error = isinstance(mock.answer, MockedError)
        if not (mocks_error and isinstance(state, ParallelState | MapState)):
            raise refused("errorCausedByState is for errors that are mocked for a Map or Parallel.")
        scopes = state.branches if isinstance(state, ParallelState) else (state.processor,)
        names = {inner.name for scope in scopes for inner in every_state(scope)}
        if request.error_state not in names:
            raise refused(
                f"errorCausedByState names no state inside the {state.kind}: "
                f"'{request.error_state}'",
                suggestion(request.error_state, names),
            )
    if request.failed_items is not None and not isinstance(state, DistributedMapState):
        if tested.around is not None:
            raise UnsupportedFeature("mapIterationFailureCount of a state inside a Map", "")
        raise refused("mapIterationFailureCount is for Distributed Maps.")
    reads_items = isinstance(state, DistributedMapState) and state.reader is not None
    if request.reader_data is not None and not reads_items:
        raise refused("mapItemReaderData is for Distributed Maps with an ItemReader.")


def _check_result(state: TaskState | ParallelState | MapState, result: Json, mode: str) -> None:
    exports = (
        isinstance(state, DistributedMapState) and state.writer is not None and state.writer.exports
    )
    if isinstance(state, TaskState):
        _check_reply(state.resource.arn, result, mode)
    elif exports:
        if not isinstance(result, dict):
            raise refused("Mocked result must be a JSON object.")
    elif not isinstance(result, list):
        raise refused("Mocked result must be an array.")
    elif isinstance(state, ParallelState) and len(result) != len(state.branches):
        raise refused(
            "Mocked result must contain the same number of items as number of Parallel branches."
        )


def _check_reply(resource: str, reply: Json, mode: str) -> None:
    message = validate_reply(resource, reply, mode)
    if message is not None:
        is_parsed = validate_reply(resource, reply, mode, parsed_payloads=True) is None
        hint = "the API gives text here, a task JSON: the fieldValidationMode NONE takes that"
        raise refused(message, hint if is_parsed else "")
