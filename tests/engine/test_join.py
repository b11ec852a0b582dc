"""What Parallel and Map share: children that start, end, fail, and stop each other."""

from datetime import timedelta

import pytest

import asl
from asl.engine.commands import CancelTask
from asl.engine.events import TaskFailed, TaskSucceeded
from tests.definitions import (
    SUCCEED,
    begin,
    catch,
    chart,
    details,
    events,
    fail,
    kinds,
    lines,
    load,
    map_,
    parallel,
    pass_,
    retry,
    scope,
    task,
    wait,
)


def after(spans):
    """A handler for each state that answers its own name after a span."""
    return {
        name: lambda payload, name=name, span=span: asl.returns(name, after=span)
        for name, span in spans.items()
    }


def ran_in_parallel(*names, **fields):
    return parallel(*(scope(**{name: task()}) for name in names), **fields)


# ---------------------------------------------------------------- outputs


def test_outputs_stand_in_the_order_of_the_branches_whatever_ends_first():
    result = load(P=ran_in_parallel("A", "B", "C")).run(tasks=after({"A": 9, "B": 1, "C": 5}))
    assert result.output == ["A", "B", "C"]
    assert result.elapsed == timedelta(seconds=9)
    exits = [details(event)["name"] for event in events(result, "TaskStateExited")]
    assert exits == ["B", "C", "A"]


def test_outputs_of_a_map_stand_in_the_order_of_the_items():
    def work(item):
        return asl.returns(-item, after=item)

    result = load(M=map_(scope(A=task()))).run([5, 1, 3], tasks={"work": work})
    assert result.output == [-5, -1, -3]
    assert result.elapsed == timedelta(seconds=5)


def test_children_of_children_end_before_their_parents():
    inner = map_(scope(Double=task()))
    result = load(M=map_(scope(Pair=parallel(scope(Inner=inner), scope(B=pass_()))))).run(
        [[1, 2], [3]], tasks={"work": lambda n: 2 * n}
    )
    assert result.output == [[[2, 4], [1, 2]], [[6], [3]]]


def test_forty_maps_inside_each_other_are_no_trouble():
    definition, value = scope(A=pass_()), 1
    for level in range(40):
        definition, value = scope(**{f"M{level}": map_(definition)}), [value]
    assert asl.load(definition).run(value).output == value


# ---------------------------------------------------------------- failure


def test_a_failing_branch_stops_its_siblings_and_cancels_their_tasks():
    execution = begin(scope(P=ran_in_parallel("A", "B", "C")))
    first, second, third = execution.receive(None, 0)
    commands = execution.receive(TaskFailed(second.task_id, "Refused", "no credit"), 5)
    assert commands == [CancelTask(first.task_id), CancelTask(third.task_id)]
    assert (execution.outcome.status, execution.outcome.error) == ("FAILED", "Refused")


def test_a_sibling_that_has_ended_is_not_stopped():
    execution = begin(scope(P=ran_in_parallel("A", "B")))
    first, second = execution.receive(None, 0)
    execution.receive(TaskSucceeded(first.task_id, asl.Payload(1)), 5)
    assert execution.receive(TaskFailed(second.task_id, "Refused", None), 6) == []


def test_siblings_are_aborted_where_they_wait_whatever_they_wait_for():
    definition = scope(
        P=parallel(
            scope(F=wait(5), Refuse=fail("Refused")),
            scope(T=task()),
            scope(W=wait(99)),
            scope(R=task("again", Retry=[retry(IntervalSeconds=60)])),
            scope(Inner=parallel(scope(X=wait(88)), scope(Y=pass_()))),
            scope(Loop=map_(scope(Z=wait(77)), ItemsPath="$.items")),
            scope(Done=pass_()),
        )
    )
    result = asl.load(definition).run(
        {"items": [1, 2]},
        tasks={"work": lambda _: asl.hangs(), "again": lambda _: asl.fails("Busy")},
    )
    assert (result.status, result.error) == ("FAILED", "Refused")
    assert result.elapsed == timedelta(seconds=5)
    at = kinds(result).index("FailStateEntered") + 1
    assert kinds(result)[at:] == [
        "TaskStateAborted",  # T
        "WaitStateAborted",  # W
        "TaskStateAborted",  # R, between two attempts
        "WaitStateAborted",  # X
        "ParallelStateAborted",  # Inner
        "WaitStateAborted",  # Z of the first item
        "MapIterationAborted",
        "WaitStateAborted",  # Z of the second item
        "MapIterationAborted",
        "MapStateAborted",  # Loop
        "ParallelStateFailed",
        "ExecutionFailed",
    ]


