"""JSON values: what is one, what is not and where, text, size and copies."""

import json
from collections import OrderedDict
from datetime import UTC, datetime
from decimal import Decimal
from enum import IntEnum

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asl import jsontypes
from asl.jsontypes import (
    MAX_DEPTH,
    NotJsonError,
    Payload,
    check_json,
    copy_json,
    dump,
    escape_pointer,
    is_too_deep,
    parse_json,
    size_bytes,
)

LEAVES = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text()
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    LEAVES | FLOATS,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


class Level(IntEnum):
    HIGH = 3


class Text(str):
    __slots__ = ()


class Fraction(float):
    __slots__ = ()


def nested(levels, kind=list):
    """A value of that many containers inside each other."""
    value = kind()
    for _ in range(levels - 1):
        value = [value] if kind is list else {"k": value}
    return value


def containers(value):
    if isinstance(value, dict | list):
        yield id(value)
        for child in value.values() if isinstance(value, dict) else value:
            yield from containers(child)


# ---------------------------------------------------------------- the check


@given(VALUES)
@settings(max_examples=50)
def test_plain_values_of_all_kinds_are_json(value):
    check_json(value)


@pytest.mark.parametrize(
    ("value", "reason", "pointer"),
    [
        ((1, 2), "a tuple is not a JSON value", ""),
        ({1, 2}, "a set is not a JSON value", ""),
        (b"text", "a bytes is not a JSON value", ""),
        (Decimal(1), "a Decimal is not a JSON value", ""),
        (Level.HIGH, "a Level is not a JSON value", ""),
        (Text("text"), "a Text is not a JSON value", ""),
        (Fraction(1.5), "a Fraction is not a JSON value", ""),
        (float("nan"), "nan is not a JSON number", ""),
        (float("inf"), "inf is not a JSON number", ""),
        ([1, float("-inf")], "-inf is not a JSON number", "/1"),
        ({1: "one"}, "object key 1 is not a string", ""),
        ({"a": {None: 1}}, "object key None is not a string", "/a"),
        ({"a": [0, {"b": {2}}]}, "a set is not a JSON value", "/a/1/b"),
        ({"a": [OrderedDict()]}, "a OrderedDict is not a JSON value", "/a/0"),
        ({"at": datetime(2025, 1, 1, tzinfo=UTC)}, "a datetime is not a JSON value", "/at"),
        ({"a/b": {"c~d": ()}}, "a tuple is not a JSON value", "/a~1b/c~0d"),
    ],
    ids=repr,
)
def test_what_is_not_json_is_refused_with_its_place(value, reason, pointer):
    with pytest.raises(NotJsonError) as caught:
        check_json(value)
    assert (caught.value.reason, caught.value.pointer) == (reason, pointer)
    assert str(caught.value) == f"{reason} (at {pointer or 'the top'})"


@pytest.mark.parametrize("kind", [list, dict])
def test_values_may_be_nested_two_hundred_levels_deep_and_no_deeper(kind):
    check_json(nested(MAX_DEPTH, kind))
    with pytest.raises(NotJsonError, match="nested more than 200 levels deep"):
        check_json(nested(MAX_DEPTH + 1, kind))


@pytest.mark.parametrize("kind", [list, dict])
def test_a_value_is_too_deep_where_the_check_refuses_it(kind):
    assert not is_too_deep(1)
    assert not is_too_deep(nested(MAX_DEPTH, kind))
    assert is_too_deep(nested(MAX_DEPTH + 1, kind))
    assert is_too_deep(nested(100_000, kind))


def test_values_of_any_depth_are_refused_without_recursion():
    with pytest.raises(NotJsonError, match="levels deep") as caught:
        check_json(nested(100_000))
    assert len(str(caught.value)) < 300


def test_a_value_that_holds_itself_is_refused():
    loop = []
    loop.append(loop)
    with pytest.raises(NotJsonError, match="levels deep"):
        check_json(loop)


# ---------------------------------------------------------------- copies


@given(VALUES)
@settings(max_examples=50)
def test_a_copy_is_equal_and_shares_no_container(value):
    copy = copy_json(value)
    assert copy == value
    assert dump(copy) == dump(value)
    assert set(containers(copy)).isdisjoint(containers(value))


# ---------------------------------------------------------------- text


@given(VALUES)
@settings(max_examples=50)
def test_what_is_written_reads_back_as_the_same_value(value):
    text = dump(value)
    again = parse_json(text)
    assert again == value
    assert dump(again) == text


def test_bytes_are_read_as_utf_8():
    assert parse_json('{"ü": [1, 2.5, true, null]}'.encode()) == {"ü": [1, 2.5, True, None]}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("NaN", "NaN is not a JSON number"),
        ('{"a": [Infinity]}', "Infinity is not a JSON number"),
        ("-Infinity", "-Infinity is not a JSON number"),
        ("1e400", "inf is not a JSON number"),
        ("9" * 5000, "integer string conversion"),
        ("{'a': 1}", "Expecting property name"),
        ("", "Expecting value"),
        ("1 2", "Extra data"),
        (b"\xff", "can't decode byte"),
        ("[" * 201 + "]" * 201, "nested more than 200 levels deep"),
        ("[" * 100_000 + "]" * 100_000, "nested more than 200 levels deep"),
    ],
    ids=lambda text: text[:20],
)
def test_text_that_is_not_json_is_refused(text, reason):
    with pytest.raises(NotJsonError, match=reason):
        parse_json(text)


def test_text_is_compact_in_the_order_of_keys_and_without_ascii_escapes():
    assert dump({"b": [1, 2.0, None], "a": "ü/\n"}) == '{"b":[1,2.0,null],"a":"ü/\\n"}'


def test_without_the_c_part_of_json_the_text_is_the_same(monkeypatch):
    value = {"b": ['ü"/\n', 1.0, None, True], "a": {}}
    monkeypatch.setattr(json.encoder, "c_make_encoder", None)
    assert "".join(jsontypes._make_chunks()(value, 0)) == dump(value)


@given(VALUES)
@settings(max_examples=50)
def test_the_size_is_that_of_the_compact_text_in_utf_8(value):
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    assert size_bytes(value) == len(text.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize(
    ("value", "size"), [({}, 2), ("", 2), ("é", 4), ("€", 5), ("😀", 6), ("\ud800", 5)], ids=repr
)
def test_characters_count_as_their_bytes(value, size):
    assert size_bytes(value) == size


# ---------------------------------------------------------------- payloads


def test_a_payload_is_a_checked_and_measured_value():
    value = {"text": "ü"}
    payload = Payload(value)
    assert payload.value is value
    assert payload.size_bytes == 13
    assert repr(payload) == "Payload(13 bytes)"


@pytest.mark.parametrize("value", [{1}, 10**5000], ids=["set", "endless number"])
def test_a_payload_of_what_is_not_json_is_refused(value):
    with pytest.raises(NotJsonError):
        Payload(value)


@pytest.mark.parametrize(
    ("key", "token"), [("plain", "plain"), ("a/b", "a~1b"), ("a~b", "a~0b"), ("~1", "~01")]
)
def test_a_key_is_escaped_as_a_token_of_a_json_pointer(key, token):
    assert escape_pointer(key) == token
