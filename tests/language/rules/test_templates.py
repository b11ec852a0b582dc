"""Payload templates: what stands under a ``.$`` key, and calls of intrinsic functions."""

import pytest

from asl.language.rules.templates import count
from tests.definitions import SUCCEED, catch, map_, parallel, pass_, scope, task
from tests.language.findings import (
    LAMBDA,
    choice,
    distributed,
    found,
    hints,
    jsonata_state,
    locations,
    pointers,
    rules,
    state,
    told,
)

FUNCTIONS = {
    "Format": (1, None), "StringToJson": (1, 1), "JsonToString": (1, 1), "Array": (0, None),
    "ArrayPartition": (2, 2), "ArrayContains": (2, 2), "ArrayRange": (3, 3),
    "ArrayGetItem": (2, 2), "ArrayLength": (1, 1), "ArrayUnique": (1, 1), "Base64Encode": (1, 1),
    "Base64Decode": (1, 1), "Hash": (2, 2), "JsonMerge": (3, 3), "MathRandom": (2, 3),
    "MathAdd": (2, 2), "StringSplit": (2, 2), "UUID": (0, None),
}  # fmt: skip


def no_value(key="x.$"):
    return (
        f"The value for the field '{key}' must be a valid JSONPath or a valid intrinsic function "
        "call"
    )


def entry(value, key="x.$"):
    return state(pass_(Parameters={key: value}))


# ---------------------------------------------------------------- where templates stand


def everywhere(template):
    """A machine for each field that is a template, with the pointer to it."""
    caught = task(LAMBDA, Catch=[catch("B", Assign=template)], End=True)
    ruled = choice({"Variable": "$.x", "IsNull": True, "Next": "B", "Assign": template})
    reader = {"Resource": "arn:aws:states:::s3:listObjectsV2", "Parameters": template}
    writer = {"Resource": "arn:aws:states:::s3:putObject", "Parameters": template}
    inner = scope(In=SUCCEED)
    return [
        (state(pass_(Parameters=template)), "/Parameters"),
        (state(pass_(Assign=template)), "/Assign"),
        (state(task(LAMBDA, Parameters=template)), "/Parameters"),
        (state(task(LAMBDA, ResultSelector=template)), "/ResultSelector"),
        (
            state(task(LAMBDA, Credentials={"RoleArn": "r"} | template)),
            "/Credentials",
        ),
        (state(parallel(inner, Parameters=template)), "/Parameters"),
        (state(parallel(inner, ResultSelector=template)), "/ResultSelector"),
        (state(map_(inner, ItemSelector=template)), "/ItemSelector"),
        (state(map_(inner, Parameters=template)), "/Parameters"),
        (scope(A=caught, B=SUCCEED), "/Catch/0/Assign"),
        (ruled, "/Choices/0/Assign"),
        (distributed(ItemReader=reader), "/ItemReader/Parameters"),
        (distributed(ResultWriter=writer), "/ResultWriter/Parameters"),
        (
            distributed(ItemBatcher={"MaxItemsPerBatch": 1, "BatchInput": template}),
            "/ItemBatcher/BatchInput",
        ),
    ]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("x", "ASL-212"),
        ("$.", "ASL-212"),
        ("States.UUID(", "ASL-501"),
        ("States.Nope()", "ASL-502"),
    ],
)
def test_each_template_is_looked_at(value, code):
    for machine, pointer in everywhere({"x.$": value}):
        assert told(machine, code) == [(f"/States/A{pointer}/x.$", no_value())]
        (location,) = locations(machine, code)
        assert location == f"/States/A{pointer}".replace("/0", "[0]")


def test_each_template_may_have_paths_and_calls():
    template = {"x.$": "$.a", "y": {"z.$": "States.UUID()"}, "c": "$5"}
    for machine, _ in everywhere(template):
        assert set(rules(machine)) <= {"ASL-809"}


@pytest.mark.parametrize(
    ("template", "pointer"),
    [
        ({"a": {"b": {"x.$": "x"}}}, "/a/b/x.$"),
        ({"a": [1, [{"x.$": "x"}]]}, "/a/1/0/x.$"),
        ([{"x.$": "x"}], "/0/x.$"),
        ({"/~": {"x.$": "x"}}, "/~1~0/x.$"),
    ],
)
def test_an_entry_is_found_at_any_depth(template, pointer):
    machine = state(pass_(Parameters=template))
    assert told(machine, "ASL-212") == [(f"/States/A/Parameters{pointer}", no_value())]
    assert locations(machine, "ASL-212") == ["/States/A/Parameters"]


