"""Which files are meant by paths."""

import sys
from pathlib import Path

import pytest

from asl.cli.finding import Found, find_definitions
from asl.errors import UsageError


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}", encoding="utf-8")


def names(*paths):
    return [each.name for each in find_definitions(paths)]


def test_a_folder_is_searched_for_definitions_and_they_are_sorted(folder):
    kinds = ["z.asl.json", "b.asl.yaml", "b.asl.yml", "b.asl"]
    put(folder, *kinds, "x/a.asl.json", "x/y/a.asl.json", "c.json", "d.yaml", "asl.json", "aasl")
    assert names(".") == [
        "b.asl",
        "b.asl.yaml",
        "b.asl.yml",
        "x/a.asl.json",
        "x/y/a.asl.json",
        "z.asl.json",
    ]


def test_what_is_hidden_or_of_others_is_passed_over(folder):
    put(folder, ".venv/a.asl.json", "x/.git/a.asl.json", "node_modules/m/a.asl.json", ".a.asl.json")
    put(folder, "a.asl.json")
    assert names(".") == ["a.asl.json"]


def test_what_is_named_is_checked_whatever_it_is_called(folder):
    put(folder, "order.txt", ".hidden/a.asl.json")
    assert names("order.txt", ".hidden/a.asl.json", ".hidden") == [
        "order.txt",
        ".hidden/a.asl.json",
    ]


def test_the_order_is_that_of_the_paths_and_each_file_is_there_once(folder):
    put(folder, "b/x.asl.json", "b/y.asl.json", "a.asl.json")
    assert names("b/y.asl.json", "b", "-", ".", str(folder / "a.asl.json"), "-") == [
        "b/y.asl.json",
        "b/x.asl.json",
        "<stdin>",
        "a.asl.json",
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_a_link_to_a_file_is_the_file(folder):
    put(folder, "a.asl.json")
    (folder / "b.asl.json").symlink_to("a.asl.json")
    assert names(".") == ["a.asl.json"]


def test_a_name_is_relative_to_the_current_folder_if_it_stands_in_there(folder, monkeypatch):
    put(folder, "a.asl.json", "x/b.asl.json")
    assert names(str(folder / "a.asl.json")) == ["a.asl.json"]
    monkeypatch.chdir(folder / "x")
    assert names(str(folder / "a.asl.json")) == [(folder / "a.asl.json").as_posix()]
    assert names("../a.asl.json") == ["../a.asl.json"]
    assert names(str(folder / "x")) == ["b.asl.json"]


@pytest.mark.parametrize("path", ["nowhere", "nowhere/a.asl.json", "a.asl.json/b", "\0"])
def test_a_path_that_leads_nowhere_is_refused(folder, path):
    put(folder, "a.asl.json")
    with pytest.raises(UsageError, match="no such file or folder"):
        find_definitions([path])


def test_a_folder_without_a_definition_is_refused(folder):
    put(folder, "x/a.json")
    with pytest.raises(UsageError) as caught:
        find_definitions(["x"])
    assert str(caught.value) == (
        "there is no definition in the folder 'x' (*.asl, *.asl.json, *.asl.yaml, *.asl.yml)"
    )


def test_a_path_that_can_not_be_asked_about_is_left_to_the_checker(folder, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "is_dir", refuse)
    assert find_definitions(["x/a.asl.json"]) == [Found(Path("x/a.asl.json"))]
