"""Exploration: all outcomes of all tasks, what holds for them, and the shortest way to what not."""

import json
import runpy
from datetime import timedelta
from pathlib import Path
from types import FunctionType

import pytest

import asl
from asl.runtimes.watching import watched_by
from asl.testing import (
    CounterexampleFound,
    ExplorationIncomplete,
    PropertyError,
    always_ends,
    explore,
    failed,
    follows,
    never,
    never_fails_with,
    payload_below,
    succeeded,
)
from tests.definitions import (
    INVOKE,
    SUCCEED,
    catch,
    choice,
    fail,
    load,
    map_,
    parallel,
    pass_,
    retry,
    scope,
    task,
    wait,
)

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
TOKEN = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"
ACTIVITY = "arn:aws:states:us-east-1:123456789012:activity:pack"


def named(value):
    """An id that is the same in every process: the text of a function has its address in it."""
    return value.__name__ if isinstance(value, FunctionType) else repr(value)


def endings(exploration):
    """How many executions ended how: ``{"SUCCEEDED": 1, "FAILED X": 2}``."""
    return {
        " ".join(filter(None, end)): number for end, number in (exploration.outcomes or {}).items()
    }


def rerun(machine, counterexample):
    """The printed script, run."""
    names = {"asl": asl, "machine": machine}
    exec(counterexample.script, names)  # noqa: S102 - what users paste
    return names["result"]


def broken(machine, *properties, **options):
    """The only counterexample; its script was run and came to the same."""
    (found,) = explore(machine, properties=properties, **options).counterexamples
    assert rerun(machine, found).to_json() == found.result.to_json()
    return found


# ---------------------------------------------------------------- what tasks come to


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (task(), {"SUCCEEDED": 1, "FAILED AnyOtherError": 1}),
        (task(Catch=[catch("Done", "X")]), {"SUCCEEDED": 2, "FAILED AnyOtherError": 1}),
        (task(Catch=[catch("Done")]), {"SUCCEEDED": 2}),
        (
            task(Retry=[retry("X", MaxAttempts=2)]),
            {"SUCCEEDED": 3, "FAILED AnyOtherError": 3, "FAILED X": 1},
        ),
        (
            task(TimeoutSeconds=5),
            {"SUCCEEDED": 1, "FAILED AnyOtherError": 1, "FAILED States.Timeout": 1},
        ),
        (
            task(TimeoutSeconds=5, HeartbeatSeconds=2, Catch=[catch("Done", "States.Timeout")]),
            {"SUCCEEDED": 3, "FAILED AnyOtherError": 1},
        ),
        (
            task(
                TimeoutSeconds=5,
                HeartbeatSeconds=2,
                Catch=[catch("Done", "States.HeartbeatTimeout")],
            ),
            {"SUCCEEDED": 2, "FAILED AnyOtherError": 1, "FAILED States.Timeout": 1},
        ),
        (
            task(Catch=[catch("Done", "States.Timeout")]),
            {"SUCCEEDED": 1, "FAILED AnyOtherError": 1},
        ),
        (
            task(Catch=[catch("Done", "AnyOtherError")]),
            {"SUCCEEDED": 2, "FAILED AnyOtherError_": 1},
        ),
        (
            task(Catch=[catch("Done", "States.Runtime"), catch("Done", "States.TaskFailed")]),
            {"SUCCEEDED": 2},
        ),
        (
            parallel(scope(T=task()), Catch=[catch("Done", "X")]),
            {"SUCCEEDED": 2, "FAILED AnyOtherError": 1},
        ),
        (task(TOKEN, Parameters={"a": 1}), {"SUCCEEDED": 1, "FAILED AnyOtherError": 1}),
        (task(ACTIVITY), {"SUCCEEDED": 1, "FAILED AnyOtherError": 1}),
    ],
    ids=[
        "no names", "a caught name", "all caught", "retries", "a timeout", "a heartbeat",
        "a timeout with heartbeats", "a timeout that can't come", "a name that is taken",
        "what no task raises", "named around it", "a token", "an activity",
    ],
)  # fmt: skip
def test_by_default_a_task_comes_to_what_the_definition_has_a_name_for(state, expected):
    explored = explore(load(S=state, Done=SUCCEED))
    assert endings(explored) == expected
    assert explored.is_complete
    assert explored.not_covered == ()