def test_what_is_no_template_is_not_looked_at():
    assert "ASL-212" not in rules(state(pass_(Result={"x.$": "x"})))
    assert found(jsonata_state(pass_(Output={"x.$": "x"}))) == []


# ---------------------------------------------------------------- entries


@pytest.mark.parametrize("value", ["$", "$$", "$.a", "$..a", "$.a[?(@.b)]", "$$.Execution.Id"])
def test_an_entry_is_a_path(value):
    assert found(entry(value)) == []


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("", '""'),
        ("x", '"x"'),
        (" $.a", '" $.a"'),
        ("states.UUID()", '"states.UUID()"'),
        (5, "5"),
        (None, "null"),
        (True, "true"),
        (["$.a"], '["$.a"]'),
        ({"a.$": "$"}, '{"a.$":"$"}'),
    ],
)
def test_an_entry_is_nothing_else(value, shown):
    assert found(entry(value)) == [("ASL-212", "/States/A/Parameters/x.$", no_value())]
    hint = f"found {shown}; without '.$' the key holds a constant"
    assert hints(entry(value), "ASL-212") == [hint]


@pytest.mark.parametrize("value", ["$.", "$.a[", "$.a b", "$[", "$.a.b]"])
def test_the_path_of_an_entry_can_be_read(value):
    assert told(entry(value), "ASL-212") == [("/States/A/Parameters/x.$", no_value())]
    assert "malformed" in hints(entry(value), "ASL-212")[0]


def test_a_key_that_is_only_the_mark_is_an_entry():
    assert told(entry("x", ".$"), "ASL-212") == [("/States/A/Parameters/.$", no_value(".$"))]
    assert found(entry("$.a", ".$")) == []


@pytest.mark.parametrize("value", ["$.a.length()", "States.Format('{}', $.a.length())"])
def test_a_path_that_we_do_not_run_is_a_warning(value):
    assert rules(entry(value)) == ["ASL-901"]


def test_a_key_is_given_once():
    for key in ("x", "x.y", ""):
        machine = state(pass_(Parameters={"a": [{key: 1, f"{key}.$": "$.b"}]}))
        message = f"The field '{key}' is given twice, as '{key}' and as '{key}.$'"
        assert found(machine) == [("ASL-213", f"/States/A/Parameters/a/0/{key}.$", message)]
        assert locations(machine, "ASL-213") == ["/States/A/Parameters/a[0]"]
    assert found(state(pass_(Parameters={"x": 1, "y.$": "$.x"}))) == []


def test_a_key_that_is_given_twice_is_read_all_the_same():
    machine = state(pass_(Parameters={"x": 1, "x.$": "y"}))
    assert rules(machine) == ["ASL-213", "ASL-212"]


# ---------------------------------------------------------------- calls


