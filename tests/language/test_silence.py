"""Which warnings are not told: those that the caller or a Comment does not want."""

import pytest

from asl.language.rules.table import RULES
from tests.definitions import SUCCEED, choice, map_, parallel, pass_, retry, scope, task
from tests.language.findings import LAMBDA, found, hints, pointers, rules

TWICE = [retry("E"), retry("E")]
IF = {"Variable": "$.x", "IsNull": True, "Next": "Z"}


def noisy(**fields):
    """A task with a warning of ASL-336 and one of ASL-330."""
    delayed = retry("F", MaxDelaySeconds=1)
    return task(LAMBDA, Retry=[*TWICE, delayed], **fields)


def test_without_a_comment_all_is_told():
    assert rules(scope(A=noisy())) == ["ASL-336", "ASL-330"]


@pytest.mark.parametrize(
    "comment",
    [
        "asl: ignore ASL-336",
        "Takes what is left. asl: ignore ASL-336.",
        "asl:ignore ASL-336 because we know",
        "asl:  ignore   ASL-336",
        "asl: ignore asl-336",
        "two lines\nasl: ignore ASL-336",
        "asl: ignore ASL-335, ASL-336",
        "asl: ignore ASL-335,ASL-336",
        "asl: ignore ASL-335 , ASL-336 and so on",
        "asl: ignore ASL-335; asl: ignore ASL-336",
    ],
)
def test_a_comment_silences_a_warning(comment):
    assert rules(scope(A=noisy(Comment=comment))) == ["ASL-330"]


@pytest.mark.parametrize(
    "comment",
    [
        "ignore ASL-336",
        "asl: ASL-336",
        "ASL: ignore ASL-336",
        "basl: ignore ASL-336",
        "asl: ignored ASL-336",
        "asl: ignore",
        "asl: ignore ASL-335 ASL-336",
        "",
    ],
)
def test_another_comment_silences_nothing(comment):
    assert "ASL-336" in rules(scope(A=noisy(Comment=comment)))


def test_a_comment_is_for_its_own_state():
    machine = scope(A=noisy(Comment="asl: ignore ASL-336"), B=noisy())
    assert pointers(machine, "ASL-336") == ["/States/B/Retry/1"]


@pytest.mark.parametrize(
    "machine",
    [
        scope(A=noisy()) | {"Comment": "asl: ignore ASL-336"},
        scope(A=parallel(scope(In=noisy()) | {"Comment": "asl: ignore ASL-336"})),
        scope(A=parallel(scope(In=noisy()), Comment="asl: ignore ASL-336")),
        scope(A=map_(scope(In=noisy()) | {"Comment": "asl: ignore ASL-336"})),
        scope(A=parallel(scope(In=parallel(scope(Deep=noisy()))), Comment="asl: ignore ASL-336")),
    ],
    ids=["whole", "branch", "parallel", "processor", "far inside"],
)
def test_a_comment_is_for_all_inside(machine):
    assert rules(machine) == ["ASL-330"]


def test_a_comment_of_a_branch_is_not_for_another():
    quiet = scope(In=noisy()) | {"Comment": "asl: ignore ASL-336"}
    machine = scope(A=parallel(quiet, scope(In2=noisy())))
    assert pointers(machine, "ASL-336") == ["/States/A/Branches/1/States/In2/Retry/1"]


@pytest.mark.parametrize("comment", [5, None, ["asl: ignore ASL-336"]])
def test_a_comment_that_is_no_text_says_nothing(comment):
    assert set(rules(scope(A=noisy(Comment=comment)))) == {"ASL-209", "ASL-336", "ASL-330"}


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("ASL-337", True),
        ("asl-0", True),
        ("everything", False),
        ("336", False),
        ("x" * 100, False),
    ],
)
def test_a_code_that_does_not_exist_is_a_warning(code, hint):
    machine = scope(A=pass_(Comment=f"asl: ignore {code}"))
    message = f"there is no rule {code}"
    assert found(machine) == [("ASL-908", "/States/A/Comment", message)]
    assert bool(hints(machine, "ASL-908")[0]) is hint


@pytest.mark.parametrize("code", ["ASL-207", "asl-101"])
def test_an_error_can_not_be_silenced(code):
    machine = scope(A=pass_(Comment=f"asl: ignore {code}", Next="X"), B=SUCCEED)
    message = f"{code.upper()} is an error of AWS's: it can't be silenced"
    assert ("ASL-908", "/States/A/Comment", message) in found(machine)
    assert "ASL-207" in rules(machine)


def test_that_a_code_does_not_exist_can_be_silenced():
    comment = "asl: ignore ASL-908, nothing"
    assert found(scope(A=pass_(Comment=comment))) == []
    machine = scope(A=pass_(Comment="asl: ignore nothing"))
    assert found(machine, ignore=["ASL-908"]) == []
    assert found(machine | {"Comment": "asl: ignore ASL-908"}) == []


def test_what_is_wrong_in_a_comment_is_told_even_if_the_machine_is_broken():
    broken = scope(A=pass_(Next="X", Comment="asl: ignore nothing"))
    assert "ASL-908" in rules(broken)


def test_a_rule_that_is_off_stays_off():
    machine = scope(A=choice(IF), Z=SUCCEED)
    assert rules(machine) == []
    assert rules(machine, enable=["ASL-356"]) == ["ASL-356"]
    quiet = scope(A=choice(IF, Comment="asl: ignore ASL-356"), Z=SUCCEED)
    assert rules(quiet, enable=["ASL-356"]) == []


def test_what_the_caller_does_not_want_is_told_nowhere():
    machine = scope(A=noisy(), B=parallel(scope(In=noisy())))
    assert rules(machine, ignore=["ASL-336", "ASL-330"]) == []


def test_a_warning_that_is_silenced_does_not_take_the_room_of_others():
    states = {f"S{number}": noisy() for number in range(600)}
    machine = scope(**states) | {"Comment": "asl: ignore ASL-330"}
    assert set(rules(machine)) == {"ASL-336"}
    assert len(rules(machine)) == 600


def test_only_one_rule_is_off():
    """Whoever adds another writes a test as those above."""
    assert [code for code, rule in RULES.items() if not rule.is_on] == ["ASL-356"]