def test_replies_and_outcomes_are_given_by_the_names_that_handlers_have():
    machine = asl.load(
        scope(
            A=task(INVOKE, Parameters={"FunctionName": "price:prod", "Payload": {"n.$": "$.n"}}),
            B=task("arn:aws:lambda:eu-west-1:123456789012:function:ship"),
            C=task("arn:aws:states:::sqs:sendMessage", Parameters={"QueueUrl": "q"}),
        )
    )
    seen = []
    explored = explore(
        machine,
        {"n": 7},
        replies={"price": lambda payload: {"double": 2 * payload["n"]}, "ship": "shipped"},
        outcomes={"*sqs*": [{"MessageId": "m"}, asl.fails("Throttled")]},
        properties=[lambda result: seen.append(result.output) is None],
    )
    assert endings(explored) == {"FAILED AnyOtherError": 2, "SUCCEEDED": 1, "FAILED Throttled": 1}
    assert {"MessageId": "m"} in seen
    assert explored.assumed == ()


def test_a_function_gets_its_own_payload_and_what_it_raises_fails_the_task():
    def reply(payload):
        payload["list"].clear()
        raise asl.TaskFailed("Refused", json.dumps(payload))

    explored = explore(load(A=task(), B=task()), {"list": [1]}, replies={"A": reply, "B": 1})
    assert endings(explored) == {"FAILED AnyOtherError": 1, "FAILED Refused": 1}


def test_what_nobody_gave_is_an_empty_object_and_said_so():
    explored = explore(load(A=task(), B=task(Parameters={"n.$": "$.n"})), replies={"B": 1})
    assert explored.assumed == ("A",)
    assert endings(explored) == {"FAILED AnyOtherError": 1, "FAILED States.Runtime": 1}
    assert "answered with {}: A" in repr(explored)


def test_late_replies_and_silence_are_tried_if_asked_for():
    machine = asl.load({**scope(A=task()), "TimeoutSeconds": 60})
    assert endings(explore(machine, late=timedelta(seconds=30))) == {
        "SUCCEEDED": 2,
        "FAILED AnyOtherError": 2,
    }
    assert endings(explore(machine, hanging=True)) == {
        "SUCCEEDED": 1,
        "FAILED AnyOtherError": 1,
        "TIMED_OUT": 1,
    }
    assert endings(explore(machine, late=90))["TIMED_OUT"] == 2


def test_a_task_that_hangs_without_any_limit_is_an_execution_that_waits():
    found = broken(load(A=task()), always_ends(), hanging=True, limits=asl.Limits(duration=None))
    assert found.result.status == "RUNNING"
    assert found.why == "it waits for ever"


def test_every_input_is_explored_and_the_counterexample_has_its_own():
    machine = load(
        C=choice({"Variable": "$.n", "NumericGreaterThan": 1, "Next": "Bad"}, Default="Good"),
        Good=SUCCEED,
        Bad=fail("TooMany"),
    )
    explored = explore(machine, inputs=[{"n": 1}, {"n": 2}], properties=[never("Bad")])
    assert endings(explored) == {"SUCCEEDED": 1, "FAILED TooMany": 1}
    assert explored.unreached == ()
    (found,) = explored.counterexamples
    assert '{"n": 2}' in found.script
    assert rerun(machine, found).error == "TooMany"


# ---------------------------------------------------------------- properties


SAGA = {
    "Reserve": task(Catch=[catch("Cancelled")]),
    "Charge": task(ResultPath=None, Retry=[retry("Busy")], Catch=[catch("Release")]),
    "Ship": task(Catch=[catch("Refund")], Next="Done"),
    "Refund": task(Next="Release", Catch=[catch("ByHand")]),
    "Release": task(Next="Cancelled"),
    "ByHand": wait(3600, Next="Cancelled"),
    "Done": SUCCEED,
    "Cancelled": fail("Cancelled"),
}


BY_HAND = ["Reserve", "Charge", "Ship", "Refund", "ByHand", "Cancelled"]


