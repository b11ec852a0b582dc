"""The asyncio runtime: concurrent, bounded, cancelled cleanly; and else the same as the other."""

import asyncio
import threading
from datetime import timedelta

import pytest

import asl
from tests.definitions import (
    SUCCEED,
    catch,
    details,
    events,
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
from tests.runtimes.test_local import ManualClock


def run(machine, value=None, **options):
    return asyncio.run(machine.run_async({} if value is None else value, **options))


async def never():
    await asyncio.get_running_loop().create_future()


def branches(*names, **fields):
    return parallel(*(scope(**{name: task()}) for name in names), **fields)


# ---------------------------------------------------------------- the same as run


async def async_work(payload):
    await asyncio.sleep(0)
    return asl.fails("Busy") if payload == 3 else payload


def plain_work(payload):
    return asl.fails("Busy") if payload == 3 else payload


@pytest.mark.parametrize("work", [plain_work, async_work], ids=["plain", "async"])
@pytest.mark.parametrize("bound", [1, 2, 100])
def test_the_history_is_that_of_the_synchronous_runtime(work, bound):
    machine = load(
        W=wait(5),
        M=map_(scope(A=task(Catch=[catch("B")], Next="C"), B=wait(3, End=True), C=SUCCEED)),
        D=task(),
    )
    expected = machine.run([1, 2, 3, 4], tasks={"work": plain_work})
    result = run(machine, [1, 2, 3, 4], tasks={"work": work}, max_concurrency=bound)
    assert result.output == expected.output
    assert result.elapsed == expected.elapsed == timedelta(seconds=8)
    if bound == 100 or work is plain_work:
        assert result.to_json() == expected.to_json()


def test_time_passes_no_further_than_the_end_as_in_the_synchronous_runtime():
    machine = load(P=branches("Slow", "Bad"))
    tasks = {"Slow": lambda _: asl.returns(1, after=60), "Bad": lambda _: asl.fails("Refused")}
    clock = asl.VirtualClock()
    before = clock.now_us()
    result = run(machine, tasks=tasks, clock=clock)
    assert result.elapsed == machine.run(tasks=tasks).elapsed == timedelta(0)
    assert clock.now_us() == before


def test_scripted_delays_timeouts_and_retries_pass_in_virtual_time():
    machine = load(A=task(TimeoutSeconds=10, Retry=[retry()]))
    work = asl.script(asl.hangs(), asl.fails("Busy", after=3), asl.returns("done", after=4))
    result = run(machine, tasks={"work": work})
    assert (result.output, result.elapsed) == ("done", timedelta(seconds=10 + 1 + 3 + 2 + 4))


def test_a_task_that_hangs_without_any_limit_leaves_the_run_waiting():
    result = run(
        load(A=task()), tasks={"work": lambda _: asl.hangs()}, limits=asl.Limits(duration=None)
    )
    assert result.status == "RUNNING"
    assert [waiting.state_name for waiting in result.waiting] == ["A"]


def test_events_are_shown_as_they_are_written():
    seen = []
    result = run(load(A=task(), B=pass_()), tasks={"work": async_work}, on_event=seen.append)
    assert seen == result.history


def test_check_raises_and_options_count():
    machine = load(F={"Type": "Fail", "Error": "Refused"})
    with pytest.raises(asl.ExecutionFailed) as caught:
        run(machine, check=True, name="order-7")
    assert caught.value.result.execution_id.endswith(":order-7")


@pytest.mark.parametrize("bound", [0, -1])
def test_a_bound_of_less_than_one_is_refused(bound):
    with pytest.raises(asl.UsageError, match="max_concurrency must be at least 1"):
        run(load(A=pass_()), max_concurrency=bound)


# ---------------------------------------------------------------- handlers


class AsyncObject:
    async def __call__(self, payload, context):
        return context.state_name


def coroutine_of(payload, context):
    return AsyncObject()(payload, context)


@pytest.mark.parametrize(
    "handler",
    [
        AsyncObject(),
        AsyncObject().__call__,
        coroutine_of,
    ],
    ids=["object", "method", "plain function that returns a coroutine"],
)
@pytest.mark.parametrize("clock", [None, ManualClock()], ids=["virtual", "real"])
def test_async_handlers_come_in_many_forms_and_may_want_the_context(handler, clock):
    assert run(load(A=task()), tasks={"work": handler}, clock=clock).output == "A"


@pytest.mark.parametrize("clock", [None, ManualClock()], ids=["virtual", "real"])
@pytest.mark.parametrize("is_async", [False, True], ids=["plain", "async"])
def test_exceptions_of_handlers_fail_their_tasks_and_are_kept(clock, is_async):
    def work(payload):
        raise KeyError("order")

    async def awaited(payload):
        work(payload)

    result = run(load(A=task()), tasks={"work": awaited if is_async else work}, clock=clock)
    assert (result.status, result.error) == ("FAILED", "KeyError")
    assert [(state, type(error)) for state, error in result.exceptions] == [("A", KeyError)]


@pytest.mark.parametrize("clock", [None, ManualClock()], ids=["virtual", "real"])
def test_what_is_not_json_stops_the_run_and_cancels_the_others(clock):
    cancelled = []

    async def stuck(payload):
        try:
            await never()
        except asyncio.CancelledError:
            cancelled.append("stuck")
            raise

    async def wrong(payload):
        return {1, 2}

    machine = load(P=branches("Wrong", "Stuck"))
    with pytest.raises(asl.HandlerContractError, match="'Wrong'"):
        run(machine, tasks={"Stuck": stuck, "Wrong": wrong}, clock=clock)
    assert cancelled == ["stuck"]


def test_a_missing_handler_that_only_shows_at_run_time_stops_the_run():
    machine = load(
        A=task("arn:aws:states:::lambda:invoke", Parameters={"FunctionName.$": "$.name"})
    )
    with pytest.raises(asl.MissingHandler):
        run(machine, {"name": "nobody"})


# ---------------------------------------------------------------- concurrency


@pytest.mark.parametrize("clock", [None, ManualClock()], ids=["virtual", "real"])
@pytest.mark.parametrize("bound", [1, 3])
def test_no_more_handlers_are_in_flight_than_the_bound_allows(clock, bound):
    in_flight, most = set(), []

    async def work(item):
        in_flight.add(item)
        most.append(len(in_flight))
        for _ in range(5):
            await asyncio.sleep(0)
        in_flight.discard(item)
        return item

    items = list(range(8))
    result = run(
        load(M=map_(scope(A=task()))),
        items,
        tasks={"work": work},
        clock=clock,
        max_concurrency=bound,
    )
    assert result.output == items
    assert max(most) == bound


@pytest.mark.parametrize("clock", [None, ManualClock()], ids=["virtual", "real"])
def test_async_handlers_of_one_execution_run_at_the_same_time(clock):
    async def meet():
        together = asyncio.Barrier(3)

        async def work(payload):
            await together.wait()
            return "met"

        return await load(P=branches("A", "B", "C")).run_async(tasks={"work": work}, clock=clock)

    assert asyncio.run(meet()).output == ["met"] * 3


def test_in_virtual_time_answers_are_fed_in_the_order_of_the_calls():
    async def main():
        turn = asyncio.Event()

        async def first(payload):
            await turn.wait()

        async def second(payload):
            turn.set()

        return await load(P=branches("First", "Second")).run_async(
            tasks={"First": first, "Second": second}
        )

    result = asyncio.run(main())
    exits = [details(event)["name"] for event in events(result, "TaskStateExited")]
    assert exits == ["First", "Second"]


def test_in_real_time_answers_are_fed_as_they_come():
    async def main():
        turn = asyncio.Event()

        async def first(payload):
            await turn.wait()

        async def second(payload):
            asyncio.get_running_loop().call_later(0, turn.set)

        return await load(P=branches("First", "Second")).run_async(
            tasks={"First": first, "Second": second}, clock=ManualClock()
        )

    result = asyncio.run(main())
    exits = [details(event)["name"] for event in events(result, "TaskStateExited")]
    assert exits == ["Second", "First"]


def test_virtual_time_stands_still_while_handlers_work():
    async def work(payload):
        for _ in range(20):
            await asyncio.sleep(0)
        return "done"

    machine = load(P=parallel(scope(A=task(TimeoutSeconds=1)), scope(W=wait(60))))
    result = run(machine, tasks={"work": work})
    assert result.status == "SUCCEEDED"
    assert seconds(result, "LambdaFunctionSucceeded") == [0]


def test_in_real_time_plain_functions_run_in_threads_beside_each_other():
    together = threading.Barrier(2)
    main = threading.get_ident()

    def work(payload, context):
        together.wait(timeout=60)
        return threading.get_ident() != main

    result = run(load(P=branches("A", "B")), tasks={"work": work}, clock=ManualClock())
    assert result.output == [True, True]


def test_in_virtual_time_plain_functions_run_in_the_thread_of_the_loop():
    result = run(
        load(P=branches("A", "B")),
        tasks={"work": lambda _: threading.get_ident() == threading.main_thread().ident},
    )
    assert result.output == [True, True]


def test_two_runs_of_one_machine_can_go_on_at_the_same_time():
    async def main():
        together = asyncio.Barrier(2)

        async def work(payload):
            await together.wait()
            return payload

        machine = load(A=task())
        both = (machine.run_async(n, tasks={"work": work}) for n in (1, 2))
        return [result.output for result in await asyncio.gather(*both)]

    assert asyncio.run(main()) == [1, 2]


# ---------------------------------------------------------------- timeouts and cancelling


class Stuck:
    """An async handler that never answers and notes that it was cancelled."""

    def __init__(self, clock=None, passes_us=0):
        self.clock = clock
        self.passes_us = passes_us
        self.log = []

    async def __call__(self, payload):
        self.log.append("started")
        if self.clock is not None:
            self.clock.now += self.passes_us
        try:
            await never()
        except asyncio.CancelledError:
            self.log.append("cancelled")
            raise
        finally:
            await asyncio.sleep(0)
            self.log.append("cleaned up")


def test_a_timeout_cancels_the_handler():
    clock = ManualClock()
    stuck = Stuck()

    async def nudge(payload):
        clock.now += 2_000_000

    machine = load(
        P=parallel(
            scope(Slow=task(TimeoutSeconds=1, Catch=[catch("Late")], Next="Late"), Late=pass_()),
            scope(Nudge=task()),
        )
    )
    result = run(machine, tasks={"Slow": stuck, "Nudge": nudge}, clock=clock)
    assert result.status == "SUCCEEDED"
    assert result.output[0]["Error"] == "States.Timeout"
    assert stuck.log[:2] == ["started", "cancelled"]


class SteppingClock(ManualClock):
    """A clock that has gone on a bit each time somebody looks at it."""

    def now_us(self):
        self.now += 400_000
        return self.now


def test_a_timer_that_is_due_while_handlers_work_is_not_waited_for():
    stuck = Stuck()
    machine = load(P=parallel(scope(A=task(TimeoutSeconds=1)), scope(W=wait(1))))
    result = run(machine, tasks={"A": stuck}, clock=SteppingClock())
    assert result.error == "States.Timeout"
    assert stuck.log[:2] == ["started", "cancelled"]


def test_a_handler_that_answers_too_late_is_ignored():
    clock = ManualClock()

    async def work(payload):
        clock.now += 5_000_001
        return "too late"

    result = run(load(A=task(TimeoutSeconds=5)), tasks={"work": work}, clock=clock)
    assert (result.status, result.error) == ("FAILED", "States.Timeout")
    assert result.elapsed == timedelta(seconds=5)


@pytest.mark.parametrize("clock", [None, ManualClock()], ids=["virtual", "real"])
def test_a_failing_branch_cancels_the_handlers_of_its_siblings(clock):
    stuck = Stuck()

    async def bad(payload):
        await asyncio.sleep(0)
        raise asl.TaskFailed("Refused")

    result = run(load(P=branches("Bad", "Stuck")), tasks={"Bad": bad, "Stuck": stuck}, clock=clock)
    assert result.error == "Refused"
    assert stuck.log[:2] == ["started", "cancelled"]


@pytest.mark.parametrize("clock", [None, ManualClock()], ids=["virtual", "real"])
def test_what_was_cancelled_has_cleaned_up_when_the_run_is_over(clock):
    stuck = Stuck()

    async def bad(payload):
        await asyncio.sleep(0)
        raise asl.TaskFailed("Refused")

    async def main():
        await load(P=branches("Bad", "Stuck")).run_async(
            tasks={"Bad": bad, "Stuck": stuck}, clock=clock
        )
        return list(stuck.log)

    assert asyncio.run(main()) == ["started", "cancelled", "cleaned up"]


def test_a_task_that_waits_for_its_turn_and_is_cancelled_is_never_called():
    called = []

    async def bad(payload):
        called.append("bad")
        raise asl.TaskFailed("Refused")

    async def other(payload):
        called.append("other")

    machine = load(P=branches("Bad", "Other", Catch=[catch("End")], Next="End"), End=SUCCEED)
    result = run(machine, tasks={"Bad": bad, "Other": other}, max_concurrency=1)
    assert result.path[-1] == "End"
    assert called == ["bad"]


@pytest.mark.parametrize("clock", [None, ManualClock()], ids=["virtual", "real"])
def test_cancelling_the_run_cancels_its_handlers(clock):
    stuck = Stuck()

    async def main():
        both_started = asyncio.Barrier(3)

        async def work(payload):
            await both_started.wait()
            await stuck(payload)

        machine = load(P=branches("A", "B"))
        running = asyncio.create_task(machine.run_async(tasks={"work": work}, clock=clock))
        await both_started.wait()
        await asyncio.sleep(0)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        return list(stuck.log)

    log = asyncio.run(main())
    assert sorted(log) == ["cancelled"] * 2 + ["cleaned up"] * 2 + ["started"] * 2


def test_a_run_can_be_bounded_by_a_timeout_of_ones_own():
    async def main():
        async with asyncio.timeout(0):
            await load(A=task()).run_async(tasks={"work": Stuck()}, clock=ManualClock())

    with pytest.raises(TimeoutError):
        asyncio.run(main())


# ---------------------------------------------------------------- heartbeats and real waits


@pytest.mark.parametrize("is_async", [False, True], ids=["plain", "async"])
def test_heartbeats_from_handlers_prolong_their_tasks(is_async):
    clock = ManualClock()
    times = 4

    async def main():
        heard = asyncio.Event()
        loop = asyncio.get_running_loop()

        def beat(context):
            clock.now += 4_000_000
            context.heartbeat()

        def plain(payload, context):
            for _ in range(times):
                beat(context)
                asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop).result(timeout=60)
            return "alive"

        async def awaited(payload, context):
            for _ in range(times):
                beat(context)
                heard.clear()
                loop.call_soon(heard.set)
                await heard.wait()
            return "alive"

        return await load(A=task(HeartbeatSeconds=5)).run_async(
            tasks={"work": awaited if is_async else plain}, clock=clock
        )

    result = asyncio.run(main())
    assert (result.status, result.output) == ("SUCCEEDED", "alive")
    assert result.elapsed == timedelta(seconds=16)


def test_a_heartbeat_in_virtual_time_changes_nothing():
    async def work(payload, context):
        context.heartbeat()
        await asyncio.sleep(0)
        return asl.returns(1, after=6)

    result = run(load(A=task(HeartbeatSeconds=5)), tasks={"work": work})
    assert (result.error, result.elapsed) == ("States.Timeout", timedelta(seconds=5))


def test_waits_are_waited_for_on_the_clock():
    clock = ManualClock(1_000_000)
    result = run(load(A=wait(10), T=task(), B=wait(20)), clock=clock, tasks={"work": async_work})
    assert clock.waited == [11_000_000, 31_000_000]
    assert result.elapsed == timedelta(seconds=30)


def test_on_the_clock_of_the_system_a_run_without_waits_takes_none():
    result = run(
        load(P=branches("A", "B"), W=wait(0)),
        tasks={"A": async_work, "B": plain_work},
        clock=asl.SystemClock(),
    )
    assert result.output == [{}, {}]
