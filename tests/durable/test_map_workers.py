"""Distributed Maps and nested executions with real workers, in one process and in several."""

import time
from datetime import timedelta
from functools import cache

import asl
from asl.durable import Host
from tests.definitions import pass_, scope, task
from tests.durable.processes import ready, wait_until

HERE = __name__
SYNC = "arn:aws:states:::states:startExecution.sync:2"
LONG = 60.0


@cache
def machine():
    processor = {
        **scope(T=task()),
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
    }
    states = scope(M={"Type": "Map", "ItemProcessor": processor, "MaxConcurrency": 20})
    return asl.load(states, name="Maps")


@cache
def parent():
    start = task(SYNC, Parameters={"StateMachineArn": "Child", "Input.$": "$"})
    return asl.load(scope(S=start), name="Parent")


@cache
def child():
    return asl.load(scope(P=pass_(), T=task()), name="Child")


def double(value):
    return 2 * value


def test_a_map_of_200_items_on_one_worker(prepared_url):
    with Host(prepared_url, tasks={"work": double}, machines=[machine()]) as host:
        items = list(range(200))
        with host.worker(poll=0.05, concurrency=10):
            arn = host.start(machine(), items)
            result = host.result(arn, LONG)
        assert result.output == [double(item) for item in items]
        described = host.list(parent=arn, limit=1_000).executions
        assert [one.status for one in described] == ["SUCCEEDED"] * 200
        spans = [(one.started_at, 1) for one in described]
        spans += [(one.stopped_at, -1) for one in described]
        running = most = 0
        for _, step in sorted(spans):
            running += step
            most = max(most, running)
        assert most <= 20


def test_parents_do_not_keep_the_places_that_their_children_need(prepared_url, monkeypatch):
    monkeypatch.setattr("asl.durable.children._SHORT_PATIENCE_US", 100_000)
    with Host(prepared_url, tasks={"work": double}, machines=[machine()]) as host:
        arns = [host.start(machine(), [number]) for number in range(3)]
        with host.worker(poll=0.05, concurrency=1):
            assert [host.result(arn, LONG).output for arn in arns] == [[0], [2], [4]]


def test_a_nested_execution_wakes_its_parent(prepared_url):
    with Host(prepared_url, tasks={"work": double}, machines=[parent(), child()]) as host:
        with host.worker(poll=0.05, concurrency=1):
            arns = host.start_many(parent(), [(None, number) for number in range(5)])
            outputs = [host.result(arn, LONG).output["Output"] for arn in arns]
        assert outputs == [0, 2, 4, 6, 8]


def test_a_worker_says_which_handlers_it_lacks(tmp_path, caplog):
    url = f"sqlite:///{tmp_path}/database"
    with Host(url, machines=[parent(), child()]) as host, host.worker():
        pass
    (told,) = (record for record in caplog.records if record.event == "worker.lacks_handlers")
    assert "'T' needs" in told.reason
    assert "'S'" not in told.reason  # it starts an execution of a machine


def work_on_maps(url, log):
    """A worker that writes each item that it works on to a file."""

    def slowly(item):
        with open(log, "a") as file:  # noqa: PTH123 - appends are whole lines
            file.write(f"{item}\n")
        time.sleep(0.02)
        return double(item)

    host = Host(url, tasks={"work": slowly}, machines=[machine()])
    with host.worker(poll=0.05, concurrency=2, threshold=2.0):
        ready()
        time.sleep(600)


def test_two_workers_share_a_map_and_one_of_them_dies(postgresql_url, zygote, tmp_path):
    items = list(range(80))
    with Host(postgresql_url, machines=[machine()]) as host:
        logs = [tmp_path / "first", tmp_path / "second"]
        arguments = [{"url": postgresql_url, "log": str(log)} for log in logs]
        workers = [zygote.start(f"{HERE}:work_on_maps", each) for each in arguments]
        for worker in workers:
            worker.wait_ready()
        arn = host.start(machine(), items)
        wait_until(lambda: all(log.exists() for log in logs), "both work")
        owner = host.backend.row(arn).owner
        (mine,) = (worker for worker in workers if f":{worker.pid}:" in owner)
        mine.kill()
        result = host.result(arn, LONG)
        assert result.output == [double(item) for item in items]
        done = [int(line) for log in logs for line in log.read_text().split()]
        assert set(done) == set(items)
        assert len(done) <= len(items) + 20
        assert host.describe(arn).stopped_at - host.describe(arn).started_at < timedelta(seconds=60)
