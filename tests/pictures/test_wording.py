"""Texts for what stands in a definition, whatever stands there."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asl.language.walk import survey
from asl.pictures.wording import caught, described, retried, rule_text, span

V = {"Variable": "$.a"}


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ({**V, "NumericGreaterThan": 50}, "$.a > 50"),
        ({**V, "NumericLessThanEqualsPath": "$.b"}, "$.a <= $.b"),
        ({**V, "StringEquals": "x y"}, '$.a = "x y"'),
        ({**V, "StringEqualsPath": "$.b"}, "$.a = $.b"),
        ({**V, "StringMatches": "log-*"}, '$.a matches "log-*"'),
        ({**V, "BooleanEquals": False}, "$.a = false"),
        ({**V, "TimestampLessThan": "2026-01-01T00:00:00Z"}, '$.a < "2026-01-01T00:00:00Z"'),
        ({**V, "IsPresent": True}, "$.a is present"),
        ({**V, "IsNull": False}, "$.a is not null"),
        ({**V, "IsString": True}, "$.a is a string"),
        ({"Not": {**V, "IsPresent": True}}, "not ($.a is present)"),
        (
            {"And": [{**V, "IsPresent": True}, {"Or": [{**V, "StringEquals": "x"}, {"Not": V}]}]},
            '$.a is present and ($.a = "x" or not (no condition))',
        ),
        ({"And": [{**V, "IsPresent": True}]}, "$.a is present"),
        ({"Condition": "{%  $n >\n 5 %}"}, "$n > 5"),
        ({"Condition": True}, "true"),
        ({"Condition": "${Open}"}, "${Open}"),
        ({"StringEquals": "x"}, '? = "x"'),
        ({**V, "StringEqual": "x"}, '{"StringEqual":"x"}'),
        ({"Next": "B"}, "no condition"),
        ({"And": "x"}, '{"And":"x"}'),
        ({"Or": [7, None]}, "7 or null"),
    ],
)
def test_rules_read_as_conditions(rule, text):
    assert rule_text(rule) == text


def test_a_long_rule_is_cut():
    assert len(rule_text({"Condition": "{% " + "x" * 5000 + " %}"})) == 1000


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        ({"ErrorEquals": ["A", "B"]}, "A, B"),
        ({"ErrorEquals": "A"}, "A"),
        ({"ErrorEquals": []}, ""),
        ({}, "no ErrorEquals"),
    ],
)
def test_errors_of_a_catcher(entry, text):
    assert caught(entry) == text


def test_attempts_that_are_not_known_yet():
    assert retried({"ErrorEquals": ["A"], "MaxAttempts": "${Most}"}) == "retry ${Most}× A"


INVOKE = "arn:aws:states:::lambda:invoke"
ARN = "arn:aws:lambda:eu-west-1:123456789012:function:pay:7"


@pytest.mark.parametrize(
    ("state", "text"),
    [
        ({"Type": "Task", "Resource": ARN}, "Task · lambda pay"),
        (
            {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage"},
            "Task · sqs:sendMessage",
        ),
        (
            {"Type": "Task", "Resource": f"{INVOKE}.waitForTaskToken"},
            "Task · lambda:invoke.waitForTaskToken",
        ),
        (
            {"Type": "Task", "Resource": INVOKE, "Parameters": {"FunctionName": ARN}},
            "Task · lambda:invoke pay",
        ),
        (
            {"Type": "Task", "Resource": INVOKE, "Arguments": {"FunctionName": "${Pay}"}},
            "Task · lambda:invoke ${Pay}",
        ),
        (
            {"Type": "Task", "Resource": "arn:aws:states:eu-west-1:1:activity:pack"},
            "Task · activity pack",
        ),
        ({"Type": "Task"}, "Task · no Resource"),
        ({"Type": "Task", "Resource": 7}, "Task · no Resource"),
        ({"Type": "Wait", "Seconds": 28512000}, "Wait · 330 d"),
        ({"Type": "Wait", "SecondsPath": "$.s"}, "Wait · $.s"),
        ({"Type": "Wait", "Seconds": "{% $s %}"}, "Wait · $s"),
        ({"Type": "Wait", "Seconds": 10**40}, f"Wait · {10**40}"),
        (
            {"Type": "Wait", "Timestamp": "2026-01-01T00:00:00Z"},
            "Wait · until 2026-01-01T00:00:00Z",
        ),
        ({"Type": "Wait"}, "Wait"),
        ({"Type": "Fail", "ErrorPath": "$.e"}, "Fail · $.e"),
        ({"Type": "Parallel", "Branches": [{}]}, "Parallel · 1 branch"),
        ({"Type": "Map", "MaxConcurrency": 0, "ItemProcessor": {}}, "Map"),
        ({"Type": "Map", "MaxConcurrencyPath": "$.n"}, "Map · $.n at a time"),
    ],
)
def test_states_say_what_they_are_about(state, text):
    (machine,) = [each for each in survey({"States": {"A": state}}, "STANDARD") if not each.path]
    assert described(machine.states["A"]) == text


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(), "0 s"),
        (timedelta(milliseconds=250), "0.25 s"),
        (timedelta(seconds=59.9999), "1 min"),
        (timedelta(seconds=60), "1 min"),
        (timedelta(seconds=90), "1 min 30 s"),
        (timedelta(hours=2, seconds=5), "2 h"),
        (timedelta(hours=2, minutes=5), "2 h 5 min"),
        (timedelta(days=330, hours=1), "330 d 1 h"),
    ],
)
def test_spans_have_their_two_largest_units(length, text):
    assert span(length) == text


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)
FIELDS = st.sampled_from(
    [
        "And",
        "Or",
        "Not",
        "Condition",
        "Variable",
        "StringEquals",
        "IsNull",
        "ErrorEquals",
        "MaxAttempts",
    ]
)


@given(st.dictionaries(FIELDS, JSON))
def test_any_shape_has_a_text(tree):
    for text in (rule_text(tree), caught(tree), retried(tree)):
        assert isinstance(text, str)
