"""How handlers are called in a worker: limits on a clock that jumps, and calls that end oddly."""

import asyncio
import selectors
import threading
from types import SimpleNamespace

import pytest

import asl
from asl.durable.calling import Caller, Limit
from asl.tasks.registry import Binding


class Jumping(selectors.DefaultSelector):
    """Lets a loop's time come at once that it would have waited for."""

    now = 0.0

    def select(self, timeout=None):
        self.now += timeout or 0
        return super().select(timeout and 0)


def run(main):
    """Run a coroutine in jumping time."""
    selector = Jumping()
    loop = asyncio.SelectorEventLoop(selector)
    loop.time = lambda: selector.now
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        return runner.run(main)


class Calls:
    """Makes calls of one handler, and keeps when they began and what came of them."""

    def __init__(self, caller, handler, resource="charge", state="Charge"):
        self._caller = caller
        resource = SimpleNamespace(arn=resource, invokes_lambda=False, pattern="", kind="lambda")
        self._binding = Binding(handler, resource, is_function=False)
        self._task = SimpleNamespace(resource=resource, state_name=state, payload={})
        self._changed = asyncio.Event()
        self.ended = []

    def begin(self):
        return self._caller.call(self._task, self._binding, lambda: None, self._done)

    def _done(self, value, error):
        self.ended.append(value if error is None else error)
        self._changed.set()

    async def all_ended(self, count):
        while len(self.ended) < count:
            await self._changed.wait()
            self._changed.clear()
        return self.ended


class Working:
    """An async handler that takes a second, and counts."""

    def __init__(self):
        self.began = []
        self.now = self.most = 0

    async def __call__(self, _):
        self.began.append(asyncio.get_running_loop().time())
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(1)
        self.now -= 1


def test_a_limit_of_concurrency_is_kept():
    async def main():
        working = Working()
        calls = Calls(Caller(limits={"charge": Limit(concurrency=3)}), working)
        for _ in range(9):
            calls.begin()
        await calls.all_ended(9)
        assert working.most == 3
        assert [round(at) for at in working.began] == [0, 0, 0, 1, 1, 1, 2, 2, 2]

    run(main())


def test_a_limit_of_rate_is_kept_over_any_span():
    async def main():
        working = Working()
        calls = Calls(Caller(limits={"charge": Limit(rate=2, per=10)}), working)
        calls.begin()
        await asyncio.sleep(9)
        for _ in range(4):
            calls.begin()
        await calls.all_ended(5)
        assert [round(at) for at in working.began] == [0, 9, 10, 19, 20]

    run(main())


def test_the_first_pattern_that_matches_holds():
    async def main():
        limits = {"Sh*": Limit(concurrency=1), "*": Limit(concurrency=2), "charge": Limit(1)}
        caller = Caller(limits=limits)
        shipping, charging = Working(), Working()
        ships = Calls(caller, shipping, "anything", "Ship")
        charges = Calls(caller, charging, "charge", "Charge")
        for _ in range(4):
            ships.begin()
            charges.begin()
        await ships.all_ended(4)
        await charges.all_ended(4)
        assert (shipping.most, charging.most) == (1, 2)

    run(main())


def test_a_call_that_is_cancelled_before_its_turn_takes_no_place():
    async def main():
        working = Working()
        calls = Calls(Caller(limits={"*": Limit(concurrency=1, rate=1, per=5)}), working)
        calls.begin()
        waits_for_its_rate, waits_for_a_place = calls.begin(), calls.begin()
        await asyncio.sleep(2)
        waits_for_its_rate()
        waits_for_a_place()
        calls.begin()
        await calls.all_ended(2)
        assert len(working.began) == 2

    run(main())


def test_a_thread_keeps_its_place_until_it_has_ended():
    async def main():
        begun, may_end = threading.Semaphore(0), threading.Event()

        def charge(_):
            begun.release()
            may_end.wait(10)
            return "paid"

        calls = Calls(Caller(limits={"*": Limit(concurrency=1)}), charge)
        cancel = calls.begin()
        assert await asyncio.to_thread(begun.acquire, timeout=10)
        never = calls.begin()
        calls.begin()
        cancel()
        never()
        await asyncio.sleep(0.02)
        assert not begun.acquire(blocking=False)
        may_end.set()
        assert await asyncio.to_thread(begun.acquire, timeout=10)
        await calls.all_ended(2)  # whoever cancels a call does not look at what it tells
        assert not begun.acquire(blocking=False)

    asyncio.run(main())


def leave():
    raise SystemExit(3)


async def leave_async():
    leave()


async def cancelled():
    raise asyncio.CancelledError


async def paid():
    return "paid"


@pytest.mark.parametrize(
    ("handler", "end"),
    [
        (lambda _: leave(), SystemExit),
        (lambda _: leave_async(), SystemExit),
        (lambda _: cancelled(), asyncio.CancelledError),
        (lambda: None, TypeError),
        (lambda _: paid(), "paid"),
    ],
)
@pytest.mark.parametrize("limits", [None, {"*": Limit(concurrency=1)}])
def test_however_a_call_ends_it_is_told(handler, end, limits):
    async def main():
        calls = Calls(Caller(limits=limits), handler)
        for _ in range(2):  # the first one has left its place
            calls.begin()
        for each in await calls.all_ended(2):
            assert each == end if isinstance(end, str) else isinstance(each, end)

    asyncio.run(main())


def test_an_async_handler_that_cancels_itself_is_told():
    async def handler(_):
        raise asyncio.CancelledError

    async def wrong():
        """Takes no payload."""

    async def main():
        for each, end in ((handler, asyncio.CancelledError), (wrong, TypeError)):
            calls = Calls(Caller(), each)
            calls.begin()
            assert isinstance((await calls.all_ended(1))[0], end)

    asyncio.run(main())


@pytest.mark.parametrize("limit", [Limit(0), Limit(-1), Limit(rate=0), Limit(rate=1, per=0)])
def test_a_limit_that_lets_nothing_through_is_refused(limit):
    with pytest.raises(asl.UsageError, match="'charge' has to be positive"):
        Caller(limits={"charge": limit})
