"""Nothing covers anything else, and nothing stands outside of what it is in."""

import json
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asl import pictures
from asl.errors import MissingExtra
from asl.pictures.layout import PADDING, SIGN, height_of, plan, width_of
from asl.pictures.outline import outline
from tests.definitions import map_, parallel, pass_, scope
from tests.pictures.drawn import EXAMPLES, SHARED, SHOP, real_definitions
from tests.properties.machines import definitions

DIRECTIONS = st.sampled_from(["TB", "LR"])
#: Graphviz and we round to whole pixels.
SLACK = 1.5


def overlap(one, other):
    (x, y, wide, high), (x_, y_, wide_, high_) = one, other
    return (
        min(x + wide, x_ + wide_) - max(x, x_) > SLACK
        and min(y + high, y_ + high_) - max(y, y_) > SLACK
    )


def within(inner, outer):
    (x, y, wide, high), (x_, y_, wide_, high_) = inner, outer
    return (
        x >= x_ - SLACK
        and y >= y_ - SLACK
        and x + wide <= x_ + wide_ + SLACK
        and y + high <= y_ + high_ + SLACK
    )


def labels(placed):
    for route in placed.routes:
        if route.label is not None:
            wide, high = width_of(route.lines), height_of(route.lines)
            yield (route.label.x - wide / 2, route.label.y - high / 2, wide, high)


def check(placed):
    boxes = [(*corner, box.width, box.height) for corner, box in placed.boxes]
    things = [*boxes, *labels(placed)]
    for place, one in enumerate(things):
        assert within(one, (0, 0, placed.width, placed.height))
        assert not any(overlap(one, other) for other in things[place + 1 :])
    for _, box in placed.boxes:
        if box.lines:
            assert width_of(box.lines) + SIGN + 2 * PADDING <= box.width + SLACK
        inner = [(*corner, each.width, each.height) for corner, each in box.inner]
        for place, one in enumerate(inner):
            assert within(one, (0, height_of(box.lines), box.width, box.height))
            assert not any(overlap(one, other) for other in inner[place + 1 :])
        for _, each in box.inner:
            check(each)


@pytest.mark.parametrize("direction", ["TB", "LR"])
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_have_room(path, direction):
    check(plan(outline(json.loads(path.read_text(encoding="utf-8"))), direction))


@given(definitions(), DIRECTIONS)
@settings(max_examples=60)
def test_any_machine_has_room(definition, direction):
    check(plan(outline(definition), direction))


@pytest.mark.skipif(not (SHARED / "validation").is_dir(), reason="the corpus is not here")
def test_real_definitions_and_faulty_ones_have_room():
    drawn = real_definitions()
    assert len(drawn) > 1000
    for _, definition in drawn[::7]:
        check(plan(outline(definition), "TB"))


@pytest.mark.parametrize("direction", ["TB", "LR"])
def test_many_branches_stand_in_rows(direction):
    whole = scope(P=parallel(*(scope(**{f"B{number}": pass_()}) for number in range(40))))
    placed = plan(outline(whole), direction)
    check(placed)
    assert max(placed.width, placed.height) < 3000


def test_a_branch_and_what_is_around_it_go_the_same_way():
    down, right = (plan(outline(SHOP), direction) for direction in ("TB", "LR"))
    assert down.height > right.height
    assert right.width > down.width


def test_deep_nesting_is_drawn():
    definition = scope(A0=pass_())
    for level in range(1, 40):
        definition = scope(**{f"A{level}": (map_ if level % 2 else parallel)(definition)})
    check(plan(outline(definition), "TB"))


def test_the_extra_is_named_where_it_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    for draw in (pictures.svg, pictures.html):
        with pytest.raises(MissingExtra, match=r"asl-interpreter\[graph\]"):
            draw(SHOP)
    assert pictures.mermaid(SHOP)
    assert pictures.dot(SHOP)
