"""Faults as JUnit XML, which most CI servers show: a test case for each file."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from asl.cli.reports.consequences import folded
from asl.cli.terminal import visible
from asl.language.rules.table import RULES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asl.language.diagnostics import Diagnostic
    from asl.language.report import Report

_SUITE = "asl validate"


def to_junit(reports: Sequence[Report], *, is_strict: bool = False) -> str:
    """A failure for each error, and for each warning too if they count; else warnings are output.

    The ``failures`` of the suite are test cases: the files that failed.
    """
    suites = ET.Element("testsuites", name=_SUITE)
    suite = ET.SubElement(suites, "testsuite", name=_SUITE)
    failed = 0
    for report in reports:
        case = ET.SubElement(suite, "testcase", classname=_SUITE, name=visible(report.name))
        failing = report.diagnostics if is_strict else report.errors
        for one in failing:
            failure = ET.SubElement(case, "failure", type=_kind(one), message=visible(one.message))
            failure.text = _lines(one)
        if report.warnings and not is_strict:
            ET.SubElement(case, "system-out").text = "\n".join(map(_lines, report.warnings))
        failed += bool(failing)
    for element in (suites, suite):
        counts = {"tests": len(reports), "failures": failed, "errors": 0, "skipped": 0}
        element.attrib |= {name: str(count) for name, count in counts.items()}
    ET.indent(suites)
    text = ET.tostring(suites, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _kind(one: Diagnostic) -> str:
    rule = RULES.get(one.rule)
    return f"{rule.code} {rule.name}" if rule else one.code


def _lines(one: Diagnostic) -> str:
    """What `visible` leaves alone are characters that XML can hold."""
    return "\n".join([visible(str(one)), *(f"  {line}" for line in folded(one.consequences))])
