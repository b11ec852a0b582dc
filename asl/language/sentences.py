"""What AWS says of a value that breaks a keyword of the schema.

A schema may carry its own sentence (``errorMessage``); otherwise the keyword decides. AWS's words
are recorded or published for most; for the types of objects, arrays and booleans they are guessed
from those for text and integers. The rule that is broken is the nearest ``rule`` on the way to the
keyword; a ``rules``, which has rules for single keywords, goes before it until the next ``rule``.

Source: AWS's answers to ValidateStateMachineDefinition and CreateStateMachine.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from asl.errors import quote
from asl.jsontypes import dump
from asl.language.diagnostics import clip
from asl.language.faults import Fault, nearest
from asl.language.rules.table import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jsonschema import ValidationError

    from asl.language.positions import Path
    from asl.language.schema import Schema

_MOST_GUESSES = 20
_NUMBERS = {"integer": "Integer", "number": "Number"}


def faults_of(error: ValidationError, path: Path, root: Schema) -> Iterator[Fault]:
    """The faults that one error of the schema stands for.

    Args:
        error: What jsonschema found.
        path: Where, from the top of the definition.
        root: The whole schema that was broken.
    """
    schema = holder(error)
    keyword: Any = error.validator
    value: Any = error.instance
    rule = _rule(error, root)
    found = "" if isinstance(value, dict) else f"found {shown(value)}"
    owner = path[:-1]  # AWS puts the blame for a key on the object that has it
    if "propertyNames" in error.relative_schema_path:
        message = _fill(schema["errorMessage"], path, value)
        at = (*path, value) if rule == "ASL-112" else path
        yield Fault((*path, value), message, rule, at_key=True, aws_path=at)
    elif keyword == "additionalProperties":
        known = schema["properties"].keys()
        for name in value:
            if name not in known:
                message = f"Field '{clip(name)}' is not supported"
                meant = (name, [one for one in known if one not in value])
                yield Fault((*path, name), message, rule, at_key=True, aws_path=path, meant=meant)
    elif keyword == "not" and not schema["not"]:  # a field that does not go with another one
        message = _fill(schema["errorMessage"], path, value)
        yield Fault(path, message, rule, at_key=True, aws_path=owner)
    elif "errorMessage" in schema and keyword != "type":
        yield Fault(path, _fill(schema["errorMessage"], path, value), rule, hint=found)
    elif keyword == "enum" and isinstance(value, str):
        yield Fault(path, _sentence(error), rule, meant=(value, schema["enum"]))
    elif keyword == "type":  # whatever AWS calls it where a value of the right type is wrong
        yield Fault(path, _sentence(error), rule, hint=found, code=SCHEMA)
    else:
        yield Fault(path, _sentence(error), rule, hint=found, causes=_misspelt(error, path, root))


def shown(value: Any) -> str:  # noqa: ANN401  # any JSON
    """A value as JSON, for a hint; text in single quotes, as in all messages."""
    return quote(value) if isinstance(value, str) else clip(dump(value))


def _misspelt(error: ValidationError, path: Path, root: Schema) -> list[Path]:
    """Where a field may stand that is absent only because its name is misspelt."""
    value: Any = error.instance
    wanted: Any = error.validator_value
    if error.validator == "oneOf" and isinstance(value, dict):
        wanted = [one["required"][0] for one in wanted]
    elif error.validator != "required":
        return []
    known = _fields(root)
    absent = [name for name in wanted if name not in value]
    unknown = (name for name in value if name not in known)
    return [(*path, name) for name in islice(unknown, _MOST_GUESSES) if nearest(name, absent)]


def _fields(schema: Schema) -> set[str]:
    """The fields that a schema knows, by itself and by those that it is put together of."""
    known = set(schema.get("properties", ()))
    return known.union(*map(_fields, schema.get("allOf", ())))


def _rule(error: ValidationError, root: Schema) -> str:
    """The code of the rule that the broken keyword stands for."""
    rule: Any = root.get("rule", "")
    by_keyword: dict[str, Any] = root.get("rules", {})
    schema: Any = root
    *way, keyword = error.relative_schema_path
    for step in way:
        schema = schema[step]
        if isinstance(schema, dict):
            if "rule" in schema:
                rule, by_keyword = schema["rule"], {}
            by_keyword = {**by_keyword, **schema.get("rules", {})}
    found = by_keyword.get(str(keyword), rule)
    if not isinstance(found, dict):
        return str(found)
    if keyword == "required":
        names: Any = error.validator_value
        instance: Any = error.instance
        return str(found[next(name for name in names if name not in instance)])
    return str(found["several" if _given(error) else "none"])


def _given(error: ValidationError) -> bool:
    """Whether several alternatives such as ``{"required": ["Next"]}`` are met, not none."""
    alternatives: Any = error.validator_value
    instance: Any = error.instance
    return sum(one["required"][0] in instance for one in alternatives) > 1


def holder(error: ValidationError) -> dict[str, Any]:
    """The schema that has the broken keyword."""
    return error.schema if isinstance(error.schema, dict) else {}


def _fill(message: str, path: Path, value: object) -> str:
    field = str(path[-1]) if path else ""
    return message.replace("{field}", clip(field)).replace("{value}", clip(str(value)))


def _sentence(error: ValidationError) -> str:
    value: Any = error.validator_value
    instance: Any = error.instance
    keyword: Any = error.validator
    match keyword:
        case "type":
            types = [value] if isinstance(value, str) else value
            if types[0] in _NUMBERS:
                return f"Expected value of type {_NUMBERS[types[0]]}"
            return f"Expected value of type [{', '.join(types).upper()}]"
        case "enum":
            return f"Value should be one of the following: [{', '.join(value)}]"
        case "required":
            absent = [name for name in value if name not in instance]
            return f"These fields are required: [{', '.join(absent)}]"
        case "minimum":
            return f"Minimum value is {value}"
        case "maximum":
            return f"Maximum value is {value}"
        case "minItems" | "minProperties" | "minLength":
            return "Value cannot be empty"
        case "oneOf" if _given(error):
            return f"There should only be one of the following fields: {_names(value)}"
        case "oneOf":
            return f"This object should have only one of the following fields: {_names(value)}"
        case "not":
            return f"There should only be one of the following fields: {_names([value])}"
        case "anyOf":
            return f"One of these fields is required: {_names(value)}"
        case _:
            return error.message


def _names(alternatives: list[dict[str, Any]]) -> str:
    """The fields that alternatives such as ``{"required": ["Next"]}`` ask for."""
    return f"[{', '.join(name for one in alternatives for name in one['required'])}]"
