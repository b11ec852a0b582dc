"""TestState: what AWS's documentation shows, and what the recordings leave open."""

import json

import pytest

import asl
from asl.testing import TestStateError, test_state
from tests.definitions import INVOKE, QUEUE, choice, map_, parallel, pass_, scope, task, wait

DECLINED = {"error": "Declined", "cause": "no funds"}


def inspected(response):
    """The inspectionData with its texts as values."""
    return {
        name: json.loads(value) if isinstance(value, str) else value
        for name, value in response["inspectionData"].items()
    }


def state(**fields):
    """A state that stands alone."""
    return {**fields, **({} if fields.keys() & {"Next"} else {"End": True})}


def distributed(**fields):
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        **scope(Work=pass_()),
    }
    return state(**map_(processor, **fields))


def reader(resource="s3:getObject", **config):
    return {
        "Resource": f"arn:aws:states:::{resource}",
        "Parameters": {"Bucket": "orders", "Key": "today"},
        "ReaderConfig": config,
    }


# What the guide shows.


def test_a_choice_says_where_it_goes():
    definition = choice(
        {"Variable": "$.number", "NumericEquals": 1, "Next": "Equals 1"},
        {"Variable": "$.number", "NumericEquals": 2, "Next": "Equals 2"},
        Default="No Match",
    )
    assert test_state(definition=definition, input={"number": 2}) == {
        "output": '{"number":2}',
        "nextState": "Equals 2",
        "status": "SUCCEEDED",
    }


def test_a_pass_shows_each_step_of_its_data():
    definition = {
        "Type": "Pass",
        "InputPath": "$.payload",
        "Parameters": {"data": 1},
        "ResultPath": "$.result",
        "OutputPath": "$.result.data",
        "Next": "Another State",
    }
    response = test_state(
        definition=definition, input={"payload": {"foo": "bar"}}, inspectionLevel="DEBUG"
    )
    assert response == {
        "output": "1",
        "inspectionData": {
            "input": '{"payload":{"foo":"bar"}}',
            "afterInputPath": '{"foo":"bar"}',
            "afterParameters": '{"data":1}',
            "afterResultSelector": '{"data":1}',
            "afterResultPath": '{"payload":{"foo":"bar"},"result":{"data":1}}',
        },
        "nextState": "Another State",
        "status": "SUCCEEDED",
    }


def test_a_failing_task_shows_what_came_before_the_failure():
    response = test_state(
        definition=state(**task(INVOKE, Parameters={"FunctionName": "process-order"})),
        mock={"errorOutput": {"error": "Lambda.ServiceException", "cause": "Function failed"}},
        inspectionLevel="DEBUG",
    )
    assert response == {
        "error": "Lambda.ServiceException",
        "cause": "Function failed",
        "inspectionData": {
            "input": "{}",
            "afterInputPath": "{}",
            "afterParameters": '{"FunctionName":"process-order"}',
        },
        "status": "FAILED",
    }


