"""The language itself: paths, predicates, functions; the values were given by JSONata 2.0.6."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asl.errors import QuerySyntaxError
from asl.query.javalike import JavaRandom
from asl.query.jsonata.faults import FaultError, NotJsonResultError
from asl.query.jsonata.general import compile_general, evaluate_document
from asl.query.jsonata.guard import Limits
from asl.query.jsonata.kinds import UNDEFINED
from asl.query.jsonata.reading import read
from asl.query.jsonata.syntax import UnsupportedExpressionError

DATA = {
    "orders": [
        {"id": "o1", "items": [{"sku": "a", "qty": 2}, {"sku": "b", "qty": 1}]},
        {"id": "o2", "items": {"sku": "c", "qty": 3}},
        {"id": "o3", "items": []},
    ],
    "one": [7],
    "none": [],
    "nulls": [None, 1],
    "nested": [[1, 2], [3, [4, 5]], []],
}


class Env:
    """Where expressions are evaluated."""

    now_us = 0

    def __init__(self, variables=None):
        self.variables = variables or {}
        self.random = JavaRandom(0)

    def context(self):
        return {}


def evaluate(text, data=DATA, limits=Limits(), **bindings):  # noqa: B008 - an immutable value
    return evaluate_document(text, data, bindings, Env(), limits=limits)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        # what stands alone in a sequence is the thing itself; what is data stays as it is
        ("orders.id", ["o1", "o2", "o3"]),
        ("orders[0].id", "o1"),
        ("orders[0][].id", ["o1"]),
        ("one", [7]),
        ("one[0]", 7),
        ("none", []),
        ("orders.items.sku", ["a", "b", "c"]),
        ("orders.items[0].sku", ["a", "c"]),
        ("(orders.items)[0].sku", "a"),
        ("orders.items[qty > 1].sku", ["a", "c"]),
        ("orders[items.qty = 3].id", "o2"),
        ("orders[-1].id", "o3"),
        ("orders[-0.5].id", "o3"),
        ("orders[[0, 2]].id", ["o1", "o3"]),
        ("orders[[0..1]].id", ["o1", "o2"]),
        ("orders.[id]", [["o1"], ["o2"], ["o3"]]),
        ("orders.{'i': id}", [{"i": "o1"}, {"i": "o2"}, {"i": "o3"}]),
        ("nested.$", [1, 2, 3, [4, 5]]),
        ("*.id", ["o1", "o2", "o3"]),
        ("$count(**)", 24),
        # null is a value
        ("nulls", [None, 1]),
        ("$map(nulls, function($v){ $v = null })", [True, False]),
        ("nulls[0] = null", True),
        ("[null, nothing]", [None]),
        # undefined
        ("nothing", UNDEFINED),
        ("nothing = 1", False),
        ("nothing != 1", False),
        ("nothing > 1", UNDEFINED),
        ("nothing + 1", UNDEFINED),
        ("'a' & nothing", "a"),
        ("{'a': nothing, 'b': 1}", {"b": 1}),
        ("$count(nothing)", 0),
        ("[{}, {}].nothing[true]", [None, None]),
        # equality goes by type
        ("1 = '1' or true = 1", False),
        ("{'a': 1, 'b': [2]} = {'b': [2.0], 'a': 1}", True),
        ("9007199254740993 = 9007199254740992", True),
        # grouping, ordering, bindings
        ("orders{id: $count(items)}", {"o1": 2, "o2": 1, "o3": 0}),
        ("orders.items{sku: qty}", {"a": 2, "b": 1, "c": 3}),
        ("none{'x': 1}", {"x": 1}),
        ("orders.items^(>qty).sku", ["c", "a", "b"]),
        ("orders^(missing, >id).id", ["o3", "o2", "o1"]),
        (
            "orders@$o.$o.items@$i[$i.qty > 1].{'o': $o.id, 's': $i.sku}",
            [{"o": "o1", "s": "a"}, {"o": "o2", "s": "c"}],
        ),
        ("orders#$n.($string($n) & id)", ["0o1", "1o2", "2o3"]),
        (
            "orders.items.{'s': sku, 'o': %.id}",
            [{"s": "a", "o": "o1"}, {"s": "b", "o": "o1"}, {"s": "c", "o": "o2"}],
        ),
        # functions
        ("($f := function($a){ $b }; $b := 1; $f(2))", 1),
        ("($b := 1; $f := function($b){ $b }; $f())", UNDEFINED),
        ("($f := $substring(?, 0, ?); $f('abc', 2))", "ab"),
        ("($f := function($a, $b){ $a - $b }; $g := $f(?, 1); $g(3))", 2),
        ("($uppercase ~> $length)('abc')", 3),
        ("'a' ~> $uppercase() ~> $append('b')", ["A", "b"]),
        ("($f := function($n, $t){ $n = 0 ? $t : $f($n - 1, $t + $n) }; $f(3000, 0))", 4501500),
        ("({'a': {'b': 1}} ~> |a|{'c': b + 1}, 'b'|)", {"a": {"c": 2}}),
        ("function($x)<a<n>:n>{ $sum($x) }(5)", 5),
        ("orders[0].id.$uppercase()", "O1"),
        ("$string(1, nothing)", "1"),
        ("[1..3]", [1, 2, 3]),
        ("[3..1]", []),
    ],
)
def test_it_gives_what_the_reference_gives(text, value):
    assert evaluate(text) == value


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("$unknown(1)", "T1006"),
        ("($f := 1; f(1))", "T1005"),
        ("$unknown(?)", "T1008"),
        ("1 ~> 2", "T2006"),
        ("[1..'a']", "T2004"),
        ("[0.5..2]", "T2003"),
        ("[0..10000000]", "D2014"),
        ("{'a': 1, 'a': 2}", "D1009"),
        ("orders^(items).id", "T2008"),
        ("{} < 1", "T2010"),
        ("{'a': 1} ~> |$|1|", "T2011"),
        ("{'a': 1} ~> |$|{}, 1|", "T2012"),
        ("($clone := 1; {'a': 1} ~> |$|{}|)", "T2013"),
        ("$uppercase(1)", "T0410"),
        ("$eval('1')", "T1006"),
    ],
)
def test_errors_have_their_codes(text, code):
    with pytest.raises(FaultError) as caught:
        evaluate(text)
    assert caught.value.code == code


@pytest.mark.parametrize("text", ["1 ?? 2", "1 ?: 2"])
def test_operators_that_came_later_are_malformed(text):
    with pytest.raises(QuerySyntaxError, match="cannot be used as a unary operator") as caught:
        read(text)
    assert caught.value.position == 4


@pytest.mark.parametrize(
    ("text", "message", "position"),
    [
        ("a[1,2)", 'Expected "]", got ","', 4),
        ('"open', "String literal must be terminated by a matching quote", 5),
        ("1 +", "Unexpected end of expression", 3),
        ('{"a":}', 'The symbol "}" cannot be used as a unary operator', 6),
        ("(1", 'Expected ")" before end of expression', 2),
        ("1 ! 2", 'Unknown operator: "!"', 3),
        ("'\\q'", 'Unsupported escape sequence: \\"q"', 2),
        ("'\\u12'", "The escape sequence \\u must be followed by 4 hex digits", 2),
        ("/* note", "Comment has no closing tag", 0),
        (
            "/[b-a]/",
            "Invalid regular expression: /[b-a]/: Range out of order in character class",
            0,
        ),
        ("//", "Empty regular expressions are not allowed", 1),
        ("a.1", "The literal value 1 cannot be used as a step within a path expression", 3),
        ("1e999", 'Number out of range: "1e999"', 0),
        ("`a", "Quoted property name must be terminated with a backquote (`)", 2),
        ("%", "The object representing the 'parent' cannot be derived from this expression", 0),
        (
            "function($x)<n<n>:n>{1}",
            "Type parameters can only be applied to functions and arrays",
            0,
        ),
    ],
)
def test_malformed_texts_are_told_as_in_the_reference(text, message, position):
    with pytest.raises(QuerySyntaxError) as caught:
        read(text)
    assert str(caught.value) == message
    assert caught.value.position == position


@pytest.mark.parametrize("text", ["/(?<=a)b/", "/(?:ab){9999}/", "(" * 9000])
def test_what_is_not_run_is_not_called_malformed(text):
    with pytest.raises(UnsupportedExpressionError):
        compile_general(text)


# ---------------------------------------------------------------- what comes in stays as it is


@pytest.mark.parametrize(
    "text",
    [
        "none{'x': 1}",
        "none^($)",
        "$append(none, 1)",
        "orders ~> |items|{'new': 1}, 'qty'|",
        "($clone := function($x){ $x }; orders ~> |$|{'new': 1}|)",
        "orders@$o.items#$i.{'o': $o}",
        "$sort(one) ~> $append(2)",
        "one[]",
    ],
)
def test_no_expression_changes_its_data(text):
    before = copy.deepcopy(DATA)
    evaluate(text)
    assert before == DATA


def test_variables_bound_inside_are_forgotten_outside():
    env = Env({"n": 1})
    assert compile_general("$n := 5")({}, env) == 5
    assert env.variables == {"n": 1}


values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab", max_size=2),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(values)
def test_results_are_plain_json(value):
    for text in ("[$v, $v.a, $v.a[]]", "{'a': $v.*, 'b': [$v.**]}", "$append($v, $v)", "$v[]"):
        assert _is_plain(evaluate(text, v=value))


def _is_plain(value):
    if type(value) is list:
        return all(map(_is_plain, value))
    if type(value) is dict:
        return all(type(key) is str and _is_plain(item) for key, item in value.items())
    return value is None or value is UNDEFINED or type(value) in {str, int, float, bool}


@given(values)
def test_a_value_is_itself_and_equal_to_its_copy(value):
    if value is not None:
        assert evaluate("$v = $v", v=value)
        assert evaluate("$v = $w", v=value, w=copy.deepcopy(value))
    assert evaluate("$v", v=value) == value


@given(values)
def test_text_of_a_value_is_read_back(value):
    if isinstance(value, dict | list):
        assert evaluate("$parse($string($v))", v=value) == value


@pytest.mark.parametrize("text", ["$sum", "[$sum]", "{'a': function(){1}}", "/a/", "/a/('a')"])
def test_a_function_is_no_result(text):
    with pytest.raises(NotJsonResultError):
        evaluate(text)


# ---------------------------------------------------------------- bounds


def long(text, code):
    """What takes all the steps there are: without coverage, which makes them five times as slow."""
    return pytest.param(text, code, marks=pytest.mark.no_cover)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        long("($f := function(){ $f() }; $f())", "D1012"),
        ("($f := function($n){ $n + $f($n) }; $f(1))", "D1011"),
        long("$map([1..1000], function($x){ $map([1..1000], function($y){ $x }) })", "D1012"),
        ("[1..5000000]", "D1012"),
        ("$pad('a', 1e12)", "D1012"),
        ("$pad('a', -1e300)", "D1012"),
        ("$join($map([1..9999], function($x){ $pad('', 99999) }))", "D1012"),
        ("$replace($pad('', 99999, 'a'), 'a', $pad('', 99999))", "D1012"),
        ("$range(1, 1e300, 1)", "D1012"),
        ("$formatInteger(1e12, 'I')", "D1012"),
        ("$formatNumber(0, '0e0')", "D1012"),
        # a small value that is large once it is written out
        long(
            "($d := function($v, $n){ $n = 0 ? $v : $d([[$v], [$v]], $n - 1) }; $d(1, 60))", "D1012"
        ),
        long(
            "($d := function($v, $n){ $n = 0 ? $v : $d([[$v], [$v]], $n - 1) };"
            " $length($string($d(1, 60))))",
            "D1012",
        ),
        long(
            "($d := function($v, $n){ $n = 0 ? $v : $d([[$v], [$v]], $n - 1) };"
            " $d(1, 60) = $d(1, 60))",
            "D1012",
        ),
        ("($d := function($v, $n){ $n = 0 ? $v : $d([[$v]], $n - 1) }; $d(1, 300))", "D1013"),
        ("({'a': {}} ~> |$|{'b': $}|)", "D1013"),
        ("({'a': {}} ~> |$|{'b': $}|).$string()", "D1012"),
        ("function($a)<x+x+x+x+x+x+x+x+n:x>{ 1 }(" + ",".join(["'a'"] * 300) + ")", "T0410"),
    ],
)
def test_time_and_memory_are_bounded(text, code):
    with pytest.raises(FaultError) as caught:
        evaluate(text)
    assert caught.value.code in {code, "D1011"}


def test_bounds_do_not_depend_on_what_ran_before():
    text = "$map([1..100], function($x){ $x + 1 })"
    for _ in range(20):
        assert len(evaluate(text, limits=Limits(steps=2000))) == 100
    with pytest.raises(FaultError):
        evaluate(text, limits=Limits(steps=500))


@pytest.mark.parametrize(
    "text",
    [
        "$__class__",
        "$sum.__globals__",
        "$string.__self__",
        "$lookup($sum, '__class__')",
        "__class__",
    ],
)
def test_no_expression_reaches_python(text):
    assert evaluate(text) is UNDEFINED
