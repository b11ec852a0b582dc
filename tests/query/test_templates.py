"""Payload templates: what is computed, in which order keys come out, and what is refused."""

import copy
import json
from pathlib import Path

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from asl.errors import IntrinsicError, JSONPathError, QueryError, QuerySyntaxError
from asl.jsontypes import size_bytes
from asl.query.environment import Bound
from asl.query.javalike import JavaRandom
from asl.query.path_text import UnsupportedPathError
from asl.query.templates import TemplateSyntaxError, compile_dynamic, compile_template


class Env:
    """Where queries are evaluated."""

    def __init__(self, variables=None, values=None):
        self.variables = variables or {}
        self.values = values or {}
        self.random = JavaRandom(0)

    def context(self):
        return self.values


ENV = Env(variables={"limit": 10}, values={"State": {"Name": "Here"}})
INVALID = "The value for the field '{}' must be a valid JSONPath or a valid intrinsic function call"


def evaluate(template, data, env=ENV):
    return compile_template(template).evaluate(data, env)


RECORDINGS = Path(__file__).resolve().parents[3] / "shared" / "conformance" / "executions"


def _recorded():
    """Executions of one Pass state that does nothing but Parameters, by name."""
    for path in sorted(RECORDINGS.glob("*.json")):
        case = json.loads(path.read_text("utf-8"))
        states = case["definition"]["States"]
        state = states[case["definition"]["StartAt"]]
        language = state.get("QueryLanguage", case["definition"].get("QueryLanguage", "JSONPath"))
        text = json.dumps(state.get("Parameters"))
        if (
            state["Type"] == "Pass"
            and set(state) <= {"Type", "Parameters", "End"}
            and "Parameters" in state
            and language == "JSONPath"
            and not any(word in text for word in ("$$", "States.UUID", "States.MathRandom"))
        ):
            yield pytest.param(case, state["Parameters"], id=path.stem)


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason="needs the shared conformance recordings")
@pytest.mark.parametrize(("case", "template"), list(_recorded()))
def test_parameters_come_out_as_recorded_on_aws(case, template):
    expected = case["expected"]
    result, error = _outcome(template, case["input"])
    if error:
        assert expected["status"] == "FAILED"
        assert expected["cause"].endswith(error)
    else:
        assert json.dumps(result) == json.dumps(expected["output"])  # in this order


def _outcome(template, data):
    """The result, and the text of the error."""
    try:
        return evaluate(template, data), None
    except QueryError as error:
        return None, str(error)


def test_paths_calls_and_constants():
    template = {
        "constant": [1, "$.a"],
        "data.$": "$.a.b",
        "all.$": "$",
        "context.$": "$$.State.Name",
        "variable.$": "$limit",
        "call.$": "States.Array($.a.b, 'x')",
        "list.$": "$.l[*].n",
    }
    data = {"a": {"b": 1}, "l": [{"n": 1}, {"n": 2}]}
    assert evaluate(template, data) == {
        "constant": [1, "$.a"],
        "data": 1,
        "all": data,
        "context": "Here",
        "variable": 10,
        "call": [1, "x"],
        "list": [1, 2],
    }


def test_objects_are_searched_at_any_depth_and_inside_of_arrays():
    template = {"a": [{"b": {"c.$": "$.x"}}, [{"d.$": "$.y"}], "$.x", {"e": 1}], "f": {"g": {}}}
    expected = {"a": [{"b": {"c": 1}}, [{"d": 2}], "$.x", {"e": 1}], "f": {"g": {}}}
    assert evaluate(template, {"x": 1, "y": 2}) == expected
    assert evaluate([{"a.$": "$.x"}, 1], {"x": 1}) == [{"a": 1}, 1]


