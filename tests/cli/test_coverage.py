"""``asl coverage``: saved coverage put together and reported."""

import json

import pytest

import asl
from asl.cli import main
from asl.testing import Coverage
from tests.definitions import SUCCEED, choice, scope

DEFINITION = scope(
    Check=choice({"Variable": "$.n", "NumericGreaterThan": 10, "Next": "Big"}, Default="Small"),
    Big=SUCCEED,
    Small=SUCCEED,
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("order", "unused"):
        (tmp_path / f"{name}.asl.json").write_text(json.dumps(DEFINITION), encoding="utf-8")
    for name, n in (("big", 11), ("small", 1)):
        with Coverage() as coverage:
            asl.load("order.asl.json").run({"n": n})
        coverage.report().write(f"json:{name}.json")
    return tmp_path


def test_parts_are_put_together(folder, capsys):
    assert main(["coverage", "big.json"]) == 0
    assert "  Small: never entered" in capsys.readouterr().out
    assert main(["coverage", "big.json", "small.json"]) == 0
    assert "order.asl.json       3     0         2     0   100%" in capsys.readouterr().out


def test_reports_are_written_and_definitions_chosen(folder, capsys):
    given = ["coverage", "big.json", "small.json", "--of", "*.asl.json"]
    assert main([*given, "--report", "json:all.json", "--report", "term"]) == 0
    printed = capsys.readouterr().out
    assert f"ASL coverage written to {folder / 'all.json'}" in printed
    assert "unused.asl.json" in printed
    assert "never" not in printed
    assert json.loads((folder / "all.json").read_text())["percent"] == 50


def test_too_little_is_a_failure(folder, capsys):
    assert main(["coverage", "big.json", "--fail-under", "60"]) == 0
    assert main(["coverage", "big.json", "--fail-under", "61"]) == 1
    assert capsys.readouterr().out.endswith(
        "Required ASL coverage of 61% not reached. Total: 60.00%\n"
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nothing.json"], "can't read the coverage in 'nothing.json'"),
        (["order.asl.json"], "'order.asl.json' is no saved coverage"),
        (["big.json", "--report", "trem"], "did you mean 'term'?"),
        (["big.json", "--fail-under", "lots"], "a number from 0 to 100, not 'lots'"),
        (["big.json", "--of", "nowhere"], "no such file or folder"),
    ],
)
def test_a_wrong_call_is_said(folder, capsys, arguments, says):
    assert main(["coverage", *arguments]) == 2
    assert says in capsys.readouterr().err
