"""Nothing heavy is imported until it is used: each journey starts in an interpreter of its own."""

import json
import subprocess
import sys

import pytest

HEAVY = {
    "asyncio", "dataclasses", "decimal", "difflib", "hashlib", "importlib.resources", "inspect",
    "jsonata", "jsonpath_ng", "jsonschema", "pathlib", "tomllib", "traceback", "yaml",
}  # fmt: skip
SELDOM = {
    "asl.cli.reports", "asl.cli.validate", "asl.editor", "asl.language.flow.values",
    "asl.language.lints", "asl.query.jayway", "asl.query.jsonata.evaluator",
    "asl.query.jsonata.expression", "asl.runtimes.aio", "asl.runtimes.map_run",
    "asl.runtimes.nested", "asl.tasks.items",
}  # fmt: skip
#: Of the standard library, with whatever that imports itself in a version of Python.
BASE = "datetime, json, typing"
STATES = {
    "Add": {"Type": "Pass", "Parameters": {"n.$": "$.n"}, "ResultPath": "$.copy", "Next": "Work"},
    "Work": {
        "Type": "Task",
        "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
        "Retry": [{"ErrorEquals": ["States.ALL"]}],
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Done"}],
        "Next": "Which",
    },
    "Which": {
        "Type": "Choice",
        "Choices": [{"Variable": "$.n", "NumericEquals": 1, "Next": "Done"}],
        "Default": "Done",
    },
    "Done": {"Type": "Succeed"},
}
MACHINE = {"StartAt": "Add", "States": STATES}
JSONATA = {
    "QueryLanguage": "JSONata",
    "StartAt": "A",
    "States": {"A": {"Type": "Pass", "Output": "{% $states.input.n + 1 %}", "End": True}},
}
RUN = f"asl.load({MACHINE!r}).run({{'n': 1}}, tasks={{'work': lambda given: given}}, check=True)"


def imported(code, beside="sys"):
    """The modules that some code imports, beyond those that come with ``beside``."""
    code = (
        f"import sys, {beside}; before = set(sys.modules)\n"
        f"{code}\n"
        "print(*sorted(set(sys.modules) - before), file=sys.stderr)"
    )
    ended = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return set(ended.stderr.split())


def test_importing_the_package_imports_nothing_else():
    assert {name for name in imported("import asl") if name.startswith("asl.")} == set()
    assert imported("import asl") & (HEAVY | {"json", "re", "typing"}) == set()


def test_a_run_imports_only_what_it_uses():
    assert imported(f"import asl; {RUN}", BASE) & (HEAVY | SELDOM) == set()


def test_the_command_run_imports_no_other_command(tmp_path):
    path = tmp_path / "two.asl.json"
    path.write_text(json.dumps({"StartAt": "Done", "States": {"Done": STATES["Done"]}}))
    code = f"from asl.cli import main; assert main(['run', {str(path)!r}]) == 0"
    assert imported(code, f"argparse, {BASE}") & (HEAVY | SELDOM) == set()


@pytest.mark.parametrize(
    ("code", "needed"),
    [
        (f"asl.load({JSONATA!r}).run({{'n': 1}}, check=True)", "asl.query.jsonata.expression"),
        (f"asl.load({MACHINE!r}).diagnostics", "asl.language.lints"),
        ("asl.check({})", "jsonschema"),
        ("asl.script({})", "asl.tasks.replies"),
    ],
)
def test_what_is_used_is_imported_then(code, needed):
    assert needed in imported(f"import asl; {code}")


def test_a_jsonata_run_needs_no_parser_for_simple_expressions():
    found = imported(f"import asl; asl.load({JSONATA!r}).run({{'n': 1}}, check=True)")
    assert found & {"asyncio", "jsonata", "jsonschema", "asl.query.jsonata.evaluator"} == set()
