"""The API of a durable host, in virtual time, on both databases: what AWS's API does, ours does."""

import asyncio
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest

import asl
from asl.durable import Host
from asl.engine.identity import task_named, token_of
from asl.errors import (
    ExecutionAlreadyExists,
    ExecutionDoesNotExist,
    ExecutionNotRedrivable,
    ExecutionSuspended,
    InvalidInput,
    MachineConflict,
    TaskTokenError,
    UnsupportedFeature,
    UsageError,
)

TOKEN = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"
ACTIVITY = "arn:aws:states:us-east-1:123456789012:activity:pack"
YEAR = 365 * 86_400
MONTH = 30 * 86_400
NAIVE = datetime(2025, 1, 1, tzinfo=UTC).replace(tzinfo=None)


def machine(name, *states, **options):
    """A machine of states in a row: each has its name and its other fields."""
    names = [each for each, _ in states]
    definition = {"StartAt": names[0], "States": {}}
    for (each, fields), following in zip(states, [*names[1:], None], strict=True):
        ends = fields["Type"] in ("Succeed", "Fail") or "Next" in fields
        way = {} if ends else {"Next": following} if following else {"End": True}
        definition["States"][each] = {**fields, **way}
    return asl.load(definition, name=name, **options)


def task(resource, **fields):
    return {"Type": "Task", "Resource": resource, **fields}


WAIT = machine("Wait", ("Year", {"Type": "Wait", "Seconds": YEAR}), ("Done", {"Type": "Pass"}))
PASS = machine("Pass", ("Done", {"Type": "Pass"}))
ASK = machine("Ask", ("Ask", task(TOKEN, Parameters={"T.$": "$$.Task.Token"})))
CHARGE = machine("Charge", ("Charge", task("charge")), ("Done", {"Type": "Pass"}))


class Tokens(list):
    """A handler that keeps the tokens that it is to pass on."""

    def __call__(self, payload, context):
        self.append(context.token)


@pytest.fixture
def hosts(prepared_url):
    """Makes virtual hosts on one database, one clock for all; they are closed at the end."""
    made = []
    clock = asl.VirtualClock()

    def make(**options):
        made.append(Host(prepared_url, **{"clock": clock, **options}))
        return made[-1]

    yield make
    for host in made:
        host.close()


@pytest.fixture
def virtual():
    """Makes one virtual host in memory, for what no database has a say in."""
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(
            Host("sqlite://", **{"clock": asl.VirtualClock(), **options})
        )


@pytest.fixture
def memory(virtual):
    """Such a host, with machines."""
    return virtual(machines=[WAIT, PASS])


def types(history):
    return [event["type"] for event in history]


# ---------------------------------------------------------------- start


def test_starting_again_under_a_name_changes_nothing_while_it_runs(hosts):
    host = hosts()
    first = host.start(WAIT, {"a": 1, "b": 2}, name="order-1")
    assert first == "arn:aws:states:us-east-1:123456789012:execution:Wait:order-1"
    host.advance(10)
    assert host.start("Wait", {"b": 2, "a": 1}, name="order-1") == first
    assert len(host.list().executions) == 1
    with pytest.raises(ExecutionAlreadyExists, match="another input"):
        host.start(WAIT, {"a": True, "b": 2}, name="order-1")
    host.stop(first)
    host.advance(0)
    with pytest.raises(ExecutionAlreadyExists, match="has ended"):
        host.start(WAIT, {"a": 1, "b": 2}, name="order-1")


def test_a_name_is_of_one_machine(hosts):
    host = hosts(machines=[PASS, WAIT])
    assert host.start("Pass", name="one") != host.start("Wait", name="one")


@pytest.mark.parametrize("name", ["", "a" * 81, "a b", "a/b", "a\0b", "a\ud800", "a:b", 7])
def test_a_name_that_aws_refuses_is_refused(memory, name):
    with pytest.raises(UsageError, match="name"):
        memory.start("Pass", name=name)


