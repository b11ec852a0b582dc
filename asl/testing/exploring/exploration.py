"""What an exploration came to: how much was walked, what holds, what does not, what was not met."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from asl.errors import AslError

if TYPE_CHECKING:
    from asl.engine.limits import Limits
    from asl.testing.exploring.counterexamples import Counterexample
    from asl.testing.exploring.graph import Graph

Interleavings: TypeAlias = Literal["seen", "all", "one"]
_MOST_SHOWN = 20


class Exploration:
    """The answer of `explore`.

    Attributes:
        executions: How many different executions were walked to their end: each is another
            sequence of what tasks came to (and of who came first, where orders were walked). None
            where loops give them no number.
        outcomes: Of these, how many ended with which status and error; None with ``executions``.
        states: How many states of executions were looked at.
        merged: How often one of them was met again by another way, and not walked again.
        properties: The names of the properties.
        counterexamples: A shortest execution for each property that does not hold.
        bounds_hit: The bounds that kept the search from going further, in words; empty where
            everything was walked.
        not_covered: What else was left out, in words.
        orders: Whether ``all`` orders of concurrent replies were walked or ``one`` for all.
        unreached: States, retriers, catchers and Choice rules that no execution came to, as JSON
            pointers. Where bounds were hit, some may only be further away.
        assumed: The tasks that were answered with an empty object, since no reply was given.
        graph: All that was walked.
        largest_payload: Bytes of the largest payload that was met.
        limits: The quotas that held.
        is_express: Whether the machine is of type EXPRESS.
    """

    def __init__(
        self,
        graph: Graph,
        *,
        merged: int,
        properties: tuple[str, ...],
        counterexamples: tuple[Counterexample, ...],
        bounds_hit: tuple[str, ...],
        not_covered: tuple[str, ...],
        orders: Literal["all", "one"],
        unreached: tuple[str, ...],
        assumed: tuple[str, ...],
        largest_payload: int,
        limits: Limits,
        is_express: bool,
    ) -> None:
        outcomes = graph.count_runs()
        self.outcomes = None if outcomes is None else dict(outcomes.most_common())
        self.executions = None if outcomes is None else outcomes.total()
        self.states = len(graph.nodes)
        self.graph = graph
        self.merged = merged
        self.properties = properties
        self.counterexamples = counterexamples
        self.bounds_hit = bounds_hit
        self.not_covered = not_covered
        self.orders = orders
        self.unreached = unreached
        self.assumed = assumed
        self.largest_payload = largest_payload
        self.limits = limits
        self.is_express = is_express

    @property
    def is_complete(self) -> bool:
        """Whether every execution was walked that the outcomes allow: no bound was hit."""
        return not self.bounds_hit

    @property
    def holds(self) -> bool:
        """Whether every property is proved: no counterexample, and no bound that hides one."""
        return self.is_complete and not self.counterexamples

    def check(self, *, bounded: bool = False) -> Exploration:
        """This exploration if every property holds.

        Args:
            bounded: Be content if none was seen to be broken before a bound was hit.

        Raises:
            CounterexampleFound: A property does not hold; the message has the script.
            ExplorationIncomplete: A bound was hit, so that nothing is proved.
        """
        if self.counterexamples:
            raise CounterexampleFound(self)
        if self.bounds_hit and not bounded:
            raise ExplorationIncomplete(self)
        return self

    def __repr__(self) -> str:
        number = "any number of" if self.executions is None else f"{self.executions:,}"
        lines = [f"<{number} executions, {self.states:,} states, {self.merged:,} met again"]
        lines += [f"  {_ending(*end)}: {count:,}" for end, count in (self.outcomes or {}).items()]
        broken = {each.property for each in self.counterexamples}
        verdict = "holds" if self.is_complete else "not broken so far"
        lines += [f"  {verdict}: {name}" for name in self.properties if name not in broken]
        lines += [f"  broken: {each.property}: {each.why}" for each in self.counterexamples]
        for what, listed in (
            ("bound hit", self.bounds_hit),
            ("not covered", self.not_covered),
            ("not reached", self.unreached),
            ("answered with {}", self.assumed),
        ):
            lines += [f"  {what}: {each}" for each in listed[:_MOST_SHOWN]]
            if len(listed) > _MOST_SHOWN:
                lines.append(f"  {what}: {len(listed) - _MOST_SHOWN} more")
        return "\n".join(lines) + ">"


def _ending(status: str, error: str | None) -> str:
    return status if error is None else f"{status} {error}"


class CounterexampleFound(AslError, AssertionError):  # noqa: N818 - named after what happened
    """A property does not hold; ``exploration`` has the counterexamples."""

    def __init__(self, exploration: Exploration) -> None:
        self.exploration = exploration
        super().__init__("\n\n".join(map(repr, exploration.counterexamples)))


class ExplorationIncomplete(AslError, AssertionError):  # noqa: N818 - as above
    """A bound was hit before everything was walked: no property was broken, and none is proved."""

    def __init__(self, exploration: Exploration) -> None:
        self.exploration = exploration
        hit = "; ".join(exploration.bounds_hit)
        super().__init__(
            f"no property was broken, but a bound was hit ({hit}): raise it, narrow the outcomes, "
            "or be content with check(bounded=True)"
        )
