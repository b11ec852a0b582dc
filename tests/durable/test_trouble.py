"""What goes wrong is told, waited for or set aside under a name: never lost, never endless."""

import asyncio
import json

import pytest

import asl
from tests.definitions import pass_, scope, task, wait
from tests.durable.processes import wait_until

pytest.importorskip("sqlalchemy")

import sqlalchemy as sa

from asl.durable import Host, Patience
from asl.durable.committing import Committer
from asl.durable.logs import Outage
from asl.durable.port import Commit, Letter, Park
from asl.durable.schema import VERSION
from asl.errors import DatabaseError, ExecutionSuspended, UsageError

PAY = scope(Pay=task(Resource="pay"), Done=pass_())


def virtual(url="sqlite://", **options):
    return Host(url, clock=asl.VirtualClock(), **options)


def edit(host, statement, **values):
    with host.backend.engine.begin() as connection:
        connection.execute(sa.text(statement), values)


# ---------------------------------------------------------------- commits


class Flaky:
    """A backend whose answers get lost: each call works as often as it is told to, then fails."""

    def __init__(self, backend, *lost):
        self._backend = backend
        self._lost = list(lost)

    def _answer(self, name, *arguments):
        answer = getattr(self._backend, name)(*arguments)
        if name in self._lost:
            self._lost.remove(name)
            raise sa.exc.OperationalError(name, {}, Exception("the answer is lost"))
        return answer

    def commit(self, commits):
        return self._answer("commit", commits)

    def load(self, execution_id):
        return self._answer("load", execution_id)


def claim(host):
    """The row of an execution that is driven by nobody here."""
    host.start(asl.load(PAY, name="order"))
    host.backend.wake_due(host.clock.now_us(), 1)
    ticket = host._dispatcher.tickets.popleft()
    (loaded,) = host.backend.claim([ticket], "w", 0, Patience())
    return loaded.row


@pytest.fixture
def claimed():
    """A host, and an execution in it that was claimed."""
    with virtual() as host:
        yield host, claim(host)


def write(backend, *commits):
    """What becomes of commits."""

    async def all_of_them():
        return await asyncio.gather(*map(committer.commit, commits), return_exceptions=True)

    committer = Committer(backend, Outage("w"))
    try:
        return asyncio.run(all_of_them())
    finally:
        committer.close()


def test_a_commit_whose_answer_was_lost_is_not_made_twice(claimed):
    host, row = claimed
    commit = Commit(row.id, row.epoch, 0, 50, "[[1,1]]", 1)
    assert write(Flaky(host.backend, "commit", "load"), commit) == [True]
    assert len(host.backend.load(row.id).batches) == 1


def test_an_execution_that_could_not_rest_is_told_so_though_the_answer_was_lost(claimed):
    host, row = claimed
    host.backend.wake([Letter(row.id, 40, "[]")])
    commit = Commit(row.id, row.epoch, 0, 50, "[[1,1]]", 1, rest=Park(None))
    assert write(Flaky(host.backend, "commit"), commit) == [False]
    assert host.backend.row(row.id).stage == "driven"


def test_an_execution_rests_though_the_answer_was_lost(claimed):
    host, row = claimed
    commit = Commit(row.id, row.epoch, 0, 50, "[[1,1]]", 1, rest=Park(None))
    assert write(Flaky(host.backend, "commit"), commit) == [True]


def test_one_commit_that_is_refused_keeps_no_other_from_being_written(claimed):
    host, row = claimed
    commit = Commit(row.id, row.epoch, 0, 50, "[[1,1]]", 1)
    impossible = Commit("other", row.epoch, 0, 50, object(), 1)
    kept, error = write(host.backend, commit, impossible)
    assert kept is True
    assert isinstance(error, Exception)


# ---------------------------------------------------------------- databases


def test_a_newer_schema_is_refused(tmp_path):
    url = f"sqlite:///{tmp_path / 'database'}"
    with virtual(url) as host:
        edit(host, "UPDATE asl_schema SET version = :newer", newer=VERSION + 1)
    with pytest.raises(DatabaseError, match=rf"version {VERSION + 1}.*update asl-interpreter here"):
        virtual(url)


def test_a_full_disk_is_told_of_and_starts_nothing(tmp_path):
    machine = asl.load(PAY, name="order")
    with virtual(f"sqlite:///{tmp_path / 'database'}", machines=[machine]) as host:
        arn = host.start("order")
        with host.backend.engine.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
            connection.detach()
        host.backend.engine.dispose()

        @sa.event.listens_for(host.backend.engine, "connect")
        def _limit(connection, _):
            connection.execute(f"PRAGMA max_page_count = {pages}")

        with pytest.raises(DatabaseError, match="database or disk is full"):
            host.start_many("order", [(None, "x" * 1_000)] * 100)
        assert [each.arn for each in host.list().executions] == [arn]


