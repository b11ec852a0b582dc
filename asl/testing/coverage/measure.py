"""`Coverage`: what tests that don't use pytest call, and what its plugin is made of."""

from __future__ import annotations

from contextlib import ExitStack
from os import fspath
from pathlib import Path
from typing import TYPE_CHECKING, Self

from asl.errors import UsageError
from asl.testing.coverage.counting import Counting
from asl.testing.coverage.files import find_files, name_of
from asl.testing.coverage.report import Counted, report_of
from asl.testing.coverage.saved import parse_saved, read_saved

if TYPE_CHECKING:
    from os import PathLike
    from types import TracebackType

    from asl.testing.coverage.counting import Counts
    from asl.testing.coverage.report import CoverageReport
    from asl.testing.coverage.saved import Saved


class Coverage:
    """Counts what the executions of a block of code do with their definitions.

        with Coverage("definitions/") as coverage:
            machine.run(...)
        print(coverage.report())

    All executions of this process are seen that are started, restored, forked or redriven in the
    block, whoever runs them: nested ones and the children of Map Runs too. The block may be entered
    again; counts add up.

    Args:
        paths: What the reports are about: files, folders or patterns, also of definitions that
            nothing runs. Everything that ran, if none is given.
        root: The folder that paths are relative to; the current one if not given.

    Raises:
        UsageError: A path leads nowhere, or to what is no definition.
    """

    def __init__(
        self, *paths: str | PathLike[str], root: str | PathLike[str] | None = None
    ) -> None:
        self._root = Path.cwd() if root is None else Path(root).absolute()
        wanted = [fspath(path) for path in paths]
        self._files = find_files(wanted, self._root) if wanted else None
        self._counting = Counting()
        self._saved: list[Counted] = []
        self._open = ExitStack()
        self._is_open = False

    def __enter__(self) -> Self:
        if self._is_open:
            raise UsageError("this Coverage is watching already: leave its block first")
        self._is_open = True
        self._open.enter_context(self._counting.watch())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()
        self._is_open = False

    def combine(self, *files: str | PathLike[str]) -> None:
        """Add what other runs have counted.

        Args:
            files: JSON reports that they saved.

        Raises:
            UsageError: One is not there, or is no such report.
        """
        for file in files:
            self._add(read_saved(Path(file)))

    def add(self, text: str, origin: str) -> None:
        """Add the text of a JSON report; ``origin`` says in errors where it came from."""
        self._add(parse_saved(text, origin))

    def warn(self, text: str) -> None:
        """Have reports say that something could not be counted."""
        self._counting.warn(text)

    def report(self) -> CoverageReport:
        """What was counted until now."""
        counted = [self._counted(counts) for counts in self._counting.counts()]
        return report_of([*self._saved, *counted], self._files, self._counting.warnings, self._root)

    def _add(self, saved: Saved) -> None:
        self._saved += saved.counted
        for warning in saved.warnings:
            self.warn(warning)

    def _counted(self, counts: Counts) -> Counted:
        return Counted(
            counts.name,
            None if counts.path is None else name_of(Path(counts.path), self._root),
            counts.fingerprint,
            counts.definition,
            counts.executions,
            counts.hits(),
        )
