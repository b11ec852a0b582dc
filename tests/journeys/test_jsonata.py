"""State machines in JSONata, from load to history."""

import pytest

import asl
from tests.definitions import (
    INVOKE,
    choice,
    details,
    events,
    fail,
    kinds,
    map_,
    parallel,
    pass_,
    scope,
    task,
    wait,
)


def load(**states):
    return asl.load({"QueryLanguage": "JSONata", **scope(**states)})


def output(machine, data=None, **options):
    return machine.run({} if data is None else data, **options, check=True).output


def test_pass_gives_its_output_or_its_input():
    assert output(load(A=pass_()), {"n": 1}) == {"n": 1}
    assert output(load(A=pass_(Output={"n": "{% $states.input.n + 1 %}"})), {"n": 1}) == {"n": 2}


def test_output_and_assign_of_a_state_see_the_variables_from_before():
    machine = load(
        A=pass_(Assign={"n": 1}),
        B=pass_(Assign={"n": "{% $n + 1 %}", "before": "{% $n %}"}, Output="{% $n %}"),
        C=pass_(Output="{% [$states.input, $before, $n] %}"),
    )
    assert output(machine) == [1, 1, 2]


def test_task_has_arguments_a_result_and_a_catcher_with_output_and_assign():
    def work(event):
        if event["n"] > 1:
            raise ValueError("too large")
        return event["n"] * 10

    machine = load(
        A=task(
            INVOKE,
            Arguments={"FunctionName": "work", "Payload": {"n": "{% $states.input %}"}},
            Output="{% $states.result.Payload %}",
            Catch=[
                {
                    "ErrorEquals": ["States.ALL"],
                    "Next": "B",
                    "Output": "{% $states.errorOutput.Error %}",
                    "Assign": {"asked": "{% $states.input %}"},
                }
            ],
            End=True,
        ),
        B=pass_(Output="{% [$states.input, $asked] %}"),
    )
    assert output(machine, 1, tasks={"work": work}) == 10
    assert output(machine, 2, tasks={"work": work}) == ["ValueError", 2]


def test_choice_has_conditions_and_outputs():
    machine = load(
        A=choice(
            {"Condition": "{% $states.input > 1 %}", "Next": "Large", "Output": "large"},
            Default="Small",
        ),
        Small=pass_(Output="small", End=True),
        Large=pass_(End=True),
    )
    assert output(machine, 2) == "large"
    assert output(machine, 1) == "small"


def test_wait_reads_seconds_and_timestamps_of_expressions():
    machine = load(
        A=wait(Seconds="{% $states.input.seconds %}"),
        B=wait(Timestamp="{% $states.input.until %}"),
        C=pass_(Output="{% $now() %}"),
    )
    data = {"seconds": 3600, "until": "2026-01-01T00:00:00Z"}
    assert output(machine, data) == "2026-01-01T00:00:00.000Z"


def test_map_and_parallel_give_arrays():
    machine = load(
        A=map_(
            scope(M=pass_(Output="{% $states.input * 2 %}")),
            Items="{% $states.input.items %}",
            ItemSelector="{% $states.context.Map.Item.Value + $states.context.Map.Item.Index %}",
            MaxConcurrency="{% 1 + 1 %}",
        ),
        B=parallel(
            scope(P=pass_(Output="{% $sum($states.input) %}")),
            scope(Q=pass_(Output="{% $count($states.input) %}")),
            Arguments="{% $states.input %}",
            Output="{% $states.result %}",
        ),
    )
    assert output(machine, {"items": [1, 2, 3]}) == [18, 3]


def test_fail_takes_its_texts_from_expressions():
    result = load(A=fail("{% $states.input.error %}", "{% 'on ' & $states.input.error %}")).run(
        {"error": "Broken"}
    )
    assert (result.error, result.cause) == ("Broken", "on Broken")


def test_states_of_both_languages_stand_in_one_machine():
    machine = asl.load(
        scope(
            A=pass_(Parameters={"n.$": "States.MathAdd($.n, 1)"}),
            B=pass_(QueryLanguage="JSONata", Output={"n": "{% $states.input.n * 10 %}"}),
            C=pass_(OutputPath="$.n"),
        )
    )
    assert output(machine, {"n": 1}) == 20


@pytest.mark.parametrize(
    ("fields", "location"),
    [
        ({"Output": {"a": "{% $nothing %}"}}, "Output/a"),
        ({"Assign": {"a": "{% 1 + 'x' %}"}}, "Assign/a"),
    ],
)
def test_a_failing_expression_fails_the_execution_with_its_place(fields, location):
    result = load(A=pass_(**fields)).run({})
    assert result.error == "States.QueryEvaluationError"
    (event,) = events(result, "EvaluationFailed")
    assert details(event)["location"] == location
    assert details(event)["cause"] == result.cause


@pytest.mark.parametrize("items", ["{% 1 %}", "{% null %}", "{% {'a': 1} %}"])
def test_a_map_without_an_array_fails_and_can_be_caught(items):
    catch = [{"ErrorEquals": ["States.QueryEvaluationError"], "Next": "B"}]
    processor = scope(M=pass_())
    machine = load(A=map_(processor, Items=items, Catch=catch, End=True), B=pass_(Output="caught"))
    assert output(machine) == "caught"
    result = load(A=map_(processor, Items=items)).run({})
    assert kinds(result)[-3:] == ["EvaluationFailed", "MapStateFailed", "ExecutionFailed"]


@pytest.mark.parametrize(
    ("seconds", "cause"),
    [
        ("{% -1 %}", "TimeoutSeconds must be between 0 and 99999999 but was: -1"),
        ("{% 1.6 %}", "The TimeoutSeconds field cannot be parsed as an integer: 1.6"),
        ("{% $states.input.missing %}", "returned nothing (undefined)."),
    ],
)
def test_a_timeout_that_is_none_fails_before_the_task_is_called(seconds, cause):
    result = load(A=task(TimeoutSeconds=seconds)).run({}, tasks={"work": lambda event: event})
    assert "TaskScheduled" not in kinds(result)
    assert result.error == "States.QueryEvaluationError"
    assert result.cause.endswith(cause)


def test_a_snapshot_goes_on_with_the_same_variables():
    machine = load(A=pass_(Assign={"n": [1]}), B=wait(60), C=pass_(Output="{% $n %}"))
    run = machine.start({})
    run.advance(1)
    assert machine.restore(run.snapshot()).advance().output == [1]
