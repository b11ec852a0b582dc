"""Objects that name other objects: S3 inventories and the data manifests of Athena.

Source: Amazon S3 guide, "Amazon S3 Inventory" (manifest.json); Athena guide, "UNLOAD" (the data
manifest has one ``s3://`` address a line); AWS guide, "ItemReader (Map)".
"""

from __future__ import annotations

import gzip
from typing import IO, TYPE_CHECKING, NamedTuple, cast

from asl.jsontypes import Json, NotJsonError, parse_json
from asl.tasks.items.failure import ItemReaderError
from asl.tasks.items.lines import read_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

_LARGEST_MANIFEST = 64 * 1024 * 1024


class Address(NamedTuple):
    """Where an object is."""

    bucket: str
    key: str

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


class Inventory(NamedTuple):
    """What an inventory's manifest.json says: its files, and the columns of their rows."""

    files: list[Address]
    columns: list[str]


def read_inventory(stream: IO[bytes]) -> Inventory:
    """The manifest.json of an S3 inventory of CSV files.

    Raises:
        ItemReaderError: It is none.
    """
    try:
        value = parse_json(stream.read(_LARGEST_MANIFEST))
    except NotJsonError as error:
        raise ItemReaderError(f"The S3 inventory manifest is not JSON: {error.reason}.") from error
    manifest = value if isinstance(value, dict) else {}
    bucket, schema, files = (
        manifest.get(name) for name in ("destinationBucket", "fileSchema", "files")
    )
    keys = [file.get("key") if isinstance(file, dict) else None for file in _list(files)]
    if (
        not isinstance(bucket, str)
        or not isinstance(schema, str)
        or not isinstance(files, list)
        or not all(isinstance(key, str) for key in keys)
    ):
        raise ItemReaderError("The S3 inventory manifest lacks its bucket, schema or files.")
    if manifest.get("fileFormat") != "CSV":
        raise ItemReaderError("Only S3 inventories of format CSV can be read.")
    name = bucket.rpartition(":")[2]
    return Inventory(
        [Address(name, cast("str", key)) for key in keys],
        [column.strip() for column in schema.split(",")],
    )


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def read_data_manifest(stream: IO[bytes]) -> Iterator[Address]:
    """The addresses in a data manifest of Athena.

    Raises:
        ItemReaderError: A line is no address.
    """
    for line in read_lines(stream):
        text = line.strip().strip('"')
        if text:
            bucket, _, key = text.removeprefix("s3://").partition("/")
            if not text.startswith("s3://") or not key:
                raise ItemReaderError(f"Not the address of an S3 object: {text[:200]!r}.")
            yield Address(bucket, key)


def unpacked(stream: IO[bytes], key: str) -> IO[bytes]:
    """The content of a file that a manifest names: both services compress them (``.gz``)."""
    return cast("IO[bytes]", gzip.open(stream)) if key.endswith(".gz") else stream
