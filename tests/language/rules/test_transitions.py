"""From state to state: each name names a state, each state can be come to, each machine ends."""

import json

import pytest

from tests.definitions import SUCCEED, catch, choice, fail, map_, parallel, pass_, scope, task, wait
from tests.language.findings import (
    LAMBDA,
    below,
    found,
    hints,
    locations,
    pointers,
    rules,
    state,
    told,
)

IF = {"Variable": "$.x", "IsNull": True}


def missing(name):
    return f"Missing 'Next' target: {name}"


def lost(name):
    return f'State "{name}" is not reachable.'


def machine(start="A", **states):
    """A machine of states that are written out, Next and End included."""
    return {"StartAt": start, "States": states}


def to(name):
    return {"Type": "Pass", "Next": name}


# ---------------------------------------------------------------- targets


@pytest.mark.parametrize(
    ("tree", "code", "pointer", "location"),
    [
        (to("X"), "ASL-207", "/States/A/Next", "/States/A/Next"),
        (
            choice(IF | {"Next": "X"}, Default="B"),
            "ASL-207",
            "/States/A/Choices/0/Next",
            "/States/A/Choices[0]/Next",
        ),
        (
            choice(IF | {"Next": "B"}, Default="X"),
            "ASL-350",
            "/States/A/Default",
            "/States/A/Default",
        ),
        (
            task(LAMBDA, Next="B", Catch=[catch("B", "E"), catch("X")]),
            "ASL-207",
            "/States/A/Catch/1/Next",
            "/States/A/Catch[1]/Next",
        ),
        (
            parallel(scope(In=SUCCEED), Next="B", Catch=[catch("X")]),
            "ASL-207",
            "/States/A/Catch/0/Next",
            "/States/A/Catch[0]/Next",
        ),
        (
            map_(scope(In=SUCCEED), Next="B", Catch=[catch("X")]),
            "ASL-207",
            "/States/A/Catch/0/Next",
            "/States/A/Catch[0]/Next",
        ),
    ],
)
def test_each_target_names_a_state(tree, code, pointer, location):
    broken = machine(A=tree, B=SUCCEED)
    assert told(broken, code) == [(pointer, missing("X"))]
    assert locations(broken, code) == [location]
    assert set(rules(broken)) <= {code, "ASL-110"}


def test_a_machine_starts_at_a_state():
    """Recorded, with the order: BasicStructure-007."""
    broken = machine("X", A=SUCCEED)
    assert found(broken) == [
        ("ASL-107", "/StartAt", missing("X")),
        ("ASL-110", "/States/A", lost("A")),
    ]
    assert locations(broken, "ASL-107") == ["/StartAt"]
    inner = state(parallel(machine("X", In=SUCCEED)))
    assert pointers(inner, "ASL-107") == ["/States/A/Branches/0/StartAt"]
    assert locations(inner, "ASL-107") == ["/States/A/Branches[0]/StartAt"]


def test_names_are_escaped_in_a_pointer_and_not_by_aws():
    broken = machine("a/b~", **{"a/b~": to("X"), "Z": SUCCEED})
    assert pointers(broken, "ASL-207") == ["/States/a~1b~0/Next"]
    assert locations(broken, "ASL-207") == ["/States/a/b~/Next"]


@pytest.mark.parametrize(
    "name", ["a", " A", "A ", "", "Á"]
)  # fmt: skip
def test_a_name_is_the_same_in_all_its_characters(name):
    broken = machine(A=SUCCEED, B=to(name))
    assert ("ASL-207", "/States/B/Next", missing(name)) in found(broken)


def test_a_target_is_in_the_same_machine():
    outside = parallel(machine("In", In=to("B")), Next="B")
    assert pointers(machine(A=outside, B=SUCCEED), "ASL-207") == [
        "/States/A/Branches/0/States/In/Next"
    ]
    inside = parallel(machine("In", In=SUCCEED), Next="In")
    assert pointers(machine(A=inside), "ASL-207") == ["/States/A/Next"]
    across = parallel(machine("I", I=to("J")), machine("J", J=SUCCEED), Next="B")
    assert pointers(machine(A=across, B=SUCCEED), "ASL-207") == [
        "/States/A/Branches/0/States/I/Next"
    ]


