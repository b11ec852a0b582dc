"""What grows with each round of a loop."""

import pytest

import asl
from asl.language.flow.graph import ways_out, ways_round
from asl.language.flow.growing import Spot, effect_of
from asl.language.rules.growth import growing_payloads
from asl.language.walk import survey

END = {"Type": "Succeed"}
TASK = {"Type": "Task", "Resource": "f"}
GO_ON = {
    "JSONPath": {
        "Type": "Choice",
        "Choices": [{"Variable": "$$.State.Name", "StringEquals": "no", "Next": "E"}],
        "Default": "A",
    },
    "JSONata": {
        "Type": "Choice",
        "Choices": [{"Condition": "{% $states.context.x = 1 %}", "Next": "E"}],
        "Default": "A",
    },
}


def loop(state, language="JSONPath", **more):
    """A > C > A, with other states for those of the names given."""
    states = {"A": {"Next": "C", **state}, "C": GO_ON[language], "E": END, **more}
    return {"StartAt": "A", "QueryLanguage": language, "States": states}


def told(tree):
    (machine, *_) = survey(tree, "STANDARD")
    return list(growing_payloads(machine, ways_round(machine)))


def through(*fields, **entries):
    """A Pass in JSONPath with these Parameters, and fields beside them."""
    parameters = {name.replace("_", "."): value for name, value in entries.items()}
    return {"Type": "Pass", "Parameters": parameters, **dict(fields)}


GROWS = {
    "all of it in itself": (through(**{"previous.$": "$"}), "$.previous"),
    "deeper": ({"Type": "Pass", "Parameters": {"a": {"b.$": "$"}}}, "$.a.b"),
    "a copy beside": ({"Type": "Pass", "ResultPath": "$.copy"}, "$.copy"),
    "a part in itself": ({"Type": "Pass", "InputPath": "$.a", "ResultPath": "$.a.b"}, "$.a.b"),
    "array": (through(**{"list.$": "States.Array($.list, $.x)"}), "$.list"),
    "array of one": (through(**{"list.$": "States.Array($.list)"}), "$.list"),
    "below a result path": (
        through(("ResultPath", "$.acc"), **{"list.$": "States.Array($.acc.list, 1)"}),
        "$.acc.list",
    ),
    "behind an input path": (
        through(("InputPath", "$.a"), ("ResultPath", "$.a"), **{"l.$": "States.Array($.l, 1)"}),
        "$.a.l",
    ),
    "text": (through(**{"text.$": "States.Format('{};', $.text)"}), "$.text"),
    "text of all": (through(**{"text.$": "States.JsonToString($)"}), "$.text"),
    "calls in calls": (
        through(**{"text.$": "States.Format('{}', States.JsonToString($.text))"}),
        None,
    ),
    "calls in calls, with more": (
        through(**{"text.$": "States.Format('{}.', States.JsonToString($.text))"}),
        "$.text",
    ),
    "variable": ({"Type": "Pass", "Assign": {"list.$": "States.Array($list, $.x)"}}, "$list"),
    "part of a variable": ({"Type": "Pass", "Assign": {"a": {"b.$": "$a"}}}, "$a"),
    "variable of a task": ({**TASK, "Assign": {"l.$": "States.Array($l, $)"}}, "$l"),
}


@pytest.mark.parametrize("case", GROWS)
def test_what_is_put_into_itself_grows(case):
    state, what = GROWS[case]
    found = told(loop(state))
    expected = [f"{what!r} grows with each round of the loop 'A' > 'C' > 'A'"] if what else []
    assert [fault.message for fault in found] == expected
    assert {fault.rule for fault in found} <= {"ASL-904"}


