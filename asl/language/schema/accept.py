"""Whether a schema accepts a value: a predicate, some fifty times as fast as finding out why not.

Nearly all of what is checked is right, so jsonschema, which can say what is wrong, is asked (and
imported) only about a value that is refused here. A schema becomes closures once. Only the keywords
that our files use are known, with the two liberties of `asl.language.schema.validators`; another
one raises when the schema is compiled. A property test holds both readings together.

Source: JSON Schema 2020-12, "Validation".
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from asl.language.schema import inlined_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Test: TypeAlias = "Callable[[Any], bool]"


@cache
def acceptor(*references: str) -> Test:
    """The predicate of schemas such as ``task.json#/$defs/JSONata``: of all of them together."""
    return _compile({"allOf": [inlined_schema(reference) for reference in references]}) or _always


def _always(_value: Any) -> bool:  # noqa: ANN401  # any JSON
    return True


def _never(_value: Any) -> bool:  # noqa: ANN401  # any JSON
    return False


def _compile(schema: Any) -> Test | None:  # noqa: ANN401  # a schema
    """The predicate of a schema, None if it accepts everything."""
    if schema is True:
        return None
    if schema is False or schema.get("not") == {}:
        return _never
    schema = _flattened(schema)
    tests: list[Test] = []
    for keyword, operand in schema.items():
        if keyword in _KEYWORDS:
            test = _KEYWORDS[keyword](operand)
            if test is not None:
                tests.append(test)
        elif keyword not in _READ_ELSEWHERE:
            raise NotImplementedError(f"the keyword {keyword} of JSON Schema")
    if "properties" in schema or "additionalProperties" in schema:
        tests.append(_members(schema))
    if "if" in schema:
        tests.append(_conditional(schema))
    return _all(tests)


