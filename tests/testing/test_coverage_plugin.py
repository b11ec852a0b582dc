"""The options of pytest: as a user gives them, with and without workers."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from asl.language import yamltext  # noqa: F401 - see run
from asl.testing.coverage import lcov, measure, output, page, plugin, table  # noqa: F401 - see run

pytest_plugins = ["pytester"]

ROOT = Path(__file__).resolve().parents[2]
DEFINITION = {
    "StartAt": "Check",
    "States": {
        "Check": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.n", "NumericGreaterThan": 10, "Next": "Big"}],
            "Default": "Small",
        },
        "Big": {"Type": "Succeed"},
        "Small": {"Type": "Succeed"},
    },
}
TESTS = """
import os

import asl
import pytest

def load():
    return asl.load("order.asl.json")

@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_small(n):
    load().run({"n": n})

def test_big():
    if "SMALL" not in os.environ:
        load().run({"n": 11})

def test_crash():
    if "CRASH" in os.environ:
        load().run({"n": 11})
        os._exit(1)
"""


@pytest.fixture
def run(pytester, monkeypatch):
    """Runs pytest in a folder with a definition and its tests.

    In this process: what our modules import late is imported above, or pytester would have it
    imported anew each time.
    """
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("SMALL", "1")
    pytester.makepyfile(test_order=TESTS)
    (pytester.path / "order.asl.json").write_text(json.dumps(DEFINITION), encoding="utf-8")
    (pytester.path / "unused.asl.json").write_text(json.dumps(DEFINITION), encoding="utf-8")

    def run(*arguments):
        return pytester.runpytest_inprocess("-p", "asl.testing.coverage.plugin", *arguments)

    run.path = pytester.path
    run.pytester = pytester
    return run


def test_nothing_is_measured_unless_it_is_asked_for(run):
    result = run()
    result.assert_outcomes(passed=6)
    result.stdout.no_fnmatch_line("*ASL coverage*")


def test_the_table_is_what_is_printed_by_default(run):
    result = run("--asl-cov")
    result.assert_outcomes(passed=6)
    result.stdout.fnmatch_lines(
        [
            "*= ASL coverage =*",
            "Definition      States  Miss  Branches  Miss  Cover",
            "order.asl.json       3     1         2     1    60%",
            "TOTAL                3     1         2     1    60%",
        ]
    )
    result.stdout.no_fnmatch_line("*never*")
    assert result.ret == 0


def test_each_report_that_is_asked_for_is_given(run):
    result = run(
        *("--asl-cov=*.asl.json", "--asl-cov-report", "term-missing"),
        *("--asl-cov-report=json", "--asl-cov-report=lcov:out/x.lcov", "--asl-cov-report=html"),
    )
    result.stdout.fnmatch_lines(
        [
            "order.asl.json        3     1         2     1    60%",
            "  Check: rule 1 (Big) never matched",
            "  Big: never entered",
            "unused.asl.json       3     3         2     2     0%",
            "  Check: never entered",
            "ASL coverage written to *asl_coverage.json",
            "ASL coverage written to *out/x.lcov",
            "ASL coverage written to *index.html",
        ]
    )
    assert json.loads((run.path / "asl_coverage.json").read_text())["percent"] == 30
    assert (run.path / "out" / "x.lcov").exists()
    assert (run.path / "asl_htmlcov" / "index.html").exists()


def test_a_file_report_alone_prints_no_table(run):
    result = run("--asl-cov", "--asl-cov-report=json:c.json")
    result.stdout.no_fnmatch_line("Definition*")


def test_what_earlier_runs_saved_is_added(run, monkeypatch):
    run("--asl-cov", "--asl-cov-report=json:small.json")
    monkeypatch.delenv("SMALL")
    result = run("-k", "big", "--asl-cov", "--asl-cov-append=small.json")
    result.stdout.fnmatch_lines(["order.asl.json       3     0         2     0   100%"])


@pytest.mark.parametrize(
    ("least", "status", "line"),
    [
        ("60", 0, "Required ASL coverage of 60% reached. Total: 60.00%"),
        ("60.01", 1, "FAIL Required ASL coverage of 60.01% not reached. Total: 60.00%"),
        ("100", 1, "FAIL Required ASL coverage of 100% not reached. Total: 60.00%"),
    ],
)
def test_too_little_coverage_fails_the_run(run, least, status, line):
    result = run("--asl-cov", "--asl-cov-fail-under", least)
    result.assert_outcomes(passed=6)
    result.stdout.fnmatch_lines([line])
    assert result.ret == status


def test_a_least_coverage_is_not_reached_when_nothing_ran(run):
    result = run("-k", "crash", "--asl-cov", "--asl-cov-fail-under=0")
    result.stdout.fnmatch_lines(["FAIL ASL coverage of 0% not reached: no state machine ran"])
    assert result.ret == 1


def test_a_report_that_can_not_be_written_fails_the_run(run):
    (run.path / "c.json").mkdir()
    result = run("--asl-cov", "--asl-cov-report=json:c.json", "--asl-cov-report=term")
    result.stdout.fnmatch_lines(["can't write the coverage to *", "order.asl.json *60%"])
    assert result.ret == 1


def test_collecting_alone_reports_nothing(run):
    result = run("--asl-cov", "--collect-only", "--asl-cov-fail-under=100")
    result.stdout.no_fnmatch_line("*ASL coverage*")
    assert result.ret == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--asl-cov-report=term"], "--asl-cov-report needs --asl-cov"),
        (["--asl-cov-fail-under=1"], "--asl-cov-fail-under needs --asl-cov"),
        (["--asl-cov-append=x.json"], "--asl-cov-append needs --asl-cov"),
        (["--asl-cov", "--asl-cov-report=trem"], "not 'trem'; did you mean 'term'?"),
        (["--asl-cov", "--asl-cov-fail-under=all"], "a number from 0 to 100, not 'all'"),
        (["--asl-cov", "--asl-cov-fail-under=101"], "a number from 0 to 100, not '101'"),
        (["--asl-cov", "--asl-cov-fail-under=nan"], "a number from 0 to 100, not 'nan'"),
        (["--asl-cov", "--asl-cov-append=x.json"], "can't read the coverage in*No such file"),
        (["--asl-cov=ordre.asl.json"], "'ordre.asl.json': no such file or folder"),
        (["--asl-cov", "test_order.py"], "coverage of 'test_order.py'"),
    ],
)
def test_a_wrong_option_stops_pytest_and_says_why(run, arguments, says):
    result = run(*arguments)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*{says}*"])


# ---------------------------------------------------------------- pytest-xdist


PLUGINS = ("-p", "asl.testing.coverage.plugin", "-p", "xdist", "-p", "no:cacheprovider")


def run_apart(path, *arguments, **environment):
    """Pytest in a process of its own: workers are started from it."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", *PLUGINS, *arguments],
        cwd=path,
        env={
            **os.environ,
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTHONPATH": str(ROOT),
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_workers_hand_over_what_they_counted(run, monkeypatch):
    monkeypatch.delenv("SMALL")
    done = run_apart(
        run.path,
        *("-n", "2", "--asl-cov=.", "--asl-cov-report=term-missing", "--asl-cov-report=json"),
        *("--asl-cov-fail-under", "50"),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "order.asl.json        3     0         2     0   100%\nunused.asl.json" in done.stdout
    assert "Required ASL coverage of 50% reached. Total: 50.00%" in done.stdout
    document = json.loads((run.path / "asl_coverage.json").read_text())
    assert document["definitions"][0]["executions"] == 5
    assert document["warnings"] == []


def test_a_worker_that_crashes_is_missed_aloud(run):
    done = run_apart(run.path, "-n", "2", "--asl-cov", CRASH="1")
    assert "has crashed: its runs are not counted" in done.stdout
    assert "order.asl.json" in done.stdout
    assert done.returncode == 1
