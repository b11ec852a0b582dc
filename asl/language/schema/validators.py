"""Validators for the schema files: jsonschema's, but for two things that differ from the standard.

Importing jsonschema takes 80 ms, so this module is imported when the first definition is checked.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator, ValidationError, validators

from asl.language.schema import inlined_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jsonschema.protocols import Validator


@cache
def validator_for(reference: str) -> Validator:
    """The validator of a schema such as ``task.json#/$defs/JSONata``."""
    validator: Validator = _Validator(inlined_schema(reference))
    return validator


def _is_integer(_checker: object, value: object) -> bool:
    """JSON Schema takes 1.0 for an integer; AWS's parser does not."""
    return isinstance(value, int) and not isinstance(value, bool)


def _one_of(
    validator: Validator, alternatives: list[dict[str, Any]], instance: object, _schema: object
) -> Iterator[ValidationError]:
    """The standard's oneOf, without making an error for each operator that a rule has not."""
    if isinstance(instance, dict):
        fitting = sum(_fits(validator, alternative, instance) for alternative in alternatives)
        if fitting != 1:
            yield ValidationError(f"{fitting} alternatives fit instead of one")


def _fits(validator: Validator, alternative: dict[str, Any], instance: dict[str, Any]) -> bool:
    if len(alternative) == 1 and "required" in alternative:
        return all(name in instance for name in alternative["required"])
    return validator.evolve(schema=alternative).is_valid(instance)


_Validator = validators.extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    validators={"oneOf": _one_of},
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer),
)
