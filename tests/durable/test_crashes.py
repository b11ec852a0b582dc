"""Nothing is lost: worker processes are killed, frozen and cut off, and every outcome is right.

An execution that went through crashes is held against one of the same machine in process: its
outcome and its history are the same, and only the calls that were under way at a kill were made
again, with the same idempotency token.
"""

import os
import random
import time

import pytest

import asl
from tests.durable.processes import wait_until

pytest.importorskip("dbos")

from asl.durable import Host
from tests.durable import crashing
from tests.durable.crashing import ANSWER, ANSWERED, DEFINITIONS, Notes, handlers, machine, shape

TIMEOUT = 30


class Scene:
    """A database, the workers of it, and the executions that are to come to their right end."""

    def __init__(self, url, zygote, folder):
        self.host = Host(url)
        self.notes = Notes(folder / "notes")
        self.wanted = {}
        self._arguments = {"url": url, "notes": str(folder / "notes")}
        self._zygote = zygote
        self._calls = Notes(folder / "calls")
        self._workers = {}
        self._answered = set()

    def work(self, function="work", **options):
        """A new worker process."""
        arguments = {**self._arguments, **options}
        worker = self._zygote.start(f"tests.durable.crashing:{function}", arguments)
        self._workers[worker.pid] = worker
        return worker

    def start(self, name, definition=None, count=1):
        """Start executions of a machine, and run them in process as well; gives their ARNs."""
        found = machine(name) if definition is None else asl.load(definition, name=name)
        names = [f"{name}-{len(self.wanted) + number}" for number in range(count)]
        arns = self.host.start_many(found, [(each, {}) for each in names], seed=7)
        tasks = handlers(self._calls, answer=ANSWERED)
        for arn, each in zip(arns, names, strict=True):
            self.wanted[arn] = found.run(tasks=tasks, name=each, seed=7)
        return arns

    def started(self, count):
        """Wait until so many tasks were started."""
        wait_until(lambda: len(self.notes.starts()) >= count, f"{count} tasks are started")

    def answer_tokens(self):
        """Answer each task that waits for its token."""
        for start in self.notes.starts():
            if start.task_token != "-" and start.task_token not in self._answered:
                self._answered.add(start.task_token)
                self.host.send_task_success(start.task_token, ANSWER)

    def verify(self, timeout=TIMEOUT):
        """Wait for all executions, and hold them against those in process; gives repeated calls."""
        running = set(self.wanted)

        def have_ended():
            self.answer_tokens()
            running.difference_update(
                [arn for arn in running if self.host.describe(arn).status != "RUNNING"]
            )
            return not running

        try:
            wait_until(have_ended, "all executions end", timeout)
        except TimeoutError as error:
            for arn in running:
                error.add_note(f"{self.host.backend.row(arn)}")
            raise
        for arn, expected in self.wanted.items():
            result = self.host.result(arn)
            assert (result.status, result.output) == (expected.status, expected.output), arn
            assert (result.error, result.cause) == (expected.error, expected.cause), arn
            assert shape(result.history) == shape(expected.history), arn
        starts, calls = self.notes.starts(), len(self._calls.starts())
        pids = {}
        for start in starts:
            pids.setdefault(start.idempotency_token, []).append(start.pid)
        assert len(pids) == calls
        for *earlier, _ in pids.values():
            assert all(map(self._was_lost, earlier))
        return len(starts) - calls

    def _was_lost(self, pid):
        """Whether a worker was killed, or was so slow that others took it for dead."""
        worker = self._workers[pid]
        return worker.exit_code is not None or "is driven by another worker now" in worker.output


@pytest.fixture
def scene(prepared_url, zygote, tmp_path):
    scene = Scene(prepared_url, zygote, tmp_path)
    yield scene
    zygote.clear()
    scene.host.close()


@pytest.fixture
def shared(postgresql, prepare, zygote, tmp_path):
    """On PostgreSQL, with many workers."""
    with postgresql.prepared(prepare) as url:
        scene = Scene(url, zygote, tmp_path)
        yield scene
        zygote.clear()
        scene.host.close()


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


def test_a_distributed_map_loses_its_parents_worker(shared):
    shared.start("spread", crashing.mapped(200, "DISTRIBUTED", MaxConcurrency=40))
    first, second = shared.work(seconds=0.05), shared.work(seconds=0.05)
    shared.started(60)
    first.kill()
    first = shared.work(seconds=0.05)
    shared.started(120)
    second.kill()
    assert shared.verify() <= 80
    first.kill()


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


KILLS = int(os.environ.get("ASL_KILLS", "200"))


#: Of these, in one process on SQLite, which is restarted each time.
RESTARTS = KILLS // 5


def kill_at_random(scene, rng, kills, workers, pauses, **options):
    """Kill workers, so many times; says what it led to."""
    began = time.monotonic()
    alive = [scene.work(**options) for _ in range(workers)]
    alive[0].wait_ready()
    for kill in range(kills):
        if kill % 10 == 0:
            for name in DEFINITIONS:
                scene.start(name, count=3)
        if workers == 1:
            alive[0].wait_ready()
        time.sleep(rng.uniform(*pauses))
        scene.answer_tokens()
        victim = rng.randrange(workers)
        alive[victim].kill()
        alive[victim] = scene.work(**options)
    killed = time.monotonic()
    repeated = scene.verify(120)
    print(
        f"{kills} kills of {workers} workers in {killed - began:.1f} s, all ended "
        f"{time.monotonic() - killed:.1f} s later: {len(scene.wanted)} executions, "
        f"{len(scene.notes.starts())} calls, {repeated} of them repeated"
    )


def test_random_kills_of_four_workers(shared):
    rng = random.Random(20260101)  # noqa: S311
    kill_at_random(shared, rng, KILLS - RESTARTS, 4, (0.02, 0.2), threshold=2)


def test_random_kills_of_one_worker(sqlite, prepare, zygote, tmp_path):
    rng = random.Random(20260102)  # noqa: S311
    with sqlite.prepared(prepare) as url:
        scene = Scene(url, zygote, tmp_path)
        kill_at_random(scene, rng, RESTARTS, 1, (0.0, 0.3))
        zygote.clear()
        scene.host.close()


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
    scene.host.close()
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
    assert len({start.idempotency_token for start in bad}) == 1
    assert workers[-1].exit_code is None
    assert scene.host.result(slow).status == "SUCCEEDED"
    scene.host.close()
