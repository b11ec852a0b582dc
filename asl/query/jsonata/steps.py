"""Paths: how each step maps a sequence, what predicates keep, grouping and ordering.

A path starts with the context (or, if its first step is a variable, with that alone). Each step is
evaluated for each item, and what it gives is flattened into the next sequence. A name stands for
the member of that name, in an array for those of all its items. Where a step binds names (``@$x``,
``#$i``) or a later one asks for a parent (``%``), the sequence holds dictionaries of bindings
instead of values: a tuple stream.

What is data is only looked at, never changed: all lists and dictionaries that come out are new, or
are the data themselves.

Source: JSONata 2.0.6; its documentation, "Path operators" and "Processing model".
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from asl.query.jsonata.calls import Frame
from asl.query.jsonata.faults import FaultError
from asl.query.jsonata.kinds import (
    UNDEFINED,
    Constructed,
    Function,
    Sequence,
    Value,
    collapse,
    is_number,
)
from asl.query.jsonata.operators import append, truth
from asl.query.jsonata.regexes import to_units
from asl.query.text_order import compare_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from asl.query.jsonata.calls import Evaluate
    from asl.query.jsonata.guard import Run

    Pairs: TypeAlias = tuple[tuple[Evaluate, Evaluate], ...]
    _Bindings: TypeAlias = dict[str, Value]


class Filter(NamedTuple):
    """``[...]`` behind a step: a constant index, or what is evaluated for each item."""

    evaluate: Evaluate
    number: float | None = None


class IndexBinding(NamedTuple):
    """``#$i`` behind a predicate: each tuple that is left gets its number."""

    name: str


class SortTerm(NamedTuple):
    """One term of ``^(...)``."""

    evaluate: Evaluate
    is_descending: bool


class Step(NamedTuple):
    """One step of a path.

    Attributes:
        evaluate: Gives what the step is for one item of the sequence.
        name: The member that it stands for, if that is all that it is.
        stages: Predicates, and index bindings behind them.
        is_constructed: The first step, and ``[...]``: it is evaluated once.
        binds: It makes a tuple stream.
        focus, counter, ancestor: The names that it binds to each item, to the item's number, and to
            the item's parent.
        terms: Of an ordering, which is a step as well.
    """

    evaluate: Evaluate
    name: str | None = None
    stages: tuple[Filter | IndexBinding, ...] = ()
    is_constructed: bool = False
    binds: bool = False
    focus: str | None = None
    counter: str | None = None
    ancestor: str | None = None
    terms: tuple[SortTerm, ...] = ()


class Path(NamedTuple):
    """A whole path.

    Attributes:
        starts_with_variable: The first step does not ask for the context.
        keeps_singleton: ``[]`` stands somewhere in it.
        keeps_tuples: It is part of a path that goes on, and wants the bindings.
        group: The pairs of ``{...}`` at its end.
    """

    steps: tuple[Step, ...]
    starts_with_variable: bool
    keeps_singleton: bool
    keeps_tuples: bool
    group: Pairs | None


def member(value: Value, name: str, run: Run) -> Value:
    """The member of a name: of an object, or of all objects in an array, arrays in it included."""
    if isinstance(value, dict):
        return value.get(name, UNDEFINED)
    if not isinstance(value, list):
        return UNDEFINED
    found = Sequence()
    for item in value:
        one = item.get(name, UNDEFINED) if type(item) is dict else member(item, name, run)
        if isinstance(one, list):
            found.extend(one)
        elif one is not UNDEFINED:
            found.append(one)
    run.charge(len(value) + len(found))
    return found


def name_step(name: str) -> Step:
    """The step that is a plain name."""
    return Step(lambda context, frame: collapse(member(context, name, frame.run)), name=name)


