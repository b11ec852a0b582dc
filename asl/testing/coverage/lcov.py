"""A report in the form of LCOV, for editors and services that show the lines of a file.

An item's line is the one where its key or entry stands in the definition's file; what happened to
a state (its rules, retriers, catchers, Next) are branches of the state's line. Without a file there
are no lines, and lines of a file that has changed since it was run would be wrong: such a
definition is left out, and said to be.

Source: geninfo(1) of LCOV 2, "TRACEFILE FORMAT".
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from asl.testing.coverage.files import is_filled_from, template_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asl.language.source import Source
    from asl.testing.coverage.report import CoverageReport, DefinitionCoverage


def lcov_of(report: CoverageReport) -> tuple[str, list[str]]:
    """The text of the tracefile, and what is said of definitions that are not in it."""
    lines: list[str] = []
    left_out: list[str] = []
    for covered in report.definitions:
        source = None if covered.path is None else template_of(covered.path, report.root)
        if covered.path is None:
            left_out.append(f"{covered.name} has no lines: it was not loaded from a file")
        elif source is None or not is_filled_from(covered.definition, source.tree):
            left_out.append(f"{covered.name} is not what ran: the file has changed or is gone")
        else:
            lines += ["TN:", f"SF:{covered.path}", *_records(covered, source), "end_of_record"]
    return "".join(f"{line}\n" for line in lines), left_out


def _records(covered: DefinitionCoverage, source: Source) -> Iterator[str]:
    hits_at: dict[int, int] = {}
    branches: list[str] = []
    blocks: dict[str, int] = {}
    numbers: Counter[str] = Counter()
    taken = 0
    for item in covered.items:
        hits = covered.hits[item.key]
        line, _ = source.locate_key(item.pointer) or (1, 1)
        hits_at[line] = max(hits, hits_at.get(line, 0))
        if item.kind != "state":
            home, _ = source.locate_key(item.home) or (1, 1)
            block = blocks.setdefault(item.home, len(blocks))
            shown = hits if covered.hits["state", item.home] else "-"
            branches.append(f"BRDA:{home},{block},{numbers[item.home]},{shown}")
            numbers[item.home] += 1
            taken += hits > 0
    yield from branches
    yield f"BRF:{len(branches)}"
    yield f"BRH:{taken}"
    for line, hits in sorted(hits_at.items()):
        yield f"DA:{line},{hits}"
    yield f"LF:{len(hits_at)}"
    yield f"LH:{sum(hits > 0 for hits in hits_at.values())}"
