"""Intrinsic functions: against recordings of AWS, the notes on it, and their own laws."""

import contextlib
import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asl.errors import IntrinsicError, QuerySyntaxError, UnsupportedFeature
from asl.jsontypes import dump, size_bytes
from asl.query.environment import Bound
from asl.query.functions import MAX_CHARACTERS
from asl.query.intrinsic_parser import MAX_CALLS, MAX_LENGTH, Call, Literal, Path, parse_call
from asl.query.intrinsics import FUNCTIONS, compile_intrinsic
from asl.query.jackson import parse_error
from asl.query.javalike import JavaRandom, hash_map_order
from asl.query.path_text import UnsupportedPathError
from asl.query.paths import compile_path
from tests.conformance.corpus import CORPUS, load_cases


class FakeEnvironment:
    def __init__(self, data=None, variables=None):
        self.variables = variables or {}
        self.random = JavaRandom(1)
        machine = {
            "Id": "arn:aws:states:us-east-1:111111111111:stateMachine:name-1",
            "Name": "name-1",
        }
        self._context = {"Execution": {"Input": data, "Name": "run-1"}, "StateMachine": machine}

    def context(self):
        return self._context


def run(text, data=None, variables=None):
    return compile_intrinsic(text).evaluate(data, FakeEnvironment(data, variables))


def fails(text, data=None):
    with pytest.raises(IntrinsicError) as caught:
        run(text, data)
    return str(caught.value)


def invalid(call, function=None):
    name = function or call.partition("(")[0]
    sentence = "There was an error while evaluating the intrinsic function: "
    return f"{sentence}{call}. Invalid arguments in {name}"


# Recordings


def is_single_pass_with_parameters(case):
    states = list(case["definition"]["States"].values())
    return (
        len(states) == 1
        and states[0]["Type"] == "Pass"
        and states[0].keys() <= {"Type", "Parameters", "End", "Comment"}
        and "States." in json.dumps(states[0].get("Parameters"))
    )


def fill(template, data, environment):
    """A payload template, as far as the recordings need it."""
    if not isinstance(template, dict):
        return template
    plain = {key: value for key, value in template.items() if not key.endswith(".$")}
    result = {key: fill(value, data, environment) for key, value in plain.items()}
    for name in hash_map_order([key[:-2] for key in template if key.endswith(".$")]):
        text = template[f"{name}.$"]
        compiled = (
            compile_intrinsic(text)
            if text.startswith("States.")
            else compile_path(text, lambda path, data, reason: AssertionError(path))
        )
        result[name] = compiled.evaluate(data, environment)
    return result


FOLDER = CORPUS / "executions"
ABSENT = "the recordings are not here: they belong in shared/conformance beside the repository"
RECORDED = [case for case in load_cases(FOLDER) if is_single_pass_with_parameters(case)] or [
    pytest.param({"id": "none"}, marks=pytest.mark.skip(ABSENT))
]


@pytest.mark.parametrize("case", RECORDED, ids=lambda case: case["id"])
def test_intrinsic_agrees_with_the_recording(case):
    (state,) = case["definition"]["States"].values()
    expected = case["expected"]
    environment = FakeEnvironment(case["input"])
    if expected["status"] == "FAILED":
        with pytest.raises(IntrinsicError) as caught:
            fill(state["Parameters"], case["input"], environment)
        assert expected["error"] == "States.Runtime"
        assert expected["cause"].endswith(f"(entered at the event id #2). {caught.value}")
    else:
        # An assertion of that suite was checked against AWS by value: its order is its author's.
        by_value = case["source"].endswith("(AWS assertion)")
        pattern = re.escape(json.dumps(expected["output"], sort_keys=by_value))
        pattern = pattern.replace('"<RandomNumberGenerated>"', "-?[0-9]+")
        pattern = re.sub(r"<[^<>\"]*>", ".*", pattern)
        output = fill(state["Parameters"], case["input"], environment)
        assert re.fullmatch(pattern, json.dumps(output, sort_keys=by_value))


