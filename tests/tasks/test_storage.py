"""Objects in a folder and in memory: the same port, and nothing outside of it."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import asl
from asl.tasks.storage import storage_of

HOSTILE = ["../x", "a/../../x", "/etc/passwd", "a//b", "", ".", "..", "a/./b", "a\\b", "a\0b"]


def folder(tmp_path, **objects):
    storage = asl.FolderStorage(tmp_path)
    for name, content in objects.items():
        put(storage, "data", name, content)
    return storage


def put(storage, bucket, key, content):
    with storage.create(bucket, key) as stream:
        stream.write(content)


def take(storage, bucket, key):
    with storage.open(bucket, key) as stream:
        return stream.read()


@pytest.fixture(params=["folder", "memory"])
def storage(request, tmp_path):
    return asl.FolderStorage(tmp_path) if request.param == "folder" else asl.MemoryStorage()


def test_what_was_put_can_be_read_and_listed_in_the_order_of_utf8(storage):
    for key in ("b/2", "é", "b/1", "a", "B"):
        put(storage, "data", key, key.encode())
    assert [found.key for found in storage.list("data", "")] == ["B", "a", "b/1", "b/2", "é"]
    assert [found.key for found in storage.list("data", "b/")] == ["b/1", "b/2"]
    assert list(storage.list("data", "nothing")) == []
    assert take(storage, "data", "b/1") == b"b/1"
    (found,) = storage.list("data", "é")
    assert found.size == 2


def test_a_later_object_takes_the_place_of_an_earlier_one(storage):
    put(storage, "data", "a", b"first")
    put(storage, "data", "a", b"second")
    assert take(storage, "data", "a") == b"second"


@pytest.mark.parametrize("bucket", ["data", "other"])
def test_a_missing_object_or_bucket_is_said(storage, bucket):
    put(storage, "data", "there", b"")
    with pytest.raises(asl.MissingObject, match=f"s3://{bucket}/gone") as caught:
        storage.open(bucket, "gone")
    assert (caught.value.bucket, caught.value.key) == (bucket, "gone")


def test_a_missing_bucket_has_no_list(storage):
    with pytest.raises(asl.MissingObject):
        list(storage.list("none", ""))


@pytest.mark.parametrize("key", HOSTILE)
def test_a_folder_gives_out_nothing_that_lies_outside_of_it(tmp_path, key):
    (tmp_path / "x").write_text("secret")
    storage = asl.FolderStorage(tmp_path / "s3")
    put(storage, "data", "a/b", b"")
    with pytest.raises(asl.MissingObject):
        storage.open("data", key)
    with pytest.raises(asl.StorageError):
        storage.create("data", key)
    assert (tmp_path / "x").read_text() == "secret"


@pytest.mark.parametrize("bucket", ["..", "", ".", "a/b/../../..", "../s3x"])
def test_a_bucket_can_not_lead_out_of_the_folder(tmp_path, bucket):
    storage = asl.FolderStorage(tmp_path / "s3")
    (tmp_path / "s3").mkdir()
    (tmp_path / "secret").write_text("secret")
    with pytest.raises(asl.MissingObject):
        storage.open(bucket, "secret")
    with pytest.raises(asl.MissingObject):
        list(storage.list(bucket, ""))


def test_a_link_that_leaves_the_folder_is_no_object(tmp_path):
    storage = folder(tmp_path / "s3", a=b"1")
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "s3" / "data" / "link").symlink_to(tmp_path / "secret")
    with pytest.raises(asl.MissingObject):
        storage.open("data", "link")
    assert [found.key for found in storage.list("data", "")] == ["a"]


def test_a_folder_is_no_object(tmp_path):
    storage = asl.FolderStorage(tmp_path)
    put(storage, "data", "a/b", b"")
    with pytest.raises(asl.MissingObject):
        storage.open("data", "a")
    with pytest.raises(asl.StorageError):
        storage.create("data", "a/b/c")


def test_an_object_is_there_when_it_is_complete(tmp_path):
    storage = asl.FolderStorage(tmp_path)
    stream = storage.create("data", "a")
    stream.write(b"half")
    assert list(storage.list("data", "")) == []
    with pytest.raises(asl.MissingObject):
        storage.open("data", "a")
    stream.close()
    stream.close()
    assert take(storage, "data", "a") == b"half"


@given(st.text(max_size=12), st.text(max_size=20))
def test_no_bucket_and_key_reach_beyond_the_root(tmp_path_factory, bucket, key):
    root = tmp_path_factory.getbasetemp() / "root"
    storage = asl.FolderStorage(root)
    try:
        path = storage._path(bucket, key)
    except ValueError:
        return
    assert Path(os.path.normpath(path)).is_relative_to(storage.root)


def test_a_path_stands_for_a_folder(tmp_path):
    assert storage_of(None) is None
    memory = asl.MemoryStorage({"data/a": "text"})
    assert storage_of(memory) is memory
    assert memory.objects == {"data/a": b"text"}
    assert repr(storage_of(str(tmp_path))) == f"FolderStorage({str(tmp_path)!r})"
    assert repr(memory) == "<MemoryStorage of 1 objects>"
