"""What tests of the durable host get: databases, PostgreSQL servers, worker processes.

``ASL_TEST_POSTGRES_URL`` names a running server to use for the databases, in place of one of our
own: ``postgresql+psycopg://user:password@host:port/postgres``, whose user may create databases.
"""

import os

import pytest

import asl.durable
from tests.durable import postgres
from tests.durable.processes import Zygote


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory):
    module = pytest.importorskip("tests.durable.databases")
    with module.Sqlite(tmp_path_factory.mktemp("sqlite")) as databases:
        yield databases


@pytest.fixture(scope="session")
def postgresql_installed():
    try:
        postgres.check()
    except postgres.Unavailable as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def postgresql_server(request, tmp_path_factory):
    """The URL of the server that all tests share, those in other processes as well."""
    if url := os.environ.get("ASL_TEST_POSTGRES_URL"):
        yield url
        return
    request.getfixturevalue("postgresql_installed")
    base = tmp_path_factory.getbasetemp()
    run = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    meeting = run / "postgresql"
    meeting.mkdir(exist_ok=True)
    with postgres.cluster(meeting) as cluster:
        yield cluster.url()


@pytest.fixture(scope="session")
def postgresql(postgresql_server):
    pytest.importorskip("psycopg")
    module = pytest.importorskip("tests.durable.databases")
    with module.Postgresql(postgresql_server) as databases:
        yield databases


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request):
    """Both kinds of database, in turn."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def database_url(databases):
    """An empty database: a test that asks for it runs with both kinds."""
    with databases.new() as url:
        yield url


@pytest.fixture
def postgresql_url(postgresql):
    """An empty database of PostgreSQL."""
    with postgresql.new() as url:
        yield url


@pytest.fixture(scope="session")
def prepare():
    """What makes the schema in the templates of `prepared_url`, once a session."""
    pytest.importorskip("dbos")
    return lambda url: asl.durable.Host(url).close()


@pytest.fixture
def prepared_url(databases, prepare):
    """A database that has its schema: a test that asks for it runs with both kinds."""
    with databases.prepared(prepare) as url:
        yield url


@pytest.fixture
def own_cluster(postgresql_installed, tmp_path_factory):
    """A server of PostgreSQL that the test may stop, kill and start, and that keeps what it has."""
    with postgres.cluster(tmp_path_factory.mktemp("cluster"), safe=True) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def loaded_zygote(tmp_path_factory):
    for package in ("dbos", "psycopg", "sqlalchemy"):
        pytest.importorskip(package)
    with Zygote(tmp_path_factory.mktemp("workers")) as zygote:
        yield zygote


@pytest.fixture
def zygote(loaded_zygote):
    """Starts worker processes; none outlives the test, and a failing test shows what they wrote."""
    yield loaded_zygote
    for worker in loaded_zygote.clear():
        print(f"---- {worker}\n{worker.output}")
