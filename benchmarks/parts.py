"""Measures single steps of the interpreter beside the plain way to do the same: why it is built so.

    python benchmarks/parts.py [--quick] [--json FILE] [--markdown PAGE]
    python benchmarks/parts.py --from FILE [--markdown PAGE]

Each pair does the same work on the same data, in turn, and its numbers are the medians. What is
measured is the step alone; how much of a run it is, ``profile.py`` says. The numbers of
``docs/performance.md`` are in ``results/parts.json``.
"""

import argparse
import asyncio
import copy
import json
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import jsonpath_ng
from pages import include, markdown
from reports import aligned, circumstances, ratio

from asl.jsontypes import Payload, size_bytes
from asl.query.paths import compile_path

Work = Callable[[], object]

SAMPLE_S = 0.02
ORDER: dict[str, Any] = {
    "order": {"id": 7, "lines": [{"sku": f"A-{n}", "price": n} for n in range(1000)], "total": 40}
}
ENVIRONMENT: Any = None  # a path into the data asks nothing of it


class Pair(NamedTuple):
    """A step as it is done here, and the plain way; each call does it ``times`` times."""

    what: str
    here: Work
    name: str
    plain: Work
    plain_name: str
    times: int = 1


def paths() -> Pair:
    find = compile_path("$.order.total").evaluate
    return Pair(
        "read $.order.total",
        lambda: find(ORDER, ENVIRONMENT),
        "a closure, made at load",
        lambda: jsonpath_ng.parse("$.order.total").find(ORDER)[0].value,
        "jsonpath-ng, parsed at each use",
    )


def history(events: int = 1000) -> Pair:
    """A thousand events: with so many, what the collector makes of them shows."""
    now = 1_735_689_600_000_000

    def flat() -> list[Any]:
        records: list[Any] = []
        for _ in range(events):
            records += ("PassStateEntered", len(records) // 6, now, "Add", ORDER, None)
        return records

    def objects() -> list[Any]:
        shown: list[Any] = []
        for number in range(events):
            details = {"name": "Add", "input": ORDER}
            event = {"timestamp": now, "type": "PassStateEntered", "id": number + 1}
            shown.append({**event, "previousEventId": number, "stateEnteredEventDetails": details})
        return shown

    return Pair(
        "record an event", flat, "six slots of one list", objects, "a dict, AWS's form", events
    )


def sizes() -> Pair:
    (fixed, of_data, of_unseen), size, unseen, limit = (30, 1, 0), 40_000, 1_000, 262_144
    return Pair(
        "keep the payload limit",
        lambda: fixed + of_data * size + of_unseen * unseen > limit,
        "a bound is added up",
        lambda: size_bytes(ORDER) > limit,
        "the JSON text is measured",
    )


def data() -> Pair:
    return Pair(
        "replace $.order.total",
        lambda: {**ORDER, "order": {**ORDER["order"], "total": 41}},
        "the spine is copied",
        lambda: copy.deepcopy(ORDER),
        "copy.deepcopy",
    )


def border() -> Pair:
    return Pair(
        "take over a task's result",
        lambda: Payload.copied(ORDER),
        "checked, measured, copied",
        lambda: json.loads(json.dumps(ORDER)),
        "json.dumps, json.loads",
    )


def moves(steps: int = 1000) -> Pair:
    def move() -> None:
        pass

    async def wait() -> None:
        pass

    def run() -> None:
        for _ in range(steps):
            move()

    async def run_async() -> None:
        for _ in range(steps):
            await wait()

    loop = asyncio.new_event_loop()
    return Pair(
        "go on to the next state",
        run,
        "a call",
        lambda: loop.run_until_complete(run_async()),
        "an await",
        steps,
    )


class Clock:
    """What knows the time, as an execution does."""

    now = 1_735_689_600_000_000


def instants() -> Pair:
    clock = Clock()
    return Pair(
        "stamp an event",
        lambda: clock.now,
        "the execution's time, a number",
        lambda: datetime.now(UTC).isoformat(),
        "the clock's time, as text",
    )


def nanoseconds(work: Work, times: int) -> float:
    """What one step takes, over as many as fill a sample."""
    begin, calls = time.perf_counter(), 0
    while (spent := time.perf_counter() - begin) < SAMPLE_S:
        for _ in range(10):
            work()
        calls += 10
    return spent / calls / times * 1e9


def measure(pair: Pair, rounds: int) -> dict[str, Any]:
    here, plain = zip(
        *(
            (nanoseconds(pair.here, pair.times), nanoseconds(pair.plain, pair.times))
            for _ in range(rounds)
        ),
        strict=True,
    )
    return {
        "what": pair.what,
        "here": pair.name,
        "here_ns": statistics.median(here),
        "plain": pair.plain_name,
        "plain_ns": statistics.median(plain),
    }


def report(result: dict, table: Callable[..., str] = aligned) -> str:
    """The pairs as text; with `pages.markdown` for ``table``, for a page."""
    rows = [["a step", "here", "ns", "the plain way", "ns", "times"]]
    rows += [
        [
            pair["what"],
            pair["here"],
            f"{pair['here_ns']:,.0f}",
            pair["plain"],
            f"{pair['plain_ns']:,.0f}",
            ratio(pair["plain_ns"], pair["here_ns"]),
        ]
        for pair in result["pairs"]
    ]
    head = f"Measured {result['measured_at']} on {result['machine']}, Python {result['python']}."
    return f"{head}\n\n{table(rows, left=(0, 1, 3))}"


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure single steps beside the plain way.")
    parser.add_argument("--quick", action="store_true", help="a rough picture")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all numbers here")
    parser.add_argument("--markdown", type=Path, metavar="PAGE", help="put the table on this page")
    parser.add_argument(
        "--from", dest="earlier", type=Path, metavar="FILE", help="show these numbers, measure none"
    )
    args = parser.parse_args()
    if args.earlier:
        result = json.loads(args.earlier.read_text("utf-8"))
    else:
        pairs = [make() for make in (paths, data, sizes, border, history, moves, instants)]
        rounds = 3 if args.quick else 25
        result = {**circumstances(), "pairs": [measure(pair, rounds) for pair in pairs]}
    if args.json:
        args.json.parent.mkdir(parents=True, exist_ok=True)
        args.json.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    if args.markdown:
        include(args.markdown, "parts", report(result, markdown))
    print(report(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
