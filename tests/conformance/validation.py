"""Judges the checker by recorded verdicts: AWS's own, peers' tests, real definitions and mutants.

Two forms of record, told apart by what they have: ``expected`` is AWS's answer to an API
(``conformance/validation``), ``verdict`` a verdict with its faults (``validation/real`` and
``validation/verdicts``). This module knows nothing of folders and of pytest.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from asl.checking import check

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import ModuleType

    from asl.language.report import Report
    from tests.conformance.corpus import Case

#: Of these certainties nobody knows what AWS says: they are left out of the agreement.
UNCERTAIN = frozenset(("judgement",))


def is_aws_answer(case: Case) -> bool:
    return "expected" in case


def report_on(case: Case) -> Report:
    """What the checker finds, given the text wherever the record has one."""
    definition: Any = case.get("definition")
    if definition is None:
        definition = (case["text"] if "text" in case else case["definition_text"]).encode()
    machine_type = case.get("type") if is_aws_answer(case) else case.get("machine_type")
    return check(definition, type=machine_type or "STANDARD")


def judge(case: Case, comparer: ModuleType) -> list[str]:
    """How our answer differs from the recorded one; empty where it does not."""
    report = report_on(case)
    if is_aws_answer(case):
        return _judge_answer(case, report, comparer)
    expected = "OK" if case["verdict"] == "valid" else "FAIL"
    if case["verdict"] == "unsure" or report.to_aws()["result"] == expected:
        return list(_said_otherwise(case, report))
    if expected == "OK":
        return [f"refused: {'; '.join(map(str, report.errors))}"]
    faults = case["faults"] or [{"rule": "?", "pointer": ""}]
    return [f"accepted: {faults[0]['rule']} at {faults[0]['pointer']}"]


def _said_otherwise(case: Case, report: Report) -> Iterator[str]:
    """What AWS was measured to say of this very text, and we do not; some of it is not known."""
    said = report.to_aws()["diagnostics"]
    for fault in case["faults"]:
        known = {name: value for name, value in (fault.get("aws") or {}).items() if value}
        if known and not any(known.items() <= one.items() for one in said):
            yield f"not said: {known}, but {said}"


def _judge_answer(case: Case, report: Report, comparer: ModuleType) -> list[str]:
    expected = case["expected"]
    answer = report.to_aws()
    differences = comparer.compare_verdict(expected, {"verdict": answer["result"]})
    diagnostics = answer["diagnostics"]
    if "diagnostics" in expected:
        found = [json.loads(json.dumps(one)) for one in diagnostics]
        differences += comparer.value_differences(
            expected["diagnostics"], found, "diagnostics", placeholders=True
        )
    if "messages" in expected:
        found = [one["message"] for one in diagnostics]
        differences += comparer.value_differences(
            expected["messages"], found, "messages", placeholders=True
        )
    if "message" in expected and expected["verdict"] == "FAIL":
        said = ", ".join(
            f"{one['code']}: {one['message']} at {one.get('location')}"
            for one in diagnostics
            if one["severity"] == "ERROR"
        )
        message = f"Invalid State Machine Definition: '{said}'"
        differences += comparer.value_differences(
            expected["message"], message, "message", placeholders=True
        )
    return list(differences)


class Place(NamedTuple):
    """Whether the first fault that we report is where the record has its first."""

    is_same: bool
    recorded: str
    reported: str
    rule: str


def first_place(case: Case) -> Place | None:
    """Where a refused record's fault is; None where it says no place or we do not refuse it."""
    if is_aws_answer(case) or case["verdict"] != "invalid" or not case["faults"]:
        return None
    errors = report_on(case).errors
    if not errors:
        return None
    recorded = case["faults"][0]["pointer"]
    return Place(errors[0].pointer == recorded, recorded, errors[0].pointer, errors[0].rule)


def summary(cases: Iterable[tuple[Case, list[str]]]) -> list[str]:
    """Counts for people: false accepts and rejects by kind and certainty, agreement, places."""
    counts: Counter[tuple[str, str, str]] = Counter()
    certain = right = places = same = 0
    for case, differences in cases:
        if is_aws_answer(case):
            kind, certainty = "aws-answer", "aws-recording"
        elif case["verdict"] == "unsure":
            continue
        else:
            kind, certainty = case["kind"], case["certainty"]
        wrong = next((one.split(":")[0] for one in differences if _is_verdict(one)), "")
        counts[kind, certainty, "cases"] += 1
        counts[kind, certainty, wrong] += bool(wrong)
        if certainty not in UNCERTAIN:
            certain += 1
            right += not wrong
        place = first_place(case)
        if place is not None:
            places += 1
            same += place.is_same
    lines = []
    for kind, certainty in sorted({key[:2] for key in counts}):
        cell = {what: counts[kind, certainty, what] for what in ("cases", "accepted", "refused")}
        lines.append(
            f"{kind} {certainty}: {cell['cases']} cases, {cell['accepted']} false accepts, "
            f"{cell['refused']} false rejects"
        )
    if certain:
        lines.append(f"agreement on certain cases: {right} of {certain} ({right / certain:.1%})")
    if places:
        lines.append(f"first fault at its place: {same} of {places} ({same / places:.1%})")
    return lines


def _is_verdict(difference: str) -> bool:
    return difference.startswith(("accepted", "refused", "verdict"))
