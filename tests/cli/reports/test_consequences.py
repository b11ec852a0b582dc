"""What follows from a fault is folded into few lines."""

import pytest

from asl.cli.reports.consequences import folded
from tests.cli.reports.faults import unreachable, warning


@pytest.mark.parametrize(
    ("names", "line"),
    [
        ("A", "so 1 state can't be reached: A"),
        ("ABCDE", "so 5 states can't be reached: A, B, C, D, E"),
        ("ABCDEF", "so 6 states can't be reached: A, B, C, D, E, ..."),
    ],
)
def test_states_that_can_not_be_reached_are_one_line(names, line):
    assert list(folded(unreachable(*names))) == [line]


def test_a_state_is_called_by_its_name_and_not_by_its_pointer():
    (line,) = folded(unreachable("a~1b~0c\x1b"))
    assert line == r"so 1 state can't be reached: a/b~c\x1b"


def test_the_name_of_a_state_is_cut():
    (line,) = folded(unreachable("x" * 5000))
    assert len(line) < 300


def test_other_consequences_say_what_they_are():
    others = [warning(f"variable ${number} is unset", rule="ASL-806") for number in range(7)]
    assert list(folded((*unreachable("A"), *others))) == [
        "so 1 state can't be reached: A",
        *(f"so variable ${number} is unset" for number in range(5)),
        "and 2 more like it",
    ]


def test_consequences_stay_in_their_order():
    unset = warning("variable $a is unset", rule="ASL-806")
    assert list(folded((unset, *unreachable("A")))) == [
        "so variable $a is unset",
        "so 1 state can't be reached: A",
    ]


def test_nothing_follows_from_nothing():
    assert list(folded(())) == []
