"""The schema files are good JSON Schema, and the whole (for editors) says what the parts say."""

import json
from importlib.resources import files
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from asl.language.schema import inlined_schema, load_schema
from asl.language.schema.bundle import bundled_schema
from asl.language.schema.validators import validator_for
from asl.language.sentences import faults_of

FOLDER = files("asl.language.schema")
NAMES = sorted(entry.name for entry in FOLDER.iterdir() if entry.name.endswith(".json"))
SHARED = Path(__file__).resolve().parents[3] / "shared" / "validation"
TYPES = ["pass", "task", "choice", "wait", "succeed", "fail", "parallel", "map"]


def references(schema):
    if isinstance(schema, dict):
        if "$ref" in schema:
            yield schema["$ref"]
        for value in schema.values():
            yield from references(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from references(value)


@pytest.mark.parametrize("name", NAMES)
def test_each_file_is_a_schema_of_2020_12(name):
    schema = load_schema(name)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("name", NAMES)
def test_each_reference_leads_somewhere(name):
    for reference in references(load_schema(name)):
        assert inlined_schema(name + reference if reference.startswith("#") else reference)


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("language", ["JSONPath", "JSONata"])
def test_what_a_language_adds_is_about_fields_of_the_state(kind, language):
    schema = load_schema(f"{kind}.json")
    assert schema["additionalProperties"] is False
    added = schema["$defs"][language]["properties"].keys()
    assert added <= schema["properties"].keys()


@pytest.mark.parametrize("kind", TYPES)
def test_a_field_of_either_language_is_spoken_of_in_both(kind):
    """A field that is left open (true) is described where a language has it."""
    schema = load_schema(f"{kind}.json")
    for field, description in schema["properties"].items():
        if description is True:
            languages = [
                schema["$defs"][language]["properties"].get(field)
                for language in ("JSONPath", "JSONata")
            ]
            assert any(languages), f"nothing is said of {field}"


def test_a_keyword_without_a_sentence_of_aws_keeps_its_own():
    schema = {"const": 1, "rule": "ASL-208"}
    (error,) = Draft202012Validator(schema).iter_errors(2)
    (fault,) = faults_of(error, ("a",), schema)
    assert (fault.path, fault.message, fault.hint) == (("a",), "1 was expected", "found 2")


def test_of_a_value_of_the_wrong_type_only_that_is_said():
    assert [error.validator for error in validator_for("wait.json").iter_errors(5)] == ["type"]


def whole():
    return Draft202012Validator(bundled_schema(None))


def records(verdict):
    if not SHARED.is_dir():
        reason = "the validation corpus (shared/ beside the repository) is not here"
        return [pytest.param(None, marks=pytest.mark.skip(reason=reason))]
    paths = sorted((SHARED / "real").glob("*.json")) + sorted((SHARED / "verdicts").glob("*.json"))
    found = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    return [
        pytest.param(record["definition"], id=record["id"])
        for record in found
        if record["verdict"] == verdict and "definition" in record
    ]


@pytest.mark.parametrize("definition", records("valid")[::3])
def test_the_whole_accepts_what_aws_accepts(definition):
    assert next(whole().iter_errors(definition), None) is None


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("Version", "2.0"),
        ("StartAt", 5),
        ("States", {"A": {"Type": "Pass"}}),
        ("States", {"A": {"Type": "Pass", "End": True, "Output": 1}}),
        ("States", {"A": {"Type": "Pass", "End": True, "QueryLanguage": "JSONata", "Result": 1}}),
        ("States", {"A": {"Type": "Nap", "End": True}}),
        (
            "States",
            {
                "A": {
                    "Type": "Parallel",
                    "End": True,
                    "Branches": [{"StartAt": "B", "States": {"B": {"Type": "Task"}}}],
                }
            },
        ),
        (
            "States",
            {
                "A": {
                    "Type": "Choice",
                    "Choices": [{"Not": {"Variable": "$", "IsNull": 1}, "Next": "A"}],
                }
            },
        ),
    ],
)
def test_the_whole_refuses_what_the_parts_refuse(place, value):
    good = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
    assert whole().is_valid(good)
    assert not whole().is_valid(good | {place: value})


def test_the_language_of_a_state_is_its_own_or_the_one_of_the_whole_machine():
    branch = {"StartAt": "B", "States": {"B": {"Type": "Pass", "End": True, "Output": 1}}}
    state = {"Type": "Parallel", "Branches": [branch], "End": True}
    machine = {"StartAt": "A", "States": {"A": state}}
    assert whole().is_valid(machine | {"QueryLanguage": "JSONata"})
    inner = {"StartAt": "A", "States": {"A": state | {"QueryLanguage": "JSONata"}}}
    assert not whole().is_valid(inner), "the language of a Parallel is not that of its branches"
