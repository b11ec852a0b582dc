"""The definitions that a report is to be about: found by path, read as text, never run.

A definition that tests load as text or as an object belongs to a file if it is what the file says,
with any values in the place of its placeholders.
"""

from __future__ import annotations

import os
from glob import glob, has_magic
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from asl.errors import DefinitionError, UsageError, quote
from asl.language.source import read_source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from asl.jsontypes import Json
    from asl.language.source import Source

SUFFIXES = (".asl", ".asl.json", ".asl.yaml", ".asl.yml")


class DefinitionFile(NamedTuple):
    """A file with a definition; ``name`` is its path as reports have it."""

    name: str
    source: Source


def find_files(paths: Sequence[str], root: Path) -> list[DefinitionFile]:
    """The definitions at these paths, each once, in the order of their names.

    Args:
        paths: Files, folders (all definitions inside, by their suffix) or patterns of files with
            ``*``, ``?``, ``[...]`` and ``**``; relative to ``root``.
        root: The folder that names are relative to.

    Raises:
        UsageError: A path leads nowhere, or to what is no definition.
    """
    found = {each.resolve() for path in paths for each in _meant_by(path, root)}
    return sorted((_read(path, root) for path in found), key=lambda file: file.name)


def name_of(path: Path, root: Path) -> str:
    """A path as reports have it: relative to a folder if it stands in there, with slashes."""
    path = path.resolve()
    root = root.resolve()
    return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()


def template_of(name: str, root: Path) -> Source | None:
    """What a file says now; None if it can't be read any more."""
    try:
        return read_source(root / name, keeps_placeholders=True)
    except DefinitionError:
        return None


def is_filled_from(definition: Json, template: Json) -> bool:
    """Whether a definition is a template with values in the place of its placeholders."""
    if isinstance(template, str) and "${" in template:
        return True
    if isinstance(template, dict) and isinstance(definition, dict):
        open_keys = sum("${" in key for key in template)
        shared = template.keys() & definition.keys()
        return len(definition) == len(template) <= len(shared) + open_keys and all(
            is_filled_from(definition[key], template[key]) for key in shared
        )
    if isinstance(template, list) and isinstance(definition, list):
        return len(definition) == len(template) and all(map(is_filled_from, definition, template))
    return definition == template


def _meant_by(text: str, root: Path) -> Iterable[Path]:
    path = root / text
    if path.is_dir():
        found: Iterable[Path] = list(_inside(path))
    elif has_magic(text) and not path.exists():
        matches = (root / each for each in glob(text, root_dir=root, recursive=True))  # noqa: PTH207 - it may be absolute
        found = [each for each in matches if each.is_file()]
    elif path.is_file():
        return [path]
    else:
        raise UsageError(f"coverage of {quote(text)}: no such file or folder in {root}")
    if not found:
        kinds = "" if has_magic(text) else f" ({', '.join('*' + each for each in SUFFIXES)})"
        raise UsageError(f"coverage of {quote(text)}: there is no definition{kinds}")
    return found


def _inside(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name != "node_modules" and name[0] != "."]
        yield from (Path(place, name) for name in files if name.endswith(SUFFIXES))


def _read(path: Path, root: Path) -> DefinitionFile:
    name = name_of(path, root)
    try:
        source = read_source(path, keeps_placeholders=True)
    except DefinitionError as error:
        raise UsageError(f"coverage of {quote(name)}: {error}") from error
    if not isinstance(source.tree.get("States"), dict):
        raise UsageError(f"coverage of {quote(name)}: this is no definition, it has no 'States'")
    return DefinitionFile(name, source)
