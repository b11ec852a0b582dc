"""TestState against executions: a state on its own does what it does in a run."""

import json

from hypothesis import assume, event, given
from hypothesis import strategies as st

import asl
from asl.testing import test_state, trace
from tests.definitions import catch, pass_, scope, task
from tests.properties.machines import INPUT, definitions, handlers

pytest_plugins = ["pytester"]

#: More retries than any retrier gives: the error goes on to the catchers.
SPENT = 1_000


def visits(definition, result):
    """The states of the top level that a run came through, in order.

    Yields name, input, output (None where it failed), the variables that were assigned, and the
    name of the state after it.
    """
    entered, exited = [], {}
    for happened in result.history:
        details = happened.get("stateEnteredEventDetails") or happened.get(
            "stateExitedEventDetails", {}
        )
        if details.get("name") not in definition["States"]:
            continue
        if happened["type"].endswith("StateEntered"):
            entered.append(details)
        else:
            exited[details["name"]] = details  # there are no loops
    following = [*(details["name"] for details in entered[1:]), None]
    for details, after in zip(entered, following, strict=True):
        left = exited.get(details["name"])
        output = None if left is None else json.loads(left["output"])
        assigned = {} if left is None else left.get("assignedVariables", {})
        yield (
            details["name"],
            json.loads(details["input"]),
            output,
            {name: json.loads(text) for name, text in assigned.items()},
            after,
        )


def mock_of(state, output, result, *, is_caught):
    """A mock with which a Task, Parallel or Map does what it did."""
    if output is None or is_caught:
        caught = output["caught"] if is_caught else {"Error": result.error, "Cause": result.cause}
        cause = {} if caught["Cause"] is None else {"cause": caught["Cause"]}
        return {"errorOutput": {"error": caught["Error"], **cause}}
    path = state.get("ResultPath", "$")
    branches = len(state.get("Branches", ()))
    value = [None] * branches
    if path is not None:
        value = output
        for name in path.split(".")[1:]:
            value = value[name]
    return {"result": json.dumps(value), "fieldValidationMode": "NONE"}


@given(definitions(), st.integers(0, 50))
def test_each_state_of_a_run_does_the_same_on_its_own(definition, salt):
    result = asl.load(definition).run(INPUT, tasks=handlers(salt))
    assume(result.status in ("SUCCEEDED", "FAILED"))  # else nothing ended a task that hangs
    for told in assert_same_alone(definition, result):
        event(told)


def test_a_state_behind_one_whose_error_was_caught_does_the_same_on_its_own():
    """Its output has the error that the other one's catcher put there."""
    definition = scope(
        First=task("first", Catch=[catch("Second", ResultPath="$.caught")]),
        Second=task("second", ResultPath="$.result", Catch=[catch("Last", ResultPath="$.caught")]),
        Last=pass_(),
    )
    tasks = {"first": lambda _: asl.fails("Declined"), "second": lambda _: 1}
    assert_same_alone(definition, asl.load(definition).run(INPUT, tasks=tasks))


def assert_same_alone(definition, result):
    """Each state by itself does what it did in a run; what types did, for Hypothesis to count."""
    told = []
    caught = {visit.state for visit in trace(result).visits if visit.status == "CAUGHT"}
    variables = {}
    for name, given_input, output, assigned, after in visits(definition, result):
        state = definition["States"][name]
        request = {
            "definition": definition,
            "stateName": name,
            "input": json.dumps(given_input),
            "variables": variables,
            "inspectionLevel": "DEBUG",
        }
        if state["Type"] in ("Task", "Parallel", "Map"):
            request |= {
                "mock": mock_of(state, output, result, is_caught=name in caught),
                "context": {"Execution": {"Input": INPUT}},
                "stateConfiguration": {"retrierRetryCount": SPENT},
            }
        response = test_state(**request)
        told.append(f"{state['Type']} {response['status']}")
        variables = {**variables, **assigned}
        assert response.get("nextState") == after
        if output is None:
            assert response["status"] == "FAILED"
            assert response.get("error") == result.error
            assert (result.cause or "").endswith(response.get("cause", ""))
        elif "States.UUID()" not in json.dumps(state):
            assert json.loads(response["output"]) == output
        shown = json.loads(response["inspectionData"].get("variables", "{}"))
        assert shown.keys() == variables.keys()
    return told


@given(definitions(), st.integers(0, 9))
def test_the_level_of_inspection_changes_nothing_else(definition, seed):
    name = definition["StartAt"]
    request = {"definition": definition, "stateName": name, "input": INPUT, "seed": seed}
    if definition["States"][name]["Type"] in ("Task", "Parallel", "Map"):
        request["mock"] = {"errorOutput": {"error": "Declined", "cause": "no funds"}}
    brief, debug, trace = (
        test_state(**request, inspectionLevel=level) for level in ("INFO", "DEBUG", "TRACE")
    )
    assert debug == trace
    del debug["inspectionData"]
    assert brief == debug


def test_pytest_takes_neither_the_function_nor_the_error_for_a_test(pytester):
    pytester.makepyfile(
        """
        from asl.testing import TestStateError, test_state

        def test_something():
            response = test_state(definition={"Type": "Succeed"})
            assert response["status"] == "SUCCEEDED"
        """
    )
    pytester.runpytest_subprocess("-W", "error").assert_outcomes(passed=1)
