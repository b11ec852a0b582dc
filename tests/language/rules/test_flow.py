"""Fields that nothing sets where they are read, and what grows in loops."""

from itertools import zip_longest

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asl
from asl.language.flow import shapes
from asl.language.flow.graph import ways_of, ways_round
from asl.language.flow.shapes import ANYTHING, ARRAY, EMPTY, SCALAR, Missing
from asl.language.flow.values import data_path
from asl.language.queries import queries_of
from asl.language.rules.flow import fields_never_set
from asl.language.rules.growth import growing_payloads
from asl.language.walk import survey

END = {"Type": "Succeed"}
ORDER = {"Type": "Pass", "Result": {"order": {"id": 7, "items": [1, 2]}}, "Next": "B"}
TASK = {"Type": "Task", "Resource": "f"}


def faults(states, start="A", **fields):
    tree = {"StartAt": start, "States": states, **fields}
    return list(fields_never_set(survey(tree, "STANDARD"), queries_of))


def places(states, **fields):
    return ["/".join(map(str, fault.path[1:])) for fault in faults(states, **fields)]


# Fields that nothing sets

NEVER_SET = {
    "input path": ({"Type": "Pass", "InputPath": "$.total"}, "B/InputPath"),
    "deeper": ({"Type": "Pass", "InputPath": "$.order.total"}, "B/InputPath"),
    "template": (
        {**TASK, "Parameters": {"a": {"t.$": "$.order.total"}}},
        "B/Parameters/a/t.$",
    ),
    "in a list": ({**TASK, "Parameters": [{"t.$": "$.total"}]}, "B/Parameters/0/t.$"),
    "call": ({**TASK, "Parameters": {"t.$": "States.Array($.order, $.x)"}}, "B/Parameters/t.$"),
    "of a scalar": ({"Type": "Pass", "InputPath": "$.order.id.x"}, "B/InputPath"),
    "of an array": ({"Type": "Pass", "InputPath": "$.order.items.x"}, "B/InputPath"),
    "no such element": ({"Type": "Pass", "InputPath": "$.order.items[2]"}, "B/InputPath"),
    "no array": ({"Type": "Pass", "InputPath": "$.order[0]"}, "B/InputPath"),
    "merged names of a scalar": (
        {"Type": "Pass", "InputPath": "$.order.id['a','b']"},
        "B/InputPath",
    ),
    "wait": ({"Type": "Wait", "SecondsPath": "$.seconds"}, "B/SecondsPath"),
    "timeout": ({**TASK, "TimeoutSecondsPath": "$.seconds"}, "B/TimeoutSecondsPath"),
    "output path": ({"Type": "Pass", "OutputPath": "$.total"}, "B/OutputPath"),
    "output path behind a result": (
        {"Type": "Pass", "Result": {"a": 1}, "OutputPath": "$.b"},
        "B/OutputPath",
    ),
    "items": ({"Type": "Map", "ItemsPath": "$.lines", "ItemProcessor": {}}, "B/ItemsPath"),
    "assign": ({"Type": "Pass", "Assign": {"t.$": "$.total"}}, "B/Assign/t.$"),
    "assign of a result": (
        {"Type": "Pass", "Result": {"a": 1}, "Assign": {"t.$": "$.order"}},
        "B/Assign/t.$",
    ),
    "result of a parallel": (
        {"Type": "Parallel", "Branches": [{}], "ResultSelector": {"x.$": "$.x"}},
        "B/ResultSelector/x.$",
    ),
    "result of a branch that is not there": (
        {"Type": "Parallel", "Branches": [{}], "ResultSelector": {"x.$": "$[1]"}},
        "B/ResultSelector/x.$",
    ),
    "result of a map": (
        {"Type": "Map", "ItemsPath": "$.order.items", "ItemProcessor": {}, "OutputPath": "$.x"},
        "B/OutputPath",
    ),
}


@pytest.mark.parametrize("case", NEVER_SET)
def test_a_path_that_finds_nothing_is_told(case):
    state, place = NEVER_SET[case]
    assert places({"A": ORDER, "B": {**state, "End": True}}) == [place]


