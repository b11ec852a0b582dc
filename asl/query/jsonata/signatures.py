"""Signatures of functions: which arguments one takes, checked and completed before each call.

    <s-nn?:s>    a text (or else the context), a number, perhaps another number; gives a text
    <a<n>:n>     an array of numbers, or one number
    <(sf)>       a text or a function
    <x+>         one or more values

Every argument has a letter: s, n, b, l (null), a, o, f, or m if it is undefined; nearly every
parameter takes m. What is matched is the word of these letters, as a regular expression would match
it; here that takes a time that does not explode, since lambdas may bring their own signatures.

Source: JSONata 2.0.6; its documentation, "Function signature syntax".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from asl.query.jsonata.faults import FaultError
from asl.query.jsonata.kinds import UNDEFINED, Function, Value

if TYPE_CHECKING:
    from collections.abc import Sequence

_PARAMETER = re.compile(
    r"(?:\((?P<choice>[a-z]+)\)|(?P<kind>[a-z]))(?:<(?P<items>[^<>]*)>)?(?P<marks>[-?+]*)"
)
_LETTERS = {"a": "asnblfom", "x": "asnblfom", "j": "asnblom", "f": "f"}
_TYPE_NAMES = {
    "a": "arrays",
    "b": "booleans",
    "f": "functions",
    "n": "numbers",
    "o": "objects",
    "s": "strings",
}


class Parameter(NamedTuple):
    """What one place of a signature takes.

    Attributes:
        letters: Those of the values that it takes.
        is_array: A value that is no array becomes one of one item.
        items: The letter of what an array has to hold; empty for anything.
        takes_context: The context stands in if the argument is missing.
        is_optional: There may be no argument.
        repeats: There may be several.
    """

    letters: str
    is_array: bool = False
    items: str = ""
    takes_context: bool = False
    is_optional: bool = False
    repeats: bool = False


class Signature:
    """The parameters of a function, in their order."""

    __slots__ = ("parameters",)

    def __init__(self, parameters: Sequence[Parameter]) -> None:
        self.parameters = tuple(parameters)

    def validate(self, arguments: list[Value], context: Value) -> list[Value]:
        """The arguments as the function wants them.

        Raises:
            FaultError: T0410, T0411 or T0412; without the function's name (``token``).
        """
        word = "".join(map(letter_of, arguments))
        counts = self._match(word, len(self.parameters), is_whole=True)
        if counts is None:
            raise self._mismatch(word)
        validated: list[Value] = []
        at = 0
        for parameter, count in zip(self.parameters, counts, strict=True):
            if count:
                taken = arguments[at : at + count]
                if parameter.is_array:
                    letters = word[at : at + count]
                    taken = [
                        _as_array(parameter, value, letter, letters, at + index)
                        for index, (value, letter) in enumerate(zip(taken, letters, strict=True))
                    ]
                validated += taken
                at += count
            elif not parameter.takes_context:
                validated.append(arguments[at] if at < len(arguments) else UNDEFINED)
                at += 1
            elif letter_of(context) in parameter.letters:
                validated.append(context)
            else:
                raise FaultError("T0411", index=at + 1, value=context)
        return validated

    def _match(self, word: str, parameters: int, *, is_whole: bool) -> list[int] | None:
        """How many letters each of the first parameters takes; the first as many as it can."""
        chosen = self.parameters[:parameters]
        if len(word) <= len(chosen) and all(
            letter in parameter.letters and not parameter.repeats
            for letter, parameter in zip(word, chosen, strict=False)
        ):  # the common case: one each, the rest is left out
            rest = chosen[len(word) :]
            if all(parameter.is_optional for parameter in rest):
                return [1] * len(word) + [0] * len(rest)
        # reach[n] are the places of the word from which the parameters behind the first n can match
        reach = [set(range(len(word) + 1)) if not is_whole else {len(word)}]
        for parameter in reversed(chosen):
            behind, here = reach[-1], set[int]()
            for at in range(len(word), -1, -1):
                takes = at < len(word) and word[at] in parameter.letters
                if takes and (at + 1 in behind or (parameter.repeats and at + 1 in here)):
                    here.add(at)
            if parameter.is_optional:
                here |= behind
            reach.append(here)
        reach.reverse()
        if 0 not in reach[0]:
            return None
        counts: list[int] = []
        at = 0
        for parameter, behind in zip(chosen, reach[1:], strict=True):
            most = at
            while most < len(word) and word[most] in parameter.letters:
                most += 1
                if not parameter.repeats:
                    break
            end = next(end for end in range(most, at - 1, -1) if end in behind)
            counts.append(end - at)
            at = end
        return counts

    def _mismatch(self, word: str) -> FaultError:
        """T0410 for the first argument that does not fit."""
        good = 0
        for number in range(1, len(self.parameters) + 1):
            counts = self._match(word, number, is_whole=False)
            if counts is None:
                break
            good = sum(counts)
        return FaultError("T0410", index=good + 1)


def _as_array(parameter: Parameter, value: Value, letter: str, letters: str, index: int) -> Value:
    if letter == "m":
        return UNDEFINED
    if parameter.items:
        if letter != "a":
            is_right = letters == parameter.items
        else:
            is_right = all(letter_of(item) == parameter.items[0] for item in value)
        if not is_right:
            raise FaultError(
                "T0412", index=index + 1, type=_TYPE_NAMES.get(parameter.items, UNDEFINED)
            )
    return value if letter == "a" else [value]


def letter_of(value: Value) -> str:
    """The letter for the type of a value."""
    if isinstance(value, str):
        return "s"
    if isinstance(value, bool):
        return "b"
    if isinstance(value, int | float):
        return "n"
    if isinstance(value, list):
        return "a"
    if isinstance(value, dict):
        return "o"
    if value is None:
        return "l"
    return "f" if isinstance(value, Function) else "m"


def parse_signature(text: str) -> Signature:
    """Read a signature of one of our own functions, such as ``<s-nn?:s>``."""
    parameters: list[Parameter] = []
    at = 1
    while match := _PARAMETER.match(text, at):  # up to the colon, or the end
        kind, marks = match["kind"] or "", match["marks"]
        parameters.append(
            Parameter(
                letters=_LETTERS.get(kind, (match["choice"] or kind) + "m"),
                is_array=kind == "a",
                items=(match["items"] or "") if kind == "a" else "",
                takes_context="-" in marks,
                is_optional="-" in marks or "?" in marks,
                repeats="+" in marks,
            )
        )
        at = match.end()
    return Signature(parameters)
