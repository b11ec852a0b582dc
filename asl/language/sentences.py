"""What AWS says of a value that breaks a keyword of the schema.

A schema may carry its own sentence (``errorMessage``); otherwise the keyword decides. AWS's words
are recorded or published for most; for the types of objects, arrays and booleans they are guessed
from those for text and integers.

Source: AWS's answers to ValidateStateMachineDefinition and CreateStateMachine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asl.errors import quote
from asl.language.diagnostics import clip
from asl.language.faults import SCHEMA_VALIDATION_FAILED, Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jsonschema import ValidationError

    from asl.language.positions import Path

_NUMBERS = {"integer": "Integer", "number": "Number"}


def faults_of(error: ValidationError, path: Path) -> Iterator[Fault]:
    """The faults that one error of the schema stands for.

    Args:
        error: What jsonschema found.
        path: Where, from the top of the definition.
    """
    schema = holder(error)
    keyword: Any = error.validator
    value: Any = error.instance
    found = "" if isinstance(value, dict) else f"found {quote(value)}"
    if "propertyNames" in error.relative_schema_path:
        message = _fill(schema["errorMessage"], path, value)
        yield Fault((*path, value), message, code=_code(schema), at_key=True)
    elif keyword == "additionalProperties":
        known = schema["properties"].keys()
        for name in value:
            if name not in known:
                message = f"Field '{clip(name)}' is not supported"
                yield Fault((*path, name), message, at_key=True, meant=(name, known))
    elif keyword == "not" and not schema["not"]:  # a field that does not go with another one
        yield Fault(path, _fill(schema["errorMessage"], path, value), at_key=True)
    elif "errorMessage" in schema and keyword != "type":
        message = _fill(schema["errorMessage"], path, value)
        yield Fault(path, message, code=_code(schema), hint=found)
    elif keyword == "enum" and isinstance(value, str):
        yield Fault(path, _sentence(error), meant=(value, schema["enum"]))
    else:
        yield Fault(path, _sentence(error), hint=found)


def holder(error: ValidationError) -> dict[str, Any]:
    """The schema that has the broken keyword."""
    return error.schema if isinstance(error.schema, dict) else {}


def _code(schema: dict[str, Any]) -> str:
    return str(schema.get("errorCode", SCHEMA_VALIDATION_FAILED))


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
        case "oneOf" if sum(one["required"][0] in instance for one in value) > 1:
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
