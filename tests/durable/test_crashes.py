"""Nothing is lost: worker processes are killed, frozen and cut off, and every outcome is right.

An execution that went through crashes is held against one of the same machine in process: its
outcome and its history are the same, and only the calls that were under way at a kill were made
again, with the same idempotency token.
"""

import os
import random
import time
from collections import Counter

import pytest

import asl
from tests.durable.processes import wait_until

pytest.importorskip("dbos")

from asl.durable import Host
from tests.durable import crashing
from tests.durable.crashing import DEFINITIONS, Notes, handlers, machine, shape

TIMEOUT = 30


class Scene:
    """A database, the workers of it, and the executions that are to come to their right end."""

    def __init__(self, url, zygote, folder):
        self.url = url
        self.notes = Notes(folder / "notes")
        self._workers = {}
        self._path = str(folder / "notes")
        self._zygote = zygote
        self._host = Host(url)
        self._folder = folder
        self._wanted = {}

    def close(self):
        self._host.close()

    @property
    def host(self):
        return self._host

    def work(self, function="work", **options):
        """A new worker process."""
        arguments = {"url": self.url, "notes": self._path, **options}
        worker = self._zygote.start(f"tests.durable.crashing:{function}", arguments)
        self._workers[worker.pid] = worker
        return worker

    def start(self, name, definition=None, count=1):
        """Start executions; gives their ARNs."""
        found = machine(name) if definition is None else asl.load(definition, name=name)
        expected = found.run(tasks=handlers(Notes(self._folder / "unused")), **ANSWERED)
        numbers = range(len(self._wanted), len(self._wanted) + count)
        arns = self._host.start_many(found, [(f"{name}-{number}", {}) for number in numbers])
        self._wanted |= dict.fromkeys(arns, expected)
        return arns

    def started(self, count):
        """Wait until so many tasks were started."""
        wait_until(lambda: len(self.notes.starts()) >= count, f"{count} tasks are started")

    def answer_tokens(self):
        """Answer each task that waits for its token."""

    def verify(self, timeout=TIMEOUT):
        """Wait for all executions, and hold them against those in process; gives repeated calls."""
        end = time.monotonic() + timeout
        for arn, expected in self._wanted.items():
            result = self._host.result(arn, max(0.01, end - time.monotonic()))
            assert (result.status, result.output) == (expected.status, expected.output), arn
            assert (result.error, result.cause) == (expected.error, expected.cause), arn
            assert shape(self._host.history(arn)) == shape(expected.history), arn
        starts = self.notes.starts()
        calls = sum(_calls(expected) for expected in self._wanted.values())
        pids = {}
        for start in starts:
            pids.setdefault(start.token, []).append(start.pid)
        assert len(pids) == calls
        for *earlier, _ in pids.values():
            assert all(map(self._was_lost, earlier))
        return len(starts) - calls

    def _was_lost(self, pid):
        """Whether a worker was killed, or was so slow that others took it for dead."""
        worker = self._workers[pid]
        return worker.exit_code is not None or "is driven by another worker now" in worker.output


ANSWERED = {}


def _calls(result):
    kinds = Counter(event["type"] for event in result.history)
    return kinds["TaskScheduled"] + kinds["LambdaFunctionScheduled"]


@pytest.fixture
def scene(prepared_url, zygote, tmp_path):
    scene = Scene(prepared_url, zygote, tmp_path)
    yield scene
    zygote.clear()
    scene.close()


@pytest.fixture
def shared(postgresql, prepare, zygote, tmp_path):
    """On PostgreSQL, with many workers."""
    with postgresql.prepared(prepare) as url:
        scene = Scene(url, zygote, tmp_path)
        yield scene
        zygote.clear()
        scene.close()


# ---------------------------------------------------------------- killed workers


def test_a_chain_goes_on_where_its_worker_was_killed(scene):
    scene.start("long", crashing.chain(20))
    worker = scene.work(seconds=0.05)
    scene.started(8)
    worker.kill()
    scene.work(seconds=0.05)
    assert scene.verify() <= 1


def test_a_wait_ends_when_it_was_to_end(scene):
    waiting = {
        "StartAt": "Wait",
        "States": {"Wait": {"Type": "Wait", "Seconds": 3, "Next": "A"}, "A": crashing.task()},
    }
    (arn,) = scene.start("waiting", waiting)
    worker = scene.work(park_after=60)
    time.sleep(1)
    worker.kill()
    scene.work()
    assert scene.verify() == 0
    entered, left = (
        next(event["timestamp"] for event in scene.host.history(arn) if event["type"] == kind)
        for kind in ("WaitStateEntered", "WaitStateExited")
    )
    assert 3 <= (left - entered).total_seconds() < 4.5


