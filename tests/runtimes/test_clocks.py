"""Clocks: one that jumps, and the system's."""

import asyncio
import time
from datetime import UTC, datetime, timedelta, timezone

import pytest

import asl
from asl.runtimes import clocks
from asl.runtimes.clocks import to_microseconds

START = datetime(2025, 1, 1, tzinfo=UTC)
START_US = 1_735_689_600_000_000


@pytest.mark.parametrize(
    ("at", "us"),
    [
        (datetime(1970, 1, 1, tzinfo=UTC), 0),
        (START, START_US),
        (START + timedelta(microseconds=1), START_US + 1),
        (datetime(2025, 1, 1, 1, tzinfo=timezone(timedelta(hours=1))), START_US),
        (datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC), -1_000_000),
    ],
)
def test_aware_datetimes_are_microseconds_since_the_epoch(at, us):
    assert to_microseconds(at) == us


def test_a_time_without_a_zone_is_refused():
    naive = datetime(2025, 1, 1)  # noqa: DTZ001 - this is the mistake
    with pytest.raises(asl.ClockError, match="has no time zone"):
        asl.VirtualClock(naive)


def test_a_virtual_clock_starts_at_the_same_time_always():
    assert asl.VirtualClock().now_us() == START_US
    assert asl.VirtualClock(START + timedelta(days=1)).now_us() == START_US + 86_400_000_000
    assert asl.VirtualClock().is_virtual


def test_a_virtual_clock_jumps_forward_and_never_back():
    clock = asl.VirtualClock()
    clock.wait_until(START_US + 5)
    assert clock.now_us() == START_US + 5
    clock.wait_until(START_US + 2)
    assert clock.now_us() == START_US + 5
    asyncio.run(clock.wait_until_async(START_US + 9))
    assert clock.now_us() == START_US + 9
    asyncio.run(clock.wait_until_async(START_US))
    assert clock.now_us() == START_US + 9


def test_clocks_show_what_they_are():
    assert repr(asl.VirtualClock(START)) == "VirtualClock(2025-01-01T00:00:00+00:00)"
    assert repr(asl.SystemClock()) == "SystemClock()"


def test_a_clock_goes_on_where_the_run_before_left_it():
    machine = asl.load(
        {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 60, "End": True}}}
    )
    clock = asl.VirtualClock()
    assert machine.run(clock=clock).started_at == START
    assert machine.run(clock=clock).started_at == START + timedelta(seconds=60)


# ---------------------------------------------------------------- the system's clock


def test_the_system_clock_tells_the_time_of_the_system():
    before = time.time_ns() // 1000
    now = asl.SystemClock().now_us()
    assert before <= now <= time.time_ns() // 1000
    assert not asl.SystemClock().is_virtual


@pytest.fixture
def system_time(monkeypatch):
    """The system's time as a list of what it shows next; sleeping is noted and takes no time."""

    class Time:
        shows = ()
        slept = ()

        def time_ns(self):
            now, *later = self.shows
            self.shows = later or [now]
            return now * 1_000_000_000

        def sleep(self, seconds):
            self.slept = (*self.slept, seconds)

    fake = Time()
    monkeypatch.setattr(clocks, "time", fake)
    return fake


def test_waiting_sleeps_as_long_as_it_takes_and_again_if_it_was_woken_early(system_time):
    system_time.shows = [100, 109, 110]
    asl.SystemClock().wait_until(110_000_000)
    assert system_time.slept == (10.0, 1.0)


def test_waiting_for_what_is_past_does_not_sleep(system_time):
    system_time.shows = [100]
    asl.SystemClock().wait_until(99_000_000)
    assert system_time.slept == ()


@pytest.mark.parametrize(("until", "span"), [(110, 10.0), (99, 0)])
def test_waiting_under_asyncio_lets_other_tasks_run(system_time, monkeypatch, until, span):
    slept = []

    async def sleep(seconds):
        slept.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    system_time.shows = [100]
    asyncio.run(asl.SystemClock().wait_until_async(until * 1_000_000))
    assert slept == [span]
