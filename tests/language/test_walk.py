"""One walk finds the machines, states, rules, retriers, catchers and targets of any tree."""

import pytest

from asl.language.walk import STATE_TYPES, language_of, survey
from tests.definitions import SUCCEED, catch, choice, map_, parallel, pass_, retry, scope, task

IF = {"Variable": "$.x", "IsNull": True}


def walked(tree, kind="STANDARD"):
    return survey(tree, kind)


def only(tree):
    (machine,) = walked(tree)
    return machine


def state_of(tree):
    return only({"States": {"A": tree}}).states["A"]


def test_the_whole_is_the_first_machine():
    tree = scope(A=SUCCEED)
    machine = only(tree)
    assert (machine.path, machine.tree, machine.outer, machine.type) == ((), tree, None, "STANDARD")
    assert list(machine.states) == ["A"]
    assert only(tree) is not machine


def test_a_state_knows_its_place():
    state = only(scope(A=pass_())).states["A"]
    assert (state.path, state.name, state.kind) == (("States", "A"), "A", "Pass")
    assert state.machine.states["A"] is state
    assert (state.inner, state.rules, state.retriers, state.catchers) == ((), (), (), ())


def test_machines_come_before_those_inside_of_them_in_the_order_of_the_text():
    tree = scope(
        A=parallel(scope(A1=SUCCEED), scope(A2=map_(scope(A3=SUCCEED)))),
        B=map_(scope(B1=SUCCEED)),
        C={"Type": "Map", "Iterator": scope(C1=SUCCEED)},
    )
    assert [machine.path for machine in walked(tree)] == [
        (),
        ("States", "A", "Branches", 0),
        ("States", "A", "Branches", 1),
        ("States", "A", "Branches", 1, "States", "A2", "ItemProcessor"),
        ("States", "B", "ItemProcessor"),
        ("States", "C", "Iterator"),
    ]
    whole, first, *_ = walked(tree)
    assert first.outer is not None
    assert first.outer.name == "A"
    assert [machine.path[-1] for machine in whole.states["A"].inner] == [0, 1]


@pytest.mark.parametrize(
    ("own", "inner"),
    [
        ("STANDARD", ["STANDARD", "STANDARD", "EXPRESS", "EXPRESS"]),
        ("EXPRESS", ["EXPRESS", "EXPRESS", "EXPRESS", "EXPRESS"]),
    ],
)
def test_a_machine_inside_runs_as_what_it_says(own, inner):
    express = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}}
    standard = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
    tree = scope(
        A=parallel(scope(A1=SUCCEED)),
        B=map_(scope(B1=SUCCEED) | standard),
        C=map_(scope(C1=parallel(scope(C2=SUCCEED))) | express),
    )
    _, *found = walked(tree, own)
    assert [machine.type for machine in found] == inner


@pytest.mark.parametrize(
    ("config", "distributed"),
    [
        ({"Mode": "DISTRIBUTED"}, True),
        ({"Mode": "INLINE"}, False),
        ({}, False),
        ("DISTRIBUTED", False),
        (None, False),
    ],
)
def test_a_processor_may_be_distributed(config, distributed):
    _, processor = walked(scope(A=map_(scope(In=SUCCEED) | {"ProcessorConfig": config})))
    assert processor.is_distributed is distributed
    assert not walked(scope(A=SUCCEED))[0].is_distributed


@pytest.mark.parametrize(
    ("tree", "language"),
    [
        ({}, "JSONPath"),
        ({"QueryLanguage": "JSONPath"}, "JSONPath"),
        ({"QueryLanguage": "JSONata"}, "JSONata"),
        ({"QueryLanguage": "jsonpath"}, "JSONata"),
        ({"QueryLanguage": None}, "JSONata"),
        ({"QueryLanguage": []}, "JSONata"),
    ],
)
def test_only_the_exact_text_is_jsonpath(tree, language):
    assert language_of(tree, "JSONPath") == language


def test_a_state_has_the_language_of_the_whole_machine():
    inner = scope(In=pass_(), Own=pass_(QueryLanguage="JSONPath"))
    tree = scope(A=parallel(inner, QueryLanguage="JSONPath")) | {"QueryLanguage": "JSONata"}
    whole, branch = walked(tree)
    assert whole.states["A"].language == "JSONPath"
    assert [state.language for state in branch.states.values()] == ["JSONata", "JSONPath"]


