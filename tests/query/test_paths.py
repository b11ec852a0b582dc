"""Paths: what definite ones find and how they fail, and where reference paths put a value."""

import copy
import subprocess
import sys

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from asl.errors import JSONPathError, QuerySyntaxError
from asl.jsontypes import MAX_DEPTH, size_bytes
from asl.query import paths
from asl.query.javalike import JavaRandom
from asl.query.path_text import UnsupportedPathError
from asl.query.paths import (
    compile_path,
    compile_reference_path,
    invalid_path,
    is_definite,
    single_key,
)


class Env:
    """Where queries are evaluated."""

    def __init__(self, variables=None, values=None):
        self.variables = variables or {}
        self.values = values or {}
        self.random = JavaRandom(0)

    def context(self):
        return self.values


DATA = {
    "a": {"b": {"c": 1}, "null": None, "b c": 2},
    "list": [{"x": 1}, {"x": 2}, "text"],
    "text": "abc",
    "true": True,
    "0": "zero",
    'Test\\""Name"': "quoted",
    "it's": 3,
    "ключ": 4,
    "é-1": 5,
    "1a": 6,
    "🆗": 7,
    "": 8,
    "a.b": 9,
    "a]b": 10,
}
ENV = Env(variables={"v": {"a": [1]}, "x_1": None}, values={"Execution": {"Id": "arn"}})


def find(text, data=DATA, env=ENV):
    return compile_path(text).evaluate(data, env)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$.a.b.c", 1),
        ("$.a.b", {"c": 1}),
        ("$.a.null", None),
        ("$['a']['b']['c']", 1),
        ('$["a"].b["c"]', 1),
        ("$.a['b c']", 2),
        ("$.a.['b c']", 2),
        ("$[ 'a' ].b", {"c": 1}),
        ("$.list[0].x", 1),
        ("$.list.[1].x", 2),
        ("$.list[ 1 ].x", 2),
        ("$.list[(@.length-1)]", "text"),
        ("$.list[(@.length - 3)].x", 1),
        ("$.list[(@.size()-2)].x", 2),
        ("$.true", True),
        ("$.0", "zero"),
        ("$['0']", "zero"),
        ('$[\'Test\\""Name"\']', "quoted"),  # recorded: no escapes inside of quotes
        ('$["it\'s"]', 3),
        ("$.ключ", 4),
        ("$.é-1", 5),
        ("$.1a", 6),
        ("$.🆗", 7),
        ("$['']", 8),
        ("$['a.b']", 9),
        ("$['a]b']", 10),
        ("$.a.b.c ", 1),
        ("$['0','text', 'missing']", {"0": "zero", "text": "abc"}),
        ("$.a.b['c', 'd']", {"c": 1}),
        ("$.a['x', 'y']", {}),
        ("$$", {"Execution": {"Id": "arn"}}),
        ("$$.Execution.Id", "arn"),
        ("$$['Execution', 'State']", {"Execution": {"Id": "arn"}}),
        ("$v", {"a": [1]}),
        ("$v.a[0]", 1),
        ("$v['a']", [1]),
        ("$x_1", None),
    ],
)
def test_a_definite_path_finds_its_node(text, value):
    assert is_definite(text)
    assert find(text) == value


@pytest.mark.parametrize("data", [{}, [], "text", 0, None, True])
def test_the_root_is_the_very_same_object(data):
    assert find("$", data) is data
    assert find("$ ", data) is data


