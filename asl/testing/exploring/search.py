"""The search: every state that an execution can come to, breadth first, each only once.

Breadth first, so the first way to a state is the one with the fewest decisions, and the first
execution that breaks a property is a shortest one. Two states are one if nothing that is asked can
tell them apart: their worlds have equal keys, and every property has kept the same of both. The
more is asked, the more states there are; so a search starts with telling as little apart as it may
(`Apart`), and gives up when it finds that it has to tell more.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass
from enum import Flag, auto
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from asl.language.model import WorkState
from asl.runtimes.result import Result
from asl.testing.exploring.graph import Edge, Graph, Node, Weight
from asl.testing.exploring.moments import entered_states, largest_payload, transitions
from asl.testing.exploring.properties import Broken, Holds, Stretch

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import timedelta

    from asl.engine.decisions import Decision
    from asl.engine.execution import Execution
    from asl.engine.history import HistoryEvent
    from asl.engine.state_key import StateKey
    from asl.testing.exploring.moves import Move, Moves
    from asl.testing.exploring.properties import Property, Seen
    from asl.testing.exploring.world import World


class Apart(Flag):
    """What states of executions are told apart by, beside what decides their future.

    Attributes:
        TIME: How long the execution has taken.
        PATH: The states that it entered.
        IDS: The instant and all ids: where a state can see them, or a limit comes near.
        ORDER: In which order concurrent replies came.
        HISTORY: All that happened, these too: no two states are one.
    """

    TIME = auto()
    PATH = auto()
    IDS = auto()
    ORDER = auto()
    _ALL = auto()
    HISTORY = TIME | PATH | IDS | _ALL


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far a search goes; None sets no bound.

    Attributes:
        depth: Decisions in a row.
        retries: Retries of one state between its being entered and left.
        loops: How often a state outside of a Map is entered in one execution.
        states: States of executions.
    """

    depth: int | None = None
    retries: int | None = None
    loops: int | None = None
    states: int = 100_000


class Found(NamedTuple):
    """The first execution that a property does not hold for: the node where that shows, and why."""

    node: int
    why: str


class _Way(NamedTuple):
    """How a world came about: the node before it, the move from there, and what was seen so far."""

    root: int
    parent: int | None
    move: Move | None
    depth: int
    left_at: int
    seen: tuple[Seen, ...]
    path: tuple[str, ...]


_BROKEN = Broken("")


