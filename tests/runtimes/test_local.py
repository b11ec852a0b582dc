"""The synchronous runtime: run, advance, stop, fork, snapshot; a clock of one's own."""

import asyncio
import json
import warnings
from datetime import UTC, datetime, timedelta

import pytest

import asl
from tests.definitions import (
    SUCCEED,
    catch,
    events,
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


class ManualClock:
    """A clock that is not virtual, but whose time only passes when somebody says so."""

    is_virtual = False

    def __init__(self, now_us=0):
        self.now = now_us
        self.waited = []

    def now_us(self):
        return self.now

    def wait_until(self, at_us):
        if at_us > self.now:
            self.waited.append(at_us)
            self.now = at_us

    async def wait_until_async(self, at_us):
        self.wait_until(at_us)


# ---------------------------------------------------------------- moving on by hand


def test_advance_lets_exactly_a_span_pass():
    run = load(A=wait(10), B=wait(20)).start()
    assert run.advance(0).path == ["A"]
    assert run.advance(9.999999).path == ["A"]
    assert run.advance(0.000001).path == ["A", "B"]
    result = run.advance(timedelta(seconds=15))
    assert (result.status, result.elapsed) == ("RUNNING", timedelta(seconds=25))
    result = run.advance(60)
    assert (result.status, result.elapsed) == ("SUCCEEDED", timedelta(seconds=30))


def test_advance_without_a_span_goes_on_to_the_end():
    run = load(A=wait(10), B=wait(20)).start()
    run.advance(5)
    assert run.advance().elapsed == timedelta(seconds=30)
    assert run.advance().status == "SUCCEEDED"
    assert run.advance(1).elapsed == timedelta(seconds=30)


def test_the_clock_comes_as_far_as_it_was_told_even_when_nothing_happens():
    clock = asl.VirtualClock()
    before = clock.now_us()
    run = load(A=pass_()).start(clock=clock)
    run.advance(90)
    assert clock.now_us() - before == 90_000_000


def test_a_span_that_is_negative_is_refused():
    with pytest.raises(asl.UsageError):
        load(A=wait(1)).start().advance(-1)


def test_nothing_happens_before_the_first_advance():
    called = []
    run = load(A=task()).start(tasks={"work": called.append})
    assert run.result.status == "RUNNING"
    assert run.result.path == []
    assert [event["type"] for event in run.result.history] == ["ExecutionStarted"]
    assert called == []
    run.advance(0)
    assert called == [{}]


def test_the_result_says_what_it_waits_for_until_it_ends():
    run = load(P=parallel(scope(A=wait(60)), scope(B=task(TimeoutSeconds=90)))).start(
        tasks={"work": lambda _: asl.hangs()}
    )
    result = run.advance(30)
    start = datetime(2025, 1, 1, tzinfo=UTC).timestamp() * 1_000_000
    assert [(w.state_name, w.waits_for, w.until_us - start) for w in result.waiting] == [
        ("A", "wait", 60_000_000),
        ("B", "task", 90_000_000),
    ]
    assert run.advance().waiting == ()


def test_a_result_taken_earlier_does_not_change_later():
    run = load(A=wait(10), B=pass_()).start()
    early = run.advance(5)
    run.advance()
    assert early.status == "RUNNING"
    assert early.path == ["A"]
    assert [event["type"] for event in early.history] == ["ExecutionStarted", "WaitStateEntered"]
    assert early.elapsed == timedelta(seconds=5)


def test_a_scripted_reply_on_its_way_comes_with_the_time():
    run = load(A=task()).start(tasks={"work": lambda _: asl.returns("done", after=10)})
    assert run.advance(9).status == "RUNNING"
    assert run.advance(1).output == "done"


def test_replies_to_what_was_cancelled_are_ignored():
    machine = load(
        P=parallel(scope(A=task("slow")), scope(B=task("bad")), Catch=[catch("W")], Next="W"),
        W=wait(100),
    )
    result = machine.run(
        tasks={
            "slow": lambda _: asl.returns(1, after=50),
            "bad": lambda _: asl.fails("Refused", after=10),
        }
    )
    assert (result.status, result.elapsed) == ("SUCCEEDED", timedelta(seconds=110))


def test_time_passes_no_further_than_the_end_whatever_is_still_on_its_way():
    clock = asl.VirtualClock()
    before = clock.now_us()
    result = load(P=parallel(scope(A=task("slow")), scope(B=task("bad")))).run(
        clock=clock,
        tasks={
            "slow": lambda _: asl.returns(1, after=50),
            "bad": lambda _: asl.fails("Refused", after=10),
        },
    )
    assert result.elapsed == timedelta(seconds=10)
    assert clock.now_us() - before == 10_000_000


# ---------------------------------------------------------------- stopping


def test_stop_aborts_a_run_where_it_stands():
    run = load(A=wait(60)).start()
    run.advance(20)
    result = run.stop("Stopped", "by hand")
    assert (result.status, result.error, result.cause) == ("ABORTED", "Stopped", "by hand")
    assert result.elapsed == timedelta(seconds=20)
    assert result.history[-1]["type"] == "ExecutionAborted"
    with pytest.raises(asl.ExecutionAborted):
        result.check()


def test_stop_lets_happen_what_is_due_first():
    run = load(A=pass_(), B=wait(5)).start()
    assert run.stop().path == ["A", "B"]
    done = load(A=pass_()).start().stop()
    assert done.status == "SUCCEEDED"


def test_stopping_a_run_that_has_ended_changes_nothing():
    run = load(A=wait(10)).start()
    before = run.advance(100)
    after = run.stop("Stopped")
    assert (after.status, after.error) == ("SUCCEEDED", None)
    assert after.to_json() == before.to_json()
    assert after.elapsed == before.elapsed == timedelta(seconds=10)


# ---------------------------------------------------------------- watching


def test_every_event_is_shown_once_as_it_is_written():
    seen = []
    run = load(A=pass_(), W=wait(10), T=task()).start(
        tasks={"work": lambda _: seen.append("called")}, on_event=seen.append
    )
    run.advance(5)
    assert [event["type"] for event in seen] == [
        "ExecutionStarted",
        "PassStateEntered",
        "PassStateExited",
        "WaitStateEntered",
    ]
    result = run.advance()
    called = seen.index("called")
    assert [event for event in seen if event != "called"] == result.history
    assert seen[called - 1]["type"] == "LambdaFunctionStarted"
    assert seen[called + 1]["type"] == "LambdaFunctionSucceeded"


# ---------------------------------------------------------------- forks and snapshots


def test_a_fork_goes_its_own_way_and_leaves_the_first_alone():
    calls = []
    run = load(W=wait(10), A=task(), B=task(Retry=[retry()])).start(
        tasks={"work": lambda payload, context: calls.append(context.call) or context.call}
    )
    run.advance(5)
    before = run.result.to_json()
    twin = run.fork()
    assert twin.advance().output == 1
    assert run.result.to_json() == before
    assert run.result.elapsed == timedelta(seconds=5)
    assert run.advance().to_json() == twin.result.to_json()


def test_a_fork_has_the_replies_on_their_way_and_the_exceptions_so_far():
    def work(payload, context):
        if context.call == 1:
            raise KeyError("order")
        return asl.returns("done", after=20)

    run = load(A=task(Retry=[retry()])).start(tasks={"work": work})
    run.advance(10)
    twin = run.fork()
    assert twin.advance().output == "done"
    assert twin.result.elapsed == timedelta(seconds=21)
    assert [state for state, _ in twin.result.exceptions] == ["A"]
    assert run.result.status == "RUNNING"


def test_a_fork_can_be_taken_while_tasks_are_still_to_be_called():
    run = load(P=parallel(scope(A=task()), scope(B=task()))).start(
        tasks={"work": lambda payload, context: context.state_name}
    )
    run.feed(None, run.clock.now_us())
    twin = run.fork()
    assert twin.advance().output == ["A", "B"]
    assert run.result.status == "RUNNING"
    assert run.advance().output == ["A", "B"]


def test_a_snapshot_is_json_and_goes_on_with_the_same_counts():
    machine = load(W=wait(10), A=task(Retry=[retry(MaxAttempts=5)]))
    work = asl.script(asl.fails("Busy"), asl.fails("Busy"), "done")
    run = machine.start(tasks={"work": work})
    run.advance(10.5)
    document = json.loads(json.dumps(run.snapshot()))
    restored = machine.restore(document, tasks={"work": work})
    result = restored.advance()
    assert (result.output, result.elapsed) == ("done", timedelta(seconds=13))
    assert result.to_json() == run.advance().to_json()


def test_a_restored_run_stands_at_the_time_of_its_snapshot():
    machine = load(W=wait(10))
    run = machine.start(clock=asl.VirtualClock(datetime(2030, 1, 1, tzinfo=UTC)))
    run.advance(4)
    restored = machine.restore(run.snapshot())
    assert restored.result.elapsed == timedelta(seconds=4)
    assert restored.advance(5).status == "RUNNING"
    assert restored.advance(1).status == "SUCCEEDED"


def test_a_restored_run_on_a_later_clock_catches_up():
    machine = load(W=wait(10), V=wait(10))
    run = machine.start(clock=ManualClock())
    run.advance(4)
    clock = ManualClock(3_600_000_000)
    result = machine.restore(run.snapshot(), clock=clock).advance()
    assert seconds(result, "WaitStateExited") == [10, 20]
    assert result.status == "SUCCEEDED"


def test_tasks_in_flight_are_asked_for_again_after_a_restore():
    machine = load(P=parallel(scope(A=task()), scope(B=task(TimeoutSeconds=60))))
    calls = []

    def work(payload, context):
        calls.append((context.state_name, context.attempt))
        return asl.hangs() if len(calls) < 3 else "done"

    run = machine.start(tasks={"work": work})
    run.advance(30)
    result = machine.restore(run.snapshot(), tasks={"work": work}).advance()
    assert calls == [("A", 1), ("B", 1), ("A", 1), ("B", 1)]
    assert (result.output, result.elapsed) == (["done", "done"], timedelta(seconds=30))


def test_the_timeout_of_a_task_asked_for_again_still_counts_from_its_start():
    machine = load(A=task(TimeoutSeconds=60))
    tasks = {"work": lambda _: asl.hangs()}
    run = machine.start(tasks=tasks)
    run.advance(45)
    result = machine.restore(run.snapshot(), tasks=tasks).advance()
    assert (result.error, result.elapsed) == ("States.Timeout", timedelta(seconds=60))


def test_a_restored_run_shows_its_events_to_a_new_observer():
    machine, seen = load(W=wait(10), A=pass_()), []
    run = machine.start()
    run.advance(4)
    restored = machine.restore(run.snapshot(), on_event=seen.append)
    restored.advance()
    assert seen == restored.result.history


@pytest.mark.parametrize(
    "document",
    [None, [], {}, {"execution": {}}, {"calls": []}, {"calls": {}}, {"calls": {}, "execution": {}}],
    ids=repr,
)
def test_what_is_no_snapshot_of_a_run_is_refused(document):
    with pytest.raises(asl.SnapshotError, match="not a snapshot"):
        load(A=pass_()).restore(document)


@pytest.mark.parametrize("calls", [{"A": "often"}, {"A": None}, {"A": [1]}], ids=repr)
def test_counts_of_calls_that_are_none_are_refused(calls):
    machine = load(A=task())
    run = machine.start(tasks={"work": lambda _: 1})
    with pytest.raises(asl.SnapshotError):
        machine.restore({**run.snapshot(), "calls": calls}, tasks={"work": lambda _: 1})


def test_a_time_that_is_none_is_refused_before_the_clock_sees_it():
    machine = load(A=wait(1))
    document = machine.start().snapshot()
    document["execution"]["now"] = "soon"
    with pytest.raises(asl.SnapshotError):
        machine.restore(document)


def test_a_missing_handler_is_found_before_a_run_is_restored():
    machine = load(W=wait(1), A=task())
    run = machine.start(tasks={"work": lambda _: 1})
    with pytest.raises(asl.MissingHandler):
        machine.restore(run.snapshot())


# ---------------------------------------------------------------- a clock of one's own


def test_a_run_waits_on_the_clock_for_what_comes_next():
    clock = ManualClock(1_000_000)
    result = load(A=wait(10), B=wait(20)).run(clock=clock)
    assert clock.waited == [11_000_000, 31_000_000]
    assert result.elapsed == timedelta(seconds=30)


@pytest.mark.parametrize(("takes", "error"), [(5, None), (6, "States.Timeout")])
def test_a_handler_that_takes_longer_than_its_timeout_is_late(takes, error):
    clock = ManualClock()

    def work(payload):
        clock.now += takes * 1_000_000
        return "done"

    result = load(A=task(TimeoutSeconds=5)).run(clock=clock, tasks={"work": work})
    assert result.error == error


@pytest.mark.parametrize(("beats", "error"), [(True, None), (False, "States.Timeout")])
def test_heartbeats_of_a_handler_prolong_its_task_while_time_passes(beats, error):
    clock = ManualClock()

    def work(payload, context):
        for _ in range(4):
            clock.now += 4_000_000
            if beats:
                context.heartbeat()
        return "done"

    result = load(A=task(HeartbeatSeconds=5)).run(clock=clock, tasks={"work": work})
    assert result.error == error


def test_the_time_that_a_handler_took_shows_in_the_history():
    clock = ManualClock()

    def work(payload):
        clock.now += 2_500_000

    result = load(A=task(), B=task()).run(clock=clock, tasks={"work": work})
    assert seconds(result, "LambdaFunctionScheduled") == [0, 2.5]
    assert seconds(result, "LambdaFunctionSucceeded") == [2.5, 5]


def test_a_clock_that_goes_back_stops_nothing():
    clock = ManualClock(10_000_000)

    def work(payload):
        clock.now -= 5_000_000

    result = load(A=task(), B=pass_()).run(clock=clock, tasks={"work": work})
    assert result.status == "SUCCEEDED"
    assert result.elapsed == timedelta(0)


def test_scripted_delays_pass_on_a_real_clock_too():
    clock = ManualClock()
    result = load(A=task()).run(clock=clock, tasks={"work": lambda _: asl.returns(1, after=7)})
    assert clock.waited == [7_000_000]
    assert result.elapsed == timedelta(seconds=7)


# ---------------------------------------------------------------- async handlers


async def async_work(payload):
    return 1


class Awaitable:
    def __await__(self):
        yield


@pytest.mark.parametrize(
    "handler", [async_work, lambda _: Awaitable()], ids=["coroutine", "awaitable"]
)
def test_an_async_handler_under_run_is_refused_without_a_warning(handler):
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        with pytest.raises(asl.HandlerContractError, match="state 'A' is async: use run_async"):
            load(A=task()).run(tasks={"work": handler})
    assert not warned


def test_the_same_handler_runs_under_run_async():
    assert asyncio.run(load(A=task()).run_async(tasks={"work": async_work})).output == 1


# ---------------------------------------------------------------- large runs


def test_a_thousand_branches_and_a_thousand_iterations_run_in_virtual_time():
    branches = [scope(**{f"W{n}": wait(n)}) for n in range(1_000)]
    result = load(P=parallel(*branches)).run()
    assert (result.status, result.elapsed) == ("SUCCEEDED", timedelta(seconds=999))
    result = load(M=map_(scope(T=task()))).run(
        list(range(1_000)), tasks={"work": lambda n: asl.returns(n, after=1)}
    )
    assert (result.output, result.elapsed) == (list(range(1_000)), timedelta(seconds=25))
    assert len(events(result, "MapIterationSucceeded")) == 1_000
    assert kinds(result)[-1] == "ExecutionSucceeded"


def test_an_execution_without_tasks_needs_no_handlers():
    assert load(A=pass_(), B=SUCCEED).run().status == "SUCCEEDED"
