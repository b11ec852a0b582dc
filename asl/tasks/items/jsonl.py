"""Items of JSON Lines: one JSON value a line, read one line at a time."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

from asl.jsontypes import Json, NotJsonError, parse_json
from asl.tasks.items.failure import ItemReaderError
from asl.tasks.items.lines import read_lines

if TYPE_CHECKING:
    from collections.abc import Iterator


def read_jsonl(stream: IO[bytes]) -> Iterator[Json]:
    """The values of all lines; blank lines hold none.

    Raises:
        ItemReaderError: A line is not JSON.
    """
    for number, line in enumerate(read_lines(stream), start=1):
        if not line.isspace():
            try:
                yield parse_json(line)
            except NotJsonError as error:
                raise ItemReaderError(f"Line {number} is not JSON: {error.reason}.") from error