@pytest.mark.parametrize(
    ("template", "keys"),
    [
        # Recorded in Parameters of AWS executions.
        (
            {"order": 1, "priority.$": "$", "traceId.$": "$", "stage": 2},
            ["order", "stage", "traceId", "priority"],
        ),
        (
            {"message.$": "$", "roleCount.$": "$", "originalUser.$": "$"},
            ["roleCount", "originalUser", "message"],
        ),
        (
            {"payload.$": "$", "requestId.$": "$", "original.$": "$", "metadata": {}},
            ["metadata", "original", "payload", "requestId"],
        ),
        ({"b.$": "$", "a.$": "$", "d": {"y.$": "$", "x": 1}, "c": 0}, ["d", "c", "a", "b"]),
    ],
)
def test_plain_keys_come_first_and_computed_ones_as_from_a_hash_map(template, keys):
    assert list(evaluate(template, {})) == keys


def test_the_order_holds_at_each_level_by_itself():
    template = {"outer": {"b.$": "$", "z": {"b.$": "$", "a.$": "$"}, "a.$": "$"}}
    result = evaluate(template, {})["outer"]
    assert list(result) == ["z", "a", "b"]
    assert list(result["z"]) == ["a", "b"]


@pytest.mark.parametrize(
    "template",
    [{}, [], None, 1, "$.a", {"a": {"b": ["$.x", {"c": None}]}}, {"$": 1, "a.$b": "$.x", ".$a": 1}],
)
def test_a_template_that_computes_nothing_is_given_as_it_is(template):
    compiled = compile_template(template)
    assert compiled.evaluate({}, ENV) is template
    assert compiled.evaluate({}, ENV) is template
    assert compiled.bound == Bound(size_bytes(template))


def test_results_do_not_share_what_was_computed_nor_change_the_template():
    template = {"a": {"b.$": "$.x"}, "c": {"d": 1}}
    before = copy.deepcopy(template)
    compiled = compile_template(template)
    first, second = compiled.evaluate({"x": 1}, ENV), compiled.evaluate({"x": 2}, ENV)
    assert first == {"a": {"b": 1}, "c": {"d": 1}}
    assert second == {"a": {"b": 2}, "c": {"d": 1}}
    assert first["c"] is second["c"] is template["c"]
    assert template == before


def test_a_name_may_be_empty():
    assert evaluate({".$": "$.a"}, {"a": 1}) == {"": 1}


def test_a_path_that_finds_nothing_names_its_field_and_the_data():
    for path in ("$.x", "$$.x", "$x", "$.a.b.c", "$.l[9]"):
        with pytest.raises(JSONPathError) as caught:
            evaluate({"outer": [{"k.$": path}]}, {"a": {"b": "é"}, "l": []})
        assert str(caught.value) == (
            f"The JSONPath '{path}' specified for the field 'k.$' could not be found in the input "
            '\'{"a":{"b":"é"},"l":[]}\''
        )


def test_a_list_of_matches_is_never_missing():
    assert evaluate({"k.$": "$.no[*].x"}, {}) == {"k": []}


def test_a_function_that_fails_speaks_for_itself():
    with pytest.raises(IntrinsicError):
        evaluate({"k.$": "States.MathAdd('a', 1)"}, {})


@pytest.mark.parametrize(
    ("template", "field", "pointer", "text"),
    [
        ({"a.$": "b"}, "a.$", "/a.$", '"b"'),
        ({"a.$": ""}, "a.$", "/a.$", '""'),
        ({"a.$": " $.a"}, "a.$", "/a.$", '" $.a"'),
        ({"a.$": 5}, "a.$", "/a.$", "5"),
        ({"a.$": None}, "a.$", "/a.$", "null"),
        ({"a.$": {"b": 1}}, "a.$", "/a.$", '{"b":1}'),
        ({"a.$": "$.a["}, "a.$", "/a.$", "$.a["),
        ({"a.$": "States.UUID("}, "a.$", "/a.$", "States.UUID("),
        ({"a.$": "States.Nothing()"}, "a.$", "/a.$", "States.Nothing()"),
        ({"a": [0, {"b/c": {"~d.$": "x"}}]}, "~d.$", "/a/1/b~1c/~0d.$", '"x"'),
    ],
)
def test_a_value_that_is_no_path_or_call_is_refused_in_aws_s_words(template, field, pointer, text):
    with pytest.raises(TemplateSyntaxError) as caught:
        compile_template(template)
    assert str(caught.value) == INVALID.format(field)
    assert (caught.value.pointer, caught.value.text) == (pointer, text)
    assert isinstance(caught.value, QuerySyntaxError)


