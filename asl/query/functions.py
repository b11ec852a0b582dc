"""The 18 intrinsic functions: what each takes, gives and refuses.

A function here is a plain Python function over JSON values; `asl.query.intrinsics` has the table
of them. The module knows nothing of call syntax, paths or states. Kinds of arguments are found
wrong only here, at run time, as on AWS.

Where AWS's behaviour is not known (no recording, no documentation), a function raises
`UnsupportedFeature` instead of giving a plausible value.

Source: AWS guide, "Intrinsics for JSONPath states in Step Functions"; recordings of AWS.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING

from asl.errors import UnsupportedFeature
from asl.jsontypes import NotJsonError, parse_json
from asl.query.javalike import (
    JavaRandom,
    hash_set_order,
    java_length,
    map_text,
    merged_map_order,
    number_text,
    to_text,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asl.jsontypes import Json

_INT_MIN, _INT_MAX = -(1 << 31), (1 << 31) - 1
MAX_HASHED_CHARACTERS = 10_000
_MAX_RANGE = 1_000
#: Our own bound on a text that a call makes on its way (an execution's data end at 256 KiB anyway).
MAX_CHARACTERS = 4 << 20


class RefusedError(Exception):
    """A function refuses its arguments; ``detail`` is AWS's sentence, None for the usual one."""

    def __init__(self, detail: str | None = None) -> None:
        self.detail = detail
        super().__init__(detail)


# Kinds of arguments


def _list(value: Json) -> list[Json]:
    if type(value) is list:
        return value
    raise RefusedError


def _text(value: Json) -> str:
    if type(value) is str:
        return value
    raise RefusedError


def _short_text(value: Json) -> str:
    text = _text(value)
    # Java counts UTF-16 units: at most two for each of Python's characters.
    if len(text) > MAX_HASHED_CHARACTERS // 2 and java_length(text) > MAX_HASHED_CHARACTERS:
        raise RefusedError
    return text


def _whole(value: Json) -> int:
    """A number of 32 bits, its fraction cut off."""
    if type(value) is int or type(value) is float:
        number = int(value)
        if _INT_MIN <= number <= _INT_MAX:
            return number
    raise RefusedError


