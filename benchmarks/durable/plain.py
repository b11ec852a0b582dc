"""Measures DBOS by itself, as the durable host's baseline: a workflow, and a step for each task.

    python -m benchmarks.durable.plain URL [--scale FRACTION] [--json FILE]

The URL is SQLAlchemy's, of a database for nothing else. Each function below starts the worker in
this process, waits until it has taken up its queues, and returns a dictionary: how many units there
were, the seconds that all of them took, units per second, seconds of this process's CPUs, and on
PostgreSQL the bytes of its log for a unit.

It is tuned as far as DBOS lets itself be: queues are asked ten times a second, as many workflows
run at a time as there are connections, executions are put on the queue in one transaction, SQLite
has a write-ahead log. Many workflows cost a fifth less as plain functions than as coroutines, on
their threads; one alone is faster as a coroutine.
"""

import argparse
import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from dbos import DBOS, DBOSClient, EnqueueOptions, SetWorkflowID, WorkflowHandle
from sqlalchemy import NullPool, create_engine, make_url, text

from benchmarks.reports import aligned, circumstances

ROOT = Path(__file__).parents[2]
APPLICATION = "plain"
CONNECTIONS = 20  # DBOS's own choice
POLL_S = 0.1
EXECUTIONS, CHILDREN = "executions", "children"


@DBOS.step()
def task(number: int) -> int:
    return number


@DBOS.step()
async def task_async(number: int) -> int:
    return number


@DBOS.workflow()
def execution(tasks: int) -> None:
    for number in range(tasks):
        task(number)


@DBOS.workflow()
async def execution_alone(tasks: int) -> None:
    for number in range(tasks):
        await task_async(number)


@DBOS.workflow()
async def execution_wide(tasks: int) -> None:
    await asyncio.gather(*(task_async(number) for number in range(tasks)))


@DBOS.workflow()
def distributed_map(children: int, tasks: int) -> None:
    """Each child is a workflow with so many tasks; the parent waits for all."""
    handles = [DBOS.enqueue_workflow(CHILDREN, execution, tasks) for _ in range(children)]
    for handle in handles:
        handle.get_result(polling_interval_sec=POLL_S)


reached, released = threading.Event(), threading.Event()


@DBOS.workflow()
def interrupted(tasks: int) -> None:
    """An execution that stands still after its last task, until it is released."""
    for number in range(tasks):
        task(number)
    reached.set()
    released.wait()


@contextmanager
def worker(url: str) -> Iterator[None]:
    """This process is a worker for all queues."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(str(make_url(url).database))) as connection:
            connection.execute("PRAGMA journal_mode = wal")  # kept in the file
    DBOS(
        config={
            "name": APPLICATION,
            "system_database_url": url,
            "sys_db_pool_size": CONNECTIONS,
            "executor_id": APPLICATION,
            "application_version": APPLICATION,
            "log_level": "ERROR",
        }
    )
    DBOS.launch()
    try:
        for queue in (EXECUTIONS, CHILDREN):
            DBOS.register_queue(queue, worker_concurrency=CONNECTIONS, polling_interval_sec=POLL_S)
        yield
    finally:
        DBOS.destroy()


def put_all(url: str, workflow: Callable[..., Any], times: int, *arguments: int) -> None:
    """Puts executions on their queue in one transaction, and waits for all."""
    client, engine = DBOSClient(system_database_url=url), create_engine(url)
    options: EnqueueOptions = {
        "workflow_name": workflow.__qualname__,
        "queue_name": EXECUTIONS,
        "app_version": APPLICATION,
    }
    try:
        with engine.begin() as connection:
            handles: list[WorkflowHandle[None]] = [
                client.enqueue_in_transaction(connection, options, *arguments) for _ in range(times)
            ]
        for handle in handles:
            handle.get_result(polling_interval_sec=POLL_S)
    finally:
        engine.dispose()
        client.destroy()


def log_position(url: str) -> int | None:
    """How far PostgreSQL's write-ahead log has come, in bytes."""
    if url.startswith("sqlite"):
        return None
    with create_engine(url, poolclass=NullPool).connect() as connection:
        return int(connection.scalar(text("SELECT pg_current_wal_lsn() - '0/0'")))