def test_nothing_is_copied():
    assert find("$.a.b") is DATA["a"]["b"]
    assert find("$v.a") is ENV.variables["v"]["a"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("$.x", "No results for path: $['x']"),  # recorded
        ("$.no.such.result.path", "Missing property in path $['no']"),  # recorded
        ("$.a.b.x", "No results for path: $['a']['b']['x']"),
        ("$.a.x.y.z", "Missing property in path $['a']['x']"),
        ("$.list.x", "Property ['x'] not found in path $['list']"),
        ("$.text.x", "Property ['x'] not found in path $['text']"),
        ("$.true.x.y", "Property ['x'] not found in path $['true']"),
        ("$.a.null.x", "Property ['x'] not found in path $['a']['null']"),
        ("$.list[3]", "Index out of bounds when evaluating path $['list'][3]"),
        ("$.list[9].x", "Index out of bounds when evaluating path $['list'][9]"),
        ("$.list[-1]", "Index out of bounds when evaluating path $['list'][-1]"),
        ("$.list[(@.length-4)]", "Index out of bounds when evaluating path $['list'][@.size()-4]"),
        ("$.list[(@.length-0)]", "Index out of bounds when evaluating path $['list'][@.size()-0]"),
        ("$.a.null[0]", "The path $['a']['null'] is null"),
        (
            "$.a.b[0].x",
            "Filter: [0]['x'] can only be applied to arrays. Current context is: {\"c\":1}",
        ),
        ("$.text[0]", 'Filter: [0] can only be applied to arrays. Current context is: "abc"'),
        ("$.true[0]", "Filter: [0] can only be applied to arrays. Current context is: true"),
        ("$.list['a', 'b']", "Property ['a', 'b'] not found in path $['list']"),
        ("$.list[0].y['a', 'b']", "No results for path: $['list'][0]['y']"),
        ("$$.Task.Token", "Missing property in path $['Task']"),
        ("$v.b", "No results for path: $['v']['b']"),
        ("$never", "No results for path: $['never']"),
        ("$never.x", "Missing property in path $['never']"),
        ("$never[*]", "No results for path: $['never']"),
    ],
)
def test_a_definite_path_that_finds_nothing_says_where_it_ended(text, reason):
    seen = []

    def missing(*arguments):
        seen.append(arguments)
        return JSONPathError("chosen by the caller")

    with pytest.raises(JSONPathError, match="chosen by the caller") as caught:
        compile_path(text, missing).evaluate(DATA, ENV)
    assert seen == [(text, DATA, reason)]
    assert caught.value.__cause__ is None
    with pytest.raises(JSONPathError) as caught:
        find(text)
    assert str(caught.value) == f"Invalid path '{text}' : {reason}"


def test_a_reason_is_only_looked_for_where_there_is_one():
    with pytest.raises(AssertionError):
        paths._explain({"a": 1}, ("a",))


def test_null_data_have_a_sentence_of_their_own():
    sentence = "Unable to apply Path transformation to null or empty input."
    for text in ("$.a", "$['a'].b", "$[0]"):
        with pytest.raises(JSONPathError) as caught:
            find(text, None)
        assert str(caught.value) == sentence
    with pytest.raises(JSONPathError, match=r"^Invalid path '\$\$\.x' : No results"):
        find("$$.x", None)
    assert str(invalid_path("$.a", {}, "why")) == "Invalid path '$.a' : why"


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("", 0),
        ("a", 0),
        (" $.a", 0),
        ("States.UUID()", 0),
        ("$a-b", 1),
        ("$$$", 1),
        ("$$a", 1),
        ("$.", 1),
        ("$.a.", 3),
        ("$.a..", 3),
        ("$..", 1),
        ("$a..", 2),
        ("$.a b", 3),
        ("$ .a", 1),
        ("$.a[", 3),
        ("$.a[0", 5),
        ("$.a[]", 3),
        ("$.a[x]", 3),
        ("$.a['b]", 3),
        ("$.a['it\\'s']", 9),
        ("$.a['b'x]", 7),
        ("$.a[0]]", 6),
        ("$.a[0]b", 6),
        ("$.a[9999999999]", 13),
        ("$.a\\.b", 3),
        ("$.a + 1", 3),
        ("$.a:b", 3),
        ("$.a`this`", 3),
        ("$.a[?(@.b]", 6),
        ("$.a[?(@.b)", 10),
        ("$.a[?@.b]", 3),
    ],
)
def test_malformed_text_is_refused_with_its_position(text, position):
    with pytest.raises(QuerySyntaxError) as caught:
        compile_path(text)
    assert not isinstance(caught.value, UnsupportedPathError)
    assert (caught.value.text, caught.value.position) == (text, position)


@pytest.mark.parametrize("text", ["$.a.length()", "$.a[(@.length-1)][*]", "$[*][(@.length-1)]"])
def test_what_is_no_mistake_but_not_run_is_told_apart(text):
    with pytest.raises(UnsupportedPathError, match="not supported"):
        compile_path(text)


