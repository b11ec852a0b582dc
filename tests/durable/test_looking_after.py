"""What a worker does in the background goes on whatever fails, and an outage is told of once."""

import logging
import time
from contextlib import nullcontext
from types import SimpleNamespace

import pytest

import asl

pytest.importorskip("sqlalchemy")

from sqlalchemy.exc import OperationalError

from asl.durable.logs import Outage
from asl.durable.run import Manner
from asl.durable.worker import Worker
from tests.durable.processes import wait_until

DOWN = OperationalError("SELECT 1", {}, Exception("no route"))


class Backend:
    """Answers as a database does that has nothing for anybody, or fails."""

    is_alone = False
    failure: Exception | None = None

    def __getattr__(self, name):
        def answer(*_):
            if self.failure is not None and name == "wake_due":
                raise self.failure
            self.asked = time.monotonic()
            return {"wake_due": 0, "workers": []}.get(name)

        return answer

    def only_one(self):
        return nullcontext(enter_result=False)


@pytest.fixture
def backend():
    return Backend()


@pytest.fixture
def log(caplog, backend):
    """The records of a worker that is at work meanwhile."""
    caplog.set_level(logging.DEBUG, logger="asl.durable")
    nothing = SimpleNamespace(
        launch=lambda *_: None, drain=lambda _: None, give_out_again=lambda _: 0, close=lambda: None
    )
    driving = SimpleNamespace(backend=backend, manner=Manner(None), standings=lambda _: {})
    worker = Worker(
        driving, nothing, nothing, Outage("w"),
        queue="default", clock=asl.SystemClock(), threshold=5.0, poll=0.001,
    )  # fmt: skip
    worker.start()
    yield caplog
    worker.close(0.01)


def told(log, event):
    return [record for record in log.records if record.event == event]


def test_an_outage_is_told_of_once(log, backend):
    backend.failure = DOWN
    wait_until(lambda: told(log, "worker.troubled"), "it is told of")
    before = backend.asked
    wait_until(lambda: backend.asked > before + 0.05, "the rest goes on")
    backend.failure = None
    wait_until(lambda: told(log, "worker.recovered"), "it is over")
    (troubled,) = told(log, "worker.troubled")
    assert (troubled.doing, troubled.levelno) == ("giving out what is due", logging.WARNING)
    assert "no route" in troubled.reason


def test_what_nobody_foresaw_does_not_end_it(log, backend):
    backend.failure = KeyError("odd")
    (troubled,) = wait_until(lambda: told(log, "worker.troubled"), "it is told of")
    assert troubled.levelno == logging.ERROR
    assert "Traceback" in log.text
    backend.failure = None
    wait_until(lambda: told(log, "worker.recovered"), "it goes on")
