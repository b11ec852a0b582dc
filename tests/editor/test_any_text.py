"""Whatever the text and wherever the cursor: every question has an answer, and none is an error."""

import json

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asl.editor.actions import actions
from asl.editor.completion import completions
from asl.editor.document import Document
from asl.editor.faults import diagnostics
from asl.editor.hover import hover
from asl.editor.lines import Position
from asl.editor.navigation import definition, references, symbols
from asl.editor.renaming import rename, renamed_at
from asl.errors import UsageError
from tests.definitions import catch, choice, map_, parallel, pass_, retry, scope, task, wait
from tests.editor.typed import edited
from tests.properties.machines import definitions

MANY = scope(
    Fork=parallel(
        scope(Ask=task(Retry=[retry("States.ALL")], Catch=[catch("States.Timeout", "Sorry")])),
        scope(Idle=wait(3)),
        Assign={"who.$": "$.who"},
    ),
    Each=map_(scope(One=pass_(Parameters={"x.$": "States.Format('{}', $who)"}))),
    Choose=choice(
        {
            "And": [
                {"Variable": "$.x", "IsNull": True},
                {"Not": {"Variable": "$$", "IsString": True}},
            ]
        },
        {"Variable": "$.y", "NumericEquals": 1, "Next": "Each"},
        Default="Fork",
    ),
)
JSONATA = {
    "QueryLanguage": "JSONata",
    **scope(
        Get=task(
            Arguments={"a": "{% $states.input.b %}"}, Output="{% $sum($states.result) + $n %}"
        ),
        Set=pass_(Assign={"n": "{% 1 %}"}, Comment="asl: ignore ASL-809"),
    ),
}
CHARACTERS = "{}[]\",:'\\ \n\r\t#-|>&*!?%$.a0\x00\ufeff\ud800\U0001f600\u2028"
WORDS = ("${", "{% $", "States.", '"Next": ', "Next: ", "\n  ", "- ", '"States"', "$states.", "|\n")
PIECES = st.sampled_from([*CHARACTERS, *WORDS])


@st.composite
def broken_documents(draw):
    is_yaml = draw(st.booleans())
    machine = draw(st.sampled_from([MANY, JSONATA]) | definitions())
    if is_yaml and draw(st.booleans()):
        text = yaml.safe_dump(machine, sort_keys=False)
    else:
        text = json.dumps(machine, indent=draw(st.sampled_from([None, 1])))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(text)))
        end = start + draw(st.sampled_from([0, 0, 1, 2, 30]))
        text = text[:start] + draw(PIECES) + text[end:]
    if draw(st.booleans()):
        text = text[: draw(st.integers(0, len(text)))]
    encoding = draw(st.sampled_from(["utf-8", "utf-16", "utf-32"]))
    return Document(text, is_yaml, encoding)


def ask_everything(document, position):
    lines = document.lines
    offset = lines.offset(position)
    for one in completions(document, position):
        start, end = map(lines.offset, one.range)
        assert start <= offset <= end
        assert one.range.start.line == one.range.end.line
    hover(document, position)
    definition(document, position)
    references(document, position)
    symbols(document)
    renamed_at(document, position)
    try:
        edits = rename(document, position, "Another name")
    except UsageError:
        return
    edited(document, edits)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(broken_documents(), st.data())
def test_every_question_has_an_answer_at_every_place(document, data):
    offset = data.draw(st.integers(0, len(document.text)))
    ask_everything(document, document.lines.position(offset))
    line, character = data.draw(st.tuples(st.integers(-1, 99), st.integers(-1, 99)))
    ask_everything(document, Position(line, character))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(broken_documents())
def test_faults_of_any_text_stand_in_it_and_can_be_acted_on(document):
    faults = diagnostics(document)
    for one in faults:
        assert 0 <= one.start <= one.end <= len(document.text)
    for action in actions(document, 0, len(document.text), faults):
        assert edited(document, action.edits) != document.text


def test_while_a_definition_is_typed_there_is_always_an_answer():
    for is_yaml in (False, True):
        text = yaml.safe_dump(MANY, sort_keys=False) if is_yaml else json.dumps(MANY)
        for end in range(0, len(text), 7):
            document = Document(text[:end], is_yaml)
            ask_everything(document, document.lines.position(end))
