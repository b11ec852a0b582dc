"""Workflow variables: their names, where each is assigned, where it is read."""

import json

import pytest

from asl.language.rules import variables
from tests.definitions import SUCCEED, catch, choice, fail, map_, parallel, pass_, scope, task, wait
from tests.language.findings import (
    DISTRIBUTED,
    LAMBDA,
    found,
    hints,
    jsonata,
    jsonata_state,
    locations,
    pointers,
    rules,
    state,
    told,
)

SET = pass_(Assign={"x": 1})
READ = pass_(Parameters={"v.$": "$x"})
SET_DATA = pass_(Output="{% $states.input %}", Assign={"x": 1})
READ_DATA = pass_(Output="{% $x %}")
IF = {"Variable": "$.a", "IsNull": True}


def assigning(*names, build=state, mark=""):
    return build(pass_(Assign={f"{name}{mark}": "$.a" if mark else 1 for name in names}))


def undefined(name):
    return f"Variable '{name}' is possibly not defined."


def sometimes(name):
    return f"Variable '{name}' is not assigned on every way that leads here."


def never_read(name):
    return f"nothing reads the variable '{name}'"


# ---------------------------------------------------------------- names


@pytest.mark.parametrize("name", ["a-b", "a b", "a.b", "9a", "", "a$", "$x", "é!", "😀", "a/b"])
@pytest.mark.parametrize("build", [state, jsonata_state])
def test_a_name_is_an_identifier(name, build):
    machine = assigning(name, build=build)
    message = f"Invalid variable name '{name}': the variable name contains invalid characters."
    pointer = f"/States/A/Assign/{name.replace('/', '~1')}"
    assert found(machine) == [("ASL-801", pointer, message)]
    assert locations(machine, "ASL-801") == ["/States/A/Assign"]


def test_a_hint_says_that_a_name_has_no_dollar():
    assert hints(assigning("$x"), "ASL-801") == ["a name has no '$'"]
    assert hints(assigning("a-b"), "ASL-801") == [""]


@pytest.mark.parametrize(
    "name", ["a", "A1", "snake_case", "_private", "é", "имя", "名前", "नाम", "x" * 80, "status"]
)
@pytest.mark.parametrize("build", [state, jsonata_state])
def test_a_name_may_be_in_any_script(name, build):
    assert rules(assigning(name, build=build)) == ["ASL-809"]


def test_a_name_has_a_mark_in_jsonpath_only():
    assert rules(assigning("x", mark=".$")) == ["ASL-809"]
    assert rules(jsonata_state(pass_(Assign={"x.$": 1}))) == ["ASL-801"]
    assert rules(assigning("a-b", mark=".$")) == ["ASL-801"]


@pytest.mark.parametrize("build", [state, jsonata_state])
def test_the_name_states_is_reserved(build):
    machine = assigning("states", build=build)
    message = "Cannot assign to reserved variable '$states'."
    assert told(machine, "ASL-802") == [("/States/A/Assign/states", message)]
    assert locations(machine, "ASL-802") == ["/States/A/Assign"]


def test_the_name_states_is_reserved_with_its_mark_too():
    assert pointers(assigning("states", mark=".$"), "ASL-802") == ["/States/A/Assign/states.$"]


def test_a_name_has_at_most_80_characters():
    name = "é" * 81
    message = f"Invalid variable name '{name}': the variable name is too long."
    assert told(assigning(name), "ASL-803") == [(f"/States/A/Assign/{name}", message)]
    assert hints(assigning(name), "ASL-803") == ["81 characters; 80 are allowed"]


@pytest.mark.parametrize("name", ["states", "x" * 81])
def test_a_name_that_is_refused_has_no_second_fault(name):
    assert len(rules(assigning(name))) == 1


def test_names_are_looked_at_wherever_there_is_an_assign():
    bad = {"a-b": 1}
    caught = task(LAMBDA, Catch=[catch("B", Assign=bad)], End=True)
    ruled = choice(IF | {"Next": "B", "Assign": bad}, Assign=bad, Default="B")
    inner = parallel(scope(In=pass_(Assign=bad)), Assign=bad)
    assert pointers(scope(A=caught, B=SUCCEED), "ASL-801") == ["/States/A/Catch/0/Assign/a-b"]
    assert pointers(scope(A=ruled, B=SUCCEED), "ASL-801") == [
        "/States/A/Choices/0/Assign/a-b",
        "/States/A/Assign/a-b",
    ]
    assert pointers(scope(A=inner), "ASL-801") == [
        "/States/A/Branches/0/States/In/Assign/a-b",
        "/States/A/Assign/a-b",
    ]
    for tree in (
        wait(1, Assign=bad),
        task(LAMBDA, Assign=bad),
        map_(scope(In=SUCCEED), Assign=bad),
    ):
        assert rules(state(tree)) == ["ASL-801"]


