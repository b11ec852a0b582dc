"""Simple expressions, compiled to closures that do nothing but what the very expression asks for.

A path of names is a chain of subscripts, an operator looks at the types that it nearly always gets;
the rest goes the way that all expressions go, through the same operators. `shortcut` has the few
expressions that loops in state machines are made of (``$i + 1``, ``$i < 1000``, paths) as one
closure each. How large a result can be is known here, so that the engine need not measure it.

Source: as `asl.query.jsonata.operators` and `asl.query.jsonata.steps`.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias, cast

from asl.jsontypes import size_bytes
from asl.query.environment import Bound, total
from asl.query.jsonata import operators
from asl.query.jsonata.calls import apply
from asl.query.jsonata.faults import FaultError
from asl.query.jsonata.guard import Run
from asl.query.jsonata.kinds import SAFE, UNDEFINED, Sequence, Value, is_number
from asl.query.jsonata.simple_text import Call, Constant, Negation, Operation, Reference, Simple
from asl.query.jsonata.steps import follow, name_step

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from asl.jsontypes import Json
    from asl.query.environment import Environment, Query
    from asl.query.jsonata.expression import Expected

    #: ``find(states, environment)`` gives JSON or ``UNDEFINED``, or raises `FaultError`.
    Find: TypeAlias = Callable[[Any, Environment], Value]
    _Walk: TypeAlias = Callable[[Value, Environment], Value]

#: Half of what is exact as a double, so that a sum of two such numbers is exact as well.
_HALF: Final = SAFE // 2
_NUMBER_BYTES: Final = 25
_BOOLEAN_BYTES: Final = 5
#: A number in JSON may have a longer text (1e20 has 21 digits), and quotes are escaped in a text.
_TEXT_GROWTH: Final = 6

_ORDERS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ADDITIONS: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "+": operator.add,
    "-": operator.sub,
}


class Bounded(NamedTuple):
    """A closure, and how large its result can be (see `asl.query.environment.Compiled`)."""

    find: Find
    bound: Bound


def compile_simple(tree: Simple) -> Bounded:
    """The closure of a simple expression, and a bound on its result."""
    return Bounded(_compile(tree), _bound(tree))


def _bound(tree: Simple) -> Bound:
    """How large a result can get."""
    match tree:
        case Constant():
            return Bound(size_bytes(tree.value))
        case Reference():
            return Bound(0, of_data=1, of_unseen=1)
        case Negation():
            return Bound(_NUMBER_BYTES)
        case Call():
            if tree.name == "string" and tree.argument is not None:
                return _bound(tree.argument).times(_TEXT_GROWTH, more=2)
            return Bound(2 * _NUMBER_BYTES)
        case Operation():
            if tree.sign == "&":
                sides = (tree.left, tree.right)
                growths = (1 if _is_text(side) else _TEXT_GROWTH for side in sides)
                texts = (
                    _bound(side).times(growth) for side, growth in zip(sides, growths, strict=True)
                )
                return total(texts, more=2)
            return Bound(max(_NUMBER_BYTES, _BOOLEAN_BYTES))


def _bound_as_text(tree: Simple) -> Bound:
    return _bound(tree).times(1 if _is_text(tree) else _TEXT_GROWTH)


def _is_text(tree: Simple) -> bool:
    """Whether it always gives text, which ``&`` takes as it is."""
    if isinstance(tree, Constant):
        return type(tree.value) is str
    return isinstance(tree, Operation) and tree.sign == "&"


def _compile(tree: Simple) -> Find:
    match tree:
        case Constant():
            value = tree.value
            return lambda _states, _environment: value
        case Reference():
            return _reference(tree)
        case Negation():
            operand = _compile(tree.operand)
            return lambda states, environment: operators.negative(operand(states, environment))
        case Call():
            return _call(tree)
        case Operation():
            return _operation(tree)


# Paths


def _reference(tree: Reference) -> Find:
    if not tree.is_states:
        return _variable(tree.root, tree.steps)
    if tree.root == "context":
        walk = _walk(tree.steps)
        return lambda _states, environment: walk(environment.context(), environment)
    return _states_field(tree.root, tree.steps)


def _walk(names: tuple[str, ...]) -> _Walk:
    """From a value on, the steps of a path; through arrays too."""
    if not names:
        return lambda value, _environment: value
    steps = tuple(map(name_step, names))

    def walk(value: Value, environment: Environment) -> Value:
        node = value
        for name in names:
            if type(node) is not dict:
                break
            node = node.get(name, UNDEFINED)
        else:
            return node
        if type(node) is not list:
            return UNDEFINED
        found = follow(value, steps, Run(environment))
        return list(found) if type(found) is Sequence else found

    return walk


def _variable(root: str, names: tuple[str, ...]) -> Find:
    walk = _walk(names)

    def find(_states: Value, environment: Environment) -> Value:
        value = environment.variables.get(root, UNDEFINED)
        return walk(_library(root) if value is UNDEFINED else value, environment)

    return find


def _library(name: str) -> Value:
    """What a name is that no variable has: a function of the library, or undefined."""
    from asl.query.jsonata.functions import BUILTINS  # noqa: PLC0415 - hardly ever needed

    return BUILTINS.get(name, UNDEFINED)


def _states_field(root: str, names: tuple[str, ...]) -> Find:
    walk = _walk(names)
    return lambda states, environment: walk(states.get(root, UNDEFINED), environment)


# Operators


def _operation(tree: Operation) -> Find:
    sign, right = tree.sign, tree.right
    constant = right.value if isinstance(right, Constant) else None
    if isinstance(right, Constant) and sign in {"=", "!="}:
        return _equality(sign, _compile(tree.left), constant)
    if type(constant) is int and -_HALF < constant < _HALF:
        if sign in _ADDITIONS:
            return _addition(sign, tree.left, constant)
        if sign in _ORDERS:
            return _order(sign, tree.left, constant)
    left, other = _compile(tree.left), _compile(right)
    if sign in {"and", "or"}:
        return _boolean(sign, left, other)
    if sign in _ORDERS:
        return lambda states, environment: operators.compare(
            sign, left(states, environment), other(states, environment)
        )
    if sign in _SHARED:
        operate = _SHARED[sign]
        return lambda states, environment: operate(
            left(states, environment), other(states, environment), Run(environment)
        )
    return lambda states, environment: operators.arithmetic(
        sign, left(states, environment), other(states, environment)
    )


_SHARED: Final[Mapping[str, Callable[[Value, Value, Run], Value]]] = {
    "=": operators.is_equal,
    "!=": operators.is_different,
    "&": operators.joined,
}


def _addition(sign: str, left: Simple, constant: int) -> Find:
    find, add = _compile(left), _ADDITIONS[sign]

    def sum_of(states: Value, environment: Environment) -> Value:
        value = find(states, environment)
        if type(value) is int and -_HALF < value < _HALF:
            return add(value, constant)
        return operators.arithmetic(sign, value, constant)

    return sum_of


def _order(sign: str, left: Simple, constant: int) -> Find:
    find, holds = _compile(left), _ORDERS[sign]

    def compare(states: Value, environment: Environment) -> Value:
        value = find(states, environment)
        kind = type(value)
        if kind is int or kind is float:
            return holds(value, constant)
        return operators.compare(sign, value, constant)

    return compare


def _equality(sign: str, find: Find, constant: Value) -> Find:
    """``left = 'text'``: a value of another type is not equal, and what is undefined neither."""
    is_wanted = sign == "="
    kind = type(constant)

    def same_text(states: Value, environment: Environment) -> bool:
        value = find(states, environment)
        if value is UNDEFINED:
            return False
        return (type(value) is str and value == constant) is is_wanted

    def same_literal(states: Value, environment: Environment) -> bool:
        value = find(states, environment)
        return value is not UNDEFINED and (value is constant) is is_wanted

    def same_number(states: Value, environment: Environment) -> bool:
        value = find(states, environment)
        if value is UNDEFINED:
            return False
        return operators.is_same(value, constant, Run(environment)) is is_wanted

    if kind is str:
        return same_text
    return same_number if is_number(constant) else same_literal


def _boolean(sign: str, left: Find, right: Find) -> Find:
    decides = sign == "or"

    def combine(states: Value, environment: Environment) -> bool:
        value = left(states, environment)
        if (value if type(value) is bool else _truth(value, environment)) is decides:
            return decides
        try:
            value = right(states, environment)
        except FaultError as fault:
            fault.inserts["token"] = sign  # as in `asl.query.jsonata.evaluator`
            raise
        return value if type(value) is bool else _truth(value, environment)

    return combine


def _truth(value: Value, environment: Environment) -> bool:
    return operators.truth(value, Run(environment))


# Functions


def _call(tree: Call) -> Find:
    """A function of the library, if no variable hides it: that one can't be called."""
    name = tree.name
    if tree.argument is None:
        return _library_call(name, ())
    argument = _compile(tree.argument)
    if name not in _DIRECT:
        return _library_call(name, (argument,))
    direct = _DIRECT[name]

    def call(states: Value, environment: Environment) -> Value:
        value = argument(states, environment)
        if name in environment.variables:
            raise FaultError("T1006", token=name)
        return direct(value, environment)

    return call


