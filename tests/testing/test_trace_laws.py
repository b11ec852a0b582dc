"""What a trace says agrees with what the engine knows while it runs, whatever the machine."""

import re
from collections import Counter, defaultdict
from datetime import UTC, datetime

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import asl
from asl.testing import Calls, assert_same_run, trace
from asl.testing.difference import differences
from asl.testing.outline import Outline
from asl.testing.traces import _waits_for
from tests.properties.machines import INPUT, definitions, handlers

SALTS = st.integers(0, 50)


def run(definition, salt, **options):
    return asl.load(definition).run(INPUT, tasks=handlers(salt), **options)


def within(cursor):
    """The branches and iterations around a cursor of the engine."""
    if cursor.join is None:
        return ()
    owner = cursor.join.cursor
    return (*within(owner), (owner.step.name, cursor.index))


@given(definitions(), SALTS, st.floats(0, 300))
@settings(max_examples=200, deadline=None)
def test_what_was_waiting_is_what_the_engine_waited_for_then(definition, salt, moment):
    stepped = asl.load(definition).start(INPUT, tasks=handlers(salt))
    stepped.advance(moment)
    execution = stepped.execution
    waiting = Counter(
        (cursor.step.name, within(cursor), cursor.waits_for)
        for cursor in execution.waiting.values()
    )
    pairs = Counter((name, waits_for) for name, _, waits_for in waiting.elements())
    assert Counter(trace(stepped.result).waiting_at(moment)) == pairs
    result = run(definition, salt)
    assume(result.status != "RUNNING" or moment <= result.elapsed.total_seconds())
    traced = trace(result)
    at = execution.identity.started_at + round(moment * 1_000_000)
    shown = Counter(
        (visit.state, visit.within, _waits_for(visit, at))
        for visit in traced.visits
        if _waits_for(visit, at)
    )
    assert shown == waiting
    assert Counter(traced.waiting_at(moment)) == pairs


@given(definitions(), SALTS)
@settings(max_examples=200, deadline=None)
def test_retries_and_catches_are_those_that_the_engine_decided(definition, salt):
    stepped = asl.load(definition).start(INPUT, tasks=handlers(salt))
    stepped.execution.decisions = []
    traced = trace(stepped.advance())
    decided = Counter(
        (decision.kind, decision.pointer.rpartition("/")[2])
        for decision in stepped.execution.decisions
    )
    retried, caught = Counter(), Counter()
    for visit in traced.visits:
        retried[visit.state] += len(visit.delays)
        if visit.status in ("RUNNING", "ABORTED") and visit.attempts:
            # for the next attempt, which never came
            retried[visit.state] += visit.attempts[-1].status == "FAILED"
        caught[visit.state] += visit.status == "CAUGHT"
    assert +retried == Counter(
        {state: times for (kind, state), times in decided.items() if kind == "retried"}
    )
    for (kind, state), times in decided.items():
        if kind == "caught":  # unless what the catcher passes on could not be made
            failed = [visit for visit in traced[state] if visit.status == "FAILED"]
            assert caught[state] <= times <= caught[state] + len(failed)
    assert all(decided["caught", state] for state in +caught)


@given(definitions(), SALTS)
@settings(deadline=None)
def test_every_visit_ends_with_its_execution(definition, salt):
    result = run(definition, salt)
    traced = trace(result)
    assert traced.path == result.path
    if result.status != "RUNNING":
        assert {visit.status for visit in traced.visits} <= {
            "SUCCEEDED", "CAUGHT", "FAILED", "ABORTED"
        }  # fmt: skip
    failed = [visit for visit in traced.visits if visit.branch.owner is None][-1]
    assert (failed.status == "FAILED") == (result.status == "FAILED")
    if result.status == "FAILED":
        assert (failed.error, failed.cause) == (result.error, result.cause)


@given(definitions(), SALTS)
@settings(deadline=None)
def test_an_error_comes_from_an_inner_state_that_failed_with_it(definition, salt):
    for visit in trace(run(definition, salt)).visits:
        for attempt in visit.attempts:
            below = [
                branch.current
                for branch in attempt.branches.values()
                if branch.current and branch.current.status == "FAILED"
            ]
            if attempt.status == "FAILED":  # if not because of what became of its result
                assert [told(culprit) for culprit in below] in ([], [told(attempt)])
            else:
                assert below == []


def told(stretch):
    """An error and its cause; a failure that no event tells raises if somebody asks."""
    if not stretch.failure.is_told:
        with pytest.raises(asl.UsageError, match="no history event says"):
            _ = stretch.error
        return None
    return stretch.error, stretch.cause


