"""The rig itself: databases are fresh, workers die when told to, and nothing is left running."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.durable import postgres
from tests.durable.processes import ROOT, wait_until

sqlalchemy = pytest.importorskip("sqlalchemy")

HERE = "tests.durable.workers"


def execute(url, statement):
    engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool)
    with engine.begin() as connection:
        result = connection.execute(sqlalchemy.text(statement))
        return result.all() if result.returns_rows else None


def tables(url):
    engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool)
    inspector = sqlalchemy.inspect(engine)
    schemas = set(inspector.get_schema_names()) - {"information_schema"}
    return {name for schema in schemas for name in inspector.get_table_names(schema)}


# ---------------------------------------------------------------- databases


def test_a_database_is_empty(database_url):
    assert tables(database_url) == set()


def test_databases_of_one_test_are_apart(databases):
    with databases.new() as one, databases.new() as other:
        execute(one, "CREATE TABLE mine (n int)")
        assert tables(one) == {"mine"}
        assert tables(other) == set()


def test_a_database_is_dropped_while_it_is_used(postgresql):
    with postgresql.new() as url:
        connection = sqlalchemy.create_engine(url).connect()
        execute(url, "CREATE TABLE mine (n int)")
    with pytest.raises(sqlalchemy.exc.OperationalError):
        connection.execute(sqlalchemy.text("SELECT * FROM mine"))
    connection.invalidate()


def test_a_schema_is_prepared_once(databases):
    calls = []

    def prepare(url):
        calls.append(url)
        execute(url, "CREATE TABLE mine (n int)")

    with databases.prepared(prepare) as one:
        execute(one, "INSERT INTO mine VALUES (1)")
        with databases.prepared(prepare) as other:
            assert execute(other, "SELECT * FROM mine") == []
    assert len(calls) == 1


def test_a_prepared_database_has_the_tables_of_dbos(prepared_url):
    assert "workflow_status" in tables(prepared_url)


# ---------------------------------------------------------------- servers


def test_an_own_server_keeps_its_data_when_it_is_killed(own_cluster):
    execute(own_cluster.url(), "CREATE TABLE mine AS SELECT 7 AS n")
    own_cluster.stop("immediate")
    with pytest.raises(sqlalchemy.exc.OperationalError):
        tables(own_cluster.url())
    own_cluster.start()
    assert execute(own_cluster.url(), "SELECT n FROM mine") == [(7,)]


def test_a_server_is_shared_and_ends_with_its_last_user(postgresql_installed, zygote, tmp_path):
    workers = []
    for name in ("one", "other"):
        arguments = {"meeting": str(tmp_path), "seen": str(tmp_path / name)}
        workers.append(zygote.start(f"{HERE}:use_cluster", arguments))
    for worker in workers:
        worker.wait_ready()
    folder = Path((tmp_path / "one").read_text())
    assert folder == Path((tmp_path / "other").read_text())

    workers[0].kill()
    assert execute(postgres.Cluster(folder).url(), "SELECT 1") == [(1,)]
    workers[1].kill()
    wait_until(lambda: not folder.exists(), "the server is gone")


SUITE = """
from pathlib import Path

def test_it(postgresql_server, worker_id):
    Path(worker_id).write_text(postgresql_server)
"""


def test_workers_of_xdist_share_a_server(postgresql_installed, tmp_path, monkeypatch):
    pytest.importorskip("xdist")
    monkeypatch.delenv("ASL_TEST_POSTGRES_URL", raising=False)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTHONPATH", str(ROOT), prepend=os.pathsep)
    (tmp_path / "conftest.py").write_text("from tests.durable.conftest import *")
    (tmp_path / "test_it.py").write_text(SUITE)
    command = [sys.executable, "-m", "pytest", "-pxdist", "-n2", "--dist=each", tmp_path]
    subprocess.run(command, cwd=tmp_path, stdout=subprocess.DEVNULL, timeout=60, check=True)
    url = (tmp_path / "gw0").read_text()
    assert (tmp_path / "gw1").read_text() == url
    assert not Path(url.partition("host=")[2]).exists()


# ---------------------------------------------------------------- workers


def test_a_worker_is_killed(zygote):
    worker = zygote.start(f"{HERE}:sleep")
    worker.wait_ready()
    worker.kill()
    assert worker.wait() == -signal.SIGKILL
    with pytest.raises(ProcessLookupError):
        os.kill(worker.pid, 0)


def test_a_worker_is_asked_to_end(zygote):
    worker = zygote.start(f"{HERE}:sleep")
    worker.wait_ready()
    worker.terminate()
    assert worker.wait() == -signal.SIGTERM


def test_a_frozen_worker_does_nothing(zygote, tmp_path):
    path = tmp_path / "count"
    worker = zygote.start(f"{HERE}:tick", {"path": str(path)})
    worker.wait_ready()
    worker.freeze()
    time.sleep(0.05)
    count = path.read_text()
    time.sleep(0.05)
    assert path.read_text() == count
    worker.thaw()
    wait_until(lambda: path.read_text() not in ("", count), "it goes on")


def test_a_frozen_worker_can_be_killed(zygote):
    worker = zygote.start(f"{HERE}:sleep")
    worker.wait_ready()
    worker.freeze()
    worker.kill()
    assert worker.exit_code == -signal.SIGKILL


def test_what_a_failing_worker_wrote_is_kept(zygote):
    worker = zygote.start(f"{HERE}:fail")
    with pytest.raises(AssertionError, match="ValueError: broken"):
        worker.wait_ready()
    assert worker.wait() == 1
    assert worker.output.startswith("said before\n")


def test_waiting_has_an_end(zygote):
    worker = zygote.start(f"{HERE}:sleep")
    with pytest.raises(TimeoutError, match="sleep"):
        worker.wait(timeout=0.01)