def test_many_are_started_all_or_none(hosts):
    host = hosts(machines=[WAIT])
    host.start("Wait", {"is": "there"}, name="c")
    with pytest.raises(ExecutionAlreadyExists, match="Wait:c was started with another input"):
        host.start_many("Wait", [("a", {}), ("b", {}), ("c", {})])
    with pytest.raises(ExecutionAlreadyExists, match="given twice"):
        host.start_many("Wait", [("a", {}), ("a", {"other": 1})])
    assert [each.name for each in host.list().executions] == ["c"]
    arns = host.start_many("Wait", [("a", {}), (None, {}), (None, {}), ("a", {})], seed=3)
    assert arns[0] == arns[3]
    assert len(set(arns)) == 3
    assert host.start_many("Wait", []) == []
    host.advance()
    assert {host.describe(arn).status for arn in arns} == {"SUCCEEDED"}


def test_equal_seeds_give_equal_histories(virtual):
    host = virtual()
    result, in_process = host.result(host.start(PASS, seed=7)), PASS.run(seed=7)
    assert result.execution_id == in_process.execution_id
    assert result.history == in_process.history
    with pytest.raises(UsageError, match="64 bits"):
        host.start(PASS, seed=2**63)


def test_what_can_not_be_started_is_refused(memory):
    with pytest.raises(MachineConflict, match=r"'Other'.*'Pass', 'Wait'"):
        memory.start("Other")
    with pytest.raises(InvalidInput):
        memory.start("Pass", {1: 2})
    with pytest.raises(InvalidInput):
        memory.start("Pass", "x" * 300_000)
    for queue in ("a\0", ""):
        with pytest.raises(UsageError, match="queue"):
            memory.start("Pass", queue=queue)
    assert memory.list().executions == []


def test_an_express_machine_may_use_a_name_again(virtual):
    express = machine("Quick", ("Done", {"Type": "Pass"}), type="EXPRESS")
    host = virtual(machines=[express])
    arns = [host.start("Quick", {"n": n}, name="same") for n in range(2)]
    assert arns[0] != arns[1]
    assert [host.result(arn).output for arn in arns] == [{"n": 0}, {"n": 1}]
    with pytest.raises(ExecutionNotRedrivable, match="Express"):
        host.redrive(arns[0])


# ---------------------------------------------------------------- look


def test_an_execution_is_described(hosts):
    host = hosts()
    arn = host.start(WAIT, {"n": 1}, name="one")
    host.advance(5)
    shown = host.describe(arn)
    assert (shown.name, shown.machine, shown.status, shown.input) == (
        "one",
        "Wait",
        "RUNNING",
        {"n": 1},
    )
    assert shown.is_parked
    assert shown.wakes_at == datetime(2026, 1, 1, tzinfo=UTC)
    assert (shown.queue, shown.parent) == ("default", None)
    assert shown.stopped_at is None
    host.advance()
    shown = host.describe(arn)
    assert (shown.status, shown.output, shown.wakes_at) == ("SUCCEEDED", {"n": 1}, None)
    assert shown.stopped_at == datetime(2026, 1, 1, tzinfo=UTC)
    assert not shown.is_parked


@pytest.mark.parametrize("arn", ["", "arn:no", "a\0b", "\ud800", None])
def test_what_there_is_not_is_not_described(hosts, arn):
    host = hosts()
    for ask in (host.describe, host.history, host.result, host.stop, host.redrive, host.resume):
        with pytest.raises(ExecutionDoesNotExist):
            ask(arn)
    with pytest.raises(ExecutionDoesNotExist):
        host.signal(arn, "go")


def test_executions_are_listed_by_what_they_are(hosts):
    host = hosts(machines=[WAIT, PASS])
    old = host.start("Pass", name="order-1")
    host.advance(60)
    noon = host.list().executions[0].started_at + timedelta(seconds=60)
    new = host.start("Wait", name="order_1")
    host.advance(60)

    def listed(**wanted):
        return [each.arn for each in host.list(**wanted).executions]

    assert listed() == [new, old]
    assert listed(status="RUNNING") == listed(machine="Wait") == listed(machine=WAIT) == [new]
    assert listed(status="SUCCEEDED", machine="Pass") == [old]
    assert listed(status="FAILED") == []
    assert listed(name_prefix="order_") == [new]
    assert listed(name_prefix="order") == [new, old]
    assert listed(name_prefix="%") == []
    assert listed(started_from=noon) == [new]
    assert listed(started_before=noon) == [old]
    assert listed(parent=old) == []


