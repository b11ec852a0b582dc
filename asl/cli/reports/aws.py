"""Faults in the shape of AWS's own answer, ValidateStateMachineDefinition."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asl.language.report import Report


def to_aws(reports: Sequence[Report]) -> str:
    """The answer for one file; for several, an object of answers by the name of the file.

    Source: AWS API reference, ValidateStateMachineDefinition.
    """
    answers = {report.name: report.to_aws() for report in reports}
    document = reports[0].to_aws() if len(reports) == 1 else answers
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
