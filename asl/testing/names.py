"""What to say of a name that nobody knows: the one that was probably meant, or all there are."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_MOST_LISTED = 20


def suggestion(name: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown name: ``did you mean 'Ship'?`` or the known ones."""
    names = sorted(known)
    close = get_close_matches(name, names, n=1)
    if close:
        return f"did you mean {close[0]!r}?"
    shown = ", ".join(map(repr, names[:_MOST_LISTED]))
    more = f" and {len(names) - _MOST_LISTED} more" if len(names) > _MOST_LISTED else ""
    return f"known: {shown}{more}" if names else "there are none"
