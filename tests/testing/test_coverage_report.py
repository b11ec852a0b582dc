"""Which definitions a report is about, how counts are put together, and the forms of a report."""

import json
import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asl
from asl.testing import Coverage, CoverageReport
from asl.testing.coverage import page
from asl.testing.coverage.report import Tally
from tests.definitions import SUCCEED, catch, choice, load, map_, pass_, retry, scope, task
from tests.properties.machines import INPUT, definitions, handlers

ORDER = scope(
    Check=choice({"Variable": "$.n", "NumericGreaterThan": 10, "Next": "Big"}, Default="Pay"),
    Big=pass_(Next="Pay"),
    Pay=task("${PayArn}", Retry=[retry("Busy", MaxAttempts=1)], Catch=[catch("Sorry", "Broke")]),
    Sorry={"Type": "Fail"},
)
ORDER["States"]["Pay"] |= {"End": True}
del ORDER["States"]["Pay"]["Next"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with definitions, which is the current one."""
    monkeypatch.chdir(tmp_path)
    write("order.asl.json", ORDER)
    write("parts/other.asl.json", scope(A=pass_(), B=SUCCEED))
    write("parts/.hidden/not.asl.json", scope(A=SUCCEED))
    write("parts/node_modules/not.asl.json", scope(A=SUCCEED))
    write("parts/settings.json", {"a": 1})
    return tmp_path


def write(name, definition):
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(definition, indent=2), encoding="utf-8")


def order(source="order.asl.json", arn="pay", **options):
    return asl.load(source, substitutions={"PayArn": arn}, **options)


def pay(machine, n, *answers):
    return machine.run({"n": n}, tasks={"Pay": asl.script(*answers)})


def rows(report):
    return {each.name: each.all.shown for each in report.definitions}


# ---------------------------------------------------------------- which definitions


def test_a_definition_from_a_file_has_its_path_and_another_its_name_and_fingerprint(folder):
    with Coverage() as coverage:
        pay(order(), 1, 1)
        machine = asl.load(scope(A=SUCCEED), name="mine")
        machine.run()
    found = coverage.report().definitions
    assert [each.path for each in found] == [None, "order.asl.json"]
    assert [each.name for each in found] == [
        f"mine ({machine.definition.fingerprint[:8]})",
        "order.asl.json",
    ]


def test_a_file_outside_of_the_root_keeps_its_whole_path(folder):
    with Coverage(root="parts") as coverage:
        asl.load("parts/other.asl.json").run()
        pay(order(), 1, 1)
    assert rows(coverage.report()) == {
        "other.asl.json": "100%",
        (folder / "order.asl.json").as_posix(): "36%",
    }


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["order.asl.json"], ["order.asl.json"]),
        (["."], ["order.asl.json", "parts/other.asl.json"]),
        (["parts", "parts/other.asl.json"], ["parts/other.asl.json"]),
        (["**/o*.asl.json"], ["order.asl.json", "parts/other.asl.json"]),
        (["o*.json", Path("parts")], ["order.asl.json", "parts/other.asl.json"]),
    ],
)
def test_files_folders_and_patterns_are_reported_though_nothing_ran(folder, paths, expected):
    report = Coverage(*paths).report()
    assert rows(report) == dict.fromkeys(expected, "0%")
    assert report.percent == 0


def test_an_absolute_pattern_is_one_too(folder):
    assert rows(Coverage(f"{folder}/parts/*.asl.json").report()) == {"parts/other.asl.json": "0%"}


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("oder.asl.json", "no such file or folder"),
        ("*.asl.yml", "there is no definition"),
        ("parts/empty", r"there is no definition \(\*\.asl, "),
        ("parts/settings.json", "no definition, it has no 'States'"),
        ("parts/broken.asl.json", "parts/broken.asl.json.*Unexpected"),
    ],
)
def test_a_path_to_no_definition_is_refused(folder, path, says):
    Path("parts/empty").mkdir()
    Path("parts/broken.asl.json").write_text('{"States": ', encoding="utf-8")
    with pytest.raises(asl.UsageError, match=f"(?s){says}"):
        Coverage(path)


def test_a_definition_that_was_loaded_as_text_or_object_belongs_to_the_file_that_says_it(folder):
    with Coverage("order.asl.json") as coverage:
        pay(order(Path("order.asl.json").read_text()), 11, 1)
        pay(order(json.loads(Path("order.asl.json").read_text()), arn="other"), 1, asl.fails("X"))
        pay(order(), 1, asl.fails("Broke"))
    (only,) = coverage.report().definitions
    assert [item.missing for item in only.missing] == ["Pay: retrier Busy never retried"]
    assert only.executions == 3
    assert only.path == "order.asl.json"


def test_a_definition_that_is_no_longer_what_the_file_says_is_named_apart(folder):
    changed = json.loads(json.dumps(ORDER))
    changed["States"]["Big"]["Comment"] = "changed"
    with Coverage("order.asl.json") as coverage:
        pay(order(changed), 1, 1)
    report = coverage.report()
    assert rows(report) == {"order.asl.json": "0%"}
    assert len(report.others) == 1
    assert f"not among the files: {report.others[0]}" in str(report)


def test_without_paths_a_text_belongs_to_the_file_that_others_loaded(folder):
    with Coverage() as coverage:
        pay(order(), 1, 1)
        pay(order(Path("order.asl.json").read_text()), 1, 1)
    (only,) = coverage.report().definitions
    assert only.executions == 2


def test_a_file_that_had_other_states_in_another_run_has_a_row_for_each_form(folder):
    with Coverage() as coverage:
        pay(order(), 1, 1)
        write("order.asl.json", {**ORDER, "States": {**ORDER["States"], "More": SUCCEED}})
        with pytest.raises(asl.InvalidDefinition):
            order()
        shorter = scope(A=SUCCEED)
        write("order.asl.json", shorter)
        order().run()
    names = [each.name for each in coverage.report().definitions]
    assert len(names) == 2
    assert all(re.fullmatch(r"order\.asl\.json \([0-9a-f]{8}\)", name) for name in names)


def test_the_same_file_with_other_comments_is_one_row(folder):
    with Coverage() as coverage:
        pay(order(), 1, 1)
        write("order.asl.json", {**ORDER, "Comment": "new"})
        pay(order(), 11, 1)
    (only,) = coverage.report().definitions
    assert only.executions == 2


def test_what_is_excluded_counts_nowhere(folder):
    marked = scope(A=pass_(), B=pass_(Comment="asl: no cover"), C=SUCCEED)
    with Coverage() as coverage:
        load(A=choice({"Variable": "$.n", "IsNull": True, "Next": "Z"}, Default="Z"), Z=SUCCEED)
        asl.load(marked).run()
        asl.load({**marked, "Comment": "asl: no cover"}).run()
    (only,) = coverage.report().definitions
    assert only.states == Tally(2, 2)
    assert [item.state for item in only.excluded] == ["B", "B"]


# ---------------------------------------------------------------- figures


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_a_percentage_is_rounded_but_never_to_all_or_nothing(total, covered):
    tally = Tally(max(total, covered), covered)
    if tally.missing == 0:
        assert tally.shown == "100%"
    else:
        assert tally.shown not in ("100%", *(["0%"] if covered else []))
        assert abs(float(tally.shown[:-1]) - tally.percent) <= 1


def test_a_report_of_nothing_is_nothing():
    report = Coverage().report()
    assert report.percent == 0
    assert "no state machine ran" in str(report)
    assert isinstance(report, CoverageReport)


TABLE = """\
Definition      States  Miss  Branches  Miss  Cover
---------------------------------------------------
order.asl.json       4     2         7     4    45%
  Check: rule 1 (Big) never matched
  Big: never entered
  Pay: retrier Busy never exhausted
  Pay: catcher Broke never caught
  Sorry: never entered
---------------------------------------------------
TOTAL                4     2         7     4    45%"""


def test_the_table_names_what_is_missing(folder):
    with Coverage() as coverage:
        pay(order(), 1, asl.fails("Busy"), 1)
    report = coverage.report()
    assert str(report) == TABLE
    assert report.write("term-missing") == TABLE
    assert report.write("term") == re.sub(r"\n  .*", "", TABLE)


# ---------------------------------------------------------------- JSON, and combining


def test_json_has_the_documented_shape(folder):
    with Coverage() as coverage:
        pay(order(), 1, 1)
    said = coverage.report().write("json:out/coverage.json")
    assert said == f"ASL coverage written to {folder / 'out' / 'coverage.json'}"
    document = json.loads(Path("out/coverage.json").read_text())
    (definition,) = document.pop("definitions")
    assert document == {
        "format": "asl-coverage",
        "version": 1,
        "percent": 36.36,
        "states": {"total": 4, "covered": 2},
        "branches": {"total": 7, "covered": 2},
        "others": [],
        "warnings": [],
    }
    assert definition["items"][1] == {
        "kind": "rule",
        "state": "Check",
        "pointer": "/States/Check/Choices/0",
        "hits": 0,
    }
    assert definition["definition"] == order().definition.tree
    assert definition["missing"][0] == "Check: rule 1 (Big) never matched"
    assert {key: definition[key] for key in ("name", "machine", "path", "executions")} == {
        "name": "order.asl.json",
        "machine": "StateMachine",
        "path": "order.asl.json",
        "executions": 1,
    }


@given(st.lists(st.tuples(definitions(), st.integers(0, 50)), min_size=1, max_size=4), st.data())
@settings(max_examples=30, deadline=None)
def test_parts_that_were_saved_and_combined_are_what_one_run_would_have_counted(
    tmp_path_factory, runs, data
):
    cut = data.draw(st.integers(0, len(runs)))
    root = tmp_path_factory.mktemp("saved")

    def measured(runs):
        with Coverage(root=root) as coverage:
            for definition, salt in runs:
                asl.load(definition).run(INPUT, tasks=handlers(salt))
        return coverage.report()

    measured(runs[:cut]).write("json:first.json")
    measured(runs[cut:]).write("json:second.json")
    combined = Coverage(root=root)
    combined.combine(root / "second.json", root / "first.json")
    whole = measured(runs)
    assert str(combined.report()) == str(whole)
    assert [each.hits for each in combined.report().definitions] == [
        each.hits for each in whole.definitions
    ]


def test_what_never_ran_in_one_part_and_ran_in_another_ran(folder):
    Coverage(".").report().write("json:first.json")
    with Coverage(".") as coverage:
        pay(order(), 1, 1)
    coverage.combine("first.json")
    assert rows(coverage.report()) == {"order.asl.json": "36%", "parts/other.asl.json": "0%"}


def test_warnings_are_kept_with_what_was_saved(folder):
    first = Coverage()
    first.warn("something is missing")
    first.report().write("json:first.json")
    second = Coverage()
    second.combine("first.json", "first.json")
    assert second.report().warnings == ("something is missing",)


GOOD = {
    "format": "asl-coverage", "version": 1, "warnings": [],
    "definitions": [{
        "machine": "M", "path": None, "fingerprint": "f", "executions": 1, "definition": {},
        "items": [{"kind": "state", "pointer": "/States/A", "hits": 1}],
    }],
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is no saved coverage"),
        (json.dumps(GOOD)[:60], "is no saved coverage"),
        ("[1]", "its 'format' is not 'asl-coverage'"),
        ('{"format": "coverage"}', "its 'format' is not 'asl-coverage'"),
        ('{"format": "asl-coverage", "version": 2}', "has version 2 of the format"),
        ('{"format": "asl-coverage", "version": 1}', "is damaged: 'definitions'"),
        (json.dumps({**GOOD, "definitions": 7}), "'definitions' is 7, not of type list"),
        (json.dumps({**GOOD, "definitions": [7]}), "a definition is 7"),
        (json.dumps(GOOD).replace('"hits": 1', '"hits": "1"'), "'hits' is '1', not of type int"),
        (json.dumps(GOOD).replace('"hits": 1', '"hits": true'), "'hits' is True"),
        (json.dumps({**GOOD, "warnings": [7]}), "a warning is 7"),
    ],
)
def test_what_is_no_saved_coverage_is_refused(tmp_path, text, says):
    (tmp_path / "saved.json").write_text(text)
    with pytest.raises(asl.UsageError, match=re.escape(says)) as caught:
        Coverage().combine(tmp_path / "saved.json")
    assert "saved.json" in str(caught.value)


def test_a_saved_coverage_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(asl.UsageError, match=r"can't read the coverage in .*No such file"):
        Coverage().combine(tmp_path / "nothing.json")


# ---------------------------------------------------------------- LCOV


def test_lcov_has_the_lines_and_branches_of_a_file(folder):
    with Coverage() as coverage:
        pay(order(), 1, asl.fails("Busy"), 1)
    assert coverage.report().write("lcov") == f"ASL coverage written to {folder}/asl_coverage.lcov"
    lines = Path("order.asl.json").read_text().splitlines()
    text = Path("asl_coverage.lcov").read_text()
    found = {
        lines[int(line) - 1].strip().split(":")[0].strip('"'): int(hits)
        for line, hits in re.findall(r"^DA:(\d+),(\d+)$", text, re.MULTILINE)
    }
    assert found.pop("{") == 0  # of the rule, and the catcher
    assert found == {
        "Check": 1, "Default": 1, "Big": 0, "Next": 0, "Pay": 1, "End": 1, "Sorry": 0,
    }  # fmt: skip
    home = {name: number for number, line in enumerate(lines, 1) for name in [line.strip()[1:-4]]}
    assert re.findall(r"^BRDA:(.*)$", text, re.MULTILINE) == [
        f"{home['Check']},0,0,0",
        f"{home['Check']},0,1,1",
        f"{home['Big']},1,0,-",
        f"{home['Pay']},2,0,1",
        f"{home['Pay']},2,1,0",
        f"{home['Pay']},2,2,0",
        f"{home['Pay']},2,3,1",
    ]
    assert text.startswith("TN:\nSF:order.asl.json\n")
    assert "\nBRF:7\nBRH:3\n" in text
    assert text.endswith("end_of_record\n")
    figures = re.findall(r"^DA:\d+,(\d+)$", text, re.MULTILINE)
    assert f"\nLF:{len(figures)}\nLH:{len(figures) - figures.count('0')}\n" in text


def test_branches_of_a_state_with_states_inside_stay_in_one_block(folder):
    each = map_(scope(A=pass_()), ItemsPath="$", Catch=[catch("Z")])
    write("map.asl.json", scope(M=each, Z=SUCCEED))
    with Coverage() as coverage:
        asl.load("map.asl.json").run([1])
    coverage.report().write("lcov:out.lcov")
    blocks = re.findall(r"^BRDA:(\d+),(\d+),", Path("out.lcov").read_text(), re.MULTILINE)
    assert len(blocks) == 4
    assert len(set(blocks)) == 2


def test_a_definition_without_lines_is_left_out_of_lcov_aloud(folder):
    with Coverage() as coverage:
        asl.load(scope(Mine=SUCCEED), name="mine").run()
        pay(order(), 1, 1)
        asl.load("parts/other.asl.json").run()
    write("order.asl.json", scope(A=SUCCEED))
    Path("parts/other.asl.json").unlink()
    said = coverage.report().write("lcov").splitlines()[1:]
    assert len(said) == 3
    assert re.fullmatch(r"  mine \(.*\) has no lines: it was not loaded from a file", said[0])
    assert said[1:] == [
        "  order.asl.json is not what ran: the file has changed or is gone",
        "  parts/other.asl.json is not what ran: the file has changed or is gone",
    ]
    assert Path("asl_coverage.lcov").read_text() == ""


def test_lcov_of_yaml_has_its_lines(folder):
    Path("m.asl.yaml").write_text("StartAt: A\nStates:\n  A:\n    Type: Pass\n    End: true\n")
    with Coverage() as coverage:
        asl.load("m.asl.yaml").run()
    coverage.report().write("lcov")
    assert "DA:3,1\nDA:5,1\n" in Path("asl_coverage.lcov").read_text()


# ---------------------------------------------------------------- the page


class Page(HTMLParser):
    """The rows of tables, with their class, and everything that asks for something from outside."""

    def __init__(self, text):
        super().__init__()
        self.rows, self.outside, self.text, self.is_in_row = [], [], "", False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "tr":
            self.is_in_row = True
            self.rows.append([given.get("class"), ""])
        links = [given[key] for key in ("src", "href") if key in given]
        self.outside += [link for link in links if not link.startswith("#")]

    def handle_data(self, data):
        self.text += data
        if self.is_in_row and data.strip():
            self.rows[-1][1] += f" {data.strip()}"

    def handle_endtag(self, tag):
        self.is_in_row = self.is_in_row and tag != "tr"


@pytest.fixture
def no_pictures(monkeypatch):
    def svg(_definition, *, classes):
        raise asl.MissingExtra("graph", "an SVG")

    monkeypatch.setattr(page, "svg", svg)


def test_the_page_shows_each_item_in_its_colour_and_needs_nothing_beside_it(folder, no_pictures):
    with Coverage() as coverage:
        pay(order(), 1, asl.fails("Busy"), 1)
        asl.load(
            scope(A=pass_(), B=task("work", Comment="asl: no cover"), C=SUCCEED), name="<b>&</b>"
        ).run(tasks={"work": lambda _: 1})
    assert coverage.report().write("html") == (
        f"ASL coverage written to {folder / 'asl_htmlcov' / 'index.html'}"
    )
    shown = Page(Path("asl_htmlcov/index.html").read_text(encoding="utf-8"))
    assert shown.outside == []
    assert "<b>&</b> (" in shown.text
    for row in (
        ["partly", " Check Choice 1"],
        ["missing", " rule 1 (Big) matched 0"],
        ["covered", " Default (Pay) taken 1"],
        ["missing", " Big Pass 0"],
        ["partly", " Pay Task 1"],
        ["covered", " retrier Busy retried 1"],
        ["missing", " retrier Busy exhausted 0"],
        ["excluded", " B Task excluded"],
        ["covered", " C Succeed 1"],
    ):
        assert row in shown.rows


def test_the_page_has_the_picture_where_pictures_can_be_drawn(folder, monkeypatch):
    asked = []

    def svg(definition, *, classes):
        asked.append((definition, classes))
        return "<svg class='drawn'></svg>"

    monkeypatch.setattr(page, "svg", svg)
    with Coverage() as coverage:
        machine = order()
        pay(machine, 1, asl.fails("Busy"), 1)
    coverage.report().write("html:page")
    assert "<svg class='drawn'></svg>" in Path("page/index.html").read_text()
    assert asked == [
        (
            machine.definition.tree,
            {
                "/States/Check": "partly",
                "/States/Check/Choices/0": "missing",
                "/States/Check/Default": "covered",
                "/States/Big": "missing",
                "/States/Big/Next": "missing",
                "/States/Pay": "partly",
                "/States/Pay/Retry/0": "partly",
                "/States/Pay/Catch/0": "missing",
                "/States/Pay/End": "covered",
                "/States/Sorry": "missing",
            },
        )
    ]


@given(definitions(), st.integers(0, 50))
@settings(max_examples=15, deadline=None)
def test_whatever_has_coverage_can_be_drawn(definition, salt):
    pytest.importorskip("pygraphviz")
    with Coverage() as coverage:
        asl.load(definition).run(INPUT, tasks=handlers(salt))
    assert page.page_of(coverage.report()).count("<svg") == 1


def test_the_page_needs_jinja(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(asl.MissingExtra, match=r"asl-interpreter\[testing\]"):
        Coverage().report().write("html")


# ---------------------------------------------------------------- asking for a form


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ("trem", "not 'trem'; did you mean 'term'?"),
        ("xml", "one of term, term-missing, html, json, lcov, not 'xml'"),
        ("term:out.txt", "term is printed"),
        ("json:", "names no file"),
        ("", "not ''"),
    ],
)
def test_a_form_that_does_not_exist_is_refused(form, says):
    with pytest.raises(asl.UsageError, match=re.escape(says)):
        Coverage().report().write(form)


def test_a_file_that_can_not_be_written_is_said(folder):
    with pytest.raises(asl.UsageError, match=r"can't write the coverage to .*parts"):
        Coverage().report().write("json:parts")
