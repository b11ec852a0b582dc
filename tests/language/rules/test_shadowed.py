"""Rules of a Choice that are never taken."""

# ruff: noqa: FBT003 - the operand of a comparison may be a boolean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asl
from asl.language.flow import intervals, regions
from asl.language.rules.shadowed import shadowed_rules
from asl.language.walk import survey

AT_TEN = "2024-01-01T10:00:00Z"
AT_TEN_TOO = "2024-01-01T12:00:00+02:00"
AT_NOON = "2024-01-01T12:00:00Z"


def a(operator, operand, variable="$.a"):
    return {"Variable": variable, operator: operand}


def b(operator, operand):
    return a(operator, operand, "$.b")


def both(*rules):
    return {"And": list(rules)}


def either(*rules):
    return {"Or": list(rules)}


def no(rule):
    return {"Not": rule}


def choice(*rules, **fields):
    rules = [{**rule, "Next": f"T{index}"} for index, rule in enumerate(rules)]
    ends = {rule["Next"]: {"Type": "Succeed"} for rule in rules}
    state = {"Type": "Choice", "Choices": rules, "Default": "D", **fields}
    return {"StartAt": "A", "States": {"A": state, **ends, "D": {"Type": "Succeed"}}}


def told(tree):
    (machine, *_) = survey(tree, "STANDARD")
    return [fault for state in machine.states.values() for fault in shadowed_rules(state)]


def indexes(*rules, **fields):
    return [fault.path[-1] for fault in told(choice(*rules, **fields))]


SHADOWED = [
    # the same
    (a("StringEquals", "x"), a("StringEquals", "x")),
    (a("StringEquals", "x", "$['a']"), a("StringEquals", "x", "$.a ")),
    (a("NumericEqualsPath", "$.b"), a("NumericEqualsPath", "$.b")),
    (a("StringMatches", "*x*y"), a("StringMatches", "*x*y")),
    # numbers
    (a("NumericLessThan", 20), a("NumericLessThan", 10)),
    (a("NumericLessThanEquals", 10), a("NumericLessThan", 10)),
    (a("NumericGreaterThan", 3), a("NumericEquals", 5)),
    (a("NumericGreaterThanEquals", 5), a("NumericEquals", 5.0)),
    (no(a("NumericLessThan", 5)), a("NumericGreaterThan", 7)),
    (a("NumericLessThan", 20), both(a("NumericGreaterThan", 1), a("NumericLessThan", 9))),
    (either(a("NumericLessThan", 0), a("NumericGreaterThan", 9)), a("NumericEquals", 10)),
    (a("NumericGreaterThan", 1e300), a("NumericEquals", 10**400)),
    # texts
    (a("StringLessThan", "b"), a("StringEquals", "a")),
    (a("StringGreaterThanEquals", "b"), a("StringGreaterThan", "b")),
    (a("StringMatches", "a*"), a("StringEquals", "abc")),
    (a("StringMatches", "a*"), a("StringMatches", "ab*")),
    (a("StringMatches", "a*c"), a("StringEquals", "abc")),
    (a("StringMatches", "*"), a("StringEquals", "abc")),
    (a("StringMatches", "abc"), a("StringEquals", "abc")),
    (a("StringLessThan", "\uffff"), a("StringEquals", "\U0001f600")),
    # instants
    (a("TimestampLessThan", AT_NOON), a("TimestampEquals", AT_TEN)),
    (a("TimestampEquals", AT_TEN), a("TimestampEquals", AT_TEN_TOO)),
    (a("TimestampEquals", AT_TEN), a("StringEquals", AT_TEN_TOO)),
    (a("IsTimestamp", True), a("TimestampGreaterThan", AT_TEN)),
    (a("IsTimestamp", False), a("StringEquals", "soon")),
    (a("IsString", True), a("IsTimestamp", True)),
    # types
    (a("IsString", True), a("StringEquals", "x")),
    (a("IsNumeric", True), a("NumericLessThanPath", "$.b")),
    (a("IsBoolean", True), a("BooleanEquals", False)),
    (a("IsNumeric", False), a("IsNull", True)),
    (either(a("BooleanEquals", True), a("BooleanEquals", False)), a("IsBoolean", True)),
    # presence
    (a("IsPresent", True), a("StringEquals", "x")),
    (a("IsPresent", True), no(a("StringEquals", "x"))),
    (b("IsPresent", True), a("StringEqualsPath", "$.b")),
    (a("IsPresent", True), a("StringEquals", "x", "$.a.b[0].c")),
    (no(a("IsPresent", False)), a("StringEquals", "x")),
    # rules of rules
    (a("StringEquals", "x"), both(b("IsNull", True), a("StringEquals", "x"))),
    (either(b("IsNull", True), a("StringEquals", "x")), a("StringEquals", "x")),
    (
        both(a("IsString", True), b("IsString", True)),
        both(b("StringEquals", "y"), a("StringEquals", "x")),
    ),
    (
        no(both(a("IsString", True), b("IsString", True))),
        a("IsNull", True),
    ),
    (
        no(either(a("IsNull", True), b("IsNull", True))),
        both(a("IsString", True), b("IsNumeric", True)),
    ),
    (no(no(a("IsNull", True))), a("IsNull", True)),
    (
        either(a("IsNull", True), a("IsString", True)),
        either(a("StringEquals", "x"), a("IsNull", True)),
    ),
    (a("IsString", True), a("IsString", True, "$.a")),
    # a context object and variables
    (a("StringEquals", "x", "$$.Execution.Id"), a("StringEquals", "x", "$$.Execution['Id']")),
    (a("StringEquals", "x", "$v.a"), a("StringEquals", "x", "$v.a")),
]


