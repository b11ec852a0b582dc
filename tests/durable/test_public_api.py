"""What `asl.durable` shows: it changes on purpose only, and says which extra it needs."""

import subprocess
import sys

import pytest

import asl.durable

pytest.importorskip("sqlalchemy")

NAMES = ["Description", "Host", "Limit", "Page", "Patience", "Telemetry", "Worker"]
METHODS = [
    "advance", "close", "delete_ended", "describe", "get_activity_task", "history", "list",
    "redrive", "register", "result", "resume", "send_task_failure",
    "send_task_heartbeat", "send_task_success", "signal", "start", "start_many", "stop", "worker",
]  # fmt: skip
WITHOUT = """
import sys
sys.modules["sqlalchemy"] = None
import asl, asl.durable
try:
    asl.durable.Host
except asl.MissingExtra as error:
    print(error)
"""


def test_the_names_are_those():
    assert sorted(asl.durable.__all__) == NAMES
    assert set(NAMES) <= set(dir(asl.durable))
    assert [name for name in NAMES if not hasattr(asl.durable, name)] == []
    with pytest.raises(AttributeError, match="has no attribute 'Hots'"):
        asl.durable.Hots  # noqa: B018 - the access is the test


def test_the_methods_of_a_host_are_those_and_tell_what_they_do():
    methods = {name for name in dir(asl.durable.Host) if not name.startswith("_")}
    assert sorted(methods) == METHODS
    assert [name for name in METHODS if not getattr(asl.durable.Host, name).__doc__] == []


def test_without_its_extra_it_says_so():
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=True
    )
    assert "asl-interpreter[durable]" in done.stdout
