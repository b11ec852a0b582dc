"""An execution as a value: events and times in, commands out; deadlines to the microsecond."""

from datetime import timedelta

import pytest

import asl
from asl.engine.commands import CancelTask, InvokeTask
from asl.engine.events import StopRequested, TaskFailed, TaskHeartbeat, TaskSucceeded
from asl.engine.execution import Waiting
from tests.definitions import (
    FUNCTION,
    SUCCEED,
    begin,
    catch,
    choice,
    fail,
    kinds,
    load,
    map_,
    parallel,
    pass_,
    retry,
    scope,
    seconds,
    task,
    wait,
)

SECOND = 1_000_000
DAY = 86_400 * SECOND
YEAR = 365 * DAY


def reply(task_id, output=None):
    return TaskSucceeded(task_id, asl.Payload(output))


def last(execution):
    return list(execution.recorded().events())[-1]


# ---------------------------------------------------------------- events and commands


def test_an_execution_asks_for_its_task_and_ends_with_the_reply():
    execution = begin(scope(Work=task(Parameters={"n.$": "$.n"})), {"n": 1})
    (command,) = execution.receive(None, 0)
    assert isinstance(command, InvokeTask)
    assert (command.state_name, command.resource.arn) == ("Work", FUNCTION)
    assert (command.payload, command.state_input, command.attempt) == ({"n": 1}, {"n": 1}, 1)
    assert execution.is_running
    assert execution.receive(reply(command.task_id, "done"), 5) == []
    assert not execution.is_running
    assert (execution.outcome.status, execution.outcome.output) == ("SUCCEEDED", "done")


def test_nothing_runs_before_the_execution_is_told_the_time():
    execution = begin(scope(A=pass_()), now=7)
    assert execution.wake_at == 7
    assert execution.event_count == 1
    execution.receive(None, 7)
    assert execution.outcome.status == "SUCCEEDED"
    assert execution.wake_at is None


def test_time_never_goes_back():
    execution = begin(scope(A=wait(10)), now=100)
    with pytest.raises(asl.ClockError, match="time went back from 100 to 99"):
        execution.receive(None, 99)
    execution.receive(None, 100)
    assert execution.now == 100


def test_timers_fire_each_at_its_own_time_however_late_the_execution_hears_of_it():
    execution = begin(scope(A=wait(1), B=wait(2), C=pass_()))
    execution.receive(None, 60 * SECOND)
    exits = [
        event["timestamp"].second
        for event in execution.recorded().events()
        if event["type"] == "WaitStateExited"
    ]
    assert exits == [1, 3]
    assert execution.outcome.status == "SUCCEEDED"


def test_a_failed_task_fails_the_execution():
    execution = begin(scope(A=task()))
    (command,) = execution.receive(None, 0)
    assert execution.receive(TaskFailed(command.task_id, "Refused", "no credit"), 0) == []
    assert execution.outcome.status == "FAILED"
    assert (execution.outcome.error, execution.outcome.cause) == ("Refused", "no credit")


@pytest.mark.parametrize(
    "event",
    [reply(99), TaskFailed(99, "E", None), TaskHeartbeat(99)],
    ids=lambda e: type(e).__name__,
)
def test_an_event_for_a_task_that_nobody_knows_is_ignored(event):
    execution = begin(scope(A=task()))
    execution.receive(None, 0)
    before = execution.event_count
    assert execution.receive(event, 0) == []
    assert execution.event_count == before
    assert execution.is_running


def test_a_wait_cannot_be_ended_by_a_reply():
    execution = begin(scope(A=wait(10)))
    execution.receive(None, 0)
    (waiting,) = execution.waits()
    execution.receive(reply(waiting.wait_id), 0)
    assert execution.waits() == [waiting]


def test_a_second_reply_to_the_same_task_is_ignored():
    execution = begin(scope(A=task(), B=task()))
    (first,) = execution.receive(None, 0)
    (second,) = execution.receive(reply(first.task_id, 1), 0)
    assert execution.receive(reply(first.task_id, 2), 0) == []
    execution.receive(reply(second.task_id, 3), 0)
    assert execution.outcome.output == 3


def test_an_execution_that_has_ended_ignores_whatever_comes():
    execution = begin(scope(A=pass_()))
    execution.receive(None, 0)
    before = list(execution.recorded().events())
    for event in (reply(1), TaskHeartbeat(1), StopRequested(None, None), None):
        assert execution.receive(event, 0) == []
    assert list(execution.recorded().events()) == before
    assert execution.outcome.status == "SUCCEEDED"


