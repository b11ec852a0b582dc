"""Placeholders that nobody has filled yet: what is said of an unknown value is not said.

A file of a template has ``${PayFunctionArn}`` where the definition will have something. Whatever is
found wrong with such a value, or only because of it, may be right in the end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from asl.language.substitutions import has_placeholder

if TYPE_CHECKING:
    from asl.jsontypes import Json
    from asl.language.faults import Fault

#: Fields whose value decides which others may stand beside them, or inside.
_DECIDING: Final = (
    "Type", "QueryLanguage", "Mode", "ExecutionType", "InputType", "ManifestType",
    "CSVHeaderLocation", "Transformation", "OutputType",
)  # fmt: skip

#: From this rule on a fault may be there in one query language and not in the other ...
_FIRST_OF_A_LANGUAGE: Final = "ASL-203"
#: ... but these are there in both.
_OF_ANY_LANGUAGE: Final = frozenset(("ASL-205", "ASL-206", "ASL-207", "ASL-350"))


def is_open(tree: Json, fault: Fault) -> bool:
    """Whether a fault may be gone once the placeholders are filled."""
    if (
        fault.rule >= _FIRST_OF_A_LANGUAGE
        and fault.rule not in _OF_ANY_LANGUAGE
        and isinstance(tree, dict)
        and has_placeholder(tree.get("QueryLanguage"))
    ):
        return True
    value: Json = tree
    last = len(fault.path) - 1
    for index, step in enumerate(fault.path):
        if isinstance(value, dict):
            if index >= last and _is_undecided(value):  # the object that the fault is in
                return True
            if step not in value:
                return any(map(has_placeholder, value))
            value = value[str(step)]
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            break
    if isinstance(value, dict):  # the object that the fault is about
        return _is_undecided(value)
    return has_placeholder(value)


def _is_undecided(value: dict[str, Json]) -> bool:
    """Whether it depends on a placeholder which fields an object may have."""
    return any(map(has_placeholder, (*value, *map(value.get, _DECIDING))))
