import pytest

from asl.editor.document import Document
from asl.editor.faults import diagnostics
from asl.editor.hover import hover, rule_text
from tests.editor.typed import opened, place_of, shown

JSONATA = (
    '{"QueryLanguage": "JSONata", "States": {"A": {"Type": "Task", "Assign": {"count": 1}, '
    '"Output": "%s"}}}'
)


@pytest.mark.parametrize(
    ("text", "says", "about"),
    [
        ('{"Star|tAt": "A"}', "first state", '"StartAt"'),
        ('{"States": {"A": {"Type": "Pass", "ResultPa|th": "$"}}}', "null drops", '"ResultPath"'),
        ('{"States": {"A": {"Type": "Pa|ss"}}}', "hands its input on", '"Pass"'),
        (
            '{"StartAt": "|A", "States": {"A": {"Type": "Fail", "Comment": "Sorry!"}}}',
            "Sorry!",
            '"A"',
        ),
        ('{"States": {"|A": {"Type": "Fail"}}}', "A**: Fail", '"A"'),
        ('{"States": {"A": {"Retry": [{"ErrorEquals": ["States.Time|out"]}]}}}', "longer", None),
        ('{"States": {"A": {"X.$": "States.UU|ID()"}}}', "States.UUID()", "States.UUID"),
        ('{"States": {"A": {"X.$": "$$.Exec|ution.Id"}}}', "execution that this", "$$.Execution"),
        ('{"States": {"A": {"X.$": "$$.Execution.I|d"}}}', "ARN", "$$.Execution.Id"),
        (JSONATA % "{% $su|m([1]) %}", "$sum(array)", "$sum"),
        (JSONATA % "{% $states.inp|ut.a %}", "input of the state", "$states.input"),
        (JSONATA % "{% $states.context.State.Na|me %}", "name of the state", None),
        (JSONATA % "{% $coun|t %}", "", "$count"),
        (JSONATA % "{% 1 + $cou|nt.x %}", "", "$count"),
    ],
)
def test_a_word_is_explained(text, says, about):
    document, position = opened(text)
    found = hover(document, position)
    assert says.lower() in found.text.lower()
    if about is not None:
        assert shown(document, [found.range]) == [about]


@pytest.mark.parametrize(
    "text",
    [
        '|{"A": 1}',
        '{"States": {"A": {"Type": "Pass", "Result": {"Ne|xt": 1}}}}',
        '{"States": {"A": {"Nonsen|se": 1}}}',
        '{"StartAt": "Mis|sing", "States": {}}',
        '{"Comment": "$un|known"}',
        '{"Comment": "te|xt"}',
        "|",
    ],
)
def test_what_is_not_known_is_not_explained(text):
    assert hover(*opened(text)) is None


def test_yaml_is_explained_too():
    document = Document("StartAt: A\nStates:\n  A:\n    Type: Wait\n", is_yaml=True)
    assert "Waits" in hover(document, place_of(document, "Wait", 1)).text


def test_the_rule_of_a_fault_is_explained():
    document = Document('{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Bee"}}}')
    found = hover(document, place_of(document, '"Bee"', 2), diagnostics(document))
    assert "ASL-207" in found.text
    assert shown(document, [found.range]) == ['"Bee"']
    assert rule_text("ASL-none") == ""