@pytest.mark.parametrize(
    "text",
    [
        "States.UUID()",
        "States.UUID( )",
        "States.Array()",
        "States.Array(1, -2.5, 'a', true, false, null, $, $$.Execution.Id, States.UUID())",
        "States.Format('it\\'s \\{{}\\} \\\\', $.a)",
        "States.Format('a, b (c) {}', $['x, y)'])",
        "States.Format($.template, 1, 2)",
        "States.StringToJson('')",
        "States.MathRandom(1, 2)",
        "States.MathRandom(1, 2, 3)",
        "States.ArrayRange(1, 9, 2)",
        "States.ArrayRange(9, 1, -2)",
        "States.ArrayPartition($.a, 2.4)",
        "States.ArrayGetItem($.a, 0)",
        "States.ArrayContains($.a, null)",
        "States.Hash($.a, 'SHA-256')",
        "States.Hash('a', $.algorithm)",
        "States.Hash(5, 'MD5')",
        "States.JsonMerge($.a, $.b, false)",
        "States.JsonMerge($.a, $.b, 'false')",
        "States.UUID('x', null)",
        "States.StringSplit('', '')",
    ],
)
def test_a_call_is_right(text):
    assert found(entry(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        # recorded: UUID-016 to -020
        "States.UUID(",
        "States.UUID)",
        "States.UUID(,)",
        "States.UUID() trailing",
        "States.UUID($",
        # noted: Base64Decode-020
        "States.Base64Decode('a\\n')",
        "States.UUID",
        "States.",
        "States.UUID() ",
        "States.UUID ()",
        "States.UUID()()",
        "States.Array(1,)",
        "States.Array(1 2)",
        'States.Array("a")',
        "States.Array('a)",
        "States.Array('it's')",
        "States.Array(abc)",
        "States.Array(True)",
        "States.Array(01)",
        "States.Array($.)",
        "States.Array($.a[)",
        "States.Array(UUID())",
    ],
)
def test_a_call_can_be_read(text):
    assert found(entry(text)) == [("ASL-501", "/States/A/Parameters/x.$", no_value())]
    assert locations(entry(text), "ASL-501") == ["/States/A/Parameters"]
    assert hints(entry(text), "ASL-501") != [""]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("States.uuid()", "did you mean 'States.UUID'?"),
        ("States.MathAd(1, 2)", "did you mean 'States.MathAdd'?"),
        ("States.Array(States.format('a'))", "did you mean 'States.Format'?"),
    ],
)
def test_a_function_is_one_that_there_is(text, hint):
    assert found(entry(text)) == [("ASL-502", "/States/A/Parameters/x.$", no_value())]
    assert hints(entry(text), "ASL-502") == [hint]
    assert locations(entry(text), "ASL-502") == ["/States/A/Parameters"]


def test_a_function_that_looks_nothing_like_another_has_no_hint():
    """All share their first seven characters, which is no likeness."""
    assert hints(entry("States.Foo()"), "ASL-502") == [""]


@pytest.mark.parametrize("name", list(FUNCTIONS))
def test_a_wrong_number_of_arguments_is_a_warning(name):
    """AWS takes it and fails when it runs; UUID takes any (recorded)."""
    fewest, most = FUNCTIONS[name]
    wrong = [fewest - 1] if fewest else []
    wrong += [] if most is None else [most + 1]
    for given in wrong:
        call = f"States.{name}({', '.join(['$.a'] * given)})"
        takes = count(fewest, most)
        message = f"States.{name} takes {takes}, not {given}: it fails when it runs"
        assert found(entry(call)) == [("ASL-503", "/States/A/Parameters/x.$", message)]
    for given in (fewest, fewest + 3 if most is None else most):
        call = f"States.{name}({', '.join(['$.a'] * given)})"
        assert found(entry(call)) == []


