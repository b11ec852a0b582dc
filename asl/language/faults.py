"""What a rule says: a fault at a path, before the text is asked for line and column.

Rules are generators of faults. Whoever collects takes as many as anybody will read, so a rule may
be lazy, and a hostile definition can't make it work for long.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from asl.language.diagnostics import MOST_DIAGNOSTICS
from asl.language.rules.table import RULES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from asl.jsontypes import Json
    from asl.language.diagnostics import Diagnostic
    from asl.language.positions import Path
    from asl.language.source import Source

#: Fuzzy matching is slow, and a name longer than this is no misspelling of a state or a field.
_LONGEST_GUESS = 80
_MOST_CANDIDATES = 500
#: Of all pointers together, since the name of a state may be as long as the definition.
_MOST_CHARACTERS = 4_000_000


class Fault(NamedTuple):
    """One fault.

    Attributes:
        path: Where it is.
        message: AWS's sentence where it is known.
        rule: The code of the rule that is broken.
        at_key: Shows the key of the member at ``path`` rather than its value.
        hint: What was found, or what to do.
        meant: A word that may be misspelt, with the words that are known, for a hint.
        aws_path: Where AWS says that it is, if that is not ``path``.
        is_placeless: AWS names no place.
        code: AWS's code, where it is not that of the rule.
        causes: Paths of faults that explain this one: it follows from the first of them that
            there is.
    """

    path: Path
    message: str
    rule: str
    at_key: bool = False
    hint: str = ""
    meant: tuple[str, Collection[str]] | None = None
    aws_path: Path | None = None
    is_placeless: bool = False
    code: str = ""
    causes: Sequence[Path] = ()


def not_run(path: Path, reason: str) -> Fault:
    """What AWS may take, and this library does not run."""
    return Fault(path, "AWS may take this, but it can't be run here", "ASL-901", hint=reason)


def report(source: Source, faults: Iterable[Fault]) -> list[Diagnostic]:
    """The faults as diagnostics, in the order of the text, what follows below what it follows from.

    Errors are to come before warnings: at most 1,000 are taken.
    """
    taken = list(islice(faults, MOST_DIAGNOSTICS + 1))
    is_cut = len(taken) > MOST_DIAGNOSTICS
    order = _Order(source.tree)
    taken = taken[:MOST_DIAGNOSTICS]
    taken.sort(key=lambda fault: (order.key(fault.path), not fault.at_key))
    guesses = _Guesses()
    room = _MOST_CHARACTERS
    told: list[tuple[Fault, Diagnostic]] = []
    for fault in taken:
        told.append((fault, _diagnose(source, fault, guesses)))
        room -= len(told[-1][1].pointer)
        if room < 0:
            is_cut = True
            break
    diagnostics = _linked(told)
    if is_cut:
        cut = Fault((), "there are more faults than are shown here", "ASL-000", is_placeless=True)
        diagnostics.append(_diagnose(source, cut, guesses))
    return diagnostics


def _linked(told: list[tuple[Fault, Diagnostic]]) -> list[Diagnostic]:
    """Each diagnostic that follows from another one, put below it."""
    places = {fault.path for fault, _ in told}
    present: dict[int, list[Path]] = {}  # faults may share their causes, and these may be many
    cause_of = []
    for fault, _ in told:
        key = id(fault.causes)
        if key not in present:
            present[key] = list(islice((path for path in fault.causes if path in places), 2))
        cause_of.append(next((path for path in present[key] if path != fault.path), None))
    heads: dict[Path, int] = {}
    onward: dict[Path, Path] = {}  # from a place where all follows from another one
    for index, (fault, _) in enumerate(told):
        cause = cause_of[index]
        if cause is None:
            heads.setdefault(fault.path, index)
        else:
            onward[fault.path] = cause
    below: dict[int, list[Diagnostic]] = {}
    stays = []
    for index, (_, diagnostic) in enumerate(told):
        cause = cause_of[index]
        steps = len(onward)
        while cause is not None and cause not in heads and steps:
            cause = onward.get(cause)
            steps -= 1
        if cause in heads and cause_of[index] is not None:
            below.setdefault(heads[cause], []).append(diagnostic)
        else:
            stays.append(index)
    return [
        told[index][1]._replace(consequences=tuple(below[index]))
        if index in below
        else told[index][1]
        for index in stays
    ]


def _diagnose(source: Source, fault: Fault, guesses: _Guesses) -> Diagnostic:
    rule = RULES[fault.rule]
    at = fault.path if fault.aws_path is None else fault.aws_path
    return source.diagnose(
        fault.code or rule.aws or rule.code,
        fault.message,
        fault.path,
        severity=rule.severity,
        at_key=fault.at_key,
        hint=guesses.hint(fault),
        rule=rule.code,
        location=None if fault.is_placeless or not rule.aws else aws_location(at),
    )


def aws_location(path: Path) -> str:
    """A place in AWS's dialect: ``/States/a/b/Choices[0]/Next``, with names as they are."""
    steps = (f"[{step}]" if isinstance(step, int) else f"/{step}" for step in path)
    return "".join(steps) or "/"


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
        close = nearest(word, known)
        return f"did you mean {close!r}?" if close else ""


def nearest(word: str, known: Collection[str]) -> str | None:
    """The known word that a misspelt one may stand for; what all begin with is no likeness."""
    from difflib import get_close_matches  # noqa: PLC0415 - only what is wrong is guessed at

    words = {_distinct(one): one for one in islice(known, _MOST_CANDIDATES)}
    close = get_close_matches(_distinct(word), words, n=1, cutoff=0.7)
    return words[close[0]] if close else None


def _distinct(word: str) -> str:
    return word.removeprefix("States.").lower()
