"""The settings of ``pyproject.toml``: what is read, from where, and what is refused."""

from pathlib import Path

import pytest

from asl.cli.settings import FileSettings, Settings, load_settings
from asl.errors import UsageError


@pytest.fixture
def place(tmp_path):
    """A folder three levels below one that has the settings."""
    (tmp_path / "pyproject.toml").write_text("[tool.asl]\n", encoding="utf-8")
    folder = tmp_path / "a" / "b" / "c"
    folder.mkdir(parents=True)
    return folder


def write(folder, text):
    (folder / "pyproject.toml").write_text(text, encoding="utf-8")


def test_the_nearest_file_upwards_that_has_settings_counts(place):
    write(place.parents[1], '[tool.asl]\nignore = ["ASL-113"]\n')
    write(place.parents[0], "[tool.ruff]\nignore = []\n")
    found = load_settings(place)
    assert found.ignore == {"ASL-113"}
    assert found.folder == place.parents[1]


def test_without_a_file_nothing_is_set(place, monkeypatch):
    monkeypatch.setattr(Path, "is_file", lambda _: False)
    assert load_settings(place) == Settings()


def test_everything_that_can_be_set(place):
    write(
        place,
        """
        [tool.asl]
        ignore = ["ASL-113", "Shadowed-Rule"]
        enable = ["asl-356"]
        extensions = true

        [tool.asl.per-file."legacy/**/*.asl.json"]
        ignore = ["ASL-903"]
        type = "EXPRESS"

        [tool.asl.per-file]
        "*.asl.yaml" = {type = "STANDARD"}
        """,
    )
    assert load_settings(place) == Settings(
        folder=place,
        ignore=frozenset(("ASL-113", "ASL-906")),
        enable=frozenset(("ASL-356",)),
        extensions=True,
        per_file=(
            FileSettings("legacy/**/*.asl.json", frozenset(("ASL-903",)), "EXPRESS"),
            FileSettings("*.asl.yaml", frozenset(), "STANDARD"),
        ),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[tool.asl]\nignor = []", "tool.asl: there is no key 'ignor'; did you mean 'ignore'?"),
        (
            "[tool.asl]\nqq = 1",
            "there is no key 'qq' (known: ignore, enable, extensions, per-file)",
        ),
        ("[tool]\nasl = 5", "tool.asl is a table, not 5"),
        ("tool = 5", "tool.asl is a table, not 5"),
        ('[tool.asl]\nignore = "ASL-113"', "ignore is a list of rules, not 'ASL-113'"),
        ("[tool.asl]\nignore = [113]", "ignore is a list of rules, not [113]"),
        ('[tool.asl]\nignore = ["ASL-207"]', "tool.asl.ignore: ASL-207 (missing-target) can't be"),
        ('[tool.asl]\nenable = ["nonsense"]', "tool.asl.enable: there is no rule 'nonsense'"),
        ("[tool.asl]\nextensions = 1", "extensions is true or false, not 1"),
        ("[tool.asl]\nper-file = 1", "per-file is a table, not 1"),
        ('[tool.asl.per-file]\n"a" = 1', 'tool.asl.per-file."a": a table is expected, not 1'),
        (
            '[tool.asl.per-file."a"]\ntyp = 1',
            "tool.asl.per-file.\"a\": there is no key 'typ'; did you mean 'type'?",
        ),
        ('[tool.asl.per-file."a"]\ntype = "X"', "type is one of STANDARD, EXPRESS, not 'X'"),
        (
            '[tool.asl.per-file."a"]\nignore = ["ASL-201"]',
            'tool.asl.per-file."a".ignore: ASL-201 (state-type) can\'t be ignored',
        ),
        ("[tool.asl", "Expected"),
    ],
)
def test_what_is_wrong_is_refused_with_the_file_and_the_key(place, text, message):
    write(place, text)
    with pytest.raises(UsageError) as caught:
        load_settings(place)
    assert str(caught.value).startswith(f"{place / 'pyproject.toml'}: ")
    assert message in str(caught.value)


def test_a_file_that_is_no_text_is_refused(place):
    (place / "pyproject.toml").write_bytes(b"\xff")
    with pytest.raises(UsageError, match=r"pyproject\.toml: .*utf-8"):
        load_settings(place)


@pytest.mark.parametrize(
    ("pattern", "meant", "not_meant"),
    [
        ("a.asl.json", ["a.asl.json", "x/y/a.asl.json"], ["ba.asl.json", "a.asl.json/b"]),
        ("*.asl.json", ["a.asl.json", "x/y/a.asl.json", ".asl.json"], ["a.asl.yaml"]),
        ("legacy/*.json", ["legacy/a.json"], ["x/legacy/a.json", "legacy/x/a.json"]),
        ("legacy/**", ["legacy/a.json", "legacy/x/a.json"], ["legacy", "x/legacy/a.json"]),
        ("legacy/**/a.json", ["legacy/a.json", "legacy/x/y/a.json"], ["legacy/ba.json"]),
        ("**/old/*", ["old/a", "x/old/a", "x/y/old/a"], ["x/old/y/a", "bold/a"]),
        ("v?.json", ["v1.json", "x/v2.json"], ["v.json", "v12.json", "v/.json"]),
        ("a[1]+.json", ["a[1]+.json"], ["a1.json", "a11.json"]),
        ("*", ["a", "x/a", "a\nb"], []),
    ],
)
def test_a_pattern_means_files_as_a_shell_would_say(pattern, meant, not_meant):
    each = FileSettings(pattern)
    assert [name for name in meant if not each.has(name)] == []
    assert [name for name in not_meant if each.has(name)] == []


def test_patterns_add_up_and_the_last_type_counts():
    both = Settings(
        Path("/p"),
        frozenset(("ASL-113",)),
        per_file=(
            FileSettings("old/**", frozenset(("ASL-903",)), "EXPRESS"),
            FileSettings("*.json", frozenset(("ASL-906",)), "STANDARD"),
            FileSettings("*.json", frozenset(("ASL-906",))),
        ),
    )
    assert both.ignore_in(Path("/p/old/a.json")) == {"ASL-113", "ASL-903", "ASL-906"}
    assert both.type_of(Path("/p/old/a.json")) == "STANDARD"
    assert both.type_of(Path("/p/old/a.yaml")) == "EXPRESS"
    assert both.ignore_in(Path("/p/a.yaml")) == {"ASL-113"}
    assert both.type_of(Path("/p/a.yaml")) is None


def test_a_file_elsewhere_has_no_settings_of_its_own():
    settings = Settings(Path("/p"), per_file=(FileSettings("*", frozenset(), "EXPRESS"),))
    assert settings.type_of(Path("/q/a.json")) is None


def test_names_are_relative_to_the_folder_of_the_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = Settings(
        Path.cwd().parent, per_file=(FileSettings(f"{tmp_path.name}/a", frozenset(), "EXPRESS"),)
    )
    assert settings.type_of(Path("a")) == "EXPRESS"
