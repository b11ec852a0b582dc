"""Task: what is asked for, when it is late, and what the reply becomes."""

import json
from datetime import timedelta

import pytest

import asl
from asl.engine.events import Signalled, TaskStarted, TaskSubmitted
from asl.engine.snapshot import fork, restore, snapshot
from tests.definitions import (
    FUNCTION,
    INVOKE,
    QUEUE,
    begin,
    catch,
    chart,
    details,
    events,
    kinds,
    lines,
    load,
    parallel,
    pass_,
    scope,
    seconds,
    task,
    wait,
)


def payload_of(value=None, **fields):
    """What the handler of a task gets."""
    seen = []
    result = load(A=task(**fields)).run(
        {"order": {"n": 7}} if value is None else value, tasks={"*": seen.append}
    )
    assert result.status == "SUCCEEDED", result.cause
    return seen[0]


def output_of(reply, **fields):
    """What a task leaves with, for a reply."""
    result = load(A=task(**fields)).run({"order": 7}, tasks={"*": lambda _: reply})
    assert result.status == "SUCCEEDED", result.cause
    return result.output


# ---------------------------------------------------------------- data


@pytest.mark.parametrize(
    ("fields", "payload"),
    [
        ({}, {"order": {"n": 7}}),
        ({"InputPath": "$.order"}, {"n": 7}),
        ({"InputPath": None}, {}),
        ({"Parameters": {"a": 1}}, {"a": 1}),
        ({"Parameters": {"n.$": "$.order.n", "name.$": "$$.State.Name"}}, {"n": 7, "name": "A"}),
        ({"InputPath": "$.order", "Parameters": {"n.$": "$.n"}}, {"n": 7}),
        ({"Parameters": ["fixed", {"n.$": "$.order.n"}]}, ["fixed", {"n": 7}]),
    ],
    ids=str,
)
def test_input_path_and_parameters_make_the_payload(fields, payload):
    assert payload_of(**fields) == payload


@pytest.mark.parametrize(
    ("fields", "output"),
    [
        ({}, {"ok": True, "id": 1}),
        ({"ResultSelector": {"id.$": "$.id"}}, {"id": 1}),
        ({"ResultPath": "$.reply"}, {"order": 7, "reply": {"ok": True, "id": 1}}),
        ({"ResultPath": "$.a.b"}, {"order": 7, "a": {"b": {"ok": True, "id": 1}}}),
        ({"ResultPath": "$.order"}, {"order": {"ok": True, "id": 1}}),
        ({"ResultPath": None}, {"order": 7}),
        ({"OutputPath": "$.id"}, 1),
        ({"OutputPath": None}, {}),
        (
            {"ResultSelector": {"id.$": "$.id"}, "ResultPath": "$.reply", "OutputPath": "$.reply"},
            {"id": 1},
        ),
    ],
    ids=str,
)
def test_result_selector_result_path_and_output_path_make_the_output(fields, output):
    assert output_of({"ok": True, "id": 1}, **fields) == output


def test_a_reply_of_any_json_type_is_a_result():
    for reply in (None, True, 0, 1.5, "", "text", [], {}):
        assert output_of(reply) == reply


def test_assign_sees_the_selected_result_and_the_old_variables():
    result = load(
        First=pass_(Assign={"total": 1}),
        A=task(
            ResultSelector={"id.$": "$.id"},
            ResultPath="$.reply",
            Assign={"all.$": "$", "before.$": "$total", "total": 2},
        ),
        B=pass_(Parameters={"all.$": "$all", "before.$": "$before", "total.$": "$total"}),
    ).run({}, tasks={"work": lambda _: {"id": 9, "noise": 1}})
    assert result.output == {"all": {"id": 9}, "before": 1, "total": 2}


def test_variables_are_read_in_parameters():
    machine = load(Set=pass_(Assign={"rate": 3}), A=task(Parameters={"rate.$": "$rate"}))
    assert machine.run(tasks={"work": lambda payload: payload}).output == {"rate": 3}


# ---------------------------------------------------------------- events


