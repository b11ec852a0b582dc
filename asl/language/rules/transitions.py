"""From state to state: every name that is used names a state, and every state can be come to.

What follows from another fault names it in ``causes``: a state that nothing leads to because a
Next is misspelt is no fault of its own.

Source: ASL specification, "Transitions" and "States"; AWS API reference, the codes of
ValidateStateMachineDefinitionDiagnostic; the order and the words are recorded from AWS.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from asl.language.diagnostics import clip
from asl.language.faults import Fault, nearest
from asl.language.flow.graph import has_end
from asl.language.schema import load_schema
from asl.language.substitutions import has_placeholder
from asl.language.walk import ENDING_TYPES, WORKING_TYPES, Target

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from asl.jsontypes import Json
    from asl.language.positions import Path
    from asl.language.walk import Machine, State

#: Which types have the fields that name a state; a rule's and a catcher's Next is in theirs.
_HAVE: Final = {
    "Default": ("Choice",),
    "Choices": ("Choice",),
    "Catch": WORKING_TYPES,
}
_NEXT_KINDS: Final = ("Task", "Wait", "Pass", "Parallel", "Map")
_WAYS: Final = ("Next", "End", "Default", "Choices", "Catch")
_RULES: Final = {"StartAt": "ASL-107", "Default": "ASL-350"}
#: More misspelt targets than anybody reads; what follows from them need not be looked for.
_MOST_GUESSES: Final = 20
#: Faults from which another one may follow; in a machine that has more of them it is no matter.
_MOST_CAUSES: Final = 1000


def missing_targets(machine: Machine) -> Iterator[Fault]:
    """StartAt, Next and Default name a state of the same machine.

    The word Next stands in AWS's message for StartAt and Default too.
    """
    states = machine.tree.get("States")
    if not isinstance(states, dict):
        return
    causes = [(*machine.path, "States")] if not states else []
    for target, _ in _missing(machine):
        yield Fault(
            target.path,
            f"Missing 'Next' target: {clip(str(target.name))}",
            _RULES.get(str(target.path[-1]), "ASL-207"),
            meant=(str(target.name), states.keys()),
            causes=causes,
        )


def _missing(machine: Machine) -> Iterator[tuple[Target, State | None]]:
    """The targets that are not there, with the states that name them; None for StartAt."""
    states = machine.all_states
    if any(map(has_placeholder, states)):
        return  # nobody knows which names there will be
    start = machine.tree.get("StartAt")
    if isinstance(start, str) and start not in states and not has_placeholder(start):
        yield Target((*machine.path, "StartAt"), start), None
    for state in machine.states.values():
        for target in state.targets:
            name = target.name
            if isinstance(name, str) and name not in states and _counts(state, target):
                yield target, state


def _counts(state: State, target: Target) -> bool:
    """Whether the field belongs where it is; of others AWS only says that they are not supported.

    A name with a placeholder may turn out to be any.
    """
    field = str(target.path[len(state.path)])
    kinds = _HAVE.get(field, _NEXT_KINDS)
    return (state.kind is None or state.kind in kinds) and not has_placeholder(target.name)


def repeated_names(machines: Iterable[Machine]) -> Iterator[Fault]:
    """A name stands for one state of the whole definition, branches and processors included."""
    seen: set[str] = set()
    for machine in machines:
        for name in machine.all_states:
            if name in seen:
                message = f"Duplicate State name: {clip(name)}"
                yield Fault((*machine.path, "States", name), message, "ASL-111", at_key=True)
            seen.add(name)


def missing_end(whole: Machine) -> Iterator[Fault]:
    """The state machine has a state that ends it.

    AWS asks this of the whole machine only, not of branches. A state without a Type is none that
    ends it; of a Type that does not exist, End counts (both recorded).
    """
    if isinstance(whole.tree.get("States"), dict) and not has_end(whole):
        path = (*whole.path, "States")
        message = "Workflow has no terminal state"
        causes = (path, *islice(_broken(whole, whole.states.values()), _MOST_CAUSES))
        yield Fault(path, message, "ASL-109", is_placeless=True, causes=causes)


def _broken(machine: Machine, states: Collection[State]) -> Iterator[Path]:
    """Places of faults that hide where some states lead, or that they end the machine."""
    names = machine.all_states
    among = set(states)
    for target, state in _missing(machine):
        if state is None or state in among:
            yield target.path
    for state in states:
        yield from _broken_ways(state)
    if len(machine.states) < len(names):
        for name in names:
            if name not in machine.states:
                yield (*machine.path, "States", name)


def _broken_ways(state: State) -> Iterator[Path]:
    path, tree = state.path, state.tree
    if "Type" not in tree:
        yield path
    elif state.kind is None:
        yield (*path, "Type")
    known = load_schema(f"{(state.kind or 'Task').lower()}.json")["properties"]
    yield from ((*path, name) for name in tree if name not in known and nearest(name, _WAYS))
    if state.kind in ENDING_TYPES:
        return
    if state.kind == "Choice":
        if not isinstance(tree.get("Default", ""), str):
            yield (*path, "Default")
    elif not isinstance(tree.get("Next"), str):
        yield (*path, "Next") if "Next" in tree else path
        if "End" in tree:
            yield (*path, "End")
    yield from _broken_entries((*path, "Choices"), tree.get("Choices", []))
    yield from _broken_entries((*path, "Catch"), tree.get("Catch", []))


def _broken_entries(path: Path, entries: Json) -> Iterator[Path]:
    if not isinstance(entries, list):
        yield path
        return
    for index, entry in enumerate(entries):
        if not isinstance(entry, dict):
            yield (*path, index)
        elif not isinstance(entry.get("Next"), str):
            yield from ((*path, index, name) for name in entry if nearest(name, _WAYS))
            yield (*path, index)


def unreachable(machine: Machine) -> Iterator[Fault]:
    """Every state can be come to from StartAt.

    A walk, so a loop of orphans is not reachable either. AWS says nothing of it where StartAt is
    absent, and where the whole machine has no end.
    """
    start = machine.tree.get("StartAt")
    if not isinstance(start, str) or has_placeholder(start):
        return
    if machine.outer is None and not has_end(machine):
        return
    reached = _reach([start], machine)
    if len(reached) >= len(machine.states) or _leads_anywhere(machine):
        return
    onward = {name: _onward(state) for name, state in machine.states.items()}
    lost = [name for name in machine.states if name not in reached]
    explained = _explained(machine, reached)
    known = [machine.states[one] for one in reached]
    broken = tuple(islice(_broken(machine, known), _MOST_CAUSES))
    for name, head in _heads(lost, onward).items():
        path = (*machine.path, "States", name)
        causes: Sequence[Path] = broken
        if name in explained:
            causes = (explained[name],)
        elif head != name:
            causes = ((*machine.path, "States", head),)
        message = f'State "{clip(name)}" is not reachable.'
        yield Fault(path, message, "ASL-110", at_key=True, causes=causes)


def _leads_anywhere(machine: Machine) -> bool:
    """Whether a placeholder stands where a way may begin or end: then nobody knows what follows."""
    names = machine.all_states
    if any(map(has_placeholder, names)):
        return True
    if len(machine.states) < len(names) and any(map(has_placeholder, names.values())):
        return True
    return any(map(_may_lead_anywhere, machine.states.values()))


def _may_lead_anywhere(state: State) -> bool:
    tree = state.tree
    if any(map(has_placeholder, tree)) or any(has_placeholder(tree.get(field)) for field in _WAYS):
        return True
    for field in ("Choices", "Catch"):
        entries = tree.get(field)
        if isinstance(entries, list) and any(map(has_placeholder, entries)):
            return True
    return any(has_placeholder(target.name) for target in state.targets)


def _onward(state: State) -> Sequence[str]:
    return [target.name for target in state.targets if isinstance(target.name, str)]


def _reach(start: Iterable[str], machine: Machine) -> set[str]:
    """The names of the states that can be come to, where there are such states."""
    states = machine.states
    reached: set[str] = set()
    pending = [name for name in start if name in states]
    while pending:
        name = pending.pop()
        if name not in reached:
            reached.add(name)
            for target in states[name].targets:
                after = target.name
                if type(after) is str and after in states:
                    pending.append(after)
    return reached


def _explained(machine: Machine, reached: set[str]) -> dict[str, Path]:
    """Which misspelt target would lead to a state, by the state's name."""
    explained: dict[str, Path] = {}
    guesses = 0
    for target, state in _missing(machine):
        if state is None or state.name in reached:
            guesses += 1
            if guesses > _MOST_GUESSES:
                break
            meant = nearest(
                str(target.name), [name for name in machine.states if name not in reached]
            )
            for name in _reach([meant], machine) if meant else ():
                explained.setdefault(name, target.path)
    return explained