FINE = {
    "set": {"Type": "Pass", "InputPath": "$.order.id"},
    "element": {"Type": "Pass", "InputPath": "$.order.items[1]"},
    "from the end": {"Type": "Pass", "InputPath": "$.order.items[(@.length-1)]"},
    "several nodes": {"Type": "Pass", "InputPath": "$.x[*]"},
    "merged names": {"Type": "Pass", "InputPath": "$.order['a','b']"},
    "context": {"Type": "Pass", "InputPath": "$$.Execution.Nothing"},
    "variable": {"Type": "Pass", "InputPath": "$order.nothing"},
    "placeholder": {"Type": "Pass", "InputPath": "$.${field}"},
    "quoted placeholder": {"Type": "Pass", "InputPath": "$['${field}']"},
    "malformed": {"Type": "Pass", "InputPath": "$.x["},
    "malformed start": {"Type": "Pass", "InputPath": "$x-"},
    "not a text": {"Type": "Pass", "InputPath": {"a": 1}},
    "entry that is no text": {**TASK, "Parameters": {"x.$": 7}},
    "call with a placeholder": {**TASK, "Parameters": {"x.$": "States.Array($.x, '${y}')"}},
    "long": {"Type": "Pass", "InputPath": "$" + ".x" * 300},
    "malformed call": {**TASK, "Parameters": {"x.$": "States.Array($.x"}},
    "plain text": {**TASK, "Parameters": {"x": "$.x"}},
    "result of a task": {**TASK, "ResultSelector": {"x.$": "$.x"}},
    "result path": {"Type": "Pass", "ResultPath": "$.a.b"},
    "items from elsewhere": {
        "Type": "Map", "ItemsPath": "$.lines", "ItemReader": {}, "ItemProcessor": {},
    },
}  # fmt: skip


@pytest.mark.parametrize("case", FINE)
def test_nothing_is_said_of_a_path_that_may_find_something(case):
    assert places({"A": ORDER, "B": {**FINE[case], "End": True}}) == []


READ = {"Type": "Pass", "InputPath": "$.x", "End": True}

#: What comes before a state that reads $.x, and whether that may be there.
BEFORE = {
    "input": (END, True),
    "result": ({"Type": "Pass", "Result": {"x": 1}}, True),
    "other result": ({"Type": "Pass", "Result": {"y": 1}}, False),
    "array": ({"Type": "Pass", "Result": [1]}, False),
    "scalar": ({"Type": "Pass", "Result": 1}, False),
    "null may be a placeholder": ({"Type": "Pass", "Result": None}, True),
    "placeholder": ({"Type": "Pass", "Result": "${It}"}, True),
    "placeholder as a key": ({"Type": "Pass", "Result": {"${It}": 1}}, True),
    "other result, put": ({"Type": "Pass", "Result": {"y": 1}, "ResultPath": "$.y"}, True),
    "template": ({"Type": "Pass", "Parameters": {"x.$": "$.z"}}, True),
    "other template": ({"Type": "Pass", "Parameters": {"y.$": "$.x"}}, False),
    "template of a task": ({**TASK, "Parameters": {"y": 1}}, True),
    "malformed template": ({"Type": "Pass", "Parameters": 7}, True),
    "key twice": ({"Type": "Pass", "Parameters": {"y": 1, "y.$": "$.x"}}, True),
    "entries of all kinds": (
        {"Type": "Pass", "Parameters": {"y.$": 7, "z": None, "v": [2, "${v}"]}},
        False,
    ),
    "many": ({"Type": "Pass", "Parameters": {f"y{number}": 1 for number in range(99)}}, True),
    "scalar call": ({"Type": "Pass", "Parameters": {"x.$": "States.UUID()"}}, True),
    "selector": ({**TASK, "ResultSelector": {"y.$": "$.x"}}, False),
    "selector, put": ({**TASK, "ResultSelector": {"y": 1}, "ResultPath": "$.y"}, True),
    "selector, dropped": ({**TASK, "ResultSelector": {"y": 1}, "ResultPath": None}, True),
    "no output": ({"Type": "Pass", "OutputPath": None}, False),
    "no input": ({"Type": "Pass", "InputPath": None}, False),
    "a part": ({"Type": "Pass", "OutputPath": "$.y"}, True),
    "parallel": ({"Type": "Parallel", "Branches": [{}]}, False),
    "parallel, put": ({"Type": "Parallel", "Branches": [{}], "ResultPath": "$.y"}, True),
    "unclear parallel": ({"Type": "Parallel", "Branches": [{}, "${Branch}"]}, True),
    "map": ({"Type": "Map", "ItemProcessor": {}}, False),
    "map of any mode": (
        {"Type": "Map", "ItemProcessor": {"ProcessorConfig": {"Mode": "${Mode}"}}},
        True,
    ),
    "distributed map": (
        {"Type": "Map", "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED"}}},
        True,
    ),
    "wait": ({"Type": "Wait", "Seconds": 1}, True),
    "type that there is not": ({"Type": "Huh", "Result": 1}, True),
}


