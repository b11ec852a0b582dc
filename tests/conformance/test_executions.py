"""Every recorded execution of the corpus compared event by event."""

import pytest

from tests.conformance import executions
from tests.conformance.agreement import expect_agreement, need
from tests.conformance.corpus import CORPUS, known_failures, load_cases, load_comparer

FOLDER = CORPUS / "executions"
need(FOLDER)

CASES = load_cases(FOLDER)
COMPARER = load_comparer(FOLDER)
KNOWN = known_failures("executions")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_execution_agrees_with_the_recording(case):
    expect_agreement(case["id"], executions.judge(case, COMPARER), KNOWN)


def test_known_failures_are_cases_that_are_run():
    assert set(KNOWN) <= {case["id"] for case in CASES}