def test_a_list_is_read_page_by_page(hosts):
    host = hosts()
    arns = host.start_many(WAIT, [(f"n{n}", {}) for n in range(5)])  # all at one instant
    host.advance(1)
    arns += host.start_many(WAIT, [(f"m{n}", {}) for n in range(2)])
    seen, token = [], None
    while True:
        page = host.list(limit=2, next_token=token)
        seen += [each.arn for each in page.executions]
        token = page.next_token
        if token is None:
            break
        host.advance(1)
        host.start(WAIT)  # a new one does not move those to come
    assert sorted(seen) == sorted(arns)
    assert seen[:2] == [arns[6], arns[5]]


@pytest.mark.parametrize(
    "wanted",
    [
        {"status": "succeeded"}, {"limit": 0}, {"limit": 1_001}, {"next_token": "nonsense"},
        {"next_token": "1 a\0"}, {"name_prefix": "a\0"}, {"started_from": NAIVE},
        {"machine": "arn:wrong"},
    ],
)  # fmt: skip
def test_a_list_that_can_not_be_is_refused(memory, wanted):
    with pytest.raises(UsageError):
        memory.list(**wanted)


def test_a_history_grows_while_it_runs(hosts):
    host = hosts()
    arn = host.start(WAIT)
    assert types(host.history(arn)) == ["ExecutionStarted"]
    host.advance(5)
    assert types(host.history(arn)) == ["ExecutionStarted", "WaitStateEntered"]
    host.advance()
    assert types(host.history(arn))[-1] == "ExecutionSucceeded"


def test_a_result_comes_when_it_has_ended_and_no_later(virtual):
    host = virtual(machines=[WAIT, PASS])
    waiting = host.start("Wait")
    assert host.result(host.start("Pass", {"n": 1})).output == {"n": 1}
    assert host.describe(waiting).status == "RUNNING"  # the clock stood still
    with pytest.raises(TimeoutError, match="has not ended in 60"):
        host.result(waiting, timeout=60)
    assert host.result(waiting, timedelta(days=365)).elapsed == timedelta(days=365)


def test_a_result_that_no_clock_brings_is_not_waited_for(virtual):
    host = virtual(tasks={"Ask": Tokens()}, limits=asl.Limits(duration=None))
    with pytest.raises(TimeoutError, match="no clock brings"):
        host.result(host.start(ASK))


# ---------------------------------------------------------------- stop, redrive, resume


def test_stopping_is_as_on_aws(hosts):
    host = hosts(machines=[WAIT, PASS])
    at_once, parked, ended = host.start("Wait"), host.start("Wait"), host.start("Pass")
    host.stop(at_once, "Enough", "not even begun")
    host.advance(5)
    host.stop(parked, "Enough", "it takes too long")
    host.stop(ended, "Enough")
    host.stop(ended)
    host.advance(5)
    assert types(host.history(at_once)) == [
        "ExecutionStarted",
        "WaitStateEntered",
        "ExecutionAborted",
    ]
    assert host.describe(parked)[3:8] == ("ABORTED", {}, None, "Enough", "it takes too long")
    assert host.result(parked).cause == "it takes too long"
    assert host.describe(ended).status == "SUCCEEDED"
    with pytest.raises(UsageError, match="cause has to be text"):
        host.stop(parked, "Enough", "a\0b")