@pytest.mark.parametrize("case", BEFORE)
def test_what_a_state_passes_on(case):
    state, may_be_there = BEFORE[case]
    found = places({"A": {**state, "Next": "B"}, "B": READ})
    assert found == ([] if may_be_there else ["B/InputPath"])


def test_ways_that_meet_add_up():
    choice = {"Type": "Choice", "Choices": [{"Variable": "$.i", "IsNull": True, "Next": "L"}]}
    states = {
        "A": {**choice, "Default": "R"},
        "L": {"Type": "Pass", "Result": {"x": {"a": 1}}, "Next": "B"},
        "R": {"Type": "Pass", "Result": {"y": [1], "x": 5}, "Next": "B"},
        "B": {
            "Type": "Pass",
            "Parameters": {
                "1.$": "$.x", "2.$": "$.y", "3.$": "$.z", "4.$": "$.x.a", "5.$": "$.x.b",
                "6.$": "$.y[0]", "7.$": "$.y[1]",
            },
            "End": True,
        },
    }  # fmt: skip
    expected = [f"B/Parameters/{number}.$" for number in (3, 5, 7)]
    assert places(states) == expected
    states["R"] = {**TASK, "Next": "B"}
    assert places(states) == []


def test_a_loop_is_gone_round_until_nothing_new_comes():
    states = {
        "A": {"Type": "Pass", "Result": {"n": 1}, "Next": "C"},
        "C": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.n", "NumericLessThan": 5, "Next": "D"}],
            "Default": "B",
        },
        "D": {"Type": "Pass", "ResultPath": "$.again", "Next": "C"},
        "B": {"Type": "Pass", "Parameters": {"1.$": "$.again.n", "2.$": "$.x"}, "End": True},
    }
    assert places(states) == ["B/Parameters/2.$"]


def test_a_caught_error_has_two_fields_of_text():
    catch = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "B"}]
    read = {
        "1.$": "$.error.Cause",
        "2.$": "$.error.Message",
        "3.$": "$.error.Cause.x",
        "4.$": "$.x",
    }
    states = {
        "A": {**TASK, "Catch": catch, "End": True},
        "B": {"Type": "Pass", "Parameters": read, "End": True},
    }
    first, second = faults(states)
    assert first.message == (
        "no state before sets 'Message' of '$.error': here it has 'Error', 'Cause'"
    )
    assert first.meant == ("Message", {"Error": 0, "Cause": 0}.keys())
    assert second.message == "'$.error.Cause' is no object here: it has no field 'x'"
    del catch[0]["ResultPath"]
    assert len(faults(states)) == 4  # it replaces all
    catch[0]["Assign"] = {"text.$": "$.Massage"}
    assert "A/Catch/0/Assign/text.$" in places(states)


SENTENCES = [
    ("$.y", "no state before sets 'y' of '$': here it has 'a', 'e', 'l', 's', 'o', ..."),
    ("$.e.y", "no state before sets 'y' of '$.e': here it has no fields"),
    ("$.s.y.z", "'$.s' is no object here: it has no field 'y'"),
    ("$.l.y", "'$.l' is an array here: it has no field 'y'"),
    ("$.l[1]", "'$.l' has no element 1 here"),
    ("$.l[0].y", "'$.l[0]' is no object here: it has no field 'y'"),
    ("$.s[1]", "'$.s' is no array here"),
]


@pytest.mark.parametrize(("path", "sentence"), SENTENCES)
def test_the_sentence_says_what_is_there(path, sentence):
    result = {"a": 1, "e": {}, "l": [1], "s": "t", "o": {}, "z": 1}
    states = {
        "A": {"Type": "Pass", "Result": result, "Next": "B"},
        "B": {"Type": "Pass", "InputPath": path, "End": True},
    }
    (fault,) = faults(states)
    assert (fault.message, fault.rule) == (sentence, "ASL-905")


