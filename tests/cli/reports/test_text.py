"""The report for people: what is wrong, where, the line with carets, and what to do."""

import re

import pytest

from asl.cli.reports.text import to_text
from tests.cli.reports.faults import fault, report, unreachable, warning


def test_a_fault_is_a_paragraph_and_the_counts_come_last():
    both = fault(consequences=unreachable("Ship", "Done"))
    assert to_text([report(both)]) == (
        "error[ASL-207]: Missing 'Next' target: Shipp\n"
        " --> order.asl.json:4:37\n"
        "  |\n"
        '4 |     "Pay": {"Type": "Pass", "Next": "Shipp"},\n'
        "  |                                     ^^^^^^^\n"
        "  = at /States/Pay/Next\n"
        "  = did you mean 'Ship'?\n"
        "  = so 2 states can't be reached: Ship, Done\n"
        "\n"
        "more about a rule: asl validate --explain ASL-207\n"
        "1 error in 1 file\n"
    )


def test_of_what_is_not_known_nothing_is_said():
    assert to_text([report(warning(rule="", code="TRUNCATED"), text=None)]) == (
        "warning[TRUNCATED]: This rule never holds\n--> order.asl.json\n\n1 warning in 1 file\n"
    )


def test_without_a_fault_there_are_only_the_counts():
    assert to_text([report(), report()]) == "no fault in 2 files\n"


def test_the_place_is_in_the_file_as_the_report_calls_it():
    text = to_text([report(fault(source="else.json"), name="orders/order.asl.json")])
    assert " --> orders/order.asl.json:4:37\n" in text


def test_numbers_of_lines_stand_one_above_the_other():
    lines = ["{}"] * 120
    text = to_text([report(fault(line=112, column=1, hint=""), text="\n".join(lines))])
    assert text.splitlines()[1:6] == [
        "   --> order.asl.json:112:1",
        "    |",
        "112 | {}",
        "    | ^",
        "    = at /States/Pay/Next",
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_lines_end_as_the_text_has_them(end):
    text = to_text([report(fault(line=2, column=1), text=end.join(["{", '"A": 5', "}"]))])
    assert '2 | "A": 5\n  | ^^^\n' in text


@pytest.mark.parametrize(
    "place", [{"line": 99}, {"column": None}, {"line": None}, {"line": 8, "column": 1}]
)
def test_a_place_that_the_text_does_not_have_shows_no_line(place):
    assert " | " not in to_text([report(fault(**place))])


def test_a_line_of_any_length_fits_in_120_columns():
    line = '{"A": ' + "[" * 100_000
    text = to_text([report(fault(line=1, column=50_000), text=line)])
    assert max(map(len, text.splitlines())) <= 120


def test_what_a_definition_says_can_not_steer_the_terminal():
    bad = "\x1b[2J\n\u202e"
    one = fault(bad, pointer=f"/States/{bad}", hint=bad, line=1, column=1)
    text = to_text([report(one, name=f"{bad}.asl.json", text=f"{bad}")])
    assert set(re.findall(r"[^ -~\n]", text)) == set()
    assert r"error[ASL-207]: \x1b[2J\n\u202e" in text


def test_a_long_pointer_is_cut():
    text = to_text([report(fault(pointer="/States/" + "x" * 10_000))])
    assert max(map(len, text.splitlines())) < 250


def test_colours_say_how_grave_it_is():
    text = to_text([report(fault(), warning())], is_coloured=True)
    assert "\x1b[1;31merror[ASL-207]\x1b[0m" in text
    assert "\x1b[1;33mwarning[ASL-906]\x1b[0m" in text
    assert "\x1b[1;31m1 error, 1 warning in 1 file\x1b[0m" in text
    assert "\x1b[1;33m1 warning in 1 file" in to_text([report(warning())], is_coloured=True)
    assert "\x1b[32mno fault" in to_text([report()], is_coloured=True)


def test_colours_change_nothing_else():
    reports = [report(fault(consequences=unreachable("Ship")), warning())]
    assert re.sub(r"\x1b\[[\d;]*m", "", to_text(reports, is_coloured=True)) == to_text(reports)
