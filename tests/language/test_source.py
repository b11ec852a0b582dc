"""Reading definitions: forms, places, placeholders, and everything that is refused."""

import json
import sys
from json.decoder import scanstring
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from asl.errors import DefinitionSyntaxError, MissingExtra, UsageError
from asl.jsontypes import MAX_DEPTH, escape_pointer
from asl.language.positions import scan_json
from asl.language.source import MAX_SIZE, read_source

TEXT = '{"StartAt": "A",\n "States": {"A": {"Type": "Pass",\n   "End": true}}}'
TREE = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}


def refused(source, **options):
    """The one diagnostic of a definition that can't be read."""
    with pytest.raises(DefinitionSyntaxError) as caught:
        read_source(source, **options)
    (diagnostic,) = caught.value.diagnostics
    return diagnostic


def all_refused(source, **options):
    with pytest.raises(DefinitionSyntaxError) as caught:
        read_source(source, **options)
    return caught.value.diagnostics


# ---------------------------------------------------------------- forms


@pytest.mark.parametrize(
    "source",
    [TREE, TEXT, "  \n" + TEXT, TEXT.replace("\n", ""), TEXT.encode(), TEXT.encode("utf-16")],
    ids=["dict", "text", "indented", "one line", "bytes", "UTF-16"],
)
def test_a_definition_comes_in_many_forms(source):
    assert read_source(source).tree == TREE


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "with a byte order mark"])
@pytest.mark.parametrize("as_text", [False, True], ids=["Path", "str"])
def test_a_file_is_named_by_a_path_or_a_str(tmp_path, mark, as_text):
    path = tmp_path / "order.asl.json"
    path.write_text(mark + TEXT, encoding="utf-8")
    source = read_source(str(path) if as_text else path)
    assert (source.name, source.tree) == ("order.asl.json", TREE)
    assert source.locate("/States/A/End") == (3, 11)


def test_a_dict_is_taken_as_it_is_and_has_no_places():
    source = read_source(TREE)
    assert source.tree is TREE
    assert source.locate("/States") is None
    assert source.locate_key("/States") is None


@pytest.mark.parametrize("as_text", [False, True], ids=["Path", "str"])
def test_a_file_that_is_not_there_is_told_apart_from_text(tmp_path, as_text):
    path = tmp_path / "absent.json"
    diagnostic = refused(str(path) if as_text else path)
    assert diagnostic.message.endswith("absent.json': No such file or directory")
    assert ("starts with '{'" in diagnostic.hint) == as_text


def test_what_is_neither_text_nor_path_is_a_mistake_of_the_caller():
    with pytest.raises(UsageError, match="not list"):
        read_source([TREE])


# ---------------------------------------------------------------- what is refused


def test_a_syntax_error_has_line_and_column():
    diagnostic = refused('{"StartAt": "A",\n "States": {]}')
    assert (diagnostic.line, diagnostic.column) == (2, 13)
    assert diagnostic.code == "INVALID_JSON_DESCRIPTION"
    assert diagnostic.source == "<definition>"


def test_emptiness_has_aws_codes():
    assert refused("").code == "MISSING_DESCRIPTION"
    assert refused(b"").code == "MISSING_DESCRIPTION"
    assert refused(" \n").message == "Definition must be a valid JSON object"


@pytest.mark.parametrize("text", [b"[1]", b"null", b'"a: b"', b"12", "[1]", b"${A}"])
def test_what_is_not_an_object_is_refused(text):
    assert refused(text).code == "SCHEMA_VALIDATION_FAILED"
    assert refused(text).message == "Definition must be a valid JSON object"


def test_text_that_is_nothing_is_refused_as_json():
    assert refused(b"not a definition").code == "INVALID_JSON_DESCRIPTION"


def test_broken_json_is_not_taken_for_yaml():
    assert refused("{'StartAt': 'A',\n}").code == "INVALID_JSON_DESCRIPTION"


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "9" * 5000, "1e999"])
def test_numbers_that_are_not_json_are_refused_with_their_place(number):
    diagnostic = refused('{"a": "NaN",\n "b": ' + number + "}")
    assert (diagnostic.line, diagnostic.column) == (2, 7)
    assert "is not a JSON number" in diagnostic.message + diagnostic.hint


