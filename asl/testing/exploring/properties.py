"""What ought to hold for every execution: a small vocabulary, and any function of the result.

A property watches an execution go by and keeps as little of it as it needs, since two executions
can only be taken for one if every property has seen the same of both.
"""

from __future__ import annotations

from abc import ABC
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from asl.errors import UsageError
from asl.tasks.replies import microseconds
from asl.testing.exploring.moments import Moment, largest_payload, moments

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from asl.engine.execution import Outcome
    from asl.runtimes.result import Result
    from asl.testing.exploring.world import World

#: A moment, or the name of a state for the moment when it is entered.
When: TypeAlias = "Moment | str"


class Broken(NamedTuple):
    """What a property keeps of an execution that it does not hold for."""

    why: str


#: What a property keeps of an execution.
Seen: TypeAlias = "bool | Broken | None"


def succeeded(state: str) -> Moment:
    """The moment when a state is left with success."""
    return Moment("succeeded", state)


def failed(state: str) -> Moment:
    """The moment when a Task, Parallel or Map fails for good: when no retry is left, or none fits.

    A Catch may take the error, or it may fail what the state stands in.
    """
    return Moment("failed", state)


class Stretch:
    """What happened since a property was last asked."""

    def __init__(self, world: World, names: Mapping[str, str], *, tells_time: bool) -> None:
        self._world = world
        self._names = names
        self._tells_time = tells_time

    @property
    def elapsed_us(self) -> int | None:
        """From the start of the execution to now; None if other executions are as far by then."""
        if not self._tells_time:
            return None
        execution = self._world.execution
        return execution.now - execution.identity.started_at

    @property
    def moments(self) -> Iterator[Moment]:
        """What happened to states, in order."""
        execution, turns = self._world.execution, self._world.turns
        return moments(execution.history, execution.before, turns, self._names)

    @property
    def largest_payload(self) -> int:
        """The bytes of the largest payload."""
        return largest_payload(self._world.execution.history)


class Property(ABC):
    """Something that ought to hold for every execution.

    Attributes:
        name: What messages call it.
        within_us: The longest that an execution may take; None if it does not matter.
        moments: What it watches for.
        sees_order: Whether it depends on the order of what it watches for.
        sees_end: Whether an execution can break it by ending: by how, or by when in its course.
    """

    name: str
    within_us: int | None = None
    sees_order: bool = False
    sees_end: bool = False
    moments: tuple[Moment, ...] = ()

    def __repr__(self) -> str:
        return self.name

    def begin(self) -> Seen:
        """What it keeps before anything has happened."""
        return None

    def watch(self, seen: Seen, stretch: Stretch) -> Seen:
        """What it keeps after a stretch of an execution; a `Broken` once it does not hold."""
        del stretch
        return seen

    def end(self, seen: Seen, outcome: Outcome) -> Broken | None:
        """Why it does not hold for an execution that came to this outcome."""
        del seen, outcome
        return None


class Never(Property):
    """A moment that must not come, or not before or after another one."""

    def __init__(self, moment: Moment, before: Moment | None, after: Moment | None) -> None:
        self.name = f"never({_text(moment)}{_also(before=before, after=after)})"
        self.moments = tuple(each for each in (moment, before, after) if each is not None)
        self.sees_order = len(self.moments) > 1
        self._moment, self._turn = moment, before or after
        self._at_first, self._after = after is None, after

    def begin(self) -> Seen:
        """Whether the moment must not come now."""
        return self._at_first

    def watch(self, seen: Seen, stretch: Stretch) -> Seen:
        """Look for the moment, and for the one at which it begins or stops to matter."""
        for each in stretch.moments:
            if each == self._moment and seen:
                return Broken(f"{_sentence(each)}{self._circumstance()}")
            if each == self._turn:
                seen = self._after is not None
        return seen

    def _circumstance(self) -> str:
        if self._turn is None:
            return ""
        return f", {'before' if self._after is None else 'after'} {_sentence(self._turn)}"


class Follows(Property):
    """A moment that has to come after each time that another one came."""

    sees_order = True
    sees_end = True

    def __init__(self, moment: Moment, after: Moment) -> None:
        self.name = f"follows({_text(moment)}{_also(after=after)})"
        self.moments = moment, after
        self._moment, self._after = moment, after

    def begin(self) -> Seen:
        """Whether the moment is still to come."""
        return False

    def watch(self, seen: Seen, stretch: Stretch) -> Seen:
        """Look for both moments."""
        for each in stretch.moments:
            if each == self._after:
                seen = True
            elif each == self._moment:
                seen = False
        return seen

    def end(self, seen: Seen, _outcome: Outcome) -> Broken | None:
        """It must not have ended, or stood still, in between."""
        if not seen:
            return None
        return Broken(f"{_sentence(self._after)}, and nothing came of {_text(self._moment)}")


