"""Parquet rows, by the extra."""

import builtins
import datetime
import io

import pytest

import asl
from asl.tasks.items.failure import ItemReaderError
from asl.tasks.items.parquet import read_parquet


def parquet_file(columns):
    pyarrow = pytest.importorskip("pyarrow", reason="the extra parquet is not installed")
    parquet = pytest.importorskip("pyarrow.parquet")
    stream = io.BytesIO()
    parquet.write_table(pyarrow.table(columns), stream)
    stream.seek(0)
    return stream


def test_each_row_is_an_object():
    rows = list(
        read_parquet(parquet_file({"id": [1, 2], "name": ["a", None], "tags": [["x"], []]}))
    )
    assert rows == [{"id": 1, "name": "a", "tags": ["x"]}, {"id": 2, "name": None, "tags": []}]


def test_a_column_that_json_has_no_values_for_is_refused():
    with pytest.raises(asl.UnsupportedFeature, match="a PARQUET column"):
        list(read_parquet(parquet_file({"at": [datetime.date(2025, 1, 1)]})))


def test_a_json_file_is_refused_in_aws_words():
    with pytest.raises(ItemReaderError, match="exceeds the maximum allowed footer size"):
        list(read_parquet(io.BytesIO(b'[{"id":"two-a"}]')))


@pytest.mark.parametrize("content", [b"", b"\1\0\0\0PAR1", b"\0\0\0\0XXXX"])
def test_other_files_are_no_parquet_files(content):
    pytest.importorskip("pyarrow")
    with pytest.raises(ItemReaderError):
        list(read_parquet(io.BytesIO(content)))


def test_the_missing_extra_is_named(monkeypatch):
    stream = parquet_file({"id": [1]})
    real_import = builtins.__import__

    def refuse(name, *rest):
        if name == "pyarrow":
            raise ImportError(name)
        return real_import(name, *rest)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(asl.MissingExtra, match=r"asl-interpreter\[parquet\]"):
        list(read_parquet(stream))
