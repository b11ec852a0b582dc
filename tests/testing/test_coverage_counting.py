"""What executions did is counted exactly, however they are run, and none of them is kept."""

import asyncio
import gc
import threading
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asl
from asl.engine.execution import Execution
from asl.runtimes.watching import watched_by
from asl.testing import Coverage
from tests.definitions import (
    SUCCEED,
    catch,
    choice,
    load,
    map_,
    parallel,
    pass_,
    retry,
    scope,
    task,
    wait,
)
from tests.properties.machines import INPUT, definitions, handlers

START_CHILD = "arn:aws:states:::states:startExecution.sync:2"


def covered(coverage):
    """The one definition of a report."""
    (only,) = coverage.report().definitions
    return only


def hits(coverage):
    """How often each item of the one definition happened, without those that never did."""
    only = covered(coverage)
    return {
        item.missing.replace(" never", ""): only.hits[item.key]
        for item in only.items
        if only.hits[item.key]
    }


def missing(coverage):
    return [item.missing for item in covered(coverage).missing]


# ---------------------------------------------------------------- what is counted


def test_rules_that_lead_to_the_same_state_are_told_apart_and_so_is_the_default():
    machine = load(
        C=choice(
            {"Variable": "$.n", "NumericEquals": 1, "Next": "A"},
            {"Variable": "$.n", "NumericEquals": 2, "Next": "A"},
            Default="A",
        ),
        A=SUCCEED,
    )
    with Coverage() as coverage:
        machine.run({"n": 2})
        machine.run({"n": 2})
        machine.run({"n": 3})
    assert hits(coverage) == {
        "C: entered": 3,
        "C: rule 2 (A) matched": 2,
        "C: Default (A) taken": 1,
        "A: entered": 3,
    }
    assert missing(coverage) == ["C: rule 1 (A) never matched"]
    assert covered(coverage).executions == 3


WORK = load(
    T=task(
        "work",
        Retry=[retry("Busy", MaxAttempts=1)],
        Catch=[catch("A", "Busy"), catch("A", "States.ALL")],
        Next="A",
    ),
    A=SUCCEED,
)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([1], {"T: Next (A) taken": 1}),
        (
            [asl.fails("Busy"), 1],
            {"T: retrier Busy retried": 1, "T: Next (A) taken": 1},
        ),
        (
            [asl.fails("Busy"), asl.fails("Busy")],
            {
                "T: retrier Busy retried": 1,
                "T: retrier Busy exhausted": 1,
                "T: catcher Busy caught": 1,
            },
        ),
        ([asl.fails("Other")], {"T: catcher States.ALL caught": 1}),
    ],
    ids=["succeeds", "retried", "exhausted", "caught"],
)
def test_a_way_by_a_catcher_is_told_from_the_next_that_leads_to_the_same_state(answers, expected):
    with Coverage() as coverage:
        WORK.run(tasks={"work": asl.script(*answers)})
    assert hits(coverage) == {"T: entered": 1, "A: entered": 1, **expected}


def test_a_catcher_whose_output_fails_is_no_way_out_and_takes_none_away_from_next():
    machine = load(
        T=task(
            "work",
            QueryLanguage="JSONata",
            Catch=[{"ErrorEquals": ["States.ALL"], "Next": "A", "Output": "{% $nothing() %}"}],
            Next="A",
        ),
        A=SUCCEED,
    )
    with Coverage() as coverage:
        failed = machine.run(tasks={"work": lambda _: asl.fails("Busy")})
        machine.run(tasks={"work": lambda _: 1})
    assert failed.status == "FAILED"
    assert hits(coverage) == {
        "T: entered": 2,
        "T: catcher States.ALL caught": 1,
        "T: Next (A) taken": 1,
        "A: entered": 1,
    }


def test_a_state_that_fails_is_entered_and_not_left():
    with Coverage() as coverage:
        load(A=pass_(InputPath="$.nothing"), B=SUCCEED).run()
    assert hits(coverage) == {"A: entered": 1}
    assert missing(coverage) == ["A: Next (B) never taken", "B: never entered"]


def test_what_is_inside_of_a_state_that_is_missing_has_no_word_of_its_own():
    machine = load(
        A=choice({"Variable": "$.n", "IsPresent": True, "Next": "M"}, Default="Z"),
        M=map_(scope(X=pass_(), Y=task(Retry=[retry()])), ItemsPath="$.n", Next="Z"),
        Z=SUCCEED,
    )
    with Coverage() as coverage:
        machine.run({}, tasks={"work": lambda _: 1})
    assert missing(coverage) == ["A: rule 1 (M) never matched", "M: never entered"]
    assert covered(coverage).states.missing == 3
    with coverage:
        machine.run({"n": []}, tasks={"work": lambda _: 1})
    assert missing(coverage) == ["M: processor never entered"]


