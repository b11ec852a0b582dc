"""The debugger: forward and back state by state, breakpoints, changed data, forks."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asl
from asl.testing import Debugger
from tests.definitions import (
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
from tests.properties.machines import INPUT, definitions, handlers

ORDER = load(
    Prepare=pass_(Parameters={"total.$": "$.total"}, Assign={"rate": 3}),
    Charge=task(
        TimeoutSeconds=60,
        ResultPath="$.charge",
        Retry=[retry(ErrorEquals=["Busy"])],
        Catch=[catch("Cancelled", ErrorEquals=["Declined"])],
    ),
    Cool=wait(86_400),
    Large=choice({"Variable": "$.total", "NumericGreaterThan": 100, "Next": "Ask"}, Default="Done"),
    Ask=pass_(),
    Done=SUCCEED,
    Cancelled=fail("Cancelled"),
)
PAID = {"work": lambda payload: {"paid": True}}


def names(debugger):
    """The states that it stops before, to the end."""
    found = [debugger.stop.state]
    while debugger.step().reason in ("state", "error"):
        if debugger.stop.reason == "state":
            found.append(debugger.stop.state)
    return found


def test_it_stops_before_each_state_with_its_input_and_variables():
    debugger = Debugger(ORDER, {"total": 7, "more": 1}, tasks=PAID)
    stop = debugger.stop
    assert (stop.reason, stop.state, stop.pointer) == ("state", "Prepare", "/States/Prepare")
    assert (stop.input, stop.variables) == ({"total": 7, "more": 1}, {})
    stop = debugger.step()
    assert (stop.state, stop.input, stop.variables) == ("Charge", {"total": 7}, {"rate": 3})
    assert [event["type"] for event in stop.events] == ["PassStateEntered", "PassStateExited"]
    assert names(debugger) == ["Charge", "Cool", "Large", "Done"]
    assert debugger.result.output == {"total": 7, "charge": {"paid": True}}
    assert debugger.stop.reason == "end"
    assert debugger.step() == debugger.stop


def test_a_step_back_is_where_it_was_and_the_way_on_is_the_same():
    debugger = Debugger(ORDER, {"total": 7}, tasks=PAID)
    first, second, third = debugger.stop, debugger.step(), debugger.step()
    assert debugger.back() == second
    assert debugger.step() == third
    assert debugger.back(2) == first
    assert debugger.back(5) == first
    assert debugger.resume().reason == "end"
    assert debugger.result.history == ORDER.run({"total": 7}, tasks=PAID).history


def test_it_goes_on_to_breakpoints():
    debugger = Debugger(ORDER, {"total": 7}, tasks=PAID)
    debugger.break_at("Large")
    assert debugger.breakpoints == ("Large",)
    assert debugger.resume().state == "Large"
    assert (debugger.stop.now - ORDER.run({"total": 7}, tasks=PAID).started_at).days == 1
    assert debugger.resume().reason == "end"
    debugger.back(100)
    debugger.clear("Large")
    assert debugger.resume().reason == "end"


def test_an_error_is_a_stop_and_can_be_gone_on_to():
    answers = asl.script(asl.fails("Busy"), asl.fails("Declined"))
    debugger = Debugger(ORDER, {"total": 7}, tasks={"work": answers})
    debugger.break_on_errors()
    stop = debugger.resume()
    assert (stop.reason, stop.state) == ("error", None)
    assert stop.events[-1]["type"] == "LambdaFunctionFailed"
    stop = debugger.resume()
    assert (stop.reason, stop.state) == ("error", "Cancelled")
    debugger.clear()
    assert debugger.resume().reason == "end"
    assert debugger.result.error == "Cancelled"


def test_another_input_and_another_variable_change_what_follows():
    debugger = Debugger(ORDER, {"total": 7}, tasks=PAID)
    debugger.break_at("Large")
    debugger.resume()
    assert debugger.set_input({"total": 500}).input == {"total": 500}
    assert debugger.set_variable("rate", [4]).variables == {"rate": [4]}
    assert debugger.step().state == "Ask"
    assert debugger.stop.variables == {"rate": [4]}
    assert debugger.back().input == {"total": 500}


def test_a_fork_goes_its_own_way():
    debugger = Debugger(ORDER, {"total": 7}, tasks=PAID)
    debugger.break_at("Large")
    debugger.resume()
    twin = debugger.fork()
    twin.set_input({"total": 500})
    twin.break_at("Ask")
    assert twin.step().state == "Ask"
    assert debugger.step().state == "Done"
    assert debugger.breakpoints == ("Large",)
    assert twin.back(9).state == "Large"


def test_branches_and_iterations_are_stepped_through_one_at_a_time():
    machine = load(
        P=parallel(
            scope(A=pass_(), B=pass_()),
            scope(M=map_(scope(X=pass_(), Y=pass_()), ItemsPath="$.items", MaxConcurrency=1)),
        )
    )
    debugger = Debugger(machine, {"items": [1, 2]})
    stops = [debugger.stop]
    while debugger.step().reason == "state":
        stops.append(debugger.stop)
    assert [(stop.state, *stop.indices) for stop in stops] == [
        ("P",), ("A",), ("B",), ("M",), ("X", 0), ("Y", 0), ("X", 1), ("Y", 1),
    ]  # fmt: skip


def test_it_says_when_it_waits_for_what_no_clock_brings():
    tasks, limits = {"work": lambda payload: asl.hangs()}, asl.Limits(duration=None)
    debugger = Debugger(load(A=task()), tasks=tasks, limits=limits)
    assert debugger.step().reason == "waits"
    assert debugger.step().reason == "waits"
    with pytest.raises(asl.UsageError, match="no state is about to be entered"):
        debugger.set_input(1)


def test_without_an_input_it_starts_with_an_empty_object_as_a_run_does():
    machine = load(A=pass_())
    debugger = Debugger(machine)
    assert debugger.stop.input == {}
    debugger.resume()
    assert debugger.result.history == machine.run().history


def test_bad_requests_are_refused():
    debugger = Debugger(ORDER, {"total": 7}, tasks=PAID)
    with pytest.raises(asl.UsageError, match="no state 'Chrage'; did you mean 'Charge'"):
        debugger.break_at("Chrage")
    with pytest.raises(asl.UsageError, match="no state 'zzz'; known: 'Ask', 'Cancelled', "):
        debugger.clear("zzz")
    with pytest.raises(asl.InvalidInput, match="not JSON"):
        debugger.set_input({1: 2})
    with pytest.raises(asl.InvalidInput, match="not JSON"):
        debugger.set_variable("a", float("nan"))


@given(definitions(), st.integers(0, 50))
@settings(max_examples=60)
def test_a_run_that_is_stepped_through_has_the_history_of_one_that_is_not(definition, salt):
    machine = asl.load(definition)
    debugger = Debugger(machine, INPUT, tasks=handlers(salt))
    while debugger.stop.reason in ("state", "error"):
        debugger.step()
    whole = machine.run(INPUT, tasks=handlers(salt))
    assert debugger.result.history == whole.history
    assert debugger.result.status == whole.status


@given(definitions(), st.integers(0, 50), st.integers(1, 6))
@settings(max_examples=40)
def test_whoever_went_back_comes_to_the_same_end(definition, salt, steps):
    machine = asl.load(definition)
    debugger = Debugger(machine, INPUT, tasks=handlers(salt))
    for _ in range(steps):
        debugger.step()
    debugger.back(steps // 2 + 1)
    debugger.resume()
    assert debugger.result.history == machine.run(INPUT, tasks=handlers(salt)).history
