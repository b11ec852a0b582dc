"""The law of the port, held by the SQL backend: what a commit changes, and who may write one."""

import pytest

pytest.importorskip("sqlalchemy")

import sqlalchemy as sa

from asl.durable import port
from asl.durable.connecting import connect
from asl.durable.port import (
    Commit,
    End,
    Letter,
    NewExecution,
    OpenToken,
    Park,
    Patience,
    Release,
    Suspend,
)
from asl.durable.revisions import Revisions
from asl.durable.sql import SqlBackend


class Jobs:
    """A dispatcher that keeps the tickets of each job."""

    def __init__(self):
        self.jobs = []

    def enqueue(self, connection, queue, tickets):
        self.jobs.append((queue, list(tickets)))

    def delete_ended(self, before_us):
        return 0

    def take(self):
        jobs, self.jobs = self.jobs, []
        return [ticket for _, tickets in jobs for ticket in tickets]


PATIENCE = Patience(suspected=2, most=4, first_pause_us=1_000)


@pytest.fixture
def jobs():
    return Jobs()


@pytest.fixture
def backend(prepared_url, jobs):
    engine = connect(prepared_url)
    yield SqlBackend(engine, jobs)
    engine.dispose()


@pytest.fixture
def new(backend):
    machine = Revisions(backend.engine).register(
        "arn:aws:states:::stateMachine:order", "STANDARD", "f", "{}"
    )

    def make(name, **fields):
        return NewExecution(name, machine, "", name, "1", 7, 1_000, **fields)

    return make


@pytest.fixture
def driven(backend, jobs, new):
    """Starts executions and claims them; gives their epochs by id."""

    def drive(*names):
        backend.start([new(name) for name in names])
        backend.wake_due(2_000, 100)
        loaded = backend.claim(jobs.take(), "w", 50, PATIENCE)
        return {each.row.id: each.row.epoch for each in loaded}

    return drive


def rest_of(backend, name):
    row = backend.row(name)
    return row.stage, row.status, row.wake_at, row.owner


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)  # it takes the fewest
def test_more_executions_than_a_statement_has_parameters_start_at_once(backend, jobs, new):
    count = 33_000
    executions = [new(f"e{number}") for number in range(count)]
    assert backend.start(executions) == []
    assert backend.wake_due(2_000, 2 * count) == count
    assert len(set(jobs.take())) == count
    assert backend.start(executions) == []
    assert backend.wake_due(2_000, 1) == 0


def test_an_id_is_taken_once(backend, jobs, new):
    assert backend.start([new("a"), new("b")]) == []
    assert backend.start([new("b"), new("c")]) == []
    assert backend.wake_due(2_000, 100) == 3
    assert backend.wake_due(2_000, 100) == 0
    assert sorted(jobs.take()) == [("a", 1), ("b", 1), ("c", 1)]


def test_what_is_in_the_way_keeps_all_from_starting(backend, jobs, new):
    backend.start([new("a"), new("b")])
    (row,) = backend.start([new("c"), new("a"), new("b")._replace(input="2")])
    assert (row.id, row.input) == ("b", "1")
    assert backend.row("c") is None


def test_children_of_map_runs_are_listed_with_their_parent_only(backend, new):
    parent = port.Parent("a", 3)
    nested = new("b", parent=parent, awaited=True)
    backend.start([new("a"), nested, new("c", parent=parent)._replace(scope="/States/Map")])

    def listed(**wanted):
        return [row.id for row in backend.list_executions(port.Filter(**wanted), None, 10)]

    assert listed() == ["b", "a"]
    assert listed(machine="order") == ["b", "a"]
    assert listed(parent="a") == ["c", "b"]


def test_what_is_started_is_as_it_was_given(backend, new):
    parent = port.Parent("p", 3, 4, 5)
    backend.start([new("a", parent=parent, awaited=True, limits="{}", queue="q")])
    row = backend.row("a")
    assert (row.parent, row.awaited, row.synchronous) == (parent, True, False)
    assert (row.machine_name, row.limits, row.queue, row.seed) == ("order", "{}", "q", 7)
    assert (row.stage, row.status, row.seq, row.epoch) == ("queued", "RUNNING", 0, 0)


