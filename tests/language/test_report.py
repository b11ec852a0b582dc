"""A report: what it holds, how it prints, what AWS would answer."""

import json
import pickle

import pytest

from asl.checking import check
from asl.language.diagnostics import Diagnostic
from asl.language.report import Report
from tests.definitions import SUCCEED, choice, pass_, retry, scope, task
from tests.language.findings import LAMBDA

ERROR = Diagnostic(
    "SCHEMA_VALIDATION_FAILED", "bad", "/States/A", rule="ASL-202", location="/States/A"
)
WARNING = Diagnostic("ASL-336", "odd", "/States/A", severity="WARNING", rule="ASL-336")
DOLLAR = Diagnostic(
    "NO_DOLLAR", "looks", "/States/A", severity="WARNING", rule="ASL-221", location="/States/A"
)


def test_a_report_without_an_error_is_valid():
    assert Report(()).is_valid
    assert Report((WARNING,)).is_valid
    assert not Report((WARNING, ERROR)).is_valid


def test_errors_and_warnings_are_told_apart():
    report = Report((WARNING, ERROR, DOLLAR))
    assert report.errors == (ERROR,)
    assert report.warnings == (WARNING, DOLLAR)


@pytest.mark.parametrize(
    ("diagnostics", "summary"),
    [
        ((), "no fault"),
        ((ERROR,), "1 error"),
        ((ERROR, ERROR), "2 errors"),
        ((WARNING,), "1 warning"),
        ((ERROR, WARNING, WARNING), "1 error, 2 warnings"),
        ((ERROR, ERROR, WARNING), "2 errors, 1 warning"),
    ],
)
def test_a_summary_counts(diagnostics, summary):
    assert Report(diagnostics).summary() == summary
    assert str(Report(diagnostics, "a.json")).splitlines()[-1] == f"a.json: {summary}"


def test_what_follows_stands_behind_its_cause():
    broken = scope(A=pass_(Next="Shp"), Ship=SUCCEED)
    assert str(check(broken)).splitlines() == [
        "<definition>: error MISSING_TRANSITION_TARGET at /States/A/Next: "
        "Missing 'Next' target: Shp (did you mean 'Ship'?)",
        '    so: State "Ship" is not reachable.',
        "<definition>: 1 error",
    ]


def test_a_name_can_not_break_the_lines_of_a_report():
    name = "a\n\x1b[2Jb\u2028"
    broken = {"StartAt": "A", "States": {"A": pass_(Next="X"), name: SUCCEED}}
    lines = str(check(broken)).splitlines()
    assert len(lines) == 4
    assert all(line.isprintable() for line in lines)


def test_a_report_is_a_value():
    report = check(json.dumps(scope(A=pass_(Next="Shp"), Ship=SUCCEED)))
    copy = pickle.loads(pickle.dumps(report))  # noqa: S301 - it is our own
    assert copy == report
    assert "text" not in repr(report)
    assert hash(report) == hash(copy)


# ---------------------------------------------------------------- AWS's answer


def test_aws_answers_ok_if_there_is_no_error():
    assert check(scope(A=SUCCEED)).to_aws() == {
        "result": "OK",
        "diagnostics": [],
        "truncated": False,
    }


def test_aws_is_not_told_of_our_own_rules():
    machine = scope(A=task(LAMBDA, Retry=[retry("E"), retry("E")]))
    assert [one.rule for one in check(machine).diagnostics] == ["ASL-336"]
    assert check(machine).to_aws()["diagnostics"] == []


def test_a_warning_of_aws_does_not_make_it_fail():
    machine = scope(A=pass_(Parameters={"x": "$.a"}))
    answer = check(machine).to_aws()
    assert answer["result"] == "OK"
    assert answer["diagnostics"] == [
        {
            "severity": "WARNING",
            "code": "NO_DOLLAR",
            "message": "The value of 'x' looks like a JSONPath or intrinsic function. "
            "Use 'x.$' to evaluate it",
            "location": "/States/A/Parameters",
        }
    ]


