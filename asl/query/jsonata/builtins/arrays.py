"""Functions on arrays, and those that call a function for each item.

Source: JSONata 2.0.6; its documentation, "Array functions", "Higher order functions" and
"Aggregation functions".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl.query.javalike import utf16
from asl.query.jsonata import operators
from asl.query.jsonata.calls import apply, arity_of
from asl.query.jsonata.faults import FaultError
from asl.query.jsonata.kinds import UNDEFINED, Sequence, Value, is_number
from asl.query.jsonata.operators import is_same, truth
from asl.query.jsonata.steps import merge_sort

if TYPE_CHECKING:
    from asl.query.jsonata.guard import Run


def count(_run: Run, items: Value) -> Value:
    """``$count``."""
    return 0 if items is UNDEFINED else len(items)


def append(run: Run, first: Value, second: Value = UNDEFINED) -> Value:
    """``$append``."""
    return operators.append(first, second, run)


def reverse(run: Run, items: Value) -> Value:
    """``$reverse``."""
    if items is UNDEFINED or len(items) <= 1:
        return items
    run.charge(len(items))
    return list(reversed(items))


def zipped(run: Run, *arrays: Value) -> Value:
    """``$zip``."""
    if any(array is UNDEFINED for array in arrays):
        return []
    shortest = min(map(len, arrays), default=0)
    run.charge(shortest * (1 + len(arrays)))
    return [list(items) for items in zip(*arrays, strict=False)]


def distinct(run: Run, items: Value) -> Value:
    """``$distinct``."""
    if not isinstance(items, list) or len(items) <= 1:
        return items
    run.charge(len(items))
    results: list[Value] = Sequence() if isinstance(items, Sequence) else []
    seen: set[Value] = set()
    containers: list[Value] = []
    for item in items:
        if type(item) is str or is_number(item) or item is None:
            if item in seen:
                continue
            seen.add(item)
        else:
            run.charge(len(containers))
            if any(is_same(item, other, run) for other in containers):
                continue
            containers.append(item)
        results.append(item)
    return results


def shuffle(run: Run, items: Value) -> Value:
    """``$shuffle``, with the numbers of the execution's own source."""
    if items is UNDEFINED or len(items) <= 1:
        return items
    run.charge(len(items))
    shuffled: list[Value] = []
    for number, item in enumerate(items):
        place = int(run.environment.random.next_double() * (number + 1))
        shuffled.append(item)
        if place != number:
            shuffled[number], shuffled[place] = shuffled[place], item
    return shuffled


def sort(run: Run, items: Value, comparator: Value = UNDEFINED) -> Value:
    """``$sort``."""
    if items is UNDEFINED or len(items) <= 1:
        return items
    run.charge(len(items))
    if comparator is UNDEFINED:
        if all(map(is_number, items)):
            return sorted(items)
        if all(type(item) is str for item in items):
            is_ascii = all(map(str.isascii, items))
            return sorted(items) if is_ascii else sorted(items, key=utf16)
        raise FaultError("D3070")

    def comes_later(first: Value, second: Value) -> bool:
        # JavaScript's truth, not JSONata's: an array or object is true even if it is empty
        answer = apply(run, comparator, [first, second])
        return answer is not UNDEFINED and (isinstance(answer, list | dict) or bool(answer))

    return merge_sort(items, comes_later, run)


# Functions that call functions


def _call(run: Run, function: Value, *arguments: Value) -> Value:
    """Call a function with as many of the arguments as it takes, but at least with the first."""
    return apply(run, function, list(arguments[: max(arity_of(function), 1)]))


def mapped(run: Run, items: Value, function: Value) -> Value:
    """``$map``."""
    if items is UNDEFINED:
        return UNDEFINED
    results = Sequence()
    for number, item in enumerate(items):
        result = _call(run, function, item, number, items)
        if result is not UNDEFINED:
            results.append(result)
    return results


def filtered(run: Run, items: Value, function: Value) -> Value:
    """``$filter``."""
    if items is UNDEFINED:
        return UNDEFINED
    results = Sequence()
    for number, item in enumerate(items):
        if truth(_call(run, function, item, number, items), run):
            results.append(item)
    return results


def single(run: Run, items: Value, function: Value = UNDEFINED) -> Value:
    """``$single``."""
    if items is UNDEFINED:
        return UNDEFINED
    found: list[Value] = []
    for number, item in enumerate(items):
        if function is UNDEFINED or truth(_call(run, function, item, number, items), run):
            if found:
                raise FaultError("D3138")
            found.append(item)
    if not found:
        raise FaultError("D3139")
    return found[0]


def reduce(run: Run, items: Value, function: Value, start: Value = UNDEFINED) -> Value:
    """``$reduce``."""
    if items is UNDEFINED:
        return UNDEFINED
    arity = arity_of(function)
    if arity < 2:
        raise FaultError("D3050")
    result, first = start, 0
    if start is UNDEFINED and items:
        result, first = items[0], 1
    for number in range(first, len(items)):
        arguments = [result, items[number], number, items]
        result = apply(run, function, arguments[: min(arity, 4)])
    return result


def each(run: Run, value: Value, function: Value) -> Value:
    """``$each``."""
    results = Sequence()
    if value is not UNDEFINED:
        for name, item in value.items():
            result = _call(run, function, item, name, value)
            if result is not UNDEFINED:
                results.append(result)
    return results


def sift(run: Run, value: Value, function: Value) -> Value:
    """``$sift``."""
    if value is UNDEFINED:
        return UNDEFINED
    run.charge(len(value))
    kept = {
        name: item
        for name, item in value.items()
        if truth(_call(run, function, item, name, value), run)
    }
    return kept or UNDEFINED
