"""Objects that name other objects."""

import io
import json

import pytest

from asl.tasks.items.failure import ItemReaderError
from asl.tasks.items.manifests import Address, read_data_manifest, read_inventory

MANIFEST = {
    "sourceBucket": "source", "destinationBucket": "arn:aws:s3:::inventory", "fileFormat": "CSV",
    "fileSchema": "Bucket, Key, Size", "files": [{"key": "data/1.csv.gz", "size": 1}],
}  # fmt: skip


def inventory(**changes):
    return read_inventory(io.BytesIO(json.dumps({**MANIFEST, **changes}).encode()))


def test_an_inventory_names_its_files_and_columns():
    found = inventory()
    assert found.files == [Address("inventory", "data/1.csv.gz")]
    assert found.columns == ["Bucket", "Key", "Size"]
    assert str(found.files[0]) == "s3://inventory/data/1.csv.gz"


@pytest.mark.parametrize(
    "changes",
    [{"files": None}, {"files": [{}]}, {"files": [1]}, {"fileSchema": 1}, {"fileFormat": "ORC"},
     {"destinationBucket": None}],
)  # fmt: skip
def test_what_is_no_inventory_of_csv_files_is_refused(changes):
    with pytest.raises(ItemReaderError):
        inventory(**changes)


@pytest.mark.parametrize("content", [b"[]", b"oops", b"\xff"])
def test_what_is_no_manifest_is_refused(content):
    with pytest.raises(ItemReaderError):
        read_inventory(io.BytesIO(content))


def test_a_data_manifest_has_an_address_a_line():
    text = b's3://b/a/1.csv\n"s3://b/2.csv"\n\n'
    assert list(read_data_manifest(io.BytesIO(text))) == [
        Address("b", "a/1.csv"),
        Address("b", "2.csv"),
    ]
    for wrong in (b"http://b/c", b"s3://b", b"s3://b/"):
        with pytest.raises(ItemReaderError, match="Not the address"):
            list(read_data_manifest(io.BytesIO(wrong)))
