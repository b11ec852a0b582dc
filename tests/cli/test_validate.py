"""`asl validate`: what is checked, how it is reported, and the exit status."""

import io
import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from asl.checking import check
from asl.cli import main, validate
from asl.language.report import Report
from asl.runtimes.clocks import VirtualClock
from tests.cli.reports.faults import fault, report, unreachable, warning
from tests.cli.terminals import on_terminal
from tests.definitions import pass_, scope

REPOSITORY = Path(__file__).resolve().parents[2]

GOOD = scope(A=pass_())
DANGLING = scope(A=pass_(Next="Nowhere"), B={"Type": "Succeed"})
UNKNOWN = scope(A=pass_(Bogus=1))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder; we stand in it, and there are no settings above."""
    (tmp_path / "pyproject.toml").write_text("[tool.asl]\n", encoding="utf-8")
    place = tmp_path / "place"
    place.mkdir()
    monkeypatch.chdir(place)
    return place


@pytest.fixture
def put(folder):
    """Write files: definitions as JSON, text as it is."""

    def put(**files):
        for name, content in files.items():
            path = folder / name.replace("__", "/").replace("_asl_", ".asl.")
            path.parent.mkdir(parents=True, exist_ok=True)
            text = content if isinstance(content, str) else json.dumps(content)
            path.write_text(text, encoding="utf-8")

    return put


@pytest.fixture
def call(folder, capsys):
    """Call the command, and give exit status, standard output and standard error."""

    def call(*arguments):
        capsys.readouterr()
        status = main(["validate", *arguments])
        return status, *capsys.readouterr()

    return call


@pytest.fixture
def checked(monkeypatch):
    """The calls of the checker, which finds what ``checked.found`` says."""

    class Checked(list):
        found: tuple = ()

        def check(self, source, **options):
            self.append(options | {"source": source})
            return Report(self.found, "name", "{}")

    calls = Checked()
    monkeypatch.setattr(validate, "check", calls.check)
    return calls


def settings(folder, text):
    (folder.parent / "pyproject.toml").write_text(text, encoding="utf-8")


def message_of(answer):
    """The one line on standard error of a call that was refused."""
    status, out, err = answer
    assert (status, out) == (2, "")
    assert err.startswith("asl: ")
    assert err.count("\n") == 1
    return err.removeprefix("asl: ").rstrip("\n")


# ---------------------------------------------------------------- exit status


def test_what_aws_would_take_exits_with_0(put, call):
    put(a_asl_json=GOOD)
    assert call("a.asl.json") == (0, "no fault in 1 file\n", "")


@pytest.mark.parametrize("definition", [DANGLING, UNKNOWN, "{", ""])
def test_an_error_exits_with_1_and_stands_in_the_report(put, call, definition):
    put(a_asl_json=definition, b_asl_json=GOOD)
    status, out, err = call("a.asl.json", "b.asl.json")
    assert (status, err) == (1, "")
    assert out.startswith("error[")
    assert " --> a.asl.json:" in out or "--> a.asl.json\n" in out
    assert "in 1 of 2 files" in out


def test_a_dangling_target_is_shown_in_its_line(put, call):
    put(a_asl_json=json.dumps(DANGLING, indent=2))
    _, out, _ = call("a.asl.json")
    assert '"Next": "Nowhere"\n' in out
    assert "^^^^^^^^^\n" in out
    assert "= at /States/A/Next\n" in out


def test_warnings_alone_exit_with_0_unless_they_count(put, call, checked):
    put(a_asl_json=GOOD)
    checked.found = (warning(),)
    assert call("a.asl.json")[0] == 0
    status, out, _ = call("a.asl.json", "--strict")
    assert status == 1
    assert out.endswith("1 warning in 1 file\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "what is to be checked? give files, folders, or - for standard input"),
        (["nowhere"], "no such file or folder: 'nowhere'"),
        (["."], "there is no definition in the folder '.'"),
        (["-", "--set", "A"], "--set takes NAME=VALUE, not 'A'"),
        (["-", "--ignore", "ASL-207"], "can't be ignored"),
        (["-", "--ignore", "shadowd-rule"], "did you mean ASL-906 (shadowed-rule)?"),
        (["-", "--enable", "ASL-9060"], "did you mean ASL-906 (shadowed-rule)?"),
        (["-", "--explain", "qqq"], "--explain: there is no rule 'qqq'"),
        (["-", "--ignore", "ASL-906", "--enable", "ASL-906"], "ASL-906: either --ignore or"),
    ],
    ids=" ".join,
)
def test_a_call_that_is_wrong_exits_with_2(call, arguments, message):
    assert message in message_of(call(*arguments))


@pytest.mark.parametrize("arguments", [["-", "--format", "html"], ["-", "--type", "OTHER"]])
def test_a_choice_that_is_none_exits_with_2(call, arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        call(*arguments)
    assert caught.value.code == 2


# ---------------------------------------------------------------- what is checked


def test_a_folder_is_searched_and_names_are_relative(put, call, folder):
    put(orders__b_asl_json=UNKNOWN, orders__old__a_asl_yaml="StartAt: 5\n", orders__c_txt="no")
    for path in ("orders", str(folder / "orders"), "./orders/"):
        _, out, _ = call(path, "--format", "json")
        names = [file["name"] for file in json.loads(out)["files"]]
        assert names == ["orders/b.asl.json", "orders/old/a.asl.yaml"]


def test_a_file_is_checked_once(put, call):
    put(a_asl_json=GOOD)
    assert call("a.asl.json", ".", "./a.asl.json")[1] == "no fault in 1 file\n"


@pytest.mark.parametrize("text", [json.dumps(UNKNOWN), "StartAt: A\nBogus: 1\n"])
def test_standard_input_is_json_or_yaml(call, monkeypatch, text):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    status, out, _ = call("-")
    assert status == 1
    assert " --> <stdin>:" in out


def test_a_file_that_can_not_be_read_is_a_fault_and_others_are_checked(put, call, folder):
    put(b_asl_json=GOOD)
    (folder / "a.asl.json").symlink_to("b.asl.json/inside")
    status, out, _ = call("a.asl.json", "b.asl.json")
    assert status == 2, "who names a file that is not there made a slip"
    status, out, err = call(".")
    assert (status, err) == (1, "")
    assert "can't read the file" in out
    assert "1 error in 1 of 2 files" in out


def test_a_folder_that_can_not_be_looked_into_is_a_fault_and_others_are_checked(
    put, call, monkeypatch
):
    put(inner__x_asl_json=UNKNOWN, a_asl_json=GOOD)
    scandir = os.scandir

    def refuse(path):
        if Path(path).name == "inner":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    status, out, _ = call(".")
    assert status == 1
    assert out.startswith(
        "error[ASL-002]: can't look into the folder: Permission denied\n--> inner\n"
    )
    assert "1 error in 1 of 2 files" in out


def test_the_file_that_is_reported_is_called_as_it_was_given_in_consequences_too(
    put, call, checked
):
    put(orders__a_asl_json=GOOD)
    checked.found = (fault(consequences=unreachable("Ship")),)
    _, out, _ = call("orders", "--format", "sarif")
    assert "order.asl.json" not in out.replace("orders/", "")


# ---------------------------------------------------------------- options of the check


def test_without_options_the_checker_is_left_to_itself(put, call, checked):
    put(a_asl_json=GOOD)
    call("a.asl.json")
    assert checked == [
        {
            "source": Path("a.asl.json"),
            "substitutions": None,
            "type": "STANDARD",
            "extensions": False,
            "ignore": frozenset(),
            "enable": frozenset(),
        }
    ]


def test_options_reach_the_checker(put, call, checked):
    put(a_asl_json=GOOD)
    call(
        *("a.asl.json", "--type", "EXPRESS", "--set", "A=1", "--set", "B=x=y", "--extensions"),
        *("--ignore", "asl-906,  endless-loop", "--ignore", "ASL-113"),
        *("--enable", "choice-without-default"),
    )
    (options,) = checked
    assert options["type"] == "EXPRESS"
    assert options["substitutions"] == {"A": "1", "B": "x=y"}
    assert options["extensions"] is True
    assert options["ignore"] == {"ASL-906", "ASL-903", "ASL-113"}
    assert options["enable"] == {"ASL-356"}


def test_values_are_filled_in(put, call):
    put(a_asl_json=scope(A=pass_(Next="${Next}"), B={"Type": "Succeed"}))
    assert call("a.asl.json", "--set", "Next=B")[0] == 0
    assert call("a.asl.json", "--set", "Next=C")[0] == 1


def test_settings_come_from_the_configuration(put, call, checked, folder):
    settings(
        folder,
        """
        [tool.asl]
        ignore = ["ASL-113"]
        enable = ["choice-without-default"]
        extensions = true
        [tool.asl.per-file]
        "place/legacy/*.asl.json" = {ignore = ["shadowed-rule"], type = "EXPRESS"}
        """,
    )
    put(legacy__a_asl_json=GOOD, new__a_asl_json=GOOD)
    call("legacy", "new")
    assert [each["ignore"] for each in checked] == [{"ASL-113", "ASL-906"}, {"ASL-113"}]
    assert [each["enable"] for each in checked] == [{"ASL-356"}] * 2
    assert [each["type"] for each in checked] == ["EXPRESS", "STANDARD"]
    assert [each["extensions"] for each in checked] == [True, True]


def test_the_command_line_is_stronger_than_the_configuration(put, call, checked, folder):
    settings(
        folder,
        """
        [tool.asl]
        ignore = ["ASL-113", "ASL-903"]
        enable = ["ASL-356"]
        [tool.asl.per-file]
        "*" = {ignore = ["ASL-906"], type = "EXPRESS"}
        """,
    )
    put(a_asl_json=GOOD)
    call(
        *("a.asl.json", "--enable", "ASL-903,ASL-906", "--ignore", "ASL-356"),
        *("--type", "STANDARD"),
    )
    (options,) = checked
    assert options["ignore"] == {"ASL-113", "ASL-356"}
    assert options["enable"] == {"ASL-903", "ASL-906"}
    assert options["type"] == "STANDARD"


def test_what_a_file_ignores_is_not_enabled_for_it(put, call, checked, folder):
    settings(
        folder,
        '[tool.asl]\nenable = ["ASL-356"]\n[tool.asl.per-file]\n"a.*" = {ignore = ["ASL-356"]}\n',
    )
    put(a_asl_json=GOOD, b_asl_json=GOOD)
    call(".")
    assert [each["enable"] for each in checked] == [frozenset(), {"ASL-356"}]


def test_a_configuration_that_is_wrong_is_explained(call, folder):
    settings(folder, '[tool.asl]\nignor = ["ASL-113"]\n')
    message = message_of(call("-"))
    assert message.endswith(
        "pyproject.toml: tool.asl: there is no key 'ignor'; did you mean 'ignore'?"
    )


# ---------------------------------------------------------------- formats and output


def test_each_format_is_written(put, call):
    put(a_asl_json=UNKNOWN, b_asl_json=GOOD)
    out = {}
    for form in ("text", "json", "sarif", "github", "junit", "aws"):
        status, out[form], err = call(".", "--format", form)
        assert (status, err) == (1, "")
        assert out[form].endswith("\n")
    assert out["text"].startswith("error[")
    assert json.loads(out["json"])["errors"] == 1
    assert len(json.loads(out["sarif"])["runs"][0]["results"]) == 1
    assert out["github"].startswith("::error file=a.asl.json,line=1,")
    assert ET.fromstring(out["junit"].encode()).get("failures") == "1"  # noqa: S314 - our own
    assert json.loads(out["aws"])["b.asl.json"]["result"] == "OK"


def test_the_rules_of_sarif_are_described(put, call):
    put(a_asl_json=UNKNOWN)
    document = json.loads(call("a.asl.json", "--format", "sarif")[1])
    (rule,) = document["runs"][0]["tool"]["driver"]["rules"]
    assert rule["shortDescription"]["text"]


def test_the_answer_of_aws_is_that_of_the_library(put, call, folder):
    put(a_asl_json=DANGLING)
    out = call("a.asl.json", "--format", "aws")[1]
    assert json.loads(out) == check(folder / "a.asl.json").to_aws()


def test_warnings_that_count_are_failures_in_junit(put, call, checked):
    put(a_asl_json=GOOD)
    checked.found = (warning(),)
    assert "<failure " not in call("a.asl.json", "--format", "junit")[1]
    assert "<failure " in call("a.asl.json", "--format", "junit", "--strict")[1]


def test_a_report_goes_to_a_file_and_one_line_says_so(put, call, folder):
    put(a_asl_json=UNKNOWN)
    status, out, err = call("a.asl.json", "--format", "json", "--output", "report.json")
    assert (status, out) == (1, "")
    assert err == "asl: 1 error in 1 file; see report.json\n"
    assert json.loads((folder / "report.json").read_text(encoding="utf-8"))["errors"] == 1


def test_a_file_that_can_not_be_written_is_explained(put, call):
    put(a_asl_json=UNKNOWN)
    message = message_of(call("a.asl.json", "--output", "nowhere/report.json"))
    assert message == "--output nowhere/report.json: No such file or directory"


@pytest.mark.parametrize("form", ["text", "json", "github", "junit", "aws", "sarif"])
def test_a_lone_surrogate_breaks_no_format(put, call, form):
    put(a_asl_json='{"StartAt": "\\ud800", "States": {"A": {"Type": "Succeed"}}}')
    status, out, err = call("a.asl.json", "--format", form)
    assert (status, err) == (1, "")
    assert "\\ud800" in out


# ---------------------------------------------------------------- --explain


@pytest.mark.parametrize("word", ["ASL-207", "asl-207", "missing-target"])
def test_a_rule_is_explained(call, word):
    status, out, err = call("--explain", word)
    assert (status, err) == (0, "")
    assert out.startswith("error[ASL-207] missing-target\n\n")
    assert "\nReported:\n\n    {" in out
    assert "\nMended:\n\n    {" in out


# ---------------------------------------------------------------- terminals and processes


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_long_work_shows_how_far_it_is_and_cleans_up(put, folder, monkeypatch):
    put(**{f"f{number}_asl_json": GOOD for number in range(5)})
    clock, terminal = VirtualClock(), Terminal()
    monkeypatch.setattr(validate, "SystemClock", lambda: clock)
    monkeypatch.setattr(sys, "stderr", terminal)

    def slow(*_, **__):
        clock.wait_until(clock.now_us() + 600_000)
        return report()

    monkeypatch.setattr(validate, "check", slow)
    assert main(["validate", "."]) == 0
    assert terminal.getvalue() == (
        "\r\x1b[Kchecking 3 of 5\r\x1b[Kchecking 4 of 5\r\x1b[Kchecking 5 of 5\r\x1b[K"
    )


def process(*arguments, **options):
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), **options.pop("env", {})}
    return subprocess.Popen(
        [sys.executable, "-m", "asl", "validate", *arguments],
        stderr=subprocess.PIPE,
        env=environment,
        **options,
    )


def test_as_a_process_the_report_is_plain_in_a_pipe(put, folder):
    put(a_asl_json=UNKNOWN)
    running = process("a.asl.json", stdout=subprocess.PIPE, env={"PYTHONIOENCODING": "ascii"})
    out, err = running.communicate(timeout=60)
    assert (running.returncode, err) == (1, b"")
    assert out.startswith(b"error[ASL-")
    assert b"\x1b" not in out


def test_as_a_process_what_the_terminal_can_not_write_is_escaped(put):
    put(a_asl_json=scope(A=pass_(Next="日本"), B={"Type": "Succeed"}))
    running = process("a.asl.json", stdout=subprocess.PIPE, env={"PYTHONIOENCODING": "ascii"})
    out, _ = running.communicate(timeout=60)
    assert b"\\u65e5\\u672c" in out
    running = process(
        "a.asl.json", "--format", "json", stdout=subprocess.PIPE, env={"PYTHONIOENCODING": "ascii"}
    )
    out, _ = running.communicate(timeout=60)
    assert "日本" in out.decode()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
@pytest.mark.parametrize("no_colour", ["", "1"])
def test_on_a_terminal_the_report_is_coloured_unless_the_user_is_against_it(put, no_colour):
    put(a_asl_json=UNKNOWN)
    environment = {"NO_COLOR": no_colour, "TERM": "xterm-256color"}
    status, shown, err = on_terminal(partial(process, "a.asl.json", env=environment))
    assert (status, err) == (1, b"")
    assert (b"\x1b[1;31merror[" in shown) == (not no_colour)


@pytest.mark.skipif(sys.platform == "win32", reason="a closed pipe is another error on Windows")
def test_a_pipe_that_nobody_reads_is_no_traceback(put):
    put(a_asl_json=UNKNOWN)
    reader, writer = os.pipe()
    os.close(reader)
    running = process("a.asl.json", stdout=writer)
    os.close(writer)
    _, err = running.communicate(timeout=60)
    assert (running.returncode, err) == (1, b"")
