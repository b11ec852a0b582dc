"""Regular expressions: what JavaScript means by them, and that no text makes a search endless."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asl.query.jsonata.faults import FaultError
from asl.query.jsonata.guard import MAX_STEPS, Limits, Run
from asl.query.jsonata.matching import Search
from asl.query.jsonata.regexes import MAX_NESTING, from_units, parse_regex, to_units


def find(pattern, text, flags="", *, steps=MAX_STEPS):
    """All matches as ``(start, end, groups)``, as a loop with the flag g finds them."""
    search = Search(parse_regex(pattern, flags), to_units(text), Run(None, Limits(steps)))
    found, at = [], 0
    while at <= len(text) and (match := search.find(at)):
        found.append((match.start, match.end, match.groups))
        at = match.end + (match.end == match.start)
    return found


#: What JavaScript (V8) gave.
@pytest.mark.parametrize(
    ("pattern", "flags", "text", "expected"),
    [
        ("(a|ab)(c|bcd)(d*)", "", "abcd", [(0, 4, ("a", "bcd", ""))]),
        ("(z)((a+)?(b+)?(c))*", "", "zaacbbbcac", [(0, 10, ("z", "ac", "a", None, "c"))]),
        ("(?=(a+))a*b\\1", "", "baaabac", [(3, 6, ("a",))]),
        ("(?!a)b", "", "ab", [(1, 2, ())]),
        ("(a*)*", "", "b", [(0, 0, (None,)), (1, 1, (None,))]),
        ("(?:(a)|b)*", "", "ab", [(0, 2, (None,)), (2, 2, (None,))]),
        ("(?<x>a)\\k<x>", "", "aa", [(0, 2, ("a",))]),
        ("a{2,3}?", "", "aaaa", [(0, 2, ()), (2, 4, ())]),
        ("x{,5}", "", "x{,5}", [(0, 5, ())]),
        ("^b$", "m", "a\nb\nc", [(2, 3, ())]),
        ("b$", "", "b\n", []),
        ("\\d", "", "1\u0663", [(0, 1, ())]),
        ("\\w+", "", "m\u00e9", [(0, 1, ())]),
        ("\\s", "", "\u00a0", [(0, 1, ())]),
        ("[^a-c]", "i", "Bd", [(1, 2, ())]),
        ("\u017f", "i", "S", []),
        ("\\bfoo\\b", "", "foo food", [(0, 3, ())]),
        ("[\\b]", "", "\b", [(0, 1, ())]),
        ("\\cA\\0\\x41\\u0042", "", "\x01\0AB", [(0, 4, ())]),
        ("[]", "", "a", []),
        ("[^]", "", "\n", [(0, 1, ())]),
        ("a.c", "", "a\nc", []),
        ("((a)|(b))+", "", "ab", [(0, 2, ("b", None, "b"))]),
        (".", "", "\U0001f600", [(0, 1, ()), (1, 2, ())]),
    ],
)
def test_it_matches_as_javascript_does(pattern, flags, text, expected):
    assert find(pattern, text, flags) == expected


atoms = st.sampled_from(["a", "b", "c", ".", "[ab]", "[^a]"])
patterns = st.recursive(
    atoms,
    lambda inner: (
        st.builds("{}{}".format, inner, inner)
        | st.builds("({}|{})".format, inner, inner)
        | st.builds("(?:{})".format, inner)
        | st.builds("(?={})".format, inner)
        | st.builds(
            "{}{}".format, atoms, st.sampled_from(["*", "+", "?", "*?", "+?", "{2}", "{1,2}"])
        )
    ),
    max_leaves=8,
)


@given(patterns, st.text("abc", max_size=8))
def test_where_the_languages_agree_it_finds_what_python_finds(pattern, text):
    assert [(start, end) for start, end, _ in find(pattern, text)] == [
        match.span() for match in _python(pattern, text)
    ]


def _python(pattern, text):
    compiled, at = re.compile(pattern), 0
    while at <= len(text) and (match := compiled.search(text, at)):
        yield match
        at = match.end() + (match.end() == match.start())


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("(a+)+$", "a" * 60 + "b"),
        ("(a|a)*b", "a" * 60),
        ("a*a*a*a*a*a*b", "a" * 300),
        ("(?=(a+)+b)c", "a" * 60),
        ("(.*)*x", "y" * 200),
    ],
)
def test_a_hopeless_search_ends_at_the_bound(pattern, text):
    with pytest.raises(FaultError) as caught:
        find(pattern, text, steps=20_000)
    assert caught.value.code == "D1012"


def test_a_long_text_needs_no_deep_stack():
    assert find("(?:ab)*c", "ab" * 5000 + "c") == [(0, 10_001, ())]
    assert find("(?:a|b)+", "ab" * 5000) == [(0, 10_000, ())]


@pytest.mark.parametrize(
    "pattern", ["(", ")", "[", "[b-a]", "*", "a**", "a{2,1}", "(?<x>a)(?<x>b)", "\\", "^*", "(?i)a"]
)
def test_a_malformed_expression_is_refused(pattern):
    with pytest.raises(FaultError) as caught:
        parse_regex(pattern, "")
    assert caught.value.code == "S0303"


@pytest.mark.parametrize(
    "pattern", ["(?<=a)b", "(?<!a)b", "(?:ab){9999}", "(" * MAX_NESTING + ")" * MAX_NESTING]
)
def test_what_is_not_run_is_refused_as_such(pattern):
    with pytest.raises(FaultError) as caught:
        parse_regex(pattern, "")
    assert caught.value.code == "S0304"


@given(st.text())
def test_code_units_are_a_text_and_back(text):
    assert from_units(to_units(text)) == text
    assert len(to_units(text)) == len(text.encode("utf-16-le", "surrogatepass")) // 2
