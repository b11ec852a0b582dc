"""Short readable text for what stands in a definition: rules, resources, retriers, spans of time.

What has an unknown shape gets a text too, never an exception.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from asl.jsontypes import dump
from asl.language.resources import function_name, parse_resource

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asl.jsontypes import Json
    from asl.language.walk import State, Tree

#: Characters of a value that are of use to a reader.
_MOST = 1000

_COMPARISON = re.compile(
    r"(?:String|Numeric|Timestamp|Boolean)"
    r"(Equals|LessThan|GreaterThan|LessThanEquals|GreaterThanEquals|Matches)(Path)?"
)
_SIGNS: Final[Mapping[str, str]] = {
    "Equals": "=",
    "LessThan": "<",
    "GreaterThan": ">",
    "LessThanEquals": "<=",
    "GreaterThanEquals": ">=",
    "Matches": "matches",
}
_TESTS: Final[Mapping[str, str]] = {
    "IsBoolean": "a boolean",
    "IsNull": "null",
    "IsNumeric": "a number",
    "IsPresent": "present",
    "IsString": "a string",
    "IsTimestamp": "a timestamp",
}
#: Digits of seconds that a span of time can have here; AWS takes up to 99,999,999.
_MOST_DIGITS: Final = 9
#: What of a rule does not say when it holds.
_BESIDE: Final = frozenset(("Next", "Comment", "Assign", "Output", "Variable"))


def cut(text: str, most: int = _MOST) -> str:
    """So many characters at most."""
    return text if len(text) <= most else text[: most - 1] + "…"


def _plain(value: Json) -> str:
    """Text as it is, an expression without its braces, anything else as JSON."""
    if not isinstance(value, str):
        return cut(dump(value))
    text = " ".join(value.split())
    return text[2:-2].strip() if text.startswith("{%") and text.endswith("%}") else text


def times(count: object) -> str:
    """How often, such as ``3×``."""
    return f"{count}×"


def rule_text(rule: Tree) -> str:
    """What must hold for a rule of a Choice to match, such as ``$.total > 50``."""
    return cut(_rule(rule))


def _rule(rule: Json, *, is_inside: bool = False) -> str:
    if not isinstance(rule, dict):
        return _plain(rule)
    if "Condition" in rule:
        return _plain(rule["Condition"])
    for name, word in (("And", " and "), ("Or", " or ")):
        parts = rule.get(name)
        if isinstance(parts, list):
            text = word.join(_rule(each, is_inside=True) for each in parts)
            return f"({text})" if is_inside and len(parts) > 1 else text
    if "Not" in rule:
        return f"not ({_rule(rule['Not'])})"
    variable = _plain(rule.get("Variable", "?"))
    for name, value in rule.items():
        if match := _COMPARISON.fullmatch(name):
            shown = _plain(value) if match[2] else cut(dump(value))
            return f"{variable} {_SIGNS[match[1]]} {shown}"
        if name in _TESTS:
            return f"{variable} is {'' if value is not False else 'not '}{_TESTS[name]}"
    rest = {name: value for name, value in rule.items() if name not in _BESIDE}
    return cut(dump(rest)) if rest else "no condition"


def caught(catcher: Tree) -> str:
    """The errors of a retrier or catcher."""
    errors = catcher.get("ErrorEquals")
    if not isinstance(errors, list):
        return "no ErrorEquals" if errors is None else _plain(errors)
    return cut(", ".join(map(_plain, errors)))


def retried(retrier: Tree) -> str:
    """How often at most a retrier retries what."""
    return f"retry {times(_plain(retrier.get('MaxAttempts', 3)))} {caught(retrier)}"


def described(state: State) -> str:
    """The type of a state with what it is about."""
    kind = _plain(state.tree["Type"]) if "Type" in state.tree else "no Type"
    if any(each.is_distributed for each in state.inner):
        kind = f"Distributed {kind}"
    return " · ".join([kind, *(cut(each) for each in _about(state) if each)])


def _about(state: State) -> Iterator[str]:
    tree = state.tree
    match state.kind:
        case "Task":
            yield _work(tree)
        case "Wait":
            yield _waiting(tree)
        case "Fail":
            yield _plain(tree.get("Error", tree.get("ErrorPath", "")))
        case "Parallel":
            yield f"{len(state.inner)} branch{'es' if len(state.inner) != 1 else ''}"
        case "Map":
            if any(each.is_distributed for each in state.inner):
                yield state.inner[0].type.lower()
            most = tree.get("MaxConcurrency", tree.get("MaxConcurrencyPath"))
            if most not in (None, 0):
                yield f"{_plain(most)} at a time"
        case _:
            pass


def _work(tree: Tree) -> str:
    arn = tree.get("Resource")
    if not isinstance(arn, str):
        return "no Resource"
    resource = parse_resource(arn)
    if resource.kind == "lambda":
        return f"lambda {resource.action}"
    if resource.kind != "service":
        return f"{resource.service} {resource.action}"
    called = f"{resource.service}:{resource.event_resource}"
    given = tree.get("Arguments", tree.get("Parameters"))
    name = given.get("FunctionName") if isinstance(given, dict) else None
    if resource.invokes_lambda and isinstance(name, str):
        return f"{called} {name if name.startswith(('$', '{')) else function_name(name)}"
    return called


def _waiting(tree: Tree) -> str:
    for name in ("Seconds", "SecondsPath"):
        if name in tree:
            value = _plain(tree[name])
            is_number = value.isdecimal() and len(value) <= _MOST_DIGITS
            return span(timedelta(seconds=int(value))) if is_number else value
    for name in ("Timestamp", "TimestampPath"):
        if name in tree:
            return f"until {_plain(tree[name])}"
    return ""


#: Units of a span, with how many of each are one of the next.
_UNITS: Final = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))


def span(length: timedelta) -> str:
    """A span of time in its two largest units, such as ``1 min 30 s`` or ``0.25 s``."""
    seconds = length.total_seconds()
    if seconds < 59.9995:
        return f"{seconds:.3f}".rstrip("0").rstrip(".") + " s"
    rest = round(seconds)
    parts = []
    for unit, size in _UNITS:
        amount, rest = divmod(rest, size)
        parts.append((amount, unit))
    first = next(place for place, (amount, _) in enumerate(parts) if amount)
    return " ".join(f"{amount} {unit}" for amount, unit in parts[first : first + 2] if amount)
