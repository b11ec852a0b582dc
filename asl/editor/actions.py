"""What an editor can do about a fault: `actions`.

A warning can be silenced by the Comment of the state that it is about; a word that may be misspelt
can be replaced by the one that was meant.
"""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from asl.editor.lines import Edit
from asl.editor.names import split_path
from asl.editor.renaming import written
from asl.editor.tree import Object, Scalar, at, scalars
from asl.language.rules.table import RULES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asl.editor.document import Document
    from asl.editor.faults import Located
    from asl.editor.lines import Range
    from asl.editor.tree import Member
    from asl.language.diagnostics import Diagnostic

_HINT: Final = re.compile(r"did you mean ('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")\?")
_WORD: Final = re.compile(r"[\w.$-]+")
#: As in `asl.language.silence`: what is there already is gone on with.
_MARK: Final = re.compile(r"\basl:\s*ignore\s+[\w-]+(?:\s*,\s*[\w-]+)*")


@dataclass(frozen=True, slots=True)
class Action:
    """A change that somebody can choose.

    ``is_preferred``: it is what most would do. ``fault`` is what it is about.
    """

    title: str
    edits: tuple[tuple[Range, str], ...]
    fault: Located
    is_preferred: bool = False


def actions(document: Document, start: int, end: int, faults: Sequence[Located]) -> list[Action]:
    """What can be done about the faults between two offsets.

    Args:
        document: The text.
        start: Where the piece starts that somebody has chosen.
        end: Where it ends.
        faults: What was found in this very text.
    """
    here = [one for one in faults if one.start <= end and one.end >= start]
    known: dict[int, Scalar] = {}
    if any(_HINT.search(one.diagnostic.hint) for one in here):
        known = {spot.scalar.start: spot.scalar for spot in scalars(document.tree)}
    found = []
    for fault in here:
        both = (_meant(document, fault, known.get(fault.start)), _silent(document, fault))
        found += [action for action in both if action]
    return found


def _action(
    document: Document, title: str, edit: Edit, fault: Located, *, is_preferred: bool = False
) -> Action:
    place = document.lines.range(edit.start, edit.end)
    return Action(title, ((place, edit.text),), fault, is_preferred)


def _meant(document: Document, fault: Located, scalar: Scalar | None) -> Action | None:
    """Put the word there that was meant; ``scalar`` is what stands where the fault is."""
    match = _HINT.search(fault.diagnostic.hint)
    if match is None or scalar is None:
        return None
    word = str(ast.literal_eval(match[1]))
    edit = _correction(document, scalar, word)
    if edit is None:
        return None
    return _action(document, f"Change to {word!r}", edit, fault, is_preferred=True)


def _correction(document: Document, scalar: Scalar, word: str) -> Edit | None:
    """Put a word in place of what it was meant for: of all of a scalar, or of a word in it."""
    text = document.text[scalar.start : scalar.end]
    places = {match[0]: match.span() for match in _WORD.finditer(text) if match[0] != word}
    close = get_close_matches(word, [scalar.text, *places], n=1, cutoff=0.6)
    if not close:
        return None
    if close[0] == scalar.text:
        return Edit(scalar.start, scalar.end, written(document, scalar, word))
    start, end = places[close[0]]
    return Edit(scalar.start + start, scalar.start + end, word)


def _silent(document: Document, fault: Located) -> Action | None:
    """Add the rule of a warning to the Comment of its state."""
    one = fault.diagnostic
    rule = RULES.get(one.rule)
    if one.severity != "WARNING" or rule is None or not rule.can_be_silenced:
        return None
    name, owner = _owner(document, one)
    if owner is None:
        return None
    edit = _comment(document, owner, one.rule)
    if edit is None:
        return None
    where = f"in {name!r}" if name else "here"
    return _action(document, f"Silence {one.rule} ({rule.name}) {where}", edit, fault)


def _owner(document: Document, one: Diagnostic) -> tuple[str, Object | None]:
    """The state that a fault is in, or else the machine."""
    path = tuple(
        int(step) if step.isdecimal() else step.replace("~1", "/").replace("~0", "~")
        for step in one.pointer.split("/")[1:]
    )
    machine, rest = split_path(path)
    while True:
        if rest[:1] == ("States",) and len(rest) > 1:
            state = at(document.tree, (*machine, *rest[:2]))
            if isinstance(state, Object):
                return str(rest[1]), state
        value = at(document.tree, machine)
        if isinstance(value, Object) or not machine:
            return "", value if isinstance(value, Object) else None
        machine, rest = split_path(machine[:-1])


def _comment(document: Document, owner: Object, code: str) -> Edit | None:
    member = owner.member("Comment")
    if member is None:
        return _new_comment(document, owner, f"asl: ignore {code}")
    scalar = member.value
    if not isinstance(scalar, Scalar) or not scalar.is_string or scalar.quote == "|":
        return None
    mark = _MARK.search(scalar.text)
    if mark is None:
        text = f"{scalar.text.rstrip()} asl: ignore {code}".strip()
    else:
        text = f"{scalar.text[: mark.end()]}, {code}{scalar.text[mark.end() :]}"
    return Edit(scalar.start, scalar.end, written(document, scalar, text))


def _new_comment(document: Document, owner: Object, text: str) -> Edit | None:
    """A Comment before the first member of an object."""
    if not owner.members:
        return None
    first: Member = owner.members[0]
    at_key = first.key.start
    line = document.lines.line_start(at_key)
    before = document.text[line:at_key]
    quoted = json.dumps(text)
    if owner.is_block:
        indent = "\n" + " " * len(before)
        return Edit(at_key, at_key, f"Comment: {quoted}{indent}")
    key = "Comment" if document.is_yaml and not first.key.quote else '"Comment"'
    behind = ", " if before.strip() else f",\n{before}"
    return Edit(at_key, at_key, f"{key}: {quoted}{behind}")
