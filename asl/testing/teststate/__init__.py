"""AWS's TestState, offline: one state on its own, with its work mocked or done by a handler.

The request and the response are AWS's; between them the engine runs the state as it would in an
execution. `request` and `context` read what is asked, `definition` finds the state, `mocks` looks
whether both fit, `tracing` puts watchers beside its fields, `trial` runs it (`items` has what a
Distributed Map does with its items), and `response` tells what came of it.

Source: AWS Step Functions API, "TestState"; AWS guide, "Testing state machines with TestState API".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from asl.engine.identity import machine_arn
from asl.runtimes.clocks import VirtualClock
from asl.testing.teststate.context import check_context
from asl.testing.teststate.definition import find_tested
from asl.testing.teststate.mocks import check_mock, check_without_mock
from asl.testing.teststate.request import StateRequest, read_request
from asl.testing.teststate.response import StateResponse, response_of
from asl.testing.teststate.trial import Surroundings, try_state

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asl.runtimes.clocks import Clock
    from asl.tasks.context import TaskHandler

__all__ = ["StateRequest", "StateResponse", "test_state"]


def test_state(
    *,
    tasks: Mapping[str, TaskHandler] | None = None,
    substitutions: Mapping[str, object] | None = None,
    name: str = "StateMachine",
    clock: Clock | None = None,
    seed: int = 0,
    **request: Unpack[StateRequest],
) -> StateResponse:
    """Test one state, as AWS's TestState does: with its request, for its response.

    What boto3's ``test_state`` takes can be passed as it is. JSON may be text, as there, or the
    value itself; text is always read as JSON.

    Args:
        tasks: Who does a Task's work where nothing is mocked: handlers as in `asl.load(...).run`.
        substitutions: Values for ``${Name}`` placeholders, as in `asl.load`.
        name: The machine's name or whole ARN, as the context object shows it.
        clock: A virtual clock at 2025-01-01T00:00:00Z if not given.
        seed: Of all randomness.
        request: AWS's request: see `StateRequest`.

    Returns:
        AWS's response: ``status``, and what there is of ``output`` (JSON text), ``error``,
        ``cause``, ``nextState`` and ``inspectionData``.

    Raises:
        TestStateError: AWS refuses the request; has AWS's code and message.
        UsageError: The request has another shape than AWS's API says.
        UnsupportedFeature: Valid, but not something that this version runs or can know.
        MissingHandler: It is a Task, nothing is mocked and no handler answers for it.
        MissingExtra: A mocked result can't be checked without botocore (extra ``aws``).
        TypeError: ``definition`` is missing, or there is an argument that AWS does not have.

    Source: AWS Step Functions API, "TestState".
    """
    wanted = read_request(request)
    tested = find_tested(wanted, substitutions)
    if wanted.mock is None:
        check_without_mock(wanted, tested.state, has_handlers=tasks is not None)
    else:
        if wanted.context is not None:
            check_context(wanted.context, tested.state)
        check_mock(wanted, wanted.mock, tested)
    around = Surroundings(machine_arn(name), clock or VirtualClock(), seed, tasks)
    return response_of(try_state(wanted, tested, around), wanted.level)


test_state.__test__ = False  # type: ignore[attr-defined]  # or pytest takes it for a test
