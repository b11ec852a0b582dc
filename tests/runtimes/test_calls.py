"""One call of a task: what a handler may return and raise, and what becomes of it."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

import asl
from tests.definitions import (
    FUNCTION,
    INVOKE,
    SUCCEED,
    catch,
    events,
    kinds,
    load,
    parallel,
    scope,
    task,
)


def run_with(handler, resource=FUNCTION, **fields):
    return load(Work=task(resource, **fields)).run(tasks={"*": handler})


# ---------------------------------------------------------------- what it returns


def nested(levels):
    value = []
    for _ in range(levels - 1):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("returned", "what"),
    [
        ({1, 2}, "a set is not a JSON value (at the top)"),
        ((1, 2), "a tuple is not a JSON value (at the top)"),
        ({"a": [float("nan")]}, "nan is not a JSON number (at /a/0)"),
        (float("inf"), "inf is not a JSON number"),
        ({1: "one"}, "object key 1 is not a string"),
        ({"at": datetime(2025, 1, 1, tzinfo=UTC)}, "a datetime is not a JSON value (at /at)"),
        (Decimal("1.5"), "a Decimal is not a JSON value"),
        (b"text", "a bytes is not a JSON value"),
        (object, "a type is not a JSON value"),
        (asl.returns({"a": {1}}), "a set is not a JSON value (at /a)"),
        (asl.returns((1,), after=5), "a tuple is not a JSON value"),
        (nested(201), "nested more than 200 levels deep"),
        (10**5000, "integer string conversion"),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else "",
)
def test_what_is_not_json_is_refused_naming_state_resource_and_place(returned, what):
    machine = load(
        First=task("first", Catch=[catch("Work")], Next="Work"), Work=task(), Done=SUCCEED
    )
    with pytest.raises(asl.HandlerContractError) as caught:
        machine.run(tasks={"first": lambda _: 1, "work": lambda _: returned})
    message = str(caught.value)
    assert message.startswith(
        f"the handler of state 'Work' ({FUNCTION}) returned what is not JSON: "
    )
    assert what in message


def test_a_reply_of_a_function_that_its_wrapping_makes_too_deep_is_refused_too():
    machine = load(Work=task(INVOKE, Parameters={"FunctionName": "work"}))
    assert machine.run(tasks={"work": lambda _: nested(199)}).status == "SUCCEEDED"
    with pytest.raises(asl.HandlerContractError, match="'Work'"):
        machine.run(tasks={"work": lambda _: nested(200)})


def test_a_handler_that_returns_nothing_returns_null():
    def work(payload):
        pass

    assert run_with(work).output is None


# ---------------------------------------------------------------- what it raises


def test_a_task_failed_says_error_and_cause_itself():
    def work(payload):
        raise asl.TaskFailed("Refused", "no credit")

    result = run_with(work)
    assert (result.status, result.error, result.cause) == ("FAILED", "Refused", "no credit")


def test_a_task_failed_without_a_cause_has_none():
    def work(payload):
        raise asl.TaskFailed("Refused")

    result = run_with(work)
    assert result.cause is None
    assert events(result, "LambdaFunctionFailed")[0]["lambdaFunctionFailedEventDetails"] == {
        "error": "Refused"
    }


class PaymentRefused(Exception):  # noqa: N818 - ASL errors are named after what happened
    pass


def test_any_other_exception_becomes_an_error_named_after_its_class():
    def work(payload):
        raise PaymentRefused("no credit: ü")

    result = run_with(work)
    assert result.error == "PaymentRefused"
    cause = json.loads(result.cause)
    assert list(cause) == ["errorMessage", "errorType", "requestId", "stackTrace"]
    assert cause["errorMessage"] == "no credit: ü"
    assert cause["errorType"] == "PaymentRefused"
    assert " " not in result.cause.split("stackTrace")[0].replace("no credit: ü", "")


def test_the_stack_trace_has_the_frames_of_the_handler_alone():
    def check(order):
        raise PaymentRefused(order)

    def work(payload):
        check("7")

    (first, second) = json.loads(run_with(work).cause)["stackTrace"]
    line = work.__code__.co_firstlineno
    assert first == f'  File "{__file__}", line {line + 1}, in work\n    check("7")\n'
    assert second == (
        f'  File "{__file__}", line {line - 2}, in check\n    raise PaymentRefused(order)\n'
    )


def test_the_cause_is_the_same_each_time():
    def work(payload):
        raise PaymentRefused

    machine = load(Work=task())
    causes = {machine.run(tasks={"work": work}, seed=seed).cause for seed in range(3)}
    assert len(causes) == 1


def test_errors_of_handlers_can_be_retried_and_caught_by_their_class():
    def work(payload, context):
        raise (KeyError if context.attempt == 1 else PaymentRefused)("order")

    result = load(
        Work=task(
            Retry=[{"ErrorEquals": ["KeyError"]}],
            Catch=[catch("Done", "PaymentRefused")],
            Next="Done",
        ),
        Done=SUCCEED,
    ).run(tasks={"work": work})
    assert result.path == ["Work", "Done"]
    assert result.elapsed == timedelta(seconds=1)


def test_misuse_of_the_package_inside_a_handler_goes_up_and_is_no_error_of_the_task():
    other = load(A=task())

    def work(payload):
        return other.run(tasks={}).output

    with pytest.raises(asl.MissingHandler):
        load(Work=task(Catch=[catch("Done")], Next="Done"), Done=SUCCEED).run(tasks={"work": work})


def test_a_nested_run_that_fails_is_an_error_of_the_task():
    inner = load(F={"Type": "Fail", "Error": "Refused"})

    def work(payload):
        return inner.run(check=True).output

    assert run_with(work).error == "ExecutionFailed"


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_what_is_no_error_goes_through(stop):
    def work(payload):
        raise stop

    with pytest.raises(stop):
        run_with(work)


@pytest.mark.parametrize(
    "arguments", [("Refused", {"code": 1}), ("Refused", 7), (404, "text"), (b"E", None)], ids=repr
)
def test_an_error_or_cause_that_is_no_text_is_refused(arguments):
    def raises(payload):
        raise asl.TaskFailed(*arguments)

    for handler in (raises, lambda payload: asl.fails(*arguments)):
        with pytest.raises(asl.UsageError, match="text"):
            run_with(handler)


# ---------------------------------------------------------------- what the result keeps


def test_the_result_keeps_what_handlers_raised_with_its_traceback():
    def work(payload, context):
        raise PaymentRefused(context.attempt)

    result = load(Work=task(Retry=[{"ErrorEquals": ["States.ALL"], "MaxAttempts": 2}])).run(
        tasks={"work": work}
    )
    assert [(state, type(error), error.args) for state, error in result.exceptions] == [
        ("Work", PaymentRefused, (attempt,)) for attempt in (1, 2, 3)
    ]
    assert result.exceptions[0][1].__traceback__ is not None


def test_a_checked_run_raises_from_what_the_handler_raised_last():
    def work(payload):
        raise PaymentRefused("no credit")

    with pytest.raises(asl.ExecutionFailed) as caught:
        load(Work=task()).run(check=True, tasks={"work": work})
    assert isinstance(caught.value.__cause__, PaymentRefused)
    assert caught.value.result.error == "PaymentRefused"


def test_scripted_failures_are_no_exceptions():
    result = run_with(lambda _: asl.fails("Refused"))
    assert result.exceptions == ()
    with pytest.raises(asl.ExecutionFailed) as caught:
        result.check()
    assert caught.value.__cause__ is None


# ---------------------------------------------------------------- which answer comes first


def test_answers_of_branches_are_fed_in_the_order_of_the_calls():
    result = load(P=parallel(scope(A=task()), scope(B=task()))).run(tasks={"work": lambda _: 1})
    exits = [
        event["stateExitedEventDetails"]["name"] for event in events(result, "TaskStateExited")
    ]
    assert exits == ["A", "B"]


def test_a_reply_and_a_timer_at_one_instant_are_fed_reply_first():
    result = load(
        P=parallel(
            scope(W={"Type": "Wait", "Seconds": 5}),
            scope(T=task()),
            scope(U=task(TimeoutSeconds=5)),
        )
    ).run(tasks={"work": lambda _: asl.returns(1, after=5)})
    assert result.status == "SUCCEEDED"
    ends = [
        kind
        for kind in kinds(result)
        if kind.endswith(("LambdaFunctionSucceeded", "WaitStateExited"))
    ]
    assert ends == ["LambdaFunctionSucceeded", "LambdaFunctionSucceeded", "WaitStateExited"]


def test_replies_at_one_instant_are_fed_in_the_order_of_the_calls():
    result = load(P=parallel(scope(A=task()), scope(B=task()), scope(C=task()))).run(
        tasks={
            "A": lambda _: asl.returns(1, after=5),
            "B": lambda _: asl.returns(1, after=2),
            "C": lambda _: asl.returns(1, after=5),
        }
    )
    exits = [
        event["stateExitedEventDetails"]["name"] for event in events(result, "TaskStateExited")
    ]
    assert exits == ["B", "A", "C"]
