"""Nested executions: other machines on the same clock, each with its own history."""

import asyncio
import json
from datetime import timedelta

import pytest

import asl
from tests.definitions import SUCCEED, catch, details, events, fail, kinds, pass_, scope, task, wait

SYNC, SYNC2 = ("arn:aws:states:::states:startExecution" + end for end in (".sync", ".sync:2"))
START = "arn:aws:states:::states:startExecution"
SDK = "arn:aws:states:::aws-sdk:sfn:"
ARN = "arn:aws:states:us-east-1:123456789012:stateMachine:Child"


def child(**states):
    return asl.load(scope(**(states or {"W": wait(10), "P": pass_()})), name="Child")


def parent(resource=SYNC2, *, fields=None, after=None, **parameters):
    given = {"StateMachineArn": ARN, "Input.$": "$", **parameters}
    if "Input" in parameters:
        del given["Input.$"]
    start = task(resource, Parameters=given, **(fields or {}))
    return asl.load(scope(S=start, **(after or {})), name="Parent")


def run(machine, value=None, *, machines=None, **options):
    given = {"Child": child()} if machines is None else machines
    return machine.run({"a": 1} if value is None else value, machines=given, **options)


def test_sync_waits_and_answers_with_text():
    result = run(parent(SYNC))
    assert result.elapsed == timedelta(seconds=10)
    answer = result.output
    assert list(answer) == sorted(answer)
    assert (answer["Input"], answer["Output"]) == ('{"a":1}', '{"a":1}')
    assert (answer["Status"], answer["StateMachineArn"]) == ("SUCCEEDED", ARN)
    assert (answer["StartDate"], answer["StopDate"]) == (1_735_689_600_000, 1_735_689_610_000)
    assert answer["RedriveStatus"] == "NOT_REDRIVABLE"
    assert kinds(result)[2:6] == ["TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"]
    submitted = json.loads(details(events(result, "TaskSubmitted")[0])["output"])
    assert submitted == {"ExecutionArn": answer["ExecutionArn"], "StartDate": 1_735_689_600.0}


def test_sync_2_answers_with_json():
    answer = run(parent(SYNC2)).output
    assert (answer["Input"], answer["Output"]) == ({"a": 1}, {"a": 1})


def test_a_started_execution_goes_its_own_way():
    result = run(parent(START))
    assert result.elapsed == timedelta(0)
    assert list(result.output) == ["ExecutionArn", "StartDate"]
    (started,) = result.children
    assert started.execution_id == result.output["ExecutionArn"]
    assert (started.status, started.elapsed) == ("SUCCEEDED", timedelta(seconds=10))
    assert started.path == ["W", "P"]
    assert kinds(result)[2:5] == ["TaskScheduled", "TaskStarted", "TaskSucceeded"]


def test_the_sdk_shows_dates_as_text():
    result = run(parent(SDK + "startExecution"))
    assert result.output["StartDate"] == "2025-01-01T00:00:00.000Z"


def test_a_failed_execution_fails_a_sync_task():
    machines = {"Child": child(F=fail("Bad", "why"))}
    for resource in (SYNC, SYNC2):
        result = run(parent(resource), machines=machines)
        assert result.error == "States.TaskFailed"
        cause = json.loads(result.cause)
        assert (cause["Error"], cause["Cause"], cause["Status"]) == ("Bad", "why", "FAILED")
        assert cause["Input"] == '{"a":1}'
        assert "Output" not in cause
    caught = parent(fields={"Catch": [catch("End", "States.TaskFailed")]}, after={"End": SUCCEED})
    assert run(caught, machines=machines).status == "SUCCEEDED"


@pytest.mark.parametrize(
    ("resource", "error", "service"),
    [
        (START, "StepFunctions.StateMachineDoesNotExistException", "Service: AWSStepFunctions;"),
        (SYNC, "StepFunctions.StateMachineDoesNotExistException", "Service: AWSStepFunctions;"),
        (SDK + "startExecution", "Sfn.StateMachineDoesNotExistException", "Service: Sfn,"),
    ],
)
def test_a_machine_that_is_not_there_fails_the_task_as_on_aws(resource, error, service):
    result = run(parent(resource), machines={})
    assert result.error == error
    assert result.cause.startswith(f"State Machine Does Not Exist: '{ARN}' ({service}")
    assert kinds(result)[-2:] == ["TaskFailed", "ExecutionFailed"]


