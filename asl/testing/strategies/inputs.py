"""A strategy of inputs that lead a machine along all of its ways.

The rules of its Choices say which places of the input matter, and at which values they turn. For
each way there are cases: what each place may hold so that the way is taken. An input is drawn by
taking a case (or none) and, for each place, one of the values that it leaves. What nobody thinks of
has cases of its own: each place with nothing there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hypothesis import strategies as st

from asl.errors import InvalidInput
from asl.jsontypes import Json, NotJsonError, Payload, copy_json, dump
from asl.testing.boundaries import OF_EACH_TYPE, around, pivot
from asl.testing.strategies.conditions import MISSING, Combination, Comparison, Missing, Opposite
from asl.testing.strategies.outcomes import check_machine
from asl.testing.strategies.routes import routes_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from hypothesis.strategies import DrawFn, SearchStrategy

    from asl.machine import StateMachine
    from asl.testing.strategies.conditions import Condition, Content
    from asl.testing.strategies.origins import Place
    from asl.testing.strategies.routes import Decision, Need

_MOST_CASES = 24
_SCALAR = (str, int, float)


class _Asked(NamedTuple):
    """A comparison that has to hold, or has not to."""

    comparison: Comparison
    wanted: bool


class _Case(NamedTuple):
    """What has to hold of the input that a way is taken; each place with the values that fit."""

    asked: tuple[_Asked, ...]
    fitting: Mapping[Place, Sequence[Content]]


def inputs(machine: StateMachine, base: Json = None) -> SearchStrategy[Json]:
    """Inputs that lead a machine along its ways: at, below and above what its Choices compare with.

    Fields that are missing and values of other types are drawn too. Only what comes from the
    execution's input can be steered: the replies of tasks are for `outcomes`. Simple expressions of
    JSONata are read (comparisons of paths and constants, ``and``, ``or``, ``$not``, ``$exists``);
    what others ask is not known.

    Args:
        machine: The machine.
        base: An input to start from; only what Choices ask about is changed. Without one there is
            an object with what the states read.

    Raises:
        InvalidInput: ``base`` is not JSON.
        UsageError: ``machine`` is no machine.
    """
    check_machine("inputs", machine)
    try:
        Payload(base)
    except NotJsonError as error:
        raise InvalidInput(f"base is not JSON: {error}") from error
    routes, needs = routes_of(machine.definition)
    comparisons = _comparisons(routes)
    values = _values(comparisons, base)
    cases = [_Case((), {})]
    for route in routes:
        cases += _cases(route, values)
    cases += (_Case((), {place: [MISSING]}) for place in values)
    return _inputs(base, cases, values, needs if base is None else [])


@st.composite
def _inputs(
    draw: DrawFn,
    base: Json,
    cases: Sequence[_Case],
    values: Mapping[Place, Sequence[Content]],
    needs: Sequence[Need],
) -> Json:
    case = draw(st.sampled_from(cases))
    chosen: dict[Place, Content] = {}
    for place in sorted(values, key=_depth):
        fitting = _left(case, place, chosen, values)
        chosen[place] = draw(st.sampled_from(fitting))
    value = copy_json({} if base is None else base)
    for place, content in chosen.items():
        value = _put(value, place, content)
    for place, need in sorted(needs, key=lambda each: -len(each.place)):
        if not any(place[: len(known)] == known for known in chosen):
            value = _put(value, place, need) if _at(value, place) is MISSING else value
    return value


def _left(
    case: _Case,
    place: Place,
    chosen: Mapping[Place, Content],
    values: Mapping[Place, Sequence[Content]],
) -> Sequence[Content]:
    """The values for a place that fit a case and what was chosen for the places before."""
    fitting = case.fitting.get(place, values[place])
    for asked in case.asked:
        compared = asked.comparison
        if place not in (compared.place, compared.other) or compared.other is None:
            continue
        if compared.place in chosen:
            narrowed = [each for each in fitting if _fits(asked, chosen[compared.place], each)]
        elif compared.other in chosen:
            narrowed = [each for each in fitting if _fits(asked, each, chosen[compared.other])]
        else:
            others = case.fitting.get(compared.other, values[compared.other])
            narrowed = [each for each in fitting if any(_fits(asked, each, it) for it in others)]
            if place == compared.other:
                lefts = case.fitting.get(compared.place, values[compared.place])
                narrowed = [each for each in fitting if any(_fits(asked, it, each) for it in lefts)]
        fitting = narrowed or fitting
    return fitting


# Comparisons and values


def _comparisons(routes: Iterable[tuple[Decision, ...]]) -> list[Comparison]:
    """All comparisons, each once."""
    found: dict[tuple[object, ...], Comparison] = {}
    pending: list[Condition] = [
        condition for route in routes for decision in route for condition in decision.conditions
    ]
    while pending:
        condition = pending.pop()
        match condition:
            case Comparison():
                found[*condition[:3], dump(condition.operand)] = condition
            case Combination():
                pending += condition.inner
            case Opposite():
                pending.append(condition.inner)
    return list(found.values())


def _values(comparisons: Sequence[Comparison], base: Json) -> dict[Place, list[Content]]:
    """What to try at each place that somebody asks about, plain values first."""
    found: dict[Place, dict[str, Content]] = {}

    def add(place: Place, contents: Iterable[Content]) -> None:
        known = found.setdefault(place, {})
        for content in contents:
            known.setdefault(_key(content), content)

    for compared in comparisons:
        for place in (compared.place, compared.other):
            content = MISSING if base is None or place is None else _at(base, place)
            if place is not None and not isinstance(content, Missing):
                add(place, (content,))
    for compared in comparisons:
        if compared.other is None:
            add(compared.place, around(compared.operator, compared.operand))
    constants = {place: list(contents.values()) for place, contents in found.items()}
    for compared in comparisons:
        if compared.other is None:
            continue
        for place in (compared.place, compared.other):
            pivots: list[Json] = [
                each for each in constants.get(place, ()) if isinstance(each, _SCALAR)
            ]
            for content in pivots or [pivot(compared.operator)]:
                add(compared.place, around(compared.operator, content))
                add(compared.other, around(compared.operator, content))
    for place in found:
        add(place, (*OF_EACH_TYPE, MISSING))
    return {place: list(contents.values()) for place, contents in found.items()}


def _key(content: Content) -> str:
    return "missing" if isinstance(content, Missing) else dump(content)


# Cases


def _cases(route: Sequence[Decision], values: Mapping[Place, Sequence[Content]]) -> list[_Case]:
    """The ways in which the input can bring a route about; none if it can't."""
    cases = [_Case((), {})]
    for decision in route:
        for place, condition in enumerate(decision.conditions):
            if decision.rule is not None and place > decision.rule:
                break
            ways = list(_ways(condition, wanted=place == decision.rule))
            narrowed = (_narrowed(case, way, values) for case in cases for way in ways)
            cases = [case for case in narrowed if case is not None][:_MOST_CASES]
    return cases