def _library_call(name: str, arguments: tuple[Find, ...]) -> Find:
    function = _library(name)

    def call(states: Value, environment: Environment) -> Value:
        values = [argument(states, environment) for argument in arguments]
        if name in environment.variables:
            raise FaultError("T1006", token=name)
        try:
            return apply(Run(environment), function, values)
        except FaultError as fault:
            fault.inserts.setdefault("token", name)
            raise

    return call


def _count(value: Value, _environment: Environment) -> int:
    if type(value) is list:
        return len(value)
    return 0 if value is UNDEFINED else 1


def _exists(value: Value, _environment: Environment) -> bool:
    return value is not UNDEFINED


def _as_boolean(value: Value, environment: Environment) -> Value:
    if type(value) is bool or value is UNDEFINED:
        return value
    return _truth(value, environment)


def _negation(value: Value, environment: Environment) -> Value:
    if value is UNDEFINED:
        return UNDEFINED
    return not (value if type(value) is bool else _truth(value, environment))


def _text(value: Value, environment: Environment) -> Value:
    if type(value) is str or value is UNDEFINED:
        return value
    return operators.text_of(value, Run(environment))


#: Functions whose signature takes any one argument as it is.
_DIRECT: Final[Mapping[str, _Walk]] = {
    "boolean": _as_boolean,
    "count": _count,
    "exists": _exists,
    "not": _negation,
    "string": _text,
}