@pytest.mark.parametrize("rules", SHADOWED)
def test_a_rule_that_matches_only_where_one_before_does(rules):
    (fault,) = told(choice(*rules))
    assert fault.path == ("States", "A", "Choices", 1)
    assert fault.message == "Choices[1] is never taken"
    assert fault.hint == "Choices[0] always matches when this does"


TAKEN = [
    (a("StringEquals", "x"), a("StringEquals", "y")),
    (a("StringEquals", "x"), b("StringEquals", "x")),
    (a("StringEquals", "x", "$v.a"), a("StringEquals", "x", "$.v.a")),
    (a("StringEquals", "x"), a("IsString", True)),
    (a("NumericLessThan", 10), a("NumericLessThan", 20)),
    (a("NumericLessThan", 10), a("NumericLessThanEquals", 10)),
    (a("NumericEquals", 1), a("BooleanEquals", True)),
    (a("StringEquals", "1"), a("NumericEquals", 1)),
    (a("NumericEqualsPath", "$.b"), a("NumericEqualsPath", "$.c")),
    (a("NumericEqualsPath", "$.b"), a("NumericLessThanPath", "$.b")),
    (a("StringMatches", "ab*"), a("StringMatches", "a*")),
    (a("StringMatches", "a*c"), a("StringEquals", "ab")),
    (a("StringMatches", "a\\*"), a("StringEquals", "ab")),
    (a("StringMatches", "*a"), a("StringMatches", "*ba")),  # it is, but that is not looked for
    (a("StringGreaterThan", "\uffff"), a("StringEquals", "\U0001f600")),
    (a("TimestampEquals", AT_TEN), a("TimestampEquals", AT_NOON)),
    (a("TimestampEquals", AT_TEN), a("StringEquals", "x")),
    (a("TimestampLessThan", AT_TEN), a("IsTimestamp", True)),
    (a("StringGreaterThan", "2"), a("TimestampGreaterThan", AT_TEN)),
    (no(a("StringEquals", "x")), a("StringEquals", "x")),
    (no(a("NumericLessThan", 5)), a("NumericLessThan", 4)),
    (a("IsPresent", False), a("StringEquals", "x")),
    (a("IsPresent", True, "$.a.b"), a("IsPresent", True)),
    (a("StringEquals", "x"), either(a("StringEquals", "x"), b("StringEquals", "x"))),
    (both(a("StringEquals", "x"), b("StringEquals", "x")), a("StringEquals", "x")),
    (both(a("IsString", True), b("IsNull", True)), a("StringEquals", "x")),
    (no(both(a("IsString", True), b("IsString", True))), a("IsString", True)),
    (no(either(a("IsNull", True), b("IsNull", True))), a("IsString", True)),
    (a("BooleanEquals", True), a("BooleanEquals", False)),
    (a("BooleanEquals", True), a("IsBoolean", True)),
    # nobody knows what they ask
    (a("StringEquals", "${x}"), a("StringEquals", "${x}")),
    (a("StringEquals", "x", "$.${x}"), a("StringEquals", "x", "$.${x}")),
    (a("NumericEquals", None), a("NumericEquals", None)),
    (a("NumericEquals", "1"), a("NumericEquals", "1")),
    (a("NumericEquals", 1e999), a("NumericEquals", 1e999)),
    (a("BooleanEquals", 1), a("BooleanEquals", 1)),
    (a("StringEquals", 1), a("StringEquals", 1)),
    (a("StringMatches", 1), a("StringMatches", 1)),
    (a("StringMatches", "\\a"), a("StringMatches", "\\a")),
    (a("TimestampEquals", "soon"), a("TimestampEquals", "soon")),
    (a("IsNull", 1), a("IsNull", 1)),
    (a("StringEqualsPath", 1), a("StringEqualsPath", 1)),
    (a("StringEqualsPath", "b"), a("StringEqualsPath", "b")),
    (a("IsHuh", True), a("IsHuh", True)),
    (a("IsNull", True, "$.a[*]"), a("IsNull", True, "$.a[*]")),
    (a("IsNull", True, "a"), a("IsNull", True, "a")),
    (a("IsNull", True, 7), a("IsNull", True, 7)),
    ({"Variable": "$.a"}, {"Variable": "$.a"}),
    ({"And": []}, {"And": []}),
    ({"And": 1}, {"And": 1}),
    ({"Not": 1}, {"Not": 1}),
    ({"And": [a("IsNull", True)], "IsNull": True}, {"And": [a("IsNull", True)], "IsNull": True}),
    ({**a("IsNull", True), "IsString": True}, {**a("IsNull", True), "IsString": True}),
    ({}, {}),
]