def test_a_suspended_execution_can_be_resumed(hosts):
    host = hosts()
    arn = host.start(CHARGE)
    with pytest.raises(ExecutionSuspended, match="'charge'") as caught:
        host.result(arn)
    assert "Charge" in caught.value.reason
    assert host.describe(arn).status == "SUSPENDED"
    assert [each.arn for each in host.list(status="SUSPENDED").executions] == [arn]
    assert types(host.history(arn))[-2:] == ["LambdaFunctionScheduled", "LambdaFunctionStarted"]
    host.advance(MONTH)
    assert host.describe(arn).status == "SUSPENDED"

    restarted = hosts(tasks={"charge": lambda order: "paid"})
    restarted.resume(arn)
    assert restarted.result(arn).output == "paid"
    with pytest.raises(UsageError, match="not suspended: it is SUCCEEDED"):
        restarted.resume(arn)


def test_a_suspended_execution_can_be_stopped_and_redriven(hosts):
    host = hosts()
    arn = host.start(CHARGE)
    host.advance()
    host.stop(arn, "Enough", "nobody can charge")
    assert host.describe(arn)[3:8] == ("ABORTED", {}, None, "Enough", "nobody can charge")
    assert host.result(arn).status == "ABORTED"
    assert types(host.history(arn))[-1] == "ExecutionAborted"
    restarted = hosts(tasks={"charge": lambda order: "paid"})
    restarted.redrive(arn)
    assert restarted.result(arn).output == "paid"


def test_an_execution_that_can_not_be_brought_back_can_be_stopped(hosts):
    host = hosts()
    arn = host.start(WAIT)
    host.advance(1)
    with host.backend.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE asl_journal SET length = 77")
    host.advance()
    with pytest.raises(ExecutionSuspended, match=r"leads to 2.*go on with the version that wrote"):
        host.result(arn)
    with pytest.raises(asl.JournalError):
        host.history(arn)
    host.stop(arn, "Enough")
    assert host.describe(arn).status == "ABORTED"


def test_tokens_of_a_stopped_execution_are_not_given_out(hosts):
    activity = machine("Pack", ("Both", {
        "Type": "Parallel",
        "Branches": [
            {"StartAt": "Pack", "States": {"Pack": task(ACTIVITY, End=True)}},
            {"StartAt": "Charge", "States": {"Charge": task("charge", End=True)}},
        ],
    }))  # fmt: skip
    host = hosts()
    arn = host.start(activity)
    host.advance()
    assert host.describe(arn).status == "SUSPENDED"
    host.stop(arn)
    assert host.get_activity_task("pack") is None


def test_redriving_is_as_on_aws(hosts):
    replies = asl.script(asl.fails("Busy"), asl.returns("paid"))
    host = hosts(tasks={"charge": replies}, machines=[CHARGE, PASS, WAIT])
    failed, succeeded, waiting = host.start("Charge"), host.start("Pass"), host.start("Wait")
    with pytest.raises(ExecutionNotRedrivable):
        host.redrive(failed)  # it has not begun
    host.advance(5)
    assert host.describe(failed).error == "Busy"
    for arn in (succeeded, waiting):
        with pytest.raises(ExecutionNotRedrivable):
            host.redrive(arn)
    host.redrive(failed)
    assert host.describe(failed)[3:8] == ("RUNNING", {}, None, None, None)
    with pytest.raises(ExecutionNotRedrivable):
        host.redrive(failed)
    assert host.result(failed).output == "paid"
    assert host.describe(failed).redrive_count == 1
    assert "ExecutionRedriven" in types(host.history(failed))

    host.stop(waiting)
    host.advance(0)
    host.redrive(waiting)  # it was aborted
    assert host.result(waiting).status == "SUCCEEDED"


def test_a_redrive_comes_too_late_after_two_weeks(virtual):
    host = virtual(tasks={"charge": asl.script(asl.fails("Busy"))})
    arn = host.start(CHARGE)
    host.advance(timedelta(days=15))
    with pytest.raises(ExecutionNotRedrivable, match="14 days"):
        host.redrive(arn)


# ---------------------------------------------------------------- tokens and activities