def test_a_map_of_200_goes_on_where_its_worker_was_killed(scene):
    scene.start("wide", crashing.mapped(200, MaxConcurrency=50))
    worker = scene.work(seconds=0.05)
    scene.started(100)
    worker.kill()
    scene.work()
    assert scene.verify() <= 50


def test_executions_move_to_the_worker_that_is_left(shared):
    shared.start("chain", count=20)
    first, second = shared.work(seconds=0.05), shared.work(seconds=0.05)
    shared.started(40)
    first.kill()
    assert shared.verify() <= 20
    second.kill()


@pytest.mark.parametrize("where", ["between", "before", "after"])
def test_a_commit_happens_wholly_or_not_at_all(scene, where):
    scene.start("chain", count=3)
    worker = scene.work("work_and_die", where=where)
    worker.wait(TIMEOUT)
    scene.work()
    assert scene.verify() <= 3


# ---------------------------------------------------------------- frozen workers


def test_a_worker_that_was_taken_for_dead_is_fenced(shared):
    shared.start("long", crashing.chain(20), count=5)
    frozen = shared.work(seconds=0.05)
    shared.started(20)
    frozen.freeze()
    shared.work(seconds=0.05)
    shared.started(60)
    frozen.thaw()
    assert shared.verify() <= 5
    assert "is driven by another worker now" in frozen.output


# ---------------------------------------------------------------- random kills


KILLS = int(os.environ.get("ASL_KILLS", "60"))
MIX = [name for name in DEFINITIONS if name != "token"]


def test_random_kills_of_four_workers(shared):
    rng = random.Random(20260101)  # noqa: S311
    began = time.monotonic()
    workers = [shared.work(threshold=2) for _ in range(4)]
    workers[0].wait_ready()
    for kill in range(KILLS):
        if kill % 10 == 0:
            for name in MIX:
                shared.start(name, count=5)
        time.sleep(rng.uniform(0.05, 0.25))
        victim = rng.randrange(4)
        workers[victim].kill()
        workers[victim] = shared.work(threshold=2)
    killed = time.monotonic()
    print(f"{KILLS} kills in {killed - began:.1f} s")
    repeated = shared.verify()
    ended = time.monotonic()
    print(
        f"{KILLS} kills in {killed - began:.1f} s, all ended {ended - killed:.1f} s later: "
        f"{len(shared._wanted)} executions, {len(shared.notes.starts())} calls, {repeated} repeated"
    )


# ---------------------------------------------------------------- the database


def test_workers_outlast_a_restart_of_the_database(own_cluster, zygote, tmp_path):
    scene = Scene(own_cluster.url(), zygote, tmp_path)
    scene.start("chain", count=30)
    scene.start("map", count=5)
    for _ in range(2):
        scene.work(seconds=0.05, threshold=3)
    for calls in (40, 120):
        scene.started(calls)
        own_cluster.stop("immediate")
        time.sleep(0.3)
        own_cluster.start()
    repeated = scene.verify()
    scene.close()
    print(f"{repeated} calls repeated after two restarts of the database")


# ---------------------------------------------------------------- executions that kill


def test_an_execution_that_kills_its_workers_is_suspended_alone(prepared_url, zygote, tmp_path):
    scene = Scene(prepared_url, zygote, tmp_path)
    (slow,) = scene.start("slow", crashing.chain(1, "Slow", "slow"))
    scene.start("chain", count=5)
    poison = scene.host.start(asl.load(crashing.chain(1, "Bad", "die"), name="poison"), name="p")
    patience = (2, 4, 100_000)
    workers = [scene.work(patience=patience)]

    def has_ended():
        if workers[-1].exit_code is not None:
            workers.append(scene.work(patience=patience))
        return all(scene.host.describe(arn).status != "RUNNING" for arn in (poison, slow))

    wait_until(has_ended, "the poison is found, and the others go on")
    description = scene.host.describe(poison)
    assert description.status == "SUSPENDED"
    assert description.reason == "its worker was lost 5 times in a row, while it did 'Bad0'"
    bad = [start for start in scene.notes.starts() if start.state == "Bad0"]
    assert len(bad) == 5
    assert len({start.token for start in bad}) == 1
    assert workers[-1].exit_code is None
    assert scene.host.result(slow).status == "SUCCEEDED"
    scene.close()
