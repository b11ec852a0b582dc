"""What a rule says: a fault at a path, before the text is asked for line and column.

Rules are generators of faults. `report` takes as many as anybody will read, so a rule may be lazy,
and a hostile definition can't make it work for long.
"""

from __future__ import annotations

from difflib import get_close_matches
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from asl.language.diagnostics import MOST_DIAGNOSTICS, Diagnostic, Severity

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from asl.jsontypes import Json
    from asl.language.positions import Path
    from asl.language.source import Source

SCHEMA_VALIDATION_FAILED = "SCHEMA_VALIDATION_FAILED"

#: Fuzzy matching is slow, and a name longer than this is no misspelling of a state or a field.
_LONGEST_GUESS = 80
_MOST_CANDIDATES = 500
#: Of all pointers together, since the name of a state may be as long as the definition.
_MOST_CHARACTERS = 4_000_000


class Fault(NamedTuple):
    """One fault. ``at_key`` shows the key of the member at ``path`` rather than its value.

    ``meant`` is a word that may be misspelt, with the words that are known, for a hint.
    """

    path: Path
    message: str
    code: str = SCHEMA_VALIDATION_FAILED
    at_key: bool = False
    hint: str = ""
    meant: tuple[str, Collection[str]] | None = None
    severity: Severity = "ERROR"


def report(source: Source, faults: Iterable[Fault]) -> list[Diagnostic]:
    """The faults as diagnostics, in the order of the text."""
    taken = list(islice(faults, MOST_DIAGNOSTICS + 1))
    is_cut = len(taken) > MOST_DIAGNOSTICS
    order = _Order(source.tree)
    taken.sort(key=lambda fault: (order.key(fault.path), not fault.at_key))
    guesses = _Guesses()
    found: list[Diagnostic] = []
    room = _MOST_CHARACTERS
    for fault in taken[:MOST_DIAGNOSTICS]:
        diagnostic = source.diagnose(
            fault.code,
            fault.message,
            fault.path,
            severity=fault.severity,
            at_key=fault.at_key,
            hint=guesses.hint(fault),
        )
        found.append(diagnostic)
        room -= len(diagnostic.pointer)
        if room < 0:
            is_cut = True
            break
    if is_cut:
        found.append(source.diagnose("TRUNCATED", "there are more faults than are shown here"))
    return found


class _Order:
    """Where a path stands in the order of the text, whether or not there is a text."""

    def __init__(self, tree: Json) -> None:
        self.tree = tree
        self.indexes: dict[int, dict[str, int]] = {}  # by the id of an object of the tree

    def key(self, path: Path) -> tuple[int, ...]:
        steps = []
        value = self.tree
        for step in path:
            if isinstance(value, dict) and step in value:
                index = self.indexes.get(id(value))
                if index is None:
                    index = {key: number for number, key in enumerate(value)}
                    self.indexes[id(value)] = index
                steps.append(index[str(step)])
                value = value[str(step)]
            elif isinstance(value, list) and isinstance(step, int):
                steps.append(step)
                value = value[step]
            else:
                break
        return tuple(steps)


class _Guesses:
    """Hints of the form ``did you mean 'X'?``, as long as they cost little."""

    def __init__(self) -> None:
        self.left = 100

    def hint(self, fault: Fault) -> str:
        if fault.hint or fault.meant is None:
            return fault.hint
        word, known = fault.meant
        if not self.left or len(word) > _LONGEST_GUESS:
            return ""
        self.left -= 1
        words = {known_word.lower(): known_word for known_word in islice(known, _MOST_CANDIDATES)}
        close = get_close_matches(word.lower(), words, n=1, cutoff=0.7)
        return f"did you mean {words[close[0]]!r}?" if close else ""
