"""Every recorded verdict on a definition, and what AWS said of it, held against the checker."""

import json

import pytest

from asl.checking import check
from tests.conformance import validation
from tests.conformance.agreement import expect_agreement, need
from tests.conformance.corpus import CORPUS, known_failures, load_cases, load_comparer

FOLDERS = [
    CORPUS.parent / "validation" / "real",
    CORPUS.parent / "validation" / "verdicts",
    CORPUS / "validation",
]
need(*FOLDERS)

CASES = [case for folder in FOLDERS for case in load_cases(folder)]
COMPARER = load_comparer(CORPUS / "validation")
KNOWN = known_failures("validation")
REFUSED = [
    case
    for case in CASES
    if not validation.is_aws_answer(case) and case["verdict"] == "invalid" and case["faults"]
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_verdict_agrees_with_the_recording(case):
    expect_agreement(case["id"], validation.judge(case, COMPARER), KNOWN)


def test_known_failures_are_cases_that_are_judged():
    assert set(KNOWN) <= {case["id"] for case in CASES}


@pytest.mark.parametrize("case", load_cases(CORPUS / "executions"), ids=lambda case: case["id"])
def test_what_aws_has_run_is_accepted(case):
    assert check(case["definition"], type=case["type"]).errors == ()
    assert check(json.dumps(case["definition"]), type=case["type"]).errors == ()


def test_the_first_fault_is_where_it_was_recorded():
    """In nine of ten; of the others most records name the whole template or Map, we the field."""
    places = [place for place in map(validation.first_place, REFUSED) if place]
    assert sum(place.is_same for place in places) >= 0.9 * len(places)


@pytest.mark.parametrize(
    "case",
    [case for case in REFUSED if case["kind"] == "mutant" and case["id"] not in KNOWN],
    ids=lambda case: case["id"],
)
def test_a_mutant_is_found_by_the_rule_that_it_breaks(case):
    wanted = {case["faults"][0]["rule"]}
    if wanted == {"ASL-333"}:  # a catcher's Output in JSONPath is a field of the other language
        wanted.add("ASL-203")
    found = validation.report_on(case).diagnostics
    assert wanted & {one.rule for head in found for one in (head, *head.consequences)}
