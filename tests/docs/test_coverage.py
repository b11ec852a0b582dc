"""The table of docs/coverage.md is what its test prints."""

import re
import shutil
from pathlib import Path

pytest_plugins = ["pytester"]

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8")


def test_the_example_prints_the_table_of_the_page(pytester, monkeypatch):
    section = PAGE[PAGE.index("## An example") : PAGE.index("## What is counted")]
    (test,) = re.findall(r"^```python\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    (command,) = re.findall(r"^```console\npytest (.*?)\n```", section, re.MULTILINE)
    (table,) = re.findall(r"^```text\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    tests = shutil.ignore_patterns("tests")  # they need another plugin
    shutil.copytree(ROOT / "examples", pytester.path / "examples", ignore=tests)
    pytester.makepyfile(test_order=test)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    result = pytester.runpytest_subprocess("-p", "asl.testing.coverage.plugin", *command.split())
    result.assert_outcomes(passed=1)
    assert table in result.stdout.str()
