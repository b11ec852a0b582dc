"""The functions that AWS adds to JSONata's library, and those that ask for time or chance.

Source: AWS guide, "JSONata functions provided by Step Functions"; recordings of AWS for all that is
said about arguments, results and texts.
"""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING, Final

from asl.errors import UnsupportedFeature
from asl.jsontypes import NotJsonError, parse_json
from asl.query.javalike import JavaRandom, number_text
from asl.query.jsonata.builtins.dates import from_millis
from asl.query.jsonata.faults import FaultError
from asl.query.jsonata.kinds import UNDEFINED, Sequence, Value
from asl.query.jsonata.operators import double, number

if TYPE_CHECKING:
    from asl.query.jsonata.guard import Run

_ALGORITHMS: Final = {
    "SHA-1": hashlib.sha1,
    "SHA-384": hashlib.sha384,
    "SHA-256": hashlib.sha256,
    "SHA-512": hashlib.sha512,
    "MD5": hashlib.md5,
}


def partition(run: Run, array: Value = UNDEFINED, size: Value = UNDEFINED) -> Value:
    """``$partition``: chunks of an array; a fraction of the size is cut off.

    Recorded: without a size there is one chunk, of size 0 there is nothing (undefined).
    """
    if array is UNDEFINED:
        return UNDEFINED
    if not isinstance(array, list):
        raise FaultError("T0412", index=1, type=UNDEFINED)
    run.charge(2 * len(array))
    if size is UNDEFINED:
        return [list(array)] if array else []
    length = math.trunc(size)
    if length < 0:
        raise FaultError("D3137", message="Second argument must be zero or greater")
    if length == 0:
        return UNDEFINED
    return [array[at : at + length] for at in range(0, len(array), length)]


def span(
    run: Run, start: Value = UNDEFINED, end: Value = UNDEFINED, step: Value = UNDEFINED
) -> Value:
    """``$range``: from start to end, both included; fractions are cut off.

    Recorded: a single number comes out bare, and a step of 0, or none, gives undefined.
    """
    if start is UNDEFINED or end is UNDEFINED or step is UNDEFINED:
        return UNDEFINED
    first, last, by = math.trunc(start), math.trunc(end), math.trunc(step)
    if by == 0:
        return UNDEFINED
    count = max(0, (last - first) // by + 1)
    run.charge(count)
    return Sequence([number(double(first + by * place)) for place in range(count)])


def hash_of(run: Run, text: Value = UNDEFINED, algorithm: Value = UNDEFINED) -> Value:
    """``$hash``: hexadecimal digits, of the text in UTF-8."""
    if text is UNDEFINED or algorithm is UNDEFINED:
        raise FaultError("T0410", index=1 if text is UNDEFINED else 2)
    if algorithm not in _ALGORITHMS:
        known = ", ".join(_ALGORITHMS)
        raise FaultError("D3137", message=f"Hash algorithm '{algorithm}' must be one of {known}")
    run.charge_text(len(text))
    return _ALGORITHMS[algorithm](text.encode("utf-8", "surrogatepass")).hexdigest()


def random(run: Run, seed: Value = UNDEFINED) -> Value:
    """``$random``: from 0 to 1; the same seed gives the same number, that of java.util.Random."""
    if seed is UNDEFINED:
        return run.environment.random.next_double()
    if not double(seed).is_integer() or not -(1 << 63) <= seed < 1 << 63:
        raise UnsupportedFeature(f"$random with the seed {number_text(seed):.100}", "")
    return JavaRandom(int(seed)).next_double()


def uuid(run: Run) -> Value:
    """``$uuid``: of version 4."""
    return run.environment.random.uuid4()


def parse(run: Run, text: Value = UNDEFINED) -> Value:
    """``$parse``: JSON text to the value."""
    if text is UNDEFINED:
        return UNDEFINED
    run.charge_text(16 * len(text))
    try:
        value: Value = parse_json(text)
    except NotJsonError:
        raise FaultError("D3137", message="Invalid JSON") from None
    return value


def now(run: Run, picture: Value = UNDEFINED, timezone: Value = UNDEFINED) -> Value:
    """``$now``: the time of the state, as text."""
    return from_millis(run, millis(run), picture, timezone)


def millis(run: Run) -> Value:
    """``$millis``: the time of the state, in milliseconds from the epoch."""
    return run.environment.now_us // 1000
