"""What is drawn of a definition, and how what is wrong with it is drawn."""

import pytest

from asl.errors import UsageError
from asl.pictures.outline import every_node, outline
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
from tests.pictures.drawn import SHOP, edges, node


def test_every_way_is_an_edge_with_what_it_depends_on():
    assert edges(outline(SHOP)) == [
        ("start", "Plan", "start", []),
        ("Plan", "Pack", "next", []),
        ("Pack", "Done", "next", []),
        ("Pack", "Sorry", "catch", ["TooBig", "Busy"]),
        ("start", "Each", "start", []),
        ("Each", "end", "end", []),
        ("start", "Rest", "start", []),
        ("Rest", "end", "end", []),
        ("start", "Ask", "start", []),
        ("Ask", "Big?", "next", []),
        ("Big?", "Fine", "choice", ["$.n > 3", "$.ok = true"]),
        ("Big?", "Bad", "choice", ["default"]),
    ]


def test_states_say_what_they_are_about():
    assert [note.text for note in node(SHOP, "Ask").notes] == [
        "Task · lambda work",
        "retry 2× Busy",
    ]
    assert [note.text for note in node(SHOP, "Each").notes] == ["Map · 2 at a time"]
    assert [note.text for note in node(SHOP, "Rest").notes] == ["Wait · 1 min 30 s"]
    assert [note.text for note in node(SHOP, "Bad").notes] == ["Fail · TooBig"]
    assert [note.text for note in node(SHOP, "Pack").notes] == ["Parallel · 2 branches"]


def test_what_is_drawn_knows_where_it_stands():
    branch = "/States/Pack/Branches/0"
    ask = f"{branch}/States/Each/ItemProcessor/States/Ask"
    asked = node(SHOP, "Ask")
    assert asked.pointer == ask
    assert asked.notes[1].pointer == f"{ask}/Retry/0"
    assert [each.pointer for each in node(SHOP, "Pack").scopes] == [
        branch, "/States/Pack/Branches/1",
    ]  # fmt: skip
    caught = next(edge for edge in outline(SHOP).edges if edge.kind == "catch")
    assert [note.pointer for note in caught.notes] == [
        "/States/Pack/Catch/0",
        "/States/Pack/Catch/1",
    ]


def test_ids_are_all_different():
    ids = [each.id for _, each in every_node(outline(SHOP))]
    assert len(ids) == len(set(ids))
    assert all(each.isalnum() and each.isascii() for each in ids)


def test_a_distributed_map_is_marked():
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
        **scope(A=pass_()),
    }
    found = node(scope(Each=map_(processor)), "Each")
    assert found.is_distributed
    assert found.notes[0].text == "Distributed Map · express"
    assert not node(SHOP, "Each").is_distributed


def test_an_end_that_may_fail_still_leads_to_its_catcher():
    definition = scope(A=task(End=True, Catch=[catch("B")]), B=pass_())
    assert node(definition, "B").is_reachable
    assert ("A", "end", "end", []) in edges(outline(definition))


def test_a_state_that_nothing_leads_to_is_unreachable():
    definition = scope(A=pass_(End=True), B=pass_(Next="C"), C=pass_())
    assert [node(definition, name).is_reachable for name in "ABC"] == [True, False, False]
    assert node(definition, "C").notes[-1].text == "unreachable"


def test_what_a_placeholder_may_lead_to_is_not_called_unreachable():
    definition = scope(A=pass_(Next="${Then}"), B=pass_())
    assert node(definition, "B").is_reachable
    assert node(definition, "${Then}").notes[0].text == "a placeholder"


@pytest.mark.parametrize(
    ("definition", "gap"),
    [
        (scope(A=pass_(Next="Nowhere"), B=pass_(Next="A")), "Nowhere"),
        (scope(A={"Type": "Pass", "Next": 7}), "7"),
        ({"StartAt": "A", "States": {"A": {"Type": "Pass"}}}, "no Next or End"),
        ({"StartAt": "X", "States": {"A": pass_(End=True)}}, "X"),
        ({"States": {"A": pass_(End=True)}}, "no StartAt"),
        (scope(A=choice({"Variable": "$.a", "IsPresent": True})), "no Next"),
        (scope(A=task(Catch=[{"ErrorEquals": ["States.ALL"]}])), "no Next"),
        (scope(A=parallel({"StartAt": "B", "States": {}})), "B"),
    ],
)
def test_a_way_to_no_state_leads_to_a_gap(definition, gap):
    assert node(definition, gap).kind == "gap"


@pytest.mark.parametrize(
    ("state", "says"),
    [
        ("${State}", "a placeholder"),
        (None, "not an object"),
        ({"Type": "Taks", "End": True}, "Taks"),
        ({"End": True}, "no Type"),
        ({"Type": ["Pass"], "End": True}, '["Pass"]'),
        ({"Type": "${Type}", "End": True}, "${Type}"),
    ],
)
def test_what_is_no_state_that_we_know_is_drawn_as_odd(state, says):
    found = node({"StartAt": "A", "States": {"A": state}}, "A")
    assert (found.kind, found.notes[0].text) == ("odd", says)


def test_two_ways_to_the_same_gap_lead_to_one():
    whole = outline(scope(A=pass_(Next="X"), B=pass_(Next="X")))
    assert [each.name for each in whole.nodes if each.kind == "gap"] == ["X"]


@pytest.mark.parametrize("shape", [None, [], "Pass", 7, {}])
def test_what_is_no_list_or_object_is_passed_over(shape):
    state = {
        "Type": "Parallel", "Branches": shape, "Retry": shape, "Catch": shape, "Choices": shape,
        "Comment": shape, "End": True,
    }  # fmt: skip
    assert node({"StartAt": "A", "States": {"A": state}}, "A").scopes == ()


@pytest.mark.parametrize(
    ("definition", "says"),
    [({}, "there is no States"), ({"States": []}, r"States is \[\]"), ({"States": {}}, "is {}")],
)
def test_nothing_is_drawn_of_a_definition_without_states(definition, says):
    with pytest.raises(UsageError, match=says):
        outline(definition)


def test_every_retrier_has_its_line():
    found = node(scope(A=task(Retry=[retry("X"), retry("Y", "Z", MaxAttempts=0)])), "A")
    assert [note.text for note in found.notes[1:]] == ["retry 3× X", "retry 0× Y, Z"]


def test_an_ending_state_has_no_way_on():
    whole = outline(scope(A=choice(Default="B"), B=SUCCEED, C=fail("X")))
    assert [(source, target) for source, target, *_ in edges(whole)] == [("start", "A"), ("A", "B")]
