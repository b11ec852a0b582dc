"""docs/mutation.md says of the examples what is so."""

import contextlib
import io
import json
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from asl.testing import Case, mutate

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
PAGE = (ROOT / "docs/mutation.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `(\w+)` \| (.+?) \| (\d+) \| (\d+) \|$", PAGE, re.MULTILINE)
TESTS = "tests/test_order_fulfilment.py", "tests/test_order_mutants.py"


def score(name, what):
    """The mutants of an example, and how many are killed."""
    if what == "its run":
        with contextlib.redirect_stdout(io.StringIO()):
            script = runpy.run_path(str(EXAMPLES / f"{name}.py"))
            value = json.loads((EXAMPLES / f"{name}.input.json").read_text(encoding="utf-8"))
            asks = ("status", "output", "error", "path")
            report = mutate(
                EXAMPLES / f"{name}.asl.json",
                [Case(value, asks=asks, tasks=script["TASKS"])],
                substitutions=script.get("SUBSTITUTIONS"),
            )
        return len(report.verdicts), len(report.killed)
    said = run_pytest(*(TESTS if what.startswith("that and") else [what.strip("`")]))
    killed, total = re.search(r"json: (\d+) of (\d+) mutants killed", said).groups()
    return int(total), int(killed)


def run_pytest(*tests):
    plugins = ("-p", "asl.testing.plugin", "-p", "asl.testing.mutation.plugin")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *plugins),
            *("--asl-mutate", "order_fulfilment.asl.json", *tests),
        ],
        cwd=EXAMPLES,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize(("name", "what", "total", "killed"), ROWS)
def test_the_table_is_right(name, what, total, killed):
    assert score(name, what) == (int(total), int(killed))


def test_every_example_is_in_the_table():
    files = {path.name.removesuffix(".asl.json") for path in EXAMPLES.glob("*.asl.json")}
    assert {name for name, what, *_ in ROWS if what == "its run"} == files


def test_the_session_of_the_page_goes_like_that():
    (shown,) = re.findall(r"^```console\n\$ pytest .*?\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    *lines, _ = shown.splitlines()
    assert "\n".join(lines) in run_pytest(*TESTS)