def test_a_function_named_by_its_arn_writes_lambda_events():
    result = load(A=task(TimeoutSeconds=30)).run({"n": 1}, tasks={"work": lambda _: "done"})
    assert chart(result) == lines("""
        1 <- 0 ExecutionStarted
        2 <- 0 TaskStateEntered A
        3 <- 2 LambdaFunctionScheduled
        4 <- 3 LambdaFunctionStarted
        5 <- 4 LambdaFunctionSucceeded
        6 <- 5 TaskStateExited A
        7 <- 6 ExecutionSucceeded
    """)
    whole = {"truncated": False}
    assert details(result.history[2]) == {
        "resource": FUNCTION,
        "input": '{"n":1}',
        "inputDetails": whole,
        "timeoutInSeconds": 30,
    }
    assert "lambdaFunctionStartedEventDetails" not in result.history[3]
    assert details(result.history[4]) == {"output": '"done"', "outputDetails": whole}


def test_every_other_resource_writes_task_events():
    result = load(
        A=task(
            QUEUE,
            Parameters={"MessageBody.$": "$.n"},
            TimeoutSeconds=30,
            HeartbeatSeconds=10,
            Credentials={"RoleArn.$": "$.role"},
        )
    ).run({"n": 1, "role": "arn:aws:iam::123456789012:role/r"}, tasks={"A": lambda _: "sent"})
    assert kinds(result)[2:5] == ["TaskScheduled", "TaskStarted", "TaskSucceeded"]
    service = {"resourceType": "sqs", "resource": "sendMessage"}
    assert details(result.history[2]) == {
        **service,
        "parameters": '{"MessageBody":1}',
        "region": "us-east-1",
        "timeoutInSeconds": 30,
        "heartbeatInSeconds": 10,
        "taskCredentials": {"roleArn": "arn:aws:iam::123456789012:role/r"},
    }
    assert details(result.history[3]) == service
    assert details(result.history[4]) == {
        **service,
        "output": '"sent"',
        "outputDetails": {"truncated": False},
    }


def test_credentials_of_a_function_stand_in_its_scheduled_event():
    result = load(A=task(Credentials={"RoleArn": "arn:aws:iam::1:role/r"})).run(
        tasks={"work": lambda _: 1}
    )
    assert details(result.history[2])["taskCredentials"] == {"roleArn": "arn:aws:iam::1:role/r"}


def test_the_region_of_a_call_is_that_of_the_machine():
    machine = asl.load(
        scope(A=task(QUEUE)), name="arn:aws-cn:states:cn-north-1:111122223333:stateMachine:orders"
    )
    result = machine.run(tasks={"A": lambda _: 1})
    assert details(events(result, "TaskScheduled")[0])["region"] == "cn-north-1"


@pytest.mark.parametrize(
    ("resource", "prefix"), [(FUNCTION, "LambdaFunction"), (QUEUE, "Task"), (INVOKE, "Task")]
)
def test_failures_and_timeouts_have_events_of_the_same_family(resource, prefix):
    machine = load(A=task(resource, TimeoutSeconds=4))
    failed = machine.run(tasks={"A": lambda _: asl.fails("Refused", "no credit")})
    event = failed.history[4]
    assert event["type"] == f"{prefix}Failed"
    assert (details(event)["error"], details(event)["cause"]) == ("Refused", "no credit")
    timed_out = machine.run(tasks={"A": lambda _: asl.hangs()})
    event = timed_out.history[4]
    assert event["type"] == f"{prefix}TimedOut"
    assert details(event)["error"] == "States.Timeout"
    assert "cause" not in details(event)


# ---------------------------------------------------------------- timeouts and heartbeats


