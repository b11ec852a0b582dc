"""A host with a worker in this process, in real time: what virtual time can't show."""

import asyncio
import threading
import time

import pytest

import asl
from asl.durable import Host, Limit
from asl.errors import UsageError

pytest.importorskip("dbos")

TOKEN = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"


def task(resource, caught=None, **fields):
    """The states of a branch with a task, whose error is caught."""
    if caught is not None:
        fields["Catch"] = [{"ErrorEquals": [caught], "Next": f"Caught {caught}"}]
    do = {"Type": "Task", "Resource": resource, "End": True, **fields}
    return {resource: do} | ({f"Caught {caught}": {"Type": "Succeed"}} if caught else {})


def parallel(name, *branches):
    branches = [{"StartAt": next(iter(states)), "States": states} for states in branches]
    states = {"All": {"Type": "Parallel", "Branches": branches, "End": True}}
    return asl.load({"StartAt": "All", "States": states}, name=name)


def single(name, **state):
    return asl.load({"StartAt": "Do", "States": {"Do": {"End": True, **state}}}, name=name)


@pytest.fixture
def host(prepared_url):
    with Host(prepared_url) as host:
        yield host


@pytest.fixture
def worker(host):
    with host.worker(poll=0.05, limits={"twice": Limit(concurrency=2)}) as worker:
        yield worker


class Called:
    async def __call__(self, payload):
        return "object"


async def coroutine(payload):
    await asyncio.sleep(0)
    return "async"


def returns_awaitable(payload):
    return coroutine(payload)


async def beats(payload, context):
    for _ in range(4):
        await asyncio.sleep(0.4)
        context.heartbeat()
    return "beat"


def beats_in_thread(payload, context):
    for _ in range(4):
        time.sleep(0.4)
        context.heartbeat()
    return "beat in a thread"


def leaves(payload):
    raise SystemExit("enough")


def test_a_worker_calls_handlers_of_every_kind(host, worker):
    is_cancelled = threading.Event()

    async def sleeps(payload):
        try:
            await asyncio.sleep(60)
        finally:
            is_cancelled.set()

    machine = parallel(
        "Kinds",
        task("plain"),
        task("async"),
        task("object"),
        task("awaitable"),
        task("beats", HeartbeatSeconds=1),
        task("beats-in-thread", HeartbeatSeconds=1),
        task("leaves", caught="SystemExit"),
        task("sleeps", caught="States.Timeout", TimeoutSeconds=1),
    )
    host.register(machine, {
        "plain": lambda payload: "plain",
        "async": coroutine,
        "object": Called(),
        "awaitable": returns_awaitable,
        "beats": beats,
        "beats-in-thread": beats_in_thread,
        "leaves": leaves,
        "sleeps": sleeps,
    })  # fmt: skip
    output = host.result(host.start("Kinds"), timeout=30).output
    assert output[:6] == ["plain", "async", "object", "async", "beat", "beat in a thread"]
    assert [each["Error"] for each in output[6:]] == ["SystemExit", "States.Timeout"]
    assert is_cancelled.is_set()


def test_what_is_said_from_outside_moves_what_a_worker_has(host, worker):
    tokens, begun, may_end = [], threading.Event(), threading.Event()

    def ask(payload, context):
        tokens.append(context.token)
        begun.set()

    def works(payload):
        begun.set()
        may_end.wait(30)

    host.register(single("Ask", Type="Task", Resource=TOKEN), {"Do": ask})
    host.register(single("Work", Type="Task", Resource="works"), {"works": works})
    asked = host.start("Ask")
    assert begun.wait(30)
    begun.clear()
    host.send_task_success(tokens[0], "yes")
    assert host.result(asked, timeout=30).output == "yes"

    working = host.start("Work")
    assert begun.wait(30)
    with pytest.raises(TimeoutError, match="has not ended in 0"):
        host.result(working, timeout=0)
    host.stop(working, "Enough")
    assert host.result(working, timeout=30).status == "ABORTED"
    may_end.set()


def test_queues_and_limits_are_kept(host, worker):
    now, most, lock = 0, 0, threading.Lock()

    def twice(payload):
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.02)
        with lock:
            now -= 1

    machine = single("Twice", Type="Task", Resource="twice")
    host.register(machine, {"twice": twice})
    other = host.start("Twice", queue="nobody")
    for arn in host.start_many(machine, [(None, {})] * 10):
        host.result(arn, timeout=30)
    assert most == 2
    assert host.describe(other).status == "RUNNING"
    with pytest.raises(UsageError, match="a process has one worker"), host.worker(queue="nobody"):
        pass


def test_one_of_many_that_start_a_name_starts_it(prepared_url):
    machine = single("Wait", Type="Wait", Seconds=60)
    clock = asl.VirtualClock()
    hosts = [Host(prepared_url, machines=[machine], clock=clock) for _ in range(4)]
    arns, errors = [], []

    def start(host, inputs):
        for payload in inputs:
            try:
                arns.append(host.start("Wait", payload, name="one"))
            except asl.ExecutionAlreadyExists:
                errors.append(payload)

    threads = [
        threading.Thread(target=start, args=(host, [{"n": n}] * 5)) for n, host in enumerate(hosts)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(set(arns)), len(arns), len(errors)) == (1, 5, 15)
    assert len(hosts[0].list().executions) == 1
    for host in hosts:
        host.close()
