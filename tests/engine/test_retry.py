"""Retry and Catch: which retrier, how long, how often; which catcher, and what it passes on."""

from datetime import timedelta
from itertools import pairwise

import pytest

import asl
from tests.definitions import (
    INVOKE,
    SUCCEED,
    catch,
    chart,
    choice,
    details,
    events,
    fail,
    lines,
    load,
    map_,
    parallel,
    pass_,
    retry,
    scope,
    seconds,
    task,
)

CALLED = "LambdaFunctionScheduled"


def always(*arguments, **options):
    """A handler that fails each time in the same way."""
    return {"*": lambda payload: asl.fails(*arguments, **options)}


def called_at(*retriers, error="Busy", seed=0, **options):
    """When a task that always fails is called, in seconds."""
    result = load(A=task(Retry=list(retriers))).run(tasks=always(error), seed=seed, **options)
    assert result.status != "SUCCEEDED"
    return seconds(result, CALLED)


# ---------------------------------------------------------------- the schedule


@pytest.mark.parametrize(
    ("fields", "times"),
    [
        ({}, [0, 1, 3, 7]),
        ({"MaxAttempts": 0}, [0]),
        ({"MaxAttempts": 1}, [0, 1]),
        ({"IntervalSeconds": 5, "MaxAttempts": 2}, [0, 5, 15]),
        ({"BackoffRate": 1.0, "MaxAttempts": 4}, [0, 1, 2, 3, 4]),
        ({"BackoffRate": 1.5}, [0, 1, 2.5, 4.75]),
        ({"BackoffRate": 3, "IntervalSeconds": 2, "MaxAttempts": 3}, [0, 2, 8, 26]),
        ({"BackoffRate": 10, "MaxDelaySeconds": 20, "MaxAttempts": 4}, [0, 1, 11, 31, 51]),
        ({"IntervalSeconds": 30, "MaxDelaySeconds": 31, "MaxAttempts": 2}, [0, 30, 61]),
        ({"JitterStrategy": "NONE", "MaxAttempts": 2}, [0, 1, 3]),
    ],
    ids=str,
)
def test_delays_grow_by_the_rate_up_to_the_longest_delay(fields, times):
    assert called_at(retry(**fields)) == times


def test_eight_retries_doubling_from_a_second_take_255_seconds():
    result = load(A=task(Retry=[retry(IntervalSeconds=1, BackoffRate=2, MaxAttempts=8)])).run(
        tasks=always("Busy")
    )
    assert seconds(result, CALLED) == [2**n - 1 for n in range(9)]
    assert result.elapsed == timedelta(seconds=255)


@pytest.mark.parametrize("rate", [1e10, 1e200, 1e308])
def test_a_delay_beyond_all_bounds_lasts_until_the_execution_times_out(rate):
    machine = load(A=task(Retry=[retry(BackoffRate=rate, MaxAttempts=99_999_999)]))
    result = machine.run(tasks=always("Busy"))
    assert (result.status, result.elapsed) == ("TIMED_OUT", timedelta(days=365))
    assert seconds(result, CALLED) == [0, 1]


def test_the_retries_of_one_state_cannot_fill_more_than_the_history():
    machine = load(A=task(Retry=[retry(BackoffRate=1.0, MaxAttempts=2_000)]))
    result = machine.run(tasks=always("Busy"), limits=asl.Limits(history_events=1_000))
    assert (result.error, len(result.history)) == ("States.Runtime", 1_000)


def test_full_jitter_stays_within_the_delay_and_follows_the_seed():
    retrier = retry(JitterStrategy="FULL", IntervalSeconds=8, MaxAttempts=6, MaxDelaySeconds=100)
    schedules = [called_at(retrier, seed=seed) for seed in range(20)]
    for times in schedules:
        delays = [after - before for before, after in pairwise(times)]
        assert len(delays) == 6
        for delay, longest in zip(delays, [8, 16, 32, 64, 100, 100], strict=True):
            assert 0 <= delay <= longest
    assert schedules[7] == called_at(retrier, seed=7)
    assert len({tuple(times) for times in schedules}) == 20


def test_time_that_the_attempts_take_counts_beside_the_delays():
    machine = load(A=task(Retry=[retry(MaxAttempts=2)]))
    result = machine.run(tasks=always("Busy", after=10))
    assert seconds(result, CALLED) == [0, 11, 23]


# ---------------------------------------------------------------- which retrier


def test_the_first_retrier_that_matches_decides_even_when_it_has_no_retry_left():
    assert called_at(
        retry("Busy", IntervalSeconds=1, MaxAttempts=1), retry(IntervalSeconds=50, MaxAttempts=5)
    ) == [0, 1]
    assert called_at(retry("Busy", MaxAttempts=0), retry(MaxAttempts=5)) == [0]


