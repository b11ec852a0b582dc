"""Every recorded answer of TestState compared with ours."""

import pytest

from tests.conformance import teststate
from tests.conformance.agreement import expect_agreement, need
from tests.conformance.corpus import CORPUS, known_failures, load_cases, load_comparer

FOLDER = CORPUS / "test_state"
need(FOLDER)

CASES = load_cases(FOLDER)
COMPARER = load_comparer(FOLDER)
KNOWN = known_failures("test_state")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_answer_agrees_with_the_recording(case):
    expect_agreement(case["id"], teststate.judge(case, COMPARER), KNOWN)


def test_known_failures_are_cases_that_are_asked():
    assert set(KNOWN) <= {case["id"] for case in CASES}
