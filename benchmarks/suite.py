"""Measures a test suite of a real-world machine under pytest, and what the plugin adds to one.

    python benchmarks/suite.py [--tests N] [--rounds N] [--json FILE] [--markdown PAGE]
                               [--from FILE]

The machine is ``examples/order_fulfilment.asl.json``, a saga of seven states with retries, catchers
and timeouts. Three suites of N tests (500) are written into a folder and run by pytest, each in a
process of its own: one that uses the fixtures and assertions of the kit; the same tests with plain
``asl.load`` and ``run``, which can do without the plugin; and tests that do nothing. The last two
run with and without the plugin, side by side in each round, so that both see the same minute of a
noisy machine; what the plugin adds is the median of what it added in each round. CPU time counts
what the process did and not what others did meanwhile: compare that. On a busy machine it still
varies by several per cent from one call to the next.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pages import include, markdown
from reports import aligned, circumstances

ROOT = Path(__file__).resolve().parents[1]
PLUGIN = ("-p", "asl.testing.plugin")

COMMON = """\
import asl
import pytest

FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:"
NAMES = ("ReserveStock", "ChargeCard", "CreateShipment", "RefundCharge", "ReleaseStock")
SUBSTITUTIONS = {f"{name}FunctionArn": FUNCTION + name.lower() for name in NAMES}
CASES = [(number, number % 4, number // 4 % 2) for number in range(TESTS)]


def order(number):
    return {
        "orderId": f"order-{number}",
        "items": [{"sku": "a-1", "quantity": number}],
        "total": number / 4,
        "address": {"city": "Tromsø", "country": "NO"},
    }


def tasks(busy, is_shipped):
    ship = {"trackingCode": "T-1"} if is_shipped else asl.fails("NoCarrier", "nobody goes there")
    return {
        "reservestock": lambda _: {"reservationId": "res-7"},
        "chargecard": asl.script(*[asl.fails("PaymentGatewayBusy")] * busy, {"chargeId": "ch-9"}),
        "createshipment": asl.script(ship),
        "refundcharge": lambda payload: payload["amount"],
        "releasestock": lambda payload: None,
    }
"""

KIT = (
    COMMON
    + """

from asl.testing import Calls, assert_never_visited, assert_path, assert_retries, trace


@pytest.fixture
def machine(asl_machine):
    return asl_machine("order_fulfilment.asl.json", substitutions=SUBSTITUTIONS)


@pytest.mark.parametrize(("number", "busy", "is_shipped"), CASES)
def test_order(asl_run, machine, number, busy, is_shipped):
    calls = Calls(tasks(busy, is_shipped))
    result = asl_run(machine, order(number), tasks=calls)
    assert_retries(result, "ChargeCard", [2, 4, 8][:busy])
    assert len(calls.to("chargecard")) == busy + 1
    assert trace(result)["CreateShipment"].only.input["charge"] == {"id": "ch-9"}
    if is_shipped:
        assert_path(result, "ReserveStock", "ChargeCard", "CreateShipment", "OrderFulfilled")
        assert_never_visited(result, "RefundCharge")
    else:
        assert_path(result, ..., "RefundCharge", "ReleaseStock", "OrderCancelled")
        assert calls.to("refundcharge").payloads == [{"chargeId": "ch-9", "amount": number / 4}]
"""
)

PLAIN = (
    COMMON
    + """

from pathlib import Path

MACHINE = asl.load(
    Path(__file__).parent / "order_fulfilment.asl.json", substitutions=SUBSTITUTIONS
)


@pytest.mark.parametrize(("number", "busy", "is_shipped"), CASES)
def test_order(number, busy, is_shipped):
    result = MACHINE.run(order(number), tasks=tasks(busy, is_shipped))
    assert result.status == ("SUCCEEDED" if is_shipped else "FAILED")
    assert result.path[:3] == ["ReserveStock", "ChargeCard", "CreateShipment"]
"""
)

NOTHING = """\
import pytest


@pytest.mark.parametrize("number", range(TESTS))
def test_nothing(number):
    assert number >= 0
"""

#: What is measured: the suite, and whether the plugin is loaded.
MEASURED = {
    "kit": ("the kit", KIT, True),
    "plain": ("plain asl, with the plugin", PLAIN, True),
    "plain, no plugin": ("plain asl, without it", PLAIN, False),
    "nothing": ("tests that do nothing, with the plugin", NOTHING, True),
    "nothing, no plugin": ("tests that do nothing, without it", NOTHING, False),
}


def run_suite(folder: Path, *, with_plugin: bool) -> tuple[float, float]:
    """Seconds that pytest took for a suite, by the clock and of the CPU."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder)]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # or all would be compiled again each time
    cpu, started = _cpu(), time.perf_counter()
    subprocess.run(
        [*command, *(PLUGIN if with_plugin else ())],
        check=True,
        capture_output=True,
        cwd=folder,
        env=environment,
    )
    return time.perf_counter() - started, _cpu() - cpu


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(tests: int, rounds: int) -> dict:
    """Medians of all suites."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in MEASURED}
    with tempfile.TemporaryDirectory() as base:
        folders = {}
        for name, (_, text, _) in MEASURED.items():
            folder = folders[name] = Path(base, name.replace(", ", "-").replace(" ", "-"))
            folder.mkdir()
            (folder / "pytest.ini").write_text("[pytest]\n")
            (folder / f"test_{folder.name.replace('-', '_')}.py").write_text(
                f"TESTS = {tests}\n{text}", "utf-8"
            )
            definition = ROOT / "examples" / "order_fulfilment.asl.json"
            (folder / definition.name).write_bytes(definition.read_bytes())
            run_suite(folder, with_plugin=MEASURED[name][2])  # compiles what there is to compile
        for turn in range(rounds):
            for name in MEASURED if turn % 2 else reversed(MEASURED):
                taken[name].append(run_suite(folders[name], with_plugin=MEASURED[name][2]))
    return {
        "circumstances": circumstances(),
        "tests": tests,
        "rounds": rounds,
        "suites": {
            name: {
                "seconds": statistics.median(wall for wall, _ in times),
                "cpu_seconds": statistics.median(cpu for _, cpu in times),
            }
            for name, times in taken.items()
        },
        "plugin_adds": {
            name: _share(taken[name], taken[f"{name}, no plugin"]) for name in ("plain", "nothing")
        },
    }


def _share(loaded: list[tuple[float, float]], bare: list[tuple[float, float]]) -> float:
    """How much more CPU time suites took with the plugin: median of the rounds."""
    pairs = zip(loaded, bare, strict=True)
    return statistics.median(ours / theirs - 1 for (_, ours), (_, theirs) in pairs)


def rows(measured: dict) -> list[list[str]]:
    """The table: what the plugin adds stands beside suites that were run without it, too."""
    table = [[f"{measured['tests']} tests", "seconds", "CPU seconds", "the plugin adds"]]
    for name, (title, _, _) in MEASURED.items():
        took = measured["suites"][name]
        adds = measured["plugin_adds"].get(name)
        share = "" if adds is None else f"{adds:+.1%}"
        table.append([title, f"{took['seconds']:.2f}", f"{took['cpu_seconds']:.2f}", share])
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tests", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", type=Path, help="write the numbers here")
    parser.add_argument("--from", dest="read", type=Path, help="show numbers measured earlier")
    parser.add_argument("--markdown", type=Path, help="put the table between the marks of a page")
    options = parser.parse_args()
    if options.read:
        measured = json.loads(options.read.read_text("utf-8"))
    else:
        measured = measure(options.tests, options.rounds)
    if options.json:
        options.json.write_text(json.dumps(measured, indent=2) + "\n", "utf-8")
    if options.markdown:
        include(options.markdown, "suite", markdown(rows(measured)))
    print(aligned(rows(measured)))


if __name__ == "__main__":
    main()
