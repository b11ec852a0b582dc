"""`explore`: from a machine, inputs and outcomes to what holds for all executions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from asl.engine.execution import Execution
from asl.engine.limits import NO_LIMIT, Limits
from asl.engine.state_key import shows_time_or_ids
from asl.errors import UnsupportedFeature, UsageError, quote
from asl.language.model import (
    DistributedMapState,
    FailState,
    MapState,
    ParallelState,
    TaskState,
    WorkState,
    every_state,
)
from asl.machine import EMPTY_INPUT, StateMachine, payload_of
from asl.runtimes.clocks import VirtualClock
from asl.runtimes.result import Result
from asl.testing.exploring.counterexamples import Counterexample, script_of
from asl.testing.exploring.exploration import Exploration, Interleavings
from asl.testing.exploring.moves import Moves
from asl.testing.exploring.outcomes import Outcomes
from asl.testing.exploring.properties import Property, as_property
from asl.testing.exploring.search import Apart, Bounds, Search
from asl.testing.exploring.unreached import unreached
from asl.testing.exploring.world import World
from asl.testing.names import suggestion
from asl.testing.tasknames import task_states

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from asl.jsontypes import Json, Payload
    from asl.language.model import Scope
    from asl.tasks.replies import Span
    from asl.testing.exploring.search import Found
    from asl.testing.task_outcomes import Outcome

    Input = Json | Payload

_LONGEST_WAY_OUT = 1_000
_MOST_STATES = 100_000


def explore(
    machine: StateMachine,
    input: Input = EMPTY_INPUT,  # noqa: A002 - the field's name in AWS's API
    *,
    inputs: Sequence[Input] | None = None,
    properties: Sequence[Property | Callable[[Result], object]] = (),
    replies: Mapping[str, Outcome] | None = None,
    outcomes: Mapping[str, Sequence[Outcome]] | None = None,
    late: Span | None = None,
    hanging: bool = False,
    interleavings: Interleavings = "seen",
    depth: int | None = None,
    retries: int | None = None,
    loops: int | None = None,
    states: int = _MOST_STATES,
    merge: bool = True,
    seed: int = 0,
    limits: Limits | None = None,
) -> Exploration:
    """Walk every execution that a machine can have, whatever its tasks come to.

    By default a task can succeed, fail with each error that a Retry or Catch around it names and
    with one that none names, and time out where it has a timeout.

    Args:
        machine: The machine.
        input: The input of the executions.
        inputs: Several inputs, in place of one.
        properties: What ought to hold for every execution: `never`, `follows`, `always_ends`,
            `never_fails_with`, `payload_below`, or functions of the result that return True or
            False (an AssertionError counts as False).
        replies: What tasks return when they succeed, by the names that `tasks` of `run` has: JSON,
            ``asl.returns(...)``, or a function of the payload. An empty object if not given.
        outcomes: All that a task can come to, by the same names, in place of the default.
        late: Let each reply of the default come so much later as well: seconds or a timedelta.
        hanging: Let each task of the default stay silent, also where no timeout ends that.
        interleavings: Which orders of concurrent replies to walk: ``all``; ``one`` for all; or
            ``seen``, which is ``all`` where a property can tell orders apart, else ``one``.
        depth: Bound: decisions in a row.
        retries: Bound: retries of a state, each time that it is entered.
        loops: Bound: how often a state outside of a Map is entered in an execution.
        states: Bound: states of executions looked at.
        merge: Whether to walk on from equal states only once. Without it every execution is walked.
        seed: Of all randomness: one value is tried for each random number.
        limits: AWS's quotas if not given.

    Returns:
        What was walked, and what holds. ``.check()`` raises unless all properties are proved.

    Raises:
        UsageError: A name that the machine does not have, a bound or an outcome that is none.
        PropertyError: A property raised, or returned neither True nor False.
        UnsupportedFeature: The machine has a Distributed Map, or a task that waits for a signal.
    """
    if interleavings not in get_args(Interleavings):
        raise UsageError(f"interleavings must be 'seen', 'all' or 'one', not {interleavings!r}")
    _check_machine(machine)
    question = _Question(
        machine=machine,
        inputs=_inputs(input, inputs),
        properties=_properties(machine, properties),
        outcomes=Outcomes(
            machine,
            outcomes=outcomes,
            replies=replies,
            late=late,
            hanging=hanging,
        ),
        bounds=Bounds(
            depth=_bound("depth", depth),
            retries=_bound("retries", retries),
            loops=_bound("loops", loops),
            states=_bound("states", states) or _MOST_STATES,
        ),
        seed=seed,
        limits=limits,
    )
    return question.answer(interleavings, merge=merge)


@dataclass(frozen=True, slots=True)
class _Question:
    """What an exploration is asked, checked."""

    machine: StateMachine
    inputs: tuple[Payload, ...]
    properties: tuple[Property, ...]
    outcomes: Outcomes
    bounds: Bounds
    seed: int
    limits: Limits | None

    def answer(self, interleavings: Interleavings, *, merge: bool) -> Exploration:
        """Search, again if the first search could not tell enough apart, and say what it found."""
        definition = self.machine.definition
        apart = self._apart(merge=merge)
        while True:
            matters = Apart.ORDER in apart and bool(_concurrent(definition.scope))
            all_orders = interleavings == "all" or (interleavings == "seen" and matters)
            moves = Moves(self.outcomes, all_orders=all_orders)
            search = self._search(moves, apart)
            lacks = self._lacks(search) & ~apart
            if not lacks:
                break
            apart |= lacks
        return Exploration(
            search.graph,
            merged=search.merged,
            properties=tuple(each.name for each in self.properties),
            counterexamples=tuple(
                self._counterexample(search, moves, self.properties[place], found)
                for place, found in sorted(search.found.items())
            ),
            bounds_hit=tuple(self._bounds_hit(search, moves)),
            not_covered=tuple(
                _left_out(search, seed=self.seed, ignores_order=matters and not all_orders)
            ),
            orders="all" if all_orders else "one",
            unreached=tuple(unreached(definition.scope, search.entered, search.turns)),
            assumed=tuple(sorted(self.outcomes.assumed)),
            largest_payload=search.largest_payload,
            limits=self.limits or Limits(),
            is_express=definition.type == "EXPRESS",
        )

    def world(self, root: int, *, tells: bool = False) -> World:
        """A new world for one of the inputs."""
        execution = Execution(
            self.machine.program,
            self.inputs[root],
            machine=self.machine.arn,
            now=VirtualClock().now_us(),
            seed=self.seed,
            limits=self.limits,
        )
        return World(execution, tells=tells)

    def _apart(self, *, merge: bool) -> Apart:
        """What states have to be told apart by, as far as it is known before the search."""
        definition = self.machine.definition
        concurrent = _concurrent(definition.scope)
        apart = Apart(0) if merge else Apart.HISTORY
        if shows_time_or_ids(definition):
            apart |= Apart.IDS
        if self.bounds.loops is not None:
            apart |= Apart.PATH
        for each in self.properties:
            if each.sees_order and not concurrent.isdisjoint(m.state for m in each.moments):
                apart |= Apart.ORDER
        return apart

    def _lacks(self, search: Search) -> Apart:
        """What states have to be told apart by, as far as the search has shown it."""
        lacks = search.lacks
        if lacks:
            return lacks
        execution, longest = self.world(0).execution, search.graph.longest(to_ends=False)
        within_us = [each.within_us for each in self.properties if each.within_us is not None]
        if within_us and (longest is None or longest.elapsed_us > min(within_us)):
            lacks |= Apart.TIME
        if longest is None:  # loops are closed, and it is said that limits are not covered
            return lacks
        deadline, started_at = execution.deadline, execution.identity.started_at
        if deadline is not None and longest.elapsed_us >= deadline - started_at:
            lacks |= Apart.IDS
        if longest.events >= execution.history_limit - 1:
            lacks |= Apart.IDS | Apart.ORDER
        return lacks

    def _search(self, moves: Moves, apart: Apart) -> Search:
        scope = self.machine.definition.scope
        search = Search(
            moves,
            self.properties,
            self.bounds,
            {state.pointer: state.name for state in every_state(scope)},
            _repeated(scope),
            apart,
        )
        search.run([self.world(root) for root in range(len(self.inputs))])
        return search

    @property
    def _has_no_limits(self) -> bool:
        execution = self.world(0).execution
        return execution.deadline is None and execution.history_limit == NO_LIMIT

    def _bounds_hit(self, search: Search, moves: Moves) -> Iterator[str]:
        """What kept the search from being a proof."""
        for name, walked in search.bounds_hit.items():
            yield (
                f"{name}={getattr(self.bounds, name)}; all executions of up to {walked} decisions "
                "were walked"
            )
        sees_end = any(each.sees_end for each in self.properties)
        if search.graph.has_loops and (sees_end or (self.properties and self._has_no_limits)):
            yield (
                "loops were closed; an execution that goes round one until a limit ends it was not "
                "walked, and a property looks at how executions end"
            )
        if moves.squeezed:
            yield "an order of replies would have to come between two events a microsecond apart"

    def _counterexample(
        self, search: Search, moves: Moves, broken: Property, found: Found
    ) -> Counterexample:
        root = search.graph.nodes[found.node].root
        world = self.world(root, tells=True)
        moves.begin(world)
        for move in (*search.graph.path(found.node), *search.graph.way_out(found.node)):
            moves.make(world, move)
        for _ in range(_LONGEST_WAY_OUT):  # where a bound cut the way out off
            if moves.is_over(world):
                break
            _, world = next(moves.following(world))
        script = script_of(
            self.inputs[root].value,
            (world.calls or {}).values(),
            task_states(self.machine),
            seed=self.seed,
            limits=self.limits,
        )
        return Counterexample(broken.name, found.why, Result(world.execution, ()), script)


def _left_out(search: Search, *, seed: int, ignores_order: bool) -> Iterator[str]:
    """What is not walked by intent."""
    if search.graph.has_loops:
        yield (
            "executions that go round a loop until they meet their deadline or the limit of their "
            "history: loops were closed"
        )
    if search.draws_numbers:
        yield f"random numbers (jitter, States.UUID...) but those of seed={seed}"
    if ignores_order:
        yield "the orders of concurrent replies, although a property can tell them apart"


def _inputs(value: Input, inputs: Sequence[Input] | None) -> tuple[Payload, ...]:
    if inputs is None:
        return (payload_of(value),)
    if value is not EMPTY_INPUT:
        raise UsageError("explore() takes an input or inputs=, not both")
    if not isinstance(inputs, Sequence) or isinstance(inputs, str) or not inputs:
        raise UsageError(f"inputs must be a list with at least one input, not {quote(inputs)}")
    return tuple(map(payload_of, inputs))


def _bound(name: str, bound: int | None) -> int | None:
    if bound is None or (type(bound) is int and bound >= 1):
        return bound
    raise UsageError(f"{name} must be a whole number from 1 on, not {bound!r}")


def _check_machine(machine: StateMachine) -> None:
    """Make sure that a machine can be explored.

    Raises:
        UsageError: It is no machine.
        UnsupportedFeature: It has something whose outcomes are not those of tasks.
    """
    if not isinstance(machine, StateMachine):
        raise UsageError(
            f"explore() takes a machine, as asl.load gives it, not {type(machine).__name__}"
        )
    for state in every_state(machine.definition.scope):
        if isinstance(state, DistributedMapState):
            raise UnsupportedFeature(
                "exploring a Distributed Map",
                state.pointer,
                "explore its processor as a machine of its own, and this one with a Task in its "
                "place",
            )
        if isinstance(state, TaskState) and state.resource.signal is not None:
            raise UnsupportedFeature(
                f"exploring a task that waits for a signal ({state.resource.arn!r})",
                state.pointer,
                "put a Task with another Resource in its place",
            )


def _properties(
    machine: StateMachine, given: Sequence[Property | Callable[[Result], object]]
) -> tuple[Property, ...]:
    """The properties, checked: each names states that there are."""
    if callable(given) or isinstance(given, Property | str):
        raise UsageError(f"properties must be a list, not {given!r}")
    properties = tuple(map(as_property, given))
    states = {state.name: state for state in every_state(machine.definition.scope)}
    for each in properties:
        for kind, name in each.moments:
            if name not in states:
                raise UsageError(
                    f"{each.name}: there is no state {name!r}; {suggestion(name, states)}"
                )
            if kind == "failed" and not isinstance(states[name], WorkState):
                raise UsageError(
                    f"{each.name}: {name!r} is a {states[name].kind} state; failed() is for Task, "
                    "Parallel and Map"
                )
            if kind == "succeeded" and isinstance(states[name], FailState):
                raise UsageError(f"{each.name}: {name!r} is a Fail state: it never succeeds")
    return properties


def _concurrent(scope: Scope) -> set[str]:
    """The names of states that others may run beside."""
    names: set[str] = set()
    for state in every_state(scope):
        if isinstance(state, ParallelState) and len(state.branches) > 1:
            names.update(each.name for branch in state.branches for each in every_state(branch))
        elif isinstance(state, MapState):
            names.update(each.name for each in every_state(state.processor))
    return names


def _repeated(scope: Scope) -> set[str]:
    """The names of states inside a Map."""
    return {
        each.name
        for state in every_state(scope)
        if isinstance(state, MapState)
        for each in every_state(state.processor)
    }
