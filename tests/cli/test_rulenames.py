"""Rules as people name them."""

import pytest

from asl.cli.rulenames import rule_of, rules_to_enable, rules_to_ignore
from asl.errors import UsageError
from asl.language.rules.table import RULES


@pytest.mark.parametrize("word", ["ASL-906", "asl-906", "shadowed-rule", "Shadowed-Rule"])
def test_a_rule_has_a_code_and_a_name(word):
    assert rule_of(word, where="--enable") is RULES["ASL-906"]


def test_every_rule_can_be_named_in_both_ways():
    for rule in RULES.values():
        assert rule_of(rule.code, where="") is rule_of(rule.name, where="") is rule


@pytest.mark.parametrize(
    ("word", "message"),
    [
        (
            "shadowd-rule",
            "--x: there is no rule 'shadowd-rule'; did you mean ASL-906 (shadowed-rule)?",
        ),
        ("906", "--x: there is no rule '906'; did you mean ASL-906 (shadowed-rule)?"),
        ("zzz", "--x: there is no rule 'zzz'"),
    ],
)
def test_a_rule_that_does_not_exist_is_refused_with_the_nearest(word, message):
    with pytest.raises(UsageError) as caught:
        rule_of(word, where="--x")
    assert str(caught.value) == message


def test_a_word_of_any_length_is_answered_at_once():
    with pytest.raises(UsageError) as caught:
        rule_of("x" * 100_000, where="--x")
    assert len(str(caught.value)) < 400


def test_words_may_hold_several_rules():
    words = ["ASL-906, endless-loop,", " ", "ASL-113"]
    assert rules_to_enable(words, where="") == {"ASL-906", "ASL-903", "ASL-113"}
    assert rules_to_ignore(words, where="") == {"ASL-906", "ASL-903", "ASL-113"}
    assert rules_to_enable([], where="") == frozenset()


def test_what_is_always_on_need_not_be_enabled():
    assert rules_to_enable(["missing-target", "ASL-356"], where="--enable") == {"ASL-356"}


def test_only_warnings_can_be_silenced():
    assert rules_to_ignore(["ASL-906"], where="--ignore") == {"ASL-906"}
    with pytest.raises(UsageError) as caught:
        rules_to_ignore(["ASL-906,missing-target"], where="--ignore")
    assert str(caught.value) == (
        "--ignore: ASL-207 (missing-target) can't be ignored: AWS refuses what breaks it"
    )
