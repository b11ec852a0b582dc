"""What commands print: safe to look at, in colours where somebody looks, in bytes that fit."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Literal, TypeAlias

from asl.language.diagnostics import printable

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

Style: TypeAlias = Literal["bold", "dim", "red", "green", "yellow", "blue"]
Paint: TypeAlias = "Callable[[str, Style], str]"

_CODES: dict[Style, str] = {
    "bold": "1",
    "dim": "2",
    "red": "1;31",
    "green": "32",
    "yellow": "1;33",
    "blue": "1;34",
}


def wants_colours(out: TextIO) -> bool:
    """Whether it is a terminal whose user has nothing against colours (https://no-color.org)."""
    refused = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return out.isatty() and not refused


def painter(*, is_coloured: bool) -> Paint:
    """A function that gives a text a style, or leaves it alone."""
    if not is_coloured:
        return lambda text, _style: text
    return lambda text, style: f"\x1b[{_CODES[style]}m{text}\x1b[0m" if text else ""


def visible(text: str) -> str:
    """Text of a definition or a file's name without what breaks a line, steers a terminal or hides.

    Beyond what `printable` replaces, these are marks that change the direction of writing, and
    spaces that are not the usual one.
    """
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in printable(text))


def write(out: TextIO, text: str, *, encoding: str | None = None) -> None:
    """Write a text whatever is in it.

    Args:
        out: Where to.
        text: What its encoding does not have is written as an escape.
        encoding: None for that of ``out``.
    """
    encoding = encoding or out.encoding or "utf-8"  # a text in memory has no encoding
    content = text.encode(encoding, "backslashreplace")
    buffer = getattr(out, "buffer", None)
    if buffer is None:
        out.write(content.decode(encoding))
    else:
        out.flush()
        buffer.write(content)