def test_a_retrier_that_does_not_match_is_passed_over():
    assert called_at(
        retry("Other", IntervalSeconds=50),
        retry("Another", "Busy", MaxAttempts=1, IntervalSeconds=2),
    ) == [0, 2]


def test_each_retrier_counts_its_own_attempts():
    machine = load(
        A=task(
            Retry=[
                retry("Busy", IntervalSeconds=10, MaxAttempts=2),
                retry("Lost", IntervalSeconds=100, MaxAttempts=2),
            ]
        )
    )
    replies = [asl.fails(error) for error in ("Busy", "Lost", "Busy", "Lost", "Busy")]
    result = machine.run(tasks={"work": asl.script(*replies)})
    assert result.error == "Busy"
    assert seconds(result, CALLED) == [0, 10, 110, 130, 330]


def test_counts_start_again_when_the_state_is_entered_again():
    machine = asl.load(
        scope(
            A=task(Retry=[retry(MaxAttempts=1)], Catch=[catch("Again")], Next="Again"),
            Again=choice({"Variable": "$.Error", "IsPresent": False, "Next": "End"}, Default="A"),
            End=SUCCEED,
        )
    )
    replies = [asl.fails("Busy")] * 5 + [{"done": True}]
    seen = []

    def work(payload, context):
        seen.append((context.attempt, context.call))
        return replies[context.call - 1]

    result = machine.run(tasks={"work": work})
    assert result.output == {"done": True}
    assert seen == [(1, 1), (2, 2), (1, 3), (2, 4), (1, 5), (2, 6)]
    assert seconds(result, CALLED) == [0, 1, 1, 2, 2, 3]


def test_the_context_object_counts_the_retries_of_all_retriers():
    machine = load(
        A=task(
            INVOKE,
            Parameters={"FunctionName": "work", "Payload": {"n.$": "$$.State.RetryCount"}},
            Retry=[retry("Busy"), retry("Lost")],
        )
    )
    seen = []

    def work(payload):
        seen.append(payload["n"])
        raise asl.TaskFailed("Busy" if len(seen) % 2 else "Lost")

    machine.run(tasks={"work": work})
    assert seen == [0, 1, 2, 3, 4, 5, 6]


def test_a_retry_is_linked_to_the_failure_before_it_and_enters_no_state():
    result = load(A=task(Retry=[retry(MaxAttempts=1)])).run(
        tasks={"work": asl.script(asl.fails("Busy"), "done")}
    )
    assert chart(result) == lines("""
        1 <- 0 ExecutionStarted
        2 <- 0 TaskStateEntered A
        3 <- 2 LambdaFunctionScheduled
        4 <- 3 LambdaFunctionStarted
        5 <- 4 LambdaFunctionFailed
        6 <- 5 LambdaFunctionScheduled
        7 <- 6 LambdaFunctionStarted
        8 <- 7 LambdaFunctionSucceeded
        9 <- 8 TaskStateExited A
        10 <- 9 ExecutionSucceeded
    """)


# ---------------------------------------------------------------- which errors match


def shortly(value):
    return f"{value!s:.40}"


TIMEOUT = asl.hangs()
MATCHES = [
    (asl.fails("Declined"), {}, "Declined", True),
    (asl.fails("Declined"), {}, "Decline", False),
    (asl.fails("Declined"), {}, "declined", False),
    (asl.fails("Declined"), {}, "States.ALL", True),
    (asl.fails("Declined"), {}, "States.TaskFailed", True),
    (asl.fails("Declined"), {}, "States.Timeout", False),
    (asl.fails("Declined"), {}, "States.Runtime", False),
    (asl.fails("States.TaskFailed"), {}, "States.TaskFailed", True),
    (asl.fails(None), {}, "States.ALL", True),
    (asl.fails(None), {}, "States.TaskFailed", True),
    (asl.fails(None), {}, "None", False),
    (TIMEOUT, {"TimeoutSeconds": 9}, "States.Timeout", True),
    (TIMEOUT, {"TimeoutSeconds": 9}, "States.ALL", True),
    (TIMEOUT, {"TimeoutSeconds": 9}, "States.TaskFailed", False),
    (TIMEOUT, {"TimeoutSeconds": 9}, "States.HeartbeatTimeout", False),
    (TIMEOUT, {"HeartbeatSeconds": 9}, "States.Timeout", True),
    (TIMEOUT, {"HeartbeatSeconds": 9}, "States.HeartbeatTimeout", True),
    (TIMEOUT, {"HeartbeatSeconds": 9}, "States.ALL", True),
    (TIMEOUT, {"HeartbeatSeconds": 9}, "States.TaskFailed", False),
    (asl.returns("x" * 300_000), {}, "States.DataLimitExceeded", True),
    (asl.returns("text"), {"ResultPath": "$.a"}, "States.ResultPathMatchFailure", True),
    (asl.returns("text"), {"ResultPath": "$.a"}, "States.Runtime", False),
]


