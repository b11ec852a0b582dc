"""The mutants of a definition: the same machine with one thing changed, as a slip would change it.

A mutant is a few edits of the JSON. States that its edits leave unreachable go with them. Left out
are mutants that are no valid definition, that are alike, and those that can't make a difference (a
longer delay before a retry that is never made).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from asl.jsontypes import copy_json, dump
from asl.language.source import pointer_to
from asl.language.walk import Machine, State, survey
from asl.testing.mutation.choices import choice_changes
from asl.testing.mutation.edits import Change, Edit, dropped, edited, replaced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asl.jsontypes import Json
    from asl.language.model import MachineType
    from asl.language.positions import Path

Tree: TypeAlias = "dict[str, Any]"

#: Fields that take a part of the data away or put it elsewhere: without one, all of it goes on.
_DATA_FIELDS = (
    "InputPath", "OutputPath", "ResultPath", "ResultSelector", "Result", "Output",
    "ToleratedFailureCount", "ToleratedFailurePercentage",
)  # fmt: skip
_TEMPLATES = ("Parameters", "Arguments", "ItemSelector", "Assign")
_INNER_TEMPLATES = ("Payload", "Input", "MessageBody")
#: What AWS takes where a retrier does not say it.
_MAX_ATTEMPTS, _INTERVAL, _BACKOFF = 3, 1, 2.0
_ALTERNATIVES = 2


class Mutant(NamedTuple):
    """A definition with one change.

    Attributes:
        name: The kind of change, such as ``drop-catcher``.
        state: The name of the state that was changed; None for the machine itself.
        pointer: The place in the definition that was changed, as a JSON pointer.
        what: The change, as a sentence.
        edits: What to do to the tree.
    """

    name: str
    state: str | None
    pointer: str
    what: str
    edits: tuple[Edit, ...]

    def applied_to(self, tree: Json) -> Json:
        """A tree with the change: that of the definition, or with other placeholders filled in."""
        mutated = copy_json(tree)
        for edit in self.edits:
            edited(mutated, edit)
        return _pruned(mutated)


def mutants_of(tree: Tree, machine_type: MachineType) -> list[Mutant]:
    """All mutants of a valid definition, in the order of its text; some may not be valid."""
    seen = {dump(tree)}
    found = []
    for machine in survey(tree, machine_type):
        for state, change in _changes(machine):
            mutant = Mutant(
                change.name,
                None if state is None else state.name,
                pointer_to(change.path),
                change.what,
                change.edits,
            )
            text = dump(mutant.applied_to(tree))
            if text not in seen:
                seen.add(text)
                found.append(mutant)
    return found


def _changes(machine: Machine) -> Iterator[tuple[State | None, Change]]:
    path, tree = machine.path, machine.tree
    start = tree.get("StartAt")
    for change in _other_targets(machine, (*path, "StartAt"), start, "start"):
        yield None, change
    if not path:
        for change in _shorter(path, tree, "TimeoutSeconds"):
            yield None, change
    for state in machine.states.values():
        for change in _changes_of(state):
            yield state, change


def _changes_of(state: State) -> Iterator[Change]:
    for target in state.targets:
        field = str(target.path[-1]).lower()
        yield from _other_targets(state.machine, target.path, target.name, field)
    if state.kind == "Choice":
        yield from choice_changes(state)
    if state.kind == "Wait":
        yield from _waits(state.path, state.tree)
    if state.kind == "Fail" and "Error" in state.tree:
        path = (*state.path, "Error")
        yield replaced(path, state.tree["Error"], "AnotherError", "error")
    for name in ("TimeoutSeconds", "HeartbeatSeconds"):
        yield from _shorter(state.path, state.tree, name)
    for place, branch in enumerate(state.inner):
        if state.kind == "Parallel" and len(state.inner) > 1:
            yield dropped(branch.path, "drop-branch", f"branch {place} is gone")
    if state.kind == "Map" and state.tree.get("MaxConcurrency") != 1:
        path = (*state.path, "MaxConcurrency")
        yield replaced(path, state.tree.get("MaxConcurrency"), 1, "max-concurrency")
    yield from _data(state.path, state.tree)
    for path, rule, is_nested in state.rules:
        if not is_nested:
            yield from _data(path, rule)
    yield from _errors(state)


# Where it goes


def _other_targets(machine: Machine, path: Path, target: Json, name: str) -> Iterator[Change]:
    """Go to the state after the target (which skips it), or to the one that is written next."""
    names = list(machine.states)
    if not isinstance(target, str) or target not in names:
        return
    successor = machine.states[target].targets[:1]
    at = names.index(target)
    candidates = [*(each.name for each in successor), *names[at + 1 :], *names[:at]]
    others = [each for each in candidates if isinstance(each, str) and each != target]
    for other in list(dict.fromkeys(others))[:_ALTERNATIVES]:
        yield replaced(path, target, other, name)


def _pruned(tree: Json) -> Json:
    """The tree without the states that nothing leads to."""
    if isinstance(tree, dict):
        for machine in survey(tree, "STANDARD"):
            states = machine.all_states
            reached, pending = set(), [machine.tree.get("StartAt")]
            while pending:
                name = pending.pop()
                if isinstance(name, str) and name not in reached:
                    reached.add(name)
                    state = machine.states.get(name)
                    pending += [] if state is None else [each.name for each in state.targets]
            machine.tree["States"] = {name: states[name] for name in states if name in reached}
    return tree


# Times


def _shorter(path: Path, tree: Tree, field: str) -> Iterator[Change]:
    seconds = tree.get(field)
    if field not in tree:
        return
    yield dropped((*path, field), f"drop-{_kebab(field)}", f"{field} is gone")
    if type(seconds) is int and seconds > 1:
        yield replaced((*path, field), seconds, seconds // 2, _kebab(field))


def _waits(path: Path, tree: Tree) -> Iterator[Change]:
    for field in ("Seconds", "Timestamp", "SecondsPath", "TimestampPath"):
        if field not in tree:
            continue
        at = (*path, field)
        old = tree[field]
        if type(old) is int:
            yield replaced(at, old, old * 2 or 1, "wait")
        edits = (Edit(at), Edit((*path, "Seconds"), 0))
        if old != 0:
            yield Change("wait", at, f"Seconds is 0 instead of {field} {dump(old)}", edits)


# Errors


def _errors(state: State) -> Iterator[Change]:
    for path, retrier in state.retriers:
        yield dropped(path, "drop-retrier", f"Retry of {_list(retrier)} is gone")
        yield from _names(path, retrier)
        yield from _numbers(path, retrier)
    for path, catcher in state.catchers:
        yield dropped(path, "drop-catcher", f"Catch of {_list(catcher)} is gone")
        yield from _names(path, catcher)
        yield from _data(path, catcher)


def _names(path: Path, entry: Tree) -> Iterator[Change]:
    errors = entry.get("ErrorEquals")
    if isinstance(errors, list) and len(errors) > 1:
        for place, error in enumerate(errors):
            at = (*path, "ErrorEquals", place)
            yield dropped(at, "drop-error", f"ErrorEquals is without {dump(error)}")


def _numbers(path: Path, retrier: Tree) -> Iterator[Change]:
    attempts = retrier.get("MaxAttempts", _MAX_ATTEMPTS)
    at = (*path, "MaxAttempts")
    yield replaced(at, attempts, attempts + 1, "max-attempts")
    if attempts == 0:
        return
    yield replaced(at, attempts, attempts - 1, "max-attempts")
    interval = retrier.get("IntervalSeconds", _INTERVAL)
    yield replaced((*path, "IntervalSeconds"), interval, interval * 2, "interval")
    if attempts > 1:  # or there is no second delay
        rate = retrier.get("BackoffRate", _BACKOFF)
        other = 1.0 if rate != 1 else _BACKOFF
        yield replaced((*path, "BackoffRate"), rate, other, "backoff-rate")
    for field in ("MaxDelaySeconds", "JitterStrategy"):
        if field in retrier:
            yield dropped((*path, field), f"drop-{_kebab(field)}", f"{field} is gone")


# Data


def _data(path: Path, tree: Tree) -> Iterator[Change]:
    for field in _DATA_FIELDS:
        if field in tree and tree[field] != "$":
            yield dropped((*path, field), f"drop-{_kebab(field)}", f"{field} is gone")
    for field in _TEMPLATES:
        yield from _members((*path, field), tree.get(field), field)


def _members(path: Path, template: Json, name: str) -> Iterator[Change]:
    if not isinstance(template, dict):
        return
    for key, value in template.items():
        if name in _TEMPLATES and key in _INNER_TEMPLATES and isinstance(value, dict):
            yield from _members((*path, key), value, key)
        else:
            yield dropped((*path, key), "drop-member", f"{name} is without {dump(key)}")


def _list(entry: Tree) -> str:
    errors = entry.get("ErrorEquals")
    return ", ".join(map(str, errors)) if isinstance(errors, list) else "nothing"


def _kebab(field: str) -> str:
    return "".join(f"-{each.lower()}" if each.isupper() else each for each in field).lstrip("-")