def test_a_token_is_answered_once(hosts):
    tokens = Tokens()
    host = hosts(tasks={"Ask": tokens})
    arn = host.start(ASK)
    host.advance(MONTH)
    (token,) = tokens  # it was passed on once, whatever has gone on since
    host.send_task_success(token, {"signed": True})
    for answer in (host.send_task_failure, host.send_task_heartbeat):
        with pytest.raises(TaskTokenError, match="Task Timed Out"):
            answer(token)
    host.advance(0)
    with pytest.raises(TaskTokenError, match="Task Timed Out"):
        host.send_task_success(token, {})
    assert host.result(arn).output == {"signed": True}


def test_a_token_can_fail_its_task(hosts):
    tokens = Tokens()
    host = hosts(tasks={"Ask": tokens})
    arn = host.start(ASK)
    host.advance(5)
    with pytest.raises(TaskTokenError, match="Invalid Output"):
        host.send_task_success(tokens[0], {1, 2})
    with pytest.raises(UsageError, match="error has to be text"):
        host.send_task_failure(tokens[0], 7)
    host.send_task_failure(tokens[0], "Refused", "by the customer")
    assert (host.result(arn).error, host.result(arn).cause) == ("Refused", "by the customer")


def test_tokens_of_nobody_are_refused(hosts):
    host = hosts()
    arn = host.start(WAIT)
    host.advance(5)
    for token in ("", "nonsense", "!", None, token_of(1, "a\0"), token_of(10**30, arn),
                  token_of(1, "arn:unknown")):  # fmt: skip
        with pytest.raises(TaskTokenError, match="Invalid Token"):
            host.send_task_success(token, {})
        with pytest.raises(TaskTokenError, match="Invalid Token"):
            host.send_task_heartbeat(token)
    with pytest.raises(TaskTokenError, match="Task Timed Out"):
        host.send_task_success(token_of(99, arn), {})


def test_heartbeats_keep_a_parked_task_alive_and_a_late_one_does_not(hosts):
    beating = machine("Beat", ("Ask", task(TOKEN, HeartbeatSeconds=60)))
    tokens = Tokens()
    host = hosts(tasks={"Ask": tokens})
    arn = host.start(beating)
    for _ in range(5):
        host.advance(50)
        assert host.describe(arn).is_parked
        host.send_task_heartbeat(tokens[0])
    host.advance(59)
    assert host.describe(arn).status == "RUNNING"
    host.advance(2)
    assert host.describe(arn).status == "FAILED"
    timed_out = next(e for e in host.history(arn) if e["type"] == "TaskTimedOut")
    assert timed_out["timestamp"] == datetime(2025, 1, 1, 0, 5, 10, tzinfo=UTC)
    with pytest.raises(TaskTokenError, match="Task Timed Out"):
        host.send_task_heartbeat(tokens[0])


def test_a_handler_may_use_its_host(hosts):
    started = []

    def answer(payload, context):
        started.append(host.start("Pass", {"for": context.execution_id}))
        host.send_task_success(context.token, "at once")
        with pytest.raises(UsageError, match="an event loop runs here"):
            host.advance()

    host = hosts(tasks={"Ask": answer}, machines=[ASK, PASS])
    arn = host.start("Ask")
    assert host.result(arn).output == "at once"
    assert host.result(started[0]).output == {"for": arn}


def test_what_came_before_a_timer_was_due_counts_though_nobody_was_there(hosts):
    asked = machine("Timed", ("Ask", task(TOKEN, TimeoutSeconds=3_600, HeartbeatSeconds=60)))
    tokens = Tokens()
    host = hosts(tasks={"Ask": tokens})
    answered, beating, late = host.start_many(asked, [(name, {}) for name in "abc"])
    host.advance(0)
    of = {task_named(token)[1]: token for token in tokens}

    def pass_without_a_worker(seconds):
        host.clock.wait_until(host.clock.now_us() + seconds * 1_000_000)

    pass_without_a_worker(50)
    host.send_task_success(of[answered], "yes")
    host.send_task_heartbeat(of[beating])
    pass_without_a_worker(55)
    host.send_task_heartbeat(of[beating])
    host.send_task_heartbeat(of[late])
    host.send_task_success(of[late], "too late")
    pass_without_a_worker(1)
    host.advance(0)
    assert host.describe(answered).output == "yes"
    assert host.describe(beating).status == "RUNNING"
    assert host.describe(late).error == "States.Timeout"
    for arn in (answered, late):  # things happened when somebody was there
        assert host.history(arn)[-1]["timestamp"] == datetime(2025, 1, 1, 0, 1, 46, tzinfo=UTC)


