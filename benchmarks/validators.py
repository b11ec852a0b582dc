"""Measures asl.check on real definitions, beside the floor and other validators, in one run.

    python benchmarks/validators.py [--quick] [--rounds N] [--json FILE] [--no-peers]

In a round each driver starts once and checks all definitions: a first pass, then as many again as
its number is the median of; the next round goes in reverse order. A validator's number is the
median of its rounds, so all have seen the same minutes of a noisy machine: read the ratios, those
of the medians and, where they differ, the median of the ratios by round. Who needs minutes for a
round is left out of the later rounds once two minutes are spent on it. The cold start is a whole
process that checks one definition of a single task (two or three times, as drivers do).

The definitions are those of ``shared/validation/real`` beside the repository, as text. The floor is
``json.loads`` and no check at all. How the peers are found or installed is in ``peers.py``; the
Ruby statelint is measured if J2119_LIB and STATELINT_LIB name the ``lib`` folders of checkouts.
Validators don't look for the same things: a fast one may be one that sees little. How many of the
real definitions each refuses is printed beside; all but one are right.
"""

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from peers import HERE, PEERS, SHARED, Driver, npm_drivers, pypi_python
from reports import aligned, circumstances, ratio

REAL = SHARED / "validation" / "real"
FLOOR = "json.loads"
STATELINT = ("statelint", "3.1.0")
NPM_PEERS = ("amazon-states-language-service", "asl-validator")
#: A pass of it takes the better part of a minute.
FEW_RUNS = {"asl-validator": "1"}
#: Seconds of measuring after which a driver gets no more rounds.
PATIENCE_S = 120.0


def drivers(*, with_peers: bool) -> list[Driver]:
    validate_python = str(PEERS / "validate_python.py")
    found = [
        Driver("asl", [sys.executable, "-P", str(HERE / "validate_asl.py")], {}),
        Driver(FLOOR, [sys.executable, "-P", validate_python, "json-loads-only"], {}),
    ]
    if not with_peers:
        return found
    if python := pypi_python(*STATELINT):
        found.append(Driver("statelint (Python)", [python, validate_python, "statelint-py"], {}))
    ruby = shutil.which("ruby")
    if ruby and {"J2119_LIB", "STATELINT_LIB"} <= os.environ.keys():
        command = [ruby, str(PEERS / "validate_statelint.rb")]
        found.append(Driver("statelint (Ruby)", command, {}))
    scripts = {package: ["validate_node.mjs", package] for package in NPM_PEERS}
    return [*found, *npm_drivers(scripts)]


def texts_of_definitions() -> dict[str, str]:
    """By id, the text of each definition as somebody would have written it."""
    texts = {}
    for file in sorted(REAL.glob("*.json")):
        record = json.loads(file.read_text("utf-8"))
        definition = record.get("definition")
        text = record.get("text") or json.dumps(definition, indent=2, ensure_ascii=False)
        texts[record["id"]] = text
    return texts


def write(folder: Path, texts: dict[str, str]) -> str:
    folder.mkdir()
    for name, text in texts.items():
        (folder / f"{name}.asl.json").write_text(text, "utf-8")
    return str(folder)


def measure(all_drivers: list[Driver], folder: str, rounds: int, runs: str) -> dict[str, dict]:
    """Per driver: medians of its rounds, or why there are none."""
    documents: dict[str, list[dict]] = {driver.name: [] for driver in all_drivers}
    spent = dict.fromkeys(documents, 0.0)
    failed: dict[str, str] = {}
    for turn in range(rounds):
        print(f"round {turn + 1} of {rounds}", file=sys.stderr)
        for driver in all_drivers if turn % 2 == 0 else all_drivers[::-1]:
            name = driver.name
            if name in failed or spent[name] > PATIENCE_S:
                continue
            begin = time.perf_counter()
            try:
                output = driver.call(folder, BENCH_RUNS=FEW_RUNS.get(name, runs))
            except RuntimeError as error:
                failed[name] = str(error)
                continue
            spent[name] += time.perf_counter() - begin
            documents[name].append(json.loads(output))
    return {
        name: {"failed": failed[name]} if name in failed else summary(found)
        for name, found in documents.items()
    }