class AlwaysEnds(Property):
    """Every execution ends, within a span of its own time."""

    def __init__(self, within: timedelta | float | None) -> None:
        self.within_us = None if within is None else microseconds(within)
        self.name = "always_ends()" if within is None else f"always_ends(within={within!r})"

    def watch(self, seen: Seen, stretch: Stretch) -> Seen:
        """Look at the time."""
        elapsed_us = stretch.elapsed_us
        if self.within_us is None or elapsed_us is None or elapsed_us <= self.within_us:
            return seen
        return Broken(f"it still ran after {timedelta(microseconds=elapsed_us)}")

    def end(self, _seen: Seen, outcome: Outcome) -> Broken | None:
        """It must have ended."""
        return Broken("it waits for ever") if outcome.status == "RUNNING" else None


class NeverFailsWith(Property):
    """No execution fails with one of these errors."""

    sees_end = True

    def __init__(self, errors: tuple[str, ...]) -> None:
        self._errors = errors
        self.name = f"never_fails_with({', '.join(map(repr, errors))})"

    def end(self, _seen: Seen, outcome: Outcome) -> Broken | None:
        """Look at its error."""
        if outcome.status != "FAILED" or outcome.error not in self._errors:
            return None
        return Broken(f"it failed with {outcome.error}: {outcome.cause}")


class PayloadBelow(Property):
    """No input, output, result or task payload is as large as this."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self.name = f"payload_below({limit_bytes})"

    def watch(self, seen: Seen, stretch: Stretch) -> Seen:
        """Measure what was written into the history."""
        largest = stretch.largest_payload
        return seen if largest < self._limit else Broken(f"a payload has {largest:,} bytes")


class Holds(Property):
    """A function of the result, that says whether all is well."""

    sees_end = True

    def __init__(self, function: Callable[[Result], object]) -> None:
        self._function = function
        self.name = _name(function)

    def ask(self, result: Result) -> Broken | None:
        """Why it does not hold for a result.

        Raises:
            PropertyError: It raised, or said neither True nor False.
        """
        try:
            said = self._function(result)
        except AssertionError as refused:
            return Broken(str(refused) or "its assertion failed")
        except Exception as error:
            raise PropertyError(
                f"the property {self.name} raised {type(error).__name__}: {error}\n{result!r}"
            ) from error
        if said is True:
            return None
        if said is False:
            return Broken("it said False")
        raise PropertyError(
            f"the property {self.name} returned {said!r}: it has to return True where all is well "
            "and False where not"
        )


class PropertyError(UsageError):
    """A property could not be asked: it raised, or gave no answer."""


def never(state: When, *, before: When | None = None, after: When | None = None) -> Property:
    """A state is never entered; or not before, or not after, another one is.

    Args:
        state: The state, or another moment of it: `succeeded`, `failed`.
        before: It must not come as long as this has not come.
        after: It must not come once this has come.
    """
    if before is not None and after is not None:
        raise UsageError("never() takes before= or after=, not both: give two properties")
    return Never(_moment(state), _optional(before), _optional(after))


def follows(state: When, *, after: When) -> Property:
    """Each time that a moment came, a state is entered later, before the execution ends.

    Args:
        state: The state, or another moment of it: `succeeded`, `failed`.
        after: What has to be followed; often ``failed("ChargeCard")``.
    """
    return Follows(_moment(state), _moment(after))


def always_ends(*, within: timedelta | float | None = None) -> Property:
    """Every execution ends.

    Args:
        within: In this span of its own time, a timedelta or seconds; any time at all if not given.
    """
    return AlwaysEnds(within)


def never_fails_with(*errors: str) -> Property:
    """No execution fails with one of these error names, such as ``States.Runtime``."""
    if not errors or not all(isinstance(error, str) for error in errors):
        raise UsageError("never_fails_with() takes one or more error names")
    return NeverFailsWith(errors)


def payload_below(limit_bytes: int) -> Property:
    """Every input, output, result and task payload has less than so many bytes of JSON text."""
    if type(limit_bytes) is not int or limit_bytes < 1:
        raise UsageError(f"payload_below() takes a number of bytes, not {limit_bytes!r}")
    return PayloadBelow(limit_bytes)


def as_property(given: object) -> Property:
    """One of these, or a function of the result made into one.

    Raises:
        UsageError: It is neither.
    """
    if isinstance(given, Property):
        return given
    if callable(given) and not isinstance(given, type):
        return Holds(given)
    raise UsageError(
        f"{given!r} is no property: take never(...), follows(...), always_ends(...), "
        "never_fails_with(...), payload_below(...) or a function of the result"
    )


def _moment(when: When) -> Moment:
    if isinstance(when, Moment):
        return when
    if isinstance(when, str):
        return Moment("entered", when)
    raise UsageError(
        f"{when!r} is no moment: give the name of a state, succeeded(name) or failed(name)"
    )


def _optional(when: When | None) -> Moment | None:
    return None if when is None else _moment(when)


def _text(moment: Moment) -> str:
    return repr(moment.state) if moment.kind == "entered" else f"{moment.kind}({moment.state!r})"


def _also(**named: Moment | None) -> str:
    return "".join(f", {name}={_text(each)}" for name, each in named.items() if each is not None)


def _sentence(moment: Moment) -> str:
    return f"{moment.state} {'was entered' if moment.kind == 'entered' else moment.kind}"


def _name(function: object) -> str:
    name = getattr(function, "__qualname__", None) or repr(function)
    code = getattr(function, "__code__", None)
    return f"{name} (line {code.co_firstlineno})" if code is not None else str(name)
