"""The test of docs/durable.md is a test that passes."""

import re

import pytest

from tests.docs.test_examples import BLOCK, ROOT

pytest.importorskip("dbos")
pytest_plugins = ["pytester"]

PAGE = (ROOT / "docs" / "durable.md").read_text(encoding="utf-8")


def test_the_test_of_the_page_passes(pytester, monkeypatch):
    first, test = (
        BLOCK.search(PAGE, PAGE.index(heading))["code"]
        for heading in ("## Run it in one process", "## Test it in virtual time")
    )
    definitions, with_worker, _ = re.split("^(with Host)", first, flags=re.MULTILINE)
    assert with_worker
    pytester.makepyfile(test_order=definitions + test)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.runpytest_subprocess().assert_outcomes(passed=1)
