"""Inside of strings that are computed: paths, intrinsic functions, JSONata between ``{% %}``.

A word is what the cursor stands in, such as ``States.Fo``, ``$states.in`` or ``$$.Execution``; it
is all that is looked at, so the rest of the expression may be broken.

Source: AWS guide, "Transforming data with JSONata in Step Functions", "Context object"; ASL
specification, "Paths" and "Intrinsic functions".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from asl.editor.documentation import CONTEXT, STATES_FIELDS
from asl.editor.functions import INTRINSICS, JSONATA, signature
from asl.editor.names import variables_in
from asl.language.walk import WORKING_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asl.editor.shapes import Place
    from asl.editor.tree import Value
    from asl.language.positions import Path

_WORD: Final = re.compile(r"(?:\$\$?|States)(?:[\w.]*\w|\.)?|\$\$?")
_TAIL: Final = re.compile(r"(?:\$\$?)?[\w.]*\Z")
_LONGEST: Final = 1000  # a word that is longer is none
_CONTEXT_ROOTS: Final = ("$$.", "$states.context.")
_PATH_FIELDS: Final = frozenset(("Variable", "InputPath", "OutputPath", "ItemsPath"))


class Proposal(NamedTuple):
    """What may stand where a word is being typed.

    ``keep`` is how much of the word before the cursor stays; what is behind that is replaced.
    """

    label: str
    kind: Literal["function", "variable", "field", "value"]
    keep: int
    detail: str = ""
    text: str = ""


def is_computed(place: Place, path: Path, text: str) -> bool:
    """Whether a string at a path is computed, as far as its text before the cursor shows."""
    if place.language == "JSONata":
        return text.rfind("{%") > text.rfind("%}")
    name = str(path[-1]) if path else ""
    return name.endswith((".$", "Path")) or name in _PATH_FIELDS


def proposals(tree: Value | None, place: Place, path: Path, text: str) -> Iterator[Proposal]:
    """What may follow in a computed string, by its text before the cursor."""
    word = typed_word(text)
    for root in _CONTEXT_ROOTS:
        if word.startswith(root):
            yield from _members(word, root)
            return
    if place.language == "JSONata":
        yield from _in_jsonata(tree, place, path, word)
    else:
        yield from _in_jsonpath(tree, place, word)


def typed_word(text: str) -> str:
    """The word that a text before the cursor ends with."""
    tail = _TAIL.search(text[-_LONGEST:])
    return tail[0] if tail else ""


def _members(word: str, root: str) -> Iterator[Proposal]:
    """Members of the Context Object."""
    typed = word[len(root) :]
    outer = typed.rpartition(".")[0]
    prefix = f"{outer}." if outer else ""
    for path, text in CONTEXT.items():
        if path.startswith(prefix) and "." not in path[len(prefix) :]:
            yield Proposal(path[len(prefix) :], "field", len(root) + len(prefix), text)


def _in_jsonata(tree: Value | None, place: Place, path: Path, word: str) -> Iterator[Proposal]:
    if word.startswith("$states."):
        if word.count(".") == 1:
            for name in _states_fields(place, path):
                yield Proposal(name, "field", len("$states."), STATES_FIELDS[name])
        return
    if "." in word:
        return
    yield Proposal("$states", "variable", 0, "input, result, errorOutput and context")
    yield from _variables(tree, place)
    for name, function in JSONATA.items():
        yield Proposal(f"${name}", "function", 0, signature(f"${name}"), function.text)


def _states_fields(place: Place, path: Path) -> Iterator[str]:
    """The fields of ``$states`` that are there: a result in Output and Assign of who has one."""
    within = path[len(place.state) :] if place.state is not None else ()
    yield "input"
    if within[:1] in (("Output",), ("Assign",)) and place.state_type in WORKING_TYPES:
        yield "result"
    if within[:1] == ("Catch",):
        yield "errorOutput"
    yield "context"


def _in_jsonpath(tree: Value | None, place: Place, word: str) -> Iterator[Proposal]:
    if word.startswith("$."):
        return
    if not word.startswith("$"):
        for name, function in INTRINSICS.items():
            yield Proposal(name, "function", 0, signature(name), function.text)
    if "." not in word:
        yield Proposal("$", "value", 0, "the input of the state")
        yield Proposal("$$", "value", 0, "the Context Object")
        yield from _variables(tree, place)


def _variables(tree: Value | None, place: Place) -> Iterator[Proposal]:
    setters: dict[str, list[str]] = {}
    for variable in variables_in(tree, place.machines):
        setters.setdefault(variable.name, []).append(variable.state)
    for name, states in setters.items():
        if re.fullmatch(r"\w+", name):
            yield Proposal(f"${name}", "variable", 0, f"set in {', '.join(states[:5])}")


class Word(NamedTuple):
    """A word of a computed string, and where in the string it starts."""

    text: str
    start: int


def word_at(text: str, index: int) -> Word | None:
    """The word of a string that an index stands in, up to the end of the step it stands in.

    In ``$$.Execution.Id`` the index of ``Execution`` gives ``$$.Execution``.
    """
    for match in _WORD.finditer(text):
        if match.start() <= index <= match.end():
            end = match.end()
            if not match[0].startswith("States"):
                dot = text.find(".", max(index, match.start() + 1), end)
                end = dot if dot >= 0 else end
            return Word(text[match.start() : end].rstrip("."), match.start())
    return None
