"""Expressions in fields: what they see, what they give, how they fail, and what holds them in."""

import copy
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asl.errors import JSONataError, QuerySyntaxError, UnsupportedFeature
from asl.query.javalike import JavaRandom
from asl.query.jsonata.expression import compile_expression
from asl.query.jsonata.syntax import UnsupportedExpressionError, is_expression
from asl.query.jsonata.values import compile_value


class Env:
    """Where expressions are evaluated."""

    now_us = 1_735_689_600_123_456

    def __init__(self, variables=None, seed=0):
        self.variables = variables or {}
        self.random = JavaRandom(seed)
        self.asked = 0

    def context(self):
        self.asked += 1
        return {"State": {"Name": "Here"}}


def evaluate(text, data=None, *, env=None, expects=None, field="Output"):
    compiled = compile_expression(f"{{% {text} %}}", field, expects=expects)
    return compiled.evaluate({"input": data}, env or Env())


def failure(text, data=None, **options):
    with pytest.raises(JSONataError) as caught:
        evaluate(text, data, **options)
    return caught.value


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


# ---------------------------------------------------------------- what is an expression


@pytest.mark.parametrize("text", ["{%%}", "{% 1 %}", "{%1%}", "{% %} {% %}"])
def test_an_expression_starts_and_ends_with_its_braces(text):
    assert is_expression(text)


@pytest.mark.parametrize("text", ["", "{%}", " {% 1 %}", "{% 1 %} ", "{% 1", "1 %}"])
def test_any_other_text_stands_for_itself(text):
    assert not is_expression(text)
    assert compile_value(text, "Output").evaluate({}, Env()) == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Unexpected end of expression"),
        ("1 +", "Unexpected end of expression"),
        ("$$", "Reference to '$$' is not supported."),
        ("$", "Reference to '$' is not supported."),
        ("phone", "Reference to 'phone' at the top level is not supported."),
        ("function($x){ phone }", "Reference to 'phone' at the top level is not supported."),
    ],
)
def test_what_aws_does_not_take_is_refused_when_it_is_compiled(text, message):
    with pytest.raises(QuerySyntaxError) as caught:
        compile_expression(f"{{% {text} %}}", "Output")
    assert str(caught.value) == message


@pytest.mark.parametrize("text", ["(" * 5000, "1 + " * 20_000 + "1", "'" + "a" * 70_000 + "'"])
def test_an_expression_too_large_to_read_is_refused_but_not_called_wrong(text):
    with pytest.raises(UnsupportedExpressionError):
        compile_expression(f"{{% {text} %}}", "Output")


# ---------------------------------------------------------------- what it sees


def test_it_sees_the_states_object_the_context_and_the_variables():
    env = Env({"limit": 10})
    text = "[$states.input.n, $states.context.State.Name, $limit]"
    assert evaluate(text, {"n": 1}, env=env) == [1, "Here", 10]


def test_the_context_is_made_only_for_an_expression_that_asks_for_it():
    env = Env()
    evaluate("$states.input", 1, env=env)
    assert env.asked == 0
    assert evaluate("$states", 1, env=env)["context"] == {"State": {"Name": "Here"}}
    assert env.asked == 1


def test_a_variable_may_hide_a_function():
    assert evaluate("$range", env=Env({"range": 7})) == 7


def test_time_stands_still_and_chance_comes_from_the_seed():
    text = "[$now(), $millis(), $random(), $uuid()]"
    first, second = (evaluate(text, env=Env(seed=3)) for _ in range(2))
    assert first == second
    assert first[:2] == ["2025-01-01T00:00:00.123Z", 1_735_689_600_123]
    assert evaluate(text, env=Env(seed=4))[2:] != first[2:]


@given(json_values)
def test_the_input_comes_through_as_it_is_and_unchanged(data):
    before = copy.deepcopy(data)
    assert evaluate("$states.input", data) == before
    assert data == before


@given(st.lists(st.integers(-1000, 1000), min_size=2))
def test_library_functions_do_what_python_does(numbers):
    data = {"n": numbers}
    assert evaluate("$sum($states.input.n)", data) == sum(numbers)
    assert evaluate("$sort($states.input.n)", data) == sorted(numbers)
    assert evaluate("$states.input.n[-1]", data) == numbers[-1]
    assert data == {"n": numbers}


# ---------------------------------------------------------------- what Step Functions adds


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$partition([1,2,3], 2)", [[1, 2], [3]]),
        ("$partition([1], 1)", [[1]]),
        ("$range(1, 5, 2)", [1, 3, 5]),
        ("$range(1.4, 5.6, 2.2)", [1, 3, 5]),
        ("$hash('abc', 'MD5')", "900150983cd24fb0d6963f7d28e17f72"),
        ("$random(77)", 0.7240700207191966),
        ("$parse('{\"a\": [1]}')", {"a": [1]}),
    ],
)
def test_functions_of_step_functions(text, value):
    assert evaluate(text) == value


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("$parse('')", "D3137", "Invalid JSON"),
        ("$partition([1], -1)", "D3137", "Second argument must be zero or greater"),
        (
            "$hash('a', 'sha-256')",
            "D3137",
            "Hash algorithm 'sha-256' must be one of SHA-1, SHA-384, SHA-256, SHA-512, MD5",
        ),
        ("$uuid(1)", "T0410", 'Argument 1 of function "uuid" does not match function signature'),
        (
            "$partition('a', 2)",
            "T0412",
            'Argument 1 of function "partition" must be an array of undefined',
        ),
        ("$eval('1')", "T1006", "Attempted to invoke a non-function"),
        ("'a' + 1", "T2001", 'The left side of the "+" operator must evaluate to a number'),
    ],
)
def test_an_error_has_the_code_and_the_sentence_of_aws(text, code, message):
    error = failure(text, field="Output/total")
    assert error.code == code
    assert error.location == "Output/total"
    assert str(error) == (
        f"The JSONata expression '{text}' specified for the field 'Output/total' threw an error "
        f"during evaluation. {code}: {message}"
    )