def outcome(reply, **fields):
    """Status, error and seconds of a task's run."""
    result = load(A=task(**fields)).run({"n": 5, "text": "5"}, tasks={"work": lambda _: reply})
    return result.status, result.error, result.elapsed.total_seconds()


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (4.999999, ("SUCCEEDED", None, 4.999999)),
        (5, ("SUCCEEDED", None, 5)),
        (5.000001, ("FAILED", "States.Timeout", 5)),
        (3600, ("FAILED", "States.Timeout", 5)),
    ],
)
def test_a_task_is_late_only_after_its_deadline(after, expected):
    assert outcome(asl.returns(1, after=after), TimeoutSeconds=5) == expected
    assert outcome(asl.returns(1, after=after), TimeoutSecondsPath="$.n") == expected


def test_a_failure_at_the_deadline_is_in_time_too():
    assert outcome(asl.fails("Refused", after=5), TimeoutSeconds=5) == ("FAILED", "Refused", 5)


@pytest.mark.parametrize(
    ("reply", "fields", "expected"),
    [
        (asl.hangs(), {"HeartbeatSeconds": 5}, ("FAILED", "States.Timeout", 5)),
        (asl.hangs(), {"HeartbeatSecondsPath": "$.n"}, ("FAILED", "States.Timeout", 5)),
        (asl.returns(1, after=5), {"HeartbeatSeconds": 5}, ("SUCCEEDED", None, 5)),
        (asl.returns(1, after=6), {"HeartbeatSeconds": 5}, ("FAILED", "States.Timeout", 5)),
        (
            asl.returns(1, after=60, heartbeat_every=5),
            {"HeartbeatSeconds": 5},
            ("SUCCEEDED", None, 60),
        ),
        (
            asl.returns(1, after=60, heartbeat_every=6),
            {"HeartbeatSeconds": 5},
            ("FAILED", "States.Timeout", 5),
        ),
        (
            asl.returns(1, after=60, heartbeat_every=4),
            {"HeartbeatSeconds": 5, "TimeoutSeconds": 30},
            ("FAILED", "States.Timeout", 30),
        ),
        (
            asl.fails("Refused", after=60, heartbeat_every=4),
            {"HeartbeatSeconds": 5},
            ("FAILED", "Refused", 60),
        ),
        (
            asl.hangs(heartbeat_every=2),
            {"HeartbeatSeconds": 5, "TimeoutSeconds": 30},
            ("FAILED", "States.Timeout", 30),
        ),
        (
            asl.hangs(heartbeat_every=1),
            {"HeartbeatSeconds": 5, "TimeoutSeconds": 3_600},
            ("FAILED", "States.Timeout", 3_600),
        ),
    ],
    ids=str,
)
def test_heartbeats_prolong_a_task_but_never_beyond_its_timeout(reply, fields, expected):
    assert outcome(reply, **fields) == expected


def test_without_a_timeout_a_task_that_hangs_ends_with_the_machine():
    result = load(A=task()).run(tasks={"work": lambda _: asl.hangs()})
    assert (result.status, result.elapsed) == ("TIMED_OUT", timedelta(days=365))


def test_without_any_limit_a_task_that_hangs_is_shown_as_waiting():
    result = load(A=task()).run(
        tasks={"work": lambda _: asl.hangs()}, limits=asl.Limits(duration=None)
    )
    assert result.status == "RUNNING"
    (waiting,) = result.waiting
    assert (waiting.state_name, waiting.waits_for, waiting.until_us) == ("A", "task", None)


@pytest.mark.parametrize("field", ["TimeoutSeconds", "HeartbeatSeconds"])
@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("soon", "soon"),
        (1.5, "1.5"),
        (None, "null"),
        (True, "true"),
        ([1], "[1]"),
        (0, "0"),
        (-3, "-3"),
        (100_000_000, "100000000"),
    ],
    ids=repr,
)
def test_a_path_to_no_span_fails_the_execution_before_the_call(field, value, shown):
    result = load(A=task(**{f"{field}Path": "$.n"})).run(
        {"n": value}, tasks={"work": lambda _: pytest.fail("it must never be called")}
    )
    assert (result.status, result.error) == ("FAILED", "States.Runtime")
    assert field in result.cause
    assert shown in result.cause
    assert kinds(result) == ["ExecutionStarted", "TaskStateEntered", "ExecutionFailed"]


