import sys

import pytest

from asl.editor.completion import completions
from asl.editor.document import Document
from asl.editor.faults import diagnostics
from asl.editor.hover import rule_text
from asl.editor.navigation import symbols
from asl.language.rules.catalogue import load_catalogue
from tests.editor.typed import START

types = pytest.importorskip("lsprotocol.types")
protocol = pytest.importorskip("asl.editor.protocol")

TEXT = '{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Bee"}}}'


def test_what_follows_is_related_information_for_who_takes_it():
    fault = diagnostics(Document(TEXT))[0]
    shown = protocol.to_diagnostic(fault, "file:///a")
    assert shown.related_information[0].location.uri == "file:///a"
    assert shown.related_information[0].message.startswith("so: ")
    assert (
        protocol.to_diagnostic(fault, "file:///a", with_related=False).related_information is None
    )


def test_a_hint_is_part_of_the_message():
    fault = diagnostics(Document(TEXT.replace('"Next": "Bee"', '"Ennd": true')))[0]
    assert "(did you mean 'End'?)" in protocol.to_diagnostic(fault, "").message


def test_completions_keep_their_order():
    found = completions(Document(""), START)
    items = [protocol.to_completion(one, 7, with_snippets=False) for one in found]
    assert [(one.sort_text, one.insert_text_format) for one in items] == [
        ("0007", types.InsertTextFormat.PlainText)
    ]


def test_the_outline_is_nested():
    inner = TEXT.replace('"Type": "Pass"', f'"Type": "Map", "ItemProcessor": {TEXT}')
    symbol = protocol.to_symbol(symbols(Document(inner))[0])
    assert [one.name for one in symbol.children] == ["A"]


def test_without_pyyaml_yaml_is_read_by_its_indentation_and_one_fault_says_why(monkeypatch):
    monkeypatch.setitem(sys.modules, "asl.editor.yamlexact", None)
    monkeypatch.setitem(sys.modules, "asl.language.yamltext", None)
    document = Document("StartAt: A\nStates:\n  A:\n    Type: Fail\n", is_yaml=True)
    assert [one.name for one in symbols(document)] == ["A"]
    assert ["asl-interpreter[yaml]" in one.diagnostic.message for one in diagnostics(document)] == [
        True
    ]


def test_every_rule_can_be_explained():
    assert all(rule_text(code) for code in load_catalogue())
