"""JSON arrays, streamed and by pointer."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import asl
from asl.tasks.items import json_array
from asl.tasks.items.failure import ItemReaderError
from asl.tasks.items.json_array import read_json_array

NOT_ITERABLE = "Attempting to map over non-iterable node."
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


def read(text, pointer=""):
    content = text if isinstance(text, bytes) else text.encode()
    return list(read_json_array(io.BytesIO(content), pointer))


@given(st.lists(VALUES), st.sampled_from([None, 2]), st.booleans(), st.integers(1, 40))
def test_a_streamed_array_is_what_json_reads(items, indent, ascii_only, block):
    text = json.dumps(items, indent=indent, ensure_ascii=ascii_only)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_array, "_BLOCK", block)
        assert read(text) == items


@given(st.lists(st.integers()))
def test_numbers_at_the_end_of_a_block_are_whole(items):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_array, "_BLOCK", 1)
        assert read(json.dumps(items, separators=(",", ":"))) == items


@pytest.mark.parametrize("text", ["[]", " [ ] \n", "\ufeff[]"])
def test_an_empty_array_has_no_items(text):
    assert read(text) == []


@pytest.mark.parametrize("text", ['{"Hello": "world"}', '"text"', "1", "", "  "])
def test_anything_but_an_array_is_refused_in_aws_words(text):
    with pytest.raises(ItemReaderError, match=NOT_ITERABLE):
        read(text)


@pytest.mark.parametrize(
    "text",
    ["[1", "[1,", "[1 2]", "[1,]", "[,1]", "[abc]", "[1] x", "[NaN]", "[-Infinity]", '["a]',
     "[1e999]", "[" * 100_000, '[{"a":' * 300],
)  # fmt: skip
def test_malformed_text_is_refused(text):
    with pytest.raises(ItemReaderError, match="The file is not JSON"):
        read(text)


def test_bytes_that_are_no_text_are_refused():
    with pytest.raises(ItemReaderError, match="not UTF-8"):
        read(b'["\xff"]')
    with pytest.raises(ItemReaderError, match="not UTF-8"):
        read(b'["\xff"]', "/0")


def test_the_items_before_a_fault_come():
    items = read_json_array(io.BytesIO(b"[1, 2, oops]"))
    assert [next(items), next(items)] == [1, 2]
    with pytest.raises(ItemReaderError):
        next(items)


@pytest.mark.parametrize(
    ("pointer", "items"),
    [("/data/items", [1]), ("/list/1", [2]), ("/a~1b/~0", [3]), ("/", [4]), ("/empty", [])],
)
def test_items_pointer_is_a_json_pointer(pointer, items):
    document = {
        "data": {"items": [1]}, "list": [0, [2]], "a/b": {"~": [3]}, "": [4], "empty": [],
    }  # fmt: skip
    assert read(json.dumps(document), pointer) == items


@pytest.mark.parametrize(
    ("pointer", "message"),
    [("/none", "Nothing is found"), ("/list/7", "Nothing is found"), ("/list/x", "Nothing"),
     ("/text/0", "Nothing"), ("/text", NOT_ITERABLE), ("/object", NOT_ITERABLE)],
)  # fmt: skip
def test_a_pointer_that_leads_nowhere_is_refused(pointer, message):
    with pytest.raises(ItemReaderError, match=message):
        read('{"list": [1], "text": "t", "object": {}}', pointer)


def test_a_file_too_large_for_a_pointer_is_refused_not_read(monkeypatch):
    monkeypatch.setattr(json_array, "LARGEST_FILE", 10)
    with pytest.raises(asl.UnsupportedFeature, match="ItemsPointer"):
        read('{"a": [1, 2, 3]}', "/a")
    assert read("[1, 2, 3, 4, 5, 6, 7, 8]") == [1, 2, 3, 4, 5, 6, 7, 8]
