"""Payload templates: JSON in which the members whose names end with ``.$`` are computed.

    {"kind": "order", "id.$": "$.id", "at.$": "$$.State.EnteredTime", "key.$": "States.UUID()"}

Such a member holds a path or a call of an intrinsic function; its name loses the ``.$``. Everything
else is a constant, and objects are searched at any depth, also inside of arrays. Parameters,
ResultSelector, ItemSelector, Assign, BatchInput and Credentials are templates. Which field it is,
and what is done with the result, is not known here.

Keys of each object come out as on AWS: first the plain ones as written, then the computed ones in
the order of a Java HashMap. So an object is compiled to a frame that has all its keys in that
order, and the computed ones are filled in; a template that computes nothing is given as it is,
always the same object.

Source: ASL specification, "Payload Template"; the order and the texts are recorded from AWS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asl.errors import JSONPathError, QuerySyntaxError, UnsupportedFeature
from asl.jsontypes import escape_pointer, size_bytes
from asl.query.environment import Compiled, constant, total
from asl.query.intrinsics import compile_intrinsic
from asl.query.javalike import hash_map_order, to_text
from asl.query.path_text import UnsupportedPathError
from asl.query.paths import compile_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asl.jsontypes import Json
    from asl.query.environment import Environment

#: Closures call each other as deep as a template is nested: far less than Python allows.
_MAX_DEPTH = 100


class TemplateSyntaxError(QuerySyntaxError):
    """A template that can't be compiled.

    ``pointer`` is the JSON pointer inside of the template, ``text`` the offending text. The message
    is AWS's; the exception that it is chained to says more, and is an `UnsupportedPathError` if the
    text is not known to be wrong (then its message is this one's too).
    """

    def __init__(self, message: str, text: str, pointer: str) -> None:
        self.pointer = pointer
        super().__init__(message, text)


def compile_template(template: Json) -> Compiled:
    """Compile a payload template.

    Args:
        template: Any JSON value; it is not copied, so it must not change any more.

    Raises:
        TemplateSyntaxError: A value of a ``.$`` key is no path or call, or the same key is given
            with and without ``.$``, or objects are nested too deep.
    """
    compiled = _compile(template, "", 0)
    return constant(template) if compiled is None else compiled


def compile_dynamic(text: str, field: str) -> Compiled:
    """Compile one value that is a path or a call, such as ErrorPath.

    Args:
        text: The value.
        field: The name of its field, for AWS's texts.

    Raises:
        TemplateSyntaxError: It is neither; ``pointer`` is empty.
    """
    return _dynamic(text, field, "")


def _compile(node: Json, pointer: str, depth: int) -> Compiled | None:
    """What a part of the template gives, None if it computes nothing."""
    if depth > _MAX_DEPTH:
        message = f"a template may be nested {_MAX_DEPTH} levels deep, this one is deeper"
        raise TemplateSyntaxError(message, "", pointer)
    if type(node) is dict:
        return _compile_object(node, pointer, depth)
    if type(node) is list:
        parts = {
            index: compiled
            for index, item in enumerate(node)
            if (compiled := _compile(item, f"{pointer}/{index}", depth + 1))
        }
        return _filled(node, parts) if parts else None
    return None


def _compile_object(node: dict[str, Json], pointer: str, depth: int) -> Compiled | None:
    frame: dict[str, Json] = {}
    parts: dict[str, Compiled] = {}
    computed: dict[str, Compiled] = {}
    for key, value in node.items():
        place = f"{pointer}/{escape_pointer(key)}"
        if not key.endswith(".$"):
            frame[key] = value
            if compiled := _compile(value, place, depth + 1):
                parts[key] = compiled
        elif key[:-2] in node:
            message = f"The field '{key[:-2]}' is given twice, as '{key[:-2]}' and as '{key}'"
            raise TemplateSyntaxError(message, key, place)
        else:
            computed[key[:-2]] = _dynamic(value, key, place)
    for key in hash_map_order(list(computed)):
        frame[key] = None
        parts[key] = computed[key]
    return _filled(frame, parts) if parts else None


def _dynamic(text: Json, field: str, pointer: str) -> Compiled:
    def missing(path: str, data: Json, _reason: str) -> JSONPathError:
        return JSONPathError(
            f"The JSONPath '{path}' specified for the field '{field}' could not be found in the "
            f"input '{to_text(data)}'"
        )

    try:
        if type(text) is str and text.startswith("$"):
            return compile_path(text, missing)
        if type(text) is str and text.startswith("States."):
            return compile_intrinsic(text)
    except UnsupportedPathError as error:
        raise TemplateSyntaxError(str(error), error.text, pointer) from error
    except QuerySyntaxError as error:
        raise TemplateSyntaxError(_invalid(field), error.text, pointer) from error
    except UnsupportedFeature as error:
        raise UnsupportedFeature(error.feature, pointer, error.hint) from error
    raise TemplateSyntaxError(_invalid(field), to_text(text), pointer)


def _invalid(field: str) -> str:
    return (
        f"The value for the field '{field}' must be a valid JSONPath or a valid intrinsic function "
        "call"
    )


def _filled(
    frame: dict[str, Json] | list[Json], parts: Mapping[str, Compiled] | Mapping[int, Compiled]
) -> Compiled:
    """A copy of the frame with the parts filled in, at their keys or indices.

    A plain loop over a copy: measured faster than a comprehension, and nearly as fast as code
    written out for one, two and three parts.
    """
    fills = tuple((key, part.evaluate) for key, part in parts.items())

    def fill(data: Json, environment: Environment) -> Json:
        filled: Any = frame.copy()
        for key, evaluate in fills:
            filled[key] = evaluate(data, environment)
        result: Json = filled
        return result

    # A part takes the place of what stands in the frame, so counting both is enough.
    bounds = (part.bound for part in parts.values())
    return Compiled(fill, total(bounds, more=size_bytes(frame)))
