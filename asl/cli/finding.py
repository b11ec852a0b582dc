"""Which files are meant by the paths that somebody gave."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from asl.errors import UsageError, quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SUFFIXES = (".asl", ".asl.json", ".asl.yaml", ".asl.yml")
_NOT_OURS = frozenset(("node_modules",))


@dataclass(frozen=True, slots=True)
class Found:
    """A file to check.

    Attributes:
        path: None for standard input.
        problem: Why it can't be looked into: only for a folder inside of one that was given.
    """

    path: Path | None
    problem: OSError | None = None

    @property
    def name(self) -> str:
        """As it is called in reports: relative to the current folder if it stands in there."""
        if self.path is None:
            return "<stdin>"
        if self.path.is_absolute() and self.path.is_relative_to(Path.cwd()):
            return self.path.relative_to(Path.cwd()).as_posix()
        return self.path.as_posix()


def find_definitions(paths: Sequence[str]) -> list[Found]:
    """Each file once, in the order of the paths; those of a folder are sorted.

    Args:
        paths: Files of any name, folders, or ``-`` for standard input.

    Raises:
        UsageError: A path leads nowhere, or there is no definition in a folder.
    """
    found: dict[str, Found] = {}
    for path in paths:
        for each in _meant_by(path):
            found.setdefault("-" if each.path is None else os.path.realpath(each.path), each)
    return list(found.values())


def _meant_by(text: str) -> list[Found]:
    if text == "-":
        return [Found(None)]
    path = Path(text)
    try:
        if not path.is_dir():
            path.stat()
            return [Found(path)]
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        raise UsageError(f"no such file or folder: {quote(text)}") from error
    except OSError:  # it may be there: checking it says why it can't be read
        return [Found(path)]
    inside = sorted(_inside(path), key=lambda each: each.path.parts if each.path else ())
    if not inside:
        kinds = ", ".join(f"*{suffix}" for suffix in _SUFFIXES)
        raise UsageError(f"there is no definition in the folder {quote(text)} ({kinds})")
    return inside


def _inside(folder: Path) -> Iterator[Found]:
    problems: list[OSError] = []
    for place, folders, files in os.walk(folder, onerror=problems.append):
        folders[:] = [each for each in folders if each not in _NOT_OURS and each[0] != "."]
        for name in files:
            if name.endswith(_SUFFIXES) and name[0] != ".":
                yield Found(Path(place, name))
    for problem in problems:
        yield Found(Path(problem.filename or folder), problem)
