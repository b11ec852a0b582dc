"""``pytest --asl-mutate``: the tests of a suite tell which mutants they notice."""

import json
from importlib.metadata import entry_points
from pathlib import Path

import pytest

import asl.testing.mutation.session  # noqa: F401 - see `suite`
from tests.definitions import catch, choice, retry, scope, task, wait

pytest_plugins = ["pytester"]

ROOT = Path(__file__).resolve().parents[2]
DEFINITION = {
    **scope(
        Charge=task(
            "${ChargeFunction}",
            Retry=[retry("Busy", MaxAttempts=2)],
            Catch=[catch("Refused", "Declined")],
            ResultPath="$.charge",
        ),
        Large=choice({"Variable": "$.charge.amount", "NumericGreaterThan": 100, "Next": "Hold"},
                     Default="Done"),
        Hold=wait(60, Next="Done"),
        Done={"Type": "Succeed"},
        Refused={"Type": "Fail", "Error": "Refused"},
    ),
}  # fmt: skip
HEAD = """
import asl, pytest, functools

FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:charge"

def load():
    return asl.load("order.asl.json", substitutions={"ChargeFunction": FUNCTION})

def run(machine, *replies):
    return machine.run({}, tasks={"charge": asl.script(*replies)})
"""
BUSY = """
def test_busy():
    assert run({machine}, asl.fails("Busy"), asl.fails("Busy"), {{"amount": 1}}).path[-1] == "Done"
"""
ONE = HEAD + BUSY.format(machine="load()")


@pytest.fixture
def suite(pytester):
    """Run pytest on tests of the definition; what it says, and its exit status.

    In this process: what the plugin imports late is imported above, or pytester has it twice.
    """
    (pytester.path / "order.asl.json").write_text(json.dumps(DEFINITION, indent=1))
    installed = {each.name for each in entry_points(group="pytest11")}
    plugin = () if "asl_mutation" in installed else ("-p", "asl.testing.mutation.plugin")

    def run(tests, *options, mutate="order.asl.json"):
        pytester.makepyfile(test_order=tests)
        asked = () if mutate is None else ("--asl-mutate", mutate)
        return pytester.runpytest_inprocess(
            *plugin, "-p", "no:cacheprovider", "-p", "no:randomly", *asked, *options
        )

    run.path = pytester.path
    return run


def mutants(suite, tests, *options):
    """The fate of each mutant, by its sentence."""
    done = suite(tests, "--asl-mutate-json", "mutants.json", *options)
    assert done.ret == 0, done.outlines
    (document,) = json.loads((suite.path / "mutants.json").read_text())
    return {each["what"]: each for each in document["mutants"]}


def test_survivors_are_listed_with_their_lines_and_a_score(suite):
    done = suite(ONE)
    assert done.ret == 0
    done.assert_outcomes(passed=1)
    line = 1 + json.dumps(DEFINITION, indent=1).splitlines().index('     "MaxAttempts": 2')
    done.stdout.fnmatch_lines(
        [
            "*ASL mutants*",
            "order.asl.json: 7 of 26 mutants killed (27 %)",
            "Survived, though tests enter the state:",
            f"*order.asl.json:{line}: Charge: MaxAttempts is 3 instead of 2 [[]max-attempts[]]",
            "No test enters:",
            "*Hold: 4 mutants*",
            "*Refused: 1 mutant*",
        ]
    )


def test_what_a_test_asserts_decides(suite):
    asked = ONE + "\ndef test_time():\n    r = run(load(), asl.fails('Busy'), {'amount': 101})\n"
    found = mutants(suite, asked + "    assert r.elapsed.seconds == 61\n")
    assert found["Seconds is 120 instead of 60"]["fate"] == "killed"
    assert found["Seconds is 120 instead of 60"]["killer"] == "test_order.py::test_time"
    assert found["NumericGreaterThan is 101 instead of 100"]["fate"] == "killed"
    weak = mutants(suite, asked)
    assert weak["Seconds is 120 instead of 60"]["fate"] == "survived"


WAYS_TO_HOLD_A_MACHINE = {
    "loaded in the test": ONE,
    "at the top of the module": HEAD + "machine = load()\n" + BUSY.format(machine="machine"),
    "kept by a cache": HEAD
    + "cached = functools.lru_cache(load)\n"
    + BUSY.format(machine="cached()"),
    "from a fixture of the session": HEAD
    + "@pytest.fixture(scope='session')\ndef machine(): return load()\n"
    + BUSY.replace("test_busy()", "test_busy(machine)").format(machine="machine"),
    "run by a fixture of the module": HEAD
    + """
@pytest.fixture(scope="module")
def result():
    return run(load(), asl.fails("Busy"), asl.fails("Busy"), {"amount": 1})

def test_other(result):
    assert result

def test_busy(result):
    assert result.path[-1] == "Done"
""",
    "from an object": HEAD
    + """
import json, pathlib
def other():
    text = pathlib.Path("order.asl.json").read_text().replace("${ChargeFunction}", FUNCTION)
    return asl.load(json.loads(text))
"""
    + BUSY.format(machine="other()"),
    "in a test of unittest": HEAD
    + """
import unittest
class Order(unittest.TestCase):
    def test_busy(self):
        replies = asl.fails("Busy"), asl.fails("Busy"), {"amount": 1}
        self.assertEqual(run(load(), *replies).path[-1], "Done")
""",
    "in a property": HEAD
    + """
from hypothesis import given, strategies as st
@given(st.integers(0, 2))
def test_busy(times):
    assert run(load(), *[asl.fails("Busy")] * times, {"amount": 1}).path[-1] == "Done"
""",
}


