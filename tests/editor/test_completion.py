import json

import pytest

from asl.editor.documentation import CONTEXT, ERRORS, FIELDS, field_text
from asl.editor.functions import INTRINSICS, JSONATA, signature
from asl.editor.shapes import STATE_TYPES
from asl.editor.snippets import as_json, as_snippet, as_text, as_yaml, states
from asl.language.schema import load_schema
from asl.query.intrinsics import FUNCTIONS
from asl.query.jsonata.functions import BUILTINS
from tests.editor.typed import chosen, labels, offered


def test_required_fields_come_first_and_those_that_are_there_do_not_come():
    found = labels('{"States": {"A": {"Type": "Task", "Comment": "", |')
    assert found[:3] == ["Resource", "Next", "End"]
    assert "Comment" not in found
    assert "Seconds" not in found


@pytest.mark.parametrize(
    ("text", "has", "has_not"),
    [
        ('{"States": {"A": {"Type": "Wait", "Seconds": 1, |', "Next", "Timestamp"),
        ('{"States": {"A": {"Type": "Wait", "Next": "B", |', "SecondsPath", "End"),
        ('{"States": {"A": {"Type": "Pass", |', "Parameters", "Output"),
        ('{"QueryLanguage": "JSONata", "States": {"A": {"Type": "Pass", |', "Output", "Parameters"),
        ('{"States": {"A": {"Type": "Pass", "QueryLanguage": "JSONata", |', "Output", "Result"),
        ('{"States": {"A": {|', "Type", "Resource"),
        ('{"States": {"A": {"Type": "Task", "Retry": [{|', "MaxAttempts", "Next"),
        ('{"States": {"A": {"Type": "Task", "Catch": [{|', "Next", "MaxAttempts"),
        ('{"States": {"A": {"Type": "Choice", "Choices": [{|', "Variable", "Condition"),
        ('{"States": {"A": {"Type": "Choice", "Choices": [{"And": [{|', "Not", "Next"),
        ('{"States": {"A": {"Type": "Choice", "Choices": [{"Not": {|', "Variable", "Next"),
        (
            '{"States": {"A": {"Type": "Choice", "Choices": [{"Variable": "$", "IsNull": true, |',
            "Next",
            "IsString",
        ),
        ('{"States": {"A": {"Type": "Map", "ItemReader": {|', "Resource", "Arguments"),
        ('{"States": {"A": {"Type": "Map", "ItemReader": {"ReaderConfig": {|', "MaxItems", "Mode"),
        (
            '{"States": {"A": {"Type": "Map", "ItemReader": {"ReaderConfig": '
            '{"InputType": "JSON", |',
            "ItemsPointer",
            "CSVHeaders",
        ),
        ('{"States": {"A": {"Type": "Map", "ItemProcessor": {|', "ProcessorConfig", "Version"),
        (
            '{"States": {"A": {"Type": "Map", "ItemProcessor": {"ProcessorConfig": '
            '{"Mode": "DISTRIBUTED", |',
            "ExecutionType",
            "Type",
        ),
        ('{"States": {"A": {"Type": "Parallel", "Branches": [{|', "StartAt", "QueryLanguage"),
        (
            '{"States": {"A": {"Type": "Parallel", "Branches": '
            '[{"States": {"B": {"Type": "Fail", |',
            "Error",
            "Next",
        ),
        ("{|", "StartAt", "Type"),
    ],
)
def test_fields_are_those_of_the_place(text, has, has_not):
    found = labels(text)
    assert has in found
    assert has_not not in found


