import pytest

from asl.checking import check
from asl.editor.actions import actions
from asl.editor.document import Document, is_yaml_text
from asl.editor.faults import Options, diagnostics
from asl.language.source import Text
from tests.editor.typed import edited, shown

GOOD = '{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}'


def found(text, *, is_yaml=False):
    document = Document(text, is_yaml)
    return document, {one.diagnostic.rule: one for one in diagnostics(document)}


@pytest.mark.parametrize(
    ("text", "rule", "about"),
    [
        ('{"StartAt": "\U0001f600", "States": {"A": {"Type": "Fail"}}}', "ASL-107", '"\U0001f600"'),
        (GOOD.replace('"End"', '"Ennd"'), "ASL-202", '"Ennd"'),
        (GOOD.replace('"Type": "Pass", ', ""), "ASL-201", '"A"'),
        ('{"StartAt": "A", "States": {"A": {"Type": "Fail"}', "ASL-002", None),
        ("", "ASL-001", ""),
        ("abc", "ASL-002", "abc"),
        ("[1]", "ASL-003", "["),
    ],
)
def test_a_fault_has_a_range(text, rule, about):
    document, faults = found(text)
    assert rule in faults
    if about is not None:
        assert shown(document, [faults[rule].range]) == [about]


def test_ranges_stand_in_one_line_and_in_the_text():
    text = GOOD.replace('"Pass", ', '"Pass",\n "Parameters": {\n"a": 1}, "Output": {\n"x": 1},')
    for one in diagnostics(Document(text)):
        assert one.range.start.line == one.range.end.line
        assert 0 <= one.start <= one.end <= len(text)


def test_a_good_definition_has_no_fault():
    assert diagnostics(Document(GOOD)) == []
    assert diagnostics(Document(GOOD.replace("true", "${End}"))) == []


def test_what_follows_stands_with_its_cause():
    _, faults = found(GOOD.replace('"End": true', '"Next": "B"'))
    assert [one.diagnostic.rule for one in faults["ASL-207"].consequences] == ["ASL-109"]


def test_json_is_no_yaml_and_yaml_no_json():
    yaml = "StartAt: A\nStates: {A: {Type: Succeed}}\n"
    assert diagnostics(Document(yaml, is_yaml=True)) == []
    assert diagnostics(Document(yaml, is_yaml=False)) != []
    assert is_yaml_text(yaml)
    assert not is_yaml_text(GOOD)
    assert not is_yaml_text("\n")


def test_options_are_those_of_the_check():
    text = (
        '{"StartAt": "C", "States": {"C": {"Type": "Choice", "Choices": '
        '[{"Variable": "$.a", "IsPresent": true, "Next": "S"}]}, "S": {"Type": "Succeed"}}}'
    )
    enabled = Options(enable=frozenset(("ASL-356",)))
    assert [one.diagnostic.rule for one in diagnostics(Document(text), enabled)] == ["ASL-356"]


def acted(document, which):
    faults = diagnostics(document)
    chosen = next(
        one for one in actions(document, 0, len(document.text), faults) if which in one.title
    )
    return edited(document, chosen.edits)


@pytest.mark.parametrize(
    ("broken", "title"),
    [
        (GOOD.replace('"End"', '"Ennd"'), "'End'"),
        (GOOD.replace('"Pass"', '"Pas"'), "'Pass'"),
        ('{"StartAt": "Aaaab", "States": {"Aaaaa": {"Type": "Fail"}}}', "'Aaaaa'"),
    ],
)
def test_a_slip_is_mended(broken, title):
    after = acted(Document(broken), title)
    assert check(Text(after, suffix=".json")).diagnostics == ()


def test_a_slip_within_a_longer_text_is_mended():
    text = GOOD.replace('"Pass", ', '"Pass", "Parameters": {"a.$": "States.Formatt(\'x\')"}, ')
    document, faults = found(text)
    fault = faults["ASL-502"]
    assert "did you mean" in fault.diagnostic.hint
    assert "States.Format('x')" in acted(document, "States.Format")


WARNED = (
    '{"StartAt": "A", "States": {"A": {%s"Type": "Pass", "Parameters": {"a": "$.b"}, "End": true}}}'
)
LINES = """{
  "StartAt": "A",
  "States": {
    "A": {
      "Type": "Pass",
      "Parameters": {"a": "$.b"},
      "End": true
    }
  }
}
"""
WARNED_YAML = """\
StartAt: A
States:
  A:
    %sType: Pass
    Parameters: {a: $.b}
    End: true
"""


@pytest.mark.parametrize(
    ("text", "is_yaml", "comment"),
    [
        (WARNED % "", False, '"Comment": "asl: ignore ASL-221"'),
        (WARNED % '"Comment": "x", ', False, '"Comment": "x asl: ignore ASL-221"'),
        (
            WARNED % '"Comment": "asl: ignore ASL-222. So.", ',
            False,
            '"Comment": "asl: ignore ASL-222, ASL-221. So."',
        ),
        (LINES, False, '      "Comment": "asl: ignore ASL-221",\n      "Type"'),
        (WARNED_YAML % "", True, '    Comment: "asl: ignore ASL-221"\n    Type'),
        (WARNED_YAML % "Comment: x\n    ", True, '    Comment: "x asl: ignore ASL-221"\n'),
    ],
)
def test_a_warning_is_silenced_in_the_comment(text, is_yaml, comment):
    document = Document(text, is_yaml)
    assert [one.diagnostic.rule for one in diagnostics(document)] == ["ASL-221"]
    after = acted(document, "ASL-221")
    assert comment in after
    assert check(Text(after, suffix=".yaml" if is_yaml else ".json")).diagnostics == ()


def test_an_error_is_not_silenced_and_other_places_have_no_action():
    document = Document(GOOD.replace('"Pass"', '"Nothing"'))
    faults = diagnostics(document)
    assert faults
    assert actions(document, 0, len(document.text), faults) == []
    document = Document(WARNED % "")
    assert actions(document, 0, 5, diagnostics(document)) == []
