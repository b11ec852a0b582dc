"""Watchers see every execution of the process, and only while they watch."""

import pytest

import asl
from asl.runtimes.watching import watched_by
from tests.definitions import load, map_, pass_, scope, task


def test_every_execution_is_seen_children_and_forks_too():
    child = load(A=pass_())
    parent = load(
        Start=task(
            "arn:aws:states:::states:startExecution.sync:2",
            Parameters={"StateMachineArn": "child", "Input": {}},
        )
    )
    seen = []
    with watched_by(seen.append):
        parent.run(machines={"child": child})
        run = child.start()
        twin = run.fork()
    child.run()
    assert [execution.program for execution in seen] == [
        parent.program,
        child.program,
        child.program,
        child.program,
    ]
    assert seen[2:] == [run.execution, twin.execution]


def test_a_watcher_that_raises_is_no_longer_there_afterwards():
    def refuse(_execution):
        raise asl.UsageError("no")

    try:
        with watched_by(refuse):
            load(A=pass_()).run()
    except asl.UsageError:
        assert load(A=pass_()).run().status == "SUCCEEDED"
    else:
        raise AssertionError("the watcher was not asked")


def test_a_redriven_execution_is_seen_again_before_it_goes_on():
    machine = load(A=task("work"))
    outcomes = iter([asl.fails("Busy"), asl.returns("done")])
    seen = []
    with watched_by(lambda execution: seen.append((execution, execution.event_count))):
        run = machine.start(tasks={"work": lambda _: next(outcomes)})
        failed = run.advance()
        run.redrive()
    assert seen == [(run.execution, 1), (run.execution, len(failed.history))]
    assert run.advance().output == "done"


def test_a_follower_is_told_each_time_an_execution_has_moved_on():
    machine = load(A=task("work"), B=task("work"))
    moves = []
    with watched_by(lambda _: None, lambda execution: moves.append(execution.event_count)):
        result = machine.run(tasks={"work": lambda _: None})
    assert moves == sorted(set(moves))
    assert moves[-1] == len(result.history)
    assert len(moves) == 3  # the start, and the answers of two tasks


def test_a_follower_is_told_of_what_happened_before_an_error_too():
    machine = load(A=pass_(), B=pass_())

    def refuse(_cursor):
        raise asl.UnsupportedFeature("B", "/States/B")

    machine.program.scope.steps["B"].enter = refuse
    moves = []
    with (
        watched_by(lambda _: None, lambda execution: moves.append(execution.event_count)),
        pytest.raises(asl.UnsupportedFeature),
    ):
        machine.run()
    assert moves == [3]  # it has started, A was entered and left


def test_the_watcher_that_came_first_sees_last_and_follows_first():
    seen = []
    with (
        watched_by(lambda _: seen.append("outer"), lambda _: seen.append("outer moved")),
        watched_by(lambda _: seen.append("inner"), lambda _: seen.append("inner moved")),
    ):
        load(A=pass_()).run()
    assert seen == ["inner", "outer", "outer moved", "inner moved"]
    load(A=pass_()).run()
    assert len(seen) == 4


def test_what_a_watcher_sets_to_be_told_of_forgetting_does_not_lose_who_sees_events():
    machine = load(A=pass_())
    forgetting = []
    with watched_by(lambda execution: forgetting.append(execution.on_forget)):
        machine.run(on_event=lambda _: None)
        machine.run()
    assert callable(forgetting[0])
    assert forgetting[1] is None


def test_the_program_of_a_map_runs_children_leads_to_the_one_that_has_the_map():
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        **scope(Each=pass_()),
    }
    machine = load(All=map_(processor))
    seen = []
    with watched_by(seen.append):
        machine.run([1, 2])
    assert [execution.program.outer for execution in seen] == [
        None,
        machine.program,
        machine.program,
    ]
