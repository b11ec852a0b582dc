r"""Choice rules of the JSONPath query language: from JSON to one predicate.

    {"And": [{"Variable": "$.total", "NumericGreaterThan": 50}, {"Not": {...}}], "Next": ...}

A rule is a comparison, or And, Or or Not of rules. Nothing is converted: a value of another type
than the operator's does not match, which is no error, but a path that finds nothing is one, be it
the Variable or the operand; only IsPresent asks. And and Or stop where the outcome is known, so a
rule may ask for IsPresent first. What follows a match is not known here, and the keys for that
(Next, Assign, Output, Comment) are passed over.

Numbers compare as numbers (1 is 1.0), texts by UTF-16 units as in Java, timestamps as instants. In
StringMatches ``*`` stands for any text, ``\*`` and ``\\`` for themselves; what AWS makes of another
character behind a backslash is not known, so it is refused.

Sources: ASL specification, "Choice State"; the behaviour is recorded from AWS.
"""

from __future__ import annotations

import operator
import re
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, cast

from asl.errors import JSONPathError, QuerySyntaxError, quote
from asl.jsontypes import dump
from asl.query.paths import compile_path, is_definite, single_key
from asl.query.text_order import compare_text
from asl.query.timestamps import parse_timestamp

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from asl.jsontypes import Json
    from asl.query.environment import Environment, Query

#: ``predicate(data, environment)``; raises `JSONPathError` with AWS's sentence.
Predicate: TypeAlias = "Callable[[Json, Environment], bool]"
_Holds: TypeAlias = "Callable[[Any, Any], bool]"

#: Predicates call each other as deep as rules are nested: far less than Python allows.
_MAX_DEPTH = 100
_PASSED_OVER = frozenset(("Next", "Assign", "Output", "Comment"))


class RuleSyntaxError(QuerySyntaxError):
    """A rule that can't be compiled; ``pointer`` is the JSON pointer inside of the rule.

    It may be chained to the error of a path that the rule has.
    """

    def __init__(self, message: str, rule: Json, pointer: str) -> None:
        self.pointer = pointer
        super().__init__(message, dump(rule))


class _Variable(NamedTuple):
    """The left side of a comparison. ``key`` is for paths like ``$.key``, which are most."""

    find: Query
    key: str | None


class _Field(NamedTuple):
    """The operator's member of a rule, for messages, and the operand in it."""

    name: str
    operand: Json
    rule: Json
    pointer: str

    def refuse(self, expected: str) -> RuleSyntaxError:
        found = f"{self.name} takes {expected}, not {quote(self.operand)}"
        return RuleSyntaxError(found, self.rule, f"{self.pointer}/{self.name}")


Operator: TypeAlias = "Callable[[_Variable, _Field], Predicate]"


def compile_rule(rule: dict[str, Json]) -> Predicate:
    """Compile one of the ``Choices``.

    Raises:
        RuleSyntaxError: No operator or more than one, an unknown key, an operand of a wrong type, a
            path that is malformed or may name several nodes.
    """
    return _compile(rule, "", 0)


def condition_path(path: str, _data: Json, _reason: str) -> JSONPathError:
    """AWS's error for the paths of a rule."""
    return JSONPathError(
        f"Invalid path '{path}': The choice state's condition path references an invalid value."
    )


def _compile(rule: Json, pointer: str, depth: int) -> Predicate:
    if type(rule) is not dict:
        raise RuleSyntaxError(f"a Choice rule is an object, not {quote(rule)}", rule, pointer)
    if depth > _MAX_DEPTH:
        message = f"Choice rules may be nested {_MAX_DEPTH} levels deep, these are deeper"
        raise RuleSyntaxError(message, None, pointer)
    known = {"Variable", "Comment"} if depth else {"Variable", *_PASSED_OVER}
    for key in rule:
        if key not in OPERATORS and key not in _COMBINATIONS and key not in known:
            raise RuleSyntaxError(f"Field {key!r} is not supported", rule, pointer)
    kinds = [key for key in rule if key in _COMBINATIONS or key == "Variable"]
    operators = [key for key in rule if key in OPERATORS]
    if len(kinds) != 1:
        raise _wrong_number("And, Or, Not and Variable", kinds, rule, pointer)
    if kinds[0] != "Variable":
        if operators:
            message = f"{operators[0]} needs a Variable, and can't stand beside {kinds[0]}"
            raise RuleSyntaxError(message, rule, pointer)
        field = _Field(kinds[0], rule[kinds[0]], rule, pointer)
        return _COMBINATIONS[kinds[0]](field, depth)
    if len(operators) != 1:
        raise _wrong_number("the comparison operators", operators, rule, pointer)
    variable = _path(_Field("Variable", rule["Variable"], rule, pointer))
    return OPERATORS[operators[0]](
        variable, _Field(operators[0], rule[operators[0]], rule, pointer)
    )