def test_each_attempt_has_the_whole_timeout_again():
    result = load(
        A=task(TimeoutSeconds=5, Retry=[{"ErrorEquals": ["States.Timeout"], "MaxAttempts": 1}])
    ).run(tasks={"work": lambda _: asl.hangs()})
    assert seconds(result, "LambdaFunctionTimedOut") == [5, 11]


def test_timeout_paths_read_the_effective_input():
    status = outcome(asl.hangs(), InputPath="$.n", TimeoutSecondsPath="$")
    assert status == ("FAILED", "States.Timeout", 5)


def test_asking_shares_the_data_and_numbers_the_attempt():
    execution = begin(scope(A=task(InputPath="$.order")), {"order": [1]})
    (command,) = execution.receive(None, 0)
    assert command.state_input == {"order": [1]}
    assert command.payload is command.state_input["order"]
    assert command.attempt == 1


# ---------------------------------------------------------------- variables that do not fit


def test_an_assign_that_is_too_large_leaves_the_variables_as_they_were():
    result = load(
        Set=pass_(Assign={"v": "old"}),
        A=task(Assign={"v.$": "$"}, Catch=[catch("C")], Next="C"),
        C=pass_(Assign={"w": 1}),
        D=pass_(Parameters={"v.$": "$v", "w.$": "$w"}),
    ).run(tasks={"work": lambda _: "x" * 2_000}, limits=asl.Limits(variables_bytes=1_000))
    assert result.path == ["Set", "A", "C", "D"]
    assert result.output == {"v": "old", "w": 1}


# ---------------------------------------------------------------- tokens, activities and signals


def submitted(**fields):
    return task("arn:aws:states:::sqs:sendMessage.waitForTaskToken", **fields)


ACTIVITY = "arn:aws:states:us-east-1:123456789012:activity:pack"


def test_a_call_with_a_task_token_begins_with_its_reply_and_waits():
    machine = load(A=submitted(Parameters={"token.$": "$$.Task.Token"}, TimeoutSeconds=60))
    seen = []

    def send(payload, context):
        seen.append((payload["token"], context.token))
        return {"MessageId": "m-1"}

    result = machine.run(tasks={"A": send})
    ((in_payload, in_context),) = seen
    assert in_payload == in_context
    assert kinds(result)[2:] == [
        "TaskScheduled",
        "TaskStarted",
        "TaskSubmitted",
        "TaskTimedOut",
        "ExecutionFailed",
    ]
    (event,) = events(result, "TaskSubmitted")
    assert details(event)["output"] == '{"MessageId":"m-1"}'
    assert result.elapsed == timedelta(seconds=60)


def test_each_attempt_has_a_token_of_its_own():
    tokens = []

    def send(payload, context):
        tokens.append(context.token)
        return asl.fails("Busy")

    load(A=submitted(Retry=[{"ErrorEquals": ["Busy"]}])).run(tasks={"A": send})
    assert len(set(tokens)) == 4


def test_a_token_names_its_task_in_its_execution_alone():
    definition = scope(A=submitted())
    first, second = begin(definition, seed=1), begin(definition, seed=2)
    (command,) = first.receive(None, 0)
    assert first.identity.task_of(command.token) == command.task_id
    assert second.identity.task_of(command.token) is None
    for text in ("", "token", "dG9rZW4=", "ü", "/w=="):
        assert first.identity.task_of(text) is None


@pytest.mark.parametrize(
    ("then", "status", "output"),
    [
        (asl.returns({"ok": True}, after=9), "SUCCEEDED", {"ok": True}),
        (asl.fails("Refused", after=9), "FAILED", None),
    ],
    ids=["returns", "fails"],
)
@pytest.mark.parametrize("pattern", [".sync", ".waitForTaskToken"])
def test_a_script_may_say_how_a_submitted_call_ends(pattern, then, status, output):
    result = load(A=task(f"arn:aws:states:::ecs:runTask{pattern}")).run(
        tasks={"A": lambda _: asl.submits({"JobId": "j-1"}, then=then)}
    )
    assert (result.status, result.output) == (status, output)
    assert result.elapsed == timedelta(seconds=9)
    assert details(events(result, "TaskSubmitted")[0])["output"] == '{"JobId":"j-1"}'


