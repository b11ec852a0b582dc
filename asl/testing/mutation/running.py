"""Trying mutants: which of some tests fails when the machine is another one than it should be.

A test is anything that runs and can fail. It first runs on the machine as it is, where it has to
pass; the states that its executions enter, and how many events they write, are remembered. A mutant
is then tried with those tests alone that enter its state, until one fails. An execution that goes
round for ever is ended by AWS's limit of a history, which is set to a multiple of what it took
before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias

from asl.engine.limits import Limits
from asl.errors import DefinitionError, UnsupportedFeature, UsageError
from asl.language.source import read_source
from asl.machine import load
from asl.runtimes.watching import watched_by
from asl.testing.mutation.case import Case
from asl.testing.mutation.mutants import mutants_of
from asl.testing.mutation.report import MutationReport, Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from asl.engine.execution import Execution
    from asl.jsontypes import Json
    from asl.language.model import MachineType
    from asl.language.source import Source, Text
    from asl.machine import StateMachine
    from asl.testing.mutation.mutants import Mutant

#: What is tried: it raises if something is wrong with the machine.
Check: TypeAlias = "Callable[[StateMachine], object]"

_FEWEST_EVENTS = 1_000
_TIMES_AS_MANY = 10


class Seen:
    """What the executions of a test did.

    Attributes:
        events: How many events the longest history has.
    """

    def __init__(self) -> None:
        self.events = 0
        self._states: set[str] = set()
        self._is_whole = True

    def add(self, execution: Execution) -> None:
        """Take an execution in that has come to its end, or as far as it came."""
        recorded = execution.recorded()
        self._states.update(recorded.entered_states())
        self._is_whole &= not recorded.forgotten
        self.events = max(self.events, execution.event_count)

    def may_notice(self, mutant: Mutant) -> bool:
        """Whether it came to what the mutant changes, as far as is known."""
        return not self._is_whole or mutant.state is None or mutant.state in self._states


def mutate(
    source: dict[str, Json] | str | bytes | Path | Text,
    cases: Sequence[Check | Case] | Mapping[str, Check | Case],
    *,
    substitutions: Mapping[str, object] | None = None,
    type: MachineType = "STANDARD",  # noqa: A002 - the field's name in AWS's API
    extensions: bool = False,
) -> MutationReport:
    """Change a definition in many small ways, and find out which changes no case notices.

    Args:
        source: The definition, as for `asl.load`.
        cases: What has to hold: functions that take a machine, run it and raise (most often by
            ``assert``) if something is wrong, or a `Case`, which notices when something of a
            run comes out differently. They may be named.
        substitutions: As for `asl.load`.
        type: As for `asl.load`.
        extensions: As for `asl.load`.

    Raises:
        UsageError: There are no cases, or one fails on the definition as it is.
        DefinitionError: The definition is not valid.
    """
    read = read_source(source, substitutions=substitutions)
    original = load(read.tree, type=type, extensions=extensions)
    checks: dict[str, Check] = {}
    seen: dict[str, Seen] = {}
    for name, case in _named(cases).items():
        try:
            check = case.expecting(original) if isinstance(case, Case) else case
            with watched() as seen[name]:
                check(original)
        except Exception as error:
            raise UsageError(
                f"{name} fails on the definition as it is, so it can't tell what is wrong with a "
                f"mutant: {error}"
            ) from error
        checks[name] = check
    verdicts = []
    for mutant in mutants_of(read.tree, type):
        machine = loaded(mutant.applied_to(read.tree), type)
        if machine is not None:

            def fails(name: str, machine: StateMachine = machine) -> bool:
                return _fails(checks[name], machine, seen[name])

            verdicts.append(judged(mutant, read, seen, fails))
    return MutationReport(read.name, tuple(verdicts))


def judged(
    mutant: Mutant, source: Source, seen: Mapping[str, Seen], fails: Callable[[str], bool]
) -> Verdict:
    """What becomes of a mutant: the tests that may notice it are run until one of them fails."""
    place = source.locate_key(mutant.pointer)
    line = None if place is None else place[0]
    names = [name for name, each in seen.items() if each.may_notice(mutant)]
    if not names:
        return Verdict(mutant, line, "unreached")
    killer = next((name for name in names if fails(name)), None)
    if killer is None:
        return Verdict(mutant, line, "survived")
    return Verdict(mutant, line, "killed", killer)


def loaded(tree: Json, machine_type: MachineType) -> StateMachine | None:
    """The machine of a mutant; None if it is no valid one."""
    if not isinstance(tree, dict):
        return None
    try:
        return load(tree, type=machine_type, extensions=True)
    except (DefinitionError, UnsupportedFeature):
        return None


@contextmanager
def watched() -> Iterator[Seen]:
    """See what the executions do that run meanwhile."""
    seen = Seen()
    executions: list[Execution] = []
    try:
        with watched_by(executions.append):
            yield seen
    finally:
        for execution in executions:
            seen.add(execution)


@contextmanager
def bounded(seen: Seen) -> Iterator[None]:
    """Let no execution write many times more events than was seen."""
    most = max(_FEWEST_EVENTS, _TIMES_AS_MANY * seen.events)

    def bound(execution: Execution) -> None:
        fields = execution.limits.fields()
        allowed = fields["history_events"]
        if allowed is None or allowed > most:
            execution.set_limits(Limits(**{**fields, "history_events": most}))
            execution.measure_history()

    with watched_by(bound):
        yield


def _named(cases: Sequence[Check | Case] | Mapping[str, Check | Case]) -> dict[str, Check | Case]:
    if not isinstance(cases, Mapping):
        cases = {f"case {number}": case for number, case in enumerate(cases, 1)}
    if not cases:
        raise UsageError("mutate() needs at least one case: without any no mutant is noticed")
    for name, case in cases.items():
        if not callable(case) and not isinstance(case, Case):
            raise UsageError(f"{name} is neither a function of a machine nor a Case: {case!r}")
    return dict(cases)


def _fails(check: Check, machine: StateMachine, seen: Seen) -> bool:
    with bounded(seen):
        try:
            check(machine)
        except Exception:  # whatever it is, it was noticed
            return True
    return False