def test_a_branch_that_fails_at_once_stops_those_that_have_not_begun():
    result = load(P=parallel(scope(F=fail("Refused")), scope(A=pass_()), scope(T=task()))).run(
        tasks={"work": lambda _: pytest.fail("it must never be called")}
    )
    assert result.path == ["P", "F"]
    assert chart(result) == lines("""
        1 <- 0 ExecutionStarted
        2 <- 0 ParallelStateEntered P
        3 <- 2 ParallelStateStarted
        4 <- 3 FailStateEntered F
        5 <- 4 ParallelStateFailed
        6 <- 5 ExecutionFailed
    """)


def test_a_task_that_was_asked_for_and_cancelled_in_the_same_breath_is_never_called():
    called = []
    result = load(P=parallel(scope(T=task()), scope(F=fail("Refused")))).run(
        tasks={"work": called.append}
    )
    assert (result.error, called) == ("Refused", [])


def test_a_task_that_fails_inside_a_branch_is_aborted_beside_its_failure():
    result = load(P=ran_in_parallel("A")).run(tasks={"work": lambda _: asl.fails("Refused")})
    assert chart(result) == lines("""
        1 <- 0 ExecutionStarted
        2 <- 0 ParallelStateEntered P
        3 <- 2 ParallelStateStarted
        4 <- 3 TaskStateEntered A
        5 <- 4 LambdaFunctionScheduled
        6 <- 5 LambdaFunctionStarted
        7 <- 6 LambdaFunctionFailed
        8 <- 7 TaskStateAborted
        9 <- 7 ParallelStateFailed
        10 <- 9 ExecutionFailed
    """)


def test_a_task_that_times_out_inside_an_iteration_is_aborted_too():
    result = load(M=map_(scope(A=task(TimeoutSeconds=3)))).run(
        [1], tasks={"work": lambda _: asl.hangs()}
    )
    assert chart(result) == lines("""
        1 <- 0 ExecutionStarted
        2 <- 0 MapStateEntered M
        3 <- 2 MapStateStarted 1
        4 <- 3 MapIterationStarted M 0
        5 <- 4 TaskStateEntered A
        6 <- 5 LambdaFunctionScheduled
        7 <- 6 LambdaFunctionStarted
        8 <- 7 LambdaFunctionTimedOut
        9 <- 8 TaskStateAborted
        10 <- 8 MapIterationFailed M 0
        11 <- 8 MapStateFailed
        12 <- 11 ExecutionFailed
    """)


def test_a_failure_is_caught_by_the_innermost_state_that_names_it():
    inner = map_(scope(F=fail("Refused")), Catch=[catch("Inner", "Refused")])
    machine = load(
        P=parallel(
            scope(M={**inner, "Next": "Skip"}, Inner=pass_(End=True), Skip=SUCCEED),
            Catch=[catch("Outer")],
            Next="End",
        ),
        Outer=pass_(End=True),
        End=SUCCEED,
    )
    result = machine.run([1])
    assert result.path == ["P", "M", "F", "Inner", "End"]
    assert result.output == [{"Error": "Refused", "Cause": None}]


def test_a_failure_that_nobody_names_goes_up_to_the_top():
    machine = load(
        P=parallel(
            scope(
                M=map_(
                    scope(F=fail("Refused", "no credit")), Catch=[catch("X", "Other")], Next="X"
                ),
                X=SUCCEED,
            ),
            scope(W=wait(9)),
            Catch=[catch("Y", "Another")],
            Next="Y",
        ),
        Y=SUCCEED,
    )
    result = machine.run([1, 2])
    assert (result.status, result.error, result.cause) == ("FAILED", "Refused", "no credit")
    assert chart(result) == lines("""
        1 <- 0 ExecutionStarted
        2 <- 0 ParallelStateEntered P
        3 <- 2 ParallelStateStarted
        4 <- 3 MapStateEntered M
        5 <- 4 MapStateStarted 2
        6 <- 5 MapIterationStarted M 0
        7 <- 5 MapIterationStarted M 1
        8 <- 3 WaitStateEntered W
        9 <- 6 FailStateEntered F
        10 <- 9 MapIterationFailed M 0
        11 <- 7 MapIterationAborted M 1
        12 <- 9 MapStateFailed
        13 <- 8 WaitStateAborted
        14 <- 12 ParallelStateFailed
        15 <- 14 ExecutionFailed
    """)


