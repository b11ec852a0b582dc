"""`asl graph`: what goes in, what is drawn where, and what is refused."""

import io
import json
import sys

import pytest

import asl
from asl import pictures
from asl.cli import main
from tests.definitions import pass_, scope, task, wait
from tests.pictures.drawn import read_svg, texts

DEFINITION = scope(A=pass_(), W=wait(90), B=task("${Pay}"))
POINTERS = {"/States/A": "covered", "/States/B": "missing"}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a definition; we stand in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "order.asl.json").write_text(json.dumps(DEFINITION), encoding="utf-8")
    return tmp_path


def draw(capsys, *arguments):
    assert main(["graph", *arguments]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return out


def refused(capsys, *arguments):
    assert main(["graph", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    return err


@pytest.mark.parametrize("form", ["mermaid", "dot", "svg", "html"])
def test_each_format_is_printed(folder, capsys, form):
    expected = getattr(pictures, form)(DEFINITION, title="order")
    assert draw(capsys, "order.asl.json", "--format", form) == expected


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("a.svg", "<svg"), ("a.HTML", "<!DOCTYPE html>"), ("a.dot", "digraph"), ("a.mmd", "---"),
        ("a", "---"),
    ],
)  # fmt: skip
def test_the_name_of_the_file_says_the_format(folder, capsys, name, start):
    assert draw(capsys, "order.asl.json", "-o", name) == ""
    assert (folder / name).read_text(encoding="utf-8").startswith(start)


def test_the_format_is_stronger_than_the_name(folder, capsys):
    draw(capsys, "order.asl.json", "-o", "order.md", "--format", "mermaid", "--title", "")
    assert (folder / "order.md").read_text(encoding="utf-8").startswith("flowchart TB")


def test_placeholders_are_filled(folder, capsys):
    assert "lambda $" in draw(capsys, "order.asl.json")
    assert "lambda pay" in draw(capsys, "order.asl.json", "--set", "Pay=pay")


def test_direction_and_title(folder, capsys):
    out = draw(capsys, "order.asl.json", "--direction", "LR", "--title", "Orders")
    assert 'title: "Orders"' in out
    assert "flowchart LR" in out


def test_a_definition_on_standard_input(folder, capsys, monkeypatch):
    text = io.TextIOWrapper(io.BytesIO(json.dumps(DEFINITION).encode()))
    monkeypatch.setattr(sys, "stdin", text)
    assert draw(capsys, "-") == pictures.mermaid(DEFINITION)


def test_a_run_is_drawn(folder, capsys):
    result = asl.load({**DEFINITION}).run(tasks={"B": lambda _: 1})
    (folder / "run.json").write_text(result.to_json(), encoding="utf-8")
    out = draw(capsys, "order.asl.json", "--run", "run.json", "--format", "svg")
    assert "SUCCEEDED after 1 min 30 s" in texts(read_svg(out))


def test_what_asl_run_prints_is_drawn(folder, capsys):
    (folder / "short.asl.json").write_text(json.dumps(scope(A=pass_())), encoding="utf-8")
    assert main(["run", "short.asl.json", "--json"]) == 0
    (folder / "run.json").write_text(capsys.readouterr().out, encoding="utf-8")
    assert "==>" in draw(capsys, "short.asl.json", "--run", "run.json")


def test_coverage_is_drawn(folder, capsys):
    (folder / "coverage.json").write_text(json.dumps(POINTERS), encoding="utf-8")
    out = draw(capsys, "order.asl.json", "--coverage", "coverage.json", "--format", "svg")
    assert {"covered", "not covered"} <= set(texts(read_svg(out)))


def test_a_file_that_is_not_there(folder, capsys):
    assert "no such file: other.asl.json" in refused(capsys, "other.asl.json")
    said = refused(capsys, "order.asl.json", "--run", "no.json")
    assert "--run no.json: No such file" in said
    said = refused(capsys, "order.asl.json", "-o", "no/where.svg")
    assert "--output no/where.svg: No such file" in said


@pytest.mark.parametrize(
    ("option", "content", "says"),
    [
        ("--run", '{"events": [', "--run file.json is not JSON"),
        ("--run", "[]", "'events'"),
        ("--run", '{"events": [{"id": 2, "type": "PassStateEntered"}]}', "event 1 is missing"),
        ("--coverage", "[]", "an object of pointers is needed, this is a list"),
        ("--coverage", '{"/States/C": "covered"}', "points at no state"),
        ("--coverage", '{"/States/A": "hit"}', "'missing', not 'hit'"),
        ("--coverage", '{"/States/A": {}}', "not {}"),
        ("--coverage", "null", "this is a NoneType"),
        ("--coverage", "\ud800", "is not JSON"),
    ],
)
def test_a_file_that_does_not_fit(folder, capsys, option, content, says):
    (folder / "file.json").write_bytes(content.encode("utf-8", "surrogatepass"))
    assert says in refused(capsys, "order.asl.json", option, "file.json")


def test_a_name_that_says_no_format(folder, capsys):
    said = refused(capsys, "order.asl.json", "-o", "order.png")
    assert "'.png' says no format" in said
    assert not (folder / "order.png").exists()


def test_a_definition_that_is_cut_off(folder, capsys):
    (folder / "cut.asl.json").write_text('{"StartAt": "A", "Sta', encoding="utf-8")
    assert "cut.asl.json:1" in refused(capsys, "cut.asl.json")
