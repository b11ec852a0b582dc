"""Single fields: times, patterns, texts that look like paths, names that nobody can see."""

import json

import pytest

from asl.language.rules.states import looks_like_path
from tests.definitions import SUCCEED, pass_, scope, wait
from tests.language.findings import (
    choice,
    found,
    hints,
    jsonata,
    jsonata_state,
    locations,
    pointers,
    rule,
    rules,
    state,
    told,
)

NO_TIMESTAMP = "String does not match RFC3339 timestamp"
FIELDS = "[SecondsPath, Seconds, TimestampPath, Timestamp]"

# ---------------------------------------------------------------- Wait


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, f"This object should have only one of the following fields: {FIELDS}"),
        (
            {"Seconds": 1, "Timestamp": "2024-01-01T00:00:00Z"},
            f"There should only be one of the following fields: {FIELDS}",
        ),
        (
            {"Seconds": 1, "SecondsPath": "$.s"},
            f"There should only be one of the following fields: {FIELDS}",
        ),
    ],
)
def test_a_wait_says_once_how_long(fields, message):
    machine = state(wait(**fields))
    assert found(machine) == [("ASL-361", "/States/A", message)]
    assert locations(machine, "ASL-361") == ["/States/A"]


@pytest.mark.parametrize(
    ("seconds", "message"),
    [
        (-1, "Minimum value is 0"),
        (100_000_000, "Maximum value is 99999999"),
        (1.5, "Expected value of type Integer"),
        (1.0, "Expected value of type Integer"),
        ("5", "Expected value of type Integer"),
        (True, "Expected value of type Integer"),
        (None, "Expected value of type Integer"),
    ],
)
@pytest.mark.parametrize("build", [state, jsonata_state])
def test_seconds_are_whole_and_in_range(build, seconds, message):
    machine = build({"Type": "Wait", "Seconds": seconds})
    assert found(machine) == [("ASL-362", "/States/A/Seconds", message)]
    assert locations(machine, "ASL-362") == ["/States/A/Seconds"]


def test_an_expression_gives_seconds_in_jsonata_only():
    tree = {"Type": "Wait", "Seconds": "{% $states.input.s %}"}
    assert found(jsonata_state(tree)) == []
    assert rules(state(tree)) == ["ASL-362"]


@pytest.mark.parametrize(
    "fields",
    [
        {"Seconds": 0},
        {"Seconds": 99_999_999},
        {"SecondsPath": "$.s"},
        {"SecondsPath": "$$.Execution.Input.s"},
        {"TimestampPath": "$.t[0]"},
    ],
)
def test_a_wait_may_be_of_any_of_four_kinds(fields):
    assert found(state(wait(**fields))) == []


GOOD_TIMES = [
    "2024-02-29T00:00:00Z",
    "2024-01-01T23:59:59.123456789Z",
    "2024-01-01T00:00:00+18:00",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
]
BAD_TIMES = [
    "not-a-timestamp",
    "2024-01-01",
    "2024-01-01T00:00:00",
    "2024-01-01t00:00:00Z",
    "2024-01-01T00:00:00z",
    "2024-01-01 00:00:00Z",
    "2024-01-01T00:00Z",
    "2023-02-29T00:00:00Z",
    "2024-04-31T00:00:00Z",
    "2024-13-01T00:00:00Z",
    "2024-01-01T24:00:00Z",
    "2024-01-01T00:00:00Z ",
    "$.t",
    "",
]


@pytest.mark.parametrize("build", [state, jsonata_state])
@pytest.mark.parametrize("text", GOOD_TIMES)
def test_a_timestamp_is_an_instant(build, text):
    assert found(build(wait(Timestamp=text))) == []


@pytest.mark.parametrize("build", [state, jsonata_state])
@pytest.mark.parametrize("text", BAD_TIMES)
def test_a_text_that_is_no_instant_is_told_once(build, text):
    machine = build(wait(Timestamp=text))
    assert found(machine) == [("ASL-363", "/States/A/Timestamp", NO_TIMESTAMP)]
    assert hints(machine, "ASL-363") == [f"found '{text}'"]
    assert locations(machine, "ASL-363") == ["/States/A/Timestamp"]


def test_an_expression_gives_a_timestamp_in_jsonata_only():
    tree = wait(Timestamp="{% $states.input.t %}")
    assert found(jsonata_state(tree)) == []
    assert found(state(tree)) == [("ASL-363", "/States/A/Timestamp", NO_TIMESTAMP)]


def test_a_timestamp_is_text():
    message = "Expected value of type [STRING]"
    assert found(state(wait(Timestamp=5))) == [("ASL-363", "/States/A/Timestamp", message)]


# ---------------------------------------------------------------- the rules of a Choice

