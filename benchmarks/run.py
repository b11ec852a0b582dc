"""Measures asl on the shared workloads, beside the floor and the best npm peers, in one run.

    python benchmarks/run.py [WORKLOAD ...] [--quick] [--rounds N] [--json FILE] [--no-peers]

A round measures one workload through every driver in turn, so that all of them see the same minute
of a noisy machine; the next round goes in reverse order. A driver's number is the median of its
rounds, and a round is the median of at least seven runs. Read the ratios, not the absolute numbers.

The workloads and the peers' drivers are in ``shared/bench`` beside the repository; how npm peers
are found or installed is in ``peers.py``. The floor is a minimal dispatch loop in Python that keeps
a history and does nothing else.
"""

import argparse
import json
import statistics
import sys
import time
from pathlib import Path

from peers import BENCH, HERE, PEERS, Driver, npm_drivers
from reports import aligned, circumstances, ratio

COLD_STARTS = 7
NPM_PEERS = {
    "aws-local-stepfunctions": ["drive_aws_local_stepfunctions.mjs"],
    "@wmfs/statebox": ["drive_statebox.mjs"],
}
MEMORY_WORKLOAD = "map_inline_10000"


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


def measure_cold(all_drivers: list[Driver]) -> dict[str, float]:
    """Seconds from starting the process to the end of a first trivial execution; the median."""
    times: dict[str, list[float]] = {driver.name: [] for driver in all_drivers}
    for _ in range(COLD_STARTS):
        for driver in all_drivers:
            begin = time.perf_counter()
            driver.call("--cold")
            times[driver.name].append(time.perf_counter() - begin)
    return {name: statistics.median(values) for name, values in times.items()}


def measure_memory(all_drivers: list[Driver]) -> dict[str, dict]:
    """Peak resident MiB of one run in a fresh process, and what was resident before it."""
    result = {}
    for driver in all_drivers:
        try:
            result[driver.name] = json.loads(driver.call("--one", MEMORY_WORKLOAD).splitlines()[-1])
        except RuntimeError as error:
            result[driver.name] = {"failed": str(error)}
    return result


def table(result: dict) -> str:
    """The result as text: a row a workload, then start-up and memory."""
    names = result["drivers"]
    peers = [name for name in names if name not in ("asl", "floor")]
    rows = [["workload", *(f"{name}/s" for name in names), "of floor", "of best peer"]]
    for workload, measured in result["workloads"].items():
        rate = {name: entry.get("transitions_per_s") for name, entry in measured.items()}
        best = max((rate[name] for name in peers if rate[name]), default=None)
        cells = [f"{rate[name]:,.0f}" if rate[name] else why(measured[name]) for name in names]
        rows.append([workload, *cells, ratio(rate["asl"], rate["floor"]), ratio(rate["asl"], best)])
    text = aligned(rows)
    if "cold_s" in result:
        cold, memory = result["cold_s"], result["memory"]
        rows = [["", *names]]
        rows.append(["cold start, s", *(f"{cold[name]:.3f}" for name in names)])
        for label, key in (("peak MiB", "peak_mib"), ("ready MiB", "ready_mib")):
            rows.append([label, *(str(memory[name].get(key, "failed")) for name in names)])
        text += f"\n\n{MEMORY_WORKLOAD}, once in a fresh process (ready: machine loaded)\n\n"
        text += aligned(rows)
    reasons = {
        f"{name} {next(iter(entry))} {workload}: {next(iter(entry.values()))}"
        for workload, measured in result["workloads"].items()
        for name, entry in measured.items()
        if "transitions_per_s" not in entry and name != "floor"
    }
    return "\n".join([text, "", *sorted(reasons)]).rstrip()


def why(entry: dict) -> str:
    return "failed" if "failed" in entry else "cannot"


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure asl beside the floor and npm peers.")
    parser.add_argument("workloads", nargs="*", metavar="WORKLOAD", help="default: all of them")
    parser.add_argument("--quick", action="store_true", help="one short round: a rough picture")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="rounds a workload (3)")
    parser.add_argument("--no-peers", action="store_true", help="only asl and the floor")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all numbers here")
    args = parser.parse_args()
    if not PEERS.is_dir():
        print("the workloads are not here: they belong in shared/bench beside the repository")
        return 1
    known = json.loads((BENCH / "workloads" / "index.json").read_text("utf-8"))
    if unknown := set(args.workloads) - known.keys():
        parser.error(f"no workload {', '.join(sorted(unknown))}; there are {', '.join(known)}")

    rounds, batch_s = (1, "0.03") if args.quick else (args.rounds, "0.15")
    all_drivers = drivers(with_peers=not args.no_peers)
    result: dict = {
        **circumstances(),
        "rounds": rounds,
        "drivers": [driver.name for driver in all_drivers],
        "workloads": {},
    }
    for name in args.workloads or known:
        print(f"measuring {name}", file=sys.stderr)
        result["workloads"][name] = measure_workload(all_drivers, name, rounds, batch_s)
    if not args.workloads:
        result["cold_s"] = measure_cold(all_drivers)
        result["memory"] = measure_memory(all_drivers)
    if args.json:
        args.json.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(table(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
