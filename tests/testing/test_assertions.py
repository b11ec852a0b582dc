"""Assertions about paths, retries and whole runs: what they pass, refuse and say."""

import re
from datetime import UTC, datetime, timedelta

import pytest

import asl
from asl.testing import (
    assert_never_visited,
    assert_path,
    assert_retries,
    assert_same_run,
    trace,
)
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
)

MACHINE = load(
    Reserve=pass_(),
    Charge=task(
        "charge",
        Retry=[retry("Busy", IntervalSeconds=2, BackoffRate=2)],
        Catch=[catch("Refund", ResultPath="$.failure")],
        ResultPath="$.charge",
        Next="Ship",
    ),
    Refund=pass_(),
    Ship=pass_(),
    Done=SUCCEED,
)


def run(*answers):
    return MACHINE.run({"amount": 40}, tasks={"charge": asl.script(*answers)})


def failing(message):
    return pytest.raises(AssertionError, match=re.escape(message))


@pytest.mark.parametrize(
    "states",
    [
        ("Reserve", "Charge", "Ship", "Done"),
        ("Reserve", ..., "Done"),
        (..., "Charge", ...),
        (..., "Charge", "Ship", ...),
        ("Reserve", ..., "Charge", ..., "Ship", ..., "Done", ...),
        (...,),
        (..., ..., "Done"),
        ("Reserve", "Charge", ..., "Ship", "Done"),
    ],
)
def test_paths_that_fit(states):
    assert_path(run(1), *states)


@pytest.mark.parametrize(
    ("states", "why"),
    [
        (("Reserve", "Charge", "Ship"), "it goes on with Done"),
        (("Reserve", "Ship"), "'Ship' was expected at place 1, but there is 'Charge'"),
        (("Reserve", "Charge", "Ship", "Done", "Done"), "it ends before 'Done'"),
        ((), "it goes on with Reserve > Charge > Ship > Done"),
        ((..., "Refund", ...), "'Refund' was not visited"),
        ((..., "Ship", ..., "Charge", ...), "'Charge' was not visited after 'Ship'"),
        ((..., "Reserve", "Ship", ...), "'Reserve' > 'Ship' was not visited"),
        ((..., "Ship"), "it does not end with 'Ship'"),
        (
            ("Reserve", "Charge", "Ship", "Done", ..., "Done"),
            "does not end with 'Done' after 'Done'",
        ),
    ],
)
def test_paths_that_do_not_fit(states, why):
    with failing(why) as raised:
        assert_path(run(1), *states)
    assert str(raised.value).endswith("path:     Reserve > Charge > Ship > Done")


def test_a_path_with_several_middles_is_searched_from_the_start():
    loop = load(
        Step=task("step"),
        Again=choice({"Variable": "$", "NumericLessThan": 3, "Next": "Step"}, Default="Done"),
        Done=SUCCEED,
    )
    result = loop.run(tasks={"step": asl.script(1, 2, 3)})
    assert_path(result, ..., "Step", ..., "Step", ..., "Step", ..., "Done")
    with failing("'Step' was not visited after 'Step'"):
        assert_path(result, ..., "Step", ..., "Step", ..., "Step", ..., "Step", ...)


def test_the_path_of_one_iteration():
    machine = load(Each=map_(scope(Pack=pass_(), Label=pass_())))
    first = trace(machine.run([1, 2])).inside("Each", 0)
    assert_path(first, "Pack", "Label")
    with pytest.raises(asl.UsageError, match=r"'Each' is not inside 'Each'\[0\]"):
        assert_path(first, "Each")


def test_states_that_are_never_visited():
    assert_never_visited(run(1), "Refund")
    with failing("'Charge' and 'Done' should never be visited\n  path: Reserve > Charge"):
        assert_never_visited(run(1), "Charge", "Refund", "Done")


@pytest.mark.parametrize(
    "check",
    [
        lambda result: assert_path(result, ..., "Refnd"),
        lambda result: assert_never_visited(result, "Refnd"),
        lambda result: assert_retries(result, "Refnd", []),
    ],
)
def test_a_misspelt_state_is_an_error_not_a_pass(check):
    with pytest.raises(asl.UsageError, match="no state 'Refnd'; did you mean 'Refund'"):
        check(run(1))


def test_no_state_at_all_is_an_error():
    with pytest.raises(asl.UsageError, match="at least one state"):
        assert_never_visited(run(1))


