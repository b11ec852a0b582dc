"""All rules on one definition: each machine, each state and each query of it, looked at once.

Which rules there are is in `asl.language.rules.table`, what they read in `walk` and `reading`; this
module only says what is asked about what. Rules give faults in any order; errors are kept before
warnings, since only so many are told, and the order of the text is made when all are there.

Source: AWS API reference, ValidateStateMachineDefinition.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple

from asl.language.diagnostics import MOST_DIAGNOSTICS
from asl.language.faults import report
from asl.language.openness import is_open
from asl.language.reading import read_state
from asl.language.rules import (
    errors,
    express,
    maps,
    paths,
    shape,
    states,
    tasks,
    templates,
    transitions,
    variables,
)
from asl.language.rules.table import RULES
from asl.language.silence import Silence
from asl.language.walk import language_of, survey

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from asl.language.diagnostics import Diagnostic
    from asl.language.faults import Fault
    from asl.language.model import MachineType
    from asl.language.positions import Path
    from asl.language.queries import Kind, Query
    from asl.language.reading import Reading
    from asl.language.source import Source
    from asl.language.walk import Machine, State

    StateRule = Callable[[State], Iterator[Fault]]


class Wishes(NamedTuple):
    """What the caller wants to know.

    Attributes:
        is_local: A Resource that AWS can't call is one of ours: a warning, not an error.
        ignore: Codes of warnings that are not wanted.
        enable: Codes of rules that are off unless they are asked for.
    """

    is_local: bool = False
    ignore: Collection[str] = ()
    enable: Collection[str] = ()


def check_source(
    source: Source, machine_type: MachineType = "STANDARD", wishes: Wishes | None = None
) -> list[Diagnostic]:
    """All faults of a definition, in the order of the text.

    Without an ERROR among them, the definition can be compiled, unless there is something in it
    that this library does not run: a warning has told so (ASL-901, or 354, 405 or 506).
    """
    wishes = wishes or Wishes()
    machines = survey(source.tree, machine_type)
    readings = _read(machines)
    silence = Silence(machines, wishes.ignore, wishes.enable)
    found = _Found(source, silence)
    found.take(_faults(machines, readings, is_local=wishes.is_local))
    from asl.language import lints  # noqa: PLC0415 - a quarter of all rules; not for `has_errors`

    found.take(lints.in_choices(machines))
    is_hidden = any(map(_hides_the_flow, found.errors))
    found.take(variables.flow(machines, readings), errors_only=is_hidden)
    if not is_hidden:
        found.take(lints.in_flow(machines, readings))
    found.take(silence.faults())
    return [*report(source, chain(found.errors, found.warnings)), *source.diagnostics]


def has_errors(source: Source, machine_type: MachineType, wishes: Wishes) -> bool:
    """Whether `check_source` finds an ERROR: known sooner than what all there is to say.

    No placeholder of the source is open.
    """
    machines = survey(source.tree, machine_type)
    readings = _read(machines)
    faults = chain(
        _faults(machines, readings, is_local=wishes.is_local), variables.flow(machines, readings)
    )
    return any(RULES[fault.rule].severity == "ERROR" for fault in faults)


def _read(machines: Sequence[Machine]) -> dict[int, Reading]:
    """What each state asks for, by the ``id`` of the state."""
    readings = {}
    broken = 0
    for machine in machines:
        for state in machine.states.values():
            reading = read_state(state, parses=broken <= MOST_DIAGNOSTICS)
            broken += len(reading.faults)
            readings[id(state)] = reading
    return readings


class _Found:
    """Faults as they come in: each once, none that is not wanted or may be gone in the end."""

    def __init__(self, source: Source, silence: Silence) -> None:
        self._source = source
        self._silence = silence
        self._seen: set[tuple[Path, str]] = set()
        self.errors: list[Fault] = []
        self.warnings: list[Fault] = []

    def take(self, faults: Iterable[Fault], *, errors_only: bool = False) -> None:
        for fault in faults:
            if len(self.errors) > MOST_DIAGNOSTICS:
                return  # errors come first, and no more are told
            key = (fault.path, fault.message)
            if key in self._seen:
                continue
            is_error = RULES[fault.rule].severity == "ERROR"
            if errors_only and not is_error:
                continue
            kept = self.errors if is_error else self.warnings
            if len(kept) > MOST_DIAGNOSTICS or (not is_error and self._silence.covers(fault)):
                continue
            if self._source.has_placeholders and is_open(self._source.tree, fault):
                continue
            self._seen.add(key)
            kept.append(fault)


def _hides_the_flow(fault: Fault) -> bool:
    """Whether because of a fault nobody can tell how data and control go through the machine."""
    return fault.rule < _FIRST_OF_VALUES


def _faults(
    machines: Sequence[Machine], readings: Mapping[int, Reading], *, is_local: bool
) -> Iterator[Fault]:
    whole = machines[0]
    raised = errors.raised_names(machines)
    is_jsonata = language_of(whole.tree, "JSONPath") == "JSONata"
    assigned = {one.name for reading in readings.values() for one in reading.assignments}
    yield from shape.document(whole.tree)
    for machine in machines:
        yield from shape.state_is_object(machine)
        for state in machine.states.values():
            yield from shape.state(state, is_jsonata_machine=is_jsonata)
            reading = readings[id(state)]
            for rule in _STATE_RULES.get(state.kind or "", ()):
                yield from rule(state)
            if state.kind == "Task":
                yield from tasks.check(state, is_local=is_local)
            if state.retriers or state.catchers:
                yield from errors.check(state, raised)
            if reading.assignments:
                yield from variables.names(reading)
            yield from _queries(reading, assigned)
        yield from transitions.missing_targets(machine)
        yield from transitions.unreachable(machine)
        yield from transitions.inner_machine_ends(machine)
        yield from states.odd_names(machine)
    yield from transitions.repeated_names(machines)
    yield from maps.repeated_labels(machines)
    yield from transitions.missing_end(whole)


def _queries(reading: Reading, assigned: Collection[str]) -> Iterator[Fault]:
    for query in reading.queries:
        if not query.is_plain and query.kind != "expression":
            yield from _QUERY_RULES[query.kind](query)
    yield from reading.faults
    if not reading.inspections:
        return
    from asl.language.rules import expressions  # noqa: PLC0415 - imports all of JSONata

    for query, found in reading.inspections:
        yield from expressions.references(query, reading.state, found)
        yield from expressions.calls(query, found, assigned)
        yield from expressions.types(query, reading.state, found)


#: The rules before this one are about what makes a machine, those from it on about values.
_FIRST_OF_VALUES: Final = "ASL-210"

#: What is asked about a state of each type, beside its shape and its queries.
_STATE_RULES: Final[Mapping[str, tuple[StateRule, ...]]] = {
    "Wait": (states.timestamp,),
    "Pass": (states.static_result,),
    "Fail": (states.paths_as_text,),
    "Choice": (
        states.compared_timestamps, states.patterns, states.compared_paths_as_text,
        transitions.rules_without_default,
    ),
    "Map": (maps.only_distributed, maps.unsupported, express.distributed),
}  # fmt: skip

#: What is asked about a query of each kind; of expressions more is known.
_QUERY_RULES: Final[Mapping[Kind, Callable[[Query], Iterator[Fault]]]] = {
    "path": paths.path,
    "result": paths.result_path,
    "reference": paths.reference,
    "number": paths.reference,
    "items": paths.reference,
    "comparison": paths.comparison,
    "text": templates.failure_text,
    "entry": templates.entry,
    "plain": templates.plain,
    "deep": paths.too_deep,
}
