"""A diagnostic is shown as one line that an editor can follow."""

import pickle

from asl.language.diagnostics import Diagnostic, clip


def test_a_diagnostic_shows_file_place_code_pointer_message_and_hint():
    diagnostic = Diagnostic(
        "MISSING_TRANSITION_TARGET",
        "Missing 'Next' target: PayOrdr",
        "/States/Pay/Next",
        line=12,
        column=17,
        hint="did you mean 'PayOrder'?",
        source="order.asl.json",
    )
    assert str(diagnostic) == (
        "order.asl.json:12:17: error MISSING_TRANSITION_TARGET at /States/Pay/Next: "
        "Missing 'Next' target: PayOrdr (did you mean 'PayOrder'?)"
    )


def test_what_is_not_known_is_left_out():
    assert str(Diagnostic("A", "it is wrong")) == "error A: it is wrong"
    assert str(Diagnostic("A", "maybe", severity="WARNING")) == "warning A: maybe"
    assert str(Diagnostic("A", "no", source="x.json")) == "x.json: error A: no"


def test_a_hostile_name_can_neither_break_the_line_nor_the_terminal():
    shown = str(Diagnostic("A", "bad\nname \x1b[2J \ud800 \u2028é"))
    assert shown == "error A: bad\\nname \\x1b[2J \\ud800 \\u2028é"


def test_long_text_is_cut():
    assert clip("a" * 200) == "a" * 200
    assert clip("a" * 201) == "a" * 197 + "..."
    assert len(str(Diagnostic("A", "b", "/" + "c" * 10_000))) < 250


def test_a_diagnostic_is_a_value():
    diagnostic = Diagnostic("A", "b", "/c")
    assert pickle.loads(pickle.dumps(diagnostic)) == diagnostic  # noqa: S301 - our own pickle
    assert hash(diagnostic) == hash(Diagnostic("A", "b", "/c"))
