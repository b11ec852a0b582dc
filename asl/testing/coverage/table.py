"""A report as a table for the terminal, in the manner of pytest-cov; what is missing by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asl.testing.coverage.report import CoverageReport, Tally

_TITLE = "Definition"
_FIGURES = "{:>8}{:>6}{:>10}{:>6}{:>7}"


def table_of(report: CoverageReport, *, missing: bool = True) -> str:
    """The table, and below each definition what is missing of it, if that is wanted."""
    width = max(map(len, (_TITLE, *(each.name for each in report.definitions))))
    heading = _TITLE.ljust(width) + _FIGURES.format("States", "Miss", "Branches", "Miss", "Cover")
    rule = "-" * len(heading)
    lines = [heading, rule]
    for each in report.definitions:
        lines.append(each.name.ljust(width) + _figures(each.states, each.branches, each.all))
        if missing:
            lines += [f"  {item.missing}" for item in each.missing]
    total = _figures(report.states, report.branches, report.all)
    if report.definitions:
        lines += [rule, "TOTAL".ljust(width) + total]
    else:
        lines += ["no state machine ran"]
    lines += [f"not among the files: {name}" for name in report.others]
    lines += [f"warning: {text}" for text in report.warnings]
    return "\n".join(lines)


def _figures(states: Tally, branches: Tally, both: Tally) -> str:
    return _FIGURES.format(
        states.total, states.missing, branches.total, branches.missing, both.shown
    )
