"""Measures asl on the shared workloads, beside the floor and the best npm peers, in one run.

    python benchmarks/run.py [WORKLOAD ...] [--quick] [--rounds N] [--json FILE] [--no-peers]

A round measures one workload through every driver in turn, so that all of them see the same minute
of a noisy machine; the next round goes in reverse order. A driver's number is the median of its
rounds, and a round is the median of at least seven runs. Read the ratios, not the absolute numbers.

The workloads and the peers' drivers are in ``shared/bench`` beside the repository. The npm peers
need Node, and their packages in the ``node_modules`` of the folder that NODE_PEERS names; without
it they are installed here, into ``benchmarks/node_modules``. The floor is a minimal dispatch loop
in Python that keeps a history and does nothing else.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
BENCH = HERE.parents[1] / "shared" / "bench"
PEERS = BENCH / "peers"
COLD_STARTS = 7
NPM_PEERS = {
    "aws-local-stepfunctions": "drive_aws_local_stepfunctions.mjs",
    "@wmfs/statebox": "drive_statebox.mjs",
}
MEMORY_WORKLOAD = "map_inline_10000"


class Driver(NamedTuple):
    name: str
    command: list[str]
    environment: dict[str, str]

    def call(self, *arguments: str, **environment: str) -> str:
        done = subprocess.run(
            [*self.command, *arguments],
            env={**os.environ, **self.environment, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            last = (done.stderr.strip() or "no message").splitlines()[-1]
            raise RuntimeError(f"{self.name} ended with {done.returncode}: {last}")
        return done.stdout


def drivers(*, with_peers: bool) -> list[Driver]:
    python = [sys.executable, "-P"]
    found = [
        Driver("asl", [*python, str(HERE / "drive_asl.py")], {"BENCH_PEERS": str(PEERS)}),
        Driver("floor", [sys.executable, str(PEERS / "floor.py"), "mode=engine"], {}),
    ]
    node = shutil.which("node")
    folder = node_peers() if with_peers and node else None
    if node and folder:
        for package, file in NPM_PEERS.items():
            if (folder / "node_modules" / package).is_dir():
                command = [node, str(PEERS / file)]
                found.append(Driver(package, command, {"NODE_PEERS": str(folder)}))
    return found


def node_peers() -> Path | None:
    """The folder whose node_modules holds the npm peers; installs them where it can."""
    if "NODE_PEERS" in os.environ:
        return Path(os.environ["NODE_PEERS"])
    if not (HERE / "node_modules").is_dir():
        npm = shutil.which("npm")
        if not npm:
            return None
        print("installing the npm peers", file=sys.stderr)
        flags = ["--no-package-lock", "--no-audit", "--no-fund", "--silent"]
        if subprocess.run([npm, "install", *flags], cwd=HERE, check=False).returncode:
            return None
    return HERE


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


def ratio(ours: float | None, theirs: float | None) -> str:
    return f"{ours / theirs:.2f}" if ours and theirs else "-"


def aligned(rows: list[list[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


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
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{os.cpu_count()} CPUs, {platform.machine()}, {platform.system()}",
        "python": platform.python_version(),
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
