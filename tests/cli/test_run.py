"""`asl run`: what goes in, what is printed, and the exit status."""

import io
import json
import os
import runpy
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

import asl
from asl.cli import main
from tests.cli.terminals import on_terminal
from tests.definitions import catch, fail, pass_, retry, scope, task, wait

REPOSITORY = Path(__file__).resolve().parents[2]

ECHO = scope(A=pass_(), W=wait(90), B=pass_(Parameters={"in.$": "$"}))
HANDLERS = """
import asl

def pay(payload):
    print("paying", payload)
    return {"paid": payload["n"]}

tasks = {"pay": pay, "work": asl.script(asl.fails("Busy"), asl.fails("Busy"), "done")}
nobody = {}
number = 7
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder with a module of handlers, as a user would have it; we stand in it."""
    (tmp_path / "handlers_of_this_test.py").write_text(HANDLERS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    yield tmp_path
    sys.modules.pop("handlers_of_this_test", None)


@pytest.fixture
def run(folder, capsys):
    """Write a definition, run it, and give exit status, standard output and standard error."""

    def run(definition, *arguments, name="order.asl.json"):
        path = folder / name
        text = definition if isinstance(definition, str) else json.dumps(definition)
        path.write_text(text, encoding="utf-8")
        capsys.readouterr()
        status = main(["run", str(path), *arguments])
        return status, *capsys.readouterr()

    return run


TASKS = ("--tasks", "handlers_of_this_test:tasks")


# ---------------------------------------------------------------- exit status and plain lines


def test_a_success_prints_its_states_and_output_and_exits_with_0(run):
    status, out, err = run(ECHO, "--input", '{"n": 1}')
    assert status == 0
    assert err == ""
    assert out == (
        "            0s  A\n"
        "            0s  W\n"
        "        1m 30s  B\n"
        "        1m 30s  SUCCEEDED\n"
        '{\n  "in": {\n    "n": 1\n  }\n}\n'
    )


@pytest.mark.parametrize(
    ("definition", "end"),
    [
        (scope(F=fail("Refused", "no credit")), "FAILED\nRefused: no credit\n"),
        (scope(F=fail("Refused")), "FAILED\nRefused: \n"),
        (scope(F=fail(None, "no credit")), "FAILED\nno error name: no credit\n"),
        (scope(F=fail()), "FAILED\n"),
        ({**scope(W=wait(9)), "TimeoutSeconds": 5}, "TIMED_OUT\n"),
    ],
    ids=["error and cause", "error", "cause", "neither", "timeout"],
)
def test_whatever_does_not_succeed_exits_with_1(run, definition, end):
    status, out, err = run(definition)
    assert status == 1
    assert out.endswith(end)
    assert err == ""


def test_a_retry_and_a_failure_have_lines_of_their_own(run):
    definition = scope(A=task(Retry=[retry(IntervalSeconds=30)]))
    status, out, _ = run(definition, *TASKS)
    assert status == 0
    assert out.splitlines()[:5] == [
        "            0s  A",
        "            0s    failed: Busy",
        "           30s    retry after 30s",
        "           30s    failed: Busy",
        "        1m 30s    retry after 1m",
    ]


def test_nothing_is_coloured_where_nobody_looks(run):
    _, out, _ = run(scope(A=task(Catch=[catch("B")], Next="B"), B=fail("Refused")), *TASKS)
    assert "\x1b" not in out


# ---------------------------------------------------------------- --json


def test_json_prints_one_document_and_nothing_else(run):
    definition = scope(P=task("arn:aws:lambda:us-east-1:123456789012:function:pay"), W=wait(90))
    status, out, err = run(definition, "--json", "--input", '{"n": 1}', "--name", "order-7", *TASKS)
    assert status == 0
    document = json.loads(out)
    assert list(document) == [
        "status",
        "output",
        "error",
        "cause",
        "path",
        "elapsedSeconds",
        "executionArn",
        "events",
    ]
    assert document["status"] == "SUCCEEDED"
    assert document["output"] == {"paid": 1}
    assert (document["error"], document["cause"]) == (None, None)
    assert document["path"] == ["P", "W"]
    assert document["elapsedSeconds"] == 90
    assert document["executionArn"] == (
        "arn:aws:states:us-east-1:123456789012:execution:order:order-7"
    )
    expected = asl.load(definition, name="order").run(
        {"n": 1}, name="order-7", tasks={"pay": lambda payload: {"paid": payload["n"]}}
    )
    assert document["events"] == json.loads(expected.to_json())["events"]
    assert err == "paying {'n': 1}\n"


def test_json_of_a_failure_says_error_and_cause(run):
    status, out, _ = run(scope(F=fail("Refused", "ü")), "--json")
    document = json.loads(out)
    assert status == 1
    assert (document["status"], document["error"], document["cause"]) == ("FAILED", "Refused", "ü")
    assert "ü" in out


# ---------------------------------------------------------------- --input


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"n": 1}', {"n": 1}),
        ("[1, 2]", [1, 2]),
        ('"text"', "text"),
        ("7", 7),
        ("null", None),
        ("  \n {}", {}),
    ],
)
def test_the_input_is_given_as_text(run, text, value):
    status, out, _ = run(scope(A=pass_()), "--json", "--input", text)
    assert status == 0
    assert json.loads(out)["output"] == value


