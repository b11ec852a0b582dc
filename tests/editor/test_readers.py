"""The readers of broken text agree with the strict ones where the text is right."""

import json

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from asl.editor.jsonscan import scan_json
from asl.editor.tree import Array, Object, Scalar, at
from asl.editor.yamlexact import read_exactly
from asl.editor.yamlscan import scan_yaml
from asl.language.positions import ArrayNode, ObjectNode
from asl.language.positions import scan_json as strict_places

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x85\u2028\u2029"), max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=12,
)


def value_of(tree):
    if isinstance(tree, Array):
        return [value_of(item) for item in tree.items]
    if isinstance(tree, Object):
        return {member.key.text: value_of(member.value) for member in tree.members}
    return tree.text if tree.is_string else json.loads(tree.text)


def places_of(tree):
    if isinstance(tree, Array):
        return ArrayNode(tree.start, [places_of(item) for item in tree.items])
    if isinstance(tree, Object):
        members = {one.key.text: (one.key.start, places_of(one.value)) for one in tree.members}
        return ObjectNode(tree.start, members)
    return tree.start


def shape_of(tree):
    """What the two readers of YAML must agree about: structure, places and texts."""
    if isinstance(tree, Array):
        return [shape_of(item) for item in tree.items]
    if isinstance(tree, Object):
        return [
            (one.key.text, one.key.start, one.key.end, shape_of(one.value)) for one in tree.members
        ]
    return tree and (tree.text, tree.is_string, tree.start, tree.end)


@settings(max_examples=40, deadline=None)
@given(JSON, st.sampled_from([None, 2]))
def test_json_has_the_places_of_the_strict_reader(value, indent):
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    tree = scan_json(text)
    assert value_of(tree) == value
    assert places_of(tree) == strict_places(text)[0]


WORDS = st.text("abcXYZ _/.$", min_size=1, max_size=8).map(str.strip).filter(bool)
DATA = st.recursive(
    st.booleans() | st.integers(0, 99) | WORDS,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3)
        | st.dictionaries(WORDS, inner, min_size=1, max_size=3)
    ),
    max_leaves=12,
)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(WORDS, DATA, min_size=1, max_size=3), st.sampled_from([False, None]))
def test_yaml_by_indentation_is_yaml_by_events(value, style):
    text = yaml.safe_dump(value, sort_keys=False, default_flow_style=style, width=40)
    assert shape_of(scan_yaml(text)) == shape_of(read_exactly(text))


YAML = """\
# a definition
--- # one document
"StartAt": 'It''s A'   # quoted
States:
  It's A: &state
    Type: Pass
    Comment: >-
      folded
      text

    Parameters: {a: 1, "b": [x, 'y, z'], c: "d: e"}
    Next:
      B
  B:
    Type: Choice
    Choices:
    - Variable: $.a   # as deep as its key
      StringEquals: goes on
        here
      Next: It's A
    -
      Next: B
  C: *state
  ? D
  : Type: Pass
"""


def test_yaml_of_all_kinds_is_read_exactly():
    tree = read_exactly(YAML)
    assert at(tree, ("States", "B", "Choices", 0, "StringEquals")).text == "goes on here"
    assert at(tree, ("States", "C")) is at(tree, ("States", "It's A"))
    assert at(tree, ("States", "D", "Type")).text == "Pass"


def test_yaml_of_most_kinds_is_read_by_its_indentation():
    tree = scan_yaml(YAML)
    assert at(tree, ("StartAt",)).text == "It's A"
    assert at(tree, ("States", "It's A", "Parameters", "b", 1)).text == "y, z"
    assert at(tree, ("States", "It's A", "Next")).text == "B"
    assert at(tree, ("States", "It's A", "Comment")).quote == "|"
    assert at(tree, ("States", "B", "Choices", 0, "StringEquals")).text == "goes on here"
    assert at(tree, ("States", "B", "Choices", 1, "Next")).text == "B"


@pytest.mark.parametrize(
    ("text", "path", "found"),
    [
        ('{"A": {"B": "x", "C": ', ("A", "B"), "x"),
        ('{"A": "x\n, "B": "y"}', ("B",), "y"),  # a string without an end loses one line
        ('{"A" "B": "y"}', ("B",), "y"),
        ('{"A":: "x",, "B": "y"}', ("B",), "y"),
        ('{"A": ["x" "y"]}', ("A", 1), "y"),
        ('{"A": ["x", "B": "y"}, "C": "z"}', ("A", 0), "x"),
        ('{"A": ${Name}, "B": "y"}', ("B",), "y"),
        ('"A": "x"}', (), "A"),
        ('{"A": "\\', ("A",), "\\"),
    ],
)
def test_broken_json_keeps_what_can_be_kept(text, path, found):
    assert at(scan_json(text), path).text == found


@pytest.mark.parametrize(
    ("text", "path", "found"),
    [
        ("A:\n  B: [x\n  C: y", ("A", "C"), "y"),
        ("A:\n  B: 'x\n  C: y", ("A", "C"), "y"),
        ("A:\n  Ne\n  C: y", ("A", "C"), "y"),
        ("A:\n  C: y\n     D: z\n  E: w", ("A", "E"), "w"),
        ("A:\n - x\n   - y\n - z", ("A", 1), "z"),
        ("A: {B: x, C", ("A", "B"), "x"),
        ("A: &x !t\n  B: y", ("A", "B"), "y"),
        ("\tA: x", ("A",), "x"),
    ],
)
def test_broken_yaml_keeps_what_can_be_kept(text, path, found):
    assert at(scan_yaml(text), path).text == found


def test_an_open_string_is_known_as_open():
    assert not at(scan_json('{"A": "x'), ("A",)).is_closed
    assert not at(scan_json('{"A": "x\\"'), ("A",)).is_closed
    assert at(scan_json('{"A": "x\\\\"'), ("A",)).is_closed


def test_nothing_is_read_of_nothing():
    assert scan_json(" \n") is None
    assert scan_yaml("# only this\n") is None


def test_what_is_too_deep_is_cut_off():
    assert isinstance(scan_json("[" * 10_000), Array)
    assert isinstance(scan_yaml("- " * 10_000), Array)
    with pytest.raises(ValueError, match="nested"):
        read_exactly("[" * 300 + "]" * 300)


def test_an_alias_without_an_anchor_is_no_yaml():
    with pytest.raises(ValueError, match=r"anchor|alias"):
        read_exactly("a: *nowhere")


def test_a_key_must_be_text():
    with pytest.raises(ValueError, match="key"):
        read_exactly("? [a]\n: b")


def test_scalars_know_where_they_end():
    tree = scan_yaml("A: 'x' # comment\nB: y  # comment\n")
    assert [(one.value.start, one.value.end) for one in tree.members] == [(3, 6), (20, 21)]
    assert isinstance(tree.members[0].value, Scalar)