def test_recordings_of_all_functions_are_among_the_cases():
    if len(RECORDED) == 1:
        pytest.skip(ABSENT)
    text = json.dumps([case["definition"] for case in RECORDED])
    assert [name for name in FUNCTIONS if f"{name}(" not in text] == []


# The text of a call


def test_parse_call_reads_every_kind_of_argument():
    paths = "$.a['x,)'][?(@.b == 'c)')], $$.d ,$e.f"
    text = rf"States.Format( 'it\'s \{{\}}' ,{paths},-1.5e3,0,true,false,null,States.UUID( ))"
    call = parse_call(text)
    assert call.name == "States.Format"
    assert call.arguments == (
        Literal("it's {}", r"it\'s \{\}"),
        Path("$.a['x,)'][?(@.b == 'c)')]", text.index("$.a")),
        Path("$$.d", text.index("$$")),
        Path("$e.f", text.index("$e")),
        Literal(-1500.0),
        Literal(0),
        Literal(True),  # noqa: FBT003 - a value
        Literal(False),  # noqa: FBT003 - a value
        Literal(None),
        Call("States.UUID", (), text.index("States.UUID")),
    )


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("States.UUID(", 12),
        ("States.UUID)", 0),
        ("States.UUID(,)", 12),
        ("States.UUID() trailing", 13),
        ("States.UUID($", 13),
        ("States.UUID(1,)", 14),
        ("States.UUID(1 2)", 14),
        ("States.UUID", 0),
        ("States.(1)", 0),
        ("", 0),
        (" States.UUID()", 0),
        ("States.Array('a)", 13),
        (r"States.Array('a\n')", 13),
        (r"States.Array('a\"b')", 13),
        ("States.Array('it's')", 17),
        ('States.Array("a")', 13),
        ("States.Array(01)", 14),
        ("States.Array(+1)", 13),
        ("States.Array(.5)", 13),
        ("States.Array(1.)", 14),
        ("States.Array(True)", 13),
        ("States.Array(nullx)", 13),
        ("States.Array(None)", 13),
        ("States.Array(a.b)", 13),
        ("States.Array(Start)", 13),
        ("States.Array($.a['x)", 17),
    ],
)
def test_malformed_text_is_refused_with_its_position(text, position):
    with pytest.raises(QuerySyntaxError) as caught:
        compile_intrinsic(text)
    assert caught.value.position == position
    assert caught.value.text == text
    assert f"at position {position}" in str(caught.value)


def test_unknown_functions_are_refused_with_their_position():
    with pytest.raises(
        QuerySyntaxError, match=r"unknown intrinsic function 'States\.Foo'"
    ) as caught:
        compile_intrinsic("States.Array(States.Foo())")
    assert caught.value.position == 13
    with pytest.raises(QuerySyntaxError, match="unknown"):
        compile_intrinsic("States.uuid()")


def test_a_malformed_path_is_refused_with_its_position_in_the_call():
    text = "States.Array(1, $.a[], 2)"
    with pytest.raises(QuerySyntaxError) as caught:
        compile_intrinsic(text)
    assert caught.value.text == text
    assert caught.value.position >= text.index("$")


def test_an_unsupported_path_stays_one():
    with pytest.raises(UnsupportedPathError):
        compile_intrinsic("States.Array($.a.length())")


def nested(levels):
    return "States.Array(" * levels + "1" + ")" * levels


def test_calls_may_be_nested_ten_levels_deep():
    assert json.dumps(run(nested(11))) == "[" * 11 + "1" + "]" * 11
    with pytest.raises(UnsupportedFeature, match="more than 10 nested"):
        compile_intrinsic(nested(12))


