"""Strategies: what they draw is valid, reaches what it should, and shrinks to what one can read."""

import json
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

import asl
from asl.language.model import every_state
from asl.testing import Replies, inputs, outcomes, state_machines
from tests.definitions import (
    SUCCEED,
    catch,
    choice,
    fail,
    load,
    map_,
    parallel,
    pass_,
    retry,
    scope,
    task,
    wait,
)

QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
ONLY_DRAWN = settings(
    max_examples=150, deadline=None, database=None, phases=[Phase.generate], derandomize=True
)
KINDS = ("Task", "Wait", "Pass", "Succeed", "Fail", "Choice", "Parallel", "Map")


def smallest(strategy, condition):
    """The example that shrinking comes to."""
    options = settings(max_examples=2_000, deadline=None, database=None)
    return find(strategy, condition, settings=options)


def drawn(strategy):
    """Many examples, the same each time."""
    found = []

    @ONLY_DRAWN
    @given(strategy)
    def look(value):
        found.append(value)

    look()
    return found


# Machines


@QUICK
@given(state_machines(callbacks=True))
def test_definitions_are_valid_and_reach_all_their_states(definition):
    asl.load(definition)  # an unreachable state would be an error


@QUICK
@given(st.data())
def test_executions_end_and_fail_only_by_what_tasks_and_fail_states_do(data):
    machine = asl.load(data.draw(state_machines()))
    tasks = data.draw(outcomes(machine))
    given_input = data.draw(inputs(machine).filter(lambda value: isinstance(value, dict)))
    result = machine.run(given_input, tasks=tasks)
    assert result.status in ("SUCCEEDED", "FAILED")
    allowed = {"Busy", "Declined", "GaveUp", "AnyOtherError", "States.Timeout", None}
    assert result.error in allowed


def test_all_types_of_state_and_both_languages_are_drawn():
    machines = [asl.load(definition) for definition in drawn(state_machines())]
    states = [state for machine in machines for state in every_state(machine.definition.scope)]
    assert {state.kind for state in states} == set(KINDS)
    assert {state.query_language for state in states} == {"JSONPath", "JSONata"}
    text = json.dumps([machine.definition.tree for machine in machines])
    for word in ("Retry", "Catch", "Assign", "And", "Not", "MathAdd", "TimeoutSeconds"):
        assert word in text


@pytest.mark.parametrize("kind", KINDS)
def test_a_definition_shrinks_to_few_states_with_short_names(kind):
    definition = smallest(
        state_machines(), lambda one: any(s["Type"] == kind for s in one["States"].values())
    )
    assert "A" in definition["States"]
    assert len(definition["States"]) <= 3
    assert all(len(name) == 1 for name in definition["States"])


def test_a_loop_is_counted_and_ends():
    definition = smallest(
        state_machines(query_language="JSONPath"),
        lambda one: "MathAdd" in json.dumps(one) and len(one["States"]) > 2,
    )
    result = asl.load(definition).run(tasks={"*": lambda _: {}})
    assert result.status == "SUCCEEDED"
    assert max(Counter(result.path).values()) == 2


@QUICK
@given(state_machines(query_language="JSONata", depth=0, loops=False, most_states=2))
def test_options_are_kept(definition):
    machine = asl.load(definition, type="EXPRESS")
    states = list(every_state(machine.definition.scope))
    assert all(state.query_language == "JSONata" for state in states)
    assert not any(state.kind in ("Parallel", "Map") for state in states)
    assert len(states) <= 3  # the third is the Fail state that rules and catchers may lead to
    path = asl.load(definition).run({}, tasks={"*": lambda _: {}}).path
    assert len(path) == len(set(path))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"query_language": "JMESPath"}, "'JMESPath'"),
        ({"depth": -1}, "depth from 0 on"),
        ({"most_states": 0}, "most_states from 1 on"),
    ],
)
def test_machines_out_of_range_are_refused(options, words):
    with pytest.raises(asl.UsageError, match=words):
        state_machines(**options)


# Inputs

