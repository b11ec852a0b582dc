"""Rules of a Choice that are never taken, because those before them match whenever they do.

In JSONPath a rule is held against all before it, by the regions of values that they match
(`asl.language.flow.conditions`). In JSONata only what can be seen is told: the same condition
again, a condition with another one in it, and what is always true or never.

Source: ASL specification, "Choice State": the first rule that matches is taken.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from asl.language.faults import Fault
from asl.language.flow.conditions import Comparison, Covers, cases_of, condition_of
from asl.language.flow.values import expression_in, simple_tree
from asl.query.jsonata.simple_text import Operation
from asl.query.path_text import PLAIN_PATH

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asl.jsontypes import Json
    from asl.language.flow.conditions import Condition
    from asl.language.walk import State
    from asl.query.jsonata.simple_text import Simple

#: Rules of one state that are looked at; and those before one that are looked at to name one.
_MOST_RULES: Final = 1000
_MOST_NAMED: Final = 50
_MOST_COMBINATIONS: Final = 10
_PLAIN: Final = frozenset(("BooleanEquals", "NumericEquals", "StringEquals"))
_PASSED_OVER: Final = frozenset(("Assign", "Comment", "Next", "Variable"))
#: Functions that give something else each time.
_CHANGING: Final = re.compile(r"\$(?:millis|now|random|shuffle|uuid)\b")


def shadowed_rules(state: State) -> Iterator[Fault]:
    """The rules of a Choice that are never taken, and a Default that is not."""
    choices = state.tree.get("Choices")
    if not isinstance(choices, list):
        return
    if state.language == "JSONata":
        yield from _jsonata(state, choices[:_MOST_RULES])
    elif not (_has_nothing_twice(state) or _is_plain(choices)):
        yield from _jsonpath(state, choices[:_MOST_RULES])


def _fault(state: State, index: int, message: str, hint: str) -> Fault:
    return Fault((*state.path, "Choices", index), message, "ASL-906", hint=hint)


def _by_another(state: State, index: int, earlier: int) -> Fault:
    hint = f"Choices[{earlier}] always matches when this does"
    return _fault(state, index, f"Choices[{index}] is never taken", hint)


# JSONPath


def _has_nothing_twice(state: State) -> bool:
    """Whether no two comparisons of a Choice are about the same thing."""
    variables = []
    for rule in state.rules:
        if any(name.endswith("Path") for name in rule.tree):
            return False
        if "Variable" in rule.tree:
            variable = rule.tree["Variable"]
            if type(variable) is not str or not PLAIN_PATH.fullmatch(variable):
                return False
            variables.append(variable + ".")
    variables.sort()
    return not any(map(str.startswith, variables[1:], variables))


def _is_plain(choices: Sequence[Json]) -> bool:
    """Whether the rules ask whether this or that equals one thing or another: no two the same."""
    if len(choices) == 1 and isinstance(choices[0], dict) and "Variable" in choices[0]:
        return True
    seen: set[tuple[str, str, object]] = set()
    for rule in choices:
        if not isinstance(rule, dict):
            return False
        variable = rule.get("Variable")
        asked = rule.keys() - _PASSED_OVER
        if not isinstance(variable, str) or "[" in variable or len(asked) != 1:
            return False
        operator = asked.pop()
        operand = rule[operator]
        if operator not in _PLAIN or isinstance(operand, dict | list):
            return False
        key = (variable.rstrip(), operator, operand)
        if key in seen:
            return False
        seen.add(key)
    return True


def _jsonpath(state: State, choices: Sequence[Json]) -> Iterator[Fault]:
    before: list[tuple[int, Condition]] = []
    covers = Covers()
    for index, rule in enumerate(choices):
        condition = condition_of(rule)
        if condition is None:
            continue
        cases = cases_of(condition)
        if not cases:
            hint = "what it asks for can't be at the same time"
            yield _fault(state, index, f"Choices[{index}] never matches", hint)
            continue
        if all(map(covers.catch, cases)):
            yield _caught(state, index, condition, before)
        else:
            before.append((index, condition))
            if len(covers.combinations) < _MOST_COMBINATIONS or isinstance(condition, Comparison):
                covers.add(condition)


def _caught(
    state: State, index: int, condition: Condition, before: Sequence[tuple[int, Condition]]
) -> Fault:
    """The fault of a rule that those before it don't let through."""
    cases = cases_of(condition)
    for counts_failures in (False, True):
        for earlier, other in before[:_MOST_NAMED]:
            covers = Covers(counts_failures=counts_failures)
            covers.add(other)
            if all(map(covers.catch, cases)):
                if not counts_failures:
                    return _by_another(state, index, earlier)
                hint = f"Choices[{earlier}] fails first, since what it compares is not there then"
                return _fault(state, index, f"Choices[{index}] is never taken", hint)
    hint = "one of the rules before it always matches when this does"
    return _fault(state, index, f"Choices[{index}] is never taken", hint)


# JSONata


def _jsonata(state: State, choices: Sequence[Json]) -> Iterator[Fault]:
    conditions = [rule.get("Condition") if isinstance(rule, dict) else None for rule in choices]
    texts = [
        str(condition).lower() if isinstance(condition, bool) else expression_in(condition)
        for condition in conditions
    ]
    has_parts = any(text is not None and " and " in text for text in texts)
    first: dict[str, int] = {}
    for index, text in enumerate(texts):
        if text is None:
            continue
        if text == "false":
            yield _fault(state, index, f"Choices[{index}] never matches", "its condition is false")
            continue
        changes = _CHANGING.search(text) is not None
        names = [text] if not has_parts or changes else [text, *_parts(simple_tree(text))]
        earlier = min((first[name] for name in ("true", *names) if name in first), default=None)
        if earlier is not None:
            yield _by_another(state, index, earlier)
        elif not changes:
            first[names[0]] = index
            if len(names) > 1:  # the whole condition, however it is laid out
                first.setdefault(names[1], index)
    if "true" in first and "Default" in state.tree:
        hint = f"Choices[{first['true']}] always matches"
        path = (*state.path, "Default")
        yield Fault(path, "Default is never taken", "ASL-906", hint=hint)


def _parts(tree: Simple | None) -> Iterator[str]:
    """A condition and the parts that must all be true for it to be so, each as a text."""
    pending = [] if tree is None else [tree]
    while pending:
        node = pending.pop()
        yield repr(node)
        if isinstance(node, Operation) and node.sign == "and":
            pending += [node.right, node.left]