# ---------------------------------------------------------------- what it waits for


def test_waits_say_state_kind_and_instant():
    definition = scope(
        P=parallel(
            scope(Timed=task(TimeoutSeconds=9, HeartbeatSeconds=5)),
            scope(Untimed=task()),
            scope(Sleep=wait(3)),
            scope(Again=task(Retry=[retry(IntervalSeconds=7)])),
        )
    )
    execution = begin(definition)
    commands = execution.receive(None, 0)
    execution.receive(TaskFailed(commands[-1].task_id, "E", None), 0)
    shown = [(w.state_name, w.waits_for, w.until_us) for w in execution.waits()]
    assert shown == [
        ("Timed", "task", 5 * SECOND),
        ("Untimed", "task", None),
        ("Sleep", "wait", 3 * SECOND),
        ("Again", "retry", 7 * SECOND),
    ]
    assert [call.state_name for call in execution.calls()] == ["Timed", "Untimed"]
    assert execution.wake_at == 3 * SECOND


def test_an_execution_that_no_clock_will_move_never_wants_to_be_woken():
    execution = begin(scope(A=task()), limits=asl.Limits(duration=None))
    execution.receive(None, 0)
    assert execution.wake_at is None
    (waiting,) = execution.waits()
    assert waiting == Waiting("A", "task", waiting.wait_id, None)


def test_timers_of_what_is_over_are_forgotten():
    definition = scope(A=task(TimeoutSeconds=60), B=task())
    execution = begin(definition, limits=asl.Limits(duration=None))
    (command,) = execution.receive(None, 0)
    assert execution.wake_at == 60 * SECOND
    execution.receive(reply(command.task_id), SECOND)
    assert execution.wake_at is None
    execution.receive(None, 3600 * SECOND)
    assert execution.is_running


# ---------------------------------------------------------------- deadlines


@pytest.mark.parametrize(
    ("at", "is_late"), [(5 * SECOND - 1, False), (5 * SECOND, False), (5 * SECOND + 1, True)]
)
def test_a_reply_at_the_very_deadline_of_its_task_is_in_time(at, is_late):
    execution = begin(scope(A=task(TimeoutSeconds=5)))
    (command,) = execution.receive(None, 0)
    commands = execution.receive(reply(command.task_id, "done"), at)
    if is_late:
        assert commands == [CancelTask(command.task_id)]
        assert (execution.outcome.status, execution.outcome.error) == ("FAILED", "States.Timeout")
        assert last(execution)["timestamp"].microsecond == 0
    else:
        assert commands == []
        assert execution.outcome.output == "done"


@pytest.mark.parametrize(("at", "is_late"), [(5 * SECOND, False), (5 * SECOND + 1, True)])
def test_a_heartbeat_at_the_very_instant_when_it_is_due_is_in_time(at, is_late):
    execution = begin(scope(A=task(HeartbeatSeconds=5)))
    (command,) = execution.receive(None, 0)
    execution.receive(TaskHeartbeat(command.task_id), at)
    assert execution.is_running == (not is_late)
    if not is_late:
        assert execution.receive(None, 10 * SECOND) == [CancelTask(command.task_id)]
        assert execution.outcome.error == "States.Timeout"


def test_a_heartbeat_changes_nothing_for_a_task_without_heartbeat_seconds():
    execution = begin(scope(A=task(TimeoutSeconds=5)))
    (command,) = execution.receive(None, 0)
    execution.receive(TaskHeartbeat(command.task_id), 4 * SECOND)
    execution.receive(None, 5 * SECOND)
    assert execution.outcome.error == "States.Timeout"


@pytest.mark.parametrize(
    ("at", "status"), [(5 * SECOND, "SUCCEEDED"), (5 * SECOND + 1, "TIMED_OUT")]
)
def test_a_reply_at_the_very_deadline_of_the_machine_is_in_time(at, status):
    execution = begin({**scope(A=task()), "TimeoutSeconds": 5})
    (command,) = execution.receive(None, 0)
    execution.receive(reply(command.task_id), at)
    assert execution.outcome.status == status