def test_a_state_that_is_no_object_is_a_target_all_the_same():
    broken = machine(A=to("B"), B=5, C=SUCCEED)
    assert "ASL-207" not in rules(broken)


@pytest.mark.parametrize(
    "tree",
    [
        {"Type": "Succeed", "Next": "X"},
        {"Type": "Fail", "Next": "X"},
        {"Type": "Pass", "End": True, "Default": "X"},
        {"Type": "Pass", "End": True, "Choices": [{"Next": "X"}]},
        choice(IF | {"Next": "A"}, Default="A", Next="X"),
        choice(IF | {"Next": "A"}, Default="A", Catch=[catch("X")]),
        pass_(End=True, Catch=[catch("X")]),
        wait(1, End=True, Catch=[catch("X")]),
        {"Type": "Succeed", "Catch": [catch("X")]},
    ],
)
def test_of_a_field_that_does_not_belong_there_only_that_is_said(tree):
    """Recorded for Next: BasicStructure-003."""
    broken = machine(A=tree, Z=SUCCEED)
    assert set(rules(broken)) - {"ASL-110", "ASL-109"} == {"ASL-202"}


def test_a_state_that_only_an_unsupported_next_names_is_reachable():
    """Recorded: BasicStructure-003."""
    assert rules(machine(A={"Type": "Succeed", "Next": "B"}, B=SUCCEED)) == ["ASL-202"]


def test_a_hint_names_a_state_that_may_have_been_meant():
    assert hints(machine("A", A=to("Nothing"), Ship=SUCCEED), "ASL-207") == [""]
    assert hints(machine("A", A=to("Shp"), Ship=SUCCEED), "ASL-207") == ["did you mean 'Ship'?"]
    assert hints(machine("pay", Pay=SUCCEED), "ASL-107") == ["did you mean 'Pay'?"]


# ---------------------------------------------------------------- ways to a state


@pytest.mark.parametrize(
    "first",
    [
        to("B"),
        task(LAMBDA, End=True, Catch=[catch("B")]),
        parallel(scope(In=SUCCEED), End=True, Catch=[catch("B")]),
        map_(scope(In=SUCCEED), End=True, Catch=[catch("B", "E")]),
        choice(IF | {"Next": "B"}),
        choice(IF | {"Next": "A"}, Default="B"),
        choice(IF | {"Next": "A"}, IF | {"Next": "B"}, Default="A"),
    ],
)
def test_a_state_is_come_to_in_any_way(first):
    assert found(machine(A=first, B=SUCCEED)) == []


def test_a_state_that_nothing_leads_to_is_told():
    broken = machine(A=SUCCEED, B=SUCCEED)
    assert found(broken) == [("ASL-110", "/States/B", lost("B"))]
    assert locations(broken, "ASL-110") == ["/States/B"]
    inner = state(parallel(machine("In", In=SUCCEED, Out=SUCCEED)))
    assert pointers(inner, "ASL-110") == ["/States/A/Branches/0/States/Out"]
    assert locations(inner, "ASL-110") == ["/States/A/Branches[0]/States/Out"]


def test_the_way_to_a_state_is_not_from_itself_nor_from_a_loop():
    assert rules(machine(A=SUCCEED, B=to("B"))) == ["ASL-110"]
    loop = machine(A=SUCCEED, B=to("C"), C=to("B"))
    assert below(loop) == {("ASL-110", "/States/B"): [("ASL-110", "/States/C")]}


def test_what_only_a_lost_state_leads_to_follows_from_that_one():
    chain = machine(A=SUCCEED, D=SUCCEED, C=to("D"), B=to("C"), E=SUCCEED)
    assert below(chain) == {
        ("ASL-110", "/States/B"): [("ASL-110", "/States/D"), ("ASL-110", "/States/C")]
    }
    assert len(rules(chain)) == 4


