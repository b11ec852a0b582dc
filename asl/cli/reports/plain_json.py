"""Faults as one JSON document of our own: all that is known of each, under stable names."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from asl.cli.reports.counts import errors_in, warnings_in
from asl.language.rules.table import RULES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asl.language.diagnostics import Diagnostic
    from asl.language.report import Report


def to_json(reports: Sequence[Report]) -> str:
    """``{"files": [{"name", "valid", "diagnostics": [...]}], "errors", "warnings"}``."""
    document = {
        "files": [
            {
                "name": report.name,
                "valid": report.is_valid,
                "diagnostics": [_diagnostic(one) for one in report.diagnostics],
            }
            for report in reports
        ],
        "errors": errors_in(reports),
        "warnings": warnings_in(reports),
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _diagnostic(one: Diagnostic) -> dict[str, Any]:
    """All fields are always there; null is for what is not known."""
    rule = RULES.get(one.rule)
    return {
        "rule": one.rule or None,
        "name": rule.name if rule else None,
        "severity": one.severity,
        "code": one.code,
        "message": one.message,
        "pointer": one.pointer,
        "location": one.location,
        "line": one.line,
        "column": one.column,
        "hint": one.hint or None,
        "consequences": [_diagnostic(each) for each in one.consequences],
    }
