"""From the checked tree to the model: all faults at once with their places, refusals, defaults."""

import json

import pytest

import asl
from tests.definitions import FUNCTION, INVOKE, fail, map_, parallel, pass_, scope, task, wait

BAD_PATH = "$.a["
BAD_CALL = "States.Format('{}'"


def diagnostics(definition):
    with pytest.raises(asl.InvalidDefinition) as caught:
        asl.load(definition)
    return caught.value.diagnostics


# ---------------------------------------------------------------- faults


@pytest.mark.parametrize(
    ("state", "field"),
    [
        (pass_(InputPath=BAD_PATH), "InputPath"),
        (pass_(OutputPath=BAD_PATH), "OutputPath"),
        (pass_(ResultPath="$.a[*]"), "ResultPath"),
        (pass_(ResultPath="$$.State"), "ResultPath"),
        (pass_(Parameters={"a": {"b.$": BAD_PATH}}), "Parameters/a/b.$"),
        (pass_(Parameters={"a": [1, {"b.$": BAD_CALL}]}), "Parameters/a/1/b.$"),
        (pass_(Parameters={"b.$": "plain"}), "Parameters/b.$"),
        (pass_(Parameters={"x/y.$": BAD_PATH}), "Parameters/x~1y.$"),
        (task(Parameters={"a.$": BAD_PATH}), "Parameters/a.$"),
        (task(ResultSelector={"a.$": BAD_PATH}), "ResultSelector/a.$"),
        (task(TimeoutSecondsPath=BAD_PATH), "TimeoutSecondsPath"),
        (task(HeartbeatSecondsPath=BAD_PATH), "HeartbeatSecondsPath"),
        (task(Credentials={"RoleArn.$": BAD_PATH}), "Credentials/RoleArn.$"),
        (wait(SecondsPath=BAD_PATH), "SecondsPath"),
        (wait(TimestampPath=BAD_PATH), "TimestampPath"),
        (fail(ErrorPath=BAD_CALL), "ErrorPath"),
        (fail(CausePath=BAD_PATH), "CausePath"),
        (map_(scope(P=pass_()), ItemsPath=BAD_PATH), "ItemsPath"),
        (map_(scope(P=pass_()), MaxConcurrencyPath=BAD_PATH), "MaxConcurrencyPath"),
        (map_(scope(P=pass_()), ItemSelector={"a.$": BAD_PATH}), "ItemSelector/a.$"),
        (parallel(scope(P=pass_()), Parameters={"a.$": BAD_PATH}), "Parameters/a.$"),
        (parallel(scope(P=pass_(InputPath=BAD_PATH))), "Branches/0/States/P/InputPath"),
        (map_(scope(P=pass_(InputPath=BAD_PATH))), "ItemProcessor/States/P/InputPath"),
    ],
    ids=lambda value: value if isinstance(value, str) else value["Type"],
)
def test_malformed_text_is_found_at_load_time_with_its_pointer(state, field):
    (fault,) = diagnostics(scope(A=state))
    assert fault.pointer == f"/States/A/{field}"
    assert (fault.severity, fault.code) == ("ERROR", "SCHEMA_VALIDATION_FAILED")


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ({"ResultPath": "$.a[*]"}, "ResultPath"),
        ({"Assign": {"v.$": BAD_PATH}}, "Assign/v.$"),
    ],
)
def test_malformed_text_in_a_catcher_is_found_with_its_pointer(entry, field):
    catcher = {"ErrorEquals": ["States.ALL"], "Next": "B", **entry}
    (fault,) = diagnostics(scope(A=task(Catch=[catcher]), B=pass_()))
    assert fault.pointer == f"/States/A/Catch/0/{field}"


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ({"Variable": BAD_PATH, "IsPresent": True}, "Variable"),
        ({"Not": {"Variable": "$.a", "StringEqualsPath": BAD_PATH}}, "Not/StringEqualsPath"),
        ({"Variable": "$.a", "IsPresent": True, "Assign": {"v.$": BAD_PATH}}, "Assign/v.$"),
    ],
)
def test_malformed_text_in_a_choice_rule_is_found_with_its_pointer(rule, field):
    definition = scope(
        A={"Type": "Choice", "Choices": [{**rule, "Next": "B"}]},
        B=pass_(),
    )
    (fault,) = diagnostics(definition)
    assert fault.pointer == f"/States/A/Choices/0/{field}"


def test_all_faults_are_reported_together_with_line_and_column():
    text = """{
      "StartAt": "A",
      "States": {
        "A": {"Type": "Pass", "InputPath": "$.a[", "Next": "B/b"},
        "B/b": {
          "Type": "Wait",
          "TimestampPath": "$.a[",
          "OutputPath": "a",
          "End": true
        }
      }
    }"""
    faults = diagnostics(text)
    places = sorted((fault.line, fault.column, fault.pointer) for fault in faults)
    assert places == [
        (4, 44, "/States/A/InputPath"),
        (7, 28, "/States/B~1b/TimestampPath"),
        (8, 25, "/States/B~1b/OutputPath"),
    ]