@given(definitions(), SALTS)
@settings(deadline=None)
def test_payloads_are_those_that_handlers_got(definition, salt):
    calls = Calls(handlers(salt))
    result = asl.load(definition).run(INPUT, tasks=calls)
    got = Counter(repr((call.state, call.attempt, call.payload)) for call in calls.to("*"))
    tried = [
        (repr((visit.state, attempt.number, attempt.payload)), attempt.status)
        for visit in trace(result).visits
        for attempt in visit.attempts
        if attempt.has_payload
    ]
    assert got <= Counter(told for told, _ in tried)
    # a sibling's failure may stop an attempt before its turn has come
    assert got >= Counter(told for told, status in tried if status != "ABORTED")


@given(definitions(), SALTS)
@settings(deadline=None)
def test_a_run_at_another_time_under_another_name_is_the_same_run(definition, salt):
    clock = asl.VirtualClock(datetime(2031, 5, 6, tzinfo=UTC))
    assert_same_run(run(definition, salt), run(definition, salt, clock=clock, name="again"))


def everything(result):
    """All that the events of a history say, but for ids and times.

    What happens in one state of one iteration has an order; what happens side by side has none.
    """
    told = defaultdict(list)
    for event in result.history:
        details = sorted(
            (key, value) for key, value in event.items()
            if key not in ("id", "previousEventId", "timestamp", "type")
        )  # fmt: skip
        text = re.sub(r"event id #\d+", "", repr((event["type"], details)))
        told[place(result, event)].append(text)
    told[None].sort()
    return told


def place(result, event):
    """The state and iterations that an event belongs to: a task's say it by their links alone.

    None for what belongs to a Parallel or Map, or to the execution, as a whole.
    """
    named = event.get("stateEnteredEventDetails") or event.get("stateExitedEventDetails")
    state, indices = named and named["name"], {}
    if named is None and not event["type"].startswith(("LambdaFunction", "Task")):
        return None
    while event["previousEventId"]:
        event = result.history[event["previousEventId"] - 1]
        if event["type"].endswith("StateEntered"):
            state = state or event["stateEnteredEventDetails"]["name"]
        elif event["type"] == "MapIterationStarted":
            details = event["mapIterationStartedEventDetails"]
            indices.setdefault(details["name"], details["index"])
    around = Outline(result.definition)[state].inside
    return state, tuple(indices.get(name) for name, _ in around)


@given(definitions(), SALTS, SALTS)
@settings(max_examples=200, deadline=None)
def test_no_difference_means_that_the_histories_tell_the_same(definition, salt, other):
    first, second = run(definition, salt), run(definition, other)
    found = differences(first, second)
    assert bool(found) == bool(differences(second, first))
    assert bool(found) == (everything(first) != everything(second))


@given(definitions(), SALTS, st.floats(0, 200))
@settings(deadline=None)
def test_a_redriven_execution_is_told_as_well(definition, salt, moment):
    stepped = asl.load(definition).start(INPUT, tasks=handlers(salt))
    stepped.advance()
    assume(stepped.result.status == "FAILED")
    stepped.redrive()
    stepped.advance(moment)
    execution = stepped.execution
    waiting = Counter(
        (cursor.step.name, within(cursor), cursor.waits_for)
        for cursor in execution.waiting.values()
    )
    traced = trace(stepped.result)
    shown = Counter(
        (visit.state, visit.within, _waits_for(visit, execution.now))
        for visit in traced.visits
        if _waits_for(visit, execution.now)
    )
    assert shown == waiting
    assert traced.path == stepped.result.path


@given(definitions(), SALTS, st.floats(0, 200))
@settings(deadline=None)
def test_an_execution_that_is_stopped_is_told_as_it_stood(definition, salt, moment):
    stepped = asl.load(definition).start(INPUT, tasks=handlers(salt))
    stepped.advance(moment)
    assume(stepped.result.status == "RUNNING")
    before, after = trace(stepped.result), trace(stepped.stop())
    assert [ended(visit.status) for visit in before.visits] == [
        visit.status for visit in after.visits
    ]
    for visit, stopped in zip(before.visits, after.visits, strict=True):
        assert [ended(attempt.status) for attempt in visit.attempts] == [
            attempt.status for attempt in stopped.attempts
        ]


def ended(status):
    """What becomes of a status when the execution is stopped."""
    return "ABORTED" if status == "RUNNING" else status
