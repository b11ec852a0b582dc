"""YAML becomes JSON as AWS's tools make it, and never anything else."""

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from asl.jsontypes import MAX_DEPTH
from asl.language.positions import TextError
from asl.language.yamltext import read_yaml


def value_of(text, limit=10_000):
    return read_yaml(text, limit=limit)[0]


def fault_of(text, limit=10_000):
    with pytest.raises(TextError) as caught:
        read_yaml(text, limit=limit)
    return caught.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", True),
        ("Off", False),
        ("true", True),
        ('"yes"', "yes"),
        ("y", "y"),
        ("~", None),
        ("", None),
        ("null", None),
        ("12", 12),
        ("-1_000", -1000),
        ("010", 8),
        ("0x1F", 31),
        ("1:30", 90),
        ("1.5", 1.5),
        ("1e3", "1e3"),
        ("1.0e+3", 1000.0),
        ("'12'", "12"),
        ("2016-03-14", "2016-03-14"),
        ("2016-03-14T01:59:00Z", "2016-03-14T01:59:00Z"),
        ("=", "="),
        ("$.a", "$.a"),
        ("{% $states.input %}", None),
        ("'{% $states.input %}'", "{% $states.input %}"),
        ("!!str 12", "12"),
        ("!!int '12'", 12),
        ("!!timestamp 2016-03-14", "2016-03-14"),
        (">-\n  a\n  b", "a b"),
        ("|\n  a\n  b\n", "a\nb\n"),
        ("!!seq [1]", [1]),
        ("!!map {a: 1}", {"a": 1}),
        ("[a, {b: c}]", ["a", {"b": "c"}]),
    ],
)
def test_a_scalar_is_what_yaml_1_1_says_if_json_has_it(text, value):
    if text.startswith("{%"):
        assert fault_of(f"a: {text}")
    else:
        assert value_of(f"a: {text}") == {"a": value}


@pytest.mark.parametrize("key", ["yes", "On", "404", "2016-03-14", "~", "null", "1.0"])
def test_a_key_is_the_text_as_written(key):
    assert value_of(f"{key}: 1") == {key: 1}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: !Sub '${x}'", "the tag !Sub is not JSON"),
        ("a: !Ref x", "the tag !Ref is not JSON"),
        ("a: !GetAtt [x, Arn]", "the tag !GetAtt is not JSON"),
        ("a: !!set {x, y}", "the tag tag:yaml.org,2002:set is not JSON"),
        ("a: !!binary aGk=", "the tag tag:yaml.org,2002:binary is not JSON"),
        ("a: !!python/object/apply:os.system ['true']", "is not JSON"),
        ("a: !!python/name:os.system", "is not JSON"),
        ("a: .nan", ".nan is not a JSON number"),
        ("a: -.inf", "-.inf is not a JSON number"),
        ("a: !!int x", "'x' is not a YAML int"),
        ("a: !!bool maybe", "'maybe' is not a YAML bool"),
        ("a: !!float ''", "'' is not a YAML float"),
        ("a: 1" + ":00" * 300 + ".5", "is not a YAML float"),
        ("a: " + "9" * 5000, "is not a YAML int"),
        ("a: 1" + ":1" * 100_000, "is not a YAML int"),
        ("a: &x {b: 1}\nc:\n  <<: *x", "merge keys (<<) are not supported"),
        ("? [a]\n: 1", "a key must be text"),
        ("? {a: 1}\n: 1", "a key must be text"),
        ("a: &x [1]\n*x : 2", "a key must be text"),
        ("a: *x", "*x stands before or inside its anchor"),
        ("a: &x [*x]", "*x stands before or inside its anchor"),
        ("a: 1\n---\nb: 2", "there is more than one document"),
        ("# nothing", "there is no document"),
        ("a: [1", "expected"),
        ("a: \x07", "control characters are not allowed"),
        ("a: \ud800", "surrogates"),
        ("a: " + "[" * 100_000, f"nested more than {MAX_DEPTH} levels deep"),
        ("a: " + "{a: " * 100_000, f"nested more than {MAX_DEPTH} levels deep"),
    ],
)
def test_what_is_not_json_is_refused(text, message):
    assert message in fault_of(text, limit=1_000_000).message


def test_faults_have_their_place():
    text = "a: 1\nb: é !Sub\nc: !Sub x\n"
    assert fault_of(text).offset == text.index("!Sub x")
    assert "substitution" in fault_of(text).hint


def test_aliases_stand_for_what_they_repeat():
    value, node, _ = read_yaml("a: &x {b: [1]}\nc: *x\n&k d: *k\n*k : 1", limit=1000)
    assert value == {"a": {"b": [1]}, "c": {"b": [1]}, "d": 1}
    assert node.members["c"][1] == node.members["a"][1]


def test_aliases_can_not_make_a_definition_grow_beyond_the_limit():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n + 1}: &a{n + 1} [{', '.join([f'*a{n}'] * 10)}]" for n in range(20)]
    assert "with its aliases" in fault_of("\n".join(lines)).message


def test_aliases_can_not_make_a_definition_deeper_than_the_limit():
    lines = ["a0: &a0 []", *(f"a{n + 1}: &a{n + 1} [*a{n}]" for n in range(MAX_DEPTH + 1))]
    assert "levels deep" in fault_of("\n".join(lines), limit=1_000_000).message


def test_repeated_keys_are_found():
    duplicates = read_yaml("a: 1\nb: [{c: 1, 'c': 2}]\na: 2", limit=1000)[2]
    assert [(one.path, one.offset) for one in duplicates] == [(("b", 0, "c"), 16), (("a",), 25)]


plain = st.characters(exclude_categories=["Cs"])
yaml_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(plain, max_size=8)
    | st.sampled_from(["yes", "2016-03-14", "1:30", "0x1f", "<<", "=", "${A}", "a: b", "#", "%"]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(plain, max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(yaml_values, st.sampled_from([True, False, None]))
def test_what_pyyaml_writes_is_read_again(value, flow):
    text = yaml.safe_dump({"a": value}, default_flow_style=flow, sort_keys=False)
    assert value_of(text) == {"a": value}


@settings(deadline=None)
@given(st.text("{}[]:,-&*!|>'\"#%@? \nab1~.$<", max_size=30))
def test_reading_gives_json_or_a_fault_whatever_the_text(text):
    try:
        value = value_of(text)
    except TextError:
        return
    assert value is None or isinstance(value, str | int | float | list | dict)