RETRIED = state(
    **task(
        INVOKE,
        Parameters={"FunctionName": "f"},
        Retry=[
            {"ErrorEquals": ["Other"]},
            {"ErrorEquals": ["Busy"], "IntervalSeconds": 2, "MaxAttempts": 3, "BackoffRate": 2},
        ],
        Catch=[{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Handle"}],
    )
)


@pytest.mark.parametrize(("retries", "seconds"), [(0, 2), (1, 4), (2, 8)])
def test_a_retrier_says_how_long_it_would_wait(retries, seconds):
    response = test_state(
        definition=RETRIED,
        mock={"errorOutput": {"error": "Busy"}},
        stateConfiguration={"retrierRetryCount": retries},
        inspectionLevel="DEBUG",
    )
    assert response["status"] == "RETRIABLE"
    assert response["error"] == "Busy"
    assert response.keys() & {"output", "nextState"} == set()
    details = {"retryBackoffIntervalSeconds": seconds, "retryIndex": 1}
    assert response["inspectionData"]["errorDetails"] == details


def test_a_spent_retrier_leaves_the_error_to_the_catcher():
    response = test_state(
        definition=RETRIED,
        input={"data": "value"},
        mock={"errorOutput": {"error": "Busy", "cause": "Rate exceeded"}},
        stateConfiguration={"retrierRetryCount": 3},
        inspectionLevel="DEBUG",
    )
    assert response["status"] == "CAUGHT_ERROR"
    assert response["nextState"] == "Handle"
    assert response["inspectionData"]["errorDetails"] == {"catchIndex": 0}
    caught = {"Error": "Busy", "Cause": "Rate exceeded"}
    assert json.loads(response["output"]) == {"data": "value", "error": caught}


def test_a_map_shows_what_it_does_with_its_items():
    definition = state(
        **map_(
            scope(Work=pass_()),
            ItemsPath="$.items",
            ItemSelector={"value.$": "$$.Map.Item.Value", "index.$": "$$.Map.Item.Index"},
            MaxConcurrency=2,
        )
    )
    response = test_state(
        definition=definition,
        input={"items": [5, 6, 7]},
        mock={"result": "[10, 20, 30]"},
        inspectionLevel="DEBUG",
    )
    shown = inspected(response)
    assert shown["afterItemsPath"] == [5, 6, 7]
    assert shown["afterItemSelector"] == [
        {"value": 5, "index": 0},
        {"value": 6, "index": 1},
        {"value": 7, "index": 2},
    ]
    assert shown["maxConcurrency"] == 2
    assert json.loads(response["output"]) == [10, 20, 30]


def test_a_state_inside_a_map_is_given_the_first_item():
    inner = pass_(Parameters={"index.$": "$$.Map.Item.Index", "value.$": "$$.Map.Item.Value"})
    machine = scope(Each=map_(scope(Work=inner)))
    response = test_state(definition=machine, stateName="Work", input=["a"])
    assert json.loads(response["output"]) == {"index": 0, "value": ["a"]}


def test_what_boto3_takes_is_taken_as_it_is():
    request = {
        "definition": json.dumps(RETRIED),
        "input": '{"n": 1}',
        "variables": '{"v": 2}',
        "context": '{"Execution": {"Name": "n"}}',
        "mock": {"result": '{"StatusCode": 200}', "fieldValidationMode": "PRESENT"},
        "inspectionLevel": "TRACE",
        "roleArn": "arn:aws:iam::123456789012:role/r",
        "revealSecrets": False,
    }
    values = {
        **request,
        "definition": RETRIED,
        "input": {"n": 1},
        "variables": {"v": 2},
        "context": {"Execution": {"Name": "n"}},
        "mock": {"result": {"StatusCode": 200}, "fieldValidationMode": "PRESENT"},
    }
    assert test_state(**request) == test_state(**values)


# Parallel and Map.


@pytest.mark.parametrize(
    ("definition", "nothing"),
    [
        (parallel(scope(A=pass_()), scope(B=pass_())), [1, 2]),
        (map_(scope(A=pass_()), ItemsPath="$.items"), []),
    ],
)
def test_the_mocked_result_goes_the_way_of_a_result(definition, nothing):
    fields = {
        "ResultSelector": {"all.$": "$[*]"},
        "ResultPath": "$.done",
        "OutputPath": "$.done.all",
    }
    response = test_state(
        definition=state(**definition, **fields),
        input={"items": nothing},
        mock={"result": ["x", "y"]},
        inspectionLevel="DEBUG",
    )
    assert json.loads(response["output"]) == ["x", "y"]
    shown = inspected(response)
    assert shown["afterResultSelector"] == {"all": ["x", "y"]}
    assert shown["afterResultPath"] == {"items": nothing, "done": {"all": ["x", "y"]}}


@pytest.mark.parametrize(
    "definition",
    [
        parallel(scope(A=pass_()), scope(B=pass_())),
        map_(scope(A=pass_())),
        distributed(),
        {**map_(scope(A=pass_())), "QueryLanguage": "JSONata"},
    ],
)
def test_a_mocked_error_of_children_is_retried_and_caught(definition):
    definition = {
        **definition,
        "Retry": [{"ErrorEquals": ["Declined"], "IntervalSeconds": 7}],
        "Catch": [{"ErrorEquals": ["Declined"], "Next": "Refund"}],
        "Next": "Ship",
    }
    definition.pop("End", None)
    request = {"definition": definition, "input": [1, 2], "mock": {"errorOutput": DECLINED}}
    first = test_state(**request, stateConfiguration={"errorCausedByState": _inside(definition)})
    assert (first["status"], first["error"]) == ("RETRIABLE", "Declined")
    last = test_state(**request, stateConfiguration={"retrierRetryCount": 3})
    assert (last["status"], last["nextState"]) == ("CAUGHT_ERROR", "Refund")
    assert json.loads(last["output"]) == {"Error": "Declined", "Cause": "no funds"}


def _inside(definition):
    machine = definition.get("ItemProcessor") or definition["Branches"][0]
    return machine["StartAt"]


def test_an_empty_map_has_an_empty_list_of_inputs_and_the_mocked_result():
    selector = {"item.$": "$$.Map.Item.Value"}
    for definition in (map_(scope(A=pass_())), distributed()):
        response = test_state(
            definition=state(**{**definition, "ItemSelector": selector}),
            input=[],
            mock={"result": [1]},
            inspectionLevel="DEBUG",
        )
        assert response["output"] == "[1]"
        assert response["inspectionData"]["afterItemSelector"] == "[]"


@pytest.mark.parametrize("definition", [map_(scope(A=pass_())), distributed()])
def test_an_item_selector_that_fails_shows_no_inputs(definition):
    response = test_state(
        definition=state(**{**definition, "ItemSelector": {"k.$": "$$.Map.Item.Value.k"}}),
        input=[{"k": 1}, {}],
        mock={"result": [1, 2]},
        inspectionLevel="DEBUG",
    )
    assert (response["status"], response["error"]) == ("FAILED", "States.Runtime")
    assert "afterItemSelector" not in response["inspectionData"]
    assert response["inspectionData"]["maxConcurrency"] == 0


@pytest.mark.parametrize(
    ("config", "data", "items"),
    [
        ({"InputType": "JSON"}, '[{"id": 1}, {"id": 2}]', [{"id": 1}, {"id": 2}]),
        ({"InputType": "JSONL"}, '{"id": 1}\n{"id": 2}\n', [{"id": 1}, {"id": 2}]),
        (
            {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"},
            "id,of\n1,x\n2,y\n",
            [{"id": "1", "of": "x"}, {"id": "2", "of": "y"}],
        ),
        ({"InputType": "JSON", "MaxItems": 1}, "[1, 2, 3]", [1]),
    ],
)
def test_an_item_reader_reads_the_data_that_is_given(config, data, items):
    response = test_state(
        definition=distributed(
            ItemReader=reader(**config), ItemSelector={"item.$": "$$.Map.Item.Value"}
        ),
        mock={"result": []},
        stateConfiguration={"mapItemReaderData": data},
        inspectionLevel="DEBUG",
    )
    assert inspected(response)["afterItemSelector"] == [{"item": item} for item in items]


def test_items_are_pointed_at_and_put_into_batches():
    response = test_state(
        definition=distributed(
            ItemReader=reader(InputType="JSON", ItemsPointer="/orders"),
            ItemSelector={"item.$": "$$.Map.Item.Value", "from.$": "$$.Map.Item.Source"},
            ItemBatcher={"MaxItemsPerBatch": 2, "BatchInput": {"day": "today"}},
        ),
        mock={"result": []},
        stateConfiguration={"mapItemReaderData": '{"orders": [1, 2, 3]}'},
        inspectionLevel="DEBUG",
    )
    shown = inspected(response)
    assert shown["afterItemsPointer"] == [1, 2, 3]
    inputs = [{"item": number, "from": "s3://orders/today"} for number in (1, 2, 3)]
    assert shown["afterItemSelector"] == inputs
    assert shown["afterItemBatcher"] == [
        {"BatchInput": {"day": "today"}, "Items": inputs[:2]},
        {"BatchInput": {"day": "today"}, "Items": inputs[2:]},
    ]


def test_an_item_that_is_too_large_for_a_batch_fails_the_map():
    response = test_state(
        definition=distributed(ItemBatcher={"MaxInputBytesPerBatch": 30}),
        input=["short", "x" * 30],
        mock={"result": []},
        inspectionLevel="DEBUG",
    )
    assert (response["status"], response["error"]) == ("FAILED", "States.DataLimitExceeded")
    assert "afterItemBatcher" not in response["inspectionData"]


def test_data_that_the_item_reader_cannot_read_fails_the_map():
    response = test_state(
        definition=distributed(ItemReader=reader(InputType="JSON")),
        mock={"result": []},
        stateConfiguration={"mapItemReaderData": "[1, 2"},
    )
    assert (response["status"], response["error"]) == ("FAILED", "States.ItemReaderFailed")


@pytest.mark.parametrize(
    ("tolerance", "failed", "status"),
    [
        ({"ToleratedFailureCount": 1}, 1, "SUCCEEDED"),
        ({"ToleratedFailureCount": 1}, 2, "FAILED"),
        ({"ToleratedFailurePercentage": 50}, 2, "SUCCEEDED"),
        ({"ToleratedFailurePercentage": 50}, 3, "FAILED"),
        ({"ToleratedFailureCount": 3, "ToleratedFailurePercentage": 25}, 2, "FAILED"),
        ({}, 4, "SUCCEEDED"),
    ],
)
def test_a_map_stands_as_many_failures_as_it_says(tolerance, failed, status):
    response = test_state(
        definition=distributed(**tolerance),
        input=[1, 2, 3, 4],
        mock={"result": [1, 2, 3, 4]},
        stateConfiguration={"mapIterationFailureCount": failed},
    )
    assert response["status"] == status
    if status == "FAILED":
        assert response["error"] == "States.ExceedToleratedFailureThreshold"


# Context object and variables.


def test_a_context_object_is_the_one_that_is_given():
    definition = state(**task(INVOKE, Parameters={"FunctionName": "f", "Payload": {"all.$": "$$"}}))
    given = {"Execution": {"Id": "some-id"}, "State": {"RetryCount": 2}}
    response = test_state(
        definition=definition, context=given, mock={"result": {}}, inspectionLevel="DEBUG"
    )
    assert inspected(response)["afterParameters"]["Payload"] == {"all": given}


def test_the_default_context_object_has_the_role_and_calls_the_state_statename():
    machine = scope(Show=pass_(Parameters={"all.$": "$$"}))
    response = test_state(definition=machine, stateName="Show", name="Orders", roleArn="role")
    context = json.loads(response["output"])["all"]
    assert context["State"]["Name"] == "StateName"
    assert context["Execution"]["RoleArn"] == "role"
    assert context["StateMachine"]["Name"] == "Orders"
    assert context["Execution"]["Id"].endswith(f":express:Orders:{context['Execution']['Name']}")


def test_a_callback_is_given_the_token_of_the_context_object():
    response = test_state(
        definition=state(
            **task(
                f"{QUEUE}.waitForTaskToken",
                Parameters={"QueueUrl": "q", "MessageBody": {"token.$": "$$.Task.Token"}},
            )
        ),
        context={"Task": {"Token": "abcd"}},
        mock={"result": {"approved": True}},
        inspectionLevel="DEBUG",
    )
    assert inspected(response)["afterParameters"]["MessageBody"] == {"token": "abcd"}
    assert response["output"] == '{"approved":true}'


def test_variables_are_seen_and_those_assigned_are_shown():
    definition = {
        "Type": "Pass",
        "QueryLanguage": "JSONata",
        "Assign": {"count": "{% $count + 1 %}", "new": "{% $states.input %}"},
        "Output": "{% $count %}",
        "End": True,
    }
    response = test_state(
        definition=definition, input=["x"], variables={"count": 1}, inspectionLevel="DEBUG"
    )
    assert response["output"] == "1"
    assert inspected(response)["variables"] == {"count": 2, "new": ["x"]}


def test_a_jsonata_task_shows_its_arguments_and_its_result():
    definition = {
        **state(**task(INVOKE)),
        "QueryLanguage": "JSONata",
        "Arguments": {"FunctionName": "f", "Payload": "{% $states.input.n %}"},
        "Output": "{% $states.result.Payload %}",
    }
    response = test_state(
        definition=definition,
        input={"n": 1},
        mock={"result": {"Payload": "two"}},
        inspectionLevel="DEBUG",
    )
    assert response["output"] == '"two"'
    assert inspected(response) == {
        "input": {"n": 1},
        "afterArguments": {"FunctionName": "f", "Payload": 1},
        "result": {"Payload": "two"},
    }


def test_an_expression_that_fails_is_caught_and_its_cause_names_no_event():
    response = test_state(
        definition={
            **state(**task(INVOKE)),
            "QueryLanguage": "JSONata",
            "Arguments": {"FunctionName": "{% $states.input.missing %}"},
            "Catch": [{"ErrorEquals": ["States.QueryEvaluationError"], "Next": "Mend"}],
        },
        mock={"result": {}},
        inspectionLevel="DEBUG",
    )
    assert (response["status"], response["nextState"]) == ("CAUGHT_ERROR", "Mend")
    assert response["cause"].startswith("The JSONata expression")
    assert "afterArguments" not in response["inspectionData"]


def test_a_result_that_is_too_large_is_caught_by_name():
    response = test_state(
        definition=state(
            **task(
                "work",
                ResultPath="$.result",
                Catch=[{"ErrorEquals": ["States.DataLimitExceeded"], "Next": "Shorten"}],
            )
        ),
        input={"before": "x" * 200_000},
        mock={"result": json.dumps("y" * 200_000)},
    )
    assert (response["status"], response["error"]) == ("CAUGHT_ERROR", "States.DataLimitExceeded")


# Without a mock.


def test_a_handler_does_the_work_where_nothing_is_mocked():
    response = test_state(
        definition=scope(Pay=task(INVOKE, Parameters={"FunctionName": "pay", "Payload": 3})),
        stateName="Pay",
        tasks={"pay": lambda payload: payload + 1},
        inspectionLevel="DEBUG",
    )
    assert inspected(response)["result"]["Payload"] == 4
    assert response["status"] == "SUCCEEDED"


def test_a_failing_handler_is_not_called_again():
    calls = []

    def pay(_payload):
        calls.append(1)
        raise asl.TaskFailed("Busy")

    response = test_state(definition=RETRIED, tasks={"f": pay}, inspectionLevel="DEBUG")
    assert (response["status"], response["error"]) == ("RETRIABLE", "Busy")
    assert response["inspectionData"]["errorDetails"]["retryIndex"] == 1
    assert calls == [1]


def test_handlers_are_found_by_the_name_of_the_state_in_the_machine():
    machine = scope(Pay=task(QUEUE, Parameters={"QueueUrl": "q", "MessageBody": "m"}))
    response = test_state(definition=machine, stateName="Pay", tasks={"Pay": lambda _: "sent"})
    assert response["output"] == '"sent"'


@pytest.mark.parametrize(
    "definition",
    [
        state(**wait(301)),
        state(**task("work", TimeoutSeconds=1000)),
    ],
)
def test_nothing_lasts_longer_than_five_minutes(definition):
    response = test_state(definition=definition, tasks={"work": lambda _: asl.hangs()})
    assert response == {"status": "FAILED", "error": "States.Timeout"}


def test_a_wait_is_over_at_once():
    assert test_state(definition=wait(300, Next="On"))["nextState"] == "On"


def test_a_state_may_lead_to_itself():
    machine = scope(Again=pass_(Next="Again"), End=pass_())
    machine["States"]["Again"]["Type"] = "Choice"
    machine["States"]["Again"] = choice(
        {"Variable": "$.go", "BooleanEquals": True, "Next": "End"}, Default="Again"
    )
    response = test_state(definition=machine, stateName="Again", input={"go": False})
    assert response["nextState"] == "Again"


def test_the_query_language_of_the_machine_counts():
    machine = {
        **scope(First=pass_(Output="{% $states.input + 1 %}")),
        "QueryLanguage": "JSONata",
    }
    assert test_state(definition=machine, stateName="First", input=1)["output"] == "2"


def test_the_definition_may_be_a_file_with_placeholders(tmp_path):
    path = tmp_path / "machine.asl.json"
    path.write_text(json.dumps(scope(Pay=task("${Pay}"))))
    response = test_state(
        definition=path,
        stateName="Pay",
        substitutions={"Pay": "pay"},
        tasks={"pay": lambda _: "paid"},
    )
    assert response["output"] == '"paid"'


# What is refused.

WORK = state(**task(INVOKE, Parameters={"FunctionName": "f"}))
MAP = state(**map_(scope(Work=pass_())))
RESULT = {"mock": {"result": {}}}
FAILURE = {"mock": {"errorOutput": DECLINED}}
READER = {"definition": distributed(ItemReader=reader(InputType="JSON")), "mock": {"result": []}}


@pytest.mark.parametrize(
    ("request_", "code", "said"),
    [
        (
            {"definition": pass_(End=True), "inspectionLevel": "DEBUGG"},
            "ValidationException",
            r"'inspectionLevel' failed .* \(did you mean 'DEBUG'\?\)",
        ),
        ({"definition": pass_(End=True), "input": "{"}, "InvalidExecutionInput", "input is not"),
        (
            {"definition": pass_(End=True), "input": "hello"},
            "InvalidExecutionInput",
            "to give text itself, put quotes into it",
        ),
        (
            {"definition": pass_(End=True), "variables": [1]},
            "ValidationException",
            "variables must be a JSON object",
        ),
        ({"definition": '{"Type": "Pa'}, "InvalidDefinition", "INVALID_JSON_DESCRIPTION"),
        (
            {"definition": scope(A=pass_())},
            "InvalidDefinition",
            "The field 'Type' is required at /States/StateName.*say stateName=",
        ),
        (
            {"definition": pass_(End=True), "stateName": "A"},
            "InvalidDefinition",
            "These fields are required.*the definition is a whole machine",
        ),
        (
            {"definition": scope(Pay=pass_()), "stateName": "Pai"},
            "ValidationException",
            r"State not found in definition \(did you mean 'Pay'\?\)",
        ),
        ({"definition": scope(A=pass_()), "stateName": "A" * 81}, "ValidationException", "<?80"),
        ({"definition": pass_(End=True), "stateName": ""}, "ValidationException", "length"),
        ({"definition": WORK, "mock": {}}, "ValidationException", "only one of the following"),
        (
            {"definition": WORK, "mock": {"errorOutput": {}}},
            "ValidationException",
            "mock.errorOutput needs an error",
        ),
        (
            {"definition": WORK, "mock": {"result": "oops"}},
            "ValidationException",
            "mock.result is not JSON",
        ),
        (
            {"definition": WORK, **RESULT, "stateConfiguration": {"retrierRetryCount": -1}},
            "ValidationException",
            "greater than or equal to 0",
        ),
        (
            {"definition": WORK, "stateConfiguration": {"retrierRetryCount": 1}},
            "ValidationException",
            "does not support RetrierRetryCount when a mock is not specified",
        ),
        (
            {"definition": WORK, "context": {}},
            "ValidationException",
            "does not support Context when a mock is not specified",
        ),
        (
            {"definition": WORK, **RESULT, "context": {"State": {"RetryCount": True}}},
            "ValidationException",
            "State.RetryCount must be a number",
        ),
        (
            {"definition": WORK, **RESULT, "context": {"State": []}},
            "ValidationException",
            "State must be an object",
        ),
        (
            {"definition": WORK, **RESULT, "context": {"Executin": {}}},
            "ValidationException",
            r"'Executin' is not allowed \(did you mean 'Execution'\?\)",
        ),
        (
            {"definition": WORK, **FAILURE, "stateConfiguration": {"errorCausedByState": "A"}},
            "ValidationException",
            "for a Map or Parallel",
        ),
        (
            {"definition": MAP, **FAILURE, "stateConfiguration": {"errorCausedByState": "Wrk"}},
            "ValidationException",
            r"no state inside the Map: 'Wrk' \(did you mean 'Work'\?\)",
        ),
        (
            {
                "definition": MAP,
                "mock": {"result": []},
                "stateConfiguration": {"mapIterationFailureCount": 0},
            },
            "ValidationException",
            "is for Distributed Maps",
        ),
        (
            {
                "definition": distributed(),
                "input": [1],
                "mock": {"result": []},
                "stateConfiguration": {"mapIterationFailureCount": 2},
            },
            "ValidationException",
            "is 2, but the Map has 1 items",
        ),
        (
            {
                "definition": distributed(),
                "mock": {"result": []},
                "stateConfiguration": {"mapItemReaderData": "[]"},
            },
            "ValidationException",
            "Distributed Maps with an ItemReader",
        ),
        (
            {
                "definition": state(
                    **task("arn:aws:states:eu-west-1:123456789012:activity:approve")
                ),
                "tasks": {"*": lambda _: 1},
            },
            "ValidationException",
            "only when a mock is specified",
        ),
    ],
)
def test_a_request_is_refused_as_aws_would(request_, code, said):
    with pytest.raises(TestStateError, match=said) as caught:
        test_state(**request_)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("request_", "error", "said"),
    [
        ({}, TypeError, "needs definition="),
        ({"definition": WORK, "statename": "A"}, TypeError, "did you mean 'stateName'"),
        ({"definition": 5}, asl.UsageError, "not int"),
        ({"definition": WORK, "mock": [1]}, asl.UsageError, "mock must be a dict"),
        (
            {"definition": WORK, "mock": {"reslt": 1}},
            asl.UsageError,
            "no field 'reslt'; did you mean 'result'",
        ),
        (
            {"definition": WORK, "mock": {"errorOutput": {"Error": "E"}}},
            asl.UsageError,
            "no field 'Error'; did you mean 'error'",
        ),
        (
            {"definition": WORK, "mock": {"errorOutput": {"error": 5}}},
            asl.UsageError,
            "error must be the name of an error",
        ),
        (
            {"definition": WORK, **RESULT, "stateConfiguration": {"retrierRetryCount": "1"}},
            asl.UsageError,
            "must be a whole number",
        ),
        (
            {"definition": WORK, **RESULT, "stateConfiguration": {"retryCount": 1}},
            asl.UsageError,
            "no field 'retryCount'; did you mean 'retrierRetryCount'",
        ),
        ({"definition": WORK, "revealSecrets": "yes"}, asl.UsageError, "True or False"),
        ({"definition": pass_(End=True), "input": "x" * 300_000}, asl.UsageError, "not JSON"),
        (
            {"definition": pass_(End=True), "input": ["x" * 300_000]},
            asl.UsageError,
            "300,004 bytes, more than the 262,144",
        ),
        (
            {**READER, "stateConfiguration": {"mapItemReaderData": "1" * 300_000}},
            asl.UsageError,
            "more than 262,144",
        ),
        ({"definition": WORK, "tasks": {}}, asl.MissingHandler, "'StateName' needs 'f'"),
        (
            {"definition": WORK, "roleArn": "arn:aws:iam::123456789012:role/r"},
            asl.MissingHandler,
            "needs 'f'",
        ),
        (
            {
                **READER,
                "definition": distributed(ItemReader=reader("s3:listObjectsV2")),
                "stateConfiguration": {"mapItemReaderData": "[]"},
            },
            asl.UnsupportedFeature,
            "a listing or a manifest",
        ),
        (
            {
                **READER,
                "definition": distributed(ItemReader=reader(InputType="PARQUET")),
                "stateConfiguration": {"mapItemReaderData": ""},
            },
            asl.UnsupportedFeature,
            "PARQUET, which is no text",
        ),
        (
            {
                **READER,
                "definition": distributed(
                    ItemReader=reader(InputType="JSON"),
                    ItemSelector={"item.$": "$$.Map.Item.Value"},
                ),
            },
            asl.UnsupportedFeature,
            "ItemSelector of items .*mapItemReaderData",
        ),
        (
            {
                **READER,
                "definition": distributed(
                    ItemReader=reader(InputType="JSON"), ToleratedFailurePercentage=5
                ),
                "stateConfiguration": {"mapIterationFailureCount": 1},
            },
            asl.UnsupportedFeature,
            "ToleratedFailurePercentage of items",
        ),
        (
            {
                "definition": scope(Each=map_(scope(Work=task("work")))),
                "stateName": "Work",
                **RESULT,
                "stateConfiguration": {"mapIterationFailureCount": 1},
            },
            asl.UnsupportedFeature,
            "a state inside a Map",
        ),
        (
            {
                "definition": state(
                    **task(
                        "arn:aws:states:::http:invoke",
                        Parameters={
                            "Method": "GET",
                            "ApiEndpoint": "https://example.com",
                            "Authentication": {"ConnectionArn": "arn"},
                        },
                    )
                ),
                "tasks": {"*": lambda _: {}},
                "inspectionLevel": "TRACE",
            },
            asl.UnsupportedFeature,
            "request and response of an HTTP Task",
        ),
    ],
)
def test_a_call_that_is_wrong_says_what_is_wrong(request_, error, said):
    with pytest.raises(error, match=said):
        test_state(**request_)


def test_the_error_has_aws_words_and_a_hint_apart():
    with pytest.raises(TestStateError) as caught:
        test_state(definition=WORK)
    assert caught.value.message == "RoleArn must be specified when testing a Task state"
    assert "tasks=" in caught.value.hint


def test_a_payload_that_is_json_is_refused_as_aws_does_with_a_hint():
    reply = {"Payload": {"paid": True}}
    with pytest.raises(
        TestStateError, match=r"Field 'Payload' must be a string \(.*NONE"
    ) as caught:
        test_state(definition=WORK, mock={"result": reply})
    assert caught.value.message.endswith("Field 'Payload' must be a string")
    mock = {"result": reply, "fieldValidationMode": "NONE"}
    assert json.loads(test_state(definition=WORK, mock=mock)["output"]) == reply


def test_the_errors_of_a_definition_are_there_with_their_places():
    with pytest.raises(TestStateError) as caught:
        test_state(definition={"Type": "Pass", "Nxt": "B"})
    assert isinstance(caught.value.__cause__, asl.InvalidDefinition)


@pytest.mark.parametrize("data", [None, '"a"'])
def test_a_reader_without_data_is_no_matter_where_nobody_looks_at_items(data):
    assert test_state(**READER)["output"] == "[]"