def test_two_lost_loops_are_two_faults():
    loops = machine(A=SUCCEED, B=to("C"), C=to("B"), D=to("D"))
    assert below(loops) == {("ASL-110", "/States/B"): [("ASL-110", "/States/C")]}
    assert rules(loops) == ["ASL-110"] * 3


def test_without_a_start_nothing_is_lost():
    """Recorded: BasicStructure-006."""
    assert rules({"States": {"A": SUCCEED, "B": SUCCEED}}) == ["ASL-101"]
    assert rules({"StartAt": 5, "States": {"A": SUCCEED, "B": SUCCEED}}) == ["ASL-107"]
    assert rules({"StartAt": "A", "States": []}) == ["ASL-108"]


# ---------------------------------------------------------------- ends

NO_END = "Workflow has no terminal state"


@pytest.mark.parametrize(
    "last",
    [SUCCEED, fail("E"), pass_(End=True), wait(1, End=True), task(LAMBDA, End=True),
     parallel(scope(In=SUCCEED), End=True), map_(scope(In=SUCCEED), End=True)],
)  # fmt: skip
def test_a_machine_ends(last):
    assert found(machine(A=to("B"), B=last)) == []


def test_a_machine_without_an_end_is_told_and_no_lost_states():
    """Recorded: Structure-001."""
    endless = machine(A=to("A"), B=to("A"))
    assert found(endless) == [("ASL-109", "/States", NO_END)]
    assert locations(endless, "ASL-109") == [None]


def test_an_end_need_not_be_reached():
    assert rules(machine(A=to("A"), B=SUCCEED)) == ["ASL-110"]


def test_without_an_end_missing_targets_are_told_all_the_same():
    """Recorded: Structure-002. It follows from the target that is not there."""
    endless = machine(A=to("X"))
    assert below(endless) == {("ASL-207", "/States/A/Next"): [("ASL-109", "/States")]}


@pytest.mark.parametrize(
    ("tree", "head"),
    [
        ({"End": True}, ("ASL-201", "/States/A")),
        ({"Type": "Pass"}, ("ASL-206", "/States/A")),
        ({"Type": "Pass", "End": False}, ("ASL-206", "/States/A")),
        ({"Type": "Pass", "End": "true"}, ("ASL-208", "/States/A/End")),
        ({"Type": "Nothing", "Next": "A"}, ("ASL-201", "/States/A/Type")),
        ({"Type": "Pass", "Next": None}, ("ASL-207", "/States/A/Next")),
        ({"Type": "Pass", "Next": 5}, ("ASL-207", "/States/A/Next")),
    ],
)
def test_that_there_is_no_end_follows_from_what_is_wrong_with_a_state(tree, head):
    """Recorded for the first two: BasicStructure-001, -004."""
    assert below(machine(A=tree)) == {head: [("ASL-109", "/States")]}


def test_that_there_is_no_end_follows_from_a_state_that_is_no_object():
    assert below(machine(A=to("B"), B=5)) == {("ASL-203", "/States/B"): [("ASL-109", "/States")]}


def test_end_counts_with_a_type_that_does_not_exist():
    """Recorded: BasicStructure-002."""
    assert rules(machine(A={"Type": "Nothing", "End": True})) == ["ASL-201"]


def test_an_inner_machine_without_an_end_is_a_warning():
    message = "no state ends this machine: it runs until it fails or is stopped"
    branch = state(parallel(machine("In", In=to("In"))))
    assert found(branch) == [("ASL-114", "/States/A/Branches/0/States", message)]
    processor = state(map_(machine("In", In=to("In"))))
    assert pointers(processor, "ASL-114") == ["/States/A/ItemProcessor/States"]


def test_an_inner_machine_without_an_end_may_have_lost_states():
    endless = state(parallel(machine("In", In=to("In"), Out=to("In"))))
    assert rules(endless) == ["ASL-114", "ASL-110"]


def test_that_an_inner_machine_does_not_end_follows_from_what_is_wrong_with_it():
    broken = state(parallel(machine("In", In=to("X"))))
    where = "/States/A/Branches/0/States"
    assert below(broken) == {("ASL-207", f"{where}/In/Next"): [("ASL-114", where)]}


