"""Placeholders are filled with their type, everywhere, once."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asl.language.diagnostics import MOST_DIAGNOSTICS
from asl.language.substitutions import SubstitutionError, substitute

LIMIT = 10_000


def filled(tree, **values):
    result, still_open = substitute(tree, values, limit=LIMIT)
    assert still_open == []
    return result


@pytest.mark.parametrize("value", [30, 1.5, True, None, "text", [1, {"a": 2}], {"b": []}])
def test_a_whole_string_becomes_the_value_with_its_type(value):
    assert filled({"a": ["${X}"]}, X=value) == {"a": [value]}


@pytest.mark.parametrize(
    ("value", "text"),
    [(30, "30"), (1.5, "1.5"), (True, "true"), (None, "null"), ("a", "a"), ([1, "b"], '[1,"b"]')],
)
def test_inside_other_text_a_value_is_its_json_text(value, text):
    assert filled("<${X}${X}>", X=value) == f"<{text}{text}>"


def test_keys_are_filled_and_keep_their_order():
    tree = {"first": 1, "a-${X}": {"${X}": 2}, "last": 3}
    result = filled(tree, X="pay")
    assert list(result) == ["first", "a-pay", "last"]
    assert result["a-pay"] == {"pay": 2}


def test_jsonata_expressions_are_filled_and_their_code_is_left_alone():
    expression = "{% 'arn:${AWS::Region}' & $x${id: value} & ${'a': 1} %}"
    result, still_open = substitute(expression, {"AWS::Region": "eu-1"}, limit=LIMIT)
    assert result == "{% 'arn:eu-1' & $x${id: value} & ${'a': 1} %}"
    assert still_open == []


@pytest.mark.parametrize("text", ["${!Literal}", "${}", "${a b}", "${a:b}", "$X", "{X}", "${X"])
def test_what_is_not_a_placeholder_is_left_alone(text):
    assert filled(text, X=1) == text


@pytest.mark.parametrize("name", ["X", "a_b-c.d", "AWS::StackName", "1"])
def test_names_have_letters_digits_and_a_few_marks(name):
    assert filled("${" + name + "}", **{name: 5}) == 5


def test_what_was_put_in_is_not_looked_at_again():
    assert filled(["${A}", "-${A}"], A="${B}", B="${A}") == ["${B}", "-${B}"]


def test_open_placeholders_are_named_with_their_paths():
    tree = {"a": ["${X}"], "${Y}": "x ${Z::A} ${Q}"}
    result, still_open = substitute(tree, None, limit=LIMIT)
    assert result == tree
    assert sorted((one.name, one.path, one.place) for one in still_open) == [
        ("Q", ("${Y}",), "part"),
        ("X", ("a", 0), "whole"),
        ("Y", ("${Y}",), "key"),
        ("Z::A", ("${Y}",), "part"),
    ]
    assert {one.name: one.is_unmistakable for one in still_open} == {
        "Q": False,
        "X": True,
        "Y": True,
        "Z::A": True,
    }


def test_no_more_open_placeholders_are_kept_than_anybody_reads():
    _, still_open = substitute(["${X}"] * (MOST_DIAGNOSTICS + 1), {}, limit=LIMIT)
    assert len(still_open) == MOST_DIAGNOSTICS


def test_two_keys_that_become_one_are_refused():
    with pytest.raises(SubstitutionError, match="two keys of the object become 'a'") as caught:
        substitute({"o": {"a": 1, "${X}": 2}}, {"X": "a"}, limit=LIMIT)
    assert caught.value.path == ("o", "${X}")


def test_what_is_put_in_has_a_limit():
    with pytest.raises(SubstitutionError, match="more than 10000 characters") as caught:
        substitute(["${X}"] * 11, {"X": "x" * 998}, limit=LIMIT)
    assert caught.value.path == (10,)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text("ab${}:", max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("ab$", max_size=3), inner, max_size=3)
    ),
    max_leaves=10,
)


@settings(deadline=None)
@given(json_values)
def test_without_values_a_tree_comes_back_as_it_was(tree):
    copy, _ = substitute(tree, {}, limit=LIMIT)
    assert copy == tree


@settings(deadline=None)
@given(json_values)
def test_a_name_that_stands_for_its_own_placeholder_changes_nothing(tree):
    _, still_open = substitute(tree, {}, limit=LIMIT)
    values = {one.name: "${" + one.name + "}" for one in still_open}
    assert substitute(tree, values, limit=LIMIT) == (tree, [])
