"""Faults as SARIF 2.1.0, which GitHub code scanning, editors and many other tools read.

Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0".
"""

from __future__ import annotations

import json
import re
from pathlib import PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import asl
from asl.language.rules.table import RULES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asl.cli.explaining import Texts
    from asl.language.diagnostics import Diagnostic, Severity
    from asl.language.report import Report

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: dict[Severity, str] = {"ERROR": "error", "WARNING": "warning"}
#: What would be a placeholder or a link in a message (3.11.5, 3.11.6).
_PLACEHOLDER = re.compile(r"\{(\d+)\}")
_LINK = re.compile(r"\[(?=[^\[\]]*\]\()")


def to_sarif(reports: Sequence[Report], catalogue: Mapping[str, Texts]) -> str:
    """One run with a result for each fault, and the rules that occur in it.

    Args:
        reports: Their names are the files' paths, relative to the root of the sources.
        catalogue: What is said of the rules, by code.
    """
    found = [(report.name, one) for report in reports for one in report.diagnostics]
    indexes = {code: index for index, code in enumerate(sorted({_id(one) for _, one in found}))}
    driver = {
        "name": "asl",
        "version": asl.__version__,
        "rules": [_rule(code, catalogue.get(code)) for code in indexes],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(name, one, indexes[_id(one)]) for name, one in found],
    }
    document = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, indent=2) + "\n"


def _id(one: Diagnostic) -> str:
    return one.rule or one.code


def _rule(code: str, texts: Texts | None) -> dict[str, Any]:
    described: dict[str, Any] = {"id": code}
    if texts is not None:
        why = " ".join(texts.why.split())
        described |= {
            "shortDescription": {"text": texts.says},
            "fullDescription": {"text": f"{texts.says} {why}"},
            "help": {"text": f"{texts.says} {why}", "markdown": _markdown(texts)},
        }
    rule = RULES.get(code)
    if rule is not None:
        described["name"] = rule.name
        described["defaultConfiguration"] = {"level": _LEVELS[rule.severity]}
    return described


def _markdown(texts: Texts) -> str:
    """What GitHub shows beside an alert."""
    parts = [texts.says, texts.why.strip()]
    for title, definition in (("Reported", texts.example), ("Mended", texts.fix)):
        if definition:
            parts += [f"{title}:", f"```\n{definition.strip()}\n```"]
    return "\n\n".join(parts)


def _result(name: str, one: Diagnostic, index: int) -> dict[str, Any]:
    hint = f" ({one.hint})" if one.hint else ""
    result = {
        "ruleId": _id(one),
        "ruleIndex": index,
        "level": _LEVELS[one.severity],
        "message": _message(one.message + hint),
        "locations": [_location(name, one)],
    }
    if one.consequences:
        result["relatedLocations"] = [
            {"id": number, "message": _message(each.message), **_location(name, each)}
            for number, each in enumerate(one.consequences)
        ]
    return result


def _message(text: str) -> dict[str, str]:
    """A message that stands for itself: nothing in it is filled in or becomes a link."""
    return {"text": _LINK.sub(r"\\[", _PLACEHOLDER.sub(r"{{\1}}", text))}


def _location(name: str, one: Diagnostic) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": _uri(name)}}
    if one.line is not None:
        place["region"] = {"startLine": one.line}
        if one.column is not None:
            place["region"]["startColumn"] = one.column
    location: dict[str, Any] = {"physicalLocation": place}
    if one.pointer:
        location["logicalLocations"] = [{"fullyQualifiedName": one.pointer}]
    return location


def _uri(name: str) -> str:
    """A relative reference where the name is relative, as GitHub wants it."""
    for path in (PurePosixPath(name), PureWindowsPath(name)):
        if path.is_absolute():
            return path.as_uri()
    return quote(name, errors="surrogateescape")
