"""Simple expressions: held against the general way, on any data; what is simple, and how large."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asl.errors import JSONataError
from asl.jsontypes import size_bytes
from asl.query.javalike import JavaRandom
from asl.query.jsonata.expression import UNBOUNDED, compile_expression
from asl.query.jsonata.faults import FaultError, NotJsonResultError
from asl.query.jsonata.general import compile_general
from asl.query.jsonata.kinds import UNDEFINED, Function
from asl.query.jsonata.simple import compile_simple
from asl.query.jsonata.simple_text import read_simple
from asl.query.jsonata.values import compile_value

NAMES = ("a", "b", "k", "count")
SIGNS = ("+", "-", "*", "/", "%", "=", "!=", "<", "<=", ">", ">=", "&", "and", "or")
FUNCTIONS = ("boolean", "count", "exists", "not", "number", "string")


class Env:
    """Where expressions are evaluated."""

    now_us = 1_735_689_600_123_456

    def __init__(self, variables):
        self.variables = variables
        self.random = JavaRandom(5)

    def context(self):
        return {"a": {"b": [1, {"k": "x"}]}}


numbers = st.integers(-20, 20) | st.sampled_from([0.5, -2.25, 1.0, 1e21, 2**53 + 1, 1e-7])
leaves = st.none() | st.booleans() | numbers | st.sampled_from(["", "a", "b", "10", "é"])
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3)
    ),
    max_leaves=8,
)
roots = st.sampled_from(
    ["$a", "$b", "$k", "$count", "$none", "$states.input", "$states.context", "$states.result"]
)
paths = st.builds(
    lambda root, steps: ".".join([root, *steps]),
    roots,
    st.lists(st.sampled_from((*NAMES, "`a`")), max_size=3),
)
literals = st.sampled_from(
    ["0", "1", "-1", "2.5", "1e3", "9007199254740993", "''", "'a'", '"b"', "true", "false", "null"]
)
calls = st.sampled_from(["$uuid()", "$millis()", "$now()"])
expressions = st.recursive(
    paths | paths | literals | calls,
    lambda inner: (
        st.builds("{} {} {}".format, inner, st.sampled_from(SIGNS), inner)
        | st.builds("({})".format, inner)
        | st.builds("- {}".format, inner)
        | st.builds("${}({})".format, st.sampled_from(FUNCTIONS), inner)
    ),
    max_leaves=6,
)


def outcome(evaluate, states, env):
    """What an evaluation gives, or how it fails; values by type and text, so that 1 is not 1.0."""
    try:
        value = evaluate(states, env)
    except FaultError as fault:
        return fault.code, fault.text()
    except NotJsonResultError:
        return "function"
    return "function" if isinstance(value, Function) else repr(value)


@given(expressions, st.dictionaries(st.sampled_from(NAMES), values), values)
def test_simple_and_general_way_agree(text, variables, data):
    tree = read_simple(text)
    assert tree is not None, text
    states = {"input": data, "result": [data]}
    simple = outcome(compile_simple(tree).find, states, Env(variables))
    general = outcome(compile_general(text), states, Env(variables))
    assert simple == general


@given(
    st.builds("{} {} {}".format, roots, st.sampled_from(SIGNS), literals) | paths,
    st.sampled_from([None, "number", "boolean", "string"]),
    st.dictionaries(st.sampled_from(NAMES), values),
    values,
)
def test_shortcuts_give_and_refuse_what_the_long_way_does(text, expects, variables, data):
    states = {"input": data, "result": None}

    def result(braced):
        compiled = compile_expression(braced, "Output", expects=expects)
        try:
            return repr(compiled.evaluate(states, Env(variables)))
        except JSONataError as error:
            return str(error).replace(f"({text})", text), error.code

    # in brackets with a semicolon it is a block, which is not simple
    assert result(f"{{% {text} %}}") == _unblocked(result(f"{{% ({text};) %}}"), text)


def _unblocked(result, text):
    if isinstance(result, tuple):
        return result[0].replace(f"({text};)", text), result[1]
    return result


@given(expressions, st.dictionaries(st.sampled_from(NAMES), values), values)
def test_results_are_as_large_as_is_said_at_most(text, variables, data):
    env, states = Env(variables), {"input": data}
    bounded = compile_simple(read_simple(text))
    try:
        value = bounded.find(states, env)
    except FaultError:
        return
    if value is UNDEFINED or isinstance(value, Function):
        return
    unseen = size_bytes(variables) + size_bytes(env.context())
    assert size_bytes(value) <= bounded.bound.largest(size_bytes(states), unseen)


@pytest.mark.parametrize(
    "text",
    [
        "$a.b[0]",
        "$a.b.*",
        "$states",
        "$states.other",
        "$a.and",
        "$a ? 1 : 2",
        "{'a': 1}",
        "[1]",
        "'a\\n'",
        "$a.function",
        "$sum($a)",
        "$count($a, $b)",
        "$uuid(1)",
        "a",
        "$",
        "$$",
        "1 2",
        "$a /* note */",
        "$a ~> $b",
        "$a := 1",
        "1 .. 2",
        "$a in $b",
        "1e999",
        "$a'b'",
        "(" * 30 + "1" + ")" * 30,
        "1" + " + 1" * 1000,
        "",
        "1 +",
        "(1",
    ],
)
def test_other_texts_are_left_to_the_parser(text):
    assert read_simple(text) is None


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("1 + 2 * 3", "1 + (2 * 3)"),
        ("1 - 2 - 3", "(1 - 2) - 3"),
        ("$a or $b and $k", "$a or ($b and $k)"),
        ("1 + 1 = 2 and 3 < 4", "((1 + 1) = 2) and (3 < 4)"),
        ("- $a * 2", "(- $a) * 2"),
        ("'a' & 1 + 2", "('a' & 1) + 2"),
    ],
)
def test_operators_bind_as_in_jsonata(text, same):
    assert read_simple(text) == read_simple(same)


def test_a_path_through_arrays_gives_the_members_of_all_items():
    data = {"orders": [{"lines": [{"n": 1}, {"n": 2}]}, {"lines": {"n": 3}}, {}, 4]}
    query = compile_expression("{% $states.input.orders.lines.n %}", "Output").evaluate
    found = query({"input": data}, Env({}))
    assert found == [1, 2, 3]
    assert type(found) is list


def test_the_size_of_other_expressions_is_not_known():
    assert compile_expression("{% [$a] %}", "Output").bound.fixed == UNBOUNDED
    assert compile_value({"a": ["{% [$a] %}"]}, "Output").bound.fixed > UNBOUNDED
    assert compile_value({"a": ["{% $a %}"]}, "Output").bound.fixed < 100


def test_a_machine_with_simple_expressions_never_imports_the_parser():
    code = """
import sys
import asl
machine = asl.load({
    "QueryLanguage": "JSONata",
    "StartAt": "A",
    "States": {
        "A": {"Type": "Pass", "Assign": {"i": 0}, "Next": "B"},
        "B": {"Type": "Pass", "Assign": {"i": "{% $i + 1 %}"}, "Next": "C"},
        "C": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $i < 3 and $not($exists($none)) %}", "Next": "B"}],
            "Default": "D",
        },
        "D": {"Type": "Pass", "Output": "{% 'n' & $states.input.list.n & $i %}", "End": True},
    },
})
result = machine.run({"list": [{"n": 1}]})
assert result.output == "n13", result.output
assert not any(name.split(".")[0] == "jsonata" for name in sys.modules)
"""
    root = Path(__file__).resolve().parents[3]
    subprocess.run([sys.executable, "-c", code], check=True, cwd=root)
