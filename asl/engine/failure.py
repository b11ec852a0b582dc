"""ASL errors inside a run: values with a name and a cause, and AWS's texts for them.

Source: ASL specification, "Errors"; AWS guide, "Handling errors in Step Functions workflows".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from asl.errors import JSONataError, QueryError

if TYPE_CHECKING:
    from asl.jsontypes import Json

ALL = "States.ALL"
TASK_FAILED = "States.TaskFailed"
TIMEOUT = "States.Timeout"
HEARTBEAT_TIMEOUT = "States.HeartbeatTimeout"
RUNTIME = "States.Runtime"
QUERY_EVALUATION_ERROR = "States.QueryEvaluationError"
RESULT_PATH_MATCH_FAILURE = "States.ResultPathMatchFailure"
DATA_LIMIT_EXCEEDED = "States.DataLimitExceeded"


class StateError(NamedTuple):
    """Why a state failed.

    ``alias`` is a second name that retriers and catchers may use. A ``fatal`` error is beyond them:
    AWS was seen not to catch a failing path even where States.Runtime is named.
    """

    name: str | None
    cause: str | None = None
    alias: str | None = None
    fatal: bool = False

    def matches(self, error_equals: tuple[str, ...]) -> bool:
        """Whether an ErrorEquals list covers this error (a fatal one never asks)."""
        return (
            self.name in error_equals
            or ALL in error_equals
            or (self.alias is not None and self.alias in error_equals)
            or (self.name != TIMEOUT and TASK_FAILED in error_equals)
        )

    def output(self) -> dict[str, Json]:
        """The error output that a catcher passes on. A timeout's missing cause shows as text."""
        cause = "" if self.cause is None and self.name == TIMEOUT else self.cause
        return {"Error": self.name, "Cause": cause}


class ResultPathError(QueryError):
    """ResultPath can't be applied to the state's input."""


def evaluation_error(state_name: str, entered_id: int, error: QueryError) -> StateError:
    """The failure of a state, one of whose own fields can't be evaluated.

    Nothing may catch it, but for JSONata, and for a ResultPath that does not fit the input.
    """
    cause = (
        f"An error occurred while executing the state '{state_name}' "
        f"(entered at the event id #{entered_id}). {error}"
    )
    if isinstance(error, JSONataError):
        return StateError(QUERY_EVALUATION_ERROR, cause)
    if isinstance(error, ResultPathError):
        return StateError(RESULT_PATH_MATCH_FAILURE, cause)
    return StateError(RUNTIME, cause, fatal=True)


def data_limit_exceeded(what: str) -> StateError:
    """The failure of a state or task whose result is too large; ``what`` is its name or ARN."""
    return StateError(
        DATA_LIMIT_EXCEEDED,
        f"The state/task '{what}' returned a result with a size exceeding the maximum number of "
        "bytes service limit.",
    )