def test_an_assign_is_an_object_on_a_state_that_may_have_one():
    message = "Expected value of type [OBJECT]"
    for value in ([], "x", 5, None):
        machine = state(pass_(Assign=value))
        assert found(machine) == [("ASL-804", "/States/A/Assign", message)]
    message = "Field 'Assign' is not supported"
    for tree in (SUCCEED, fail("E")):
        machine = state({**tree, "Assign": {"a-b": 1}})
        assert found(machine) == [("ASL-202", "/States/A/Assign", message)]


# ---------------------------------------------------------------- read where it is assigned


@pytest.mark.parametrize(
    "read",
    [
        pass_(Parameters={"v.$": "$x"}),
        pass_(Parameters={"v": [{"w.$": "$x[0].y"}]}),
        pass_(Parameters={"v.$": "States.Format('{}', $x)"}),
        pass_(Parameters={"v.$": "States.Array(1, States.Array($x.a, 'b'))"}),
        pass_(InputPath="$x.y"),
        pass_(OutputPath="$x['y']"),
        pass_(Assign={"y.$": "$x"}),
        task(LAMBDA, TimeoutSecondsPath="$x"),
        task(LAMBDA, ResultSelector={"v.$": "$x"}),
        task(LAMBDA, Credentials={"RoleArn.$": "$x"}),
        wait(SecondsPath="$x"),
        {"Type": "Fail", "CausePath": "$x"},
        {"Type": "Fail", "ErrorPath": "States.JsonToString($x)"},
        map_(scope(In=SUCCEED), ItemsPath="$x"),
        map_(scope(In=SUCCEED), MaxConcurrencyPath="$x"),
        map_(scope(In=READ)),
        parallel(scope(In=READ)),
        parallel(scope(In=parallel(scope(Deep=READ)))),
    ],
)
def test_a_variable_may_be_read_by_a_path_anywhere(read):
    machine = scope(A=SET, B=read)
    assert [code for code in rules(machine) if code != "ASL-809"] == []
    assert "/States/A/Assign/x" not in pointers(machine, "ASL-809")
    assert undefined("x") in [message for _, message in told(state(read), "ASL-806")]


@pytest.mark.parametrize(
    "rule",
    [
        {"Variable": "$x", "IsNull": True},
        {"Variable": "$.a", "StringEqualsPath": "$x.y"},
        {"Not": {"Variable": "$x", "IsNull": True}},
        {"And": [IF, {"Or": [{"Variable": "$x[0]", "IsNull": True}]}]},
        {**IF, "Assign": {"y.$": "$x"}},
    ],
)
def test_a_variable_may_be_read_by_a_rule(rule):
    read = choice({**rule, "Next": "C"}, Default="C")
    assert undefined("x") not in [m for _, m in told(scope(A=SET, B=read, C=SUCCEED), "ASL-806")]
    assert undefined("x") in [m for _, m in told(scope(B=read, C=SUCCEED), "ASL-806")]


@pytest.mark.parametrize(
    "text",
    [
        "$x",
        "$x.a[0]",
        "$count($x)",
        "$map($x, function($v){ $v + 1 })",
        "[1..$x]",
        "{'a': $x}",
        "$states.input[id = $x]",
        "($y := $x; $y)",
        "$x ~> $sum",
        "$states.input.a ? $x : 1",
    ],
)
def test_a_variable_may_be_read_by_an_expression(text):
    read = pass_(Output=f"{{% {text} %}}")
    assert found(jsonata(A=SET, B=read)) == []
    assert found(jsonata(B=read)) == [("ASL-806", "/States/B/Output", undefined("x"))]


@pytest.mark.parametrize(
    "text",
    [
        "($x := 1; $x)",
        "function($x){ $x }(1)",
        "$map([1], function($x, $i){ $x + $i })",
        "$states.input@$x.($x.a)",
        "$states.input#$x.{'a': $x}",
        "$map([1], $uppercase)",
        "$reduce([1], $max)",
        "($f := $sum; $f([1]))",
    ],
)
def test_what_an_expression_binds_itself_is_no_variable(text):
    assert found(jsonata_state(pass_(Output=f"{{% {text} %}}"))) == []


