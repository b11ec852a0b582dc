"""What ``pyproject.toml`` says about checking: the table ``[tool.asl]``.

    [tool.asl]
    ignore = ["ASL-113"]            # codes or names of rules
    enable = ["choice-without-default"]
    extensions = false

    [tool.asl.per-file."legacy/**/*.asl.json"]
    ignore = ["ASL-356"]
    type = "EXPRESS"

A pattern is relative to the folder of the file; ``**`` stands for any number of folders, and a
pattern without a slash matches names in any folder. Whatever is not known here is refused: a
misspelt setting would be one that silently does nothing.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from itertools import starmap
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast, get_args

from asl.cli.rulenames import rules_to_enable, rules_to_ignore
from asl.errors import UsageError, quote
from asl.language.model import MachineType

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_T = TypeVar("_T")
_NAME: Final = "pyproject.toml"
_TABLE: Final = "tool.asl"
_WILDCARD = re.compile(r"(?P<folders>\*\*/)|(?P<rest>\*\*)|(?P<part>\*)|(?P<one>\?)")
_REGEXES: Final = {"folders": "(?:.*/)?", "rest": ".*", "part": "[^/]*", "one": "[^/]"}


@dataclass(frozen=True)
class FileSettings:
    """Settings for the files that match a pattern."""

    pattern: str
    ignore: frozenset[str] = frozenset()
    type: MachineType | None = None

    def has(self, name: str) -> bool:
        """Whether a file is meant; its name is relative and has slashes."""
        return bool(self._regex.fullmatch(name))

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        pattern = self.pattern if "/" in self.pattern else f"**/{self.pattern}"
        regex, start = "", 0
        for match in _WILDCARD.finditer(pattern):
            regex += re.escape(pattern[start : match.start()]) + _REGEXES[match.lastgroup or ""]
            start = match.end()
        return re.compile(regex + re.escape(pattern[start:]), re.DOTALL)


@dataclass(frozen=True, slots=True)
class Settings:
    """All of it; without any file, nothing is set.

    Attributes:
        folder: That of the file, which patterns are relative to.
        ignore: Codes of rules.
        enable: Codes of rules.
        extensions: As `asl.check` takes it.
        per_file: In the order of the file.
    """

    folder: Path = Path()
    ignore: frozenset[str] = frozenset()
    enable: frozenset[str] = frozenset()
    extensions: bool = False
    per_file: tuple[FileSettings, ...] = ()

    def ignore_in(self, path: Path) -> frozenset[str]:
        """The rules to ignore in a file: what all files have, and what any pattern adds."""
        return self.ignore.union(*(each.ignore for each in self._for(path)))

    def type_of(self, path: Path) -> MachineType | None:
        """The type of a file's state machine, as the last pattern says that says one."""
        types = [each.type for each in self._for(path) if each.type is not None]
        return types[-1] if types else None

    def _for(self, path: Path) -> Iterator[FileSettings]:
        path = path.absolute()
        if self.per_file and path.is_relative_to(self.folder):
            name = path.relative_to(self.folder).as_posix()
            yield from (each for each in self.per_file if each.has(name))


def load_settings(folder: Path) -> Settings:
    """The settings of the nearest ``pyproject.toml``, upwards of a folder, that has any.

    Raises:
        UsageError: It can't be read, or says something that is not known.
    """
    for place in (folder, *folder.parents):
        file = place / _NAME
        if file.is_file():
            table = _Table.of(file)
            if table is not None:
                return _settings(table)
    return Settings()


@dataclass(frozen=True, slots=True)
class _Table:
    """A table of the file, with its name for messages."""

    file: Path
    name: str
    content: dict[str, Any]

    @classmethod
    def of(cls, file: Path) -> _Table | None:
        try:
            content: Any = tomllib.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:  # no UTF-8 and no TOML are ValueErrors
            raise UsageError(f"{file}: {error}") from error
        for key in _TABLE.split("."):
            if key not in content:
                return None
            content = content[key]
            if not isinstance(content, dict):
                raise UsageError(f"{file}: {_TABLE} is a table, not {quote(content)}")
        return cls(file, _TABLE, content)

    def inner(self, key: str) -> Iterator[tuple[str, _Table]]:
        for name, content in self._read(key, default={}, kind=dict, expected="a table").items():
            inner = _Table(self.file, f'{self.name}.{key}."{name}"', content)
            if not isinstance(content, dict):
                raise inner.error(f"a table is expected, not {quote(content)}")
            yield name, inner

    def refuse_others(self, known: Collection[str]) -> None:
        for key in self.content:
            if key not in known:
                close = get_close_matches(key, known, n=1)
                hint = f"; did you mean {close[0]!r}?" if close else f" (known: {', '.join(known)})"
                raise self.error(f"there is no key {quote(key)}{hint}")

    def words(self, key: str) -> list[str]:
        words = self._read(key, default=[], kind=list, expected="a list of rules")
        if not all(isinstance(word, str) for word in words):
            raise self.error(f"{key} is a list of rules, not {quote(words)}")
        return words

    def is_set(self, key: str) -> bool:
        return self._read(key, default=False, kind=bool, expected="true or false")

    def machine_type(self, key: str) -> MachineType | None:
        value = self.content.get(key)
        types = get_args(MachineType)
        if value is not None and value not in types:
            raise self.error(f"{key} is one of {', '.join(types)}, not {quote(value)}")
        return cast("MachineType | None", value)

    def where(self, key: str) -> str:
        return f"{self.file}: {self.name}.{key}"

    def error(self, message: str) -> UsageError:
        return UsageError(f"{self.file}: {self.name}: {message}")

    def _read(self, key: str, *, default: _T, kind: type[_T], expected: str) -> _T:
        value = self.content.get(key, default)
        if not isinstance(value, kind):
            raise self.error(f"{key} is {expected}, not {quote(value)}")
        return value


def _settings(table: _Table) -> Settings:
    table.refuse_others(("ignore", "enable", "extensions", "per-file"))
    return Settings(
        folder=table.file.parent.absolute(),
        ignore=rules_to_ignore(table.words("ignore"), where=table.where("ignore")),
        enable=rules_to_enable(table.words("enable"), where=table.where("enable")),
        extensions=table.is_set("extensions"),
        per_file=tuple(starmap(_file_settings, table.inner("per-file"))),
    )


def _file_settings(pattern: str, table: _Table) -> FileSettings:
    table.refuse_others(("ignore", "type"))
    return FileSettings(
        pattern=pattern,
        ignore=rules_to_ignore(table.words("ignore"), where=table.where("ignore")),
        type=table.machine_type("type"),
    )
