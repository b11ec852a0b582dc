"""Mutation testing within a session of pytest: the tests themselves tell what they notice.

All tests run as ever, and it is remembered which of them run a machine of the definition, and which
states they enter. Then each mutant takes the place of these machines, and the tests that may notice
it run again, their fixtures too, until one fails. What was made when a test module was imported is
not made again; but the machines that it holds are mutants too.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, cast

import pytest
from _pytest.runner import runtestprotocol  # as other plugins that run tests again do

from asl.language.source import read_source
from asl.runtimes.watching import watched_by
from asl.testing.mutation.hypotheses import without_shrinking
from asl.testing.mutation.mutants import mutants_of
from asl.testing.mutation.report import MutationReport
from asl.testing.mutation.running import Seen, bounded, judged, loaded
from asl.testing.mutation.standin import StandIns

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from pathlib import Path

    from asl.engine.execution import Execution
    from asl.language.model import Definition
    from asl.language.source import Source
    from asl.testing.mutation.mutants import Tree


class _Quiet:
    """Runs a test without telling anybody how it goes; what other plugins do round a test is done.

    Attributes:
        has_failed: Whether the last one did.
    """

    has_failed = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool:
        """Run it."""
        reports = runtestprotocol(item, log=False, nextitem=nextitem)
        self.has_failed = any(report.failed for report in reports)
        return True


class Mutating:
    """Runs the tests of a session on mutants, after they have run.

    Args:
        paths: The files of the definitions.
        config: Of the session.

    Raises:
        AslError: A file can't be read, or is no definition.
    """

    def __init__(self, paths: list[Path], config: pytest.Config) -> None:
        self._config = config
        root = config.invocation_params.dir
        self._sources: dict[str, Source] = {}
        for path in paths:
            name = str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
            self._sources[name] = read_source(path, keeps_placeholders=True)
        self._stand_ins = StandIns({name: each.tree for name, each in self._sources.items()})
        self._buckets: list[list[Execution]] = []
        self._of_fixtures: dict[str, list[Execution]] = defaultdict(list)
        self._definitions: dict[str, Definition] = {}
        self._seen: dict[str, dict[str, Seen]] = {name: {} for name in self._sources}
        self._items: dict[str, pytest.Item] = {}
        self._failed: set[str] = set()
        self._reports: list[MutationReport] = []
        self._complaints: list[str] = []
        self._is_recording = True
        self._quiet = _Quiet()
        self._watch = watched_by(self._see)
        self._watch.__enter__()

    def close(self) -> None:
        """Look at no more machines and executions."""
        self._watch.__exit__(None, None, None)
        self._stand_ins.close()

    # While tests run as ever.

    def _see(self, execution: Execution) -> None:
        for bucket in self._buckets:
            bucket.append(execution)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Remember what the executions of a test do."""
        if not self._is_recording:
            return (yield)
        executions: list[Execution] = []
        self._buckets.append(executions)
        try:
            return (yield)
        finally:
            self._buckets.pop()
            for name in getattr(item, "fixturenames", ()):
                executions += self._of_fixtures.get(name, ())
            self._remember(item, executions)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[Any]
    ) -> Generator[None, object, object]:
        """Remember what is done once for several tests."""
        if fixturedef.scope == "function" or not self._is_recording:
            return (yield)
        executions: list[Execution] = []
        self._buckets.append(executions)
        try:
            return (yield)
        finally:
            self._buckets.pop()
            self._of_fixtures[fixturedef.argname] += executions

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember which tests fail."""
        if report.failed:
            self._failed.add(report.nodeid)

    def _remember(self, item: pytest.Item, executions: list[Execution]) -> None:
        seen = Seen()
        names: dict[str, Definition] = {}
        known: dict[int, str | None] = {}
        for execution in executions:
            seen.add(execution)
            definition = execution.program.definition
            if id(definition) not in known:
                known[id(definition)] = self._stand_ins.name_of(definition.tree)
            name = known[id(definition)]
            if name is not None:
                names[name] = definition
        for name, definition in names.items():
            self._definitions.setdefault(name, definition)
            self._seen[name][item.nodeid] = seen
            self._items[item.nodeid] = item

    # When they have run.

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        """Try the mutants after the last test."""
        result = yield
        if not session.config.option.collectonly:
            self._is_recording = False
            self._config.pluginmanager.register(self._quiet, "asl-mutating-quiet")
            for name, source in self._sources.items():
                self._mutate(name, source)
        return result

    def _mutate(self, name: str, source: Source) -> None:
        seen = self._seen[name]
        failed = sorted(self._failed & seen.keys())
        if not seen:
            self._complaints.append(f"{name}: no test has run it in this process")
        elif failed:
            self._complaints.append(f"{name}: not mutated, since {failed[0]} fails already")
        elif unsteady := next((test for test in seen if self._fails(test, seen[test])), None):
            self._complaints.append(
                f"{name}: not mutated, since {unsteady} passes once, but not a second time"
            )
        else:
            self._reports.append(self._report(name, source, seen))

    def _report(self, name: str, source: Source, seen: Mapping[str, Seen]) -> MutationReport:
        definition = self._definitions[name]
        tree = cast("Tree", definition.tree)
        verdicts = []
        for mutant in mutants_of(tree, definition.type):
            if loaded(mutant.applied_to(tree), definition.type) is None:
                continue
            with self._stand_ins.put(name, mutant):
                verdicts.append(
                    judged(mutant, source, seen, lambda nodeid: self._fails(nodeid, seen[nodeid]))
                )
        return MutationReport(name, tuple(verdicts))

    def _fails(self, nodeid: str, seen: Seen) -> bool:
        item = self._items[nodeid]
        with bounded(seen), without_shrinking(item):
            item.ihook.pytest_runtest_protocol(item=item, nextitem=None)
        return self._quiet.has_failed

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Fail if too few mutants were killed; write the file that was asked for."""
        least = self._config.getoption("asl_mutate_least")
        for report in self._reports:
            if least is not None and report.score < least:
                self._complaints.append(f"{report.name}: less than {least:g} % are killed")
        file = self._config.getoption("asl_mutate_json")
        if file is not None and self._reports:
            text = ",\n".join(report.to_json() for report in self._reports)
            try:
                (self._config.invocation_params.dir / file).write_text(
                    f"[\n{text}\n]\n", encoding="utf-8"
                )
            except OSError as error:
                self._complaints.append(f"--asl-mutate-json {file}: {error.strerror}")

        if self._complaints and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print what was found."""
        if self._reports or self._complaints:
            terminalreporter.section("ASL mutants")
        for report in self._reports:
            terminalreporter.write_line(str(report))
        for complaint in self._complaints:
            terminalreporter.write_line(f"FAIL {complaint}", red=True, bold=True)