def _wrong_number(of: str, found: list[str], rule: Json, pointer: str) -> RuleSyntaxError:
    names = ", ".join(found) or "none"
    return RuleSyntaxError(f"a Choice rule has one of {of}; found: {names}", rule, pointer)


def _path(field: _Field) -> _Variable:
    text = field.operand
    if type(text) is not str:
        raise field.refuse("a path")
    if not text.startswith("$"):
        message = "Value is not a Reference Path: Reference path didn't start with '$'"
        raise RuleSyntaxError(message, field.rule, f"{field.pointer}/{field.name}")
    try:
        compiled = compile_path(text, condition_path)
    except QuerySyntaxError as error:
        message = f"{field.name}: {error}"
        raise RuleSyntaxError(message, field.rule, f"{field.pointer}/{field.name}") from error
    if not is_definite(text):
        raise field.refuse("a Reference Path, which names one node")
    return _Variable(compiled.evaluate, single_key(text))


# Rules of rules


def _inner(field: _Field, depth: int) -> list[Predicate]:
    rules = field.operand
    if type(rules) is not list or not rules:
        raise field.refuse("a list of rules that is not empty")
    return [
        _compile(rule, f"{field.pointer}/{field.name}/{index}", depth + 1)
        for index, rule in enumerate(rules)
    ]


def _and(field: _Field, depth: int) -> Predicate:
    predicates = _inner(field, depth)

    def all_match(data: Json, environment: Environment) -> bool:
        for predicate in predicates:  # noqa: SIM110 - all() over a generator costs a frame each
            if not predicate(data, environment):
                return False
        return True

    return all_match


def _or(field: _Field, depth: int) -> Predicate:
    predicates = _inner(field, depth)

    def one_matches(data: Json, environment: Environment) -> bool:
        for predicate in predicates:  # noqa: SIM110 - any() over a generator costs a frame each
            if predicate(data, environment):
                return True
        return False

    return one_matches


def _not(field: _Field, depth: int) -> Predicate:
    matches = _compile(field.operand, f"{field.pointer}/Not", depth + 1)
    return lambda data, environment: not matches(data, environment)


_COMBINATIONS: Mapping[str, Callable[[_Field, int], Predicate]] = {
    "And": _and,
    "Or": _or,
    "Not": _not,
}


# Comparisons


class _Kind(NamedTuple):
    """The values that a family of operators compares.

    ``types`` are their types, if that is all there is to it; ``read`` gives what is compared, or
    None for a value that is none of them.
    """

    name: str
    types: frozenset[type]
    read: Callable[[Json], Json]


def _plain(name: str, *types: type) -> _Kind:
    wanted = frozenset(types)
    return _Kind(name, wanted, lambda value: value if type(value) in wanted else None)


def _read_timestamp(value: Json) -> int | None:
    return parse_timestamp(value) if type(value) is str else None


_NUMBER = _plain("a number", int, float)
_BOOLEAN = _plain("a boolean", bool)
_TEXT = _plain("a text", str)
_TIMESTAMP = _Kind("an RFC3339 timestamp", frozenset(), _read_timestamp)


def _with_constant(kind: _Kind, holds: _Holds) -> Operator:
    """An operator whose operand stands in the rule."""

    def compile_operator(variable: _Variable, field: _Field) -> Predicate:
        operand = kind.read(field.operand)
        if operand is None:
            raise field.refuse(kind.name)
        if not kind.types:
            return _compare_read(
                variable.find, kind.read, lambda _data, _environment: operand, holds
            )
        return _compare_typed(variable, kind.types, operand, holds)

    return compile_operator


def _with_path(kind: _Kind, holds: _Holds) -> Operator:
    """An operator whose operand is found by a path: the ``...Path`` twin of one with a constant."""

    def compile_operator(variable: _Variable, field: _Field) -> Predicate:
        find = _path(field).find

        def operand(data: Json, environment: Environment) -> Json:
            return kind.read(find(data, environment))

        return _compare_read(variable.find, kind.read, operand, holds)

    return compile_operator


