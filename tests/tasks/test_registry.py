"""Which handler answers for which task, what it is called with, and what its reply stands for."""

import functools

import pytest

import asl
from tests.definitions import (
    FUNCTION,
    INVOKE,
    QUEUE,
    begin,
    load,
    map_,
    parallel,
    pass_,
    scope,
    task,
)


def answering(name):
    return lambda payload: name


def who_answers(names, resource=FUNCTION, state_name="Work", **fields):
    """Which of several handlers, each answering its own name, is asked."""
    result = asl.load(scope(**{state_name: task(resource, **fields)})).run(
        tasks={name: answering(name) for name in names}
    )
    output = result.output
    return output["Payload"] if isinstance(output, dict) else output


# ---------------------------------------------------------------- which handler


@pytest.mark.parametrize(
    "name", ["Work", FUNCTION, "work", "Wo*", "arn:aws:lambda:*", "wor?", "w[aeiou]rk", "*"]
)
def test_a_function_is_found_by_state_arn_name_or_pattern(name):
    assert who_answers([name]) == name


@pytest.mark.parametrize("name", ["Work", QUEUE, "*:sqs:*", "arn:aws:states:::sqs:sendMessage*"])
def test_a_service_is_found_by_state_arn_or_pattern(name):
    assert who_answers([name], QUEUE) == name


@pytest.mark.parametrize(
    "function",
    [
        "work",
        "work:PROD",
        "123456789012:function:work",
        FUNCTION,
        f"{FUNCTION}:PROD",
    ],
)
@pytest.mark.parametrize("how", ["work", "as written", "*work*", "Work", INVOKE])
def test_a_function_of_lambda_invoke_is_found_by_its_bare_name_and_as_it_is_written(function, how):
    name = function if how == "as written" else how
    reply = asl.load(scope(Work=task(INVOKE, Parameters={"FunctionName": function}))).run(
        tasks={name: lambda payload: {"Payload": "done"} if how in ("Work", INVOKE) else "done"}
    )
    assert reply.output["Payload"] == "done"


@pytest.mark.parametrize(
    "names",
    [
        ["*", "work", FUNCTION, "Work"],
        ["work", "*", FUNCTION, "Work"],
        ["Work", FUNCTION, "work", "*"],
    ],
)
def test_the_state_comes_first_then_the_arn_then_the_function_then_patterns(names):
    order = ["Work", FUNCTION, "work", "*"]
    for first in order:
        assert who_answers(names) == first
        names = [name for name in names if name != first]


@pytest.mark.parametrize("names", [["w*", "wo*"], ["wo*", "w*"]])
def test_of_two_patterns_the_first_one_wins(names):
    assert who_answers(names) == names[0]


def test_the_order_of_patterns_counts_anew_in_each_run():
    machine = load(Work=task())
    handlers = {"w*": answering("w*"), "wo*": answering("wo*")}
    assert machine.run(tasks=handlers).output == "w*"
    assert machine.run(tasks=dict(reversed(handlers.items()))).output == "wo*"


@pytest.mark.parametrize("name", ["WORK", "wor", "Work ", "arn:aws:lambda:*:other", "?"])
def test_a_name_that_does_not_match_is_no_handler(name):
    with pytest.raises(asl.MissingHandler):
        load(Work=task()).run(tasks={name: answering(1)})


def test_a_mapping_that_was_changed_between_two_runs_counts_as_it_is():
    machine, handlers = load(Work=task()), {"work": answering(1)}
    assert machine.run(tasks=handlers).output == 1
    handlers["work"] = answering(2)
    assert machine.run(tasks=handlers).output == 2
    handlers.clear()
    with pytest.raises(asl.MissingHandler):
        machine.run(tasks=handlers)


# ---------------------------------------------------------------- nobody answers


def test_all_tasks_without_a_handler_are_named_before_anything_runs():
    machine = load(
        First=pass_(),
        P=parallel(scope(A=task("a")), scope(M=map_(scope(B=task(QUEUE)), ItemsPath="$.items"))),
        C=task(INVOKE, Parameters={"FunctionName": "ship"}),
        D=task("known"),
    )
    with pytest.raises(asl.MissingHandler) as caught:
        machine.run({"items": []}, tasks={"known": answering(1)})
    assert caught.value.missing == (("A", "a"), ("B", QUEUE), ("C", "ship"))
    assert "'A' needs 'a'" in str(caught.value)
    assert "given: 'known'" in str(caught.value)


def test_a_computed_function_name_is_looked_up_when_it_is_known():
    machine = load(Work=task(INVOKE, Parameters={"FunctionName.$": "$.function"}))
    handlers = {"one": answering(1), "two": answering(2)}
    for function, payload in (("one", 1), ("two:PROD", 2)):
        assert machine.run({"function": function}, tasks=handlers).output["Payload"] == payload
    with pytest.raises(asl.MissingHandler) as caught:
        machine.run({"function": "three"}, tasks=handlers)
    assert caught.value.missing == (("Work", "three"),)


def test_a_computed_function_name_that_is_no_text_names_nobody():
    machine = load(Work=task(INVOKE, Parameters={"FunctionName.$": "$.function"}))
    with pytest.raises(asl.MissingHandler) as caught:
        machine.run({"function": 7}, tasks={"7": answering(1)})
    assert caught.value.missing == (("Work", INVOKE),)


def test_handlers_that_can_not_be_called_are_refused():
    with pytest.raises(asl.HandlerContractError, match=r"for 'work' is a dict, .* asl.script"):
        load(Work=task()).run(tasks={"work": {"ok": True}})


