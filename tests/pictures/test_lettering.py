"""Text that fits where it stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asl.pictures.lettering import shown, width, wrap


@given(st.text(max_size=200), st.floats(40, 300), st.integers(1, 4))
def test_lines_have_room(text, room, most):
    lines = wrap(text, 10, room, most)
    assert 1 <= len(lines) <= most
    for line in lines:
        assert width(line, 10) <= room


@given(st.text(max_size=80))
def test_nothing_is_lost_where_there_is_room(text):
    lines = wrap(text, 10, 200, 100)
    assert "".join("".join(lines).split()) == "".join(shown(text).split())


@given(st.text())
def test_what_is_shown_can_be_printed(text):
    assert shown(text).isprintable()


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Send the renewal notice now", ["Send the renewal", "notice now"]),
        ("SendTheRenewalNoticeNow", ["SendTheRenewal", "NoticeNow"]),
        ("send_the_renewal_notice_now", ["send_the_renewal_", "notice_now"]),
        ("a\nb", [r"a\nb"]),
        ("\u202edrow", [r"\u202edrow"]),
        ("", [""]),
    ],
)
def test_lines_break_where_a_reader_expects_it(text, lines):
    assert wrap(text, 10, 105, 3) == lines


def test_what_is_cut_shows_that_it_is():
    (line,) = wrap("lambda:invoke TheNameOfAFunction", 10, 100, 1)
    assert line.startswith("lambda:invoke T")
    assert line.endswith("…")


def test_a_text_without_end_costs_little():
    assert len(wrap("x" * 1_000_000, 10, 100, 2)) == 2