def choose(*rules, **fields):
    return {
        "A": ORDER,
        "B": {"Type": "Choice", "Choices": list(rules), "Default": "X", **fields},
        "X": {"Type": "Pass", "InputPath": "$.total", "End": True},
        "Y": END,
    }


def test_comparisons_are_asked_in_order():
    five = {"Variable": "$.total", "NumericEquals": 5, "Next": "Y"}
    there = {"Variable": "$.total", "IsPresent": True}
    other = {"Variable": "$.order.id", "NumericEqualsPath": "$.total", "Next": "Y"}
    assert places(choose(five)) == ["B/Choices/0/Variable", "X/InputPath"]
    assert places(choose(five, {**five, "NumericEquals": 6}, other)) == [
        "B/Choices/0/Variable",  # told once for all of them
        "X/InputPath",
    ]
    assert "B/Choices/0/NumericEqualsPath" in places(choose(other))
    # a test of presence guards
    both = {"And": [there, {"Variable": "$.total", "NumericEquals": 5}], "Next": "Y"}
    assert places(choose(both)) == ["X/InputPath"]
    assert places(choose({**both, "And": both["And"][::-1]})) == ["X/InputPath"]
    # what can't be is not gone: X is not come to, as the rule always matches
    assert places(choose({"Not": there, "Next": "Y"})) == []
    assert places(choose({"Not": there, "Next": "Y"}, {**five, "Next": "X"})) == []
    assert places(choose({**there, "Next": "X"}, Default="Y")) == []
    assert places(choose({"Or": [five, {"Not": there}], "Next": "Y"})) == []
    # what has no meaning may do anything
    for odd in ({"And": 7}, {"And": []}, {"Or": [7]}, {"Not": 7}, {}, {"IsPresent": 7}):
        assert places(choose({**odd, "Next": "Y"}, 7)) == ["X/InputPath"]


def test_a_rule_assigns_only_if_it_matches():
    assign = {"Assign": {"t.$": "$.sum"}, "Next": "Y"}
    there = {"Variable": "$.sum", "IsPresent": True}
    assert places(choose({"Not": there, **assign})) == ["B/Choices/0/Assign/t.$"]
    assert places(choose({**there, **assign}, Default="Y")) == []


def test_branches_and_iterations_start_with_what_is_given():
    inner = {"StartAt": "I", "States": {"I": {**READ, "InputPath": "$.total"}}}
    parallel = {"Type": "Parallel", "Branches": [inner], "End": True}
    place = "B/Branches/0/States/I/InputPath"
    assert places({"A": ORDER, "B": parallel}) == [place]
    assert places({"A": ORDER, "B": {**parallel, "Parameters": {"total": 1}}}) == []
    assert places({"A": TASK | {"Next": "B"}, "B": {**parallel, "Parameters": {"x": 1}}}) == [place]
    map_ = {"Type": "Map", "ItemsPath": "$.order.items", "ItemProcessor": inner, "End": True}
    place = "B/ItemProcessor/States/I/InputPath"
    assert places({"A": ORDER, "B": map_}) == []
    selector = {"item.$": "$$.Map.Item.Value"}
    assert places({"A": ORDER, "B": {**map_, "ItemSelector": selector}}) == [place]
    assert places({"A": ORDER, "B": {**map_, "Parameters": selector}}) == [place]
    assert places({"A": ORDER, "B": {**map_, "ItemSelector": selector, "ItemBatcher": {}}}) == []
    # nothing leads to the Map
    assert places({"A": END, "B": {**map_, "ItemSelector": selector}}) == []


def test_where_a_way_leads_nobody_knows_where_anything_may_come():
    away = {"Type": "Choice", "Choices": [{"Variable": "$.x", "IsNull": True, "Next": "Typo"}]}
    states = {"A": ORDER, "B": READ, "C": away}
    assert places(states) == ["B/InputPath"]
    assert places({**states, "B": {**READ, "End": False, "Next": "${Next}"}}) == []
    assert places(states, start="${Start}") == []


# JSONata

