"""A report as JSON, which is also what is kept of a run to be combined with others.

The shape is public, and documented in ``docs/coverage.md``: within a version, members may come but
none goes or changes its meaning. What is read back are the counts; everything else is made of them
again.
"""

from __future__ import annotations

import json
from math import floor
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

from asl.errors import UsageError, quote
from asl.jsontypes import NotJsonError, parse_json
from asl.testing.coverage.report import Counted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from asl.jsontypes import Json
    from asl.testing.coverage.items import Key
    from asl.testing.coverage.report import CoverageReport, DefinitionCoverage, Tally

FORMAT = "asl-coverage"
VERSION = 1

T = TypeVar("T")


class Saved(NamedTuple):
    """What was read: the counts of each definition, and what could not be counted."""

    counted: list[Counted]
    warnings: list[str]


def json_of(report: CoverageReport) -> str:
    """The report as JSON text."""
    document = {
        "format": FORMAT,
        "version": VERSION,
        **_figures(report.states, report.branches, report.percent),
        "definitions": [_definition(each) for each in report.definitions],
        "others": list(report.others),
        "warnings": list(report.warnings),
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def read_saved(path: Path) -> Saved:
    """The counts of a saved report.

    Raises:
        UsageError: The file can't be read, or is no such report.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"can't read the coverage in {quote(str(path))}: {reason}") from error
    return parse_saved(text, str(path))


def parse_saved(text: str, origin: str) -> Saved:
    """The counts of the text of a report; ``origin`` says in errors where it came from.

    Raises:
        UsageError: It is no such report, of another version, or damaged.
    """
    try:
        document = parse_json(text)
    except NotJsonError as error:
        raise UsageError(f"{quote(origin)} is no saved coverage: {error}") from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise UsageError(
            f"{quote(origin)} is no saved coverage: its 'format' is not {FORMAT!r} "
            "(--asl-cov-report json:FILE writes one)"
        )
    if document.get("version") != VERSION:
        raise UsageError(
            f"{quote(origin)} has version {quote(document.get('version'))} of the format; "
            f"this version reads {VERSION}"
        )
    try:
        return Saved(
            [_counted(each) for each in _list(document, "definitions")],
            [_is(each, str, "a warning") for each in _list(document, "warnings")],
        )
    except (KeyError, TypeError) as error:
        raise UsageError(f"the coverage in {quote(origin)} is damaged: {error}") from error


def _figures(states: Tally, branches: Tally, percent: float) -> dict[str, Json]:
    return {
        "percent": floor(percent * 100) / 100,  # so that 100 means all
        "states": {"total": states.total, "covered": states.covered},
        "branches": {"total": branches.total, "covered": branches.covered},
    }


def _definition(covered: DefinitionCoverage) -> dict[str, Any]:
    return {
        "name": covered.name,
        "machine": covered.machine,
        "path": covered.path,
        "fingerprint": covered.fingerprint,
        "executions": covered.executions,
        **_figures(covered.states, covered.branches, covered.all.percent),
        "missing": [item.missing for item in covered.missing],
        "items": list(_items(covered)),
        "definition": covered.definition,
    }


def _items(covered: DefinitionCoverage) -> Iterator[dict[str, Any]]:
    for item in (*covered.items, *covered.excluded):
        yield {
            "kind": item.kind,
            "state": item.state,
            "pointer": item.pointer,
            "hits": covered.hits.get(item.key, 0),
            **({"excluded": True} if item.is_excluded else {}),
        }


def _counted(document: object) -> Counted:
    given = _is(document, dict, "a definition")
    path = given["path"]
    return Counted(
        _is(given["machine"], str, "'machine'"),
        None if path is None else _is(path, str, "'path'"),
        _is(given["fingerprint"], str, "'fingerprint'"),
        _is(given["definition"], dict, "'definition'"),
        _is(given["executions"], int, "'executions'"),
        dict(_hits(item) for item in _list(given, "items")),
    )


def _hits(document: object) -> tuple[Key, int]:
    given = _is(document, dict, "an item")
    kind, pointer = _is(given["kind"], str, "'kind'"), _is(given["pointer"], str, "'pointer'")
    return cast("Key", (kind, pointer)), _is(given["hits"], int, "'hits'")


def _list(document: dict[str, Any], name: str) -> list[Any]:
    return _is(document[name], list, f"'{name}'")


def _is(value: object, kind: type[T], what: str) -> T:
    if not isinstance(value, kind) or isinstance(value, bool):
        raise TypeError(f"{what} is {quote(value)}, not of type {kind.__name__}")
    return value
