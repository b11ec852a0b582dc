"""The reference implementation's own suite, at the level that Step Functions has (2.0.6)."""

import json
import math

import pytest

from asl.errors import QuerySyntaxError
from asl.query.javalike import JavaRandom
from asl.query.jsonata.faults import FaultError
from asl.query.jsonata.general import evaluate_document
from asl.query.jsonata.kinds import UNDEFINED
from tests.conformance.corpus import CORPUS, known_failures

FOLDER = CORPUS.parent / "jsonata"
if not FOLDER.is_dir():
    pytest.skip(
        "the JSONata suite is not here: it belongs in shared/jsonata beside the repository",
        allow_module_level=True,
    )

#: Groups of functions that Step Functions does not have.
NOT_IN_STEP_FUNCTIONS = {"function-eval"}
#: What the reference's test runner throws when an evaluation runs out of time or stack.
OUT_OF_BOUNDS = {"U1001": {"D1011", "D1012"}}

KNOWN = known_failures("jsonata")
CASES = [
    case
    for path in sorted((FOLDER / "groups").glob("*.json"))
    if path.stem not in NOT_IN_STEP_FUNCTIONS
    for case in json.loads(path.read_text(encoding="utf-8"))
    if not case.get("not_in_2_0_6")
]


class Somewhere:
    """An environment without variables, at a fixed time."""

    now_us = 1_700_000_000_000_000

    def __init__(self):
        self.variables = {}
        self.random = JavaRandom(1)

    def context(self):
        return {}


def document(case):
    if "dataset" in case:
        return json.loads((FOLDER / "datasets" / f"{case['dataset']}.json").read_text("utf-8"))
    return case.get("data", UNDEFINED)


def evaluate(case):
    """The value, or the code of the error; an error while reading has none."""
    try:
        return evaluate_document(
            case["expr"], document(case), case.get("bindings", {}), Somewhere()
        )
    except FaultError as fault:
        return {"code": fault.code}
    except QuerySyntaxError:
        return {"code": "S"}


def agrees(case, outcome):
    code = case.get("code") or case.get("error", {}).get("code")
    if code:
        codes = OUT_OF_BOUNDS.get(code, {"S"} if code.startswith("S") else {code})
        return isinstance(outcome, dict) and outcome.get("code") in codes
    if case.get("undefinedResult"):
        return outcome is UNDEFINED
    if case.get("unordered"):
        return sorted(map(json.dumps, outcome)) == sorted(map(json.dumps, case["result"]))
    return same(outcome, case["result"])


def same(one, other):
    """Deep equality in which ``true`` is not 1, and 1 is 1.0."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=1e-12)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return type(one) is type(other) and one == other


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_expression_gives_what_the_reference_gives(case):
    outcome = evaluate(case)
    if case["name"] not in KNOWN:
        assert agrees(case, outcome), f"{case['expr']}: {outcome!r:.300}"
    elif not agrees(case, outcome):
        pytest.xfail(KNOWN[case["name"]])
    else:
        pytest.fail("agrees with the reference now: must leave known_failures.toml")


def test_known_failures_are_cases_that_are_run():
    assert set(KNOWN) <= {case["name"] for case in CASES}
