"""Laws of exploration: it finds what brute force finds, counts right, and can be replayed."""

import json
import re

import pytest
from hypothesis import HealthCheck, assume, given, reject, settings
from hypothesis import strategies as st

import asl
from asl.engine.events import TaskFailed, TaskSucceeded
from asl.engine.history import WIDTH
from asl.engine.snapshot import fork
from asl.language.model import every_state
from asl.testing import explore
from asl.testing.exploring.moves import Moves
from asl.testing.exploring.outcomes import Outcomes
from asl.testing.exploring.world import World
from tests.definitions import begin
from tests.properties.machines import INPUT, concurrent_definitions, definitions

#: Exploring is covered by its examples; under coverage the laws are several times as slow.
pytestmark = pytest.mark.no_cover

SMALL = {"list": [{"k": 1}, 2], "n": 0}
LAW = settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
    deadline=None,
)
MANY = 4_000


def steady(definition):
    """The same without random numbers, which depend on the order in which branches draw them."""
    text = json.dumps(definition).replace('"FULL"', '"NONE"')
    text = text.replace("States.UUID()", "States.Format('id')")
    return json.loads(re.sub(r"States\.MathRandom\([^)]*\)", "States.Format('number')", text))


MACHINES = st.one_of(definitions(depth=1), concurrent_definitions())
STEADY = MACHINES.map(steady)


# ---------------------------------------------------------------- brute force


class TooManyError(Exception):
    pass


class Brute:
    """Tries every outcome of every call that waits, in every order, and remembers nothing.

    Args:
        is_patient: Whether calls may also be answered after the next timer.
    """

    def __init__(self, definition, *, is_patient):
        self.ends = set()
        self.entered = set()
        self.is_patient = is_patient
        self._budget = MANY
        execution = begin(definition, SMALL)
        execution.receive(None, 0)
        self._try(execution, frozenset())

    def _try(self, execution, silent):
        self._budget -= 1
        if self._budget < 0:
            raise TooManyError
        if not execution.is_running:
            status, output, error, _ = execution.outcome
            self._end(execution, (status, error, json.dumps(output)))
            return
        calls = [call for call in execution.calls() if call.task_id not in silent]
        for call in calls:
            for event in (
                TaskSucceeded(call.task_id, asl.Payload({"n": 1})),
                TaskFailed(call.task_id, "Declined", "explored"),
            ):
                twin = fork(execution)
                twin.receive(event, twin.now)
                self._try(twin, silent)
            if has_timer(execution, call.task_id):
                self._try(fork(execution), silent | {call.task_id})
        if not calls or self.is_patient:
            self._wake(execution, silent, calls)

    def _wake(self, execution, silent, calls):
        due = execution.wake_at
        if due is None:
            if not calls:
                self._end(execution, ("RUNNING", None, "null"))
            return
        ends = {wait_id for at, wait_id, _ in execution.timers if at == due}
        if due == execution.deadline or any(call.task_id in ends for call in calls):
            return
        twin = fork(execution)
        twin.receive(None, due)
        self._try(twin, silent)

    def _end(self, execution, end):
        self.ends.add(end)
        self.entered.update(execution.recorded().entered_states())


def has_timer(execution, task_id):
    return any(wait_id == task_id for _, wait_id, _ in execution.timers)


def outcomes_for(definition):
    """Of each task: a success, a failure, and silence where it has a timeout."""
    given = {}
    for state in tasks_of(definition):
        name, fields = state
        given[name] = [asl.returns({"n": 1}), asl.fails("Declined", "explored")]
        if fields.keys() & {"TimeoutSeconds", "HeartbeatSeconds"}:
            given[name].append(asl.hangs())
    return given


def tasks_of(scope):
    for name, state in scope["States"].items():
        if state["Type"] == "Task":
            yield name, state
        for inner in (*state.get("Branches", ()), *filter(None, [state.get("ItemProcessor")])):
            yield from tasks_of(inner)


def ends_of(exploration):
    return {
        (end.status, end.error, json.dumps(end.output))
        for end in (node.outcome for node in exploration.graph.nodes)
        if end is not None
    }


def by_brute_force(definition, **options):
    try:
        return Brute(definition, **options)
    except TooManyError:
        reject()


@given(STEADY)
@LAW
def test_one_order_of_replies_comes_to_all_ends_that_prompt_replies_have_in_any_order(definition):
    machine = asl.load(definition)
    expected = by_brute_force(definition, is_patient=False)
    asked = {"outcomes": outcomes_for(definition), "states": MANY}
    one = explore(machine, SMALL, **asked, interleavings="one")
    every = explore(machine, SMALL, **asked, interleavings="all")
    assert one.is_complete
    assert expected.ends <= ends_of(one) <= ends_of(every)
    assert expected.entered <= reached(machine, one) <= reached(machine, every)