def test_branches_and_iterations_are_entered_by_their_first_state():
    machine = load(
        P=parallel(scope(L=pass_()), scope(R=pass_())),
        M=map_(scope(E=pass_()), ItemsPath="$"),
    )
    with Coverage() as coverage:
        machine.run()
    found = hits(coverage)
    assert found["P: branch 1 entered"] == found["P: branch 2 entered"] == 1
    assert found["M: processor entered"] == found["E: entered"] == 2
    assert covered(coverage).all.missing == 0


def test_the_old_name_of_a_processor_is_counted_too():
    machine = asl.load(
        scope(M={"Type": "Map", "Iterator": scope(E=task("work", Catch=[catch("F")]), F=SUCCEED)})
    )
    with Coverage() as coverage:
        machine.run([1, 2], tasks={"work": lambda _: asl.fails("Busy")})
    assert hits(coverage)["E: catcher States.ALL caught"] == 2
    assert missing(coverage) == ["E: Next (F) never taken"]


def test_children_of_a_distributed_map_count_for_the_definition_that_has_it():
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        **scope(E=task("work", Catch=[catch("F")]), F=pass_()),
    }
    outer = map_(processor, ItemsPath="$.list", MaxConcurrency=2, Next="Z")
    with Coverage() as coverage:
        asl.load(scope(M=outer, Z=SUCCEED)).run(
            {"list": [1, 2, 3]},
            tasks={"work": asl.script(*[asl.fails("Busy")] * 3)},
        )
    assert hits(coverage)["F: entered"] == 3
    assert hits(coverage)["M: processor entered"] == 3
    assert missing(coverage) == ["E: Next (F) never taken"]
    assert covered(coverage).executions == 1


def test_a_distributed_map_inside_of_another_counts_for_the_whole():
    def distributed(inner, path):
        mode = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
        return map_({**mode, **inner}, ItemsPath=path)

    machine = load(M=distributed(scope(N=distributed(scope(E=pass_()), "$")), "$"))
    with Coverage() as coverage:
        machine.run([[1, 2], [3]])
    assert hits(coverage)["E: entered"] == 3
    assert covered(coverage).all.missing == 0


def test_nested_executions_count_for_their_own_definition():
    child = load(C=pass_())
    parent = load(
        S=task(START_CHILD, Parameters={"StateMachineArn": "child", "Input": {}}),
    )
    with Coverage() as coverage:
        parent.run(machines={"child": child})
    assert [each.all.shown for each in coverage.report().definitions] == ["100%", "100%"]


# ---------------------------------------------------------------- however it is run


def test_async_runs_are_counted():
    async def answer(_):
        await asyncio.sleep(0)
        raise asl.TaskFailed("Other")

    with Coverage() as coverage:
        asyncio.run(WORK.run_async(tasks={"work": answer}))
    assert hits(coverage) == {
        "T: entered": 1,
        "T: catcher States.ALL caught": 1,
        "A: entered": 1,
    }


def test_an_execution_that_never_ends_is_counted_as_far_as_it_came_and_not_kept():
    machine = load(A=pass_(), W=wait(60), B=pass_())
    with Coverage() as coverage:
        machine.start().advance(1)
        assert hits(coverage) == {"A: entered": 1, "A: Next (W) taken": 1, "W: entered": 1}


def test_what_a_fork_or_a_restored_run_has_in_common_is_counted_once():
    machine = load(A=pass_(), W=wait(60), B=task("work", Catch=[catch("C")]), C=SUCCEED)
    tasks = {"work": lambda _: 1}
    with Coverage() as coverage:
        run = machine.start(tasks=tasks)
        run.advance(1)
        kept = run.snapshot()
        run.fork().advance()
        machine.restore(kept, tasks={"work": lambda _: asl.fails("Busy")}).advance()
        run.advance()
    assert hits(coverage) == {
        "A: entered": 1,
        "A: Next (W) taken": 1,
        "W: entered": 1,
        "W: Next (B) taken": 3,
        "B: entered": 3,
        "B: Next (C) taken": 2,
        "B: catcher States.ALL caught": 1,
        "C: entered": 3,
    }
    assert covered(coverage).executions == 1


def test_a_redriven_execution_goes_on_being_counted():
    machine = load(A=task("work", Retry=[retry("Busy", MaxAttempts=0)]), B=SUCCEED)
    with Coverage() as coverage:
        run = machine.start(tasks={"work": asl.script(asl.fails("Busy"), 1)})
        assert run.advance().status == "FAILED"
        run.redrive()
        assert run.advance().status == "SUCCEEDED"
    assert hits(coverage)["A: retrier Busy exhausted"] == 1
    assert missing(coverage) == []