FINE = {
    "nothing": {"Type": "Pass"},
    "result": {"Type": "Pass", "Result": {"a": 1}},
    "kept": through(**{"list.$": "$.list"}),
    "moved": through(**{"a.$": "$.b", "b.$": "$.a"}),
    "another text": through(**{"text.$": "States.Format('{};', $.other)"}),
    "the same text": through(**{"text.$": "States.Format('{}', $.text)"}),
    "unknown template": through(**{"text.$": "States.Format($.text, 1)"}),
    "elements": through(**{"list.$": "States.ArrayGetItem($.list, 0)"}),
    "counted": through(**{"n.$": "States.MathAdd($.n, 1)"}),
    "other nodes": through(**{"list.$": "$.list[*].list"}),
    "merged names": through(**{"list.$": "$['list', 'a']"}),
    "part of a path": through(**{"a.$": "$.a.a"}),
    "malformed start": through(**{"list.$": "$list-"}),
    "part of a variable": through(**{"list.$": "$list[0]"}),
    "malformed": through(**{"list.$": "States.Array($.list"}),
    "no text": through(**{"list.$": ["$"]}),
    "placeholder": through(**{"list.$": "States.Array($.list, '${x}')"}),
    "placeholder as a key": through(**{"${x}.$": "$"}),
    "dropped": through(("ResultPath", None), **{"previous.$": "$"}),
    "output path": through(("OutputPath", "$.x"), **{"previous.$": "$"}),
    "other input": through(("InputPath", None), **{"previous.$": "$"}),
    "no path": through(("ResultPath", "$.a[0]"), **{"previous.$": "$"}),
    "key twice": through(**{"list.$": "States.Array($.list, 1)", "list": 1}),
    "template of a task": {**TASK, "Parameters": {"previous.$": "$"}},
    "variable of another": {"Type": "Pass", "Assign": {"a.$": "States.Array($b, 1)"}},
    "assigned by nobody knows what": {"Type": "Pass", "Assign": "{% $x %}"},
}


@pytest.mark.parametrize("case", FINE)
def test_what_is_not_put_into_itself_is_fine(case):
    assert told(loop(FINE[case])) == []


APPEND = through(**{"list.$": "States.Array($.list, $.x)", "x.$": "$.x"})
ON_THE_WAY = {
    "kept": (through(**{"list.$": "$.list"}), True),
    "kept by a wait": ({"Type": "Wait", "Seconds": 1}, True),
    "beside": ({**TASK, "ResultPath": "$.x"}, True),
    "dropped result": ({**TASK, "ResultPath": None}, True),
    "result of data": ({"Type": "Pass", "Result": 1, "ResultPath": "$.x"}, True),
    "grows too": (APPEND, True),
    "replaced": (TASK, False),
    "replaced there": ({**TASK, "ResultPath": "$.list"}, False),
    "changed inside": ({**TASK, "ResultPath": "$.list.x"}, False),
    "reset": ({"Type": "Pass", "Result": [], "ResultPath": "$.list"}, False),
    "flattened": (through(**{"list.$": "$.list[*][*]"}), False),
    "dropped": (through(**{"x.$": "$.x"}), False),
    "another in its place": (through(**{"list.$": "$.x"}), False),
    "input path": ({"Type": "Wait", "Seconds": 1, "InputPath": "$.x"}, False),
    "output path": ({"Type": "Wait", "Seconds": 1, "OutputPath": "$.x"}, False),
    "no result path": ({**TASK, "ResultPath": 7}, False),
}


@pytest.mark.parametrize("case", ON_THE_WAY)
def test_it_has_to_come_round(case):
    state, comes_round = ON_THE_WAY[case]
    found = told(loop({**APPEND, "Next": "B"}, B={**state, "Next": "C"}))
    assert bool(found) is comes_round


def test_every_way_of_the_loop_counts():
    catcher = {"ErrorEquals": ["States.ALL"], "Next": "A", "ResultPath": "$.error"}
    call = {**TASK, "ResultPath": "$.x", "Next": "C", "Catch": [catcher]}
    tree = loop({**APPEND, "Next": "B"}, B=call)
    (fault,) = told(tree)
    assert fault.message == "'$.list' grows with each round of the loop 'A' > 'B' > 'A'"
    del catcher["ResultPath"]  # the error takes the place of all
    assert told(tree) == []
    catcher["Next"] = "E"  # that is outside of the loop
    assert len(told(tree)) == 1
    call["Catch"].append({"Next": "${Next}"})
    assert told(tree) == []


