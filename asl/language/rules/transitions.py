"""From state to state: every name that is used is the name of a state that can be meant.

Source: ASL specification, "Transitions" and "States"; AWS API reference, the codes of
ValidateStateMachineDefinitionDiagnostic.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl.language.diagnostics import clip
from asl.language.faults import Fault
from asl.language.walk import Machine, machines, states_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asl.jsontypes import Json
    from asl.language.positions import Path
    from asl.language.walk import State, Tree


def check_transitions(tree: Tree) -> Iterator[Fault]:
    """Targets that are missing and names that are repeated, in a definition of any shape."""
    for machine in machines(tree):
        yield from missing_targets(machine)
    yield from repeated_names(tree)


def missing_targets(machine: Machine) -> Iterator[Fault]:
    """StartAt, Next and Default name a state of the same machine.

    The word Next stands in AWS's message for StartAt and Default too.
    """
    states = machine.tree.get("States")
    if not isinstance(states, dict):
        return
    for path, target in _targets(machine):
        if isinstance(target, str) and target not in states:
            yield Fault(
                path,
                f"Missing 'Next' target: {clip(target)}",
                code="MISSING_TRANSITION_TARGET",
                meant=(target, states.keys()),
            )


def _targets(machine: Machine) -> Iterator[tuple[Path, Json]]:
    yield (*machine.path, "StartAt"), machine.tree.get("StartAt")
    for state in states_of(machine):
        kind = state.tree.get("Type")
        if kind == "Choice":
            yield (*state.path, "Default"), state.tree.get("Default")
            yield from _targets_of_entries(state, "Choices")
        elif kind not in ("Succeed", "Fail"):  # there AWS only says that Next is not supported
            yield (*state.path, "Next"), state.tree.get("Next")
            yield from _targets_of_entries(state, "Catch")


def _targets_of_entries(state: State, field: str) -> Iterator[tuple[Path, Json]]:
    entries = state.tree.get(field)
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, dict):
            yield (*state.path, field, index, "Next"), entry.get("Next")


def repeated_names(tree: Tree) -> Iterator[Fault]:
    """A name stands for one state of the whole definition, branches and processors included."""
    seen = set()
    for machine in machines(tree):
        for name in machine.states():
            if name in seen:
                yield Fault(
                    (*machine.path, "States", name),
                    f"Duplicate State name: {clip(name)}",
                    code="DUPLICATE_STATE_NAME",
                    at_key=True,
                )
            seen.add(name)


def missing_end(tree: Tree) -> Iterator[Fault]:
    """The state machine has a state that ends it.

    AWS asks this of the whole machine only, not of branches. A state without a Type is none that
    ends it; of a Type that does not exist, End counts (both recorded).
    """
    states = states_of(Machine((), tree))
    if isinstance(tree.get("States"), dict) and not any(map(_ends, states)):
        yield Fault(("States",), "Workflow has no terminal state", code="MISSING_END_STATE")


def _ends(state: State) -> bool:
    kind = state.tree.get("Type")
    return kind in ("Succeed", "Fail") or (kind is not None and state.tree.get("End") is True)
