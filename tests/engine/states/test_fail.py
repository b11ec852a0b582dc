"""Fail: ends its scope with an error."""

import pytest

from tests.definitions import chart, details, fail, lines, load, pass_


def test_it_ends_the_execution_with_error_and_cause():
    result = load(F=fail("Refused", "no credit")).run({"n": 1})
    assert (result.status, result.error, result.cause) == ("FAILED", "Refused", "no credit")
    assert result.output is None
    assert chart(result) == lines("""
        1 <- 0 ExecutionStarted
        2 <- 0 FailStateEntered F
        3 <- 2 ExecutionFailed
    """)
    assert details(result.history[-1]) == {"error": "Refused", "cause": "no credit"}


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        (fail(), {}),
        (fail("Refused"), {"error": "Refused"}),
        (fail(None, "no credit"), {"cause": "no credit"}),
        (fail(ErrorPath="$.error"), {"error": "Lost"}),
        (fail(CausePath="States.Format('{} of {}', $.n, $$.State.Name)"), {"cause": "3 of F"}),
        (fail("Refused", CausePath="$why"), {"error": "Refused", "cause": "because"}),
        (fail("States.Timeout"), {"error": "States.Timeout"}),
    ],
    ids=str,
)
def test_left_out_fields_stay_left_out_and_paths_are_read(state, shown):
    result = load(Set=pass_(Assign={"why": "because"}), F=state).run({"error": "Lost", "n": 3})
    assert details(result.history[-1]) == shown
    assert (result.error, result.cause) == (shown.get("error"), shown.get("cause"))


@pytest.mark.parametrize("field", ["ErrorPath", "CausePath"])
@pytest.mark.parametrize("value", [1, None, True, {"a": 1}, ["Lost"]], ids=repr)
def test_a_path_to_something_other_than_text_fails_with_a_runtime_error(field, value):
    result = load(F=fail(**{field: "$.value"})).run({"value": value})
    assert (result.status, result.error) == ("FAILED", "States.Runtime")
    assert result.cause == (
        "An error occurred while executing the state 'F' (entered at the event id #2). "
        f"The {field} field must refer to a string"
    )


def test_a_path_that_finds_nothing_fails_with_a_runtime_error():
    result = load(F=fail(ErrorPath="$.missing")).run()
    assert (result.status, result.error) == ("FAILED", "States.Runtime")
    assert "$.missing" in result.cause
