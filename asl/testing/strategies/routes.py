"""The ways through a machine: which Choices have to go where, that a rule is asked and matches.

Each state is looked at once, as the first way to it finds it; ways through a Catch come last.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from asl.language.queries import queries_of
from asl.language.walk import Machine, State, survey
from asl.query.path_text import PLAIN_PATH
from asl.testing.strategies.conditions import Condition, condition_of
from asl.testing.strategies.origins import WHOLE, Origins, Spot, Value, follow, put

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asl.jsontypes import Json
    from asl.language.model import Definition
    from asl.testing.strategies.origins import Place

_INSTANT = "2025-01-01T00:01:00Z"
_NUMBER_FIELDS = ("SecondsPath", "TimeoutSecondsPath", "HeartbeatSecondsPath")
_NUMBER_CALLS = ("States.MathAdd(", "States.ArrayRange(", "States.MathRandom(")
_ARRAY_CALLS = ("States.ArrayLength(", "States.ArrayGetItem(", "States.ArrayContains(")


class Decision(NamedTuple):
    """A Choice that goes one way: its rule at that place, or its Default."""

    state: str
    conditions: tuple[Condition, ...]
    rule: int | None


class Need(NamedTuple):
    """A place of the input that a state reads, and a value that it can do with."""

    place: Place
    value: Json


class Routes(NamedTuple):
    """What the input can decide.

    Attributes:
        routes: For each rule and Default of a Choice, the decisions on the way to it and its own.
        needs: What else is read of the input.
    """

    routes: list[tuple[Decision, ...]]
    needs: list[Need]


class _Arrival(NamedTuple):
    """A state as a way comes to it."""

    machine: Machine
    name: str
    origins: Origins
    decisions: tuple[Decision, ...]


def routes_of(definition: Definition) -> Routes:
    """The ways through a definition."""
    tree = definition.tree
    if not isinstance(tree, dict):
        return Routes([], [])
    whole = survey(tree, definition.type)[0]
    found = Routes([], [])
    seen: set[tuple[object, ...]] = set()
    pending = deque([_start(whole, Origins(WHOLE, {}), ())])
    caught: deque[_Arrival] = deque()
    while pending or caught:
        at = pending.popleft() if pending else caught.popleft()
        state = at.machine.states.get(at.name)
        if state is None or state.path in seen:
            continue
        seen.add(state.path)
        found.needs.extend(_needs(state, at.origins))
        visit = _Visit(state, at)
        found.routes.extend((*at.decisions, decision) for decision in visit.decisions)
        pending += visit.onward()
        caught += visit.catchers()
    return found


def _start(machine: Machine, origins: Origins, decisions: tuple[Decision, ...]) -> _Arrival:
    return _Arrival(machine, str(machine.tree.get("StartAt")), origins, decisions)


class _Visit:
    """A state that was arrived at: where its data go."""

    def __init__(self, state: State, at: _Arrival) -> None:
        self._state = state
        self._tree = state.tree
        self._at = at
        self._origins = at.origins._replace(data=self._view(at.origins))
        self._rules = [rule.tree for rule in state.rules if not rule.is_nested]
        self.decisions = list(self._decisions())

    def onward(self) -> Iterator[_Arrival]:
        """The states that follow, and those that begin inside."""
        state, tree = self._state, self._tree
        if state.kind == "Choice":
            for decision in self.decisions:
                rule = tree if decision.rule is None else self._rules[decision.rule]
                name = rule.get("Default" if decision.rule is None else "Next")
                origins = self._passed_on(rule, self._origins.data)
                yield self._arrival(name, origins, (*self._at.decisions, decision))
            return
        for machine in state.inner:
            yield _start(machine, self._inner(), self._at.decisions)
        yield self._arrival(tree.get("Next"), self._output(self._result(self._work())))

    def catchers(self) -> Iterator[_Arrival]:
        """The states that errors lead to."""
        for _, catcher in self._state.catchers:
            data: Value = None
            if self._state.language == "JSONPath":
                data = self._put(catcher.get("ResultPath", "$"), self._at.origins.data, None)
            yield self._arrival(catcher.get("Next"), self._at.origins._replace(data=data))

    def _arrival(
        self, name: Json, origins: Origins, decisions: tuple[Decision, ...] | None = None
    ) -> _Arrival:
        made = self._at.decisions if decisions is None else decisions
        return _Arrival(self._at.machine, str(name), origins, made)

    def _decisions(self) -> Iterator[Decision]:
        if self._state.kind != "Choice":
            return
        conditions = tuple(condition_of(rule, self._state, self._origins) for rule in self._rules)
        for place in (*range(len(self._rules)), None):
            yield Decision(self._state.name, conditions, place)

    # Data.

    def _view(self, origins: Origins) -> Value:
        if self._state.language == "JSONata" or "InputPath" not in self._tree:
            return origins.data
        return origins.path(self._tree["InputPath"], origins.data)

    def _work(self) -> Value:
        """What the work of the state is given."""
        data = self._origins.data
        for field in ("Parameters", "Arguments"):
            if field in self._tree:
                return self._origins.made(self._tree[field], self._state, data, None)
        return data

    def _result(self, work: Value) -> Value:
        """What the state's work gives, as far as one can guess."""
        tree, kind = self._tree, self._state.kind
        if kind in ("Pass", "Wait") and "Result" not in tree:
            return work
        if kind == "Task" and tree.get("ResultPath", "$") == "$":
            return work
        return None

    def _output(self, result: Value) -> Origins:
        """What is known where the next state begins."""
        tree, state, origins = self._tree, self._state, self._origins
        if state.language == "JSONata":
            working = state.kind in ("Task", "Parallel", "Map")
            usual = result if working else origins.data
            return self._passed_on(tree, usual, result)
        if "ResultSelector" in tree:
            result = origins.made(tree["ResultSelector"], state, result, None)
        assigned = origins.assign(tree.get("Assign"), state, result, None)
        output = self._put(tree.get("ResultPath", "$"), self._at.origins.data, result)
        if "OutputPath" in tree:
            output = origins.path(tree["OutputPath"], output)
        return assigned._replace(data=output)

    def _passed_on(self, tree: dict[str, Json], usual: Value, result: Value = None) -> Origins:
        """What a JSONata state, or the rule of a Choice, makes of its data with Output, Assign."""
        origins, data = self._origins, self._origins.data
        output = usual
        if "Output" in tree:
            output = origins.made(tree["Output"], self._state, data, result)
        return origins.assign(tree.get("Assign"), self._state, data, result)._replace(data=output)

    def _put(self, path: Json, data: Value, inner: Value) -> Value:
        if path is None:
            return data
        where = Origins(WHOLE, {}).path(path, WHOLE)
        return put(data, where.place, inner) if isinstance(where, Spot) else None

    def _inner(self) -> Origins:
        """What is known where a branch or an iteration begins."""
        origins, state = self._origins, self._state
        if state.kind != "Map":
            return origins._replace(data=self._work())
        if state.language == "JSONata":
            items = origins.expression(self._tree.get("Items"), origins.data)
        else:
            items = origins.path(self._tree.get("ItemsPath", "$"), origins.data)
        item = follow(items, (0,))
        origins = origins._replace(item=item)
        for field in ("ItemSelector", "Parameters"):
            if field in self._tree:
                made = origins.made(self._tree[field], state, origins.data, None)
                return origins._replace(data=made)
        return origins._replace(data=item)


def _needs(state: State, origins: Origins) -> Iterator[Need]:
    """What the paths of a state read of the input."""
    if state.language == "JSONata":
        return
    data = origins.path(state.tree.get("InputPath", "$"), origins.data)
    for query in queries_of(state):
        if query.data not in ("input", "work") or query.kind in ("result", "comparison"):
            continue
        start = origins.data if query.data == "input" else data
        for text in _paths_in(str(query.text)):
            spot = origins.path(text, start)
            if isinstance(spot, Spot) and spot.place:
                yield Need(spot.place, _fitting(query.kind, query.key, str(query.text)))


def _paths_in(text: str) -> list[str]:
    if text.startswith("States."):
        return [found for found in PLAIN_PATH.findall(text) if found != "$"]
    return [text]


def _fitting(kind: str, key: str, text: str) -> Json:
    """A value that a field can do with."""
    if kind == "items":
        return [{}]
    if key == "TimestampPath":
        return _INSTANT
    if key in _NUMBER_FIELDS or kind == "number" or text.startswith(_NUMBER_CALLS):
        return 1
    return [1] if text.startswith(_ARRAY_CALLS) else "text"
