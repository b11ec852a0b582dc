"""The JSON report: all that is known of each fault, under names that stay."""

import json

from asl.cli.reports.plain_json import to_json
from tests.cli.reports.faults import fault, report, unreachable, warning


def test_each_file_has_its_diagnostics_and_the_whole_its_counts():
    document = json.loads(to_json([report(fault(), warning()), report(name="b.asl.json")]))
    assert list(document) == ["files", "errors", "warnings"]
    assert (document["errors"], document["warnings"]) == (1, 1)
    assert [(file["name"], file["valid"]) for file in document["files"]] == [
        ("order.asl.json", False),
        ("b.asl.json", True),
    ]
    assert document["files"][1]["diagnostics"] == []
    assert document["files"][0]["diagnostics"][0] == {
        "rule": "ASL-207",
        "name": "missing-target",
        "severity": "ERROR",
        "code": "MISSING_TRANSITION_TARGET",
        "message": "Missing 'Next' target: Shipp",
        "pointer": "/States/Pay/Next",
        "location": "/States/Pay/Next",
        "line": 4,
        "column": 37,
        "hint": "did you mean 'Ship'?",
        "consequences": [],
    }


def test_what_is_not_known_is_null():
    one = warning(rule="", code="TRUNCATED")
    (found,) = json.loads(to_json([report(one)]))["files"][0]["diagnostics"]
    empty = {key for key, value in found.items() if value is None}
    assert empty == {"rule", "name", "location", "line", "column", "hint"}


def test_consequences_have_the_same_form():
    one = fault(consequences=unreachable("Ship"))
    (found,) = json.loads(to_json([report(one)]))["files"][0]["diagnostics"]
    (follower,) = found["consequences"]
    assert follower["rule"] == "ASL-110"
    assert follower.keys() == found.keys()


def test_a_file_with_warnings_alone_is_valid():
    assert json.loads(to_json([report(warning())]))["files"][0]["valid"] is True


def test_text_is_text():
    assert "ü" in to_json([report(fault("ü"))])