def test_tasks_of_an_activity_go_to_workers_in_their_order(hosts):
    host = hosts()
    activity = machine("Pack", ("Pack", task(ACTIVITY)))
    first = host.start(activity, {"box": 1}, name="z")
    assert host.get_activity_task("pack") is None  # nobody has begun to drive it
    host.advance(5)
    second = host.start(activity, {"box": 2}, name="a")
    host.advance(5)
    assert host.get_activity_task("other") is None
    taken = host.get_activity_task("pack", "robot")
    assert taken.input == {"box": 1}
    also = host.get_activity_task(ACTIVITY)
    assert also.input == {"box": 2}
    assert host.get_activity_task("pack") is None
    host.send_task_success(also.token, "b")
    host.send_task_success(taken.token, "a")
    assert [host.result(arn).output for arn in (first, second)] == ["a", "b"]
    started = next(e for e in host.history(first) if e["type"] == "ActivityStarted")
    assert started["activityStartedEventDetails"] == {"workerName": "robot"}


def test_each_iteration_has_a_token_of_its_own(virtual):
    each = machine("Each", ("All", {
        "Type": "Map",
        "ItemProcessor": {"StartAt": "Ask", "States": {"Ask": task(TOKEN, End=True)}},
    }))  # fmt: skip
    tokens = Tokens()
    host = virtual(tasks={"Ask": tokens})
    arn = host.start(each, ["a", "b", "c"])
    host.advance(5)
    for number, token in reversed(list(enumerate(tokens))):
        host.send_task_success(token, number)
        host.advance(5)
    assert host.result(arn).output == [0, 1, 2]


# ---------------------------------------------------------------- signals


def test_a_signal_is_kept_until_it_is_waited_for(hosts):
    approved = machine(
        "Approve",
        ("Wait", {"Type": "Wait", "Seconds": 60}),
        ("Approval", task("local:signal:approval")),
        extensions=True,
    )
    host = hosts()
    early, late = host.start(approved), host.start(approved)
    host.signal(early, "approval", {"by": "Ada"})
    host.signal(early, "another", 1)
    host.advance(90)
    assert host.describe(early).output == {"by": "Ada"}
    host.signal(late, "other")
    host.advance(MONTH)
    assert host.describe(late).status == "RUNNING"
    host.signal(late, "approval", "yes")
    assert host.result(late).output == "yes"
    with pytest.raises(ExecutionDoesNotExist, match="has ended"):
        host.signal(late, "approval")
    with pytest.raises(InvalidInput):
        host.signal(host.start(approved), "approval", {1})


# ---------------------------------------------------------------- definitions


def test_a_later_definition_does_not_touch_what_runs(hosts):
    def version(result):
        return machine(
            "Same",
            ("Wait", {"Type": "Wait", "Seconds": 60}),
            ("Say", {"Type": "Pass", "Result": result}),
        )

    host = hosts(machines=[version("old")])
    old = host.start("Same")
    host.advance(5)
    with pytest.raises(MachineConflict, match="two definitions are called 'Same'"):
        host.register(version("new"))
    deployed = hosts(machines=[version("new")])
    new = deployed.start("Same")
    assert (deployed.result(old).output, deployed.result(new).output) == ("old", "new")

    bare = hosts()  # has no machine, and starts the one that was registered last
    assert bare.result(bare.start("Same")).output == "new"
    hosts(machines=[version("old")])  # the deployment is taken back
    assert bare.result(bare.start("Same")).output == "old"
    assert bare.describe(old).machine == "Same"
    assert types(bare.history(old))[-1] == "ExecutionSucceeded"


