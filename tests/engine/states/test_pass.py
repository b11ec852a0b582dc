"""Pass: a result of data alone."""

import pytest

import asl
from tests.definitions import chart, choice, details, events, lines, load, pass_, scope


@pytest.mark.parametrize(
    ("fields", "output"),
    [
        ({}, {"a": {"n": 1}}),
        ({"Result": "fixed"}, "fixed"),
        ({"Result": {"a.$": "$.a"}}, {"a.$": "$.a"}),
        ({"Result": None}, None),
        ({"Result": 1, "ResultPath": "$.r"}, {"a": {"n": 1}, "r": 1}),
        ({"Result": 1, "ResultPath": "$.a.r"}, {"a": {"n": 1, "r": 1}}),
        ({"Result": 1, "ResultPath": None}, {"a": {"n": 1}}),
        ({"Result": 1, "ResultPath": "$.r", "OutputPath": "$.r"}, 1),
        ({"InputPath": "$.a"}, {"n": 1}),
        ({"InputPath": "$.a", "ResultPath": "$.copy"}, {"a": {"n": 1}, "copy": {"n": 1}}),
        ({"InputPath": None}, {}),
        ({"OutputPath": "$.a.n"}, 1),
        ({"OutputPath": None}, {}),
        ({"Parameters": {"n.$": "$.a.n", "fixed": [1]}}, {"fixed": [1], "n": 1}),
        ({"InputPath": "$.a", "Parameters": {"m.$": "$.n"}}, {"m": 1}),
        ({"Parameters": {"sum.$": "States.MathAdd($.a.n, 2)"}}, {"sum": 3}),
        ({"Parameters": {"who.$": "$$.State.Name"}}, {"who": "P"}),
    ],
    ids=str,
)
def test_the_fields_compose(fields, output):
    assert load(P=pass_(**fields)).run({"a": {"n": 1}}).output == output


def test_links_are_as_recorded():
    assert chart(load(A=pass_(), B=pass_()).run()) == lines("""
        1 <- 0 ExecutionStarted
        2 <- 0 PassStateEntered A
        3 <- 2 PassStateExited A
        4 <- 3 PassStateEntered B
        5 <- 4 PassStateExited B
        6 <- 5 ExecutionSucceeded
    """)


def test_the_input_is_shared_and_never_changed():
    value = {"a": {"n": 1}}
    result = load(A=pass_(Result=2, ResultPath="$.a.n"), B=pass_(Result=3, ResultPath="$.b")).run(
        value
    )
    assert value == {"a": {"n": 1}}
    assert result.output == {"a": {"n": 2}, "b": 3}


def test_a_result_path_that_does_not_fit_fails_the_execution():
    result = load(P=pass_(Result=1, ResultPath="$.r")).run("text")
    assert (result.status, result.error) == ("FAILED", "States.ResultPathMatchFailure")
    assert chart(result) == lines("""
        1 <- 0 ExecutionStarted
        2 <- 0 PassStateEntered P
        3 <- 2 ExecutionFailed
    """)


# ---------------------------------------------------------------- variables


def test_assign_sees_the_result_and_the_variables_as_they_were_on_entry():
    result = load(
        A=pass_(Assign={"x": 1, "y": 2}),
        B=pass_(Result={"r": 5}, Assign={"x.$": "$y", "y.$": "$x", "r.$": "$.r"}),
        C=pass_(Parameters={"x.$": "$x", "y.$": "$y", "r.$": "$r"}),
    ).run()
    assert result.output == {"x": 2, "y": 1, "r": 5}


def test_parameters_of_the_state_that_assigns_see_the_old_value():
    result = load(
        A=pass_(Assign={"n": 1}),
        B=pass_(Parameters={"n.$": "$n"}, Assign={"n": 2}),
        C=pass_(Parameters={"b.$": "$", "n.$": "$n"}),
    ).run()
    assert result.output == {"b": {"n": 1}, "n": 2}