@pytest.mark.parametrize(
    ("fewest", "most", "text"),
    [
        (0, 0, "no argument"),
        (1, 1, "1 argument"),
        (2, 2, "2 arguments"),
        (1, None, "at least 1 argument"),
        (2, None, "at least 2 arguments"),
        (0, 1, "0 or 1 argument"),
        (2, 3, "2 or 3 arguments"),
        (1, 3, "1 to 3 arguments"),
    ],
)
def test_a_number_of_arguments_is_said_in_words(fewest, most, text):
    assert count(fewest, most) == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("States.MathAdd('1', 2)", "takes numbers"),
        ("States.MathAdd($.a, null)", "takes numbers"),
        ("States.MathRandom(1, 2, 'seed')", "takes numbers"),
        ("States.MathRandom(1, true)", "takes numbers"),
        ("States.ArrayRange('1', 2, 3)", "takes numbers"),
        ("States.Base64Encode(1)", "takes text"),
        ("States.Base64Decode(null)", "takes text"),
        ("States.StringSplit($.a, 1)", "takes text"),
        ("States.StringToJson(true)", "takes text"),
        ("States.ArrayPartition('a', 1)", "takes an array first"),
        ("States.ArrayContains(1, 1)", "takes an array first"),
        ("States.ArrayGetItem(null, 1)", "takes an array first"),
        ("States.ArrayLength('abc')", "takes an array first"),
        ("States.ArrayUnique(1)", "takes an array first"),
        (
            f"States.Hash('{'a' * 10_001}', 'MD5')",
            "takes at most 10,000 characters",
        ),
        (f"States.Base64Encode('{'a' * 10_001}')", "takes at most 10,000 characters"),
        (f"States.Base64Decode('{'a' * 10_001}')", "takes at most 10,000 characters"),
        ("States.Hash('a', 'sha-256')", "knows MD5, SHA-1, SHA-256, SHA-384, SHA-512"),
        ("States.Hash($.a, 'SHA256')", "knows MD5, SHA-1, SHA-256, SHA-384, SHA-512"),
        ("States.Hash($.a, 5)", "knows MD5, SHA-1, SHA-256, SHA-384, SHA-512"),
        (
            "States.JsonMerge($.a, $.b, true)",
            "only merges one level: its third argument is false",
        ),
        (
            "States.JsonMerge($.a, $.b, null)",
            "only merges one level: its third argument is false",
        ),
        ("States.ArrayRange(1, 10, 0)", "takes a step that is not 0"),
        ("States.ArrayRange(1, 10, -0.49)", "takes a step that is not 0"),
        ("States.ArrayPartition($.a, 0)", "takes a size of at least 1"),
        ("States.ArrayPartition($.a, 0.6)", "takes a size of at least 1"),
        ("States.ArrayPartition($.a, 'x')", "takes a size of at least 1"),
        ("States.ArrayGetItem($.a, -1)", "takes an index from 0 on"),
        ("States.ArrayGetItem($.a, 'x')", "takes an index from 0 on"),
    ],
)
def test_a_literal_with_which_a_call_always_fails_is_a_warning(text, reason):
    name = text.partition("(")[0]
    message = f"{name} {reason}: it fails when it runs"
    assert found(entry(text)) == [("ASL-504", "/States/A/Parameters/x.$", message)]


def test_a_number_is_no_false():
    assert rules(entry("States.JsonMerge($.a, $.b, 0)")) == ["ASL-504"]


@pytest.mark.parametrize(
    "text",
    [
        "States.Base64Encode('" + "a" * 10_000 + "')",
        "States.ArrayGetItem($.a, -0.4)",
        "States.ArrayGetItem($.a, 1.2)",
        "States.ArrayRange(1.4, 5.6, 2.2)",
        "States.MathAdd(1e3, -0)",
        "States.ArrayContains($.a, 'b')",
        "States.ArrayLength(States.Array(1))",
    ],
)
def test_a_literal_that_may_work_is_fine(text):
    assert found(entry(text)) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("States.Format('{}')", "States.Format has 1 '{}' for 0 values: it fails when it runs"),
        ("States.Format('a', 1)", "States.Format has 0 '{}' for 1 value: it fails when it runs"),
        (
            "States.Format('{} {}', 1, 2, 3)",
            "States.Format has 2 '{}' for 3 values: it fails when it runs",
        ),
    ],
)
def test_a_format_has_a_place_for_each_value(text, message):
    assert found(entry(text)) == [("ASL-505", "/States/A/Parameters/x.$", message)]


@pytest.mark.parametrize(
    "text",
    ["Hello {", "}", "Hello {{}}", "{a}", "{ }", "}{", "\\\\{", "{\\{}"],
)
def test_a_format_has_no_other_braces(text):
    call = f"States.Format('{text}', 1)"
    message = "braces that are not '{}' make States.Format fail when it runs"
    assert found(entry(call)) == [("ASL-505", "/States/A/Parameters/x.$", message)]


@pytest.mark.parametrize(
    ("template", "values"),
    [("", 0), ("a", 0), ("{}", 1), ("{}{}", 2), ("\\{\\}", 0), ("\\{{}\\}", 1), ("\\\\{}", 1)],
)
def test_a_format_is_right(template, values):
    given = ", ".join([f"'{template}'", *["1"] * values])
    assert found(entry(f"States.Format({given})")) == []


def test_a_format_has_text_first():
    message = "States.Format takes a text first: it fails when it runs"
    for call in ("States.Format(1)", "States.Format(null, 1)"):
        assert found(entry(call)) == [("ASL-504", "/States/A/Parameters/x.$", message)]
    for call in ("States.Format($.t, 1)", "States.Format(States.Format('{}', '{}'), 1)"):
        assert found(entry(call)) == []


def nested_calls(levels):
    text = "States.UUID()"
    for _ in range(levels):
        text = f"States.Array({text})"
    return text


