"""``asl coverage``: put together the coverage that test runs have saved, and report it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "coverage",
        help="combine and report the coverage that test runs have saved",
        description="Combine the coverage of definitions that test runs have saved "
        "(pytest --asl-cov --asl-cov-report json:FILE), and report it.",
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="what a test run has saved")
    parser.add_argument(
        "--of",
        action="append",
        default=[],
        metavar="PATH",
        help="the definitions to report, run or not (a file, a folder or a pattern); "
        "may be repeated",
    )
    parser.add_argument(
        "--report",
        action="append",
        metavar="TYPE",
        help="term, term-missing (the default), html[:DIR], json[:FILE] or lcov[:FILE]; "
        "may be repeated",
    )
    parser.add_argument("--fail-under", metavar="MIN", help="fail if less than MIN percent")
    parser.set_defaults(command=report)


def report(options: argparse.Namespace) -> int:
    """Print and write the reports; 1 if too little is covered, else 0."""
    from asl.testing.coverage.measure import Coverage  # noqa: PLC0415 - only this needs it
    from asl.testing.coverage.output import read_least, read_output, verdict  # noqa: PLC0415

    forms = options.report or ["term-missing"]
    for form in forms:
        read_output(form)  # before anything is written
    least = None if options.fail_under is None else read_least(options.fail_under)
    coverage = Coverage(*options.of)
    coverage.combine(*options.files)
    combined = coverage.report()
    for form in forms:
        print(combined.write(form))
    if least is None:
        return 0
    is_enough, sentence = verdict(combined, least)
    print(sentence)
    return 0 if is_enough else 1
