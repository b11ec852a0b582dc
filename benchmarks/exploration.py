"""Measures how long exploration takes: the order fulfilment over all outcomes of its tasks.

    python benchmarks/exploration.py [--rounds N] [--json FILE]

Each question is asked so many times, and its number is the median. ``executions`` are the different
executions that the answer is about, ``states`` those states of executions that were looked at.
"""

import argparse
import json
import runpy
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

from reports import aligned, circumstances

import asl
from asl.testing import Exploration, always_ends, explore, failed, follows, never, succeeded
from asl.testing.exploring.properties import Property

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
REPLIES = {
    "reserve-stock": {"reservationId": "res-7"},
    "charge-card": {"chargeId": "ch-9"},
    "create-shipment": {"trackingCode": "T-1"},
}
SAGA = [
    never("RefundCharge", before=succeeded("ChargeCard")),
    follows("ReleaseStock", after=failed("ChargeCard")),
    follows("RefundCharge", after=failed("CreateShipment")),
]
QUESTIONS: dict[str, dict] = {
    "no property": {},
    "three about the saga": {"properties": SAGA},
    "ends within a day": {"properties": [*SAGA, always_ends(within=86_400)]},
    "a function of status and output": {"properties": [lambda result: result.status != "RUNNING"]},
    "a function of the path": {"properties": [lambda result: len(result.path) < 10]},
    "a function of the time": {"properties": [lambda result: result.elapsed.days < 1]},
    "the first 20,000 states, none merged": {"merge": False, "states": 20_000},
}


def ask(options: dict[str, Sequence[Property]]) -> tuple[float, Exploration]:
    """How long a question takes, and its answer."""
    settings = runpy.run_path(str(EXAMPLES / "order_fulfilment.py"))["SUBSTITUTIONS"]
    machine = asl.load(EXAMPLES / "order_fulfilment.asl.json", substitutions=settings)
    order = json.loads((EXAMPLES / "order_fulfilment.input.json").read_text(encoding="utf-8"))
    begin = time.perf_counter()
    answer = explore(machine, order, replies=REPLIES, **options)
    return time.perf_counter() - begin, answer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    rows = [["question", "seconds", "executions", "states", "met again"]]
    measured = {}
    for question, asked in QUESTIONS.items():
        answers = [ask(asked) for _ in range(options.rounds)]
        seconds = statistics.median(took for took, _ in answers)
        answer = answers[0][1]
        executions = "-" if answer.bounds_hit else f"{answer.executions:,}"
        counts = [f"{answer.states:,}", f"{answer.merged:,}"]
        rows.append([question, f"{seconds:.3f}", executions, *counts])
        measured[question] = {
            "seconds": seconds,
            "executions": answer.executions,
            "states": answer.states,
        }
    report = {"circumstances": circumstances(), "questions": measured}
    print(aligned(rows))
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
