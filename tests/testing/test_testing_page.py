"""The tests of docs/testing.md and examples/tests, run by pytest with the plugin."""

import os
import re
import subprocess
import sys
from pathlib import Path

pytest_plugins = ["pytester"]

ROOT = Path(__file__).resolve().parents[2]


def blocks(language):
    page = (ROOT / "docs/testing.md").read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```\n", page, re.MULTILINE | re.DOTALL)


def test_the_tests_of_the_page_pass(pytester, monkeypatch):
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    (definition,) = blocks("json")
    (pytester.path / "order.asl.json").write_text(definition)
    code = "\n\n".join(blocks("python"))
    pytester.makepyfile(code)
    result = pytester.runpytest_inprocess("-p", "asl.testing.plugin", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=code.count("\ndef test_"))


def test_the_failing_test_of_the_page_tells_that(pytester, monkeypatch):
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    (pytester.path / "order.asl.json").write_text(blocks("json")[0])
    pytester.makepyfile(
        blocks("python")[0]
        + "\n\ndef test_it(asl_run, order):\n"
        + "    tasks = {**TASKS, 'charge': asl.script(asl.fails('NoFunds', 'balance 3'))}\n"
        + "    result = asl_run(order, ORDER, tasks=tasks)\n"
        + "    assert result.status == 'SUCCEEDED'\n"
    )
    result = pytester.runpytest_inprocess("-p", "asl.testing.plugin", "-k", "test_it")
    promised = blocks("text")[-1].splitlines()
    title, *shown = promised[:-1]
    assert re.search(rf"-+ {re.escape(title.strip('- '))} -+", result.stdout.str())
    assert "\n".join(shown) in result.stdout.str()


def test_the_tests_of_the_examples_pass():
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "asl.testing.plugin", "examples/tests"],
        cwd=ROOT,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "20 passed" in done.stdout, done.stdout + done.stderr
