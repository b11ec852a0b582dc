"""Puts onto an outline what a run did there, or how well it is covered."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from asl.errors import UsageError, quote
from asl.pictures.outline import Note
from asl.pictures.wording import cut, span, times

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from asl.pictures.journey import Journey, Visit
    from asl.pictures.outline import Edge, Node, Scope, Tone, Trace

#: What may be said of a part; nothing is said of what is ``unknown``.
TONES: Final[tuple[Tone, ...]] = ("covered", "partly", "missing")

_NO_TIME = timedelta()
#: Numbers of visits that are shown.
_MOST_NUMBERS = 3


def cover(scope: Scope, classes: Mapping[str, str]) -> Scope:
    """The outline with how well its parts are covered.

    Raises:
        UsageError: A class is not known, or a pointer is of nothing that is drawn.
    """
    pointers = frozenset(_pointers(scope))
    known: dict[str, Tone] = {}
    for pointer, given in classes.items():
        tone = next((each for each in TONES if each == given), None)
        if tone is None:
            raise UsageError(
                f"the class of {quote(pointer)} is {', '.join(map(repr, TONES[:-1]))} or "
                f"{TONES[-1]!r}, not {quote(given)}"
            )
        if pointer not in pointers:
            near = get_close_matches(str(pointer), pointers, 1)
            hint = f"; the nearest is {near[0]!r}" if near else ""
            raise UsageError(
                f"{quote(pointer)} points at no state, branch, processor, Next, End, rule, "
                f"Default, retrier or catcher of the definition{hint}"
            )
        known[pointer] = tone
    return _cover(scope, known)


def _pointers(scope: Scope) -> Iterator[str]:
    """All that can have a class."""
    pending = [scope]
    for each in pending:  # it grows
        yield each.pointer
        for node in each.nodes:
            if node.pointer is not None:
                yield node.pointer
            yield from (note.pointer for note in node.notes if note.pointer is not None)
            pending += node.scopes
        for edge in each.edges:
            if edge.pointer is not None:
                yield edge.pointer
            yield from (note.pointer for note in edge.notes if note.pointer is not None)


def _cover(scope: Scope, known: Mapping[str, Tone]) -> Scope:
    def noted(notes: Iterable[Note]) -> tuple[Note, ...]:
        return tuple(note._replace(tone=known.get(note.pointer or "?")) for note in notes)

    def covered_edge(edge: Edge) -> Edge:
        notes = noted(edge.notes)
        own = [known.get(edge.pointer)] if edge.pointer is not None else []
        return replace(edge, notes=notes, tone=_together([*own, *(note.tone for note in notes)]))

    return replace(
        scope,
        nodes=tuple(
            replace(
                node,
                notes=noted(node.notes),
                scopes=tuple(_cover(each, known) for each in node.scopes),
                tone=None if node.pointer is None else known.get(node.pointer, "unknown"),
            )
            for node in scope.nodes
        ),
        edges=tuple(map(covered_edge, scope.edges)),
        tone=known.get(scope.pointer),
    )


def tones(scope: Scope) -> Iterator[tuple[str, Tone]]:
    """The pointers of all of which coverage is known, each with what it is."""
    found: list[tuple[str | None, Tone | None]] = []
    pending = [scope]
    for each in pending:  # it grows
        found.append((each.pointer, each.tone))
        for node in each.nodes:
            found.append((node.pointer, node.tone))
            found += ((note.pointer, note.tone) for note in node.notes)
            pending += node.scopes
        for edge in each.edges:
            found.append((edge.pointer, edge.tone))
            found += ((note.pointer, note.tone) for note in edge.notes)
    for pointer, tone in found:
        if pointer is not None and tone is not None and tone != "unknown":
            yield pointer, tone


def _together(several: Iterable[Tone | None]) -> Tone | None:
    """How well several things are covered that are drawn as one."""
    known = {tone for tone in several if tone is not None}
    if not known:
        return None
    return known.pop() if len(known) == 1 else "partly"


def trace(scope: Scope, journey: Journey) -> Scope:
    """The outline with what a run did in it.

    What is inside of a Distributed Map stays as it is: its children are executions of their own.
    """
    edges = tuple(_taken(edge, journey) for edge in scope.edges)
    used = {end for edge in edges if edge.taken for end in (edge.source, edge.target)}
    return replace(
        scope,
        nodes=tuple(
            replace(node, trace="visited" if node.id in used else "skipped")
            if node.pointer is None
            else _traced(node, node.pointer, journey)
            for node in scope.nodes
        ),
        edges=edges,
    )


def _taken(edge: Edge, journey: Journey) -> Edge:
    taken = journey.taken[edge.source, edge.target, edge.kind]
    notes = (*edge.notes, Note(times(taken), "run")) if taken > 1 else edge.notes
    return replace(edge, taken=taken, notes=notes)


def _traced(node: Node, pointer: str, journey: Journey) -> Node:
    visits = journey.visits.get(pointer, [])
    return replace(
        node,
        notes=(*node.notes, *_notes(visits)),
        trace=_left(node, visits, journey.status),
        scopes=node.scopes
        if node.is_distributed
        else tuple(trace(each, journey) for each in node.scopes),
    )


def _left(node: Node, visits: list[Visit], status: str) -> Trace:
    if not visits:
        return "skipped"
    stuck = [visit for visit in visits if visit.left is None]
    if any(visit.has_failed for visit in stuck) or (stuck and node.kind == "Fail"):
        return "waiting" if status == "RUNNING" and node.kind != "Fail" else "failed"
    if stuck:
        return "waiting" if status == "RUNNING" else "stopped"
    return "visited"


def _notes(visits: list[Visit]) -> Iterator[Note]:
    if not visits:
        return
    took = sum((visit.left - visit.entered for visit in visits if visit.left), start=_NO_TIME)
    at = span(visits[0].entered)
    if len(visits) == 1:
        spent = f" for {span(took)}" if took else ""
        yield Note(f"#{visits[0].number} at {at}{spent}", "run")
    else:
        numbers = [f"#{visit.number}" for visit in visits[:_MOST_NUMBERS]]
        more = ", …" if len(visits) > _MOST_NUMBERS else ""
        yield Note(f"{times(len(visits))}: {', '.join(numbers)}{more}", "run")
        yield Note(f"first at {at}{f', {span(took)} in all' if took else ''}", "run")
    errors = Counter(error for visit in visits for error in visit.errors)
    for error, count in errors.items():
        yield Note(f"{cut(error)} {times(count)}" if count > 1 else cut(error), "error")
