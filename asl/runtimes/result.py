"""What a run came to, in the form that users read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from asl.engine.history import HistoryEvent, entered_states, instant, render
from asl.errors import ExecutionAborted, ExecutionFailed, ExecutionTimedOut

if TYPE_CHECKING:
    from asl.engine.execution import Execution, Status, Waiting
    from asl.jsontypes import Json

_EXCEPTIONS = {
    "FAILED": ExecutionFailed,
    "TIMED_OUT": ExecutionTimedOut,
    "ABORTED": ExecutionAborted,
}
_SHOWN = 300


@dataclass(frozen=True)
class Result:
    """How an execution stands: ended, or RUNNING with what it waits for.

    Attributes:
        status: ``RUNNING``, ``SUCCEEDED``, ``FAILED``, ``TIMED_OUT`` or ``ABORTED``.
        output: JSON; None unless it SUCCEEDED. Shared with the history: copy before you change it.
        error: The ASL error name, where there is one.
        cause: Its text.
        started_at: On the execution's clock.
        elapsed: From its start to its newest event, on the same clock.
        execution_id: The execution's ARN.
        waiting: What it waits for, while it is RUNNING.
        exceptions: What task handlers raised, in order, with tracebacks: pairs of state and
        exception.
    """

    status: Status
    output: Json
    error: str | None
    cause: str | None
    started_at: datetime
    elapsed: timedelta
    execution_id: str
    waiting: tuple[Waiting, ...]
    exceptions: tuple[tuple[str, BaseException], ...]
    _records: list[object]

    @cached_property
    def path(self) -> list[str]:
        """The names of the states entered, in order; those inside Parallel and Map too."""
        return entered_states(self._records)

    @cached_property
    def history(self) -> list[HistoryEvent]:
        """The events, in the form of AWS's GetExecutionHistory (as boto3 gives it)."""
        return list(render(self._records))

    def to_json(self, *, indent: int | None = None) -> str:
        """The history as JSON text in the form of GetExecutionHistory: ``{"events": [...]}``."""
        return json.dumps(
            {"events": self.history},
            ensure_ascii=False,
            indent=indent,
            default=lambda at: at.isoformat(timespec="microseconds"),
        )

    def check(self) -> Result:
        """This result if it SUCCEEDED (or still runs), else an exception that carries it.

        Raises:
            ExecutionError: Of the kind of the status; caused by what a handler raised last.
        """
        exception = _EXCEPTIONS.get(self.status)
        if exception is not None:
            raise exception(self) from (self.exceptions[-1][1] if self.exceptions else None)
        return self

    def __repr__(self) -> str:
        lines = [f"<{self.status} after {self.elapsed}: {' > '.join(self.path) or 'no state'}"]
        if self.status == "SUCCEEDED":
            lines.append(f"  output: {_cut(json.dumps(self.output, ensure_ascii=False))}")
        if self.error is not None or self.status == "FAILED":
            lines.append(f"  error:  {self.error or '(none)'}")
        if self.cause:
            lines.append(f"  cause:  {_cut(self.cause)}")
        for waiting in self.waiting:
            until = "" if waiting.until_us is None else f" until {instant(waiting.until_us)}"
            lines.append(f"  {waiting.state_name!r} waits for a {waiting.waits_for}{until}")
        return "\n".join(lines) + ">"


def make_result(execution: Execution, exceptions: list[tuple[str, BaseException]]) -> Result:
    """The result of an execution as it stands now."""
    outcome, started_us = execution.outcome, execution.history[2]
    return Result(
        status=outcome.status,
        output=outcome.output,
        error=outcome.error,
        cause=outcome.cause,
        started_at=instant(started_us),
        elapsed=timedelta(microseconds=execution.now - started_us),
        execution_id=execution.arn,
        waiting=tuple(execution.waits()),
        exceptions=tuple(exceptions),
        _records=execution.history.copy() if execution.is_running else execution.history,
    )


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."
