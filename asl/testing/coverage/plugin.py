"""The options of pytest: ``--asl-cov`` and those that begin like it.

With pytest-xdist each worker counts for itself and hands its counts, as a JSON report, to the
controller when it ends. A worker that crashes has nothing to hand over: the report says so.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

import pytest

from asl.errors import AslError, UsageError

if TYPE_CHECKING:
    from asl.testing.coverage.measure import Coverage

_HANDED_OVER = "asl_coverage"
_OPTIONS = {
    "asl_cov_report": "--asl-cov-report",
    "asl_cov_least": "--asl-cov-fail-under",
    "asl_cov_append": "--asl-cov-append",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("asl-cov", "coverage of state machines (Amazon States Language)")
    group.addoption(
        "--asl-cov",
        action="append",
        nargs="?",
        const="",
        metavar="PATH",
        help="measure the coverage of the definitions that run; or of those at PATH (a file, a "
        "folder or a pattern), run or not. May be repeated.",
    )
    group.addoption(
        "--asl-cov-report",
        action="append",
        type=_report,
        metavar="TYPE",
        help="term (the default), term-missing, html[:DIR], json[:FILE] or lcov[:FILE]. "
        "May be repeated.",
    )
    group.addoption(
        "--asl-cov-fail-under",
        dest="asl_cov_least",
        type=_least,
        metavar="MIN",
        help="fail if less than MIN percent are covered",
    )
    group.addoption(
        "--asl-cov-append",
        action="append",
        metavar="FILE",
        help="add what an earlier run has saved with --asl-cov-report json:FILE. May be repeated.",
    )


def _report(text: str) -> str:
    """The text of a report that is asked for, checked; workers are sent plain values only."""
    from asl.testing.coverage.output import read_output  # noqa: PLC0415 - only who asks pays for it

    try:
        read_output(text)
    except UsageError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return text


def _least(text: str) -> float:
    from asl.testing.coverage.output import read_least  # noqa: PLC0415

    try:
        return read_least(text)
    except UsageError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def pytest_configure(config: pytest.Config) -> None:
    """Start counting, if that is asked for."""
    paths = config.getoption("asl_cov")
    if paths is None:
        for name, option in _OPTIONS.items():
            if config.getoption(name) is not None:
                raise pytest.UsageError(f"{option} needs --asl-cov")
        return
    from asl.testing.coverage.measure import Coverage  # noqa: PLC0415 - only who measures pays

    is_worker = hasattr(config, "workerinput")
    root = config.invocation_params.dir
    try:
        if is_worker:  # it counts everything; the controller knows what is asked for
            config.pluginmanager.register(_Worker(Coverage(root=root)), "asl-coverage-worker")
            return
        coverage = Coverage(*(path for path in paths if path), root=root)
        coverage.combine(*(root / file for file in config.getoption("asl_cov_append") or ()))
    except AslError as error:
        raise pytest.UsageError(str(error)) from error
    config.pluginmanager.register(_Reporter(config, coverage), "asl-coverage")


class _Counts:
    """Counts from here to the end of the session."""

    def __init__(self, coverage: Coverage) -> None:
        self.coverage = coverage
        coverage.__enter__()

    def pytest_unconfigure(self) -> None:
        self.coverage.__exit__(None, None, None)


class _Worker(_Counts):
    """Counts in a worker of pytest-xdist."""

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Hand the counts to the controller."""
        from asl.testing.coverage.saved import json_of  # noqa: PLC0415

        handed_over: dict[str, str] = session.config.workeroutput  # type: ignore[attr-defined]  # xdist's
        handed_over[_HANDED_OVER] = json_of(self.coverage.report())


class _Reporter(_Counts):
    """Counts, and reports at the end."""

    def __init__(self, config: pytest.Config, coverage: Coverage) -> None:
        super().__init__(coverage)
        self._forms: list[str] = config.getoption("asl_cov_report") or ["term"]
        self._least: float | None = config.getoption("asl_cov_least")
        self._said: list[tuple[str, bool]] = []

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:  # noqa: ANN401 - of xdist, if it is there
        """Take over what a worker of pytest-xdist has counted."""
        text = getattr(node, "workeroutput", {}).get(_HANDED_OVER)
        if text is None:
            self.coverage.warn(
                f"the worker {node.gateway.id} has crashed: its runs are not counted"
            )
        else:
            self.coverage.add(text, f"worker {node.gateway.id}")

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Make the reports, and fail if too little is covered."""
        from asl.testing.coverage.output import verdict  # noqa: PLC0415

        if session.config.getoption("collectonly"):
            return
        report = self.coverage.report()
        for form in self._forms:
            try:
                self._say(report.write(form))
            except AslError as error:
                self._fail(session, str(error))
        if self._least is not None:
            is_enough, sentence = verdict(report, self._least)
            if is_enough:
                self._say(sentence)
            else:
                self._fail(session, f"FAIL {sentence}")

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print what is to be printed."""
        if self._said:
            terminalreporter.section("ASL coverage")
        for text, is_bad in self._said:
            terminalreporter.write_line(text, red=is_bad, bold=is_bad)

    def _say(self, text: str, *, is_bad: bool = False) -> None:
        self._said.append((text, is_bad))

    def _fail(self, session: pytest.Session, sentence: str) -> None:
        self._say(sentence, is_bad=True)
        if session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
