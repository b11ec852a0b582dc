"""The pytest plugin, in suites of its users."""

import json
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

pytest_plugins = ["pytester"]

ROOT = Path(__file__).resolve().parents[2]
ORDER = {
    "StartAt": "Reserve",
    "States": {
        "Reserve": {"Type": "Pass", "Next": "Charge"},
        "Charge": {
            "Type": "Task",
            "Resource": "${Charge}",
            "TimeoutSeconds": 30,
            "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 2}],
            "ResultPath": "$.charge",
            "End": True,
        },
    },
}
IDS = {
    "StartAt": "Id",
    "States": {
        "Id": {
            "Type": "Pass",
            "Parameters": {"id.$": "States.UUID()", "at.$": "$$.Execution.StartTime"},
            "End": True,
        }
    },
}


@pytest.fixture
def suite(pytester, monkeypatch):
    """A folder with two definitions, and pytest with no other plugin than this one."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    (pytester.path / "order.asl.json").write_text(json.dumps(ORDER))
    (pytester.path / "ids.asl.json").write_text(json.dumps(IDS))
    return pytester


def run(suite, *arguments, apart=False):
    """Run the suite with the plugin, in a process of its own if it has to be ``apart``."""
    start = suite.runpytest_subprocess if apart else suite.runpytest_inprocess
    return start("-p", "asl.testing.plugin", "-p", "no:cacheprovider", *arguments)


def told(result):
    return result.stdout.str()


# Finding and running machines


def test_machines_are_found_beside_the_test_above_it_and_where_the_ini_file_says(suite):
    suite.makeini("[pytest]\nasl_definitions = machines other")
    for folder, name in (("machines", "far"), ("tests", "near"), ("tests/deep", "order")):
        (suite.path / folder).mkdir(exist_ok=True)
        (suite.path / folder / f"{name}.asl.json").write_text(json.dumps(IDS))
    (suite.path / "tests/deep/test_it.py").write_text(
        "def test_it(asl_machine):\n"
        "    for name in ('near', 'far', 'ids', 'order'):\n"
        "        assert asl_machine(f'{name}.asl.json').start_at == 'Id', name\n"
    )
    run(suite).assert_outcomes(passed=1)


def test_a_machine_is_loaded_once_in_a_session_for_each_way_to_load_it(suite):
    suite.makepyfile(
        """
        import asl, pytest
        from pathlib import Path

        SEEN = []

        @pytest.fixture(scope="module")
        def order(asl_machine):
            return asl_machine("order.asl.json", substitutions={"Charge": "pay"})

        @pytest.mark.parametrize("turn", [1, 2])
        def test_same(order, asl_machine, turn):
            again = asl_machine("order.asl.json", substitutions={"Charge": "pay"})
            assert again is order
            assert asl_machine(Path("order.asl.json"), substitutions={"Charge": "pay"}) is order
            other = asl_machine("order.asl.json", substitutions={"Charge": "other"})
            assert other is not order
            named = asl_machine("order.asl.json", substitutions={"Charge": "pay"}, name="O")
            assert named.arn.name == "O"

        def test_a_changed_file_is_loaded_again(asl_machine, tmp_path):
            file = tmp_path / "m.asl.json"
            file.write_text('{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}')
            assert asl_machine(file).start_at == "A"
            file.write_text('{"StartAt": "B", "States": {"B": {"Type": "Succeed"}}}')
            assert asl_machine(file).start_at == "B"

        def test_text_and_dicts(asl_machine):
            text = '{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}'
            assert asl_machine(text) is asl_machine(text)
            tree = {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}
            assert asl_machine(tree).start_at == "A"
        """
    )
    run(suite).assert_outcomes(passed=4)


def test_a_file_that_is_not_there_is_named_with_the_nearest_one(suite):
    suite.makepyfile("def test_it(asl_machine):\n    asl_machine('ordre.asl.json')\n")
    result = run(suite)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*no definition 'ordre.asl.json' in *did you mean 'order.asl.json'*"]
    )


def test_a_definition_that_is_cut_in_the_middle_says_so(suite):
    (suite.path / "cut.asl.json").write_text(json.dumps(ORDER)[:100])
    suite.makepyfile("def test_it(asl_run):\n    asl_run('cut.asl.json')\n")
    result = run(suite)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*DefinitionSyntaxError: cut.asl.json:1:101*"])


def test_runs_of_all_kinds(suite):
    suite.makepyfile(
        """
        import asyncio
        import asl, pytest

        TASKS = {"Charge": lambda payload: {"paid": payload["amount"]}}

        @pytest.fixture
        def order(asl_machine):
            return asl_machine("order.asl.json", substitutions={"Charge": "pay"})

        def test_run(asl_run, order):
            result = asl_run(order, {"amount": 40}, tasks=TASKS)
            assert result.output["charge"] == {"paid": 40}

        def test_check(asl_run, order):
            with pytest.raises(asl.ExecutionFailed):
                asl_run(order, tasks={"Charge": asl.script(asl.fails("No"))}, check=True)

        def test_start(asl_run, order):
            run = asl_run.start(order, tasks={"Charge": lambda _: asl.hangs()})
            assert run.advance(10).waiting[0].state_name == "Charge"
            assert run.advance().error == "States.Timeout"

        def test_async(asl_run, order):
            async def charge(payload):
                return payload

            result = asyncio.run(asl_run.run_async(order, {"a": 1}, tasks={"Charge": charge}))
            assert result.output == {"a": 1, "charge": {"a": 1}}

        def test_a_file(asl_run):
            assert asl_run("ids.asl.json").status == "SUCCEEDED"

        def test_options_go_through(asl_run, order):
            with pytest.raises(TypeError, match="unknown options"):
                asl_run(order, sede=3)
        """
    )
    run(suite).assert_outcomes(passed=6)


# Seed and time


def test_seed_and_start_come_from_argument_fixture_marker_and_ini_in_this_order(suite):
    suite.makeini("[pytest]\nasl_seed = 5\nasl_start = 2030-01-01T00:00:00Z")
    suite.makepyfile(
        """
        from datetime import datetime, timezone
        import asl, pytest

        def made(result):
            return result.output["id"], result.output["at"]

        def plain(asl_machine, seed, year):
            clock = asl.VirtualClock(datetime(year, 1, 1, tzinfo=timezone.utc))
            return made(asl_machine("ids.asl.json").run(seed=seed, clock=clock))

        def test_ini(asl_run, asl_machine):
            assert made(asl_run("ids.asl.json")) == plain(asl_machine, 5, 2030)

        @pytest.mark.asl(seed=7)
        def test_marker(asl_run, asl_machine):
            assert made(asl_run("ids.asl.json")) == plain(asl_machine, 7, 2030)

        @pytest.mark.asl(seed=7)
        def test_argument(asl_run, asl_machine):
            assert made(asl_run("ids.asl.json", seed=8)) == plain(asl_machine, 8, 2030)

        @pytest.mark.asl(seed=7, start="2031-01-01T01:00:00+01:00")
        class TestNearest:
            def test_of_the_class(self, asl_run, asl_machine):
                assert made(asl_run("ids.asl.json")) == plain(asl_machine, 7, 2031)

            @pytest.mark.asl(seed=9)
            def test_of_the_function(self, asl_run, asl_machine, asl_seed):
                assert asl_seed == 9
                assert made(asl_run("ids.asl.json")) == plain(asl_machine, 9, 2031)

        @pytest.mark.asl(seed=7, start=datetime(2032, 1, 1, tzinfo=timezone.utc))
        class TestFixture:
            @pytest.fixture(autouse=True)
            def asl_seed(self):
                return 11

            def test_it(self, asl_run, asl_machine):
                assert made(asl_run("ids.asl.json")) == plain(asl_machine, 11, 2032)
        """
    )
    run(suite).assert_outcomes(passed=6)


def test_executions_have_a_clock_each_unless_the_test_asks_for_one(suite):
    suite.makepyfile(
        """
        import asl, pytest

        NAP = {"StartAt": "Nap", "States": {"Nap": {"Type": "Wait", "Seconds": 60, "End": True}}}

        def test_each_its_own(asl_run):
            assert asl_run(NAP).started_at == asl_run(NAP).started_at

        @pytest.mark.asl(start="2031-01-01T00:00:00Z")
        def test_one(asl_run, asl_clock):
            first, second = asl_run(NAP), asl_run(NAP)
            assert first.started_at.isoformat() == "2031-01-01T00:00:00+00:00"
            assert second.started_at == first.started_at + first.elapsed
            assert "00:02:00" in repr(asl_clock)
        """
    )
    run(suite).assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        ("asl(sede=3)", "the marker asl takes seed=... and start=..., not sede"),
        ("asl(3)", "the marker asl takes seed=... and start=..., not 3"),
        ("asl(seed='3')", "a seed is a whole number, not '3'"),
        ("asl(seed=True)", "a seed is a whole number, not True"),
        ("asl(start='2030-01-01')", "a time with a time zone*not '2030-01-01'"),
        ("asl(start='soon')", "*'soon'"),
        ("asl(start=3)", "a time with a time zone*not 3"),
    ],
)
def test_a_marker_that_nobody_understands_fails_the_test(suite, marker, message):
    suite.makepyfile(f"import pytest\n\n@pytest.mark.{marker}\ndef test_it():\n    pass\n")
    result = run(suite, "--strict-markers")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"*{message}*"])


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("asl_seed = many", "asl_seed = 'many'*invalid literal*"),
        ("asl_start = 2030-01-01", "asl_start = '2030-01-01'*with a time zone*"),
    ],
)
def test_an_ini_file_that_nobody_understands_ends_the_session(suite, line, message):
    suite.makeini(f"[pytest]\n{line}")
    suite.makepyfile("def test_it():\n    pass\n")
    result = run(suite)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*{message}"])


def test_properties_may_use_the_fixtures(suite):
    suite.makepyfile(
        """
        from hypothesis import given, settings
        from hypothesis import strategies as st

        @given(st.integers(0, 100))
        @settings(max_examples=20, database=None)
        def test_it(asl_run, asl_machine, amount):
            machine = asl_machine("order.asl.json", substitutions={"Charge": "pay"})
            result = asl_run(machine, {"amount": amount}, tasks={"Charge": lambda p: p["amount"]})
            assert result.output["charge"] == amount
        """
    )
    run(suite, "-p", "_hypothesis_pytestplugin").assert_outcomes(passed=1)


def test_unittest_cases_may_use_the_fixtures(suite):
    suite.makepyfile(
        """
        import unittest
        import pytest

        class TestOrder(unittest.TestCase):
            @pytest.fixture(autouse=True)
            def _fixtures(self, asl_run):
                self.run_machine = asl_run

            def test_it(self):
                self.assertEqual(self.run_machine("ids.asl.json").status, "SUCCEEDED")
        """
    )
    run(suite).assert_outcomes(passed=1)


# Failing tests


FAILING = """
    import asl, pytest

    TASKS = {"Charge": asl.script(asl.fails("Busy"), asl.fails("NoFunds", "balance 3"))}

    @pytest.fixture
    def order(asl_machine):
        return asl_machine("order.asl.json", substitutions={"Charge": "pay"})
