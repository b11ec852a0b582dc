"""The report as JUnit XML."""

from xml.etree import ElementTree as ET

from asl.cli.reports.junit import to_junit
from tests.cli.reports.faults import fault, report, unreachable, warning


def suite_of(text):
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ')
    suites = ET.fromstring(text.encode())  # noqa: S314 - our own
    (suite,) = suites
    assert (suites.tag, suite.tag) == ("testsuites", "testsuite")
    counts = {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")}
    assert {name: suites.get(name) for name in counts} == counts
    return suite


def test_a_file_is_a_test_case_and_an_error_its_failure():
    suite = suite_of(to_junit([report(fault(), fault("b")), report(name="b.asl.json")]))
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("2", "1", "0")
    assert [case.get("name") for case in suite] == ["order.asl.json", "b.asl.json"]
    first, second = suite
    assert [failure.get("message") for failure in first] == ["Missing 'Next' target: Shipp", "b"]
    assert first[0].get("type") == "ASL-207 missing-target"
    assert first[0].text == str(fault())
    assert len(second) == 0


def test_warnings_are_output_and_no_failure():
    suite = suite_of(to_junit([report(warning(), fault())]))
    assert [element.tag for element in suite[0]] == ["failure", "system-out"]
    assert suite[0][1].text == str(warning())
    assert suite_of(to_junit([report(warning())])).get("failures") == "0"


def test_warnings_are_failures_if_they_count():
    suite = suite_of(to_junit([report(warning(), fault())], is_strict=True))
    assert [element.tag for element in suite[0]] == ["failure", "failure"]
    assert suite_of(to_junit([report(warning())], is_strict=True)).get("failures") == "1"


def test_what_follows_stands_in_the_text_of_the_failure():
    suite = suite_of(to_junit([report(fault(consequences=unreachable("A")))]))
    assert suite[0][0].text.endswith("\n  so 1 state can't be reached: A")


def test_what_xml_can_not_hold_is_replaced():
    bad = "<&\"'>\x00\x1b\ud800\ufffe\uffff]]>"
    suite = suite_of(to_junit([report(fault(bad, pointer=f"/{bad}"), name=f"{bad}.json")]))
    kept = "<&\"'>\\x00\\x1b\\ud800\\ufffe\\uffff]]>"
    assert suite[0].get("name") == f"{kept}.json"
    assert suite[0][0].get("message") == kept
    assert kept in suite[0][0].text


def test_a_fault_without_a_rule_has_the_type_of_its_code():
    assert suite_of(to_junit([report(fault(rule=""))]))[0][0].get("type") == (
        "MISSING_TRANSITION_TARGET"
    )
