"""The compiled fields of a state, each with somebody beside it who notes what it gives.

So what an inspection shows is what the engine worked out itself, once, up to the point of failure.
A field that is left out gives what it was given, and is noted too where AWS shows it.

Source: AWS Step Functions API, "InspectionData". Which of them a type of state shows is recorded
for Pass, Task, Choice, Succeed, Fail, Parallel and Map.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from asl.language.model import (
    DistributedMapState,
    MapState,
    ParallelState,
    PassState,
    State,
    TaskState,
)
from asl.query.environment import Bound, Compiled
from asl.query.typed import constant_number

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from asl.jsontypes import Json
    from asl.query.environment import Environment

#: What was noted, by AWS's names in inspectionData.
Notes: TypeAlias = "dict[str, Json]"

T = TypeVar("T")

_THE_SAME = Compiled(lambda data, _environment: data, Bound(0, of_data=1))


def traced(state: State, tree: Mapping[str, Any], notes: Notes) -> State:
    """The state's twin that notes what AWS shows of it.

    Args:
        state: Compiled.
        tree: As it stands in the definition: tells whether a field is left out.
        notes: Filled while the state runs.
    """
    fields = _Fields(state, notes)
    if state.query_language == "JSONPath":
        _trace_jsonpath(fields, tree)
    elif isinstance(state, TaskState):
        fields.note("parameters", "afterArguments")
    if isinstance(state, MapState):
        _trace_map(fields, state, tree)
    return type(state)(**state.fields() | fields.twins)


def _trace_jsonpath(fields: _Fields, tree: Mapping[str, Any]) -> None:
    state = fields.state
    has_result = isinstance(state, PassState) and "Result" in tree
    if not (has_result or isinstance(state, ParallelState)):
        fields.note("input_path", "afterInputPath")
    match state:
        case PassState():
            first = "result" if has_result else "afterParameters"
            fields.note("result", first, "afterResultSelector")
        case TaskState():
            fields.note("parameters", "afterParameters")
            fields.note("result_selector", "afterResultSelector")
        case ParallelState() | MapState():
            fields.note("result_selector", "afterResultSelector")
        case _:
            return
    fields.note_data("output_path", "afterResultPath")


def _trace_map(fields: _Fields, state: MapState, tree: Mapping[str, Any]) -> None:
    if "ItemsPath" in tree and state.query_language == "JSONPath":
        fields.twins["items"] = fields.noting(state.items, "afterItemsPath")
    limit = fields.noting(state.max_concurrency or constant_number(0), "maxConcurrency")
    if isinstance(state, DistributedMapState):
        fields.twins["max_concurrency"] = limit
        if "items" in fields.twins:
            fields.twins["collection"] = fields.noting(state.collection, "afterItemsPath")
        for name, shown in (
            ("tolerated_failure_count", "toleratedFailureCount"),
            ("tolerated_failure_percentage", "toleratedFailurePercentage"),
        ):
            query = getattr(state, name)
            if query is not None:
                fields.twins[name] = fields.noting(query, shown)
    else:  # all iterations are to start at once, and to get no further
        fields.twins["max_concurrency"] = lambda data, environment: 0 * limit(data, environment)
        if state.parameters is not None:
            fields.note_each("parameters", "afterItemSelector")


class _Fields:
    """The fields of a state, and twins of those that are watched."""

    def __init__(self, state: State, notes: Notes) -> None:
        self.state = state
        self.notes = notes
        self.twins: dict[str, Any] = {}

    def _compiled(self, field: str) -> Compiled:
        """A field; where it is left out, one that gives what it is applied to."""
        compiled: Compiled | None = getattr(self.state, field)
        return compiled or _THE_SAME

    def noting(
        self, query: Callable[[Json, Environment], T], *names: str
    ) -> Callable[[Json, Environment], T]:
        """A query whose results are noted under these names."""
        notes: dict[str, Any] = self.notes

        def noted(data: Json, environment: Environment) -> T:
            value = query(data, environment)
            for name in names:
                notes[name] = value
            return value

        return noted

    def note(self, field: str, *names: str) -> None:
        """Note what a field gives."""
        evaluate, bound = self._compiled(field)
        self.twins[field] = Compiled(self.noting(evaluate, *names), bound)

    def note_data(self, field: str, name: str) -> None:
        """Note what a field is applied to."""
        evaluate, bound = self._compiled(field)

        def noted(data: Json, environment: Environment) -> Json:
            self.notes[name] = data
            return evaluate(data, environment)

        self.twins[field] = Compiled(noted, bound)

    def note_each(self, field: str, name: str) -> None:
        """Note all that a field gives, in a list."""
        evaluate, bound = self._compiled(field)
        values: list[Json] = []

        def noted(data: Json, environment: Environment) -> Json:
            value = evaluate(data, environment)
            values.append(value)
            self.notes[name] = values
            return value

        self.twins[field] = Compiled(noted, bound)