def test_calls_are_nested_ten_deep():
    assert found(entry(nested_calls(9))) == []
    assert rules(entry(nested_calls(10))) == ["ASL-506"]
    assert rules(entry(nested_calls(20))) == ["ASL-506"]


def test_calls_without_end_are_not_read():
    many = f"States.Array({', '.join(['States.UUID()'] * 200)})"
    for text in (nested_calls(150), many, f"States.Array({'1' * 70_000})"):
        assert rules(entry(text)) == ["ASL-901"]


def test_each_call_inside_is_looked_at():
    text = "States.Array(States.MathAdd(1), States.Hash('a', 'x'), States.Format('{'))"
    assert rules(entry(text)) == ["ASL-503", "ASL-504", "ASL-505"]


# ---------------------------------------------------------------- ErrorPath and CausePath


def failing(**fields):
    return state({"Type": "Fail", **fields})


@pytest.mark.parametrize("field", ["ErrorPath", "CausePath"])
@pytest.mark.parametrize(
    "text",
    [
        "$.e",
        "$$.Execution.Id",
        "$",
        "States.Format('{}', $.e)",
        "States.JsonToString($.e)",
        "States.ArrayGetItem($.e, 0)",
        "States.Base64Encode($.e)",
        "States.Base64Decode($.e)",
        "States.Hash($.e, 'MD5')",
        "States.UUID()",
    ],
)
def test_a_failure_is_described_by_a_path_or_a_call_that_gives_text(field, text):
    assert found(failing(**{field: text})) == []


@pytest.mark.parametrize("field", ["ErrorPath", "CausePath"])
@pytest.mark.parametrize(
    ("text", "code", "hint"),
    [
        ("e", "ASL-382", "a path starts with '$'"),
        ("", "ASL-382", "a path starts with '$'"),
        ("Statesx", "ASL-382", "a path starts with '$'"),
        ("States.MathAdd(1, 2)", "ASL-382", "States.MathAdd does not give text"),
        ("States.Array()", "ASL-382", "States.Array does not give text"),
        ("States.uuid()", "ASL-502", "did you mean 'States.UUID'?"),
    ],
)
def test_a_failure_is_described_by_nothing_else(field, text, code, hint):
    machine = failing(**{field: text})
    assert found(machine) == [(code, f"/States/A/{field}", no_value(field))]
    assert hints(machine, code) == [hint]
    assert locations(machine, code) == [f"/States/A/{field}"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("$.", "ASL-382"),
        ("States.UUID(", "ASL-501"),
        ("States.Format('{}')", "ASL-505"),
        ("$.a.length()", "ASL-901"),
        ("$$.Foo", "ASL-602"),
    ],
)
def test_a_failure_is_looked_at_like_an_entry(text, code):
    assert rules(failing(CausePath=text)) == [code]


# ---------------------------------------------------------------- texts that look like queries


@pytest.mark.parametrize("text", ["$.a", "$$.a", "$[0]", "$['a'].b", "States.UUID()"])
def test_a_text_that_looks_like_a_query_is_a_warning(text):
    machine = state(pass_(Parameters={"a": {"x": text}}))
    message = (
        "The value of 'x' looks like a JSONPath or intrinsic function. Use 'x.$' to evaluate it"
    )
    assert found(machine) == [("ASL-221", "/States/A/Parameters/a/x", message)]
    assert locations(machine, "ASL-221") == ["/States/A/Parameters"]


@pytest.mark.parametrize(
    "text",
    ["$", "$a", "$5.00", "$.", "$.a b", "$.a[*]", "US$.", "S3", "States", "States.Foo()",
     "States.UUID() later", "States.UUID", "", "a$.b"],
)  # fmt: skip
def test_another_text_is_a_constant(text):
    assert found(state(pass_(Parameters={"x": text, "y": [text]}))) == []


def test_an_element_of_an_array_has_no_key_to_blame():
    assert found(state(pass_(Parameters={"x": ["$.a"]}))) == []


def test_the_first_fault_of_a_call_is_the_one_that_is_told():
    text = "States.Nope(States.MathAdd(1), States.Also())"
    assert pointers(entry(text), "ASL-502") == ["/States/A/Parameters/x.$"]
    assert rules(entry(text)) == ["ASL-502"]