NEVER_SET_IN_JSONATA = {
    "output": ({"Type": "Pass", "Output": {"a": ["{% $states.input.total %}"]}}, "B/Output/a/0"),
    "whole output": ({"Type": "Pass", "Output": "{% $states.input.total %}"}, "B/Output"),
    "arguments": ({**TASK, "Arguments": "{% $states.input.order.x %}"}, "B/Arguments"),
    "assign": ({"Type": "Pass", "Assign": {"a": "{% $states.input.x %}"}}, "B/Assign/a"),
    "in the elements": (
        {"Type": "Pass", "Output": "{% $states.input.order.items.x %}"},
        "B/Output",
    ),
    "of a scalar": ({"Type": "Pass", "Output": "{% $states.input.order.id.x %}"}, "B/Output"),
    "items": ({"Type": "Map", "Items": "{% $states.input.x %}", "ItemProcessor": {}}, "B/Items"),
    "error": (
        {**TASK, "Catch": [{"Output": "{% $states.errorOutput.Message %}", "Next": "B"}]},
        "B/Catch/0/Output",
    ),
}
FINE_IN_JSONATA = [
    "{% $states.input.order.id %}",
    "{% $states.input.order.items %}",
    "{% $exists($states.input.total) %}",
    "{% $states.input.total = 5 %}",
    "{% $states.input.total ? 1 : 2 %}",
    "{% $states.context.Nothing %}",
    "{% $total.x %}",
    "{% $states.input.${field} %}",
    "{% $states.result.x %}",
    "{% %}",
    "{% $states.input.`a",
    "$states.input.total",
]


@pytest.mark.parametrize("case", NEVER_SET_IN_JSONATA)
def test_an_expression_that_is_one_path_is_told(case):
    state, place = NEVER_SET_IN_JSONATA[case]
    before = {"Type": "Pass", "Output": {"order": {"id": 7, "items": [1, 2]}}, "Next": "B"}
    states = {"A": before, "B": {**state, "End": True}}
    assert places(states, QueryLanguage="JSONata") == [place]


@pytest.mark.parametrize("text", FINE_IN_JSONATA)
def test_an_expression_that_may_give_something_is_fine(text):
    before = {"Type": "Pass", "Output": {"order": {"id": 7, "items": [1, 2]}}, "Next": "B"}
    states = {"A": before, "B": {"Type": "Pass", "Output": text, "End": True}}
    assert places(states, QueryLanguage="JSONata") == []


READ_JSONATA = {"Type": "Pass", "Output": "{% $states.input.x %}", "End": True}
BEFORE_IN_JSONATA = {
    "nothing": ({"Type": "Pass"}, True),
    "object": ({"Type": "Pass", "Output": {"y": 1}}, False),
    "same": ({"Type": "Pass", "Output": "{% $states.input %}"}, True),
    "of a result": ({**TASK, "Output": {"x": "{% $states.result %}"}}, True),
    "scalar": ({"Type": "Pass", "Output": "text"}, False),
    "array": ({"Type": "Pass", "Output": [{"y": 1}, [{"y": 2}]]}, False),
    "array that has it": ({"Type": "Pass", "Output": [{"y": 1}, [{"x": 2}]]}, True),
    "array of anything": ({"Type": "Pass", "Output": [1, "{% $f() %}"]}, True),
    "map": ({"Type": "Map", "ItemProcessor": {}}, True),
    "null": ({"Type": "Pass", "Output": None}, True),
    "placeholder": ({"Type": "Pass", "Output": {"${It}": 1}}, True),
    "task": (TASK, True),
}


@pytest.mark.parametrize("case", BEFORE_IN_JSONATA)
def test_what_a_state_passes_on_in_jsonata(case):
    state, may_be_there = BEFORE_IN_JSONATA[case]
    states = {"A": {**state, "Next": "B"}, "B": READ_JSONATA}
    found = places(states, QueryLanguage="JSONata")
    assert found == ([] if may_be_there else ["B/Output"])