@pytest.mark.parametrize("rules", TAKEN)
def test_a_rule_that_may_be_taken(rules):
    assert indexes(*rules) == []


def test_one_comparison_alone_is_never_shadowed():
    assert indexes(a("StringEquals", "x")) == []
    assert indexes(a("StringEquals", "x"), a("StringEqualsTo", "x")) == []


def test_several_rules_together():
    assert indexes(a("IsString", True), a("IsString", False), b("IsNull", True)) == [2]
    assert indexes(a("IsPresent", True), a("IsPresent", False), b("IsNull", True)) == [2]
    assert indexes(a("IsNull", True), no(a("IsNull", True)), b("IsNull", True)) == [2]
    assert indexes(a("BooleanEquals", True), a("BooleanEquals", False), a("IsBoolean", True)) == [2]
    low, high = a("NumericLessThan", 5), a("NumericGreaterThanEquals", 5)
    (fault,) = told(choice(low, high, a("IsNumeric", True)))
    assert fault.hint == "one of the rules before it always matches when this does"
    assert indexes(low, a("NumericGreaterThan", 5), a("IsNumeric", True)) == []


def test_a_comparison_of_what_is_not_there_fails_before():
    (fault,) = told(choice(a("StringEquals", "x"), a("IsPresent", False)))
    assert fault.message == "Choices[1] is never taken"
    assert fault.hint == "Choices[0] fails first, since what it compares is not there then"
    assert indexes(both(a("IsPresent", True), a("StringEquals", "x")), a("IsPresent", False)) == []
    assert indexes(both(a("StringEquals", "x"), b("IsNull", True)), a("IsPresent", False)) == []


IMPOSSIBLE = [
    both(a("StringEquals", "x"), a("StringEquals", "y")),
    both(a("NumericLessThan", 3), a("NumericGreaterThan", 5)),
    both(a("NumericLessThan", 3), a("NumericGreaterThanEquals", 3)),
    both(a("IsString", True), a("NumericEquals", 5)),
    both(a("IsPresent", False), a("IsNull", True)),
    both(a("IsPresent", False), a("IsNull", True, "$.a.b")),
    both(a("StringEquals", "x"), a("StringMatches", "y*")),
    both(a("StringEquals", "x"), a("StringMatches", "*y")),
    both(a("StringEquals", "x"), a("IsTimestamp", True)),
    both(a("StringEquals", AT_TEN), a("TimestampEquals", AT_NOON)),
    both(a("IsNull", True), no(a("IsNull", True))),
    both(a("StringEqualsPath", "$.b"), b("IsPresent", False)),
    either(
        both(a("IsNull", True), a("IsString", True)), both(a("IsNull", True), a("IsNumeric", True))
    ),
]


