"""Functions on texts, but for those that search with regular expressions.

Lengths and positions count characters, as in the reference.

Source: JSONata 2.0.6; its documentation, "String functions".
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote_to_bytes

from asl.errors import UnsupportedFeature
from asl.query.jsonata.faults import FaultError
from asl.query.jsonata.kinds import UNDEFINED, Value
from asl.query.jsonata.operators import text_of

if TYPE_CHECKING:
    from asl.query.jsonata.guard import Run

_BLANKS: Final = re.compile(r"[ \t\n\r]+")


def string(run: Run, value: Value, prettify: Value = UNDEFINED) -> Value:
    """``$string``."""
    return UNDEFINED if value is UNDEFINED else text_of(value, run, pretty=prettify is True)


def _slice(text: str, start: Value, end: Value) -> str:
    """``slice`` of JavaScript: fractions are cut off, negative positions count from the end."""

    def place(position: Value, default: int) -> int:
        if position is UNDEFINED:
            return default
        at: int = math.trunc(position)
        return max(len(text) + at, 0) if at < 0 else at

    return text[place(start, 0) : place(end, len(text))]


def substring(_run: Run, text: Value, start: Value = UNDEFINED, length: Value = UNDEFINED) -> Value:
    """``$substring``."""
    if text is UNDEFINED:
        return UNDEFINED
    if start is UNDEFINED:
        return text if length is UNDEFINED else ""
    if len(text) + start < 0:
        start = 0
    if length is UNDEFINED:
        return _slice(text, start, UNDEFINED)
    if length <= 0:
        return ""
    return _slice(text, start, (start if start >= 0 else len(text) + start) + length)


def substring_before(_run: Run, text: Value, separator: Value = UNDEFINED) -> Value:
    """``$substringBefore``."""
    if text is UNDEFINED or separator is UNDEFINED:
        return text
    return text.partition(separator)[0] if separator else ""


def substring_after(_run: Run, text: Value, separator: Value = UNDEFINED) -> Value:
    """``$substringAfter``."""
    if text is UNDEFINED or not separator or separator is UNDEFINED:
        return text
    _, found, after = text.partition(separator)
    return after if found else text


def lowercase(_run: Run, text: Value) -> Value:
    """``$lowercase``."""
    return UNDEFINED if text is UNDEFINED else text.lower()


def uppercase(_run: Run, text: Value) -> Value:
    """``$uppercase``."""
    return UNDEFINED if text is UNDEFINED else text.upper()


def length(_run: Run, text: Value) -> Value:
    """``$length``."""
    return UNDEFINED if text is UNDEFINED else len(text)


def trim(_run: Run, text: Value) -> Value:
    """``$trim``: no white space outside, one blank for any inside."""
    if text is UNDEFINED:
        return UNDEFINED
    return _BLANKS.sub(" ", text).removeprefix(" ").removesuffix(" ")


def pad(run: Run, text: Value, width: Value = UNDEFINED, padding: Value = UNDEFINED) -> Value:
    """``$pad``: to the right, or to the left if the width is negative."""
    if text is UNDEFINED or width is UNDEFINED:
        return text
    missing = abs(width) - len(text)
    if missing <= 0:
        return text
    if not float(missing).is_integer():
        raise FaultError("D3137", message="Invalid array length")  # JavaScript's own error
    missing = int(missing)
    filler = " " if padding is UNDEFINED else padding or " "
    run.charge_text(missing + len(text))
    fill = (filler * (missing // len(filler) + 1))[:missing]
    result: str = text + fill if width > 0 else fill + text
    return result


def join(run: Run, texts: Value, separator: Value = UNDEFINED) -> Value:
    """``$join``."""
    if texts is UNDEFINED:
        return UNDEFINED
    between = "" if separator is UNDEFINED else separator
    run.charge_text(sum(map(len, texts)) + len(between) * len(texts))
    return between.join(texts)


def base64encode(run: Run, text: Value) -> Value:
    """``$base64encode``, of the text in UTF-8: AWS's way with other than ASCII is not known."""
    if text is UNDEFINED:
        return UNDEFINED
    run.charge_text(2 * len(text))
    return base64.b64encode(text.encode("utf-8", "surrogatepass")).decode("ascii")


def base64decode(run: Run, text: Value) -> Value:
    """``$base64decode``, of UTF-8; characters that are none of Base64's are passed over."""
    if text is UNDEFINED:
        return UNDEFINED
    run.charge_text(len(text))
    digits = re.sub(r"[^A-Za-z0-9+/]", "", text.partition("=")[0].translate(_URL_DIGITS))
    if len(digits) % 4 == 1:
        digits = digits[:-1]
    data = binascii.a2b_base64(digits + "=" * (-len(digits) % 4))
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise UnsupportedFeature("$base64decode of other data than UTF-8 text", "") from None


_URL_DIGITS: Final = str.maketrans("-_", "+/")


# Addresses

_UNRESERVED: Final = "-_.!~*'()"
_RESERVED: Final = ";/?:@&=+$,#"
_ESCAPES: Final = re.compile("(?:%[0-9a-fA-F]{2})+")


def _encode(run: Run, text: Value, kept: str, name: str) -> Value:
    if text is UNDEFINED:
        return UNDEFINED
    run.charge_text(9 * len(text))
    try:
        return quote(text, safe=kept)
    except UnicodeEncodeError:
        raise FaultError("D3140", functionName=name, value=text) from None


def encode_url_component(run: Run, text: Value) -> Value:
    """``$encodeUrlComponent``."""
    return _encode(run, text, _UNRESERVED, "encodeUrlComponent")


def encode_url(run: Run, text: Value) -> Value:
    """``$encodeUrl``."""
    return _encode(run, text, _UNRESERVED + _RESERVED, "encodeUrl")


def _decode(run: Run, text: Value, kept: str, name: str) -> Value:
    """All escapes as the characters that they stand for, except for those of some characters."""
    if text is UNDEFINED:
        return UNDEFINED
    run.charge_text(len(text))

    def plain(match: re.Match[str]) -> str:
        characters = unquote_to_bytes(match[0]).decode("utf-8")
        escapes, parts = match[0], []
        for character in characters:
            size = 3 * len(character.encode("utf-8"))
            parts.append(escapes[:size] if character in kept else character)
            escapes = escapes[size:]
        return "".join(parts)

    if "%" in _ESCAPES.sub("", text):  # a percent sign that starts no escape
        raise FaultError("D3140", functionName=name, value=text)
    try:
        return _ESCAPES.sub(plain, text)
    except ValueError:
        raise FaultError("D3140", functionName=name, value=text) from None


def decode_url_component(run: Run, text: Value) -> Value:
    """``$decodeUrlComponent``."""
    return _decode(run, text, "", "decodeUrlComponent")


def decode_url(run: Run, text: Value) -> Value:
    """``$decodeUrl``."""
    return _decode(run, text, _RESERVED, "decodeUrl")
