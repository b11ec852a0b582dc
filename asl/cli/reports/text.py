"""Faults for people, as compilers show them: what, where, the line, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl.cli.reports.consequences import folded
from asl.cli.reports.counts import errors_in, summary, warnings_in
from asl.cli.reports.excerpt import excerpt
from asl.cli.terminal import painter, visible
from asl.language.diagnostics import clip

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asl.cli.terminal import Paint, Style
    from asl.language.diagnostics import Diagnostic, Severity
    from asl.language.report import Report

_WIDTH = 120
_STYLES: dict[Severity, Style] = {"ERROR": "red", "WARNING": "yellow"}


def to_text(reports: Sequence[Report], *, is_coloured: bool = False) -> str:
    """A paragraph for each fault, then the counts."""
    paint = painter(is_coloured=is_coloured)
    lines: list[str] = []
    for report in reports:
        text = (report.text or "").split("\n") if report.diagnostics else []
        for one in report.diagnostics:
            lines += [*_paragraph(one, visible(report.name), text, paint), ""]
    codes = [one.rule for report in reports for one in report.diagnostics if one.rule]
    if codes:
        lines.append(paint(f"more about a rule: asl validate --explain {codes[0]}", "dim"))
    style: Style = "red" if errors_in(reports) else "yellow" if warnings_in(reports) else "green"
    return "\n".join([*lines, paint(summary(reports), style), ""])


def _paragraph(one: Diagnostic, name: str, text: Sequence[str], paint: Paint) -> Iterator[str]:
    """Such as this, and nothing of what is not known.

    error[ASL-207]: Missing 'Next' target: Shipp
      --> order.asl.json:12:17
       |
    12 |         "Next": "Shipp"
       |                 ^^^^^^^
       = at /States/Pay/Next
       = did you mean 'Ship'?
       = so 2 states can't be reached: Ship, Done
    """
    style = _STYLES[one.severity]
    head = paint(f"{one.severity.lower()}[{one.rule or one.code}]", style)
    yield f"{head}{paint(f': {visible(one.message)}', 'bold')}"
    number = "" if one.line is None else str(one.line)
    margin = " " * len(number)
    place = ":".join((name, *(str(part) for part in (one.line, one.column) if part is not None)))
    yield f"{margin}{paint('-->', 'blue')} {place}"
    bar = paint("|", "blue")
    if one.line is not None and one.column is not None and one.line <= len(text):
        line = text[one.line - 1].removesuffix("\r")
        shown = excerpt(line, one.column, width=_WIDTH - len(number) - len(" | "))
        if shown.line:
            yield f"{margin} {bar}"
            yield f"{paint(number, 'blue')} {bar} {shown.line}"
            yield f"{margin} {bar} {paint(shown.carets, style)}"
    for note in _notes(one):
        yield f"{margin} {paint('=', 'blue')} {note}"


def _notes(one: Diagnostic) -> Iterator[str]:
    if one.pointer:
        yield f"at {visible(clip(one.pointer))}"
    if one.hint:
        yield visible(one.hint)
    yield from folded(one.consequences)