def test_the_input_is_an_empty_object_by_default(run):
    assert json.loads(run(scope(A=pass_()), "--json")[1])["output"] == {}


def test_the_input_is_read_from_a_file(run, folder):
    (folder / "in.json").write_text('{"ü": 1}', encoding="utf-8")
    _, out, _ = run(scope(A=pass_()), "--json", "--input", "in.json")
    assert json.loads(out)["output"] == {"ü": 1}


def test_the_input_is_read_from_standard_input(run, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO('{"from": "stdin"}'))
    _, out, _ = run(scope(A=pass_()), "--json", "--input", "-")
    assert json.loads(out)["output"] == {"from": "stdin"}


def message_of(answer):
    """The one line on standard error of a call that was refused."""
    status, out, err = answer
    assert status == 2
    assert out == ""
    assert "Traceback" not in err
    assert err.startswith("asl: ")
    return err.removeprefix("asl: ").rstrip("\n")


@pytest.mark.parametrize(
    "text",
    ["nonsense", "{'n': 1}", "", "missing.json", "'" + '{"n": 1}' * 100 + "'", '{"n": NaN}', "\0"],
    ids=["word", "quotes", "empty", "no such file", "long", "NaN", "NUL"],
)
def test_an_input_that_is_no_json_is_explained(run, text):
    message = message_of(run(scope(A=pass_()), "--input", text))
    assert message.startswith("--input is neither JSON nor a file that holds it: ")


def test_a_file_of_input_that_is_no_text_is_explained(run, folder):
    (folder / "in.json").write_bytes(b'{"n": "\xff"}')
    assert "--input" in message_of(run(scope(A=pass_()), "--input", "in.json"))


def test_a_file_of_input_with_a_byte_order_mark_is_read(run, folder):
    (folder / "in.json").write_bytes(b'\xef\xbb\xbf{"n": 1}')
    _, out, _ = run(scope(A=pass_()), "--json", "--input", "in.json")
    assert json.loads(out)["output"] == {"n": 1}


def test_an_input_that_is_too_large_is_explained(run, folder):
    (folder / "in.json").write_text(json.dumps("x" * 300_000), encoding="utf-8")
    assert "more than the limit of 262,144" in message_of(
        run(scope(A=pass_()), "--input", "in.json")
    )


# ---------------------------------------------------------------- --set, --tasks, --start, ...


def test_set_fills_placeholders_in(run):
    definition = scope(A=pass_(Result={"one": "${One}", "two": "${Two}"}))
    _, out, _ = run(definition, "--json", "--set", "One=1", "--set", "Two=a=b")
    assert json.loads(out)["output"] == {"one": "1", "two": "a=b"}