def test_the_size_of_a_call_is_bounded():
    with pytest.raises(UnsupportedFeature, match="characters"):
        compile_intrinsic(f"States.Array('{'a' * MAX_LENGTH}')")
    with pytest.raises(UnsupportedFeature, match=f"more than {MAX_CALLS}"):
        compile_intrinsic("States.Array(" + ",".join(["States.UUID()"] * MAX_CALLS) + ")")
    with pytest.raises(UnsupportedFeature, match="1e309"):
        compile_intrinsic("States.MathAdd(1e309, 1)")
    with pytest.raises(UnsupportedFeature, match="1001 characters"):
        compile_intrinsic(f"States.Array({'1' * 1001})")


@given(st.text(alphabet="States.Ay($')[]{}\\, 1e-\"", max_size=40))
def test_any_text_is_read_or_refused(tail):
    text = f"States.Array({tail}"
    with contextlib.suppress(QuerySyntaxError):
        assert parse_call(text).position == 0
        assert text.endswith(")")


# Failures


def test_a_path_that_finds_nothing_has_its_own_sentence():
    call = "States.Array(States.MathAdd($.n, 1), $.missing)"
    assert fails(call, {"n": 1, "é": 1e7}) == (
        f"The function '{call}' had the following error: The JsonPath argument for the field "
        """'$.missing' could not be found in the input '{"n":1,"é":1.0E7}'"""
    )


def test_a_nested_failure_names_its_function_and_the_whole_text():
    call = "States.Array(States.MathAdd($.a, 1), 2)"
    assert fails(call, {"a": "x"}) == invalid(call, "States.MathAdd")
    call = "States.MathAdd(States.StringToJson('\"x\"'), 2)"
    assert fails(call) == invalid(call, "States.MathAdd")


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("ArrayPartition", [0, 1, 3]),
        ("ArrayContains", [0, 1, 3]),
        ("ArrayRange", [0, 2, 4]),
        ("ArrayGetItem", [0, 1, 3]),
        ("ArrayLength", [0, 2]),
        ("ArrayUnique", [0, 2]),
        ("Base64Encode", [0, 2]),
        ("Base64Decode", [0, 2]),
        ("Hash", [0, 1, 3]),
        ("JsonMerge", [0, 2, 4]),
        ("StringToJson", [0, 2]),
        ("StringSplit", [0, 1, 3]),
        ("MathAdd", [0, 1, 3]),
        ("MathRandom", [0, 1, 4]),
        ("Format", [0]),
    ],
)
def test_a_wrong_number_of_arguments_fails_when_it_runs(name, counts):
    for count in counts:
        for argument in ("1", "$.one"):
            call = f"States.{name}({', '.join([argument] * count)})"
            assert fails(call, {"one": 1}) == invalid(call)


@pytest.mark.parametrize("arguments", ["", "1, 2", "$, $"])
def test_json_to_string_says_that_it_takes_a_single_argument(arguments):
    call = f"States.JsonToString({arguments})"
    sentence = ": only a single argument is allowed."
    assert fails(call) == invalid(call) + sentence


@pytest.mark.parametrize(
    "call",
    [
        "States.ArrayPartition('a', 1)",
        "States.ArrayPartition($.list, '1')",
        "States.ArrayPartition($.list, true)",
        "States.ArrayPartition($.list, 0)",
        "States.ArrayPartition($.list, 0.6)",
        "States.ArrayPartition($.list, -1)",
        "States.ArrayPartition($.list, 2147483648)",
        "States.ArrayContains('a', 'a')",
        "States.ArrayRange(1, 10, 0.9)",
        "States.ArrayRange(1, 10, null)",
        "States.ArrayRange('1', 10, 1)",
        "States.ArrayRange(1001, 1, -1)",
        "States.ArrayRange(-2147483648, 2147483647, 1)",
        "States.ArrayGetItem($.list, -1)",
        "States.ArrayGetItem($.list, 3)",
        "States.ArrayGetItem($.empty, -1)",
        "States.ArrayGetItem($.list, null)",
        "States.ArrayGetItem($.object, 0)",
        "States.ArrayLength(null)",
        "States.ArrayUnique('a')",
        "States.Base64Encode(null)",
        "States.Base64Decode(true)",
        "States.Hash('a', 'sha-256')",
        "States.Hash('a', 'SHA256')",
        "States.Hash('a', '')",
        "States.Hash('a', 123)",
        "States.Hash($.object, $.list)",
        "States.StringToJson(1)",
        "States.StringToJson(null)",
        "States.StringSplit('a', null)",
        "States.StringSplit(1, 'a')",
        "States.MathAdd('1', 2)",
        "States.MathAdd(1, false)",
        "States.MathAdd(2147483647.5, 0)",
        "States.MathAdd(3000000000, -3000000000)",
        "States.MathAdd(2147483647, 1)",
        "States.MathRandom(1.4, 1.6)",
        "States.MathRandom(1, true)",
        "States.MathRandom(1, 10, null)",
        "States.MathRandom(1, 10, 'a')",
        "States.Format(1, 2)",
        "States.Format($.list)",
    ],
)
def test_wrong_kinds_and_ranges_fail_when_they_run(call):
    assert fails(call, {"list": [1, 2, 3], "empty": [], "object": {}}) == invalid(call)