@pytest.mark.parametrize(
    "handlers", [[answering(1)], answering(1), "work"], ids=["list", "function", "text"]
)
def test_tasks_have_to_be_a_mapping(handlers):
    with pytest.raises(asl.UsageError, match="must be a mapping of names to handlers"):
        load(Work=task()).run(tasks=handlers)


# ---------------------------------------------------------------- what it is called with


@pytest.mark.parametrize(
    ("parameters", "payload"),
    [
        ({"FunctionName": "work", "Payload": {"n": 1}}, {"n": 1}),
        ({"FunctionName": "work", "Payload.$": "$.order"}, {"id": 7}),
        ({"FunctionName": "work", "Payload": "text"}, "text"),
        ({"FunctionName": "work"}, {}),
    ],
    ids=str,
)
def test_lambda_invoke_unwraps_the_payload_and_wraps_the_reply_of_a_function(parameters, payload):
    seen = []
    result = load(Work=task(INVOKE, Parameters=parameters)).run(
        {"order": {"id": 7}}, tasks={"work": lambda payload: seen.append(payload) or "done"}
    )
    assert seen == [payload]
    assert result.output == {"ExecutedVersion": "$LATEST", "Payload": "done", "StatusCode": 200}


@pytest.mark.parametrize("name", ["Work", INVOKE, "Wor*", "*:invoke"])
def test_a_handler_of_the_whole_integration_sees_all_parameters_and_replies_as_the_service(name):
    seen = []
    result = load(Work=task(INVOKE, Parameters={"FunctionName": "work", "Payload": 1})).run(
        tasks={name: lambda parameters: seen.append(parameters) or {"StatusCode": 202}}
    )
    assert seen == [{"FunctionName": "work", "Payload": 1}]
    assert result.output == {"StatusCode": 202}


def test_scripted_replies_of_a_function_are_wrapped_too():
    result = load(Work=task(INVOKE, Parameters={"FunctionName": "work"})).run(
        tasks={"work": asl.script(asl.returns({"n": 1}, after=3))}
    )
    assert result.output["Payload"] == {"n": 1}


def test_a_function_that_happens_to_be_called_invoke_is_a_function_like_any_other():
    function = "arn:aws:lambda:us-east-1:123456789012:function:invoke"
    result = load(Work=task(function)).run({"n": 1}, tasks={"invoke": lambda payload: payload})
    assert result.output == {"n": 1}


def test_a_handler_gets_its_own_copy_and_can_spoil_nothing():
    value = {"order": {"lines": [1, 2]}}

    def spoil(payload, context):
        payload["order"]["lines"].append("spoilt")
        context.input["order"].clear()
        return payload

    result = load(A=pass_(), Work=task(ResultPath="$.reply")).run(value, tasks={"work": spoil})
    assert value == {"order": {"lines": [1, 2]}}
    assert result.output["order"] == {"lines": [1, 2]}
    assert result.output["reply"] == {"order": {"lines": [1, 2, "spoilt"]}}
    assert '"spoilt"' not in result.history[1]["stateEnteredEventDetails"]["input"]


def decorated(handler):
    @functools.wraps(handler)
    def wrapper(*arguments, **options):
        return handler(*arguments, **options)

    return wrapper


class Callable:
    def __call__(self, payload, context):
        return context.state_name

    def method(self, payload, context):
        return context.state_name

    @staticmethod
    def static(payload, context):
        return context.state_name


@pytest.mark.parametrize(
    "handler",
    [
        lambda payload, context: context.state_name,
        lambda payload, context=None: context.state_name,
        lambda event, anything: anything.state_name,
        decorated(lambda payload, context: context.state_name),
        functools.partial(lambda more, payload, context: context.state_name, "more"),
        Callable(),
        Callable().method,
        Callable.static,
    ],
    ids=[
        "two arguments",
        "context with a default",
        "any name",
        "decorated",
        "partial",
        "object",
        "method",
        "static method",
    ],
)
def test_a_handler_with_a_second_argument_gets_the_context(handler):
    assert load(Work=task()).run(tasks={"work": handler}).output == "Work"


class OnlyPayload:
    def __call__(self, payload):
        return [payload]


@pytest.mark.parametrize(
    "handler",
    [
        lambda payload: [payload],
        lambda payload, times=1: [payload] * times,
        lambda *arguments: list(arguments),
        lambda payload, *, context=None: [payload],
        decorated(lambda payload: [payload]),
        OnlyPayload(),
        functools.partial(lambda payload, more: [payload], more=1),
    ],
    ids=[
        "one argument",
        "another default",
        "any number",
        "keyword only",
        "decorated",
        "object",
        "partial",
    ],
)
def test_other_handlers_get_the_payload_alone(handler):
    assert load(Work=task()).run(7, tasks={"work": handler}).output == [7]


@pytest.mark.parametrize(
    ("handler", "output"), [(len, 3), (str, "[1, 2, 3]"), (max, 3), (list, [1, 2, 3])]
)
def test_built_in_functions_and_classes_are_handlers(handler, output):
    assert load(Work=task()).run([1, 2, 3], tasks={"work": handler}).output == output


def test_only_the_handler_that_is_asked_for_is_called():
    called = []
    load(A=task("a"), B=task("b")).run(
        tasks={name: lambda _, name=name: called.append(name) for name in "abc"}
    )
    assert called == ["a", "b"]


def test_the_engine_knows_no_handlers():
    execution = begin(scope(Work=task()))
    (command,) = execution.receive(None, 0)
    assert command.resource.arn == FUNCTION
