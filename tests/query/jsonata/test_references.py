"""What expressions refer to, and which references AWS does not take."""

import pytest

from asl.errors import QuerySyntaxError
from asl.query.jsonata.expression import compile_expression
from asl.query.jsonata.inspection import inspect_expression


def references(text):
    return inspect_expression(f"{{% {text} %}}").references


@pytest.mark.parametrize(
    ("text", "variables"),
    [
        ("$a.b + $c", {"a", "c"}),
        ("$states.input", set()),
        ("$count($a)", {"a"}),
        ("$sum($a.b[$c > d])", {"a", "c"}),
        ("$map($a, function($x){ $x + $y })", {"a", "y"}),
        ("($x := $x + 1; $x)", {"x"}),
        ("($x := 1; $x + $y)", {"y"}),
        ("(($x := 1); $x)", {"x"}),
        ("$a@$b.c#$d.($b & $d & $e)", {"a", "e"}),
        ("{$k: $v}", {"k", "v"}),
        ("$a ~> |$|{'b': $c}|", {"a", "c"}),
        ("$a ? $b : $c", {"a", "b", "c"}),
        ("$a^(>$b){$c: $d}", {"a", "b", "c", "d"}),
        ("$f($a, ?)", {"a"}),
        ("$a ~> $length", {"a", "length"}),
    ],
)
def test_variables_are_those_that_it_does_not_bind_itself(text, variables):
    found = references(text)
    assert found.variables - found.functions == variables


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("$states.input.a & $states.context.b", {"input", "context"}),
        ("$states.result[0].x", {"result"}),
        ("$map($states.errorOutput, function($x){ $states.foo })", {"errorOutput", "foo"}),
        ("($states := 1; $states.input)", set()),
        ("$states", set()),
    ],
)
def test_fields_of_states_are_those_that_it_names(text, fields):
    assert references(text).states_fields == fields


@pytest.mark.parametrize(
    ("text", "uses"),
    [("$states", True), ("$states[0]", True), ("$string($states)", True), ("$states.input", False)],
)
def test_other_uses_of_states_are_told(text, uses):
    assert references(text).uses_states is uses


def test_called_functions_are_told_apart():
    found = references("$f($a) & $sum($b) & $string($c)")
    assert found.functions == {"f", "sum", "string"}


def test_calls_have_the_numbers_of_their_arguments():
    found = references("$f($a, 1) & ($a ~> $g(2) ~> $h) & $string($c) & $i(?, 1)")
    assert set(found.calls) == {("f", 2), ("g", 2), ("string", 1)}


def test_all_references_to_a_document_are_told():
    assert [message for message, _ in references("$$ & [a, b]").faults] == [
        "Reference to '$$' is not supported.",
        "Reference to 'a' at the top level is not supported.",
        "Reference to 'b' at the top level is not supported.",
    ]


@pytest.mark.parametrize(
    ("text", "message", "position"),
    [
        ("$$", "Reference to '$$' is not supported.", 2),
        ("$map($a, function($x){ $$ })", "Reference to '$$' is not supported.", 25),
        ("$a[$$.b]", "Reference to '$$' is not supported.", 5),
        ("$ ", "Reference to '$' is not supported.", 1),
        ("phone", "Reference to 'phone' at the top level is not supported.", 5),
        ("[phone.number]", "Reference to 'phone' at the top level is not supported.", 6),
        ("$uppercase(phone)", "Reference to 'phone' at the top level is not supported.", 16),
        ("$map($a, function($x){ b })", "Reference to 'b' at the top level is not supported.", 24),
        ("($a; b)", "Reference to 'b' at the top level is not supported.", 6),
        ("uppercase('a')", "Reference to 'uppercase' at the top level is not supported.", 9),
    ],
)
def test_references_to_a_document_are_refused(text, message, position):
    with pytest.raises(QuerySyntaxError) as caught:
        compile_expression(f"{{% {text} %}}", "Output")
    assert str(caught.value) == message
    assert caught.value.position == position


@pytest.mark.parametrize(
    "text",
    [
        "$a.b.c",
        "$a[b = 1]",
        "$a^(b)",
        "$a{b: c}",
        "$a.(b + c)",
        "$a.{'n': b}",
        "$a.$",
        "$a.$map(b, function($x){ $x & c })",
        "$a ~> |b|{'c': d}|",
    ],
)
def test_names_that_stand_for_items_are_fine(text):
    compile_expression(f"{{% {text} %}}", "Output")
