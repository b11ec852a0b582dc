"""The JSON Schema (2020-12) of the language, as files beside this one.

Each file describes one thing without the states (or rules) inside of it. The checker looks at one
state at a time, so that a message is about the state's own type (see `asl.language.rules.shape`);
`bundle` puts them together to one schema of a whole definition, for editors.

A file ``task.json`` describes the fields of a Task in both query languages; its ``$defs/JSONPath``
and ``$defs/JSONata`` say what else holds in one of them.

These annotations are ours: ``rule`` is the code of the rule that the keywords here and inside stand
for, ``rules`` has codes for single keywords; ``errorMessage`` is AWS's sentence where that for the
keyword is not the right one (``{field}`` and ``{value}`` are filled in); ``onlyFor`` marks a field
of the other query language.

Source: ASL specification, "States" and the eight state types.
"""

from __future__ import annotations

import json
from functools import cache
from pkgutil import get_data
from typing import Any, TypeAlias

Schema: TypeAlias = dict[str, Any]


@cache
def load_schema(name: str) -> Schema:
    """The content of a schema file such as ``task.json``; shared, so don't change it."""
    schema: Schema = json.loads(get_data(__name__, name) or "")  # a fraction of importlib.resources
    return schema


@cache
def inlined_schema(reference: str) -> Schema:
    """The schema that a reference such as ``task.json#/$defs/JSONata`` names, without references.

    A validator is several times faster if it need not look references up.
    """
    name, _, pointer = reference.partition("#")
    schema = load_schema(name)
    for step in pointer.split("/")[1:]:
        schema = schema[step]
    inlined: Schema = _inline(schema, name)
    return inlined


def _inline(schema: Any, name: str) -> Any:  # noqa: ANN401  # any JSON
    if isinstance(schema, list):
        return [_inline(item, name) for item in schema]
    if not isinstance(schema, dict):
        return schema
    inlined = {
        key: _inline(value, name) for key, value in schema.items() if key not in ("$ref", "$defs")
    }
    if "$ref" not in schema:
        return inlined
    reference = schema["$ref"]
    target = inlined_schema(name + reference if reference.startswith("#") else reference)
    if not inlined:
        return target
    return {**inlined, "allOf": [target, *inlined.get("allOf", ())]}
