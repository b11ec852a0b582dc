"""A strategy of valid definitions: all eight types of state, in both query languages.

A scope is a chain of blocks: a state, or a few that belong together (a loop with its counter, a Map
with its items). Each block leads to the next one; rules and catchers lead to any later one. So all
states are reached and every loop is counted. Queries only ask for what must be there, and every
state passes an object on: whatever fails in an execution is a task's or a Fail state's doing, as
long as the input and the replies of tasks are objects.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeVar

from hypothesis import strategies as st

from asl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from hypothesis.strategies import DrawFn, SearchStrategy

    from asl.language.model import QueryLanguage

T = TypeVar("T")
Tree: TypeAlias = "dict[str, Any]"

_ERRORS = ("Busy", "Declined", "States.Timeout", "States.TaskFailed", "States.ALL")
_MOST_LOOPS = 3
_QUEUE = {"QueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/work"}
_FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:work"
_SERVICES = (_FUNCTION, "arn:aws:states:::lambda:invoke", "arn:aws:states:::sqs:sendMessage")
_CALLBACKS = (
    "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    "arn:aws:states:us-east-1:123456789012:activity:work",
)
#: Comparisons that a JSONPath rule may make with a field that is there, by its name.
_COMPARISONS: Sequence[tuple[str, Tree]] = (
    ("n", {"NumericGreaterThan": 1}),
    ("n", {"NumericLessThanEquals": 10}),
    ("s", {"StringEquals": "a"}),
    ("s", {"StringMatches": "a*"}),
    ("ok", {"BooleanEquals": True}),
    ("at", {"TimestampLessThan": "2025-01-01T00:01:00Z"}),
    ("n", {"IsNull": True}),
)
#: What may become of a task's result.
_RESULTS: Sequence[Tree] = (
    {},
    {"ResultPath": "$.result"},
    {"ResultPath": None},
    {"ResultSelector": {"got.$": "$"}},
)
_JSONATA_RESULTS: Sequence[Tree] = (
    {},
    {"Output": {"result": "{% $states.result %}"}},
    {"Output": "{% $states.input %}"},
)
_CONDITIONS = (
    "$states.input.n = 1",
    "$states.input.s = 'a'",
    "$states.input.ok = true",
    "$exists($states.input.n)",
    "$not($states.input.ok = true)",
)


def state_machines(
    *,
    depth: int = 2,
    query_language: QueryLanguage | None = None,
    most_states: int = 4,
    loops: bool = True,
    callbacks: bool = False,
) -> SearchStrategy[dict[str, Any]]:
    """Definitions that `asl.load` takes, as Python objects: small ones, that shrink to smaller.

    Every execution ends if its tasks answer or time out. With an object as input, and objects as
    what tasks return, none fails for what its data are.

    Args:
        depth: How deep Parallel and Map may be nested; 0 for neither.
        query_language: That of all states. None for either, and for JSONPath machines with JSONata
            states.
        most_states: Blocks of one scope: a state, a loop, or a Map with what makes its items.
        loops: Whether there may be loops, counted by a variable.
        callbacks: Whether tasks may wait for a token, or for the worker of an activity. Then a
            machine can't be EXPRESS.

    Raises:
        UsageError: An argument is out of range.
    """
    if query_language not in (None, "JSONPath", "JSONata"):
        raise UsageError(f"query_language is 'JSONPath', 'JSONata' or None, not {query_language!r}")
    if depth < 0 or most_states < 1:
        raise UsageError("state_machines() takes a depth from 0 on and most_states from 1 on")
    resources = (*_SERVICES, *_CALLBACKS) if callbacks else _SERVICES
    return _definitions(depth, query_language, most_states, resources, loops=loops)


@st.composite
def _definitions(
    draw: DrawFn,
    depth: int,
    query_language: QueryLanguage | None,
    most_states: int,
    resources: Sequence[str],
    *,
    loops: bool,
) -> Tree:
    languages: tuple[QueryLanguage, ...] = ("JSONPath", "JSONata")
    if query_language is not None:
        languages = (query_language,)
    whole = draw(st.sampled_from(languages))
    maker = _Maker(
        draw,
        whole=whole,
        is_mixed=query_language is None and whole == "JSONPath",
        most_states=most_states,
        resources=resources,
        loops=loops,
    )
    scope = maker.scope(depth, ())
    return {"QueryLanguage": "JSONata", **scope} if whole == "JSONata" else scope


class _Ways(NamedTuple):
    """Where a block may lead: to what follows, None at the end; to what stands behind, by place."""

    following: str | None
    later: Mapping[str, int]

    @property
    def onward(self) -> Tree:
        return {"End": True} if self.following is None else {"Next": self.following}


class _Scope:
    """A scope in the making: which blocks were jumped over, and which variables they set."""

    def __init__(self, outer: tuple[str, ...]) -> None:
        self._outer = outer
        self._assigned: list[tuple[str, int]] = []
        self._jumps: list[tuple[int, int]] = []

    def assign(self, name: str, place: int) -> None:
        self._assigned.append((name, place))

    def jump(self, start: int, end: int) -> None:
        self._jumps.append((start, end))

    def variables_at(self, place: int) -> tuple[str, ...]:
        """Those that every way to a block has set."""
        certain = (
            name
            for name, at in self._assigned
            if at < place and not any(start <= at < end <= place for start, end in self._jumps)
        )
        return (*self._outer, *certain)


class _Maker:
    """Makes one definition."""

    def __init__(
        self,
        draw: DrawFn,
        *,
        whole: QueryLanguage,
        is_mixed: bool,
        most_states: int,
        resources: Sequence[str],
        loops: bool,
    ) -> None:
        self._draw = draw
        self._whole = whole
        self._is_mixed = is_mixed
        self._most_states = most_states
        self._resources = resources
        self._loops = loops
        self._numbers = count()

    # Scopes and blocks.

    def scope(self, depth: int, outer: tuple[str, ...]) -> Tree:
        """A StartAt with its States; ``outer`` are the variables that may be read."""
        nesting = ("Parallel", "Map") if depth else ()
        looping = ("Loop",) if self._loops else ()
        work = ("Pass", "Task", "Wait", *nesting)
        kinds = self._draw(
            st.lists(st.sampled_from((*work, "Choice", *looping)), max_size=self._most_states - 1)
        )
        kinds.append(self._one((*work, "Succeed", "Fail")))
        heads = [self._name() for _ in kinds]
        has_exit = self._maybe()
        if has_exit:
            heads.append(self._name())
        scope = _Scope(outer)
        states: Tree = {}
        exits: set[str] = set()
        for place, kind in enumerate(kinds):
            last = place == len(kinds) - 1
            ways = _Ways(
                None if last else heads[place + 1],
                {head: at for at, head in enumerate(heads) if at > place},
            )
            block = self._block(kind, heads[place], place, ways, scope, depth)
            states |= block
            exits |= {target for state in block.values() for target in _targets(state)}
        if has_exit and heads[-1] in exits:
            states[heads[-1]] = {"Type": "Fail", "Error": "GaveUp"}
        return {"StartAt": heads[0], "States": states}

    def _block(
        self, kind: str, head: str, place: int, ways: _Ways, scope: _Scope, depth: int
    ) -> Tree:
        if kind == "Loop":
            return self._loop(head, place, ways, scope)
        if kind == "Map":
            return self._map(head, place, ways, scope, depth)
        is_jsonata, own = self._language()
        state = {"Type": kind, **own}
        match kind:
            case "Choice":
                state |= self._choice(place, ways, scope, is_jsonata=is_jsonata)
            case "Fail":
                state |= {"Error": self._one(("Declined", "Busy"))}
            case "Wait":
                state |= self._wait(is_jsonata=is_jsonata) | ways.onward
            case "Pass":
                state |= self._pass(head, place, scope, is_jsonata=is_jsonata) | ways.onward
            case "Task":
                state |= self._task(is_jsonata=is_jsonata)
                state |= self._failing(place, ways, scope, is_jsonata=is_jsonata) | ways.onward
            case "Parallel":
                variables = scope.variables_at(place)
                branches = self._draw(st.integers(1, 2))
                state["Branches"] = [self.scope(depth - 1, variables) for _ in range(branches)]
                state |= self._gathered(is_jsonata=is_jsonata)
                state |= self._failing(place, ways, scope, is_jsonata=is_jsonata) | ways.onward
        return {head: state}

    def _loop(self, head: str, place: int, ways: _Ways, scope: _Scope) -> Tree:
        """Set a counter, do something, and do it again until it was done often enough."""
        counter = head.lower()
        body, again = self._name(), self._name()
        times = self._draw(st.integers(1, _MOST_LOOPS))
        is_jsonata, own = self._language()
        rule: Tree
        if is_jsonata:
            rule = {
                "Condition": f"{{% ${counter} < {times} %}}",
                "Assign": {counter: f"{{% ${counter} + 1 %}}"},
            }
        else:
            rule = {
                "Variable": f"${counter}",
                "NumericLessThan": times,
                "Assign": {f"{counter}.$": f"States.MathAdd(${counter}, 1)"},
            }
        within = ways._replace(following=again)
        kind = self._one(("Pass", "Task", "Wait"))
        states = {
            head: {"Type": "Pass", "Assign": {counter: 0}, "Next": body},
            **self._block(kind, body, place, within, scope, 0),
            again: {
                "Type": "Choice",
                **own,
                "Choices": [{**rule, "Next": body}],
                "Default": ways.following,
            },
        }
        scope.assign(counter, place)
        return states

    def _map(self, head: str, place: int, ways: _Ways, scope: _Scope, depth: int) -> Tree:
        """A Map over items that stand in the definition."""
        is_jsonata, own = self._language()
        name = head if is_jsonata else self._name()
        items = self._draw(st.lists(st.integers(0, 3), max_size=3))
        value = "$states.context.Map.Item.Value"
        selector = {"item": f"{{% {value} %}}"} if is_jsonata else {"item.$": "$$.Map.Item.Value"}
        state: Tree = {"Type": "Map", **own, "ItemSelector": selector}
        if self._maybe():
            state["MaxConcurrency"] = self._draw(st.integers(1, 2))
        state["ItemProcessor"] = self.scope(depth - 1, scope.variables_at(place))
        state |= self._gathered(is_jsonata=is_jsonata)
        state |= self._failing(place, ways, scope, is_jsonata=is_jsonata) | ways.onward
        if is_jsonata:
            return {name: {**state, "Items": items}}
        making = {"Type": "Pass", "Result": items, "ResultPath": "$.items", "Next": name}
        return {head: making, name: {**state, "ItemsPath": "$.items"}}

    # Fields of a state.

    def _choice(self, place: int, ways: _Ways, scope: _Scope, *, is_jsonata: bool) -> Tree:
        make = self._condition if is_jsonata else self._rule
        rules = []
        for _ in range(self._draw(st.integers(1, 2))):
            rule = make(scope.variables_at(place))
            rules.append({**rule, "Next": self._target(place, ways, scope)})
        return {"Choices": rules, "Default": ways.following}

    def _rule(self, variables: tuple[str, ...]) -> Tree:
        field, comparison = self._one(_COMPARISONS)
        path = f"$.{field}"
        present = {"Variable": path, "IsPresent": True}
        rules: list[Tree] = [
            present,
            {"And": [present, {"Variable": path, **comparison}]},
            {"Not": present},
            {"Or": [{"Not": present}, {"Variable": path, **comparison}]},
            *({"Variable": f"${name}", **comparison} for name in variables),
        ]
        return self._one(rules)

    def _condition(self, variables: tuple[str, ...]) -> Tree:
        conditions = (*_CONDITIONS, *(f"${name} = 1" for name in variables))
        condition = self._one(conditions)
        if self._maybe():
            condition = f"{condition} {self._one(('and', 'or'))} {self._one(conditions)}"
        return {"Condition": f"{{% {condition} %}}"}

    def _wait(self, *, is_jsonata: bool) -> Tree:
        seconds = self._draw(st.integers(0, 100))
        computed = {"Seconds": f"{{% {seconds} + 1 %}}"} if is_jsonata else {"Seconds": seconds}
        return self._one(({"Seconds": seconds}, computed, {"Timestamp": "2025-01-01T00:01:00Z"}))

    def _pass(self, head: str, place: int, scope: _Scope, *, is_jsonata: bool) -> Tree:
        name = head.lower()
        known = scope.variables_at(place)
        read = self._one(known) if known else None
        shapes: list[Tree]
        if is_jsonata:
            shapes = [
                {},
                {"Output": {"n": 1}},
                {"Output": "{% $merge([$states.input, {'n': 1}]) %}"},
                {"Output": {"id": "{% $uuid() %}", "at": "{% $states.context.State.Name %}"}},
                {"Assign": {name: "{% $states.input %}"}},
            ]
            shapes += [{"Output": {read: f"{{% ${read} %}}"}}] if read else []
        else:
            shapes = [
                {},
                {"Result": {"n": 1}},
                {"Result": 7, "ResultPath": "$.n"},
                {"Parameters": {"id.$": "States.UUID()", "at.$": "$$.State.Name"}},
                {"Parameters": {"list.$": "States.ArrayRange(1, 3, 1)"}, "ResultPath": "$.made"},
                {"Result": 1, "ResultPath": None},
                {"Assign": {f"{name}.$": "$"}},
            ]
            shapes += [{"Parameters": {f"{read}.$": f"${read}"}}] if read else []
        shape = self._one(shapes)
        if "Assign" in shape:
            scope.assign(name, place)
        return shape

    def _task(self, *, is_jsonata: bool) -> Tree:
        resource = self._one(self._resources)
        task = {"Resource": resource, **self._arguments(resource, is_jsonata=is_jsonata)}
        timings: list[Tree] = [{}, {"TimeoutSeconds": 10}]
        if resource in _CALLBACKS:  # nobody else can send a heartbeat
            timings.append({"TimeoutSeconds": 60, "HeartbeatSeconds": 5})
        return task | self._one(_JSONATA_RESULTS if is_jsonata else _RESULTS) | self._one(timings)

    def _arguments(self, resource: str, *, is_jsonata: bool) -> Tree:
        """What a service has to be given."""
        whole = "{% $states.input %}" if is_jsonata else "$"
        token = "{% $states.context.Task.Token %}" if is_jsonata else "$$.Task.Token"
        mark = "" if is_jsonata else ".$"
        field = "Arguments" if is_jsonata else "Parameters"
        if resource.endswith(":lambda:invoke"):
            return {field: {"FunctionName": _FUNCTION, f"Payload{mark}": whole}}
        if resource.endswith(":sqs:sendMessage"):
            return {field: {**_QUEUE, f"MessageBody{mark}": whole}}
        if resource.endswith(".waitForTaskToken"):
            return {field: {**_QUEUE, "MessageBody": {f"token{mark}": token}}}
        return {}

    def _gathered(self, *, is_jsonata: bool) -> Tree:
        """Make an object of the array that a Parallel or Map gives."""
        if is_jsonata:
            return {"Output": {"results": "{% $states.result %}"}}
        return self._one(({"ResultPath": "$.results"}, {"ResultSelector": {"results.$": "$"}}))

    def _failing(self, place: int, ways: _Ways, scope: _Scope, *, is_jsonata: bool) -> Tree:
        fields: Tree = {}
        if self._maybe():
            fields["Retry"] = self._entries(self._retrier)
        if ways.later and self._maybe():
            kept: Tree = {} if is_jsonata else self._one(({}, {"ResultPath": "$.error"}))
            fields["Catch"] = self._entries(
                lambda: {"Next": self._target(place, ways, scope), **kept}
            )
        return fields

    def _entries(self, make: Callable[[], Tree]) -> list[Tree]:
        errors = self._draw(st.lists(st.sampled_from(_ERRORS), min_size=1, max_size=2, unique=True))
        errors.sort(key=_ERRORS.index)  # States.ALL is last
        return [{"ErrorEquals": [error], **make()} for error in errors]

    def _retrier(self) -> Tree:
        fields: Tree = {"MaxAttempts": self._draw(st.integers(0, 2))}
        return fields | self._one(({}, {"IntervalSeconds": 5}, {"BackoffRate": 1.0}))

    # Draws.

    def _language(self) -> tuple[bool, Tree]:
        """Whether a state is in JSONata, and the field that says so if the machine is not."""
        if self._is_mixed and self._draw(st.integers(0, 4)) == 4:
            return True, {"QueryLanguage": "JSONata"}
        return self._whole == "JSONata", {}

    def _target(self, place: int, ways: _Ways, scope: _Scope) -> str:
        target = self._one(tuple(ways.later))
        scope.jump(place, ways.later[target])
        return target

    def _name(self) -> str:
        """A, B, ... Z, AA, AB, ..."""
        number, name = next(self._numbers), ""
        while number >= 0:
            number, letter = divmod(number, 26)
            name, number = chr(ord("A") + letter) + name, number - 1
        return name

    def _one(self, choices: Sequence[T]) -> T:
        return self._draw(st.sampled_from(choices))

    def _maybe(self) -> bool:
        return self._draw(st.booleans())


def _targets(state: Tree) -> set[str]:
    entries = [state, *state.get("Choices", ()), *state.get("Catch", ())]
    return {entry[key] for entry in entries for key in ("Next", "Default") if key in entry}
