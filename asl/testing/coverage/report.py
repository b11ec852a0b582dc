"""A report: for each definition what there is to cover, and how often it happened.

It is a value; its forms (a table, JSON, LCOV, a page) are made by modules of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from asl.testing.coverage.files import is_filled_from, template_of
from asl.testing.coverage.items import items_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from asl.jsontypes import Json
    from asl.testing.coverage.files import DefinitionFile
    from asl.testing.coverage.items import Item, Key

_FINGERPRINT_SHOWN = 8


class Tally(NamedTuple):
    """How many there are, and how many of them happened."""

    total: int
    covered: int

    @property
    def missing(self) -> int:
        """How many never happened."""
        return self.total - self.covered

    @property
    def percent(self) -> float:
        """How many of a hundred happened; 100 if there are none, as coverage.py has it."""
        return 100 * self.covered / self.total if self.total else 100.0

    @property
    def shown(self) -> str:
        """Whole percent, ``100%`` and ``0%`` only where that is exact."""
        nearest = round(self.percent)
        if 0 < self.covered < self.total:
            nearest = min(99, max(1, nearest))
        return f"{nearest}%"

    @classmethod
    def sum(cls, tallies: Iterable[Tally]) -> Tally:
        """All of them together."""
        totals, covered = zip(*tallies, (0, 0), strict=True)
        return cls(sum(totals), sum(covered))


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted for one definition.

    ``machine`` is what its state machine is called; ``path`` the name of its file, None for none.
    """

    machine: str
    path: str | None
    fingerprint: str
    definition: Json
    executions: int
    hits: Mapping[Key, int]

    @property
    def ran(self) -> bool:
        """Whether anything happened in it."""
        return self.executions > 0 or any(self.hits.values())


@dataclass(frozen=True)
class DefinitionCoverage:
    """The coverage of one definition.

    Attributes:
        name: Its file; for a definition that came from no file what its machine is called, with
            the first eight digits of its fingerprint.
        machine: What its state machine is called.
        path: Its file, relative to the report's root if it is in there; None for no file.
        fingerprint: Of the definition as it was first run; empty if it never was.
        definition: It, as JSON, placeholders filled in.
        executions: How many were started.
        items: What there is to cover, without what is excluded.
        excluded: What is left out.
        hits: How often each happened.
    """

    name: str
    machine: str
    path: str | None
    fingerprint: str
    definition: Json
    executions: int
    items: tuple[Item, ...]
    excluded: tuple[Item, ...]
    hits: Mapping[Key, int]

    def is_covered(self, item: Item) -> bool:
        """Whether it happened at least once."""
        return self.hits.get(item.key, 0) > 0

    @cached_property
    def states(self) -> Tally:
        """The states, and those that were entered."""
        return self._tally(item for item in self.items if item.kind == "state")

    @cached_property
    def branches(self) -> Tally:
        """All other items."""
        return self._tally(item for item in self.items if item.kind != "state")

    @property
    def all(self) -> Tally:
        """States and branches."""
        return Tally.sum((self.states, self.branches))

    @cached_property
    def missing(self) -> tuple[Item, ...]:
        """What never happened, without what only could not because of another that is missing."""
        missing = {item.key for item in self.items if not self.is_covered(item)}
        return tuple(
            item for item in self.items if item.key in missing and item.within not in missing
        )

    def _tally(self, items: Iterable[Item]) -> Tally:
        happened = [self.is_covered(item) for item in items]
        return Tally(len(happened), sum(happened))


