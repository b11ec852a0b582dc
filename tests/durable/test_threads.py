"""Work in threads for an event loop."""

import asyncio
import threading
from functools import partial

import pytest

pytest.importorskip("sqlalchemy")

from asl.durable.threads import Threads


def run(most, use):
    """Calls ``use(submit)`` on an event loop, where ``submit(work)`` gives a future."""

    async def main():
        loop, threads = asyncio.get_running_loop(), Threads(most)

        def submit(work):
            future = loop.create_future()

            def done():
                return partial(future.set_result, work())

            threads.submit(loop, done)
            return future

        try:
            return await asyncio.wait_for(use(submit), 20)
        finally:
            threads.close()

    return asyncio.run(main())


def test_all_work_is_done_and_told_on_the_loop():
    async def use(submit):
        return await asyncio.gather(*(submit(lambda n=n: n * n) for n in range(2_000)))

    assert run(10, use) == [n * n for n in range(2_000)]


def test_work_begins_while_other_work_waits():
    async def use(submit):
        barrier = threading.Barrier(20)
        return await asyncio.gather(*(submit(barrier.wait) for _ in range(20)))

    assert sorted(run(20, use)) == list(range(20))


def test_work_waits_where_all_threads_are_busy():
    async def use(submit):
        hold, begun = threading.Event(), []
        held = [submit(hold.wait) for _ in range(2)]
        late = submit(lambda: begun.append(1))
        await asyncio.sleep(0.05)
        assert not begun
        hold.set()
        await asyncio.gather(*held, late)
        return begun

    assert run(2, use) == [1]


def test_what_was_idle_is_used_again():
    async def use(submit):
        names = set()
        for _ in range(50):
            await submit(lambda: names.add(threading.current_thread().name))
            await asyncio.sleep(0.001)
        return names

    assert len(run(10, use)) <= 2


def test_nothing_begins_after_the_end():
    async def main():
        loop, threads, begun = asyncio.get_running_loop(), Threads(1), []
        hold, is_held = threading.Event(), threading.Event()

        def held():
            is_held.set()
            hold.wait()
            return begun.clear

        threads.submit(loop, held)
        is_held.wait()
        threads.submit(loop, lambda: begun.append)
        threads.close()
        hold.set()
        await asyncio.sleep(0.05)
        return begun

    assert asyncio.run(main()) == []
