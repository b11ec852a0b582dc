"""The calendar: days counted from the epoch, and what they are called.

It is the Gregorian calendar for all years. Weeks are those of ISO 8601: they start on Monday, and
the first week of a year has its first Thursday; the weeks of a month are counted in the same way,
as XPath extends it.

Source: ECMAScript, "Day Number and Time within Day"; XPath and XQuery Functions 3.1, section 9.8.4.
"""

from __future__ import annotations

from typing import Final

SECOND_MS: Final = 1000
MINUTE_MS: Final = 60 * SECOND_MS
HOUR_MS: Final = 60 * MINUTE_MS
DAY_MS: Final = 24 * HOUR_MS

_MARCH_FIRST_YEAR_0 = -719_468  # as a day number: 0 is the first of January 1970
_DAYS_IN_400_YEARS = 146_097


def day_number(year: int, month: int, day: int) -> int:
    """Days from the epoch; a month or day beyond its range runs over into the next ones."""
    year += (month - 1) // 12
    month = (month - 1) % 12 + 1
    # a year that starts in March has its leap day at the end
    if month <= 2:
        year -= 1
    era, year_of_era = divmod(year, 400)
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5
    day_of_era = year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year
    return era * _DAYS_IN_400_YEARS + day_of_era + _MARCH_FIRST_YEAR_0 + day - 1


def date_of(days: int) -> tuple[int, int, int]:
    """Year, month and day of a day number."""
    era, day_of_era = divmod(days - _MARCH_FIRST_YEAR_0, _DAYS_IN_400_YEARS)
    year_of_era = (
        day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096
    ) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * shifted + 2) // 5 + 1
    month = (shifted + 2) % 12 + 1
    return era * 400 + year_of_era + (month <= 2), month, day


def week_day(days: int) -> int:
    """1 for Monday, 7 for Sunday."""
    return (days + 3) % 7 + 1


def first_week(year: int, month: int) -> int:
    """The Monday that starts the first week of a month, or of a year for its January."""
    first = day_number(year, month, 1)
    day = week_day(first)
    return first + 8 - day if day > 4 else first - (day - 1)


class Moment:
    """One millisecond, in the parts that a picture can ask for.

    Args:
        millis: From the epoch, in UTC.
    """

    __slots__ = ("_days", "_ms", "day", "hour", "month", "year")

    def __init__(self, millis: int) -> None:
        self._days, self._ms = divmod(millis, DAY_MS)
        self.year, self.month, self.day = date_of(self._days)
        self.hour = self._ms // HOUR_MS

    def component(self, letter: str) -> int:
        """The part that a letter stands for, as in the markers of a picture."""
        if letter in "YMDH":
            return {"Y": self.year, "M": self.month, "D": self.day, "H": self.hour}[letter]
        if letter == "d":
            return self._days - day_number(self.year, 1, 1) + 1
        if letter == "F":
            return week_day(self._days)
        if letter in "Ww":
            return self._week(1 if letter == "W" else self.month, is_year=letter == "W")
        if letter == "X":
            return self._week_year()
        if letter == "x":
            return self._week_month()
        if letter == "h":
            return self.hour % 12 or 12
        if letter == "P":
            return int(self.hour >= 12)
        if letter == "m":
            return self._ms // MINUTE_MS % 60
        if letter == "s":
            return self._ms // SECOND_MS % 60
        return self._ms % SECOND_MS

    def _week(self, month: int, *, is_year: bool) -> int:
        """The number of the week in the year or month that starts with a month."""
        step = 12 if is_year else 1
        week = (self._days - first_week(self.year, month)) // 7 + 1
        if week > (52 if is_year else 4) and self._days >= _first_week_after(
            self.year, month, step
        ):
            return 1
        if week < 1:
            return (self._days - _first_week_after(self.year, month, -step)) // 7 + 1
        return week

    def _week_year(self) -> int:
        if self._days < first_week(self.year, 1):
            return self.year - 1
        return self.year + (self._days >= first_week(self.year + 1, 1))

    def _week_month(self) -> int:
        if self._days < first_week(self.year, self.month):
            return (self.month - 2) % 12 + 1
        is_next = self._days >= _first_week_after(self.year, self.month, 1)
        return self.month % 12 + 1 if is_next else self.month


def _first_week_after(year: int, month: int, months: int) -> int:
    """The first week of the month so many months later."""
    index = month - 1 + months
    return first_week(year + index // 12, index % 12 + 1)
