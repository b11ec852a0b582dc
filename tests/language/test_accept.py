"""A schema as a predicate: each keyword that our files use, and no other."""

import pytest

from asl.language.schema import accept, inlined_schema
from asl.language.schema.accept import acceptor
from asl.language.schema.validators import _Validator, validator_for
from asl.language.walk import STATE_TYPES
from tests.definitions import SUCCEED, pass_, scope


def accepts(schema, value):
    """What the predicate says; the validator must say the same."""
    said = _predicate(schema)(value)
    assert said == _Validator(schema).is_valid(value), (schema, value)
    return said


def _predicate(schema):
    return accept._compile(schema) or accept._always


VALUES = [None, True, False, 0, 1, -1, 1.0, 1.5, "", "a", "ab", [], [1], ["a"], {}, {"a": 1},
          {"b": "x"}, {"a": 1, "b": 2}, {"a": None}]  # fmt: skip

KEYWORDS = [
    ({}, [*VALUES]),
    ({"type": "object"}, [{}, {"a": 1}, {"b": "x"}, {"a": 1, "b": 2}, {"a": None}]),
    ({"type": "array"}, [[], [1], ["a"]]),
    ({"type": "string"}, ["", "a", "ab"]),
    ({"type": "boolean"}, [True, False]),
    ({"type": "null"}, [None]),
    ({"type": "integer"}, [0, 1, -1]),
    ({"type": "number"}, [0, 1, -1, 1.0, 1.5]),
    ({"type": ["string", "null"]}, [None, "", "a", "ab"]),
    ({"enum": ["a", "ab"]}, ["a", "ab"]),
    ({"const": "a"}, ["a"]),
    ({"const": False}, [False]),
    ({"const": None}, [None]),
]
OF_STRINGS = [
    ({"pattern": "^a"}, ["a", "ab"], [""]),
    ({"pattern": "b$"}, ["ab"], ["", "a"]),
    ({"minLength": 1}, ["a", "ab"], [""]),
    ({"maxLength": 1}, ["", "a"], ["ab"]),
]
OF_NUMBERS = [
    ({"minimum": 1}, [1, 1.0, 1.5], [0, -1]),
    ({"maximum": 1}, [0, 1, -1, 1.0], [1.5]),
]
OF_ARRAYS = [
    ({"minItems": 1}, [[1], ["a"]], [[]]),
    ({"items": {"type": "string"}}, [[], ["a"]], [[1]]),
    ({"items": True}, [[], [1], ["a"]], []),
]
OF_OBJECTS = [
    ({"required": ["a"]}, [{"a": 1}, {"a": None}], [{}, {"b": 1}]),
    ({"required": ["a", "b"]}, [{"a": 1, "b": 1}], [{}, {"a": 1}, {"b": 1}]),
    ({"required": []}, [{}], []),
    ({"minProperties": 1}, [{"a": 1}], [{}]),
    ({"propertyNames": {"pattern": "^a"}}, [{}, {"a": 1}, {"ab": 1}], [{"b": 1}]),
    ({"propertyNames": True}, [{}, {"b": 1}], []),
    ({"properties": {"a": {"type": "string"}}}, [{}, {"a": "x"}, {"b": 1}], [{"a": 1}]),
    ({"properties": {"a": True}}, [{}, {"a": 1}], []),
    ({"properties": {"a": False}}, [{}, {"b": 1}], [{"a": 1}]),
    (
        {"properties": {"a": True}, "additionalProperties": False},
        [{}, {"a": 1}],
        [{"b": 1}, {"a": 1, "b": 1}],
    ),
    ({"additionalProperties": False}, [{}], [{"a": 1}]),
    ({"additionalProperties": True}, [{}, {"a": 1}], []),
    (
        {"oneOf": [{"required": ["a"]}, {"required": ["b"]}]},
        [{"a": 1}, {"b": 1}],
        [{}, {"a": 1, "b": 1}],
    ),
    (
        {
            "oneOf": [
                {"required": ["a"]},
                {"required": ["b"], "properties": {"b": {"not": {"const": False}}}},
            ]
        },
        [{"a": 1}, {"b": 1}, {"a": 1, "b": False}],
        [{}, {"b": False}, {"a": 1, "b": 1}],
    ),
    ({"oneOf": [{}, {"required": ["a"]}]}, [{}], [{"a": 1}]),
]
OF_ALL = [
    ({"allOf": [{"type": "integer"}, {"minimum": 1}]}, [1, 2], [0, 1.0, "a", True]),
    ({"allOf": [True, {}]}, VALUES, []),
    ({"allOf": []}, VALUES, []),
    (
        {"allOf": [{"type": "integer"}, {"minimum": 1}, {"maximum": 3}]},
        [1, 3],
        [0, 4, "a"],
    ),
    ({"anyOf": [{"type": "string"}, {"const": 1}]}, ["a", 1], [None, 2, True]),
    ({"anyOf": [True, {"type": "string"}]}, VALUES, []),
    ({"not": {"type": "string"}}, [None, 1, {}], ["", "a"]),
    ({"not": {}}, [], VALUES),
    ({"not": True}, [], VALUES),
    (True, VALUES, []),
    (False, [], VALUES),
    (
        {"if": {"type": "string"}, "then": {"minLength": 1}, "else": {"type": "integer"}},
        ["a", 1],
        ["", None, 1.5],
    ),
    ({"if": {"type": "string"}, "then": {"minLength": 1}}, ["a", 1, None], [""]),
    ({"if": {"type": "string"}, "else": {"type": "integer"}}, ["", 1], [None]),
    ({"if": True, "then": {"type": "string"}}, ["a"], [1]),
    (
        {"title": "t", "description": "d", "errorMessage": "e", "onlyFor": "JSONata"},
        VALUES,
        [],
    ),
]


