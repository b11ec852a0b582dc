"""What is different between two executions: state by state, then as a whole."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import TYPE_CHECKING

from asl.errors import quote
from asl.testing.comparing import Words, differences, frozen, path_differences

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from asl.jsontypes import Json
    from asl.testing.recordings.recording import Attempt, Recording, Visit

_WORDS = Words("recorded", "now it is")


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it was recorded; ``state`` is None for the execution as a whole."""

    state: str | None
    what: str

    def __str__(self) -> str:
        return f"{self.state or 'the execution'}: {self.what}"


def differences_of(
    recorded: Recording, now: Recording, *, known: set[str], tokens: set[str]
) -> list[Difference]:
    """The differences of an execution from the recorded one.

    Args:
        recorded: How it was.
        now: How it is.
        known: The names of all states of the machine.
        tokens: The task tokens that were given out now: other ones than in any other execution.
    """
    found = [
        Difference(state, what)
        for state in dict.fromkeys((*recorded.path, *now.path))
        for what in _of_state(state, recorded, now, known, tokens)
    ]
    is_one_branch = not any(visit.kind in ("Parallel", "Map") for visit in recorded.visits)
    if not found and is_one_branch:  # else branches may be interleaved in any way
        found += [
            Difference(None, what) for what in path_differences(recorded.path, now.path, _WORDS)
        ]
    for what in ("status", "output", "error", "cause"):
        before, after = getattr(recorded, what), getattr(now, what)
        told = differences(before, after, at=what, words=_WORDS)
        found += [Difference(None, each) for each in told]
    return found


def _of_state(
    state: str, recorded: Recording, now: Recording, known: set[str], tokens: set[str]
) -> Iterator[str]:
    before = [visit for visit in recorded.visits if visit.state == state]
    after = [visit for visit in now.visits if visit.state == state]
    if state not in known:
        yield f"entered {_times(len(before))} when recorded; the machine has no such state now"
        return
    if len(before) != len(after):
        yield f"entered {_times(len(before))} when recorded, now {_times(len(after))}"
    pairs = _pairs(before, after)
    for number, (visit, other) in enumerate(pairs, 1):
        which = f"visit {number}: " if len(pairs) > 1 else ""
        for what in _of_visit(visit, other, tokens):
            yield which + what


def _pairs(before: list[Visit], after: list[Visit]) -> list[tuple[Visit, Visit]]:
    """Visits that belong together: those with equal inputs first, the rest in their order."""
    pairs, unmatched = [], []
    by_input: dict[Hashable, deque[Visit]] = defaultdict(deque)
    for other in after:
        by_input[frozen(other.input)].append(other)
    for visit in before:
        same = by_input[frozen(visit.input)]
        if same:
            pairs.append((visit, same.popleft()))
        else:
            unmatched.append(visit)
    rest = sorted(chain.from_iterable(by_input.values()), key=lambda visit: visit.order)
    return sorted([*pairs, *zip(unmatched, rest, strict=False)], key=lambda pair: pair[0].order)


def _of_visit(before: Visit, after: Visit, tokens: set[str]) -> Iterator[str]:
    if before.kind != after.kind:
        yield f"a {before.kind} state when recorded, now a {after.kind} state"
    yield from differences(before.input, after.input, at="input", words=_WORDS)
    for number, (attempt, other) in enumerate(zip_longest(before.attempts, after.attempts), 1):
        which = f"attempt {number}: " if len(before.attempts) > 1 or number > 1 else ""
        for what in _of_attempt(attempt, other, tokens):
            yield which + what
    if before.was_left and after.was_left:
        yield from differences(before.output, after.output, at="output", words=_WORDS)
    elif before.was_left != after.was_left:
        yield (
            "left when recorded, now not"
            if before.was_left
            else "not left when recorded, now it is"
        )


def _of_attempt(before: Attempt | None, after: Attempt | None, tokens: set[str]) -> Iterator[str]:
    if before is None or after is None:
        yield (
            "not called when recorded, now it is"
            if before is None
            else "called when recorded, now not"
        )
        return
    if before.resource != after.resource:
        yield f"calls {quote(before.resource)} when recorded, now {quote(after.resource)}"
    payload = _without_tokens(before.payload, after.payload, tokens)
    yield from differences(before.payload, payload, at="parameters", words=_WORDS)


def _without_tokens(before: Json, after: Json, tokens: set[str]) -> Json:
    """A payload with the recorded text in place of each text that has a task token in it."""
    if isinstance(before, dict) and isinstance(after, dict):
        return {
            key: _without_tokens(before.get(key), value, tokens) for key, value in after.items()
        }
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        pairs = zip(before, after, strict=True)
        return [_without_tokens(one, other, tokens) for one, other in pairs]
    if isinstance(before, str) and isinstance(after, str):
        return before if any(token in after for token in tokens) else after
    return after


def _times(count: int) -> str:
    return {0: "not at all", 1: "once"}.get(count, f"{count} times")