def _compare_typed(
    variable: _Variable, types: frozenset[type], operand: Json, holds: _Holds
) -> Predicate:
    """The hot predicates: no call but that of the comparison itself, if the variable is a key."""
    find, key = variable

    def compare(data: Json, environment: Environment) -> bool:
        value = find(data, environment)
        return type(value) in types and holds(value, operand)

    if key is None:
        return compare
    name = key

    def compare_key(data: Mapping[str, Json], environment: Environment) -> bool:
        try:
            value = data[name]
        except (KeyError, TypeError):
            value = find(cast("Json", data), environment)
        return type(value) in types and holds(value, operand)

    return cast("Predicate", compare_key)


def _compare_read(
    find: Query, read: Callable[[Json], Json], operand: Query, holds: _Holds
) -> Predicate:
    def compare(data: Json, environment: Environment) -> bool:
        left, right = find(data, environment), operand(data, environment)
        value = read(left)
        return value is not None and right is not None and holds(value, right)

    return compare


def _matches(variable: _Variable, field: _Field) -> Predicate:
    pattern = field.operand
    if type(pattern) is not str:
        raise field.refuse("a text")
    pieces = [""]
    for part in re.findall(r"\\?.|\\", pattern, re.DOTALL):
        if part == "*":
            pieces.append("")
        elif part[0] == "\\" and part[1:] not in ("*", "\\"):
            raise field.refuse("a text in which a backslash stands before '*' or a backslash")
        else:
            pieces[-1] += part[-1]
    matches = pieces[0].__eq__ if len(pieces) == 1 else _matcher(pieces)
    find = variable.find

    def match(data: Json, environment: Environment) -> bool:
        value = find(data, environment)
        return type(value) is str and matches(value)

    return match


def _matcher(pieces: list[str]) -> Callable[[str], bool]:
    """Whether a text consists of the pieces in their order, with any text between them."""
    first, *middle, last = pieces

    def matches(text: str) -> bool:
        at, end = len(first), len(text) - len(last)
        if end < at or not text.startswith(first) or not text.endswith(last):
            return False
        for piece in middle:
            at = text.find(piece, at, end)
            if at < 0:
                return False
            at += len(piece)
        return True

    return matches


def _test(is_one: Callable[[Json], bool]) -> Operator:
    """A type test; true asks whether the value is one, false whether it is none."""

    def compile_operator(variable: _Variable, field: _Field) -> Predicate:
        find, wanted = variable.find, field.operand
        if type(wanted) is not bool:
            raise field.refuse("a boolean")
        return lambda data, environment: is_one(find(data, environment)) is wanted

    return compile_operator


def _is_present(variable: _Variable, field: _Field) -> Predicate:
    find, wanted = variable.find, field.operand
    if type(wanted) is not bool:
        raise field.refuse("a boolean")

    def is_present(data: Json, environment: Environment) -> bool:
        try:
            find(data, environment)
        except JSONPathError:
            return not wanted
        return wanted

    return is_present


def _family(prefix: str, kind: _Kind, relations: Mapping[str, _Holds]) -> dict[str, Operator]:
    constant = {prefix + name: _with_constant(kind, holds) for name, holds in relations.items()}
    path = {f"{prefix}{name}Path": _with_path(kind, holds) for name, holds in relations.items()}
    return {**constant, **path}


_RELATIONS: Mapping[str, _Holds] = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "GreaterThan": operator.gt,
    "LessThanEquals": operator.le,
    "GreaterThanEquals": operator.ge,
}
_TEXT_RELATIONS: Mapping[str, _Holds] = {
    "Equals": operator.eq,
    "LessThan": lambda left, right: compare_text(left, right) < 0,
    "GreaterThan": lambda left, right: compare_text(left, right) > 0,
    "LessThanEquals": lambda left, right: compare_text(left, right) <= 0,
    "GreaterThanEquals": lambda left, right: compare_text(left, right) >= 0,
}

#: All comparison operators: how each is compiled, from the variable and the operator's field.
OPERATORS: Mapping[str, Operator] = {
    **_family("Boolean", _BOOLEAN, {"Equals": operator.eq}),
    **_family("Numeric", _NUMBER, _RELATIONS),
    **_family("String", _TEXT, _TEXT_RELATIONS),
    **_family("Timestamp", _TIMESTAMP, _RELATIONS),
    "StringMatches": _matches,
    "IsBoolean": _test(lambda value: type(value) is bool),
    "IsNull": _test(lambda value: value is None),
    "IsNumeric": _test(lambda value: type(value) in _NUMBER.types),
    "IsPresent": _is_present,
    "IsString": _test(lambda value: type(value) is str),
    "IsTimestamp": _test(lambda value: _read_timestamp(value) is not None),
}