def test_commits_wait_until_a_full_disk_has_room(tmp_path):
    most = [1_000_000]
    with virtual(f"sqlite:///{tmp_path / 'database'}") as host:

        @sa.event.listens_for(host.backend.engine, "checkout")
        def _limit(connection, *_):
            connection.execute(f"PRAGMA max_page_count = {most[0]}")

        row = claim(host)
        commit = Commit(row.id, row.epoch, 0, 50, json.dumps([[1, 1], "x" * 100_000]), 1)
        most[0] = 1  # fewer than there are: it grows no more

        async def wait_for_room():
            written = asyncio.ensure_future(committer.commit(commit))
            await asyncio.sleep(0.05)
            assert not written.done()
            most[0] = 1_000_000
            assert await written

        committer = Committer(host.backend, Outage("w"))
        asyncio.run(wait_for_room())
        committer.close()
        assert len(host.backend.load(row.id).batches) == 1


# ---------------------------------------------------------------- executions


def test_what_is_not_json_suspends_until_the_handler_is_mended():
    answers = [{1, 2}, {"paid": True}]
    machine = asl.load(PAY, name="order")
    with virtual(machines=[machine], tasks={"pay": lambda payload: answers.pop(0)}) as host:
        arn = host.start("order")
        with pytest.raises(ExecutionSuspended, match=r"HandlerContractError.*'Pay'.*not JSON"):
            host.result(arn)
        host.resume(arn)
        assert host.result(arn).output == {"paid": True}


def test_a_handler_that_nobody_has_suspends_after_bounded_tries():
    machine = asl.load(PAY, name="order")
    with virtual(machines=[machine]) as host:
        arn = host.start("order")
        with pytest.raises(ExecutionSuspended, match="'Pay' needs 'pay'"):
            host.result(arn)
        passed = host.clock.now_us() - host.backend.row(arn).started_at
        assert 600e6 < passed < 3600e6


def test_a_damaged_journal_suspends_and_is_left_as_it_is():
    machine = asl.load(scope(A=wait(90), B=wait(90), Done=pass_()), name="order")
    with virtual(machines=[machine]) as host:
        arn = host.start("order")
        host.advance(100)
        edit(host, "UPDATE asl_journal SET entries = '[[1,' WHERE seq = 1")
        with pytest.raises(ExecutionSuspended, match=r"JournalError: a batch .* can't be read"):
            host.result(arn)
        batches = host.backend.load(arn).batches
        assert batches[0].entries == "[[1,"
        assert [batch.seq for batch in batches] == [1, 2]


def test_a_journal_that_another_version_folds_differently_suspends():
    machine = asl.load(scope(A=wait(90), Done=pass_()), name="order")
    with virtual(machines=[machine]) as host:
        arn = host.start("order")
        host.advance(10)
        edit(host, "UPDATE asl_journal SET length = 99, version = '0.0.9'")
        with pytest.raises(ExecutionSuspended, match=r"99 history events in version 0\.0\.9"):
            host.result(arn)
        edit(host, "UPDATE asl_journal SET length = 2")
        host.resume(arn)
        assert host.result(arn).status == "SUCCEEDED"


def test_a_loop_without_end_ends_at_the_limit_of_a_history():
    machine = asl.load(
        {
            "StartAt": "A",
            "States": {
                "A": {"Type": "Pass", "Next": "B"},
                "B": {
                    "Type": "Choice",
                    "Choices": [{"Variable": "$.n", "IsPresent": True, "Next": "End"}],
                    "Default": "A",
                },
                "End": {"Type": "Succeed"},
            },
        },
        name="endless",
    )
    with virtual(machines=[machine]) as host:
        arn = host.start("endless")
        result = host.result(arn)
        assert (result.status, len(result.history)) == ("FAILED", 25_000)


# ---------------------------------------------------------------- workers


def test_a_process_has_one_worker(tmp_path):
    pytest.importorskip("dbos")
    with Host(f"sqlite:///{tmp_path / 'database'}") as host, host.worker(threshold=1, drain=0.1):
        with pytest.raises(UsageError, match="a process has one worker"), host.worker():
            pass
        arn = host.start(asl.load(scope(A=pass_()), name="after"))
        assert host.result(arn, 10).status == "SUCCEEDED"


def test_sqlite_serves_one_process(sqlite, prepare, zygote, tmp_path):
    pytest.importorskip("dbos")
    with sqlite.prepared(prepare) as url:
        arguments = {"url": url, "notes": str(tmp_path / "notes")}
        first = zygote.start("tests.durable.crashing:work", arguments)
        first.wait_ready()
        other = zygote.start("tests.durable.crashing:work", arguments)
        assert other.wait() == 1
        assert "SQLite serves one process" in other.output
        first.kill()
        zygote.start("tests.durable.crashing:work", arguments).wait_ready()
        zygote.clear()


def test_who_has_the_handler_takes_what_another_gave_back(postgresql, prepare, zygote, tmp_path):
    pytest.importorskip("dbos")
    with postgresql.prepared(prepare) as url, Host(url) as host:
        arguments = {"url": url, "notes": str(tmp_path / "notes"), "patience": [50, 50, 100_000]}
        arn = host.start(asl.load(scope(A=task(Resource="work")), name="order"), {"n": 1})
        zygote.start("tests.durable.crashing:work_without_handlers", arguments)
        wait_until(lambda: host.describe(arn).reason, "it is given back")
        assert "MissingHandler" in host.describe(arn).reason
        assert host.describe(arn).status == "RUNNING"
        zygote.start("tests.durable.crashing:work", arguments)
        assert host.result(arn, 30).output == {"n": 1}
        zygote.clear()