class Search:
    """One search. Make it, `run` it, then read what it found.

    Args:
        moves: What can happen.
        properties: What ought to hold.
        bounds: How far to go.
        names: The names of states by pointer.
        repeated: The names of states inside a Map, which are entered once for each item.
        apart: What to tell states apart by.

    Attributes:
        graph: What was walked.
        found: The broken properties, by their place.
        entered: The names of all states entered.
        turns: All decisions that states made.
        merged: How often a state was met again.
        bounds_hit: The bounds that kept it from going on, each with the number of decisions in a
            row after which it first did.
        largest_payload: Bytes.
        lacks: What states have to be told apart by and were not: then the search is of no use.
        draws_numbers: Whether an execution used random numbers.
    """

    def __init__(
        self,
        moves: Moves,
        properties: Sequence[Property],
        bounds: Bounds,
        names: Mapping[str, str],
        repeated: Collection[str],
        apart: Apart,
    ) -> None:
        self._moves = moves
        self._properties = properties
        self._bounds = bounds
        self._names = names
        self._repeated = repeated
        self._apart = apart
        self._numbers: dict[StateKey, int] = {}
        self._waiting: deque[tuple[int, World, _Way]] = deque()
        self.graph = Graph()
        self.found: dict[int, Found] = {}
        self.entered: set[str] = set()
        self.turns: set[Decision] = set()
        self.merged = 0
        self.bounds_hit: dict[str, int] = {}
        self.largest_payload = 0
        self.lacks = Apart(0)
        self.draws_numbers = False

    def run(self, worlds: Sequence[World]) -> None:
        """Walk everything from these new worlds, one for each input."""
        begin = tuple(each.begin() for each in self._properties)
        for root, world in enumerate(worlds):
            now, numbers = world.execution.now, world.execution.random.state
            self._moves.begin(world)
            self._come(world, _Way(root, None, None, 0, now, begin, ()), numbers)
        while self._waiting and not self.lacks:
            number, world, way = self._waiting.popleft()
            node = self.graph.nodes[number]
            bound = self._bound(world, way)
            if bound is not None:
                self.bounds_hit.setdefault(*bound)
                node.is_cut = True
                world.drop()
                continue
            now, numbers = world.execution.now, world.execution.random.state
            depth = way.depth + 1
            for move, twin in self._moves.following(world):
                following = _Way(way.root, number, move, depth, now, way.seen, way.path)
                target, weight = self._come(twin, following, numbers)
                node.edges.append(Edge(move, target, weight))
            world.drop()

    def _come(self, world: World, way: _Way, numbers: int) -> tuple[int, Weight]:
        """Look at a world that was just reached; its node, and what the way to it added."""
        execution = world.execution
        records, before = execution.history, execution.before
        entered = entered_states(records)
        self.entered.update(entered)
        self.turns.update(world.turns)
        self.draws_numbers |= execution.random.state != numbers
        weight = Weight(
            execution.now - way.left_at,
            execution.event_count - before,
            transitions(records, before),
        )
        self.largest_payload = max(self.largest_payload, largest_payload(records))
        stretch = Stretch(world, self._names, tells_time=Apart.TIME in self._apart)
        seen = tuple(
            kept if kept is _BROKEN else each.watch(kept, stretch)
            for each, kept in zip(self._properties, way.seen, strict=True)
        )
        path = (*way.path, *entered) if Apart.PATH in self._apart else ()
        number = self._known(world, way.root, seen, path)
        if number is None:
            number = self._add(world, way, weight, seen, path)
        else:
            self.merged += 1
            world.drop()
        return number, weight

    def _known(
        self, world: World, root: int, seen: tuple[Seen, ...], path: tuple[str, ...]
    ) -> int | None:
        """The node of a state that was met before; a new state is given the next number."""
        if Apart.HISTORY in self._apart:
            return None
        execution = world.execution
        told = tuple(_BROKEN if isinstance(each, Broken) else each for each in seen)
        now = execution.now if Apart.TIME in self._apart else 0
        key = root, world.key(exact=Apart.IDS in self._apart), told, path, now
        following = len(self.graph.nodes)
        number = self._numbers.setdefault(key, following)
        return None if number == following else number

    def _add(
        self,
        world: World,
        way: _Way,
        weight: Weight,
        seen: tuple[Seen, ...],
        path: tuple[str, ...],
    ) -> int:
        number = len(self.graph.nodes)
        node = Node(way.root, way.parent, way.move, way.depth)
        self.graph.nodes.append(node)
        if way.parent is None:
            node.weight = weight
        if self._moves.is_over(world):
            node.outcome = world.execution.outcome
            self.lacks |= _met_limit(world) & ~self._apart
            seen = tuple(map(partial(self._end, world), self._properties, seen))
        for place, kept in enumerate(seen):
            if isinstance(kept, Broken) and kept is not _BROKEN:
                self.found.setdefault(place, Found(number, kept.why))
        if node.outcome is not None:
            world.drop()
        else:
            told = tuple(_BROKEN if isinstance(each, Broken) else each for each in seen)
            self._waiting.append((number, world, way._replace(seen=told, path=path)))
        return number

    def _end(self, world: World, each: Property, kept: Seen) -> Seen:
        """What a property keeps of a run that is over."""
        if isinstance(kept, Broken):
            return kept
        if isinstance(each, Holds):
            result = _Shown(world.execution)
            broken = each.ask(result)
            self.lacks |= result.read & ~self._apart
        else:
            broken = each.end(kept, world.execution.outcome)
        return kept if broken is None else broken

    def _bound(self, world: World, way: _Way) -> tuple[str, int] | None:
        """The bound that a world lies beyond, and how many decisions in a row were still walked."""
        bounds = self._bounds
        if len(self.graph.nodes) >= bounds.states:
            return "states", way.depth
        if bounds.depth is not None and way.depth >= bounds.depth:
            return "depth", way.depth
        if bounds.retries is not None and _retries(world) > bounds.retries:
            return "retries", way.depth
        if bounds.loops is not None:
            counted = Counter(name for name in way.path if name not in self._repeated)
            if max(counted.values(), default=0) > bounds.loops:
                return "loops", way.depth
        return None


def _met_limit(world: World) -> Apart:
    """What matters as soon as limits do: how far from them executions are."""
    execution = world.execution
    if execution.event_count >= execution.history_limit - 1:
        return Apart.IDS | Apart.ORDER  # what stopped branches have written counts
    return Apart.IDS if execution.outcome.status == "TIMED_OUT" else Apart(0)


def _retries(world: World) -> int:
    """The most retries that a state has made which is waited for, or in which something is."""
    most = 0
    for waiting in world.execution.waiting.values():
        cursor = waiting
        while True:
            if isinstance(cursor.step.state, WorkState):
                most = max(most, cursor.retries)
            if cursor.join is None:
                break
            cursor = cursor.join.cursor
    return most


class _Shown(Result):
    """A result that notes which of its parts that runs can differ in, ended alike, are read."""

    def __init__(self, execution: Execution) -> None:
        super().__init__(execution, ())
        self.read = Apart(0)

    @property
    def elapsed(self) -> timedelta:
        """From its start to its newest event, on its clock."""
        self.read |= Apart.TIME
        return super().elapsed

    @property
    def path(self) -> list[str]:
        """The names of the states entered, in order."""
        self.read |= Apart.PATH | Apart.ORDER
        return super().path

    @property
    def history(self) -> list[HistoryEvent]:
        """All events."""
        self.read |= Apart.HISTORY | Apart.ORDER
        return super().history

    def __repr__(self) -> str:
        self.read |= Apart.TIME | Apart.PATH | Apart.ORDER
        return super().__repr__()