END = pass_(End=True)
NUMBERS = scope(
    Scale=choice(
        {"Variable": "$.n", "NumericGreaterThanEquals": 1000, "Next": "A"},
        {"Variable": "$.n", "NumericGreaterThan": 99.5, "Next": "B"},
        {
            "And": [
                {"Variable": "$.n", "NumericGreaterThanEquals": 10},
                {"Not": {"Variable": "$.n", "NumericLessThanEquals": 50}},
            ],
            "Next": "C",
        },
        {"Variable": "$.n", "NumericEquals": 7, "Next": "D"},
        Default="E",
    ),
    **dict.fromkeys("ABCDE", END),
)
TEXTS = scope(
    Kind=choice(
        {"Variable": "$.s", "StringEquals": "gold", "Next": "A"},
        {"Variable": "$.s", "StringMatches": "vip-*-\\*", "Next": "B"},
        {"Variable": "$.s", "StringGreaterThan": "m", "Next": "C"},
        {"Variable": "$.s", "StringLessThanEquals": "", "Next": "D"},
        Default="E",
    ),
    **dict.fromkeys("ABCDE", END),
)
TYPES = scope(
    Ask=choice(
        {"Variable": "$.v", "IsPresent": False, "Next": "A"},
        {"Variable": "$.v", "IsNull": True, "Next": "B"},
        {"Variable": "$.v", "IsNumeric": True, "Next": "C"},
        {"Variable": "$.v", "IsTimestamp": True, "Next": "D"},
        {"Variable": "$.v", "IsString": True, "Next": "E"},
        {"Variable": "$.v", "BooleanEquals": False, "Next": "F"},
        {"Variable": "$.v", "IsBoolean": True, "Next": "G"},
        Default="H",
    ),
    **dict.fromkeys("ABCDEFGH", END),
)
TIMES = scope(
    Due=choice(
        {"Variable": "$.at", "TimestampGreaterThan": "2025-06-01T00:00:00+02:00", "Next": "A"},
        {"Variable": "$.at", "TimestampEqualsPath": "$.due", "Next": "B"},
        {"Variable": "$.at", "TimestampLessThanPath": "$.due", "Next": "C"},
        Default="D",
    ),
    **dict.fromkeys("ABCD", END),
)
PAIRS = scope(
    Stock=choice(
        {
            "And": [
                {"Variable": "$.have", "IsPresent": True},
                {"Variable": "$.have", "NumericGreaterThanEqualsPath": "$.want"},
                {"Or": [
                    {"Variable": "$.fast", "BooleanEquals": True},
                    {"Variable": "$.want", "NumericLessThan": 3},
                ]},
            ],
            "Next": "A",
        },
        {"Variable": "$.name", "StringEqualsPath": "$.other", "Next": "B"},
        {"Variable": "$.have", "NumericLessThanPath": "$.want", "Next": "C"},
        Default="D",
    ),
    **dict.fromkeys("ABCD", END),
)  # fmt: skip
MOVED = scope(
    Enrich=pass_(Parameters={"order.$": "$.request.order", "raw.$": "$"}, ResultPath="$.made"),
    Keep=pass_(Assign={"limit.$": "$.made.raw.limit"}),
    First=choice(
        {"Variable": "$.made.order.total", "NumericGreaterThanPath": "$limit", "Next": "Each"},
        {"Variable": "$$.Execution.Input.request.order.code", "StringEquals": "x", "Next": "A"},
        Default="B",
    ),
    Each=map_(
        scope(
            Item=choice({"Variable": "$.size", "NumericLessThan": 5, "Next": "C"}, Default="D"),
            C=END,
            D=END,
        ),
        ItemsPath="$.request.order.items",
        ItemSelector={"size.$": "$$.Map.Item.Value.cm"},
        Next="A",
    ),
    A=END,
    B=END,
)
JSONATA = {
    "QueryLanguage": "JSONata",
    **scope(
        Pick=choice(
            {"Condition": "{% $states.input.n >= 10 and $states.input.n < 12 %}", "Next": "A"},
            {"Condition": "{% 'x' = $states.input.s or $exists($states.input.q) %}", "Next": "B"},
            {"Condition": "{% $not($states.input.ok) %}", "Next": "C"},
            {"Condition": "{% $states.input.n = $states.input.m %}", "Next": "Set"},
            Default="D",
        ),
        Set=pass_(Assign={"v": "{% $states.input.deep.er %}"}, Next="Again"),
        Again=choice(
            {"Condition": "{% $v = 'p' %}", "Output": {"w": "{% $v %}"}, "Next": "Last"},
            Default="D",
        ),
        Last=choice({"Condition": "{% $states.input.w = 'p' %}", "Next": "E"}, Default="D"),
        **dict.fromkeys("ABCDE", END),
    ),
}
STEERED = {
    name: definition
    for name, definition in globals().items()
    if name.isupper() and isinstance(definition, dict) and "States" in definition
}


@pytest.mark.parametrize("name", STEERED)
def test_every_rule_is_taken(name):
    machine = asl.load(STEERED[name])
    entered = Counter()
    for value in drawn(inputs(machine)):
        entered.update(machine.run(value).path)
    names = {state.name for state in every_state(machine.definition.scope)}
    assert {name for name in names if len(name) == 1} <= entered.keys()


def test_boundaries_missing_fields_and_other_types_are_drawn():
    values = [value.get("n", "missing") for value in drawn(inputs(asl.load(NUMBERS)))]
    texts = {json.dumps(value) for value in values}
    assert {"999", "1000", "1001", "99.4", "99.5", "99.6", '"missing"', "null", "[]"} <= texts


def test_only_what_choices_ask_about_is_changed_in_the_base():
    machine = asl.load(PAIRS)
    base = {"have": 3, "want": 50, "other": "me", "kept": {"a": [1, 2]}}
    values = drawn(inputs(machine, base))
    assert all(value["kept"] == {"a": [1, 2]} for value in values)
    assert {49, 50, 51} <= {value.get("have") for value in values if type(value.get("have")) is int}
    assert base == {"have": 3, "want": 50, "other": "me", "kept": {"a": [1, 2]}}