X = {"Variable": "$.x"}
OPERATORS = [
    *((f"{kind}{relation}", kind) for kind in ("Numeric", "String", "Timestamp") for relation in (
        "Equals", "LessThan", "GreaterThan", "LessThanEquals", "GreaterThanEquals")),
    ("BooleanEquals", "Boolean"),
    ("StringMatches", "String"),
    *((f"Is{kind}", "Boolean") for kind in (
        "Boolean", "Null", "Numeric", "Present", "String", "Timestamp")),
]  # fmt: skip
GOOD_VALUE = {
    "Numeric": 1.5,
    "String": "a",
    "Timestamp": "2024-01-01T00:00:00Z",
    "Boolean": False,
}
BAD_VALUE = {"Numeric": "1", "String": 1, "Timestamp": 1, "Boolean": "true"}
TYPE = {
    "Numeric": "Number",
    "String": "[STRING]",
    "Timestamp": "[STRING]",
    "Boolean": "[BOOLEAN]",
}
#: As AWS lists them (recorded: ChoiceValidation-003, -005).
IN_AWS_ORDER = (
    "[StringEquals, IsBoolean, StringLessThan, IsNumeric, BooleanEquals, StringLessThanEqualsPath, "
    "NumericLessThan, NumericGreaterThan, NumericLessThanPath, StringMatches, "
    "TimestampLessThanEqualsPath, NumericEquals, TimestampGreaterThan, "
    "StringGreaterThanEqualsPath, TimestampGreaterThanEqualsPath, TimestampLessThanEquals, "
    "NumericLessThanEqualsPath, TimestampEquals, BooleanEqualsPath, IsTimestamp, "
    "StringLessThanEquals, NumericLessThanEquals, StringLessThanPath, TimestampGreaterThanPath, "
    "StringGreaterThan, StringGreaterThanPath, IsString, StringEqualsPath, TimestampEqualsPath, "
    "TimestampLessThan, StringGreaterThanEquals, NumericGreaterThanPath, "
    "NumericGreaterThanEquals, NumericEqualsPath, TimestampLessThanPath, IsNull, IsPresent, "
    "TimestampGreaterThanEquals, NumericGreaterThanEqualsPath]"
)
SELECTORS = (
    "The object must have only one of the following fields, [And, Or, Not, Variable, Condition]"
)


@pytest.mark.parametrize(("operator", "kind"), OPERATORS)
def test_each_operator_takes_values_of_its_type(operator, kind):
    assert found(rule(**X, **{operator: GOOD_VALUE[kind]})) == []
    code = "ASL-349" if kind == "Timestamp" else "ASL-345"
    message = f"Expected value of type {TYPE[kind]}"
    machine = rule(**X, **{operator: BAD_VALUE[kind]})
    assert found(machine) == [(code, f"/States/A/Choices/0/{operator}", message)]
    assert locations(machine, code) == [f"/States/A/Choices[0]/{operator}"]


@pytest.mark.parametrize(
    "operator",
    [name for name, _ in OPERATORS if not name.startswith("Is") and name != "StringMatches"],
)
def test_each_operator_that_compares_has_a_twin_that_takes_a_path(operator):
    assert found(rule(**X, **{f"{operator}Path": "$.y"})) == []
    machine = rule(**X, **{f"{operator}Path": 5})
    where = f"/States/A/Choices/0/{operator}Path"
    assert found(machine) == [("ASL-348", where, "Expected value of type [STRING]")]


@pytest.mark.parametrize("name", ["StringMatchesPath", "IsNullPath", "stringEquals", "Equals"])
def test_there_are_no_other_operators(name):
    machine = rule(**X, IsNull=True, **{name: "$.y"})
    where = f"/States/A/Choices/0/{name}"
    assert found(machine) == [("ASL-345", where, f"Field '{name}' is not supported")]
    assert locations(machine, "ASL-345") == ["/States/A/Choices[0]"]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, f"This object should have only one of the following fields: {IN_AWS_ORDER}"),
        (
            {"IsNull": True, "IsString": True},
            f"There should only be one of the following fields: {IN_AWS_ORDER}",
        ),
    ],
)
def test_a_comparison_has_one_operator(fields, message):
    machine = rule(**X, **fields)
    assert found(machine) == [("ASL-344", "/States/A/Choices/0", message)]
    assert locations(machine, "ASL-344") == ["/States/A/Choices[0]"]


@pytest.mark.parametrize(
    "fields", [{}, {"And": [X | {"IsNull": True}], "Not": X | {"IsNull": True}}]
)
def test_a_rule_is_of_one_kind(fields):
    machine = rule(**fields)
    assert found(machine) == [("ASL-343", "/States/A/Choices/0", SELECTORS)]
    assert locations(machine, "ASL-343") == ["/States/A/Choices[0]"]


