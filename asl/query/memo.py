"""A memory for functions that read a text: who checks a definition and who compiles it read alike.

Only short texts are kept, and only so many, so that no definition can fill the memory. What is
raised is not kept. Results are shared, so they must be values that nobody changes.
"""

from __future__ import annotations

from functools import lru_cache, wraps
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

_MOST_TEXTS: Final = 2048
_LONGEST: Final = 500


def remembered(read: Callable[[str], T]) -> Callable[[str], T]:
    """The same function, which reads a short text once."""
    known = lru_cache(maxsize=_MOST_TEXTS)(read)

    @wraps(read)
    def remembering(text: str) -> T:
        return known(text) if len(text) <= _LONGEST else read(text)

    return remembering