@pytest.mark.parametrize(
    "holds",
    [
        never("Refund", before="Charge"),
        never("Refund", before=succeeded("Charge")),
        never("Charge", after="Release"),
        never(succeeded("Ship"), after=failed("Ship")),
        follows("Refund", after=failed("Ship")),
        follows("Release", after=succeeded("Refund")),
        always_ends(),
        always_ends(within=timedelta(hours=1, seconds=8)),
        never_fails_with("States.Runtime", "Busy"),
        payload_below(1_000),
        lambda result: result.status != "RUNNING",
        lambda result: "Refund" not in result.path or "Charge" in result.path,
    ],
    ids=named,
)
def test_a_property_that_holds_is_proved(holds):
    explored = explore(load(**SAGA), properties=[holds])
    assert explored.holds
    assert explored.check() is explored
    assert f"holds: {explored.properties[0]}" in repr(explored)


@pytest.mark.parametrize(
    ("property_", "path", "why"),
    [
        (never("Refund"), BY_HAND, "Refund was entered"),
        (
            never("Release", before="Ship"),
            ["Reserve", "Charge", "Release", "Cancelled"],
            "Release was entered, before Ship was entered",
        ),
        (never("Cancelled", before=failed("Ship")), ["Reserve", "Cancelled"], "before Ship failed"),
        (
            never("ByHand", after=failed("Refund")),
            BY_HAND,
            "after Refund failed",
        ),
        (
            follows("Release", after=failed("Ship")),
            BY_HAND,
            "Ship failed, and nothing came of 'Release'",
        ),
        (
            follows(succeeded("Release"), after=succeeded("Charge")),
            ["Reserve", "Charge", "Ship", "Done"],
            "Charge succeeded, and nothing came of succeeded('Release')",
        ),
        (
            always_ends(within=3600),
            BY_HAND,
            "it still ran after 1:00:01",
        ),
        (never_fails_with("Cancelled"), ["Reserve", "Cancelled"], "it failed with Cancelled: None"),
        (payload_below(30), ["Reserve", "Cancelled"], "a payload has 44 bytes"),
        (lambda result: result.status == "SUCCEEDED", ["Reserve", "Cancelled"], "it said False"),
        (
            lambda result: "Ship" not in result.path or result.error is None,
            BY_HAND,
            "it said False",
        ),
        (
            lambda result: result.elapsed < timedelta(hours=1),
            BY_HAND,
            "it said False",
        ),
        (
            lambda result: len(result.history) < 25,
            BY_HAND,
            "it said False",
        ),
    ],
    ids=named,
)
def test_a_property_that_does_not_hold_gets_a_shortest_counterexample(property_, path, why):
    found = broken(load(**SAGA), property_)
    assert found.result.path == path
    assert why in found.why


def test_an_assertion_in_a_property_says_why():
    def pays_back(result):
        assert result.error != "Cancelled", f"lost after {result.path[-2]}"
        return True

    found = broken(load(**SAGA), pays_back)
    assert found.why.startswith("lost after Reserve")
    assert found.property.startswith("test_an_assertion_in_a_property_says_why.<locals>.pays_back")


def test_a_broken_property_is_raised_with_the_script_that_shows_it():
    explored = explore(load(**SAGA), properties=[never("Refund"), always_ends()])
    with pytest.raises(CounterexampleFound) as caught:
        explored.check()
    assert isinstance(caught.value, AssertionError)
    message = str(caught.value)
    assert message.startswith("never('Refund') does not hold: Refund was entered\n")
    assert "result = machine.run(\n    {},\n    tasks={" in message
    assert "holds: always_ends()" in repr(explored)
    assert "broken: never('Refund'): Refund was entered" in repr(explored)


@pytest.mark.parametrize("said", [None, 1, "yes", {}])
def test_a_property_that_gives_no_answer_is_an_error_that_names_it(said):
    def tells(_result):
        return said

    with pytest.raises(
        PropertyError, match=r"tells \(line \d+\) returned .*True where all is well"
    ):
        explore(load(A=pass_()), properties=[tells])


