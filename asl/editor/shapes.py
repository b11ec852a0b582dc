"""What the language expects at a path: which fields an object may have, which values a field.

It walks from the top of the tree down to the path, and from the schemas of the machine to those of
the value, beside each other: a state is described by its type and query language, a rule by where
it stands. Where the schemas end (Parameters, Result), everything is allowed and nothing is known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from asl.editor.tree import Array, Object, Scalar, Value, child
from asl.language.schema import inlined_schema, load_schema
from asl.language.walk import STATE_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asl.language.positions import Path
    from asl.language.schema import Schema

Kind: TypeAlias = Literal["machine", "states", "state", "rule", "fields"]
Language: TypeAlias = Literal["JSONPath", "JSONata"]

#: What any state may have, for one that does not say yet of which type it is.
_ANY_STATE: Final = {
    "properties": {
        "Type": {"enum": list(STATE_TYPES)},
        "Comment": load_schema("common.json")["$defs"]["Comment"],
        "QueryLanguage": load_schema("common.json")["$defs"]["QueryLanguage"],
    },
    "required": ["Type"],
}


@dataclass(frozen=True, slots=True)
class Place:
    """What stands at a path.

    Attributes:
        kind: What it is; ``fields`` is whatever has no name of its own.
        value: What the text has there.
        schemas: What describes it; empty where the language says nothing.
        machines: The paths of the machines round it, the innermost last.
        language: The query language there.
        state: The path of the state that it stands in.
        state_type: Of which type that is, if it says so.
        is_nested: It is a rule inside of And, Or or Not, or stands in one.
    """

    kind: Kind
    value: Value | None
    schemas: tuple[Schema, ...]
    machines: tuple[Path, ...] = ((),)
    language: Language = "JSONPath"
    state: Path | None = None
    state_type: str = ""
    is_nested: bool = False

    @property
    def machine(self) -> Path:
        """The path of the machine that it stands in."""
        return self.machines[-1]


def place_at(tree: Value | None, path: Path) -> Place:
    """What stands at a path of a tree, whether or not the tree has anything there."""
    place = Place(
        "machine",
        tree,
        (inlined_schema("machine.json#/$defs/StateMachine"),),
        language=_language(tree, "JSONPath"),
    )
    for depth, step in enumerate(path):
        place = _inner(place, step, path[: depth + 1])
    return place


def _language(value: Value | None, default: Language) -> Language:
    text = value.text("QueryLanguage") if isinstance(value, Object) else None
    if text is None:
        return default
    return "JSONata" if text == "JSONata" else "JSONPath"


def _inner(place: Place, step: str | int, path: Path) -> Place:
    value = child(place.value, step)
    match place.kind, step:
        case "machine", "States":
            return replace(place, kind="states", value=value, schemas=())
        case "states", _:
            return _state(place, value, path)
        case "state", "ItemProcessor" | "Iterator":
            schema = inlined_schema("machine.json#/$defs/ItemProcessor")
            machines = (*place.machines, path)
            return replace(place, kind="machine", value=value, schemas=(schema,), machines=machines)
        case _:
            pass
    field = path[-2] if len(path) > 1 else ""
    if isinstance(step, int) and place.kind == "fields" and place.schemas:
        # only the arrays of a state itself: an entry of Parameters may have the same name
        if field == "Branches" and place.state == path[:-2]:
            schema = inlined_schema("machine.json#/$defs/Branch")
            machines = (*place.machines, path)
            return replace(place, kind="machine", value=value, schemas=(schema,), machines=machines)
        if field == "Choices" and place.state == path[:-2]:
            return _rule(place, value)
        if field in ("And", "Or"):
            return _rule(replace(place, is_nested=True), value)
    if place.kind == "rule" and step == "Not":
        return _rule(replace(place, is_nested=True), value)
    return replace(place, kind="fields", value=value, schemas=tuple(_below(place, step)))


def _state(place: Place, value: Value | None, path: Path) -> Place:
    language = _language(value, place.language)
    kind = (value.text("Type") or "") if isinstance(value, Object) else ""
    schemas: tuple[Schema, ...] = (_ANY_STATE,)
    if kind in STATE_TYPES:
        file = f"{kind.lower()}.json"
        schemas = (inlined_schema(file), inlined_schema(f"{file}#/$defs/{language}"))
    return replace(
        place,
        kind="state",
        value=value,
        schemas=schemas,
        language=language,
        state=path,
        state_type=kind,
        is_nested=False,
    )


def _rule(place: Place, value: Value | None) -> Place:
    which = "Nested" if place.is_nested and place.language == "JSONPath" else "Top"
    schema = inlined_schema(f"choice.json#/$defs/{place.language}{which}Rule")
    return replace(place, kind="rule", value=value, schemas=(schema,))


def _below(place: Place, step: str | int) -> Iterator[Schema]:
    for schema in _applicable(place):
        inner = (
            schema.get("items") if isinstance(step, int) else schema.get("properties", {}).get(step)
        )
        if isinstance(inner, dict):
            yield inner


def _applicable(place: Place) -> Iterator[Schema]:
    """The schemas of a place, with those that they put together and those whose ``if`` holds."""
    pending = list(reversed(place.schemas))
    while pending:
        schema = pending.pop()
        yield schema
        pending += [one for one in schema.get("allOf", ()) if isinstance(one, dict)]
        if "if" in schema:
            branch = schema.get("then" if _holds(schema["if"], place.value) else "else")
            if isinstance(branch, dict):
                pending.append(branch)


def _holds(condition: Schema, value: Value | None) -> bool:
    """Whether an object has what an ``if`` of our schemas asks for."""
    if not isinstance(value, Object):
        pattern = condition.get("pattern")
        text = value.text if isinstance(value, Scalar) and value.is_string else None
        return bool(pattern and text is not None and re.search(pattern, text))
    if any(value.member(name) is None for name in condition.get("required", ())):
        return False
    for name, schema in condition.get("properties", {}).items():
        text = value.text(name)
        if text is not None and text not in schema.get("enum", [schema.get("const")]):
            return False
    alternatives = [one for one in condition.get("oneOf", ()) if isinstance(one, dict)]
    alternatives += [
        other
        for one in condition.get("allOf", ())
        if isinstance(one, dict)
        for other in one.get("oneOf", ())
    ]
    return not alternatives or sum(_holds(one, value) for one in alternatives) == 1


@dataclass(frozen=True, slots=True)
class Field:
    """A field that an object may have.

    ``rank`` is 0 where it is required, 1 where one of several is, else 2; ``schemas`` describe its
    value.
    """

    name: str
    rank: int
    schemas: tuple[Schema, ...]


def fields_of(place: Place) -> list[Field]:
    """The fields that the object at a place may still be given, the most needed first."""
    present = _present(place.value)
    found: dict[str, list[Schema]] = {}
    excluded: set[str] = set()
    required: set[str] = set()
    wanted: set[str] = set()
    patterns: list[str] = []
    for schema in _applicable(place):
        for name, inner in schema.get("properties", {}).items():
            found.setdefault(name, [])
            if isinstance(inner, dict):
                found[name].append(inner)
                if _is_refused(inner):
                    excluded.add(name)
        required.update(schema.get("required", ()))
        excluded.update(_twins(schema, present))
        for choice in ("oneOf", "anyOf"):
            names = [name for one in schema.get(choice, ()) for name in one.get("required", ())]
            if choice == "oneOf" and present.intersection(names):
                excluded.update(names)
            elif not present.intersection(names):
                wanted.update(names)
        pattern = schema.get("propertyNames", {}).get("pattern")
        if pattern:
            patterns.append(pattern)
    fields = [
        Field(name, 0 if name in required else 1 if name in wanted else 2, tuple(schemas))
        for name, schemas in found.items()
        if name not in present
        and name not in excluded
        and all(re.search(pattern, name) for pattern in patterns)
    ]
    if place.kind == "state" and "Type" not in present:
        fields = [replace(one, rank=0) if one.name == "Type" else one for one in fields]
    return sorted(fields, key=lambda one: one.rank)


def _present(value: Value | None) -> set[str]:
    if not isinstance(value, Object):
        return set()
    return {member.key.text for member in value.members if member.colon is not None}


def _is_refused(schema: Schema) -> bool:
    """Whether a schema says that the field must not be there."""
    return schema.get("not") == {} or any(
        one.get("not") == {} for one in schema.get("allOf", ()) if isinstance(one, dict)
    )


def _twins(schema: Schema, present: set[str]) -> set[str]:
    """Fields that do not go with one that is there: of Seconds and SecondsPath only one."""
    pair = schema.get("not", {}).get("required", ())
    return set(pair) if present.intersection(pair) else set()


def values_of(place: Place) -> list[Any]:
    """The values that the schemas allow at a place, where they name them."""
    found: list[Any] = []
    for schema in _applicable(place):
        found += schema.get("enum", ())
        if schema.get("type") == "boolean":
            found += (True, False)
    return list(dict.fromkeys(found))


def type_of(schemas: tuple[Schema, ...]) -> str:
    """What JSON type a value must have; empty where it may have several."""
    place = Place("fields", None, schemas)
    for schema in _applicable(place):
        kind = schema.get("type")
        if isinstance(kind, str):
            return kind
        if "enum" in schema:
            return "string"
    return ""


def description_of(schemas: tuple[Schema, ...]) -> str:
    """What the schemas say of a value, in a sentence; empty where they say nothing."""
    for schema in _applicable(Place("fields", None, schemas)):
        if schema.get("description"):
            return str(schema["description"])
    return ""


def field_schemas(place: Place, name: str) -> tuple[Schema, ...]:
    """What describes the value of a field of the object at a place."""
    return tuple(_below(place, name))


def is_container(value: Value | None) -> bool:
    """Whether a value has others inside."""
    return isinstance(value, Object | Array)