def _utf8(text: str) -> bytes:
    """String.getBytes: a lone half of a surrogate pair becomes a question mark."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        joined = text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
        return joined.encode("utf-8", "replace")


def _too_long() -> UnsupportedFeature:
    return UnsupportedFeature(
        f"an intrinsic function's text of over {MAX_CHARACTERS} characters", ""
    )


# Arrays


def array(*values: Json) -> Json:
    """States.Array: the list of the values."""
    return list(values)


def array_partition(items: Json, size: Json) -> Json:
    """States.ArrayPartition: lists of ``size`` items, the last may be shorter."""
    whole, step = _list(items), _whole(size)
    if step < 1:
        raise RefusedError
    return [whole[start : start + step] for start in range(0, len(whole), step)]


def array_contains(items: Json, value: Json) -> Json:
    """States.ArrayContains: whether an item has the same text; ``"1"`` is found in ``[1]``."""
    wanted = map_text(value)
    return any(map_text(item) == wanted for item in _list(items))


def array_range(start: Json, end: Json, step: Json) -> Json:
    """States.ArrayRange: from ``start`` to ``end``, the end included; fractions are cut off."""
    first, last, by = _whole(start), _whole(end), _whole(step)
    if by == 0:
        raise RefusedError
    count = max((last - first) // by + 1, 0)
    if count > _MAX_RANGE:
        raise RefusedError
    return [first + number * by for number in range(count)]


def array_get_item(items: Json, index: Json) -> Json:
    """States.ArrayGetItem: the item, counted from 0; anything in an empty array is null."""
    whole, place = _list(items), _whole(index)
    if place < 0 or (whole and place >= len(whole)):
        raise RefusedError
    return whole[place] if whole else None


def array_length(items: Json) -> Json:
    """States.ArrayLength: the number of items."""
    return len(_list(items))


def array_unique(items: Json) -> Json:
    """States.ArrayUnique: the different items, in the order of a Java HashSet."""
    return hash_set_order(_list(items))


# Encoding, hashes, JSON, text


def base64_encode(text: Json) -> Json:
    """States.Base64Encode: of the UTF-8 bytes; at most 10,000 characters."""
    return base64.b64encode(_utf8(_short_text(text))).decode()


def base64_decode(text: Json) -> Json:
    """States.Base64Decode: lenient like commons-codec, which AWS's results fit.

    Padding may be missing and ends the text wherever it stands, the URL alphabet is understood,
    other characters and a last group of a single character are passed over. Bytes that are not
    UTF-8 become U+FFFD.
    """
    digits = _NO_BASE64.sub("", _short_text(text).partition("=")[0].translate(_URL_ALPHABET))
    digits = digits[: len(digits) - (len(digits) % 4 == 1)]
    data = base64.b64decode(digits + "=" * (-len(digits) % 4))
    return _SURROGATE.sub(b"\xff", data).decode("utf-8", "replace")


_URL_ALPHABET = str.maketrans("-_", "+/")
_NO_BASE64 = re.compile("[^A-Za-z0-9+/]")
#: Java replaces an encoded surrogate as a whole, Python each of its three bytes.
_SURROGATE = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")


def hash_text(data: Json, algorithm: Json) -> Json:
    """States.Hash: lower-case hexadecimal digits; at most 10,000 characters.

    AWS hashes other values than texts too, but with which text of an array or object is not known.
    """
    name = HASHES.get(algorithm) if type(algorithm) is str else None
    if name is None:
        raise RefusedError
    if data is None or type(data) in (list, dict):
        raise UnsupportedFeature(f"States.Hash of {to_text(data):.100}", "")
    import hashlib  # noqa: PLC0415 - OpenSSL takes 5 ms, and few ask for a hash

    return hashlib.new(name, _utf8(_short_text(map_text(data))), usedforsecurity=False).hexdigest()


#: The algorithms by AWS's names, with Python's.
HASHES = {
    "MD5": "md5",
    "SHA-1": "sha1",
    "SHA-256": "sha256",
    "SHA-384": "sha384",
    "SHA-512": "sha512",
}


def json_merge(first: Json, second: Json, deep: Json) -> Json:
    """States.JsonMerge: shallow, the second object wins; the keys in the order of Java's HashMap.

    AWS refuses what is no object, and deep merging, with sentences that are not known: see ours.
    """
    if type(first) is not dict or type(second) is not dict:
        raise RefusedError("Invalid arguments in States.JsonMerge: only objects can be merged.")
    if deep is not False and deep != "false":
        raise RefusedError("Invalid arguments in States.JsonMerge: the third must be false.")
    merged = {**first, **second}
    return {key: merged[key] for key in merged_map_order(first, second)}


def string_to_json(text: Json) -> Json:
    """States.StringToJson: the value of JSON text; null for blank text."""
    source = _text(text)
    if not source.strip(" \t\r\n"):
        return None
    try:
        value = parse_json(source)
    except NotJsonError as error:
        from asl.query.jackson import parse_error  # noqa: PLC0415 - for text that is no JSON

        message = parse_error(source)
        if message is None:
            raise UnsupportedFeature(f"States.StringToJson of this text: {error}", "") from None
        raise RefusedError(
            f"Cannot convert String to Json in States.StringToJson, caused by: {message}"
        ) from None
    if _LONG_NUMBER.search(source):
        raise UnsupportedFeature("States.StringToJson of a number of more than 1000 digits", "")
    return value


#: Jackson reads numbers of up to 1,000 characters.
_LONG_NUMBER = re.compile(r"(?<![0-9])[0-9]{1001}")


def json_to_string(*values: Json) -> Json:
    """States.JsonToString: compact JSON text."""
    if len(values) != 1:
        only = "only a single argument is allowed."
        raise RefusedError(f"Invalid arguments in States.JsonToString: {only}")
    text = to_text(values[0])
    if len(text) > MAX_CHARACTERS:
        raise _too_long()
    return text


def string_split(text: Json, splitters: Json) -> Json:
    """States.StringSplit: the pieces between any of the characters; empty pieces are dropped."""
    whole, characters = _text(text), _text(splitters)
    if len(characters) > 1:
        whole = whole.translate(dict.fromkeys(map(ord, characters), characters[0]))
    pieces = whole.split(characters[0]) if characters else [whole]
    return [piece for piece in pieces if piece]


# Numbers and UUIDs


def math_add(first: Json, second: Json) -> Json:
    """States.MathAdd: each number is rounded (a half upwards), then added; all within 32 bits."""
    left = first if type(first) is int else _rounded(first)
    right = second if type(second) is int else _rounded(second)
    total = left + right
    if (
        _INT_MIN <= total <= _INT_MAX
        and _INT_MIN <= left <= _INT_MAX
        and _INT_MIN <= right <= _INT_MAX
    ):
        return total
    raise RefusedError


def _rounded(value: Json) -> int:
    """Math.round: to the nearest, a half upwards."""
    if type(value) is not float:
        raise RefusedError
    floor = value // 1
    return int(floor) + (value - floor >= 0.5)


def math_random(random: JavaRandom, start: Json, end: Json, *seed: Json) -> Json:
    """States.MathRandom: from ``start`` to before ``end``; fractions are cut off.

    The same seed gives AWS's number: that of java.util.Random.
    """
    low, high = _whole(start), _whole(end)
    if low >= high:
        raise RefusedError
    if seed:
        random = JavaRandom(_seed(seed[0]))
    if high - low > _INT_MAX:
        raise UnsupportedFeature(f"States.MathRandom from {low} to {high}", "")
    return low + random.next_int(high - low)


def _seed(value: Json) -> int:
    try:
        return _whole(value)
    except RefusedError:
        if type(value) is int or type(value) is float:
            seed = f"the seed {number_text(value):.100}"
            raise UnsupportedFeature(
                f"{seed} of more than 32 bits in States.MathRandom", ""
            ) from None
        raise


def uuid(random: JavaRandom, *_: Json) -> Json:
    """States.UUID: a version 4 UUID; AWS takes any arguments and ignores them."""
    return random.uuid4()


# Format

_PIECE = re.compile(r"\\.|\{\}|[{}]|[^\\{}]+|\\", re.DOTALL)


def split_template(template: str, *, escaped: bool) -> list[str]:
    r"""The pieces of a States.Format template, one more than there are ``{}`` between them.

    Args:
        template: The inside of a literal, as written, or a text from the data.
        escaped: The template is a literal, in which a backslash makes ``\{`` a plain brace.

    Raises:
        RefusedError: A brace without its partner.
        UnsupportedFeature: A backslash before a brace in data: what AWS makes of it is not known.
    """
    pieces = [""]
    for found in _PIECE.finditer(template):
        part = found[0]
        if part == "{}":
            pieces.append("")
        elif part == "{":
            raise _no_partner("}", "{")
        elif part == "}":
            raise _no_partner("{", "}")
        elif escaped and part[0] == "\\":
            pieces[-1] += part[1]
        elif part in (r"\{", r"\}"):
            raise UnsupportedFeature(rf"{part} in a template of States.Format from the data", "")
        else:
            pieces[-1] += part
    return pieces


def _no_partner(missing: str, brace: str) -> RefusedError:
    reason = f"matching '{missing}' not found for '{brace}'."
    return RefusedError(f"Invalid template in States.Format: {reason}")


def format_text(template: Json, *values: Json) -> Json:
    """States.Format: the template with the values for its ``{}``, objects like ``{a=1, b=[]}``."""
    return fill_template(split_template(_text(template), escaped=False), *values)


def fill_template(pieces: Sequence[str], *values: Json) -> Json:
    """States.Format with a template that is split already.

    AWS refuses more or fewer values than places with a sentence that is not known; this is ours.
    """
    if len(values) != len(pieces) - 1:
        counts = f"{len(values)} values for {len(pieces) - 1} '{{}}'."
        raise RefusedError(f"Invalid arguments in States.Format: {counts}")
    parts = list(pieces)
    length = 0
    for number, value in enumerate(values):
        text = value if type(value) is str else map_text(value)
        length += len(text)
        if length > MAX_CHARACTERS:
            raise _too_long()
        parts[number] += text
    return "".join(parts)
