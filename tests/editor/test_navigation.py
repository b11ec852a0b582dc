import json

import pytest

from asl.checking import check
from asl.editor.document import Document
from asl.editor.navigation import definition, references, symbols
from asl.editor.renaming import rename, renamed_at
from asl.errors import UsageError
from asl.language.source import Text
from tests.editor.typed import START, edited, place_of, shown

JSON = """\
{
  "StartAt": "Fork",
  "States": {
    "Fork": {
      "Type": "Parallel",
      "Assign": {"who.$": "$.who"},
      "Branches": [
        {"StartAt": "Ask", "States": {"Ask": {"Type": "Pass", "InputPath": "$who.a", "End": true}}},
        {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 1, "End": true}}}
      ],
      "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Sorry"}],
      "Next": "Choose"
    },
    "Choose": {
      "Type": "Choice",
      "Choices": [{"Variable": "$.Sorry", "IsPresent": true, "Next": "Sorry"}],
      "Default": "Sorry"
    },
    "Sorry": {"Type": "Fail", "Error": "Sorry", "Cause": "Sorry"}
  }
}
"""
YAML = """\
StartAt: Ask Them
States:
  Ask Them:
    Type: Task
    Resource: arn:aws:states:::sqs:sendMessage
    Parameters: {QueueUrl: q, MessageBody: 'Ask Them'}
    Catch:
      - {ErrorEquals: [States.ALL], Next: "Ask Them"}
    Next: &last
      Sorry
  Choose:
    Type: Choice
    Choices:
      - Variable: $.x
        IsPresent: true
        Next: 'Ask Them'
    Default: *last
  Sorry:
    Type: Succeed
"""


def test_a_name_leads_to_the_state_of_its_machine():
    document = Document(JSON)
    places = definition(document, place_of(document, '"Next": "Sorry"}]', 10))
    assert shown(document, places) == ['"Sorry"']
    assert places[0].start.line == JSON[: JSON.index('"Sorry": {')].count("\n")
    assert definition(document, place_of(document, '"Variable"', 14)) == []


def test_a_variable_leads_to_where_it_is_set():
    document = Document(JSON)
    assert shown(document, definition(document, place_of(document, "$who", 3))) == ['"who.$"']


def test_references_are_all_places_of_the_machine():
    document = Document(JSON)
    key = place_of(document, '"Sorry": {', 3)
    lines = [place.start.line for place in references(document, key)]
    assert len(lines) == 4
    assert len(references(document, key, with_declaration=False)) == 3
    assert references(document, place_of(document, '"Error": "Sorry"', 12)) == []


def test_the_outline_has_the_states_below_each_other():
    found = symbols(Document(JSON))
    assert [(one.name, one.detail) for one in found] == [
        ("Fork", "Parallel"),
        ("Choose", "Choice"),
        ("Sorry", "Fail"),
    ]
    assert [one.name for one in found[0].children] == ["Ask", "Wait"]
    for one in found:
        assert one.range.start <= one.selection.start <= one.selection.end <= one.range.end


def test_the_outline_is_there_while_the_text_is_broken():
    assert [one.name for one in symbols(Document(JSON[: JSON.index('"Next"')]))] == ["Fork"]
    broken = Document(YAML.replace("Type: Choice", "Ty"), is_yaml=True)
    assert [one.name for one in symbols(broken)] == ["Ask Them", "Choose", "Sorry"]


@pytest.mark.parametrize(
    ("text", "old", "is_yaml", "count"),
    [
        (JSON, "Sorry", False, 4),
        (JSON, "Fork", False, 2),
        (JSON, "Ask", False, 2),
        (YAML, "Ask Them", True, 4),
        (YAML, "Sorry", True, 2),
    ],
)
@pytest.mark.parametrize("new", ["Other", 'a "quoted" \\ one', "It's: here", "No", "\U0001f600 é"])
def test_a_rename_changes_the_name_and_nothing_else(text, old, is_yaml, count, new):
    document = Document(text, is_yaml)
    key = f'"{old}": {{' if not is_yaml else f"  {old}:"
    edits = rename(document, place_of(document, key, 2), new)
    assert len(edits) == count
    after = Document(edited(document, edits), is_yaml)
    suffix = ".yaml" if is_yaml else ".json"
    before_rules = [one.rule for one in check(Text(text, suffix=suffix)).diagnostics]
    after_rules = [one.rule for one in check(Text(after.text, suffix=suffix)).diagnostics]
    assert after_rules == before_rules
    named = json.dumps(new, ensure_ascii=False)[1:-1] if not is_yaml else new
    if new == "Other":
        assert after.text.replace(named, old).split() == text.split()
        back = rename(after, place_of(after, key.replace(old, named), 2), old)
        assert (
            check(Text(edited(after, back), suffix=suffix)).diagnostics
            == check(Text(text, suffix=suffix)).diagnostics
        )


def test_a_rename_starts_from_any_place_with_the_name():
    document = Document(JSON)
    from_default = rename(document, place_of(document, '"Default": "Sorry"', 14), "Other")
    assert from_default == rename(document, place_of(document, '"Sorry": {', 3), "Other")
    assert renamed_at(document, place_of(document, '"Default": "Sorry"', 14))[1] == "Sorry"


@pytest.mark.parametrize(
    ("new", "reason"),
    [
        ("", "needs a name"),
        ("x" * 81, "80 characters"),
        ("Choose", "already"),
        ("Wait", "already"),
        ("\ud800", "half of a character"),
    ],
)
def test_a_name_that_can_not_be_one_is_refused(new, reason):
    document = Document(JSON)
    with pytest.raises(UsageError, match=reason):
        rename(document, place_of(document, '"Sorry": {', 3), new)


def test_only_states_are_renamed():
    document = Document(JSON)
    assert renamed_at(document, START) is None
    assert renamed_at(document, place_of(document, '"Error"', 2)) is None
    with pytest.raises(UsageError, match="no name of a state"):
        rename(document, START, "Other")


def test_nothing_changes_if_the_name_stays():
    document = Document(JSON)
    assert rename(document, place_of(document, '"Sorry": {', 3), "Sorry") == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"States": {"Sorry": {"Type": "Fail"}', "can't be read"),
        ('{"States": {"Sorry": {}, "Sorry": {}}}', "twice"),
        ('{"StartAt": "Sorry", "States": {}}', "no state 'Sorry'"),
    ],
)
def test_a_text_that_is_broken_is_left_alone(text, reason):
    document = Document(text)
    with pytest.raises(UsageError, match=reason):
        rename(document, place_of(document, '"Sorry"', 2), "Other")


def test_what_an_alias_would_change_too_is_refused():
    text = "Comment: &a Sorry\nStartAt: *a\nStates:\n  Sorry:\n    Type: Fail\n"
    document = Document(text, is_yaml=True)
    with pytest.raises(UsageError, match="written in a way"):
        rename(document, place_of(document, "  Sorry", 3), "Other")
