"""What is drawn of a definition: scopes with states and the ways between them.

The tree may have any shape (see `asl.language.walk`): what can't be read as a state, or as a way
to one, is drawn as what it is. It knows nothing of how a picture looks.

Source: ASL specification, "States", "Transitions".
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias, cast

from asl.errors import UsageError, quote
from asl.language.source import pointer_to
from asl.language.substitutions import has_placeholder
from asl.language.walk import ENDING_TYPES, survey
from asl.pictures.wording import caught, described, retried, rule_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from asl.jsontypes import Json
    from asl.language.walk import Machine, State, Tree

#: The eight state types; a state of another Type or none; the marks of start and end; and what a
#: way leads to that is no state.
Kind: TypeAlias = Literal[
    "Task", "Wait", "Pass", "Succeed", "Fail", "Choice", "Parallel", "Map", "odd", "start", "end",
    "gap",
]  # fmt: skip

#: How well something is covered.
Tone: TypeAlias = Literal["covered", "partly", "missing", "unknown"]

#: How a run left a state.
Trace: TypeAlias = Literal["visited", "failed", "stopped", "waiting", "skipped"]


#: Lines at a way that tell when it is taken.
_MOST_WAYS: Final = 12


class Note(NamedTuple):
    """A line of text in a state or at a way; ``pointer`` is what it tells of."""

    text: str
    kind: Literal["detail", "retry", "way", "run", "error"] = "detail"
    pointer: str | None = None
    tone: Tone | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """A state or a mark.

    Attributes:
        id: Letters and digits, one for each node of a picture.
        pointer: Of the state; None for a mark.
        name: The state's name, or what a gap says.
        kind: What it is.
        notes: What stands below its name.
        scopes: The branches or the item processor.
        comment: Its Comment.
        is_reachable: Whether ways lead to it from the start of its scope, for all that is known.
        is_distributed: Whether it is a Distributed Map.
        tone: How well it is covered.
        trace: How a run left it.
    """

    id: str
    pointer: str | None
    name: str
    kind: Kind
    notes: tuple[Note, ...] = ()
    scopes: tuple[Scope, ...] = ()
    comment: str = ""
    is_reachable: bool = True
    is_distributed: bool = False
    tone: Tone | None = None
    trace: Trace | None = None


@dataclass(frozen=True, slots=True)
class Edge:
    """A way from one node to another of the same scope.

    Attributes:
        source: The id of a node.
        target: The id of a node.
        kind: Where the definition has it.
        notes: Of a Choice, what must hold; of a Catch, the errors.
        pointer: Of the field that it comes from, where there is one alone.
        tone: How well it is covered.
        taken: How often a run went it; None without a run.
    """

    source: str
    target: str
    kind: Literal["start", "next", "choice", "catch", "end"]
    notes: tuple[Note, ...] = ()
    pointer: str | None = None
    tone: Tone | None = None
    taken: int | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """The whole machine, a branch or an item processor; nodes in the order of the text."""

    pointer: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    tone: Tone | None = None


def outline(tree: Tree) -> Scope:
    """All that there is to draw of a definition.

    Raises:
        UsageError: It has no states.
    """
    states = tree.get("States")
    if not isinstance(states, dict) or not states:
        what = "there is no States" if "States" not in tree else f"States is {quote(states)}"
        raise UsageError(f"nothing can be drawn: {what}; an object with a state is needed")
    return _Outliner(survey(tree, "STANDARD")[0]).scope


def few(notes: Sequence[Note]) -> list[Note]:
    """What there is room for at a way, of which nothing is left out but rules or errors."""
    ways = [note for note in notes if note.kind == "way"]
    if len(ways) > _MOST_WAYS:
        ways[_MOST_WAYS - 1 :] = [Note(f"and {len(ways) - _MOST_WAYS + 1} more", "way")]
    return ways + [note for note in notes if note.kind != "way"]


def every_node(scope: Scope) -> Iterator[tuple[Scope, Node]]:
    """All nodes with their scopes, each before those inside of it."""
    pending = [scope]
    for each in pending:  # it grows
        for node in each.nodes:
            yield each, node
            pending += node.scopes


class _Outliner:
    """One scope, with all those inside of it."""

    def __init__(self, machine: Machine, ids: Iterator[int] | None = None) -> None:
        self.machine = machine
        self.ids = count() if ids is None else ids
        self.nodes: dict[str, Node] = {}
        self.gaps: dict[str, Node] = {}
        self.edges: list[Edge] = []
        start = self._mark("start")
        for name, value in machine.all_states.items():
            self.nodes[name] = self._node(name, value)
        self.end: Node | None = None
        begin = machine.tree.get("StartAt")
        self._way(start, begin if "StartAt" in machine.tree else None, "start", missing="StartAt")
        for state in machine.states.values():
            self._ways(state)
        if "StartAt" in machine.tree and not any(map(has_placeholder, self.gaps)):
            self._mark_unreachable(_reached(start, self.edges))
        marks: list[Node] = [] if self.end is None else [self.end]
        nodes = (start, *self.nodes.values(), *self.gaps.values(), *marks)
        self.scope = Scope(pointer_to(machine.path), nodes, tuple(self.edges))

    def _mark_unreachable(self, reached: set[str]) -> None:
        for name, node in self.nodes.items():
            if node.id not in reached:
                notes = (*node.notes, Note("unreachable", "error"))
                self.nodes[name] = replace(node, notes=notes, is_reachable=False)

    def _mark(self, kind: Literal["start", "end"]) -> Node:
        return Node(f"n{next(self.ids)}", None, "", kind)

    def _node(self, name: str, value: Json) -> Node:
        id_, pointer = f"n{next(self.ids)}", pointer_to((*self.machine.path, "States", name))
        state = self.machine.states.get(name)
        if state is None:
            note = Note("a placeholder" if has_placeholder(value) else "not an object")
            return Node(id_, pointer, name, "odd", (note,))
        notes = [Note(described(state))]
        notes += (
            Note(retried(entry.tree), "retry", pointer_to(entry.path)) for entry in state.retriers
        )
        comment = state.tree.get("Comment")
        return Node(
            id_,
            pointer,
            name,
            cast("Kind", state.kind or "odd"),
            tuple(notes),
            tuple(_Outliner(each, self.ids).scope for each in state.inner),
            comment if isinstance(comment, str) else "",
            is_distributed=any(each.is_distributed for each in state.inner),
        )

    def _ways(self, state: State) -> None:
        node, tree = self.nodes[state.name], state.tree
        if state.kind not in ENDING_TYPES:
            self._choices(node, state)
            if state.kind != "Choice":
                if tree.get("End") is True:
                    self._end(node, pointer_to((*state.path, "End")))
                if "Next" in tree:
                    pointer = pointer_to((*state.path, "Next"))
                    self._way(node, tree["Next"], "next", pointer=pointer)
                elif has_placeholder(tree.get("End")):
                    self._way(node, tree["End"], "next")
                elif state.kind and tree.get("End") is not True:
                    self._way(node, None, "next", missing="Next or End")
        caught_by: dict[str, list[Note]] = {}
        for entry in state.catchers:
            note = Note(caught(entry.tree), "way", pointer_to(entry.path))
            caught_by.setdefault(self._target(entry.tree.get("Next")), []).append(note)
        for target, notes in caught_by.items():
            self.edges.append(Edge(node.id, target, "catch", tuple(notes)))

    def _choices(self, node: Node, state: State) -> None:
        """One way to each target, whatever number of rules lead there."""
        chosen: dict[str, list[Note]] = {}
        for rule in state.rules:
            if not rule.is_nested:
                note = Note(rule_text(rule.tree), "way", pointer_to(rule.path))
                chosen.setdefault(self._target(rule.tree.get("Next")), []).append(note)
        if state.kind == "Choice" and "Default" in state.tree:
            note = Note("default", "way", pointer_to((*state.path, "Default")))
            chosen.setdefault(self._target(state.tree["Default"]), []).append(note)
        for target, notes in chosen.items():
            self.edges.append(Edge(node.id, target, "choice", tuple(notes)))

    def _end(self, node: Node, pointer: str) -> None:
        if self.end is None:
            self.end = self._mark("end")
        self.edges.append(Edge(node.id, self.end.id, "end", pointer=pointer))

    def _way(
        self,
        node: Node,
        name: Json,
        kind: Literal["start", "next"],
        *,
        missing: str = "Next",
        pointer: str | None = None,
    ) -> None:
        target = self._target(name, missing)
        self.edges.append(Edge(node.id, target, kind, pointer=pointer))

    def _target(self, name: Json, missing: str = "Next") -> str:
        """The id of what a way leads to: a state of this scope, or a gap that says why not."""
        if isinstance(name, str) and name in self.nodes:
            return self.nodes[name].id
        says = f"no {missing}" if name is None else name if isinstance(name, str) else quote(name)
        if says not in self.gaps:
            why = "a placeholder" if has_placeholder(name) else "not a state of this machine"
            notes = () if name is None else (Note(why, "error"),)
            self.gaps[says] = Node(f"n{next(self.ids)}", None, says, "gap", notes)
        return self.gaps[says].id


def _reached(start: Node, edges: Iterable[Edge]) -> set[str]:
    """The ids of the nodes that ways lead to."""
    onward: dict[str, list[str]] = {}
    for edge in edges:
        onward.setdefault(edge.source, []).append(edge.target)
    found: set[str] = set()
    pending = [start.id]
    while pending:
        id_ = pending.pop()
        if id_ not in found:
            found.add(id_)
            pending += onward.get(id_, ())
    return found
