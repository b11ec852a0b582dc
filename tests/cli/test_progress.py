"""How far a long work has come."""

import io

import pytest

from asl.cli.progress import Progress
from asl.runtimes.clocks import VirtualClock


class Terminal(io.StringIO):
    def isatty(self):
        return True


def shown(times, out=None, total=4_000):
    """What is written when steps are made at these times, in seconds since the start."""
    out = out or Terminal()
    clock = VirtualClock()
    start = clock.now_us()
    with Progress(out, "checking", total, clock=clock) as progress:
        for seconds in times:
            clock.wait_until(start + round(seconds * 1_000_000))
            progress.step()
    return out.getvalue().split("\r\x1b[K")


def test_short_work_shows_nothing():
    assert shown([0, 0.5, 0.99]) == [""]


def test_long_work_shows_how_far_it_is_and_is_erased_at_the_end():
    assert shown([0, 0.9, 1, 1.1]) == ["", "checking 3 of 4,000", "checking 4 of 4,000", ""]


def test_the_line_is_not_rewritten_more_often_than_anybody_reads():
    assert shown([1, 1.01, 1.09, 1.1, 1.15, 2])[1:-1] == [
        "checking 1 of 4,000",
        "checking 4 of 4,000",
        "checking 6 of 4,000",
    ]


def test_without_a_terminal_nothing_is_shown():
    assert shown([0, 5, 10], out=io.StringIO()) == [""]


def test_it_is_erased_when_the_work_fails():
    out, clock = Terminal(), VirtualClock()

    def work():
        with Progress(out, "checking", 2, clock=clock) as progress:
            clock.wait_until(clock.now_us() + 2_000_000)
            progress.step()
            raise KeyError

    with pytest.raises(KeyError):
        work()
    assert out.getvalue().endswith("checking 1 of 2\r\x1b[K")
