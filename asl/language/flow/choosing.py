"""Which rules of a Choice may match, as far as it is known which fields there are.

A comparison says nothing beforehand, but a test of presence does where a field can't be there: then
a rule never matches, or always does, and what stands behind it is never asked.

Source: ASL specification, "Choice State": rules are asked in order, And and Or stop where the
outcome is known; JSONata 2.0.6: what is compared with nothing is not equal to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from asl.language.flow.shapes import Missing
from asl.language.flow.values import DataPath, data_path, follow, refer, simple_expression
from asl.query.choices import OPERATORS
from asl.query.jsonata.simple_text import Call, Operation, Reference, Simple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asl.jsontypes import Json
    from asl.language.flow.shapes import Value
    from asl.language.positions import Path
    from asl.language.walk import State, Tree

#: Rules inside of rules; deeper ones may do anything.
_MOST_DEPTH: Final = 30


class Lost(NamedTuple):
    """A path of a rule, at its place, that finds nothing whenever it is asked."""

    at: Path
    path: DataPath
    missing: Missing


class Live(NamedTuple):
    """The rules that may match, by index, and whether it may be that none does."""

    rules: Mapping[int, Tree]
    leads_to_default: bool = True
    lost: Sequence[Lost] = ()


def live_rules(state: State, view: Value) -> Live:
    """The rules of a Choice that may match on what InputPath leaves; of other states none."""
    if state.kind != "Choice":
        return Live({})
    choices = state.tree.get("Choices")
    rules = choices if isinstance(choices, list) else []
    if view is None:
        return Live({index: rule for index, rule in enumerate(rules) if isinstance(rule, dict)})
    asked = _Asked(view)
    live: dict[int, Tree] = {}
    for index, rule in enumerate(rules):
        if not isinstance(rule, dict):
            continue
        if state.language == "JSONata":
            outcome = _expected(simple_expression(rule.get("Condition")), view)
        else:
            outcome = asked.outcome(rule, (*state.path, "Choices", index))
        if outcome is not False:
            live[index] = rule
        if outcome is True:
            return Live(live, leads_to_default=False, lost=asked.unguarded(state))
    return Live(live, lost=asked.unguarded(state))


class _Asked:
    """Asks rules in JSONPath, and notes which paths find nothing."""

    def __init__(self, view: Value) -> None:
        self.view = view
        self.lost: list[Lost] = []

    def outcome(self, rule: Json, at: Path, depth: int = 0) -> bool | None:
        """Whether a rule matches; None if that is not known."""
        if not isinstance(rule, dict) or depth > _MOST_DEPTH:
            return None
        if "Not" in rule:
            inner = self.outcome(rule["Not"], (*at, "Not"), depth + 1)
            return None if inner is None else not inner
        for field, decisive in (("And", False), ("Or", True)):
            if field in rule:
                return self._combined(rule[field], (*at, field), depth, decisive=decisive)
        if "IsPresent" in rule:
            wanted = rule["IsPresent"]
            path = data_path(rule.get("Variable"))
            is_lost = path is not None and isinstance(follow(path, self.view), Missing)
            return not wanted if is_lost and isinstance(wanted, bool) else None
        for field, text in rule.items():
            if field == "Variable" or (field in OPERATORS and field.endswith("Path")):
                path = data_path(text)
                found = follow(path, self.view) if path else None
                if path and isinstance(found, Missing):
                    self.lost.append(Lost((*at, field), path, found))
        return None

    def _combined(self, rules: Json, at: Path, depth: int, *, decisive: bool) -> bool | None:
        if not isinstance(rules, list) or not rules:
            return None
        outcome: bool | None = not decisive
        for index, rule in enumerate(rules):
            inner = self.outcome(rule, (*at, index), depth + 1)
            if inner is decisive:
                return decisive
            if inner is None:
                outcome = None
        return outcome

    def unguarded(self, state: State) -> list[Lost]:
        """The lost paths, each once, without those whose presence the state asks for anywhere."""
        if not self.lost:
            return []
        guards = {
            path.steps
            for rule in state.rules
            if "IsPresent" in rule.tree and (path := data_path(rule.tree.get("Variable")))
        }
        first: dict[tuple[object, ...], Lost] = {}
        for lost in self.lost:
            steps = lost.path.steps
            if not guards or not any(steps[:length] in guards for length in range(len(steps) + 1)):
                first.setdefault(steps, lost)
        return list(first.values())


def _expected(tree: Simple | None, view: Value) -> bool | None:
    """Whether a condition holds; None if that is not known."""
    if isinstance(tree, Call):
        if tree.name == "exists":
            return False if _is_lost(tree.argument, view) else None
        inner = _expected(tree.argument, view) if tree.name in ("not", "boolean") else None
        return inner if inner is None or tree.name == "boolean" else not inner
    if isinstance(tree, Operation):
        if tree.sign in ("=", "!="):
            return False if _is_lost(tree.left, view) or _is_lost(tree.right, view) else None
        if tree.sign in ("and", "or"):
            decisive = tree.sign == "or"
            outcomes = [_expected(tree.left, view), _expected(tree.right, view)]
            if decisive in outcomes:
                return decisive
            return None if None in outcomes else not decisive
    return None


def _is_lost(tree: Simple | None, view: Value) -> bool:
    return (
        isinstance(tree, Reference)
        and tree.is_states
        and isinstance(refer(tree, {"input": view}), Missing)
    )
