"""Indefinite paths, by the rules of the library that AWS runs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonpath_ng import jsonpath as library
from jsonpath_ng.ext.filter import Expression, Filter

from asl.errors import QuerySyntaxError
from asl.jsontypes import MAX_DEPTH
from asl.query.jayway import compile_steps
from asl.query.path_text import UnsupportedPathError

STORE = {
    "books": [
        {"title": "A", "price": 8.95, "tags": ["x", "y"], "sold": True, "isbn": None},
        {"title": "B", "price": "12.99", "tags": [], "sold": False},
        {"title": "C", "price": 22, "isbn": "0-395"},
        "no book",
        7,
        [{"title": "D", "price": 1}],
    ],
    "bicycle": {"color": "red", "price": 19.95},
    "limit": 10,
    "favourite": "C",
}


def find(text, data=STORE):
    return compile_steps(text, 1).find(data)


def titles(text):
    return [book["title"] for book in find(text)]


@pytest.mark.parametrize(
    ("text", "data", "result"),
    [
        ("$[*]", {}, []),
        ("$.items[*]", {}, []),
        ("$.items[1:].itemValue", {}, []),
        ("$.item.items[*]", {}, []),
        ("$.item.items[1:5]", {}, []),
        ("$.items[*].itemValue", {}, []),
        (
            "$.users[?(@.status == 0)]",
            {"users": [{"year": 1997, "status": 0}, {"year": 1998, "status": 1}]},
            [{"year": 1997, "status": 0}],
        ),
        ("$.jar[?(@.a >= 5)]", {"jar": [{"a": 1}, {"a": 5}, {"a": 7}]}, [{"a": 5}, {"a": 7}]),
    ],
)
def test_lists_come_out_as_recorded_or_documented_by_aws(text, data, result):
    assert find(text, data) == result


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("$.bicycle.*", ["red", 19.95]),
        ("$.bicycle[*]", ["red", 19.95]),
        ("$.*.color", ["red"]),
        ("$.books[*].title", ["A", "B", "C"]),
        ("$.books[*]['title']", ["A", "B", "C"]),
        ("$.books.[*].title", ["A", "B", "C"]),
        ("$.books[*].tags[*]", ["x", "y"]),
        ("$.books[*].tags", [["x", "y"], []]),
        ("$.limit[*]", []),
        ("$.limit.*.x", []),
        ("$.books[0, 2].title", ["A", "C"]),
        ("$.books[2,0].title", ["C", "A"]),
        ("$.books[0,99].title", ["A"]),
        ("$.books[0,-1].title", ["A"]),
        ("$.books[*][0].title", ["D"]),
        ("$.bicycle[0,1]", []),
        ("$.books[4:]", [7, [{"title": "D", "price": 1}]]),
        ("$.books[-1:]", [[{"title": "D", "price": 1}]]),
        ("$.books[-99:2].title", []),
        ("$.books[:1].title", ["A"]),
        ("$.books[:-4].title", ["A", "B"]),
        ("$.books[:-99]", []),
        ("$.books[1:3].title", ["B", "C"]),
        ("$.books[1 : 3].title", ["B", "C"]),
        ("$.books[3:1]", []),
        ("$.books[0:-1]", []),
        ("$.books[-3:-1]", []),
        ("$.books[5:99]", [[{"title": "D", "price": 1}]]),
        ("$.limit[1:]", []),
        ("$..title", ["A", "B", "C", "D"]),
        ("$..['title']", ["A", "B", "C", "D"]),
        ("$..price", [8.95, "12.99", 22, 1, 19.95]),
        ("$.books..title", ["A", "B", "C", "D"]),
        ("$.books[1:]..title", ["B", "C", "D"]),
        ("$.bicycle..*", ["red", 19.95]),
        ("$..tags[*]", ["x", "y"]),
        ("$..[0].title", None),
        ("$..tags[0]", ["x"]),
        ("$.*['color', 'price', 'size']", [{"color": "red", "price": 19.95}]),
        ("$.[*].['color', 'price']", [{"color": "red", "price": 19.95}]),
        ("$..['color', 'price']", [{"color": "red", "price": 19.95}]),
        ("$..no", []),
    ],
)
def test_steps_give_lists_in_document_order(text, result):
    if result is None:
        with pytest.raises(UnsupportedPathError):
            find(text)
    else:
        assert find(text) == result


def test_descent_gives_the_outer_before_the_inner():
    data = {"a": {"b": {"a": 1}, "a": 2}, "c": [{"a": 3}]}
    assert find("$..a", data) == [{"b": {"a": 1}, "a": 2}, 2, 1, 3]
    assert find("$..*", data)[:2] == [data["a"], data["c"]]
    assert find("$..[0]", data) == [{"a": 3}]
    assert find("$..[?(@.a > 1)]", data) == [data["a"], {"a": 3}]


def test_a_name_from_the_library_s_own_language_is_a_name():
    data = {name: {"x": [1]} for name in ("where", "wherenot", "null", "true", "len", "*", "a`b")}
    for name in data:
        assert find(f"$['{name}'].x[*]", data) == [1]
        assert find(f"$[?(@['{name}'])]", data) == [data]
    assert find("$.where.x[*]", data) == [1]
    assert find("$..wherenot.x[*]", data) == [1]
    assert find("$['*'][*]", data) == [[1]]


def test_a_backslash_in_a_quoted_name_stands_for_itself():
    assert find("$['a\\b'][*]", {"a\\b": [1]}) == [1]
    assert find('$["it\'s"][*]', {"it's": [1]}) == [1]


@pytest.mark.parametrize(
    ("condition", "result"),
    [
        ("@.title == 'A'", "A"),
        ("@.title == A", "A"),
        ("@.title==A", "A"),
        ("'A' == @.title", None),
        ("@['title'] == 'A'", "A"),
        ("@.['title'] == 'A'", "A"),
        ("@.title != 'A'", "BC"),
        ("@.missing != 'A'", ""),
        ("@.price < 10", "A"),
        ("@.price < '10'", "A"),
        ("@.price >= 8.95", "AC"),
        ("@.price > 8.949999999999999999", "AC"),
        ("@.price == 22.0", "C"),
        ("@.price == 2.2e1", "C"),
        ("@.price == '12.99'", "B"),
        ("@.price == 12.99", "B"),
        ("@.price < cheap", "B"),
        ("@.price != cheap", "B"),
        ("@.sold", "AB"),
        ("!@.sold", "C"),
        ("@.sold == true", "A"),
        ("@.sold == 'TRUE'", "A"),
        ("@.sold == false", "B"),
        ("@.sold == other", "B"),
        ("@.sold > false", "A"),
        ("@.isbn", "C"),
        ("!@.isbn", "AB"),
        ("@.isbn == null", "A"),
        ("@.isbn != null", "C"),
        ("@.isbn < 'z'", "C"),
        ("@.isbn != 'z'", "AC"),
        ("@.tags[0] == x", "A"),
        ("@.tags == x", ""),
        ("@.tags != x", ""),
        ("@.tags[1]", "A"),
        ("@.price < $.limit", "A"),
        ("@.title == $.favourite", "C"),
        ("@.title == $['favourite']", "C"),
        ("@.title == $.nowhere", ""),
        ("@.price == @.price", "ABC"),
        ("@.price == @.sold", ""),
        ("@.isbn <= @.isbn", "AC"),
        ("@.title == 'A' || @.title == 'B'", "AB"),
        ("@.price > 5 && @.price < 10", "A"),
        ("@.title == 'A' || @.title == 'B' && @.sold == true", "A"),
        ("@.title == 'A' && @.sold == false || @.title == 'C'", "C"),
        ("(@.title == 'A') && (@.sold)", "A"),
        ("@", "ABC"),
        ("@ == 'no book'", ""),
        ("@ == 7", ""),
        ("@[0].title == D", ""),
        (" @.title == 'A' ", "A"),
    ],
)
def test_a_filter_compares_by_the_kind_of_what_it_meets(condition, result):
    if result is None:
        with pytest.raises(UnsupportedPathError):
            find(f"$.books[?({condition})]")
    else:
        assert "".join(titles(f"$.books[?({condition})]")) == result


def test_a_filter_on_an_object_tries_the_object_itself():
    assert find("$.bicycle[?(@.color == 'red')]") == [STORE["bicycle"]]
    assert find("$.bicycle[?(@.color == 'blue')]") == []
    assert find("$.limit[?(@ == 10)]") == []
    assert find("$[?(@.limit == 10)].bicycle.color") == ["red"]


def test_a_text_in_a_filter_may_have_an_escaped_quote():
    data = [{"name": "it's"}, {"name": "a\\b"}]
    assert find(r"$[?(@.name == 'it\'s')]", data) == data[:1]
    assert find(r"$[?(@.name == 'a\b')]", data) == data[1:]
    assert find("$[?(@.name == 'x)]')]", data) == []


def test_numbers_compare_exactly_whatever_their_size():
    data = [{"n": 10**30 + 1}, {"n": 0.1}]
    assert find("$[?(@.n == 1000000000000000000000000000001)]", data) == data[:1]
    assert find("$[?(@.n == 0.1)]", data) == data[1:]
    assert find("$[?(@.n < 1e999999999)]", data) == data


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("$..a..b", "more than one '..'"),
        ("$.a[0,0]", "given twice"),
        ("$.a[:]", "slice"),
        ("$.a[::2]", "slice"),
        ("$.a[0:4:2]", "slice"),
        ("$['a','b'].c[*]", "more than one name"),
        ("$[*]['a','b'].c", "more than one name"),
        ("$..[0].a", "index or slice"),
        ("$..[1:].a", "index or slice"),
        ("$[*].length()", "functions"),
        ("$[?(@.a =~ /x/)]", "=~"),
        ("$[?(@.a in ['x'])]", "can't read|not supported"),
        ("$[?(@.a.length() > 2)]", "can't read"),
        ('$[?(@.a == "x")]', "not supported in the filter"),
        ("$[?(@.a == some words)]", "can't read"),
        ("$[?(@.a[*] == 1)]", "not supported in the filter"),
        ("$[?(@..a == 1)]", "can't read"),
        ("$[?(@['a', 'b'])]", "not supported in the filter"),
        ("$[?($.a)]", "asks whether"),
        ("$[?(@.a && (@.b || @.c))]", r"'\|\|' inside of '&&'"),
        ("$[?((@.b || @.c) && @.a)]", r"'\|\|' inside of '&&'"),
        ("$[?(@.a || @.b && (@.c || @.d))]", r"'\|\|' inside of '&&'"),
        ("$[?()]", "can't read"),
        ("$[?(@.a ==)]", "can't read"),
        ("$[?(a)]", "in a filter"),
        ("$[?(@.a = 1)]", "not supported"),
        ("$[?(@.a & @.b)]", "not supported"),
        ("$[?(`this`)]", "not supported|can't read"),
        ("$[*]" * 501, "2000 characters"),
    ],
)
def test_what_is_not_run_is_refused_by_name(text, what):
    with pytest.raises(UnsupportedPathError, match=what) as caught:
        compile_steps(text, 1)
    assert caught.value.text == text


def test_many_steps_and_conditions_are_no_burden():
    deep = []
    for _ in range(MAX_DEPTH):
        deep = [deep]
    assert find("$" + "[*]" * MAX_DEPTH, deep) == [[]]
    condition = " || ".join(["@.a == 1"] * 150)
    assert find(f"$[?({condition})]", [{"a": 1}]) == [{"a": 1}]
    assert find(f"$[?({'(' * 400}@.a{')' * 400})]", [{"a": 1}]) == [{"a": 1}]


SIGNS = st.sampled_from("$@.[]()?*'\"0:, \\<!`~+/é\ud800")
WORDS = st.sampled_from(["..", "-1", "==", "&&", "||", "null", "where", "[?(@.a", "[*]", "['a'"])
FRAGMENTS = SIGNS | WORDS


@given(st.lists(FRAGMENTS, max_size=12))
def test_any_text_is_run_or_refused(fragments):
    text = "$" + "".join(fragments)
    try:
        steps = compile_steps(text, 1)
    except QuerySyntaxError:
        return
    assert isinstance(steps.find([{"a": [0]}, {"0": "a"}]), list)


@pytest.mark.parametrize(
    "tree",
    [
        library.Child(library.Root(), library.Parent()),
        library.Child(library.Root(), Filter([library.Root()])),
        library.Child(library.Root(), Filter([Expression(library.This(), "=~", "x")])),
        library.Child(library.Root(), Filter([Expression(library.Parent(), "==", "x")])),
        library.Child(
            library.Root(),
            Filter([Expression(library.Child(library.This(), library.Wildcard()), "==", "x")]),
        ),
    ],
    ids=str,
)
def test_what_the_library_may_know_besides_is_refused(monkeypatch, tree):
    monkeypatch.setattr("asl.query.jayway.parse_steps", lambda _text, _start: tree)
    with pytest.raises(UnsupportedPathError):
        compile_steps("$.x", 1)