@pytest.mark.parametrize("way", WAYS_TO_HOLD_A_MACHINE)
def test_however_a_test_comes_by_the_machine(suite, way):
    found = mutants(suite, WAYS_TO_HOLD_A_MACHINE[way])
    assert found["Retry of Busy is gone"]["fate"] == "killed"
    assert found["MaxAttempts is 1 instead of 2"]["fate"] == "killed"
    assert found["MaxAttempts is 3 instead of 2"]["fate"] == "survived"
    assert not (suite.path / ".hypothesis" / "examples").exists()


def test_tests_are_as_they_were_when_all_mutants_were_tried(suite):
    keeping = HEAD + "machine = load()\n" + BUSY.format(machine="machine")
    keeping += """
@pytest.fixture(scope="session", autouse=True)
def the_machine_stays_the_same():
    before = vars(machine).copy()
    yield
    with open("ends", "a") as file:
        file.write("x")
def test_restored():
    assert machine.definition.tree["States"]["Charge"]["Retry"][0]["MaxAttempts"] == 2
"""
    found = mutants(suite, keeping)
    assert found["MaxAttempts is 1 instead of 2"]["fate"] == "killed"
    assert (suite.path / "ends").read_text().count("x") > len(found) / 2  # fixtures end each time


def test_a_score_that_is_too_low_fails(suite):
    done = suite(ONE, "--asl-mutate-fail-under", "90")
    assert done.ret == pytest.ExitCode.TESTS_FAILED
    done.stdout.fnmatch_lines(["FAIL order.asl.json: less than 90 % are killed"])
    assert suite(ONE, "--asl-mutate-fail-under", "10").ret == 0


def test_a_definition_that_no_test_runs_fails(suite):
    done = suite("def test_nothing():\n    pass\n")
    assert done.ret == pytest.ExitCode.TESTS_FAILED
    done.stdout.fnmatch_lines(["FAIL order.asl.json: no test has run it in this process"])


def test_a_test_that_fails_already_can_tell_nothing(suite):
    done = suite(ONE + "    assert False\n")
    assert done.ret == pytest.ExitCode.TESTS_FAILED
    done.stdout.fnmatch_lines(
        ["FAIL order.asl.json: not mutated, since *::test_busy fails already"]
    )


def test_a_test_that_fails_when_it_runs_again_can_tell_nothing(suite):
    done = suite("ran = []\n" + ONE + "    assert not ran\n    ran.append(1)\n")
    assert done.ret == pytest.ExitCode.TESTS_FAILED
    done.stdout.fnmatch_lines(["FAIL order.asl.json: not mutated, since *passes once, but not*"])


def test_what_other_plugins_do_round_a_test_is_done(suite):
    tests = (
        HEAD
        + """
def test_busy(asl_machine, asl_run):
    machine = asl_machine("order.asl.json", substitutions={"ChargeFunction": FUNCTION})
    result = asl_run(machine, {}, tasks={"charge": asl.script(asl.fails("Busy"), {"amount": 1})})
    assert result.path[-1] == "Done"
"""
    )
    found = mutants(suite, tests)
    assert found["Retry of Busy is gone"]["fate"] == "killed"
    assert found["MaxAttempts is 3 instead of 2"]["fate"] == "survived"


@pytest.mark.parametrize(
    ("mutate", "options", "words"),
    [
        ("odrer.asl.json", (), "*--asl-mutate: *odrer.asl.json*"),
        ("cut.asl.json", (), "*--asl-mutate: *cut.asl.json*"),
        (None, ("--asl-mutate-fail-under", "5"), "*--asl-mutate-fail-under needs --asl-mutate"),
        (None, ("--asl-mutate-json", "f"), "*--asl-mutate-json needs --asl-mutate"),
        ("order.asl.json", ("--asl-mutate-fail-under", "x"), "*a number from 0 to 100*'x'*"),
        ("order.asl.json", ("--pdb",), "*--asl-mutate and --pdb don't go together"),
        ("order.asl.json", ("-n", "2"), "*--asl-mutate and -n don't go together"),
    ],
)
def test_bad_options_are_refused(suite, mutate, options, words):
    (suite.path / "cut.asl.json").write_text(json.dumps(DEFINITION)[:100])
    done = suite(ONE, *options, mutate=mutate)
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines([words])


def test_collecting_alone_tries_nothing(suite):
    done = suite(ONE, "--collect-only", "-q")
    assert done.ret == 0
    assert "mutants" not in done.stdout.str()


def test_without_the_option_nobody_looks_at_machines(suite):
    tests = ONE + "    from asl.machine import witnesses\n    assert witnesses == []\n"
    suite(tests, mutate=None).assert_outcomes(passed=1)
