"""Runs a folder of recorded cases and says where we differ from AWS.

    python tests/conformance/run.py executions DIR [--level outcome|history]
        [--feature F ...] [--without F ...] [--only TEXT] [--json FILE] [--jobs N] [--full]
    python tests/conformance/run.py validation DIR   (the same options, but for --level)
    python tests/conformance/run.py test_state DIR   (the same)
    python tests/conformance/run.py jsonata DIR [--only TEXT] [--json FILE] [--full]

Prints one line for each case that differs, and closes with "N passed, M failed". A case that needs
what we do not support has failed: nothing is skipped. The exit status is 0 if all passed, else 1.
"""

from __future__ import annotations

import argparse
import functools
import json
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.conformance import executions, jsonata_suite, teststate, validation
from tests.conformance.corpus import Case, chosen, cut, load_case, load_comparer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


class Suite(NamedTuple):
    """One kind of case: a sub-command, and ``judge(case, comparer, **options)`` behind it.

    ``summary`` makes lines of all cases and their differences, to stand before the last line.
    """

    help: str
    judge: Callable[..., list[str]]
    options: dict[str, dict[str, Any]]
    summary: Callable[[list[tuple[Case, list[str]]]], list[str]] | None = None


SUITES = {
    "executions": Suite(
        "recorded executions: outcome and history",
        executions.judge,
        {
            "level": {
                "choices": ("outcome", "history"),
                "default": "history",
                "help": "what must agree: the outcome alone, or the history as well (default)",
            }
        },
    ),
    "validation": Suite(
        "verdicts on definitions: AWS's answers, peers' tests, real definitions, mutants",
        validation.judge,
        {},
        validation.summary,
    ),
    "test_state": Suite("answers of TestState, for single states", teststate.judge, {}),
}


def judge_file(path: Path, *, suite: str, options: dict[str, Any]) -> tuple[Case, list[str]]:
    case = load_case(path)
    return case, SUITES[suite].judge(case, _comparer(path.parent), **options)


_comparer = functools.cache(load_comparer)


def main(arguments: Sequence[str] | None = None) -> int:
    args = _parser().parse_args(arguments)
    if args.suite == "jsonata":
        return jsonata_suite.run(args.folder, only=args.only, report_to=args.json, full=args.full)
    paths = [
        path
        for path in sorted(args.folder.glob("*.json"))
        for case in (load_case(path),)
        if chosen(case, feature=args.feature, without=args.without) and args.only in case["id"]
    ]
    if not paths:
        print(f"no such cases in {args.folder}", file=sys.stderr)
        return 1
    options = {name: getattr(args, name) for name in SUITES[args.suite].options}
    work = functools.partial(judge_file, suite=args.suite, options=options)
    report = []
    judged = []
    for case, differences in _each(work, paths, jobs=args.jobs):
        judged.append((case, differences))
        features = case.get("features", [])
        report.append({"id": case["id"], "features": features, "differences": differences})
        if differences and args.full:
            print(case["id"], *differences, sep="\n    ")
        elif differences:
            print(f"{case['id']}: {cut(differences)}")
    failed = sum(1 for entry in report if entry["differences"])
    if args.json:
        document = {
            "suite": args.suite,
            **options,
            "passed": len(report) - failed,
            "failed": failed,
        }
        args.json.write_text(json.dumps({**document, "cases": report}, indent=1) + "\n", "utf-8")
    summary = SUITES[args.suite].summary
    for line in summary(judged) if summary else ():
        print(line)
    print(f"{len(report) - failed} passed, {failed} failed")
    return 1 if failed else 0


def _each(
    work: Callable[[Path], tuple[Case, list[str]]], paths: list[Path], *, jobs: int
) -> Iterator[tuple[Case, list[str]]]:
    if jobs == 1:
        yield from map(work, paths)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(work, paths, chunksize=8)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Compare our behaviour with recordings of AWS.")
    commands = parser.add_subparsers(dest="suite", required=True)
    for name, suite in SUITES.items():
        command = _command(commands.add_parser(name, help=suite.help))
        for option, details in suite.options.items():
            command.add_argument(f"--{option}", **details)
        command.add_argument(
            "--feature",
            nargs="+",
            action="extend",
            default=[],
            metavar="F",
            help="only cases that have all of these features",
        )
        command.add_argument(
            "--without",
            nargs="+",
            action="extend",
            default=[],
            metavar="F",
            help="only cases that have none of these features",
        )
        command.add_argument("--jobs", type=int, default=1, metavar="N", help="processes (1)")
    _command(commands.add_parser("jsonata", help="JSONata's own suite, at the level of 2.0.6"))
    return parser


def _command(command: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """What every sub-command takes."""
    command.add_argument("folder", type=Path, metavar="DIR", help="the folder of cases")
    command.add_argument(
        "--only", default="", metavar="TEXT", help="only cases whose id contains the text"
    )
    command.add_argument("--json", type=Path, metavar="FILE", help="write all differences here")
    command.add_argument("--full", action="store_true", help="print every difference, uncut")
    return command


if __name__ == "__main__":
    sys.exit(main())
