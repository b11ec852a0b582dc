"""What a trace tells of an execution, fact by fact."""

from datetime import UTC, datetime, timedelta

import pytest

import asl
from asl.testing import trace
from tests.definitions import (
    FUNCTION,
    SUCCEED,
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


def ship():
    """Reserves, charges with retries, and packs each item in two branches."""
    each = scope(Pack=task("pack"), Label=pass_(Result="label", ResultPath="$.label"))
    return load(
        Reserve=pass_(Result="R-1", ResultPath="$.reservation"),
        Charge=task(
            "charge",
            Retry=[retry("Busy", IntervalSeconds=2, BackoffRate=2)],
            Catch=[catch("Refuse", "NoFunds", ResultPath="$.failure")],
            ResultPath="$.charge",
        ),
        Each=map_(each, ItemsPath="$.items", MaxConcurrency=1),
        Tell=parallel(scope(Mail=wait(10)), scope(Log=task("log"))),
        Done=SUCCEED,
        Refuse=fail("Refused", "no money"),
    )


ORDER = {"items": [{"sku": "a"}, {"sku": "b"}]}
TASKS = {"pack": lambda item: {**item, "packed": True}, "log": lambda _: asl.returns(1, after=3)}


def run(charge, machine=None):
    return (machine or ship()).run(ORDER, tasks={**TASKS, "charge": charge})


BUSY_TWICE = asl.script(asl.fails("Busy"), asl.fails("Busy", after=1), {"paid": True})


def test_visits_have_input_output_and_times():
    traced = trace(run(BUSY_TWICE))
    visit = traced["Charge"].only
    assert visit.input == {**ORDER, "reservation": "R-1"}
    assert visit.output == {**visit.input, "charge": {"paid": True}}
    assert visit.entered_at == datetime(2025, 1, 1, tzinfo=UTC)
    assert visit.exited_at == datetime(2025, 1, 1, 0, 0, 7, tzinfo=UTC)
    assert visit.duration == timedelta(seconds=7)
    assert (visit.kind, visit.status, visit.error) == ("Task", "SUCCEEDED", None)


def test_attempts_have_payload_result_error_and_delay():
    attempts = trace(run(BUSY_TWICE))["Charge"].only.attempts
    assert [attempt.status for attempt in attempts] == ["FAILED", "FAILED", "SUCCEEDED"]
    assert [attempt.error for attempt in attempts] == ["Busy", "Busy", None]
    assert [attempt.delay for attempt in attempts] == [
        None, timedelta(seconds=2), timedelta(seconds=4)
    ]  # fmt: skip
    assert attempts[1].duration == timedelta(seconds=1)
    assert attempts[2].payload == {**ORDER, "reservation": "R-1"}
    assert attempts[2].result == {"paid": True}
    with pytest.raises(AssertionError, match="<attempt 1 of 'Charge': FAILED> has no result"):
        _ = attempts[0].result


def test_visits_inside_map_and_parallel_say_where_they_stand():
    traced = trace(run(lambda _: 1))
    assert traced["Pack"].inputs == [{"sku": "a"}, {"sku": "b"}]
    assert [visit.within for visit in traced["Pack"]] == [(("Each", 0),), (("Each", 1),)]
    assert traced["Log"].only.title == "'Log' in 'Tell'[1]"
    assert traced["Log"].only.duration == timedelta(seconds=3)
    assert traced["Tell"].only.duration == timedelta(seconds=10)
    assert traced["Label"].outputs == [
        {"sku": "a", "packed": True, "label": "label"},
        {"sku": "b", "packed": True, "label": "label"},
    ]


def test_a_branch_or_iteration_can_be_looked_at_alone():
    traced = trace(run(lambda _: 1))
    second = traced.inside("Each", 1)
    assert second.path == ["Pack", "Label"]
    assert second["Pack"].only.input == {"sku": "b"}
    assert repr(second) == "<trace of 'Each'[1]: Pack > Label>"
    assert traced.inside("Tell", 0).path == ["Mail"]
    with pytest.raises(asl.UsageError, match=r"'Charge' is not inside 'Each'\[1\]"):
        _ = second["Charge"]
    with pytest.raises(asl.UsageError, match=r"'Log' is not inside 'Tell'\[0\]"):
        _ = traced.inside("Tell", 0)["Log"]
    with pytest.raises(AssertionError, match=r"no branch or iteration 2: started were \[0, 1\]"):
        traced.inside("Each", 2)
    with pytest.raises(asl.UsageError, match="'Charge' is a Task, with nothing inside"):
        traced.inside("Charge", 0)


def test_nested_iterations_are_told_apart():
    inner = map_(scope(Leaf=pass_()), ItemsPath="$")
    machine = load(Outer=map_(scope(Inner=inner), ItemsPath="$"))
    traced = trace(machine.run([[1, 2], [], [3]]))
    assert [(visit.input, visit.within) for visit in traced["Leaf"]] == [
        (1, (("Outer", 0), ("Inner", 0))),
        (2, (("Outer", 0), ("Inner", 1))),
        (3, (("Outer", 2), ("Inner", 0))),
    ]
    assert traced.inside("Outer", 0).inside("Inner", 1)["Leaf"].only.input == 2


def test_a_caught_error_is_told_and_where_it_led():
    result = run(asl.script(asl.fails("NoFunds", "balance 3")))
    visit = trace(result)["Charge"].only
    assert (visit.status, visit.error, visit.cause) == ("CAUGHT", "NoFunds", "balance 3")
    assert visit.output["failure"] == {"Error": "NoFunds", "Cause": "balance 3"}
    refused = trace(result)["Refuse"].only
    assert (refused.status, refused.error, refused.cause) == ("FAILED", "Refused", "no money")
    with pytest.raises(AssertionError, match=r"<visit of 'Refuse': FAILED> has no output: Refused"):
        _ = refused.output


def test_a_caught_error_that_no_event_tells_is_told():
    """AWS writes no event where a result does not fit into the input."""
    machine = load(
        Ask=task(ResultPath="$.a", Catch=[catch("Done", ResultPath=None)]),
        Done=pass_(),
    )
    result = machine.run(7, tasks={"Ask": lambda _: 1})
    assert result.status == "SUCCEEDED"
    visit = trace(result)["Ask"].only
    assert (visit.status, visit.error) == ("CAUGHT", "States.ResultPathMatchFailure")
    (attempt,) = visit.attempts
    assert (attempt.status, attempt.result) == ("FAILED", 1)


def test_variables_of_a_catcher_are_told_and_shown_in_the_history():
    machine = load(
        Ask=task(Catch=[catch("Done", Assign={"why.$": "$.Error"})], Assign={"got": 1}),
        Done=pass_(),
    )
    result = machine.run(tasks={"Ask": asl.script(asl.fails("Busy"))})
    assert trace(result)["Ask"].only.assigned == {"why": "Busy"}
    (exited,) = [event for event in result.history if event["type"] == "TaskStateExited"]
    assert exited["stateExitedEventDetails"]["assignedVariables"] == {"why": '"Busy"'}


def test_what_brings_a_parallel_down_is_told_for_each_attempt():
    work = scope(Count=task("count"), Ok=choice(_is(3, "Yes"), Default="No"), Yes=SUCCEED,
                 No=fail("Odd"))  # fmt: skip
    machine = load(
        Both=parallel(work, scope(Nap=wait(60)), Retry=[retry("Odd", IntervalSeconds=5)])
    )
    traced = trace(machine.run(tasks={"count": asl.script(1, 2, 3)}))
    visit = traced["Both"].only
    assert [attempt.error for attempt in visit.attempts] == ["Odd", "Odd", None]
    assert visit.delays == [timedelta(seconds=5), timedelta(seconds=10)]
    assert [visit.status for visit in traced["Nap"]] == ["ABORTED", "ABORTED", "SUCCEEDED"]
    assert [visit.error for visit in traced["No"]] == ["Odd", "Odd"]
    assert traced.inside("Both", 0, attempt=1).path == ["Count", "Ok", "No"]
    assert traced.inside("Both", 0).path == ["Count", "Ok", "Yes"]
    with pytest.raises(AssertionError, match="made 3 attempts, no attempt 4"):
        traced.inside("Both", 0, attempt=4)


def _is(number, following):
    return {"Variable": "$", "NumericEquals": number, "Next": following}


def test_an_error_that_nothing_tells_is_refused():
    broken = pass_(Result=1, ResultPath="$.a.b")
    machine = load(Both=parallel(scope(Put=broken), Retry=[retry(MaxAttempts=1)]))
    traced = trace(machine.run(7))
    first, last = traced["Put"]
    assert last.error == "States.ResultPathMatchFailure"  # of the execution
    with pytest.raises(asl.UsageError, match="failed, but no history event says with which"):
        _ = first.error


def test_jsonata_that_fails_is_an_attempt_that_called_nobody():
    machine = load(
        Ask={
            "Type": "Task",
            "QueryLanguage": "JSONata",
            "Resource": FUNCTION,
            "Arguments": "{% $number('x') %}",
            "Retry": [retry("States.QueryEvaluationError", MaxAttempts=1, IntervalSeconds=3)],
        }
    )
    visit = trace(machine.run(tasks={"Ask": lambda _: 1}))["Ask"].only
    assert [attempt.error for attempt in visit.attempts] == ["States.QueryEvaluationError"] * 2
    assert visit.delays == [timedelta(seconds=3)]
    with pytest.raises(AssertionError, match="has no payload"):
        _ = visit.attempts[0].payload


def test_what_was_waiting_at_a_moment():
    traced = trace(run(BUSY_TWICE))
    assert traced.waiting_at(1) == [("Charge", "retry")]
    assert traced.waiting_at(2.5) == [("Charge", "task")]
    assert traced.waiting_at(timedelta(seconds=7)) == [("Mail", "wait"), ("Log", "task")]
    assert traced.waiting_at(datetime(2025, 1, 1, 0, 0, 10, tzinfo=UTC)) == [("Mail", "wait")]
    assert traced.waiting_at(17) == []
    assert traced.waiting_at(1_000_000) == []
    with pytest.raises(asl.UsageError, match="before the start"):
        traced.waiting_at(datetime(2024, 1, 1, tzinfo=UTC))
    with pytest.raises(asl.UsageError, match="before the start"):
        traced.waiting_at(-1)


UNFIT = {"ResultPath": "$.a"}  # into a number nothing can be put; AWS writes no event for it
UNEVALUABLE = {"QueryLanguage": "JSONata", "Output": "{% $number('x') %}"}  # EvaluationFailed
AGAIN = {"Retry": [retry(IntervalSeconds=5)]}
LATER = {"Retry": [retry(IntervalSeconds=50)]}


def under_way(machine, value, seconds, **options):
    """A run that has come so far, and its trace, which agrees with it on what is waited for."""
    run = machine.start(value, tasks={"*": lambda _: 1}, **options)
    result = run.advance(seconds)
    traced = trace(result)
    waits = [(waiting.state_name, waiting.waits_for) for waiting in result.waiting]
    assert sorted(traced.waiting_at(result.elapsed)) == sorted(waits)
    return run, traced


@pytest.mark.parametrize(
    "inner",
    [
        parallel(scope(Leaf=pass_()), **UNFIT),
        map_(scope(Leaf=pass_()), ItemsPath="$$.Execution.Input", **UNFIT),
        task(**UNFIT),
        task(**UNFIT, Retry=[retry("Busy")]),
        task(**UNFIT, Retry=[retry(MaxAttempts=0)]),
        parallel(scope(Leaf=pass_()), **UNEVALUABLE),
        pass_(Result=1, **UNFIT),
    ],
    ids=["Parallel", "Map", "Task", "for another error", "spent", "JSONata", "Pass"],
)
@pytest.mark.parametrize(
    "outer",
    [lambda inner: parallel(inner, **LATER), lambda inner: map_(inner, **LATER)],
    ids=["in a branch", "in an iteration"],
)
def test_a_state_that_failed_for_good_without_an_event_waits_for_no_retry(inner, outer):
    _, traced = under_way(load(Out=outer(scope(In=inner))), [7], 10)
    assert traced.waiting_at(10) == [("Out", "retry")]
    assert traced["In"].only.status == "FAILED"
    assert traced["In"].only.duration == timedelta(0)
    (attempt,) = traced["Out"].only.attempts
    assert (attempt.status, attempt.duration) == ("FAILED", timedelta(0))


@pytest.mark.parametrize("fault", [UNFIT, UNEVALUABLE], ids=["untold", "told"])
@pytest.mark.parametrize(
    "inner",
    [task, lambda **fields: parallel(scope(Leaf=pass_()), **fields)],
    ids=["Task", "Parallel"],
)
def test_a_state_whose_result_came_to_nothing_waits_for_its_own_retry(inner, fault):
    machine = load(Out=parallel(scope(In=inner(**fault, **AGAIN)), **LATER))
    run, traced = under_way(machine, 7, 2)
    assert traced.waiting_at(2) == [("In", "retry")]
    visit = traced["In"].only
    assert (visit.status, visit.error) == ("RUNNING", None)
    assert [attempt.status for attempt in visit.attempts] == ["FAILED"]
    assert traced["Out"].only.attempts[0].status == "RUNNING"
    stopped = trace(run.stop())["In"].only
    assert (stopped.status, stopped.attempts[0].status) == ("ABORTED", "FAILED")


def test_who_failed_is_told_when_the_execution_is_stopped_before_the_retry():
    machine = load(Out=parallel(scope(In=task(**UNFIT)), scope(Nap=wait(9)), **LATER))
    run, _ = under_way(machine, 7, 2)
    traced = trace(run.stop())
    assert {visit.state: visit.status for visit in traced.visits} == {
        "Out": "ABORTED", "In": "FAILED", "Nap": "ABORTED"
    }  # fmt: skip
    assert traced["Out"].only.attempts[0].status == "FAILED"
    assert traced.waiting_at(1) == [("Out", "retry")]


def test_a_catcher_that_fails_leaves_no_state_that_waits_for_a_retry():
    ask = scope(Ask=task(Catch=[catch("Done", ResultPath="$.failure")]), Done=pass_())
    run = load(Out=parallel(ask, **LATER)).start(7, tasks={"Ask": lambda _: asl.fails("Busy")})
    traced = trace(run.advance(10))
    assert traced.waiting_at(10) == [("Out", "retry")]
    assert traced["Ask"].only.attempts[0].error == "Busy"
    with pytest.raises(asl.UsageError, match="no history event says with which error"):
        _ = traced["Ask"].only.error


def test_iterations_that_wait_for_their_retries_are_stopped_by_one_that_failed_for_good():
    """Each of two iterations cannot place its result; the first one's retries are spent first."""
    inner = parallel(scope(Leaf=pass_()), ResultPath="$.a", Retry=[
        retry(MaxAttempts=1, IntervalSeconds=5, JitterStrategy="FULL")
    ])  # fmt: skip
    result = load(Each=map_(scope(In=inner))).run([7, 8])
    visits = trace(result)["In"]
    assert sorted((visit.status, len(visit.attempts)) for visit in visits) == [
        ("ABORTED", 1), ("FAILED", 2)
    ]  # fmt: skip
    assert {attempt.status for visit in visits for attempt in visit.attempts} == {"FAILED"}


def test_a_parallel_that_waits_for_its_retry_is_stopped_with_the_branches_around_it():
    middle = parallel(scope(In=task(**UNFIT)), **LATER)
    machine = load(Out=parallel(scope(Middle=middle), scope(Nap=wait(3), Odd=fail("Odd"))))
    traced = trace(machine.run(7, tasks={"In": lambda _: 1}))
    assert (traced["Middle"].only.status, traced["In"].only.status) == ("ABORTED", "FAILED")
    assert traced["Middle"].only.attempts[0].status == "FAILED"
    assert traced.waiting_at(2) == [("Middle", "retry"), ("Nap", "wait")]


def test_a_payload_that_was_too_large_to_be_sent_is_waited_with():
    doubled = task(Parameters={"a.$": "$", "b.$": "$"}, **AGAIN)
    limits = asl.Limits(payload_bytes=150)
    under_way(load(Ask=doubled), "x" * 100, 2, limits=limits)


def test_a_wait_that_could_not_be_left_is_waited_for_no_longer():
    nap = wait(10, Assign={"text.$": "$"})
    limits = asl.Limits(assign_bytes=50)
    under_way(load(Out=parallel(scope(Nap=nap), **LATER)), "x" * 100, 20, limits=limits)


def test_a_wait_whose_output_is_no_json_fails_when_it_is_over():
    nap = wait(10, **UNEVALUABLE)
    _, traced = under_way(load(Out=parallel(scope(Nap=nap), **LATER)), 7, 20)
    assert traced["Nap"].only.error == "States.QueryEvaluationError"
    assert traced.waiting_at(5) == [("Nap", "wait")]
    assert traced.waiting_at(10) == [("Out", "retry")]


def test_a_run_under_way_is_told_as_far_as_it_has_come():
    run = load(Nap=wait(60), Done=pass_()).start()
    traced = trace(run.advance(30))
    assert traced["Nap"].only.status == "RUNNING"
    assert traced.waiting_at(30) == [("Nap", "wait")]
    assert traced["Nap"].only.exited_at is None
    with pytest.raises(asl.UsageError, match=r"has come to 0:00:30 after its start, not to 31"):
        traced.waiting_at(31)
    with pytest.raises(AssertionError, match="has not ended"):
        _ = traced["Nap"].only.duration
    run.advance()
    assert traced["Nap"].only.status == "RUNNING", "a trace stays as it is"


def test_a_stopped_execution_stops_its_states():
    run = load(Both=parallel(scope(Nap=wait(60)), scope(Ask=task()))).start(
        tasks={"Ask": lambda _: asl.hangs()}
    )
    run.advance(5)
    traced = trace(run.stop("Withdrawn"))
    assert {visit.state: visit.status for visit in traced.visits} == {
        "Both": "ABORTED", "Nap": "ABORTED", "Ask": "ABORTED"
    }  # fmt: skip
    assert traced["Ask"].only.duration == timedelta(seconds=5)


def test_a_history_that_was_full_fails_no_state():
    machine = load(
        Both=parallel(
            scope(Loop=pass_(), Again=choice(_is(3, "Out"), Default="Loop"), Out=SUCCEED),
            scope(Nap=wait(5)),
        )
    )
    result = machine.run(7, limits=asl.Limits(history_events=30))
    assert result.error == "States.Runtime"
    assert {visit.status for visit in trace(result).visits} == {"SUCCEEDED", "ABORTED"}


def test_a_history_that_was_full_stops_what_waited_for_a_retry():
    loop = scope(Loop=wait(1), Again=choice(_is(3, "Out"), Default="Loop"), Out=SUCCEED)
    machine = load(Both=parallel(loop, scope(Middle=parallel(scope(Put=task(**UNFIT)), **LATER))))
    result = machine.run(7, tasks={"Put": lambda _: 1}, limits=asl.Limits(history_events=30))
    traced = trace(result)
    assert (traced["Put"].only.status, traced["Middle"].only.status) == ("FAILED", "ABORTED")
    assert traced["Both"].only.attempts[0].status == "ABORTED"
    assert ("Middle", "retry") in traced.waiting_at(1)


def test_a_redrive_goes_on_with_the_same_visit_and_is_no_retry():
    run = load(Ask=task(Retry=[retry("Busy", IntervalSeconds=7)])).start(
        tasks={"Ask": asl.script(asl.fails("Down"), asl.fails("Busy"), 1)}
    )
    run.advance()
    run.clock.wait_until(run.clock.now_us() + 100_000_000)
    run.redrive()
    visit = trace(run.advance())["Ask"].only
    assert [attempt.error for attempt in visit.attempts] == ["Down", "Busy", None]
    assert visit.delays == [timedelta(seconds=7)]
    assert (visit.status, visit.error) == ("SUCCEEDED", None)
    assert trace(run.result).waiting_at(50) == []


def test_a_redrive_tries_again_what_could_not_place_its_result_and_is_no_retry():
    run = load(Both=parallel(scope(Leaf=pass_()), **UNFIT)).start(7)
    run.advance()
    run.clock.wait_until(run.clock.now_us() + 100_000_000)
    run.redrive()
    traced = trace(run.advance())
    assert [attempt.status for attempt in traced["Both"].only.attempts] == ["FAILED", "FAILED"]
    assert traced["Both"].only.delays == []
    assert traced.waiting_at(50) == []


def test_signals_are_waited_for():
    machine = asl.load(
        scope(Ask=task("local:signal:approved")), extensions=True
    )  # fmt: skip
    run = machine.start()
    assert trace(run.advance(5)).waiting_at(5) == [("Ask", "signal")]


def distributed():
    processor = scope(Leaf=task("leaf", Retry=[retry(IntervalSeconds=2)]))
    processor["ProcessorConfig"] = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    return load(Many=map_(processor, ItemsPath="$", ToleratedFailurePercentage=100))


def test_child_executions_have_histories_of_their_own():
    failing = asl.script(*[asl.fails("Odd")] * 4)
    result = distributed().run([1, 2], tasks={"leaf": failing})
    traced = trace(result)
    assert traced["Many"].only.status == "SUCCEEDED"
    assert traced.waiting_at(1) == [("Many", "map run")]
    with pytest.raises(asl.UsageError, match="child executions of the Distributed Map 'Many'"):
        _ = traced["Leaf"]
    with pytest.raises(asl.UsageError, match="'Many' is distributed"):
        traced.inside("Many", 0)
    with pytest.raises(AssertionError, match="has no result"):
        _ = traced["Many"].only.attempts[0].result
    child = trace(result.map_runs[0].failures[0])["Leaf"].only
    assert child.delays == [timedelta(seconds=span) for span in (2, 4, 8)]


@pytest.mark.parametrize(
    ("name", "hint"),
    [("Chrage", "did you mean 'Charge'"), ("Pakc", "did you mean 'Pack'"), ("", "known: 'Charge'")],
)
def test_a_misspelt_state_is_an_error(name, hint):
    with pytest.raises(asl.UsageError, match=f"no state {name!r}; {hint}"):
        _ = trace(run(lambda _: 1))[name]


def test_visits_that_are_not_there_fail_the_test_and_show_the_path():
    traced = trace(run(asl.script(asl.fails("NoFunds"))))
    assert traced["Each"] == ()
    assert not traced["Each"]
    with pytest.raises(AssertionError, match=r"there is no \[0\]: there are no visits of 'Each'\n"
                                             r"  path: Reserve > Charge > Refuse"):  # fmt: skip
        _ = traced["Each"].first
    twice = trace(run(lambda _: 1))["Pack"]
    with pytest.raises(AssertionError, match="not exactly one: there are 2 visits of 'Pack'"):
        _ = twice.only
    assert (twice[1], twice[-1], twice[:1]) == (twice.last, twice.last, (twice.first,))
    with pytest.raises(AssertionError, match=r"there is no \[2\]"):
        _ = twice[2]


def test_a_history_that_was_not_kept_is_refused():
    with pytest.raises(asl.UsageError, match=r"events were not kept \(run with history=None\)"):
        trace(ship().run(ORDER, tasks={**TASKS, "charge": lambda _: 1}, history=3))
    assert trace(load(Done=SUCCEED).run(history=50)).path == ["Done"]
