"""The order of texts: that of Java's String.compareTo, which AWS compares them by.

Java compares UTF-16 code units, Python compares characters. The two differ only where a character
beyond U+FFFF meets one between U+E000 and U+FFFF.
"""

from __future__ import annotations

from asl.query.javalike import utf16


def compare_text(left: str, right: str) -> int:
    """Negative if ``left`` comes before ``right``, 0 if they are equal, else positive."""
    if left == right:
        return 0
    if left.isascii() or right.isascii():  # then both orders agree
        return -1 if left < right else 1
    return -1 if utf16(left) < utf16(right) else 1
