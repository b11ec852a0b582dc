"""The schema for editors: good JSON Schema in one piece, which says what the schema files say."""

import json
from importlib.resources import files
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from asl.language.schema import bundle, load_schema
from asl.language.schema.bundle import bundled_schema
from tests.definitions import (
    SUCCEED,
    catch,
    choice,
    fail,
    map_,
    parallel,
    pass_,
    retry,
    scope,
    task,
    wait,
)

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "validation"
LANGUAGES = [None, "JSONPath", "JSONata"]
NAMES = sorted(
    entry.name for entry in files("asl.language.schema").iterdir() if entry.name.endswith(".json")
)


def validator(language=None):
    return Draft202012Validator(bundled_schema(language))


def walk(schema):
    """All objects of a schema, whatever they stand for."""
    if isinstance(schema, dict):
        yield schema
        for value in schema.values():
            yield from walk(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from walk(value)


def schemas(schema):
    """All schemas inside of a schema."""
    if not isinstance(schema, dict):
        return
    yield schema
    for keyword, value in schema.items():
        if keyword in bundle._SCHEMA:
            yield from schemas(value)
        elif keyword in bundle._LIST:
            for entry in value:
                yield from schemas(entry)
        elif keyword in bundle._NAMED | {"$defs"}:
            for entry in value.values():
                yield from schemas(entry)


# ---------------------------------------------------------------- one good schema


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_a_schema_of_2020_12(language):
    schema = bundled_schema(language)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_reference_leads_to_a_definition_of_its_own_and_each_is_used(language):
    schema = bundled_schema(language)
    used = {each["$ref"] for each in walk(schema) if "$ref" in each}
    assert used == {f"#/$defs/{name}" for name in schema["$defs"]}


@pytest.mark.parametrize("language", LANGUAGES)
def test_our_own_annotations_are_not_in_it(language):
    words = bundle._SCHEMA | bundle._LIST | bundle._NAMED | bundle._DATA
    known = words | {"$schema", "$ref", "$defs"}
    assert {word for each in schemas(bundled_schema(language)) for word in each} <= known


def test_only_annotations_are_left_out():
    """A keyword that means something to JSON Schema must not be lost on the way."""
    known = bundle._SCHEMA | bundle._LIST | bundle._NAMED | bundle._DATA | {"$ref"}
    lost = {
        word
        for name in NAMES
        for each in schemas(load_schema(name))
        for word in each
        if word in Draft202012Validator.VALIDATORS and word not in known
    }
    assert lost == set()


def test_it_is_the_callers_own():
    bundled_schema()["$defs"].clear()
    assert bundled_schema()["$defs"]
    schema = bundled_schema("JSONPath")
    schema["$defs"]["JSONPathTask"]["properties"].clear()
    assert bundled_schema("JSONPath")["$defs"]["JSONPathTask"]["properties"]


# ---------------------------------------------------------------- what it accepts and refuses

GOOD = [
    scope(A=pass_(Parameters={"a.$": "$.b"}), B=task(Retry=[retry(MaxAttempts=3)])),
    scope(A=task(Catch=[catch("C", ResultPath="$.error")], Next="C"), C=fail("Refused", "why")),
    scope(
        P=parallel(scope(A=wait(5)), scope(B=SUCCEED)), M=map_(scope(C=pass_()), MaxConcurrency=1)
    ),
    scope(
        A=choice(
            {
                "And": [
                    {"Variable": "$.a", "IsPresent": True},
                    {"Not": {"Variable": "$.a", "NumericEquals": 5}},
                ],
                "Next": "B",
            },
            Default="B",
        ),
        B=SUCCEED,
    ),
]
JSONATA = [
    {"QueryLanguage": "JSONata", **definition}
    for definition in (
        scope(A=pass_(Output="{% $states.input %}"), B=task(Arguments={"a": 1})),
        scope(A=choice({"Condition": "{% true %}", "Next": "B"}), B=wait("{% 5 %}"), C=SUCCEED),
        scope(M=map_(scope(P=parallel(scope(A=pass_(Output=1)))), Items="{% [1] %}")),
    )
]
MIXED = [
    scope(A=pass_(QueryLanguage="JSONata", Output=1), B=pass_(Result=1)),
    scope(M=map_(scope(A=pass_(Result=1)), QueryLanguage="JSONata", Items=[1])),
    scope(P=parallel(scope(A=pass_(Output=1, QueryLanguage="JSONata")), ResultPath="$.p")),
]


@pytest.mark.parametrize("definition", GOOD)
def test_jsonpath_is_accepted(definition):
    assert list(validator().iter_errors(definition)) == []
    assert list(validator("JSONPath").iter_errors(definition)) == []
    assert not validator("JSONata").is_valid(definition)


@pytest.mark.parametrize("definition", JSONATA)
def test_jsonata_is_accepted(definition):
    assert list(validator().iter_errors(definition)) == []
    assert list(validator("JSONata").iter_errors(definition)) == []
    assert not validator("JSONPath").is_valid(definition)


@pytest.mark.parametrize("definition", MIXED)
def test_both_are_accepted_where_both_are_allowed(definition):
    assert list(validator().iter_errors(definition)) == []
    assert not validator("JSONPath").is_valid(definition)
    assert not validator("JSONata").is_valid(definition)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "examples").glob("*.asl.json")), ids=lambda p: p.name
)
def test_the_examples_are_accepted(path):
    definition = json.loads(path.read_text(encoding="utf-8"))
    assert list(validator().iter_errors(definition)) == []


def changed(definition, place, value):
    """The definition with another value at a place; None takes it out."""
    definition = json.loads(json.dumps(definition))
    *way, last = place
    inner = definition
    for step in way:
        inner = inner[step]
    if value is None:
        del inner[last]
    else:
        inner[last] = value
    return definition