def test_a_property_that_raises_is_an_error_that_names_it():
    def looks(result):
        return result.output["missing"]

    with pytest.raises(
        PropertyError, match=r"looks \(line \d+\) raised KeyError: 'missing'"
    ) as found:
        explore(load(A=pass_()), properties=[looks])
    assert isinstance(found.value.__cause__, KeyError)


# ---------------------------------------------------------------- the order fulfilment


@pytest.fixture
def order():
    value = json.loads((EXAMPLES / "order_fulfilment.input.json").read_text(encoding="utf-8"))
    definition = json.loads((EXAMPLES / "order_fulfilment.asl.json").read_text(encoding="utf-8"))
    replies = {
        "reserve-stock": {"reservationId": "res-7"},
        "charge-card": {"chargeId": "ch-9"},
        "create-shipment": {"trackingCode": "T-1"},
    }
    example = runpy.run_path(str(EXAMPLES / "order_fulfilment.py"))
    return definition, example["SUBSTITUTIONS"], value, replies


COMPENSATED = [
    follows("ReleaseStock", after=failed("ChargeCard")),
    follows("RefundCharge", after=failed("CreateShipment")),
]


def sequences(going_on, ending, most):
    """How many sequences of replies: some that go on, up to so many, then one that ends it."""
    return sum(going_on**tries * ending for tries in range(most + 1))


def test_the_executions_of_the_order_are_counted_right(order):
    definition, substitutions, value, replies = order
    machine = asl.load(definition, substitutions=substitutions)
    explored = explore(machine, value, replies=replies, properties=COMPENSATED)
    assert explored.holds
    # Four errors are retried 3 times; success, one more error and a timeout are not.
    reserved, not_reserved = sequences(4, 1, 3), sequences(4, 2, 3) + 4**4
    # An error and a timeout are retried 4 times.
    charged, not_charged = sequences(2, 1, 4), sequences(2, 1, 4) + 2**5
    released = sequences(1, 1, 8) + 1
    refunded, not_refunded = sequences(1, 1, 8), 1
    not_shipped = 2 * (refunded * released + not_refunded)
    in_all = not_reserved + reserved * (not_charged * released + charged * (1 + not_shipped))
    assert explored.executions == in_all == 536_181
    assert explored.outcomes["SUCCEEDED", None] == reserved * charged
    assert explored.states < 200
    assert explored.unreached == ()


def test_a_compensation_that_one_error_skips_is_found_and_shrunk(order):
    definition, substitutions, value, replies = order
    skips = catch("OrderCancelled", "CardExpired", ResultPath="$.failure")
    definition["States"]["ChargeCard"]["Catch"].insert(0, skips)
    machine = asl.load(definition, substitutions=substitutions)
    explored = explore(machine, value, replies=replies, properties=COMPENSATED)
    (found,) = explored.counterexamples
    assert found.result.path == ["ReserveStock", "ChargeCard", "OrderCancelled"]
    assert found.script.count("asl.fails(") == 1
    again = rerun(machine, found)
    assert (again.error, again.path) == ("CardExpired", found.result.path)


# ---------------------------------------------------------------- bounds, loops and limits


POLLING = load(
    Wait=wait(30),
    Ask=task(),
    Done=choice({"Variable": "$.done", "BooleanEquals": True, "Next": "Ready"}, Default="Wait"),
    Ready=SUCCEED,
)
ANSWERS = {"Ask": [{"done": True}, {"done": False}]}


def test_a_loop_is_closed_and_what_lies_beyond_the_limits_is_said():
    explored = explore(POLLING, outcomes=ANSWERS, properties=[never("Ready", before="Wait")])
    assert explored.executions is None
    assert explored.holds
    assert explored.states < 10
    assert "loops were closed" in explored.not_covered[0]
    assert "any number of executions" in repr(explored)


@pytest.mark.parametrize(
    "property_",
    [never_fails_with("States.Runtime"), follows("Ready", after="Ask"), lambda r: bool(r.output)],
    ids=named,
)
def test_a_loop_that_may_meet_a_limit_proves_nothing_of_how_executions_end(property_):
    explored = explore(POLLING, outcomes=ANSWERS, properties=[property_])
    assert explored.counterexamples == ()
    with pytest.raises(ExplorationIncomplete, match="loops were closed; an execution that goes"):
        explored.check()
    assert explored.check(bounded=True) is explored


