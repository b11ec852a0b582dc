"""Values that a field needs to be of one kind: whole numbers, instants, text, arrays.

A field such as SecondsPath or TimeoutSeconds gives any JSON; these turn a query into one that gives
what the field needs, or fails with AWS's sentence. Those for JSONPath are told the path, because
AWS quotes it; those for JSONata the field.

Sources: recordings of AWS for the sentences. Where one was never seen, the sentence follows that of
the nearest field, and says what was found.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from asl.errors import JSONataError, JSONPathError
from asl.query.javalike import to_text
from asl.query.timestamps import parse_timestamp

if TYPE_CHECKING:
    from collections.abc import Callable

    from asl.jsontypes import Json
    from asl.query.environment import Environment, Query

#: A query that gives a whole number.
IntQuery: TypeAlias = "Callable[[Json, Environment], int]"
#: A query that gives a number.
FloatQuery: TypeAlias = "Callable[[Json, Environment], float]"
#: A query that gives text.
TextQuery: TypeAlias = "Callable[[Json, Environment], str]"
#: A query that gives an array.
ArrayQuery: TypeAlias = "Callable[[Json, Environment], list[Json]]"
#: A query that gives an array or an object.
CollectionQuery: TypeAlias = "Callable[[Json, Environment], list[Json] | dict[str, Json]]"

#: The most that a field in seconds may say.
MOST_SECONDS = 99_999_999

_LONG = re.compile(r"[+-]?[0-9]{1,19}", re.ASCII)
_FLOAT = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?", re.ASCII)


def constant_number(number: int) -> IntQuery:
    """A number that stands in the definition."""
    return lambda _data, _environment: number


def shown(value: Json) -> str:
    """A value as AWS's sentences show it: text as it is, anything else as JSON."""
    return value if isinstance(value, str) else to_text(value)


def _whole(value: Json) -> int | None:
    """A whole number, or text of one (recorded for MaxConcurrencyPath)."""
    if isinstance(value, bool) or not _LONG.fullmatch(text := shown(value)):
        return None
    return int(text)


def count_by_path(field: str, query: Query, path: str, *, least: int | None = 0) -> IntQuery:
    """MaxConcurrencyPath and its like: a whole number, not below ``least`` if that is given."""

    def count(data: Json, environment: Environment) -> int:
        value = query(data, environment)
        number = _whole(value)
        if number is None or (least is not None and number < least):
            raise JSONPathError(
                f'The {field} field refers to value "{shown(value)}" '
                f"which is not a valid integer: {path}"
            )
        return number

    return count


def float_by_path(field: str, query: Query, path: str) -> FloatQuery:
    """ToleratedFailurePercentagePath: a number, or text of one."""

    def number(data: Json, environment: Environment) -> float:
        value = query(data, environment)
        if isinstance(value, bool) or not _FLOAT.fullmatch(shown(value)):
            raise JSONPathError(
                f'The {field} field refers to value "{shown(value)}" '
                f"which is not a valid float: {path}"
            )
        return float(shown(value))

    return number


def timeout_by_path(field: str, query: Query, path: str) -> IntQuery:
    """TimeoutSecondsPath and HeartbeatSecondsPath: 1 to `MOST_SECONDS`."""
    count = count_by_path(field, query, path)
    name = field.removesuffix("Path")

    def timeout(data: Json, environment: Environment) -> int:
        seconds = count(data, environment)
        if not 0 < seconds <= MOST_SECONDS:
            raise JSONPathError(f"{name} must be between 1 and {MOST_SECONDS} but was: {seconds}")
        return seconds

    return timeout


def wait_by_path(query: Query, path: str) -> IntQuery:
    """SecondsPath: seconds, not negative."""

    def seconds(data: Json, environment: Environment) -> int:
        value = query(data, environment)
        number = _whole(value)
        if number is None:
            raise JSONPathError(
                "The SecondsPath parameter cannot be parsed as a long value: "
                f"{path} == {shown(value)}"
            )
        if number < 0:
            raise JSONPathError(
                f"The SecondsPath parameter references a negative value: {path} == {shown(value)}"
            )
        return number

    return seconds


def instant_by_path(query: Query, path: str) -> IntQuery:
    """TimestampPath: nanoseconds since the epoch."""

    def instant(data: Json, environment: Environment) -> int:
        value = query(data, environment)
        at_ns = parse_timestamp(value) if isinstance(value, str) else None
        if at_ns is None:
            raise JSONPathError(
                "The TimestampPath parameter does not reference a valid ISO-8601 extended offset "
                f"date-time format string: {path} == {shown(value)}"
            )
        return at_ns

    return instant


def text_by_path(field: str, query: Query) -> TextQuery:
    """ErrorPath and CausePath: text."""

    def text(data: Json, environment: Environment) -> str:
        value = query(data, environment)
        if not isinstance(value, str):
            raise JSONPathError(f"The {field} field must refer to a string")
        return value

    return text


def collection_by_path(query: Query, path: str) -> CollectionQuery:
    """ItemsPath of a Distributed Map: an array or an object."""
    array = array_by_path(query, path)

    def collection(data: Json, environment: Environment) -> list[Json] | dict[str, Json]:
        value = query(data, environment)
        return value if isinstance(value, dict) else array(data, environment)

    return collection


def array_by_path(query: Query, path: str) -> ArrayQuery:
    """ItemsPath: an array. Of a path into the context object AWS shows what it finds there by."""
    shown_path = path.removeprefix("$") if path.startswith("$$") else path

    def array(data: Json, environment: Environment) -> list[Json]:
        value = query(data, environment)
        if not isinstance(value, list):
            raise JSONPathError(f'Reference path "{shown_path}" must point to array.')
        return value

    return array


def number_by_expression(field: str, query: Query, *, least: int | None) -> IntQuery:
    """TimeoutSeconds and its like in JSONata, where ``query`` gives a number already.

    Without ``least`` the range is the matter of whoever uses it.
    """

    def number(states: Json, environment: Environment) -> int:
        value = query(states, environment)
        if isinstance(value, float) and not value.is_integer():
            raise JSONataError(
                f"The {field} field cannot be parsed as an integer: {to_text(value)}", field
            )
        whole = int(value)  # type: ignore[arg-type]  # a number: the expression expects one
        if least is not None and not least <= whole <= MOST_SECONDS:
            raise JSONataError(
                f"{field} must be between {least} and {MOST_SECONDS} but was: {whole}", field
            )
        return whole

    return number


def collection_by_expression(query: Query) -> CollectionQuery:
    """Items of a Distributed Map in JSONata: an array or an object."""

    def collection(states: Json, environment: Environment) -> list[Json] | dict[str, Json]:
        value = query(states, environment)
        if not isinstance(value, list | dict):
            raise JSONataError(
                f"Map state input must be an array or object but was: {to_text(value)}", "Items"
            )
        return value

    return collection


def instant_by_expression(query: Query) -> IntQuery:
    """Timestamp in JSONata; ``query`` gives text already."""

    def instant(states: Json, environment: Environment) -> int:
        value = query(states, environment)
        at_ns = parse_timestamp(value)  # type: ignore[arg-type]  # text: the expression expects it
        if at_ns is None:
            raise JSONataError(
                "The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time "
                f"format string: {value}",
                "Timestamp",
            )
        return at_ns

    return instant


def input_array(states: Json, _environment: Environment) -> list[Json]:
    """The items of a JSONata Map without Items: its input."""
    value = states["input"]  # type: ignore[call-overload,index]  # the object of `$states`
    if not isinstance(value, list):
        raise JSONataError(f"Map state input must be an array but was: {to_text(value)}", None)
    return value
