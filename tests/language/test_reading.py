"""What a state reads and assigns: its expressions parsed, its variables named."""

import pytest

from asl.language.reading import read_state
from asl.language.walk import survey
from tests.definitions import SUCCEED, catch, choice, map_, parallel, pass_, scope, task, wait


def reading(tree, language="JSONPath"):
    (machine, *_) = survey({"QueryLanguage": language, "States": {"A": tree}}, "STANDARD")
    return read_state(machine.states["A"])


def names(tree, language="JSONPath"):
    return [name for _, name in reading(tree, language).variables()]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("$x", ["x"]),
        ("$x.y[0]", ["x"]),
        ("$x['$y']", ["x"]),
        ("$x[?(@.a == $y)]", ["x"]),
        ("$été", ["été"]),
        ("$_a1", ["_a1"]),
        ("$.x", []),
        ("$.a['$x']", []),
        ("$[0]", []),
        ("$['$x']", []),
        ("$$", []),
        ("$$.x", []),
        ("$", []),
        ("$1", []),
        ("$-", []),
        ("", []),
        ("x", []),
        ("cost: $x", []),
        ("States.UUID()", []),
        ("States.Format('{}', $x)", ["x"]),
        ("States.Format('$y {}', $x)", ["x"]),
        ("States.Array($x, $x.a, $y, $.z, $$.w, $['$v'], 5)", ["x", "y"]),
        ("States.Array(States.Array($x), $y)", ["y", "x"]),
        ("States.Array($x", []),
        ("States.Array($x)($y)", []),
        ("States.Nope($x)", ["x"]),
    ],
)
def test_a_path_or_call_names_variables(text, read):
    assert names(pass_(Parameters={"v.$": text})) == read


def test_texts_that_are_no_queries_read_nothing():
    assert names(pass_(Parameters={"v": "$x", "w.$": 5, "y.$": None})) == []
    assert names(pass_(ResultPath="$x")) == []


def test_paths_of_all_fields_name_variables():
    assert names(pass_(InputPath="$a", OutputPath="$b", Assign={"c.$": "$d"})) == ["a", "b", "d"]
    assert names(wait(SecondsPath="$a")) == ["a"]
    assert names(map_(scope(In=SUCCEED), ItemsPath="$a", MaxConcurrencyPath="$b")) == ["a", "b"]
    assert names({"Type": "Fail", "CausePath": "States.Format('{}', $a)"}) == ["a"]
    assert names(choice({"Not": {"Variable": "$a", "StringEqualsPath": "$b.c"}})) == ["a", "b"]
    assert names(task("r", Catch=[catch("B", Assign={"c.$": "$a"}, ResultPath="$b")])) == ["a"]
    assert names(parallel(scope(In=pass_(InputPath="$no")))) == []


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("$x", ["x"]),
        ("$y.a + $x", ["x", "y"]),
        ("$states.input.a", []),
        ("($x := 1; $x + $y)", ["y"]),
        ("$f($x)", ["f", "x"]),
        ("$map($x, $uppercase)", ["map", "uppercase", "x"]),
        ("1 +", []),
    ],
)
def test_an_expression_names_variables(text, read):
    assert names(pass_(Output=f"{{% {text} %}}"), "JSONata") == read


def test_a_variable_may_be_called_and_read():
    assert names(pass_(Output="{% $f(1) + $f %}"), "JSONata") == ["f"]


def test_a_query_is_given_with_each_variable():
    found = reading(pass_(Parameters={"v.$": "States.Array($x, $y)"})).variables()
    assert [(query.key, name) for query, name in found] == [("v.$", "x"), ("v.$", "y")]


# ---------------------------------------------------------------- expressions


def test_expressions_are_parsed_once_and_told_apart_from_those_that_can_not_be():
    tree = pass_(Output=["{% 1 %}", "{% 1 + %}", "{%", "text", "{% $x %}"])
    found = reading(tree, "JSONata")
    assert [query.key for query, _ in found.inspections] == ["0", "4"]
    assert [(fault.rule, fault.path[-1]) for fault in found.faults] == [
        ("ASL-701", 1),
        ("ASL-216", 2),
    ]
    assert found.inspections[1][1].references.variables == {"x"}


def test_a_jsonpath_state_has_none():
    found = reading(pass_(Parameters={"a": "{% 1 + %}"}))
    assert (found.inspections, found.faults) == ([], [])


def test_what_is_too_deep_is_no_expression():
    tree = "{% 1 %}"
    for _ in range(150):
        tree = [tree]
    found = reading(pass_(Output=tree), "JSONata")
    assert (found.inspections, found.faults) == ([], [])
    assert [query.kind for query in found.queries] == ["deep"]


# ---------------------------------------------------------------- assignments


def assigned(tree, language="JSONPath"):
    return [
        ("/".join(map(str, one.path[2:])), one.name) for one in reading(tree, language).assignments
    ]


def test_a_state_assigns():
    assert assigned(pass_(Assign={"x": 1, "y.$": "$.a", ".$": 1, "z.$.$": 1})) == [
        ("Assign/x", "x"),
        ("Assign/y.$", "y"),
        ("Assign/.$", ""),
        ("Assign/z.$.$", "z.$"),
    ]
    assert assigned(pass_(Assign={"x": 1, "y.$": 2}), "JSONata") == [
        ("Assign/x", "x"),
        ("Assign/y.$", "y.$"),
    ]


def test_catchers_and_rules_assign_too():
    tree = task("r", Assign={"a": 1}, Catch=[catch("B"), catch("B", Assign={"b": 1})])
    assert assigned(tree) == [("Assign/a", "a"), ("Catch/1/Assign/b", "b")]
    rules = [{"Assign": {"c": 1}}, {"Not": {"Assign": {"no": 1}}}]
    assert assigned(choice(*rules, Assign={"d": 1})) == [
        ("Assign/d", "d"),
        ("Choices/0/Assign/c", "c"),
    ]


@pytest.mark.parametrize("kind", ["Succeed", "Fail"])
def test_a_last_state_assigns_nothing(kind):
    assert assigned({"Type": kind, "Assign": {"x": 1}}) == []


@pytest.mark.parametrize("value", [5, None, [], "x", {}])
def test_what_is_no_object_assigns_nothing(value):
    assert assigned(pass_(Assign=value)) == []
    assert assigned(choice({"Assign": value})) == []
    assert assigned(task("r", Catch=[{"Assign": value}])) == []