def test_handlers_of_a_machine_go_before_those_of_all(virtual):
    host = virtual(tasks={"charge": lambda order: "common"})
    host.register(CHARGE, tasks={"charge": lambda order: "own"})
    assert host.result(host.start("Charge")).output == "own"


def test_what_needs_this_very_process_is_refused(memory):
    human = machine("Human", ("Approve", task("local:human")), extensions=True)
    with pytest.raises(UnsupportedFeature, match="local:human in a durable execution") as caught:
        memory.register(human)
    assert "token" in str(caught.value)
    with pytest.raises(UsageError, match="register a machine"):
        memory.register({"StartAt": "Done"})


# ---------------------------------------------------------------- how they run


def test_limits_are_kept_with_the_execution(hosts):
    host = hosts(limits=asl.Limits(history_events=10))
    loop = machine("Loop", *((f"Pass{n}", {"Type": "Pass"}) for n in range(9)))
    arn = host.start(loop)
    assert "history" in hosts().result(arn).cause  # driven by a host without limits


def test_variables_and_the_context_object_survive(hosts):
    jsonata = machine(
        "Data",
        ("Keep", {
            "Type": "Pass",
            "QueryLanguage": "JSONata",
            "Assign": {"n": "{% $states.input.n + 1 %}"},
        }),
        ("Year", {"Type": "Wait", "QueryLanguage": "JSONata", "Seconds": YEAR}),
        ("Tell", {
            "Type": "Pass",
            "QueryLanguage": "JSONata",
            "Output": "{% {'n': $n, 'arn': $states.context.Execution.Id, "
            "'name': $states.context.Execution.Name} %}",
        }),
    )  # fmt: skip
    arn = hosts().start(jsonata, {"n": 1}, name="one")
    assert hosts().result(arn).output == {"n": 2, "arn": arn, "name": "one"}


def test_two_that_wake_at_one_instant_both_go_on(hosts):
    host = hosts()
    arns = host.start_many(WAIT, [(None, {})] * 150)
    host.advance(YEAR - 1)
    assert len(host.list(status="RUNNING", limit=1_000).executions) == 150
    host.advance(1)
    ends = [host.describe(arn).stopped_at for arn in arns]
    assert ends == [datetime(2026, 1, 1, tzinfo=UTC)] * 150


def test_time_comes_in_spans(virtual):
    host = virtual()
    arn = host.start(WAIT)
    for _ in range(365):
        assert host.describe(arn).status == "RUNNING"
        host.advance(timedelta(days=1))
    assert host.describe(arn).status == "SUCCEEDED"
    with pytest.raises(UsageError, match="negative"):
        host.advance(-1)


def test_scripted_replies_come_in_virtual_time(virtual):
    host = virtual(
        tasks={"charge": asl.script(asl.fails("Busy", after=5), asl.returns("paid", after=30))}
    )
    again = machine("Again", ("Charge", task("charge", Retry=[
        {"ErrorEquals": ["Busy"], "IntervalSeconds": MONTH}
    ])))  # fmt: skip
    arn = host.start(again)
    host.advance(10)
    assert host.describe(arn).is_parked  # until the retry
    result = host.result(arn)
    assert (result.output, result.elapsed) == ("paid", timedelta(days=30, seconds=35))


def test_a_task_that_hangs_is_called_once_and_times_out(virtual):
    calls = []

    def hang(order):
        calls.append(order)
        return asl.hangs()

    host = virtual(tasks={"charge": hang})
    arn = host.start(machine("Hang", ("Charge", task("charge", TimeoutSeconds=YEAR))))
    host.advance(60)
    host.advance(60)
    assert host.result(arn).error == "States.Timeout"
    assert len(calls) == 1


