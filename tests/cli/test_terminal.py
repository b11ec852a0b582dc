"""What commands print: colours where they are wanted, text that is safe, bytes that fit."""

import io

import pytest

from asl.cli.terminal import painter, visible, wants_colours, write


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("no_color", "term", "wanted"),
    [("", "xterm", True), ("1", "xterm", False), ("0", "xterm", False), ("", "dumb", False)],
)
def test_colours_are_for_terminals_whose_users_have_nothing_against_them(
    monkeypatch, no_color, term, wanted
):
    monkeypatch.setenv("NO_COLOR", no_color)
    monkeypatch.setenv("TERM", term)
    assert wants_colours(Terminal()) is wanted
    assert wants_colours(io.StringIO()) is False


def test_paint_is_a_style_or_nothing():
    assert painter(is_coloured=False)("a", "red") == "a"
    assert painter(is_coloured=True)("a", "green") == "\x1b[32ma\x1b[0m"
    assert painter(is_coloured=True)("", "green") == ""


def test_text_is_made_visible():
    assert visible("a é 日 😀") == "a é 日 😀"
    assert visible("\x1b[2J\n\x9b\u2028\ud800\u202e\u200b\xa0") == (
        r"\x1b[2J\n\x9b\u2028\ud800\u202e\u200b\xa0"
    )


def test_what_an_encoding_does_not_have_is_written_as_an_escape():
    out = io.TextIOWrapper(io.BytesIO(), encoding="latin-1")
    out.write("before ")
    write(out, "é 日 \ud800\n")
    assert out.buffer.getvalue() == b"before \xe9 \\u65e5 \\ud800\n"


def test_who_asks_for_an_encoding_gets_it():
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    write(out, "é", encoding="utf-8")
    assert out.buffer.getvalue() == "é".encode()


def test_text_in_memory_takes_all_but_surrogates():
    out = io.StringIO()
    write(out, "é 日 \ud800")
    assert out.getvalue() == "é 日 \\ud800"
