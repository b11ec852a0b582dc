"""All that a check found in one definition: a value that knows its shapes, not how it was found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypedDict

from asl.language.diagnostics import printable
from asl.language.rules.table import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asl.language.diagnostics import Diagnostic, Severity

_MOST_RESULTS = 100  # maxResults of AWS, and its default
#: AWS speaks of the shapes first, then of each machine's transitions.
_LAST_FOR_AWS = {"ASL-107": 1, "ASL-207": 1, "ASL-350": 1, "ASL-109": 2, "ASL-110": 3}


class AwsDiagnostic(TypedDict, total=False):
    """A diagnostic as ValidateStateMachineDefinition gives it."""

    severity: Severity
    code: str
    message: str
    location: str


class AwsReport(TypedDict):
    """The answer of ValidateStateMachineDefinition."""

    result: str
    diagnostics: list[AwsDiagnostic]
    truncated: bool


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found.

    Attributes:
        diagnostics: In the order of the text. What only follows from another fault stands in that
            one's ``consequences``.
        name: The name of the file, or ``<definition>``.
        text: The text that was checked; None for a dict, and for a text that could not be decoded.
    """

    diagnostics: tuple[Diagnostic, ...]
    name: str = "<definition>"
    text: str | None = field(default=None, repr=False)

    @property
    def is_valid(self) -> bool:
        """Whether AWS would take the definition: there is no ERROR, warnings or not."""
        return not self.errors

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """What AWS refuses, in the order of the text."""
        return tuple(one for one in self.diagnostics if one.severity == "ERROR")

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What AWS takes, and what is likely a mistake, in the order of the text."""
        return tuple(one for one in self.diagnostics if one.severity == "WARNING")

    def to_aws(self, *, max_results: int = _MOST_RESULTS) -> AwsReport:
        """The answer of AWS's ValidateStateMachineDefinition.

        Only rules that AWS has are in it; consequences stand beside their causes, as AWS gives
        them.

        Args:
            max_results: How many diagnostics at the most; 0 is for 100, as in AWS's API.

        Source: AWS API reference, ValidateStateMachineDefinition.
        """
        most = max_results or _MOST_RESULTS
        known = [one for one in _flat(self.diagnostics) if RULES[one.rule].aws]
        known.sort(key=lambda one: _LAST_FOR_AWS.get(one.rule, 0))
        return {
            "result": "OK" if self.is_valid else "FAIL",
            "diagnostics": [_to_aws(one) for one in known[:most]],
            "truncated": len(known) > most,
        }

    def __str__(self) -> str:
        """A line for each diagnostic, with what follows from it behind it; then the counts."""
        lines = []
        for one in self.diagnostics:
            lines.append(str(one))
            lines += [f"    so: {printable(follower.message)}" for follower in one.consequences]
        return "\n".join([*lines, f"{self.name}: {self.summary()}"])

    def summary(self) -> str:
        """Such as ``2 errors, 1 warning``, or ``no fault``."""
        counts = [(len(self.errors), "error"), (len(self.warnings), "warning")]
        said = [f"{count} {what}{'s' * (count != 1)}" for count, what in counts if count]
        return ", ".join(said) or "no fault"


def _flat(diagnostics: tuple[Diagnostic, ...]) -> Iterator[Diagnostic]:
    for one in diagnostics:
        yield one
        yield from one.consequences


def _to_aws(one: Diagnostic) -> AwsDiagnostic:
    message = one.message
    if one.rule == "ASL-002" and one.location is not None:
        message += f"\n at {one.location}"  # AWS shows what its parser said, place and all
    found: AwsDiagnostic = {"severity": one.severity, "code": one.code, "message": message}
    if one.location is not None:
        found["location"] = one.location
    return found
