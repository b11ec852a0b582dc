"""`asl executions`: what it shows of a database, what it does to it, and what it refuses."""

import json
from datetime import UTC, datetime, timedelta

import pytest

import asl
from asl.cli import main
from tests.definitions import fail, scope, task, wait

pytest.importorskip("dbos")

from asl.durable import Host

ARN = "arn:aws:states:us-east-1:123456789012:execution"
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A database with an execution of each kind; nobody changes it."""
    path = tmp_path_factory.mktemp("executions") / "kept.db"
    fill(path)
    return path


@pytest.fixture
def own(tmp_path):
    """A database with an execution of each kind."""
    fill(tmp_path / "own.db")
    return tmp_path / "own.db"


def fill(path):
    machines = [
        asl.load(scope(Bad=fail(Error="Broken")), name="broken"),
        asl.load(scope(W=wait(864_000)), name="slow"),
        asl.load(scope(T=task("odd")), name="odd"),
    ]
    clock = asl.VirtualClock(LONG_AGO)
    with Host(
        f"sqlite:///{path}", machines=machines, tasks={"odd": lambda _: {1}}, clock=clock
    ) as host:
        for machine in machines:
            host.start(machine, {"n": 1}, name="one")
            host.advance(60)


@pytest.fixture
def call(capsys):
    def call(path, *arguments):
        capsys.readouterr()
        status = main(["executions", "--database-url", f"sqlite:///{path}", *arguments])
        return status, *capsys.readouterr()

    return call


def lines(call, path, *arguments):
    status, out, err = call(path, *arguments)
    assert (status, err) == (0, "")
    return out.splitlines()


def test_executions_are_listed_with_what_one_has_to_know(call, kept):
    assert lines(call, kept, "list") == [
        f"SUSPENDED  2026-01-01T00:02:00Z  {ARN}:odd:one  "
        "HandlerContractError: the handler of state 'T' (odd) retu...",
        f"RUNNING    2026-01-01T00:01:00Z  {ARN}:slow:one  parked until 2026-01-11T00:01:00Z",
        f"FAILED     2026-01-01T00:00:00Z  {ARN}:broken:one  Broken",
    ]


def test_executions_are_listed_as_json(call, kept):
    (line,) = lines(call, kept, "list", "--status", "FAILED", "--machine", "broken", "--json")
    document = json.loads(line)
    assert document["executionArn"] == f"{ARN}:broken:one"
    assert document["startDate"] == "2026-01-01T00:00:00+00:00"
    assert (document["status"], document["error"], document["input"]) == (
        "FAILED", "Broken", {"n": 1},
    )  # fmt: skip
    assert lines(call, kept, "list", "--name-prefix", "two") == []


def test_a_longer_list_is_cut_and_says_so(call, kept):
    status, out, err = call(kept, "list", "--limit", "2")
    assert (status, len(out.splitlines())) == (0, 2)
    assert err == "asl: there are more than 2: see --limit\n"
    assert len(lines(call, kept, "list", "--limit", "3")) == 3


def test_one_is_described_and_its_history_told(call, kept):
    status, out, _ = call(kept, "describe", f"{ARN}:slow:one")
    assert (status, json.loads(out)["isParked"]) == (0, True)
    events = [json.loads(line)["type"] for line in lines(call, kept, "history", f"{ARN}:slow:one")]
    assert events == ["ExecutionStarted", "WaitStateEntered"]


def test_one_is_stopped(call, own):
    assert lines(call, own, "stop", f"{ARN}:odd:one", "--error", "Enough") == []
    _, out, _ = call(own, "describe", f"{ARN}:odd:one")
    assert json.loads(out)["status"] == "ABORTED"


def test_one_is_redriven_and_one_resumed(call, own):
    assert lines(call, own, "resume", f"{ARN}:odd:one") == []
    assert lines(call, own, "list", "--status", "SUSPENDED") == []
    assert call(own, "redrive", f"{ARN}:broken:one")[0] == 2  # it ended more than 14 days ago
    assert call(own, "resume", f"{ARN}:slow:one")[0] == 2


def test_those_that_ended_long_ago_are_deleted(call, own):
    age = (datetime.now(UTC) - LONG_AGO) / timedelta(days=1)
    assert lines(call, own, "delete-ended", "--older-than", f"{age + 1}") == ["deleted: 0"]
    assert lines(call, own, "delete-ended", "--older-than", "0") == ["deleted: 1"]
    assert len(lines(call, own, "list")) == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("describe", "nothing"), "there is no execution 'nothing'"),
        (("list", "--limit", "0"), "--limit has to be 1 or more"),
        (("delete-ended", "--older-than", "-1"), "--older-than takes a number of days"),
        (("delete-ended", "--older-than", "nan"), "--older-than takes a number of days"),
    ],
)
def test_what_can_not_be_done_is_explained(call, kept, arguments, message):
    status, _, err = call(kept, *arguments)
    assert status == 2
    assert message in err


def test_a_database_that_is_not_there_is_not_made(call, tmp_path):
    status, _, err = call(tmp_path / "none.db", "list")
    assert status == 2
    assert "there is no database" in err
    assert not (tmp_path / "none.db").exists()