def test_what_is_only_not_supported_says_so():
    with pytest.raises(TemplateSyntaxError, match=r"more than one '\.\.'") as caught:
        compile_template({"a": {"b.$": "$..x..y"}})
    assert caught.value.pointer == "/a/b.$"
    assert isinstance(caught.value.__cause__, UnsupportedPathError)


@pytest.mark.parametrize("template", [{"a": 1, "a.$": "$.x"}, {"a.$": "$.x", "a": 1}])
def test_a_key_can_not_be_given_twice(template):
    with pytest.raises(TemplateSyntaxError, match="given twice") as caught:
        compile_template({"in": template})
    assert caught.value.pointer == "/in/a.$"


def test_templates_nested_without_end_are_refused():
    template = {"a.$": "$"}
    for _ in range(99):
        template = {"b": template}
    assert evaluate(template, 1)
    for _ in range(2):
        template = [template]
    with pytest.raises(TemplateSyntaxError, match="100 levels"):
        compile_template(template)


def test_one_dynamic_value_names_the_field_it_is_for():
    assert compile_dynamic("$.e", "ErrorPath").evaluate({"e": "Bad"}, ENV) == "Bad"
    call = compile_dynamic("States.Format('{}!', $.e)", "CausePath")
    assert call.evaluate({"e": "Bad"}, ENV) == "Bad!"
    with pytest.raises(JSONPathError) as caught:
        compile_dynamic("$.e", "ErrorPath").evaluate({}, ENV)
    assert str(caught.value) == (
        "The JSONPath '$.e' specified for the field 'ErrorPath' could not be found in the input "
        "'{}'"
    )
    with pytest.raises(TemplateSyntaxError) as caught:
        compile_dynamic("e", "CausePath")
    assert (str(caught.value), caught.value.pointer) == (INVALID.format("CausePath"), "")


# Laws

KEYS = st.sampled_from(["a", "b", "c", "é", "x"])
LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=3)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=10,
)
DYNAMIC = st.sampled_from(
    ["$", "$.a", "$.a.b", "$[0]", "$..*", "$.*", "$$", "$limit", "States.Array($, $.a)"]
)
TEMPLATES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(KEYS, inner, max_size=3)
        | st.tuples(
            st.dictionaries(st.sampled_from(["p", "q"]), inner, max_size=2),
            st.dictionaries(KEYS.map(lambda key: f"{key}.$"), DYNAMIC, max_size=3),
        ).map(lambda both: both[0] | both[1])
    ),
    max_leaves=10,
)


def naive(template, data):
    """The rules word for word, without the order."""
    if isinstance(template, list):
        return [naive(item, data) for item in template]
    if not isinstance(template, dict):
        return template
    return {
        key.removesuffix(".$"): compile_dynamic(value, key).evaluate(data, ENV)
        if key.endswith(".$")
        else naive(value, data)
        for key, value in template.items()
    }


@given(TEMPLATES, VALUES)
def test_a_compiled_template_agrees_with_the_rules_and_keeps_its_bound(template, data):
    compiled = compile_template(template)
    try:
        expected = naive(template, data)
    except QueryError:
        with pytest.raises(QueryError):
            compiled.evaluate(data, ENV)
        reject()
    result = compiled.evaluate(data, ENV)
    assert result == expected
    unseen = size_bytes(ENV.variables) + size_bytes(ENV.values)
    assert size_bytes(result) <= compiled.bound.largest(size_bytes(data), unseen)
