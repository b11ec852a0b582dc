"""Measures asl on the shared workloads, beside the floor and the best npm peers, in one run.

    python benchmarks/run.py [WORKLOAD ...] [--quick] [--rounds N] [--no-peers]
                             [--json FILE] [--markdown PAGE]
    python benchmarks/run.py --from FILE [--markdown PAGE]

A round measures one workload through every driver in turn, so that all of them see the same minute
of a noisy machine; the next round goes in reverse order. A driver's number is the median of its
rounds, and a round is the median of at least seven runs. Read the ratios, not the absolute numbers.

The workloads and the peers' drivers are in ``shared/bench`` beside the repository; how npm peers
are found or installed is in ``peers.py``. The floor is a minimal dispatch loop in Python that keeps
a history and does nothing else. ``known.py`` has the peers that can't be measured here.

``--markdown`` puts the tables between the marks of a page, ``--from`` makes them of the numbers of
an earlier run. Those of ``docs/performance.md`` are in ``results/speed.json``.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from comparison import MEMORY_WORKLOAD, means, report
from known import reckon
from pages import include, markdown
from peers import BENCH, HERE, PEERS, Driver, npm_drivers
from reports import circumstances

STARTS = 15
NPM_PEERS = {
    "aws-local-stepfunctions": ["drive_aws_local_stepfunctions.mjs"],
    "@wmfs/statebox": ["drive_statebox.mjs"],
}
TWO_STATES = {
    "StartAt": "Greet",
    "States": {
        "Greet": {"Type": "Pass", "Result": "Hello", "Next": "Done"},
        "Done": {"Type": "Succeed"},
    },
}


def drivers(*, with_peers: bool) -> list[Driver]:
    python = [sys.executable, "-P"]
    found = [
        Driver("asl", [*python, str(HERE / "drive_asl.py")], {"BENCH_PEERS": str(PEERS)}),
        Driver("floor", [sys.executable, str(PEERS / "floor.py"), "mode=engine"], {}),
    ]
    return [*found, *npm_drivers(NPM_PEERS)] if with_peers else found


def measure_workload(all_drivers: list[Driver], name: str, rounds: int, batch_s: str) -> dict:
    """Per driver: transitions per second (median and range of the rounds), or why it can't."""
    rates: dict[str, list[float]] = {driver.name: [] for driver in all_drivers}
    result: dict[str, dict] = {}
    for turn in range(rounds):
        for driver in all_drivers if turn % 2 == 0 else all_drivers[::-1]:
            if driver.name in result:
                continue
            document = json.loads(driver.call(name, BENCH_RUNS="7", BENCH_BATCH_S=batch_s))
            measured = document["workloads"][name]
            if "transitions_per_s" in measured:
                rates[driver.name].append(measured["transitions_per_s"])
            else:
                result[driver.name] = measured
    for driver_name, values in rates.items():
        if driver_name not in result:
            result[driver_name] = {
                "transitions_per_s": statistics.median(values),
                "range": [min(values), max(values)],
            }
    return {driver.name: result[driver.name] for driver in all_drivers}


def measure_starts(all_drivers: list[Driver], times: int) -> dict[str, float]:
    """Seconds from the start of a process to its end; the medians.

    An interpreter that does nothing, one that imports asl, ``asl run`` with a machine of two
    states, and each driver with a first trivial execution.
    """
    python = [sys.executable, "-P", "-c"]
    command_line = "import sys; from asl.cli import main; sys.exit(main())"
    with tempfile.TemporaryDirectory() as folder:
        machine = Path(folder) / "greeting.asl.json"
        machine.write_text(json.dumps(TWO_STATES), "utf-8")
        starters = [
            Driver("python, nothing else", [*python, "pass"], {}),
            Driver("import asl", [*python, "import asl"], {}),
            Driver("asl run, two states", [*python, command_line, "run", str(machine)], {}),
        ]
        starters += [
            Driver(f"first execution: {name}", [*command, "--cold"], environment)
            for name, command, environment in all_drivers
        ]
        seconds: dict[str, list[float]] = {starter.name: [] for starter in starters}
        for turn in range(times):
            for starter in starters if turn % 2 == 0 else starters[::-1]:
                begin = time.perf_counter()
                starter.call()
                seconds[starter.name].append(time.perf_counter() - begin)
    return {name: statistics.median(values) for name, values in seconds.items()}


def measure_memory(all_drivers: list[Driver]) -> dict[str, dict]:
    """Peak resident MiB of one run in a fresh process, and what was resident before it."""
    result = {}
    for driver in all_drivers:
        try:
            result[driver.name] = json.loads(driver.call("--one", MEMORY_WORKLOAD).splitlines()[-1])
        except RuntimeError as error:
            result[driver.name] = {"failed": str(error)}
    return result


def measure(names: list[str], all_drivers: list[Driver], rounds: int, batch_s: str) -> dict:
    """What every driver makes of the workloads, and what is reckoned for others."""
    workloads = {}
    for name in names:
        print(f"measuring {name}", file=sys.stderr)
        workloads[name] = measure_workload(all_drivers, name, rounds, batch_s)
    return {
        "drivers": [driver.name for driver in all_drivers],
        "workloads": workloads,
        "reckoned": reckon(workloads),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure asl beside the floor and npm peers.")
    parser.add_argument("workloads", nargs="*", metavar="WORKLOAD", help="default: all of them")
    parser.add_argument("--quick", action="store_true", help="one short round: a rough picture")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="rounds a workload (3)")
    parser.add_argument("--no-peers", action="store_true", help="only asl and the floor")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all numbers here")
    parser.add_argument("--markdown", type=Path, metavar="PAGE", help="put the tables on this page")
    parser.add_argument(
        "--from", dest="earlier", type=Path, metavar="FILE", help="show these numbers, measure none"
    )
    args = parser.parse_args()
    if args.earlier:
        result = json.loads(args.earlier.read_text("utf-8"))
    elif not PEERS.is_dir():
        print("the workloads are not here: they belong in shared/bench beside the repository")
        return 1
    else:
        known = json.loads((BENCH / "workloads" / "index.json").read_text("utf-8"))
        if unknown := set(args.workloads) - known.keys():
            parser.error(f"no workload {', '.join(sorted(unknown))}; there are {', '.join(known)}")
        rounds, batch_s, starts = (1, "0.03", 3) if args.quick else (args.rounds, "0.15", STARTS)
        all_drivers = drivers(with_peers=not args.no_peers)
        result = {**circumstances(), "quick": args.quick, "rounds": rounds}
        if any(driver.name in NPM_PEERS for driver in all_drivers):
            result["node"] = Driver("node", ["node", "--version"], {}).call().strip()
        result |= measure(args.workloads or list(known), all_drivers, rounds, batch_s)
        result["geometric_means"] = means(result)
        if not args.workloads:
            result["start_s"] = measure_starts(all_drivers, starts)
            result["memory"] = measure_memory(all_drivers)
    if args.json:
        args.json.parent.mkdir(parents=True, exist_ok=True)
        args.json.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    if args.markdown:
        include(args.markdown, "benchmarks", report(result, markdown))
    print(report(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
