"""Fields that no state has set where they are read: machines are run on what is known of data.

An abstract run: each state is entered with the shape of all that may come there, on any way, until
nothing new comes. The input of an execution is anything, and so is what tasks give, so only what
states of the machine build themselves is known: the Result of a Pass, templates, error outputs, the
array of a Parallel or Map. Where a way leads nobody knows where, anything may come to any state.

Work is bounded: a state that is entered too often is taken to be entered with anything.

Source: ASL specification, "Paths", "Reference Paths"; AWS guide, "Transforming data with JSONata".
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from asl.errors import quote
from asl.language.faults import Fault
from asl.language.flow.choosing import live_rules
from asl.language.flow.dataflow import (
    Stages,
    departures,
    error_roots,
    given_to_inner,
    roots_of,
)
from asl.language.flow.shapes import ANYTHING, ERROR, Missing, join
from asl.language.flow.values import data_paths_in, follow, refer, states_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from asl.jsontypes import Json
    from asl.language.flow.shapes import Value
    from asl.language.positions import Path
    from asl.language.queries import Query
    from asl.language.walk import Machine, State
    from asl.query.path_text import Step

#: How often something new may come to a state; most machines need two.
_MOST_VISITS: Final = 12
#: Parts of shapes that are passed on in one machine.
_LEAST_WORK: Final = 20_000
_WORK_PER_STATE: Final = 200
#: Fields that are named in a message.
_MOST_NAMES: Final = 5


def fields_never_set(
    machines: Sequence[Machine], queries: Callable[[State], Iterable[Query]]
) -> Iterator[Fault]:
    """Paths that find nothing, whatever way the execution has come there.

    Args:
        machines: All of a definition, each before those inside of it, as `survey` gives them.
        queries: Gives what `queries_of` gives for a state.
    """
    given: dict[int, Value] = {id(machines[0]): ANYTHING} if machines else {}
    for machine in machines:
        if id(machine) not in given:
            continue  # nothing leads to the state that it stands in
        start = given[id(machine)]
        states = machine.states.values()
        if start is ANYTHING and all(map(_gives_anything, states)):
            continue  # nothing will be known
        for stages in _run(machine, start):
            if _is_known(stages):
                yield from _faults(stages, queries)
            if stages.state.inner:
                inner = given_to_inner(stages)
                given.update((id(one), inner) for one in stages.state.inner)


def _run(machine: Machine, given: Value) -> Iterable[Stages]:
    """Each state that can be come to, with the shape of all that may come there."""
    states = machine.states
    start = machine.tree.get("StartAt")
    if not isinstance(start, str) or start not in states:
        return _run_on_anything(machine)
    arrivals = {start: given}
    found: dict[str, Stages] = {}
    visits: dict[str, int] = {}
    room = _LEAST_WORK + _WORK_PER_STATE * len(states)
    pending = [start]
    for name in pending:  # it grows
        arriving = arrivals[name]
        if name in found and found[name].input is arriving:
            continue
        state = states[name]
        if state.kind is None:
            return _run_on_anything(machine)
        found[name] = stages = Stages(state, arriving)
        is_plain = arriving is ANYTHING and _gives_anything(state)
        for target, leaving in _plain(state) if is_plain else departures(stages):
            room -= 1 if leaving is None else leaving.parts
            if room < 0:
                return _run_on_anything(machine)
            if not isinstance(target, str) or target not in states:
                if target is None:
                    continue
                return _run_on_anything(machine)
            if target not in arrivals:
                arrivals[target] = leaving
                pending.append(target)
                continue
            before = arrivals[target]
            value = join(before, leaving)
            if value is not before:
                visits[target] = visits.get(target, 0) + 1
                arrivals[target] = ANYTHING if visits[target] > _MOST_VISITS else value
                pending.append(target)
    return found.values()


def _gives_anything(state: State) -> bool:
    """Whether a state to which anything may come passes on anything."""
    if state.kind == "Pass" and not _PASS_MAKERS.isdisjoint(state.tree):
        return False
    return _MAKERS.isdisjoint(state.tree) and (
        state.language == "JSONPath" or all("Output" not in rule.tree for rule in state.rules)
    )


_PASS_MAKERS: Final = frozenset(("Parameters", "Result"))
#: Fields that give something of which more is known.
_MAKERS: Final = frozenset(
    (
        "Catch", "Output", "InputPath", "OutputPath", "ResultSelector", "Branches",
        "ItemProcessor", "Iterator",
    )
)  # fmt: skip


def _plain(state: State) -> Iterator[tuple[Json, Value]]:
    """What `departures` gives for such a state."""
    return ((target.name, ANYTHING) for target in state.targets)


def _run_on_anything(machine: Machine) -> Iterable[Stages]:
    """All states, if nobody knows what leads where."""
    return [Stages(state, ANYTHING) for state in machine.states.values()]


def _is_known(stages: Stages) -> bool:
    """Whether anything is known of what a query of the state may be applied to."""
    if stages.input is not None:
        return True
    tree = stages.state.tree
    for catcher in stages.state.catchers:
        if "Assign" in catcher.tree or "Output" in catcher.tree:
            return True
    if stages.state.language == "JSONata":
        return ("Output" in tree or "Assign" in tree) and stages.raw is not None
    return (
        ("InputPath" in tree and stages.view is not None)
        or ("ResultSelector" in tree and stages.raw is not None)
        or ("Assign" in tree and stages.result is not None)
        or ("OutputPath" in tree and stages.output is not None)
    )


def _faults(stages: Stages, queries: Callable[[State], Iterable[Query]]) -> Iterator[Fault]:
    live = live_rules(stages.state, stages.view)
    for lost in live.lost:
        yield _fault(lost.at, lost.path.steps, lost.missing, "$")
    read = _read_expression if stages.state.language == "JSONata" else _read_query
    depth = len(stages.state.path)
    for query in queries(stages.state):
        field = query.path[depth]
        if field == "Choices" and query.path[depth + 1] not in live.rules:
            continue  # it is never taken
        if query.kind == "items" and "ItemReader" in stages.state.tree:
            continue  # the items come from somewhere else (recorded)
        if isinstance(query.text, str) and (fault := read(query, query.text, field, stages)):
            yield fault


def _read_query(query: Query, text: str, field: str | int, stages: Stages) -> Fault | None:
    """The fault of a path, or of a call with a path, that finds nothing in JSONPath."""
    if query.kind in ("result", "comparison", "plain"):
        return None
    if query.data == "result":
        value = stages.raw if field == "ResultSelector" else stages.result
    elif query.data == "work":
        value = stages.view
    elif query.data == "output":
        value = stages.output
    else:
        value = stages.input if query.data == "input" else ERROR
    if value is None:
        return None
    for path in data_paths_in(text):
        found = follow(path, value)
        if isinstance(found, Missing):
            return _fault(query.path, (*path.steps, *path.merged), found, "$")
    return None


def _read_expression(query: Query, text: str, field: str | int, stages: Stages) -> Fault | None:
    """The fault of an expression that is one path into ``$states`` and finds nothing."""
    path = states_path(text)
    if path is None:
        return None
    found = refer(path, error_roots(stages) if field == "Catch" else roots_of(stages))
    if isinstance(found, Missing):
        return _fault(query.path, path.steps, found, f"$states.{path.root}")
    return None


def _fault(at: Path, steps: Sequence[Step], missing: Missing, root: str) -> Fault:
    place = root + "".join(
        f".{step}" if isinstance(step, str) else f"[{step}]" for step in steps[: missing.at]
    )
    step, shape = steps[missing.at], missing.shape
    if not isinstance(step, str):
        is_array = "array" in shape.kinds
        message = f"{quote(place)} {f'has no element {step}' if is_array else 'is no array'} here"
        return Fault(at, message, "ASL-905")
    if "object" not in shape.kinds:
        what = "an array" if shape.kinds == {"array"} else "no object"
        return Fault(at, f"{quote(place)} is {what} here: it has no field {quote(step)}", "ASL-905")
    known = ", ".join(map(quote, islice(shape.fields, _MOST_NAMES)))
    more = ", ..." if len(shape.fields) > _MOST_NAMES else ""
    here = f"here it has {known}{more}" if known else "here it has no fields"
    message = f"no state before sets {quote(step)} of {quote(place)}: {here}"
    return Fault(at, message, "ASL-905", meant=(step, shape.fields.keys()))
