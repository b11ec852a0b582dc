"""`asl worker`: what it needs, what it says, and how it ends."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from asl.cli import main
from asl.cli.starting import handlers_of
from asl.cli.worker import limit_of, stop_signal
from tests.definitions import scope, task

pytest.importorskip("dbos")

from asl.durable import Host, Limit

REPOSITORY = Path(__file__).resolve().parents[2]
HANDLERS = """
import pathlib
import time

def pay(payload):
    pathlib.Path("begun").touch()
    time.sleep(payload["seconds"])
    return {"paid": True}

tasks = {"pay": pay}
number = 7

def make():
    return tasks

def broken():
    return 7
"""
NAME = "handlers_of_worker_test"
TASKS = ("--handlers", f"{NAME}:tasks")
SQLITE = ("--database-url", "sqlite:///executions.db")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with handlers and a definition, as a user would have it; we stand in it."""
    (tmp_path / f"{NAME}.py").write_text(HANDLERS, encoding="utf-8")
    (tmp_path / "order.asl.json").write_text(json.dumps(scope(Pay=task(Resource="pay"))))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delenv("ASL_DATABASE_URL", raising=False)
    yield tmp_path
    sys.modules.pop(NAME, None)


@contextmanager
def worker(*arguments):
    """A process of the command that has said that it is ready."""
    process = subprocess.Popen(
        [sys.executable, "-m", "asl", "worker", *SQLITE, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )
    try:
        ready = process.stdout.readline()
        assert re.fullmatch(r"worker \S+:\d+:\w{8} drives queue 'default'\n", ready), (
            process.communicate()
        )
        yield process
    finally:
        process.kill()
        process.communicate()


def paying(host, seconds):
    """An execution whose task is under way."""
    arn = host.start("order", {"seconds": seconds})
    end = time.monotonic() + 30
    while not Path("begun").exists():
        assert time.monotonic() < end
        time.sleep(0.01)
    return arn


def events(err):
    """The names of the events in a log of JSON lines."""
    return [json.loads(line)["event"] for line in err.splitlines()]


# ---------------------------------------------------------------- how it ends


def test_calls_under_way_may_end_when_it_is_asked_to_stop(folder):
    arguments = (*TASKS, "--machines", "order.asl.json", "--log-format", "json")
    with worker(*arguments) as process, Host(SQLITE[1]) as host:
        arn = paying(host, 0.5)
        process.terminate()
        _, err = process.communicate(timeout=30)
        assert process.returncode == 0
        assert host.result(arn, 0).output == {"paid": True}
    assert events(err) == ["worker.started", "execution.started", "execution.ended", "worker.ended"]
    ended = json.loads(err.splitlines()[2])
    assert (ended["execution"], ended["machine"], ended["status"]) == (arn, "order", "SUCCEEDED")
    assert "paid" not in err


def test_what_does_not_end_in_time_is_given_back(folder, capsys):
    arguments = (*TASKS, "--machines", "order.asl.json", "--drain", "0.1")
    with worker(*arguments) as process, Host(SQLITE[1]) as host:
        arn = paying(host, 60)
        # SQLite serves one worker: another one says so, and leaves the first alone
        assert main(["worker", *SQLITE, *TASKS]) == 2
        assert "uses this SQLite database" in capsys.readouterr().err
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
        assert process.returncode == 1
        assert "1 execution was given up with calls under way" in err
        assert host.describe(arn).is_parked
        assert host.describe(arn).wakes_at <= datetime.now(UTC)  # for the next worker, at once


def test_who_asks_twice_does_not_wait(monkeypatch):
    left = []
    monkeypatch.setattr(os, "_exit", left.append)
    before = signal.getsignal(signal.SIGTERM)
    with stop_signal() as wait:
        signal.raise_signal(signal.SIGTERM)
        assert wait() == signal.SIGTERM
        assert left == []
        signal.raise_signal(signal.SIGINT)
        assert left == [128 + signal.SIGINT]
    assert signal.getsignal(signal.SIGTERM) is before


# ---------------------------------------------------------------- what is wrong


@pytest.mark.parametrize(
    ("handlers", "message"),
    [
        (NAME, "--handlers takes MODULE:NAME, not"),
        ("nowhere:tasks", "--handlers nowhere:tasks: No module named 'nowhere'"),
        (f"{NAME}:task", "has no attribute 'task'; did you mean 'tasks'?"),
        (f"{NAME}:number", "this is int"),
        (f"{NAME}:broken", "this returns int"),
        (f"{NAME}:pay", "this is function"),
    ],
)
def test_handlers_that_are_none_are_explained(folder, capsys, handlers, message):
    assert main(["worker", *SQLITE, "--handlers", handlers]) == 2
    assert message in capsys.readouterr().err


def test_a_function_may_give_the_handlers(folder):
    assert set(handlers_of(f"{NAME}:make", "--handlers")) == {"pay"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "which database? Give --database-url"),
        (("--database-url", "orders"), "can't be read: use sqlite:///FILE, or postgresql:"),
        (("--database-url", "mysql://u:secret@h/n"), "'mysql' is no database for this"),
        (("--database-url", "sqlite:////nowhere/x.db"), "unable to open database file"),
        (("--database-url", "postgresql://u:secret@127.0.0.1:1/n"), "Connection refused"),
        ((*SQLITE, "--machines", "nowhere.json"), "no such file or folder: 'nowhere.json'"),
        ((*SQLITE, "--machines", "-"), "--machines takes files and folders"),
        ((*SQLITE, "--storage", "nowhere"), "--storage: there is no folder 'nowhere'"),
        ((*SQLITE, "--limit", "pay"), "--limit takes PATTERN=N[/RATE[:PER]]"),
        ((*SQLITE, "--limit", "pay="), "not 'pay='"),
        ((*SQLITE, "--limit", "pay=0"), "the limit of 'pay' has to be positive"),
    ],
)
def test_a_wrong_argument_is_explained(folder, capsys, arguments, message):
    assert main(["worker", *TASKS, *arguments]) == 2
    err = capsys.readouterr().err
    assert message in err
    assert "secret" not in err