def test_paths_without_a_variable_read_none():
    read = pass_(InputPath="$.x", OutputPath="$$.Execution.Name", ResultPath="$.y")
    assert found(state(read)) == []
    constant = pass_(Parameters={"v": "$x", "w": "costs $5"})
    assert found(state(constant)) == []
    assert found(state(pass_(Parameters={"v.$": "States.Format('$x costs {}', $.a)"}))) == []
    assert found(state(pass_(Parameters={"v.$": "$.a['$x']"}))) == []


def test_a_variable_that_no_state_before_assigns_is_told():
    machine = scope(A=READ, B=SET)
    assert told(machine, "ASL-806") == [("/States/A/Parameters/v.$", undefined("x"))]
    assert hints(machine, "ASL-806") == ["no state before this one assigns it"]
    assert locations(machine, "ASL-806") == ["/States/A/Parameters/v.$"]


def test_a_variable_is_told_once_for_each_place():
    read = pass_(Parameters={"v.$": "States.Array($x, $x.a, $y)", "w.$": "$x"})
    assert told(state(read), "ASL-806") == [
        ("/States/A/Parameters/v.$", undefined("x")),
        ("/States/A/Parameters/v.$", undefined("y")),
        ("/States/A/Parameters/w.$", undefined("x")),
    ]


@pytest.mark.parametrize(
    ("tree", "build"),
    [
        (pass_(Assign={"x": 1, "y.$": "$x"}), scope),
        (pass_(Assign={"x": 1}, OutputPath="$x"), scope),
        (pass_(Assign={"x": 1}, Output="{% $x %}"), jsonata),
        (pass_(Assign={"x": "{% $x + 1 %}"}), jsonata),
    ],
)
def test_a_state_sees_the_value_that_was_there_before_it(tree, build):
    """Recorded: JSONataValidation-001, Composition-002."""
    machine = build(A=tree, B=READ if build is scope else READ_DATA)
    assert [message for _, message in told(machine, "ASL-806")] == [undefined("x")]
    machine = build(Z=SET, A=tree, B=READ if build is scope else READ_DATA)
    assert told(machine, "ASL-806") == []


# ---------------------------------------------------------------- ways


def test_a_catcher_assigns_on_its_own_way_only():
    work = task(LAMBDA, Catch=[catch("B", Assign={"x.$": "$.Cause"})], Next="C")
    machine = scope(A=work, B={**READ, "Next": "D"}, C={**READ, "Next": "D"}, D=READ)
    assert told(machine, "ASL-806") == [("/States/C/Parameters/v.$", undefined("x"))]
    assert told(machine, "ASL-808") == [("/States/D/Parameters/v.$", sometimes("x"))]


def test_a_state_that_fails_has_assigned_nothing():
    work = task(LAMBDA, Assign={"x": 1}, Catch=[catch("C")], Next="B")
    machine = scope(A=work, B={**READ, "End": True}, C={**READ, "End": True})
    assert pointers(machine, "ASL-806") == ["/States/C/Parameters/v.$"]


def test_a_rule_assigns_in_the_place_of_the_choice():
    rules_ = [IF | {"Next": "B", "Assign": {"y": 1}}, IF | {"Next": "C"}]
    read = pass_(Parameters={"x.$": "$x", "y.$": "$y"}, End=True)
    machine = scope(A=choice(*rules_, Default="D", Assign={"x": 1}), B=read, C=read, D=read)
    assert pointers(machine, "ASL-806") == [
        "/States/B/Parameters/x.$",
        "/States/C/Parameters/x.$",
        "/States/C/Parameters/y.$",
        "/States/D/Parameters/y.$",
    ]


def test_a_variable_of_one_way_is_told_where_the_ways_meet():
    machine = scope(A=choice(IF | {"Next": "B"}, Default="C"), B={**SET, "Next": "C"}, C=READ)
    assert found(machine) == [("ASL-808", "/States/C/Parameters/v.$", sometimes("x"))]
    both = scope(
        A=choice(IF | {"Next": "B"}, Default="D"),
        B={**SET, "Next": "C"},
        D={**SET, "Next": "C"},
        C=READ,
    )
    assert found(both) == []


def test_a_loop_assigns_for_its_next_round():
    count = pass_(Assign={"i.$": "States.MathAdd($i, 1)"}, Next="Check")
    check = choice({"Variable": "$i", "NumericLessThan": 3, "Next": "Count"}, Default="Done")
    machine = scope(Start=pass_(Assign={"i": 0}), Check=check, Count=count, Done=SUCCEED)
    assert found(machine) == []
    machine = scope(Start=pass_(), Check=check, Count=count, Done=SUCCEED)
    assert set(rules(machine)) == {"ASL-808"}


