"""The reference implementation's own suite, at the level that Step Functions has (2.0.6)."""

import pytest

from asl.query.jsonata.faults import FaultError
from asl.query.jsonata.general import evaluate_document
from tests.conformance import jsonata_suite
from tests.conformance.agreement import expect_agreement, need
from tests.conformance.corpus import CORPUS, known_failures

FOLDER = CORPUS.parent / "jsonata"
need(FOLDER)

CASES = list(jsonata_suite.load(FOLDER))
KNOWN = known_failures("jsonata")
#: What they evaluate is covered by the rest, and tracing would make them several times as slow.
LONG = {
    "flattening/large#1",
    "performance/case000",
    "performance/case001",
    "tail-recursion/case006",
}
#: Errors while evaluating; U1001 is what the reference's test runner throws at its own bounds.
FAILING = [
    case
    for case in CASES
    if (code := jsonata_suite.code_of(case)) and code[0] in "TD" and "eval" not in case["name"]
]


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(
            case, id=case["name"], marks=[pytest.mark.no_cover] if case["name"] in LONG else []
        )
        for case in CASES
    ],
)
def test_expression_gives_what_the_reference_gives(case):
    expect_agreement(case["name"], jsonata_suite.judge(case), KNOWN)


@pytest.mark.parametrize("case", FAILING, ids=lambda case: case["name"])
def test_an_error_has_the_code_of_the_reference(case):
    with pytest.raises(FaultError) as caught:
        evaluate_document(
            case["expr"], case["document"], case.get("bindings", {}), jsonata_suite.Somewhere()
        )
    assert caught.value.code == jsonata_suite.code_of(case)


def test_known_failures_are_cases_that_are_run():
    assert set(KNOWN) <= {case["name"] for case in CASES}
