"""Parallel: all branches on the same input."""

import asl
from tests.definitions import (
    SUCCEED,
    catch,
    chart,
    details,
    events,
    fail,
    lines,
    load,
    parallel,
    pass_,
    retry,
    scope,
    task,
)


def test_every_branch_gets_the_effective_input():
    result = load(P=parallel(scope(A=pass_()), scope(B=pass_()), InputPath="$.order")).run(
        {"order": {"n": 1}}
    )
    assert result.output == [{"n": 1}, {"n": 1}]


def test_parameters_make_the_input_of_the_branches():
    result = load(
        P=parallel(scope(A=pass_()), InputPath="$.order", Parameters={"n.$": "$.n", "fixed": True})
    ).run({"order": {"n": 1}})
    assert result.output == [{"fixed": True, "n": 1}]


def test_the_outputs_are_shaped_as_a_result():
    result = load(
        P=parallel(
            scope(A=pass_(Result="a")),
            scope(B=pass_(Result="b")),
            ResultSelector={"first.$": "$[0]", "second.$": "$[1]"},
            ResultPath="$.made",
            OutputPath="$.made",
            Assign={"both.$": "$"},
        ),
        Q=pass_(Parameters={"out.$": "$", "both.$": "$both"}),
    ).run({"order": 1})
    made = {"first": "a", "second": "b"}
    assert result.output == {"out": made, "both": made}


def test_links_are_as_recorded():
    result = load(P=parallel(scope(A=pass_()), scope(B=pass_())), C=pass_()).run()
    assert chart(result) == lines("""
        1 <- 0 ExecutionStarted
        2 <- 0 ParallelStateEntered P
        3 <- 2 ParallelStateStarted
        4 <- 3 PassStateEntered A
        5 <- 4 PassStateExited A
        6 <- 3 PassStateEntered B
        7 <- 6 PassStateExited B
        8 <- 7 ParallelStateSucceeded
        9 <- 7 ParallelStateExited P
        10 <- 9 PassStateEntered C
        11 <- 10 PassStateExited C
        12 <- 11 ExecutionSucceeded
    """)


def test_a_caught_failure_leaves_through_the_failed_event():
    result = load(
        P=parallel(
            scope(F=fail("FailureType", "Cause")), Catch=[catch("C", "FailureType")], Next="C"
        ),
        C=SUCCEED,
    ).run()
    assert chart(result) == lines("""
        1 <- 0 ExecutionStarted
        2 <- 0 ParallelStateEntered P
        3 <- 2 ParallelStateStarted
        4 <- 3 FailStateEntered F
        5 <- 4 ParallelStateFailed
        6 <- 5 ParallelStateExited P
        7 <- 6 SucceedStateEntered C
        8 <- 7 SucceedStateExited C
        9 <- 8 ExecutionSucceeded
    """)
    assert result.output == {"Error": "FailureType", "Cause": "Cause"}


def test_a_failure_shows_the_error_of_the_branch_and_not_that_of_the_parallel():
    result = load(P=parallel(scope(F=fail("FailureType")))).run()
    assert (result.error, result.cause) == ("FailureType", None)


def test_a_catcher_may_assign_and_keep_the_input():
    result = load(
        P=parallel(
            scope(T=task()),
            Catch=[catch("C", ResultPath="$.error", Assign={"why.$": "$.Error"})],
            Next="C",
        ),
        C=pass_(Parameters={"why.$": "$why", "in.$": "$.order"}),
    ).run({"order": 7}, tasks={"work": lambda _: asl.fails("Refused")})
    assert result.output == {"why": "Refused", "in": 7}
    (event,) = events(result, "ParallelStateExited")
    assert details(event)["assignedVariables"] == {"why": '"Refused"'}


def test_the_context_object_of_a_parallel_counts_its_retries():
    seen = []
    load(
        P=parallel(
            scope(T=task()), Parameters={"n.$": "$$.State.RetryCount"}, Retry=[retry(MaxAttempts=2)]
        )
    ).run(tasks={"work": lambda payload: seen.append(payload["n"]) or asl.fails("Busy")})
    assert seen == [0, 1, 2]
