"""Faults as workflow commands: GitHub Actions shows each beside its line in a pull request.

Source: GitHub documentation, "Workflow commands for GitHub Actions".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl.cli.reports.consequences import folded
from asl.cli.reports.counts import summary
from asl.cli.terminal import visible
from asl.language.rules.table import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asl.language.diagnostics import Diagnostic
    from asl.language.report import Report

_IN_MESSAGE = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def to_github(reports: Sequence[Report]) -> str:
    """A command for each fault; the counts come last, as plain text."""
    commands = [_command(report.name, one) for report in reports for one in report.diagnostics]
    return "\n".join([*commands, summary(reports), ""])


def _command(name: str, one: Diagnostic) -> str:
    rule = RULES.get(one.rule)
    properties = {
        "file": name,
        "line": one.line,
        "col": one.column,
        "title": f"{rule.code} {rule.name}" if rule else one.code,
    }
    given = ",".join(
        f"{key}={str(value).translate(_IN_PROPERTY)}"
        for key, value in properties.items()
        if value is not None
    )
    message = "\n".join(_lines(one)).translate(_IN_MESSAGE)
    return f"::{one.severity.lower()} {given}::{message}"


def _lines(one: Diagnostic) -> Iterator[str]:
    yield visible(one.message)
    if one.hint:
        yield visible(one.hint)
    yield from folded(one.consequences)