@pytest.mark.parametrize(
    "text", ['{"States": {"A": {"Type": "Pass", "Result": {|', '{"A" |: 1}', '{"A": 1|', "{} |"]
)
def test_nothing_is_offered_where_nothing_is_known(text):
    assert labels(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"States": {"A": {"Type": "Pass", "End": |', ["true", "false"]),
        ('{"QueryLanguage": "|"', ["JSONPath", "JSONata"]),
        ('{"StartAt": "|", "States": {"A": {}, "B": {}}}', ["A", "B"]),
        ('{"States": {"A": {"Type": "Pass", "Next": |}, "B": {}}}', ["A", "B"]),
        ('{"States": {"A": {"Type": "Choice", "Default": "|"}, "B": {}}}', ["A", "B"]),
        ('{"States": {"A": {"Type": "Task", "Catch": [{"Next": "|"}]}, "B": {}}}', ["A", "B"]),
        (
            '{"States": {"A": {"Type": "Map", "ItemProcessor": {"StartAt": "|", '
            '"States": {"C": {}}}}, "B": {}}}',
            ["C"],
        ),
        ('{"States": {"A": {"Type": "Task", "Retry": [{"JitterStrategy": "|"', ["NONE", "FULL"]),
    ],
)
def test_values_are_those_of_the_field(text, found):
    assert labels(text) == found


def test_every_type_of_state_is_offered():
    assert set(labels('{"States": {"A": {"Type": "|"')) == set(STATE_TYPES)


def test_errors_are_those_of_the_language_and_those_of_the_definition():
    found = labels(
        '{"States": {"A": {"Type": "Task", "Retry": [{"ErrorEquals": ["|"]}]}, '
        '"B": {"Type": "Fail", "Error": "Declined"}}}'
    )
    assert found == [*ERRORS, "Declined"]
    assert "States.ALL" in labels('{"States": {"A": {"Type": "Task", "Retry": [{"ErrorEquals": |')


def jsonpath(text):
    return (
        '{"States": {"A": {"Type": "Pass", "Assign": {"count.$": "$.n"}, "Parameters": {"x.$": "'
        + text
    )


def jsonata(text, field="Output"):
    return (
        '{"QueryLanguage": "JSONata", "States": {"A": {"Type": "Task", "Assign": {"count": 1}, "'
        + field
        + '": "{% '
        + text
    )


@pytest.mark.parametrize(
    ("text", "has", "has_not"),
    [
        (jsonpath("States.|"), "States.Format", "$sum"),
        (jsonpath("$|"), "$count", "$sum"),
        (jsonpath("$$.|"), "Execution", "Id"),
        (jsonpath("$$.Execution.|"), "Id", "Execution"),
        (jsonata("$|"), "$sum", "States.Format"),
        (jsonata("$co|"), "$count", "$$"),
        (jsonata("1 + $states.|"), "result", "errorOutput"),
        (jsonata("$states.|", "Arguments"), "input", "result"),
        (jsonata("$states.context.|"), "Execution", "Id"),
        (jsonata("$states.context.Execution.In| + 1"), "Input", "State"),
    ],
)
def test_words_of_expressions_are_completed(text, has, has_not):
    found = labels(text)
    assert has in found
    assert has_not not in found


def test_a_catcher_has_the_error_output():
    start = '{"QueryLanguage": "JSONata", "States": {"A": {"Type": "Task", "Catch": [{"Output": "'
    assert labels(start + "{% $states.|") == ["input", "errorOutput", "context"]


@pytest.mark.parametrize(
    "text", [jsonata("1 %} $|"), jsonpath("$.a.|"), jsonata("$states.input.|"), jsonata("$a.b|")]
)
def test_nothing_is_offered_outside_of_what_is_known_in_expressions(text):
    assert labels(text) == []


def test_variables_of_outer_machines_can_be_read():
    text = (
        '{"States": {"A": {"Type": "Pass", "Assign": {"outer": 1}}, "M": {"Type": "Map", '
        '"ItemProcessor": {"States": {"B": {"Type": "Task", "Catch": [{"Assign": {"inner": 1}}], '
        '"InputPath": "$|"}}}}}}'
    )
    assert {"$outer", "$inner"} <= set(labels(text))


def test_a_name_that_is_awaited_is_offered_as_a_state():
    text = '{"StartAt": "Pay", "States": {"P|"}}'
    assert labels(text)[0] == "Pay"
    assert json.loads(chosen(text, "Pay")) == {
        "StartAt": "Pay",
        "States": {"Pay": {"Type": "Pass", "End": True}},
    }


@pytest.mark.parametrize("kind", STATE_TYPES)
@pytest.mark.parametrize("language", ["JSONPath", "JSONata"])
def test_state_snippets_are_good_json_and_yaml(kind, language):
    piece = states(language)[kind]
    start = f'{{"QueryLanguage": "{language}", "States": {{"Mine|"}}}}'
    made = json.loads(chosen(start, f"{kind} state"))["States"]["Mine"]
    assert made == json.loads(as_text(as_json(piece)))
    yaml = pytest.importorskip("yaml")
    assert yaml.safe_load(as_text(as_yaml(piece))) == made


def test_a_snippet_has_places_and_no_others():
    assert as_snippet("«1:a}b» $x {}") == "${1:a\\}b} \\$x {}"


def test_a_comma_is_set_where_a_member_follows():
    text = '{"States": {"A": {"Type": "Pass", |"End": true}}}'
    assert json.loads(chosen(text, "Comment"))["States"]["A"]["Comment"] == ""


def test_a_key_that_has_a_value_is_only_renamed():
    text = '{"States": {"A": {"Typ|e": "Pass"}}}'
    assert chosen(text, "Comment") == '{"States": {"A": {"Comment": "Pass"}}}'


def test_an_empty_text_gets_a_whole_definition():
    assert json.loads(chosen("|", "State machine"))["StartAt"] == "Start"


YAML = """\
StartAt: A
States:
  A:
    Type: Task
    Retry:
      - ErrorEquals: [States.ALL]
  B:
    Type: Pass
"""


def yaml_with(old, new):
    assert old in YAML
    return YAML.replace(old, new, 1)


@pytest.mark.parametrize(
    ("text", "has", "has_not"),
    [
        (yaml_with("    Retry", "    |\n    Retry"), "Resource", "Retry"),
        (yaml_with("    Retry", "    Res|\n    Retry"), "Resource", "Retry"),
        (yaml_with("    Type: Task", "    |\n    Type: Task"), "Resource", "Type"),
        (yaml_with("  B:\n", "  B:\n    |\n"), "Next", "Type"),
        (yaml_with("  B:\n", "      - |\n  B:\n"), "MaxAttempts", "Next"),
        (yaml_with("  B:\n", "        |\n  B:\n"), "MaxAttempts", "ErrorEquals"),
        (yaml_with("[States.ALL]", "[|]"), "States.ALL", "A"),
        (yaml_with("[States.ALL]", "[States.T|"), "States.ALL", "A"),
        (yaml_with("StartAt: A", "StartAt: |"), "B", "Task"),
        (yaml_with("StartAt: A", "StartAt: '|'"), "B", "Task"),
        (yaml_with("Type: Pass", "Type: |"), "Pass", "A"),
        (yaml_with("Type: Pass", "Type: Pass\n    End: |"), "true", "A"),
        (yaml_with("Type: Pass", "Type: Pass\n|"), "Comment", "Next"),
        (yaml_with("Type: Pass", "Type: Pass\n  |"), "Task state", "Comment"),
        (yaml_with("Type: Pass", "{Type: Pass, |}"), "Next", "Type"),
        (yaml_with("Type: Pass", "Type: Pass\n    InputPath: $$.|"), "Execution", "Id"),
        (
            yaml_with("Type: Pass", "Type: Pass\n    Parameters:\n      a.$: States.|"),
            "States.UUID",
            "a",
        ),
        ("|", "StartAt", "Type"),
    ],
)
def test_yaml_goes_by_its_indentation(text, has, has_not):
    found = labels(text, is_yaml=True)
    assert has in found
    assert has_not not in found


@pytest.mark.parametrize("text", [yaml_with("StartAt: A", "StartAt: A # |"), "A: &| x"])
def test_nothing_is_offered_in_a_comment_of_yaml(text):
    assert labels(text, is_yaml=True) == []


@pytest.mark.parametrize(
    ("text", "label", "line"),
    [
        (yaml_with("StartAt: A", "StartAt: |"), "B", "StartAt: B\n"),
        (yaml_with("StartAt: A", 'StartAt: "|"'), "B", 'StartAt: "B"\n'),
        (yaml_with("StartAt: A", "StartAt: '|'"), "B", "StartAt: 'B'\n"),
        (yaml_with("    Retry", "    |\n    Retry"), "Assign", "    Assign:\n      \n"),
        (yaml_with("  B:\n", "      - |\n  B:\n"), "MaxAttempts", "      - MaxAttempts: \n"),
    ],
)
def test_yaml_is_written_as_it_is_written_there(text, label, line):
    made = chosen(text, label, is_yaml=True)
    if label == "Assign":  # an editor indents further lines as the first
        made = made.replace("Assign:\n  ", "Assign:\n      ")
    assert line in made


def test_a_name_that_yaml_reads_otherwise_gets_quotes():
    text = "StartAt: |\nStates:\n  No:\n    Type: Pass\n"
    assert chosen(text, "No", is_yaml=True).startswith('StartAt: "No"\n')


def test_filters_have_what_stands_before_the_cursor():
    for one in offered('{"States": {"Some|"}}'):
        assert one.filter.startswith('"')


def test_every_function_is_described_and_no_other():
    assert INTRINSICS.keys() == FUNCTIONS.keys()
    assert JSONATA.keys() == BUILTINS.keys()
    assert signature("$sum") == "$sum(array)"
    assert signature("$mine") == "$mine"


def test_every_field_of_the_schemas_is_described():
    names = set()
    pending = [
        load_schema(f"{name}.json")
        for name in ("choice", "errors", "machine", *(kind.lower() for kind in STATE_TYPES))
    ]
    while pending:
        schema = pending.pop()
        if isinstance(schema, dict):
            properties = schema.get("properties", {})
            names |= properties.keys()
            pending += schema.values()
        elif isinstance(schema, list):
            pending += schema
    assert [name for name in sorted(names) if not field_text(name)] == []
    assert FIELDS.keys() - names <= {"RoleArn"}


def test_every_member_of_the_context_has_what_it_stands_in():
    assert all(path.rpartition(".")[0] in ("", *CONTEXT) for path in CONTEXT)
