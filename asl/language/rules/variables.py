"""Workflow variables: their names, and whether each is assigned where it is read.

Along the transitions of a machine two sets travel: the variables that some way here assigns, and
those that every way here assigns. A state's own assignments are seen by the states behind it only.
An inner machine starts with what its Parallel or Map sees, a DISTRIBUTED one with nothing.

Source: AWS guide, "Passing data between states with variables"; AWS API reference, the codes of the
diagnostics.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from asl.jsontypes import dump
from asl.language.diagnostics import clip
from asl.language.faults import Fault
from asl.language.substitutions import has_placeholder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from asl.language.queries import Query
    from asl.language.reading import Reading
    from asl.language.walk import Machine, State, Tree

_LONGEST: Final = 80
#: Fields whose value may bring assignments, or ways to them.
_LEADING: Final = ("Assign", "Catch", "Choices", "Branches", "ItemProcessor", "Iterator")
_READING_NOTHING: Final = ("Resource", "Comment", "Retry", "Next", "Default", "Label")
_INVALID: Final = "the variable name contains invalid characters."
#: Steps of the analysis of one definition; a definition that takes more is not told about this.
_MOST_STEPS: Final = 200_000


def names(reading: Reading) -> Iterator[Fault]:
    """A variable's name is an identifier of at most 80 characters, and not ``states``."""
    for path, name in reading.assignments:
        assign = path[:-1]
        if name == "states":
            message = "Cannot assign to reserved variable '$states'."
            yield Fault(path, message, "ASL-802", at_key=True, aws_path=assign)
        elif not name.isidentifier():
            said = f"Invalid variable name '{clip(name)}': {_INVALID}"
            hint = "a name has no '$'" if name.startswith("$") else ""
            yield Fault(path, said, "ASL-801", at_key=True, hint=hint, aws_path=assign)
        elif len(name) > _LONGEST:
            said = f"Invalid variable name '{clip(name)}': the variable name is too long."
            hint = f"{len(name)} characters; {_LONGEST} are allowed"
            yield Fault(path, said, "ASL-803", at_key=True, hint=hint, aws_path=assign)


def _is_allowed(name: str) -> bool:
    return name.isidentifier() and name != "states" and len(name) <= _LONGEST


def _outer_scope(
    machine: Machine, readings: Mapping[int, Reading], start: _Reach, bits: _Bits
) -> Iterator[Fault]:
    """A branch or processor assigns no variable that it sees of the machine around it.

    What that machine assigns later, or in a catcher of the Parallel or Map, is not seen (recorded).
    """
    for state in machine.states.values():
        for path, name in readings[id(state)].assignments:
            if bits.has(start.some, name):
                message = f"The variable name '{clip(name)}' was already defined in a parent scope."
                yield Fault(path, message, "ASL-805", at_key=True, aws_path=path[:-1])


class _Reach(NamedTuple):
    """The variables that some way here, and that every way here assigns, a bit for each."""

    some: int
    every: int


def flow(machines: Sequence[Machine], readings: Mapping[int, Reading]) -> Iterator[Fault]:
    """Each variable that is read was assigned, each one that is assigned is read, and none twice.

    Args:
        machines: All of them, outer ones first.
        readings: What each state asks for, by the ``id`` of the state.
    """
    bits = _Bits()
    uses = {key: list(reading.variables()) for key, reading in readings.items()}
    if not any(one.assignments for one in readings.values()) and not any(uses.values()):
        return
    seen: dict[int, _Reach | None] = {}  # what each state sees, by its id; None: it is not reached
    steps = _MOST_STEPS
    for machine in machines:
        start = _Reach(0, 0)
        if machine.outer is not None and not machine.is_distributed:
            outer = seen[id(machine.outer)]
            if outer is None:
                seen.update(dict.fromkeys(map(id, machine.states.values())))
                continue
            start = outer
        if start.some:
            yield from _outer_scope(machine, readings, start, bits)
        steps -= _spread(machine, start, bits, seen, steps)
        if steps <= 0:
            return
    if not any(_assigns_anything(reading.state) for reading in readings.values()):
        for key, reading in readings.items():
            reach = seen.get(key)
            if reach is not None and uses[key]:
                yield from _undefined(reading, uses[key], reach, bits)
    unread = list(_never_read(machines, readings))
    if unread and not any(_reads_anything(reading.state) for reading in readings.values()):
        yield from unread


def _assigns_anything(state: State) -> bool:
    """Whether a placeholder may stand for an assignment, or for a way to one."""
    tree = state.tree
    if any(map(has_placeholder, tree)) or any(has_placeholder(tree.get(name)) for name in _LEADING):
        return True
    owners = [tree, *(one.tree for one in state.catchers), *(one.tree for one in state.rules)]
    for owner in owners:
        assign = owner.get("Assign")
        if any(map(has_placeholder, assign if isinstance(assign, dict) else (assign,))):
            return True
    return any(has_placeholder(target.name) for target in state.targets)