@pytest.mark.parametrize(
    ("fields", "code", "pointer", "message"),
    [
        ({"And": []}, "ASL-353", "/And", "Value cannot be empty"),
        ({"Or": []}, "ASL-353", "/Or", "Value cannot be empty"),
        ({"Not": {"Or": []}}, "ASL-353", "/Not/Or", "Value cannot be empty"),
        ({"And": {}}, "ASL-353", "/And", "Expected value of type [ARRAY]"),
        ({"Or": [5]}, "ASL-353", "/Or/0", "Expected value of type [OBJECT]"),
        ({"Not": []}, "ASL-353", "/Not", "Expected value of type [OBJECT]"),
        ({"Not": {}}, "ASL-343", "/Not", SELECTORS),
        ({"Not": {"And": [{}]}}, "ASL-343", "/Not/And/0", SELECTORS),
        (
            {"And": [X | {"IsNull": True, "Next": "B"}]},
            "ASL-346",
            "/And/0/Next",
            "Field 'Next' is not supported",
        ),
        (
            {"Not": X | {"IsNull": True, "Assign": {"v": 1}}},
            "ASL-347",
            "/Not/Assign",
            "Field 'Assign' is not supported",
        ),
    ],
)
def test_rules_inside_of_rules_are_looked_at(fields, code, pointer, message):
    assert found(rule(**fields)) == [(code, f"/States/A/Choices/0{pointer}", message)]


def test_a_rule_inside_may_be_commented_but_leads_nowhere():
    inner = X | {"IsNull": True, "Comment": "c"}
    assert found(rule(And=[inner, {"Or": [{"Not": inner}]}])) == []
    unknown = rule(And=[X | {"IsNull": True, "Next": "Nowhere"}])
    assert rules(unknown) == ["ASL-346"]


@pytest.mark.parametrize(
    ("choices", "pointer", "message"),
    [
        (None, "", "These fields are required: [Choices]"),
        ([], "/Choices", "Value cannot be empty"),
        ({}, "/Choices", "Expected value of type [ARRAY]"),
        ([5], "/Choices/0", "Expected value of type [OBJECT]"),
    ],
)
def test_a_choice_has_rules(choices, pointer, message):
    tree = {"Type": "Choice", "Default": "B"} | ({} if choices is None else {"Choices": choices})
    assert found(scope(A=tree, B=SUCCEED)) == [("ASL-341", f"/States/A{pointer}", message)]


def test_a_rule_says_what_follows():
    machine = choice(X | {"IsNull": True})
    assert found(machine) == [
        ("ASL-342", "/States/A/Choices/0", "These fields are required: [Next]")
    ]
    machine = jsonata(
        A={"Type": "Choice", "Choices": [{"Condition": True}], "Default": "B"}, B=SUCCEED
    )
    assert rules(machine) == ["ASL-342"]


@pytest.mark.parametrize("condition", [True, False, "{% true %}", "{% $states.input.a > 1 %}"])
def test_a_condition_is_a_boolean_or_an_expression(condition):
    assert found(rule(Condition=condition) | {"QueryLanguage": "JSONata"}) == []


@pytest.mark.parametrize("condition", ["true", "", 1, None, [], {}])
def test_a_condition_is_nothing_else(condition):
    machine = rule(Condition=condition) | {"QueryLanguage": "JSONata"}
    where = "/States/A/Choices/0/Condition"
    assert found(machine) == [("ASL-355", where, "Expected value of type [BOOLEAN]")]


def test_the_rule_of_a_jsonata_choice_has_one_condition_and_no_more():
    build = {"QueryLanguage": "JSONata"}
    assert found(rule() | build) == [("ASL-343", "/States/A/Choices/0", SELECTORS)]
    full = rule(Condition=True, Comment="c", Output=1, Assign={"v": "{% $states.input %}"})
    assert [code for code in rules(full | build) if code != "ASL-809"] == []
    unknown = rule(Condition=True, End=True) | build
    assert told(unknown, "ASL-345") == [("/States/A/Choices/0/End", "Field 'End' is not supported")]


@pytest.mark.parametrize("text", BAD_TIMES[:-2])
@pytest.mark.parametrize("operator", ["TimestampEquals", "TimestampLessThanEquals"])
def test_a_comparison_takes_an_instant(operator, text):
    where = f"/States/A/Choices/0/And/0/{operator}"
    machine = rule(And=[X | {operator: text}])
    assert found(machine) == [("ASL-349", where, NO_TIMESTAMP)]


def test_an_open_timestamp_may_be_one_in_the_end():
    assert found(json.dumps(rule(**X, TimestampEquals="${When}"))) == []
    assert found(json.dumps(state(wait(Timestamp="${When}")))) == []


# ---------------------------------------------------------------- patterns


@pytest.mark.parametrize("pattern", ["a*", r"\*", r"\\", r"a\*b\\*", "", "$.a", "*"])
def test_a_backslash_may_stand_before_a_star_or_a_backslash(pattern):
    assert found(rule(**X, StringMatches=pattern)) == []


