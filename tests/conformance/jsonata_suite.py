"""The suite of JSONata: the reference implementation's own cases, at the level of release 2.0.6.

The cases (``jsonata/`` in a folder ``shared`` beside the repository) come in groups, many in one
file, with input documents beside them. An expression of a state machine has no document, so they
are evaluated by the entry that has one.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from asl.errors import QuerySyntaxError
from asl.query.javalike import JavaRandom
from asl.query.jsonata.faults import FaultError, NotJsonResultError
from asl.query.jsonata.general import evaluate_document
from asl.query.jsonata.guard import DEFAULT_LIMITS, Limits
from asl.query.jsonata.kinds import UNDEFINED
from tests.conformance.corpus import cut

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conformance.corpus import Case


class Somewhere:
    """An environment without variables, at a fixed time."""

    now_us = 1_700_000_000_123_456

    def __init__(self) -> None:
        self.variables: dict[str, Any] = {}
        self.random = JavaRandom(1)

    def context(self) -> dict[str, Any]:
        return {}


def load(folder: Path) -> Iterator[Case]:
    """The cases that release 2.0.6 passes, with their documents as ``document``."""
    documents = {
        path.stem: json.loads(path.read_text(encoding="utf-8"))
        for path in (folder / "datasets").glob("*.json")
    }
    for path in sorted((folder / "groups").glob("*.json")):
        for case in json.loads(path.read_text(encoding="utf-8")):
            if not case.get("not_in_2_0_6"):
                dataset = case.get("dataset")
                document = documents[dataset] if dataset else case.get("data", UNDEFINED)
                yield {**case, "document": document}


def judge(case: Case) -> list[str]:
    """How the outcome differs from that of the reference; nothing if it does not."""
    limits = Limits(DEFAULT_LIMITS.steps, case.get("depth", DEFAULT_LIMITS.depth))
    wants_error = "code" in case or "error" in case
    try:
        value = evaluate_document(
            case["expr"], case["document"], case.get("bindings", {}), Somewhere(), limits=limits
        )
    except (FaultError, QuerySyntaxError, NotJsonResultError) as error:
        return [] if wants_error else [f"{case['expr']}: failed, {error}"]
    except Exception as error:  # whatever goes wrong, it is not what the reference does
        return [f"{case['expr']}: raised {type(error).__name__}: {error}"]
    if wants_error:
        return [f"{case['expr']}: gave {value!r:.200} rather than an error"]
    if case.get("undefinedResult"):
        return [] if value is UNDEFINED else [f"{case['expr']}: gave {value!r:.200}, not nothing"]
    expected = case["result"]
    if case.get("unordered") and isinstance(value, list):
        value, expected = _in_order(value), _in_order(expected)
    if _is_same(value, expected):
        return []
    return [f"{case['expr']}: gave {value!r:.200} rather than {expected!r:.200}"]


def code_of(case: Case) -> str | None:
    """The code that the reference fails with."""
    return case.get("code") or case.get("error", {}).get("code")


def _in_order(items: list[Any]) -> list[Any]:
    return sorted(items, key=lambda item: json.dumps(item, sort_keys=True))


def _is_same(one: Any, other: Any) -> bool:
    """Deep equality in which ``true`` is not 1, and 1 is 1.0."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=1e-12)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_is_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_is_same(one[key], other[key]) for key in one)
    return type(one) is type(other) and one == other


def run(folder: Path, *, only: str, report_to: Path | None, full: bool) -> int:
    """Judge the groups in a folder; prints, writes and exits as `run` does for other suites."""
    report = []
    for case in load(folder):
        if only not in case["name"]:
            continue
        differences = judge(case)
        report.append({"id": case["name"], "differences": differences})
        if differences:
            print(f"{case['name']}: {differences[0] if full else cut(differences)}")
    failed = sum(1 for entry in report if entry["differences"])
    if report_to:
        summary = {"suite": "jsonata", "passed": len(report) - failed, "failed": failed}
        report_to.write_text(json.dumps({**summary, "cases": report}, indent=1) + "\n", "utf-8")
    print(f"{len(report) - failed} passed, {failed} failed")
    return 1 if failed or not report else 0
