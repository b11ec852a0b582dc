"""Faults become diagnostics: their order, their places, what follows from what, and no more."""

import pytest

from asl.language import faults as faults_module
from asl.language.diagnostics import MOST_DIAGNOSTICS
from asl.language.faults import Fault, aws_location, nearest, report
from asl.language.source import read_source

TREE = {"a": 1, "b": {"c": 2, "d": [10, {"e": 3}]}, "f": {}}


def told(*faults, tree=None):
    return report(read_source(TREE if tree is None else tree), faults)


def at(*path, causes=(), message="", **fields):
    return Fault(path, message or "/".join(map(str, path)), "ASL-202", causes=causes, **fields)


def outline(diagnostics):
    """Each message, with those below it."""
    return [(one.message, [after.message for after in one.consequences]) for one in diagnostics]


# ---------------------------------------------------------------- order


def test_faults_come_in_the_order_of_the_text():
    given = [at("f"), at("b", "d", 1, "e"), at("b", "d", 0), at("b", "c"), at("a"), at()]
    assert [one.message for one in told(*given)] == ["", "a", "b/c", "b/d/0", "b/d/1/e", "f"]


def test_a_fault_of_a_whole_comes_before_those_of_its_parts():
    assert [one.message for one in told(at("b", "c"), at("b"))] == ["b", "b/c"]


def test_a_fault_at_a_key_comes_before_one_at_its_value():
    given = [at("b", message="value"), at("b", message="key", at_key=True)]
    assert [one.message for one in told(*given)] == ["key", "value"]


def test_what_is_absent_stands_where_it_would_be():
    given = [at("f"), at("b", "x", "y"), at("b", "c"), at("b", "d", 0, "x")]
    assert [one.message for one in told(*given)] == ["b/x/y", "b/c", "b/d/0/x", "f"]


def test_faults_of_one_place_stay_in_their_order():
    given = [at("a", message=str(number)) for number in range(5)]
    assert [one.message for one in told(*given)] == list("01234")


# ---------------------------------------------------------------- what follows from what


def test_a_fault_stands_below_its_cause():
    assert outline(told(at("a"), at("b", causes=[("a",)]))) == [("a", ["b"])]


def test_the_cause_may_come_later_in_the_text():
    assert outline(told(at("a", causes=[("f",)]), at("f"))) == [("f", ["a"])]


def test_a_cause_that_there_is_not_is_none():
    assert outline(told(at("a", causes=[("f",)]))) == [("a", [])]
    assert outline(told(at("a", causes=[("f",), ("b",)]), at("b"))) == [("b", ["a"])]


def test_the_first_cause_that_there_is_counts():
    given = [at("a"), at("b"), at("f", causes=[("b",), ("a",)])]
    assert outline(told(*given)) == [("a", []), ("b", ["f"])]


def test_a_fault_is_not_its_own_cause():
    assert outline(told(at("a", causes=[("a",)]))) == [("a", [])]
    assert outline(told(at("a", causes=[("a",), ("b",)]), at("b"))) == [("b", ["a"])]


def test_all_of_a_chain_stand_below_its_head():
    given = [
        at("a", causes=[("b", "c")]),
        at("b", "c", causes=[("b", "d")]),
        at("b", "d", causes=[("f",)]),
        at("f"),
    ]
    assert outline(told(*given)) == [("f", ["a", "b/c", "b/d"])]


def test_faults_of_a_ring_stand_alone():
    ring = [at("a", causes=[("b",)]), at("b", causes=[("f",)]), at("f", causes=[("a",)])]
    assert outline(told(*ring)) == [("a", []), ("b", []), ("f", [])]
    pair = [at("a", causes=[("b",)]), at("b", causes=[("a",)])]
    assert outline(told(*pair)) == [("a", []), ("b", [])]


def test_what_follows_from_a_ring_is_not_lost():
    given = [at("a", causes=[("b",)]), at("b", causes=[("a",)]), at("f", causes=[("a",)])]
    assert sorted(one.message for one in told(*given)) == ["a", "b", "f"]


def test_a_fault_follows_from_the_first_of_its_place_that_follows_from_nothing():
    given = [
        at("b", message="follows", causes=[("a",)]),
        at("b", message="stands"),
        at("b", message="stands too"),
        at("f", causes=[("b",)]),
        at("a"),
    ]
    assert outline(told(*given)) == [("a", ["follows"]), ("stands", ["f"]), ("stands too", [])]