# ---------------------------------------------------------------- what follows


def test_what_a_misspelt_target_means_follows_from_it():
    broken = machine(A=to("Shp"), Ship=to("Done"), Done=SUCCEED)
    assert below(broken) == {
        ("ASL-207", "/States/A/Next"): [("ASL-110", "/States/Ship"), ("ASL-110", "/States/Done")]
    }


def test_a_state_that_no_misspelling_explains_follows_from_any_missing_target():
    broken = machine(A=to("X"), B=SUCCEED)
    assert below(broken) == {("ASL-207", "/States/A/Next"): [("ASL-110", "/States/B")]}


def test_a_lost_state_does_not_follow_from_a_fault_that_is_elsewhere():
    apart = machine(A=parallel(machine("In", In=to("X")), Next="B"), B=SUCCEED, C=SUCCEED)
    assert ("ASL-110", "/States/C") not in [one for after in below(apart).values() for one in after]


WAYS = {
    "next of a wrong type": {"Type": "Pass", "Next": 5},
    "misspelt next": {"Type": "Pass", "next": "B"},
    "no next": {"Type": "Pass"},
    "misspelt default": choice(IF | {"Next": "Z"}, Defalt="B"),
    "default of a wrong type": choice(IF | {"Next": "Z"}, Default=5),
    "rule without next": choice(IF, Default="Z"),
    "misspelt next of a rule": choice(IF | {"Nxt": "B"}, Default="Z"),
    "next of a rule of a wrong type": choice(IF | {"Next": ["B"]}, Default="Z"),
    "choices of a wrong type": choice(Default="Z") | {"Choices": IF | {"Next": "B"}},
    "rule of a wrong type": choice([IF | {"Next": "B"}], Default="Z"),
    "misspelt choices": {"Type": "Choice", "Choises": [IF | {"Next": "B"}], "Default": "Z"},
    "misspelt catch": task(LAMBDA, Next="Z", Cach=[catch("B")]),
    "catch of a wrong type": task(LAMBDA, Next="Z", Catch=catch("B")),
    "catcher without next": task(LAMBDA, Next="Z", Catch=[{"ErrorEquals": ["E"]}]),
    "next of a catcher of a wrong type": task(LAMBDA, Next="Z", Catch=[catch(None)]),
    "type that does not exist": {"Type": "Chioce", "Default": 5},
    "no type": {"Defalt": "B"},
}


@pytest.mark.parametrize("way", list(WAYS))
def test_a_lost_state_follows_from_what_hides_the_way_to_it(way):
    """The way to B is there, and wrong; mended, B can be come to."""
    broken = machine(A=WAYS[way], Z=SUCCEED, B=to("Z"))
    told_below = [one for after in below(broken).values() for one in after]
    assert ("ASL-110", "/States/B") in told_below


# ---------------------------------------------------------------- names


def test_a_name_stands_for_one_state_of_the_whole():
    twice = machine(A=parallel(machine("A", A=SUCCEED), End=True))
    where = "/States/A/Branches/0/States/A"
    assert found(twice) == [("ASL-111", where, "Duplicate State name: A")]
    assert locations(twice, "ASL-111") == ["/States/A/Branches[0]/States/A"]
    branches = state(parallel(scope(In=SUCCEED), scope(In=SUCCEED)))
    assert pointers(branches, "ASL-111") == ["/States/A/Branches/1/States/In"]
    deep = state(map_(scope(In=parallel(scope(A=SUCCEED)))))
    assert len(told(deep, "ASL-111")) == 1


def test_names_that_differ_in_case_are_two():
    assert found(machine(A=parallel(machine("a", a=SUCCEED), End=True))) == []


def test_a_name_twice_in_one_machine_is_seen_in_the_text():
    text = '{"StartAt": "A", "States": {"A": {"Type": "Succeed"}, "A": {"Type": "Fail"}}}'
    assert told(text, "ASL-005") == [("/States/A", "Duplicate State name: A")]


