"""Choice rules: every operator, what does not match, what fails, what is refused."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asl.errors import JSONPathError, QuerySyntaxError
from asl.query.choices import OPERATORS, RuleSyntaxError, compile_rule
from asl.query.javalike import JavaRandom, utf16
from asl.query.text_order import compare_text


class Env:
    """Where queries are evaluated."""

    def __init__(self, variables=None, values=None):
        self.variables = variables or {}
        self.values = values or {}
        self.random = JavaRandom(0)

    def context(self):
        return self.values


NOWHERE = Env()


def matches(rule, data, env=NOWHERE):
    return compile_rule(rule)(data, env)


def compare(name, operand, value):
    return matches({"Variable": "$.value", name: operand, "Next": "X"}, {"value": value})


RECORDINGS = Path(__file__).resolve().parents[3] / "shared" / "conformance" / "executions"


def _recorded():
    """Executions that start with a Choice of JSONPath rules, by name."""
    for pattern in ("choice_operators*.json", "tiny_Choice*.json", "*test_choice*.json"):
        for path in sorted(RECORDINGS.glob(pattern)):
            case = json.loads(path.read_text("utf-8"))
            state = case["definition"]["States"][case["definition"]["StartAt"]]
            if state["Type"] == "Choice" and all("Condition" not in r for r in state["Choices"]):
                yield pytest.param(case, state, id=path.stem)


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason="needs the shared conformance recordings")
@pytest.mark.parametrize(("case", "state"), list(_recorded()))
def test_rules_decide_as_recorded_on_aws(case, state):
    expected, states = case["expected"], case["definition"]["States"]
    chosen, error = _decide(state, case["input"])
    if error:
        assert expected["status"] == "FAILED"
        assert expected["cause"].endswith(error)
    elif chosen is None:
        assert "The state does not point to a next state." in expected["cause"]
    else:
        assert expected["output"] == states[chosen].get("Result", case["input"])


def _decide(state, data):
    """The target that a Choice state goes to, and the text of the error that it ends with."""
    rules = [(compile_rule(rule), rule["Next"]) for rule in state["Choices"]]
    try:
        matching = (target for rule, target in rules if rule(data, NOWHERE))
        return next(matching, state.get("Default")), None
    except JSONPathError as error:
        return None, str(error)


def test_there_are_the_39_operators_of_the_language():
    relations = ["Equals", "LessThan", "GreaterThan", "LessThanEquals", "GreaterThanEquals"]
    families = ["Numeric", "String", "Timestamp"]
    named = {f"{family}{relation}" for family in families for relation in relations}
    named |= {f"{name}Path" for name in named} | {"BooleanEquals", "BooleanEqualsPath"}
    tests = {"IsNull", "IsPresent", "IsNumeric", "IsString", "IsBoolean", "IsTimestamp"}
    assert set(OPERATORS) == named | tests | {"StringMatches"}
    assert len(OPERATORS) == 39


RELATIONS = {
    "Equals": lambda left, right: left == right,
    "LessThan": lambda left, right: left < right,
    "GreaterThan": lambda left, right: left > right,
    "LessThanEquals": lambda left, right: left <= right,
    "GreaterThanEquals": lambda left, right: left >= right,
}
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.integers(-2, 2)
INSTANTS = st.sampled_from(
    ["2020-01-01T00:00:00Z", "2020-01-01T01:00:00+01:00", "2020-01-01T00:00:00.000000001Z"]
)
ORDER_OF_INSTANTS = {
    "2020-01-01T00:00:00Z": 0,
    "2020-01-01T01:00:00+01:00": 0,
    "2020-01-01T00:00:00.000000001Z": 1,
}


@pytest.mark.parametrize("relation", RELATIONS)
@pytest.mark.parametrize(
    ("family", "values", "key"),
    [
        ("Numeric", NUMBERS, lambda value: value),
        ("String", st.text(), utf16),
        ("Timestamp", INSTANTS, ORDER_OF_INSTANTS.get),
    ],
    ids=["Numeric", "String", "Timestamp"],
)
def test_an_operator_holds_exactly_when_its_relation_does(relation, family, values, key):
    @given(values, values)
    def check(left, right):
        name, holds = f"{family}{relation}", RELATIONS[relation](key(left), key(right))
        data = {"left": left, "right": right, "in": {"left": left}}
        for path in ("$.left", "$.in.left"):
            assert matches({"Variable": path, name: right}, data) is holds
            assert matches({"Variable": path, f"{name}Path": "$.right"}, data) is holds

    check()


@pytest.mark.parametrize(
    "value", [None, True, False, 0, 1, 1.5, "", "1", "true", [], [1], {}, {"a": 1}]
)
@pytest.mark.parametrize("operand", [True, 0, 1, "", "1", "2020-01-01T00:00:00Z"])
def test_nothing_is_converted(value, operand):
    kinds = {bool: "Boolean", int: "Numeric", str: "String"}
    kind = kinds[type(operand)]
    fits = {bool: (bool,), int: (int, float), str: (str,)}[type(operand)]
    assert compare(f"{kind}Equals", operand, value) is (type(value) in fits and value == operand)
    if kind == "String":
        other = {"Variable": "$[0]", "StringEqualsPath": "$[1]"}
        assert matches(other, [operand, value]) is (value == operand)


@pytest.mark.parametrize(
    "value", ["2020-01-01", "soon", "", 0, None, True, ["2020-01-01T00:00:00Z"]]
)
def test_what_is_no_timestamp_matches_on_neither_side(value):
    good = "2020-01-01T00:00:00Z"
    for relation in RELATIONS:
        assert compare(f"Timestamp{relation}", good, value) is False
        rule = {"Variable": "$[0]", f"Timestamp{relation}Path": "$[1]"}
        assert matches(rule, [good, value]) is False
        assert matches(rule, [value, good]) is False


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("IsNull", [None]),
        ("IsBoolean", [True, False]),
        ("IsNumeric", [0, 1, -2.5]),
        ("IsString", ["", "a", "2020-01-01T00:00:00Z"]),
        ("IsTimestamp", ["2020-01-01T00:00:00Z"]),
        ("IsPresent", [None, True, False, 0, 1, -2.5, "", "a", "2020-01-01T00:00:00Z", [], {}]),
    ],
)
def test_a_type_test_holds_for_values_of_its_type_only(name, values):
    for value in [None, True, False, 0, 1, -2.5, "", "a", "2020-01-01T00:00:00Z", [], {}]:
        is_one = any(
            value is other or (type(value), value) == (type(other), other) for other in values
        )
        assert compare(name, True, value) is is_one  # noqa: FBT003
        assert compare(name, False, value) is not is_one  # noqa: FBT003


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("foo*.log", "foo.log", True),
        ("foo*.log", "foo23.log", True),
        ("foo*.log", "foo23.logs", False),
        ("foo*.log", "fo.log", False),
        ("*", "", True),
        ("", "", True),
        ("", "a", False),
        ("a*a", "a", False),
        ("a*a", "aa", True),
        ("*ab*ab*", "abab", True),
        ("*ab*ab*", "abxab!", True),
        ("*ab*ab*", "aba", False),
        ("a**b", "ab", True),
        (r"a\*b", "a*b", True),
        (r"a\*b", "axb", False),
        (r"a\\b", "a\\b", True),
        (r"a\\*", "a\\anything", True),
        ("a.c", "abc", False),
        ("[a]*", "[a]\n", True),
    ],
)
def test_string_matches_knows_the_star_and_two_escapes(pattern, text, expected):
    assert compare("StringMatches", pattern, text) is expected


@pytest.mark.parametrize("value", [1, None, ["foo"], True])
def test_string_matches_takes_texts_only(value):
    assert compare("StringMatches", "*", value) is False


def test_a_long_pattern_of_stars_takes_no_long_time():
    assert compare("StringMatches", "*a" * 2000 + "b", "a" * 20_000) is False


MESSAGE = "Invalid path '{}': The choice state's condition path references an invalid value."


@pytest.mark.parametrize(
    "name", ["NumericEquals", "StringLessThan", "TimestampEquals", "BooleanEquals", "StringMatches"]
)
@pytest.mark.parametrize("variable", ["$.missing", "$.value.deeper", "$$.Task.Token", "$never"])
def test_a_missing_variable_fails_with_the_path_as_written(name, variable):
    operands = {
        "NumericEquals": 1,
        "BooleanEquals": True,
        "TimestampEquals": "2020-01-01T00:00:00Z",
    }
    rule = compile_rule({"Variable": variable, name: operands.get(name, "a")})
    with pytest.raises(JSONPathError) as caught:
        rule({"value": 1}, NOWHERE)
    assert str(caught.value) == MESSAGE.format(variable)


def test_a_missing_operand_fails_and_the_left_side_comes_first():
    rule = compile_rule({"Variable": "$.left", "NumericEqualsPath": "$.right"})
    with pytest.raises(JSONPathError, match=r"'\$\.right'"):
        rule({"left": "no number"}, NOWHERE)
    with pytest.raises(JSONPathError, match=r"'\$\.left'"):
        rule({}, NOWHERE)


@pytest.mark.parametrize("name", ["IsNull", "IsNumeric", "IsString", "IsBoolean", "IsTimestamp"])
@pytest.mark.parametrize("wanted", [True, False])
def test_type_tests_fail_on_a_missing_path_too(name, wanted):
    with pytest.raises(JSONPathError):
        matches({"Variable": "$.missing", name: wanted}, {})


def test_is_present_stands_a_missing_path():
    for path in ("$.missing", "$.a.b.c", "$.list[3]", "$$.Task", "$never.x"):
        assert matches({"Variable": path, "IsPresent": True}, {"a": 1, "list": []}) is False
        assert matches({"Variable": path, "IsPresent": False}, {"a": 1, "list": []}) is True


def test_paths_reach_variables_and_the_context_object():
    env = Env(variables={"limit": 10}, values={"State": {"RetryCount": 3}})
    rule = {"Variable": "$$.State.RetryCount", "NumericLessThanPath": "$limit"}
    assert matches(rule, {}, env) is True


def test_and_or_and_not_nest_and_stop_where_the_outcome_is_known():
    there = {"Variable": "$.a", "IsPresent": True}
    big = {"Variable": "$.a", "NumericGreaterThan": 5}
    assert matches({"And": [there, big]}, {}) is False
    assert matches({"And": [there, big]}, {"a": 6}) is True
    assert matches({"Or": [{"Not": there}, big]}, {}) is True
    assert matches({"Or": [{"Not": there}, big]}, {"a": 5}) is False
    assert matches({"Not": {"And": [there, {"Or": [big]}]}}, {"a": 5}) is True
    with pytest.raises(JSONPathError):
        matches({"And": [big, there]}, {})


def test_what_follows_a_match_is_passed_over():
    rule = {"Variable": "$.a", "IsNull": True, "Next": "X", "Assign": {"b.$": "$.nowhere"}}
    assert matches({**rule, "Comment": "c", "Output": 1}, {"a": None}) is True


SIMPLE = {"Variable": "$.a", "IsNull": True}


@pytest.mark.parametrize(
    ("rule", "message", "pointer"),
    [
        ({"Variable": "$.a"}, "found: none", ""),
        ({}, "one of And, Or, Not and Variable; found: none", ""),
        ({**SIMPLE, "NumericEquals": 1}, "found: IsNull, NumericEquals", ""),
        ({**SIMPLE, "And": [SIMPLE]}, "found: Variable, And", ""),
        ({"And": [SIMPLE], "IsNull": True}, "IsNull needs a Variable", ""),
        ({**SIMPLE, "Foo": 1}, "Field 'Foo' is not supported", ""),
        ({"And": [SIMPLE, {**SIMPLE, "Next": "X"}]}, "Field 'Next' is not supported", "/And/1"),
        ({"Not": {"Or": [{**SIMPLE, "Assign": {}}]}}, "'Assign' is not", "/Not/Or/0"),
        ({"And": []}, "a list of rules that is not empty", "/And"),
        ({"Or": SIMPLE}, "a list of rules", "/Or"),
        ({"Not": [SIMPLE]}, "a Choice rule is an object", "/Not"),
        ({"Variable": 1, "IsNull": True}, "Variable takes a path, not 1", "/Variable"),
        ({"Variable": "a", "IsNull": True}, "didn't start with '\\$'", "/Variable"),
        ({"Variable": "$.a[*]", "IsNull": True}, "names one node", "/Variable"),
        ({"Variable": "$.a[", "IsNull": True}, "malformed", "/Variable"),
        ({"Variable": "$.a", "NumericEqualsPath": "b"}, "didn't start", "/NumericEqualsPath"),
        ({"Variable": "$.a", "StringEqualsPath": "$..b"}, "names one", "/StringEqualsPath"),
        ({"Variable": "$.a", "NumericEquals": "1"}, "a number, not '1'", "/NumericEquals"),
        ({"Variable": "$.a", "NumericEquals": True}, "a number", "/NumericEquals"),
        ({"Variable": "$.a", "StringEquals": 1}, "a text", "/StringEquals"),
        ({"Variable": "$.a", "BooleanEquals": "true"}, "a boolean", "/BooleanEquals"),
        ({"Variable": "$.a", "TimestampEquals": "2020"}, "RFC3339", "/TimestampEquals"),
        ({"Variable": "$.a", "IsPresent": 1}, "a boolean", "/IsPresent"),
        ({"Variable": "$.a", "IsNull": None}, "a boolean", "/IsNull"),
        ({"Variable": "$.a", "StringMatches": 1}, "a text", "/StringMatches"),
        ({"Variable": "$.a", "StringMatches": r"a\b"}, "backslash", "/StringMatches"),
        ({"Variable": "$.a", "StringMatches": "a\\"}, "backslash", "/StringMatches"),
    ],
)
def test_a_malformed_rule_is_refused_with_its_place(rule, message, pointer):
    with pytest.raises(RuleSyntaxError, match=message) as caught:
        compile_rule(rule)
    assert caught.value.pointer == pointer
    assert isinstance(caught.value, QuerySyntaxError)


def test_rules_nested_without_end_are_refused():
    rule = SIMPLE
    for _ in range(100):
        rule = {"Not": rule}
    assert matches(rule, {"a": None}) is True
    with pytest.raises(RuleSyntaxError, match="nested 100 levels"):
        compile_rule({"Not": rule})


@given(st.text(), st.text())
def test_texts_are_in_the_order_of_their_utf16_units(left, right):
    order = (utf16(left) > utf16(right)) - (utf16(left) < utf16(right))
    assert compare_text(left, right) == order


def test_a_character_beyond_the_first_plane_comes_before_a_private_one():
    assert compare("StringLessThan", "\ue000", "\U0001f600") is True
    assert compare("StringGreaterThan", "\ue000", "\U0001f600") is False