def test_commits_of_many_executions_are_written_together(backend, driven):
    epochs = driven("a", "b", "c", "d", "e")
    backend.wake([Letter("c", 5, "[]")])
    rests = {
        "a": End("FAILED", None, "E\0", "\ud800"),
        "b": Suspend("why"),
        "c": Park(9),
        "d": Park(9),
        "e": Release(8, "no handler", 1),
    }
    commits = [
        Commit(name, epochs[name], 0, 50, f'["{name}"]', 2, rest=rest)
        for name, rest in rests.items()
    ]
    assert backend.commit(commits) == [True, True, False, True, True]
    assert rest_of(backend, "a") == ("ended", "FAILED", None, None)
    row = backend.row("a")
    assert (row.ended_at, row.error, row.cause[0]) == (50, "E\ufffd", "\ufffd")
    assert rest_of(backend, "b") == ("suspended", "SUSPENDED", None, None)
    assert backend.row("b").reason == "why"
    assert rest_of(backend, "c") == ("driven", "RUNNING", None, "w")
    assert rest_of(backend, "d") == ("parked", "RUNNING", 9, None)
    assert rest_of(backend, "e") == ("parked", "RUNNING", 8, None)
    assert (backend.row("e").takeovers, backend.row("e").reason) == (1, "no handler")
    for name in rests:
        (batch,) = backend.load(name).batches
        assert (batch.seq, batch.entries, batch.length) == (1, f'["{name}"]', 2)


def test_a_commit_is_refused_whose_writer_is_not_the_last_that_claimed(backend, jobs, driven):
    epochs = driven("a", "b")
    (taken_over,) = backend.claim([port.Ticket("a", 1)], "other", 60, PATIENCE)
    assert taken_over.row.takeovers == 1
    commits = [Commit(name, epoch, 0, 50, "[]", 1) for name, epoch in epochs.items()]
    assert backend.commit(commits) == [None, True]
    assert backend.load("a").batches == []
    assert backend.commit([Commit("b", epochs["b"], 0, 50, "[]", 1)]) == [None]


def test_what_is_lost_again_and_again_is_left_alone_for_ever_longer(backend, jobs, driven):
    driven("a", "b")
    tickets = {name: port.Ticket(name, 1) for name in "ab"}
    seen = []
    for now in (100, 200, 300):
        claimed = backend.claim(list(tickets.values()), "other", now, PATIENCE)
        row = backend.row("a")
        seen.append((len(claimed), row.stage, row.takeovers, row.wake_at))
        backend.wake_due(10_000, 9)
        tickets = {ticket.execution_id: ticket for ticket in jobs.take()} or tickets
        if row.stage == "parked":
            backend.claim(list(tickets.values()), "other", now, PATIENCE)
    assert seen == [
        (2, "driven", 1, None),
        (0, "parked", 2, 200 + 1_000),
        (0, "parked", 3, 300 + 2_000),
    ]


def test_a_snapshot_stands_for_the_journal_before_it(backend, driven):
    epoch = driven("a")["a"]
    backend.commit([Commit("a", epoch, 0, 50, '["old"]', 1)])
    backend.commit([Commit("a", epoch, 1, 50, '["in it"]', 2, snapshot="first")])
    backend.commit([Commit("a", epoch, 2, 50, '["after"]', 3)])
    loaded = backend.load("a")
    assert loaded.snapshot == "first"
    assert [(batch.seq, batch.entries) for batch in loaded.batches] == [(3, '["after"]')]
    backend.commit([Commit("a", epoch, 3, 50, '["in it"]', 4, snapshot="second")])
    assert (backend.load("a").snapshot, backend.load("a").batches) == ("second", [])


def test_mail_is_gone_when_it_was_taken_or_when_its_execution_has_ended(backend, driven):
    epochs = driven("a", "b")
    backend.wake([Letter("a", 5, "1"), Letter("a", 6, "2"), Letter("b", 7, "3")])
    numbers = [mail.number for mail in backend.load("a").mail]
    end = End("SUCCEEDED", "1", None, None)
    backend.commit(
        [
            Commit("a", epochs["a"], 0, 50, "[]", 1, taken=numbers[:1]),
            Commit("b", epochs["b"], 0, 50, "[]", 1, rest=end),
        ]
    )
    assert [mail.event for mail in backend.load("a").mail] == ["2"]
    assert backend.load("b").mail == []
    assert backend.wake([Letter("a", 8, "4"), Letter("b", 8, "5")]) == [True, False]