def reached(machine, explored):
    """The names of the states that an exploration has come to."""
    dead = tuple(f"{pointer}/" for pointer in explored.unreached)
    states = every_state(machine.definition.scope)
    return {state.name for state in states if not f"{state.pointer}/".startswith(dead)}


@given(STEADY)
@LAW
def test_all_orders_of_replies_and_timers_come_to_the_ends_of_brute_force(definition):
    machine = asl.load(definition)
    expected = by_brute_force(definition, is_patient=True)
    explored = explore(
        machine,
        SMALL,
        outcomes=outcomes_for(definition),
        interleavings="all",
        states=MANY,
    )
    assert explored.is_complete
    assert ends_of(explored) == expected.ends
    assert reached(machine, explored) == expected.entered


# ---------------------------------------------------------------- merging


@given(MACHINES, st.sampled_from(["one", "all"]), st.booleans())
@LAW
def test_merging_equal_states_neither_loses_nor_invents_an_execution(definition, orders, late):
    machine = asl.load(definition)
    asked = {
        "outcomes": outcomes_for(definition),
        "interleavings": orders,
    }
    if late:
        for replies in asked["outcomes"].values():
            replies.append(asl.returns("late", after=15))
    apart = explore(machine, SMALL, **asked, merge=False, states=MANY)
    assume(apart.is_complete)
    merged = explore(machine, SMALL, **asked)
    assert merged.outcomes == apart.outcomes
    assert merged.unreached == apart.unreached
    assert merged.largest_payload == apart.largest_payload
    assert merged.graph.longest(to_ends=True) == apart.graph.longest(to_ends=True)
    assert merged.graph.shortest() == apart.graph.shortest()
    assert merged.states <= apart.states


def future(world, moves):
    """What happens from here on, whatever is decided, without ids, links and instants."""
    told = []
    waiting = [(world.fork(), 0)]
    now = world.execution.now
    while waiting and len(told) < 100:
        at, depth = waiting.pop(0)
        records = at.execution.history
        told.append(
            [
                (
                    records[place],
                    records[place + 2] - now,
                    re.sub(r"#\d+", "#", json.dumps(records[place + 3 : place + WIDTH])),
                )
                for place in range(0, len(records), WIDTH)
            ]
        )
        if not moves.is_over(at) and depth < 4:
            waiting += [(twin, depth + 1) for _, twin in moves.following(at)]
    return told


@given(MACHINES, st.booleans())
@LAW
def test_worlds_with_equal_keys_have_the_same_future(definition, all_orders):
    machine = asl.load(definition)
    moves = Moves(Outcomes(machine, replies={"*": {"n": 1}}), all_orders=all_orders)
    first = World(begin(machine, SMALL))
    moves.begin(first)
    known, futures, waiting, pairs = {}, {}, [first], 0
    for world in waiting:
        key = world.key(exact=False)
        twin = known.setdefault(key, world)
        if twin is not world:
            if key not in futures:
                futures[key] = future(twin, moves)
            assert future(world, moves) == futures[key]
            pairs += 1
        if len(waiting) < 40 and not moves.is_over(world):
            waiting += [following for _, following in moves.following(world)]
    assume(pairs)


# ---------------------------------------------------------------- replay


def replayed(machine, counterexample):
    names = {"asl": asl, "machine": machine}
    exec(counterexample.script, names)  # noqa: S102 - the law is about this text
    return names["result"]


@given(MACHINES, st.sampled_from(["one", "all"]), st.booleans(), st.randoms())
@LAW
def test_the_printed_script_reproduces_its_execution_exactly(definition, orders, late, random):
    machine = asl.load(definition)
    asked = {
        "replies": {"*": {"n": 1}},
        "interleavings": orders,
        "late": 15 if late else None,
        "seed": random.randrange(3),
    }
    walked = explore(machine, INPUT, **asked, merge=False, states=400)
    wanted = []
    if walked.outcomes:
        wanted = random.sample(sorted(walked.outcomes, key=str), min(3, len(walked.outcomes)))
    properties = [lambda result, end=end: (result.status, result.error) != end for end in wanted]
    explored = explore(machine, INPUT, **asked, properties=properties, states=400)
    by_path = explore(
        machine,
        INPUT,
        **asked,
        properties=[
            lambda result: len(result.path) != len(set(result.path)) or "S1" in result.path
        ],
        states=400,
    )
    for found in (*explored.counterexamples, *by_path.counterexamples):
        again = replayed(machine, found)
        assert again.to_json() == found.result.to_json()
        assert (again.status, again.output, again.error, again.cause) == (
            found.result.status,
            found.result.output,
            found.result.error,
            found.result.cause,
        )