def test_handlers_of_every_kind_answer_in_virtual_time(virtual):
    async def coroutine(order):
        return "async"

    def plain(order):
        return coroutine(order)

    class Called:
        async def __call__(self, order):
            return "object"

    host = virtual(tasks={"A": coroutine, "B": Called(), "C": plain})
    states = [(name, task("charge", ResultPath=f"$.{name}")) for name in "ABC"]
    output = host.result(host.start(machine("Kinds", *states))).output
    assert output == {"A": "async", "B": "object", "C": "async"}


# ---------------------------------------------------------------- upkeep


def test_executions_that_ended_long_ago_are_deleted(hosts):
    host = hosts(machines=[PASS, WAIT])
    ended = host.start_many("Pass", [(f"n{n}", {}) for n in range(5)])
    waiting = host.start("Wait")
    host.advance(timedelta(days=30))
    recent = host.start("Pass")
    host.advance(60)
    with pytest.raises(UsageError, match="batch"):
        host.delete_ended(timedelta(days=1), batch=0)
    assert host.delete_ended(timedelta(days=60)) == 0
    assert host.delete_ended(timedelta(days=1), batch=2) == 5
    assert {each.arn for each in host.list().executions} == {waiting, recent}
    with pytest.raises(ExecutionDoesNotExist):
        host.describe(ended[0])
    assert host.start("Pass", name="n0") == ended[0]  # the name is free again
    with host.backend.engine.connect() as connection:
        journals = connection.exec_driver_sql("SELECT DISTINCT execution_id FROM asl_journal")
        assert {row[0] for row in journals} == {waiting, recent}
    assert host.result(waiting).status == "SUCCEEDED"


def test_children_are_deleted_when_their_parent_has_ended(hosts):
    fan_out = machine("FanOut", ("Items", {
        "Type": "Map",
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "Done",
            "States": {"Done": {"Type": "Pass", "End": True}},
        },
    }), ("Month", {"Type": "Wait", "Seconds": MONTH}))  # fmt: skip
    host = hosts()
    arn = host.start(fan_out, [1, 2, 3])
    host.advance(timedelta(days=20))
    children = host.list(parent=arn).executions
    assert [child.status for child in children] == ["SUCCEEDED"] * 3
    assert [each.arn for each in host.list().executions] == [arn]
    assert host.delete_ended(timedelta(days=10)) == 0
    host.advance(timedelta(days=11))
    assert host.delete_ended(timedelta(days=10), batch=1) == 3
    host.advance(timedelta(days=11))
    assert host.delete_ended(timedelta(days=10), batch=1) == 1
    assert host.list().executions == []


# ---------------------------------------------------------------- hosts


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "URL of the database can.t be read"),
        ("mysql://user:secret@host/name", ".mysql. is no database"),
        ("sqlite://", "in memory"),
        ("sqlite:////nowhere/at/all.db", "can't be used: unable to open"),
        ("postgresql://user:secret@localhost:1/name", "can't be used: connection"),
    ],
)
def test_a_database_that_can_not_be_used_is_refused(url, said):
    with pytest.raises(UsageError, match=said) as caught:
        Host(url)
    assert "secret" not in str(caught.value)


def test_a_database_that_is_gone_is_told_of(memory):
    arn = memory.start("Wait")
    with memory.backend.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE asl_execution")
    for ask in (memory.describe, memory.history, memory.stop, memory.redrive):
        with pytest.raises(asl.DatabaseError, match="no such table"):
            ask(arn)
    with pytest.raises(asl.DatabaseError, match="no such table"):
        memory.start("Wait")


def test_virtual_and_real_time_are_not_mixed(memory, tmp_path):
    with pytest.raises(UsageError, match="call advance"), memory.worker():
        pass
    real = Host(f"sqlite:///{tmp_path}/executions.db")
    with real, pytest.raises(UsageError, match="VirtualClock"):
        real.advance(1)


def test_in_an_event_loop_advance_says_what_to_do(memory):
    async def application():
        arn = await asyncio.to_thread(memory.start, "Wait")
        with pytest.raises(UsageError, match="an event loop runs here"):
            memory.advance(1)
        return await asyncio.to_thread(memory.result, arn)

    assert asyncio.run(application()).status == "SUCCEEDED"