CONDITIONS = [
    ("$exists($states.input.x)", False),
    ("$not($exists($states.input.x))", True),
    ("$states.input.x = 5", False),
    ("$states.input.x != 5", False),
    ("$states.input.y = 5", None),
    ("$exists($states.input.y)", None),
    ("$exists($states.input.x) and $states.input.y = 1", False),
    ("$states.input.y = 1 or $not($exists($states.input.x))", True),
    ("$states.input.y = 1 and $not($exists($states.input.x))", None),
    ("$boolean($exists($states.input.x))", False),
    ("$states.input.x > 5", None),
    ("$f($states.input.x)", None),
]


@pytest.mark.parametrize(("condition", "outcome"), CONDITIONS)
def test_conditions_that_ask_whether_there_is_a_field(condition, outcome):
    states = {
        "A": {"Type": "Pass", "Output": {"y": 1}, "Next": "B"},
        "B": {
            "Type": "Choice",
            "Choices": [{"Condition": f"{{% {condition} %}}", "Next": "Yes"}],
            "Default": "No",
        },
        "Yes": READ_JSONATA,
        "No": READ_JSONATA,
    }
    expected = {True: ["Yes/Output"], False: ["No/Output"], None: ["Yes/Output", "No/Output"]}
    assert places(states, QueryLanguage="JSONata") == expected[outcome]


def test_branches_and_errors_in_jsonata():
    inner = {"StartAt": "I", "States": {"I": READ_JSONATA}}
    parallel = {"Type": "Parallel", "Branches": [inner], "End": True}
    place = "B/Branches/0/States/I/Output"
    before = {"Type": "Pass", "Output": {"y": 1}, "Next": "B"}
    assert places({"A": before, "B": parallel}, QueryLanguage="JSONata") == [place]
    parallel["Arguments"] = {"x": "{% $states.input.y %}"}
    assert places({"A": before, "B": parallel}, QueryLanguage="JSONata") == []
    catch = {**TASK, "Catch": [{"Next": "B"}], "End": True}
    found = places({"A": catch, "B": READ_JSONATA}, QueryLanguage="JSONata")
    assert found == ["B/Output"]
    catch["Catch"][0]["Output"] = {"x": "{% $states.errorOutput.Cause %}"}
    assert places({"A": catch, "B": READ_JSONATA}, QueryLanguage="JSONata") == []


# Bounds and hostile shapes


def test_any_shape_is_taken():
    odd = [None, 1, "x", [], {}, [[]], {"a": [1]}]
    for kind in ("Pass", "Task", "Choice", "Parallel", "Map", "Wait", "Fail", 7, None):
        for field in (
            "InputPath", "OutputPath", "ResultPath", "Result", "Parameters", "ResultSelector",
            "Choices", "Default", "Catch", "Next", "Branches", "ItemProcessor", "ItemSelector",
            "Assign", "Output", "Arguments",
        ):  # fmt: skip
            for value in odd:
                for language in ("JSONPath", "JSONata"):
                    states = {
                        "A": {**ORDER, "Output": {"a": 1}},
                        "B": {"Type": kind, "Next": "B", field: value},
                    }
                    faults(states, QueryLanguage=language)
                    tree = {"StartAt": "A", "States": states, "QueryLanguage": language}
                    for machine in survey(tree, "STANDARD"):
                        if ways := ways_round(machine):
                            list(growing_payloads(machine, ways))


def test_a_payload_that_grows_without_end_is_followed_for_a_while_only():
    for template in ({"a.$": "$", "b.$": "$"}, {"a": [{"x.$": "$"}, {"y.$": "$"}]}):
        states = {
            "A": {"Type": "Pass", "Result": {"n": 1}, "Next": "B"},
            "B": {"Type": "Pass", "Parameters": template, "Next": "C"},
            "C": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.a", "IsNull": False, "Next": "B"}],
                "Default": "D",
            },
            "D": READ,
        }
        assert places(states) == ["D/InputPath"]


def test_large_values_are_forgotten():
    wide = {f"f{number}": 1 for number in range(1000)}
    deep = {"x": 1}
    for _ in range(150):
        deep = {"deep": deep}
    for result, path in ((wide, "$.f9.x"), (deep, "$" + ".deep" * 100 + ".x")):
        before = {"Type": "Pass", "Result": result, "Next": "B"}
        assert places({"A": before, "B": {**READ, "InputPath": path}}) == []