def test_nothing_is_said_if_a_choice_of_the_loop_asks_about_it():
    ask = {**GO_ON["JSONPath"]}
    ask["Choices"] = [{"Variable": "$.list[9]", "IsPresent": True, "Next": "E"}]
    assert told(loop(APPEND, C=ask)) == []
    ask["Choices"] = [{"Variable": "$.lists", "IsPresent": True, "Next": "E"}]
    assert len(told(loop(APPEND, C=ask))) == 1
    grow = {"Type": "Pass", "Assign": {"list": "{% $append($list, 1) %}"}}
    ask = {**GO_ON["JSONata"]}
    assert len(told(loop(grow, "JSONata"))) == 1
    ask["Choices"] = [{"Condition": "{% $count($list) > 9 %}", "Next": "E"}]
    assert told(loop(grow, "JSONata", C=ask)) == []


def test_what_stands_outside_of_loops_may_grow():
    assert told(loop({**APPEND, "Next": "E"})) == []


GROWS_IN_JSONATA = {
    "append": ("{% $append($list, $states.input.x) %}", True),
    "append before": ("{% $append([1], $list) %}", True),
    "blanks": ("{%  $append ( $list , {'a': [1, ')']} )  %}", True),
    "array": ("{% [$list, 1] %}", True),
    "text": ("{% $list & '; ' & $states.input.x %}", True),
    "another": ("{% $append($other, 1) %}", False),
    "nothing more": ("{% $append($list, []) %}", False),
    "no text more": ("{% $list & '' %}", False),
    "array of itself": ("{% [$list] %}", False),
    "only a part": ("{% $append($list[[-9..-1]], 1) %}", False),
    "a part of the result": ("{% $append($list, 1)[0] %}", False),
    "something made of it": ("{% $append($list, 1) ~> $count() %}", False),
    "two arrays": ("{% [$list, 1].($count($)) %}", False),
    "summed": ("{% $list + 1 %}", False),
    "perhaps": ("{% $a ? $append($list, 1) : [] %}", False),
    "regular expression": ("{% $append($list, $match(a, /,/)) %}", False),
    "comment": ("{% $append($list, /* ) */ 1) %}", False),
    "not closed": ("{% $append($list, 'a) %}", False),
    "too many brackets": ("{% $append($list, 1)) %}", False),
    "too few brackets": ("{% $append($list, (1) %}", False),
    "placeholder": ("{% $append($list, ${x}) %}", False),
    "long": ("{% $append($list, " + "1 + " * 1000 + "1) %}", False),
    "plain": ("$append($list, 1)", False),
}


@pytest.mark.parametrize("case", GROWS_IN_JSONATA)
def test_variables_in_jsonata(case):
    text, grows = GROWS_IN_JSONATA[case]
    state = {"Type": "Pass", "Assign": {"list": text, "n": "{% $n + 1 %}"}}
    found = [fault.path for fault in told(loop(state, "JSONata"))]
    assert found == ([("States", "A", "Assign", "list")] if grows else [])


def test_a_variable_that_is_set_elsewhere_in_the_loop_does_not_grow():
    grow = {"Type": "Pass", "Assign": {"l": "{% $append($l, 1) %}"}, "Next": "B"}
    again = {"Type": "Pass", "Assign": {"l": []}, "Next": "C"}
    assert told(loop(grow, "JSONata", B=again)) == []
    rules = [{"Condition": "{% $x %}", "Assign": {"l": "{% [$l, 2] %}"}, "Next": "A"}]
    choice = {"Type": "Choice", "Choices": rules, "Default": "E"}
    found = [fault.path[1:] for fault in told(loop({**grow, "Next": "C"}, "JSONata", C=choice))]
    assert found == [("A", "Assign", "l"), ("C", "Choices", 0, "Assign", "l")]