@pytest.mark.parametrize(
    ("key", "wanted"),
    [
        ("Child", ARN),
        (ARN, ARN),
        ("Child", "Child"),
        ("alias", ARN),
        ("Child", f"{ARN}:PROD"),
        (f"{ARN}:7", f"{ARN}:7"),
    ],
)
def test_machines_are_found_by_arn_and_name(key, wanted):
    assert run(parent(StateMachineArn=wanted), machines={key: child()}).status == "SUCCEEDED"


@pytest.mark.parametrize("wanted", [None, 7, "Other", "arn:aws:states:x", ARN + "x"])
def test_other_machines_are_not_there(wanted):
    assert "DoesNotExist" in run(parent(StateMachineArn=wanted)).error


@pytest.mark.parametrize(
    ("given", "taken"),
    [(None, {}), ({"b": 2}, {"b": 2}), ('{"b":2}', {"b": 2}), ('"text"', "text"), ([1], [1])],
)
def test_the_input_is_json_or_text_of_json(given, taken):
    assert run(parent(Input=given)).children[0].output == taken


def test_an_input_that_is_no_json_is_refused():
    result = run(parent(Input="oops"))
    assert result.error == "StepFunctions.InvalidExecutionInputException"


def test_a_name_can_be_used_once():
    machine = parent(START, Name="nightly", after={"Again": task(START, Parameters={
        "StateMachineArn": ARN, "Name": "nightly"})})  # fmt: skip
    result = run(machine)
    assert result.error == "StepFunctions.ExecutionAlreadyExistsException"
    assert result.children[0].execution_id.endswith(":Child:nightly")
    assert "already" not in run(parent(START, Name=7)).error
    assert run(parent(START, Name=7)).error == "StepFunctions.InvalidNameException"


def test_stopping_the_parent_stops_what_it_waits_for_and_nothing_else():
    for resource, status in ((SYNC, "ABORTED"), (START, "SUCCEEDED")):
        machine = parent(resource, after={"Last": wait(60)})
        run_ = machine.start({}, machines={"Child": child()})
        run_.advance(5)
        run_.stop()
        assert run_.advance().children[0].status == status


def test_a_timeout_of_the_task_stops_the_execution():
    result = run(parent(SYNC, fields={"TimeoutSeconds": 3}))
    assert (result.error, result.elapsed) == ("States.Timeout", timedelta(seconds=3))
    assert (result.children[0].status, result.children[0].elapsed) == (
        "ABORTED",
        timedelta(seconds=3),
    )


def test_tasks_of_a_nested_execution_find_their_handlers_in_the_same_registry():
    machines = {"Child": child(T=task())}
    result = run(parent(), machines=machines, tasks={"work": lambda payload: {"got": payload}})
    assert result.output["Output"] == {"got": {"a": 1}}


def test_a_handler_comes_before_a_machine():
    result = run(parent(START), tasks={"S": lambda payload: "mine"})
    assert (result.output, result.children) == ("mine", ())


def test_without_machines_such_a_task_needs_a_handler():
    with pytest.raises(asl.MissingHandler):
        parent().run({})


def test_executions_nest_and_come_in_order():
    middle = asl.load(
        scope(S=task(SYNC2, Parameters={"StateMachineArn": ARN}), W=wait(5)), name="Middle"
    )
    machine = parent(StateMachineArn=str(middle.arn))
    result = run(machine, machines={"Middle": middle, "Child": child()})
    assert result.elapsed == timedelta(seconds=15)
    (inner,) = result.children
    assert [grandchild.path for grandchild in inner.children] == [["W", "P"]]


def test_a_long_chain_of_executions_does_not_grow_the_stack():
    definition = scope(
        Look={"Type": "Choice", "Default": "End",
              "Choices": [{"Variable": "$", "NumericGreaterThan": 0, "Next": "Less"}]},
        Less=pass_(Parameters={"n.$": "States.MathAdd($, -1)"}, Next="S"),
        S=task(SYNC2, Parameters={"StateMachineArn": "Chain", "Input.$": "$.n"}, Next="Drop",
               ResultPath=None),
        Drop=pass_(Result=0, Next="End"),
        End=SUCCEED,
    )  # fmt: skip
    chain = asl.load(definition, name="Chain")
    result = chain.run(3_000, machines={"Chain": chain})
    assert (result.status, result.output) == ("SUCCEEDED", 0)