def test_timeout_seconds_of_the_machine_end_it_and_cancel_its_tasks():
    definition = {**scope(P=parallel(scope(A=task()), scope(B=wait(60)))), "TimeoutSeconds": 5}
    execution = begin(definition)
    (command,) = execution.receive(None, 0)
    assert execution.wake_at == 5 * SECOND
    assert execution.receive(None, 9 * SECOND) == [CancelTask(command.task_id)]
    assert execution.outcome.status == "TIMED_OUT"
    assert (execution.outcome.error, execution.outcome.cause) == (None, None)
    assert execution.waits() == []
    event = last(execution)
    assert (event["type"], event["previousEventId"]) == ("ExecutionTimedOut", 0)
    assert event["executionTimedOutEventDetails"] == {}
    assert event["timestamp"].second == 5


def test_a_wait_that_ends_at_the_deadline_of_the_machine_still_succeeds():
    assert begin_and_wait({**scope(A=wait(5)), "TimeoutSeconds": 5}).status == "SUCCEEDED"
    assert begin_and_wait({**scope(A=wait(6)), "TimeoutSeconds": 5}).status == "TIMED_OUT"


def begin_and_wait(definition, **options):
    execution = begin(definition, **options)
    execution.receive(None, 10 * YEAR)
    return execution.outcome


@pytest.mark.parametrize(
    ("type_", "span", "status", "elapsed"),
    [
        ("STANDARD", 31_536_000, "SUCCEEDED", timedelta(days=365)),
        ("STANDARD", 31_536_001, "TIMED_OUT", timedelta(days=365)),
        ("EXPRESS", 300, "SUCCEEDED", timedelta(minutes=5)),
        ("EXPRESS", 301, "TIMED_OUT", timedelta(minutes=5)),
    ],
)
def test_the_longest_duration_is_a_year_and_five_minutes_for_express(type_, span, status, elapsed):
    result = asl.load(scope(A=wait(span)), type=type_).run()
    assert (result.status, result.elapsed) == (status, elapsed)


@pytest.mark.parametrize(
    ("own", "limit", "ends_after"),
    [
        (3, timedelta(seconds=5), 3),
        (8, timedelta(seconds=5), 5),
        (None, timedelta(seconds=5), 5),
        (8, None, 8),
        (99_999_999, timedelta(days=365), 31_536_000),
    ],
)
def test_the_shorter_of_own_timeout_and_longest_duration_counts(own, limit, ends_after):
    definition = {**scope(A=wait(100), B=wait(99_999_999)), "TimeoutSeconds": own}
    if own is None:
        del definition["TimeoutSeconds"]
    result = asl.load(definition).run(limits=asl.Limits(duration=limit))
    assert (result.status, result.elapsed) == ("TIMED_OUT", timedelta(seconds=ends_after))


def test_without_a_longest_duration_a_wait_may_take_longer_than_a_year():
    result = load(A=wait(99_999_999)).run(limits=asl.Limits(duration=None))
    assert (result.status, result.elapsed) == ("SUCCEEDED", timedelta(seconds=99_999_999))


# ---------------------------------------------------------------- stopping


def test_stopping_aborts_and_cancels_the_tasks_in_flight():
    execution = begin(scope(P=parallel(scope(A=task()), scope(B=task()), scope(C=wait(9)))))
    commands = execution.receive(None, 0)
    cancelled = execution.receive(StopRequested("Stopped", "by hand"), 3 * SECOND)
    assert cancelled == [CancelTask(command.task_id) for command in commands]
    assert execution.outcome.status == "ABORTED"
    assert (execution.outcome.error, execution.outcome.cause) == ("Stopped", "by hand")
    event = last(execution)
    assert (event["type"], event["previousEventId"]) == ("ExecutionAborted", 0)
    assert event["executionAbortedEventDetails"] == {"error": "Stopped", "cause": "by hand"}


def test_a_timer_that_comes_before_the_stop_still_happens():
    execution = begin(scope(A=wait(2), B=wait(9)))
    execution.receive(StopRequested(None, None), 3 * SECOND)
    assert execution.outcome.status == "ABORTED"
    kinds_seen = [event["type"] for event in execution.recorded().events()]
    assert kinds_seen == [
        "ExecutionStarted",
        "WaitStateEntered",
        "WaitStateExited",
        "WaitStateEntered",
        "ExecutionAborted",
    ]


# ---------------------------------------------------------------- the history limit


def endless(**states):
    """These states, over and over."""
    return asl.load(
        scope(
            **states,
            Again=choice(
                {"Variable": "$.stop", "IsPresent": True, "Next": "End"}, Default=next(iter(states))
            ),
            End=SUCCEED,
        )
    )