# Shortcuts


def shortcut(tree: Simple, checked: Query, expects: Expected | None) -> Query:
    """One closure for what is most frequent, which leaves all that is not usual to ``checked``.

    Args:
        tree: The expression.
        checked: The query as it would be without this: it raises what is to be raised.
        expects: The type that the field needs.
    """
    if isinstance(tree, Reference) and expects is None:
        return _short_path(tree, checked)
    if isinstance(tree, Operation) and isinstance(tree.right, Constant):
        left, constant = tree.left, tree.right.value
        if (
            isinstance(left, Reference)
            and not (left.is_states or left.steps)
            and type(constant) is int
            and -_HALF < constant < _HALF
        ):
            if tree.sign in _ADDITIONS and expects in {None, "number"}:
                return _short_sum(left.root, _ADDITIONS[tree.sign](0, constant), checked)
            if tree.sign in _ORDERS and expects in {None, "boolean"}:
                return _short_order(left.root, _ORDERS[tree.sign], constant, checked)
    return checked


def _short_sum(name: str, constant: int, checked: Query) -> Query:
    def add(states: Json, environment: Environment) -> Json:
        value = environment.variables.get(name)
        if type(value) is int and -_HALF < value < _HALF:
            return value + constant
        return checked(states, environment)

    return add


def _short_order(
    name: str, holds: Callable[[Any, Any], bool], constant: int, checked: Query
) -> Query:
    def compare(states: Json, environment: Environment) -> Json:
        value = environment.variables.get(name)
        if type(value) is int:
            return holds(value, constant)
        return checked(states, environment)

    return compare


def _short_path(tree: Reference, checked: Query) -> Query:
    root = tree.root
    first, second, third = (*tree.steps, "", "", "")[:3]

    def variable(states: Json, environment: Environment) -> Json:
        try:
            return environment.variables[root]
        except KeyError:
            return checked(states, environment)

    def variable_member(states: Any, environment: Environment) -> Any:  # noqa: ANN401 - any JSON
        try:
            return cast("Any", environment.variables)[root][first]
        except (KeyError, TypeError):
            return checked(states, environment)

    def field(states: Any, environment: Environment) -> Any:  # noqa: ANN401 - any JSON
        try:
            return states[root]
        except KeyError:
            return checked(states, environment)

    def one(states: Any, environment: Environment) -> Any:  # noqa: ANN401 - any JSON
        try:
            return states[root][first]
        except (KeyError, TypeError):
            return checked(states, environment)

    def two(states: Any, environment: Environment) -> Any:  # noqa: ANN401 - any JSON
        try:
            return states[root][first][second]
        except (KeyError, TypeError):
            return checked(states, environment)

    def three(states: Any, environment: Environment) -> Any:  # noqa: ANN401 - any JSON
        try:
            return states[root][first][second][third]
        except (KeyError, TypeError):
            return checked(states, environment)

    closures: tuple[Query, ...] = (variable, variable_member)
    if tree.is_states:
        closures = () if root == "context" else (field, one, two, three)
    steps = len(tree.steps)
    return closures[steps] if steps < len(closures) else checked