def test_set_without_a_value_is_explained(run):
    assert message_of(run(ECHO, "--set", "One")) == "--set takes NAME=VALUE, not 'One'"


def test_a_placeholder_left_open_is_explained(run):
    message = message_of(run(scope(A=task("${Function}"))))
    assert "${Function}" in message
    assert "order.asl.json:1:" in message


def test_tasks_come_from_a_module_of_this_folder(run):
    definition = scope(P=task("arn:aws:lambda:us-east-1:123456789012:function:pay"))
    status, out, _ = run(definition, "--input", '{"n": 1}', *TASKS)
    assert status == 0
    assert "paying {'n': 1}" in out


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("handlers_of_this_test", "--tasks takes MODULE:NAME, not 'handlers_of_this_test'"),
        ("nowhere:tasks", "--tasks nowhere:tasks: No module named 'nowhere'"),
        ("handlers_of_this_test:none", "has no attribute 'none'"),
        (
            "handlers_of_this_test:number",
            "a mapping is needed, or a function without arguments that returns one; this is int",
        ),
        ("handlers_of_this_test:nobody", "no task handler for:"),
        (":tasks", "--tasks"),
    ],
)
def test_tasks_that_are_none_are_explained(run, name, message):
    assert message in message_of(run(scope(A=task()), "--tasks", name))


def test_a_missing_handler_is_explained(run):
    message = message_of(run(scope(A=task("ship"))))
    assert "'A' needs 'ship'" in message


def test_start_says_when_virtual_time_begins(run):
    now = pass_(Parameters={"at.$": "$$.Execution.StartTime"})
    _, out, _ = run(scope(A=now), "--json", "--start", "2026-05-06T07:08:09+00:00")
    assert json.loads(out)["output"] == {"at": "2026-05-06T07:08:09.000Z"}
    _, out, _ = run(scope(A=now), "--json", "--start", "2026-05-06T07:08:09Z")
    assert json.loads(out)["output"] == {"at": "2026-05-06T07:08:09.000Z"}


@pytest.mark.parametrize("start", ["tomorrow", "2026-05-06", "2026-05-06T07:08:09"])
def test_a_start_that_is_no_instant_is_explained(run, start):
    assert message_of(run(ECHO, "--start", start))


def test_seed_and_type_count(run):
    draw = scope(A=pass_(Parameters={"n.$": "States.MathRandom(0, 100000)"}))
    outputs = [
        json.loads(run(draw, "--json", *arguments)[1])["output"]
        for arguments in ((), ("--seed", "0"), ("--seed", "5"))
    ]
    assert outputs[0] == outputs[1] != outputs[2]
    document = json.loads(run(draw, "--json", "--type", "EXPRESS")[1])
    assert ":express:order:" in document["executionArn"]


def test_real_time_is_the_time_of_the_system(run, monkeypatch):
    monkeypatch.setattr(asl.SystemClock, "now_us", lambda _: 86_400_000_000)
    now = pass_(Parameters={"at.$": "$$.Execution.StartTime"})
    _, out, _ = run(scope(A=now), "--json", "--real-time")
    assert json.loads(out)["output"] == {"at": "1970-01-02T00:00:00.000Z"}


def test_a_name_with_dots_is_cut_at_the_first(run):
    _, out, _ = run(ECHO, "--json", name="my.order.asl.json")
    assert ":execution:my:" in json.loads(out)["executionArn"]


# ---------------------------------------------------------------- bad definitions and calls


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        ("", "error"),
        ("[" * 10_000, "nested"),
        ('{"StartAt": "A"}', "order.asl.json:1:"),
        ('{"StartAt": "A",\n "States": {"A": {"Type": "Pass"}}}', "order.asl.json:2:"),
        (
            json.dumps({**scope(A=pass_()), "QueryLanguage": "XPath"}),
            "error",
        ),
    ],
    ids=["empty", "deep", "no states", "no end", "language"],
)
def test_a_definition_that_is_wrong_is_explained_with_its_place(run, definition, message):
    assert message in message_of(run(definition))