# ---------------------------------------------------------------- what comes out


@pytest.mark.parametrize("text", ["$states.input.nothing", "$nothing", "$range(1, 5, 0)"])
def test_nothing_is_an_error(text):
    assert str(failure(text, {})) == (
        f"The JSONata expression '{text}' specified for the field 'Output' returned nothing "
        "(undefined)."
    )


@pytest.mark.parametrize("text", ["$sum", "function($x){$x}", "[$sum]", "{'a': /b/}"])
def test_a_function_is_no_result(text):
    assert str(failure(text)).endswith("returned an unsupported result type.")


@pytest.mark.parametrize(
    ("text", "expects", "kind", "shown"),
    [
        ("'3'", "number", "string", '"3"'),
        ("true", "number", "boolean", "true"),
        ("1", "boolean", "number", "1"),
        ("null", "array", "null", "null"),
        ("{'foo': 'bar'}", "array", "object", '{"foo":"bar"}'),
        ("[1]", "string", "array", "[1]"),
    ],
)
def test_another_type_than_the_field_needs_is_an_error(text, expects, kind, shown):
    assert str(failure(text, expects=expects, field="Field")) == (
        f"The JSONata expression '{text}' specified for the field 'Field' returned an unexpected "
        f"result type. Expected '{expects}', but was '{kind}' for value: {shown}"
    )


def test_what_is_not_known_of_aws_is_refused_with_its_place():
    with pytest.raises(UnsupportedFeature) as caught:
        evaluate("$base64decode('/w==')", field="Output/raw")
    assert caught.value.pointer == "/Output/raw"


# ---------------------------------------------------------------- values with expressions


def test_a_value_keeps_its_shape_and_the_order_of_its_keys():
    value = {"z": "{% $states.input %}", "a": [1, "{% 2 %}", {"b": None}], "m": "{%"}
    before = copy.deepcopy(value)
    given = compile_value(value, "Output").evaluate({"input": 5}, Env())
    assert given == {"z": 5, "a": [1, 2, {"b": None}], "m": "{%"}
    assert list(given) == ["z", "a", "m"]
    assert value == before


def test_the_place_of_a_failing_part_is_named():
    compiled = compile_value({"a": [1, {"b": "{% $none %}"}]}, "Arguments")
    with pytest.raises(JSONataError) as caught:
        compiled.evaluate({}, Env())
    assert caught.value.location == "Arguments/a[1]/b"


def test_a_malformed_part_has_a_json_pointer():
    with pytest.raises(QuerySyntaxError) as caught:
        compile_value({"a/b": ["{% 1 + %}"]}, "Output")
    assert caught.value.pointer == "/a~1b/0"


@given(json_values)
def test_a_value_without_expressions_is_the_value_and_its_size_is_known(value):
    compiled = compile_value([value, 1], "Output")
    assert compiled.evaluate({}, Env()) == [value, 1]
    assert compiled.bound.is_constant


# ---------------------------------------------------------------- hostile expressions


def long(text, code):
    """What takes all the steps there are: without coverage, which makes them five times as slow."""
    return pytest.param(text, code, marks=pytest.mark.no_cover)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        long("($f := function($n){ $f($n + 1) }; $f(0))", "D1012"),
        ("($f := function($n){ 1 + $f($n) }; $f(0))", "D1011"),
        ("[1..1000].[1..1000].[1..1000]", "D1012"),
        ("$pad('a', 100000000)", "D1012"),
        ("($f := function($s, $n){ $n = 0 ? $s : $f($s & $s, $n - 1) }; $f('aa', 60))", "D1012"),
        long("$match($pad('', 40, 'a') & '!', /(a+)+$/)", "D1012"),
        ("[" * 250 + "]" * 250, "D1013"),
    ],
)
def test_time_depth_and_memory_are_bounded(text, code):
    assert failure(text).code == code


@pytest.mark.parametrize(
    "text",
    [
        "$__class__",
        "$__builtins__",
        "$states.__class__",
        "$states.input.__class__.__mro__",
        "$sum.__globals__",
        "$string(1).format",
        "$states.context.State.keys",
    ],
)
def test_no_expression_reaches_python(text):
    assert str(failure(text, {})).endswith("returned nothing (undefined).")


def test_the_stack_of_the_process_is_as_deep_as_before():
    limit = sys.getrecursionlimit()
    assert evaluate("($f := function($n){ $n = 0 ? 0 : 1 + $f($n - 1) }; $f(250))") == 250
    assert sys.getrecursionlimit() == limit