def test_an_execution_that_can_not_be_redriven_goes_on_as_it_was():
    machine = load(W=wait(5), A=pass_())
    with Coverage() as coverage:
        run = machine.start()
        run.advance(1)
        with pytest.raises(asl.ExecutionNotRedrivable):
            run.redrive()
        run.advance()
    assert set(hits(coverage).values()) == {1}
    assert missing(coverage) == []


def test_what_ran_before_an_error_of_the_caller_is_counted():
    machine = load(A=pass_(), T=task("work"))
    with Coverage() as coverage, pytest.raises(asl.HandlerContractError):
        machine.run(tasks={"work": lambda _: {1, 2}})
    assert hits(coverage)["T: entered"] == 1


def test_only_what_is_started_in_the_block_is_counted_and_blocks_add_up():
    machine = load(W=wait(1), A=pass_())
    early = machine.start()
    coverage = Coverage()
    with coverage:
        early.advance()
        late = machine.start()
    late.advance()
    assert hits(coverage) == {}
    with coverage:
        machine.run()
    machine.run()
    with coverage:
        machine.run()
    assert hits(coverage)["A: entered"] == 2


def test_the_block_can_not_be_entered_twice_at_a_time():
    coverage = Coverage()
    with coverage, pytest.raises(asl.UsageError, match="watching already"):
        coverage.__enter__()


def test_one_coverage_inside_of_another_takes_nothing_away_from_it():
    with Coverage() as outer:
        WORK.run(tasks={"work": lambda _: asl.fails("Other")})
        with Coverage() as inner:
            run = WORK.start(tasks={"work": lambda _: asl.fails("Other", after=5)})
            run.advance(1)
            assert hits(inner) == {"T: entered": 1}
            run.fork().advance()
            run.advance()
        WORK.run(tasks={"work": lambda _: 1})
    assert hits(inner)["T: catcher States.ALL caught"] == 2
    assert hits(outer)["T: catcher States.ALL caught"] == 3
    assert outer.report().warnings == inner.report().warnings == ()