@pytest.mark.parametrize(("opening", "closing"), [('{"a":', "}"), ("[", "]")])
def test_deep_nesting_is_refused_with_its_place(opening, closing):
    def text(depth):
        return '{"x":' + opening * depth + "1" + closing * depth + "}"

    assert read_source(text(MAX_DEPTH - 2))
    endless = ['{"x":' + opening * depth for depth in (10_000, 100_000)]
    for hostile in (*map(text, (MAX_DEPTH, 10_000, 100_000)), *endless):
        diagnostic = refused(hostile)
        assert diagnostic.message == f"nested more than {MAX_DEPTH} levels deep"
        assert (diagnostic.line, diagnostic.column) == (1, 6 + (MAX_DEPTH - 1) * len(opening))


def test_depth_is_counted_in_dicts_too():
    tree: dict = {}
    for _ in range(MAX_DEPTH + 2):
        tree = {"a": tree}
    assert "nested more than" in refused(tree).message


def test_size_is_limited_as_aws_limits_it(tmp_path):
    fits = '{"a":"' + "é" * (MAX_SIZE - 8) + '"}'
    assert read_source(fits)
    assert read_source({"a": "é" * (MAX_SIZE - 8)})
    file = tmp_path / "large.json"
    file.write_text(fits + " ", encoding="utf-8")
    for large in (fits + " ", (fits + " ").encode(), file, {"a": "é" * (MAX_SIZE - 7)}):
        assert "more than 1048576 characters" in refused(large).message


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="this system has no endless file")
def test_an_endless_file_is_not_read_to_its_end():
    assert "more than 1048576 characters" in refused("/dev/zero").message


@pytest.mark.parametrize(
    ("tree", "pointer"),
    [({"a": {"b": (1,)}}, "/a/b"), ({"a": float("inf")}, "/a"), ({"a": {1: 2}}, "/a")],
)
def test_a_dict_is_checked_to_be_json(tree, pointer):
    assert refused(tree).pointer == pointer


def test_a_dict_with_an_integer_beyond_all_text_is_refused():
    assert "digits" in refused({"a": 10**5000}).message


def test_bytes_that_are_no_text_are_refused():
    assert "not UTF-8" in refused(b'{"a": "\xff"}').message


def test_a_key_that_is_there_twice_is_refused_wherever_it_is():
    found = all_refused(
        '{"States": {"A": {"Next": "B", "Next": "C"},\n "A": {"Parameters": {"States": {"x": 1,\n'
        '"x": 2}}, "Branches": [{"States": {"B": 1, "B": 1}}]}}}'
    )
    assert [(one.code, one.pointer, one.line) for one in found] == [
        ("INVALID_JSON_DESCRIPTION", "/States/A/Next", 1),
        ("DUPLICATE_STATE_NAME", "/States/A", 2),
        ("INVALID_JSON_DESCRIPTION", "/States/A/Parameters/States/x", 3),
        ("DUPLICATE_STATE_NAME", "/States/A/Branches/0/States/B", 3),
    ]
    assert found[0].message == "Duplicate field 'Next'"
    assert found[1].message == "Duplicate State name: A"


def test_a_key_written_in_two_ways_is_still_one_key():
    assert refused('{"a": 1, "\\u0061": 2}').message == "Duplicate field 'a'"


@pytest.mark.parametrize(
    "text",
    ['{"a":"${A}","' + '\\"' * 300_000, '["${A}' + '"' * 300_000, "[" * 300 + '"\\"' * 100_000],
)
def test_hostile_quotes_are_read_once(text):
    assert refused(text).code == "INVALID_JSON_DESCRIPTION"  # it ends, and soon


# ---------------------------------------------------------------- places


def test_places_are_those_of_values_and_of_keys():
    source = read_source('{"a": 1,\n "b": {"c~/": [1, \n  {"d": true}]}}')
    assert source.locate("") == (1, 1)
    assert source.locate("/a") == (1, 7)
    assert source.locate_key("/a") == (1, 2)
    assert source.locate("/b/c~0~1/1/d") == (3, 9)
    assert source.locate_key("/b/c~0~1/1/d") == (3, 4)


def test_the_place_of_what_is_absent_is_the_nearest_around_it():
    source = read_source('{"a": 1,\n "b": {"c": [1]}}')
    assert source.locate("/b/absent/deeper") == source.locate("/b") == (2, 7)
    assert source.locate_key("/b/absent") == (2, 7)
    for step in ("1", "-1", "x", "99999999999999999999", "٣"):
        assert source.locate(f"/b/c/{step}") == (2, 13)
    assert source.locate("/a/b") == (1, 7)


@pytest.mark.parametrize("text", ["", "{1}", "{", '{"a"'])
def test_of_text_that_is_no_json_nothing_is_expected_but_an_end(text):
    assert scan_json(text)[1] == []