def test_a_plain_reply_to_a_sync_call_is_its_whole_result():
    result = load(A=task("arn:aws:states:::batch:submitJob.sync")).run(
        tasks={"A": lambda _: {"Status": "SUCCEEDED"}}
    )
    assert result.output == {"Status": "SUCCEEDED"}
    assert kinds(result)[4:6] == ["TaskSubmitted", "TaskSucceeded"]


def test_a_submission_of_an_ordinary_call_says_nothing():
    execution = begin(scope(A=task(QUEUE)))
    (command,) = execution.receive(None, 0)
    execution.receive(TaskSubmitted(command.task_id, asl.Payload(1)), 0)
    execution.receive(TaskStarted(command.task_id, "worker"), 0)
    assert len(execution.history) // 6 == 4


def test_an_activity_writes_the_events_of_its_worker():
    result = load(A=task(ACTIVITY, TimeoutSeconds=60, HeartbeatSeconds=5)).run(
        tasks={"A": lambda _: asl.started_by("packer-1", asl.returns("packed", after=3))}
    )
    assert chart(result) == lines("""
        1 <- 0 ExecutionStarted
        2 <- 0 TaskStateEntered A
        3 <- 2 ActivityScheduled
        4 <- 3 ActivityStarted
        5 <- 4 ActivitySucceeded
        6 <- 5 TaskStateExited A
        7 <- 6 ExecutionSucceeded
    """)
    assert details(result.history[2]) == {
        "resource": ACTIVITY,
        "input": "{}",
        "inputDetails": {"truncated": False},
        "timeoutInSeconds": 60,
        "heartbeatInSeconds": 5,
    }
    assert details(result.history[3]) == {"workerName": "packer-1"}


def test_an_activity_that_no_worker_takes_times_out():
    result = load(A=task(ACTIVITY, TimeoutSeconds=60)).run(tasks={"A": lambda _: asl.hangs()})
    assert kinds(result)[-2:] == ["ActivityTimedOut", "ExecutionFailed"]
    assert (result.error, result.elapsed) == ("States.Timeout", timedelta(seconds=60))


def signal(name, **fields):
    return task(f"local:signal:{name}", **fields)


def begin_local(**states):
    return begin(asl.load(scope(**states), extensions=True))


def test_a_signal_is_given_to_the_task_that_has_waited_longest():
    execution = begin_local(P=parallel(scope(A=signal("paid")), scope(B=signal("paid"))))
    assert execution.receive(None, 0) == []
    assert [waiting.waits_for for waiting in execution.waits()] == ["signal", "signal"]
    execution.receive(Signalled("other", asl.Payload(0)), 0)
    execution.receive(Signalled("paid", asl.Payload(1)), 0)
    execution.receive(Signalled("paid", asl.Payload(2)), 0)
    assert execution.outcome.output == [1, 2]


def test_signals_that_come_early_are_kept_in_order_and_in_snapshots():
    machine = asl.load(scope(W=wait(5), A=signal("paid"), B=signal("paid")), extensions=True)
    execution = begin(machine)
    for number in (1, 2, 3):
        execution.receive(Signalled("paid", asl.Payload({"n": number})), 0)
    restored = restore(machine._program, json.loads(json.dumps(snapshot(execution))))
    for one in (restored, fork(execution), execution):
        one.receive(None, 5_000_000)
        assert one.outcome.output == {"n": 2}


def test_a_signal_that_never_comes_is_a_timeout():
    execution = begin_local(A=signal("paid", TimeoutSeconds=5))
    assert execution.receive(None, 5_000_000) == []
    assert execution.outcome.error == "States.Timeout"


def test_what_does_not_run_on_aws_has_to_be_allowed():
    with pytest.raises(asl.UnsupportedFeature, match=r"does not run on AWS.*extensions=True"):
        asl.load(scope(A=signal("paid")))