def test_a_machine_of_too_many_ways_is_not_followed():
    names = [f"S{number}" for number in range(60)]
    rules = [{"Variable": "$.a.b", "IsNull": True, "Next": name} for name in names]
    states = {
        name: {"Type": "Pass", "Result": {"b": 1}, "ResultPath": f"$.{name}", "Next": "C0"}
        for name in names
    }
    for number in range(30):
        following = f"C{(number + 1) % 30}"
        states[f"C{number}"] = {"Type": "Choice", "Choices": rules, "Default": following}
    assert places({"A": {**ORDER, "Next": "C0"}, **states}) == []


def test_many_states_take_time_in_proportion():
    states = {
        f"S{number}": {
            "Type": "Pass",
            "Result": {f"f{number % 50}": 1},
            "ResultPath": f"$.r{number % 40}",
            "Next": f"S{(number * 7 + 1) % 3000}",
        }
        for number in range(3000)
    }
    assert faults({**states, "S0": ORDER, "B": READ}, start="S0")


# Shapes


def test_joining_adds_what_may_be():
    one = shapes.shape_of({"a": 1, "b": {"c": 1}})
    other = shapes.shape_of({"a": [1], "b": {"d": 1}})
    both = shapes.join(one, other)
    assert shapes.find(both, ("b", "c")) is SCALAR
    assert shapes.find(both, ("a", 0)) is SCALAR
    assert shapes.find(both, ("b", "e")) == Missing(1, both.fields["b"])
    assert shapes.join(both, one) is both
    assert shapes.join(one, ANYTHING) is ANYTHING
    assert shapes.join(ARRAY, SCALAR).items is None
    # an open object may have all that the other one has
    opened = shapes.object_of({"b": SCALAR}, is_open=True)
    for mixed in (shapes.join(opened, one), shapes.join(one, opened)):
        assert shapes.find(mixed, ("a",)) is ANYTHING
        assert shapes.find(mixed, ("b", "c")) is SCALAR
        assert isinstance(shapes.find(mixed, ("b", "d")), Missing)


def test_shapes_are_bounded():
    half = {f"a{number}": 1 for number in range(40)}
    other = {f"b{number}": 1 for number in range(40)}
    assert shapes.join(shapes.shape_of(half), shapes.shape_of(other)) is ANYTHING
    deep = SCALAR
    for _ in range(20):
        deep = shapes.put(ANYTHING, ("a",), deep)
    assert deep is ANYTHING
    assert shapes.find_mapped(shapes.put(EMPTY, ("a",), ANYTHING), ("a", "b")) is ANYTHING


def test_putting_keeps_what_is_beside():
    root = shapes.shape_of({"a": {"b": 1}})
    put = shapes.put(root, ("a", "c"), EMPTY)
    assert set(put.fields["a"].fields) == {"b", "c"}
    assert shapes.put(SCALAR, ("a",), EMPTY) is ANYTHING  # it fails
    assert shapes.put(root, ("a", 0), EMPTY).fields["a"] is ANYTHING
    opened = shapes.put(ANYTHING, ("a", "b"), EMPTY)
    assert isinstance(shapes.find(opened, ("a", "b", "c")), Missing)
    assert shapes.find(opened, ("a", "x")) is ANYTHING
    assert shapes.put(ANYTHING, ("a",), ANYTHING) is ANYTHING
    assert data_path("$['a b'].c").steps == ("a b", "c")


# Never wrong: small machines, run

FIELDS = ("a", "b", "c")
SMALL = st.recursive(
    st.sampled_from((1, "t", True)),
    lambda inner: (
        st.dictionaries(st.sampled_from(FIELDS), inner, max_size=2) | st.lists(inner, max_size=2)
    ),
    max_leaves=5,
)
PATHS = st.lists(st.sampled_from((".a", ".b", ".c", "[0]", "[1]")), max_size=3).map(
    lambda steps: "$" + "".join(steps)
)
PLACES = st.lists(st.sampled_from((".a", ".b", ".c")), max_size=2).map(
    lambda steps: "$" + "".join(steps)
)
CALLS = st.builds("States.Array({}, {})".format, PATHS, PATHS)


@st.composite
def templates(draw):
    names = draw(st.lists(st.sampled_from(FIELDS), unique=True, max_size=3))
    template = {}
    for name in names:
        if draw(st.booleans()):
            template[f"{name}.$"] = draw(PATHS | CALLS)
        else:
            template[name] = draw(SMALL)
    return template


