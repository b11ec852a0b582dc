"""Timestamps as text: which texts are one, and which instant they name, to the nanosecond.

Wait and Choice take what AWS calls an "ISO-8601 extended offset date-time": date, ``T``, time with
seconds, a fraction of up to nine digits, and ``Z`` or an offset. A text without zone is none
(recorded), nor is one with a month, day or hour that does not exist (recorded). As in Java, offsets
go up to 18 hours and there are no leap seconds. ``T`` and ``Z`` are upper case and seconds are
required, as in the ASL specification's profile of RFC 3339. This module reads no clock.

Source: ASL specification, "Timestamps"; RFC 3339, section 5.6.
"""

from __future__ import annotations

import re
from datetime import date

_TIMESTAMP = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"T([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])(?:\.([0-9]{1,9}))?"
    r"(?:Z|([+-])(0[0-9]|1[0-8]):([0-5][0-9]))"
)
_EPOCH = date(1970, 1, 1).toordinal()
_MAX_OFFSET_SECONDS = 18 * 3600


def parse_timestamp(text: str) -> int | None:
    """Nanoseconds from the epoch to the instant that a text names, None if it names none."""
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, sign, hours, minutes = match.groups()
    try:
        days = date(int(year), int(month), int(day)).toordinal() - _EPOCH
    except ValueError:
        return None
    offset = int(hours) * 3600 + int(minutes) * 60 if sign else 0
    if offset > _MAX_OFFSET_SECONDS:
        return None
    seconds = days * 86_400 + int(hour) * 3600 + int(minute) * 60 + int(second)
    seconds += offset if sign == "-" else -offset
    return seconds * 1_000_000_000 + int((fraction or "").ljust(9, "0"))
