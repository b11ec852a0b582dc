"""The functions of the library. What stands here was given by the reference, release 2.0.6."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asl.errors import UnsupportedFeature
from asl.query.javalike import JavaRandom
from asl.query.jsonata.faults import FaultError
from asl.query.jsonata.general import evaluate_document
from asl.query.jsonata.kinds import UNDEFINED


class Env:
    """Where expressions are evaluated: 2023-11-14T22:13:20.123Z, a Tuesday."""

    now_us = 1_700_000_000_123_456

    def __init__(self):
        self.variables = {}
        self.random = JavaRandom(7)

    def context(self):
        return {}


def evaluate(text, **bindings):
    return evaluate_document(text, UNDEFINED, bindings, Env())


def outcome(text):
    """The value, or the code of the error."""
    try:
        return evaluate(text)
    except FaultError as fault:
        return fault.code


@pytest.mark.parametrize(
    ("text", "value"),
    [
        # numbers are doubles
        ("5.5 % 2", 1.5),
        ("-5 % 3", -2),
        ("4 / 2", 2),
        ("$sum([0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1])", 0.9999999999999999),
        ("$round(2.5)", 2),
        ("$round(-1.5)", -2),
        ("$round(1.005, 2)", 1),
        ("$round(123.456, -1)", 120),
        ("$round(0.49999999999999994)", 0),
        ("$number('0x1F')", 31),
        ("$number(' 5')", "D3030"),
        ("$number('1_000')", "D3030"),
        ("$number('')", "D3030"),
        ("$number(null)", "T0410"),
        ("$power(-8, 1/3)", "D3061"),
        ("$power(0, -1)", "D3061"),
        ("$sqrt(-1)", "D3060"),
        ("1 / 0", "D1001"),
        ("1e200 * 1e200", "D1001"),
        ("$formatBase(255, 16)", "ff"),
        ("$formatBase(-2.5, 2)", "-10"),
        ("$formatBase(1, 1)", "D3100"),
        # texts
        ("$string(1e20)", "100000000000000000000"),
        ("$string(1e21)", "1e+21"),
        ("$string(0.1 + 0.2)", "0.3"),
        ("$string({'a': 0.1 + 0.2, 'b': [1e-7]})", '{"a":0.3,"b":[1e-7]}'),
        ("$string(100000000000000.5)", "100000000000001"),
        ("$string([1, {}], true)", "[\n  1,\n  {}\n]"),
        ("$string($sum)", ""),
        ("$lowercase('\u00df\u0130')", "\u00dfi\u0307"),
        ("$length('\\ud83d\\ude00')", 1),
        ("$substring('hello', 1.5, 1.5)", "el"),
        ("$substring('hello', -3, 2)", "ll"),
        ("$substringBefore('abc', '')", ""),
        ("$substringAfter('abc', 'b')", "c"),
        ("$pad('a', -3, 'xy')", "xya"),
        ("$pad('a', 2.5)", "D3137"),
        ("$trim('  a \\n b ')", "a b"),
        ("$join(['a', 'b'], '-')", "a-b"),
        ("$encodeUrl('\u00e9/?#%')", "%C3%A9/?#%25"),
        ("$decodeUrl('%23%C3%A9')", "%23\u00e9"),
        ("$decodeUrlComponent('%23')", "#"),
        ("$decodeUrlComponent('%E0%A4%A')", "D3140"),
        ("$base64decode($base64encode('text'))", "text"),
        # searches
        ("$replace('aaa', /a/, 'ba', 2)", "babaa"),
        ("$replace('abc', /(b)/, '$1$2$$$0$x')", "ab$b$xc"),
        ("$replace('a.b', '.', '')", "ab"),
        ("$replace('x', /x/, function($m){ 1 })", "D3012"),
        ("$replace('x', '', 'y')", "D3010"),
        ("$replace('68F', /(\\d+)F/, function($m){ $m.groups[0] & 'C' })", "68C"),
        ("$match('aXb', /x/i)", {"match": "X", "index": 1, "groups": []}),
        ("$match('a\U0001f600b', /b/).index", 3),
        ("$match('abc', /x?/)", "D1004"),
        ("$split('a, b,c', /,\\s*/)", ["a", "b", "c"]),
        ("$split('a,b,c', ',', 1.5)", ["a"]),
        ("$contains('abc', function($s){ $s })", "T1010"),
        ("/a/('xa').start", 1),
        # arrays and objects
        ("$map([1, null, 2], function($v){ $v })", [1, None, 2]),
        ("$map([1.55, 2.55], $round)", [2, 2.6]),
        ("$map(['a'], function($v, $i, $a){ $v & $i & $count($a) })", "a01"),
        ("$filter([1, null], function($v){ $v = null })", None),
        ("$reduce([1, 2, 3], function($a, $b){ $a & $b })", "123"),
        ("$reduce([1], $sum)", "D3050"),
        ("$sort([3, 1, 2], function($a, $b){ $a > $b })", [1, 2, 3]),
        ("$sort([{'k': 2}, {'k': 1}])", "D3070"),
        ("$sort(['\\uffff', '\\ud83d\\ude00'])", ["\U0001f600", "\uffff"]),
        ("$distinct([1, 1.0, '1', true, null, null, [1], [1]])", [1, "1", True, None, [1]]),
        ("true in [1]", False),
        ("$zip([1, 2], ['a'])", [[1, "a"]]),
        ("$single([1, 2])", "D3138"),
        ("$merge([{'a': 1}, {'b': 2}, {'a': 3}])", {"a": 3, "b": 2}),
        ("$each({'a': 1}, function($v, $k){ $k & $v })", "a1"),
        ("$sift({'a': 1, 'b': 2}, function($v){ $v > 1 })", {"b": 2}),
        ("$keys([{'a': 1}, {'b': 1}])", ["a", "b"]),
        ("$spread({'a': 1, 'b': 2})", [{"a": 1}, {"b": 2}]),
        ("$type(null) & $type([]) & $type($sum)", "nullarrayfunction"),
        ("$boolean([0, [1]])", True),
        ("$assert(false, 'no')", "D3141"),
        ("$error('no')", "D3137"),
    ],
)
def test_functions_do_what_the_reference_does(text, value):
    assert outcome(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$formatNumber(12345.678, '#,##0.00')", "12,345.68"),
        ("$formatNumber(0.5, '0')", "0"),
        ("$formatNumber(-5, '0;(0)')", "(5)"),
        ("$formatNumber(0.123, '#.e9')", "0.1e0"),
        ("$formatNumber(0.5, '#0%')", "50%"),
        ("$formatNumber(1234567, '#,##,#0')", "1,23,45,67"),
        ("$formatNumber(1, '0.0.0')", "D3081"),
        ("$formatNumber(1, '0,.0')", "D3087"),
        ("$formatNumber(0, '0e0')", "D1012"),
        (
            "$formatNumber(1.5, '0,0', {'grouping-separator': ' ', 'decimal-separator': ','})",
            "1,5",
        ),
        ("$formatInteger(1e46, 'w')", "ten billion trillion trillion trillion"),
        ("$formatInteger(1999, 'I')", "MCMXCIX"),
        ("$formatInteger(28, 'A')", "AB"),
        ("$formatInteger(111, '1;o')", "111th"),
        ("$formatInteger(12345678, '0,000,00')", "123,456,78"),
        ("$formatInteger(7, '\u0660')", "\u0667"),
        ("$formatInteger(1, 'x')", "D3130"),
        ("$parseInteger('one thousand, two hundred and three', 'w')", 1203),
        ("$parseInteger('MCMXC', 'I')", 1990),
        ("$parseInteger('12th', '1;o')", 12),
        ("$parseInteger('x', '0')", "D1001"),
        ("$fromMillis(1510067557121)", "2017-11-07T15:12:37.121Z"),
        ("$fromMillis(1510067557121, '[FNn], [D1o] [MNn] [Y]')", "Tuesday, 7th November 2017"),
        ("$fromMillis(1510067557121, '[H]:[m] [z]', '+0530')", "20:42 GMT+05:30"),
        ("$fromMillis(1104537600000, '[X]-W[W01] [w] [x]')", "2004-W53 5 12"),
        ("$fromMillis(0, '[Y')", "D3135"),
        ("$fromMillis(0, '[Q]')", "D3132"),
        ("$fromMillis(0, '[HN]')", "D3133"),
        ("$toMillis('2018-02-03')", 1517616000000),
        ("$toMillis('2018-02-03T11:15:33.1239+05:30')", 1517636733123),
        ("$toMillis('2018-02-30T00:00:00Z')", 1519948800000),
        ("$toMillis('2018-02-03 11:15:33')", "D3110"),
        ("$toMillis('12:30', '[H]:[m]')", 1699965000000),
        ("$toMillis('31.12.2019', '[D].[M].[Y]')", 1577750400000),
        ("$toMillis('31x12x2019', '[D].[M].[Y]')", UNDEFINED),
        ("$toMillis('1:05 pm', '[h]:[m01] [P]')", 1699967100000),
        ("$toMillis('2018 10', '[Y] [m]')", "D3136"),
        ("$now('[Y]-[D01]')", "2023-14"),
        ("$millis()", 1700000000123),
    ],
)
def test_pictures_are_those_of_the_reference(text, value):
    assert outcome(text) == value


@given(st.integers(-62_135_596_800_000, 8_640_000_000_000_000))
def test_a_time_is_read_as_it_was_written(millis):
    picture = "[Y#####0001]-[M01]-[D01] [H01]:[m01]:[s01].[f001] [Z0101]"
    year = int(evaluate("$fromMillis($t, '[Y]')", t=millis))
    if year >= 1000:  # as in JavaScript, years below 100 are read as those of the 20th century
        assert evaluate("$toMillis($fromMillis($t, $p), $p)", t=millis, p=picture) == millis


@given(st.integers(0, 3_000_000_000_000))
def test_iso_times_are_read_as_they_were_written(millis):
    assert evaluate("$toMillis($fromMillis($t))", t=millis) == millis


@given(st.integers(0, 10**12))
def test_words_and_letters_are_read_as_they_were_written(number):
    for picture in ("w", "A", "0", "#,##0"):
        assert evaluate("$parseInteger($formatInteger($n, $p), $p)", n=number, p=picture) == number


@given(st.lists(st.integers() | st.text(max_size=3) | st.booleans() | st.none(), max_size=8))
def test_shuffling_keeps_the_items_and_is_the_same_for_the_same_seed(items):
    once, again = (evaluate("[$shuffle($i)]", i=items) for _ in range(2))
    assert once == again
    assert sorted(map(repr, once)) == sorted(map(repr, items))


@pytest.mark.parametrize("text", ["$random(0.5)", "$base64decode('/w==')"])
def test_what_aws_does_is_not_known_and_so_it_is_refused(text):
    with pytest.raises(UnsupportedFeature):
        evaluate(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("$sum('a')", 'Argument 1 of function "sum" must be an array of "numbers"'),
        (
            "$substring('a', 'b')",
            'Argument 2 of function "substring" does not match function signature',
        ),
        ("$pad('a', 1, 'b', 2)", 'Argument 4 of function "pad" does not match function signature'),
        (
            "{'a': 1}.$length()",
            'Context value is not a compatible type with argument 1 of function "length"',
        ),
        (
            "function($x)<s:s>{$x}(1)",
            "Argument 1 of function undefined does not match function signature",
        ),
        ("$number('x')", 'Unable to cast value to a number: "x"'),
        (
            "1 < 'a'",
            'The values 1 and "a" either side of operator "<" must be of the same data type',
        ),
        ("-'a'", 'Cannot negate a non-numeric value: "a"'),
        ("{1: 2}", "Key in object structure must evaluate to a string; got: 1"),
        (
            "$power(10, 999)",
            "The power function has resulted in a value that cannot be represented as a "
            "JSON number: base=10, exponent=999",
        ),
    ],
)
def test_texts_of_errors_are_filled_as_in_the_reference(text, message):
    with pytest.raises(FaultError) as caught:
        evaluate(text)
    assert caught.value.text() == message
