"""The rules of Java, checked against values that Java (or AWS) gave, and by their laws."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asl.jsontypes import MAX_DEPTH, Json, check_json, dump
from asl.query.javalike import (
    JavaRandom,
    hash_code,
    hash_map_order,
    hash_set_order,
    java_length,
    map_text,
    merged_map_order,
    number_text,
    string_hash,
    to_text,
    utf16,
)

numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
leaves = st.none() | st.booleans() | numbers | st.text()
values = st.recursive(
    leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=12
)


# JavaRandom


@pytest.mark.parametrize(
    ("start", "end", "seed", "number"),
    [
        (1, 100, 42, 63),
        (1, 1000, 1, 106),
        (1, 1000, 2, 806),
        (1, 10, -10, 1),
        (1, 10, 0, 7),
        (1, 10, 42, 9),
        (1, 5, 42, 3),
        (2147483640, 2147483647, 1, 2147483644),
        (-5, 5, 42, -5),
    ],
)
def test_next_int_gives_the_numbers_that_aws_gave(start, end, seed, number):
    assert start + JavaRandom(seed).next_int(end - start) == number


def test_next_double_gives_the_number_that_aws_gave():
    assert JavaRandom(77).next_double() == 0.7240700207191966


def test_next_long_is_signed():
    random = JavaRandom(42)
    assert [random.next_long(), random.next_long()] == [-5025562857975149833, -5843495416241995736]


def test_next_int_starts_again_when_it_meets_the_incomplete_stretch_at_the_end():
    # With this bound about half of all draws are refused, so 50 draws take more than 50 steps.
    bound = (1 << 30) + 1
    random, steps = JavaRandom(1), JavaRandom(1)
    drawn = [random.next_int(bound) for _ in range(50)]
    kept = []
    while len(kept) < 50:
        bits = steps.next_bits(31)
        if bits < bound:
            kept.append(bits)
    assert drawn == kept
    assert random.state == steps.state


@pytest.mark.parametrize("bound", [0, -1, 1 << 31])
def test_next_int_refuses_bounds_that_are_not_javas(bound):
    with pytest.raises(ValueError, match="bound"):
        JavaRandom(0).next_int(bound)


@given(st.integers(), st.integers(1, (1 << 31) - 1))
def test_next_int_stays_below_its_bound(seed, bound):
    assert 0 <= JavaRandom(seed).next_int(bound) < bound


@given(st.integers())
def test_a_restored_random_goes_on_where_it_stood(seed):
    random = JavaRandom(seed)
    random.next_double()
    again = JavaRandom.from_state(random.state)
    assert [again.uuid4(), again.next_long()] == [random.uuid4(), random.next_long()]


@given(st.integers())
def test_uuid4_has_the_version_and_variant_of_rfc_4122(seed):
    text = JavaRandom(seed).uuid4()
    assert [len(part) for part in text.split("-")] == [8, 4, 4, 4, 12]
    assert text[14] == "4"
    assert text[19] in "89ab"
    assert int(text.replace("-", ""), 16) >= 0


# Hash codes


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", 0),
        ("a", 97),
        ("hello", 99162322),
        ("polygenelubricants", -2147483648),
        ("é", 233),
        ("😀", 1772899),
    ],
)
def test_string_hash_is_that_of_java(text, code):
    assert string_hash(text) == code


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (None, 0),
        (True, 1231),
        (False, 1237),
        (7, 7),
        (-1, -1),
        (1 << 31, -2147483648),
        (-(1 << 31), -2147483648),
        (1 << 32, 1),
        (-(1 << 31) - 1, -2147483648),
        (1 << 63, -2147483648),
        (-(1 << 63) - 1, None),
        (1.0, 1072693248),
        (-0.0, -2147483648),
        (0.1, -1507852285),
        ("a", 97),
        ([], 1),
        ([1, 2], 994),
        ({}, 0),
        ({"a": 1}, 96),
        ({"a": None, "b": [1]}, 97 + (98 ^ 32)),
    ],
)
def test_hash_code_is_that_of_the_java_value(value, code):
    if code is None:  # BigInteger: the sign is a factor
        assert hash_code(value) == -hash_code(-value)
    else:
        assert hash_code(value) == (code + (1 << 31)) % (1 << 32) - (1 << 31)


@given(values)
def test_hash_code_is_a_signed_number_of_32_bits(value):
    assert -(1 << 31) <= hash_code(value) < 1 << 31


# Orders


@pytest.mark.parametrize(
    ("keys", "order"),
    [
        (["message", "roleCount", "originalUser"], ["roleCount", "originalUser", "message"]),
        (["priority", "traceId"], ["traceId", "priority"]),
        (["payload", "requestId", "original"], ["original", "payload", "requestId"]),
        ([], []),
    ],
)
def test_hash_map_order_is_that_of_recorded_payload_templates(keys, order):
    assert hash_map_order(keys) == order


def test_hash_map_order_doubles_its_table_beyond_twelve_keys():
    # Buckets of single letters are their codes: 'p' is 112, so 0 of 16 but 16 of 32.
    twelve = ["p", *"abcdefghijk"]
    assert hash_map_order(twelve) == twelve
    assert hash_map_order([*twelve, "l"]) == [*"abcdefghijkl", "p"]


@pytest.mark.parametrize(
    ("first", "second", "order"),
    [
        ("abd", "acd", [*"abcd"]),
        (["constant_in_literal"], ["constant_input_field"], None),
        ("xy", "yz", [*"xyz"]),
        (["nested", "keep"], ["nested"], ["nested", "keep"]),
        (["value"], ["fallback", "value"], ["value", "fallback"]),
        (["__proto__"], ["x"], ["x", "__proto__"]),
        ("", "x", ["x"]),
        ("x", "", ["x"]),
        ("", "", []),
    ],
)
def test_merged_map_order_is_that_of_recorded_merges(first, second, order):
    expected = ["constant_input_field", "constant_in_literal"] if order is None else order
    assert merged_map_order(first, second) == expected


def test_merged_map_order_grows_the_copied_table():
    # 'a' is 97: bucket 1 of 2, 4, 8, 16 and 32; 'p' is 112: bucket 0, but 16 of 32.
    assert merged_map_order("a", "p") == ["p", "a"]
    assert merged_map_order("a", "pbcdefghijklmno") == [*"abcdefghijklmno", "p"]


@pytest.mark.parametrize(
    ("values", "order"),
    [
        ([True, False, True, False], [False, True]),
        ([[1, 2], [1, 2], [2, 1]], [[2, 1], [1, 2]]),
        (["a", "b", "a", "c", "b"], ["a", "b", "c"]),
        ([None, None, 1, None], [None, 1]),
        ([{"nested": {"x": 1}}, {"nested": {"x": 1}}], [{"nested": {"x": 1}}]),
        ([3, 2, 1, 2], [1, 2, 3]),
        ([17, 1], [17, 1]),
    ],
)
def test_hash_set_order_is_that_of_recorded_results(values, order):
    assert dump(hash_set_order(values)) == dump(order)


def test_hash_set_order_knows_types_and_not_the_order_of_keys():
    different: list[Json] = [1, "1", 1.0, True, None, "null", "01", 0.0, -0.0]
    assert sorted(map(dump, hash_set_order(different * 2))) == sorted(map(dump, different))
    assert hash_set_order([{"a": 1, "b": 2}, {"b": 2, "a": 1}]) == [{"a": 1, "b": 2}]


@given(st.lists(values, max_size=30))
def test_hash_set_order_keeps_each_value_once(items):
    kept = hash_set_order(items)
    as_text = [json.dumps(value, sort_keys=True) for value in kept]
    assert len(set(as_text)) == len(as_text)
    assert set(as_text) == {json.dumps(value, sort_keys=True) for value in items}


@given(st.lists(st.text(), unique=True, max_size=40))
def test_hash_map_order_is_a_permutation_sorted_by_bucket(keys):
    order = hash_map_order(keys)
    assert sorted(order) == sorted(keys)
    assert hash_map_order(order) == order


# Text


def test_java_counts_utf_16_units():
    assert java_length("aé😀") == 4
    assert utf16("😀") == (0xD83D, 0xDE00)
    assert java_length("\ud800") == 1


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (-12, "-12"),
        (9007199254740993, "9007199254740993"),
        (1e10, "1.0E10"),
        (1e-5, "1.0E-5"),
        (0.1, "0.1"),
        (100.0, "100.0"),
        (1.5, "1.5"),
        (0.0, "0.0"),
        (-0.0, "-0.0"),
        (0.001, "0.001"),
        (0.00099, "9.9E-4"),
        (9999999.0, "9999999.0"),
        (1e7, "1.0E7"),
        (12345678.5, "1.23456785E7"),
        (-1.5e300, "-1.5E300"),
        (2e23, "2.0E23"),
        (2.0**-24, "5.960464477539063E-8"),
        (-123456789.0, "-1.23456789E8"),
        (5e-324, "4.9E-324"),
        (1.7976931348623157e308, "1.7976931348623157E308"),
    ],
)
def test_number_text_is_that_of_double_to_string(number, text):
    assert number_text(number) == text


@given(numbers)
def test_number_text_reads_back_as_the_same_number(number):
    assert type(number)(number_text(number)) == number


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": [1, {}], "a": None}, '{"b":[1,{}],"a":null}'),
        (["a/b", 'q"\\', "\b\f\n\r\t"], r'["a/b","q\"\\","\b\f\n\r\t"]'),
        ("é😀\x7f", '"é😀\x7f"'),
        ("\x01\x1f", r'"\u0001\u001F"'),
        ("\\u001f", r'"\\u001f"'),
        (
            {"\x1b": 1e20, "n": [1e-7, 10, True, [], {}]},
            r'{"\u001B":1.0E20,"n":[1.0E-7,10,true,[],{}]}',
        ),
        (12345678.25, "1.234567825E7"),
        (0.0001, "1.0E-4"),
        ("0.0001 and 1e+7", '"0.0001 and 1e+7"'),
    ],
)
def test_to_text_is_that_of_jackson(value, text):
    assert to_text(value) == text


@given(values)
def test_to_text_reads_back_as_the_same_value(value):
    assert dump(json.loads(to_text(value))) == dump(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain 'text'", "plain 'text'"),
        (None, "null"),
        (True, "true"),
        (1, "1"),
        (1e10, "1.0E10"),
        ([], "[]"),
        ({}, "{}"),
        ({"Arg1": 1, "Arg2": []}, "{Arg1=1, Arg2=[]}"),
        ([1, "a", None, {"k": [False, "b"]}], "[1, a, null, {k=[false, b]}]"),
    ],
)
def test_map_text_is_the_to_string_of_java(value, text):
    assert map_text(value) == text


def test_values_of_the_greatest_depth_are_walked_through():
    value: Json = 1e16
    for _ in range(MAX_DEPTH // 2):
        value = {"k": [value]}
    check_json(value)
    assert to_text(value).count("[") == MAX_DEPTH // 2
    assert map_text(value).count("=") == MAX_DEPTH // 2
    assert hash_set_order([value, value]) == [value]