def test_a_stack_that_is_used_up_is_not_taken_for_deep_text(monkeypatch):
    def exhausted(*_arguments, **_options):
        raise RecursionError

    monkeypatch.setattr("asl.language.jsontext.json.loads", exhausted)
    with pytest.raises(RecursionError):
        read_source(TEXT)


def test_columns_count_characters():
    source = read_source('{"é😀": 1, "b": 2}')
    assert source.locate("/b") == (1, 16)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=15,
)
json_objects = st.dictionaries(st.text(), json_values, max_size=5)


def pointers(value, pointer=""):
    yield pointer, value
    if isinstance(value, dict):
        for key, child in value.items():
            yield from pointers(child, f"{pointer}/{escape_pointer(key)}")
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from pointers(child, f"{pointer}/{index}")


def offset(text, place):
    line, column = place
    return sum(len(before) + 1 for before in text.split("\n")[: line - 1]) + column - 1


@settings(deadline=None)
@given(json_objects, st.sampled_from([None, 0, 1, "\t"]), st.booleans())
def test_at_its_place_in_the_text_each_value_can_be_read_again(tree, indent, ascii_only):
    text = json.dumps(tree, indent=indent, ensure_ascii=ascii_only)
    assume("${" not in text)  # that would be a placeholder
    source = read_source(text)
    assert source.tree == tree
    for pointer, value in pointers(tree):
        start = offset(text, source.locate(pointer))
        assert json.JSONDecoder().raw_decode(text, start)[0] == value
        if pointer and source.locate_key(pointer) != source.locate(pointer):
            key, _ = scanstring(text, offset(text, source.locate_key(pointer)) + 1)
            assert escape_pointer(key) == pointer.rsplit("/", 1)[1]


# ---------------------------------------------------------------- placeholders


def test_placeholders_are_filled_in_text_in_files_and_in_dicts(tmp_path):
    values = {"PayFunctionArn": "pay", "Timeout": 30}
    tree = {"Resource": "${PayFunctionArn}", "TimeoutSeconds": "${Timeout}"}
    text = json.dumps(tree)
    path = tmp_path / "a.json"
    path.write_text(text, encoding="utf-8")
    for source in (tree, text, path):
        filled = read_source(source, substitutions=values)
        assert filled.tree == {"Resource": "pay", "TimeoutSeconds": 30}
    assert tree["Resource"] == "${PayFunctionArn}", "the caller's dict has been changed"


def test_a_placeholder_outside_of_strings_is_a_value():
    text = '{"a": ${N}, "b": [${L}, "x"],\n "c": "${N}", "d": "it is ${N}", "e": 1}'
    source = read_source(text, substitutions={"N": "30", "L": [True]})
    assert source.tree == {"a": 30, "b": [[True], "x"], "c": "30", "d": "it is 30", "e": 1}
    assert source.locate("/b/1") == (1, 25)
    assert source.locate("/b/0/0") == (1, 19), "the inside of what was put in is where it was put"
    assert source.locate("/e") == (2, 39)


def test_a_placeholder_outside_of_strings_needs_the_text_of_a_value():
    diagnostic = refused('{"a": 1,\n "b": ${N}}', substitutions={"N": "soon"})
    assert (diagnostic.line, diagnostic.pointer) == (2, "/b")
    assert "not JSON" in diagnostic.message


def test_a_placeholder_that_is_only_a_piece_of_a_token_is_a_syntax_error():
    assert (refused('{"a": ${N}5}', substitutions={"N": 1}).column) == 11


def test_all_open_placeholders_are_listed_with_their_places():
    text = '{"a": "${One}",\n "b": ${Two},\n "c": ["x ${Three} ${One}"],\n "${Four}": 1}'
    for options in ({}, {"substitutions": {"Five": 5}}):
        found = all_refused(text, **options)
        assert [(one.line, one.column, one.pointer) for one in found] == [
            (1, 7, "/a"),
            (2, 7, "/b"),
            (3, 8, "/c/0"),
            (3, 8, "/c/0"),
            (4, 2, "/${Four}"),
        ]
        assert {one.code for one in found} == {"UNRESOLVED_SUBSTITUTION"}
        assert "${Three}" in found[2].message
        assert found[2].hint == "give substitutions={'Three': ...}"