def test_a_loop_without_end_ends_by_the_history_limit():
    result = endless(A=pass_()).run()
    assert (result.status, result.error) == ("FAILED", "States.Runtime")
    assert result.cause == "The execution reached the maximum number of history events (25000)."
    assert len(result.history) == 25_000
    event = result.history[-1]
    assert (event["type"], event["previousEventId"]) == ("ExecutionFailed", 24_999)


def test_a_loop_over_a_wait_ends_by_the_history_limit_too():
    result = endless(A=wait(1)).run()
    assert (result.status, len(result.history)) == ("FAILED", 25_000)
    assert result.elapsed == timedelta(seconds=6_250)  # four events a second after the first one


@pytest.mark.parametrize(
    ("definition", "events"),
    [
        (scope(A=pass_()), 4),
        (scope(A=pass_(), B=wait(1)), 6),
        (scope(A=wait(1)), 4),
        (scope(A=task()), 7),
        (scope(A=task(), B=pass_()), 9),
        (scope(A=parallel(scope(B=pass_()))), 8),
        (scope(A=map_(scope(B=task()), ItemsPath="$.items")), 13),
    ],
    ids=["pass", "pass, wait", "wait", "task", "task, pass", "parallel", "map"],
)
def test_a_success_may_be_the_very_last_event_and_nothing_may_come_after(definition, events):
    options = {"tasks": {"work": lambda payload: 1}}
    machine = asl.load(definition)
    for limit in (events + 1, events):
        result = machine.run({"items": [1]}, limits=asl.Limits(history_events=limit), **options)
        assert (result.status, len(result.history)) == ("SUCCEEDED", events)
    for limit in range(4, events):
        result = machine.run({"items": [1]}, limits=asl.Limits(history_events=limit), **options)
        assert (result.status, result.error) == ("FAILED", "States.Runtime")
        assert len(result.history) == limit
        assert kinds(result)[-1] == "ExecutionFailed"


def test_the_history_limit_cancels_the_tasks_in_flight():
    definition = scope(P=parallel(scope(A=task()), scope(B=pass_(), C=pass_(), D=pass_())))
    execution = begin(definition, limits=asl.Limits(history_events=8))
    commands = execution.receive(None, 0)
    assert [type(command) for command in commands] == [InvokeTask, CancelTask]
    assert commands[0].task_id == commands[1].task_id
    assert execution.outcome.status == "FAILED"


def test_a_failure_that_needs_no_more_room_keeps_its_own_error():
    result = load(A=fail("Refused")).run(limits=asl.Limits(history_events=3))
    assert (result.status, result.error, len(result.history)) == ("FAILED", "Refused", 3)


# ---------------------------------------------------------------- the payload limit


BIG = "x" * (256 * 1024 - 2)


def test_an_input_of_exactly_256_kibibytes_is_accepted_and_one_byte_more_is_not():
    machine = load(A=pass_())
    assert machine.run(BIG).status == "SUCCEEDED"
    with pytest.raises(
        asl.InvalidInput, match=r"the input has 262,145 bytes, more than .* 262,144"
    ):
        machine.run(BIG + "x")
    with pytest.raises(asl.InvalidInput, match="more than the limit"):
        machine.run({"data": "x" * 300_000})


def test_bytes_count_and_not_characters():
    machine = load(A=pass_())
    assert machine.run("é" * 131_071).status == "SUCCEEDED"
    with pytest.raises(asl.InvalidInput):
        machine.run("é" * 131_072)


TOO_LARGE = (
    "The state/task '{}' returned a result with a size exceeding the maximum number of bytes "
    "service limit."
)