def test_a_loop_that_nothing_can_end_is_not_said_to_end():
    limits = asl.Limits(duration=None, history_events=None)
    explored = explore(POLLING, outcomes=ANSWERS, limits=limits, properties=[always_ends()])
    assert explored.bounds_hit
    assert explore(POLLING, outcomes=ANSWERS, properties=[always_ends()]).holds


def test_a_loop_that_has_a_counter_is_walked_to_its_end():
    machine = load(
        Start=pass_(Result={"tries": 0}),
        Ask=task(ResultPath="$.answer"),
        Count=pass_(Parameters={"tries.$": "States.MathAdd($.tries, 1)", "answer.$": "$.answer"}),
        Done=choice(
            {"Variable": "$.answer.done", "BooleanEquals": True, "Next": "Ready"},
            {"Variable": "$.tries", "NumericLessThan": 5, "Next": "Ask"},
            Default="Late",
        ),
        Ready=SUCCEED,
        Late=fail("Late"),
    )
    explored = explore(machine, outcomes=ANSWERS)
    assert endings(explored) == {"SUCCEEDED": 5, "FAILED Late": 1}


@pytest.mark.parametrize(
    ("bound", "value", "walked"),
    [("depth", 3, {"SUCCEEDED": 3}), ("loops", 2, {"SUCCEEDED": 2}), ("states", 5, {})],
)
def test_a_bound_that_is_hit_is_no_proof(bound, value, walked):
    properties = [always_ends(within=10**6)]
    explored = explore(POLLING, outcomes=ANSWERS, properties=properties, **{bound: value})
    assert not explored.is_complete
    assert not explored.holds
    (hit,) = explored.bounds_hit
    assert hit.startswith(f"{bound}={value}; all executions of up to ")
    if walked:
        assert endings(explored) == walked
    with pytest.raises(ExplorationIncomplete, match=f"a bound was hit \\({bound}={value}; all"):
        explored.check()
    assert explored.check(bounded=True) is explored
    assert "not broken so far: always_ends(within=1000000)" in repr(explored)


def test_retries_can_be_bounded():
    machine = load(A=task(Retry=[retry("X", MaxAttempts=50)]))
    explored = explore(machine, retries=2)
    assert explored.bounds_hit == ("retries=2; all executions of up to 3 decisions were walked",)
    assert endings(explored) == {"SUCCEEDED": 3, "FAILED AnyOtherError": 3}


def test_a_deadline_that_some_executions_meet_is_not_merged_away():
    machine = asl.load(
        {
            **scope(
                A=task(Retry=[retry("X", IntervalSeconds=40, MaxAttempts=1)], ResultPath=None),
                W=wait(30),
                B=task(),
            ),
            "TimeoutSeconds": 60,
        }
    )
    explored = explore(machine, outcomes={"A": [1, asl.fails("X")], "B": [1]})
    assert endings(explored) == {"SUCCEEDED": 1, "TIMED_OUT": 1, "FAILED X": 1}


def test_a_history_limit_that_some_executions_meet_is_not_merged_away():
    machine = load(A=task(Retry=[retry("X", MaxAttempts=1)], ResultPath=None), B=task(), C=task())
    limits = asl.Limits(history_events=19)
    given = {"A": [1, asl.fails("X")], "B": [1], "C": [1]}
    explored = explore(machine, outcomes=given, limits=limits)
    assert endings(explored) == {"SUCCEEDED": 1, "FAILED States.Runtime": 1, "FAILED X": 1}
    found = broken(machine, never_fails_with("States.Runtime"), outcomes=given, limits=limits)
    assert "limits=asl.Limits(history_events=19)" in found.script


def test_a_state_that_sees_the_time_keeps_executions_apart():
    states = {"A": task(Retry=[retry("X", MaxAttempts=1)], ResultPath=None), "B": task()}
    blind = explore(load(**states, C=pass_()))
    sees = explore(load(**states, C=pass_(Parameters={"at.$": "$$.State.EnteredTime"})))
    assert endings(blind) == endings(sees)
    assert blind.states < sees.states