def follow(value: Value, steps: tuple[Step, ...], run: Run) -> Value:
    """What plain names find from a value on: a path whose first step gave the value."""
    frame = Frame({}, None, run)
    sequence: Value = value if isinstance(value, list) else [value]
    last = len(steps) - 1
    for number, step in enumerate(steps):
        sequence = _map(step, sequence, frame, is_last=number == last)
        if not sequence:
            break
    return collapse(sequence)


def evaluate_path(path: Path, context: Value, frame: Frame) -> Value:
    """What a path gives; a sequence is not collapsed yet."""
    sequence: list[Value] = [context]
    if isinstance(context, list) and not path.starts_with_variable:
        sequence = context
    result: Value = UNDEFINED
    tuples: list[Value] | None = None
    last = len(path.steps) - 1
    is_tuple_stream = False
    for number, step in enumerate(path.steps):
        is_tuple_stream = is_tuple_stream or step.binds
        if number == 0 and step.is_constructed:
            result = step.evaluate(sequence, frame)
        elif is_tuple_stream:
            tuples = _map_tuples(step, sequence, tuples, frame)
        else:
            result = _map(step, sequence, frame, is_last=number == last)
        if not is_tuple_stream:
            if result is UNDEFINED or result in ([], ""):
                break
            sequence = result if isinstance(result, list) else _items(result)
    if is_tuple_stream and tuples is not None:
        result = tuples if path.keeps_tuples else Sequence([bound["@"] for bound in tuples])
    if path.keeps_singleton:
        result = _keep_singleton(result)
    if path.group is not None:
        result = evaluate_group(path.group, tuples if is_tuple_stream else result, frame)
    return result


def _items(value: Value) -> list[Value]:
    """What JavaScript finds when it goes through a value as if it were an array.

    Only ``[...]`` with a predicate, as the first step, can give such a value.
    """
    return list(to_units(value)) if isinstance(value, str) else []


def _keep_singleton(result: Value) -> Value:
    if type(result) is Constructed:
        result = Sequence([result])
    if type(result) is Sequence:
        result.keep_singleton = True
    return result


def _map(step: Step, sequence: list[Value], frame: Frame, *, is_last: bool) -> Value:
    run = frame.run
    if step.terms:
        result: Value = sort_by_terms(step.terms, sequence, frame)
        return _stages(step.stages, result, frame)
    name, evaluate, stages = step.name, step.evaluate, step.stages
    found: list[Value] = []
    run.charge(len(sequence))
    for item in sequence:
        if name is not None and type(item) is dict:
            value = item.get(name, UNDEFINED)
        else:
            value = evaluate(item, frame)
        for stage in stages:
            if isinstance(stage, Filter):
                value = keep(stage, value, frame)
        if value is not UNDEFINED:
            found.append(value)
    if is_last and len(found) == 1 and isinstance(found[0], list):
        only = found[0]
        if type(only) is not Sequence:
            return only
    flat = Sequence()
    for value in found:
        if isinstance(value, list) and type(value) is not Constructed:
            flat.extend(value)
        else:
            flat.append(value)
    run.charge(len(flat))
    return flat


def _stages(stages: tuple[Filter | IndexBinding, ...], value: Value, frame: Frame) -> Value:
    for stage in stages:
        if isinstance(stage, Filter):
            value = keep(stage, value, frame)
        else:
            for number, bound in enumerate(value):
                bound[stage.name] = number
    return value


def _map_tuples(
    step: Step, sequence: list[Value], tuples: list[Value] | None, frame: Frame
) -> list[Value]:
    run = frame.run
    result: list[Value] = _tuple_stream()
    if step.terms and tuples is not None:
        result = sort_by_terms(step.terms, tuples, frame)
    elif step.terms:
        for number, item in enumerate(sort_by_terms(step.terms, sequence, frame)):
            result.append({"@": item, step.counter: number})
    else:
        for bound in tuples if tuples is not None else [{"@": item} for item in sequence]:
            run.charge(1)
            value = step.evaluate(bound["@"], Frame(dict(bound), frame, run))
            if value is UNDEFINED:
                continue
            items = value if isinstance(value, list) else [value]
            run.charge(len(items))
            are_tuples = type(items) is Sequence and items.tuple_stream
            for number, item in enumerate(items):
                result.append({**bound, **item} if are_tuples else _bind(step, bound, item, number))
    filtered: list[Value] = _stages(step.stages, result, frame)
    return filtered


