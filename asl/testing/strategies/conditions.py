"""What the rules of a Choice ask of the execution's input, in both query languages.

A condition is made of comparisons of what stands at one place with a constant, or with what stands
at another place. Whether one of JSONPath holds, the interpreter's own operator says.

Source: ASL specification, "Choice State"; JSONata 2.0.6, its comparison operators.
"""

from __future__ import annotations

import operator
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias, cast

from asl.jsontypes import dump, parse_json
from asl.language.flow.values import simple_expression
from asl.query.choices import OPERATORS, Predicate, RuleSyntaxError, compile_rule
from asl.query.jsonata.simple_text import Call, Constant, Operation, Reference
from asl.testing.strategies.origins import Spot

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from asl.jsontypes import Json
    from asl.language.walk import State
    from asl.query.environment import Environment
    from asl.query.jsonata.simple_text import Simple
    from asl.testing.strategies.origins import Origins, Place


class Missing:
    """Nothing at all, where a value might be."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = Missing()
_TRUE: Final = True
#: What may stand at a place.
Content: TypeAlias = "Json | Missing"


class Comparison(NamedTuple):
    """A comparison of what stands at a place.

    Attributes:
        operator: As a rule of JSONPath has it (without Path at its end), or a sign of JSONata.
        place: What is compared.
        other: The place of what it is compared with, if that is no constant.
        operand: The constant.
        is_jsonata: In which language.
    """

    operator: str
    place: Place
    other: Place | None
    operand: Json
    is_jsonata: bool

    def holds(self, content: Content, operand: Content) -> bool | None:
        """Whether it holds; None where it would fail the execution."""
        if self.operator == "IsPresent":
            return (content is not MISSING) is operand
        if isinstance(content, Missing) or isinstance(operand, Missing):
            return None
        if self.is_jsonata:
            return _HOLDS[self.operator](content, operand)
        matches = _predicate(self.operator, dump(operand))
        return matches is not None and matches({"it": content}, cast("Environment", None))


@lru_cache(maxsize=1_000)
def _predicate(name: str, operand: str) -> Predicate | None:
    """The interpreter's own comparison; None if a path found an operand of a wrong type."""
    try:
        return compile_rule({"Variable": "$.it", name: parse_json(operand)})
    except RuleSyntaxError:
        return None


class Combination(NamedTuple):
    """Conditions of which all have to hold, or one."""

    kind: Literal["And", "Or"]
    inner: tuple[Condition, ...]


class Opposite(NamedTuple):
    """What holds where a condition does not."""

    inner: Condition


#: None is a condition that the input has no part in, as far as is known.
Condition: TypeAlias = "Comparison | Combination | Opposite | None"


def condition_of(rule: Json, state: State, origins: Origins) -> Condition:
    """What one of the Choices asks of the input."""
    if not isinstance(rule, dict):
        return None
    if state.language == "JSONata":
        tree = simple_expression(rule.get("Condition"))
        return None if tree is None else _of_expression(tree, origins)
    return _of_rule(rule, origins)


def _of_rule(rule: Json, origins: Origins) -> Condition:
    if not isinstance(rule, dict):
        return None
    kinds: tuple[Literal["And", "Or"], ...] = ("And", "Or")
    for kind in kinds:
        inner = rule.get(kind)
        if isinstance(inner, list):
            return Combination(kind, tuple(_of_rule(each, origins) for each in inner))
    if "Not" in rule:
        return Opposite(_of_rule(rule["Not"], origins))
    place = origins.path(rule.get("Variable"), origins.data)
    name = next((key for key in rule if key in OPERATORS), None)
    if name is None or not isinstance(place, Spot):
        return None
    if not name.endswith("Path"):
        return Comparison(name, place.place, None, rule[name], is_jsonata=False)
    other = origins.path(rule[name], origins.data)
    if not isinstance(other, Spot):
        return None
    return Comparison(name.removesuffix("Path"), place.place, other.place, None, is_jsonata=False)


# JSONata


def _of_expression(tree: Simple, origins: Origins) -> Condition:
    match tree:
        case Operation("and" | "or" as sign, left, right):
            inner = (_of_expression(left, origins), _of_expression(right, origins))
            return Combination("And" if sign == "and" else "Or", inner)
        case Operation(sign, left, right) if sign in _HOLDS:
            return _comparison(sign, left, right, origins)
        case Call("not", argument) if argument is not None:
            return Opposite(_of_expression(argument, origins))
        case Call("boolean", argument) if argument is not None:
            return _of_expression(argument, origins)
        case Call("exists", Reference() as path):
            return _compared("IsPresent", path, _TRUE, origins)
        case Reference():
            return _compared("=", tree, _TRUE, origins)
        case _:
            return None


def _comparison(sign: str, left: Simple, right: Simple, origins: Origins) -> Condition:
    match left, right:
        case Reference(), Constant(value):
            return _compared(sign, left, value, origins)
        case Constant(value), Reference():
            return _compared(_TURNED.get(sign, sign), right, value, origins)
        case Reference(), Reference():
            first, second = (origins.reference(each, origins.data) for each in (left, right))
            if isinstance(first, Spot) and isinstance(second, Spot):
                return Comparison(sign, first.place, second.place, None, is_jsonata=True)
            return None
        case _:
            return None


def _compared(name: str, path: Reference, operand: Json, origins: Origins) -> Condition:
    found = origins.reference(path, origins.data)
    if not isinstance(found, Spot):
        return None
    return Comparison(name, found.place, None, operand, is_jsonata=True)


def _ordered(relation: Callable[[Any, Any], bool]) -> Callable[[Json, Json], bool | None]:
    """A relation of JSONata that fails but for two numbers or two texts."""

    def holds(left: Json, right: Json) -> bool | None:
        kinds = {_kind(left), _kind(right)}
        return relation(left, right) if kinds in ({"number"}, {"text"}) else None

    return holds


def _kind(value: Json) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return "text" if isinstance(value, str) else "other"


def _equal(left: Json, right: Json) -> bool:
    return _kind(left) == _kind(right) and left == right


_HOLDS: Mapping[str, Callable[[Json, Json], bool | None]] = {
    "=": _equal,
    "!=": lambda left, right: not _equal(left, right),
    "<": _ordered(operator.lt),
    "<=": _ordered(operator.le),
    ">": _ordered(operator.gt),
    ">=": _ordered(operator.ge),
}
_TURNED: Mapping[str, str] = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
