"""Dates and times as text: ISO 8601, or a picture such as ``[D1o] [MNn] [Y0001]``.

Times are milliseconds from the epoch, in UTC; the proleptic Gregorian calendar goes on for ever to
both sides, as in JavaScript. What a picture leaves open when it is read is taken from the time of
the state.

Source: JSONata 2.0.6, which follows XPath and XQuery Functions 3.1, section 9.8, "Formatting dates
and times"; its documentation, "Date/Time processing".
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from asl.query.jsonata.builtins.calendar import (
    DAY_MS,
    HOUR_MS,
    MINUTE_MS,
    SECOND_MS,
    Moment,
    day_number,
)
from asl.query.jsonata.builtins.integers import (
    WORDS,
    IntegerForm,
    analyse_integer_picture,
    read_integer,
    write_integer,
)
from asl.query.jsonata.faults import FaultError
from asl.query.jsonata.kinds import UNDEFINED, Value
from asl.query.jsonata.matching import Search
from asl.query.jsonata.operators import double
from asl.query.jsonata.regexes import parse_regex, to_units

if TYPE_CHECKING:
    from asl.query.jsonata.guard import Run

_ISO: Final = re.compile(
    r"(\d{4})((?:-[01]\d)*(?:-[0-3]\d)*)((?:T[0-2]\d:[0-5]\d:[0-5]\d)*)(\.\d+)?"
    r"([+-][0-2]\d:?[0-5]\d|Z)?",
    re.ASCII,
)
_ISO_PICTURE: Final = "[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001][Z01:01t]"
_DEFAULT_PRESENTATIONS: Final = {
    "Y": "1", "M": "1", "D": "1", "d": "1", "F": "n", "W": "1", "w": "1", "X": "1", "x": "1",
    "H": "1", "h": "1", "P": "n", "m": "01", "s": "01", "f": "1", "Z": "01:01", "z": "01:01",
    "C": "n", "E": "n",
}  # fmt: skip
_DAYS: Final = ("", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = (
    "", "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_LARGEST_MS: Final = 8.64e15
_MOST_PARTS: Final = 200
_SPECIAL: Final = re.compile(r"[.*+?^${}()|\[\]\\]")


class Marker(NamedTuple):
    """A part of a picture in brackets, such as ``[MNn,3-3]``.

    Attributes:
        component: Which part of the date: ``Y``, ``M``, ``D``, ...
        modifier: The second presentation modifier: ``a``, ``t``, ``c``, ``o``, or nothing.
        names: The case of a name, if it is one.
        form: How the number is written, if it is one.
        is_limited: A width was given; ``most`` is its upper end, if it has one.
        digits: How many digits of the year are shown, or how many are read; -1 for any number.
    """

    component: str
    modifier: str
    names: Literal["upper", "lower", "title"] | None
    form: IntegerForm | None
    is_limited: bool
    most: int | None
    digits: int


def analyse_picture(picture: str) -> list[str | Marker]:
    """The parts of a picture: texts and markers.

    Raises:
        FaultError: D3135 for an open bracket, D3132 for an unknown component, D3131.
    """
    parts: list[str | Marker] = []
    start = at = 0

    def add_text(end: int) -> None:
        if end > start:
            parts.append(picture[start:end].replace("]]", "]"))

    while at < len(picture):
        if picture[at] != "[":
            at += 1
            continue
        add_text(at)
        if picture.startswith("[[", at):
            parts.append("[")
            start = at = at + 2
            continue
        end = picture.find("]", at)
        if end < 0:
            raise FaultError("D3135")
        parts.append(_marker("".join(picture[at + 1 : end].split())))
        if len(parts) > _MOST_PARTS:
            raise FaultError("D1012")
        start = at = end + 1
    add_text(at)
    return parts


def _marker(text: str) -> Marker:
    component, rest = text[:1], text[1:]
    before, comma, width = rest.rpartition(",")
    presentation, least, most = (before, *_width(width)) if comma else (rest, None, None)
    modifier = ""
    if len(presentation) > 1 and presentation[-1] in "atco":
        presentation, modifier = presentation[:-1], presentation[-1]
    if component not in _DEFAULT_PRESENTATIONS:
        raise FaultError("D3132", value=component)
    presentation = presentation or _DEFAULT_PRESENTATIONS[component]
    names: Literal["upper", "lower", "title"] | None = None
    form: IntegerForm | None = None
    digits = 0
    if presentation[0] in "nN":
        names = "lower" if presentation[0] == "n" else "upper"
        names = "title" if presentation.startswith("Nn") else names
    elif component in "YMDdFWwXxHhmsf":
        form = analyse_integer_picture(presentation + (f";{modifier}" if modifier else ""))
        form.mandatory = max(form.mandatory, least or 0)
        if component in "YMD":
            digits = -1
            if most is not None:
                digits = form.mandatory = most
            elif form.mandatory + form.optional >= 2:
                digits = form.mandatory + form.optional
    if component in {"Z", "z"}:
        form = analyse_integer_picture(presentation)
    return Marker(component, modifier, names, form, bool(comma), most, digits)


def _width(text: str) -> tuple[int | None, int | None]:
    """The least and the greatest width of ``2``, ``2-4``, ``*-2``, ..."""
    least, dash, most = text.partition("-")
    return _whole(least), _whole(most) if dash else None


def _whole(text: str) -> int | None:
    match = re.match(r"\d{1,4}", text, re.ASCII)
    return int(match[0]) if match else None


# Writing


def from_millis(
    run: Run, millis: Value, picture: Value = UNDEFINED, timezone: Value = UNDEFINED
) -> Value:
    """``$fromMillis``."""
    if millis is UNDEFINED:
        return UNDEFINED
    parts = analyse_picture(_ISO_PICTURE if picture is UNDEFINED else picture)
    hours, minutes = (0, 0) if timezone is UNDEFINED else _offset(timezone)
    shown = double(millis) + (60 * hours + minutes) * MINUTE_MS
    if not abs(shown) <= _LARGEST_MS:
        raise FaultError("D1001", value=None)
    moment = Moment(math.trunc(shown))
    run.charge(2 * len(parts))
    return "".join(
        part if isinstance(part, str) else _write(run, moment, part, hours, minutes)
        for part in parts
    )


def _offset(timezone: str) -> tuple[int, int]:
    """Hours and minutes of ``+0530``; of a negative offset both parts are, as in the reference."""
    match = re.match(r"\s*[-+]?\d{1,6}", timezone, re.ASCII)
    if not match:
        raise FaultError("D1001", value=None)
    offset = int(match[0])
    return offset // 100, int(math.fmod(offset, 100))


def _write(run: Run, moment: Moment, marker: Marker, hours: int, minutes: int) -> str:
    component = marker.component
    if component in {"Z", "z"}:
        return _write_zone(run, marker, hours, minutes)
    if component == "P":
        half = "pm" if moment.hour >= 12 else "am"
        return half.upper() if marker.names == "upper" else half
    if component in {"C", "E"}:
        return "ISO"
    value = moment.component(component)
    if marker.names is not None and component != "f":
        return _write_name(marker, value)
    if marker.form is None:
        raise FaultError("D3133", value=component)
    if component == "Y" and marker.digits != -1:
        value = int(math.fmod(value, 10**marker.digits))
    return write_integer(run, value, marker.form)


def _write_name(marker: Marker, value: int) -> str:
    if marker.component in {"M", "x"}:
        name = _MONTHS[value]
    elif marker.component == "F":
        name = _DAYS[value]
    else:
        raise FaultError("D3133", value=marker.component)
    if marker.names != "title":
        name = name.upper() if marker.names == "upper" else name.lower()
    return name[: marker.most] if marker.is_limited and marker.most is not None else name


def _write_zone(run: Run, marker: Marker, hours: int, minutes: int) -> str:
    form = marker.form
    if form is None:
        raise FaultError("D3133", value=marker.component)
    offset = hours * 100 + minutes
    if offset == 0 and marker.modifier == "t":
        return "Z"
    if form.repeat or form.mandatory in {3, 4}:
        text = write_integer(run, offset, form)
    elif form.mandatory in {1, 2}:
        text = write_integer(run, hours, form)
        if minutes:
            text += ":" + write_integer(run, minutes, analyse_integer_picture("00"))
    else:
        raise FaultError("D3134", value=form.mandatory)
    text = "+" + text if offset >= 0 else text
    return "GMT" + text if marker.component == "z" else text


# Reading


def to_millis(run: Run, timestamp: Value, picture: Value = UNDEFINED) -> Value:
    """``$toMillis``."""
    if timestamp is UNDEFINED:
        return UNDEFINED
    run.charge_text(len(timestamp))
    if picture is UNDEFINED:
        return _read_iso(timestamp)
    return _read(run, timestamp, analyse_picture(picture))


def _read_iso(timestamp: str) -> int:
    match = _ISO.fullmatch(timestamp)
    if match is None:
        raise FaultError("D3110", value=timestamp)
    year, date, time, fraction, zone = match.groups()
    hour, minute, second = map(int, time[1:9].split(":")) if time else (0, 0, 0)
    month, day = int(date[1:3] or 1), int(date[4:6] or 1)
    is_date = len(date) <= 6 and 1 <= month <= 12 and 1 <= day <= 31
    is_time = len(time) <= 9 and (time or not (fraction or zone not in {None, "Z"}))
    is_midnight = hour == 24 and not (minute or second or int((fraction or ".0")[1:]))
    if not (is_date and is_time and (hour < 24 or is_midnight)):
        raise FaultError("D1001", value=None)  # JavaScript's NaN
    millis = day_number(int(year), month, day) * DAY_MS
    millis += hour * HOUR_MS + minute * MINUTE_MS + second * SECOND_MS
    millis += int(fraction[1:4].ljust(3, "0")) if fraction else 0
    if zone and zone != "Z":
        offset = int(zone[1:3]) * HOUR_MS + int(zone[-2:]) * MINUTE_MS
        millis -= offset if zone[0] == "+" else -offset
    return millis


def _read(run: Run, timestamp: str, parts: list[str | Marker]) -> Value:
    pattern = "".join(f"({_pattern(part)})" for part in parts)
    search = Search(parse_regex(to_units(f"^{pattern}$"), "i"), to_units(timestamp), run)
    match = search.find(0)
    if match is None:
        return UNDEFINED
    values: dict[str, Value] = {}
    for part, text in zip(parts, match.groups, strict=True):
        if isinstance(part, Marker):
            values[part.component] = _read_part(part, text or "")
    if not values:
        return UNDEFINED
    return _combined(run, values)


def _pattern(part: str | Marker) -> str:
    """A regular expression for what a part may be in a text."""
    if isinstance(part, str):
        return _SPECIAL.sub(r"\\\g<0>", part)
    form = part.form
    if part.component in {"Z", "z"} and form is not None:
        zone = ("GMT" if part.component == "z" else "") + "[-+][0-9]+"
        if form.repeat:
            return zone + _pattern(form.separators[0].character) + "[0-9]+"
        return zone
    if form is None:
        if part.component not in {"M", "x", "F", "P"}:
            raise FaultError("D3133", value=part.component)
        return "[a-zA-Z]+"
    if form.kind == "sequence":
        raise FaultError("D3130", value=form.token)
    if form.kind == "letters":
        return "[A-Z]+" if form.case == "upper" else "[a-z]+"
    if form.kind == "roman":
        return "[MDCLXVI]+" if form.case == "upper" else "[mdclxvi]+"
    if form.kind == "words":
        return WORDS
    count = "+"
    if part.digits > 0:
        least = part.digits - form.optional
        count = f"{{{part.digits}}}" if not form.optional else f"{{{least},{part.digits}}}"
    return f"[0-9]{count}" + ("(?:th|st|nd|rd)" if form.is_ordinal else "")


def _read_part(part: Marker, text: str) -> Value:
    if part.component in {"Z", "z"} and part.form is not None:
        return _read_zone(part, part.form, text)
    if part.form is not None:
        return read_integer(text, part.form)
    if part.component == "P":
        return {"am": 0, "AM": 0, "pm": 1, "PM": 1}.get(text, UNDEFINED)
    names = _DAYS if part.component == "F" else _MONTHS
    known = {name[: part.most or None]: value for value, name in enumerate(names) if value}
    return known.get(text, UNDEFINED)


def _read_zone(part: Marker, form: IntegerForm, text: str) -> int:
    digits = text[3:] if part.component == "z" else text
    if form.repeat:
        hours, _, minutes = digits.partition(form.separators[0].character)
    elif len(digits) <= 3:
        hours, minutes = digits, "0"
    else:
        hours, minutes = digits[:3], digits[3:]
    return int(hours[:9] or 0) * 60 + int(minutes[:9] or 0)


def _combined(run: Run, values: dict[str, Value]) -> Value:
    """The time of the components, with those that are missing filled in.

    The components are those of one way to name a date and one to name a time, from the largest to
    the smallest. What is missing before the first is taken from now, what is missing behind the
    last is the least; between them nothing may be missing.

    Raises:
        FaultError: D3136, something is missing, or the date is one of the week, which the
            reference does not read either.
    """
    date = _way(values, ("YMD", "Yd", "XxwF", "XWF"), "YXMxWwdD", (161, 130, 84, 72))
    time = _way(values, ("Hmsf", "Phmsf"), "PHhmsf", (23, 47))
    # the reference looks for a year and a day of the month where it means the day of the year
    components = ("YD" if date == "Yd" else date) + time
    now = Moment(run.environment.now_us // 1000)
    has_started = has_ended = False
    for component in components:
        if values.get(component, UNDEFINED) is not UNDEFINED:
            if has_ended:
                raise FaultError("D3136")
            has_started = True
        elif has_started:
            values[component] = 1 if component in "MDd" else 0
            has_ended = True
        elif component != "P":  # which half of the day it is now does not count
            values[component] = now.component(component)
    if date in {"XxwF", "XWF"}:
        raise FaultError("D3136")
    year = values["Y"] + (1900 if 0 <= values["Y"] <= 99 else 0)  # as Date.UTC takes it
    if date == "Yd":
        days = day_number(year, 1, 1) + values["d"] - 1
    else:
        days = day_number(year, values["M"] or 1, values["D"])
    hour = values.get("H", 0)
    if time == "Phmsf":
        hour = (0 if values["h"] == 12 else values["h"]) + (12 if values.get("P") == 1 else 0)
    millis = days * DAY_MS + hour * HOUR_MS + values["m"] * MINUTE_MS
    millis += values["s"] * SECOND_MS + values["f"]
    zone = values.get("Z") or values.get("z") or 0
    millis -= (0 if zone is UNDEFINED else zone) * MINUTE_MS
    if not abs(millis) <= _LARGEST_MS:
        raise FaultError("D1001", value=None)
    return millis


def _way(
    values: dict[str, Value], ways: tuple[str, ...], order: str, masks: tuple[int, ...]
) -> str:
    """The first way that has some of the components that are there, and lacks none of them."""
    there = 0
    for component in order:
        value = values.get(component, UNDEFINED)
        there = 2 * there + (value is not UNDEFINED and value != 0)
    for way, mask in zip(ways, masks, strict=True):
        if there & mask and not there & ~mask:
            return way
    return ways[0]
