"""Spans of time as people write them: seconds, or text such as ``2d 3h 4m 5s``."""

from __future__ import annotations

import re
from datetime import timedelta

_PART = re.compile(r"([0-9.]+) *([dhms])")
_SECONDS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}


def parse_span(given: float | str) -> timedelta:
    """A span of time.

    Args:
        given: Not negative: seconds, or text with days, hours, minutes and seconds.

    Raises:
        ValueError: A number in the text is none.
        OverflowError: It is longer than Python's timedelta.
    """
    if not isinstance(given, str):
        return timedelta(seconds=given)
    seconds = sum(float(number) * _SECONDS[unit] for number, unit in _PART.findall(given))
    return timedelta(seconds=seconds)