"""


def failing(suite, body, *arguments):
    suite.makepyfile(dedent(FAILING) + dedent(body))
    result = run(suite, *arguments)
    result.assert_outcomes(failed=1)
    return result


def test_a_failing_test_tells_the_way_the_state_its_input_and_the_last_events(suite):
    result = failing(
        suite,
        """
        def test_it(asl_run, order):
            outcome = asl_run(order, {"amount": 40}, tasks=TASKS)
            assert outcome.status == "SUCCEEDED"
        """,
    )
    result.stdout.fnmatch_lines(
        [
            "*- asl: outcome -*",
            "FAILED after 0:00:02",
            "error:  NoFunds: balance 3",
            "path:   Reserve > Charge",
            "failed: 'Charge' with NoFunds: balance 3, after 2 attempts",
            'input:  {"amount":40}',
            "events: ... *",
            "*+2s LambdaFunctionScheduled {*",
            '*+2s LambdaFunctionFailed [[]"NoFunds","balance 3"]',
            '*+2s ExecutionFailed [[]"NoFunds","balance 3"]',
        ],
        consecutive=False,
    )


def test_all_is_told_where_more_is_asked_for(suite):
    body = """
        def test_it(asl_run, order):
            outcome = asl_run(order, {"note": "x" * 900}, tasks=TASKS)
            assert outcome.status == "SUCCEEDED"
    """
    assert (
        "x" * 900 not in told(failing(suite, body, "--show-capture=all")).split("asl: outcome")[1]
    )
    shown = told(failing(suite, body, "-vv")).split("asl: outcome")[1]
    assert "x" * 900 in shown
    assert "   1 +0s ExecutionStarted" in shown


@pytest.mark.parametrize(
    ("body", "title"),
    [
        ("assert order.run(tasks=TASKS).output == 1", "asserted"),
        ("output = asl_run(order, tasks=TASKS).output\n    assert output == 1", "the newest run"),
        ("asl_run(order, tasks=TASKS, check=True)", "the execution"),
        ("execution = order.start(tasks=TASKS)\n    execution.advance()\n    assert not execution",
         "execution"),
        ("r = order.run(tasks=TASKS)\n    asl.testing.assert_path(r, 'Reserve')", "r"),
    ],
)  # fmt: skip
def test_executions_are_found_wherever_they_are(suite, body, title):
    result = failing(suite, f"import asl.testing\n\ndef test_it(asl_run, order):\n    {body}\n")
    result.stdout.fnmatch_lines([f"*- asl: {title} -*", "path:   Reserve > Charge"])
    assert told(result).count("- asl: ") == 1


def test_what_waits_and_what_was_caught_and_what_handlers_raised_is_told(suite):
    result = failing(
        suite,
        """
        def test_it(asl_run):
            task = {"Type": "Task", "Resource": "t"}
            machine = {"StartAt": "Odd", "States": {
                "Odd": {**task, "Next": "Ask",
                        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Ask"}]},
                "Ask": {**task, "End": True},
            }}

            def odd(_):
                raise ValueError("seven")

            run = asl_run.start(machine, tasks={"Odd": odd, "Ask": lambda _: asl.hangs()})
            run.advance(5)
            assert not run
        """,
    )
    result.stdout.fnmatch_lines(
        [
            "RUNNING after 0:00:05",
            "caught: 'Odd' with ValueError: *",
            "waits:  'Ask' for a task",
            "raised: ValueError('seven') by the handler of 'Odd'",
        ]
    )


def test_a_history_that_was_not_kept_is_told_as_far_as_it_is_there(suite):
    result = failing(
        suite,
        """
        def test_it(asl_run, order):
            run = asl_run(order, tasks=TASKS, history=2)
            assert run.status == "SUCCEEDED"
        """,
    )
    result.stdout.fnmatch_lines(
        ["path:   not known: * events were not kept", "events: ... * more, then"]
    )


def test_what_can_not_be_told_hides_no_failure(suite):
    result = failing(
        suite,
        """
        def test_it(order):
            result = order.run(tasks={"Charge": lambda _: 1})
            result.definition = None  # somebody's mistake, or ours
            assert result.status == "FAILED"
        """,
    )
    result.stdout.fnmatch_lines(["*AssertionError: assert 'SUCCEEDED' == 'FAILED'",
                                 "the executions can't be told: *"])  # fmt: skip


def test_a_failing_test_without_executions_is_as_it_was(suite):
    suite.makepyfile("def test_it(asl_run):\n    assert 1 == 2\n")
    result = run(suite)
    result.assert_outcomes(failed=1)
    assert "asl:" not in told(result)


def test_an_execution_of_an_earlier_test_is_not_told(suite):
    suite.makepyfile(
        "def test_a(asl_run):\n    asl_run('ids.asl.json')\n\n"
        "def test_b(asl_run):\n    assert 1 == 2\n"
    )
    result = run(suite)
    result.assert_outcomes(passed=1, failed=1)
    assert "asl:" not in told(result)


def test_comparing_results_tells_the_difference_by_state(suite):
    result = failing(
        suite,
        """
        def test_it(order):
            first = order.run({"amount": 1}, tasks={"Charge": lambda _: 1})
            second = order.run({"amount": 2}, tasks={"Charge": lambda _: 1})
            assert first == second
        """,
    )
    result.stdout.fnmatch_lines(
        [
            "E * assert <SUCCEEDED after 0:00:00: Reserve > Charge == <SUCCEEDED after*",
            "E * the runs differ (first != second):",
            "E * 'Reserve': input.amount: 1 != 2",
        ]
    )


def test_comparing_results_of_the_same_run_says_how_to_compare_them(suite):
    result = failing(
        suite,
        """
        def test_it(order):
            runs = [order.run(tasks={"Charge": lambda _: 1}) for _ in range(2)]
            assert runs[0] == runs[1]
        """,
    )
    result.stdout.fnmatch_lines(["E * asl.testing.assert_same_run(result, other)"])


def test_comparing_a_result_with_its_output_says_so(suite):
    result = failing(
        suite,
        """
        def test_it(order):
            assert order.run(tasks={"Charge": lambda _: 1}) == {"charge": 1}
        """,
    )
    result.stdout.fnmatch_lines(["E * a Result is no dict: is its .output or .status meant?"])


def test_comparing_a_result_whose_history_was_not_kept_says_so(suite):
    result = failing(
        suite,
        """
        def test_it(order):
            runs = [order.run(tasks={"Charge": lambda _: 1}, history=1) for _ in range(2)]
            assert runs[0] == runs[1]
        """,
    )
    result.stdout.fnmatch_lines(["E * history events were not kept (run with history=None)"])


# Beside others


def test_it_works_with_xdist(suite):
    pytest.importorskip("xdist")
    suite.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize("amount", range(4))
        def test_it(asl_run, asl_machine, amount):
            machine = asl_machine("order.asl.json", substitutions={"Charge": "pay"})
            result = asl_run(machine, {"n": amount}, tasks={"Charge": lambda p: p["n"]})
            assert result.output["charge"] != 3
        """
    )
    result = run(suite, "-p", "xdist", "-n", "2", apart=True)
    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(["*- asl: result -*", "path:   Reserve > Charge"])


def test_the_plugin_loads_nothing_before_a_test_asks_for_it():
    script = (
        "import sys, asl.testing.plugin\n"
        "print(sorted(name for name in sys.modules if name.startswith('asl')))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout
    assert shown.strip() == "['asl', 'asl.testing', 'asl.testing.plugin']"


def test_a_suite_that_does_not_use_it_does_not_load_it(suite):
    suite.makepyfile(
        "import sys\n\ndef test_it():\n    assert 'asl.engine' not in sys.modules\n"
        "\ndef test_that():\n    assert 'asl.errors' not in sys.modules\n"
    )
    run(suite, apart=True).assert_outcomes(passed=2)


def test_it_declares_its_marker_fixtures_and_options(suite):
    suite.makepyfile("def test_it():\n    pass\n")
    assert "@pytest.mark.asl(seed=0, start=" in told(run(suite, "--markers"))
    fixtures = told(run(suite, "--fixtures"))
    for name in ("asl_machine", "asl_run", "asl_clock", "asl_seed"):
        assert name in fixtures
    options = told(run(suite, "--help"))
    for name in ("asl_definitions", "asl_seed", "asl_start"):
        assert name in options
