"""Measures the durable host beside DBOS by itself, doing the same work on the same databases.

    python benchmarks/durable/run.py [--quick] [--rounds N] [--url URL] [--only NAME ...]
                                     [--parked N] [--json FILE] [--markdown PAGE] [--from FILE]

What is measured is in `hosted` and `plain`, in functions of one name. The two take turns, each time
in a new process and with a new database: in a file of SQLite, and in a PostgreSQL that is started
for this with its safe settings (fsync, full page writes), or in the server that the URL names,
whose user may create databases. So both see the same minutes of a machine that may be busy; compare
the ratios. They are of units a second, from medians over the rounds.

``--parked`` adds so many executions that wait for ninety days: how long they take to start, what
they cost, and how they wake in another process.
"""

import argparse
import importlib
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from benchmarks.pages import include, markdown  # noqa: E402 - found by the line above
from benchmarks.reports import aligned, circumstances, ratio  # noqa: E402 - found by the line above
from tests.durable import postgres  # noqa: E402 - found by the line above
from tests.durable.databases import Databases, Postgresql, Sqlite  # noqa: E402 - found by the line above

OURS, PLAIN = "hosted", "plain"
#: What is measured: in words, its arguments, and those of a quick run.
MEASURES: dict[str, tuple[str, tuple[int, ...], tuple[int, ...]]] = {
    "executions": ("{:,} executions of no task", (500,), (200,)),
    "singles": ("{:,} executions of {:,} task", (500, 1), (200, 1)),
    "tasks": ("{:,} executions of {:,} tasks", (100, 100), (20, 50)),
    "chain": ("1 execution of {:,} tasks", (1_000,), (200,)),
    "inline": ("inline Map of {:,} tasks", (1_000,), (200,)),
    "batches": ("Distributed Map of {:,} x {:,} tasks", (20, 50), (4, 50)),
    "recovery": ("recovery after {:,} tasks", (3_500,), (500,)),
}
QUICK_PARKED = 1_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="less of everything, once")
    parser.add_argument("--rounds", type=int, default=1, metavar="N")
    parser.add_argument("--url", help="a maintenance database of PostgreSQL")
    parser.add_argument("--only", nargs="+", choices=MEASURES, default=list(MEASURES))
    parser.add_argument("--parked", type=int, default=0, metavar="N")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--markdown", type=Path, metavar="PAGE")
    parser.add_argument("--from", type=Path, metavar="FILE", dest="earlier")
    parser.add_argument("--measure", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(*options.measure)))
        return
    report = json.loads(options.earlier.read_text()) if options.earlier else measured(options)
    if options.json:
        options.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    tables = [rates(report), costs(report), parked(report)]
    print("\n\n".join(aligned(table, (0, 1)) for table in tables if len(table) > 1))
    if options.markdown:
        told = report["circumstances"]
        head = (
            f"Measured {told['measured_at']} on {told['machine']}, Python {told['python']}, "
            f"{told['postgresql']}; rounds: {report['rounds']}; load of the machine when it began: "
            f"{told['load']:.1f}."
        )
        texts = [markdown(table, (0, 1)) for table in tables if len(table) > 1]
        include(options.markdown, "durable", "\n\n".join([head, *texts]))


def measured(options: argparse.Namespace) -> dict[str, Any]:
    """Everything, database by database and measure by measure."""
    rounds = 1 if options.quick else options.rounds
    report: dict[str, Any] = {"circumstances": circumstances(), "rounds": rounds}
    report["circumstances"]["load"] = os.getloadavg()[0]
    report["results"], report["parked"] = {}, {}
    count = options.parked or (QUICK_PARKED if options.quick else 0)
    with ExitStack() as at_end:
        folder = Path(at_end.enter_context(tempfile.TemporaryDirectory(prefix="asl-durable-")))
        url = options.url or at_end.enter_context(postgres.cluster(folder, safe=True)).url()
        databases: dict[str, Databases] = {
            "PostgreSQL": at_end.enter_context(Postgresql(url)),
            "SQLite": at_end.enter_context(Sqlite(folder)),
        }
        report["circumstances"]["postgresql"] = version(url)
        for name, database in databases.items():
            results: dict[str, Any] = {}
            for what in options.only:
                _, arguments, quick = MEASURES[what]
                given = quick if options.quick else arguments
                pair: dict[str, list[dict[str, Any]]] = {OURS: [], PLAIN: []}
                for number in range(rounds):
                    order = (OURS, PLAIN) if number % 2 else (PLAIN, OURS)
                    for module in order:
                        pair[module].append(in_process(database, [(module, what, *given)]))
                results[what] = {"label": MEASURES[what][0].format(*given), **pair}
                report["results"][name] = results
                print(name, what, *map(shown, pair.items()), file=sys.stderr, flush=True)
            if count:
                steps = [(OURS, "park", count), (OURS, "wake", count)]
                report["parked"][name] = {"count": count, **in_process(database, steps)}
    return report


