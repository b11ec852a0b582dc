"""What happened in one state: its visits, and the attempts of each.

A **visit** is one stay in a state, from its entered event to its exited one. A Task, Parallel or
Map makes one or more **attempts** in it. An attempt of a Parallel or Map has **branches** (for a
Map, its iterations), in which other states are visited.

What did not happen has no value: asking for it fails the test (AssertionError) instead of giving
None.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, TypeAlias

from asl.engine.history import instant
from asl.errors import UsageError, quote
from asl.testing.outline import Within, located
from asl.testing.series import Series

if TYPE_CHECKING:
    from asl.engine.cursor import WaitsFor
    from asl.jsontypes import Json

VisitStatus: TypeAlias = Literal["RUNNING", "SUCCEEDED", "CAUGHT", "FAILED", "ABORTED"]
AttemptStatus: TypeAlias = Literal["RUNNING", "SUCCEEDED", "FAILED", "ABORTED"]


class Failure:
    """An error name and cause; ``is_told`` is not set where no history event says them."""

    __slots__ = ("cause", "error", "is_told")

    def __init__(
        self, error: str | None = None, cause: str | None = None, *, is_told: bool = True
    ) -> None:
        self.error = error
        self.cause = cause
        self.is_told = is_told


UNTOLD = Failure(is_told=False)


class Absent:
    """Stands where a value is that does not exist."""


ABSENT = Absent()


class Stretch:
    """What an attempt and a visit have in common: when, how it ended, and why.

    Attributes:
        status: ``RUNNING``, ``SUCCEEDED``, ``FAILED`` or ``ABORTED`` (stopped with its execution,
            or because a sibling failed); a visit may also be ``CAUGHT``: a catcher took its error.
    """

    def __init__(self, began_us: int) -> None:
        self.status: VisitStatus = "RUNNING"
        self.began_us = began_us
        self.ended_us: int | None = None
        self.failure: Failure | None = None

    def end(self, status: VisitStatus, at: int, failure: Failure | None = None) -> None:
        """Note how it ended."""
        self.status = status
        self.ended_us = at
        self.failure = failure

    def reopen(self) -> None:
        """Forget its end: a redrive goes on with it."""
        self.status = "RUNNING"
        self.ended_us = self.failure = None

    @property
    def error(self) -> str | None:
        """The ASL error name of the failure that ended it; None if it did not fail."""
        return None if self.failure is None else self._told(self.failure).error

    @property
    def cause(self) -> str | None:
        """The text of the failure that ended it."""
        return None if self.failure is None else self._told(self.failure).cause

    @property
    def duration(self) -> timedelta:
        """How long it took, in the execution's time.

        Raises:
            AssertionError: It has not ended.
        """
        if self.ended_us is None:
            raise AssertionError(f"{self!r} has not ended, so it has no duration")
        return timedelta(microseconds=self.ended_us - self.began_us)

    def _told(self, failure: Failure) -> Failure:
        if not failure.is_told:
            raise UsageError(f"{self!r} failed, but no history event says with which error")
        return failure


class Attempt(Stretch):
    """One try of a Task, Parallel or Map.

    Attributes:
        number: 1 for the first one.
        delay: How long the retry waited before it; None for the first attempt, and for the first
            one after a redrive.
        branches: Of a Parallel or Map: those that were started, by index; each iteration of a Map
            is one.
        waits_for: What it waits for while it runs, beside its branches: ``task``, ``signal``,
            ``map run`` or nothing.
        is_done: Whether its task or its branches succeeded, whatever became of the result.
    """

    def __init__(
        self, visit: Visit, began_us: int, delay_us: int | None, payload: Json | Absent = ABSENT
    ) -> None:
        super().__init__(began_us)
        self.number = len(visit.attempts) + 1
        self.delay = None if delay_us is None else timedelta(microseconds=delay_us)
        self.branches: dict[int, Branch] = {}
        self.waits_for: WaitsFor = ""
        self.is_done = False
        self._visit = visit
        self._payload = payload
        self._result: Json | Absent = ABSENT

    def succeed(self, at: int, result: Json | Absent = ABSENT) -> None:
        """Note its result."""
        self.end("SUCCEEDED", at)
        self.is_done = True
        self._result = result

    @property
    def started_at(self) -> datetime:
        """When it began."""
        return instant(self.began_us)

    @property
    def ended_at(self) -> datetime | None:
        """When it ended; None while it runs."""
        return None if self.ended_us is None else instant(self.ended_us)

    @property
    def has_payload(self) -> bool:
        """Whether a task was called."""
        return not isinstance(self._payload, Absent)

    @property
    def has_result(self) -> bool:
        """Whether a task returned."""
        return not isinstance(self._result, Absent)

    @property
    def payload(self) -> Json:
        """What the task was called with, made by Parameters or Arguments.

        Raises:
            AssertionError: It was not called: no task, or its payload could not be made.
        """
        return self._value(self._payload, "payload")

    @property
    def result(self) -> Json:
        """What the task returned.

        Raises:
            AssertionError: It returned nothing.
        """
        return self._value(self._result, "result")

    def _value(self, value: Json | Absent, name: str) -> Json:
        if isinstance(value, Absent):
            raise AssertionError(f"{self!r} has no {name}")  # noqa: TRY004 - it fails the test
        return value

    def __repr__(self) -> str:
        return f"<attempt {self.number} of {self._visit.title}: {self.status}>"


class Visit(Stretch):
    """One stay in a state.

    Attributes:
        state: The state's name.
        kind: Its type.
        input: JSON, as it was entered with. Shared with the history: copy it to change it.
        assigned: The variables that it assigned, by name.
        attempts: Of a Task, Parallel or Map: one, and one more for each retry.
    """

    def __init__(self, branch: Branch, state: str, kind: str, began_us: int, data: Json) -> None:
        super().__init__(began_us)
        self.state = state
        self.kind = kind
        self.input = data
        self.assigned: dict[str, Json] = {}
        self.attempts: list[Attempt] = []
        self.branch = branch
        self.is_redriven = False
        self._output: Json | Absent = ABSENT

    def leave(self, at: int, output: Json, assigned: dict[str, Json] | None) -> None:
        """Note how it was left."""
        self.end("SUCCEEDED", at)
        self._output = output
        self.assigned = assigned or {}

    @property
    def entered_at(self) -> datetime:
        """When it was entered."""
        return instant(self.began_us)

    @property
    def exited_at(self) -> datetime | None:
        """When it was left, failed or was stopped; None while it runs."""
        return None if self.ended_us is None else instant(self.ended_us)

    @property
    def has_output(self) -> bool:
        """Whether it was left: to the next state, by a catcher too, or to the end of its scope."""
        return not isinstance(self._output, Absent)

    @property
    def output(self) -> Json:
        """What it was left with.

        Raises:
            AssertionError: It was not left: it failed, was stopped, or still runs.
        """
        if isinstance(self._output, Absent):
            told = self.failure is not None and self.failure.is_told
            why = f": {self.error}: {quote(self.cause)}" if told else ""
            raise AssertionError(f"{self!r} has no output{why}")  # noqa: TRY004 - fails the test
        return self._output

    @property
    def delays(self) -> list[timedelta]:
        """How long each of its retries waited, in order."""
        return [attempt.delay for attempt in self.attempts if attempt.delay is not None]

    @property
    def within(self) -> Within:
        """The Parallel and Map states around it, from the outside in, with branch or iteration."""
        return self.branch.within

    @property
    def title(self) -> str:
        """The state's name, and where it was visited."""
        around = self.within
        return f"{self.state!r}" + (f" in {located(around)}" if around else "")

    def __repr__(self) -> str:
        return f"<visit of {self.title}: {self.status}>"


class Branch:
    """A scope while it runs: the top level, a branch of a Parallel, an iteration of a Map.

    Attributes:
        owner: The visit of the Parallel or Map; None at the top level.
        index: Of the branch or iteration.
        visits: In the order in which they began.
    """

    __slots__ = ("index", "owner", "visits")

    def __init__(self, owner: Visit | None = None, index: int = 0) -> None:
        self.owner = owner
        self.index = index
        self.visits: list[Visit] = []

    @property
    def current(self) -> Visit | None:
        """The newest visit."""
        return self.visits[-1] if self.visits else None

    @property
    def within(self) -> Within:
        """The Parallel and Map states around it, this one last."""
        owner = self.owner
        return () if owner is None else (*owner.within, (owner.state, self.index))


class Visits(Series[Visit]):
    """The visits of one state, in the order in which they began."""

    @property
    def inputs(self) -> list[Json]:
        """The input of each."""
        return [visit.input for visit in self]

    @property
    def outputs(self) -> list[Json]:
        """The output of each; see `Visit.output`."""
        return [visit.output for visit in self]