def test_tokens_are_open_until_they_are_closed_or_answered(backend, driven):
    epoch = driven("a")["a"]
    tokens = [OpenToken(number, None, "") for number in (1, 2)]
    backend.commit([Commit("a", epoch, 0, 50, "[]", 1, opened=tokens)])
    backend.commit([Commit("a", epoch, 1, 50, "[]", 2, closed=[1])])
    letter = Letter("a", 60, "[]")
    assert not backend.answer("a", 1, letter)
    assert backend.answer("a", 2, letter)
    assert not backend.answer("a", 2, letter)


def test_children_start_and_letters_arrive_with_the_commit(backend, jobs, new, driven):
    epochs = driven("a", "b")
    backend.commit([Commit("b", epochs["b"], 0, 50, "[]", 1, rest=Park(None))])
    commit = Commit(
        "a", epochs["a"], 0, 50, "[]", 1, children=[new("c")], letters=[Letter("b", 50, "[]")]
    )
    assert backend.commit([commit]) == [True]
    assert backend.wake_due(2_000, 100) == 2
    assert sorted(jobs.take()) == [("b", 2), ("c", 1)]


def test_due_executions_are_given_out_in_jobs_of_one_queue_each(backend, jobs, new):
    backend.start([new(f"a{number}", queue="one") for number in range(150)])
    backend.start([new("b", queue="other")])
    assert backend.wake_due(2_000, 1_000) == 151
    assert sorted((queue, len(tickets)) for queue, tickets in jobs.jobs) == [
        ("one", 50), ("one", 100), ("other", 1),
    ]  # fmt: skip


def test_what_is_parked_is_given_out_when_its_time_comes_or_mail(backend, jobs, driven):
    epochs = driven("a", "b", "c")
    backend.commit(
        [
            Commit(name, epoch, 0, 50, "[]", 1, rest=Park(until))
            for (name, epoch), until in zip(epochs.items(), (7_000, 8_000, None), strict=True)
        ]
    )
    assert backend.wake_due(6_999, 100) == 0
    assert backend.wake_due(7_000, 100) == 1
    backend.wake([Letter("c", 5, "[]"), Letter("c", 6, "[]")])
    assert backend.wake_due(7_000, 100) == 1
    assert jobs.take() == [("a", 2), ("c", 2)]


def test_a_statement_keeps_what_is_in_it_from_the_parser(backend, new):
    odd = "'); DROP TABLE asl_execution; -- {rows} :rows %s"
    backend.start([new(odd)])
    assert backend.row(odd).input == "1"


def test_what_ended_is_deleted_with_all_that_belongs_to_it(backend, driven):
    epoch = driven("a", "b")["a"]
    end = End("SUCCEEDED", "1", None, None)
    backend.commit([Commit("a", epoch, 0, 50, "[]", 1, rest=end)])
    assert backend.delete_ended(51, 10) == 1
    with backend.engine.connect() as connection:
        assert list(connection.scalars(sa.text("SELECT id FROM asl_execution"))) == ["b"]
        assert connection.scalar(sa.text("SELECT count(*) FROM asl_journal")) == 0