def test_what_states_read_is_there_without_a_base():
    machine = load(
        Wait=wait(SecondsPath="$.delay"),
        Until=wait(TimestampPath="$.until"),
        Sum=pass_(Parameters={"n.$": "States.MathAdd($.number, 1)", "who.$": "$.user.name"}),
        Each=map_(scope(A=pass_()), ItemsPath="$$.Execution.Input.list"),
    )
    assert {machine.run(value).status for value in drawn(inputs(machine))} == {"SUCCEEDED"}


def test_a_machine_without_choices_gets_its_base():
    machine = load(A=SUCCEED)
    assert drawn(inputs(machine, [1, 2]))[0] == [1, 2]


@QUICK
@given(st.data())
def test_inputs_of_any_machine_can_be_run(data):
    machine = asl.load(data.draw(state_machines()))
    value = data.draw(inputs(machine, data.draw(st.sampled_from([None, {"n": 1}, "text"]))))
    machine.run(value, tasks={"*": lambda _: {}})


def test_bad_arguments_of_inputs_are_refused():
    with pytest.raises(asl.UsageError, match=r"takes a machine, as .* gives it, not dict"):
        inputs(NUMBERS)
    with pytest.raises(asl.InvalidInput, match="base is not JSON"):
        inputs(asl.load(NUMBERS), {"n": {1, 2}})


# Outcomes

CHARGE = load(
    Charge=task(
        "arn:aws:states:::lambda:invoke",
        Parameters={"FunctionName": "charge", "Payload.$": "$"},
        TimeoutSeconds=60,
        HeartbeatSeconds=10,
        Retry=[retry("Busy", MaxAttempts=1)],
        Catch=[catch("Undo", "Declined", "States.Timeout")],
    ),
    Done=SUCCEED,
    Undo=task("undo", Next="Failed"),
    Failed=fail("Undone"),
)


def test_every_outcome_is_drawn_and_successes_are_those_of_the_whole_integration():
    ends = Counter()
    for tasks in drawn(outcomes(CHARGE, replies={"charge": {"id": 7}})):
        result = CHARGE.run({}, tasks=tasks)
        ends[result.path[-1], result.error] += 1
        if result.path[-1] == "Done":
            assert result.output["Payload"] == {"id": 7}
    assert ends.keys() == {
        ("Done", None),
        ("Charge", "Busy"),
        ("Charge", "AnyOtherError"),
        ("Failed", "Undone"),
        ("Undo", "AnyOtherError"),  # its own Undo task has no Retry and no Catch
    }


def test_errors_that_states_around_a_task_name_are_drawn_too():
    machine = load(
        All=parallel(scope(Inner=task("inner")), Catch=[catch("End", "Broken")]), End=SUCCEED
    )
    errors = {
        reply.error
        for tasks in drawn(outcomes(machine))
        for reply in tasks["Inner"].replies
        if hasattr(reply, "error")
    }
    assert errors == {"Broken", "AnyOtherError"}


def test_replies_may_be_strategies_functions_and_late():
    replies = {
        "charge": st.sampled_from([{"id": 1}, asl.returns({"id": 2}, after=8)]),
        "undo": lambda payload: {"undone": sorted(payload)},
    }
    results = [
        CHARGE.run({}, tasks=tasks)
        for tasks in drawn(outcomes(CHARGE, replies=replies, late=5, most_calls=1))
    ]
    outputs = {json.dumps(one.output["Payload"]) for one in results if one.path[-1] == "Done"}
    assert outputs == {'{"id": 1}', '{"id": 2}'}
    spans = {one.elapsed.total_seconds() for one in results if one.path[-1] == "Done"}
    assert spans == {0, 5, 8}


def test_it_shrinks_to_success_and_shows_how_to_write_it():
    tasks = smallest(outcomes(CHARGE), lambda _: True)
    assert repr(tasks["Undo"]) == "Replies(asl.returns({}))"
    failing = smallest(
        outcomes(CHARGE), lambda tasks: CHARGE.run({}, tasks=tasks).error == "Undone"
    )
    assert repr(failing["Charge"]) == "Replies(asl.fails('Declined'))"


def test_the_last_reply_is_kept():
    machine = load(A=task("a", Retry=[retry("Busy", MaxAttempts=5)]))
    assert machine.run(tasks={"a": Replies(asl.fails("Busy"), asl.fails("Busy"), 3)}).output == 3
    assert machine.run(tasks={"a": Replies(asl.fails("Busy"))}).error == "Busy"


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"replies": {"chrge": 1}}, asl.UsageError, "no task is called 'chrge'; did you mean"),
        ({"replies": [1]}, asl.UsageError, "must be a mapping of names of tasks, not list"),
        (
            {"replies": {"charge": {1}}},
            asl.HandlerContractError,
            "of 'charge' is not JSON",
        ),
        ({"most_calls": 0}, asl.UsageError, "most_calls must be at least 1"),
    ],
)
def test_bad_arguments_of_outcomes_are_refused(options, error, words):
    with pytest.raises(error, match=words):
        outcomes(CHARGE, **options)


def test_a_definition_is_no_machine():
    with pytest.raises(asl.UsageError, match=r"takes a machine, as .* gives it, not dict"):
        outcomes(NUMBERS)