OUTPUTS = {
    "append": ({"Output": {"l": "{% $append($states.input.l, 1) %}"}}, "$states.input.l"),
    "all": ({"Output": "{% $append($states.input, 1) %}"}, "$states.input"),
    "in itself": ({"Output": {"was": "{% $states.input %}"}}, "$states.input.was"),
    "result": ({"Output": {"l": "{% $append($states.result.l, 1) %}"}}, None),
    "same": ({"Output": "{% $states.input %}"}, None),
    "no output": ({}, None),
    "computed": ({"Output": "{% $merge([$states.input, {'a': 1}]) %}"}, None),
}


@pytest.mark.parametrize("case", OUTPUTS)
def test_outputs_in_jsonata(case):
    fields, what = OUTPUTS[case]
    found = [fault.message for fault in told(loop({"Type": "Pass", **fields}, "JSONata"))]
    assert found == (
        [f"{what!r} grows with each round of the loop 'A' > 'C' > 'A'"] if what else []
    )
    # a task without Output on the way passes on its result alone
    way = {**TASK, "Next": "C"}
    assert told(loop({"Type": "Pass", **fields, "Next": "B"}, "JSONata", B=way)) == []


def test_a_long_loop_is_cut_and_the_hint_names_the_limit():
    more = {f"S{number}": {"Type": "Pass", "Next": f"S{number + 1}"} for number in range(9)}
    tree = loop({**APPEND, "Next": "S0"}, **more, S9={"Type": "Pass", "Next": "C"})
    (fault,) = told(tree)
    assert fault.message.endswith("the loop 'A' > 'S0' > 'S1' > 'S2' > 'S3' > 'S4' > ... > 'A'")
    assert fault.hint == (
        "a payload of more than 256 KiB ends the execution with States.DataLimitExceeded"
    )


def test_such_a_loop_ends_as_it_is_told():
    tree = loop(through(**{"previous.$": "$", "and.$": "$"}))
    result = asl.load(tree).run({"text": "x" * 1000})
    assert result.error == "States.DataLimitExceeded"
    grow = {"Type": "Pass", "Assign": {"t": "{% $t & $states.input.more %}"}}
    tree = loop(grow, "JSONata")
    tree["States"]["S"] = {"Type": "Pass", "Assign": {"t": ""}, "Next": "A"}
    result = asl.load({**tree, "StartAt": "S"}).run({"more": "x" * 200_000})
    assert result.error == "States.DataLimitExceeded"


def test_too_much_in_a_loop_is_not_looked_at():
    many = {f"k{number}.$": "$" for number in range(300)}
    assert told(loop({"Type": "Pass", "Parameters": many})) == []
    assert len(told(loop({"Type": "Pass", "Parameters": dict(list(many.items())[:100])}))) == 20
    rules = [{"Variable": "$.x", "IsNull": True, "Next": "E"}] * 1100
    ask = {"Type": "Choice", "Choices": rules, "Default": "A"}
    assert told(loop(APPEND, C=ask)) == []


def test_the_effect_of_a_way_on_a_spot():
    tree = loop(through(("ResultPath", "$.a"), **{"b.$": "$.a.b", "c.$": "$.x"}))
    (machine,) = survey(tree, "STANDARD")
    (way,) = ways_out(machine.states["A"])
    effect = effect_of(way)

    def spot(*steps):
        return Spot(is_variable=False, steps=steps)

    kept = {steps: effect.keeps(spot(*steps)) for steps in (("a",), ("a", "b"), ("x",), ())}
    assert kept == {("a",): False, ("a", "b"): True, ("x",): True, (): False}
    assert effect.keeps(spot("a", "b", "d"))
    assert not effect.keeps(spot("a", "c"))
    assert effect.keeps(Spot(is_variable=True, steps=("v",)))
