"""Redrive: an execution that ended badly goes on from where it stood."""

import json

import pytest

import asl
from asl.engine.commands import InvokeTask
from asl.engine.events import StopRequested, TaskFailed, TaskSucceeded
from asl.engine.snapshot import fork, restore, snapshot
from tests.definitions import (
    SUCCEED,
    begin,
    catch,
    choice,
    fail,
    load,
    map_,
    parallel,
    pass_,
    retry,
    scope,
    task,
    wait,
)

SECOND = 1_000_000
DAY = 86_400 * SECOND


def names(commands):
    return [command.state_name for command in commands if isinstance(command, InvokeTask)]


def answer(execution, commands, **replies):
    """Answer tasks by the names of their states: a value succeeds, None fails; what follows."""
    following = []
    for command in commands:
        if isinstance(command, InvokeTask) and command.state_name in replies:
            reply = replies[command.state_name]
            event = (
                TaskFailed(command.task_id, "Refused", None)
                if reply is None
                else TaskSucceeded(command.task_id, asl.Payload(reply))
            )
            following += execution.receive(event, execution.now)
    return following


def kinds_from(execution, kind):
    """The types of the events from the last one of a kind on."""
    kinds = [event["type"] for event in execution.recorded().events()]
    return kinds[len(kinds) - 1 - kinds[::-1].index(kind) :]


# ---------------------------------------------------------------- going on


def test_a_failed_task_is_tried_again_and_what_succeeded_stays_done():
    execution = begin(scope(A=task(ResultPath="$.a"), B=task(ResultPath="$.b")))
    commands = answer(execution, execution.receive(None, 0), A=1)
    answer(execution, commands, B=None)
    assert execution.outcome.status == "FAILED"
    again = execution.redrive(3 * SECOND)
    assert names(again) == ["B"]
    answer(execution, again, B=2)
    assert (execution.outcome.status, execution.outcome.output) == ("SUCCEEDED", {"a": 1, "b": 2})
    assert execution.recorded().entered_states() == ["A", "B"]


def test_the_redrive_is_an_event_and_shows_in_the_context_object():
    execution = begin(scope(A=task(Parameters={"e.$": "$$.Execution"})))
    answer(execution, execution.receive(None, 0), A=None)
    (command,) = execution.redrive(90 * SECOND)
    assert command.payload["e"]["RedriveCount"] == 1
    assert command.payload["e"]["RedriveTime"] == "1970-01-01T00:01:30.000Z"
    events = [e for e in execution.recorded().events() if e["type"] == "ExecutionRedriven"]
    assert [event["executionRedrivenEventDetails"] for event in events] == [{"redriveCount": 1}]
    answer(execution, [command], A=None)
    (command,) = execution.redrive(91 * SECOND)
    assert command.payload["e"]["RedriveCount"] == 2


def test_retries_are_unspent_again():
    execution = begin(scope(A=task(Retry=[retry(MaxAttempts=1)])))
    answer(execution, execution.receive(None, 0), A=None)
    answer(execution, execution.receive(None, SECOND), A=None)
    assert execution.outcome.status == "FAILED"
    (command,) = execution.redrive(SECOND)
    assert command.attempt == 1
    answer(execution, [command], A=None)
    assert execution.is_running
    (command,) = execution.receive(None, 2 * SECOND)
    assert command.attempt == 2


def test_of_a_parallel_only_the_branches_without_output_run_again():
    execution = begin(
        scope(
            P=parallel(scope(A=task()), scope(B=pass_(), BB=task()), scope(C=wait(60), CC=task()))
        )
    )
    commands = execution.receive(None, 0)
    answer(execution, commands, A="a", BB=None)
    assert execution.outcome.status == "FAILED"
    again = execution.redrive(100 * SECOND)
    assert names(again) == ["BB"]
    again += execution.receive(None, 160 * SECOND)
    assert names(again) == ["BB", "CC"]
    answer(execution, again, BB="b", CC="c")
    assert execution.outcome.output == ["a", "b", "c"]


def test_of_a_map_only_the_iterations_without_output_run_again():
    execution = begin(scope(M=map_(scope(T=task()), MaxConcurrency=2)), [1, 2, 3, 4])
    first, second = execution.receive(None, 0)
    (third,) = execution.receive(TaskSucceeded(first.task_id, asl.Payload("one")), 0)
    execution.receive(TaskFailed(second.task_id, "Refused", None), 0)
    assert execution.outcome.status == "FAILED"
    again = execution.redrive(0)
    assert [command.payload for command in again] == [2, 3]
    for command in again:
        again += execution.receive(
            TaskSucceeded(command.task_id, asl.Payload(command.payload * 10)), 0
        )
    assert execution.outcome.output == ["one", 20, 30, 40]
    assert third.payload == 3


def test_children_of_children_go_on_where_they_stood():
    inner = map_(scope(T=task()), ItemsPath="$.items")
    execution = begin(scope(P=parallel(scope(M=inner), scope(W=wait(9)))), {"items": [1, 2]})
    first, second = execution.receive(None, 0)
    execution.receive(TaskSucceeded(first.task_id, asl.Payload("one")), 0)
    execution.receive(TaskFailed(second.task_id, "Refused", None), 0)
    (again,) = execution.redrive(0)
    assert again.payload == 2
    execution.receive(TaskSucceeded(again.task_id, asl.Payload("two")), 0)
    execution.receive(None, 9 * SECOND)
    assert execution.outcome.output == [["one", "two"], {"items": [1, 2]}]