def version(url: str) -> str:
    import sqlalchemy as sa  # noqa: PLC0415 - not for the processes that measure

    with sa.create_engine(url).connect() as connection:
        return "PostgreSQL " + str(connection.scalar(sa.text("SHOW server_version"))).split()[0]


def in_process(
    database: Databases, steps: list[tuple[str, str, *tuple[int, ...]]]
) -> dict[str, Any]:
    """What steps give, each in a new process, all with one new database."""
    result: dict[str, Any] = {}
    with database.new() as url:
        for module, what, *arguments in steps:
            command = [sys.executable, __file__, "--measure", module, what, url]
            command += map(str, arguments)
            done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
            result |= json.loads(done.stdout.splitlines()[-1])
    return result


def measure(module: str, what: str, url: str, *arguments: str) -> dict[str, Any]:
    """In a process of its own: one measure."""
    function = getattr(importlib.import_module(f"benchmarks.durable.{module}"), what)
    result: dict[str, Any] = function(url, *map(int, arguments))
    result["peak_bytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1_024
    return result


def shown(pair: tuple[str, list[dict[str, Any]]]) -> str:
    return f"{pair[0]} {median(pair[1], 'per_s'):,.0f}/s"


def median(results: list[dict[str, Any]], key: str) -> float:
    return statistics.median(result[key] for result in results)


def rates(report: dict[str, Any]) -> list[list[str]]:
    rows = [["", "database", "asl/s", "DBOS/s", "ratio", "asl/CPU s", "DBOS/CPU s"]]
    for name, results in report["results"].items():
        for pair in results.values():
            ours, theirs = pair[OURS], pair[PLAIN]
            speeds = median(ours, "per_s"), median(theirs, "per_s")
            units = ours[0]["units"], theirs[0]["units"]
            busy = [
                f"{number / median(each, 'cpu_s'):,.0f}"
                for number, each in zip(units, (ours, theirs), strict=True)
            ]
            cells = [f"{speed:,.0f}" for speed in speeds]
            rows.append([pair["label"], name, *cells, ratio(*speeds), *busy])
    return rows


def costs(report: dict[str, Any]) -> list[list[str]]:
    rows = [["", "database", "asl", "DBOS"]]
    for name, results in report["results"].items():
        for what, pair in results.items():
            for key, label, unit, digits in (
                ("log_bytes", "write-ahead log of a unit", "bytes", 0),
                ("recovery_s", "from the claim to the first call", "s", 3),
                ("peak_bytes", "most memory of the process", "MiB", 0),
            ):
                is_told_elsewhere = (key, what) == ("log_bytes", "recovery")
                is_told_once = key == "peak_bytes" and what != "tasks"
                if is_told_elsewhere or is_told_once or key not in pair[OURS][0]:
                    continue
                scale = 2**20 if unit == "MiB" else 1
                cells = [
                    f"{median(pair[side], key) / scale:,.{digits}f} {unit}"
                    if key in pair[side][0]
                    else "-"
                    for side in (OURS, PLAIN)
                ]
                rows.append([f"{pair['label']}: {label}", name, *cells])
    return rows


def parked(report: dict[str, Any]) -> list[list[str]]:
    rows = [["parked executions", *report["parked"]]]
    for label, text in (
        ("number", lambda each: f"{each['count']:,}"),
        ("seconds to start them, 1,000 in a transaction", lambda each: f"{each['start_s']:,.1f}"),
        ("seconds until all are parked", lambda each: f"{each['parked_s']:,.1f}"),
        ("bytes of the database for each", lambda each: f"{each['database_bytes']:,.0f}"),
        ("MiB of the worker before", lambda each: f"{each['resident_before'] / 2**20:,.0f}"),
        ("MiB when all are parked", lambda each: f"{each['resident_after'] / 2**20:,.0f}"),
        ("MiB after a restart", lambda each: f"{each['resident_restarted'] / 2**20:,.0f}"),
        ("CPU of that worker", lambda each: f"{each['idle_cpu']:.1%}"),
        (
            "seconds until all have woken, called a task and ended",
            lambda each: f"{each['woken_s']:,.1f}",
        ),
        ("MiB then", lambda each: f"{each['resident_woken'] / 2**20:,.0f}"),
    ):
        rows.append([label, *(text(each) for each in report["parked"].values())])
    return rows if report["parked"] else []


if __name__ == "__main__":
    main()
