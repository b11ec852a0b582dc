"""Edits of a definition's JSON, and the changes that are made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from asl.jsontypes import copy_json, dump

if TYPE_CHECKING:
    from asl.jsontypes import Json
    from asl.language.positions import Path

_SHOWN: Final = 60


class _Gone:
    """What is put at a path to remove it."""


_GONE: Final = _Gone()


class Edit(NamedTuple):
    """Put a value at a path, or remove what is there if there is none."""

    path: Path
    value: Json | _Gone = _GONE


class Change(NamedTuple):
    """Edits that belong together, with a name, their place and a sentence."""

    name: str
    path: Path
    what: str
    edits: tuple[Edit, ...]


def dropped(path: Path, name: str, what: str) -> Change:
    """The removal of what is at a path."""
    return Change(name, path, what, (Edit(path),))


def replaced(path: Path, old: Json, new: Json, name: str) -> Change:
    """Another value at a path; ``old`` counts for the sentence."""
    what = f"{path[-1]} is {shown(new)} instead of {shown(old)}"
    return Change(name, path, what, (Edit(path, new),))


def shown(value: Json) -> str:
    """A value as JSON, cut if it is long."""
    text = dump(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."


def edited(tree: Json, edit: Edit) -> None:
    """Edit a tree in place."""
    owner: Any = tree
    *steps, last = edit.path
    for step in steps:
        owner = owner[step]
    if isinstance(edit.value, _Gone):
        del owner[last]
    else:
        owner[last] = copy_json(edit.value)