def _ways(condition: Condition, *, wanted: bool) -> Iterator[tuple[_Asked, ...]]:
    """What may be asked of the input so that a condition comes out as wanted."""
    match condition:
        case None:
            yield ()
        case Comparison():
            yield (_Asked(condition, wanted),)
        case Opposite(inner):
            yield from _ways(inner, wanted=not wanted)
        case Combination(kind, inner) if (kind == "And") == wanted:
            yield from _all(inner, wanted=wanted)
        case Combination(_, inner):
            for place, one in enumerate(inner):  # those before have to come out the other way
                for before in _all(inner[:place], wanted=not wanted):
                    for way in _ways(one, wanted=wanted):
                        yield (*before, *way)


def _all(conditions: Sequence[Condition], *, wanted: bool) -> list[tuple[_Asked, ...]]:
    ways: list[tuple[_Asked, ...]] = [()]
    for condition in conditions:
        more = list(_ways(condition, wanted=wanted))
        ways = [(*way, *one) for way in ways for one in more][:_MOST_CASES]
    return ways


def _narrowed(
    case: _Case, way: Iterable[_Asked], values: Mapping[Place, Sequence[Content]]
) -> _Case | None:
    """A case with more to ask; None if no value fits any more."""
    fitting = dict(case.fitting)
    for asked in way:
        compared = asked.comparison
        places = [compared.place] if compared.other is None else [compared.place, compared.other]
        left = {place: fitting.get(place, values[place]) for place in places}
        if compared.other is None:
            fitting[compared.place] = [
                each for each in left[compared.place] if _fits(asked, each, compared.operand)
            ]
        else:
            pairs = [
                (one, two)
                for one in left[compared.place]
                for two in left[compared.other]
                if _fits(asked, one, two)
            ]
            fitting[compared.place] = _distinct(one for one, _ in pairs)
            fitting[compared.other] = _distinct(two for _, two in pairs)
        if not all(fitting[place] for place in places):
            return None
    return _Case((*case.asked, *way), fitting)


def _fits(asked: _Asked, content: Content, operand: Content) -> bool:
    return asked.comparison.holds(content, operand) is asked.wanted


def _distinct(contents: Iterable[Content]) -> list[Content]:
    return list({_key(content): content for content in contents}.values())


# Places


def _depth(place: Place) -> int:
    return len(place)


def _at(value: Json, place: Place) -> Content:
    found: Content = value
    for step in place:
        if isinstance(found, dict) and step in found:
            found = found[str(step)]
        elif isinstance(found, list) and isinstance(step, int) and -len(found) <= step < len(found):
            found = found[step]
        else:
            return MISSING
    return found


def _put(value: Json, place: Place, content: Content) -> Json:
    """The value with something at a place; what stands in the way is replaced."""
    if not place:
        return value if isinstance(content, Missing) else content
    step, rest = place[0], place[1:]
    if isinstance(step, str):
        fields = dict(value) if isinstance(value, dict) else {}
        if isinstance(content, Missing) and (step not in fields or not rest):
            fields.pop(step, None)
            return fields if isinstance(value, dict) else value
        fields[step] = _put(fields.get(step), rest, content)
        return fields
    items = list(value) if isinstance(value, list) else []
    if isinstance(content, Missing) and (not 0 <= step < len(items) or not rest):
        return value
    while len(items) <= step:
        items.append({})
    items[step] = _put(items[step], rest, content)
    return items