def _heads(lost: Sequence[str], onward: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """For each lost state the one that it is lost with: itself, if no lost one leads to it."""
    among = set(lost)
    led_to = {after for name in lost for after in onward[name] if after != name}
    heads: dict[str, str] = {}
    # those that nothing leads to come first; then loops, each from its first state on
    for head in (*(name for name in lost if name not in led_to), *lost):
        if head not in heads:
            pending = [head]
            while pending:
                name = pending.pop()
                if name in among and name not in heads:
                    heads[name] = head
                    pending += onward[name]
    return {name: heads[name] for name in lost}


def inner_machine_ends(machine: Machine) -> Iterator[Fault]:
    """A branch or processor has a state that ends it: the specification's rule, not AWS's."""
    if machine.outer is not None and machine.states and not has_end(machine):
        message = "no state ends this machine: it runs until it fails or is stopped"
        causes = tuple(islice(_broken(machine, machine.states.values()), _MOST_CAUSES))
        yield Fault((*machine.path, "States"), message, "ASL-114", causes=causes)


def rules_without_default(state: State) -> Iterator[Fault]:
    """A Choice without Default fails where no rule matches."""
    if "Default" not in state.tree and state.rules:
        message = "if no rule matches, the execution fails with States.Runtime"
        yield Fault(state.path, message, "ASL-356", at_key=True)