def test_machines_that_start_themselves_are_stopped(monkeypatch):
    monkeypatch.setattr("asl.runtimes.nested.MOST_NESTED", 50)
    again = asl.load(scope(S=task(START, Parameters={"StateMachineArn": "Again"})), name="Again")
    with pytest.raises(asl.UsageError, match="50 nested executions"):
        again.run({}, machines={"Again": again})


def test_the_same_seed_gives_the_same_executions_in_both_runtimes():
    machines = {"Child": child(W=wait(3), P=pass_(Parameters={"id.$": "States.UUID()"}))}
    both = scope(
        P={"Type": "Parallel", "Branches": [
            scope(A=task(SYNC2, Parameters={"StateMachineArn": ARN})),
            scope(B=task(SYNC, Parameters={"StateMachineArn": ARN})),
        ]}
    )  # fmt: skip
    machine = asl.load(both)
    first = machine.run({}, machines=machines, seed=5)
    assert first.to_json() == machine.run({}, machines=machines, seed=5).to_json()
    assert first.output != machine.run({}, machines=machines, seed=6).output
    third = asyncio.run(machine.run_async({}, machines=machines, seed=5))
    assert first.to_json() == third.to_json()
    one, two = first.children
    assert one.output != two.output


def test_async_handlers_of_nested_executions_are_cancelled_with_them():
    log = []

    async def work(payload):
        try:
            await asyncio.sleep(3_600)
        except asyncio.CancelledError:
            log.append("cancelled")
            raise

    branches = [
        scope(A=task(SYNC2, Parameters={"StateMachineArn": ARN})),
        scope(B=task("arn:aws:lambda:us-east-1:123456789012:function:bad")),
    ]

    async def bad(payload):
        await asyncio.sleep(0)
        raise asl.TaskFailed("Bad")

    machine = asl.load(scope(P={"Type": "Parallel", "Branches": branches}))
    running = machine.run_async(
        {}, machines={"Child": child(T=task())}, tasks={"work": work, "bad": bad},
        clock=asl.SystemClock(),
    )  # fmt: skip
    result = asyncio.run(running)
    assert (result.error, log) == ("Bad", ["cancelled"])
    assert result.children[0].status == "ABORTED"


def test_express_machines_answer_start_sync_execution():
    express = asl.load(scope(P=pass_()), type="EXPRESS", name="Child")
    result = run(parent(SDK + "startSyncExecution"), machines={"Child": express})
    assert (result.output["Status"], result.output["Output"]) == ("SUCCEEDED", '{"a":1}')
    failing = asl.load(scope(F=fail("Bad")), type="EXPRESS", name="Child")
    result = run(parent(SDK + "startSyncExecution"), machines={"Child": failing})
    assert (result.status, result.output["Error"]) == ("SUCCEEDED", "Bad")
    result = run(parent(SDK + "startSyncExecution"))
    assert result.error == "Sfn.StateMachineTypeNotSupportedException"


def test_what_is_not_supported_names_the_state():
    express = asl.load(scope(P=pass_()), type="EXPRESS", name="Child")
    with pytest.raises(asl.UnsupportedFeature) as caught:
        run(parent(SYNC), machines={"Child": express})
    assert caught.value.pointer == "/States/S"
    with pytest.raises(asl.UnsupportedFeature, match="Speed"):
        run(parent(Speed=1))


def test_a_map_run_may_start_executions():
    inner = {
        **scope(S=task(SYNC2, Parameters={"StateMachineArn": ARN, "Input.$": "$"})),
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
    }
    result = run(asl.load(scope(M={"Type": "Map", "ItemProcessor": inner})), [1, 2])
    assert [entry["Output"] for entry in result.output] == [1, 2]


def test_snapshots_wait_until_nested_executions_have_ended():
    started = parent(after={"Last": wait(60)}).start({}, machines={"Child": child()})
    started.advance(5)
    with pytest.raises(asl.SnapshotError, match="child executions"):
        started.snapshot()
    started.advance(10)
    assert started.snapshot()["execution"]


def test_handlers_that_raise_are_kept_with_their_parent_too():
    def work(_):
        raise ValueError("no")

    result = run(parent(), machines={"Child": child(T=task())}, tasks={"work": work})
    assert [state for state, _ in result.exceptions] == ["T"]
    assert [state for state, _ in result.children[0].exceptions] == ["T"]
