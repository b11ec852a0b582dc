"""Laws of recovery, without processes: a worker that is lost after every commit loses nothing.

Time is virtual, and the crash comes right after a commit, before anything that follows from it.
What the worker had in memory is gone then, and the execution is brought back from the database.
"""

from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asl
from tests.properties.machines import INPUT, REPLIES, definitions

pytest.importorskip("sqlalchemy")

from asl.durable.committing import DirectCommitter
from asl.durable.host import Host
from asl.durable.port import Patience
from asl.durable.run import Manner
from asl.durable.virtual import VirtualWorker

#: Without heartbeats: those that come at one instant with a commit are lost with the worker.
ANSWERS = [reply for reply in REPLIES if not getattr(reply, "heartbeat_every_us", 0)]
UNBOUNDED = Patience(suspected=10_000, most=10_000)
SALTS = st.integers(0, 50)


class Lost(BaseException):
    """The worker's process has ended."""


class FatalCommitter(DirectCommitter):
    """Loses the worker after each commit that lets an execution go on."""

    async def commit(self, commit):
        kept = await super().commit(commit)
        if commit.rest is None:
            raise Lost
        return kept


class Service:
    """Does the work of tasks, once for each idempotency token, and knows when each began."""

    def __init__(self, salt):
        self._salt = salt
        self._begun = {}
        self.calls = []

    def __call__(self, payload, context):
        token = context.idempotency_token
        self.calls.append(token)
        answer = ANSWERS[crc32(f"{token}/{self._salt}".encode()) % len(ANSWERS)]
        after_us = getattr(answer, "after_us", 0)
        if not after_us:
            return answer
        begun = self._begun.setdefault(token, context.now)
        passed_us = round((context.now - begun).total_seconds() * 1_000_000)
        return answer._replace(after_us=after_us - passed_us)


def run_through_crashes(definition, salt, snapshot_events):
    """The history of an execution that loses its worker after every commit; calls; losses."""
    service = Service(salt)
    clock = asl.VirtualClock()
    machine = asl.load(definition)
    host = Host("sqlite://", tasks={"*": service}, machines=[machine], clock=clock)
    manner = Manner(None, snapshot_events=snapshot_events, patience=UNBOUNDED)
    driving = host._driving(FatalCommitter(host.backend), manner)
    arn = host.start(machine, INPUT, name="it", seed=7)
    losses = 0
    while True:
        worker = VirtualWorker(driving, host._dispatcher, host._engine, clock)
        try:
            worker.advance(None)
        except Lost:
            losses += 1
        else:
            assert host.describe(arn).reason is None
            return host.history(arn), service.calls, losses


def run_in_process(definition, salt):
    service = Service(salt)
    result = asl.load(definition).run(INPUT, tasks={"*": service}, name="it", seed=7)
    return result.history, service.calls


@given(definitions(), SALTS, st.sampled_from((1, 500)))
@settings(max_examples=25, deadline=None)
def test_a_worker_lost_after_every_commit_changes_no_history(definition, salt, snapshot_events):
    history, calls = run_in_process(definition, salt)
    again, more_calls, losses = run_through_crashes(definition, salt, snapshot_events)
    assert again == history
    assert set(more_calls) == set(calls)
    assert len(calls) <= len(more_calls)
    assert losses or not calls
