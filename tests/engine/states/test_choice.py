"""Choice: the first rule that matches, else Default, else the execution fails."""

import pytest

from tests.definitions import SUCCEED, chart, choice, details, events, lines, load, pass_


def rule(variable, following, **test):
    return {"Variable": variable, "Next": following, **test}


def test_the_first_rule_that_matches_says_where_to_go():
    machine = load(
        C=choice(
            rule("$.n", "Small", NumericLessThan=10),
            rule("$.n", "Medium", NumericLessThan=100),
            Default="Large",
        ),
        Small=pass_(End=True),
        Medium=pass_(End=True),
        Large=SUCCEED,
    )
    paths = {n: machine.run({"n": n}).path[-1] for n in (5, 50, 500)}
    assert paths == {5: "Small", 50: "Medium", 500: "Large"}


def test_without_a_match_and_default_the_execution_fails_as_recorded():
    result = load(C=choice(rule("$.n", "A", NumericEquals=1)), A=SUCCEED).run({"n": 2})
    assert (result.status, result.error) == ("FAILED", "States.Runtime")
    assert result.cause == (
        "An error occurred while executing the state 'C' (entered at the event id #2). Failed to "
        "transition out of the state. The state does not point to a next state."
    )
    assert chart(result) == lines("""
        1 <- 0 ExecutionStarted
        2 <- 0 ChoiceStateEntered C
        3 <- 2 ExecutionFailed
    """)


def test_a_variable_that_is_not_there_fails_the_execution_even_with_a_default():
    result = load(C=choice(rule("$.left", "A", NumericEquals=1), Default="A"), A=SUCCEED).run({})
    assert (result.status, result.error) == ("FAILED", "States.Runtime")
    assert result.cause == (
        "An error occurred while executing the state 'C' (entered at the event id #2). "
        "Invalid path '$.left': The choice state's condition path references an invalid value."
    )


@pytest.mark.parametrize(
    ("fields", "output"),
    [
        ({}, {"a": {"n": 1}}),
        ({"InputPath": "$.a"}, {"n": 1}),
        ({"OutputPath": "$.a"}, {"n": 1}),
        ({"InputPath": "$.a", "OutputPath": "$.n"}, 1),
        ({"OutputPath": None}, {}),
    ],
    ids=str,
)
@pytest.mark.parametrize("present", [True, False], ids=["rule", "default"])
def test_input_path_and_output_path_shape_what_passes_through(fields, output, present):
    machine = load(C=choice(rule("$", "A", IsPresent=present), Default="A", **fields), A=SUCCEED)
    assert machine.run({"a": {"n": 1}}).output == output


def test_rules_read_the_effective_input_variables_and_the_context_object():
    below = {"Variable": "$.n", "NumericLessThanPath": "$limit"}
    here = {"Variable": "$$.State.Name", "StringEquals": "C"}
    machine = load(
        Set=pass_(Assign={"limit": 10}),
        C=choice({"And": [below, here], "Next": "Yes"}, InputPath="$.order", Default="No"),
        Yes=pass_(End=True),
        No=SUCCEED,
    )
    assert machine.run({"order": {"n": 9}}).path[-1] == "Yes"
    assert machine.run({"order": {"n": 11}}).path[-1] == "No"


def test_only_the_assign_of_the_way_taken_counts():
    machine = load(
        C=choice(
            rule("$.n", "End", NumericEquals=1, Assign={"by": "first", "n.$": "$.n"}),
            rule("$.n", "End", NumericEquals=2),
            Default="End",
            Assign={"by": "default"},
        ),
        End=pass_(Parameters={"by.$": "$by"}),
    )
    assert machine.run({"n": 1}).output == {"by": "first"}
    assert machine.run({"n": 3}).output == {"by": "default"}
    assert machine.run({"n": 2}).error == "States.Runtime"
    (event,) = events(machine.run({"n": 1}), "ChoiceStateExited")
    assert details(event)["assignedVariables"] == {"by": '"first"', "n": "1"}


def test_the_assign_of_a_rule_sees_the_old_variables():
    machine = load(
        Set=pass_(Assign={"n": 1}),
        C=choice(
            rule("$", "End", IsPresent=True, Assign={"n": 2, "before.$": "$n"}), Default="End"
        ),
        End=pass_(Parameters={"n.$": "$n", "before.$": "$before"}),
    )
    assert machine.run().output == {"n": 2, "before": 1}


@pytest.mark.parametrize(
    "fields", [{"OutputPath": "$.missing"}, {"InputPath": "$.missing"}], ids=str
)
def test_a_path_that_finds_nothing_fails_the_execution(fields):
    result = load(C=choice(rule("$", "A", IsPresent=True), **fields), A=SUCCEED).run({"n": 1})
    assert (result.status, result.error) == ("FAILED", "States.Runtime")
    assert result.path == ["C"]


@pytest.mark.parametrize(("condition", "path"), [(True, ["C", "A"]), (False, ["C", "B"])])
def test_a_condition_may_be_a_boolean(condition, path):
    state = choice({"Condition": condition, "Next": "A"}, Default="B", QueryLanguage="JSONata")
    assert load(C=state, A=SUCCEED, B=SUCCEED).run().path == path


def test_links_are_as_recorded():
    result = load(C=choice(rule("$", "A", IsPresent=True)), A=SUCCEED).run()
    assert chart(result) == lines("""
        1 <- 0 ExecutionStarted
        2 <- 0 ChoiceStateEntered C
        3 <- 2 ChoiceStateExited C
        4 <- 3 SucceedStateEntered A
        5 <- 4 SucceedStateExited A
        6 <- 5 ExecutionSucceeded
    """)
