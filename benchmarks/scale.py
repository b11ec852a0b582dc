"""Measures what a unit of work costs as there is more of it: is the cost linear, and how far?

    python benchmarks/scale.py [SERIES ...] [--most N] [--quick] [--json FILE] [--pages FOLDER]
    python benchmarks/scale.py --from FILE [--pages FOLDER]

The work grows tenfold from 10 to a million units: turns of a loop, items of an inline Map, states
of a chain. Each size is measured in a process of its own: the time is the median of seven runs, or
of as many as fit into twenty seconds; the memory is what the first run adds to the process at its
peak. Between two runs the collector clears away the earlier one, and that is not timed.

``--pages`` puts the table into ``performance.md`` of a folder and draws ``scale-*.svg`` beside it,
which needs the extra ``benchmarks``. The numbers of the page are in ``results/scale.json``.
"""

import argparse
import gc
import json
import re
import statistics
import sys
import time
from collections.abc import Callable
from itertools import pairwise, takewhile
from pathlib import Path
from typing import Any, NamedTuple

from pages import include, markdown
from peers import Driver
from reports import aligned, circumstances

import asl
from asl.language import source

Work = Callable[[], object]

SIZES = [10**power for power in range(1, 7)]
RUNS = 7
BUDGET_S = 20.0
SAMPLE_S = 0.05  # what takes less is repeated to fill this
#: Below it, what a run adds to the memory of a process is lost in what the allocator has at hand.
LEAST_FOR_MEMORY = 10_000
LIMITS = asl.Limits(history_events=None, payload_bytes=None)


def counting_to(turns: int) -> dict[str, Any]:
    """A loop: a Pass that adds one, and a Choice that goes back to it."""
    return {
        "StartAt": "Inc",
        "States": {
            "Inc": {
                "Type": "Pass",
                "Parameters": {"i.$": "States.MathAdd($.i, 1)"},
                "Next": "Check",
            },
            "Check": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.i", "NumericLessThan": turns, "Next": "Inc"}],
                "Default": "Done",
            },
            "Done": {"Type": "Succeed"},
        },
    }


def chain_of(states: int) -> dict[str, Any]:
    """Pass states in a row; AWS's limit of the size of a definition is lifted."""
    source.MAX_SIZE = sys.maxsize
    names = [f"S{number}" for number in range(states)]
    rest: dict[str, Any] = {
        name: {"Type": "Pass", "Next": following} for name, following in pairwise(names)
    }
    return {"StartAt": names[0], "States": {**rest, names[-1]: {"Type": "Pass", "End": True}}}


FOR_EACH = {
    "StartAt": "Each",
    "States": {
        "Each": {
            "Type": "Map",
            "ItemProcessor": {"StartAt": "Keep", "States": {"Keep": {"Type": "Pass", "End": True}}},
            "End": True,
        }
    },
}


def loop(turns: int, **options: Any) -> Work:
    machine = asl.load(counting_to(turns))
    return lambda: machine.run({"i": 0}, limits=LIMITS, check=True, **options)


def loop_without_history(turns: int) -> Work:
    return loop(turns, history=0)


def items(count: int) -> Work:
    machine, numbers = asl.load(FOR_EACH), asl.Payload(list(range(count)))
    return lambda: machine.run(numbers, limits=LIMITS, check=True)


def load_chain(states: int) -> Work:
    definition = chain_of(states)
    return lambda: asl.load(definition)


def run_chain(states: int) -> Work:
    machine = asl.load(chain_of(states))
    return lambda: machine.run({}, limits=LIMITS, check=True)


class Series(NamedTuple):
    """One line of a picture: ``prepare`` gives the work of ``units(n)`` units for a size ``n``."""

    title: str
    panel: str
    prepare: Callable[[int], Work]
    units: Callable[[int], int] = lambda size: size


def transitions(turns: int) -> int:
    return 2 * turns + 1


LOOPS = "turns of a loop: a transition"
ITEMS = "items of an inline Map: an item"
STATES = "states in a row: a state"
SERIES = {
    "loop": Series("with history", LOOPS, loop, transitions),
    "loop-bare": Series("history=0", LOOPS, loop_without_history, transitions),
    "map": Series("run", ITEMS, items),
    "chain-load": Series("check and load", STATES, load_chain),
    "chain-run": Series("run", STATES, run_chain),
}


