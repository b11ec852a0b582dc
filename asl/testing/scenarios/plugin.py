"""The pytest plugin: files of scenarios (``*.asl-test.yaml``) are collected, a test each scenario.

It is loaded in every pytest session, so it imports what it needs only when there is such a file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from asl.testing.scenarios import SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike
    from pathlib import Path

    from asl.testing.scenarios.scenario import Scenario


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Take files of scenarios."""
    if file_path.name.endswith(SUFFIXES):
        return ScenarioFile.from_parent(parent, path=file_path)
    return None


class ScenarioFile(pytest.File):
    """A file of scenarios; one with faults is an error of collection, like a broken module."""

    def collect(self) -> Iterator[ScenarioItem]:
        """A test for each scenario."""
        from asl.errors import AslError  # noqa: PLC0415 - see above
        from asl.testing.scenarios.reading import read_scenarios  # noqa: PLC0415 - see above

        try:
            scenarios = read_scenarios(self.path)
        except AslError as error:
            raise self.CollectError(str(error)) from error
        for scenario in scenarios:
            yield ScenarioItem.from_parent(self, name=scenario.name, scenario=scenario)


class ScenarioItem(pytest.Item):
    """One scenario as a test."""

    def __init__(self, *, scenario: Scenario, **given: Any) -> None:  # noqa: ANN401 - pytest's own
        super().__init__(**given)
        self._scenario = scenario

    def runtest(self) -> None:
        """Run it; a `ScenarioFailed` says what is not as expected."""
        from asl.testing.scenarios.running import check_scenario  # noqa: PLC0415 - see above

        check_scenario(self._scenario)

    def repr_failure(
        self,
        excinfo: pytest.ExceptionInfo[BaseException],
        style: Any = None,  # noqa: ANN401 - pytest's own
    ) -> Any:  # noqa: ANN401 - as above
        """The faults alone: a traceback would show our code, not the user's."""
        from asl.testing.scenarios.running import ScenarioFailed  # noqa: PLC0415 - see above

        if isinstance(excinfo.value, ScenarioFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[PathLike[str] | str, int | None, str]:
        """File, line from 0, and name."""
        return self.path, self._scenario.line - 1, self.name
