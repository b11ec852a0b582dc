"""How many faults there are in all files."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asl.language.report import Report


def errors_in(reports: Sequence[Report]) -> int:
    """The number of errors, without what only follows from them."""
    return sum(len(report.errors) for report in reports)


def warnings_in(reports: Sequence[Report]) -> int:
    """The number of warnings, without what only follows from other faults."""
    return sum(len(report.warnings) for report in reports)


def summary(reports: Sequence[Report]) -> str:
    """Such as ``3 errors, 1 warning in 2 of 14 files``, or ``no fault in 14 files``."""
    counts = ((errors_in(reports), "error"), (warnings_in(reports), "warning"))
    said = ", ".join(_counted(count, what) for count, what in counts if count) or "no fault"
    faulty = sum(bool(report.diagnostics) for report in reports)
    of_them = f"{faulty:,} of " if faulty and len(reports) > 1 else ""
    return f"{said} in {of_them}{_counted(len(reports), 'file')}"


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'s' * (count != 1)}"