def _reads_anything(state: State) -> bool:
    """Whether a placeholder may stand for something that reads a variable."""
    return any(
        name not in _READING_NOTHING and has_placeholder(name + dump(value))
        for name, value in state.tree.items()
    )


class _Bits:
    """A bit for each name of a variable."""

    def __init__(self) -> None:
        self.of: dict[str, int] = {}

    def mask(self, tree: Tree, *, strips: bool) -> int:
        """The bits of the keys of an Assign."""
        mask = 0
        for key in tree:
            name = key[:-2] if strips and key.endswith(".$") else key
            mask |= 1 << self.of.setdefault(name, len(self.of))
        return mask

    def has(self, mask: int, name: str) -> bool:
        bit = self.of.get(name)
        return bit is not None and bool(mask >> bit & 1)


def _spread(
    machine: Machine, start: _Reach, bits: _Bits, seen: dict[int, _Reach | None], most: int
) -> int:
    """Let the sets travel through a machine until nothing changes; how many steps it took."""
    states = machine.states
    ways = {name: _ways(state, bits) for name, state in states.items()}
    reached: dict[str, _Reach] = {}
    first = machine.tree.get("StartAt")
    pending = [first] if isinstance(first, str) and first in states else []
    if pending:
        reached[str(first)] = start
    steps = 0
    while pending and steps < most:
        name = pending.pop()
        here = reached[name]
        for after, mask in ways[name]:
            steps += 1
            old = reached.get(after)
            some, every = here.some | mask, here.every | mask
            new = _Reach(some, every) if old is None else _Reach(old.some | some, old.every & every)
            if new != old:
                reached[after] = new
                pending.append(after)
    for name, state in states.items():
        seen[id(state)] = reached.get(name)
    return steps


def _ways(state: State, bits: _Bits) -> list[tuple[str, int]]:
    """The states that may follow, each with the bits that going there assigns."""
    strips = state.language == "JSONPath"
    ways = []
    for target in state.targets:
        if not isinstance(target.name, str) or target.name not in state.machine.states:
            continue
        inside = target.path[len(state.path) : -1]
        owner: Tree = state.tree
        if inside:  # a catcher's or a rule's own Assign takes the place of the state's
            field, index = inside
            owner = state.tree[str(field)][int(index)]  # type: ignore[index,assignment]  # walk
        assign = owner.get("Assign")
        mask = bits.mask(assign, strips=strips) if isinstance(assign, dict) else 0
        ways.append((target.name, mask))
    return ways


def _undefined(
    reading: Reading, uses: Sequence[tuple[Query, str]], reach: _Reach, bits: _Bits
) -> Iterator[Fault]:
    told = set()
    called = {name for _, found in reading.inspections for name in found.references.functions}
    for query, name in uses:
        if bits.has(reach.every, name) or (query.path, name) in told:
            continue
        told.add((query.path, name))
        if reading.state.language == "JSONata" and _is_function(name):
            continue  # the name of a function
        if name in called and not bits.has(reach.some, name):
            continue  # that there is no such function is the matter of another rule
        if bits.has(reach.some, name):
            message = f"Variable '{clip(name)}' is not assigned on every way that leads here."
            yield Fault(query.path, message, "ASL-808")
        else:
            message = f"Variable '{clip(name)}' is possibly not defined."
            hint = "no state before this one assigns it"
            yield Fault(query.path, message, "ASL-806", hint=hint)


def _is_function(name: str) -> bool:
    from asl.query.jsonata.inspection import arity  # noqa: PLC0415 - slow to import

    return arity(name) is not None


def _never_read(machines: Sequence[Machine], readings: Mapping[int, Reading]) -> Iterator[Fault]:
    """Each variable that a machine assigns is read in it or in a machine inside of it."""
    read: dict[int, set[str]] = {id(machine): set() for machine in machines}
    for machine in reversed(machines):
        own = read[id(machine)]
        for state in machine.states.values():
            own.update(readings[id(state)].mentions())
        if machine.outer is not None and not machine.is_distributed:
            read[id(machine.outer.machine)] |= own
    for machine in machines:
        told: set[str] = set()
        for state in machine.states.values():
            for path, name in readings[id(state)].assignments:
                if name not in told and name not in read[id(machine)] and _is_allowed(name):
                    told.add(name)
                    message = f"nothing reads the variable '{clip(name)}'"
                    yield Fault(path, message, "ASL-809", at_key=True)
