"""Intrinsic functions: a call's text becomes a closure, with AWS's sentences for its failures.

`FUNCTIONS` is the table of all functions: the rule (in `asl.query.functions`), how many arguments
it takes, and how large its result can get. Compiling does what can be known from the text: calls
whose arguments are all literal are made once, the template of ``States.Format`` is split once. What
AWS finds only at run time (wrong number or kind of arguments, wrong braces) fails only at run time.

Source: ASL specification, "Intrinsic functions"; recordings of AWS for every sentence.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple, NoReturn, TypeAlias

from asl.errors import IntrinsicError, QueryError, QuerySyntaxError, UnsupportedFeature, quote
from asl.query import functions
from asl.query.environment import Bound, Compiled, constant, total
from asl.query.functions import MAX_CHARACTERS, RefusedError
from asl.query.intrinsic_parser import MAX_NESTING, Call, Literal, Path, nesting, parse_call
from asl.query.javalike import to_text
from asl.query.paths import compile_path

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from asl.jsontypes import Json
    from asl.query.environment import Environment, Query
    from asl.query.intrinsic_parser import Argument

    _Rule: TypeAlias = Callable[..., Json]
    _Bound: TypeAlias = Callable[[Sequence["_Value"]], Bound]
    _Prepared: TypeAlias = tuple[_Rule, Sequence["_Value"]]

#: An argument that may be so many times as large as the data it comes from is measured first.
_MAX_GROWTH = 16


def compile_intrinsic(text: str) -> Compiled:
    """The closure of one intrinsic function call.

    Args:
        text: The whole call, ``States.Name(...)``.

    Returns:
        Evaluating it raises `IntrinsicError` with the sentence that AWS shows (without the part
        that names the state), or `UnsupportedFeature` where AWS's result is not known.

    Raises:
        QuerySyntaxError: Malformed text or an unknown function; AWS refuses the definition.
        UnsupportedFeature: Valid, but beyond our limits; its pointer is empty.
    """
    call = parse_call(text)
    if nesting(call) > MAX_NESTING:
        raise UnsupportedFeature(f"more than {MAX_NESTING} nested intrinsic functions", "")
    return _compile_call(call, text).compiled


class Function(NamedTuple):
    """An intrinsic function.

    Attributes:
        rule: Takes the values of the arguments; raises `RefusedError`.
        fewest: The least number of arguments.
        most: The greatest number of arguments; None for any.
        bound: that of the result, from the arguments.
        draws: The rule takes the execution's random source before the arguments.
        prepare: What can be done when compiling: the rule and the arguments that it needs then.
    """

    rule: _Rule
    fewest: int
    most: int | None
    bound: _Bound
    draws: bool = False
    prepare: Callable[[Sequence[_Value]], _Prepared] | None = None


class _Value(NamedTuple):
    """A compiled argument; ``value`` is what it gives if it ``is_constant``."""

    node: Argument
    compiled: Compiled
    is_constant: bool = False
    value: Json = None


# How large results get


def _at_most(size: int) -> _Bound:
    return lambda _: Bound(size)


def _sum(times: int = 1, *, more: int = 0) -> _Bound:
    """All arguments together, so many times, and so many bytes more for each and once."""

    def bound(arguments: Sequence[_Value]) -> Bound:
        together = total(argument.compiled.bound for argument in arguments)
        return together.times(times, more=more * (len(arguments) + 1))

    return bound


def _first(times: int = 1, *, more: int = 0) -> _Bound:
    """The first argument, so many times, and so many bytes more."""
    return lambda arguments: arguments[0].compiled.bound.times(times, more=more)


# States.Format


def _prepare_format(arguments: Sequence[_Value]) -> _Prepared:
    """Split a literal template; a value straight from States.StringToJson prints as JSON text.

    The latter is a tree of Jackson's instead of Java's values: its text keeps its quotes.
    """
    template, *values = arguments
    values = [
        _as_text(value)
        if isinstance(value.node, Call) and value.node.name == "States.StringToJson"
        else value
        for value in values
    ]
    if not isinstance(template.node, Literal) or template.node.body is None:
        return functions.format_text, [template, *values]
    try:
        pieces = functions.split_template(template.node.body, escaped=True)
    except RefusedError as refusal:
        return partial(_refuse, refusal.detail), values
    return partial(functions.fill_template, pieces), values


def _as_text(argument: _Value) -> _Value:
    value = argument.compiled.evaluate

    def text(data: Json, environment: Environment) -> Json:
        return to_text(value(data, environment))

    return argument._replace(
        compiled=argument.compiled._replace(evaluate=text), value=to_text(argument.value)
    )


def _refuse(detail: str | None, *_: Json) -> NoReturn:
    raise RefusedError(detail)


#: Every function by its name. The bounds: a number has at most 11 characters (32 bits, signed), a
#: byte of a decoded text at most 6 (an escape), a text at most doubles when it is made JSON again.
FUNCTIONS: dict[str, Function] = {
    "States.Array": Function(functions.array, 0, None, _sum(more=1)),
    "States.ArrayPartition": Function(functions.array_partition, 2, 2, _first(2, more=2)),
    "States.ArrayContains": Function(functions.array_contains, 2, 2, _at_most(5)),
    "States.ArrayRange": Function(functions.array_range, 3, 3, _at_most(12_001)),
    "States.ArrayGetItem": Function(functions.array_get_item, 2, 2, _first(more=2)),
    "States.ArrayLength": Function(functions.array_length, 1, 1, _at_most(11)),
    "States.ArrayUnique": Function(functions.array_unique, 1, 1, _first()),
    "States.Base64Encode": Function(functions.base64_encode, 1, 1, _at_most(40_002)),
    "States.Base64Decode": Function(functions.base64_decode, 1, 1, _at_most(45_002)),
    "States.Hash": Function(functions.hash_text, 2, 2, _at_most(130)),
    "States.JsonMerge": Function(functions.json_merge, 3, 3, _sum()),
    "States.StringToJson": Function(functions.string_to_json, 1, 1, _first(4)),
    "States.JsonToString": Function(functions.json_to_string, 0, None, _sum(2, more=2)),
    "States.StringSplit": Function(functions.string_split, 2, 2, _first(2, more=2)),
    "States.MathAdd": Function(functions.math_add, 2, 2, _at_most(11)),
    "States.MathRandom": Function(functions.math_random, 2, 3, _at_most(11), draws=True),
    "States.UUID": Function(functions.uuid, 0, None, _at_most(38), draws=True),
    "States.Format": Function(
        functions.format_text, 1, None, _sum(2, more=2), prepare=_prepare_format
    ),
}


# Compiling


def _compile(node: Argument, whole: str) -> _Value:
    if isinstance(node, Literal):
        return _constant(node, node.value)
    if isinstance(node, Path):
        argument = _Value(node, _compile_path(node, whole))
    else:
        argument = _compile_call(node, whole)
    bound = argument.compiled.bound
    if bound.of_data + bound.of_unseen > _MAX_GROWTH:
        return argument._replace(compiled=_measured(argument.compiled))
    return argument


def _compile_path(path: Path, whole: str) -> Compiled:
    def missing(field: str, data: Json, _reason: str) -> QueryError:
        return IntrinsicError(
            f"The function '{whole}' had the following error: The JsonPath argument for the field "
            f"'{field}' could not be found in the input '{to_text(data)}'"
        )

    try:
        return compile_path(path.text, missing)
    except QuerySyntaxError as error:
        # A subclass stays what it is: it may say that the path is unsupported, not malformed.
        raise type(error)(str(error), whole, path.position + error.position) from error


def _constant(node: Argument, value: Json) -> _Value:
    return _Value(node, constant(value), is_constant=True, value=value)


def _compile_call(call: Call, whole: str) -> _Value:
    function = FUNCTIONS.get(call.name)
    if function is None:
        known = ", ".join(FUNCTIONS)
        message = f"unknown intrinsic function {quote(call.name)}; there are {known}"
        raise QuerySyntaxError(message, whole, call.position)
    arguments: Sequence[_Value] = [_compile(argument, whole) for argument in call.arguments]
    rule, bound = function.rule, Bound(0)
    count = len(arguments)
    if count < function.fewest or (function.most is not None and count > function.most):
        rule = partial(_refuse, None)
    else:
        bound = function.bound(arguments)
        if function.prepare:
            rule, arguments = function.prepare(arguments)
    if not function.draws and all(argument.is_constant for argument in arguments):
        try:
            return _constant(call, rule(*[argument.value for argument in arguments]))
        except RefusedError:
            pass  # it is to fail when it runs
    sentence = f"There was an error while evaluating the intrinsic function: {whole}. "

    def refused(refusal: RefusedError) -> IntrinsicError:
        return IntrinsicError(sentence + (refusal.detail or f"Invalid arguments in {call.name}"))

    draw = function.draws and rule is function.rule
    evaluate = (_drawing if draw else _calling)(rule, arguments, refused)
    return _Value(call, Compiled(evaluate, bound))


_Refused: TypeAlias = "Callable[[RefusedError], IntrinsicError]"


def _calling(rule: _Rule, arguments: Sequence[_Value], refused: _Refused) -> Query:
    """The closure of a call; one and two arguments, which are most, have their own."""
    queries = [argument.compiled.evaluate for argument in arguments]

    def any_number(data: Json, environment: Environment) -> Json:
        values = [query(data, environment) for query in queries]
        try:
            return rule(*values)
        except RefusedError as refusal:
            raise refused(refusal) from None

    if len(queries) == 1:
        (only,) = queries

        def one(data: Json, environment: Environment) -> Json:
            try:
                return rule(only(data, environment))
            except RefusedError as refusal:
                raise refused(refusal) from None

        return one
    if len(queries) == 2:
        first, second = queries

        def two(data: Json, environment: Environment) -> Json:
            try:
                return rule(first(data, environment), second(data, environment))
            except RefusedError as refusal:
                raise refused(refusal) from None

        if not arguments[1].is_constant:
            return two
        second_value = arguments[1].value

        def one_and_constant(data: Json, environment: Environment) -> Json:
            try:
                return rule(first(data, environment), second_value)
            except RefusedError as refusal:
                raise refused(refusal) from None

        return one_and_constant
    return any_number


def _drawing(rule: _Rule, arguments: Sequence[_Value], refused: _Refused) -> Query:
    queries = [argument.compiled.evaluate for argument in arguments]

    def drawing(data: Json, environment: Environment) -> Json:
        values = [query(data, environment) for query in queries]
        try:
            return rule(environment.random, *values)
        except RefusedError as refusal:
            raise refused(refusal) from None

    return drawing


def _measured(compiled: Compiled) -> Compiled:
    """The same, but a value beyond `MAX_CHARACTERS` is refused.

    Values share their parts: a list of a thousand times ``$`` costs nothing until somebody walks
    through it, hashes it or makes it text.
    """
    query = compiled.evaluate

    def evaluate(data: Json, environment: Environment) -> Json:
        value = query(data, environment)
        left = MAX_CHARACTERS
        pending = [value]
        while pending and left >= 0:
            node = pending.pop()
            left -= len(node) + 1 if isinstance(node, str | list | dict) else 1
            if isinstance(node, list):
                pending += node
            elif isinstance(node, dict):
                left -= sum(map(len, node))
                pending += node.values()
        if left < 0:
            raise UnsupportedFeature(
                f"an intrinsic function's argument of over {MAX_CHARACTERS} characters", ""
            )
        return value

    return compiled._replace(evaluate=evaluate)