# ---------------------------------------------------------------- retry


def test_a_retry_starts_all_children_again():
    calls = []

    def work(payload, context):
        calls.append(context.state_name)
        return asl.fails("Busy") if context.state_name == "B" and len(calls) < 4 else "done"

    result = load(P=ran_in_parallel("A", "B", Retry=[retry(IntervalSeconds=4)])).run(
        tasks={"work": work}
    )
    assert calls == ["A", "B", "A", "B"]
    assert result.output == ["done", "done"]
    assert result.elapsed == timedelta(seconds=4)


def test_a_retried_map_links_its_second_start_to_the_failure_of_the_first():
    result = load(M=map_(scope(F=fail("Busy")), Retry=[retry(MaxAttempts=1)])).run([1])
    assert chart(result) == lines("""
        1 <- 0 ExecutionStarted
        2 <- 0 MapStateEntered M
        3 <- 2 MapStateStarted 1
        4 <- 3 MapIterationStarted M 0
        5 <- 4 FailStateEntered F
        6 <- 5 MapIterationFailed M 0
        7 <- 5 MapStateStarted 1
        8 <- 7 MapIterationStarted M 0
        9 <- 8 FailStateEntered F
        10 <- 9 MapIterationFailed M 0
        11 <- 9 MapStateFailed
        12 <- 11 ExecutionFailed
    """)
    assert result.elapsed == timedelta(seconds=1)


def test_retries_inside_and_outside_multiply():
    calls = []
    result = load(
        P=parallel(
            scope(A=task(Retry=[retry(MaxAttempts=1, IntervalSeconds=2)])),
            Retry=[retry(MaxAttempts=2, IntervalSeconds=10, BackoffRate=1)],
        )
    ).run(tasks={"work": lambda payload: calls.append(1) or asl.fails("Busy")})
    assert len(calls) == 6
    assert result.elapsed == timedelta(seconds=3 * 2 + 2 * 10)


# ---------------------------------------------------------------- variables


def read(*names):
    return pass_(Parameters={f"{name}.$": f"${name}" for name in names})


def test_children_read_the_variables_around_them():
    result = load(
        Set=pass_(Assign={"rate": 3}),
        P=parallel(
            scope(A=read("rate")),
            scope(M=map_(scope(B=read("rate")), ItemsPath="$.items")),
        ),
    ).run({"items": [1]})
    assert result.output == [{"rate": 3}, [{"rate": 3}]]


def test_siblings_do_not_see_each_others_variables():
    result = load(
        P=parallel(
            scope(A=pass_(Assign={"mine": "a"}), AA=wait(5), AAA=read("mine")),
            scope(B=pass_(Assign={"mine": "b"}), BB=wait(5), BBB=read("mine")),
            scope(C=wait(9), CC=read("mine")),
        )
    ).run()
    assert (result.status, result.error) == ("FAILED", "States.Runtime")
    assert "'CC'" in result.cause
    outputs = [
        details(event)["output"]
        for event in events(result, "PassStateExited")
        if details(event)["name"] in ("AAA", "BBB")
    ]
    assert outputs == ['{"mine":"a"}', '{"mine":"b"}']


def test_what_a_child_assigns_is_gone_when_its_scope_ends():
    result = load(P=parallel(scope(A=pass_(Assign={"inner": 1}))), B=read("inner")).run()
    assert (result.status, result.error) == ("FAILED", "States.Runtime")
    assert result.path == ["P", "A", "B"]


def test_each_iteration_has_variables_of_its_own():
    result = load(M=map_(scope(A=pass_(Assign={"item.$": "$"}), B=wait(1), C=read("item")))).run(
        [1, 2, 3]
    )
    assert result.output == [{"item": 1}, {"item": 2}, {"item": 3}]


def test_a_variable_that_is_assigned_while_children_run_is_not_there_for_them():
    result = load(
        Set=pass_(Assign={"n": 1}),
        P=parallel(scope(A=wait(1), B=read("n")), Assign={"n": 2}),
        C=read("n"),
    ).run()
    assert result.output == {"n": 2}
    (output,) = [
        details(event)["output"]
        for event in events(result, "PassStateExited")
        if details(event)["name"] == "B"
    ]
    assert output == '{"n":1}'
