"""What is read out of a history event by event is what the whole history says."""

from collections import Counter

from hypothesis import assume, given, settings
from hypothesis import strategies as st

import asl
from asl.durable.stays import Stays
from asl.testing import trace
from tests.properties.machines import INPUT, definitions, handlers

SALTS = st.integers(0, 50)


def names_around(stay):
    """The names of the Parallel and Map states around a stay, from the outside in."""
    around = stay.around
    return () if around.around is None else (*names_around(around), around.name)


def shown(stay):
    return (
        stay.name, stay.kind, stay.began_us, stay.ended_us, stay.status, names_around(stay),
    )  # fmt: skip


def follow(stepped, ended, steps):
    """Follow an execution while it advances, as commits do."""
    stays = Stays("machine", ended.append)
    for _ in range(steps):
        stepped.advance(10)
        stays.follow(stepped.execution, stepped.execution.event_count)
    stepped.advance()
    stays.follow(stepped.execution, stepped.execution.event_count)
    return stays


@given(definitions(), SALTS, st.integers(0, 3))
@settings(max_examples=75, deadline=None)
def test_stays_are_the_visits_of_a_trace(definition, salt, steps):
    ended = []
    stepped = asl.load(definition).start(INPUT, tasks=handlers(salt))
    stays = follow(stepped, ended, steps)
    assume(not stepped.execution.is_running)
    visits = Counter(
        (
            visit.state, visit.kind, visit.began_us, visit.ended_us, visit.status,
            tuple(name for name, _ in visit.within),
        )
        for visit in trace(stepped.result).visits
    )  # fmt: skip
    assert ended[-1] is stays.root
    assert Counter(map(shown, ended[:-1])) == visits
    assert stays.root.status == stepped.result.status
    assert not stays._open
    assert len({stay.id for stay in ended}) == len(ended)


@given(definitions(), SALTS)
@settings(max_examples=50, deadline=None)
def test_a_redrive_goes_on_in_stays_of_its_own(definition, salt):
    ended = []
    stepped = asl.load(definition).start(INPUT, tasks=handlers(salt))
    stays = follow(stepped, ended, 0)
    assume(stepped.result.status in ("FAILED", "TIMED_OUT"))
    before = stays.root
    stepped.redrive()
    stepped.advance()
    stays.follow(stepped.execution, stepped.execution.event_count)
    assume(not stepped.execution.is_running)
    assert stays.root is not before
    assert ended[-1] is stays.root
    assert not stays._open
    assert len({stay.id for stay in ended}) == len(ended)
    for stay in ended:
        assert stay.began_us <= stay.ended_us
        if stay.around is not None:
            assert stay.around.began_us <= stay.began_us
            assert stay.ended_us <= stay.around.ended_us
