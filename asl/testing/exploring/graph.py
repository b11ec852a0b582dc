"""What an exploration has walked, as a graph: states of executions, and the moves between them.

Each run of the machine is a path from a root to an end. There are far more paths than nodes, so
what is asked of all runs (how many there are, how long the longest takes) is worked out node by
node.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from operator import add
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from asl.engine.execution import Outcome
    from asl.testing.exploring.moves import Move


class Weight(NamedTuple):
    """What a move adds to a run: microseconds, history events, state transitions."""

    elapsed_us: int = 0
    events: int = 0
    transitions: int = 0

    def plus(self, other: Weight) -> Weight:
        """Both together."""
        return Weight(*map(add, self, other))


_NOTHING = Weight()


class Edge(NamedTuple):
    """A move, and the node that it leads to."""

    move: Move
    target: int
    weight: Weight


@dataclass(slots=True, eq=False)
class Node:
    """A state that an execution can be in.

    Attributes:
        root: The number of the input that it was first reached from.
        parent: The node before it on the shortest way from there; None for a root.
        move: What led here from there; None for a root.
        depth: How many moves that way has.
        weight: What the way to its first move adds; only of roots.
        edges: The moves that it offers.
        outcome: How the run ended, where it is an end.
        is_cut: Whether a bound kept the search from looking further.
    """

    root: int
    parent: int | None
    move: Move | None
    depth: int
    weight: Weight = _NOTHING
    edges: list[Edge] = field(default_factory=list)
    outcome: Outcome | None = None
    is_cut: bool = False


class Graph:
    """The nodes of an exploration, each behind the one that it was first reached from."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self._order: list[int] | None = None

    def path(self, number: int) -> list[Move]:
        """The moves of the shortest way to a node."""
        moves: list[Move] = []
        node = self.nodes[number]
        while node.parent is not None and node.move is not None:
            moves.append(node.move)
            node = self.nodes[node.parent]
        return moves[::-1]

    def way_out(self, number: int) -> list[Move]:
        """The moves of the shortest way from a node to the end of a run; none if it has none."""
        came: dict[int, tuple[int, Move] | None] = {number: None}
        waiting = deque([number])
        while waiting:
            at = waiting.popleft()
            if self.nodes[at].outcome is not None:
                moves: list[Move] = []
                while (step := came[at]) is not None:
                    at, move = step
                    moves.append(move)
                return moves[::-1]
            for edge in self.nodes[at].edges:
                if edge.target not in came:
                    came[edge.target] = at, edge.move
                    waiting.append(edge.target)
        return []

    @property
    def has_loops(self) -> bool:
        """Whether a run can come back to a state that it was in."""
        return self._sorted() is None

    def count_runs(self) -> Counter[tuple[str, str | None]] | None:
        """How many different runs there are by status and error; None where loops give no end."""
        order = self._sorted()
        if order is None:
            return None
        ways = [1 if node.parent is None else 0 for node in self.nodes]
        ends: Counter[tuple[str, str | None]] = Counter()
        for number in order:
            node = self.nodes[number]
            if node.outcome is not None:
                ends[node.outcome.status, node.outcome.error] += ways[number]
            for edge in node.edges:
                ways[edge.target] += ways[number]
        return ends

    def longest(self, *, to_ends: bool) -> Weight | None:
        """The most of each that a way has, to an end of a run or to any node; None with loops."""
        order = self._sorted()
        if order is None:
            return None
        best = [node.weight for node in self.nodes]
        for number in order:
            for edge in self.nodes[number].edges:
                reached = best[number].plus(edge.weight)
                best[edge.target] = Weight(*map(max, best[edge.target], reached))
        wanted = [best[n] for n in order if not to_ends or self.nodes[n].outcome is not None]
        return Weight(*map(max, zip(*wanted, strict=True))) if wanted else Weight()

    def shortest(self) -> Weight | None:
        """The least of each that a run has; None where no run was followed to its end."""
        best: dict[int, Weight] = {
            number: node.weight for number, node in enumerate(self.nodes) if node.parent is None
        }
        waiting = deque(best)
        while waiting:
            number = waiting.popleft()
            for edge in self.nodes[number].edges:
                reached, known = best[number].plus(edge.weight), best.get(edge.target)
                less = reached if known is None else Weight(*map(min, known, reached))
                if less != known:
                    best[edge.target] = less
                    waiting.append(edge.target)
        ends = [best[n] for n, node in enumerate(self.nodes) if node.outcome is not None]
        return Weight(*map(min, zip(*ends, strict=True))) if ends else None

    def _sorted(self) -> list[int] | None:
        """All nodes, each before those that it leads to; None where there is a loop."""
        if self._order is None and self.nodes:
            incoming = [0] * len(self.nodes)
            for node in self.nodes:
                for edge in node.edges:
                    incoming[edge.target] += 1
            order = [number for number, count in enumerate(incoming) if not count]
            for number in order:
                for edge in self.nodes[number].edges:
                    incoming[edge.target] -= 1
                    if not incoming[edge.target]:
                        order.append(edge.target)
            self._order = order
        order = self._order or []
        return order if len(order) == len(self.nodes) else None
