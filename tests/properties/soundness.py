"""What holds for every report, whatever was checked: the places, the codes, the forms."""

from __future__ import annotations

import json

from asl.checking import check
from asl.errors import DefinitionError
from asl.language.rules.table import RULES, SCHEMA
from asl.language.source import read_source, text_of

#: Beside the code of the rule: that of a value of the wrong type, and of states of one name.
_OTHER_CODES = {"ASL-005": ("DUPLICATE_STATE_NAME",)}
AWS_CODES = {rule.aws for rule in RULES.values() if rule.aws}


def flat(diagnostics):
    """All diagnostics, what only follows from others behind its cause."""
    for one in diagnostics:
        yield one
        yield from flat(one.consequences)


#: One of these has told before that a definition without an error is not run here.
NOT_RUN = {"ASL-901", "ASL-354", "ASL-405", "ASL-506"}


def codes(report):
    return {one.rule for one in flat(report.diagnostics)}


def found(report):
    """Pairs of rule and pointer, in the report's order."""
    return [(one.rule, one.pointer) for one in flat(report.diagnostics)]


def check_soundly(source, **options):
    """The report of a check, which is held to be well-formed."""
    report = check(source, **options)
    assert_sound(report, source, **options)
    return report


def assert_sound(report, source, **options):
    tree = tree_of(source)
    lines = None if report.text is None else report.text.removeprefix("\ufeff").split("\n")
    assert (report.text is None) or not isinstance(source, dict)
    everything = list(flat(report.diagnostics))
    for one in everything:
        assert_well_formed(one)
        if tree is not None:
            assert_resolves(tree, one.pointer)
        assert_in_text(one, lines)
    assert len(report.diagnostics) <= 1001
    assert len(everything) <= 1001
    assert report.is_valid == (not report.errors)
    assert len(report.errors) + len(report.warnings) == len(report.diagnostics)
    shown = str(report)
    assert shown.count("\n") == len(everything)
    assert not any(ord(character) < 32 and character != "\n" for character in shown)
    shown.encode()
    assert_aws(report.to_aws())
    repr(report)


def assert_well_formed(one):
    rule = RULES[one.rule]
    assert one.severity == rule.severity
    assert one.code in (
        (rule.aws, *_OTHER_CODES.get(one.rule, (SCHEMA,))) if rule.aws else (rule.code,)
    )
    assert one.message
    assert one.location is None or rule.aws
    str(one).encode()
    assert "\n" not in str(one)


def assert_resolves(tree, pointer):
    """A pointer names a node, or a member that its parent has not."""
    assert pointer == "" or pointer.startswith("/"), pointer
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    node = tree
    for number, step in enumerate(steps):
        if isinstance(node, dict):
            if step not in node:
                assert number == len(steps) - 1, f"{pointer} does not resolve"
                return
            node = node[step]
        else:
            assert isinstance(node, list), f"{pointer} does not resolve"
            assert int(step) < len(node), f"{pointer} does not resolve"
            node = node[int(step)]


def assert_in_text(one, lines):
    if lines is None:
        assert one.line is None
        assert one.column is None
    elif one.line is not None:
        assert 1 <= one.line <= len(lines), one
        assert 1 <= one.column <= len(lines[one.line - 1]) + 1, one


def assert_aws(answer):
    assert answer["result"] in ("OK", "FAIL")
    assert len(answer["diagnostics"]) <= 100
    if answer["result"] == "OK":
        assert all(one["severity"] == "WARNING" for one in answer["diagnostics"])
    for one in answer["diagnostics"]:
        assert one.keys() <= {"severity", "code", "message", "location"}
        assert one["code"] in AWS_CODES
    json.dumps(answer)


def tree_of(source):
    """The tree that is checked; None if it can't be read."""
    try:
        return read_source(
            source if isinstance(source, dict) else text_of(source), keeps_placeholders=True
        ).tree
    except DefinitionError:
        return None


def assert_in_order(report):
    """What is told is in the order of the text, and so is what follows from it."""
    told = [one for one in report.diagnostics if one.rule != "ASL-000"]
    for row in (told, *(one.consequences for one in told)):
        places = [(one.line, one.column) for one in row]
        assert places == sorted(places), row