# What the functions give


@pytest.mark.parametrize(
    ("call", "result"),
    [
        ("States.Array()", []),
        ("States.Array(1, 'a', null, true, 1.5, $.n)", [1, "a", None, True, 1.5, 3]),
        ("States.ArrayPartition($.list, 2.6)", [[5, 6], [7]]),
        ("States.ArrayPartition($.list, 2147483647)", [[5, 6, 7]]),
        ("States.ArrayContains($.list, '6')", True),
        ("States.ArrayContains(States.Array('9007199254740991'), 9007199254740991)", True),
        ("States.ArrayContains(States.Array(true), 'true')", True),
        ("States.ArrayContains(States.Array(0, 1), false)", False),
        ("States.ArrayContains(States.Array(null), null)", True),
        ("States.ArrayContains(States.Array(1), 1.0)", False),
        ("States.ArrayContains(States.Array($.ab), $.ba)", False),
        ("States.ArrayRange(1.6, 1.4, 1)", [1]),
        ("States.ArrayRange(5.4, -0.6, -2.4)", [5, 3, 1]),
        ("States.ArrayRange(1.4, 5.6, 2.2)", [1, 3, 5]),
        ("States.ArrayRange(1, 9, 9)", [1]),
        ("States.ArrayRange(1000, 1, -1)", list(range(1000, 0, -1))),
        ("States.ArrayRange(1, 2, -3)", []),
        ("States.ArrayRange(2, 1, 3)", []),
        ("States.ArrayGetItem($.list, 1.9)", 6),
        ("States.ArrayGetItem($.empty, 7)", None),
        ("States.ArrayUnique(States.Array(3, 1, '1', 3, 1))", [1, "1", 3]),
        ("States.Base64Encode('')", ""),
        ("States.Base64Decode('aGk')", "hi"),
        ("States.Base64Decode(' a*G!k=\n')", "hi"),
        ("States.Base64Decode('aGk=aGk=')", "hi"),
        ("States.Base64Decode('aGkhZ')", "hi!"),
        ("States.Base64Decode('Pz8_')", "???"),
        ("States.Base64Decode('_w==')", "\ufffd"),
        ("States.Base64Decode('7aCA')", "\ufffd"),
        ("States.Hash('', 'MD5')", "d41d8cd98f00b204e9800998ecf8427e"),
        ("States.Hash(12, 'SHA-1')", "7b52009b64fd0a2a49e6d8a939753077792b0554"),
        ("States.Hash(true, 'MD5')", "b326b5062b2f0e69046810717534cb09"),
        ("States.JsonMerge($.ab, $.ba, 'false')", {"a": 1, "b": 2}),
        ("States.StringToJson('')", None),
        ("States.StringToJson(' \n\t')", None),
        ("States.StringToJson('-0')", 0),
        ('States.StringToJson(\'[1e2, {"b": 1, "a": null}]\')', [100.0, {"b": 1, "a": None}]),
        ("States.JsonToString($.ba)", '{"b":2,"a":1}'),
        ("States.JsonToString(1e10)", "1.0E10"),
        ("States.StringSplit(',,a,, b', ',')", ["a", " b"]),
        ("States.StringSplit('a.b*c', '*.')", ["a", "b", "c"]),
        ("States.StringSplit('a,b', '')", ["a,b"]),
        ("States.StringSplit('', ',')", []),
        ("States.StringSplit('', '')", []),
        ("States.MathAdd(-2.5, 0)", -2),
        ("States.MathAdd(1.49, 1.5)", 3),
        ("States.MathAdd(0.49999999999999994, 0)", 0),
        ("States.MathAdd(-1e-20, 0)", 0),
        ("States.MathAdd(2147483646.5, 0)", 2147483647),
        ("States.MathRandom(-5, 5, 42)", -5),
        ("States.MathRandom(1, 10, 42.9)", 9),
        ("States.Format('')", ""),
        ("States.Format('{}{}{}', null, true, 1e-5)", "nulltrue1.0E-5"),
        (r"States.Format('\{\}{}\\\'', 1)", r"{}1\'"),
        ("States.Format('{}', $.ba)", "{b=2, a=1}"),
        ("States.Format('{}', $.nested)", "[{k=[a, null]}]"),
        ("States.Format($.template, 1)", "back\\slash 1"),
        ("States.Format('{}', States.StringToJson('\"x\"'))", '"x"'),
        ("States.Format('{}', States.StringToJson($.json))", '{"a":[1]}'),
        ("States.Format($.template, States.StringToJson($.json))", 'back\\slash {"a":[1]}'),
        ("States.Format(States.JsonToString($.empty))", "[]"),
        ("States.Format('{}', $v.x)", "7"),
        ("States.Array($)", None),
    ],
)
def test_result(call, result):
    data = {
        "n": 3,
        "list": [5, 6, 7],
        "empty": [],
        "ab": {"a": 1, "b": 2},
        "ba": {"b": 2, "a": 1},
        "nested": [{"k": ["a", None]}],
        "template": "back\\slash {}",
        "json": '{"a":[1]}',
    }
    expected = [data] if call == "States.Array($)" else result
    assert dump(run(call, data, {"v": {"x": 7}})) == dump(expected)


