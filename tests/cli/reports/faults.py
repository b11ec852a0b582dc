"""Reports made by hand, so that the tests of formats need no rule."""

from asl.language.diagnostics import Diagnostic
from asl.language.report import Report

TEXT = """{
  "StartAt": "Pay",
  "States": {
    "Pay": {"Type": "Pass", "Next": "Shipp"},
    "Ship": {"Type": "Succeed"}
  }
}
"""


def fault(message="Missing 'Next' target: Shipp", **fields):
    """An error as the checker gives it; any field can be another."""
    values = {
        "code": "MISSING_TRANSITION_TARGET",
        "pointer": "/States/Pay/Next",
        "line": 4,
        "column": 37,
        "hint": "did you mean 'Ship'?",
        "source": "order.asl.json",
        "rule": "ASL-207",
        "location": "/States/Pay/Next",
    }
    return Diagnostic(message=message, **(values | fields))


def warning(message="This rule never holds", **fields):
    values = {
        "code": "ASL-906",
        "severity": "WARNING",
        "pointer": "",
        "line": None,
        "column": None,
        "hint": "",
        "rule": "ASL-906",
        "location": None,
    }
    return fault(message, **(values | fields))


def unreachable(*names):
    return tuple(
        fault(
            f"State '{name}' is not reachable.",
            pointer=f"/States/{name}",
            line=5,
            column=5,
            hint="",
            rule="ASL-110",
            location=f"/States/{name}",
        )
        for name in names
    )


def report(*diagnostics, name="order.asl.json", text=TEXT):
    return Report(diagnostics, name, text)