@pytest.mark.parametrize(
    ("definition", "subject"),
    [
        (scope(A=pass_(Result=BIG + "x")), "A"),
        (scope(A=pass_(Result={"a": "x" * 150_000, "b": "x" * 150_000})), "A"),
        (scope(A=pass_(Parameters={"one.$": "$.half", "two.$": "$.half", "c": 100})), "A"),
        (scope(A=pass_(Result="x" * 150_000, ResultPath="$.more")), "A"),
        (scope(A=pass_(Parameters={"l.$": "States.Array($.half, $.half, $.half)"})), "A"),
        (scope(A=task(Parameters={"one.$": "$.half", "two.$": "$.half", "c": 1})), FUNCTION),
        (scope(A=task()), FUNCTION),
        (scope(A=task("arn:aws:states:::sqs:sendMessage")), "arn:aws:states:::sqs:sendMessage"),
        (scope(A=parallel(scope(B=pass_()), scope(C=pass_()))), "A"),
        (scope(A=map_(scope(B=pass_()), ItemSelector={"all.$": "$"})), "A"),
    ],
    ids=[
        "pass result",
        "pass result in parts",
        "template",
        "result path",
        "intrinsic",
        "task payload",
        "task reply",
        "service reply",
        "parallel result",
        "map result",
    ],
)  # fmt: skip
def test_whatever_grows_over_the_limit_fails_its_state(definition, subject):
    kind = definition["States"]["A"]["Type"]
    half = "x" * 131_066
    given = [half, half[:-100]] if kind == "Map" else {"half": half}
    result = asl.load(definition).run(given, tasks={"*": lambda payload: BIG + "x"})
    assert (result.status, result.error) == ("FAILED", "States.DataLimitExceeded")
    assert result.cause == TOO_LARGE.format(subject)


def test_data_of_exactly_the_limit_passes_through_every_state():
    definition = scope(
        P=pass_(),
        C=choice({"Variable": "$", "IsString": True, "Next": "W"}),
        W=wait(1),
        T=task(),
        S=SUCCEED,
    )
    result = asl.load(definition).run(BIG, tasks={"work": lambda payload: payload})
    assert result.status == "SUCCEEDED"
    assert result.output == BIG


def test_a_catcher_takes_a_reply_that_is_too_large():
    result = load(
        A=task(Catch=[catch("B", "States.ALL")], Next="C"), B=pass_(End=True), C=SUCCEED
    ).run(tasks={"work": lambda payload: BIG + "x"})
    assert result.path == ["A", "B"]
    assert result.output["Error"] == "States.DataLimitExceeded"
    assert "LambdaFunctionSucceeded" not in kinds(result)
    assert "LambdaFunctionFailed" in kinds(result)


def test_a_result_that_is_cut_to_size_is_none_too_large():
    result = load(A=pass_(Parameters={"a.$": "$", "b.$": "$"}, OutputPath="$.a.n")).run(
        {"n": 1, "half": "x" * 200_000}
    )
    assert result.output == 1


@pytest.mark.parametrize("levels", [150, 5_000])
def test_data_that_is_wrapped_without_end_fails_and_never_overflows_the_stack(levels):
    machine = endless(Wrap=pass_(Parameters={"in.$": "$"}))
    result = machine.run(limits=asl.Limits(history_events=4 * levels))
    assert result.status == "FAILED"
    assert result.error == ("States.Runtime" if levels == 150 else "States.DataLimitExceeded")
    assert result.to_json()


def test_without_a_limit_any_size_passes():
    result = load(A=pass_()).run("x" * 1_000_000, limits=asl.Limits(payload_bytes=None))
    assert result.status == "SUCCEEDED"


# ---------------------------------------------------------------- what only shows while it runs


@pytest.mark.parametrize(
    "state",
    [
        pass_(Parameters={"n.$": "States.MathRandom(-2147483648, $.n)"}),
        task(ResultSelector={"n.$": "States.MathRandom(-2147483648, 2147483647)"}),
    ],
    ids=["entering", "resuming"],
)
def test_a_refusal_that_only_shows_while_a_state_runs_names_the_state(state):
    machine = asl.load(scope(First=pass_(), Draw=state))
    with pytest.raises(asl.UnsupportedFeature) as caught:
        machine.run({"n": 2147483647}, tasks={"work": lambda payload: 1})
    assert caught.value.pointer == "/States/Draw"
    assert "States.MathRandom" in str(caught.value)


def test_the_same_events_at_the_same_times_give_the_same_history():
    definition = scope(
        A=task(Retry=[retry(JitterStrategy="FULL")]), B=pass_(Parameters={"id.$": "States.UUID()"})
    )

    def history():
        execution = begin(definition, seed=3)
        for now in range(0, 100 * SECOND, SECOND):
            for command in execution.receive(None, now):
                error = TaskFailed(command.task_id, "E", None)
                execution.receive(error if command.attempt < 3 else reply(command.task_id), now)
        return list(execution.recorded().events())

    assert history() == history()
    assert history()[-1]["type"] == "ExecutionSucceeded"


def test_virtual_times_of_events_are_those_at_which_they_were_received():
    result = load(A=wait(1), B=wait(2)).run()
    assert seconds(result, "WaitStateEntered") == [0, 1]
    assert seconds(result, "WaitStateExited") == [1, 3]
