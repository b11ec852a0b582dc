"""Functions on objects, and on values of any type.

Source: JSONata 2.0.6; its documentation, "Object functions" and "Boolean functions".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from asl.query.jsonata import operators
from asl.query.jsonata.faults import FaultError
from asl.query.jsonata.kinds import UNDEFINED, Function, Sequence, Value
from asl.query.jsonata.operators import truth
from asl.query.jsonata.steps import member
from asl.query.jsonata.writing import fifteen_digits

if TYPE_CHECKING:
    from asl.query.jsonata.guard import Run


def keys(run: Run, value: Value) -> Value:
    """``$keys``."""
    found: dict[str, None] = {}
    _collect_keys(value, found, run)
    return Sequence(list(found))


def _collect_keys(value: Value, found: dict[str, None], run: Run) -> None:
    if isinstance(value, list):
        run.charge(len(value))
        for item in value:
            _collect_keys(item, found, run)
    elif isinstance(value, dict):
        run.charge(len(value))
        found.update(dict.fromkeys(value))


def lookup(run: Run, value: Value, key: Value = UNDEFINED) -> Value:
    """``$lookup``."""
    return UNDEFINED if key is UNDEFINED else member(value, key, run)


def spread(run: Run, value: Value) -> Value:
    """``$spread``."""
    if isinstance(value, list):
        results: Value = Sequence()
        for item in value:
            results = operators.append(results, spread(run, item), run)
        return results
    if isinstance(value, dict):
        run.charge(2 * len(value))
        return Sequence([{name: item} for name, item in value.items()])
    return value


def merge(run: Run, objects: Value) -> Value:
    """``$merge``."""
    if objects is UNDEFINED:
        return UNDEFINED
    merged: dict[str, Value] = {}
    for one in objects:
        run.charge(len(one))
        merged.update(one)
    return merged


def exists(_run: Run, value: Value = UNDEFINED) -> Value:
    """``$exists``."""
    return value is not UNDEFINED


def type_of(_run: Run, value: Value = UNDEFINED) -> Value:
    """``$type``."""
    if value is UNDEFINED:
        return UNDEFINED
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    if isinstance(value, list):
        return "array"
    return "function" if isinstance(value, Function) else "object"


def boolean(run: Run, value: Value = UNDEFINED) -> Value:
    """``$boolean``."""
    return UNDEFINED if value is UNDEFINED else truth(value, run)


def negation(run: Run, value: Value = UNDEFINED) -> Value:
    """``$not``."""
    return UNDEFINED if value is UNDEFINED else not truth(value, run)


def error(_run: Run, message: Value = UNDEFINED) -> NoReturn:
    """``$error``."""
    shown = "$error() function evaluated" if message is UNDEFINED else message
    raise FaultError("D3137", message=shown or "$error() function evaluated")


def assertion(run: Run, condition: Value = UNDEFINED, message: Value = UNDEFINED) -> Value:
    """``$assert``."""
    if not truth(condition, run):
        shown = "" if message is UNDEFINED else message
        raise FaultError("D3141", message=shown or "$assert() statement failed")
    return UNDEFINED


def clone(run: Run, value: Value) -> Value:
    """``$clone``."""
    return UNDEFINED if value is UNDEFINED else clone_value(run, value)


def clone_value(run: Run, value: Value) -> Value:
    """A deep copy: what is left of a value that is written as JSON and read again."""
    run.charge(1)
    if isinstance(value, list):
        return [None if item is UNDEFINED else clone_value(run, item) for item in value]
    if isinstance(value, dict):
        return {
            name: clone_value(run, item) for name, item in value.items() if item is not UNDEFINED
        }
    if isinstance(value, Function):
        return ""
    if isinstance(value, float) or type(value) is int:
        return operators.number(float(fifteen_digits(value)))
    return value