def test_a_wait_of_a_year_and_jitter_take_no_time_and_jitter_is_said_to_be_one_value():
    machine = load(
        W=wait(31_000_000), A=task(Retry=[retry("X", JitterStrategy="FULL", MaxAttempts=1)])
    )
    explored = explore(machine, properties=[never_fails_with("States.Runtime")], seed=3)
    assert endings(explored) == {"SUCCEEDED": 2, "FAILED AnyOtherError": 2, "FAILED X": 1}
    assert explored.not_covered == ("random numbers (jitter, States.UUID...) but those of seed=3",)
    assert "seed=3" in broken(machine, never_fails_with("X"), seed=3).script


def test_an_express_machine_has_its_own_limit():
    machine = asl.load(scope(A=task(), W=wait(299), B=task(Retry=[retry("X")])), type="EXPRESS")
    assert endings(explore(machine))["TIMED_OUT"] == 1


# ---------------------------------------------------------------- branches side by side


def test_one_order_stands_for_all_where_nobody_can_tell():
    machine = load(P=parallel(*[scope(**{f"A{n}": task(), f"B{n}": task()}) for n in range(4)]))
    explored = explore(machine, outcomes={"*": [1]}, properties=[always_ends()])
    assert (explored.orders, explored.executions) == ("one", 1)
    every = explore(machine, outcomes={"*": [1]}, interleavings="all")
    assert (every.orders, every.executions) == ("all", 2520)  # 8! / 2!^4


def test_an_order_that_breaks_a_property_is_found_and_can_be_run():
    machine = load(P=parallel(scope(A1=task(), A2=task()), scope(B1=task(), B2=task())))
    given = {"*": [1]}
    found = broken(machine, never("A2", after="B2"), outcomes=given)
    assert found.result.path == ["P", "A1", "B1", "B2", "A2"]
    assert "asl.returns(1, after=0.00000" in found.script
    found = broken(machine, never("B2", after="A2"), outcomes=given)
    assert found.result.path == ["P", "A1", "B1", "A2", "B2"]


def test_a_slow_reply_may_come_after_a_timer_of_another_branch():
    machine = load(
        P=parallel(scope(Charge=task()), scope(W=wait(10), Refund=task())),
    )
    given = {"*": [1]}
    found = broken(machine, never("Refund", before=succeeded("Charge")), outcomes=given)
    assert found.result.path == ["P", "Charge", "W", "Refund"]
    assert "asl.returns(1, after=10.000001)" in found.script or "asl.hangs" in found.script
    with_one = explore(
        machine,
        outcomes=given,
        interleavings="one",
        properties=[never("Refund", before=succeeded("Charge"))],
    )
    assert "the orders of concurrent replies" in with_one.not_covered[0]


def test_a_slow_reply_does_not_time_out_unless_silence_is_an_outcome():
    machine = load(P=parallel(scope(A=task(TimeoutSeconds=5)), scope(W=wait(10), B=task())))
    explored = explore(machine, outcomes={"*": [1]}, interleavings="all")
    assert set(endings(explored)) == {"SUCCEEDED"}
    explored = explore(machine, outcomes={"A": [1, asl.hangs()], "B": [1]}, interleavings="all")
    assert set(endings(explored)) == {"SUCCEEDED", "FAILED States.Timeout"}


def test_every_failure_that_may_come_first_is_found_in_one_order():
    machine = load(
        P=parallel(
            scope(A=task(), FA=fail("A")),
            scope(B=task(), FB=fail("B")),
            scope(W=wait(5), FC=fail("C")),
        )
    )
    explored = explore(machine, outcomes={"*": [1]}, interleavings="one")
    assert set(endings(explored)) == {"FAILED A", "FAILED B", "FAILED C"}
    for error in "ABC":
        found = broken(machine, never_fails_with(error), outcomes={"*": [1]})
        assert found.result.error == error


def test_a_function_that_reads_the_path_sees_all_orders_and_one_that_does_not_only_one():
    machine = load(P=parallel(scope(A=task()), scope(B=task(), C=task())))
    given = {"*": [1]}
    assert explore(machine, outcomes=given, properties=[lambda r: bool(r.output)]).orders == "one"
    read = explore(machine, outcomes=given, properties=[lambda r: r.path[-1] == "C"])
    assert (read.orders, read.executions, read.holds) == ("all", 3, True)


