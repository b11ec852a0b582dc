"""Every rule has an entry, and every entry is true: its example is reported, its fix is clean."""

import importlib.util
from pathlib import Path

import pytest

from asl.checking import check
from asl.language.rules.catalogue import GROUPS, load_catalogue
from asl.language.rules.table import RULES

CATALOGUE = load_catalogue()
WRITER = Path(__file__).resolve().parents[3] / "docs" / "write_rules.py"
with_example = pytest.mark.parametrize(
    "code", [code for code, entry in CATALOGUE.items() if entry.example is not None]
)


def found_in(text, code):
    """Every diagnostic, those that only follow from another included."""
    entry = CATALOGUE[code]
    report = check(text, type=entry.machine_type, extensions=entry.extensions, enable=[code])
    pending = list(report.diagnostics)
    for one in pending:
        pending.extend(one.consequences)
    return pending


def write_rules():
    spec = importlib.util.spec_from_file_location("write_rules", WRITER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_rule_has_an_entry_and_every_entry_a_rule():
    assert list(CATALOGUE) == list(RULES)


def test_every_rule_is_in_a_group():
    assert {code.removeprefix("ASL-")[0] for code in RULES} == set(GROUPS)


@pytest.mark.parametrize("code", list(CATALOGUE))
def test_an_entry_has_an_example_with_its_fix_or_says_why_not(code):
    entry = CATALOGUE[code]
    assert (entry.example is None) == (entry.fix is None) == bool(entry.no_example)
    assert entry.example != entry.fix or entry.no_example
    assert entry.says.endswith(".")
    assert entry.why.endswith((".", ".)"))


@with_example
def test_the_example_is_reported_by_its_rule(code):
    found = found_in(CATALOGUE[code].example, code)
    reported = [one for one in found if one.rule == code]
    assert reported, [str(one) for one in found]
    assert {one.severity for one in reported} == {RULES[code].severity}


@with_example
def test_the_fix_has_no_diagnostic(code):
    assert [str(one) for one in found_in(CATALOGUE[code].fix, code)] == []


def test_the_page_is_up_to_date():
    writer = write_rules()
    assert writer.PAGE.read_text(encoding="utf-8") == writer.page(), (
        "run python docs/write_rules.py"
    )


def test_check_says_whether_the_page_is_up_to_date(tmp_path, monkeypatch):
    writer = write_rules()
    monkeypatch.setattr(writer, "PAGE", tmp_path / "rules.md")
    with pytest.raises(SystemExit, match="not up to date"):
        writer.main(["--check"])
    writer.main([])
    writer.main(["--check"])
    writer.PAGE.write_text("something else", encoding="utf-8")
    with pytest.raises(SystemExit, match="not up to date"):
        writer.main(["--check"])