@pytest.mark.parametrize("text", ["tomorrow", "2025-02-30T00:00:00Z", "2025-01-01"])
def test_a_timestamp_that_is_none_has_the_sentence_of_aws(text):
    (fault,) = diagnostics(scope(A=wait(Timestamp=text)))
    assert fault.message == "String does not match RFC3339 timestamp"
    assert fault.pointer == "/States/A/Timestamp"


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("definition", "feature", "pointer"),
    [
        (
            scope(A=pass_(InputPath="$.items.length()")),
            "the path '$.items.length()'",
            "/States/A/InputPath",
        ),
        (
            scope(A=pass_(Parameters={"n.$": "States.Array($.items.length())"})),
            "$.items.length()",
            "/States/A/Parameters/n.$",
        ),
        (
            scope(A=pass_(Parameters={"n.$": f"States.Array({'9' * 2000})"})),
            "a number of 2000 characters",
            "/States/A/Parameters/n.$",
        ),
        (
            scope(A=pass_(QueryLanguage="JSONata", Output={"n/m": f"{{% {'(' * 5000} %}}"})),
            "the expression ",
            "/States/A/Output/n~1m",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_valid_language_that_is_not_built_is_refused_by_name_and_place(
    definition, feature, pointer
):
    with pytest.raises(asl.UnsupportedFeature) as caught:
        asl.load(definition)
    assert feature in caught.value.feature
    assert caught.value.pointer == pointer
    assert str(caught.value).startswith(f"{caught.value.feature} is not supported yet, at /")


@pytest.mark.parametrize("field", ["ItemReader", "ItemBatcher", "ResultWriter"])
def test_fields_of_a_distributed_map_are_never_ignored(field):
    value = {
        "ItemReader": {
            "Resource": "arn:aws:states:::s3:listObjectsV2",
            "Parameters": {"Bucket": "b"},
        },
        "ItemBatcher": {"MaxItemsPerBatch": 2},
        "ResultWriter": {
            "Resource": "arn:aws:states:::s3:putObject",
            "Parameters": {"Bucket": "b"},
        },
    }[field]
    with pytest.raises(asl.AslError, match=field):
        asl.load(scope(A=map_(scope(B=pass_()), **{field: value})))


# ---------------------------------------------------------------- the model


def only_state(state):
    return asl.load(scope(A=state, B=pass_())).definition.scope.states["A"]


def test_a_retrier_says_only_when_otherwise_it_is_one_second_doubled_three_times():
    (retrier,) = only_state(task(Retry=[{"ErrorEquals": ["E"]}])).retry
    assert retrier.error_equals == ("E",)
    assert (retrier.interval_us, retrier.backoff_rate, retrier.max_attempts) == (1_000_000, 2.0, 3)
    assert (retrier.max_delay_us, retrier.full_jitter) == (None, False)


def test_a_retrier_takes_all_its_fields():
    (retrier,) = only_state(
        task(
            Retry=[
                {
                    "ErrorEquals": ["E", "F"],
                    "IntervalSeconds": 3,
                    "BackoffRate": 1.5,
                    "MaxAttempts": 0,
                    "MaxDelaySeconds": 60,
                    "JitterStrategy": "FULL",
                }
            ]
        )
    ).retry
    assert retrier.error_equals == ("E", "F")
    assert (retrier.interval_us, retrier.backoff_rate, retrier.max_attempts) == (3_000_000, 1.5, 0)
    assert (retrier.max_delay_us, retrier.full_jitter) == (60_000_000, True)


@pytest.mark.parametrize(
    ("fields", "function", "is_dynamic"),
    [
        ({"Parameters": {"FunctionName": "work"}}, "work", False),
        ({"Parameters": {"FunctionName.$": "$.name"}}, None, True),
        ({}, None, False),
        ({"Parameters": ["FunctionName"]}, None, True),
    ],
    ids=["named", "computed", "no parameters", "array"],
)
def test_the_function_of_lambda_invoke_is_read_from_its_parameters(fields, function, is_dynamic):
    state = only_state(task(INVOKE, **fields))
    assert (state.function, state.has_dynamic_function) == (function, is_dynamic)


def test_parameters_of_other_resources_name_no_function():
    state = only_state(task(FUNCTION, Parameters={"FunctionName": "other"}))
    assert (state.function, state.has_dynamic_function) == (None, False)


def test_a_definition_keeps_comment_timeout_and_type():
    tree = {**scope(A=pass_()), "Comment": "says what", "TimeoutSeconds": 90}
    definition = asl.load(tree, type="EXPRESS").definition
    assert (definition.comment, definition.type) == ("says what", "EXPRESS")
    assert definition.timeout_us == 90_000_000
    assert definition.tree == tree
    plain = asl.load(scope(A=pass_())).definition
    assert (plain.comment, plain.timeout_us, plain.type) == ("", None, "STANDARD")


def test_the_fingerprint_is_of_what_is_said_and_not_of_how_it_is_written():
    tree = scope(A=pass_(Comment="ü \ud800"))
    indented, escaped = json.dumps(tree, indent=3), json.dumps(tree)
    first = asl.load(tree).definition.fingerprint
    assert asl.load(indented).definition.fingerprint == first
    assert asl.load(escaped).definition.fingerprint == first
    assert asl.load(scope(A=pass_(Comment="u"))).definition.fingerprint != first


def test_the_fingerprint_is_that_of_the_definition_with_its_placeholders_filled_in():
    text = json.dumps(scope(A=task("${Function}")))
    one = asl.load(text, substitutions={"Function": FUNCTION}).definition.fingerprint
    assert one == asl.load(scope(A=task(FUNCTION))).definition.fingerprint
    assert one != asl.load(text, substitutions={"Function": "other"}).definition.fingerprint
