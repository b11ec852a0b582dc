"""Shows where the time of a workload goes, line by line.

    python benchmarks/profile.py WORKLOAD [--seconds N] [--lines N] [--functions]

The workload runs over and over in this process, and a timer of the processor's time looks at the
stack a thousand times a second. ``self`` is the share of looks that found a line at work itself,
``with calls`` that found it, or what it called, at work. Sampling costs nothing between two looks,
so cheap lines are not made to look dear; what runs in C counts for the line that called it.
"""

import argparse
import linecache
import os
import signal
import sys
import time
from collections import Counter
from pathlib import Path
from types import FrameType

from peers import HERE, PEERS
from reports import aligned

os.environ.setdefault("BENCH_PEERS", str(PEERS))

PACKAGE = HERE.parent
INTERVAL_S = 0.001

#: A line of source, or a function if the line is 0: file, line, name of the function.
Place = tuple[str, int, str]


class Samples:
    """Where the process was found at work, as places and as places with all that they called."""

    def __init__(self, *, by_function: bool) -> None:
        self.by_function = by_function
        self.own: Counter[Place] = Counter()
        self.with_calls: Counter[Place] = Counter()

    def look(self, _signal: int, frame: FrameType | None) -> None:
        """Note the stack; a place that stands in it more than once counts once."""
        stack = []
        while frame is not None:
            code = frame.f_code
            line = 0 if self.by_function else frame.f_lineno
            stack.append((code.co_filename, line, code.co_qualname))
            frame = frame.f_back
        self.own[stack[0]] += 1
        self.with_calls.update(set(stack))

    def table(self, most: int) -> str:
        """The places where most time was spent, the dearest first."""
        total = max(1, sum(self.own.values()))
        rows = [["self", "with calls", "place", ""]]
        rows += [
            [
                f"{count / total:.1%}",
                f"{self.with_calls[place] / total:.1%}",
                shown(place),
                linecache.getline(place[0], place[1]).strip()[:90],
            ]
            for place, count in self.own.most_common(most)
        ]
        return aligned(rows, left=(2, 3))


def shown(place: Place) -> str:
    file, line, function = place
    path = Path(file)
    name = path.relative_to(PACKAGE) if path.is_relative_to(PACKAGE) else path.name
    return f"{name}:{line} {function}" if line else f"{name} {function}"


def sample(workload: str, seconds: float, *, by_function: bool) -> tuple[Samples, float]:
    """Run a workload for a while and look at it; also how many microseconds one run takes."""
    import common  # noqa: PLC0415 - on the path only now
    import drive_asl  # noqa: PLC0415

    run = drive_asl.prepare(workload, *common.load(workload))
    run()
    samples = Samples(by_function=by_function)
    runs, begin = 0, time.process_time()
    signal.signal(signal.SIGPROF, samples.look)
    signal.setitimer(signal.ITIMER_PROF, INTERVAL_S, INTERVAL_S)
    while time.process_time() - begin < seconds:
        run()
        runs += 1
    signal.setitimer(signal.ITIMER_PROF, 0)
    return samples, (time.process_time() - begin) / runs * 1e6


def main() -> int:
    parser = argparse.ArgumentParser(description="Show where the time of a workload goes.")
    parser.add_argument("workload")
    parser.add_argument("--seconds", type=float, default=5, help="of processor time (5)")
    parser.add_argument("--lines", type=int, default=40, help="how many places to show (40)")
    parser.add_argument("--functions", action="store_true", help="by function instead of by line")
    args = parser.parse_args()
    if not PEERS.is_dir():
        print("the workloads are not here: they belong in shared/bench beside the repository")
        return 1
    sys.path.insert(0, str(PEERS))
    samples, each_us = sample(args.workload, args.seconds, by_function=args.functions)
    print(f"{args.workload}: {each_us:,.1f} us of processor time a run\n")
    print(samples.table(args.lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