def test_nothing_is_said_of_a_state_that_is_not_reached():
    machine = scope(A=SUCCEED, B=READ)
    assert rules(machine) == ["ASL-110"]
    inner = scope(A=SUCCEED, B=parallel(scope(In=READ)))
    assert rules(inner) == ["ASL-110"]


def test_nothing_is_said_of_what_goes_through_a_machine_that_is_broken():
    machine = scope(A=pass_(Next="Bb"), B=READ)
    assert set(rules(machine)) == {"ASL-207", "ASL-110"}
    assert rules({"StartAt": "A", "States": {"A": READ | {"Next": "A"}}}) == ["ASL-109"]


# ---------------------------------------------------------------- inner machines

OUTER = "The variable name 'x' was already defined in a parent scope."


@pytest.mark.parametrize(
    ("tree", "pointer", "location"),
    [
        (
            parallel(scope(In=SET)),
            "/States/B/Branches/0/States/In/Assign/x",
            "/States/B/Branches[0]/States/In/Assign",
        ),
        (
            map_(scope(In=SET)),
            "/States/B/ItemProcessor/States/In/Assign/x",
            "/States/B/ItemProcessor/States/In/Assign",
        ),
        (
            {"Type": "Map", "Iterator": scope(In=pass_(Assign={"x.$": "$.a"}))},
            "/States/B/Iterator/States/In/Assign/x.$",
            "/States/B/Iterator/States/In/Assign",
        ),
        (
            parallel(scope(In=parallel(scope(Deep=SET)))),
            "/States/B/Branches/0/States/In/Branches/0/States/Deep/Assign/x",
            "/States/B/Branches[0]/States/In/Branches[0]/States/Deep/Assign",
        ),
    ],
)
def test_an_inner_machine_assigns_no_variable_of_the_outer_one(tree, pointer, location):
    """Recorded: JsonataScopeSource-001, -002."""
    machine = scope(A=SET, B=tree)
    assert told(machine, "ASL-805") == [(pointer, OUTER)]
    assert locations(machine, "ASL-805") == [location]


def test_an_inner_machine_may_assign_other_names():
    inner = scope(In=pass_(Assign={"y": 1}), In2=pass_(Parameters={"v.$": "$y", "w.$": "$x"}))
    assert found(scope(A=SET, B=parallel(inner))) == []


def test_branches_may_assign_the_same_name():
    """Recorded: AssignVariables-007."""
    one = scope(A1=SET, A2=READ)
    two = scope(B1=SET, B2=READ)
    assert found(state(parallel(one, two))) == []


def test_a_variable_that_is_assigned_afterwards_may_be_assigned_inside_too():
    inner = scope(In=SET, Read=READ)
    assert found(scope(A=parallel(inner), B=SET, C=READ)) == []
    assert found(scope(A=parallel(inner, Assign={"x": 1}), C=READ)) == []


def test_a_variable_of_a_branch_is_not_seen_outside():
    machine = scope(A=parallel(scope(In=SET)), B=READ)
    assert found(machine) == [
        ("ASL-809", "/States/A/Branches/0/States/In/Assign/x", never_read("x")),
        ("ASL-806", "/States/B/Parameters/v.$", undefined("x")),
    ]
    machine = scope(A=parallel(scope(In=SET, In2=READ), scope(Other=READ)))
    assert pointers(machine, "ASL-806") == ["/States/A/Branches/1/States/Other/Parameters/v.$"]


def distributed_map(**states):
    return map_(scope(**states) | {"ProcessorConfig": DISTRIBUTED})


def test_a_distributed_map_does_not_see_the_variables_around_it():
    machine = scope(A=SET, B=distributed_map(In=READ))
    assert found(machine) == [
        ("ASL-809", "/States/A/Assign/x", never_read("x")),
        ("ASL-806", "/States/B/ItemProcessor/States/In/Parameters/v.$", undefined("x")),
    ]


def test_a_distributed_map_may_assign_any_variable():
    inner = distributed_map(In=SET, In2=READ)
    machine = scope(A=SET, B=inner | {"ItemSelector": {"v.$": "$x"}})
    assert found(machine) == []


# ---------------------------------------------------------------- never read


def test_a_variable_that_nothing_reads_is_a_warning():
    machine = state(pass_(Assign={"x": 1, "y.$": "$.a"}))
    assert found(machine) == [
        ("ASL-809", "/States/A/Assign/x", never_read("x")),
        ("ASL-809", "/States/A/Assign/y.$", never_read("y")),
    ]
    assert locations(machine, "ASL-809") == [None, None]


