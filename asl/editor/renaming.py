"""Give a state another name, everywhere in its machine: `rename`.

The edits are tried before they are given out: the new text must say what the old one said, but for
the name. So nothing that YAML can do (an alias, a scalar in many lines) makes a rename change more
or less than it should; it is refused instead.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from asl.editor.jsonscan import is_plain_string
from asl.editor.lines import Edit, apply
from asl.editor.names import machines_in, states_of
from asl.editor.navigation import Target, target_at, uses_of
from asl.errors import UsageError
from asl.language.jsontext import read_json
from asl.language.positions import TextError

if TYPE_CHECKING:
    from asl.editor.document import Document
    from asl.editor.lines import Position, Range
    from asl.editor.tree import Scalar
    from asl.jsontypes import Json
    from asl.language.positions import Path

_LONGEST: Final = 80
_PLAIN: Final = re.compile(r"[A-Za-z_][\w./-]*(?: [\w./-]+)*", re.ASCII)
_TOO_LARGE: Final = 1_048_576


def renamed_at(document: Document, position: Position) -> tuple[Range, str] | None:
    """The range and the name of the state that could be renamed at a position; None for none."""
    target = target_at(document, document.lines.offset(position))
    if target is None:
        return None
    return document.lines.range(target.scalar.start, target.scalar.end), target.name


def rename(document: Document, position: Position, new_name: str) -> list[tuple[Range, str]]:
    """The edits that rename the state which is named at a position.

    Raises:
        UsageError: No state is named there, the new name can't be one, or the text is broken.
    """
    target = target_at(document, document.lines.offset(position))
    if target is None:
        raise UsageError("there is no name of a state here")
    if new_name == target.name:
        return []
    _check_name(document, target, new_name)
    edits = [
        Edit(one.scalar.start, one.scalar.end, written(document, one.scalar, new_name))
        for one in uses_of(document, target)
    ]
    before = _read(document.text, is_yaml=document.is_yaml)
    try:
        after = _read(apply(document.text, edits), is_yaml=document.is_yaml)
    except UsageError:
        after = None
    if after != _renamed(before, target.machine, target.name, new_name):
        raise UsageError(f"the text is written in a way that {target.name!r} can't be renamed in")
    return [(document.lines.range(start, end), text) for start, end, text in edits]


def written(document: Document, scalar: Scalar, text: str) -> str:
    """A text as it is written in place of a scalar: in its quotes, or those that it needs."""
    if document.is_yaml:
        if not scalar.quote and _PLAIN.fullmatch(text) and is_plain_string(text):
            return text
        if scalar.quote == "'" and text.isprintable():
            return "'" + text.replace("'", "''") + "'"
    return json.dumps(text, ensure_ascii=False)


def _check_name(document: Document, target: Target, new_name: str) -> None:
    if not new_name:
        raise UsageError("a state needs a name")
    if not new_name.isascii() and any("\ud800" <= one <= "\udfff" for one in new_name):
        raise UsageError("a name can't be half of a character")
    if len(new_name) > _LONGEST:
        raise UsageError(f"the name of a state has at most {_LONGEST} characters")
    names = {state.name for machine in machines_in(document.tree) for state in machine.states()}
    if new_name in names:
        raise UsageError(f"there is a state {new_name!r} already")
    if target.name not in {one.name for one in states_of(document.tree, target.machine)}:
        raise UsageError(f"there is no state {target.name!r}")


def _read(text: str, *, is_yaml: bool) -> Json:
    text = text.removeprefix("\ufeff")
    try:
        if not is_yaml:
            value, duplicates = read_json(text)
        else:
            from asl.language.yamltext import read_yaml  # noqa: PLC0415 - PyYAML is an extra

            value, _, duplicates = read_yaml(text, limit=_TOO_LARGE)
    except (TextError, ImportError) as error:
        raise UsageError(f"the text can't be read: {error}") from error
    if duplicates:
        raise UsageError(f"the key {duplicates[0].path[-1]!r} is there twice")
    return value


def _renamed(tree: Json, machine: Path, old: str, new: str) -> Json:
    """The tree as it should be: the state of one machine has the new name, and who points at it."""
    if machine:
        step, *rest = machine
        if isinstance(tree, dict):
            return {
                key: _renamed(value, tuple(rest), old, new) if key == step else value
                for key, value in tree.items()
            }
        if isinstance(tree, list):
            return [
                _renamed(value, tuple(rest), old, new) if index == step else value
                for index, value in enumerate(tree)
            ]
        return tree
    if not isinstance(tree, dict):
        return tree
    changed = _pointing(tree, ("StartAt",), old, new)
    states = tree.get("States")
    if isinstance(states, dict):
        changed["States"] = {
            new if name == old else name: _renamed_state(state, old, new)
            for name, state in states.items()
        }
    return changed


def _renamed_state(state: Json, old: str, new: str) -> Json:
    if not isinstance(state, dict):
        return state
    changed = _pointing(state, ("Next", "Default"), old, new)
    for field in ("Choices", "Catch"):
        entries = state.get(field)
        if isinstance(entries, list):
            changed[field] = [
                _pointing(entry, ("Next",), old, new) if isinstance(entry, dict) else entry
                for entry in entries
            ]
    return changed


def _pointing(
    tree: dict[str, Json], fields: tuple[str, ...], old: str, new: str
) -> dict[str, Json]:
    return {key: new if key in fields and value == old else value for key, value in tree.items()}
