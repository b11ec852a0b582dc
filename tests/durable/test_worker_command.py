"""`asl worker` on PostgreSQL: what one worker leaves, another one goes on with."""

import json

import pytest

from tests.definitions import scope, task
from tests.durable.processes import wait_until

pytest.importorskip("dbos")

from asl.durable import Host

HANDLERS = """
import os
import pathlib
import time

def pay(payload):
    '''Take long, when it is called for the first time.'''
    calls = pathlib.Path("calls")
    with calls.open("a") as file:
        print(os.getpid(), file=file)
    if len(calls.read_text().split()) == 1:
        time.sleep(payload["seconds"])
    return {"paid": True}

tasks = {"pay": pay}
"""


@pytest.fixture
def start(tmp_path, zygote, postgresql_url):
    """Starts a worker that is ready when it is given back."""
    (tmp_path / "handlers.py").write_text(HANDLERS)
    (tmp_path / "order.asl.json").write_text(json.dumps(scope(Pay=task("pay"))))

    def start(*arguments):
        given = [
            "--database-url", postgresql_url, "--handlers", "handlers:tasks",
            "--machines", "order.asl.json", "--threshold", "2", *arguments,
        ]  # fmt: skip
        worker = zygote.start(
            "tests.durable.workers:command", {"folder": str(tmp_path), "arguments": given}
        )
        wait_until(lambda: "drives queue 'default'\n" in worker.output or worker.exit_code, given)
        return worker

    return start


def test_what_a_worker_leaves_another_goes_on_with(start, tmp_path, postgresql_url):
    leaving = start("--drain", "0.1")
    with Host(postgresql_url) as host:
        arn = host.start("order", {"seconds": 60})
        wait_until((tmp_path / "calls").exists, "the first call is under way")
        staying = start()
        leaving.terminate()
        assert leaving.wait() == 1
        assert host.result(arn, 30).output == {"paid": True}
        staying.terminate()
        assert staying.wait() == 0
        assert [event["type"] for event in host.history(arn)].count("LambdaFunctionScheduled") == 1
    assert (tmp_path / "calls").read_text().split() == [str(leaving.pid), str(staying.pid)]
    assert "was given up with calls under way" in leaving.output
