"""Why Jackson, the JSON parser of AWS, refuses a text: its own words, with line and column.

``States.StringToJson`` shows them in the cause of its failure, and AWS does in what it says of a
definition. Python's parser does the reading; this module is asked only about a text that it
refused, follows Jackson's order of reading up to the first fault and gives the message. It never
makes values. Columns count UTF-16 units, as in Java.

The messages are those of jackson-core 2.17 and 2.18 with all optional features off, reading a text
in memory (three of them are recorded from AWS). Like Jackson's default reader it stops after the
first value, so what follows that value is not looked at.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from asl.query.javalike import utf16

REDACTED = "Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled)"
_VALUES = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
_NON_STANDARD = (
    "Non-standard token '{}': enable `JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow"
)
_WORDS = {"t": "true", "f": "false", "n": "null"}
_ODD_WORDS = {"N": "NaN", "I": "Infinity"}
_BLANKS = re.compile(r"[ \t\r\n]*")
_PLAIN = re.compile(r'[^"\\\x00-\x1f]*')
_LINE_END = re.compile(r"\r\n|\r|\n")
_IDENTIFIER_START = frozenset(("Lu", "Ll", "Lt", "Lm", "Lo", "Nl", "Sc", "Pc"))
_IDENTIFIER_PART = _IDENTIFIER_START | {"Nd", "Mn", "Mc", "Cf"}
_MAX_TOKEN = 256


def parse_error(text: str, source: str = REDACTED) -> str | None:
    """Jackson's message about a text, or None if Jackson would read a value from its beginning.

    Args:
        text: Not blank.
        source: How the text is named in places.
    """
    units = utf16(text)
    try:
        _Reader("".join(map(chr, units)), source).read()
    except _FaultError as fault:
        # A message may quote half of a surrogate pair, which Java writes as a question mark.
        return str(fault).encode("utf-8", "replace").decode()
    return None


class _FaultError(Exception):
    """The first fault of the text; ``str()`` is the message."""


class _Scope(NamedTuple):
    """An array or object that is open."""

    kind: str
    start: int

    @property
    def closer(self) -> str:
        return "]" if self.kind == "Array" else "}"


class _Reader:
    """Reads one value; ``at`` is the number of characters taken, as Jackson counts them."""

    def __init__(self, text: str, source: str) -> None:
        self.text = text
        self.source = source
        self.at = 0

    def read(self) -> None:
        scopes: list[_Scope] = []
        first = True  # nothing was read yet in the innermost scope
        while True:
            scope = scopes[-1] if scopes else None
            char = self.next_token()
            if not char:
                if scope:
                    raise self.unclosed(scope)
                return
            if char in "]}":
                if not scope or scope.closer != char:
                    raise self.mismatch(char, scope)
                scopes.pop()
                first = False
            else:
                if scope:
                    char = self.next_entry(scope, char, first=first)
                first = char in "[{"
                if char in "[{":
                    scopes.append(_Scope("Array" if char == "[" else "Object", self.at - 1))
                else:
                    self.scalar(char, scope)
            if not scopes:
                return

    def next_entry(self, scope: _Scope, char: str, *, first: bool) -> str:
        """Take what stands before a value in a scope; gives the value's first character."""
        if not first:
            if char != ",":
                separator = f"was expecting comma to separate {scope.kind} entries"
                raise self.unexpected(char, separator)
            char = self.more(scope)
        if scope.kind == "Array":
            if char == "}":
                raise self.unexpected(char, "expected a value")
            return char
        if char != '"':
            raise self.unexpected(char, "was expecting double-quote to start field name")
        self.string("name", " in field name")
        char = self.more(scope)
        if char != ":":
            colon = "was expecting a colon to separate field name and value"
            raise self.unexpected(char, colon)
        return self.more(scope)

    def scalar(self, char: str, scope: _Scope | None) -> None:
        if char == '"':
            self.string("string value", ": was expecting closing quote for a string value")
        elif char in _WORDS:
            self.word(_WORDS[char], 1)
        elif char == "-" or char in "0123456789":
            self.number(char, is_root=scope is None)
        else:
            raise self.odd_value(char)

    def word(self, word: str, matched: int) -> None:
        """Take the rest of a word of which so many characters are taken."""
        start = self.at - matched
        while matched < len(word):
            if self.peek() != word[matched]:
                raise self.unknown_token(start)
            self.at += 1
            matched += 1
        if self.peek() >= "0" and _is_part(self.peek()):
            raise self.unknown_token(start)

    def string(self, what: str, unclosed: str) -> None:
        while True:
            plain = _PLAIN.match(self.text, self.at)
            self.at = plain.end() if plain else self.at
            char = self.take()
            if char == '"':
                return
            if not char:
                raise self.end_of_input(unclosed)
            if char != "\\":
                raise self.fault(
                    f"Illegal unquoted character ({_describe(char)}): has to be escaped using "
                    f"backslash to be included in {what}",
                    back=1,
                )
            self.escape()

    def escape(self) -> None:
        char = self.take_escaped()
        if char in 'btnfr"/\\':
            return
        if char != "u":
            raise self.fault(f"Unrecognized character escape {_describe(char)}", back=1)
        for _ in range(4):
            char = self.take_escaped()
            if char not in "0123456789abcdefABCDEF":
                digit = "expected a hex-digit for character escape sequence"
                raise self.unexpected(char, digit)

    def take_escaped(self) -> str:
        char = self.take()
        if not char:
            raise self.end_of_input(" in character escape sequence")
        return char

    def number(self, char: str, *, is_root: bool) -> None:
        if char == "-":
            char = self.take()
            if not char:
                raise self.end_of_input("No digit following minus sign")  # without a blank
            if char == ".":
                raise self.odd_value(char)
            if char not in "0123456789":
                raise self.no_number(char, "-")
        if char == "0" and "0" <= self.peek() <= "9":
            raise self.fault("Invalid numeric value: Leading zeroes not allowed")
        self.skip_digits()
        if self.peek() == ".":
            self.at += 1
            if not self.skip_digits():
                raise self.in_number(self.take() or ".", "Decimal point not followed by a digit")
        if self.peek() in ("e", "E"):
            self.at += 1
            if self.peek() in ("+", "-"):
                self.at += 1
            if not self.skip_digits():
                char = self.take()
                if not char:
                    raise self.end_of_input("expected a digit for number exponent")
                raise self.in_number(char, "Exponent indicator not followed by a digit")
        if is_root and self.peek() and self.peek() not in " \t\r\n":
            raise self.unexpected(self.take(), "Expected space separating root-level values")

    def no_number(self, char: str, sign: str) -> _FaultError:
        """The fault where a sign is followed by something that is not a digit."""
        if char == "I":
            char = self.take()
            if not char:
                return self.end_of_input(" in a Number value")
            word = {"N": f"{sign}INF", "n": f"{sign}Infinity"}.get(char)
            if word:
                self.word(word, 3)
                return self.fault(_NON_STANDARD.format(word))
        if sign == "+":
            plus = "ALLOW_LEADING_PLUS_SIGN_FOR_NUMBERS"
            return self.in_number(
                "+",
                "JSON spec does not allow numbers to have plus signs: "
                f"enable `JsonReadFeature.{plus}` to allow",
            )
        return self.in_number(
            char, "expected digit (0-9) to follow minus sign, for valid numeric value"
        )

    def odd_value(self, char: str) -> _FaultError:
        if char in _ODD_WORDS:
            self.word(_ODD_WORDS[char], 1)
            return self.fault(_NON_STANDARD.format(_ODD_WORDS[char]))
        if char == "+":
            char = self.take()
            return self.no_number(char, "+") if char else self.end_of_input(" in a Number value")
        if unicodedata.category(char) in _IDENTIFIER_START:
            return self.unknown_token(self.at - 1)
        return self.unexpected(char, f"expected a valid value {_VALUES}")

    # What is taken

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def take(self) -> str:
        char = self.text[self.at : self.at + 1]
        self.at += len(char)
        return char

    def skip_digits(self) -> bool:
        """Skip ASCII digits; whether there were any."""
        start = self.at
        while "0" <= self.peek() <= "9":
            self.at += 1
        return self.at > start

    def next_token(self) -> str:
        """Skip blanks and take a character; the empty text at the end."""
        blanks = _BLANKS.match(self.text, self.at)
        self.at = blanks.end() if blanks else self.at
        char = self.take()
        if char and char < " ":
            raise self.fault(
                f"Illegal character ({_describe(char)}): only regular white space (\\r, \\n, \\t) "
                "is allowed between tokens"
            )
        if char == "/":
            raise self.unexpected(
                char,
                "maybe a (non-standard) comment? (not recognized as one since Feature "
                "'ALLOW_COMMENTS' not enabled for parser)",
            )
        return char

    def more(self, scope: _Scope) -> str:
        char = self.next_token()
        if not char:
            raise self.end_of_input(f" within/between {scope.kind} entries")
        return char

    # What is said

    def fault(self, message: str, *, back: int = 0) -> _FaultError:
        """The fault at the place reached, or at a place so many characters before it."""
        return _FaultError(f"{message}\n at {self.location(self.at - back)}")

    def location(self, at: int) -> str:
        ends = [found.end() for found in _LINE_END.finditer(self.text, 0, at)]
        return (
            f"[{self.source}; line: {len(ends) + 1}, column: {at - (ends[-1] if ends else 0) + 1}]"
        )

    def unexpected(self, char: str, expected: str) -> _FaultError:
        return self.fault(f"Unexpected character ({_describe(char)}): {expected}", back=1)

    def in_number(self, char: str, expected: str) -> _FaultError:
        found = f"Unexpected character ({_describe(char)}) in numeric value"
        return self.fault(f"{found}: {expected}", back=1)

    def end_of_input(self, where: str) -> _FaultError:
        return self.fault(f"Unexpected end-of-input{where}")

    def unclosed(self, scope: _Scope) -> _FaultError:
        start = self.location(scope.start)
        return self.end_of_input(
            f": expected close marker for {scope.kind} (start marker at {start})"
        )

    def mismatch(self, char: str, scope: _Scope | None) -> _FaultError:
        expected = "}" if char == "]" else "]"
        where = f"{scope.kind} starting at {self.location(scope.start)}" if scope else ""
        where = where or f"root starting at [{self.source}; line: 1]"
        message = f"Unexpected close marker '{char}': expected '{expected}' (for {where})"
        return self.fault(message, back=1)

    def unknown_token(self, start: int) -> _FaultError:
        while self.peek() and _is_part(self.peek()) and self.at - start < _MAX_TOKEN:
            self.at += 1
        token = self.text[start : self.at]
        token += "..." if len(token) >= _MAX_TOKEN else ""
        return self.fault(f"Unrecognized token '{token}': was expecting {_VALUES}")


def _is_part(char: str) -> bool:
    """Character.isJavaIdentifierPart."""
    code = ord(char)
    return (
        unicodedata.category(char) in _IDENTIFIER_PART
        or code <= 0x08
        or 0x0E <= code <= 0x1B
        or 0x7F <= code <= 0x9F
    )


def _describe(char: str) -> str:
    code = ord(char)
    if code <= 0x1F or 0x7F <= code <= 0x9F:
        return f"(CTRL-CHAR, code {code})"
    return f"'{char}' (code {code} / {code:#x})" if code > 255 else f"'{char}' (code {code})"
