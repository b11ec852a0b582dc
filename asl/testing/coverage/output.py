"""Which form of a report goes where: what ``--asl-cov-report`` says, and so does the command."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from asl.errors import UsageError, quote
from asl.language.faults import nearest

if TYPE_CHECKING:
    from asl.testing.coverage.report import CoverageReport

#: The forms, with where a file or folder goes by default; None for those that are printed.
_TARGETS = {
    "term": None,
    "term-missing": None,
    "html": "asl_htmlcov",
    "json": "asl_coverage.json",
    "lcov": "asl_coverage.lcov",
}


class Output(NamedTuple):
    """A form of a report, and its file, or folder for a page; None where it is printed."""

    form: str
    target: str | None


def read_output(text: str) -> Output:
    """What ``term``, ``term-missing``, ``html[:DIR]``, ``json[:FILE]`` or ``lcov[:FILE]`` means.

    Raises:
        UsageError: It is none of these.
    """
    form, colon, target = text.partition(":")
    if form not in _TARGETS:
        close = nearest(form, _TARGETS)
        hint = f"; did you mean {close!r}?" if close else ""
        raise UsageError(
            f"a coverage report is one of {', '.join(_TARGETS)}, not {quote(form)}{hint}"
        )
    default = _TARGETS[form]
    if colon and default is None:
        raise UsageError(f"{form} is printed: it takes no file, as in {quote(text)}")
    if colon and not target:
        raise UsageError(f"{quote(text)} names no file: leave the colon out for {default!r}")
    return Output(form, target or default)


def write_form(report: CoverageReport, text: str) -> str:
    """What `CoverageReport.write` does; each form is imported when it is asked for."""
    output = read_output(text)
    if output.target is None:
        from asl.testing.coverage.table import table_of  # noqa: PLC0415

        return table_of(report, missing=output.form == "term-missing")
    path = report.root / output.target
    notes: list[str] = []
    if output.form == "html":
        from asl.testing.coverage.page import page_of  # noqa: PLC0415

        path, content = path / "index.html", page_of(report)
    elif output.form == "json":
        from asl.testing.coverage.saved import json_of  # noqa: PLC0415

        content = json_of(report)
    else:
        from asl.testing.coverage.lcov import lcov_of  # noqa: PLC0415

        content, notes = lcov_of(report)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(f"can't write the coverage to {quote(str(path))}: {reason}") from error
    return "\n".join([f"ASL coverage written to {path}", *(f"  {note}" for note in notes)])


def verdict(report: CoverageReport, least: float) -> tuple[bool, str]:
    """Whether the coverage is at least so many percent, and what is said of it."""
    if not report.definitions:
        return False, f"ASL coverage of {least:g}% not reached: no state machine ran"
    shown = f"{int(report.percent * 100) / 100:.2f}%"  # cut, so that it never looks like enough
    is_enough = report.percent >= least
    word = "reached" if is_enough else "not reached"
    return is_enough, f"Required ASL coverage of {least:g}% {word}. Total: {shown}"


def read_least(text: str) -> float:
    """A percentage that somebody gave.

    Raises:
        UsageError: It is no number from 0 to 100.
    """
    try:
        least = float(text)
    except ValueError:
        least = -1
    if not 0 <= least <= 100:
        raise UsageError(f"the least coverage is a number from 0 to 100, not {quote(text)}")
    return least