def test_telemetry_needs_somebody_who_takes_it(folder, capsys):
    pytest.importorskip("opentelemetry")
    assert main(["worker", *SQLITE, *TASKS, "--telemetry"]) == 2
    assert "no tracer provider is set" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "value"),
    [("--threads", "0"), ("--concurrency", "x"), ("--drain", "0"), ("--threshold", "inf")],
)
def test_numbers_have_to_be_some(folder, capsys, option, value):
    with pytest.raises(SystemExit) as ended:
        main(["worker", *SQLITE, *TASKS, option, value])
    assert ended.value.code == 2
    assert f"{option}: invalid number" in capsys.readouterr().err


def test_the_database_may_stand_in_the_environment(folder, capsys, monkeypatch):
    monkeypatch.setenv("ASL_DATABASE_URL", "mysql://h/n")
    assert main(["worker", *TASKS]) == 2
    assert "'mysql' is no database" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("pay=10", ("pay", Limit(10))),
        ("pay=10/100", ("pay", Limit(10, 100))),
        ("*mail*=/500:60", ("*mail*", Limit(None, 500, 60.0))),
        ("arn:x=y:*=1/2:0.5", ("arn:x=y:*", Limit(1, 2, 0.5))),
    ],
)
def test_limits_are_read(text, limit):
    assert limit_of(text) == limit


@pytest.mark.parametrize(
    ("package", "extra", "arguments"),
    [("opentelemetry", "[otel]", ["--telemetry"]), ("sqlalchemy", "[durable]", [])],
)
def test_a_package_that_is_not_there_is_named_by_its_extra(folder, package, extra, arguments):
    code = f"import sys; sys.modules[{package!r}] = None; import asl.cli; sys.exit(asl.cli.main())"
    ended = subprocess.run(
        [sys.executable, "-c", code, "worker", *SQLITE, *TASKS, *arguments],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert ended.returncode == 2
    assert ended.stderr.startswith("asl: ")
    assert f"pip install 'asl-interpreter{extra}'" in ended.stderr
