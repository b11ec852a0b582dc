"""JSON Lines, one at a time."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asl.tasks.items import lines
from asl.tasks.items.failure import ItemReaderError
from asl.tasks.items.jsonl import read_jsonl


def read(text):
    return list(read_jsonl(io.BytesIO(text if isinstance(text, bytes) else text.encode())))


@given(st.lists(st.dictionaries(st.text(), st.integers() | st.text() | st.none())))
def test_every_line_is_an_item(items):
    text = "\n".join(json.dumps(item) for item in items)
    assert read(text) == items == read(text + "\n")


def test_blank_lines_hold_nothing_and_any_line_end_will_do():
    assert read('\ufeff{"a":1}\r\n\n  \n[2]\n"x"') == [{"a": 1}, [2], "x"]


def test_a_line_that_is_no_json_is_named_and_the_ones_before_it_come():
    items = read_jsonl(io.BytesIO(b"1\n2\n{oops\n"))
    assert [next(items), next(items)] == [1, 2]
    with pytest.raises(ItemReaderError, match="Line 3 is not JSON"):
        next(items)


@pytest.mark.parametrize("text", ["NaN", "[" * 5_000, b"\xff"])
def test_what_is_no_json_is_refused(text):
    with pytest.raises(ItemReaderError):
        read(text)


def test_a_line_without_end_is_refused_before_it_fills_the_memory(monkeypatch):
    monkeypatch.setattr(lines, "LONGEST_LINE", 100)
    with pytest.raises(ItemReaderError, match="more than 100 characters"):
        read('"' + "x" * 1_000)
