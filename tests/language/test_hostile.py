"""Bad input is answered with bounded work and memory, however large or crooked it is.

Work is counted, not timed: the calls of a check, which the profiler of the interpreter counts. The
largest texts are checked in a process of their own, with a bound on memory and a generous one on
time, so that what runs away fails instead of stopping everything. Coverage is not measured where
much work is done: the rules have tests of their own, and tracing makes it several times as slow.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from asl.checking import check
from asl.language.diagnostics import MOST_DIAGNOSTICS
from asl.language.rules import shape
from asl.language.sentences import faults_of
from asl.language.source import MAX_SIZE, Text
from tests.language.hostile import CASES, END, TEST, choice, jsonata, machine, template

REPOSITORY = Path(__file__).resolve().parents[2]


def work_of(source):
    """How many calls a check makes, and what it says."""
    calls = 0

    def count(_frame, event, _argument):
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        report = check(source)
    finally:
        sys.setprofile(before)
    return calls, report


@pytest.mark.no_cover
@pytest.mark.parametrize("name", CASES)
def test_work_grows_no_faster_than_the_text(name):
    make, rules = CASES[name]
    small, large = make(300), make(1200)
    check(small)  # what is kept after the first time is no work of the second
    first, _ = work_of(small)
    second, report = work_of(large)
    growth = len(large) / len(small)
    assert second <= 1.3 * growth * first + 20_000, (first, second)
    told = {one.rule for one in report.diagnostics} - {"ASL-000"}
    assert told <= set(rules), told
    assert len(report.diagnostics) <= MOST_DIAGNOSTICS + 1
    assert len(str(report)) < 1_000_000


@pytest.mark.parametrize(
    "name",
    [
        "states_with_the_same_fault",
        "rules_with_the_same_fault",
        "empty_rules",
        "states_without_a_next",
    ],
)
def test_nobody_asks_for_more_faults_than_are_told(name, monkeypatch):
    asked = []

    def ask(*given):
        asked.append(given)
        return faults_of(*given)

    monkeypatch.setattr(shape, "faults_of", ask)
    check(CASES[name][0](3 * MOST_DIAGNOSTICS))
    assert MOST_DIAGNOSTICS / 2 < len(asked) <= 2 * MOST_DIAGNOSTICS


# ---------------------------------------------------------------- as large as a definition may be


def as_large_as_may_be(name):
    make, _ = CASES[name]
    step = (len(make(1100)) - len(make(1000))) / 100 or 1
    count = int(MAX_SIZE * 0.95 / step)
    while len(text := make(count)) > MAX_SIZE:
        count = int(count * 0.9)
    return text


SCRIPT = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
from tests.language.test_hostile import as_large_as_may_be
from asl.checking import check
text = as_large_as_may_be(sys.argv[1])
report = check(text)
str(report), report.to_aws()
print(len(text), len(report.diagnostics))
"""


#: Those in which the most is done; others have been measured by hand.
LARGEST = (
    "states_in_a_chain",
    "states_without_a_way_to_them",
    "states_with_the_same_fault",
    "states_that_lead_nowhere",
    "states_with_a_misspelt_next",
    "comments_that_silence",
    "empty_rules",
    "rules_of_a_choice",
    "variables_of_an_outer_scope",
    "steps_of_a_path",
    "digits",
    "yaml_aliases",
)


@pytest.mark.parametrize("name", LARGEST)
def test_a_megabyte_is_answered(name):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, name],
        cwd=REPOSITORY,
        timeout=60,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    size, told = map(int, done.stdout.split())
    assert size > MAX_SIZE / 2
    assert told <= MOST_DIAGNOSTICS + 1


# ---------------------------------------------------------------- single crooked texts


def nested(value, depth, *keys):
    for number in range(depth):
        value = {keys[number % len(keys)]: value}
    return value


def bomb(levels):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, levels)]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("source", "rules"),
    [
        (b"", {"ASL-001"}),
        (b"\xef\xbb\xbf", {"ASL-001"}),
        (b"\x00" * 1000, {"ASL-002"}),
        (b'{"a": NaN}', {"ASL-002"}),
        (b'{"a": -Infinity}', {"ASL-002"}),
        (b'{"a": 1e999}', {"ASL-002"}),
        (b'{"a": "\x00"}', {"ASL-002"}),
        (b'{"a": "\xff"}', {"ASL-002"}),
        (b"{" + b" " * 100_000, {"ASL-002"}),
        (b"[" * 10_000, {"ASL-006"}),
        (b"a: " + b"[" * 10_000 + b"\n", {"ASL-006"}),
        (b"a: " + b"{a: " * 10_000 + b"\n", {"ASL-006"}),
        (b"a: &a [*a]\n", {"ASL-002"}),
        (b"a: &a {b: &b {c: *a}}\n", {"ASL-002"}),
        (b"a:\n\tb: 1\n", {"ASL-002"}),
        (b"StartAt: A\nStartAt: A\nStates: {A: {Type: Succeed}}\n", {"ASL-005"}),
        (
            b'{"StartAt": "A", "States": {"A": {"Type": "Fail"}, "A": {"Type": "Succeed"}}}',
            {"ASL-005"},
        ),
        (bomb(40).encode(), {"ASL-002"}),
        (b"a: !!python/object/apply:os.system [true]\n", {"ASL-002"}),
        (b" " * (MAX_SIZE + 1), {"ASL-004"}),
        ({"a": "x" * (MAX_SIZE + 1)}, {"ASL-004"}),
        ({"a": nested(1, 100_000, "a")}, {"ASL-006"}),
        ({"a": float("nan")}, {"ASL-002"}),
        ({1: 2}, {"ASL-002"}),
        ({"a": {1, 2}}, {"ASL-002"}),
        ({"a": 10**5000}, {"ASL-002"}),
    ],
)
def test_what_can_not_be_read_is_told_once(source, rules):
    report = check(source)
    assert {one.rule for one in report.diagnostics} == rules
    assert len(report.diagnostics) == 1
    assert not report.is_valid


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"]
)
def test_every_encoding_of_json_is_read(encoding):
    assert check(machine({"A": END}).encode(encoding)).diagnostics == ()