@pytest.mark.parametrize("length", [1, 2, 50])
def test_no_fault_is_lost_however_they_hang_together(length):
    tree = {f"k{number}": number for number in range(length)}
    for step in (1, 2, 7):
        given = [
            at(f"k{number}", causes=[(f"k{(number * step + 1) % (length + 3)}",)])
            for number in range(length)
        ]
        found = told(*given, tree=tree)
        everything = [one.message for head in found for one in (head, *head.consequences)]
        assert sorted(everything) == sorted(tree)


# ---------------------------------------------------------------- places


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ((), "/"),
        (("States", "A"), "/States/A"),
        (("States", "C", "Choices", 0, "Next"), "/States/C/Choices[0]/Next"),
        (("States", "a/b~", "Next"), "/States/a/b~/Next"),
        (("a", 0, 1), "/a[0][1]"),
        (("States", ""), "/States/"),
        (("0",), "/0"),
    ],
)
def test_aws_has_a_dialect_of_its_own(path, location):
    assert aws_location(path) == location


def test_a_location_is_that_of_the_fault_or_of_what_aws_blames():
    (own,) = told(at("b", "d", 0))
    assert (own.pointer, own.location) == ("/b/d/0", "/b/d[0]")
    (other,) = told(at("b", "d", 0, aws_path=("b",)))
    assert (other.pointer, other.location) == ("/b/d/0", "/b")
    (root,) = told(at("b", aws_path=()))
    assert root.location == "/"


def test_aws_names_no_place_for_some_and_none_for_what_is_ours():
    (nowhere,) = told(at("b", is_placeless=True))
    assert (nowhere.pointer, nowhere.location) == ("/b", None)
    (ours,) = told(Fault(("b",), "odd", "ASL-336"))
    assert (ours.code, ours.severity, ours.location) == ("ASL-336", "WARNING", None)


def test_the_code_is_that_of_aws():
    (fault,) = told(Fault(("b",), "lost", "ASL-110"))
    assert (fault.code, fault.rule, fault.severity) == (
        "MISSING_TRANSITION_TARGET",
        "ASL-110",
        "ERROR",
    )


# ---------------------------------------------------------------- limits


def numbered(count, **fields):
    return (at("a", message=str(number), **fields) for number in range(count))


def test_a_thousand_faults_are_told():
    found = told(*numbered(MOST_DIAGNOSTICS))
    assert len(found) == MOST_DIAGNOSTICS
    assert found[-1].rule == "ASL-202"


def test_of_more_the_first_are_told_and_that_there_are_more():
    found = told(*numbered(MOST_DIAGNOSTICS + 1))
    assert len(found) == MOST_DIAGNOSTICS + 1
    assert found[-2].message == str(MOST_DIAGNOSTICS - 1)
    last = found[-1]
    assert (last.rule, last.pointer, last.location) == ("ASL-000", "", None)
    assert last.message == "there are more faults than are shown here"


def test_no_more_faults_are_made_than_anybody_reads():
    made = []

    def endless():
        while True:
            made.append(1)
            yield at("a", message=str(len(made)))

    report(read_source(TREE), endless())
    assert len(made) == MOST_DIAGNOSTICS + 1


def test_pointers_do_not_grow_without_end(monkeypatch):
    monkeypatch.setattr(faults_module, "_MOST_CHARACTERS", 20)
    found = told(*(at("b", "c", message=str(number)) for number in range(10)))
    assert [one.message for one in found[:-1]] == [str(number) for number in range(6)]
    assert found[-1].rule == "ASL-000"


# ---------------------------------------------------------------- hints


def meant(word, *known, hint=""):
    (one,) = told(at("a", meant=(word, known), hint=hint))
    return one.hint


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("Resorce", "did you mean 'Resource'?"),
        ("resource", "did you mean 'Resource'?"),
        ("RESOURCE", "did you mean 'Resource'?"),
        ("Catch", "did you mean 'Catch'?"),
        ("Qwerty", ""),
        ("", ""),
        ("R" * 81, ""),
    ],
)
def test_a_misspelt_word_has_a_hint(word, hint):
    assert meant(word, "Resource", "Catch") == hint


def test_a_hint_of_its_own_goes_before_a_guess():
    assert meant("Resorce", "Resource", hint="found 5") == "found 5"
    (plain,) = told(at("a"))
    assert plain.hint == ""


def test_guesses_end_after_a_hundred():
    given = (at("a", message=str(n), meant=("Resorce", ["Resource"])) for n in range(150))
    assert sum(bool(one.hint) for one in told(*given)) == 100


def test_a_word_is_compared_with_five_hundred_others():
    known = [f"x{number}" for number in range(600)]
    assert nearest("x499", known) == "x499"
    assert nearest("Resource", [*known, "Resource"]) is None


def test_nothing_is_near_to_nothing():
    assert nearest("a", []) is None