@st.composite
def comparisons(draw, depth=1):
    kind = draw(st.sampled_from(("Is", "Is", "Test", "Path", "And", "Or", "Not")))
    if depth and kind in ("And", "Or"):
        return {kind: draw(st.lists(comparisons(depth=0), min_size=1, max_size=2))}
    if depth and kind == "Not":
        return {kind: draw(comparisons(depth=0))}
    rule = {"Variable": draw(PATHS)}
    if kind == "Path":
        return {**rule, "StringEqualsPath": draw(PATHS)}
    return {**rule, ("IsPresent" if kind == "Is" else "IsNumeric"): draw(st.booleans())}


@st.composite
def machines(draw):
    names = [f"S{number}" for number in range(draw(st.integers(2, 5)))]
    states = {}
    for number, name in enumerate(names):
        # mostly onward, sometimes back
        onward = st.sampled_from(names[number + 1 :] * 3 + names)
        kind = draw(st.sampled_from(("Pass", "Pass", "Pass", "Choice")))
        state = {"Type": kind}
        if draw(st.integers(0, 3)) == 0:
            state["InputPath"] = draw(PATHS)
        if draw(st.integers(0, 3)) == 0:
            state["OutputPath"] = draw(PATHS)
        if kind == "Pass":
            if draw(st.booleans()):
                state["Parameters"] = draw(templates())
            elif draw(st.booleans()):
                state["Result"] = draw(SMALL)
            if draw(st.booleans()):
                state["ResultPath"] = draw(PLACES | st.none())
            if draw(st.integers(0, 4)) == 0:
                state["Assign"] = {"v.$": draw(PATHS)}
            state |= {"Next": draw(onward)} if draw(st.integers(0, 3)) else {"End": True}
        else:
            rules = draw(st.lists(comparisons(), min_size=1, max_size=2))
            state["Choices"] = [{**rule, "Next": draw(onward)} for rule in rules]
            state["Default"] = draw(onward)
        states[name] = state
    states["E"] = END
    return {"StartAt": "S0", "States": states}


def told_by_state(tree):
    found = {}
    for fault in fields_never_set(survey(tree, "STANDARD"), queries_of):
        found.setdefault(fault.path[1], []).append(fault.path[2:])
    return found


def without_orphans(tree):
    """The machine without states that nothing leads to, which is refused; None without an end."""
    (machine,) = survey(tree, "STANDARD")
    states = {name: tree["States"][name] for name in ways_of(machine).onward}
    has_end = any("End" in state or state == END for state in states.values())
    return {**tree, "States": states} if has_end else None


def may_go_on(state, places, target):
    """Whether a Choice may leave to a state, although some of its paths find nothing."""
    if any(place[0] != "Choices" for place in places):
        return False
    # a rule before may match; in a rule of rules, And and Or may stop before what is told
    sure = [place[1] for place in places if len(place) == 3]
    return not sure or any(rule["Next"] == target for rule in state["Choices"][: min(sure)])


@settings(max_examples=150, deadline=None)
@given(machines(), SMALL)
def test_a_state_with_such_a_fault_fails_whenever_it_is_entered(tree, value):
    told = told_by_state(tree)
    tree = without_orphans(tree)
    if not told or tree is None:
        return
    result = asl.load(tree).run(value)
    for name, target in zip_longest(result.path, result.path[1:]):
        if name in told and target is None and result.status == "FAILED":
            assert result.error in ("States.Runtime", "States.ResultPathMatchFailure")
        elif name in told:
            assert may_go_on(tree["States"][name], told[name], target)


NAMES = st.lists(st.sampled_from(FIELDS), max_size=3)


@settings(max_examples=200, deadline=None)
@given(SMALL, NAMES)
def test_what_is_told_of_an_expression_is_not_there(value, names):
    states = {
        "A": {"Type": "Pass", "Output": value, "Next": "B"},
        "B": {"Type": "Pass", "Output": f"{{% {'.'.join(['$states.input', *names])} %}}"},
    }
    states["B"]["End"] = True
    tree = {"StartAt": "A", "States": states, "QueryLanguage": "JSONata"}
    told = told_by_state(tree)
    result = asl.load(tree).run({})
    assert not told or result.error == "States.QueryEvaluationError"