def test_variables_hold_any_value_and_stay_through_the_states():
    result = load(
        A=pass_(Assign={"all.$": "$", "deep": {"n.$": "$.n", "list": [1]}}),
        B=pass_(Result="gone"),
        C=pass_(Parameters={"all.$": "$all", "n.$": "$deep.n", "item.$": "$deep.list[0]"}),
    ).run({"n": 7})
    assert result.output == {"all": {"n": 7}, "n": 7, "item": 1}


def test_assigned_variables_stand_in_the_history_as_text():
    result = load(A=pass_(Assign={"n": 1, "t": "x", "o": {"k": None}}), B=pass_()).run()
    first, second = events(result, "PassStateExited")
    assert details(first)["assignedVariables"] == {"n": "1", "t": '"x"', "o": '{"k":null}'}
    assert details(first)["assignedVariablesDetails"] == {"truncated": False}
    assert "assignedVariables" not in details(second)


def test_an_empty_assign_assigns_nothing():
    result = load(A=pass_(Assign={})).run()
    assert "assignedVariables" not in details(events(result, "PassStateExited")[0])


def test_a_variable_that_was_never_assigned_fails_the_execution():
    result = load(A=pass_(Parameters={"n.$": "$n"})).run()
    assert (result.status, result.error) == ("FAILED", "States.Runtime")


def test_an_assign_that_fails_assigns_nothing_and_fails_the_execution():
    result = load(A=pass_(Assign={"n.$": "$.missing"})).run()
    assert (result.status, result.error) == ("FAILED", "States.Runtime")
    assert not events(result, "PassStateExited")


def test_variables_of_a_scope_are_bounded_together():
    machine = load(
        A=pass_(Assign={"a": "x" * 600}), B=pass_(Assign={"b": "y" * 600}), C=pass_(Assign={"a": 1})
    )
    result = machine.run(limits=asl.Limits(variables_bytes=1_000))
    assert (result.status, result.error) == ("FAILED", "States.DataLimitExceeded")
    assert result.path == ["A", "B"]
    assert machine.run(limits=asl.Limits(variables_bytes=1_300)).status == "SUCCEEDED"
    assert machine.run(limits=asl.Limits(variables_bytes=None)).status == "SUCCEEDED"


def test_assigning_the_same_variable_over_and_over_takes_no_more_room():
    definition = scope(**{f"A{n}": pass_(Assign={"v": "x" * 500}) for n in range(50)})
    result = asl.load(definition).run(limits=asl.Limits(variables_bytes=1_000))
    assert result.status == "SUCCEEDED"


def test_the_variables_of_one_assign_are_bounded_too():
    half = "x" * (128 * 1024 - 100)
    one = load(A=pass_(Assign={"a.$": "$", "b.$": "$"}))
    assert one.run(half).status == "SUCCEEDED"
    assert one.run(half + "x" * 200).error == "States.DataLimitExceeded"
    unlimited = asl.Limits(assign_bytes=None)
    assert one.run(half + "x" * 200, limits=unlimited).status == "SUCCEEDED"


def test_a_loop_that_doubles_a_variable_ends_soon():
    machine = asl.load(
        {
            "QueryLanguage": "JSONata",
            "StartAt": "A",
            "States": {
                "A": pass_(Assign={"v": "x"}, Next="B"),
                "B": pass_(Assign={"v": "{% $v & $v %}"}, Next="C"),
                "C": choice(
                    {"Condition": "{% $length($v) > 100000000 %}", "Next": "D"}, Default="B"
                ),
                "D": {"Type": "Succeed"},
            },
        }
    )
    result = machine.run()
    assert (result.status, result.error) == ("FAILED", "States.DataLimitExceeded")
    assert result.path.count("B") == 18


def test_variables_of_ten_mebibytes_in_all_are_the_default_bound():
    definition = scope(**{f"A{n}": pass_(Assign={f"v{n}.$": "$"}) for n in range(50)})
    result = asl.load(definition).run("x" * 250_000)
    assert (result.status, result.error) == ("FAILED", "States.DataLimitExceeded")
    assert result.path[-1] == "A41"
