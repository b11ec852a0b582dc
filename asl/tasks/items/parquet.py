"""Items of a Parquet file: each row an object, read one row group after the other.

It needs the extra ``parquet`` (pyarrow). Columns that JSON has no values for (dates, decimals,
bytes) are refused: how AWS writes them is not known.
"""

from __future__ import annotations

import io
from typing import IO, TYPE_CHECKING, Any

from asl.errors import MissingExtra, UnsupportedFeature
from asl.jsontypes import Json, NotJsonError, check_json
from asl.tasks.items.failure import ItemReaderError

if TYPE_CHECKING:
    from collections.abc import Iterator

#: AWS refuses a larger footer; the bound itself is not known.
_LARGEST_FOOTER = 16 * 1024 * 1024
_ROWS = 1_000


def read_parquet(stream: IO[bytes]) -> Iterator[Json]:
    """The rows of a file, as objects by column.

    Raises:
        ItemReaderError: It is no Parquet file.
        MissingExtra: pyarrow is not installed.
        UnsupportedFeature: A column's type has no JSON.
    """
    _check_footer(stream)
    try:
        from pyarrow import ArrowException, parquet  # noqa: PLC0415  # an extra, and slow to import
    except ImportError as error:
        raise MissingExtra("parquet", "reading Parquet files") from error
    try:
        file: Any = parquet.ParquetFile(stream)
        for batch in file.iter_batches(batch_size=_ROWS):
            for row in batch.to_pylist():
                yield _checked(row)
    except (ArrowException, OSError) as error:
        raise ItemReaderError(f"The PARQUET file can't be read: {error}.") from error


def _check_footer(stream: IO[bytes]) -> None:
    """Look at the end of the file: the length of its footer and ``PAR1``."""
    size = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, size - 8))
    tail = stream.read(8)
    stream.seek(0)
    footer = int.from_bytes(tail[:4], "little")
    if footer > _LARGEST_FOOTER:  # recorded of a JSON file: its text, read as a length
        raise ItemReaderError(
            "The provided PARQUET file exceeds the maximum allowed footer size. "
            "Please provide a valid PARQUET file."
        )
    if tail[4:] != b"PAR1" or footer > size:
        raise ItemReaderError("The file is not a valid PARQUET file.")


def _checked(row: Json) -> Json:
    try:
        check_json(row)
    except NotJsonError as error:
        raise UnsupportedFeature(f"a PARQUET column: {error}", "") from error
    return row
