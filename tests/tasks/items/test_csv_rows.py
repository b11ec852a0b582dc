"""CSV rows as objects of text."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asl.query.javalike import hash_map_order
from asl.tasks.items.csv_rows import read_csv
from asl.tasks.items.failure import ItemReaderError


def read(text, **options):
    content = text if isinstance(text, bytes) else text.encode()
    return list(read_csv(io.BytesIO(content), **options))


RAGGED = "Col1,Col2,Col3\na,b,c\n,,,\ntrue,1,'x'\nNull,None,\n   \n"


def test_ragged_rows_are_filled_and_cut_as_aws_does():
    assert read(RAGGED) == [
        {"Col1": "a", "Col2": "b", "Col3": "c"},
        {"Col1": "", "Col2": "", "Col3": ""},
        {"Col1": "true", "Col2": "1", "Col3": "'x'"},
        {"Col1": "Null", "Col2": "None", "Col3": ""},
        {"Col1": "   ", "Col2": "", "Col3": ""},
    ]


def test_given_headers_make_the_first_row_an_item():
    assert read("1,2\n3,4", headers=["id"]) == [{"id": "1"}, {"id": "3"}]
    assert read("1", headers=["a", "b"]) == [{"a": "1", "b": ""}]


def test_members_stand_in_the_order_of_a_java_hash_map():
    assert list(read("id,name\n1,Alice")[0]) == ["name", "id"]


@pytest.mark.parametrize(
    ("delimiter", "text"),
    [("|", "a|b\n1|2"), (";", "a;b\n1;2"), (" ", "a b\n1 2"), ("\t", "a\tb\n1\t2")],
)
def test_other_delimiters_separate_values(delimiter, text):
    assert read(text, delimiter=delimiter) == [{"a": "1", "b": "2"}]


def test_a_value_in_quotes_may_hold_delimiters_line_ends_and_quotes():
    assert read('a,b\n"1,\n2","say ""hi"""\n') == [{"a": "1,\n2", "b": 'say "hi"'}]


@pytest.mark.parametrize("headers", [None, ["H1", "H1", "H3"]])
def test_a_header_that_stands_twice_is_refused_in_aws_words(headers):
    with pytest.raises(ItemReaderError, match=r"^CSV headers cannot contain duplicates.$"):
        read("H1,H1,H3\n1,2,3", headers=headers)


@pytest.mark.parametrize("text", ["", "a,b", "a,b\n", "a,b\n\n\n"])
def test_a_file_without_rows_has_no_items(text):
    assert read(text) == []


def test_a_byte_order_mark_is_no_part_of_a_header():
    assert read(b"\xef\xbb\xbfa\n1") == [{"a": "1"}]


def test_what_can_not_be_read_is_said():
    with pytest.raises(ItemReaderError, match="header has more than"):
        read("x" * 20_000 + "\n1")
    with pytest.raises(ItemReaderError, match="field larger than field limit"):
        read("a\n" + "x" * 200_000)
    with pytest.raises(ItemReaderError, match="not UTF-8"):
        read(b"a\n\xff")


CELLS = st.text(st.characters(codec="utf-8", exclude_characters='",\r\n\0'), min_size=1)


@given(st.lists(CELLS, min_size=1, max_size=6, unique=True), st.lists(st.lists(CELLS, min_size=1)))
def test_each_row_has_every_header_once_whatever_its_length(headers, rows):
    text = "\n".join(",".join(row) for row in rows)
    items = read(text, headers=headers)
    assert len(items) == len(rows)
    for item, row in zip(items, rows, strict=True):
        assert list(item) == hash_map_order(headers)
        padded = [*row, *[""] * len(headers)]
        assert item == dict(zip(headers, padded, strict=False))