def test_a_script_in_a_definition_is_no_template():
    text = '{"script": "throw new Error(`order-${payload.orderId}`)"}'  # AWS runs it
    source = read_source(text)
    assert source.tree == json.loads(text)
    (warning,) = source.diagnostics
    assert (warning.severity, warning.pointer) == ("WARNING", "/script")
    assert all_refused(text, substitutions={})


def test_a_dict_without_substitutions_may_hold_anything():
    tree = {"Resource": "${Pay}"}
    assert read_source(tree).tree is tree
    assert all_refused(tree, substitutions={})


@pytest.mark.parametrize("name", ["AWS::Region", "AWS::Partition"])
def test_a_pseudo_parameter_shows_that_it_is_a_template(name):
    assert all_refused('{"Resource": "arn:${' + name + '}:x"}')


@pytest.mark.parametrize("value", [(1,), {1: 2}, float("nan"), object()])
def test_substitutions_are_checked_to_be_json(value):
    with pytest.raises(UsageError, match="'A' is not JSON"):
        read_source(TEXT, substitutions={"A": value})


def test_names_of_substitutions_are_text():
    with pytest.raises(UsageError, match="is a str"):
        read_source(TEXT, substitutions={1: "a"})


def test_unused_substitutions_are_fine():
    assert read_source(TEXT, substitutions={"Unused": {"any": ["thing"]}}).tree == TREE


def test_what_is_put_in_is_limited_in_size():
    text = json.dumps({"a": ["${Big}"] * 2000})
    assert "characters" in refused(text, substitutions={"Big": "x" * 1000}).message


def test_what_is_put_in_counts_for_depth():
    deep: list = []
    for _ in range(MAX_DEPTH - 3):
        deep = [deep]
    assert read_source('{"a": "${D}"}', substitutions={"D": deep})
    assert "deep" in refused('{"a": [[[["${D}"]]]]}', substitutions={"D": deep}).message


# ---------------------------------------------------------------- YAML


def test_text_that_is_not_meant_as_json_is_read_as_yaml(tmp_path):
    text = "StartAt: A\nStates:\n  A:\n    Type: Pass\n    End: true\n"
    assert read_source(text).tree == TREE
    for suffix in (".yaml", ".YML", ""):
        path = tmp_path / f"a{suffix}"
        path.write_text(text, encoding="utf-8")
        source = read_source(path)
        assert source.tree == TREE
        assert source.locate("/States/A/End") == (5, 10)
        assert source.locate_key("/States/A/End") == (5, 5)


@pytest.mark.parametrize(
    "text",
    [
        '"StartAt": "A"\n"States":\n  "A":\n    "Type": "Pass"\n    "End": true\n',
        '# a comment\n"StartAt" : A\n"States": {A: {Type: Pass, End: true}}\n',
        "? StartAt\n: A\n? States\n: {A: {Type: Pass, End: true}}\n",
    ],
)
def test_yaml_may_have_all_its_keys_in_quotes_or_behind_question_marks(text):
    assert read_source(text).tree == TREE


def test_a_key_of_yaml_may_begin_with_what_only_looks_like_a_blank():
    assert read_source("\xa0A: 1\n").tree == {"\xa0A": 1}


def test_a_text_in_quotes_is_no_yaml_key():
    assert refused('"a: 1\n').message.startswith("Illegal unquoted character")
    assert refused('"a\\": 1\n').code == "INVALID_JSON_DESCRIPTION"


def test_a_json_file_is_not_read_as_yaml(tmp_path):
    path = tmp_path / "a.json"
    path.write_text("StartAt: A\n", encoding="utf-8")
    assert refused(path).code == "INVALID_JSON_DESCRIPTION"


def test_json_in_a_yaml_file_is_yaml(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text(TEXT, encoding="utf-8")
    assert read_source(path).tree == TREE


def test_yaml_placeholders_are_filled():
    text = "TimeoutSeconds: ${Timeout}\nResource: 'arn:${Part}'\n"
    source = read_source(text, substitutions={"Timeout": 30, "Part": "aws"})
    assert source.tree == {"TimeoutSeconds": 30, "Resource": "arn:aws"}
    assert [one.line for one in all_refused(text)] == [1, 2]


def test_without_pyyaml_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "yaml", None)
    monkeypatch.delitem(sys.modules, "asl.language.yamltext", raising=False)
    with pytest.raises(MissingExtra, match=r"asl-interpreter\[yaml\]"):
        read_source("StartAt: A\nStates: {}\n")
    assert read_source(TEXT).tree == TREE
    assert refused(b"not a definition").code == "INVALID_JSON_DESCRIPTION"