def test_a_text_may_contain_line_ends():
    assert run("States.StringSplit('Hello\nWorld', '\n')") == ["Hello", "World"]


def test_encoding_and_hashing_end_at_ten_thousand_characters_as_java_counts_them():
    for text, allowed in [
        ("A" * 10_000, True),
        ("A" * 10_001, False),
        ("😀" * 5_000, True),
        ("😀" * 5_001, False),
    ]:
        for call in ("Base64Encode($)", "Base64Decode($)", "Hash($, 'MD5')"):
            if allowed:
                run(f"States.{call}", text)
            else:
                assert fails(f"States.{call}", text).endswith(call.partition("(")[0])


def test_nine_thousand_nine_hundred_and_ninety_nine_a_decode_as_on_aws():
    assert run("States.Base64Decode($)", "A" * 9_999) == "\0" * 7_499


def test_half_of_a_surrogate_pair_is_encoded_as_a_question_mark():
    assert run("States.Base64Encode($)", "\ud800") == "Pw=="
    assert run("States.Base64Encode($)", "\ud83d\ude00") == "8J+YgA=="


@given(st.text(max_size=200))
def test_base64_decoding_undoes_encoding(text):
    assert run("States.Base64Decode(States.Base64Encode($))", text) == text


def test_uuid_ignores_its_arguments_but_not_what_fails_in_them():
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", run("States.UUID('x', $)"))
    assert "could not be found" in fails("States.UUID($.missing)", {})


