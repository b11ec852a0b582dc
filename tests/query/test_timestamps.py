"""Which texts are timestamps, and which instants they name."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asl.query.timestamps import parse_timestamp

SECOND = 1_000_000_000


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1969-12-31T23:59:59.999999999Z", -1),
        ("2016-03-14T01:59:00Z", 1_457_920_740 * SECOND),
        ("2016-03-05T21:29:29.243167252Z", 1_457_213_369 * SECOND + 243_167_252),
        ("2026-11-20T15:39:55.00Z", 1_795_189_195 * SECOND),
        ("2026-11-20T15:39:55.000000Z", 1_795_189_195 * SECOND),
        ("2025-01-01T07:00:00.000-05:00", 1_735_732_800 * SECOND),
        ("2025-01-01T12:00:00.000Z", 1_735_732_800 * SECOND),
        ("2024-02-29T00:00:00+18:00", 1_709_100_000 * SECOND),
        ("2024-02-29T00:00:00-00:00", 1_709_164_800 * SECOND),
        ("2024-02-29T00:00:00.5+00:30", 1_709_163_000 * SECOND + 500_000_000),
    ],
)
def test_a_timestamp_names_an_instant_to_the_nanosecond(text, nanoseconds):
    assert parse_timestamp(text) == nanoseconds


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-20T15:39:55",  # recorded
        "2026-11-20T15:39:55.000000",  # recorded
        "2016-12-05T25:29:29Z",  # recorded
        "2016-13-05T21:29:29Z",  # recorded
        "05-12-2016T21:29:29Z",  # recorded
        "2025-01-01T00%3A00%3A00Z",  # recorded
        "not-a-timestamp",  # recorded
        "",
        " ",
        "2023-02-24",
        "2023-02-29T00:00:00Z",
        "2023-02-24T24:00:00Z",
        "2023-02-24T23:60:00Z",
        "2023-02-24T23:59:60Z",
        "2023-02-24T23:59Z",
        "2023-02-24t23:59:00Z",
        "2023-02-24T23:59:00z",
        "2023-02-24 23:59:00Z",
        "2023-02-24T23:59:00.Z",
        "2023-02-24T23:59:00.0123456789Z",
        "2023-02-24T23:59:00,5Z",
        "2023-02-24T23:59:00+0100",
        "2023-02-24T23:59:00+01",
        "2023-02-24T23:59:00+18:01",
        "2023-02-24T23:59:00+19:00",
        "2023-02-24T23:59:00Z\n",
        " 2023-02-24T23:59:00Z",
        "+2023-02-24T23:59:00Z",
        "0000-01-01T00:00:00Z",
        "٢023-02-24T23:59:00Z",
    ],
)
def test_any_other_text_is_no_timestamp(text):
    assert parse_timestamp(text) is None


OFFSETS = st.integers(-18 * 60, 18 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(
    moment=st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=OFFSETS),  # noqa: DTZ001
    fraction=st.integers(0, SECOND - 1),
)
def test_a_timestamp_agrees_with_datetime_and_keeps_its_nanoseconds(moment, fraction):
    moment = moment.replace(microsecond=0)
    offset = moment.isoformat()[19:]
    text = f"{moment.isoformat()[:19]}.{fraction:09}{offset}"
    days_and_seconds = moment - datetime(1970, 1, 1, tzinfo=UTC)
    seconds = days_and_seconds.days * 86_400 + days_and_seconds.seconds
    assert parse_timestamp(text) == seconds * SECOND + fraction


@given(st.text())
def test_no_text_makes_it_fail(text):
    assert parse_timestamp(text) is None or "T" in text
