"""The items of a Map Run, read lazily: one module a format, and here what an ItemReader asks for.

Items come one by one and are forgotten by the reader at once, so a file of any length is read in
bounded memory. Errors are those of the Map Run (`ItemReaderError`).

Source: AWS guide, "ItemReader (Map)"; the form of a listed object, what MaxItems counts and
``Map.Item.Source`` are recorded.
"""

from __future__ import annotations

import zlib
from itertools import islice
from typing import IO, TYPE_CHECKING, assert_never

from asl.engine.map_run import MapItem
from asl.errors import StorageError, UnsupportedFeature
from asl.tasks.items.csv_rows import read_csv
from asl.tasks.items.failure import ItemReaderError, storage_failure
from asl.tasks.items.json_array import read_json_array
from asl.tasks.items.jsonl import read_jsonl
from asl.tasks.items.manifests import Address, read_data_manifest, read_inventory, unpacked
from asl.tasks.items.parquet import read_parquet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asl.engine.map_run import MapRunSpec, Reading
    from asl.jsontypes import Json
    from asl.language.model import InputType, ItemFormat
    from asl.tasks.storage import Storage, StoredObject

_ARGUMENTS = {"getObject": ("Bucket", "Key", "VersionId"), "listObjectsV2": ("Bucket", "Prefix")}

Sourced = tuple["Json", str]


def items_of(spec: MapRunSpec, storage: Storage | None) -> Iterator[MapItem]:
    """The items of a Map Run, in order.

    Raises:
        ItemReaderError: They can't be read.
        UnsupportedFeature: They may be readable on AWS, but not here.
    """
    if isinstance(spec.items, dict):
        for number, (key, value) in enumerate(spec.items.items()):
            yield MapItem(number, value, key=key)
    elif spec.items is not None:
        for number, value in enumerate(spec.items):
            yield MapItem(number, value)
    elif spec.reading is not None and storage is not None:
        for number, (value, source) in enumerate(read_items(spec.reading, storage)):
            yield MapItem(number, value, source)


def read_items(reading: Reading, storage: Storage) -> Iterator[Sourced]:
    """The items that an ItemReader names, each with its source.

    Raises:
        ItemReaderError: They can't be read.
        UnsupportedFeature: They may be readable on AWS, but not here.
    """
    if reading.max_items is not None and reading.max_items < 0:
        raise ItemReaderError("field MaxItems must be positive")
    try:
        yield from islice(_all_items(reading, storage), reading.max_items or None)
    except StorageError as error:
        raise storage_failure(error) from error
    except (EOFError, OSError, zlib.error) as error:
        raise ItemReaderError(f"The file can't be read: {error}.") from error
    except UnsupportedFeature as error:
        raise UnsupportedFeature(
            error.feature, error.pointer or reading.pointer, error.hint
        ) from error


def _all_items(reading: Reading, storage: Storage) -> Iterator[Sourced]:
    arguments, form = reading.arguments, reading.format
    for name in arguments:
        if name not in _ARGUMENTS[reading.action]:
            raise UnsupportedFeature(f"the argument {name} of s3:{reading.action}", "")
    bucket = _text(arguments, "Bucket")
    if reading.action == "listObjectsV2":
        prefix = _text(arguments, "Prefix") if "Prefix" in arguments else ""
        for found in storage.list(bucket, prefix):
            if not form.flatten:
                yield _listed(found), f"s3://{bucket}"
            elif form.input_type is not None:
                yield from _content(storage, Address(bucket, found.key), form, form.input_type)
        return
    address = Address(bucket, _text(arguments, "Key"))
    if "VersionId" in arguments:
        if form.input_type == "PARQUET":
            raise ItemReaderError(
                "S3 Version ID selection is not currently supported for PARQUET files"
            )
        raise UnsupportedFeature("the argument VersionId of s3:getObject", "")
    if form.manifest_type is not None:
        yield from _by_manifest(storage, address, form)
    elif form.input_type is not None:
        yield from _content(storage, address, form, form.input_type)


def _text(arguments: dict[str, Json], name: str) -> str:
    value = arguments.get(name)
    if not isinstance(value, str) or not value:
        raise ItemReaderError(f"The argument {name} of the ItemReader must be text.")
    return value


def _listed(found: StoredObject) -> Json:
    """An object of a listing, as AWS shows it; LastModified is in seconds."""
    return {
        "Etag": f'"{found.etag}"',
        "Key": found.key,
        "LastModified": int(found.last_modified.timestamp()),
        "Size": found.size,
        "StorageClass": found.storage_class,
    }


def _content(
    storage: Storage, address: Address, form: ItemFormat, input_type: InputType
) -> Iterator[Sourced]:
    """The items in one object."""
    source = str(address)
    with storage.open(*address) as stream:
        for value in _values(stream, form, input_type):
            yield value, source


def _values(stream: IO[bytes], form: ItemFormat, input_type: InputType) -> Iterator[Json]:
    match input_type:
        case "JSON":
            return read_json_array(stream, form.items_pointer)
        case "JSONL":
            return read_jsonl(stream)
        case "CSV":
            return read_csv(stream, delimiter=form.csv_delimiter, headers=form.csv_headers)
        case "PARQUET":
            return read_parquet(stream)
        case "MANIFEST":
            raise UnsupportedFeature("a manifest of manifests", "")
        case _:
            assert_never(input_type)


def _by_manifest(storage: Storage, address: Address, form: ItemFormat) -> Iterator[Sourced]:
    """The items in the files that a manifest names."""
    if form.manifest_type == "S3_INVENTORY":
        with storage.open(*address) as stream:
            inventory = read_inventory(stream)
        for file in inventory.files:
            with storage.open(*file) as packed, unpacked(packed, file.key) as stream:
                for value in read_csv(stream, headers=inventory.columns):
                    yield value, str(file)
        return
    with storage.open(*address) as stream:
        for file in read_data_manifest(stream):
            with storage.open(*file) as packed, unpacked(packed, file.key) as content:
                if form.input_type is not None:
                    for value in _values(content, form, form.input_type):
                        yield value, str(file)