def test_retries():
    result = run(asl.fails("Busy"), asl.fails("Busy"), 1)
    assert_retries(result, "Charge", [2, 4])
    assert_retries(result, "Charge", [timedelta(seconds=2), 4.0], visit=0)
    assert_retries(run(1), "Charge", [])
    with failing(
        "'Charge' was tried again after 2 s, 4 s, not after 2 s\n"
        "  attempt 1: FAILED\n"
        "  attempt 2: FAILED after a delay of 2 s\n"
        "  attempt 3: SUCCEEDED after a delay of 4 s"
    ):
        assert_retries(result, "Charge", [2])
    with failing("was tried again after no delay, not after 1 s"):
        assert_retries(run(1), "Charge", [1])


def test_retries_of_which_visit_has_to_be_said():
    machine = load(Each=map_(scope(Pack=task(Retry=[retry(IntervalSeconds=1)]))))
    result = machine.run([1, 2], tasks={"Pack": asl.script(1, asl.fails("Odd"), 3)})
    with failing("not exactly one: there are 2 visits of 'Pack'"):
        assert_retries(result, "Pack", [])
    assert_retries(result, "Pack", [], visit=0)
    assert_retries(result, "Pack", [1], visit=1)
    assert_retries(trace(result).inside("Each", 1), "Pack", [1])


def test_retries_of_what_is_never_tried_again():
    with pytest.raises(asl.UsageError, match="'Ship' is a Pass, which is never tried again"):
        assert_retries(run(1), "Ship", [])
    with failing("there are no visits of 'Charge'"):
        assert_retries(MACHINE.start(tasks={"*": lambda _: 1}).result, "Charge", [])


def test_the_same_run_at_another_time_and_under_another_name():
    clock = asl.VirtualClock(datetime(2030, 1, 1, tzinfo=UTC))
    again = MACHINE.run({"amount": 40}, tasks={"charge": asl.script(1)}, clock=clock, name="other")
    assert_same_run(run(1), again)


def test_runs_that_part_are_told_apart_by_state():
    with pytest.raises(AssertionError) as raised:
        assert_same_run(run(asl.fails("Busy"), {"id": 1}), run(asl.fails("NoFunds", "balance 3")))
    assert str(raised.value).splitlines() == [
        "the runs differ (first != second):",
        "  'Charge', attempt 1: FAILED (Busy) != FAILED (NoFunds: balance 3)",
        "  'Charge': attempts: 2 != 1",
        "  'Charge': output.charge: {\"id\":1} != (absent)",
        '  \'Charge\': output.failure: (absent) != {"Error":"NoFunds","Cause":"balance 3"}',
        "  path, after 'Charge': (nothing) != Refund",
        '  output.charge: {"id":1} != (absent)',
        '  output.failure: (absent) != {"Error":"NoFunds","Cause":"balance 3"}',
    ]


def test_only_the_first_state_whose_data_differ_is_told():
    first, second = (MACHINE.run({"amount": amount}, tasks={"*": lambda _: 1}) for amount in (1, 2))
    with pytest.raises(AssertionError) as raised:
        assert_same_run(first, second)
    assert str(raised.value).splitlines()[1:] == [
        "  'Reserve': input.amount: 1 != 2",
        "  'Charge', attempt 1: payload.amount: 1 != 2",
        "  output.amount: 1 != 2",
    ]


@pytest.mark.parametrize(
    ("value", "other", "told"),
    [
        (1, 1.0, "input: 1 != 1.0"),
        (True, 1, "input: true != 1"),
        ([1], [1, 2], "input: [1] != [1,2]"),
        ({"a": [{"b": None}]}, {"a": [{"b": 0}]}, "input.a[0].b: null != 0"),
        ("1", 1, 'input: "1" != 1'),
    ],
)
def test_values_that_differ(value, other, told):
    machine = load(Done=SUCCEED)
    with failing(f"'Done': {told}"):
        assert_same_run(machine.run(value), machine.run(other))
    assert_same_run(machine.run(value), machine.run(value))


def test_of_long_values_the_place_where_they_part_is_told():
    machine = load(Done=SUCCEED)
    first, second = "a" * 900 + "b" + "c" * 900, "a" * 900 + "d" + "c" * 900
    with pytest.raises(AssertionError) as raised:
        assert_same_run(machine.run(first), machine.run(second))
    line = str(raised.value).splitlines()[1]
    shared = "..." + "a" * 50
    assert line == f"  'Done': input: {shared}b{'c' * 149}... != {shared}d{'c' * 149}..."


