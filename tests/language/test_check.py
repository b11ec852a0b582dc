"""What the checker finds: AWS's verdicts and words, good places and hints, bounded work."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asl.errors import DefinitionError
from asl.language.check import check_source
from asl.language.diagnostics import MOST_DIAGNOSTICS
from asl.language.faults import Fault, report
from asl.language.schema import load_schema
from asl.language.source import read_source
from asl.language.walk import STATE_TYPES


def faults(definition):
    """The errors of a definition, whether it can be read or not."""
    try:
        found = check_source(read_source(definition))
    except DefinitionError as error:
        found = error.diagnostics
    return [diagnostic for diagnostic in found if diagnostic.severity == "ERROR"]


# ---------------------------------------------------------------- messages, places, hints


def machine(**states):
    return {"StartAt": next(iter(states)), "States": states}


PASS = {"Type": "Pass", "End": True}
TASK = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": True}
MAP = {"Type": "Map", "End": True, "ItemProcessor": machine(Inner=PASS)}


def said(definition):
    return [(one.pointer, one.message) for one in faults(definition)]


def test_a_good_machine_has_no_fault():
    assert check_source(read_source(machine(A=PASS))) == []


FAULTY = """{
  "Version": "2.0",
  "States": {
    "Pay": {"Type": "Task", "Next": "Shp", "Resorce": "x", "TimeoutSeconds": "60"},
    "Split": {"Type": "Parallel", "Branches": [
      {"StartAt": "In", "States": {"Pay": {"Type": "Wait", "Seconds": 1.5, "Next": "Pay"}}}],
      "Comment": 5},
    "Ship": {"Type": "pass"}
  },
  "StartAt": "Pay"
}"""


def test_all_faults_come_in_the_order_of_the_text():
    source = read_source(FAULTY)
    assert [str(one) for one in check_source(source)] == [
        "<definition>:2:14: error SCHEMA_VALIDATION_FAILED at /Version: "
        "Value should be one of the following: [1.0]",
        "<definition>:4:37: error MISSING_TRANSITION_TARGET at /States/Pay/Next: "
        "Missing 'Next' target: Shp (did you mean 'Ship'?)",
        "<definition>:4:44: error SCHEMA_VALIDATION_FAILED at /States/Pay/Resorce: "
        "Field 'Resorce' is not supported (did you mean 'Resource'?)",
        "<definition>:4:78: error SCHEMA_VALIDATION_FAILED at /States/Pay/TimeoutSeconds: "
        "Expected value of type Integer (found '60')",
        "<definition>:5:14: error SCHEMA_VALIDATION_FAILED at /States/Split: "
        "This object should have only one of the following fields: [Next, End]",
        "<definition>:6:19: error MISSING_TRANSITION_TARGET at "
        "/States/Split/Branches/0/StartAt: Missing 'Next' target: In",
        "<definition>:6:36: error DUPLICATE_STATE_NAME at "
        "/States/Split/Branches/0/States/Pay: Duplicate State name: Pay",
        "<definition>:6:71: error SCHEMA_VALIDATION_FAILED at "
        "/States/Split/Branches/0/States/Pay/Seconds: Expected value of type Integer (found 1.5)",
        "<definition>:7:18: error SCHEMA_VALIDATION_FAILED at /States/Split/Comment: "
        "Expected value of type [STRING] (found 5)",
        "<definition>:8:22: error SCHEMA_VALIDATION_FAILED at /States/Ship/Type: "
        "The field 'Type' should have one of these values: [Task, Wait, Pass, Succeed, Fail, "
        "Choice, Parallel, Map] (did you mean 'Pass'?)",
    ]


def test_what_follows_from_a_fault_stands_below_it():
    found = check_source(read_source(FAULTY))
    below = {one.pointer: [after.pointer for after in one.consequences] for one in found}
    assert {pointer: after for pointer, after in below.items() if after} == {
        "/States/Pay/Next": ["/States"],
        "/States/Pay/Resorce": ["/States/Pay"],
        "/States/Split/Branches/0/StartAt": [
            "/States/Split/Branches/0/States",
            "/States/Split/Branches/0/States/Pay",
        ],
    }


@pytest.mark.parametrize(
    ("state", "pointer", "message"),
    [
        (PASS | {"Next": "X"}, "", "There should only be one of the following fields: [Next, End]"),
        (
            {"Type": "Pass", "End": False},
            "",
            "This object should have only one of the following fields: [Next, End]",
        ),
        (
            {"Type": "Parallel", "Branches": [5], "End": True},
            "/Branches/0",
            "Expected value of type [OBJECT]",
        ),
        (PASS | {"ResultPath": 5}, "/ResultPath", "Expected value of type [STRING, NULL]"),
        (PASS | {"End": "true"}, "/End", "Expected value of type [BOOLEAN]"),
        (PASS | {"Parameters": "x"}, "/Parameters", "Expected value of type [OBJECT, ARRAY]"),
        (TASK | {"Retry": {}}, "/Retry", "Expected value of type [ARRAY]"),
        (TASK | {"TimeoutSeconds": 0}, "/TimeoutSeconds", "Minimum value is 1"),
        (TASK | {"TimeoutSeconds": 2.0}, "/TimeoutSeconds", "Expected value of type Integer"),
        (TASK | {"TimeoutSeconds": True}, "/TimeoutSeconds", "Expected value of type Integer"),
        (
            TASK | {"Retry": [{"ErrorEquals": ["E"], "BackoffRate": "2"}]},
            "/Retry/0/BackoffRate",
            "Expected value of type Number",
        ),
        (TASK | {"Catch": [{}]}, "/Catch/0", "These fields are required: [Next, ErrorEquals]"),
        (
            MAP | {"ToleratedFailurePercentage": 100.5},
            "/ToleratedFailurePercentage",
            "Maximum value is 100.0",
        ),
        (
            MAP | {"ItemSelector": {}, "Parameters": {}},
            "",
            "There should only be one of the following fields: [Parameters, ItemSelector]",
        ),
        (
            MAP | {"ItemBatcher": {"BatchInput": {}}},
            "/ItemBatcher",
            "One of these fields is required: [MaxItemsPerBatch, MaxItemsPerBatchPath, "
            "MaxInputBytesPerBatch, MaxInputBytesPerBatchPath]",
        ),
        (
            MAP | {"Label": "a b"},
            "/Label",
            "Label 'a b' contains characters that are not allowed",
        ),
        (
            {"Type": "Choice", "Choices": [{"And": [{}], "IsNull": True, "Next": "A"}]},
            "/Choices/0/IsNull",
            "Field 'IsNull' is not supported",
        ),
        (
            {"Type": "Choice", "Choices": [5]},
            "/Choices/0",
            "Expected value of type [OBJECT]",
        ),
    ],
)
def test_each_fault_has_a_sentence_at_its_place(state, pointer, message):
    assert (f"/States/A{pointer}", message) in said(machine(A=state, X=PASS))


def test_a_state_that_is_no_object_is_refused():
    assert said(machine(A=5, B=PASS)) == [("/States/A", "Expected value of type [OBJECT]")]


def test_end_false_is_no_end():
    assert said(machine(A={"Type": "Pass", "Next": "B", "End": False}, B=PASS)) == []


@pytest.mark.parametrize("name", ["n" * 81, ""])
def test_a_name_has_1_to_80_characters(name):
    (fault,) = faults(machine(**{name: PASS}))
    assert (fault.code, fault.pointer) == ("INVALID_STATE_NAME", f"/States/{name}")
    assert faults(machine(**{"😀" * 80: PASS})) == []


def test_a_label_has_at_most_40_characters():
    (fault,) = faults(machine(A=MAP | {"Label": "x" * 41}))
    assert fault.code == "INVALID_LABEL_NAME"


def test_a_field_of_the_other_query_language_is_named_so():
    jsonata = machine(A=PASS | {"InputPath": "$"}) | {"QueryLanguage": "JSONata"}
    assert said(jsonata) == [
        (
            "/States/A/InputPath",
            "The QueryLanguage is set to 'JSONata', but field 'InputPath' is only supported for "
            "the 'JSONPath' QueryLanguage",
        )
    ]
    assert said(machine(A=PASS | {"Output": 1}))[0][0] == "/States/A/Output"
    assert said(machine(A=PASS | {"Output": 1, "QueryLanguage": "JSONata"})) == []


def test_a_state_can_not_go_back_to_jsonpath_and_is_then_read_as_both():
    state = PASS | {"QueryLanguage": "JSONPath", "InputPath": "$", "Output": 1}
    assert said(machine(A=state) | {"QueryLanguage": "JSONata"}) == [
        (
            "/States/A",
            "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine",
        )
    ]


def test_an_unknown_query_language_is_taken_for_jsonata():
    assert [pointer for pointer, _ in said(machine(A=PASS | {"QueryLanguage": "foo"}))] == [
        "/States/A/QueryLanguage"
    ]
    state = PASS | {"QueryLanguage": "foo", "Output": 1}
    assert len(said(machine(A=state))) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"TimeoutSeconds": "{% $t %}", "Credentials": {"RoleArn": "{% $r %}"}},
        {"HeartbeatSeconds": 5, "Credentials": "{% $c %}", "Arguments": "{% $states.input %}"},
    ],
)
def test_jsonata_fields_take_expressions(fields):
    assert said(machine(A=TASK | fields) | {"QueryLanguage": "JSONata"}) == []


def test_an_expression_has_an_end():
    definition = machine(A=TASK | {"TimeoutSeconds": "{% 1"}) | {"QueryLanguage": "JSONata"}
    message = "JSONata string must start with {% and end with %}"
    assert said(definition) == [("/States/A/TimeoutSeconds", message)]


def test_targets_are_looked_for_in_their_own_machine_only():
    outer = {"Type": "Parallel", "Next": "Inner", "Branches": [machine(Inner=PASS)]}
    assert said(machine(A=outer, B=PASS)) == [("/States/A/Next", "Missing 'Next' target: Inner")]


def test_each_kind_of_target_is_looked_for():
    choice = {"Type": "Choice", "Choices": [{"Variable": "$", "IsNull": True, "Next": "X"}]}
    definition = machine(A=choice | {"Default": "Y"}, B=TASK | {"Catch": [CATCHER]})
    pointers = [
        "/StartAt",
        "/States/A/Choices/0/Next",
        "/States/A/Default",
        "/States/B/Catch/0/Next",
    ]
    assert [pointer for pointer, _ in said(definition | {"StartAt": "W"})] == pointers


CATCHER = {"ErrorEquals": ["States.ALL"], "Next": "Z"}


def test_a_hint_is_given_for_names_that_are_nearly_right():
    (fault,) = faults(machine(PayOrder=PASS) | {"StartAt": "payorder"})
    assert fault.hint == "did you mean 'PayOrder'?"
    (fault,) = faults(machine(A=PASS | {"comment": "x"}))
    assert fault.hint == "did you mean 'Comment'?"
    (fault,) = faults(machine(A=PASS) | {"StartAt": "Nothing"})
    assert fault.hint == ""


def test_a_fault_may_be_about_what_is_absent():
    source = read_source('{"a": 1,\n "b": {"c": 2}}')
    faults = [
        Fault(("b", "absent", "x"), "second", "ASL-202"),
        Fault(("a", "y"), "first", "ASL-202"),
    ]
    found = report(source, faults)
    assert [(one.message, one.line, one.column) for one in found] == [
        ("first", 1, 7),
        ("second", 2, 7),
    ]


def test_warnings_of_reading_are_passed_on():
    text = json.dumps(machine(A=PASS | {"Result": "echo ${HOME}"}))
    (warning,) = check_source(read_source(text))
    assert warning.severity == "WARNING"


def test_the_types_are_the_files_of_the_schema():
    for kind in STATE_TYPES:
        assert load_schema(f"{kind.lower()}.json")["properties"]["Type"] == {"const": kind}


# ---------------------------------------------------------------- hostile definitions


def nested(levels, kind):
    tree = {"Variable": "$", "IsNull": True}
    for _ in range(levels):
        tree = {"Not": tree} if kind == "Not" else {"And": [tree]}
    return machine(A={"Type": "Choice", "Choices": [tree | {"Next": "B"}]}, B=PASS)


def test_deep_rules_are_checked_to_the_bottom():
    assert said(nested(90, "Not")) == []
    assert said(nested(45, "And")) == []
    definition = nested(90, "Not")
    rule = definition["States"]["A"]["Choices"][0]
    while "Not" in rule:
        rule = rule["Not"]
    rule["IsNull"] = 1
    ((pointer, message),) = said(definition)
    assert pointer == "/States/A/Choices/0" + "/Not" * 90 + "/IsNull"
    assert message == "Expected value of type [BOOLEAN]"


@pytest.mark.parametrize(
    "definition",
    [
        machine(A=TASK | {"Retry": [0] * 100_000}),
        machine(A=PASS | {f"Field{n}": n for n in range(30_000)}),
        machine(**{f"S{n}": {"Type": "Pass", "Next": f"T{n}"} for n in range(5_000)}),
        machine(A={"Type": "Choice", "Choices": [{}] * 10_000}),
    ],
    ids=["entries", "fields", "targets", "rules"],
)
def test_of_endless_faults_the_first_are_reported(definition):
    found = check_source(read_source(definition))
    told = [one for one in found for one in (one, *one.consequences)]
    assert len(told) == MOST_DIAGNOSTICS + 1
    assert told[-1].rule == "ASL-000"


def test_long_names_do_not_multiply():
    definition = machine(**{"n" * 500_000: {"Type": "Pass"} | {f"f{n}": n for n in range(1000)}})
    found = faults(definition)
    assert sum(len(one.pointer) for one in found) < 6_000_000
    assert all(len(str(one)) < 1000 for one in found)


WORDS = st.sampled_from(
    sorted(
        {
            "States",
            "StartAt",
            "Type",
            "Next",
            "QueryLanguage",
            "{% x %}",
            "{% x",
            "A",
            "$",
            "JSONata",
        }
        | set(STATE_TYPES)
        | {
            field
            for kind in STATE_TYPES
            for field in load_schema(f"{kind.lower()}.json")["properties"]
        }
    )
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.sampled_from([-1, 0, 1.0, 1.5, 10**12]) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=5),
    max_leaves=12,
)
STATES = st.dictionaries(WORDS, VALUES, max_size=6).flatmap(
    lambda fields: st.sampled_from(STATE_TYPES).map(lambda kind: fields | {"Type": kind})
)
MACHINES = st.builds(
    lambda states, others: {"StartAt": "A", "States": states} | others,
    st.dictionaries(WORDS, STATES | VALUES, max_size=4),
    st.dictionaries(WORDS, VALUES, max_size=2),
)


@settings(deadline=None)
@given(MACHINES)
def test_any_shape_is_checked_and_text_and_dict_agree(definition):
    found = faults(definition)
    text = json.dumps(definition, indent=1)
    in_text = faults(text)
    assert [(one.code, one.message, one.pointer, one.hint) for one in found] == [
        (one.code, one.message, one.pointer, one.hint) for one in in_text
    ]
    assert all(one.line and one.column for one in in_text)
    places = [(one.line, one.column) for one in in_text if one.code != "MISSING_END_STATE"]
    assert places == sorted(places)
