"""One JSON Schema (2020-12) of a whole definition, for editors: in one file, without our own words.

The checker reads one state at a time, of a schema file for what both query languages share and
another for what one of them adds. An editor that offers the fields of such a pair would offer those
of the other language too. Here both become one schema for each type and language, with only the
fields that it has; where the schema is for both languages, ``QueryLanguage`` chooses between them.

Source: ASL specification, "States"; JSON Schema 2020-12, "Applying subschemas".
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any, Final, TypeAlias, get_args

from asl.language.model import QueryLanguage
from asl.language.schema import inlined_schema
from asl.language.walk import PROCESSORS, STATE_TYPES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asl.language.schema import Schema

    _Part: TypeAlias = "Schema | bool"

_LANGUAGES: Final[tuple[QueryLanguage, ...]] = get_args(QueryLanguage)

#: Keywords whose value is a schema, a list of schemas, schemas by name, or plain data. Whatever
#: stands in none of these is an annotation of ours.
_SCHEMA: Final = frozenset(
    ("additionalProperties", "contains", "else", "if", "items", "not", "propertyNames", "then")
)
_LIST: Final = frozenset(("allOf", "anyOf", "oneOf", "prefixItems"))
_NAMED: Final = frozenset(("dependentSchemas", "patternProperties", "properties"))
_DATA: Final = frozenset(
    (
        "const",
        "dependentRequired",
        "description",
        "enum",
        "exclusiveMaximum",
        "exclusiveMinimum",
        "maximum",
        "maxItems",
        "maxLength",
        "maxProperties",
        "minimum",
        "minItems",
        "minLength",
        "minProperties",
        "multipleOf",
        "pattern",
        "required",
        "title",
        "type",
        "uniqueItems",
    )
)
_WORDS: Final = frozenset(("description", "title"))
_CONDITION: Final = frozenset(("if", "then", "else"))
_MACHINES: Final = (
    ("Machine", "StateMachine"),
    ("Branch", "Branch"),
    ("ItemProcessor", "ItemProcessor"),
)


def bundled_schema(query_language: QueryLanguage | None = None) -> Schema:
    """The schema of a whole definition, with no reference outside of itself.

    Args:
        query_language: The language of all states; with None a definition may use both, as AWS
            lets it: a state's own, else the one of the whole machine.

    Returns:
        A schema of your own: change it as you like.
    """
    languages = _LANGUAGES if query_language is None else (query_language,)
    definitions: Schema = {}
    for language in languages:
        definitions |= _machine(language, languages)
    whole: Schema = {"$ref": f"#/$defs/{query_language}Machine"}
    if query_language is None:
        whole = _by_language("JSONataMachine", "JSONPathMachine")
    elif query_language == "JSONata":  # JSONPath is what a machine is in that does not say
        whole["required"] = ["QueryLanguage"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Amazon States Language",
        "description": f"A state machine in {query_language or 'JSONPath, JSONata or both'}.",
        **whole,
        "$defs": dict(sorted(definitions.items())),
    }


def _machine(language: QueryLanguage, languages: Sequence[QueryLanguage]) -> Schema:
    """The definitions of a machine in a language and of all that may stand in it.

    A JSONata machine has only JSONata states. A state of its own language in a JSONPath machine
    has branches (or a processor) in JSONPath all the same: those go by the machine.
    """
    found: Schema = {}
    inside = languages if language == "JSONPath" else (language,)
    for own in inside:
        found |= _states(own, language, languages)
    state: Schema = {"$ref": f"#/$defs/{language}State"}
    if len(inside) > 1:
        state = _by_language(_name("JSONata", "State", language), "JSONPathState")
    for name, part in _MACHINES:
        schema = _part(f"machine.json#/$defs/{part}")
        fields = schema["properties"]
        fields["States"]["additionalProperties"] = state
        if "QueryLanguage" in fields:
            fields["QueryLanguage"]["enum"] = list(inside)
        found[f"{language}{name}"] = schema
    return found


def _states(
    language: QueryLanguage, machine: QueryLanguage, languages: Sequence[QueryLanguage]
) -> Schema:
    """The definitions of the states in a language that stand in a machine of maybe another."""
    found: Schema = {}
    for kind in STATE_TYPES:
        file = f"{kind.lower()}.json"
        schema = _merge(_part(file), _part(f"{file}#/$defs/{language}"))
        fields = schema["properties"]
        fields["QueryLanguage"]["enum"] = list(languages if language == "JSONPath" else [language])
        if kind == "Parallel":
            fields["Branches"]["items"] = {"$ref": f"#/$defs/{machine}Branch"}
        elif kind == "Map":
            for field in PROCESSORS:
                fields[field] = {"$ref": f"#/$defs/{machine}ItemProcessor"}
        elif kind == "Choice":
            fields["Choices"]["items"] = {"$ref": f"#/$defs/{language}Rule"}
        found[_name(language, kind, machine)] = schema
    found[_name(language, "State", machine)] = {
        "type": "object",
        "properties": {"Type": {"enum": list(STATE_TYPES)}},
        "required": ["Type"],
        "allOf": [
            {
                "if": {"properties": {"Type": {"const": kind}}, "required": ["Type"]},
                "then": {"$ref": f"#/$defs/{_name(language, kind, machine)}"},
            }
            for kind in STATE_TYPES
        ],
    }
    return {name: _without_refused(schema) for name, schema in (found | _rules(language)).items()}


def _rules(language: QueryLanguage) -> Schema:
    """The definitions of the rules of a Choice: in JSONPath a rule may have others inside."""
    found = {f"{language}Rule": _part(f"choice.json#/$defs/{language}TopRule")}
    if language == "JSONPath":
        nested: Schema = {"$ref": "#/$defs/JSONPathNestedRule"}
        found["JSONPathNestedRule"] = _part("choice.json#/$defs/JSONPathNestedRule")
        for rule in found.values():
            fields = rule["properties"]
            fields["And"]["items"] = fields["Or"]["items"] = fields["Not"] = nested
    return found


def _name(language: QueryLanguage, kind: str, machine: QueryLanguage) -> str:
    """The name of a definition: only what leads to other states depends on the machine."""
    is_same = language == machine or kind not in ("Map", "Parallel", "State")
    return f"{language}{kind}" if is_same else f"{language}{kind}In{machine}Machine"


def _by_language(jsonata: str, jsonpath: str) -> Schema:
    return {
        "if": {
            "properties": {"QueryLanguage": {"const": "JSONata"}},
            "required": ["QueryLanguage"],
        },
        "then": {"$ref": f"#/$defs/{jsonata}"},
        "else": {"$ref": f"#/$defs/{jsonpath}"},
    }


def _part(reference: str) -> Schema:
    """What a schema file says, as a copy without our annotations, and as flat as it can be."""
    schema: Schema = _plain(inlined_schema(reference))
    return schema


def _plain(schema: _Part) -> Any:  # noqa: ANN401  # a schema, of the kind that was given
    if isinstance(schema, bool):
        return schema
    plain: Schema = {}
    for keyword, value in schema.items():
        if keyword in _SCHEMA:
            plain[keyword] = _plain(value)
        elif keyword in _LIST:
            plain[keyword] = [_plain(entry) for entry in value]
        elif keyword in _NAMED:
            plain[keyword] = {name: _plain(entry) for name, entry in value.items()}
        elif keyword in _DATA:
            plain[keyword] = deepcopy(value)
    for entry in plain.pop("allOf", ()):
        plain = _merge(plain, entry)
    return plain


def _merge(one: Any, other: Any) -> Any:  # noqa: ANN401  # as above
    """A schema that accepts what both accept."""
    if one is True or other is True:
        return other if one is True else one
    if one == other:
        return one
    if one is False or other is False:
        return False
    merged: Schema = dict(one)
    rest: Schema = {}
    for keyword, value in other.items():
        if keyword == "properties":
            merged["properties"] = _merge_fields(one, other)
        elif keyword == "items" and keyword in one:
            merged["items"] = _merge(one["items"], value)
        elif keyword == "allOf":
            merged["allOf"] = [*merged.get("allOf", ()), *value]
        elif keyword == "required":
            merged["required"] = list(dict.fromkeys((*one.get("required", ()), *value)))
        elif (keyword in _CONDITION and one.keys() & _CONDITION) or (
            keyword in one and one[keyword] != value and keyword not in _WORDS
        ):
            rest[keyword] = value
        else:
            merged.setdefault(keyword, value)
    if rest:
        merged["allOf"] = [*merged.get("allOf", ()), rest]
    return merged


def _merge_fields(one: Schema, other: Schema) -> Schema:
    """The fields of both. One that is closed takes no field that only the other speaks of."""
    fields: Schema = dict(one.get("properties", {}))
    for name, schema in other["properties"].items():
        if name in fields:
            fields[name] = _merge(fields[name], schema)
        elif one.get("additionalProperties") is not False:
            fields[name] = schema
    if other.get("additionalProperties") is False:
        fields = {name: schema for name, schema in fields.items() if name in other["properties"]}
    return fields


def _without_refused(schema: Any) -> Any:  # noqa: ANN401  # as above
    """The schema without the fields that it refuses, where any other field is refused anyway."""
    if isinstance(schema, list):
        return [_without_refused(entry) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: _without_refused(value) for key, value in schema.items()}
    if kept.get("additionalProperties") is False and "properties" in kept:
        kept["properties"] = {
            name: field for name, field in kept["properties"].items() if not _is_refused(field)
        }
    return kept


def _is_refused(field: _Part) -> bool:
    return field is False or (isinstance(field, dict) and field.get("not") == {})
