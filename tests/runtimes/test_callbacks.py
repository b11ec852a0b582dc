"""What the outside world tells a run: tokens, workers, people, signals, redrive."""

import json

import pytest

import asl

CALLBACK = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"
ACTIVITY = "arn:aws:states:eu-west-1:123456789012:activity:pack"


def task(resource, **fields):
    return {
        "StartAt": "A",
        "States": {"A": {"Type": "Task", "Resource": resource, "End": True, **fields}},
    }


@pytest.fixture
def waiting():
    """A run whose only task waits for its token, and the token."""
    tokens = []

    def send(payload, context):
        tokens.append(context.token)
        return {"MessageId": "m"}

    machine = asl.load(
        task(CALLBACK, Parameters={"t.$": "$$.Task.Token"}, TimeoutSeconds=60, HeartbeatSeconds=10)
    )
    run = machine.start(tasks={"A": send})
    run.advance(1)
    return run, tokens[0]


def types(run):
    return [event["type"] for event in run.result.history]


def test_a_token_ends_its_task_with_a_result(waiting):
    run, token = waiting
    run.send_task_success(token, {"ok": True})
    assert run.result.output == {"ok": True}
    assert types(run)[2:6] == ["TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"]


def test_the_token_in_the_context_object_is_that_of_the_handler(waiting):
    run, token = waiting
    scheduled = run.result.history[2]["taskScheduledEventDetails"]
    assert json.loads(scheduled["parameters"]) == {"t": token}


@pytest.mark.parametrize(("error", "cause"), [("No", "because"), (None, None)])
def test_a_token_ends_its_task_with_an_error(waiting, error, cause):
    run, token = waiting
    run.send_task_failure(token, error, cause)
    assert (run.result.status, run.result.error, run.result.cause) == ("FAILED", error, cause)


def test_heartbeats_by_token_keep_a_task_alive(waiting):
    run, token = waiting
    for _ in range(4):
        run.send_task_heartbeat(token)
        run.advance(9)
    assert run.result.status == "RUNNING"
    assert run.advance().error == "States.Timeout"


@pytest.mark.parametrize("token", ["", "junk", "bm8gdG9rZW4=", "é"])
def test_text_that_is_no_token_is_refused(waiting, token):
    run, _ = waiting
    for send in (
        lambda: run.send_task_success(token, 1),
        lambda: run.send_task_failure(token),
        lambda: run.send_task_heartbeat(token),
    ):
        with pytest.raises(asl.TaskTokenError) as caught:
            send()
        assert caught.value.code == "InvalidToken"


def test_a_token_of_another_execution_is_refused(waiting):
    _, token = waiting
    other = asl.load(task(CALLBACK)).start(tasks={"A": lambda _: {}}, name="other")
    other.advance(1)
    with pytest.raises(asl.TaskTokenError) as caught:
        other.send_task_success(token, 1)
    assert caught.value.code == "InvalidToken"


def test_a_token_is_good_once_and_until_the_timeout(waiting):
    run, token = waiting
    run.advance(100)
    with pytest.raises(asl.TaskTokenError) as caught:
        run.send_task_success(token, 1)
    assert caught.value.code == "TaskTimedOut"


def test_an_output_that_is_no_json_is_refused_and_the_task_stays(waiting):
    run, token = waiting
    with pytest.raises(asl.TaskTokenError) as caught:
        run.send_task_success(token, {1, 2})
    assert caught.value.code == "InvalidOutput"
    run.send_task_success(token, 1)
    assert run.result.output == 1


def test_a_token_of_a_restored_run_is_the_same(waiting):
    run, token = waiting
    machine = asl.load(
        task(CALLBACK, Parameters={"t.$": "$$.Task.Token"}, TimeoutSeconds=60, HeartbeatSeconds=10)
    )
    later = machine.restore(run.snapshot(), tasks={"A": lambda _: {}})
    later.send_task_success(token, "later")
    assert later.result.output == "later"


def test_a_worker_takes_an_activity_and_answers_by_token():
    run = asl.load(task(ACTIVITY)).start({"n": 1})
    assert run.advance(5).status == "RUNNING"
    assert run.get_activity_task("other") is None
    work = run.get_activity_task(ACTIVITY, "robot")
    assert work.input == {"n": 1}
    assert run.get_activity_task("pack") is None
    run.send_task_success(work.token, "packed")
    assert run.result.output == "packed"
    started = run.result.history[3]
    assert started["type"] == "ActivityStarted"
    assert started["activityStartedEventDetails"] == {"workerName": "robot"}


