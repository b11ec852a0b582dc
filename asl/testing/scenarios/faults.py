"""What is wrong with the form of a file of scenarios, in words and with lines.

The form is `schema.json`; a fault of the schema is told as a person would: the key that nobody
knows and the one that was probably meant, the type that a value should have.
"""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from asl.errors import quote
from asl.testing.names import suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

    from asl.testing.documents import Document

_TYPES = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "object": "a mapping",
    "string": "text",
}


def scenario_schema() -> dict[str, Any]:
    """The JSON Schema of a file of scenarios, for editors."""
    text = files("asl.testing.scenarios").joinpath("schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def form_faults(document: Document) -> list[str]:
    """The faults of a file's form, in the order of their places."""
    found = {
        (document.line(steps, at_key=at_key), document.fault(steps, message, at_key=at_key))
        for error in _validator().iter_errors(document.value)
        for steps, message, at_key in _faults(error)
    }
    return [fault for _, fault in sorted(found)]


@lru_cache(maxsize=1)
def _validator() -> Draft202012Validator:
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - 80 ms

    return Draft202012Validator(scenario_schema())


def _faults(error: ValidationError) -> Iterator[tuple[tuple[str | int, ...], str, bool]]:
    """Steps, message, and whether the key is meant, for each thing that an error is about."""
    steps = tuple(error.absolute_path)
    schema: Any = error.schema
    wanted: Any = error.validator_value
    value: Any = error.instance
    match error.validator:
        case "additionalProperties":
            known = schema["properties"]
            for key in value.keys() - known.keys():
                yield (*steps, key), f"unknown key {key!r}; {suggestion(key, known)}", True
        case "required":
            missing = [key for key in wanted if key not in value]
            yield steps, f"{missing[0]!r} is missing", False
        case "type":
            types = [wanted] if isinstance(wanted, str) else wanted
            expected = " or ".join(_TYPES[name] for name in types)
            yield steps, f"{expected} is needed, not {quote(value)}", False
        case "enum":
            hint = suggestion(str(value), wanted)
            yield steps, f"{quote(value)} is none of the values here; {hint}", False
        case "oneOf" if isinstance(value, dict):
            keys = [branch["required"][0] for branch in wanted]
            given = [key for key in keys if key in value]
            have = f"; there is {', '.join(map(repr, given))}" if given else ""
            yield steps, f"one of {', '.join(map(repr, keys))} is needed{have}", False
        case "dependentRequired":
            yield steps, "'cause' goes with 'fails' only", False
        case "pattern":
            yield steps, f"{quote(value)} is no span of time, such as '2h 30m' or 90", False
        case "oneOf":
            pass  # its type is told already
        case "minProperties" | "minItems":
            yield steps, "it is empty: at least one is needed", False
        case "not":
            yield steps, f"{steps[-1]!r} is not allowed here", True
        case _:
            yield steps, error.message, False
