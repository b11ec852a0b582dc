"""Jackson's messages: three recorded from AWS, the others as its sources (2.17, 2.18) make them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asl.query.jackson import parse_error

SOURCE = "Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled)"
VALUE = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
VALID = f"expected a valid value {VALUE}"
COMMENT = (
    "maybe a (non-standard) comment? (not recognized as one since Feature 'ALLOW_COMMENTS' not "
    "enabled for parser)"
)
PLUS = (
    "JSON spec does not allow numbers to have plus signs: enable "
    "`JsonReadFeature.ALLOW_LEADING_PLUS_SIGN_FOR_NUMBERS` to allow"
)
NEGATIVE = "expected digit (0-9) to follow minus sign, for valid numeric value"
NO_FRACTION = "Decimal point not followed by a digit"
NO_EXPONENT = "Exponent indicator not followed by a digit"


def place(line, column):
    return f"[{SOURCE}; line: {line}, column: {column}]"


def message(text, line, column):
    """The message for a text, if it names this place."""
    found, _, at = parse_error(text).rpartition("\n at ")
    assert at == place(line, column)
    return found


@pytest.mark.parametrize(
    ("text", "column", "char", "expected"),
    [
        ("{bad}", 2, "'b' (code 98)", "was expecting double-quote to start field name"),
        ('{"a":1,}', 8, "'}' (code 125)", "was expecting double-quote to start field name"),
        ('["\\n\\u00e9" 2]', 13, "'2' (code 50)", "was expecting comma to separate Array entries"),
        ("[1e5,0E+7 2]", 11, "'2' (code 50)", "was expecting comma to separate Array entries"),
        ("[1 2]", 4, "'2' (code 50)", "was expecting comma to separate Array entries"),
        ('{"a":1 2}', 8, "'2' (code 50)", "was expecting comma to separate Object entries"),
        ('["😀" 1]', 7, "'1' (code 49)", "was expecting comma to separate Array entries"),
        ('{"a" 1}', 6, "'1' (code 49)", "was expecting a colon to separate field name and value"),
        ("[1,}", 4, "'}' (code 125)", "expected a value"),
        ("[1,]", 4, "']' (code 93)", VALID),
        ("[,1]", 2, "',' (code 44)", VALID),
        ('{"a":}', 6, "'}' (code 125)", VALID),
        ("'a'", 1, "''' (code 39)", VALID),
        ("-.5", 2, "'.' (code 46)", VALID),
        ("\ufeff1", 1, "'\ufeff' (code 65279 / 0xfeff)", VALID),
        ("\x7f", 1, "(CTRL-CHAR, code 127)", VALID),
        ("😀", 1, "'?' (code 55357 / 0xd83d)", VALID),
        ("[1, //", 5, "'/' (code 47)", COMMENT),
        ('"\\u00é0"', 6, "'é' (code 233)", "expected a hex-digit for character escape sequence"),
        ("1x", 2, "'x' (code 120)", "Expected space separating root-level values"),
    ],
)
def test_unexpected_characters(text, column, char, expected):
    assert message(text, 1, column) == f"Unexpected character ({char}): {expected}"


@pytest.mark.parametrize(
    ("text", "column", "char", "expected"),
    [
        ("-x", 2, "'x' (code 120)", NEGATIVE),
        ("-Ix", 3, "'x' (code 120)", NEGATIVE),
        ("+1", 2, "'+' (code 43)", PLUS),
        ("1.", 2, "'.' (code 46)", NO_FRACTION),
        ("[1.]", 4, "']' (code 93)", NO_FRACTION),
        ("[1e]", 4, "']' (code 93)", NO_EXPONENT),
        ("[0E+]", 5, "']' (code 93)", NO_EXPONENT),
    ],
)
def test_unexpected_characters_in_numbers(text, column, char, expected):
    assert message(text, 1, column) == f"Unexpected character ({char}) in numeric value: {expected}"


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('{"a":1', f": expected close marker for Object (start marker at {place(1, 1)})"),
        ("[1, [2", f": expected close marker for Array (start marker at {place(1, 5)})"),
        ("[1,", " within/between Array entries"),
        ('{"a"', " within/between Object entries"),
        ('{"a":', " within/between Object entries"),
        ('{"a', " in field name"),
        ('"a', ": was expecting closing quote for a string value"),
        ('"\\', " in character escape sequence"),
        ('"\\u00', " in character escape sequence"),
        ("-I", " in a Number value"),
        ("+", " in a Number value"),
        ("-", "No digit following minus sign"),
        ("1e", "expected a digit for number exponent"),
        ("1e+", "expected a digit for number exponent"),
    ],
)
def test_texts_that_end_too_early(text, where):
    assert message(text, 1, len(text) + 1) == f"Unexpected end-of-input{where}"


@pytest.mark.parametrize(
    ("text", "line", "column", "word"),
    [
        ("undefined", 1, 10, "undefined"),
        ("nul", 1, 4, "nul"),
        ("nullx", 1, 6, "nullx"),
        ('{"a": FALSE}', 1, 12, "FALSE"),
        ("-Inf", 1, 5, "-Inf"),
        ('{\n "a": nope}', 2, 11, "nope"),
        ("[1\r\n,\r\ttür$1-]", 3, 7, "tür$1"),
        ("x" * 300, 1, 257, "x" * 256 + "..."),
    ],
)
def test_unknown_words(text, line, column, word):
    assert message(text, line, column) == f"Unrecognized token '{word}': was expecting {VALUE}"


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity", "+Infinity", "-INF", "+INF"])
def test_words_for_numbers_that_are_not_json(word):
    enable = "enable `JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow"
    assert message(word, 1, len(word) + 1) == f"Non-standard token '{word}': {enable}"


@pytest.mark.parametrize(
    ("text", "column", "found", "expected", "scope"),
    [
        ("[}", 2, "}", "]", f"Array starting at {place(1, 1)}"),
        ("[{]", 3, "]", "}", f"Object starting at {place(1, 2)}"),
        ('{"a":[1}', 8, "}", "]", f"Array starting at {place(1, 6)}"),
        ("]", 1, "]", "}", f"root starting at [{SOURCE}; line: 1]"),
    ],
)
def test_closers_that_close_something_else(text, column, found, expected, scope):
    sentence = f"Unexpected close marker '{found}': expected '{expected}' (for {scope})"
    assert message(text, 1, column) == sentence


@pytest.mark.parametrize(
    ("text", "column", "code", "what"),
    [('"a\n"', 3, 10, "string value"), ('{"\t":1}', 3, 9, "name")],
)
def test_control_characters_in_texts(text, column, code, what):
    assert message(text, 1, column) == (
        f"Illegal unquoted character ((CTRL-CHAR, code {code})): has to be escaped using "
        f"backslash to be included in {what}"
    )


def test_control_characters_between_tokens():
    assert message("[1,\x01]", 1, 5) == (
        "Illegal character ((CTRL-CHAR, code 1)): only regular white space (\\r, \\n, \\t) is "
        "allowed between tokens"
    )


def test_unknown_escapes():
    assert message('"\\x"', 1, 3) == "Unrecognized character escape 'x' (code 120)"


@pytest.mark.parametrize(("text", "column"), [("01", 2), ("-01", 3), ("[00]", 3)])
def test_leading_zeroes(text, column):
    assert message(text, 1, column) == "Invalid numeric value: Leading zeroes not allowed"


@pytest.mark.parametrize("text", ['{"a": 1} x', "1 2", "null$", "[] ]", "1\n\x01", '"a"b', "  "])
def test_what_follows_the_first_value_is_not_looked_at(text):
    assert parse_error(text) is None


@pytest.mark.no_cover  # tracing costs more than all else
def test_depth_costs_nothing():
    assert parse_error("[" * 100_000).startswith("Unexpected end-of-input")
    assert parse_error("[" * 100_000 + "]" * 100_000) is None


@given(st.text(alphabet='{}[]:," \\ntrue0.1e-+u/x\n', max_size=30).filter(str.strip))
def test_jackson_refuses_what_python_refuses_but_for_what_follows_a_value(text):
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        follows = str(error).startswith("Extra data")
        refused = True
    else:
        follows = refused = False
    assert follows or (parse_error(text) is not None) == refused
