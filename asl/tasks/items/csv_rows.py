"""Items of a CSV file: each row an object of text by header.

A row that is too short has empty text for what is missing, of one that is too long the rest is
dropped, and the members stand in the order of a Java HashMap: all recorded.

Source: AWS guide, "ItemReader (Map)".
"""

from __future__ import annotations

import csv
from typing import IO, TYPE_CHECKING

from asl.query.javalike import hash_map_order
from asl.tasks.items.failure import ItemReaderError
from asl.tasks.items.lines import read_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asl.jsontypes import Json

#: AWS: "Step Functions supports headers of up to 10 KiB".
_LONGEST_HEADER = 10 * 1024


def read_csv(
    stream: IO[bytes], *, delimiter: str = ",", headers: Sequence[str] | None = None
) -> Iterator[Json]:
    """The rows of a file.

    Args:
        stream: UTF-8 text.
        delimiter: Between two values; a value may stand in double quotes.
        headers: None takes them from the first row.

    Raises:
        ItemReaderError: A header stands twice, or the file can't be read.
    """
    rows = csv.reader(read_lines(stream, newline=""), delimiter=delimiter)
    try:
        if headers is None:
            headers = next(rows, [])
            if len(delimiter.join(headers).encode()) > _LONGEST_HEADER:
                raise ItemReaderError(f"The CSV header has more than {_LONGEST_HEADER:,} bytes.")
        if len(set(headers)) < len(headers):
            raise ItemReaderError("CSV headers cannot contain duplicates.")
        columns = [(header, headers.index(header)) for header in hash_map_order(headers)]
        for row in rows:
            if row:
                width = len(row)
                yield {header: row[at] if at < width else "" for header, at in columns}
    except csv.Error as error:
        raise ItemReaderError(f"The CSV file can't be read: {error}.") from error
