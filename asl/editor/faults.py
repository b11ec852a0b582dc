"""What is wrong with a document, as an editor shows it: `diagnostics`.

The checker says at which line and column a fault is; here it gets an end. A fault of an object or
array is shown at its key, so that not half of the text is underlined.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from asl.checking import check
from asl.editor.tree import member_at, scalars
from asl.errors import MissingExtra
from asl.language.diagnostics import Diagnostic
from asl.language.source import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asl.editor.document import Document
    from asl.editor.lines import Range
    from asl.language.model import MachineType


@dataclass(frozen=True, slots=True)
class Located:
    """A fault and the part of the text that it is about.

    ``start`` and ``end`` are the same by offsets; ``consequences`` is what only follows from it.
    """

    diagnostic: Diagnostic
    range: Range
    start: int
    end: int
    consequences: tuple[Located, ...] = ()


@dataclass(frozen=True, slots=True)
class Options:
    """How a document is to be checked: what `asl.checking.check` takes by these names."""

    type: MachineType = "STANDARD"
    extensions: bool = False
    ignore: frozenset[str] = frozenset()
    enable: frozenset[str] = frozenset()


_DEFAULTS: Final = Options()


def diagnostics(document: Document, options: Options = _DEFAULTS) -> list[Located]:
    """What the checker finds in a document, with the place of each.

    Placeholders may be open: their values are known only when it is deployed.
    """
    suffix = ".yaml" if document.is_yaml else ".json"
    try:
        report = check(
            Text(document.text, suffix=suffix),
            type=options.type,
            extensions=options.extensions,
            ignore=options.ignore,
            enable=options.enable,
        )
    except MissingExtra as error:
        return [_Places(document).locate(Diagnostic("MISSING_EXTRA", str(error)))]
    finder = _Places(document)
    return [finder.locate(one) for one in report.diagnostics]


class _Places:
    def __init__(self, document: Document) -> None:
        self.document = document
        ends = {spot.scalar.start: spot.scalar.end for spot in scalars(document.tree)}
        self.ends: Mapping[int, int] = ends
        self.starts = sorted(ends)

    def locate(self, one: Diagnostic) -> Located:
        lines = self.document.lines
        start = lines.checked_offset(one.line or 1, one.column or 1)
        end = self.ends.get(start)
        if end is None:
            start, end = self._around(one, start)
        end = max(min(end, lines.line_end(start)), start)
        if start == end and start < len(self.document.text):
            end = min(start + 1, max(lines.line_end(start), start))
        followers = tuple(self.locate(follower) for follower in one.consequences)
        return Located(one, lines.range(start, end), start, end, followers)

    def _around(self, one: Diagnostic, start: int) -> tuple[int, int]:
        """The place of a fault that is not at a key or scalar: of an object, or of broken text."""
        steps = one.pointer.split("/")[1:]
        path = tuple(step.replace("~1", "/").replace("~0", "~") for step in steps)
        member = member_at(self.document.tree, path)
        if member is not None and member.value is not None and member.value.start == start:
            return member.key.start, member.key.end
        index = bisect_right(self.starts, start) - 1
        if index >= 0 and start < self.ends[self.starts[index]]:
            return start, self.ends[self.starts[index]]
        return start, start + 1
