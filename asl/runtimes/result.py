"""What a run came to, in the form that users read."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from asl.engine.history import HistoryEvent, instant
from asl.errors import ExecutionAborted, ExecutionFailed, ExecutionTimedOut, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from asl.engine.execution import Execution, Status, Waiting
    from asl.runtimes.map_run import MapRunResult

_EXCEPTIONS = {
    "FAILED": ExecutionFailed,
    "TIMED_OUT": ExecutionTimedOut,
    "ABORTED": ExecutionAborted,
}
_SHOWN = 300


class Result:
    """How an execution stands: ended, or RUNNING with what it waits for.

    Attributes:
        status: ``RUNNING``, ``SUCCEEDED``, ``FAILED``, ``TIMED_OUT`` or ``ABORTED``.
        output: JSON; None unless it SUCCEEDED. Shared with the history: copy it to change it.
        error: The ASL error name, where there is one.
        cause: Its text.
        waiting: What it waits for, while it is RUNNING.
        exceptions: What task handlers raised, in order: pairs of state name and exception.
        children: The nested executions that its tasks started, in order; those of Map Runs are not
            kept.
        map_runs: Its Map Runs, in order, with their counts.
        definition: What ran, as JSON with its placeholders filled in; a child of a Map Run has the
            Map's processor.
        recorded: The history as it was kept: see `asl.engine.history`.
    """

    def __init__(
        self,
        execution: Execution,
        exceptions: Sequence[tuple[str, BaseException]],
        *,
        children: tuple[Result, ...] = (),
        map_runs: tuple[MapRunResult, ...] = (),
    ) -> None:
        outcome, is_running = execution.outcome, execution.is_running
        self.status: Status = outcome.status
        self.output = outcome.output
        self.error: str | None = outcome.error
        self.cause: str | None = outcome.cause
        self.waiting: tuple[Waiting, ...] = tuple(execution.waits()) if is_running else ()
        self.exceptions = tuple(exceptions)
        self.children = children
        self.map_runs = map_runs
        self.definition = execution.program.definition.tree
        self._identity = execution.identity
        self._now_us = execution.now
        recorded = execution.recorded().newest(execution.kept)
        if is_running:
            recorded = recorded._replace(
                records=recorded.records.copy(), retrying=execution.retrying()
            )
        self.recorded = recorded

    @property
    def started_at(self) -> datetime:
        """When it started, on its clock."""
        return instant(self._identity.started_at)

    @property
    def elapsed(self) -> timedelta:
        """From its start to its newest event, on its clock."""
        return timedelta(microseconds=self._now_us - self._identity.started_at)

    @property
    def execution_id(self) -> str:
        """The execution's ARN."""
        return self._identity.arn

    @cached_property
    def path(self) -> list[str]:
        """The names of the states entered, in order; those inside Parallel and Map too.

        Raises:
            UsageError: The run did not keep its whole history.
        """
        if self.recorded.forgotten:
            raise UsageError(
                f"the path is not known: {self.recorded.forgotten} history events were not kept "
                "(run with history=None)"
            )
        return self.recorded.entered_states()

    @cached_property
    def history(self) -> list[HistoryEvent]:
        """The events that were kept, in the form of AWS's GetExecutionHistory (as boto3 does)."""
        return list(self.recorded.events())

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
        names = ["...", *self.recorded.entered_states()]
        path = " > ".join(names if self.recorded.forgotten else names[1:])
        lines = [f"<{self.status} after {self.elapsed}: {_cut(path) or 'no state'}"]
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


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."