def test_a_dict_that_holds_itself_is_answered():
    tree = {"StartAt": "A", "States": {}}
    tree["States"]["A"] = tree
    assert [one.rule for one in check(tree).diagnostics] == ["ASL-006"]


@pytest.mark.parametrize("depth", [20, 60, 97])
def test_rules_inside_of_rules_are_looked_at(depth):
    rule = nested({"Variable": "$.a", "NumericEquals": "1"}, depth, "Not")
    assert [one.rule for one in check(choice([{**rule, "Next": "E"}])).errors] == ["ASL-345"]


@pytest.mark.parametrize("depth", [120, 150, 185])
def test_what_is_nested_deeper_than_it_can_be_run_is_told(depth):
    deep_rule = choice([{**nested(TEST, depth, "Not"), "Next": "E"}])
    deep_template = template(nested({"a.$": "$.b"}, depth, "a"))
    deep_output = machine(
        {"A": {"Type": "Pass", "Output": nested("{% 1 %}", depth, "a"), "End": True}},
        QueryLanguage="JSONata",
    )
    for text in (deep_rule, deep_template, deep_output):
        assert [one.rule for one in check(text).diagnostics] == ["ASL-901"]


def test_machines_inside_of_machines_are_looked_at():
    inner = {"StartAt": "Z", "States": {"Z": {"Type": "Pass", "Next": "nowhere"}}}
    for number in range(45):
        inner = {
            "StartAt": f"P{number}",
            "States": {f"P{number}": {"Type": "Parallel", "Branches": [inner], "End": True}},
        }
    (error,) = check(json.dumps(inner)).errors
    assert error.rule == "ASL-207"
    assert error.pointer.endswith("/States/Z/Next")


@pytest.mark.no_cover
def test_a_state_that_yaml_repeats_is_looked_at_each_time_but_not_told_without_end():
    text = "StartAt: S0\nStates:\n  S0: &s {Type: Pass, Nxt: 1, Next: S0}\n" + "".join(
        f"  S{n}: *s\n" for n in range(1, 20_000)
    )
    report = check(Text(text, suffix=".yaml"))
    assert len(report.diagnostics) <= MOST_DIAGNOSTICS + 1


NESTED = (
    ("(", ")"),
    ("[", "]"),
    ('{"a":', "}"),
    ("$sum(", ")"),
    ("function($x){", "}"),
    ("-", ""),
    ("1?", ":1"),
    ("a.(", ")"),
)
CHAINED = (
    "+1",
    "&'a'",
    " and true",
    ".a",
    "[0]",
    "~>$sum",
    ";1",
    ",1",
    "?1:true",
    "^(a)",
    "{'a': 1}",
    "@$i.a",
    "#$i",
)


LONG = [pytest.param(count, marks=pytest.mark.no_cover) for count in (5000, 10_000, 60_000)]


@pytest.mark.parametrize("count", [10, 100, 450, 1000, 2000, *LONG])
@pytest.mark.parametrize("form", [*NESTED, *CHAINED], ids=str)
def test_an_expression_is_read_or_told_as_not_run_however_long_it_is(form, count):
    text = (
        f"({'1'}{form * count})"
        if isinstance(form, str)
        else f"{form[0] * count}1{form[1] * count}"
    )
    told = {one.rule for one in check(jsonata(text)).diagnostics}
    # some are no JSONata, some are not nested; what is nested deep is not run
    assert told <= {"ASL-701", "ASL-702", "ASL-708", "ASL-901"}
    assert isinstance(form, str) or count < 10_000 or told == {"ASL-901"}


@pytest.mark.no_cover
def test_many_broken_expressions_are_not_all_parsed():
    outputs = ["{% $sum( %}"] * 3000
    text = machine({"A": {"Type": "Pass", "Output": outputs, "End": True}}, QueryLanguage="JSONata")
    report = check(text)
    assert len(report.diagnostics) == MOST_DIAGNOSTICS + 1
