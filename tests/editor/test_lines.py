import pytest

from asl.editor.lines import Edit, Lines, Position, apply
from asl.language.positions import LineIndex

TEXT = 'ab\r\n"\U0001f600é" x\n\rz'


def test_positions_count_utf_16_units():
    lines = Lines(TEXT)
    after = TEXT.index("é")
    assert lines.position(after) == Position(1, 3)
    assert lines.offset(Position(1, 3)) == after


def test_a_position_inside_of_a_character_is_before_it():
    assert Lines(TEXT).offset(Position(1, 2)) == TEXT.index("\U0001f600")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_every_offset_comes_back(encoding):
    lines = Lines(TEXT, encoding)
    for offset in range(len(TEXT) + 1):
        if TEXT[offset - 1 : offset + 1] != "\r\n":  # inside of an end of a line is no place
            assert lines.offset(lines.position(offset)) == offset


def test_three_ends_of_a_line_are_known():
    assert [Lines(TEXT).position(TEXT.index(one)).line for one in 'a"z'] == [0, 1, 3]


@pytest.mark.parametrize(
    ("position", "offset"),
    [
        (Position(0, 99), 2),
        (Position(99, 0), len(TEXT)),
        (Position(-1, 5), 0),
        (Position(0, -3), 0),
        (Position(1, 99), TEXT.index("\n\r")),
    ],
)
def test_a_position_that_the_text_has_not_is_the_nearest_before(position, offset):
    assert Lines(TEXT).offset(position) == offset


def test_places_of_the_checker_are_understood():
    lines, index = Lines(TEXT), LineIndex(TEXT)
    for offset in range(len(TEXT)):
        assert lines.checked_offset(*index(offset)) == offset


def test_the_checker_does_not_count_a_byte_order_mark():
    assert Lines("\ufeff{}\n{}").checked_offset(1, 1) == 1
    assert Lines("\ufeff{}\n{}").checked_offset(2, 1) == 4


def test_edits_are_made_from_the_old_text():
    assert apply("abcdef", [Edit(4, 5, "X"), Edit(0, 1, "YY"), Edit(2, 2, "-")]) == "YYb-cdXf"
