"""Laws that hold for every execution, whatever the machine and its tasks do."""

import asyncio
import copy
import json

from hypothesis import given, settings
from hypothesis import strategies as st

import asl
from asl.engine.snapshot import restore, snapshot
from tests.properties.machines import INPUT, definitions, handlers

SALTS = st.integers(0, 50)


def run(definition, salt, **options):
    return asl.load(definition).run(INPUT, tasks=handlers(salt), **options)


@given(definitions(), SALTS, st.integers(0, 9))
def test_same_seed_and_replies_give_the_same_history(definition, salt, seed):
    first = run(definition, salt, seed=seed)
    second = run(definition, salt, seed=seed)
    assert first.to_json() == second.to_json()
    assert (first.status, first.output, first.error) == (
        second.status,
        second.output,
        second.error,
    )


@given(definitions(), SALTS)
def test_synchronous_and_asyncio_runtimes_give_the_same_history(definition, salt):
    machine = asl.load(definition)
    plain = machine.run(INPUT, tasks=handlers(salt))
    concurrent = asyncio.run(machine.run_async(INPUT, tasks=handlers(salt)))
    assert concurrent.to_json() == plain.to_json()


@given(definitions(), SALTS, st.floats(0, 300))
@settings(max_examples=60)
def test_a_snapshot_of_any_moment_goes_on_to_the_same_end(definition, salt, moment):
    machine = asl.load(definition)
    whole = machine.start(INPUT, tasks=handlers(salt))
    whole.advance(moment)
    fork = whole.fork()
    execution = whole.snapshot()["execution"]
    restored = restore(machine._program, json.loads(json.dumps(execution)))
    assert snapshot(restored) == execution
    assert restored.wake_at == whole.execution.wake_at
    assert restored.waits() == whole.execution.waits()
    # The replies on their way belong to the runtime, so they are handed over with the fork.
    fork.root.execution = restored
    assert fork.advance().to_json() == whole.advance().to_json()


@given(definitions(), SALTS, st.floats(0, 300))
@settings(max_examples=60)
def test_a_fork_goes_on_to_the_same_end_and_leaves_the_first_alone(definition, salt, moment):
    alone = run(definition, salt)
    first = asl.load(definition).start(INPUT, tasks=handlers(salt))
    first.advance(moment)
    before = first.result.to_json()
    twin = first.fork()
    assert twin.advance().to_json() == alone.to_json()
    assert first.result.to_json() == before
    assert first.advance().to_json() == alone.to_json()


@given(definitions(), SALTS)
def test_virtual_time_never_goes_back_and_links_point_back(definition, salt):
    result = run(definition, salt)
    previous = result.started_at
    for number, event in enumerate(result.history, 1):
        assert event["id"] == number
        assert 0 <= event["previousEventId"] < number
        assert event["timestamp"] >= previous
        previous = event["timestamp"]


@given(definitions(), SALTS)
def test_inputs_are_never_changed(definition, salt):
    before = copy.deepcopy((definition, INPUT))
    run(definition, salt)
    assert (definition, INPUT) == before


@given(definitions(), SALTS)
def test_every_run_ends_or_waits_for_something_that_it_names(definition, salt):
    result = run(definition, salt)
    if result.status == "RUNNING":
        assert result.waiting
        assert all(waiting.state_name in result.path for waiting in result.waiting)
    else:
        assert result.history[-1]["type"].startswith("Execution")
        assert not result.waiting
    assert result.history[0]["type"] == "ExecutionStarted"


@given(definitions(), SALTS)
def test_a_run_moved_on_in_small_steps_is_the_same_run(definition, salt):
    stepped = asl.load(definition).start(INPUT, tasks=handlers(salt))
    for _ in range(100):
        stepped.advance(7)
    assert stepped.advance().to_json() == run(definition, salt).to_json()
