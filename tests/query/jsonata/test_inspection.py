"""What is known of an expression without running it."""

import pytest

from asl.errors import QuerySyntaxError
from asl.query.jsonata.inspection import arity, inspect_expression, names_of


def inspected(text):
    return inspect_expression(f"{{% {text} %}}")


def gives(text):
    found = inspected(text).gives
    return None if found is None else " ".join(sorted(found))


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("1", "number"),
        ("-1.5", "number"),
        ("'a'", "string"),
        ("true", "boolean"),
        ("null", "null"),
        ("1 + 2", "number"),
        ("$x * 2", "number"),
        ("$a & $b", "string"),
        ("$a = $b", "boolean"),
        ("$a != $b", "boolean"),
        ("$a < $b", "boolean"),
        ("$a and $b", "boolean"),
        ("$a or $b", "boolean"),
        ("$a in [1]", "boolean"),
        ("-$a", "number"),
        ("-$a[0]", "number"),
        ("$count($a)", "number"),
        ("$exists($a)", "boolean"),
        ("$string($a)", "string"),
        ("$uuid()", "string"),
        ("[]", "array"),
        ("[1, 2]", "array"),
        ("[1..3]", "array"),
        ("{}", "object"),
        ("{'a': 1}", "object"),
        ("($a := 1; 'x')", "string"),
        ("(1)", "number"),
        ("$a ? 1 : 'x'", "number string"),
        ("$a ? 1 : 2", "number"),
        ("($a ? [1] : {})", "array object"),
    ],
)
def test_the_kinds_that_an_expression_gives_are_known(text, kinds):
    assert gives(text) == kinds


@pytest.mark.parametrize(
    "text",
    [
        "$x",
        "$x.a",
        "$states.input",
        "$f(1)",
        "$sum([1])",
        "$lookup({}, 'a')",
        "$a ? 1 : $b",
        "$a ? 1",
        "[1, 2][0]",
        "{'a': 1}{a: b}",
        "[1, 2].$string($)",
        "function($x){ $x }",
        "$x ~> $count()",
        "/a/",
        "($a := 1; $b)",
        "()",
        "$a^(b)",
        "$x.{'a': b}",
        "'a'[0]",
        "1[0]",
    ],
)
def test_of_others_nothing_is_said(text):
    assert gives(text) is None


MISTAKES = [
    ("'a' + 1", 'The left side of the "+" operator is a string, never a number'),
    ("1 + 'a'", 'The right side of the "+" operator is a string, never a number'),
    ("$x - true", 'The right side of the "-" operator is a boolean, never a number'),
    ("null * 2", 'The left side of the "*" operator is null, never a number'),
    ("[1] / 2", 'The left side of the "/" operator is an array, never a number'),
    ("2 % {}", 'The right side of the "%" operator is an object, never a number'),
    ("-'a'", 'The "-" operator negates a string, never a number'),
    ("-[1]", 'The "-" operator negates an array, never a number'),
    ("true < 1", 'The left side of the "<" operator is neither a number nor a string'),
    ("1 >= null", 'The right side of the ">=" operator is neither a number nor a string'),
    ("1 > 'a'", 'The ">" operator compares a number with a string'),
    ("'a' <= 1", 'The "<=" operator compares a string with a number'),
    (
        "($a ? 'x' : true) + 1",
        'The left side of the "+" operator is a boolean or a string, never a number',
    ),
]


@pytest.mark.parametrize(("text", "mistake"), MISTAKES)
def test_an_operator_that_always_fails_is_told(text, mistake):
    assert inspected(text).mistakes == (mistake,)


@pytest.mark.parametrize(
    "around",
    [
        "[{}]",
        "{{'a': {}}}",
        "({})",
        "$f({})",
        "$string({})",
        "$f({}, ?)",
        "$x ? {} : 1",
        "($y := {})",
        "function($x){{ {} }}",
        "$x.({})",
        "$x ~> $f({})",
        "({}) ~> $string",
        "{} = 1",
        "1 = ({})",
        "-({})",
        "$x ? $y : {}",
    ],
)
def test_a_mistake_is_found_anywhere(around):
    assert inspected(around.format("'a' * 1")).mistakes == (
        'The left side of the "*" operator is a string, never a number',
    )


@pytest.mark.parametrize(
    "text",
    [
        "1 + 2",
        "$x + 1",
        "'a' & 1",
        "'a' = 1",
        "1 < 2",
        "'a' < 'b'",
        "$x < 'a'",
        "($a ? 1 : 'x') < 2",
        "($a ? 1 : 'x') + 2",
        "true and 1",
        "'a' in 'abc'",
        "-(1)",
        "-$x",
        "$string(1) & 'a'",
        "[1][0] + 1",
        "$x[0] + 1",
        "$number('1') + $count($x)",
        "$millis() - 1",
    ],
)
def test_an_operator_that_may_work_is_not_talked_about(text):
    assert inspected(text).mistakes == ()


def test_all_mistakes_are_told_in_their_order():
    assert len(inspected("('a' + 1) & (true - 1) & -'b'").mistakes) == 3
    assert inspected("'a' + true").mistakes == (
        'The left side of the "+" operator is a string, never a number',
        'The right side of the "+" operator is a boolean, never a number',
    )


@pytest.mark.parametrize(
    ("simple", "general"),
    [
        ("1 + 2", "1 + 2 /* */"),
        ("'a' + 1", "'a' + 1 /* */"),
        ("$x & 'a'", "$x & 'a' /* */"),
        ("-'a'", "-'a' /* */"),
        ("$string($x)", "$string($x) /* */"),
        ("-$count($x)", "-$count($x) /* */"),
    ],
)
def test_it_does_not_matter_which_reader_reads_an_expression(simple, general):
    assert inspected(simple).mistakes == inspected(general).mistakes
    assert inspected(simple).references == inspected(general).references


@pytest.mark.parametrize("text", ["", "1 +", "(", "'a"])
def test_what_can_not_be_read_raises(text):
    with pytest.raises(QuerySyntaxError):
        inspected(text)


@pytest.mark.parametrize(
    ("kinds", "text"),
    [
        ({"number"}, "a number"),
        ({"array"}, "an array"),
        ({"object"}, "an object"),
        ({"null"}, "null"),
        ({"string", "boolean"}, "a boolean or a string"),
        ({"string", "array", "null"}, "an array or null or a string"),
    ],
)
def test_kinds_have_names_for_a_sentence(kinds, text):
    assert names_of(kinds) == text


@pytest.mark.parametrize(
    ("name", "takes"),
    [
        ("sum", (1, 1)),
        ("uppercase", (0, 1)),
        ("substring", (1, 3)),
        ("zip", (1, None)),
        ("map", (2, 2)),
        ("uuid", (0, 0)),
        ("hash", (2, 2)),
        ("random", (0, 1)),
        ("now", (0, 2)),
        ("nothing", None),
        ("eval", None),
        ("", None),
    ],
)
def test_the_numbers_of_arguments_of_a_function_are_known(name, takes):
    assert arity(name) == takes