def _flattened(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same with the fields of its ``allOf`` among its own, so that an object is walked once."""
    inner = [_flattened(part) if type(part) is dict else part for part in schema.get("allOf", ())]
    parts = [part for part in inner if type(part) is dict and "properties" in part]
    closed = [part for part in (schema, *parts) if "additionalProperties" in part]
    if not parts or len(closed) > 1:
        return schema
    fields: dict[str, list[Any]] = {}
    for part in (schema, *parts):
        for name, test in part.get("properties", {}).items():
            fields.setdefault(name, []).append(test)
    own = ("properties", "additionalProperties")
    rest = [{key: part[key] for key in part if key not in own} for part in parts]
    known = closed[0]["properties"] if closed else fields
    return {
        **schema,
        "allOf": [*(part for part in inner if part not in parts), *filter(None, rest)],
        "properties": {
            name: {"allOf": tests} if name in known else False for name, tests in fields.items()
        },
        **({"additionalProperties": False} if closed else {}),
    }


def _all(tests: list[Test]) -> Test | None:
    if len(tests) <= 1:
        return tests[0] if tests else None
    if len(tests) == 2:
        first, second = tests
        return lambda value: first(value) and second(value)

    def every(value: Any) -> bool:  # noqa: ANN401  # any JSON
        for test in tests:  # noqa: SIM110 - faster than all() over a generator
            if not test(value):
                return False
        return True

    return every


def _members(schema: Mapping[str, Any]) -> Test:
    known: dict[str, Any] = {  # a test, or the only type that there may be, or None for anything
        name: _only_type(inner) or _compile(inner)
        for name, inner in schema.get("properties", {}).items()
    }
    unknown: Test | None = _never if schema.get("additionalProperties", True) is False else None

    def members(value: Any) -> bool:  # noqa: ANN401  # any JSON
        if type(value) is not dict:
            return True
        for name, item in value.items():
            test: Any = known.get(name, unknown)
            if test is None or type(item) is test:
                continue
            if type(test) is type or not test(item):
                return False
        return True

    return members


def _only_type(schema: Any) -> type | None:  # noqa: ANN401  # a schema
    """The type that a value needs, if a schema asks for one and for nothing else."""
    if type(schema) is not dict:
        return None
    asked = {key: schema[key] for key in schema if key not in _ANNOTATIONS}
    if asked.keys() == {"allOf"} and len(asked["allOf"]) == 1:
        return _only_type(asked["allOf"][0])
    types = _TYPES.get(asked["type"], ()) if isinstance(asked.get("type"), str) else ()
    return types[0] if len(asked) == len(types) == 1 else None


def _conditional(schema: Mapping[str, Any]) -> Test:
    condition = _compile(schema["if"]) or _always
    then = _compile(schema.get("then", True)) or _always
    otherwise = _compile(schema.get("else", True)) or _always
    return lambda value: then(value) if condition(value) else otherwise(value)


_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "null": (type(None),),
    "integer": (int,),
    "number": (int, float),
}


def _type(names: str | list[str]) -> Test:
    types = {one for name in ([names] if isinstance(names, str) else names) for one in _TYPES[name]}
    if len(types) == 1:
        (only,) = types
        return lambda value: type(value) is only
    return lambda value: type(value) in types


def _required(names: list[str]) -> Test:
    if len(names) == 1:
        (only,) = names
        return lambda value: type(value) is not dict or only in value
    return lambda value: type(value) is not dict or all(name in value for name in names)


def _one_of(alternatives: list[Any]) -> Test:
    tests = [_compile(alternative) or _always for alternative in alternatives]
    names = [_only_required(alternative) for alternative in alternatives]
    if None not in names:  # each is one field that must be there: count, and ask nothing else
        fields = frozenset(names)
        return lambda value: type(value) is not dict or len(fields & value.keys()) == 1
    return lambda value: type(value) is not dict or sum(test(value) for test in tests) == 1


def _only_required(schema: Mapping[str, Any]) -> str | None:
    """The name in ``{"required": [name]}``, None of any other schema."""
    names = schema.get("required", ())
    return names[0] if len(schema) == 1 and len(names) == 1 else None


def _any_of(alternatives: list[Any]) -> Test:
    tests = [_compile(alternative) or _always for alternative in alternatives]
    return lambda value: any(test(value) for test in tests)


def _not(schema: Any) -> Test:  # noqa: ANN401  # a schema
    test = _compile(schema) or _always
    return lambda value: not test(value)


def _items(schema: Any) -> Test | None:  # noqa: ANN401  # a schema
    test = _compile(schema)
    if test is None:
        return None
    return lambda value: type(value) is not list or all(map(test, value))


def _property_names(schema: Any) -> Test | None:  # noqa: ANN401  # a schema
    test = _compile(schema)
    if test is None:
        return None
    return lambda value: type(value) is not dict or all(map(test, value))


def _enum(values: list[Any]) -> Test:
    texts = frozenset(value for value in values if isinstance(value, str))
    if len(texts) < len(values):
        raise NotImplementedError("an enum of other values than texts")
    return lambda value: type(value) is str and value in texts


def _const(wanted: Any) -> Test:  # noqa: ANN401  # any JSON
    kind = type(wanted)
    return lambda value: type(value) is kind and value == wanted


def _pattern(pattern: str) -> Test:
    search = re.compile(pattern).search
    return lambda value: type(value) is not str or search(value) is not None


def _number(accepts: Callable[[Any, Any], bool]) -> Callable[[Any], Test]:
    return lambda bound: lambda value: type(value) not in (int, float) or accepts(value, bound)


def _length(
    kind: type[str | list[Any] | dict[str, Any]], accepts: Callable[[int, int], bool]
) -> Callable[[int], Test]:
    def length(bound: int) -> Test:
        return lambda value: type(value) is not kind or accepts(len(value), bound)

    return length


def _least(found: Any, bound: Any) -> bool:  # noqa: ANN401  # numbers
    return bool(found >= bound)


def _most(found: Any, bound: Any) -> bool:  # noqa: ANN401  # numbers
    return bool(found <= bound)


_KEYWORDS: Final[Mapping[str, Callable[[Any], Test | None]]] = {
    "type": _type,
    "required": _required,
    "allOf": lambda schemas: _all([test for test in map(_compile, schemas) if test is not None]),
    "anyOf": _any_of,
    "oneOf": _one_of,
    "not": _not,
    "items": _items,
    "propertyNames": _property_names,
    "enum": _enum,
    "const": _const,
    "pattern": _pattern,
    "minimum": _number(_least),
    "maximum": _number(_most),
    "minLength": _length(str, _least),
    "maxLength": _length(str, _most),
    "minItems": _length(list, _least),
    "minProperties": _length(dict, _least),
}

_ANNOTATIONS: Final = frozenset(
    ("$schema", "title", "description", "errorMessage", "onlyFor", "rule", "rules")
)
#: Read together with another keyword, or not at all.
_READ_ELSEWHERE: Final = _ANNOTATIONS | {"properties", "additionalProperties", "if", "then", "else"}