@pytest.mark.parametrize(("schema", "taken"), KEYWORDS)
def test_a_keyword_takes_its_values_and_no_others(schema, taken):
    for value in VALUES:
        is_taken = any(type(value) is type(one) and value == one for one in taken)
        assert accepts(schema, value) is is_taken


@pytest.mark.parametrize(
    ("schema", "taken", "refused", "kind"),
    [
        *((*row, str) for row in OF_STRINGS),
        *((*row, (int, float)) for row in OF_NUMBERS),
        *((*row, list) for row in OF_ARRAYS),
        *((*row, dict) for row in OF_OBJECTS),
    ],
)
def test_a_keyword_is_about_values_of_its_kind_only(schema, taken, refused, kind):
    for value in taken:
        assert accepts(schema, value)
    for value in refused:
        assert not accepts(schema, value)
    for value in VALUES:
        if not isinstance(value, kind) or isinstance(value, bool):
            assert accepts(schema, value)


@pytest.mark.parametrize(("schema", "taken", "refused"), OF_ALL)
def test_schemas_are_put_together(schema, taken, refused):
    for value in taken:
        assert accepts(schema, value)
    for value in refused:
        assert not accepts(schema, value)


@pytest.mark.parametrize(
    "schema",
    [
        {
            "allOf": [
                {"properties": {"a": {"type": "integer"}, "b": True}},
                {"properties": {"a": {"minimum": 1}}},
            ],
            "required": ["a"],
        },
        {
            "properties": {"a": True, "b": True},
            "additionalProperties": False,
            "allOf": [{"properties": {"a": {"type": "integer"}, "c": {"type": "string"}}}],
        },
        {
            "allOf": [
                {"properties": {"a": True}, "additionalProperties": False},
                {"properties": {"a": {"minimum": 1}}, "required": ["a"]},
            ]
        },
        {
            "allOf": [
                {"properties": {"a": True}, "additionalProperties": False},
                {"properties": {"a": True, "b": True}, "additionalProperties": False},
            ]
        },
        {
            "allOf": [
                True,
                {"type": "object"},
                {"properties": {"a": False}, "allOf": [{"properties": {"b": {"const": 2}}}]},
            ]
        },
        {
            "properties": {"a": {"type": "integer"}},
            "if": {"properties": {"b": {"const": 2}}, "required": ["b"]},
            "then": {"required": ["a"]},
            "allOf": [{"properties": {"b": {"type": "integer"}}}],
        },
    ],
)
def test_the_fields_of_an_object_are_looked_at_together(schema):
    """An object is walked once, and yet each part has its say."""
    objects = [
        {key: value for key, value in (("a", a), ("b", b), ("c", c)) if value is not None}
        for a in (None, 0, 1, "x")
        for b in (None, 2, "x")
        for c in (None, 3, "x")
    ]
    for value in [*objects, *VALUES]:
        accepts(schema, value)


@pytest.mark.parametrize(
    "schema",
    [
        {"multipleOf": 2},
        {"maxItems": 1},
        {"uniqueItems": True},
        {"$ref": "x.json"},
        {"properties": {"a": {"format": "date"}}},
        {"allOf": [{"contains": {}}]},
        {"if": {"dependentRequired": {}}},
        {"enum": ["a", 1]},
    ],
)
def test_a_keyword_that_is_not_known_raises(schema):
    with pytest.raises(NotImplementedError):
        accept._compile(schema)


def test_an_integer_with_a_fraction_of_zero_is_none():
    """JSON Schema would take it; AWS's parser does not."""
    for value in (1.0, True):
        assert not accepts({"type": "integer"}, value)


@pytest.mark.parametrize(
    "reference",
    [
        "machine.json#/$defs/StateMachine",
        *(f"{kind.lower()}.json" for kind in STATE_TYPES),
        *(
            f"{kind.lower()}.json#/$defs/{name}"
            for kind in STATE_TYPES
            for name in ("JSONPath", "JSONata")
        ),
        "choice.json#/$defs/JSONPathTopRule",
        "choice.json#/$defs/JSONPathNestedRule",
        "choice.json#/$defs/JSONataTopRule",
    ],
)
def test_each_schema_of_ours_can_be_compiled(reference):
    acceptor(reference)
    for value in (*VALUES, scope(A=SUCCEED), pass_(End=True)):
        assert acceptor(reference)(value) == validator_for(reference).is_valid(value)


def test_schemas_are_asked_together():
    both = acceptor("pass.json", "pass.json#/$defs/JSONPath")
    assert both(pass_(End=True, InputPath="$.a"))
    assert not both(pass_(End=True, Output=1))
    assert not both(pass_(InputPath="$.a"))
    assert both is acceptor("pass.json", "pass.json#/$defs/JSONPath")


def test_a_schema_without_a_keyword_takes_everything(monkeypatch):
    monkeypatch.setattr(accept, "inlined_schema", lambda _reference: {})
    anything = acceptor.__wrapped__("nothing.json")
    assert all(anything(value) for value in VALUES)
    assert inlined_schema("pass.json")["additionalProperties"] is False
