"""Where two executions differ, state by state: ids and times are left out of it.

Branches are compared with branches and visits with visits, so what runs side by side may finish in
any order. Of data that several states hand on, only the first that differs is told.
"""

from __future__ import annotations

import re
from collections import Counter
from difflib import SequenceMatcher
from itertools import takewhile
from typing import TYPE_CHECKING, TypeAlias

from asl.jsontypes import dump
from asl.testing.traces import trace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asl.jsontypes import Json
    from asl.runtimes.result import Result
    from asl.testing.visits import Attempt, Branch, Failure, Visit

#: Where in a value, and the texts of what is there on each side.
_Difference: TypeAlias = "tuple[str, str, str]"

_EVENT_ID = re.compile(r"event id #\d+")
_SHOWN = 200
_MOST_MEMBERS = 5  # that differ in one value are told
_MOST_STATES = 20  # of a path are told
_MOST_ALIGNED = 1_000  # visits are put side by side where the paths have parted


def differences(left: Result, right: Result) -> list[str]:
    """Lines that say where two executions differ; none where they took the same way.

    Raises:
        UsageError: A run did not keep its whole history.
    """
    return list(_results(left, right))


def _results(left: Result, right: Result) -> Iterator[str]:
    if (left.status, left.error) != (right.status, right.error):
        yield f"status: {_outcome(left)} != {_outcome(right)}"
    elif not _are_alike(left.cause, right.cause):
        yield f"cause: {_unequal(str(left.cause), str(right.cause))}"
    yield from _branches(trace(left).branch, trace(right).branch)
    if left.status == right.status == "SUCCEEDED":
        yield from _told(list(_values(left.output, right.output)), "output")
    yield from _children(left, right)


def _outcome(result: Result) -> str:
    return result.status + (f" ({result.error})" if result.error is not None else "")


def _children(left: Result, right: Result) -> Iterator[str]:
    """Nested executions, and the counts of Map Runs."""
    if len(left.children) != len(right.children):
        yield f"nested executions: {len(left.children)} != {len(right.children)}"
    for index, (child, other) in enumerate(zip(left.children, right.children, strict=False)):
        for line in _results(child, other):
            yield f"nested execution {index}: {line}"
    for run, other_run in zip(left.map_runs, right.map_runs, strict=False):
        for what in ("status", "items", "executions"):
            ours, theirs = getattr(run, what), getattr(other_run, what)
            if ours != theirs:
                yield f"Map Run of {run.state_name!r}: {what}: {ours} != {theirs}"


def _branches(left: Branch, right: Branch) -> Iterator[str]:
    """The visits of two branches, those of the same states side by side."""
    titles = _titles(left)
    for ours, theirs in _aligned(left, right):
        if len(ours) == len(theirs) and left.visits[ours.start].state == (
            right.visits[theirs.start].state
        ):
            for place, other in zip(ours, theirs, strict=True):
                yield from _visits(left, place, right, other, titles[place])
        else:
            after = f"after {titles[ours.start - 1]}" if ours.start else "at the start"
            yield f"path, {after}: {_path(left, ours)} != {_path(right, theirs)}"


def _aligned(left: Branch, right: Branch) -> Iterator[tuple[range, range]]:
    """Places of visits that correspond to each other, or stand in each other's stead."""
    names = [visit.state for visit in left.visits], [visit.state for visit in right.visits]
    same = sum(1 for _ in takewhile(_are_equal, zip(*names, strict=False)))
    if same:
        yield range(same), range(same)
    rest = names[0][same:], names[1][same:]
    if max(map(len, rest)) > _MOST_ALIGNED:
        yield range(same, len(names[0])), range(same, len(names[1]))
        return
    for _, i, j, k, m in SequenceMatcher(None, *rest, autojunk=False).get_opcodes():
        yield range(same + i, same + j), range(same + k, same + m)


def _are_equal(pair: tuple[str, str]) -> bool:
    return pair[0] == pair[1]


def _titles(branch: Branch) -> list[str]:
    """What each visit is called: its state and place, and its number from the second one on."""
    seen: Counter[str] = Counter()
    titles = []
    for visit in branch.visits:
        number = seen[visit.state]
        titles.append(visit.title if not number else f"{visit.title}, visit {number}")
        seen[visit.state] += 1
    return titles


def _path(branch: Branch, places: range) -> str:
    names = [branch.visits[place].state for place in places]
    return (
        " > ".join(names[:_MOST_STATES]) + (" > ..." * (len(names) > _MOST_STATES)) or "(nothing)"
    )