def _tuple_stream() -> Sequence:
    stream = Sequence()
    stream.tuple_stream = True
    return stream


def _bind(step: Step, bound: _Bindings, item: Value, number: int) -> _Bindings:
    made = dict(bound)
    if step.focus:
        made[step.focus] = item
    else:
        made["@"] = item
    if step.counter:
        made[step.counter] = number
    if step.ancestor:
        made[step.ancestor] = bound["@"]
    return made


# Predicates


def keep(predicate: Filter, value: Value, frame: Frame) -> Value:
    """The items for which a predicate holds, or whose number it gives."""
    items: list[Value] = value if isinstance(value, list) else [value]
    result = Sequence()
    is_tuple_stream = type(items) is Sequence and items.tuple_stream
    result.tuple_stream = is_tuple_stream
    if predicate.number is not None:
        at = math.floor(predicate.number)
        at += len(items) if at < 0 else 0
        item = items[at] if 0 <= at < len(items) else UNDEFINED
        if isinstance(item, list):
            return item
        if item is not UNDEFINED:
            result.append(item)
        return result
    run, evaluate = frame.run, predicate.evaluate
    run.charge(len(items))
    for number, item in enumerate(items):
        if is_tuple_stream:
            wanted = evaluate(item["@"], Frame(dict(item), frame, run))
        else:
            wanted = evaluate(item, frame)
        if wanted is True:
            result.append(item)
        elif is_number(wanted):
            if _place(wanted, items) == number:
                result.append(item)
        elif isinstance(wanted, list) and all(map(is_number, wanted)):
            run.charge(len(wanted))
            result.extend(item for one in wanted if _place(one, items) == number)
        elif truth(wanted, run):
            result.append(item)
    return result


def _place(number: float, items: list[Value]) -> int:
    at = math.floor(number)
    return at + len(items) if at < 0 else at


# Grouping


def evaluate_group(pairs: Pairs, value: Value, frame: Frame) -> dict[str, Value]:
    """``{key: value, ...}``: an object of the items with the same key, each pair by itself.

    Raises:
        FaultError: T1003 for a key that is no text, D1009 for a key that two pairs have.
    """
    run = frame.run
    is_tuple_stream = type(value) is Sequence and value.tuple_stream
    items: list[Value] = value if isinstance(value, list) else [value]
    if not items and not is_tuple_stream:
        items = [UNDEFINED]  # so that an object is made of nothing, too
    groups: dict[str, tuple[int, Value]] = {}
    for item in items:
        run.charge(len(pairs))
        inner = Frame(dict(item), frame, run) if is_tuple_stream else frame
        for number, (key_of, _) in enumerate(pairs):
            key = key_of(item["@"] if is_tuple_stream else item, inner)
            if key is UNDEFINED:
                continue
            if type(key) is not str:
                raise FaultError("T1003", value=key)
            if key not in groups:
                groups[key] = (number, item)
            elif groups[key][0] != number:
                raise FaultError("D1009", value=key)
            else:
                groups[key] = (number, append(groups[key][1], item, run))
    result: dict[str, Value] = {}
    for key, (number, data) in groups.items():
        context, inner = data, frame
        if is_tuple_stream:
            bound = _merged(data, run)
            context = bound.pop("@")
            inner = Frame(bound, frame, run)
        member_value = pairs[number][1](context, inner)
        if member_value is not UNDEFINED:
            result[key] = member_value
    return result


