"""Measures the durable host: the same work as `plain` does, as executions of state machines.

Each function below is given the URL of an empty database, starts a worker in this process, and
returns a dictionary as those of `plain` do. One with ``workers`` has others in processes of their
own.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

import asl
from asl.durable import Host
from asl.runtimes.clocks import SystemClock
from benchmarks.durable.plain import measured

ROOT = Path(__file__).parents[2]
FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:"
POLL_S = 0.1
WAIT_S = 90 * 86_400
#: History events of a task and the Choice after it.
EVENTS = 7

TASK = {"Type": "Task", "Resource": FUNCTION + "task"}
NOTHING = {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}
CHAIN = {
    "StartAt": "Work",
    "States": {
        "Work": {**TASK, "InputPath": "$.done", "ResultPath": "$.done", "Next": "More"},
        "More": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.done", "NumericLessThanPath": "$.all", "Next": "Work"}],
            "Default": "Done",
        },
        "Done": {"Type": "Succeed"},
    },
}
ITEM = {"StartAt": "Item", "States": {"Item": {**TASK, "End": True}}}
INLINE = {
    "StartAt": "Map",
    "States": {"Map": {"Type": "Map", "ItemProcessor": ITEM, "End": True}},
}
BATCH = {
    "StartAt": "Batch",
    "States": {
        "Batch": {"Type": "Map", "ItemsPath": "$.Items", "ItemProcessor": ITEM, "End": True}
    },
}
DISTRIBUTED = {
    "StartAt": "Map",
    "States": {
        "Map": {
            "Type": "Map",
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                **BATCH,
            },
            "ItemsPath": "$.items",
            "ItemBatcher": {"MaxItemsPerBatchPath": "$.size"},
            "End": True,
        }
    },
}
LONG = {
    "StartAt": "Wait",
    "States": {
        "Wait": {"Type": "Wait", "Seconds": WAIT_S, "Next": "Work"},
        "Work": {**TASK, "InputPath": "$.order", "End": True},
    },
}
MACHINES = [
    asl.load(definition, name=name)
    for name, definition in {
        "nothing": NOTHING,
        "chain": CHAIN,
        "inline": INLINE,
        "distributed": DISTRIBUTED,
        "long": LONG,
    }.items()
]


def task(number: int) -> int:
    return number + 1


def host_of(url: str, **options: Any) -> Host:
    return Host(url, tasks={"task": task}, machines=MACHINES, **options)


@contextmanager
def worker(url: str, **options: Any) -> Iterator[Host]:
    """A host with a worker in this process, which has its queue by then."""
    with host_of(url) as host, host.worker(poll=POLL_S, **options):
        run(host, "nothing", [(None, {})])
        yield host


def run(host: Host, machine: str, executions: list[tuple[str | None, Any]]) -> None:
    """Starts executions in one transaction, and waits for all."""
    before = ended(host)
    host.start_many(machine, executions)
    while ended(host) < before + len(executions):
        time.sleep(POLL_S)


def ended(host: Host) -> int:
    query = "SELECT count(*) FROM asl_execution WHERE ended_at IS NOT NULL AND parent_id IS NULL"
    return counted(host, query)


def is_parked(host: Host) -> int:
    return counted(host, "SELECT count(*) FROM asl_execution WHERE wake_at > 0")


def expect(condition: bool, message: str) -> None:  # noqa: FBT001 - what it is called for
    if not condition:
        raise RuntimeError(message)


def counted(host: Host, query: str) -> int:
    with host.backend.engine.connect() as connection:
        return int(connection.scalar(sa.text(query)))


def executions(url: str, count: int = 1_000) -> dict[str, Any]:
    """Executions without a task: a unit is one of them."""
    with worker(url) as host:
        return measured(url, count, lambda: run(host, "nothing", [(None, {})] * count))


def started(url: str, count: int = 1_000) -> dict[str, Any]:
    """The same, each started by itself."""
    with worker(url) as host:

        def work() -> None:
            before = ended(host)
            for _ in range(count):
                host.start("nothing")
            while ended(host) < before + count:
                time.sleep(POLL_S)

        return measured(url, count, work)


def tasks(url: str, count: int = 100, each: int = 100) -> dict[str, Any]:
    """Executions of many tasks at a time: a unit is a task."""
    with worker(url) as host:
        chains = [(None, {"done": 0, "all": each})] * count
        return measured(url, count * each, lambda: run(host, "chain", chains))


def singles(url: str, count: int = 1_000, each: int = 1) -> dict[str, Any]:
    """Executions of few tasks: a unit is one of them."""
    with worker(url) as host:
        chains = [(None, {"done": 0, "all": each})] * count
        return measured(url, count, lambda: run(host, "chain", chains))


def chain(url: str, count: int = 1_000) -> dict[str, Any]:
    """One execution, one task after the other: a unit is a task."""
    return tasks(url, 1, count)


def inline(url: str, count: int = 1_000) -> dict[str, Any]:
    """An inline Map: a unit is an item, which is a task."""
    with worker(url) as host:
        items = [(None, list(range(count)))]
        return measured(url, count, lambda: run(host, "inline", items))


def batches(url: str, count: int = 20, each: int = 50) -> dict[str, Any]:
    """A Distributed Map in batches, of which another worker does its part: a unit is an item."""
    with worker(url) as host, others(url, 0 if url.startswith("sqlite") else 1):
        items = [(None, {"size": each, "items": [1] * (count * each)})]
        return measured(url, count * each, lambda: run(host, "distributed", items))


@contextmanager
def others(url: str, count: int) -> Iterator[None]:
    """Other workers, in processes of their own."""
    command = [sys.executable, "-m", "benchmarks.durable.hosted", "serve", url]
    with ExitStack() as at_end:
        for _ in range(count):
            process = subprocess.Popen(
                command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            at_end.callback(process.wait)
            at_end.callback(process.communicate)
            expect(process.stdout.readline() == "ready\n", "another worker has not started")
        yield


def serve(url: str) -> None:
    """Is a worker until the input ends."""
    with host_of(url) as host, host.worker(poll=POLL_S):
        time.sleep(1)
        print("ready", flush=True)
        sys.stdin.read()


def recovery(url: str, count: int = 3_500) -> dict[str, Any]:
    """From the start of a worker until it calls the task that an earlier one was killed in.

    A unit is a task that had been done; ``recovery_s`` is the part from the claim to the call.
    """
    command = [sys.executable, "-m", "benchmarks.durable.hosted", "interrupt", url, str(count)]
    code = subprocess.run(command, cwd=ROOT, check=False).returncode
    expect(code == -signal.SIGKILL, f"the worker that was to be killed ended with {code}")
    times: dict[str, float] = {}
    time.sleep(1.1)  # so that the worker is taken for dead at the first look

    def work() -> None:
        with Host(url, tasks={"task": reached}, machines=MACHINES) as host:
            claim = host.backend.claim

            def timed(*arguments: Any) -> Any:
                times["claim"] = time.perf_counter()
                return claim(*arguments)

            host.backend.claim = timed
            with host.worker(poll=POLL_S, threshold=1.0):
                while "reached" not in times:
                    time.sleep(0.001)
                times["seconds"] = time.perf_counter() - begin
                while ended(host) < 2:
                    time.sleep(POLL_S)

    def reached(number: int) -> int:
        times.setdefault("reached", time.perf_counter())
        expect(number >= count, f"task {number} was called again")
        return number + 1

    begin = time.perf_counter()
    result = measured(url, count, work)
    result["seconds"] = times["seconds"]
    result["per_s"] = count / result["seconds"]
    result["recovery_s"] = times["reached"] - times["claim"]
    return result


def interrupt(url: str, count: int) -> None:
    """Kills this process when an execution has done so many tasks."""

    def kill_at_last(number: int) -> int:
        if number == count:
            os.kill(os.getpid(), signal.SIGKILL)
        return number + 1

    with (
        Host(url, tasks={"task": kill_at_last}, machines=MACHINES) as host,
        host.worker(poll=POLL_S),
    ):
        run(host, "nothing", [(None, {})])
        run(host, "chain", [(None, {"done": 0, "all": count + 1})])


class Later(SystemClock):
    """The time, or ninety days later."""

    ahead_us = 0

    def now_us(self) -> int:
        return super().now_us() + self.ahead_us


def park(url: str, count: int) -> dict[str, Any]:
    """Starts executions that wait for ninety days, until all are parked."""
    with worker(url) as host:
        before, size, begin = resident(), size_of(host, url), time.perf_counter()
        for first in range(0, count, 1_000):
            host.start_many("long", [(None, {"order": first})] * min(1_000, count - first))
        started_s = time.perf_counter() - begin
        while is_parked(host) < count:
            time.sleep(5 * POLL_S)
        return {
            "start_s": started_s,
            "parked_s": time.perf_counter() - begin,
            "resident_before": before,
            "resident_after": resident(),
            "database_bytes": (size_of(host, url) - size) / count,
        }


def wake(url: str, count: int) -> dict[str, Any]:
    """Starts a worker for them, lets that time pass, and waits until all have ended."""
    clock = Later()
    begin = time.perf_counter()
    with host_of(url, clock=clock) as host, host.worker(poll=POLL_S):
        time.sleep(5)
        before, cpu = resident(), time.process_time()
        time.sleep(5)
        idle = (time.process_time() - cpu) / 5
        expect(is_parked(host) == count, "some are not parked any more")
        begin = time.perf_counter()
        clock.ahead_us = WAIT_S * 1_000_000
        while ended(host) < count + 1:
            time.sleep(5 * POLL_S)
        query = "SELECT count(*) FROM asl_execution WHERE status = 'SUCCEEDED'"
        expect(counted(host, query) == count + 1, "some have not succeeded")
        return {
            "resident_restarted": before,
            "idle_cpu": idle,
            "woken_s": time.perf_counter() - begin,
            "resident_woken": resident(),
        }


def resident() -> int:
    """Bytes of memory that this process has."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def size_of(host: Host, url: str) -> int:
    if url.startswith("sqlite"):
        return Path(str(host.backend.engine.url.database)).stat().st_size
    return counted(host, "SELECT pg_database_size(current_database())")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["serve", url]:
            serve(url)
        case ["interrupt", url, count]:
            interrupt(url, int(count))