def test_rules_come_before_those_inside_of_them():
    deep = {"And": [IF, {"Or": [IF, {"Not": IF}]}]}
    state = state_of(choice({"Not": deep}, IF, Default="A"))
    assert [(rule.path[3:], rule.is_nested) for rule in state.rules] == [
        ((0,), False),
        ((0, "Not"), True),
        ((0, "Not", "And", 0), True),
        ((0, "Not", "And", 1), True),
        ((0, "Not", "And", 1, "Or", 0), True),
        ((0, "Not", "And", 1, "Or", 1), True),
        ((0, "Not", "And", 1, "Or", 1, "Not"), True),
        ((1,), False),
    ]


def test_only_a_choice_has_rules():
    assert state_of(pass_(Choices=[IF])).rules == ()


def test_retriers_and_catchers_are_those_that_are_objects():
    state = state_of(task("r", Retry=[retry("E"), 5], Catch=[None, catch("B")]))
    assert [entry.path for entry in state.retriers] == [("States", "A", "Retry", 0)]
    assert [entry.path for entry in state.catchers] == [("States", "A", "Catch", 1)]
    assert state.catchers[0].tree == catch("B")


def test_targets_are_all_fields_that_name_a_state():
    state = state_of(
        {
            "Type": "Choice",
            "Choices": [{"Next": "B"}, {}, 5, {"Next": 5, "And": [{"Next": "no"}]}],
            "Catch": [{"Next": "C"}],
            "Retry": [{"Next": "no"}],
            "Default": "D",
            "Next": None,
        }
    )
    assert {(target.path[2:], target.name) for target in state.targets} == {
        (("Next",), None),
        (("Default",), "D"),
        (("Choices", 0, "Next"), "B"),
        (("Choices", 3, "Next"), 5),
        (("Catch", 0, "Next"), "C"),
    }


@pytest.mark.parametrize("kind", STATE_TYPES)
def test_only_parallel_and_map_have_machines_inside(kind):
    fields = {"Branches": [scope(B1=SUCCEED)], "ItemProcessor": scope(I1=SUCCEED)}
    found = walked({"States": {"A": {"Type": kind, **fields}}})
    assert len(found) == (3 if kind in ("Parallel", "Map") else 1)


def test_of_an_unknown_type_everything_is_looked_at():
    fields = {"Branches": [scope(B1=SUCCEED)], "Iterator": scope(I1=SUCCEED)}
    for kind in ("Nothing", None, [], 5):
        whole, *inner = walked({"States": {"A": {"Type": kind, **fields}}})
        assert whole.states["A"].kind is None
        assert len(inner) == 2


@pytest.mark.parametrize("value", [None, 5, "x", [], [[]], {"a": 1}])
def test_any_shape_is_walked(value):
    assert only({"States": value}).states.keys() <= {"a"}
    assert dict(only({"States": value}).all_states) == (value if isinstance(value, dict) else {})
    tree = dict.fromkeys(
        ("Branches", "ItemProcessor", "Retry", "Catch", "Choices", "Next", "And", "Not"), value
    )
    for kind in ("Choice", "Parallel", "Map", "Task"):
        walked({"States": {"A": {"Type": kind, **tree}, "B": value}})
        walked({"States": {"A": {"Type": kind, "Choices": [tree]}}})
        walked({"States": {"A": {"Type": kind, "Branches": [tree, value]}}})


def test_states_that_are_no_objects_are_known_by_name_only():
    machine = only({"States": {"A": SUCCEED, "B": 5}})
    assert list(machine.states) == ["A"]
    assert list(machine.all_states) == ["A", "B"]


def test_a_deep_tree_is_walked_to_its_end():
    tree = scope(A0=SUCCEED)
    for number in range(1, 2_000):
        tree = {"States": {f"A{number}": {"Type": "Parallel", "Branches": [tree]}}}
    assert len(walked(tree)) == 2_000
    rule = IF
    for _ in range(2_000):
        rule = {"Not": rule}
    assert len(state_of(choice(rule)).rules) == 2_001