def test_how_the_children_of_a_map_run_stand(backend, jobs, new, driven):
    epoch = driven("p")["p"]
    children = [new(f"c{number}", parent=port.Parent("p", 1, number, 2)) for number in range(4)] + [
        new("nested", parent=port.Parent("p", 2), awaited=True)
    ]
    backend.commit([Commit("p", epoch, 0, 50, "[]", 1, children=children)])
    backend.wake_due(2_000, 100)
    claimed = backend.claim(jobs.take(), "w", 2_000, port.PATIENCE)
    epochs = {each.row.id: each.row.epoch for each in claimed}
    rests = {"c0": End("SUCCEEDED", "1", None, None), "c1": End("FAILED", None, "E", None)}
    rests["c2"] = Park(None)
    backend.commit(
        [Commit(name, epochs[name], 0, 60, "[]", 1, rest=rest) for name, rest in rests.items()]
    )
    ended = {"SUCCEEDED": (1, 2), "FAILED": (1, 2)}
    assert backend.standings([("p", 1), ("p", 2), ("q", 1)]) == {
        ("p", 1): port.Standing(4, 8, 0, 1, ended)
    }
    assert [row.id for row in backend.ended_children("p", 1, 0, 10)] == ["c0", "c1"]
    assert [row.id for row in backend.ended_children("p", 1, 1, 10)] == ["c1"]


def test_a_parent_is_parked_only_if_it_knows_of_all_that_have_ended(backend, jobs, new, driven):
    epoch = driven("p")["p"]
    parent = port.Parent("p", 1, 0, 1)
    child = new("c", parent=parent)
    backend.commit([Commit("p", epoch, 0, 50, "[]", 1, children=[child])])
    backend.wake_due(2_000, 100)
    (claimed,) = backend.claim(jobs.take(), "w", 2_000, port.PATIENCE)
    end = End("SUCCEEDED", "1", None, None)
    ended = Commit("c", claimed.row.epoch, 0, 60, "[]", 1, rest=end, wakes="p")
    assert backend.commit([ended]) == [True]
    assert rest_of(backend, "p")[0] == "driven"
    assert backend.commit([Commit("p", epoch, 1, 70, rest=Park(None, ((1, 0),)))]) == [False]
    assert backend.commit([Commit("p", epoch, 1, 70, rest=Park(None, ((1, 1),)))]) == [True]


def test_the_end_of_a_child_wakes_its_parked_parent(backend, jobs, new, driven):
    epoch = driven("p")["p"]
    child = new("c", parent=port.Parent("p", 1, 0, 1))
    parked = Park(None, ((1, 0),))
    assert backend.commit([Commit("p", epoch, 0, 50, "[]", 1, children=[child], rest=parked)])
    assert rest_of(backend, "p")[0] == "parked"
    backend.wake_due(2_000, 100)
    (claimed,) = backend.claim(jobs.take(), "w", 2_000, port.PATIENCE)
    end = End("SUCCEEDED", "1", None, None)
    backend.commit([Commit("c", claimed.row.epoch, 0, 60, "[]", 1, rest=end, wakes="p")])
    assert rest_of(backend, "p")[0] == "queued"


def test_children_of_a_wait_that_is_over_are_stopped(backend, jobs, new, driven):
    epoch = driven("p")["p"]
    waits = {"item": (1, 1, False), "nested": (1, 0, True), "free": (1, 0, False)}
    waits["other"] = (2, 1, False)
    children = [
        new(name, parent=port.Parent("p", wait, 0, items), awaited=awaited)
        for name, (wait, items, awaited) in waits.items()
    ]
    backend.commit([Commit("p", epoch, 0, 50, "[]", 1, children=children)])
    backend.wake_due(2_000, 100)
    claimed = backend.claim(jobs.take(), "w", 2_000, port.PATIENCE)
    epochs = {each.row.id: each.row.epoch for each in claimed}
    backend.commit([Commit("item", epochs["item"], 0, 60, "[]", 1, rest=Suspend("why"))])
    backend.commit([Commit("p", epoch, 1, 70, "[]", 2, stopped=[1])])
    letters = {name: [mail.event for mail in backend.load(name).mail] for name in waits}
    assert letters == {"item": [port.STOP], "nested": [port.STOP], "free": [], "other": []}
    assert rest_of(backend, "item")[:2] == ("queued", "RUNNING")


def test_a_worker_that_was_lost_long_ago_is_forgotten(backend):
    backend.be_seen("lost", "default", 0)
    backend.be_seen("living", "default", 1)
    backend.be_seen("living", "default", 90_000_000_000)
    assert sorted(backend.workers(0)) == ["living", "lost"]
    backend.be_seen("new", "default", 90_000_000_001)
    assert sorted(backend.workers(0)) == ["living", "new"]
