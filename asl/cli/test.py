"""``asl test``: run files of scenarios."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from asl.errors import UsageError
from asl.testing.scenarios import SUFFIXES

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "test",
        help="run the scenarios of *.asl-test.yaml files",
        description="Run the scenarios of *.asl-test.yaml files. pytest does too; this needs none.",
    )
    parser.add_argument(
        "files", nargs="*", type=Path, default=[Path()], help="files, or folders to search (.)"
    )
    parser.set_defaults(command=test)


def test(options: argparse.Namespace) -> int:
    """Run the scenarios; 0 if all went as expected, else 1."""
    from asl.testing.scenarios.reading import read_scenarios  # noqa: PLC0415 - only this needs it
    from asl.testing.scenarios.running import ScenarioFailed, check_scenario  # noqa: PLC0415 - as above

    scenarios = [each for file in _files(options.files) for each in read_scenarios(file)]
    failed = 0
    for scenario in scenarios:
        name = f"{scenario.document.path}::{scenario.name}"
        try:
            check_scenario(scenario)
        except ScenarioFailed as error:
            failed += 1
            print(f"FAILED {name}")
            print("".join(f"  {line}\n" for line in str(error).splitlines()), end="")
        else:
            print(f"PASSED {name}")
    print(f"{len(scenarios) - failed} passed, {failed} failed")
    return 1 if failed else 0


def _files(given: list[Path]) -> Iterator[Path]:
    """The files of scenarios, those in folders in the order of their paths.

    Raises:
        UsageError: There are none.
    """
    for path in given:
        if not path.is_dir():
            yield path
            continue
        found = sorted(each for suffix in SUFFIXES for each in path.rglob(f"*{suffix}"))
        if not found:
            raise UsageError(f"there is no file *{SUFFIXES[0]} below {path.absolute()}")
        yield from found