def test_consequences_stand_beside_their_causes_in_the_order_of_aws():
    """Shapes first, then targets, then that there is no end, then lost states."""
    broken = {
        "StartAt": "A",
        "States": {
            "A": pass_(Next="X", Comment=5),
            "B": SUCCEED,
            "C": choice({"Variable": "$.x", "IsNull": True, "Next": "B"}, Default="Y"),
        },
    }
    codes = [(one["code"], one.get("location")) for one in check(broken).to_aws()["diagnostics"]]
    assert codes == [
        ("SCHEMA_VALIDATION_FAILED", "/States/A/Comment"),
        ("MISSING_TRANSITION_TARGET", "/States/A/Next"),
        ("MISSING_TRANSITION_TARGET", "/States/C/Default"),
        ("MISSING_TRANSITION_TARGET", "/States/B"),
        ("MISSING_TRANSITION_TARGET", "/States/C"),
    ]


@pytest.mark.parametrize(
    ("definition", "wanted"),
    [
        (  # recorded: BasicStructure-005
            {"StartAt": "First", "States": {}},
            [
                ("Value cannot be empty", "/States"),
                ("Missing 'Next' target: First", "/StartAt"),
                ("Workflow has no terminal state", None),
            ],
        ),
        (  # recorded: BasicStructure-007
            {"StartAt": "MissingState", "States": {"First": SUCCEED}},
            [
                ("Missing 'Next' target: MissingState", "/StartAt"),
                ('State "First" is not reachable.', "/States/First"),
            ],
        ),
        (  # recorded: BasicStructure-001
            {"StartAt": "A", "States": {"A": {"End": True}}},
            [
                ("The field 'Type' is required", "/States/A"),
                ("Workflow has no terminal state", None),
            ],
        ),
        (  # recorded: BasicStructure-004
            {"StartAt": "A", "States": {"A": {"Type": "Pass"}}},
            [
                (
                    "This object should have only one of the following fields: [Next, End]",
                    "/States/A",
                ),
                ("Workflow has no terminal state", None),
            ],
        ),
        ({}, [("These fields are required: [States, StartAt]", "/")]),
    ],
)
def test_messages_come_in_the_order_that_was_recorded(definition, wanted):
    answer = check(definition).to_aws()["diagnostics"]
    assert [(one["message"], one.get("location")) for one in answer] == wanted


def test_a_place_that_is_not_there_is_left_out():
    (only,) = check({"StartAt": "A", "States": {"A": pass_(Next="A")}}).to_aws()["diagnostics"]
    assert only == {
        "severity": "ERROR",
        "code": "MISSING_END_STATE",
        "message": "Workflow has no terminal state",
    }


def test_malformed_text_has_the_place_that_the_parser_of_aws_says():
    (only,) = check('{"a": 1,}').to_aws()["diagnostics"]
    assert only["code"] == "INVALID_JSON_DESCRIPTION"
    assert only["message"].endswith('\n at [Source: (String)"{"a": 1,}"; line: 1, column: 9]')


def many(count):
    return Report(tuple(Diagnostic("C", str(n), rule="ASL-202") for n in range(count)))


@pytest.mark.parametrize(
    ("count", "most", "told", "truncated"),
    [
        (100, None, 100, False),
        (101, None, 100, True),
        (101, 0, 100, True),
        (5, 5, 5, False),
        (6, 5, 5, True),
        (6, 1, 1, True),
    ],
)
def test_aws_tells_of_so_many_only(count, most, told, truncated):
    wish = {} if most is None else {"max_results": most}
    answer = many(count).to_aws(**wish)
    assert len(answer["diagnostics"]) == told
    assert answer["truncated"] is truncated
    assert answer["result"] == "FAIL"


def test_consequences_count_as_results():
    broken = scope(A=pass_(Next="X"), B=SUCCEED, C=SUCCEED)
    assert len(check(broken).diagnostics) == 1
    assert check(broken).to_aws(max_results=2)["truncated"]
    assert not check(broken).to_aws(max_results=3)["truncated"]