@pytest.mark.parametrize(("reply", "fields", "name", "matches"), MATCHES, ids=shortly)
def test_a_catcher_covers_the_errors_that_its_names_mean(reply, fields, name, matches):
    machine = load(
        A=task(**fields, Catch=[catch("B", name)], Next="C"), B=pass_(End=True), C=SUCCEED
    )
    result = machine.run("no object", tasks={"work": lambda payload: reply})
    assert result.path == (["A", "B"] if matches else ["A"])


@pytest.mark.parametrize(("reply", "fields", "name", "matches"), MATCHES, ids=shortly)
def test_a_retrier_covers_the_same_errors(reply, fields, name, matches):
    machine = load(A=task(**fields, Retry=[retry(name, MaxAttempts=1)]))
    result = machine.run("no object", tasks={"work": lambda payload: reply})
    assert len(events(result, CALLED)) == (2 if matches else 1)
    assert result.status == "FAILED"


FATAL = [
    task(Parameters={"a.$": "$.missing"}),
    task(InputPath="$.missing"),
    task(ResultSelector={"a.$": "$.missing"}),
    task(OutputPath="$.missing"),
    task(TimeoutSecondsPath="$.missing"),
    task(HeartbeatSecondsPath="$.missing"),
    parallel(scope(B=pass_(InputPath="$.missing"))),
    parallel(scope(B=pass_()), Parameters={"a.$": "$.missing"}),
    map_(scope(B=pass_()), ItemsPath="$.missing"),
    map_(scope(B=pass_()), ItemsPath="$.n"),
    map_(scope(B=pass_()), ItemsPath="$.items", ItemSelector={"a.$": "$.missing"}),
    map_(scope(B=pass_()), ItemsPath="$.items", MaxConcurrencyPath="$.missing"),
]


@pytest.mark.parametrize("state", FATAL, ids=lambda s: ", ".join([s["Type"], *list(s)[2:]]))
def test_a_field_that_cannot_be_evaluated_fails_the_execution_whatever_is_caught(state):
    covered = {
        **state,
        "Retry": [retry("States.Runtime"), retry()],
        "Catch": [catch("C", "States.Runtime"), catch("C")],
        "Next": "C",
    }
    result = load(A=covered, C=SUCCEED).run(
        {"n": 1, "items": [1]}, tasks={"work": lambda payload: {}}
    )
    assert (result.status, result.error) == ("FAILED", "States.Runtime")
    assert result.cause.startswith("An error occurred while executing the state '")
    assert result.elapsed == timedelta(0)


def test_the_cause_of_a_failing_field_names_state_and_event_in_the_words_of_aws():
    result = load(First=pass_(), A=task(InputPath="$.missing")).run(
        {"n": 1}, tasks={"work": lambda payload: {}}
    )
    assert result.cause == (
        "An error occurred while executing the state 'A' (entered at the event id #4). "
        "Invalid path '$.missing' : No results for path: $['missing']"
    )


# ---------------------------------------------------------------- catchers


def caught(*catchers, reply=None, value=None, **fields):
    """The result of a machine whose task fails, and whose catchers all lead to Caught."""
    machine = load(
        A=task(Catch=list(catchers), **fields, Next="Fine"), Caught=pass_(End=True), Fine=SUCCEED
    )
    reply = asl.fails("Declined", "no funds") if reply is None else reply
    return machine.run({"order": 7} if value is None else value, tasks={"work": lambda _: reply})


def test_catch_runs_only_after_retries_are_spent():
    result = caught(catch("Caught"), Retry=[retry(MaxAttempts=2)])
    assert seconds(result, CALLED) == [0, 1, 3]
    assert result.path == ["A", "Caught"]
    assert result.elapsed == timedelta(seconds=3)


def test_the_first_catcher_that_matches_takes_the_error():
    machine = load(
        A=task(Catch=[catch("B", "Lost"), catch("C", "Declined"), catch("D")], Next="D"),
        B=pass_(End=True),
        C=pass_(End=True),
        D=SUCCEED,
    )
    assert machine.run(tasks=always("Declined")).path == ["A", "C"]
    assert machine.run(tasks=always("Lost")).path == ["A", "B"]
    assert machine.run(tasks=always("Other")).path == ["A", "D"]


