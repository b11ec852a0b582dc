"""Lines of text from a stream of bytes, none of them longer than a bound."""

from __future__ import annotations

import io
from typing import IO, TYPE_CHECKING

from asl.tasks.items.failure import ItemReaderError

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Characters of one line. AWS takes no item larger than its payload limit anyway.
LONGEST_LINE = 16 * 1024 * 1024


def read_lines(stream: IO[bytes], *, newline: str | None = None) -> Iterator[str]:
    """The lines of UTF-8 text, with their ends; a byte order mark is passed over.

    Raises:
        ItemReaderError: It is not UTF-8, or a line is too long.
    """
    text = io.TextIOWrapper(stream, "utf-8-sig", newline=newline)
    try:
        while line := text.readline(LONGEST_LINE):
            if len(line) == LONGEST_LINE:
                raise ItemReaderError(f"A line has more than {LONGEST_LINE:,} characters.")
            yield line
    except UnicodeDecodeError as error:
        raise ItemReaderError(f"The file is not UTF-8 text: {error}.") from error
    finally:
        if not stream.closed:  # closing it is the matter of whoever opened it
            text.detach()