@dataclass(frozen=True)
class CoverageReport:
    """The coverage of all definitions, in the order of their names.

    Attributes:
        definitions: One for each definition.
        others: What ran and is none of the files that were asked for.
        warnings: What could not be counted.
        root: The folder that paths are relative to.
    """

    definitions: tuple[DefinitionCoverage, ...]
    others: tuple[str, ...]
    warnings: tuple[str, ...]
    root: Path

    @property
    def states(self) -> Tally:
        """The states of all definitions."""
        return Tally.sum(each.states for each in self.definitions)

    @property
    def branches(self) -> Tally:
        """The branches of all definitions."""
        return Tally.sum(each.branches for each in self.definitions)

    @property
    def all(self) -> Tally:
        """States and branches."""
        return Tally.sum((self.states, self.branches))

    @property
    def percent(self) -> float:
        """Of all states and branches; 0 if there is no definition at all."""
        return self.all.percent if self.definitions else 0.0

    def write(self, form: str) -> str:
        """Write a form of this report to its file; or make it, if it is one that is printed.

        Args:
            form: ``term``, ``term-missing``, ``html[:DIR]``, ``json[:FILE]`` or ``lcov[:FILE]``;
                files are relative to ``root``.

        Returns:
            What is to be printed: the table, or where the file is.

        Raises:
            UsageError: There is no such form, or the file can't be written.
            MissingExtra: Jinja2, for a page, is not installed.
        """
        from asl.testing.coverage.output import write_form  # noqa: PLC0415 - it knows the report

        return write_form(self, form)

    def __str__(self) -> str:
        return self.write("term-missing")


def report_of(
    counted: Sequence[Counted],
    files: Sequence[DefinitionFile] | None,
    warnings: Sequence[str],
    root: Path,
) -> CoverageReport:
    """Put together what was counted.

    Args:
        counted: In any order; the same definition may be there many times.
        files: What the report is about; None for everything that ran.
        warnings: Passed on.
        root: The folder that paths are relative to.
    """
    homes = _Homes(counted, files, root)
    rows: dict[str, list[Counted]] = {name: [] for name in homes.wanted}
    for each in counted:
        rows.setdefault(homes.of(each), []).append(each)
    covered, others = [], []
    for name, group in rows.items():
        if files is not None and name not in homes.wanted:
            others.append(name)
        elif group:
            covered += _rows_of(name, name if name in homes.paths else None, group)
        else:
            never_ran = Counted(name, name, "", homes.templates[name], 0, {})
            covered.append(_row(name, name, [never_ran]))
    shown = sorted((each for each in covered if each.items), key=lambda each: each.name)
    return CoverageReport(tuple(shown), tuple(sorted(others)), tuple(warnings), root)


class _Homes:
    """Which row each definition belongs to: that of its file, or one of its own."""

    def __init__(
        self, counted: Sequence[Counted], files: Sequence[DefinitionFile] | None, root: Path
    ) -> None:
        self.templates: dict[str, Json] = {}
        self._names: dict[str, str] = {}
        for path in sorted({each.path for each in counted if each.path is not None}):
            source = template_of(path, root)
            if source is not None:
                self.templates[path] = source.tree
        for file in files or ():
            self.templates[file.name] = file.source.tree
        for each in counted:
            if each.path is not None:
                self._names.setdefault(each.fingerprint, each.path)
        self.wanted = [file.name for file in files or ()]
        self.paths = self.templates.keys() | self._names.values()

    def of(self, counted: Counted) -> str:
        if counted.path is not None:
            return counted.path
        known = self._names.get(counted.fingerprint)
        if known is None:
            known = next(
                (
                    name
                    for name, template in sorted(self.templates.items())
                    if is_filled_from(counted.definition, template)
                ),
                f"{counted.machine} ({counted.fingerprint[:_FINGERPRINT_SHOWN]})",
            )
            self._names[counted.fingerprint] = known
        return known


def _rows_of(name: str, path: str | None, group: Sequence[Counted]) -> list[DefinitionCoverage]:
    """One row; or several, where a file had other states or branches in other runs."""
    forms: dict[frozenset[Key], list[Counted]] = {}
    for each in [each for each in group if each.ran] or group:
        keys = frozenset(item.key for item in items_of(each.definition))
        forms.setdefault(keys, []).append(each)
    if len(forms) == 1:
        return [_row(name, path, form) for form in forms.values()]
    return [
        _row(f"{name} ({form[0].fingerprint[:_FINGERPRINT_SHOWN]})", path, form)
        for form in forms.values()
    ]


def _row(name: str, path: str | None, form: Sequence[Counted]) -> DefinitionCoverage:
    items = items_of(form[0].definition)
    hits = {item.key: sum(each.hits.get(item.key, 0) for each in form) for item in items}
    return DefinitionCoverage(
        name,
        form[0].machine,
        path,
        form[0].fingerprint,
        form[0].definition,
        sum(each.executions for each in form),
        tuple(item for item in items if not item.is_excluded),
        tuple(item for item in items if item.is_excluded),
        hits,
    )