def test_signals_wait_for_their_task_and_tasks_for_their_signal():
    definition = {
        "StartAt": "A",
        "States": {
            "A": {"Type": "Task", "Resource": "local:signal:go", "Next": "B"},
            "B": {"Type": "Task", "Resource": "local:signal:go", "TimeoutSeconds": 9, "End": True},
        },
    }
    machine = asl.load(definition, extensions=True)
    run = machine.start()
    run.signal("go", 1)
    run.signal("other", 5)
    run.advance(1)
    assert [waiting.state_name for waiting in run.result.waiting] == ["B"]
    run.signal("go", 2)
    assert run.result.output == 2

    late = machine.start()
    late.advance(1)
    late.signal("go")
    assert late.advance().error == "States.Timeout"
    with pytest.raises(asl.InvalidInput):
        machine.start().signal("go", {1})


def test_an_early_signal_survives_a_snapshot_and_a_fork():
    machine = asl.load(
        {
            "StartAt": "W",
            "States": {
                "W": {"Type": "Wait", "Seconds": 5, "Next": "A"},
                "A": {"Type": "Task", "Resource": "local:signal:go", "End": True},
            },
        },
        extensions=True,
    )
    run = machine.start()
    run.advance(1)
    run.signal("go", {"early": True})
    twin = run.fork()
    kept = machine.restore(json.loads(json.dumps(run.snapshot())))
    for each in (run, twin, kept):
        assert each.advance().output == {"early": True}


@pytest.mark.parametrize("resource", ["local:signal:go", "local:human"])
def test_what_does_not_run_on_aws_has_to_be_allowed(resource):
    with pytest.raises(asl.UnsupportedFeature, match="does not run on AWS") as caught:
        asl.load(task(resource))
    assert caught.value.pointer == "/States/A/Resource"


def human(**parameters):
    machine = asl.load(
        task("local:human", Parameters=parameters, TimeoutSeconds=60), extensions=True
    )
    run = machine.start()
    run.advance(1)
    return run


def test_a_person_claims_and_completes_a_task():
    run = human(Title="Sign", Candidates=["ada", "bob"], Data={"page": 1})
    (open_task,) = run.desk
    assert (open_task.title, open_task.data, open_task.claimed_by) == ("Sign", {"page": 1}, None)
    token = open_task.token
    with pytest.raises(asl.HumanTaskError, match="not among the candidates"):
        run.desk.claim(token, "eve")
    run.desk.claim(token, "ada")
    with pytest.raises(asl.HumanTaskError, match="'ada' has claimed"):
        run.desk.claim(token, "bob")
    with pytest.raises(asl.HumanTaskError, match="'bob' has not claimed"):
        run.complete_human_task(token, "bob", 1)
    with pytest.raises(asl.HumanTaskError, match="not JSON"):
        run.complete_human_task(token, "ada", {1})
    run.desk.release(token, "ada")
    with pytest.raises(asl.HumanTaskError, match="has not claimed"):
        run.desk.release(token, "ada")
    run.desk.claim(token, "bob")
    run.complete_human_task(token, "bob", {"signed": True})
    assert run.result.output == {"signed": True}
    assert list(run.desk) == []
    with pytest.raises(asl.HumanTaskError, match="no such open task"):
        run.desk.claim(token, "ada")


def test_a_task_for_people_expires():
    run = human()
    assert run.advance().error == "States.Timeout"
    assert list(run.desk) == []


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"Form": {"type": 7}}, "not a JSON Schema"),
        ({"Form": {"properties": {"x": {"pattern": "(a+)+"}}}}, "pattern: not allowed"),
        ({"Form": {"allOf": [{"$ref": "https://example.com"}]}}, "not allowed"),
        ({"Candidates": "ada"}, "must be a list of names"),
        ({"Candidates": [1]}, "must be a list of names"),
    ],
)
def test_a_task_for_people_that_makes_no_sense_is_refused(parameters, message):
    with pytest.raises(asl.HumanTaskError, match=message):
        human(**parameters)


def test_redrive_goes_on_where_the_execution_failed():
    definition = {
        "StartAt": "M",
        "States": {
            "M": {
                "Type": "Map",
                "MaxConcurrency": 1,
                "ItemProcessor": {"StartAt": "T", "States": {"T": {**task("f")["States"]["A"]}}},
                "End": True,
            }
        },
    }
    asked = []

    def work(item):
        asked.append(item)
        if item == 2 and asked.count(2) == 1:
            raise asl.TaskFailed("Bad")
        return item * 10

    run = asl.load(definition).start([1, 2, 3], tasks={"f": work})
    assert run.advance().error == "Bad"
    assert run.redrive().status == "RUNNING"
    assert run.advance().output == [10, 20, 30]
    assert asked == [1, 2, 2, 3]
    assert "ExecutionRedriven" in types(run)
    with pytest.raises(asl.ExecutionNotRedrivable, match="SUCCEEDED"):
        run.redrive()