@pytest.mark.parametrize("rule", IMPOSSIBLE)
def test_a_rule_that_contradicts_itself(rule):
    (fault,) = told(choice(b("IsNull", True), rule, a("StringEquals", "z")))
    assert fault.path == ("States", "A", "Choices", 1)
    assert fault.message == "Choices[1] never matches"


@pytest.mark.parametrize(
    "rule",
    [
        both(a("StringEquals", "x"), a("StringEqualsPath", "$.b")),
        both(a("IsString", True), a("IsTimestamp", False)),
        both(a("NumericLessThanEquals", 3), a("NumericGreaterThanEquals", 3)),
        both(a("StringEquals", AT_TEN), a("TimestampEquals", AT_TEN_TOO)),
        both(a("StringGreaterThan", "a"), a("StringMatches", "*b")),
    ],
)
def test_a_rule_that_asks_for_several_things_may_match(rule):
    assert indexes(rule, b("IsNull", True)) == []


# JSONata


def jsonata(*conditions, default="D"):
    rules = [{"Condition": condition} for condition in conditions]
    tree = {**choice(*rules), "QueryLanguage": "JSONata"}
    if default is None:
        del tree["States"]["A"]["Default"]
    return [("/".join(map(str, fault.path[2:])), fault.hint) for fault in told(tree)]


def test_conditions_in_jsonata():
    first = "Choices[0] always matches when this does"
    assert jsonata("{% $a = 1 %}", "{%$a = 1%}") == [("Choices/1", first)]
    assert jsonata("{% $a = 1 %}", "{% $a = 2 %}") == []
    assert jsonata("{% $a = 1 %}", "{% $b and $a=1 %}") == [("Choices/1", first)]
    assert jsonata("{% $a = 1 and $b %}", "{% $a = 1 %}") == []
    assert jsonata("{% $a and $b %}", "{% $c and ($a and $b) %}") == [("Choices/1", first)]
    assert jsonata("{% $a = 1 %}", "{% $a = true and $b %}") == []
    assert jsonata("{% $a = 1 %}", "{% $b and $a = 1 or $c %}") == []
    assert jsonata("{% $f($a) %}", "{% $b and $f($a) %}") == []
    assert jsonata("{% $random() > 0.5 %}", "{% $random() > 0.5 %}") == []
    assert jsonata("{% $a and $now() = 1 %}", "{% $a and $now() = 1 %}") == []
    assert jsonata("{% ${x} %}", "{% ${x} %}") == []
    assert jsonata(7, 7) == []
    assert jsonata("$a", "$a") == []


def test_what_is_always_true_or_never():
    never = "its condition is false"
    rest = "Choices[0] always matches"
    assert jsonata("{% false %}", False, "{% $a %}") == [("Choices/0", never), ("Choices/1", never)]
    assert jsonata(True, "{% $a %}") == [
        ("Choices/1", "Choices[0] always matches when this does"),
        ("Default", rest),
    ]
    assert jsonata("{% true %}") == [("Default", rest)]
    assert jsonata("{% true %}", default=None) == []


# Hostile shapes and bounds


@pytest.mark.parametrize(
    "value", [None, 1, "x", {}, [], [1], [[]], [{"Condition": {}}], [None] * 3]
)
def test_any_shape_is_taken(value):
    for language in ("JSONPath", "JSONata", 7):
        tree = choice()
        tree["States"]["A"]["Choices"] = value
        assert told({**tree, "QueryLanguage": language}) == []


def test_deep_and_large_rules_are_not_looked_at():
    deep = a("IsNull", True)
    for _ in range(90):
        deep = no(deep)
    assert indexes(deep, deep) == []
    large = either(*(a("NumericEquals", number) for number in range(100)))
    assert indexes(large, large) == []
    cases = both(*(either(b("NumericEquals", n), a("NumericGreaterThan", n)) for n in range(9)))
    assert indexes(cases, cases) == []
    assert indexes(a("IsNull", True), either(*(b("NumericEquals", n) for n in range(20)))) == []


def test_many_rules_take_time_in_proportion():
    many = [a("NumericEquals", number % 1500) for number in range(5000)]
    assert indexes(*many, a("IsNull", False)) == []  # only so many are looked at
    pairs = [both(a("NumericEquals", n), b("NumericEquals", n)) for n in range(1000)]
    assert indexes(*pairs) == []
    repeated = [both(a("NumericEquals", 1), b("NumericEquals", n % 2)) for n in range(1000)]
    assert len(indexes(*repeated)) == 998
    texts = [a("StringMatches", f"*{number}*") for number in range(900)]
    assert indexes(*texts, a("StringEquals", "77")) == [900]


