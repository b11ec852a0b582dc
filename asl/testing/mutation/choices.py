"""Changes of the rules of a Choice: what they compare, whether they match, in which order."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from asl.query.choices import OPERATORS
from asl.query.jsonata.syntax import is_expression
from asl.testing.boundaries import moved
from asl.testing.mutation.edits import Change, Edit, dropped, replaced, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asl.language.positions import Path
    from asl.language.walk import Rule, State

_COMBINATIONS = {"And": "Or", "Or": "And"}
_OWN = ("Next", "Assign", "Output", "Comment")
#: A text, a regular expression or a name, in which no sign is an operator; else an operator.
_SIGN = re.compile(
    r"""
      "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' | `[^`]*` | /\*.*?\*/ | ~> | :=
    | (?P<sign> != | <= | >= | [=<>] | \b(?:and|or)\b )
    """,
    re.VERBOSE | re.DOTALL,
)
_SIGNS = {
    "=": "!=", "!=": "=", "<": "<=", "<=": "<", ">": ">=", ">=": ">", "and": "or", "or": "and",
}  # fmt: skip


def choice_changes(state: State) -> Iterator[Change]:
    """All changes of a Choice's rules and of its Default, but for where they lead."""
    rules = [rule for rule in state.rules if not rule.is_nested]
    if len(rules) > 1:
        for rule in rules:
            yield dropped(rule.path, "drop-rule", f"rule {rule.path[-1]} is gone")
        for rule, other in pairwise(rules):
            what = f"rules {rule.path[-1]} and {other.path[-1]} have changed places"
            edits = (Edit(rule.path, other.tree), Edit(other.path, rule.tree))
            yield Change("swap-rules", rule.path, what, edits)
    for rule in state.rules:
        if state.language == "JSONata":
            yield from _expression(rule)
        else:
            yield from _rule(rule)
    if "Default" in state.tree:
        yield dropped((*state.path, "Default"), "drop-default", "Default is gone")


def _rule(rule: Rule) -> Iterator[Change]:
    path, tree, _ = rule
    for kind, other in _COMBINATIONS.items():
        inner = tree.get(kind)
        if isinstance(inner, list) and len(inner) > 1:
            yield _renamed(path, tree, kind, other, f"{kind} is {other}")
            for place in range(len(inner)):
                at = (*path, kind, place)
                yield dropped(at, "drop-condition", f"condition {place} of {kind} is gone")
    operator = next((key for key in tree if key in OPERATORS), None)
    if operator is not None:
        yield _negated(rule)
        yield from _comparison(path, tree, operator)


def _negated(rule: Rule) -> Change:
    condition = {key: value for key, value in rule.tree.items() if key not in _OWN}
    own = {key: value for key, value in rule.tree.items() if key in _OWN}
    edits = (Edit(rule.path, {"Not": condition, **own}),)
    return Change("negate", rule.path, f"{shown(condition)} is negated", edits)


def _comparison(path: Path, tree: dict[str, Any], operator: str) -> Iterator[Change]:
    base = operator.removesuffix("Path")
    for end, other in (("ThanEquals", "Than"), ("Than", "ThanEquals")):
        if base.endswith(end):
            name = base.removesuffix(end) + other + operator.removeprefix(base)
            yield _renamed(path, tree, operator, name, f"{operator} is {name}")
            break
    if operator == base and not operator.startswith("Is"):
        operand = moved(operator, tree[operator])
        if operand is not None:
            yield replaced((*path, operator), tree[operator], operand, "operand")


def _renamed(path: Path, tree: dict[str, Any], key: str, other: str, what: str) -> Change:
    renamed = {(other if each == key else each): value for each, value in tree.items()}
    return Change("operator", (*path, key), what, (Edit(path, renamed),))


def _expression(rule: Rule) -> Iterator[Change]:
    condition = rule.tree.get("Condition")
    path = (*rule.path, "Condition")
    if not isinstance(condition, str) or not is_expression(condition):
        return
    inner = condition[2:-2].strip()
    negated = (Edit(path, f"{{% $not({inner}) %}}"),)
    yield Change("negate", path, "Condition is negated", negated)
    for match in _SIGN.finditer(inner):
        sign = match["sign"]
        if sign is not None:
            other = _SIGNS[sign]
            text = inner[: match.start()] + other + inner[match.end() :]
            edits = (Edit(path, f"{{% {text} %}}"),)
            yield Change("operator", path, f"{sign} is {other} in {shown(inner)}", edits)