def test_what_runs_side_by_side_may_finish_in_any_order():
    machine = load(Both=parallel(scope(A=task("a"), A2=pass_()), scope(B=task("b"), B2=pass_())))

    def after(a, b):
        return machine.run(
            tasks={"a": lambda _: asl.returns(1, after=a), "b": lambda _: asl.returns(2, after=b)}
        )

    assert after(1, 2).path != after(2, 1).path
    assert_same_run(after(1, 2), after(2, 1))


def test_which_branch_failed_is_told_though_the_same_events_were_written():
    """AWS's TaskStateAborted does not say whether its task failed or was stopped: links do."""
    machine = load(Both=parallel(scope(A=task("a")), scope(B=task("b"))))
    declined = {"a": lambda _: asl.hangs(), "b": lambda _: asl.hangs()}
    first = machine.run(tasks={**declined, "a": lambda _: asl.fails("Declined")})
    second = machine.run(tasks={**declined, "b": lambda _: asl.fails("Declined")})
    with pytest.raises(AssertionError) as raised:
        assert_same_run(first, second)
    assert str(raised.value).splitlines()[1:] == [
        "  'A' in 'Both'[0], attempt 1: FAILED (Declined) != ABORTED",
        "  'A' in 'Both'[0]: FAILED (Declined) != ABORTED",
        "  'B' in 'Both'[1], attempt 1: ABORTED != FAILED (Declined)",
        "  'B' in 'Both'[1]: ABORTED != FAILED (Declined)",
    ]


def test_iterations_that_only_one_run_started():
    machine = load(Each=map_(scope(Pack=pass_())))
    with failing("'Each', attempt 1: only the second run started [1]"):
        assert_same_run(machine.run([1]), machine.run([1, 2]))


def test_the_event_id_in_a_cause_does_not_matter():
    """AWS names the id of the entered event in the cause of a failing expression."""
    broken = {
        "Type": "Task",
        "QueryLanguage": "JSONata",
        "Resource": "b",
        "Output": "{% $number('x') %}",
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "End"}],
    }
    slow = scope(Slow=task("b"), Broken=broken, End=pass_())
    machine = load(Both=parallel(scope(Ask=task("a")), slow))

    def after(seconds):
        answer = asl.returns(1, after=seconds)
        return machine.run(tasks={"a": lambda _: answer, "b": lambda _: asl.returns(2, after=2)})

    causes = [trace(after(seconds))["End"].only.input["Cause"] for seconds in (1, 3)]
    assert causes[0] != causes[1], "the ids should differ"
    assert_same_run(after(1), after(3))


def test_nested_executions_are_compared_too():
    start = {"StateMachineArn": "child", "Input": {"n.$": "$.n"}}
    resource = "arn:aws:states:::states:startExecution.sync:2"
    parent = load(Start=task(resource, Parameters=start, ResultPath=None))
    child = asl.load(scope(Work=task("work", ResultPath=None)), name="child")

    def run(answer):
        return parent.run({"n": 1}, machines={"child": child}, tasks={"work": lambda _: answer})

    assert_same_run(run(1), run(1))
    with failing("nested execution 0: 'Work', attempt 1: result: 1 != 2"):
        assert_same_run(run(1), run(2))


def test_long_paths_are_compared_in_little_time():
    step = task("step")
    loop = load(
        Step=step,
        Again=choice({"Variable": "$", "NumericLessThan": 3000, "Next": "Step"}, Default="Done"),
        Done=SUCCEED,
    )

    def run(last):
        answers = iter([*range(last), 3000])
        return loop.run(tasks={"step": lambda _: next(answers)})

    assert_same_run(run(2000), run(2000))
    with failing("path, after 'Again', visit 100: Done != Step > Again"):
        assert_same_run(run(100), run(2000))


def test_many_differences_are_cut():
    machine = load(Each=map_(scope(Pack=pass_())))
    with failing("more differences"):
        assert_same_run(machine.run(list(range(100))), machine.run(list(range(1, 101))))


def test_a_history_that_was_not_kept_is_refused():
    bounded = MACHINE.run({"amount": 40}, tasks={"*": lambda _: 1}, history=2)
    for check in (
        lambda: assert_path(bounded, ...),
        lambda: assert_never_visited(bounded, "Refund"),
        lambda: assert_retries(bounded, "Charge", []),
        lambda: assert_same_run(run(1), bounded),
    ):
        with pytest.raises(asl.UsageError, match="were not kept"):
            check()
