"""Coverage on a picture: who has which class, and what is refused."""

import pytest

from asl import pictures
from asl.errors import UsageError
from asl.pictures.look import line_of, look_of
from asl.pictures.marking import cover, tones
from asl.pictures.outline import every_node, outline
from tests.definitions import SUCCEED, choice, pass_, scope, task
from tests.pictures.drawn import SHOP, node

ASK = "/States/Pack/Branches/0/States/Each/ItemProcessor/States/Ask"
BIG = "/States/Pack/Branches/0/States/Each/ItemProcessor/States/Big?"


def edge_to(whole, name):
    return [
        edge
        for inside, each in every_node(whole)
        for edge in inside.edges
        if each.name == name and edge.target == each.id
    ]


def test_every_part_can_have_a_class():
    classes = {
        ASK: "covered",
        f"{ASK}/Next": "covered",
        f"{ASK}/Retry/0": "missing",
        f"{BIG}/Default": "missing",
        "/States/Pack/Branches/1": "partly",
        "/States/Pack/Branches/0/States/Each/ItemProcessor": "covered",
        "/States/Pack/Branches/1/States/Rest/End": "missing",
        "/States/Pack/Catch/0": "covered",
        "/States/Pack/Catch/1": "missing",
    }
    whole = cover(outline(SHOP), classes)
    assert (node(whole, "Ask").tone, node(whole, "Bad").tone) == ("covered", "unknown")
    assert node(whole, "Ask").notes[1].tone == "missing"
    assert [each.tone for each in node(whole, "Pack").scopes] == [None, "partly"]
    assert [edge.tone for edge in edge_to(whole, "Big?")] == ["covered"]
    assert [edge.tone for edge in edge_to(whole, "Bad")] == ["missing"]
    (caught,) = edge_to(whole, "Sorry")
    assert (caught.tone, [note.tone for note in caught.notes]) == ("partly", ["covered", "missing"])
    assert dict(tones(whole)) == classes


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        ("covered", "covered", "covered"),
        ("missing", "missing", "missing"),
        ("covered", "missing", "partly"),
        ("covered", "partly", "partly"),
    ],
)
def test_rules_that_are_drawn_as_one_way_have_one_class(first, second, together):
    whole = cover(outline(SHOP), {f"{BIG}/Choices/0": first, f"{BIG}/Choices/1": second})
    (edge,) = [each for each in edge_to(whole, "Fine") if each.kind == "choice"]
    assert edge.tone == together


def test_names_are_escaped_in_pointers():
    whole = cover(outline(scope(**{"a/b~c": pass_()})), {"/States/a~1b~0c": "missing"})
    assert node(whole, "a/b~c").tone == "missing"


@pytest.mark.parametrize(
    ("classes", "says"),
    [
        ({"/States/Plam": "covered"}, "nearest is '/States/Plan'"),
        ({"States/Plan": "covered"}, "nearest is '/States/Plan'"),
        ({"/States/Plan/Parameters": "covered"}, "points at no state"),
        ({"/States/Plan": "hit"}, "'covered', 'partly' or 'missing', not 'hit'"),
        ({"/States/Plan": "unknown"}, "not 'unknown'"),
        ({"/States/Plan": None}, "not None"),
        ({7: "covered"}, "7 points at no state"),
    ],
)
def test_classes_that_do_not_fit_are_refused(classes, says):
    with pytest.raises(UsageError, match=says):
        cover(outline(SHOP), classes)


def test_colour_is_never_alone():
    definition = scope(
        A=task(), B=choice({"Variable": "$.a", "IsNull": True, "Next": "C"}), C=SUCCEED
    )
    whole = cover(outline(definition), {"/States/A": "missing", "/States/B": "covered"})
    assert look_of(node(whole, "A")).is_dashed
    assert not look_of(node(whole, "B")).is_dashed
    (caught,) = [edge for edge in outline(SHOP).edges if edge.kind == "catch"]
    assert line_of(caught).is_dashed


@pytest.mark.parametrize("draw", [pictures.svg, pictures.html, pictures.mermaid, pictures.dot])
def test_every_format_refuses_what_does_not_fit(draw):
    with pytest.raises(UsageError, match=r"direction is 'TB' \(down\) or 'LR'"):
        draw(SHOP, direction="UP")
    with pytest.raises(UsageError, match="points at no state"):
        draw(SHOP, classes={"/States/X": "covered"})
    with pytest.raises(UsageError, match="'events'"):
        draw(SHOP, run={})
    with pytest.raises(TypeError, match="unknown options \\['colour'\\]"):
        draw(SHOP, colour="red")
