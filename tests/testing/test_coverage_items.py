"""What there is to cover in a definition, how it is called, and what is left out of it."""

import pytest

from asl.testing.coverage.items import items_of
from tests.definitions import (
    SUCCEED,
    catch,
    choice,
    fail,
    map_,
    parallel,
    pass_,
    retry,
    scope,
    task,
)


def keys(definition):
    return [item.key for item in items_of(definition)]


def sentences(definition):
    return [item.missing for item in items_of(definition)]


def test_every_type_of_state_has_its_items_in_the_order_of_the_text():
    definition = scope(
        Check=choice(
            {"Variable": "$.n", "IsPresent": True, "Next": "Big"},
            {"Not": {"Variable": "$.n", "IsNull": True}, "Next": "Charge"},
            Default="Big",
        ),
        Big=pass_(Next="Charge"),
        Charge=task(
            Retry=[retry("States.Timeout"), retry("A", "B", "C", MaxAttempts=0)],
            Catch=[catch("Broken", "States.Timeout"), catch("Broken", "A", "B")],
            Next="Both",
        ),
        Both=parallel(scope(Left=pass_()), scope(Right=fail()), Next="Each"),
        Each=map_(scope(One=SUCCEED), End=True),
        Broken=fail(),
    )
    assert sentences(definition) == [
        "Check: never entered",
        "Check: rule 1 (Big) never matched",
        "Check: rule 2 (Charge) never matched",
        "Check: Default (Big) never taken",
        "Big: never entered",
        "Big: Next (Charge) never taken",
        "Charge: never entered",
        "Charge: retrier States.Timeout never retried",
        "Charge: retrier States.Timeout never exhausted",
        "Charge: retrier A (+2) never exhausted",
        "Charge: catcher States.Timeout never caught",
        "Charge: catcher A, B never caught",
        "Charge: Next (Both) never taken",
        "Both: never entered",
        "Both: branch 1 never entered",
        "Left: never entered",
        "Left: End never taken",
        "Both: branch 2 never entered",
        "Right: never entered",
        "Both: Next (Each) never taken",
        "Each: never entered",
        "Each: processor never entered",
        "One: never entered",
        "Each: End never taken",
        "Broken: never entered",
    ]
    assert keys(definition)[15:18] == [
        ("state", "/States/Both/Branches/0/States/Left"),
        ("end", "/States/Both/Branches/0/States/Left/End"),
        ("branch", "/States/Both/Branches/1"),
    ]


def test_names_are_escaped_in_pointers():
    assert keys(scope(**{"a/b~c": SUCCEED})) == [("state", "/States/a~1b~0c")]


def excluded(definition):
    return {item.missing for item in items_of(definition) if item.is_excluded}


MARK = {"Comment": "asl: no cover, since the carrier never says no"}


def test_a_comment_excludes_a_state_with_all_that_is_inside_of_it():
    definition = scope(A=pass_(Next="B"), B=map_(scope(C=pass_()), **MARK, Next="D"), D=SUCCEED)
    assert excluded(definition) == {
        "B: never entered",
        "B: processor never entered",
        "C: never entered",
        "C: End never taken",
        "B: Next (D) never taken",
    }


def test_a_comment_excludes_a_single_rule_retrier_catcher_or_branch():
    definition = scope(
        A=choice({"Variable": "$.n", "IsNull": True, "Next": "B", **MARK}, Default="B"),
        B=task(Retry=[retry(**MARK)], Catch=[catch("C", **MARK)], Next="C"),
        C=parallel({**scope(D=SUCCEED), **MARK}, scope(E=SUCCEED), End=True),
    )
    assert excluded(definition) == {
        "A: rule 1 (B) never matched",
        "B: retrier States.ALL never retried",
        "B: retrier States.ALL never exhausted",
        "B: catcher States.ALL never caught",
        "C: branch 1 never entered",
        "D: never entered",
    }


def test_a_comment_of_the_whole_excludes_everything():
    definition = {**scope(A=pass_()), **MARK}
    assert all(item.is_excluded for item in items_of(definition))


@pytest.mark.parametrize(
    "comment", ["no cover", "asl no cover", "asl: no coverage", "basl: no cover", 7, None]
)
def test_what_only_looks_like_the_mark_excludes_nothing(comment):
    assert excluded(scope(A=pass_(Comment=comment))) == set()


@pytest.mark.parametrize(
    "definition",
    [
        None,
        [],
        {},
        {"States": 7},
        {"States": {"A": 7}},
        {"States": {"A": {"Type": "Choice", "Choices": 1, "Default": 2}}},
        {"States": {"A": {"Type": "Task", "Retry": "${Retry}", "Catch": [7], "Next": []}}},
        {"States": {"A": {"Type": "Parallel", "Branches": [7, {"StartAt": 1}], "End": "yes"}}},
    ],
)
def test_a_definition_that_was_never_checked_may_have_any_shape(definition):
    assert all(isinstance(item.missing, str) for item in items_of(definition))
