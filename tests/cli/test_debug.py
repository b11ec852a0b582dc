"""`asl debug`: what is typed, and what it shows."""

import io
import json

import pytest

from asl.cli import main
from tests.definitions import SUCCEED, catch, choice, fail, map_, pass_, scope, task

ORDER = scope(
    Prepare=pass_(Assign={"rate": 3}),
    Charge=task(ResultPath="$.charge", Catch=[catch("Cancelled", ErrorEquals=["Declined"])]),
    Large=choice({"Variable": "$.total", "NumericGreaterThan": 100, "Next": "Ask"}, Default="Done"),
    Ask=pass_(),
    Done=SUCCEED,
    Cancelled=fail("Cancelled"),
)
HANDLERS = """
import asl
tasks = {"work": lambda payload: {"paid": True}}
failing = {"work": lambda payload: asl.fails("Declined", "no funds")}
"""


@pytest.fixture
def debug(tmp_path, monkeypatch, capsys):
    """Type lines at an execution; the lines that it shows."""
    (tmp_path / "debug_handlers.py").write_text(HANDLERS, "utf-8")
    monkeypatch.chdir(tmp_path)

    def debug(*typed, definition=ORDER, tasks="tasks", value='{"total": 7}'):
        (tmp_path / "order.asl.json").write_text(json.dumps(definition), "utf-8")
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in typed)))
        arguments = ["order.asl.json", "--input", value, "--tasks", f"debug_handlers:{tasks}"]
        assert main(["debug", *arguments]) == 0
        return capsys.readouterr().out.splitlines()

    return debug


def test_a_line_for_each_stop_and_the_result_at_the_end(debug):
    shown = debug("step", "", "s", "s", "s")
    assert shown[:4] == [
        "2025-01-01 00:00:00.000Z  before Prepare",
        '  input {"total": 7}',
        "2025-01-01 00:00:00.000Z  before Charge",
        '  input {"total": 7}',
    ]
    assert "2025-01-01 00:00:00.000Z  before Done" in shown
    assert shown[-2].startswith("2025-01-01 00:00:00.000Z  <SUCCEEDED after 0:00:00: Prepare > ")


def test_breakpoints_back_and_changed_data(debug):
    shown = debug(
        "pause Large", "continue", 'input {"total": 500}', "input", "step", "back", "where",
        "variable", "variable rate", "variable rate 4", "v", "free Large", "c", "history", "quit",
    )  # fmt: skip
    assert "  stops before: Large" in shown
    assert "  input is changed" in shown
    assert "  rate is changed" in shown
    assert shown.count('  input {"total": 500}') == 3
    assert '    "rate": 4' in shown
    assert shown[-1] == "  Prepare > Charge > Large > Ask > Done"


def test_errors_are_stops(debug):
    shown = debug("pause error", "c", "events", "c", tasks="failing")
    (failed,) = [line for line in shown if line.endswith('"cause": "no funds"}') and "Z  " in line]
    assert failed.startswith('2025-01-01 00:00:00.000Z  LambdaFunctionFailed: {"error": "Declined"')
    assert any(line.startswith("      5 LambdaFunctionScheduled {") for line in shown)
    assert "  error:  Cancelled>" in shown


def test_iterations_have_their_index(debug):
    definition = scope(M=map_(scope(X=pass_()), ItemsPath="$.items"))
    shown = debug("s", "s", definition=definition, value='{"items": [1, 2]}')
    assert shown[2::2] == [
        "2025-01-01 00:00:00.000Z  before X[0]",
        "2025-01-01 00:00:00.000Z  before X[1]",
    ]


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("fly", "  no command 'fly': 'help' lists them"),
        ("pause Chrage", "  the machine has no state 'Chrage'; did you mean 'Charge'?"),
        ("back one", "  back takes a number, not 'one'"),
        ("variable rate", "  no variable 'rate' is in scope"),
        ("input {", "  not JSON: "),
    ],
)
def test_a_wrong_line_is_explained_and_changes_nothing(debug, typed, shown):
    before, after = debug("where")[:2], debug(typed, "where")
    assert after[2].startswith(shown)
    assert after[3:5] == before


def test_help_lists_the_commands(debug):
    words = " ".join(debug("help")).split()
    assert {"step", "back", "continue", "pause", "variable", "quit"} <= set(words)
