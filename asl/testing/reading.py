"""From the records of a history to the visits of each state.

The theory. Every event names the one that led to it, so it can be told in which branch it stands:
that of the event before it, but for the first state of a branch or iteration, which opens one, and
for the end of a Parallel or Map, which leads out again. A branch is in one state at a time, and the
records name the state that they mean; so of a branch and those around it, the one whose newest
visit is in that state is meant.

When a Parallel or Map has failed, its branches have ended or were stopped, but for the one that
failed: its newest visit is the one that still runs. What failed it is known from there, or, where
AWS writes no event for a failure (a ResultPath that does not fit, data over the limit), from the
catcher that took it or from the end of the execution.

A failure of which no event tells shows only in what follows it. Where nothing has followed yet, or
never will, a state that has failed for good and one that waits for its retry look alike, and so
does a Parallel or Map whose branch has failed. So the engine says which states wait for a retry:
all failures lead to one of them, to a catcher or to the end of the execution.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from asl.engine.execution import HISTORY_FULL
from asl.engine.failure import StateError
from asl.engine.history import WIDTH
from asl.errors import InternalError
from asl.language.resources import parse_resource
from asl.testing.failing import (
    WORK,
    abort,
    await_retry,
    blame,
    fail_attempt,
    failure_below,
    reopen,
    stop,
)
from asl.testing.visits import ABSENT, UNTOLD, Absent, Attempt, Branch, Failure, Visit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asl.engine.cursor import WaitsFor
    from asl.engine.history import Recorded
    from asl.jsontypes import Json
    from asl.testing.outline import Outline

_SCHEDULED = ("TaskScheduled", "LambdaFunctionScheduled", "ActivityScheduled")
_SUCCEEDED = ("TaskSucceeded", "LambdaFunctionSucceeded", "ActivitySucceeded")
_FAILED = (
    *("TaskFailed", "LambdaFunctionFailed", "ActivityFailed", "MapRunFailed"),
    *("TaskTimedOut", "LambdaFunctionTimedOut", "ActivityTimedOut"),
)
_STOPPED = ("ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted")


class _Record(NamedTuple):
    """One record of a history; its slots are those of `asl.engine.history`."""

    kind: str
    previous: int
    at: int
    subject: Any
    data: Any
    extra: Any


class Reader:
    """Reads the records of one execution, all of them, in order.

    Attributes:
        root: The top level.
        visits: All visits, in the order in which they began.
    """

    def __init__(self, recorded: Recorded, outline: Outline) -> None:
        self.root = Branch()
        self.visits: list[Visit] = []
        self._outline = outline
        self._records = [
            _Record(*recorded.records[place : place + WIDTH])
            for place in range(0, len(recorded.records), WIDTH)
        ]
        self._branches: list[Branch] = []
        self._by_id: dict[int, Visit] = {}
        for record in self._records:
            self._branches.append(self._read(record))
        self._await_retries(recorded.retrying)

    def _read(self, record: _Record) -> Branch:
        """Take one record; the branch in which what follows it stands."""
        kind, subject = record.kind, record.subject
        branch = self._branches[record.previous - 1] if record.previous else self.root
        if kind.endswith("StateEntered"):
            branch = self._opened(branch, record)
            self._entered(branch, record)
        elif kind == "MapIterationStarted":
            owner = self._visit(branch, subject)
            branch = owner.attempts[-1].branches[record.data] = Branch(owner, record.data)
        elif kind.startswith("Execution"):
            self._execution(record)
        elif "State" in kind or kind == "EvaluationFailed":
            visit = self._visit(branch, subject)
            branch = visit.branch
            self._state(visit, record)
        elif not kind.startswith("MapIteration") and branch.current is not None:
            self._task(branch.current, record)
        return branch

    # Where an event stands.

    def _opened(self, branch: Branch, record: _Record) -> Branch:
        """The branch that a state is entered in; the first state of a Parallel's opens it."""
        owner = branch.current
        if owner is None or self._records[record.previous - 1].kind != "ParallelStateStarted":
            return branch
        _, index = self._outline[record.subject].inside[-1]
        return owner.attempts[-1].branches.setdefault(index, Branch(owner, index))

    def _visit(self, branch: Branch, state: str) -> Visit:
        """The visit that an event means: of the branch, of one just opened, or of one around it."""
        inside = self._outline[state].inside
        while True:
            current = branch.current
            if current is not None and current.state == state:
                return current
            if current is not None and inside and inside[-1][0] == current.state:
                opened = current.attempts[-1].branches.get(inside[-1][1])
                if opened is not None and opened.current is not None:
                    return opened.current
            if branch.owner is None:
                raise InternalError(f"the history names {state!r}, which was not entered")
            branch = branch.owner.branch

    # What happens in a state.

    def _entered(self, branch: Branch, record: _Record) -> None:
        kind = record.kind.removesuffix("StateEntered")
        visit = Visit(branch, record.subject, kind, record.at, record.data)
        branch.visits.append(visit)
        self.visits.append(visit)
        self._by_id[len(self._branches) + 1] = visit
        if kind == "Fail" and record.extra is not None:
            visit.failure = Failure(*record.extra)

    def _state(self, visit: Visit, record: _Record) -> None:
        """An event of a state that was entered before, and which it names."""
        kind, at, data = record.kind, record.at, record.data
        if kind.endswith("StateExited"):
            self._exited(visit, record)
        elif kind.endswith("StateAborted"):
            if data is None:
                stop(visit, at)
            else:  # AWS writes this of a task, too, that failed in a branch
                blame(visit, at, Failure(*data))
        elif kind.endswith("StateFailed"):  # no retrier helps; a catcher still may
            failure = Failure(*data)
            visit.failure = self._unless_caught(visit, failure)
            if visit.attempts:
                fail_attempt(visit.attempts[-1], at, failure)
        elif kind == "EvaluationFailed":
            self._evaluation_failed(visit, at, Failure(*data))
        elif kind.endswith("StateSucceeded"):
            visit.attempts[-1].succeed(at)
        else:
            self._started(visit, record)

    def _exited(self, visit: Visit, record: _Record) -> None:
        at, output, extra = record.at, record.data, record.extra
        if not isinstance(extra, list):
            visit.leave(at, output, extra)
            return
        assigned, error, cause = extra
        failure = Failure(error, cause)
        blame(visit, at, failure)
        visit.leave(at, output, assigned)
        visit.end("CAUGHT", at, failure)

    def _started(self, visit: Visit, record: _Record) -> None:
        """A Parallel or Map starts its children, for the first time or again."""
        attempt = visit.attempts[-1] if visit.attempts else None
        if attempt is not None and attempt.status == "RUNNING":
            ended = self._records[record.previous - 1].at
            fail_attempt(attempt, ended, failure_below(attempt))
        self._attempt(visit, record.at)

    def _task(self, visit: Visit, record: _Record) -> None:
        """An event of a task or Map Run, which names no state: its branch's newest one is meant."""
        kind, at, data = record.kind, record.at, record.data
        if kind in _SCHEDULED:
            signal = parse_resource(record.subject).signal
            self._attempt(visit, at, "task" if signal is None else "signal", data)
        elif kind == "MapRunStarted":
            visit.attempts[-1].waits_for = "map run"
        elif kind in _SUCCEEDED:
            visit.attempts[-1].succeed(at, data)
        elif kind in _FAILED:
            visit.attempts[-1].end("FAILED", at, Failure(*data))

    def _attempt(
        self, visit: Visit, at: int, waits_for: WaitsFor = "", payload: Json | Absent = ABSENT
    ) -> Attempt:
        """A new attempt: so what came before it has failed."""
        before = visit.attempts[-1] if visit.attempts else None
        if before is not None and before.status in ("RUNNING", "SUCCEEDED"):
            fail_attempt(before, before.ended_us or at, UNTOLD)
        ended = None if before is None or visit.is_redriven else before.ended_us
        attempt = Attempt(visit, at, None if ended is None else at - ended, payload)
        attempt.waits_for = waits_for
        visit.attempts.append(attempt)
        visit.failure, visit.is_redriven = None, False
        return attempt

    def _evaluation_failed(self, visit: Visit, at: int, failure: Failure) -> None:
        """A field could not be evaluated: before an attempt, of its result, or by a catcher."""
        if visit.kind not in WORK:
            blame(visit, at, failure)
            return
        visit.failure = failure
        last = visit.attempts[-1] if visit.attempts else None
        if last is not None and last.status == "FAILED" and last.ended_us == at:
            return
        if last is None or last.status == "FAILED":
            last = self._attempt(visit, at)
        fail_attempt(last, at, failure)
        visit.failure = self._unless_caught(visit, failure)

    def _unless_caught(self, visit: Visit, failure: Failure) -> Failure:
        """What a visit fails with, if it does: of a catcher that fails as well nothing is told."""
        error = StateError(failure.error)
        is_caught = any(error.matches(names) for names in self._outline[visit.state].catches)
        return UNTOLD if is_caught else failure

    def _execution(self, record: _Record) -> None:
        if record.kind == "ExecutionRedriven":
            reopen(self.root)
        elif record.kind in _STOPPED:
            error, cause = record.data
            is_stopped = record.kind != "ExecutionFailed" or str(cause).startswith(HISTORY_FULL)
            self._await_retries(record.extra or ())
            for visit in self.visits:
                if visit.status == "RUNNING" and is_stopped:
                    abort(visit, record.at)
                elif visit.status == "RUNNING":
                    blame(visit, record.at, Failure(error, cause))

    def _await_retries(self, entered: Iterable[int]) -> None:
        """States, by the ids of their entered events, wait for a retry at this moment."""
        for event_id in entered:
            visit = self._by_id.get(event_id)  # None if the history had no room for that event
            if visit is not None:
                await_retry(visit)