def measured(url: str, units: int, work: Callable[[], object]) -> dict[str, Any]:
    written, spent, begin = log_position(url), time.process_time(), time.perf_counter()
    work()
    seconds, cpu = time.perf_counter() - begin, time.process_time() - spent
    result = {"units": units, "seconds": seconds, "per_s": units / seconds, "cpu_s": cpu}
    if written is not None and (position := log_position(url)) is not None:
        result["log_bytes"] = (position - written) / units
    return result


def measured_alone(url: str, units: int, work: Callable[[], object]) -> dict[str, Any]:
    """Measures work for a worker that was started for it, and that has its queues by then."""
    with worker(url):
        put_all(url, distributed_map, 1, 1, 0)
        return measured(url, units, work)


def executions(url: str, count: int) -> dict[str, Any]:
    """Workflows without a step: a unit is one of them."""
    return measured_alone(url, count, lambda: put_all(url, execution, count, 0))


def tasks(url: str, count: int, each: int = 100) -> dict[str, Any]:
    """Executions of many tasks at a time: a unit is a task."""
    return measured_alone(url, count * each, lambda: put_all(url, execution, count, each))


def singles(url: str, count: int = 1_000, each: int = 1) -> dict[str, Any]:
    """Executions of few tasks: a unit is one of them."""
    return measured_alone(url, count, lambda: put_all(url, execution, count, each))


def chain(url: str, count: int) -> dict[str, Any]:
    """One execution, one task after the other: a unit is a task."""
    return measured_alone(url, count, lambda: put_all(url, execution_alone, 1, count))


def inline(url: str, count: int = 1_000) -> dict[str, Any]:
    """All tasks of one execution at a time: a unit is a task."""
    return measured_alone(url, count, lambda: put_all(url, execution_wide, 1, count))


def children(url: str, count: int, each: int = 1) -> dict[str, Any]:
    """A Distributed Map, its children being workflows: a unit is an item, which is a task."""
    return measured_alone(url, count * each, lambda: put_all(url, distributed_map, 1, count, each))


def batches(url: str, count: int, each: int = 50) -> dict[str, Any]:
    """The same with an ItemBatcher: fewer children, which have more of the items."""
    return children(url, count, each)


def recovery(url: str, count: int) -> dict[str, Any]:
    """From the start of a worker until it has come to where an earlier one was killed.

    A unit is a task that had been done.
    """
    name = str(uuid4())
    command = [sys.executable, "-m", "benchmarks.durable.plain", url]
    command += ["--interrupt", name, str(count)]
    ended = subprocess.run(command, cwd=ROOT, check=False).returncode
    if ended != -signal.SIGKILL:
        raise RuntimeError(f"it ended with {ended} before it was killed")
    with ExitStack() as at_end:

        def recover() -> None:
            at_end.enter_context(worker(url))
            reached.wait()

        reached.clear()
        released.clear()
        result = measured(url, count, recover)
        released.set()
        DBOS.retrieve_workflow(name).get_result()
    return result


def interrupt(url: str, name: str, count: int) -> None:
    """Kills this process when it has done all tasks of an execution."""
    with worker(url):
        with SetWorkflowID(name):
            DBOS.start_workflow(interrupted, count)
        reached.wait()
        os.kill(os.getpid(), signal.SIGKILL)


#: What is measured, and how many there are of what each function counts.
MEASURES = {
    executions: 1_000,
    tasks: 100,
    chain: 1_000,
    children: 1_000,
    batches: 20,
    recovery: 5_000,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url", metavar="URL")
    parser.add_argument("--scale", type=float, default=1.0, metavar="FRACTION")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--interrupt", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.interrupt:
        name, count = options.interrupt
        interrupt(options.url, name, int(count))
    report: dict[str, Any] = {"circumstances": circumstances()}
    rows = [["", "units", "seconds", "units/s", "units/CPU s", "log bytes/unit"]]
    for measure, count in MEASURES.items():
        result = measure(options.url, max(1, round(count * options.scale)))
        report[measure.__name__] = result
        log = f"{result['log_bytes']:,.0f}" if "log_bytes" in result else "-"
        cells = [f"{result[key]:,.1f}" for key in ("seconds", "per_s")]
        cells.append(f"{result['units'] / result['cpu_s']:,.1f}")
        rows.append([measure.__name__, f"{result['units']:,}", *cells, log])
    print(aligned(rows))
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
