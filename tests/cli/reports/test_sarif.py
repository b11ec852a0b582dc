"""The report as SARIF 2.1.0, held by what the standard says of each object."""

import json
from types import SimpleNamespace
from urllib.parse import urlsplit

import asl
from asl.cli.reports.sarif import to_sarif
from tests.cli.reports.faults import fault, report, unreachable, warning

CATALOGUE = {
    "ASL-207": SimpleNamespace(
        says="A target exists.", why="It is where\nto go.", example='{"bad": 1}', fix='{"good": 1}'
    ),
    "ASL-906": SimpleNamespace(says="A rule can hold.", why="Else why?", example=None, fix=None),
}


def document_of(*reports):
    """The document, after a look at what holds of any."""
    text = to_sarif(reports, CATALOGUE)
    assert text.isascii()
    document = json.loads(text)
    assert list(document) == ["$schema", "version", "runs"]
    assert document["version"] == "2.1.0"
    assert "sarif" in document["$schema"]
    (run,) = document["runs"]
    assert run["columnKind"] == "unicodeCodePoints"
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("asl", asl.__version__)
    identifiers = [rule["id"] for rule in driver["rules"]]
    assert len(identifiers) == len(set(identifiers))
    for result in run["results"]:
        assert identifiers[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in ("error", "warning")
        assert result["message"]["text"]
        for location in (*result["locations"], *result.get("relatedLocations", ())):
            uri = location["physicalLocation"]["artifactLocation"]["uri"]
            assert urlsplit(uri).geturl() == uri
            assert "\\" not in uri
            assert all(
                value >= 1 for value in location["physicalLocation"].get("region", {}).values()
            )
    return document


def results_of(*reports):
    return document_of(*reports)["runs"][0]["results"]


def test_without_a_fault_there_is_a_run_without_results():
    run = document_of(report())["runs"][0]
    assert run["results"] == []
    assert run["tool"]["driver"]["rules"] == []


def test_a_fault_is_a_result_at_its_place():
    assert results_of(report(fault(), name="orders/order.asl.json")) == [
        {
            "ruleId": "ASL-207",
            "ruleIndex": 0,
            "level": "error",
            "message": {"text": "Missing 'Next' target: Shipp (did you mean 'Ship'?)"},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": "orders/order.asl.json"},
                        "region": {"startLine": 4, "startColumn": 37},
                    },
                    "logicalLocations": [{"fullyQualifiedName": "/States/Pay/Next"}],
                }
            ],
        }
    ]


def test_only_rules_that_occur_are_described_each_once():
    run = document_of(report(warning(), fault()), report(fault()))["runs"][0]
    assert [result["ruleIndex"] for result in run["results"]] == [1, 0, 0]
    target, shadowed = run["tool"]["driver"]["rules"]
    assert target == {
        "id": "ASL-207",
        "name": "missing-target",
        "shortDescription": {"text": "A target exists."},
        "fullDescription": {"text": "A target exists. It is where to go."},
        "help": {
            "text": "A target exists. It is where to go.",
            "markdown": (
                "A target exists.\n\nIt is where\nto go.\n\nReported:\n\n"
                '```\n{"bad": 1}\n```\n\nMended:\n\n```\n{"good": 1}\n```'
            ),
        },
        "defaultConfiguration": {"level": "error"},
    }
    assert shadowed["defaultConfiguration"] == {"level": "warning"}
    assert shadowed["help"]["markdown"] == "A rule can hold.\n\nElse why?"


def test_a_rule_that_nobody_described_has_its_code():
    run = document_of(report(fault(rule=""), fault(rule="ASL-202")))["runs"][0]
    assert run["tool"]["driver"]["rules"] == [
        {
            "id": "ASL-202",
            "name": "state-field-unknown",
            "defaultConfiguration": {"level": "error"},
        },
        {"id": "MISSING_TRANSITION_TARGET"},
    ]


def test_what_follows_is_a_related_location():
    (result,) = results_of(report(fault(consequences=unreachable("Ship", "Done"))))
    first, second = result["relatedLocations"]
    assert (first["id"], second["id"]) == (0, 1)
    assert first["message"]["text"] == "State 'Ship' is not reachable."
    assert first["physicalLocation"]["region"] == {"startLine": 5, "startColumn": 5}
    assert second["logicalLocations"] == [{"fullyQualifiedName": "/States/Done"}]


def test_of_what_is_not_known_nothing_is_said():
    (result,) = results_of(report(warning()))
    assert result["locations"] == [
        {"physicalLocation": {"artifactLocation": {"uri": "order.asl.json"}}}
    ]
    (result,) = results_of(report(fault(column=None)))
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 4}


def test_names_become_references():
    names = {
        "orders/an order#1.asl.json": "orders/an%20order%231.asl.json",
        "../ü.asl.json": "../%C3%BC.asl.json",
        "/srv/a b.asl.json": "file:///srv/a%20b.asl.json",
        "C:/orders/a.asl.json": "file:///C:/orders/a.asl.json",
        "<stdin>": "%3Cstdin%3E",
        "caf\udce9.asl.json": "caf%E9.asl.json",
    }
    for name, uri in names.items():
        (result,) = results_of(report(fault(), name=name))
        location = result["locations"][0]["physicalLocation"]["artifactLocation"]
        assert location == {"uri": uri}


def test_nothing_in_a_message_is_filled_in_or_becomes_a_link():
    (result,) = results_of(report(fault("{0} of [Task, Wait] and [this](https://x)", hint="")))
    assert result["message"]["text"] == r"{{0}} of [Task, Wait] and \[this](https://x)"
