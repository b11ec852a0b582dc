"""What tests of crashes run: machines with known outcomes, their handlers, processes that die.

Each start of a task is noted as a line in a file: the process, the state and the idempotency token.
"""

import os
import signal
import threading
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa

import asl
from asl.durable import Host, Patience
from asl.durable.sql import SqlBackend
from tests.durable.processes import ready

#: So that executions which are lost with every worker are neither left alone nor suspended.
UNBOUNDED = Patience(suspected=10_000, most=10_000)


# ---------------------------------------------------------------- handlers


class Start(NamedTuple):
    """The start of a task, as it was noted."""

    pid: int
    state: str
    idempotency_token: str
    task_token: str


class Notes:
    """Starts of tasks, noted by any number of processes."""

    def __init__(self, path):
        self._path = Path(path)
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def add(self, context):
        names = context.state_name, context.idempotency_token, context.token or "-"
        line = " ".join((str(os.getpid()), *names)) + "\n"
        os.write(self._file, line.encode())

    def starts(self):
        lines = self._path.read_text().splitlines()
        found = (line.split() for line in lines)
        return [Start(int(pid), *names) for pid, *names in found]


SEND = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"
#: How a task is answered by its token; and what says so at once, in process.
NOTHING = {}
ANSWER = {"yes": True}
ANSWERED = asl.submits(NOTHING, then=asl.returns(ANSWER))


def handlers(notes, seconds=0.0, answer=NOTHING):
    """Handlers whose answers depend on their payload and attempt alone."""

    def work(payload, context):
        notes.add(context)
        time.sleep(seconds)
        return payload

    def flaky(payload, context):
        notes.add(context)
        time.sleep(seconds)
        if context.attempt < 3:
            raise asl.TaskFailed("Busy", f"attempt {context.attempt}")
        return {"attempt": context.attempt}

    def declined(payload, context):
        notes.add(context)
        time.sleep(seconds)
        raise asl.TaskFailed("Declined", "no funds")

    def count(payload, context):
        notes.add(context)
        time.sleep(seconds)
        return payload + 1

    def slow(payload, context):
        notes.add(context)
        time.sleep(2 if seconds else 0)
        return payload

    def send(payload, context):
        notes.add(context)
        return answer

    def die(payload, context):
        notes.add(context)
        os._exit(9)

    return {
        "work": work,
        SEND: send,
        "flaky": flaky,
        "declined": declined,
        "count": count,
        "slow": slow,
        "die": die,
    }


# ---------------------------------------------------------------- machines


def task(resource="work", **fields):
    return {
        "Type": "Task",
        "Resource": resource,
        **({} if "Next" in fields else {"End": True}),
    } | fields


def chain(length, name="T", resource="work"):
    names = [f"{name}{number}" for number in range(length)]
    states = {name: task(resource, Next=after) for name, after in pairwise(names)}
    return {"StartAt": names[0], "States": {**states, names[-1]: task(resource)}}


def mapped(items, mode="INLINE", **fields):
    config = {"Mode": mode} | ({"ExecutionType": "STANDARD"} if mode == "DISTRIBUTED" else {})
    processor = {"ProcessorConfig": config, "StartAt": "Item", "States": {"Item": task()}}
    work = {"Type": "Map", "QueryLanguage": "JSONata", "Items": list(range(items)), **fields}
    return {"StartAt": "Map", "States": {"Map": {**work, "ItemProcessor": processor, "End": True}}}


BRANCHES = [chain(3, "L"), chain(2, "R")]
CATCH = {"ErrorEquals": ["Declined"], "Next": "Tell"}
RETRY = {"ErrorEquals": ["Busy"], "IntervalSeconds": 1, "MaxDelaySeconds": 1, "MaxAttempts": 5}
LOOP = {
    "StartAt": "Begin",
    "States": {
        "Begin": {"Type": "Pass", "Assign": {"n": 0}, "Next": "Count"},
        "Count": task("count", InputPath="$n", Next="Keep"),
        "Keep": {"Type": "Pass", "Assign": {"n.$": "$"}, "Next": "More"},
        "More": {
            "Type": "Choice",
            "Choices": [{"Variable": "$n", "NumericLessThan": 6, "Next": "Count"}],
            "Default": "Done",
        },
        "Done": {"Type": "Pass", "Parameters": {"n.$": "$n"}, "End": True},
    },
}

DEFINITIONS = {
    "chain": chain(6),
    "parallel": {
        "StartAt": "Both",
        "States": {
            "Both": {"Type": "Parallel", "Branches": BRANCHES, "Next": "After"},
            "After": task(),
        },
    },
    "map": mapped(10, MaxConcurrency=4),
    "retry": {"StartAt": "Try", "States": {"Try": task("flaky", Retry=[RETRY])}},
    "catch": {
        "StartAt": "Pay",
        "States": {
            "Pay": task("declined", Catch=[CATCH], Next="Tell"),
            "Tell": task(),
        },
    },
    "fail": {"StartAt": "A", "States": {"A": task(Next="Pay"), "Pay": task("declined")}},
    "wait": {
        "StartAt": "A",
        "States": {
            "A": task(Next="Wait"),
            "Wait": {"Type": "Wait", "Seconds": 1, "Next": "B"},
            "B": task(),
        },
    },
    "loop": LOOP,
    "token": {
        "StartAt": "Ask",
        "States": {
            "Ask": task(
                SEND,
                Parameters={"QueueUrl": "q", "MessageBody": {"token.$": "$$.Task.Token"}},
                ResultPath="$.answer",
                Next="B",
            ),
            "B": task(),
        },
    },
}  # fmt: skip


def machine(name):
    return asl.load(DEFINITIONS[name], name=name)


def shape(history):
    """What happened, whatever the order of branches, the times and the ids.

    Whether a handler had returned before its task's token was answered is chance.
    """
    return Counter(
        repr(
            [
                event["type"],
                *(value for key, value in sorted(event.items()) if key.endswith("Details")),
            ]
        )
        for event in history
        if event["type"] != "TaskSubmitted"
    )


# ---------------------------------------------------------------- worker processes


def host_of(url, notes, seconds):
    return Host(url, tasks=handlers(Notes(notes), seconds))


def run(host, threshold=1.0, park_after=0.3, patience=UNBOUNDED):
    """Works until it is killed."""
    with host.worker(
        threshold=threshold, park_after=park_after, poll=0.05, patience=patience, threads=200
    ):
        ready()
        threading.Event().wait()


def work(url, notes, seconds=0.02, patience=UNBOUNDED, **options):
    run(host_of(url, notes, seconds), patience=Patience(*patience), **options)


def work_without_handlers(url, notes, patience):
    run(Host(url), patience=Patience(*patience))


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def work_and_die(url, notes, where, seconds=0.02):
    """Dies at its third commit with a batch: between its statements, before it or after it."""
    host = host_of(url, notes, seconds)
    commit = SqlBackend.commit
    commits = []

    def watched(backend, orders):
        if any(order.entries for order in orders):
            commits.append(orders)
        answer = commit(backend, orders)
        if where == "after" and len(commits) == 3:
            die()
        return answer

    SqlBackend.commit = watched

    @sa.event.listens_for(host.backend.engine, "after_cursor_execute")
    def _executed(connection, cursor, statement, *_):
        if where == "between" and len(commits) == 3 and "INSERT INTO asl_journal" in statement:
            die()

    @sa.event.listens_for(host.backend.engine, "commit")
    def _committing(connection):
        if where == "before" and len(commits) == 3:
            die()

    run(host)