# Intervals and regions


def test_intervals():
    low, high = intervals.related("LessThan", 5), intervals.related("GreaterThanEquals", 5)
    assert intervals.union(low, high) == intervals.ALL
    assert intervals.intersection(low, high) == ()
    assert intervals.complement(low) == high
    assert intervals.complement(()) == intervals.ALL
    assert intervals.complement(intervals.ALL) == ()
    one, two = intervals.related("Equals", 1), intervals.related("Equals", 2)
    assert intervals.is_inside(one, low)
    assert not intervals.is_inside(low, one)
    assert not intervals.is_inside(one, two)
    assert intervals.single_things(intervals.union(one, two)) == [1, 2]
    assert intervals.single_things(low) is None
    assert intervals.intersection(intervals.union(one, two), low) == intervals.union(one, two)


def test_texts_that_start_with_one():
    region = regions.region_of("StringMatches", "a\uffff*")
    for text, is_in in (("a\uffff", True), ("a\uffffz", True), ("b", False), ("a", False)):
        equal = regions.region_of("StringEquals", text)
        assert regions.narrowed(region, equal).is_empty is not is_in
    assert regions.region_of("StringMatches", "\uffff*").parts["text"]["text"][0][1] == (1,)
    assert regions.region_of("StringMatches", "\ud83d*").parts["text"].keys() == {
        "StringMatches \ud83d*"
    }


# Never wrong: rules at random, run

VARIABLES = st.sampled_from(("$.a", "$.b", "$['a']", "$.a.c"))
NUMBERS = st.sampled_from((0, 1, 1.0, 2, 3))
TEXTS = st.sampled_from(("", "a", "ab", "b", AT_TEN, AT_TEN_TOO, AT_NOON))
INSTANTS = st.sampled_from((AT_TEN, AT_TEN_TOO, AT_NOON))
PATTERNS = st.sampled_from(("a*", "ab*", "*b", "*", "a", "2024*", "*a*"))
RELATIONS = ("Equals", "LessThan", "GreaterThan", "LessThanEquals", "GreaterThanEquals")
TESTS = ("IsNull", "IsBoolean", "IsNumeric", "IsString", "IsTimestamp", "IsPresent", "IsPresent")
VALUES = NUMBERS | TEXTS | st.booleans() | st.none() | st.just([]) | st.just({"c": 1})
INPUTS = st.fixed_dictionaries({}, optional={"a": VALUES | st.builds(dict, c=VALUES), "b": VALUES})


@st.composite
def comparisons(draw):
    family = draw(
        st.sampled_from(("Is", "Is", "Numeric", "String", "Timestamp", "Boolean", "Match"))
    )
    variable = draw(VARIABLES)
    if family == "Is":
        return a(draw(st.sampled_from(TESTS)), draw(st.booleans()), variable)
    if family == "Match":
        return a("StringMatches", draw(PATTERNS), variable)
    relation = "Equals" if family == "Boolean" else draw(st.sampled_from(RELATIONS))
    if draw(st.integers(0, 5)) == 0:
        return a(f"{family}{relation}Path", draw(VARIABLES), variable)
    operands = {
        "Numeric": NUMBERS, "String": TEXTS, "Timestamp": INSTANTS, "Boolean": st.booleans(),
    }  # fmt: skip
    return a(family + relation, draw(operands[family]), variable)


RULES = st.recursive(
    comparisons(),
    lambda inner: (
        st.builds(no, inner)
        | st.lists(inner, min_size=1, max_size=3).map(lambda rules: both(*rules))
        | st.lists(inner, min_size=1, max_size=3).map(lambda rules: either(*rules))
    ),
    max_leaves=4,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(RULES, min_size=2, max_size=5), st.lists(INPUTS, min_size=5, max_size=15))
def test_a_rule_that_is_told_is_never_taken(rules, inputs):
    tree = choice(*rules)
    found = {f"T{fault.path[-1]}" for fault in told(tree)}
    if found:
        machine = asl.load(tree)
        for value in inputs:
            assert machine.run(value).path[-1] not in found