@pytest.mark.parametrize(
    "text", ["$[*]", "$.a.*", "$..a", "$.a[0,1]", "$.a[1:]", "$[?(@.a)]", "$.a[", "x"]
)
def test_all_else_is_not_definite(text):
    assert not is_definite(text)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("$.a", "a"),
        ("$['b c']", "b c"),
        ("$", None),
        ("$.a.b", None),
        ("$[0]", None),
        ("$[(@.length-1)]", None),
        ("$v", None),
        ("$$.a", None),
        ("$.a[*]", None),
        ("$.a['b', 'c']", None),
        ("$['b', 'c']", None),
    ],
)
def test_the_paths_of_a_single_key_can_be_told(text, key):
    assert single_key(text) == key


def test_indefinite_paths_start_at_the_context_object_and_at_variables_too():
    env = Env(variables={"v": {"l": [1, 2, 3]}}, values={"Execution": {"Input": {"l": [4, 5]}}})
    assert find("$v.l[1:]", {}, env) == [2, 3]
    assert find("$v[*]", {}, env) == [[1, 2, 3]]
    assert find("$$.Execution.Input.l[*]", {}, env) == [4, 5]
    assert find("$$..l", {}, env) == [[4, 5]]
    assert find("$.l[*]", None, env) == []


def test_an_import_does_not_pay_for_indefinite_paths():
    code = "import asl, sys; sys.exit('jsonpath_ng' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# Laws

KEYS = st.sampled_from(["a", "b", "c d", "0", ""])
LEAVES = st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["", "abc", "0"])
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=15,
)
STEPS = st.lists(KEYS | st.integers(-1, 3), max_size=5)


def write(steps, root="$"):
    return root + "".join(f"['{s}']" if isinstance(s, str) else f"[{s}]" for s in steps)


def naive(value, steps):
    """One step at a time, by the rules and without any haste."""
    for step in steps:
        fits = dict if isinstance(step, str) else list
        there = isinstance(value, fits) and (
            step in value if fits is dict else 0 <= step < len(value)
        )
        if not there:
            raise LookupError
        value = value[step]
    return value


@given(VALUES, STEPS, st.sampled_from(["$", "$$", "$v"]))
def test_a_compiled_path_agrees_with_one_step_at_a_time(value, steps, root):
    env = Env(variables={"v": value})
    env.values = value
    query = compile_path(write(steps, root)).evaluate
    try:
        expected = naive(value, steps)
    except LookupError:
        with pytest.raises(JSONPathError):
            query(value, env)
    else:
        assert query(value, env) is expected


PATHS = st.sampled_from(
    [
        "$",
        "$.a",
        "$.a.b",
        "$[0]",
        "$['a', 'b']",
        "$.*",
        "$[*][*]",
        "$..*",
        "$..a",
        "$..['a', 'b']",
        "$..[0]",
        "$..[?(@.a)]",
        "$[0,1]",
        "$[1:]",
        "$.a[:2]",
        "$[?(@.a != 1)]",
        "$[?(@.a)].*",
        "$$..*",
        "$v[*]",
    ]
)


@given(VALUES, VALUES, PATHS)
def test_a_result_is_no_larger_than_its_bound(value, other, text):
    env = Env(variables={"v": other}, values={"Execution": {"Input": other}})
    compiled = compile_path(text)
    try:
        result = compiled.evaluate(value, env)
    except JSONPathError:
        reject()
    unseen = size_bytes(env.variables) + size_bytes(env.values)
    assert size_bytes(result) <= compiled.bound.largest(size_bytes(value), unseen)


def test_the_bound_holds_for_the_deepest_data():
    deep = 1
    for _ in range(MAX_DEPTH):
        deep = [deep]
    compiled = compile_path("$..*")
    bound = compiled.bound.largest(size_bytes(deep))
    assert size_bytes(compiled.evaluate(deep, ENV)) <= bound


# Reference paths


def put(text, root, value):
    return compile_reference_path(text).put(root, value)


