"""The place of a fault in its line: carets stand under what is meant, whatever stands before it."""

from unicodedata import combining, east_asian_width

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asl.cli.reports.excerpt import excerpt


def cells(text):
    return sum(
        0 if combining(each) else 2 if east_asian_width(each) in "WF" else 1 for each in text
    )


@pytest.mark.parametrize(
    ("line", "column", "shown", "carets"),
    [
        ('"Next": "Shipp"', 9, '"Next": "Shipp"', "        ^^^^^^^"),
        ('"Next": "a\\"b",', 9, '"Next": "a\\"b",', "        ^^^^^^"),
        ('"Next": "open', 9, '"Next": "open', "        ^^^^^"),
        ('"Seconds": -1.5e3}', 12, '"Seconds": -1.5e3}', "           ^^^^^^"),
        ("Next: Somewhere else", 7, "Next: Somewhere else", "      ^^^^^^^^^"),
        ('"States": {}', 11, '"States": {}', "          ^"),
        ("abc", 4, "abc", "   ^"),
        ("abc", 99, "abc", "   ^"),
        ("", 1, "", "^"),
        ('\t"A":\t1', 7, '    "A":    1', "            ^"),
        ('"日本": 5', 7, '"日本": 5', "        ^"),
        ('"日本"', 1, '"日本"', "^^^^^^"),
        ('"e\u0301": 5', 7, '"e\u0301": 5', "     ^"),
        ("\u0301", 1, "\u0301", "^"),
        ('"\x1b[2J": 5', 9, '"\\x1b[2J": 5', "           ^"),
        ('"\u202e": 5', 6, '"\\u202e": 5', "          ^"),
    ],
    ids=[
        "string",
        "string with a quote",
        "string without an end",
        "number",
        "word of YAML",
        "brace",
        "end of line",
        "past the end",
        "empty line",
        "tabs",
        "wide characters before",
        "wide characters",
        "combining mark before",
        "combining mark",
        "control character",
        "mark of direction",
    ],
)
def test_carets_stand_under_what_is_meant(line, column, shown, carets):
    assert excerpt(line, column, width=80) == (shown, carets)


def test_a_long_line_is_cut_on_both_sides_of_the_place():
    line = "a" * 500 + ' "Next" ' + "b" * 500
    shown, carets = excerpt(line, 502, width=60)
    assert len(shown) == 60
    assert shown.startswith("...aaa")
    assert shown.endswith("bbb...")
    assert shown[carets.index("^") : carets.rindex("^") + 1] == '"Next"'


@pytest.mark.parametrize(("column", "start", "end"), [(1, "a", "..."), (1000, "...", "a")])
def test_a_long_line_is_cut_on_one_side_at_its_ends(column, start, end):
    shown, carets = excerpt("a" * 1000, column, width=60)
    assert len(shown) >= 57
    assert len(carets) <= 60
    assert shown.startswith(start)
    assert shown.endswith(end)


def test_what_is_longer_than_the_room_is_marked_as_far_as_it_is_shown():
    shown, carets = excerpt('"' + "x" * 1000, 1, width=60)
    assert len(carets) == len(shown) - len("...")


LETTERS = st.text(st.sampled_from('ab"\\:, \t日é\u0301\x1b\u202e\u2028😀'), max_size=300)


@given(LETTERS, st.integers(1, 310), st.integers(20, 120))
def test_any_line_fits_and_has_its_carets_under_it(line, column, width):
    shown, carets = excerpt(line, column, width=width)
    assert cells(shown) <= width
    assert set(carets) <= {" ", "^"}
    assert carets.endswith("^")
    assert len(carets) <= width + 1, "one past the end of a line is its end"
    assert shown.isprintable()