def test_threads_count_together():
    machine = load(**{f"S{number}": pass_() for number in range(50)})
    with Coverage() as coverage:
        threads = [
            threading.Thread(target=lambda: [machine.run() for _ in range(20)]) for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert set(hits(coverage).values()) == {80}


# ---------------------------------------------------------------- laws


def counted_from(result):
    """How often each state was entered and left, and by what way, as the whole history has it."""
    entered, left, ways = Counter(), Counter(), Counter()
    exits = {}
    for event in result.history:
        if event["type"].endswith("StateEntered"):
            name = event["stateEnteredEventDetails"]["name"]
            entered[name] += 1
            ways[exits.get(event["previousEventId"]), name] += 1
        elif event["type"].endswith("StateExited"):
            name = exits[event["id"]] = event["stateExitedEventDetails"]["name"]
            left[name] += 1
    return entered, left, ways


@given(definitions(), st.integers(0, 50), st.sampled_from([None, 0, 3]))
@settings(max_examples=100)
def test_counts_are_those_of_the_history(definition, salt, history):
    machine = asl.load(definition)
    whole = machine.run(INPUT, tasks=handlers(salt))
    with Coverage() as coverage:
        machine.run(INPUT, tasks=handlers(salt), history=history, on_event=lambda _: None)
    (entered, left, ways), only = counted_from(whole), covered(coverage)
    found, targets = Counter(), {}
    for item in only.items:
        hits, state = only.hits[item.key], machine.program.by_pointer[item.home].state
        assert hits >= 0
        found[item.state, item.kind] = hits
        if item.kind == "state":
            assert hits == entered[item.state]
        elif item.kind == "catcher":
            targets[item.state] = state.catch[item.place].next
        elif item.kind == "next" and targets.get(item.state) != state.next:
            assert hits == ways[item.state, state.next]
    for (state, kind), hits in found.items():
        if kind in ("next", "end"):  # a catcher may fail, and then its state is not left
            assert hits <= left[state] <= hits + found[state, "catcher"]


@given(definitions(), st.integers(0, 50), st.floats(0, 300))
@settings(max_examples=50)
def test_a_run_in_two_parts_counts_like_one_in_one(definition, salt, moment):
    machine = asl.load(definition)
    with Coverage() as whole:
        machine.run(INPUT, tasks=handlers(salt))
    with Coverage() as parts:
        run = machine.start(INPUT, tasks=handlers(salt))
        run.advance(moment)
        twin = run.fork()
    with parts:
        twin.fork().advance()
    assert covered(parts).hits == covered(whole).hits


# ---------------------------------------------------------------- memory, and others who look on

TURNS = 5_000
LOOP = scope(
    Inc=pass_(Parameters={"n.$": "States.MathAdd($.n, 1)"}),
    Check=choice({"Variable": "$.n", "NumericLessThan": TURNS, "Next": "Inc"}, Default="Done"),
    Done=SUCCEED,
)
MANY = asl.Limits(history_events=None)


@pytest.mark.parametrize("history", [0, 10])
@pytest.mark.parametrize("on_event", [None, lambda _: None], ids=["unseen", "seen"])
def test_bounded_histories_are_counted_exactly(history, on_event):
    with Coverage() as coverage:
        asl.load(LOOP).run({"n": 0}, limits=MANY, history=history, on_event=on_event)
    assert hits(coverage)["Inc: entered"] == TURNS
    assert hits(coverage)["Check: rule 1 (Inc) matched"] == TURNS - 1
    assert coverage.report().warnings == ()


def test_decisions_do_not_pile_up_while_an_execution_runs():
    with Coverage() as coverage:
        execution = (run := asl.load(LOOP).start({"n": 0}, limits=MANY, history=0)).execution
        count, seen = execution.on_forget, []

        def look():
            seen.append(len(execution.decisions))
            count()

        execution.on_forget = look
        run.advance()
    assert hits(coverage)["Inc: entered"] == TURNS
    assert 0 < max(seen) < 1_000


def executions():
    gc.collect()
    return sum(isinstance(each, Execution) for each in gc.get_objects())


def test_executions_that_have_ended_are_not_kept_and_few_that_never_will():
    before = executions()
    with Coverage() as coverage:
        for _ in range(50):
            WORK.run(tasks={"work": lambda _: 1})
        assert executions() == before
        for _ in range(200):
            load(A=pass_(), W=wait(5)).start().advance(1)
        assert executions() <= before + 16
    assert executions() == before
    found = coverage.report().definitions
    assert sorted(each.hits["state", "/States/A"] for each in found) == [50, 200]


def test_a_run_that_goes_on_after_the_block_is_left_alone():
    with Coverage() as coverage:
        run = load(W=wait(5), A=pass_()).start()
        run.advance(1)
    assert run.execution.decisions is None
    assert run.execution.on_forget is None
    run.advance()
    assert hits(coverage) == {"W: entered": 1}


def test_an_execution_that_has_ended_is_as_it_would_be_without():
    with Coverage():
        run = WORK.start(tasks={"work": lambda _: 1})
        run.advance()
    assert run.execution.decisions is None
    assert run.execution.on_forget is None


def test_who_sets_decisions_while_watching_gets_them_too():
    lists = []

    def ask(execution):
        execution.decisions = []
        lists.append(execution.decisions)

    with Coverage() as coverage, watched_by(ask):
        WORK.run(tasks={"work": lambda _: asl.fails("Other")})
    assert [decision.kind for decision in lists[0]] == ["caught"]
    assert hits(coverage)["T: catcher States.ALL caught"] == 1
    assert coverage.report().warnings == ()


def test_decisions_that_were_taken_away_are_missed_aloud_and_nothing_is_made_up():
    machine = load(
        T=task(
            QueryLanguage="JSONata",
            Arguments="{% $error('no') %}",
            Catch=[catch("C", "States.ALL", Output={})],
            Next="C",
        ),
        C=choice({"Variable": "$.Error", "IsPresent": False, "Next": "A"}, Default="A"),
        A=SUCCEED,
    )
    with Coverage() as coverage:
        run = machine.start(tasks={"work": lambda _: 1}, name="one")
        run.execution.decisions = []
        assert run.advance().path == ["T", "C", "A"]
    assert hits(coverage) == {"T: entered": 1, "C: entered": 1, "A: entered": 1}
    (warning,) = coverage.report().warnings
    assert "an execution of 'StateMachine' (one) had its decisions taken away" in warning
    assert warning in str(coverage.report())


def test_events_that_were_forgotten_uncounted_are_missed_aloud():
    with Coverage() as coverage:
        run = asl.load(LOOP).start({"n": 0}, limits=MANY, history=0, name="one")
        run.execution.on_forget = None
        run.advance()
    assert hits(coverage)["Done: entered"] == 1
    assert hits(coverage).get("Inc: entered", 0) < TURNS
    (warning,) = coverage.report().warnings
    assert "(one) forgot" in warning
    assert "events before they were counted" in warning


def test_an_execution_that_its_history_ends_is_counted_to_the_end_of_the_history():
    with Coverage() as coverage:
        result = asl.load(LOOP).run({"n": 0}, limits=asl.Limits(history_events=10))
    assert result.error == "States.Runtime"
    assert hits(coverage)["Inc: entered"] == result.path.count("Inc")