def _merged(tuples: Value, run: Run) -> _Bindings:
    """All tuples of a group in one, each name bound to what it was bound to in any."""
    if not isinstance(tuples, list):
        return dict(tuples)
    merged = dict(tuples[0])
    for bound in tuples[1:]:
        for name, value in bound.items():
            merged[name] = append(merged.get(name, UNDEFINED), value, run)
    return merged


# Ordering


def sort_by_terms(terms: tuple[SortTerm, ...], items: list[Value], frame: Frame) -> list[Value]:
    """The items in the order of the terms; what is undefined comes last.

    As in the reference, what comes out is a plain array: bindings in it are not bound any more.

    Raises:
        FaultError: T2008 for what is neither number nor text, T2007 for one of each.
    """
    if len(items) <= 1:
        return items
    run = frame.run
    is_tuple_stream = type(items) is Sequence and items.tuple_stream

    def term_of(term: SortTerm, item: Value) -> Value:
        if is_tuple_stream:
            return term.evaluate(item["@"], Frame(dict(item), frame, run))
        return term.evaluate(item, frame)

    def comes_later(first: Value, second: Value) -> bool:
        for term in terms:
            order = _order(term_of(term, first), term_of(term, second))
            if order:
                return (order > 0) is not (term.is_descending and abs(order) == 1)
        return False

    return merge_sort(items, comes_later, run)


def _order(first: Value, second: Value) -> int:
    """Negative, 0 or positive; 2 for undefined, which no direction turns round."""
    if first is UNDEFINED or second is UNDEFINED:
        return 2 * ((first is UNDEFINED) - (second is UNDEFINED))
    first_is_number, second_is_number = is_number(first), is_number(second)
    for value, is_one in (first, first_is_number), (second, second_is_number):
        if not is_one and type(value) is not str:
            raise FaultError("T2008", value=value)
    if first_is_number is not second_is_number:
        raise FaultError("T2007", value=first, value2=second)
    if first_is_number:
        return int(first > second) - int(first < second)
    order = compare_text(first, second)
    return int(order > 0) - int(order < 0)


def merge_sort(
    items: list[Value], comes_later: Callable[[Value, Value], bool], run: Run
) -> list[Value]:
    """The items in order; equal ones keep theirs.

    It asks for the same pairs in the same order as the reference does, since asking may be a call
    of a lambda.
    """
    if len(items) <= 1:
        return list(items)
    middle = len(items) // 2
    left = merge_sort(items[:middle], comes_later, run)
    right = merge_sort(items[middle:], comes_later, run)
    run.charge(len(items))
    merged: list[Value] = []
    first = second = 0
    while first < len(left) and second < len(right):
        if comes_later(left[first], right[second]):
            merged.append(right[second])
            second += 1
        else:
            merged.append(left[first])
            first += 1
    return merged + left[first:] + right[second:]


# Wildcards


def members(value: Value, run: Run) -> Value:
    """``*``: all members of an object, arrays among them flattened."""
    if type(value) is Sequence and value.is_root and value:
        value = value[0]
    if isinstance(value, dict):
        items = list(value.values())
    elif isinstance(value, list):
        items = value
    else:
        items = []
    found = Sequence()
    for item in items:
        _flatten(item, found)
    run.charge(len(found))
    return found


def _flatten(value: Value, found: list[Value]) -> None:
    if isinstance(value, list):
        for item in value:
            _flatten(item, found)
    else:
        found.append(value)


def descendants(value: Value, run: Run) -> Value:
    """``**``: the value and everything in it, but not the arrays themselves."""
    if value is UNDEFINED:
        return UNDEFINED
    found = Sequence()
    _descend(value, found, run)
    return found[0] if len(found) == 1 else found


def _descend(value: Value, found: Sequence, run: Run) -> None:
    if isinstance(value, list):
        run.charge(len(value))
        for item in value:
            _descend(item, found, run)
        return
    found.append(value)
    if isinstance(value, dict) and not isinstance(value, Function):
        run.charge(len(value))
        for item in value.values():
            _descend(item, found, run)