def test_the_items_of_a_map_are_explored_side_by_side():
    machine = load(
        M=map_(scope(Item=task(Retry=[retry("X", MaxAttempts=1)])), ItemsPath="$.items"),
    )
    given = {"Item": [1, asl.fails("X")]}
    value = {"items": [1, 2, 3]}
    explored = explore(machine, value, outcomes=given)
    # Each item succeeds at once or at the second try; the first that fails twice ends it all.
    assert explored.outcomes["SUCCEEDED", None] == 2**3
    assert explored.states < 40
    every = explore(machine, value, outcomes=given, interleavings="all")
    assert set(every.outcomes) == set(explored.outcomes)
    assert every.executions > explored.executions


def test_an_order_that_finds_no_instant_to_happen_at_is_no_proof():
    machine = load(P=parallel(scope(A=task()), scope(B=task()), scope(C=task())))
    given = {"A": [asl.returns(1, after=0.000001)], "*": [1]}
    explored = explore(machine, outcomes=given, interleavings="all")
    assert explored.bounds_hit == (
        "an order of replies would have to come between two events a microsecond apart",
    )
    refused = asl.submits({}, then=asl.fails("Refused"))
    machine = load(
        P=parallel(scope(A=task(TOKEN, Parameters={"a": 1})), scope(B=task(), F=fail("F")))
    )
    assert explore(machine, outcomes={"A": [refused], "B": [1]}).bounds_hit


# ---------------------------------------------------------------- what is never reached


def test_dead_states_retriers_catchers_and_rules_are_told():
    machine = load(
        A=task(
            Retry=[retry("X"), retry("States.Runtime")],
            Catch=[catch("B", "X"), catch("Dead", "States.Timeout"), catch("B")],
        ),
        B=choice(
            {"Variable": "$.n", "IsPresent": True, "Next": "Odd"},
            {"Variable": "$.Error", "IsPresent": True, "Next": "Done"},
            Default="Done",
        ),
        Odd=parallel(scope(Inner=task(Retry=[retry()])), Next="Done"),
        Dead=pass_(Next="Done"),
        Done=SUCCEED,
    )
    explored = explore(machine, outcomes={"A": [{}, asl.fails("X"), asl.fails("Y")]})
    assert explored.unreached == (
        "/States/A/Retry/1",
        "/States/A/Catch/1",
        "/States/B/Choices/0",
        "/States/Odd",
        "/States/Dead",
    )


# ---------------------------------------------------------------- what is refused


def test_a_distributed_map_is_refused_with_its_place():
    processor = {
        **scope(X=task()),
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
    }
    with pytest.raises(asl.UnsupportedFeature, match=r"Distributed Map .*, at /States/M; explore"):
        explore(load(A=pass_(), M=map_(processor)))


def test_a_signal_is_refused_and_a_person_answers_like_any_task():
    machine = asl.load(scope(A=task("local:signal:go")), extensions=True)
    with pytest.raises(asl.UnsupportedFeature, match=r"waits for a signal .*at /States/A"):
        explore(machine)
    human = asl.load(scope(A=task("local:human", Parameters={"title": "Sign"})), extensions=True)
    found = broken(human, never_fails_with("Refused"), outcomes={"A": [1, asl.fails("Refused")]})
    assert found.result.error == "Refused"