def test_an_error_that_no_catcher_names_fails_the_execution():
    result = caught(catch("Caught", "Other"))
    assert (result.status, result.error, result.cause) == ("FAILED", "Declined", "no funds")
    assert result.path == ["A"]


@pytest.mark.parametrize(
    ("fields", "output"),
    [
        ({}, {"Error": "Declined", "Cause": "no funds"}),
        ({"ResultPath": "$"}, {"Error": "Declined", "Cause": "no funds"}),
        ({"ResultPath": None}, {"order": 7}),
        (
            {"ResultPath": "$.error"},
            {"order": 7, "error": {"Error": "Declined", "Cause": "no funds"}},
        ),
        (
            {"ResultPath": "$.a.b"},
            {"order": 7, "a": {"b": {"Error": "Declined", "Cause": "no funds"}}},
        ),
        ({"ResultPath": "$.order"}, {"order": {"Error": "Declined", "Cause": "no funds"}}),
    ],
    ids=str,
)
def test_result_path_of_a_catcher_says_where_the_error_output_goes(fields, output):
    assert caught(catch("Caught", **fields)).output == output


@pytest.mark.parametrize(
    ("reply", "error_output"),
    [
        (asl.fails("Declined"), {"Error": "Declined", "Cause": None}),
        (asl.fails(None, "no name"), {"Error": None, "Cause": "no name"}),
        (asl.fails(None), {"Error": None, "Cause": None}),
        (asl.hangs(), {"Error": "States.Timeout", "Cause": ""}),
    ],
    ids=["no cause", "no name", "neither", "timeout"],
)
def test_what_an_error_does_not_say_is_null_but_the_cause_of_a_timeout_is_empty(
    reply, error_output
):
    assert caught(catch("Caught"), reply=reply, TimeoutSeconds=5).output == error_output


def test_a_catcher_leaves_through_the_exit_of_the_state():
    result = caught(catch("Caught"))
    (event,) = events(result, "TaskStateExited")
    assert details(event)["name"] == "A"
    assert details(event)["output"] == '{"Error":"Declined","Cause":"no funds"}'


def test_result_selector_result_path_and_output_path_of_the_state_do_not_shape_an_error():
    result = caught(
        catch("Caught"), ResultSelector={"x.$": "$.x"}, ResultPath="$.result", OutputPath="$.order"
    )
    assert result.output == {"Error": "Declined", "Cause": "no funds"}


def test_assign_of_a_catcher_sees_the_error_output_and_not_the_assign_of_the_state():
    machine = load(
        A=task(
            Assign={"outcome": "fine"},
            Catch=[catch("B", Assign={"why.$": "$.Error", "where.$": "$$.State.Name"})],
            Next="C",
        ),
        B=pass_(Parameters={"why.$": "$why", "where.$": "$where"}, End=True),
        C=SUCCEED,
    )
    result = machine.run(tasks=always("Declined"))
    assert result.output == {"why": "Declined", "where": "A"}
    (event,) = events(result, "TaskStateExited")
    assert details(event)["assignedVariables"] == {"why": '"Declined"', "where": '"A"'}


def test_a_catcher_whose_result_path_does_not_fit_fails_the_execution():
    result = caught(catch("Caught", ResultPath="$.error"), value="text")
    assert (result.status, result.error) == ("FAILED", "States.ResultPathMatchFailure")
    assert result.path == ["A"]


def test_a_catcher_whose_output_is_too_large_fails_the_execution():
    result = caught(catch("Caught", ResultPath="$.error"), value={"data": "x" * 262_100})
    assert (result.status, result.error) == ("FAILED", "States.DataLimitExceeded")


def test_a_failing_result_path_can_be_retried_and_caught():
    result = caught(
        catch("Caught", "States.ResultPathMatchFailure"),
        reply=asl.returns(1),
        value=["no object"],
        ResultPath="$.a",
        Retry=[retry("States.ResultPathMatchFailure", MaxAttempts=1)],
    )
    assert result.path == ["A", "Caught"]
    assert seconds(result, CALLED) == [0, 1]


def test_a_failure_inside_a_branch_is_caught_outside_with_its_own_name():
    machine = load(
        P=parallel(scope(F=fail("Refused", "no credit")), Catch=[catch("C", "Refused")], Next="D"),
        C=pass_(End=True),
        D=SUCCEED,
    )
    result = machine.run()
    assert result.path == ["P", "F", "C"]
    assert result.output == {"Error": "Refused", "Cause": "no credit"}
