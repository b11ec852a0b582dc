"""What of a definition no explored execution has come to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl.language.model import ChoiceState, WorkState, every_state

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from asl.engine.decisions import Decision
    from asl.language.model import Scope


def unreached(scope: Scope, entered: Collection[str], turns: Collection[Decision]) -> list[str]:
    """The states, retriers, catchers and rules that were never used, as JSON pointers.

    Of a state that was never entered, nothing more is listed.
    """
    used = {(str(turn.kind), turn.pointer, turn.place) for turn in turns}
    missed: list[str] = []
    dead: list[str] = []
    for state in every_state(scope):
        if any(state.pointer.startswith(f"{pointer}/") for pointer in dead):
            continue
        if state.name not in entered:
            dead.append(state.pointer)
            missed.append(state.pointer)
        elif isinstance(state, ChoiceState):
            missed += _rules(state, used)
        elif isinstance(state, WorkState):
            missed += _handlers(state, used)
    return missed


def _rules(state: ChoiceState, used: set[tuple[str, str, int | None]]) -> Iterator[str]:
    for place in range(len(state.rules)):
        if ("matched", state.pointer, place) not in used:
            yield f"{state.pointer}/Choices/{place}"
    if state.next is not None and ("matched", state.pointer, None) not in used:
        yield f"{state.pointer}/Default"


def _handlers(state: WorkState, used: set[tuple[str, str, int | None]]) -> Iterator[str]:
    for place in range(len(state.retry)):
        if not used & {(kind, state.pointer, place) for kind in ("retried", "exhausted")}:
            yield f"{state.pointer}/Retry/{place}"
    for place in range(len(state.catch)):
        if ("caught", state.pointer, place) not in used:
            yield f"{state.pointer}/Catch/{place}"