def test_a_file_that_is_not_there_is_explained(folder, capsys):
    assert main(["run", "nowhere.asl.json"]) == 2
    assert capsys.readouterr().err == "asl: no such file: nowhere.asl.json\n"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["walk"],
        ["run"],
        ["run", "a.json", "--seed", "x"],
        ["run", "a.json", "--start", "2026-01-01T00:00:00Z", "--real-time"],
        ["run", "a.json", "--type", "OTHER"],
    ],
    ids=" ".join,
)
def test_a_call_that_is_wrong_exits_with_2_and_shows_how_it_goes(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage: asl" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"]], ids=" ".join)
def test_help_explains_itself(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 0
    assert "asl" in capsys.readouterr().out


def test_a_reader_who_has_gone_ends_the_command_without_a_word(folder, monkeypatch):
    class Closed(io.StringIO):
        def write(self, text):
            raise BrokenPipeError

    error = io.StringIO()
    monkeypatch.setattr(sys, "stdout", Closed())
    monkeypatch.setattr(sys, "stderr", error)
    (folder / "a.json").write_text(json.dumps(ECHO), encoding="utf-8")
    assert main(["run", "a.json"]) == 1


# ---------------------------------------------------------------- as a process


def command(*arguments, **options):
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONUNBUFFERED": ""}
    return subprocess.Popen(
        [sys.executable, "-m", "asl", *arguments],
        stderr=subprocess.PIPE,
        env=environment,
        **options,
    )


@pytest.fixture
def definition(tmp_path):
    path = tmp_path / "order.asl.json"
    path.write_text(json.dumps(scope(A=task(Retry=[retry()]), F=fail("Refused"))), encoding="utf-8")
    (tmp_path / "handlers_of_this_test.py").write_text(HANDLERS, encoding="utf-8")
    return path


def test_as_a_process_plain_lines_go_to_a_pipe(definition):
    process = command("run", str(definition), *TASKS, stdout=subprocess.PIPE, cwd=definition.parent)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (1, b"")
    assert out.decode().splitlines()[0] == "            0s  A"
    assert b"\x1b" not in out


def test_as_a_process_an_error_is_one_line_and_exit_status_2(tmp_path):
    process = command("run", str(tmp_path / "none.json"), stdout=subprocess.PIPE)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert out == b""
    assert err.startswith(b"asl: no such file: ")
    assert err.count(b"\n") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
def test_on_a_terminal_lines_are_coloured(definition):
    status, shown, err = on_terminal(
        partial(command, "run", str(definition), *TASKS, cwd=definition.parent)
    )
    assert (status, err) == (1, b"")
    text = shown.decode()
    assert "\x1b[36mA\x1b[0m" in text  # a state
    assert "\x1b[31m  failed: Busy\x1b[0m" in text
    assert "\x1b[33m  retry after 1s\x1b[0m" in text
    assert "\x1b[31mFAILED\x1b[0m" in text


@pytest.mark.parametrize("json_too", [[], ["--json"]], ids=["lines", "json"])
def test_as_a_process_a_pipe_that_nobody_reads_is_no_traceback(definition, json_too):
    reader, writer = os.pipe()
    os.close(reader)
    process = command(
        "run", str(definition), *TASKS, *json_too, stdout=writer, cwd=definition.parent
    )
    os.close(writer)
    _, err = process.communicate(timeout=60)
    assert err == b""
    assert process.returncode == 1


def test_the_module_runs_the_same_command_and_importing_it_runs_nothing(folder, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["asl", "run", "nowhere.asl.json"])
    path = REPOSITORY / "asl" / "__main__.py"
    assert runpy.run_path(str(path))["main"] is main
    with pytest.raises(SystemExit) as caught:
        runpy.run_path(str(path), run_name="__main__")
    assert caught.value.code == 2
