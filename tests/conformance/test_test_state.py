"""Every recorded answer of TestState compared with ours."""

import pytest

from tests.conformance import teststate
from tests.conformance.corpus import CORPUS, cut, known_failures, load_cases, load_comparer

FOLDER = CORPUS / "test_state"
if not FOLDER.is_dir():
    pytest.skip(
        "the recordings are not here: they belong in shared/conformance beside the repository",
        allow_module_level=True,
    )

CASES = load_cases(FOLDER)
COMPARER = load_comparer(FOLDER)
KNOWN = known_failures("test_state")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_answer_agrees_with_the_recording(case):
    differences = teststate.judge(case, COMPARER)
    if case["id"] not in KNOWN:
        assert not differences, "\n".join(differences)
    elif differences:
        pytest.xfail(f"{KNOWN[case['id']]}: {cut(differences)}")
    else:
        pytest.fail("agrees with the recording now: must leave known_failures.toml")


def test_known_failures_are_cases_that_are_asked():
    assert set(KNOWN) <= {case["id"] for case in CASES}
