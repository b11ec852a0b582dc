"""What an execution did, state by state: what tests ask of a result beyond its outcome."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from asl.errors import UsageError
from asl.runtimes.clocks import to_microseconds
from asl.testing.failing import WORK
from asl.testing.outline import Outline, located
from asl.testing.reading import Reader
from asl.testing.visits import Branch, Visit, Visits

if TYPE_CHECKING:
    from asl.engine.cursor import WaitsFor
    from asl.runtimes.result import Result
    from asl.tasks.replies import Span

_SHOWN_PATH = 20


class Waited(NamedTuple):
    """What an execution waited for: equal to the plain pair ``("Approve", "task")``."""

    state: str
    waits_for: WaitsFor


def trace(result: Result) -> Trace:
    """What an execution did, state by state.

    Args:
        result: Of an execution that has ended or still runs. Nested executions have traces of their
            own: those of ``result.children``.

    Raises:
        UsageError: The run did not keep its whole history.
    """
    recorded = result.recorded
    if recorded.forgotten:
        raise UsageError(
            f"what happened is not known: {recorded.forgotten} history events were not kept "
            "(run with history=None)"
        )
    outline = Outline(result.definition)
    reader = Reader(recorded, outline)
    return Trace(result, outline, reader.root, tuple(reader.visits))


class Trace:
    """The visits of an execution, or of one branch or iteration of it; made by `trace`.

    ``trace["Charge"]`` has the visits of a state, those inside Parallel and Map too.

    Attributes:
        result: Of the execution.
        branch: Where it looks: the top level, or a branch or iteration.
        visits: All of them, in the order in which they began.
    """

    def __init__(
        self, result: Result, outline: Outline, branch: Branch, visits: tuple[Visit, ...]
    ) -> None:
        self.result = result
        self.branch = branch
        self.visits = visits
        self._outline = outline

    @cached_property
    def path(self) -> list[str]:
        """The names of the states visited, in order; those inside Parallel and Map too."""
        return [visit.state for visit in self.visits]

    @cached_property
    def _by_state(self) -> dict[str, list[Visit]]:
        visits: dict[str, list[Visit]] = {}
        for visit in self.visits:
            visits.setdefault(visit.state, []).append(visit)
        return visits

    def check_name(self, state: str) -> None:
        """Make sure that a state can be visited here.

        Raises:
            UsageError: There is no such state, or it is entered elsewhere.
        """
        self._outline.check(state, self.branch.within)

    def kind(self, state: str) -> str:
        """The type of a state.

        Raises:
            UsageError: There is no such state here.
        """
        self.check_name(state)
        return self._outline[state].kind

    def __getitem__(self, state: str) -> Visits:
        """The visits of a state, in order; none if it was not entered.

        Raises:
            UsageError: There is no such state here.
        """
        self.check_name(state)
        return Visits(self._by_state.get(state, ()), f"visits of {state!r}", f"path: {self}")

    def inside(
        self, state: str, index: int, *, visit: int | None = None, attempt: int | None = None
    ) -> Trace:
        """What happened in one branch of a Parallel, or in one iteration of a Map.

        Args:
            state: The Parallel or Map.
            index: Of the branch or iteration, from 0.
            visit: Which visit of the state, from 0; may be left out if there is only one.
            attempt: Which attempt, from 1; the last one if left out.

        Raises:
            UsageError: There is no such state here, or it is neither Parallel nor inline Map.
            AssertionError: There was no such visit, attempt, branch or iteration.
        """
        visits = self[state]
        kind = self._outline[state].kind
        if kind not in ("Parallel", "Map"):
            raise UsageError(f"the state {state!r} is a {kind}, with nothing inside")
        meant = visits.only if visit is None else visits[visit]
        attempts = meant.attempts
        if not attempts or not 1 <= (attempt or 1) <= len(attempts):
            raise AssertionError(
                f"{meant!r} made {len(attempts)} attempts, no attempt {attempt or 1}"
            )
        tried = attempts[-1 if attempt is None else attempt - 1]
        if tried.waits_for == "map run":
            raise UsageError(
                f"the Map {state!r} is distributed: its child executions have histories of their "
                "own (result.map_runs)"
            )
        if index not in tried.branches:
            raise AssertionError(
                f"{meant!r} has no branch or iteration {index}: started were "
                f"{sorted(tried.branches) or 'none'}"
            )
        branch = tried.branches[index]
        within = tuple(each for each in self.visits if _is_in(each.branch, branch))
        return Trace(self.result, self._outline, branch, within)

    def waiting_at(self, moment: Span | datetime) -> list[Waited]:
        """What the execution waited for at a moment, when all that falls on it had happened.

        Args:
            moment: Seconds or a timedelta since the start of the execution, or an aware datetime.

        Returns:
            Pairs of the state's name and what was waited for, in the order in which the states were
            entered: ``task``, ``signal``, ``wait`` (a Wait state), ``retry`` (the delay before the
            next attempt) or ``map run``.

        Raises:
            UsageError: The moment lies before the start, or the run has not come to it yet.
        """
        at = self._instant(moment)
        return [
            Waited(visit.state, waits_for)
            for visit in self.visits
            if (waits_for := _waits_for(visit, at))
        ]

    def _instant(self, moment: Span | datetime) -> int:
        started = to_microseconds(self.result.started_at)
        if isinstance(moment, datetime):
            at = to_microseconds(moment)
        else:
            span = moment if isinstance(moment, timedelta) else timedelta(seconds=moment)
            at = started + span // timedelta(microseconds=1)
        if at < started:
            raise UsageError(f"{moment!r} lies before the start of the execution")
        if self.result.status == "RUNNING" and at > started + (
            self.result.elapsed // timedelta(microseconds=1)
        ):
            raise UsageError(
                f"the execution has come to {self.result.elapsed} after its start, not to "
                f"{moment!r}: let it advance first"
            )
        return at

    def __str__(self) -> str:
        shown = self.path[-_SHOWN_PATH:]
        skipped = "... > " if len(shown) < len(self.path) else ""
        return skipped + (" > ".join(shown) or "(no state)")

    def __repr__(self) -> str:
        where = located(self.branch.within)
        return f"<trace{' of ' + where if where else ''}: {self}>"


def _is_in(branch: Branch, around: Branch) -> bool:
    """Whether a branch is another one or inside it."""
    while branch is not around:
        if branch.owner is None:
            return False
        branch = branch.owner.branch
    return True


def _waits_for(visit: Visit, at: int) -> WaitsFor:
    """What a visit waited for at an instant; nothing, if it did not, or for its branches."""
    if visit.began_us > at or (visit.ended_us is not None and visit.ended_us <= at):
        return ""
    if visit.kind == "Wait":
        return "wait"
    begun = [attempt for attempt in visit.attempts if attempt.began_us <= at]
    if not begun:  # of an attempt that failed before it began nothing is written
        return "retry" if visit.kind in WORK and not visit.is_redriven else ""
    last = begun[-1]
    if last.ended_us is None or last.ended_us > at:
        return last.waits_for
    following = visit.attempts[len(begun) :]
    is_redriven = visit.is_redriven or (following and following[0].delay is None)
    return "" if is_redriven else "retry"