@pytest.mark.parametrize("pattern", ["\\", r"\n", "a\\\\\\", r"\?", r"*\a"])
def test_a_backslash_before_anything_else_is_a_warning(pattern):
    machine = rule(Not=X | {"StringMatches": pattern})
    assert pointers(machine, "ASL-354") == ["/States/A/Choices/0/Not/StringMatches"]
    assert rules(machine) == ["ASL-354"]


# ---------------------------------------------------------------- texts that look like paths


@pytest.mark.parametrize("text", ["$.a", "$$.Execution.Id", "$[0]", "$['a'].b"])
def test_text_looks_like_a_path(text):
    assert looks_like_path(text)


@pytest.mark.parametrize(
    "text", ["$", "$a", "$5", "$.", "$.a b", "$.a[*]", "US$.", "$.5 off, now", "", "a.b", "$("]
)
def test_text_does_not_look_like_a_path(text):
    assert not looks_like_path(text)


@pytest.mark.parametrize("name", ["Error", "Cause"])
def test_a_text_of_a_fail_state_that_looks_like_a_path_is_a_warning(name):
    machine = state({"Type": "Fail", name: "$.e"})
    message = f"The value of '{name}' looks like a path. Use '{name}Path' to read it"
    assert found(machine) == [("ASL-222", f"/States/A/{name}", message)]
    assert locations(machine, "ASL-222") == ["/States/A"]
    assert found(jsonata_state({"Type": "Fail", name: "$.e"})) == []
    assert found(state({"Type": "Fail", name: "costs $5"})) == []


@pytest.mark.parametrize(
    "operator",
    ["StringEquals", "StringLessThan", "StringGreaterThan", "StringLessThanEquals",
     "StringGreaterThanEquals"],
)  # fmt: skip
def test_a_text_to_compare_with_that_looks_like_a_path_is_a_warning(operator):
    machine = rule(Or=[X | {operator: "$.y"}])
    message = f"The value of '{operator}' looks like a path. Use '{operator}Path' to read it"
    assert found(machine) == [("ASL-222", f"/States/A/Choices/0/Or/0/{operator}", message)]
    assert locations(machine, "ASL-222") == ["/States/A/Choices[0]/Or[0]"]


def test_a_fail_state_has_texts():
    for name in ("Error", "Cause"):
        assert found(state({"Type": "Fail", name: 5})) == [
            ("ASL-381", f"/States/A/{name}", "Expected value of type [STRING]")
        ]
        assert found(state({"Type": "Fail", f"{name}Path": 5})) == [
            ("ASL-382", f"/States/A/{name}Path", "Expected value of type [STRING]")
        ]


# ---------------------------------------------------------------- Result


@pytest.mark.parametrize(
    ("result", "pointer"),
    [
        ({"a.$": "$.b"}, "/a.$"),
        ({"a.$": "States.UUID()"}, "/a.$"),
        ([{"a": {"b.$": "$"}}], "/0/a/b.$"),
    ],
)
def test_a_result_is_not_evaluated(result, pointer):
    machine = state(pass_(Result=result))
    key = pointer.rpartition("/")[2]
    message = f"Result is static: '{key}' is not evaluated"
    assert found(machine) == [("ASL-223", f"/States/A/Result{pointer}", message)]
    assert locations(machine, "ASL-223") == ["/States/A/Result"]


@pytest.mark.parametrize(
    "result", [{"a": "$.b"}, {"a.$": 5}, {"a.$": "text"}, {"a.$": ""}, {"$": "$.b"}, [], 5, None]
)
def test_a_result_may_be_anything(result):
    assert found(state(pass_(Result=result))) == []


def test_a_result_of_a_jsonata_state_is_of_the_other_language_only():
    assert rules(jsonata_state(pass_(Result={"a.$": "$.b"}))) == ["ASL-203"]


# ---------------------------------------------------------------- names


@pytest.mark.parametrize("name", ["a\x00", "\x1f", "a\x7fb", "a\x85", "\ufffe", "\ud800", "a\nb"])
def test_a_name_that_can_not_be_seen_is_a_warning(name):
    machine = {"StartAt": name, "States": {name: SUCCEED}}
    assert rules(machine) == ["ASL-113"]


@pytest.mark.parametrize("name", [" ", "Job Complete?", '<>{}[]?*"#%\\^|~`$&,;:/', "é😀", "\u200b"])
def test_a_name_may_have_what_is_forbidden_in_the_name_of_a_machine(name):
    assert found({"StartAt": name, "States": {name: SUCCEED}}) == []


def test_the_name_of_a_state_that_is_no_object_is_looked_at():
    assert "ASL-113" in rules({"StartAt": "A", "States": {"A": SUCCEED, "\x00": 5}})