def test_a_variable_that_nothing_reads_is_told_once_for_each_machine():
    assert pointers(scope(A=SET, B=SET), "ASL-809") == ["/States/A/Assign/x"]
    two = parallel(scope(In=SET), scope(In2=SET))
    assert len(told(state(two), "ASL-809")) == 2


def test_a_variable_may_be_read_by_itself_only():
    machine = scope(A=SET, B=pass_(Assign={"x.$": "States.MathAdd($x, 1)"}))
    assert found(machine) == []


@pytest.mark.parametrize(
    "read",
    [
        pass_(Output="{% $x + %}"),
        pass_(Output="{% $x.a.b[ %}"),
        pass_(Output="{% $x.$match('a', /(?<n>a)/) %}"),
        pass_(Output="{% $x"),
    ],
)
def test_a_variable_may_be_read_by_what_can_not_be_read(read):
    """That nothing reads it is not certain: it may be named in the part that is wrong."""
    assert "ASL-809" not in rules(jsonata(A=SET, B=read))


def test_a_variable_may_be_read_by_a_call_that_can_not_be_read():
    for text in ("States.Format('{}', $x", "$x[", f"States.Array($x, {'1' * 2000})"):
        read = pass_(Parameters={"v.$": text})
        assert "ASL-809" not in rules(scope(A=SET, B=read))


# ---------------------------------------------------------------- placeholders


@pytest.mark.parametrize(
    "read",
    [
        pass_(Output="{% $x * ${Rate} %}"),
        pass_(Output="${Output}"),
        pass_(Output={"a": ["${Output}"]}),
        pass_(Output="{% ${Expression} %}"),
        task("arn:aws:states:::sqs:sendMessage", Arguments="${Arguments}"),
        parallel("${Branch}"),
        {"Type": "${Type}", "Next": "Z"},
    ],
)
def test_an_open_expression_may_read_a_variable(read):
    machine = jsonata(A=SET, B=read, Z=SUCCEED)
    assert found(json.dumps(machine)) == []


@pytest.mark.parametrize(
    "read",
    [
        pass_(Parameters={"v.$": "${Path}"}),
        pass_(Parameters="${Parameters}"),
        pass_(Parameters={"v.$": "States.Format('{}', $${Path})"}),
        pass_(InputPath="${Path}"),
        wait(SecondsPath="${Path}"),
    ],
)
def test_an_open_path_may_read_a_variable(read):
    assert found(json.dumps(scope(A=SET, B=read))) == []


@pytest.mark.parametrize(
    "assign", [{"${Name}": 1}, {"${Name}.$": "$.a"}, "${Assign}", {"a${Name}": 1}]
)
def test_an_open_assignment_may_be_that_of_a_variable(assign):
    assert found(json.dumps(scope(A=pass_(Assign=assign), B=READ))) == []


def test_an_open_target_may_lead_to_an_assignment():
    way = choice(IF | {"Next": "B"}, Default="C")
    machine = scope(A=way, B=pass_(Assign={"x": 1}, Next="${Next}"), C=READ)
    assert "ASL-806" not in rules(json.dumps(machine))


def test_a_placeholder_in_the_name_of_a_variable_is_nothing_to_talk_about():
    machine = scope(A=pass_(Assign={"${A}-b": 1, "${A}": 2}))
    assert found(json.dumps(machine)) == []


# ---------------------------------------------------------------- limits and odd shapes


def test_a_definition_that_takes_too_long_is_not_told_about(monkeypatch):
    assert rules(scope(A=READ, B=SET)) == ["ASL-806"]
    monkeypatch.setattr(variables, "_MOST_STEPS", 1)
    assert rules(scope(A=READ, B=SET)) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"Assign": {}},
        {"Assign": []},
        {"Assign": {"x": {}}, "Catch": [{"Assign": [], "Next": "Z"}, 5, {}]},
        {"Choices": [{"Assign": 5, "Next": "Z"}], "Assign": {"x": 1}},
        {"Next": 5, "Assign": {"x": 1}},
    ],
)
@pytest.mark.parametrize("kind", ["Pass", "Task", "Choice", "Map", "Nothing", None])
def test_any_shape_is_looked_at(kind, fields):
    tree = {"Type": kind, **fields}
    for start in ("A", 5, "B", None):
        machine = {"StartAt": start, "States": {"A": tree, "Z": READ}}
        assert rules(machine)
        assert rules(machine | {"QueryLanguage": "JSONata"})


def test_a_machine_without_a_start_has_no_flow():
    inner = {"States": {"In": READ | {"End": True}}}
    assert rules(scope(A=SET, B=parallel(inner))) == ["ASL-101"]
    assert rules(jsonata(A=SET_DATA, B=READ_DATA)) == []