@pytest.mark.parametrize("resource", [TOKEN, ACTIVITY, "arn:aws:states:::ecs:runTask.sync"])
def test_tasks_that_others_answer_are_answered_and_replayed(resource):
    machine = load(
        P=parallel(scope(A=task(resource, Parameters={"a": 1}, TimeoutSeconds=60)), scope(B=task()))
    )
    for error in ("States.Timeout", "AnyOtherError"):
        found = broken(machine, never_fails_with(error))
        assert found.result.error == error
    broken(machine, never("B", before=succeeded("A")))
    broken(machine, lambda result: result.path[-1] != "B" or len(result.history) < 14)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"replies": {"Chrage": 1}}, "replies: no task is called 'Chrage'; did you mean 'Charge'?"),
        ({"outcomes": {"W": [1]}}, "outcomes: no task is called 'W'; known: 'Charge', 'work'"),
        ({"outcomes": {"Charge": []}}, "the outcomes of 'Charge' must be a list with at least one"),
        ({"outcomes": {"Charge": asl.fails("X")}}, "must be a list with at least one of asl.ret"),
        ({"outcomes": {"Charge": [{1}]}}, "an outcome of 'Charge' is not JSON: a set is not"),
        ({"outcomes": {"Charge": [asl.returns({1: 2})]}}, "object key 1 is not a string"),
        ({"outcomes": {"Charge": [asl.fails(7)]}}, "fails with 7, None: error and cause have to"),
        ({"outcomes": {"Charge": [asl.script(1)]}}, "is a function that takes a context"),
        ({"outcomes": ["Charge"]}, "outcomes must be a mapping of names of tasks, not list"),
        ({"replies": {7: 1}}, "replies are given by the names of tasks, not by 7"),
        ({"late": -1}, "a span of time must not be negative"),
        ({"inputs": []}, "inputs must be a list with at least one input, not []"),
        ({"inputs": {"n": 1}}, "inputs must be a list with at least one input"),
        ({"input": 1, "inputs": [1]}, "an input or inputs=, not both"),
        ({"depth": 0}, "depth must be a whole number from 1 on, not 0"),
        ({"states": True}, "states must be a whole number from 1 on, not True"),
        ({"loops": 1.5}, "loops must be a whole number from 1 on, not 1.5"),
        ({"interleavings": "some"}, "must be 'seen', 'all' or 'one', not 'some'"),
        ({"properties": never("W")}, "properties must be a list, not never('W')"),
        ({"properties": ["W"]}, "'W' is no property: take never(...), follows(...)"),
        ({"properties": [never("Chrage")]}, "there is no state 'Chrage'; did you mean 'Charge'?"),
        ({"properties": [never("W", after=failed("W"))]}, "'W' is a Wait state; failed() is for"),
        ({"properties": [never(succeeded("F"))]}, "'F' is a Fail state: it never succeeds"),
        ({"input": {1}}, "the input is not JSON"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_bad_questions_are_refused_in_words(options, message):
    machine = load(W=wait(1), Charge=task(Catch=[catch("F")]), F=fail("X"))
    with pytest.raises(asl.UsageError) as refused:
        explore(machine, **options)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: never("A", before="B", after="C"), "before= or after=, not both"),
        (lambda: never(7), "7 is no moment"),
        (lambda: follows("A", after=None), "None is no moment"),
        (never_fails_with, "one or more error names"),
        (lambda: never_fails_with(["X"]), "one or more error names"),
        (lambda: payload_below("1 kB"), "a number of bytes, not '1 kB'"),
        (lambda: always_ends(within=-1), "must not be negative"),
    ],
)
def test_bad_properties_are_refused_when_they_are_made(make, message):
    with pytest.raises(asl.UsageError, match=message):
        make()


def test_what_is_no_machine_is_refused():
    with pytest.raises(asl.UsageError, match=r"takes a machine, as asl.load gives it, not dict"):
        explore({"StartAt": "A"})


def test_a_script_brings_along_what_it_needs():
    limits = asl.Limits(duration=timedelta(hours=1))
    found = broken(
        load(A=task(Parameters={"it's": 'a "word"'}), W=wait(3600), B=task(), C=wait(1)),
        lambda result: result.status != "TIMED_OUT",
        outcomes={"A": [asl.returns([{"text": "x" * 90, "n": -1.5e300, "none": None}])]},
        limits=limits,
    )
    assert found.script.startswith("from datetime import timedelta\n\nresult = machine.run(\n")
    assert "limits=asl.Limits(duration=timedelta(microseconds=3600000000))" in found.script
    assert max(map(len, found.script.splitlines())) < 130


def test_who_watches_executions_does_not_see_those_that_are_explored():
    seen = []
    with watched_by(seen.append):
        explore(load(A=task()))
    assert seen == []