@pytest.mark.parametrize(
    ("text", "root", "result"),
    [
        ("$", {"a": 1}, "new"),
        ("$", None, "new"),
        ("$.a", {}, {"a": "new"}),
        ("$.a", {"a": {"b": 1}, "c": 2}, {"a": "new", "c": 2}),
        ("$.a.b", {}, {"a": {"b": "new"}}),
        ("$.a.b", {"a": {"c": 1, "b": 2}}, {"a": {"c": 1, "b": "new"}}),
        ("$.a.b.c.d", {"a": {"x": 1}}, {"a": {"x": 1, "b": {"c": {"d": "new"}}}}),
        ("$['a b'].c", {}, {"a b": {"c": "new"}}),
        ("$.l[1]", {"l": [1, 2, 3]}, {"l": [1, "new", 3]}),
        ("$[0]", [1], ["new"]),
        ("$[0].a", [{"b": 1}], [{"b": 1, "a": "new"}]),
        ("$.l[0].a.b", {"l": [{}]}, {"l": [{"a": {"b": "new"}}]}),
    ],
)
def test_put_replaces_or_makes_the_place(text, root, result):
    assert put(text, root, "new") == result


def test_keys_stay_where_they_were_and_new_ones_come_last():
    root = {"a": 1, "b": {"x": 1, "y": 2}, "c": 3}
    assert list(put("$.b", root, 0)) == ["a", "b", "c"]
    assert list(put("$.b.x", root, 0)["b"]) == ["x", "y"]
    assert list(put("$.d", root, 0)) == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("text", "root", "shown"),
    [
        ("$.x", [], "[]"),
        ("$.x", "text", '"text"'),
        ("$.x", None, "null"),
        ("$.x.y", {"x": 1}, '{"x":1}'),
        ("$.x.y", {"x": None}, '{"x":null}'),
        ("$.x.y", {"x": [1, "a"]}, '{"x":[1,"a"]}'),
        ("$.x.y.z", {"x": {"y": True}}, '{"x":{"y":true}}'),
        ("$.x[0]", {}, "{}"),
        ("$.x[0]", {"x": {}}, '{"x":{}}'),
        ("$.x[1]", {"x": [1]}, '{"x":[1]}'),
        ("$[0]", {}, "{}"),
        ("$[0].a", {"0": 1}, '{"0":1}'),
    ],
)
def test_put_fails_where_something_is_in_the_way(text, root, shown):
    before = copy.deepcopy(root)
    with pytest.raises(JSONPathError) as caught:
        put(text, root, "new")
    assert str(caught.value) == f"Unable to apply ReferencePath {text} to input {shown}"
    assert root == before


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a", "Reference path didn't start with '\\$'"),
        ("$$.a", "context object"),
        ("$v", "variables"),
        ("$v.a", "variables"),
        ("$.*", "names and indices"),
        ("$.a[*]", "names and indices"),
        ("$.a[0:2]", "names and indices"),
        ("$.a[0,1]", "names and indices"),
        ("$..a", "names and indices"),
        ("$.a[?(@.b)]", "names and indices"),
        ("$['a', 'b']", "names and indices"),
        ("$.a[-1]", "names and indices"),
        ("$.a[(@.length-1)]", "names and indices"),
        ("$.a[", "names and indices"),
        ("$a!", "malformed"),
        ("$" + ".a" * 101, "100 steps"),
    ],
)
def test_what_is_no_reference_path_is_refused(text, message):
    with pytest.raises(QuerySyntaxError, match=message):
        compile_reference_path(text)


def test_a_reference_path_is_a_value():
    assert compile_reference_path("$.a[0]") == compile_reference_path("$.a[0]")
    assert compile_reference_path("$.a['b'][0]").steps == ("a", "b", 0)


PLACES = st.lists(KEYS | st.integers(0, 2), max_size=4)


@given(VALUES, PLACES, VALUES)
def test_what_was_put_is_found_and_nothing_else_changes(root, steps, value):
    text, before = write(steps), copy.deepcopy(root)
    try:
        result = put(text, root, value)
    except JSONPathError:
        assert root == before
        return
    assert root == before
    assert find(text, result) is value
    old, new = root, result
    for step in steps:
        siblings = old if isinstance(old, dict) else dict(enumerate(old or ()))
        for key, child in siblings.items():
            assert key == step or new[key] is child
        missing = isinstance(step, str) and step not in siblings
        old, new = ({} if missing else siblings[step]), new[step]


@given(VALUES, PLACES, VALUES, VALUES)
def test_the_last_put_wins(root, steps, first, second):
    try:
        once = put(write(steps), root, first)
    except JSONPathError:
        reject()
    assert put(write(steps), once, second) == put(write(steps), root, second)