@pytest.mark.parametrize(
    ("end", "status"),
    [
        (lambda execution: execution.receive(StopRequested(None, None), 0), "ABORTED"),
        (lambda execution: execution.receive(None, 5 * SECOND), "TIMED_OUT"),
    ],
    ids=["aborted", "timed out"],
)
def test_what_was_aborted_or_timed_out_goes_on_too_and_its_time_starts_anew(end, status):
    execution = begin({**scope(A=task(), B=wait(4)), "TimeoutSeconds": 5})
    execution.receive(None, 0)
    end(execution)
    assert execution.outcome.status == status
    again = execution.redrive(60 * SECOND)
    assert execution.wake_at == 65 * SECOND
    answer(execution, again, A=1)
    execution.receive(None, 64 * SECOND)
    assert execution.outcome.status == "SUCCEEDED"


@pytest.mark.parametrize(
    ("definition", "value", "kinds"),
    [
        (scope(F=fail("Refused")), {}, ["FailStateEntered", "ExecutionFailed"]),
        (
            scope(C=choice({"Variable": "$", "IsNull": True, "Next": "A"}), A=SUCCEED),
            {},
            ["ChoiceStateEntered", "ExecutionFailed"],
        ),
        (scope(W=wait(SecondsPath="$.n")), {}, ["WaitStateEntered", "ExecutionFailed"]),
    ],
    ids=["fail", "choice", "wait"],
)
def test_other_states_are_entered_again(definition, value, kinds):
    execution = begin(definition, value)
    execution.receive(None, 0)
    assert execution.outcome.status == "FAILED"
    assert execution.redrive(0) == []
    assert kinds_from(execution, "ExecutionRedriven") == ["ExecutionRedriven", *kinds]
    assert execution.outcome.status == "FAILED"


def test_a_redriven_failure_can_be_caught_like_any_other():
    execution = begin(
        scope(A=task(TimeoutSeconds=5, Catch=[catch("C", "States.Timeout")], Next="C"), C=SUCCEED)
    )
    answer(execution, execution.receive(None, 0), A=None)
    execution.redrive(0)
    execution.receive(None, 5 * SECOND)
    assert execution.outcome.status == "SUCCEEDED"
    assert execution.recorded().entered_states() == ["A", "C"]


# ---------------------------------------------------------------- copies


@pytest.mark.parametrize("copy", ["snapshot", "fork"])
def test_a_copy_of_an_ended_execution_can_be_redriven(copy):
    machine = load(P=parallel(scope(A=task()), scope(M=map_(scope(T=task()), ItemsPath="$.items"))))
    execution = begin(machine, {"items": [1, 2]})
    commands = execution.receive(None, 0)
    answer(execution, commands, A="a")
    execution.receive(TaskSucceeded(commands[1].task_id, asl.Payload("one")), 0)
    execution.receive(TaskFailed(commands[2].task_id, "Refused", None), 0)
    twin = (
        restore(machine._program, json.loads(json.dumps(snapshot(execution))))
        if copy == "snapshot"
        else fork(execution)
    )
    (again,) = twin.redrive(SECOND)
    twin.receive(TaskSucceeded(again.task_id, asl.Payload("two")), SECOND)
    assert twin.outcome.output == ["a", ["one", "two"]]
    assert execution.outcome.status == "FAILED"


# ---------------------------------------------------------------- what can't be redriven


def refused(execution, now=0):
    before = list(execution.recorded().events())
    with pytest.raises(asl.UsageError) as caught:
        execution.redrive(now)
    assert type(caught.value).__name__ == "ExecutionNotRedrivable"
    assert list(execution.recorded().events()) == before
    return str(caught.value)


def test_what_runs_or_succeeded_cannot_be_redriven():
    execution = begin(scope(A=task()))
    commands = execution.receive(None, 0)
    assert refused(execution) == "an execution that is RUNNING can't be redriven"
    answer(execution, commands, A=1)
    assert refused(execution) == "an execution that is SUCCEEDED can't be redriven"


def test_an_express_execution_cannot_be_redriven():
    execution = begin(asl.load(scope(F=fail()), type="EXPRESS"))
    execution.receive(None, 0)
    assert refused(execution) == "an Express execution can't be redriven"


def test_after_fourteen_days_it_is_too_late():
    for days, is_late in ((14, False), (14.000001, True)):
        execution = begin(scope(F=fail()))
        execution.receive(None, 0)
        if is_late:
            assert "more than 14 days ago" in refused(execution, int(days * DAY))
        else:
            execution.redrive(int(days * DAY))


def test_a_full_history_has_no_room_for_a_redrive():
    execution = begin(scope(F=fail()), limits=asl.Limits(history_events=4))
    execution.receive(None, 0)
    assert "history of the execution is full" in refused(execution)


def test_a_redrive_before_the_end_is_refused():
    execution = begin(scope(W=wait(5), F=fail()))
    execution.receive(None, 5 * SECOND)
    with pytest.raises(asl.ClockError):
        execution.redrive(4 * SECOND)


def test_a_task_that_was_stopped_before_it_was_entered_is_entered():
    """Its sibling fails at the instant at which both begin, and not when it is redriven."""
    once = "States.ArrayGetItem($.list, States.MathAdd($$.Execution.RedriveCount, -1))"
    branches = scope(Once=pass_(Parameters={"item.$": once})), scope(Ask=task("ask"))
    execution = begin(scope(Both=parallel(*branches)), {"list": ["first"]})
    execution.receive(None, 0)
    assert execution.outcome.status == "FAILED"
    commands = execution.redrive(0)
    assert execution.recorded().entered_states() == ["Both", "Once", "Once", "Ask"]
    answer(execution, commands, Ask=1)
    assert execution.outcome.output == [{"item": "first"}, 1]