def peak_bytes() -> int | None:
    """The most that this process has ever had in memory; None where the system doesn't say.

    Not ``ru_maxrss``, which a process inherits from the one that started it.
    """
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.exists() else None
    return int(found[1]) * 1024 if found else None


def timed(work: Work, times: int = 1) -> float:
    gc.collect()
    begin = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - begin) / times


def measure(series: Series, size: int) -> dict[str, Any]:
    """The cost of a unit at this size, in this process."""
    units = series.units(size)
    work = series.prepare(size)
    before = peak_bytes()
    first = timed(work)
    peak = peak_bytes()
    batch = max(1, int(SAMPLE_S / min(first, timed(work)))) if first < SAMPLE_S else 1
    seconds: list[float] = []
    while len(seconds) < RUNS and sum(seconds) * batch + first * batch < BUDGET_S:
        seconds.append(timed(work, batch))
    each = [run / units * 1e6 for run in seconds or [first]]
    is_large = before is not None and peak is not None and size >= LEAST_FOR_MEMORY
    return {
        "runs": len(each),
        "us": statistics.median(each),
        "us_range": [min(each), max(each)],
        "bytes": (peak - before) / units if is_large else None,
    }


def measure_all(names: list[str], most: int) -> dict[str, Any]:
    """Every series at every size, all series of a size in turn."""
    series: dict[str, dict] = {
        name: {"title": SERIES[name].title, "panel": SERIES[name].panel, "sizes": {}}
        for name in names
    }
    for size in takewhile(most.__ge__, SIZES):
        for name in names:
            print(f"measuring {name}, {size:,}", file=sys.stderr)
            driver = Driver(name, [sys.executable, __file__], {})
            document = driver.call("--one", name, str(size))
            series[name]["sizes"][str(size)] = json.loads(document)
    return {**circumstances(), "series": series}


def table(result: dict, key: str, form: str) -> list[list[str]]:
    """A row a size, a column a series."""
    series = list(result["series"].values())
    found = {size for one in series for size, cost in one["sizes"].items() if cost[key]}
    head = [f"{one['panel'].partition(': ')[2]}, {one['title']}" for one in series]
    rows = [["", *head]]
    for size in sorted(found, key=int):
        costs = [one["sizes"].get(size, {}).get(key) for one in series]
        rows.append(
            [f"{int(size):,}", *("-" if cost is None else f"{cost:{form}}" for cost in costs)]
        )
    return rows


def report(result: dict, as_table: Callable[[list[list[str]]], str] = aligned) -> str:
    """Both tables as text; with `pages.markdown` for ``as_table``, for a page."""
    return "\n\n".join(
        (
            f"Measured {result['measured_at']} on {result['machine']}, Python {result['python']}.",
            "Microseconds a unit:",
            as_table(table(result, "us", ",.2f")),
            "Bytes a unit, at the peak of a first run:",
            as_table(table(result, "bytes", ",.0f")),
        )
    )


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure what a unit of work costs by its number.")
    parser.add_argument("series", nargs="*", metavar="SERIES", help=f"of {', '.join(SERIES)}")
    parser.add_argument("--most", type=int, default=SIZES[-1], metavar="N", help="largest size")
    parser.add_argument("--quick", action="store_true", help="up to ten thousand: a rough picture")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all numbers here")
    parser.add_argument("--pages", type=Path, metavar="FOLDER", help="write table and plots here")
    parser.add_argument(
        "--from", dest="earlier", type=Path, metavar="FILE", help="show these numbers, measure none"
    )
    parser.add_argument("--one", nargs=2, metavar=("SERIES", "N"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        name, size = args.one
        print(json.dumps(measure(SERIES[name], int(size))))
        return 0
    if unknown := set(args.series) - SERIES.keys():
        parser.error(f"no series {', '.join(sorted(unknown))}; there are {', '.join(SERIES)}")
    if args.earlier:
        result = json.loads(args.earlier.read_text("utf-8"))
    else:
        names = args.series or list(SERIES)
        result = measure_all(names, 10_000 if args.quick else args.most)
    if args.json:
        args.json.parent.mkdir(parents=True, exist_ok=True)
        args.json.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    if args.pages:
        from plots import draw  # noqa: PLC0415 - only here matplotlib is needed

        include(args.pages / "performance.md", "scale", report(result, markdown))
        draw(result, args.pages)
    print(report(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
