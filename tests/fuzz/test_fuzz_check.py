"""A fixed number of the fuzzer's cases, the same each time; and that it finds what is there."""

import pytest

from tests.fuzz import fuzz_check
from tests.fuzz.fuzz_check import Case, failure_of, fuzz, minimised, script_for


@pytest.mark.no_cover  # every rule is covered by its examples
@pytest.mark.parametrize("part", range(4))
def test_two_thousand_cases_hold(part):
    failed, failures = fuzz(500, 1, first=500 * part, progress=False)
    assert failed == 0, "\n".join(script_for(case, failure) for failure, case in failures.items())


def test_the_same_seed_gives_the_same_cases():
    corpus = fuzz_check.read_corpus()
    first, second = (
        [fuzz_check.make_case(fuzz_check.Random(f"3/{number}"), corpus) for number in range(50)]
        for _ in range(2)
    )
    assert repr(first) == repr(second)


@pytest.mark.parametrize("is_text", [False, True])
def test_a_failure_is_found_made_small_and_printed(monkeypatch, is_text):
    def judge(case):
        if "boom" in repr(case.source):
            raise KeyError("boom")

    monkeypatch.setattr(fuzz_check, "judge", judge)
    tree = {"a": {"b": [1, {"c": "boom", "d": 1}]}, "e": [1, 2, 3], "f": {"g": {}}}
    case = Case(repr(tree).encode() if is_text else tree)
    failure = failure_of(case)
    assert failure.startswith("KeyError at ")
    small = minimised(case, failure)
    assert small.source == (b"boom" if is_text else {"a": "boom"})
    assert "boom" in script_for(small, failure)
