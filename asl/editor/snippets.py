"""Pieces of definitions to put in: whole states, rules, retriers, and the start of a definition.

A piece is data in which ``«1:name»`` is a place that the author goes on to fill, with what stands
there until then. It becomes JSON or YAML, as a snippet of the protocol or as plain text.

Source: Language Server Protocol 3.17, "Snippet Syntax".
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from asl.editor.jsonscan import is_plain_string

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asl.editor.shapes import Language

_PLACE: Final = re.compile("«([0-9]+):([^»]*)»")
_NUMBER: Final = re.compile('"(«[0-9]+:[0-9]+»)"')
_PLAIN: Final = re.compile(r"[A-Za-z«/$][\w «»./$:()-]*")

_BRANCH: Final = {"StartAt": "«2:Work»", "States": {"«2:Work»": {"Type": "Pass", "End": True}}}


def states(language: Language) -> Mapping[str, Any]:
    """A state of each type by the type's name."""
    is_jsonata = language == "JSONata"
    payload = {"Payload": "{% $states.input %}"} if is_jsonata else {"Payload.$": "$"}
    return {
        "Task": {
            "Type": "Task",
            "Resource": "«2:arn:aws:states:::lambda:invoke»",
            "Arguments" if is_jsonata else "Parameters": {
                "FunctionName": "«3:name»",
                **payload,
            },
            "End": True,
        },
        "Pass": {"Type": "Pass", "End": True},
        "Choice": {"Type": "Choice", "Choices": [rule(language)], "Default": "«5:Other»"},
        "Wait": {"Type": "Wait", "Seconds": "«2:60»", "End": True},
        "Succeed": {"Type": "Succeed"},
        "Fail": {"Type": "Fail", "Error": "«2:Error»", "Cause": "«3:cause»"},
        "Parallel": {"Type": "Parallel", "Branches": [_BRANCH], "End": True},
        "Map": {
            "Type": "Map",
            **({"Items": "{% $states.input.«3:items» %}"} if is_jsonata else {}),
            **({} if is_jsonata else {"ItemsPath": "$.«3:items»"}),
            "ItemProcessor": {"ProcessorConfig": {"Mode": "INLINE"}, **_BRANCH},
            "End": True,
        },
    }


def rule(language: Language) -> Mapping[str, Any]:
    """A rule of a Choice state."""
    if language == "JSONata":
        return {"Condition": "{% $states.input.«2:field» = «3:1» %}", "Next": "«4:Name»"}
    return {"Variable": "$.«2:field»", "IsPresent": True, "Next": "«4:Name»"}


def entry(field: str, language: Language) -> Any:  # noqa: ANN401 - any JSON
    """What an entry of an array such as Retry begins with; None where nothing is known."""
    match field:
        case "Choices":
            return rule(language)
        case "Retry":
            return {
                "ErrorEquals": ["«1:States.TaskFailed»"],
                "IntervalSeconds": "«2:1»",
                "MaxAttempts": "«3:3»",
                "BackoffRate": "«4:2»",
            }
        case "Catch":
            return {"ErrorEquals": ["«1:States.ALL»"], "Next": "«2:Name»"}
        case "Branches":
            return _BRANCH
        case _:
            return None


def definition() -> Any:  # noqa: ANN401 - any JSON
    """The start of a definition."""
    return {
        "Comment": "«1:What it does»",
        "StartAt": "«2:Start»",
        "States": {"«2:Start»": {"Type": "Pass", "End": True}},
    }


def as_json(piece: Any) -> str:  # noqa: ANN401 - any JSON
    """A piece as JSON, its places still marked."""
    text = json.dumps(piece, indent="\t", ensure_ascii=False)
    return _NUMBER.sub(r"\1", text)


def as_yaml(piece: Any, indent: str = "") -> str:  # noqa: ANN401 - any JSON
    """A piece as YAML in block style, its places still marked; each line behind the first indented.

    Args:
        piece: An object or array that is not empty, or a scalar.
        indent: What stands before each further line.
    """
    return f"\n{indent}".join(_yaml_lines(piece))


def _yaml_lines(piece: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
    if isinstance(piece, dict):
        for key, value in piece.items():
            if isinstance(value, dict | list):
                yield f"{_yaml_scalar(key)}:"
                yield from (f"  {line}" for line in _yaml_lines(value))
            else:
                yield f"{_yaml_scalar(key)}: {_yaml_scalar(value)}"
    elif isinstance(piece, list):
        for item in piece:
            first, *more = _yaml_lines(item)
            yield f"- {first}"
            yield from (f"  {line}" for line in more)
    else:
        yield _yaml_scalar(piece)


def _yaml_scalar(value: Any) -> str:  # noqa: ANN401 - any JSON
    if isinstance(value, str):
        is_plain = _PLAIN.fullmatch(value) and ": " not in value and not value.endswith(":")
        if is_plain and is_plain_string(value):
            return value
    return _NUMBER.sub(r"\1", json.dumps(value, ensure_ascii=False))


def as_snippet(text: str) -> str:
    """A marked text as a snippet of the protocol."""
    pieces: list[str] = []
    at = 0
    for place in _PLACE.finditer(text):
        inner = re.sub(r"([\\$}])", r"\\\1", place[2])
        pieces += (_escaped(text[at : place.start()]), f"${{{place[1]}:{inner}}}")
        at = place.end()
    return "".join((*pieces, _escaped(text[at:])))


def as_text(text: str) -> str:
    """A marked text as it stands before anybody fills its places."""
    return _PLACE.sub(lambda place: place[2], text)


def _escaped(text: str) -> str:
    return re.sub(r"([\\$])", r"\\\1", text)