def _visits(left: Branch, place: int, right: Branch, other: int, title: str) -> Iterator[str]:
    """Two visits of one state."""
    ours, theirs = left.visits[place], right.visits[other]
    handed_in = list(_values(ours.input, theirs.input))
    if not (_is_handed_on(left, place) and _is_handed_on(right, other)):
        yield from _told(handed_in, f"{title}: input")
    for attempt, another in zip(ours.attempts, theirs.attempts, strict=False):
        yield from _attempts(attempt, another, f"{title}, attempt {attempt.number}")
    if len(ours.attempts) != len(theirs.attempts):
        yield f"{title}: attempts: {len(ours.attempts)} != {len(theirs.attempts)}"
    elif not _are_alike(_ending(ours), _ending(theirs)):
        yield f"{title}: {_unequal(_ending(ours), _ending(theirs))}"
    if ours.has_output and theirs.has_output:
        handed_out = _values(ours.output, theirs.output)
        yield from _told([each for each in handed_out if each not in handed_in], f"{title}: output")
    yield from _told(list(_values(ours.assigned, theirs.assigned)), f"{title}: variables")


def _attempts(ours: Attempt, theirs: Attempt, title: str) -> Iterator[str]:
    if ours.has_payload and theirs.has_payload:
        yield from _told(list(_values(ours.payload, theirs.payload)), f"{title}: payload")
    if ours.has_result and theirs.has_result:
        yield from _told(list(_values(ours.result, theirs.result)), f"{title}: result")
    if not _are_alike(_ending(ours), _ending(theirs)):
        yield f"{title}: {_unequal(_ending(ours), _ending(theirs))}"
    for index in sorted(ours.branches.keys() | theirs.branches.keys()):
        if index in ours.branches and index in theirs.branches:
            yield from _branches(ours.branches[index], theirs.branches[index])
        else:
            has = "only the first" if index in ours.branches else "only the second"
            yield f"{title}: {has} run started [{index}]"


def _is_handed_on(branch: Branch, place: int) -> bool:
    """Whether a visit's input is the output of the visit before it, and told there."""
    before = branch.visits[place - 1] if place else None
    return before is not None and before.has_output and before.output is branch.visits[place].input


def _ending(stretch: Visit | Attempt) -> str:
    return stretch.status + (f" ({_failure(stretch.failure)})" if stretch.failure else "")


def _failure(failure: Failure | None) -> str:
    if failure is None or not failure.is_told:
        return "" if failure is None else "an error that no event tells"
    return f"{failure.error}" + (f": {failure.cause}" if failure.cause else "")


def _told(found: list[_Difference], title: str) -> list[str]:
    """Lines about differences within a value: some of them, and how many more there are."""
    lines = [f"{title}{path}: {_unequal(*texts)}" for path, *texts in found[:_MOST_MEMBERS]]
    more = len(found) - _MOST_MEMBERS
    return [*lines, f"{title}: {more} more differences"] if more > 0 else lines


def _values(left: Json, right: Json, path: str = "") -> Iterator[_Difference]:
    """Where two values differ. So do an integer and a float, as their texts do: ``1``, ``1.0``."""
    if isinstance(left, dict) and isinstance(right, dict):
        for key in [*left, *(key for key in right if key not in left)]:
            where = f"{path}.{key}"
            if key in left and key in right:
                yield from _values(left[key], right[key], where)
            elif key in left:
                yield where, dump(left[key]), "(absent)"
            else:
                yield where, "(absent)", dump(right[key])
    elif isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        for index, (ours, theirs) in enumerate(zip(left, right, strict=True)):
            yield from _values(ours, theirs, f"{path}[{index}]")
    elif isinstance(left, str) and isinstance(right, str):
        if not _are_alike(left, right):
            yield path, dump(left), dump(right)
    elif type(left) is not type(right) or left != right:
        yield path, dump(left), dump(right)


def _are_alike(left: str | None, right: str | None) -> bool:
    """Whether two texts are the same but for the event id that AWS puts into some causes."""
    if left is None or right is None or left == right:
        return left == right
    return _EVENT_ID.sub("", left) == _EVENT_ID.sub("", right)


def _unequal(left: str, right: str) -> str:
    """Two texts that differ; of long ones what stands around the first difference."""
    if max(len(left), len(right)) > _SHOWN:
        same = sum(1 for _ in takewhile(_are_equal, zip(left, right, strict=False)))
        start = max(0, same - _SHOWN // 4)
        left, right = _cut(left, start), _cut(right, start)
    return f"{left} != {right}"


def _cut(text: str, start: int) -> str:
    shown = text[start : start + _SHOWN]
    return "..." * (start > 0) + shown + "..." * (start + _SHOWN < len(text))
