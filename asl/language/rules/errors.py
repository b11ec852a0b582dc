"""Retriers and catchers: what they name, and whether they can match at all.

Source: ASL specification, "Errors"; AWS guide, "Handling errors in Step Functions workflows"; AWS's
answers for what States.ALL may stand beside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from asl.language.diagnostics import clip
from asl.language.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asl.language.walk import Entry, Machine, State

_ALL: Final = "States.ALL"
_PLACEMENT: Final = "States.ALL must appear alone and at end of list"
#: The names of the specification and of AWS's guide.
NAMES: Final = (
    "States.ALL", "States.HeartbeatTimeout", "States.Timeout", "States.TaskFailed",
    "States.Permissions", "States.ResultPathMatchFailure", "States.ParameterPathFailure",
    "States.BranchFailed", "States.NoChoiceMatched", "States.IntrinsicFailure",
    "States.ExceedToleratedFailureThreshold", "States.ItemReaderFailed",
    "States.ResultWriterFailed", "States.QueryEvaluationError", "States.Runtime",
    "States.DataLimitExceeded", "States.Http.Socket",
)  # fmt: skip
_KNOWN: Final = frozenset(NAMES)
#: What States.TaskFailed does not stand for.
_NOT_TASK_FAILED: Final = frozenset(("States.Timeout", "States.HeartbeatTimeout", _ALL))


def check(state: State, raised: frozenset[str]) -> Iterator[Fault]:
    """All about the retriers and catchers of a state."""
    yield from placement(state)
    yield from names(state, raised)
    yield from max_delay(state)
    yield from never_matches(state)


def placement(state: State) -> Iterator[Fault]:
    """States.ALL stands alone, in the last retrier and in the last catcher."""
    for entries in (state.retriers, state.catchers):
        for entry in entries:
            names = _names(entry)
            is_last = entry.path[-1] == entries[-1].path[-1]
            if _ALL in names and (len(names) > 1 or not is_last):
                yield Fault((*entry.path, "ErrorEquals"), _PLACEMENT, "ASL-325")


def _names(entry: Entry) -> Sequence[str]:
    names = entry.tree.get("ErrorEquals")
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else ()


def raised_names(machines: Sequence[Machine]) -> frozenset[str]:
    """The errors that Fail states of a definition raise."""
    return frozenset(
        error
        for machine in machines
        for state in machine.states.values()
        if state.kind == "Fail" and isinstance(error := state.tree.get("Error"), str)
    )


def names(state: State, raised: frozenset[str]) -> Iterator[Fault]:
    """A name that starts with States. is one that AWS has, or that a Fail state raises."""
    for entry in (*state.retriers, *state.catchers):
        given = entry.tree.get("ErrorEquals")
        for index, name in enumerate(given if isinstance(given, list) else ()):
            if isinstance(name, str) and name.startswith("States.") and name not in _KNOWN | raised:
                path = (*entry.path, "ErrorEquals", index)
                message = f"there is no error '{clip(name)}'"
                yield Fault(path, message, "ASL-335", meant=(name, NAMES))


def max_delay(state: State) -> Iterator[Fault]:
    """MaxDelaySeconds leaves room for the first interval to grow."""
    for entry in state.retriers:
        most, interval = entry.tree.get("MaxDelaySeconds"), entry.tree.get("IntervalSeconds", 1)
        if type(most) is int and type(interval) is int and 0 < most <= interval:
            message = "MaxDelaySeconds should be greater than IntervalSeconds"
            path = (*entry.path, "MaxDelaySeconds")
            yield Fault(path, message, "ASL-330", hint=f"{most} is not above {interval}")


def never_matches(state: State) -> Iterator[Fault]:
    """A retrier or catcher names an error that no earlier one takes."""
    for entries in (state.retriers, state.catchers):
        seen: dict[str, Entry] = {}
        for entry in entries:
            given = _names(entry)
            earlier = [_earlier(name, seen, is_task=state.kind == "Task") for name in given]
            if given and all(earlier):
                first = earlier[0].path if earlier[0] else ()
                message = "this never matches: an earlier one takes all the errors that it names"
                hint = f"{first[-2]}[{first[-1]}] does" if first else ""
                yield Fault(entry.path, message, "ASL-336", hint=hint)
            for name in given:
                seen.setdefault(name, entry)


def _earlier(name: str, seen: dict[str, Entry], *, is_task: bool) -> Entry | None:
    """The entry that takes an error before this one."""
    if name in seen:
        return seen[name]
    if is_task and name not in _NOT_TASK_FAILED and not name.startswith("States."):
        return seen.get("States.TaskFailed")
    return None
