"""The context object of a state under test: AWS's defaults, or the one that the request gives.

Source: AWS guide, "Using context field in the TestState API" and "Automatic Context population".
AWS's sentences, what a default context object has, and that the state is called StateName in it
whatever its name is, are recorded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias, cast

from asl.engine.cursor import Cursor
from asl.language.model import TaskState
from asl.testing.names import suggestion
from asl.testing.teststate.request import refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asl.engine.failure import StateError
    from asl.errors import QueryError, TestStateError
    from asl.jsontypes import Json
    from asl.language.model import State

Kind: TypeAlias = Literal["a string", "a number", "anything"]

#: What AWS calls a state under test.
STATE_NAME = "StateName"

_FIELDS: Mapping[str, Mapping[str, Kind]] = {
    "Execution": {
        "Id": "a string",
        "Input": "anything",
        "Name": "a string",
        "RedriveCount": "a number",
        "RedriveTime": "a string",
        "RoleArn": "a string",
        "StartTime": "a string",
    },
    "State": {"EnteredTime": "a string", "Name": "a string", "RetryCount": "a number"},
    "StateMachine": {"Id": "a string", "Name": "a string"},
    "Task": {"Token": "a string"},
}
_TYPES: Mapping[Kind, type | tuple[type, ...]] = {
    "a string": str,
    "a number": (int, float),
    "anything": object,
}


def check_context(context: Mapping[str, Json], state: State) -> None:
    """Make sure that a context object is one that AWS takes for a state.

    Raises:
        TestStateError: It is not.
    """
    for name, members in context.items():
        if name == "Map":
            raise _invalid("'Map' field is not supported when mocking a Context object")
        known = _FIELDS.get(name)
        if known is None:
            raise _invalid(f"Field '{name}' is not allowed", suggestion(name, _FIELDS))
        if not isinstance(members, dict):
            raise _invalid(f"{name} must be an object")
        for field, value in members.items():
            if field not in known:
                raise _invalid(f"Field '{field}' is not allowed", suggestion(field, known))
            kind = known[field]
            if not isinstance(value, _TYPES[kind]) or (kind == "a number" and value is True):
                raise _invalid(f"{name}.{field} must be {kind}")
    if "Task" in context and not (isinstance(state, TaskState) and state.resource.pattern):
        raise _invalid(
            "Context object contains 'Task' when state is not a Task state with a '.sync' or "
            "'.waitForTaskToken' service integration pattern"
        )


def _invalid(message: str, hint: str = "") -> TestStateError:
    return refused(f"Invalid Context object provided: {message}", hint)


class StateCursor(Cursor):
    """The branch that a state is tested in.

    Attributes:
        given: The context object of the request; None makes AWS's.
        role_arn: Of the request, for AWS's.
    """

    __slots__ = ("given", "role_arn")

    given: dict[str, Json] | None
    role_arn: str | None

    def context(self) -> dict[str, Json]:
        """The context object; a Map's item is in it either way."""
        usual = super().context()
        if self.given is not None:
            return {**self.given, **({"Map": usual["Map"]} if self.item is not None else {})}
        execution = cast("dict[str, Json]", usual["Execution"])
        # AWS shows no third part of an Express execution's ARN here (recorded).
        arn, _, _ = self.execution.identity.arn.rpartition(":")
        usual["Execution"] = {**execution, "Id": arn, "RoleArn": self.role_arn}
        cast("dict[str, Json]", usual["State"])["Name"] = STATE_NAME
        return usual

    def evaluation_failed(self, error: QueryError) -> StateError:
        """The failure without the words on state and event that an execution puts before it."""
        return super().evaluation_failed(error)._replace(cause=str(error))
