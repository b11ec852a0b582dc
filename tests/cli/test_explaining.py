"""What is said of a rule."""

from types import SimpleNamespace

from asl.cli.explaining import explanation
from asl.cli.terminal import painter
from asl.language.rules.table import RULES

PLAIN = painter(is_coloured=False)
TEXTS = SimpleNamespace(says="It is so.", why="Because.", example='{\n  "a": 1\n}\n', fix="{}\n")


def test_a_rule_is_explained_with_its_example_and_the_fix():
    assert explanation(RULES["ASL-207"], TEXTS, PLAIN) == (
        "error[ASL-207] missing-target\n\nIt is so.\n\nBecause.\n\n"
        'Reported:\n\n    {\n      "a": 1\n    }\n\nMended:\n\n    {}\n\n'
        "AWS's code for it is MISSING_TRANSITION_TARGET.\n"
    )


def test_of_an_example_that_there_is_not_nothing_is_said():
    texts = SimpleNamespace(says="It is so.", why="Because.", example=None, fix="")
    assert explanation(RULES["ASL-906"], texts, PLAIN) == (
        "warning[ASL-906] shadowed-rule\n\nIt is so.\n\nBecause.\n\n"
        "AWS does not look for it.\nTo silence it: --ignore ASL-906\n"
    )


def test_a_rule_that_is_off_says_how_to_ask_for_it():
    text = explanation(RULES["ASL-356"], None, PLAIN)
    assert text.endswith("It is looked for only if asked: --enable ASL-356\n")


def test_colours_say_how_grave_it_is():
    paint = painter(is_coloured=True)
    assert explanation(RULES["ASL-207"], None, paint).startswith("\x1b[1;31merror[ASL-207]\x1b[0m ")
    assert "\x1b[1;33mwarning[ASL-906]" in explanation(RULES["ASL-906"], TEXTS, paint)