def test_random_results_come_from_the_environment():
    environment, again = FakeEnvironment(), FakeEnvironment()
    calls = [compile_intrinsic(f"States.{name}") for name in ("UUID()", "MathRandom(1, 1000)")] * 2
    drawn = [call.evaluate(None, environment) for call in calls]
    assert drawn == [call.evaluate(None, again) for call in calls]
    assert drawn[0] != drawn[2]
    assert environment.random.state != FakeEnvironment().random.state


def test_a_seeded_random_leaves_the_environment_alone():
    environment = FakeEnvironment()
    assert compile_intrinsic("States.MathRandom(1, 100, 42)").evaluate(None, environment) == 63
    assert environment.random.state == FakeEnvironment().random.state


@given(st.integers(-1000, 1000), st.integers(1, 1000))
def test_math_random_stays_in_its_range(start, width):
    number = run("States.MathRandom($.start, $.end)", {"start": start, "end": start + width})
    assert start <= number < start + width


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        ("States.Format('Hello {', $.a)", "matching '}' not found for '{'."),
        ("States.Format('Hello {{}}', $.a)", "matching '}' not found for '{'."),
        ("States.Format('{0}', $.a)", "matching '}' not found for '{'."),
        ("States.Format('}', $.a)", "matching '{' not found for '}'."),
        ("States.Format($.template, 1)", "matching '{' not found for '}'."),
        ("States.Format('}')", "matching '{' not found for '}'."),
    ],
)
def test_braces_without_their_partner_fail_when_they_run(call, sentence):
    whole = f"There was an error while evaluating the intrinsic function: {call}. "
    data = {"a": "x", "template": "a}"}
    assert fails(call, data) == f"{whole}Invalid template in States.Format: {sentence}"


@pytest.mark.parametrize(
    ("call", "detail"),
    [
        ("States.Format('{} {}', $.a)", "States.Format: 1 values for 2 '{}'."),
        ("States.Format('', $.a)", "States.Format: 1 values for 0 '{}'."),
        ("States.JsonMerge($, $.a, false)", "States.JsonMerge: only objects can be merged."),
        ("States.JsonMerge($, $, true)", "States.JsonMerge: the third must be false."),
        ("States.JsonMerge($, $, null)", "States.JsonMerge: the third must be false."),
    ],
)
def test_failures_whose_sentence_is_not_recorded_have_ours(call, detail):
    assert fails(call, {"a": 1}).endswith(f"{call}. Invalid arguments in {detail}")


@pytest.mark.parametrize(
    ("call", "data"),
    [
        ("States.Hash($, 'MD5')", {"a": 1}),
        ("States.Hash($, 'MD5')", []),
        ("States.Hash($, 'MD5')", None),
        ("States.Format($, 1)", r"a \{ {}"),
        ("States.MathRandom(1, 10, $)", 1700000000000),
        ("States.MathRandom(1, 10, $)", 1e12),
        ("States.MathRandom(-2, 2147483647, $)", 1),
        ("States.StringToJson($)", '{"a": 1} trailing'),
        ("States.StringToJson($)", "1e999"),
        ("States.StringToJson($)", "[" * 600 + "]" * 600),
        ("States.StringToJson($)", "1" * 1001),
        ("States.StringToJson($)", "1" * 5000),
    ],
)
def test_what_aws_makes_of_it_is_not_known_so_it_is_refused(call, data):
    with pytest.raises(UnsupportedFeature):
        run(call, data)


