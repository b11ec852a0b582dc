"""Loops that nothing leads out of, and ways that lead round."""

import pytest

from asl.language.flow.graph import loops, way_round, ways_of, ways_round
from asl.language.rules.endless import endless_loops
from asl.language.walk import survey

END = {"Type": "Succeed"}
STOP = "arn:aws:states:::aws-sdk:sfn:stopExecution"


def to(target, **fields):
    return {"Type": "Pass", "Next": target, **fields}


def choice(*targets, default=None):
    rules = [{"Variable": "$.x", "IsNull": True, "Next": target} for target in targets]
    return {"Type": "Choice", "Choices": rules, **({"Default": default} if default else {})}


def told(tree, kind="STANDARD"):
    return [
        fault
        for machine in survey(tree, kind)
        if (ways := ways_round(machine))
        for fault in endless_loops(machine, ways)
    ]


def faults(states, start="A", kind="STANDARD", **fields):
    return told({"StartAt": start, "States": states, **fields}, kind)


CLOSED = [
    # a state that leads to itself, beside an end
    ({"A": choice("B", default="E"), "B": to("B"), "E": END}, ["B"]),
    # two loops, each by itself
    ({"A": choice("B", "C", default="E"), "B": to("B"), "C": to("C"), "E": END}, ["B", "C"]),
    # the loop is entered in its second state
    ({"A": choice("C", default="E"), "B": to("C"), "C": to("B"), "E": END}, ["C"]),
    # StartAt enters it; the end is not reached
    ({"A": to("B"), "B": to("A"), "E": END}, ["A"]),
    # a loop that leads to another loop: only the last one is closed
    ({"A": choice("A", "B"), "B": to("B"), "E": END}, ["B"]),
    # a catcher is a way, but here it leads round too
    (
        {
            "A": choice("B", default="E"),
            "B": {"Type": "Task", "Resource": "f", "Next": "B", "Catch": [{"Next": "C"}]},
            "C": to("B"),
            "E": END,
        },
        ["B"],
    ),
    # an error ends it, which is no way out
    ({"A": choice("B"), "B": {"Type": "Task", "Resource": "f", "Next": "B"}, "E": END}, ["B"]),
]


@pytest.mark.parametrize(("states", "expected"), CLOSED)
def test_a_closed_loop_is_told_where_it_is_entered(states, expected):
    found = faults(states)
    assert [fault.path for fault in found] == [("States", name) for name in expected]
    assert {(fault.rule, fault.at_key) for fault in found} == {("ASL-903", True)}


OPEN = [
    {"A": to("B"), "B": END},
    {"A": choice("A", default="E"), "E": END},
    {"A": to("B"), "B": choice("A", default="E"), "E": END},
    # nothing ends it: the matter of other rules
    {"A": to("B"), "B": to("A")},
    # not reached
    {"A": END, "B": to("B")},
    # leads nobody knows where
    {"A": to("Typo"), "E": END},
    {"A": choice("A", "${Where}"), "E": END},
    {"A": choice("B", default="E"), "B": {"Type": "Task", "Next": "B", "Catch": [{}]}, "E": END},
    {"A": choice("B", default="E"), "B": {"Type": "Huh", "Next": "B"}, "E": END},
    {"A": choice("B", default="E"), "B": {"Type": "Pass"}, "E": END},
    {"A": choice("B", default="E"), "B": {"Type": "Choice", "Choices": []}, "E": END},
    {"A": choice("B", default="E"), "B": {"Type": "Pass", "Next": "B", "End": "${End}"}, "E": END},
    # a way out by a catcher
    {"A": {"Type": "Task", "Next": "A", "Catch": [{"Next": "E"}]}, "E": END},
    # it stops itself
    {"A": choice("B", default="E"), "B": {"Type": "Task", "Resource": STOP, "Next": "B"}, "E": END},
]


@pytest.mark.parametrize("states", OPEN)
def test_nothing_is_said_where_there_may_be_a_way_out(states):
    assert faults(states) == []


