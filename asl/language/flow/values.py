"""What paths, templates and expressions give, as far as it is known of what they are applied to.

A text that nobody can be sure of (malformed, with a placeholder, a path to several nodes, an
expression that computes) gives ANYTHING. Paths into the context object and into variables do so
too: nothing is known of those here.

Source: ASL specification, "Paths", "Payload Template", "Intrinsic functions"; JSONata 2.0.6, paths.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from asl.errors import QuerySyntaxError, UnsupportedFeature
from asl.language.flow.shapes import (
    ANYTHING,
    ARRAY,
    MOST_DEPTH,
    MOST_FIELDS,
    SCALAR,
    Missing,
    array_of,
    find,
    find_mapped,
    object_of,
    restrict,
)
from asl.language.substitutions import has_placeholder
from asl.query.intrinsic_parser import Call, Path, parse_call
from asl.query.jsonata.simple_text import Reference, Simple, read_simple
from asl.query.jsonata.syntax import is_expression
from asl.query.path_text import PLAIN_PATH, read_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asl.jsontypes import Json
    from asl.language.flow.shapes import Value
    from asl.query.path_text import Step

    #: What the fields of ``$states`` may be: ``input``, ``result``, ``errorOutput``.
    Roots: TypeAlias = Mapping[str, Value]

#: Functions that give neither an object nor an array.
_SCALAR_CALLS: Final = frozenset(
    "States." + name
    for name in (
        "ArrayContains", "ArrayLength", "Base64Encode", "Base64Decode", "Format", "Hash",
        "JsonToString", "MathAdd", "MathRandom", "UUID",
    )
)  # fmt: skip
_ARRAY_CALLS: Final = frozenset(
    "States." + name
    for name in ("Array", "ArrayPartition", "ArrayRange", "ArrayUnique", "StringSplit")
)


#: Of a path or of an expression; longer ones are not looked into.
_MOST_CHARACTERS: Final = 500
_MOST_NESTING: Final = 50


class DataPath(NamedTuple):
    """A definite path into the data: its text, its steps, the names that it merges at its end."""

    text: str
    steps: tuple[Step, ...]
    merged: tuple[str, ...] = ()


def data_path(text: Json) -> DataPath | None:
    """The path that a text is, if it is a definite one into the data (``$.order``)."""
    if not isinstance(text, str) or not text.startswith("$") or text.startswith("$$"):
        return None
    if len(text) > _MOST_CHARACTERS:
        return None
    if PLAIN_PATH.fullmatch(text):  # nearly all
        return DataPath(text, tuple(text.split(".")[1:]))
    if has_placeholder(text):
        return None
    try:
        path = read_path(text)
    except QuerySyntaxError:
        return None
    if path.root != "data" or not path.is_definite:
        return None
    return DataPath(text, path.steps, path.merged)


def data_paths_in(text: str) -> Iterator[DataPath]:
    """The definite paths into the data that a path or a call of an intrinsic function reads."""
    if text.startswith("States."):
        pending: list[object] = [call_in(text)]
        while pending:
            node = pending.pop()
            if isinstance(node, Call):
                pending += reversed(node.arguments)
            elif isinstance(node, Path) and (path := data_path(node.text)):
                yield path
    elif path := data_path(text):
        yield path


def call_in(text: str) -> Call | None:
    """The call of an intrinsic function that a text is, if nothing of it is unknown."""
    if has_placeholder(text):
        return None
    try:
        return parse_call(text)
    except (QuerySyntaxError, UnsupportedFeature):
        return None


def follow(path: DataPath, value: Value) -> Value | Missing:
    """What a path finds in a value."""
    found = find(value, path.steps)
    if not path.merged or found is None or isinstance(found, Missing):
        return found
    if "object" not in found.kinds:
        return Missing(len(path.steps), found)
    return restrict(found, path.merged)


def value_of(text: Json, data: Value) -> Value:
    """What a path or a call of an intrinsic function gives."""
    if not isinstance(text, str):
        return ANYTHING
    if text.startswith("States."):
        name = text.partition("(")[0]
        if name in _SCALAR_CALLS:
            return SCALAR
        return ARRAY if name in _ARRAY_CALLS else ANYTHING
    if data is None:
        return ANYTHING
    path = data_path(text)
    found = follow(path, data) if path else ANYTHING
    return ANYTHING if isinstance(found, Missing) else found


def template_value(template: Json, data: Value, depth: int = 0) -> Value:
    """What a payload template gives."""
    if isinstance(template, str):
        return ANYTHING if has_placeholder(template) else SCALAR
    if isinstance(template, bool | int | float):
        return SCALAR
    if template is None or depth > MOST_DEPTH or len(template) > MOST_FIELDS:
        return ANYTHING
    if isinstance(template, list):
        return array_of([template_value(item, data, depth + 1) for item in template])
    fields: dict[str, Value] = {}
    is_open = False
    for key, item in template.items():
        is_open = is_open or has_placeholder(key)
        if not key.endswith(".$"):
            fields[key] = template_value(item, data, depth + 1)
        elif key[:-2] in template:
            return ANYTHING
        else:
            fields[key[:-2]] = value_of(item, data)
    return object_of(fields, is_open=is_open)


# JSONata


def expression_in(text: Json) -> str | None:
    """What stands between the braces of an expression, without blanks; None if it is none."""
    if not isinstance(text, str) or not is_expression(text):
        return None
    return None if has_placeholder(text) else text[2:-2].strip()


def simple_expression(text: Json) -> Simple | None:
    """The tree of an expression that is simple."""
    inner = expression_in(text)
    return None if inner is None else simple_tree(inner)


def simple_tree(inner: str) -> Simple | None:
    """The tree of a simple expression that is not too long to be walked by recursion."""
    is_deep = inner.count("-") + inner.count("(") > _MOST_NESTING
    return None if is_deep or len(inner) > _MOST_CHARACTERS else read_simple(inner)


def states_path(text: Json) -> Reference | None:
    """The path that an expression is, if it is one into ``$states`` and nothing else."""
    inner = expression_in(text)
    if inner is None or not inner.startswith("$states."):
        return None
    tree = simple_tree(inner)
    return tree if isinstance(tree, Reference) and tree.is_states else None


def refer(path: Reference, roots: Roots) -> Value | Missing:
    """What a path into ``$states`` finds."""
    return find_mapped(roots.get(path.root, ANYTHING), path.steps)


def expressed_value(value: Json, roots: Roots, depth: int = 0) -> Value:
    """What JSON with expressions in it gives."""
    if isinstance(value, str):
        if not value.startswith("{%"):
            return ANYTHING if has_placeholder(value) else SCALAR
        path = states_path(value)
        found = refer(path, roots) if path else ANYTHING
        return ANYTHING if isinstance(found, Missing) else found
    if isinstance(value, bool | int | float):
        return SCALAR
    if value is None or depth > MOST_DEPTH or len(value) > MOST_FIELDS:
        return ANYTHING
    if isinstance(value, list):
        return array_of([expressed_value(item, roots, depth + 1) for item in value])
    is_open = any(map(has_placeholder, value))
    fields = {key: expressed_value(item, roots, depth + 1) for key, item in value.items()}
    return object_of(fields, is_open=is_open)