@pytest.mark.parametrize(
    ("definition", "place", "value"),
    [
        (GOOD[0], ["Bogus"], 1),
        (GOOD[0], ["StartAt"], None),
        (GOOD[0], ["TimeoutSeconds"], "5"),
        (GOOD[0], ["States", "A", "Type"], None),
        (GOOD[0], ["States", "A", "Type"], "Nap"),
        (GOOD[0], ["States", "A", "Bogus"], 1),
        (GOOD[0], ["States", "A", "Next"], 5),
        (GOOD[0], ["States", "A", "End"], True),
        (GOOD[0], ["States", "A", "Output"], 1),
        (GOOD[0], ["States", "B", "Retry", 0, "MaxAttempts"], -1),
        (GOOD[0], ["States", "B", "Retry", 0, "Bogus"], 1),
        (GOOD[1], ["States", "A", "Catch", 0, "Output"], 1),
        (GOOD[2], ["States", "P", "Branches", 1, "States", "B", "Bogus"], 1),
        (GOOD[2], ["States", "M", "ItemProcessor", "States", "C", "Output"], 1),
        (GOOD[3], ["States", "A", "Choices", 0, "And", 1, "Not", "NumericEquals"], "5"),
        (GOOD[3], ["States", "A", "Choices", 0, "And", 0, "Next"], "B"),
        (GOOD[3], ["States", "A", "Choices", 0, "Next"], None),
        (JSONATA[0], ["States", "A", "Parameters"], {}),
        (JSONATA[0], ["States", "A", "QueryLanguage"], "JSONPath"),
        (JSONATA[1], ["States", "A", "Choices", 0, "Variable"], "$.a"),
        (JSONATA[1], ["States", "B", "Seconds"], "5"),
        (JSONATA[2], ["States", "M", "ItemProcessor", "QueryLanguage"], "JSONata"),
        (MIXED[1], ["States", "M", "ItemProcessor", "States", "A", "Output"], 1),
    ],
)
def test_what_the_schema_files_refuse_is_refused(definition, place, value):
    bad = changed(definition, place, value)
    assert [language for language in LANGUAGES if validator(language).is_valid(bad)] == []


def test_a_state_without_a_type_is_told_so_and_nothing_else():
    bad = changed(GOOD[0], ["States", "A", "Type"], None)
    (error,) = validator().iter_errors(bad)
    assert error.message == "'Type' is a required property"


# ---------------------------------------------------------------- what an editor offers


@pytest.mark.parametrize(
    ("language", "offered", "not_offered"),
    [
        ("JSONPath", {"Parameters", "ResultPath", "TimeoutSecondsPath"}, {"Arguments", "Output"}),
        ("JSONata", {"Arguments", "Output"}, {"Parameters", "ResultPath", "TimeoutSecondsPath"}),
    ],
)
def test_only_fields_of_the_language_are_in_its_schema(language, offered, not_offered):
    for schema in (bundled_schema(language), bundled_schema()):
        fields = schema["$defs"][f"{language}Task"]["properties"].keys()
        assert offered <= fields
        assert not fields & not_offered


def test_only_fields_of_the_language_are_in_catchers_and_rules():
    catcher = bundled_schema("JSONPath")["$defs"]["JSONPathTask"]["properties"]["Catch"]["items"]
    assert "ResultPath" in catcher["properties"]
    assert "Output" not in catcher["properties"]
    rule = bundled_schema("JSONata")["$defs"]["JSONataRule"]["properties"]
    assert set(rule) == {"Comment", "Next", "Assign", "Output", "Condition"}
    nested = bundled_schema("JSONPath")["$defs"]["JSONPathNestedRule"]["properties"]
    assert not {"Next", "Assign", "Condition"} & set(nested)


def test_the_schema_of_a_language_speaks_of_no_other():
    for language, other in (("JSONPath", "JSONata"), ("JSONata", "JSONPath")):
        definitions = bundled_schema(language)["$defs"]
        assert [name for name in definitions if name.startswith(other)] == []
        offered = definitions[f"{language}Machine"]["properties"]["QueryLanguage"]["enum"]
        assert offered == [language]


# ---------------------------------------------------------------- two schemas become one

CLOSED = {"properties": {"a": True, "b": {"type": "string"}}, "additionalProperties": False}


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (True, {"type": "string"}, {"type": "string"}),
        ({"type": "string"}, True, {"type": "string"}),
        ({"type": "string"}, False, False),
        ({"type": "string"}, {"type": "string"}, {"type": "string"}),
        ({"minimum": 1}, {"minimum": 2}, {"minimum": 1, "allOf": [{"minimum": 2}]}),
        ({"title": "a"}, {"title": "b"}, {"title": "a"}),
        ({"required": ["a"]}, {"required": ["b", "a"]}, {"required": ["a", "b"]}),
        (
            {"allOf": [{"not": {"const": 1}}]},
            {"allOf": [True]},
            {"allOf": [{"not": {"const": 1}}, True]},
        ),
        ({"items": {"type": "string"}}, {"items": True}, {"items": {"type": "string"}}),
        (
            {"if": {"const": 1}, "then": True},
            {"if": {"const": 2}, "else": False},
            {"if": {"const": 1}, "then": True, "allOf": [{"if": {"const": 2}, "else": False}]},
        ),
        (
            CLOSED,
            {"properties": {"a": {"type": "null"}, "c": True}},
            {
                "properties": {"a": {"type": "null"}, "b": {"type": "string"}},
                "additionalProperties": False,
            },
        ),
        ({"properties": {"c": True}}, CLOSED, CLOSED),
    ],
)
def test_two_schemas_become_one_that_accepts_what_both_accept(one, other, both):
    assert bundle._merge(one, other) == both