def test_texts_that_grow_without_end_are_refused():
    quotes = "\\" * 1000
    call = "$"
    for _ in range(11):
        call = f"States.JsonToString({call})"
    with pytest.raises(UnsupportedFeature, match="characters"):
        run(call, quotes * 4)
    with pytest.raises(UnsupportedFeature, match="characters"):
        run(
            f"States.Format('{'{}' * 100}', {', '.join(['$'] * 100)})", "x" * (MAX_CHARACTERS // 50)
        )


def test_values_that_share_their_parts_are_measured_before_somebody_walks_through_them():
    many = f"States.Array({', '.join(['$'] * 200)})"
    shared = f"States.Array({', '.join([many] * 90)})"
    assert run(f"States.ArrayLength({many})", {"a": [1]}) == 200
    with pytest.raises(UnsupportedFeature, match="characters"):
        run(f"States.JsonToString({shared})", {"a": ["x" * 1000]})


def test_string_to_json_fails_with_the_words_of_jackson():
    start = "There was an error while evaluating the intrinsic function: States.StringToJson($). "
    caused = "Cannot convert String to Json in States.StringToJson, caused by: "
    assert fails("States.StringToJson($)", "[1, oops]") == (
        f"{start}{caused}{parse_error('[1, oops]')}"
    )


# Bounds

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([1e16, 1e-5, 12345678.5, 0.0001])
    | st.text(max_size=5)
    | st.text(alphabet='"\\,{}\x00\x1f1e5[', max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(alphabet='"\\\x01ab', max_size=3), inner, max_size=3)
    ),
    max_leaves=10,
)


@pytest.mark.parametrize(
    "call",
    [
        "States.Array($.a, 'x', $.b)",
        "States.ArrayPartition(States.Array($.a, $.b, $.a), 1)",
        "States.ArrayContains(States.Array($.a), $.b)",
        "States.ArrayRange(-2147483648, -2147482649, 1)",
        "States.ArrayRange(0, -2147483648, -2147484)",
        "States.ArrayGetItem(States.Array($.a, $.b), 1)",
        "States.ArrayGetItem(States.ArrayUnique(States.Array()), 0)",
        "States.ArrayLength(States.Array($.a, $.b))",
        "States.ArrayUnique(States.Array($.a, $.b, $.a))",
        "States.Base64Encode(States.JsonToString($.a))",
        "States.Base64Decode(States.Format('{}', $.a))",
        "States.Hash(States.JsonToString($.a), 'SHA-512')",
        "States.JsonMerge($, $.c, false)",
        "States.StringToJson(States.JsonToString($.a))",
        "States.StringToJson('[1e15,1E9,9e15,1e-4]')",
        "States.JsonToString($.a)",
        "States.JsonToString(States.JsonToString($))",
        "States.StringSplit(States.JsonToString($.a), ',')",
        "States.StringSplit('a,b,c,d,e', $.comma)",
        "States.MathAdd(-2147483648, $.zero)",
        "States.MathRandom(-2147483648, -2147483647)",
        "States.UUID()",
        "States.Format('{} \"{}\" {}', $.a, $.b, 1)",
        "States.Format('{}', States.StringToJson(States.JsonToString($.a)))",
        "States.Format($.template, $.a)",
    ],
)
@settings(max_examples=30)
@given(json_values, json_values)
def test_results_keep_their_bounds(call, left, right):
    data = {"a": left, "b": right, "c": {"a": 1}, "zero": 0, "comma": ",", "template": "{}"}
    compiled = compile_intrinsic(call)
    result = compiled.evaluate(data, FakeEnvironment())
    assert size_bytes(result) <= compiled.bound.largest(size_bytes(data))


def test_bounds_of_the_largest_results_hold():
    for call, data in [
        ("States.Base64Encode($)", "\uffff" * 10_000),
        ("States.Base64Decode($)", "A" * 10_000),
        ("States.Base64Decode($)", "_" * 10_000),
        ("States.StringToJson($)", "[" + "1e15," * 1000 + "1e15]"),
        ("States.StringSplit($, ',')", "a," * 1000),
        ("States.JsonToString($)", '"\\' * 1000),
        ("States.ArrayPartition($, 1)", [1] * 1000),
    ]:
        compiled = compile_intrinsic(call)
        size = size_bytes(compiled.evaluate(data, FakeEnvironment()))
        assert size <= compiled.bound.largest(size_bytes(data))


def test_calls_of_literals_are_made_when_compiling():
    compiled = compile_intrinsic("States.ArrayRange(1, 3, 1)")
    assert compiled.evaluate(None, FakeEnvironment()) is compiled.evaluate(None, FakeEnvironment())
    assert compiled.bound == Bound(7)
