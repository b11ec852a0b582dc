"""Rules as people name them: ``ASL-336`` or ``error-never-matches``, in any case."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from asl.errors import UsageError, quote
from asl.language.rules.table import RULES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asl.language.rules.table import Rule

_LONGEST_GUESS = 80  # fuzzy matching is slow


def rule_of(word: str, *, where: str) -> Rule:
    """The rule with this code or name.

    Args:
        word: A code or a name.
        where: Who named it, for the error: an option, or a file and its key.

    Raises:
        UsageError: There is none; names the nearest one.
    """
    known = {rule.code.lower(): rule for rule in RULES.values()}
    known |= {rule.name: rule for rule in RULES.values()}
    sought = word.lower()
    if sought in known:
        return known[sought]
    close = get_close_matches(sought[:_LONGEST_GUESS], known, n=1)
    hint = f"; did you mean {_titled(known[close[0]])}?" if close else ""
    raise UsageError(f"{where}: there is no rule {quote(word)}{hint}")


def rules_to_enable(words: Iterable[str], *, where: str) -> frozenset[str]:
    """The codes of the rules that were named, without those that are always on.

    Args:
        words: Codes and names; a word may hold several, with commas.
        where: As above.

    Raises:
        UsageError: One of them does not exist.
    """
    named = (rule_of(word, where=where) for word in _split(words))
    return frozenset(rule.code for rule in named if rule.can_be_silenced)


def rules_to_ignore(words: Iterable[str], *, where: str) -> frozenset[str]:
    """The codes of the rules that were named.

    Args:
        words: Codes and names; a word may hold several, with commas.
        where: As above.

    Raises:
        UsageError: One of them does not exist, or can't be ignored.
    """
    named = [rule_of(word, where=where) for word in _split(words)]
    for rule in named:
        if not rule.can_be_silenced:
            raise UsageError(
                f"{where}: {_titled(rule)} can't be ignored: AWS refuses what breaks it"
            )
    return frozenset(rule.code for rule in named)


def _split(words: Iterable[str]) -> list[str]:
    parts = (part.strip() for word in words for part in word.split(","))
    return [part for part in parts if part]


def _titled(rule: Rule) -> str:
    return f"{rule.code} ({rule.name})"