def test_the_sentence_names_the_states_and_the_limit():
    states = {"A": choice("B", default="E"), "B": to("C"), "C": to("B"), "E": END}
    (standard,) = faults(states)
    assert standard.message == (
        "'B', 'C' lead to each other only: they run until an error or 25,000 events end the "
        "execution"
    )
    (timed,) = faults(states, TimeoutSeconds=60)
    assert "until an error, the timeout or 25,000 events end the execution" in timed.message
    states["B"] = to("B")
    (express,) = faults(states, kind="EXPRESS")
    assert express.message == (
        "'B' leads to itself only: it runs until an error or the five minutes of Express end the "
        "execution"
    )


def test_a_long_loop_is_cut():
    ring = {f"S{number}": to(f"S{(number + 1) % 9}") for number in range(9)}
    (fault,) = faults({"A": choice("S0", default="E"), **ring, "E": END})
    assert fault.message.startswith("'S0', 'S1', 'S2', 'S3' and 5 more lead to each other only")


def test_a_distributed_map_runs_its_children_as_what_they_are():
    inner = {
        "StartAt": "B",
        "States": {"B": to("B"), "E": END},
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
    }
    states = {"A": {"Type": "Map", "ItemProcessor": inner, "End": True}}
    (fault,) = faults(states, TimeoutSeconds=9)
    assert fault.path == ("States", "A", "ItemProcessor", "States", "B")
    assert "an error or the five minutes" in fault.message
    del inner["ProcessorConfig"]
    (fault,) = faults(states, TimeoutSeconds=9)
    assert "an error, the timeout or 25,000 events" in fault.message


@pytest.mark.parametrize(
    "tree",
    [
        {},
        {"StartAt": 1, "States": {}},
        {"StartAt": "A", "States": {"A": 1, "B": END}},
        {"StartAt": "A", "States": {"A": {"Type": []}, "B": END}},
        {"StartAt": "A", "States": {"A": {"Type": "Choice", "Choices": [1], "Default": {}}}},
        {"StartAt": "A", "States": {"A": {"Type": "Task", "Catch": 7, "Next": ["A"]}, "B": END}},
        {"StartAt": "A", "States": {"A": {"Type": "Task", "Catch": [7], "Next": "A"}, "B": END}},
    ],
)
def test_any_shape_is_taken(tree):
    assert told(tree) == []


def test_many_states_are_no_trouble():
    count = 20_000
    ring = {f"S{number}": to(f"S{(number + 1) % count}") for number in range(count)}
    (fault,) = faults({**ring, "E": END}, start="S0")
    assert fault.path == ("States", "S0")
    pairs = {f"S{number}": to(f"S{number ^ 1}") for number in range(4000)}
    pairs["A"] = choice(*pairs, default="E")
    assert len(faults({**pairs, "E": END})) == 2000


def test_loops_and_the_way_round_one():
    states = {"A": choice("B", default="E"), "B": to("C"), "C": choice("B", "A"), "E": END}
    (machine,) = survey({"StartAt": "A", "States": states}, "STANDARD")
    onward = ways_of(machine).onward
    (group,) = loops(onward)
    assert sorted(group) == ["A", "B", "C"]
    assert way_round("B", "C", onward, set(group)) == ["B", "C", "B"]
    assert way_round("A", "B", onward, set(group)) == ["A", "B", "C", "A"]


def test_a_state_that_ends_its_machine_leads_on_to_its_catchers():
    catcher = {"ErrorEquals": ["States.ALL"], "Next": "B"}
    work = {"Type": "Task", "Resource": "work", "End": True, "Catch": [catcher]}
    states = {"A": work, "B": to("C"), "C": to("B")}
    (machine,) = survey({"StartAt": "A", "States": states}, "STANDARD")
    assert ways_of(machine).onward == {"A": ["B"], "B": ["C"], "C": ["B"]}
    (fault,) = faults(states)
    assert fault.path == ("States", "B")
