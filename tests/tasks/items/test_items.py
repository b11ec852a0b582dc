"""What an ItemReader asks for, from a storage."""

import gzip
import json

import pytest

import asl
from asl.engine.map_run import Reading
from asl.language.model import ItemFormat
from asl.tasks.items import read_items
from asl.tasks.items.failure import ItemReaderError

FORMAT = ItemFormat(
    input_type="JSON", manifest_type=None, csv_delimiter=",", csv_headers=None,
    items_pointer="", flatten=False,
)  # fmt: skip
STORAGE = asl.MemoryStorage(
    {
        "data/a.json": "[1, 2]",
        "data/dir/one.jsonl": "3\n4\n",
        "data/dir/two.jsonl": "5\n",
        "data/rows.csv": "id\n7\n",
    }
)


def read(action="getObject", storage=STORAGE, max_items=None, arguments=None, **changes):
    form = FORMAT._replace(**changes)
    given = arguments or {"Bucket": "data", "Key": "a.json"}
    reading = Reading(action, given, max_items, form, "/States/M/ItemReader")
    return list(read_items(reading, storage))


def listing(prefix="", **options):
    return read("listObjectsV2", arguments={"Bucket": "data", "Prefix": prefix}, **options)


def test_the_items_of_an_object_have_its_address_as_source():
    assert read() == [(1, "s3://data/a.json"), (2, "s3://data/a.json")]


def test_a_listing_gives_what_aws_says_of_each_object():
    items = listing("dir/", input_type=None)
    item, source = items[0]
    etag = item.pop("Etag")
    assert (etag[0], etag[-1], source) == ('"', '"', "s3://data")
    assert item == {
        "Key": "dir/one.jsonl",
        "LastModified": 1_735_689_600,
        "Size": 4,
        "StorageClass": "STANDARD",
    }
    assert [item["Key"] for item, _ in items] == ["dir/one.jsonl", "dir/two.jsonl"]


def test_load_and_flatten_reads_the_objects_and_counts_their_items():
    everything = [(3, "s3://data/dir/one.jsonl"), (4, "s3://data/dir/one.jsonl"),
                  (5, "s3://data/dir/two.jsonl")]  # fmt: skip
    assert listing("dir/", input_type="JSONL", flatten=True) == everything
    assert listing("dir/", input_type="JSONL", flatten=True, max_items=2) == everything[:2]
    assert len(listing("dir/", input_type=None, max_items=1)) == 1


@pytest.mark.parametrize(("most", "found"), [(None, 2), (0, 2), (1, 1), (100_000_000, 2)])
def test_max_items_bounds_them_and_zero_does_not(most, found):
    assert len(read(max_items=most)) == found


def test_a_negative_max_items_is_refused_in_aws_words():
    with pytest.raises(ItemReaderError, match=r"^field MaxItems must be positive$"):
        read(max_items=-1)


def test_a_missing_object_is_told_in_aws_words():
    with pytest.raises(ItemReaderError, match=r"^The specified S3 object does not exist\. \| Mess"):
        read(arguments={"Bucket": "data", "Key": "gone"})
    with pytest.raises(ItemReaderError, match="bucket does not exist"):
        read("listObjectsV2", input_type=None, arguments={"Bucket": "gone"})


@pytest.mark.parametrize("arguments", [{"Bucket": "data"}, {"Key": "a"}, {"Bucket": 1, "Key": "a"},
                                       {"Bucket": "data", "Key": ""}])  # fmt: skip
def test_bucket_and_key_have_to_be_text(arguments):
    with pytest.raises(ItemReaderError, match="must be text"):
        read(arguments=arguments)


def test_versions_are_refused_by_aws_for_parquet_and_by_us_otherwise():
    arguments = {"Bucket": "data", "Key": "a.json", "VersionId": "1"}
    with pytest.raises(ItemReaderError, match="S3 Version ID selection is not currently supported"):
        read(arguments=arguments, input_type="PARQUET")
    with pytest.raises(asl.UnsupportedFeature, match="VersionId") as caught:
        read(arguments=arguments)
    assert caught.value.pointer == "/States/M/ItemReader"
    with pytest.raises(asl.UnsupportedFeature, match="StartAfter"):
        read("listObjectsV2", arguments={"Bucket": "data", "StartAfter": "a"}, input_type=None)


def test_an_inventory_gives_the_rows_of_its_compressed_files():
    manifest = {
        "destinationBucket": "arn:aws:s3:::inv", "fileFormat": "CSV", "fileSchema": "Bucket, Key",
        "files": [{"key": "1.csv.gz"}, {"key": "2.csv"}],
    }  # fmt: skip
    storage = asl.MemoryStorage(
        {
            "inv/manifest.json": json.dumps(manifest),
            "inv/1.csv.gz": gzip.compress(b'"source","a"\n'),
            "inv/2.csv": '"source","b"\n',
        }
    )
    arguments = {"Bucket": "inv", "Key": "manifest.json"}
    items = read(
        storage=storage, arguments=arguments, input_type="MANIFEST", manifest_type="S3_INVENTORY"
    )
    assert items == [
        ({"Bucket": "source", "Key": "a"}, "s3://inv/1.csv.gz"),
        ({"Bucket": "source", "Key": "b"}, "s3://inv/2.csv"),
    ]


def test_a_data_manifest_gives_the_items_of_its_files():
    storage = asl.MemoryStorage(
        {
            "out/m.csv": "s3://out/1\ns3://out/2.gz\n",
            "out/1": "1\n",
            "out/2.gz": gzip.compress(b"2"),
        }
    )
    items = read(
        storage=storage, arguments={"Bucket": "out", "Key": "m.csv"}, input_type="JSONL",
        manifest_type="ATHENA_DATA",
    )  # fmt: skip
    assert items == [(1, "s3://out/1"), (2, "s3://out/2.gz")]


def test_a_compressed_file_that_is_broken_is_told():
    storage = asl.MemoryStorage({"out/m.csv": "s3://out/2.gz\n", "out/2.gz": b"no gzip"})
    with pytest.raises(ItemReaderError, match="can't be read"):
        read(
            storage=storage, arguments={"Bucket": "out", "Key": "m.csv"}, input_type="JSONL",
            manifest_type="ATHENA_DATA",
        )  # fmt: skip


def test_every_format_has_its_reader():
    arguments = {"Bucket": "data", "Key": "rows.csv"}
    assert read(arguments=arguments, input_type="CSV") == [({"id": "7"}, "s3://data/rows.csv")]
    assert read(arguments=arguments, input_type="CSV", csv_headers=("a",))[0][0] == {"a": "id"}
    with pytest.raises(ItemReaderError, match="PARQUET"):
        read(input_type="PARQUET")
    with pytest.raises(asl.UnsupportedFeature):
        read(input_type="MANIFEST")


class Broken(asl.MemoryStorage):
    """A storage that fails of itself."""

    def open(self, bucket, key):
        raise asl.StorageError("the disk is on fire")


def test_what_a_storage_complains_of_is_told():
    with pytest.raises(ItemReaderError, match="on fire"):
        read(storage=Broken())