def summary(documents: list[dict]) -> dict:
    rates = [document["definitions_per_s"] for document in documents]
    verdict = documents[0]["verdict"]
    return {
        "version": documents[0]["version"],
        "rounds": len(documents),
        "definitions_per_s": statistics.median(rates),
        "range": [min(rates), max(rates)],
        "rates": rates,
        "first_pass_s": statistics.median(document["first_pass_s"] for document in documents),
        "import_s": statistics.median(document["import_s"] for document in documents),
        "refused": verdict["problems"] + verdict["raised"],
        "raised": verdict["raised"],
    }


def measure_cold(all_drivers: list[Driver], folder: str, rounds: int) -> dict[str, float]:
    """Seconds from the start of a process to its end, one small definition checked; the median."""
    times: dict[str, list[float]] = {driver.name: [] for driver in all_drivers}
    for turn in range(rounds):
        for driver in all_drivers if turn % 2 == 0 else all_drivers[::-1]:
            begin = time.perf_counter()
            driver.call(folder, BENCH_RUNS="1")
            times[driver.name].append(time.perf_counter() - begin)
    return {name: statistics.median(values) for name, values in times.items()}


def table(result: dict) -> str:
    validators = result["validators"]
    asl, floor = (validators[name].get("definitions_per_s") for name in ("asl", FLOOR))
    columns = ["definitions/s", "lowest", "highest", "rounds", "of floor", "asl is", "by round"]
    seconds = ["first pass, s", "import, s", "cold start, s"]
    rows = [["validator", "version", *columns, "refuses", *seconds]]
    failures = []
    for name, measured in validators.items():
        if "failed" in measured:
            failures.append(f"{name}: {measured['failed']}")
            continue
        rate = measured["definitions_per_s"]
        cells = [measured["version"], *(f"{one:,.0f}" for one in (rate, *measured["range"]))]
        cells += [str(measured["rounds"]), f"{rate / floor:.4f}" if floor else "-"]
        cells += [f"{ratio(asl, rate)} x", by_round(validators["asl"], measured)]
        cells.append(str(measured["refused"]))
        cells += [f"{measured[key]:.3f}" for key in ("first_pass_s", "import_s", "cold_s")]
        rows.append([name, *cells])
    head = f"{result['definitions']} real definitions, {result['characters']:,} characters"
    return "\n".join([head, "", aligned(rows), *failures])


def by_round(ours: dict, theirs: dict) -> str:
    """The median of the ratios within each round: no minute of it is compared with another."""
    pairs = zip(ours.get("rates", ()), theirs["rates"], strict=False)  # who is slow has fewer
    ratios = [mine / other for mine, other in pairs]
    return f"{statistics.median(ratios):.2f} x" if ratios else "-"


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure asl.check beside other validators.")
    parser.add_argument("--quick", action="store_true", help="a quarter of it: a rough picture")
    parser.add_argument("--rounds", type=int, default=7, metavar="N", help="rounds (7)")
    parser.add_argument("--no-peers", action="store_true", help="only asl and the floor")
    default = HERE / "results" / "validators.json"
    parser.add_argument("--json", type=Path, metavar="FILE", default=default, help="all numbers")
    args = parser.parse_args()
    texts = texts_of_definitions()
    if not texts or not PEERS.is_dir():
        print("the definitions or the drivers are not here: see shared beside the repository")
        return 1
    small = min(
        (name for name in texts if '"Task"' in texts[name]), key=lambda name: len(texts[name])
    )
    measured = dict(list(texts.items())[::4]) if args.quick else texts
    rounds, runs = (1, "1") if args.quick else (args.rounds, "7")
    all_drivers = drivers(with_peers=not args.no_peers)
    with tempfile.TemporaryDirectory() as parent:
        folder = write(Path(parent) / "all", measured)
        validators = measure(all_drivers, folder, rounds, runs)
        folder = write(Path(parent) / "small", {small: texts[small]})
        sound = [driver for driver in all_drivers if "failed" not in validators[driver.name]]
        for name, seconds in measure_cold(sound, folder, rounds).items():
            validators[name]["cold_s"] = seconds
    result = {
        **circumstances(),
        "definitions": len(measured),
        "characters": sum(map(len, measured.values())),
        "validators": validators,
    }
    args.json.parent.mkdir(parents=True, exist_ok=True)
    args.json.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(table(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