# ---------------------------------------------------------------- Default


def test_a_choice_without_default_is_told_if_somebody_asks():
    bare = machine(A=choice(IF | {"Next": "B"}), B=SUCCEED)
    assert rules(bare) == []
    message = "if no rule matches, the execution fails with States.Runtime"
    assert found(bare, enable=["ASL-356"]) == [("ASL-356", "/States/A", message)]
    full = machine(A=choice(IF | {"Next": "B"}, Default="B"), B=SUCCEED)
    assert rules(full, enable=["ASL-356"]) == []


# ---------------------------------------------------------------- placeholders


@pytest.mark.parametrize(
    "definition",
    [
        machine("${First}", A=SUCCEED),
        machine("${First}", A=SUCCEED, B=SUCCEED),
        machine(A=to("${Next}"), B=SUCCEED),
        machine(A=to("B${N}"), B=SUCCEED),
        machine(A=choice(IF | {"Next": "${Next}"}, Default="${Default}"), B=SUCCEED),
        machine(A=task(LAMBDA, End=True, Catch=[catch("${Next}")]), B=SUCCEED),
        machine("A", **{"A": to("B"), "${Name}": SUCCEED}),
        machine(A={"Type": "Pass", "End": "${IsLast}"}),
        machine(A={"Type": "${Type}"}),
        machine(A={"Type": "${Type}", "Next": "B"}, B=to("A")),
        machine(A="${State}"),
        machine(A=to("B"), B="${State}"),
        machine(A=to("B"), B="${State}", C=SUCCEED),
        {"StartAt": "A", "States": "${States}"},
        machine(A=parallel("${Branch}", End=True)),
        machine(A=parallel(machine("In", In="${State}"), End=True)),
        machine(A=parallel(machine("In", In=to("In2"), In2="${State}"), End=True)),
        machine(A=map_("${Processor}", End=True)),
        machine(A=task(LAMBDA, End=True, Catch="${Catch}"), B=SUCCEED),
        machine(A=choice(Default="Z") | {"Choices": "${Choices}"}, Z=SUCCEED, B=SUCCEED),
        machine(A=choice("${Rule}", Default="Z"), Z=SUCCEED, B=SUCCEED),
        machine("A", A={"Type": "Pass", "${Way}": "B"}, B=SUCCEED),
    ],
    ids=[
        "start", "start of two", "next", "part of next", "choice", "catcher", "name", "end",
        "type", "type and next", "state", "last state", "middle state", "states", "branch",
        "state inside", "last state inside", "processor", "catch", "choices",
        "rule", "key",
    ],
)  # fmt: skip
def test_nothing_is_said_of_ways_that_are_open(definition):
    assert found(json.dumps(definition)) == []


def test_a_way_that_is_open_leaves_other_faults():
    definition = machine(A=to("${Next}"), B=to("X"), C=SUCCEED)
    assert rules(json.dumps(definition)) == ["ASL-207"]


# ---------------------------------------------------------------- odd shapes and sizes


def test_of_many_misspellings_the_first_are_followed():
    states = {f"Rule{n}": to(f"Next{n}X") for n in range(40)}
    states |= {f"Next{n}Y": SUCCEED for n in range(40)}
    rule = [IF | {"Next": f"Rule{n}"} for n in range(40)]
    definition = machine(A=choice(*rule, Default="Rule0"), **states)
    assert len(told(definition, "ASL-207")) == len(told(definition, "ASL-110")) == 40


@pytest.mark.parametrize("value", [None, 5, [], {}, True, [["A"]]])
def test_any_target_is_looked_at(value):
    tree = {
        "Type": "Choice",
        "Next": value,
        "Default": value,
        "Choices": [{"Next": value}, value],
        "Catch": [{"Next": value}, value],
    }
    assert rules(machine(A=tree, B=tree | {"Type": value}))
    assert rules({"StartAt": value, "States": {"A": tree}})
    assert rules({"StartAt": "A", "States": value}) == (["ASL-108"] if value != {} else
        ["ASL-108", "ASL-107", "ASL-109"])  # fmt: skip
