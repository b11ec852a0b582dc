"""The names of a definition: states and what points at them, variables and who sets them.

Names of states belong to one machine; the variables of a machine can be read in all machines inside
of it.

Source: ASL specification, "Transitions"; AWS guide, "Passing data between states with variables".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from asl.editor.tree import Array, Member, Object, Scalar, Value, at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asl.language.positions import Path


class StateName(NamedTuple):
    """A state of a machine: its path, and the member of States that it is."""

    path: Path
    member: Member

    @property
    def name(self) -> str:
        """How it is called."""
        return self.member.key.text


class Reference(NamedTuple):
    """A place where the name of a state stands: in its key, or in a field that points at it."""

    path: Path
    scalar: Scalar
    is_key: bool


class Inner(NamedTuple):
    """A machine: its path, and what stands there."""

    path: Path
    value: Value | None

    def states(self) -> list[StateName]:
        """Its states, without those of the machines inside."""
        states = self.value.value("States") if isinstance(self.value, Object) else None
        if not isinstance(states, Object):
            return []
        return [StateName((*self.path, "States", one.key.text), one) for one in states.members]


def states_of(tree: Value | None, machine: Path) -> list[StateName]:
    """The states of the machine at a path, without those of the machines inside."""
    return Inner(machine, at(tree, machine)).states()


def machines_in(tree: Value | None) -> Iterator[Inner]:
    """The machine and all machines inside of it."""
    pending = [Inner((), tree)]
    while pending:
        machine = pending.pop()
        yield machine
        for state in machine.states():
            pending += machines_of(state)


def machines_of(state: StateName) -> list[Inner]:
    """The machines that a state has inside."""
    value = state.member.value
    if not isinstance(value, Object):
        return []
    found = [
        Inner((*state.path, name), value.value(name))
        for name in ("ItemProcessor", "Iterator")
        if isinstance(value.value(name), Object)
    ]
    branches = value.value("Branches")
    if isinstance(branches, Array):
        found += [
            Inner((*state.path, "Branches", index), item)
            for index, item in enumerate(branches.items)
        ]
    return found


def points_at_state(path: Path) -> Path | None:
    """The machine whose state the value at a path names; None if it names none.

    It goes by the form of the path: StartAt of a machine; Next and Default of a state; Next of a
    catcher, and of a rule of Choices.
    """
    machine, rest = split_path(path)
    match rest:
        case ("StartAt",):
            return machine
        case ("States", _, "Next" | "Default") | ("States", _, "Choices" | "Catch", int(), "Next"):
            return machine
        case _:
            return None


def split_path(path: Path) -> tuple[Path, Path]:
    """The path of the innermost machine round a path, and the rest of the path in it."""
    machine = 0
    while path[machine : machine + 1] == ("States",):
        match path[machine + 2 : machine + 4]:
            case ("ItemProcessor" | "Iterator", *_):
                machine += 3
            case ("Branches", int()):
                machine += 4
            case _:
                break
    return path[:machine], path[machine:]


def references_in(tree: Value | None, machine: Path) -> Iterator[Reference]:
    """Every place of one machine where the name of one of its states stands."""
    value = at(tree, machine)
    if not isinstance(value, Object):
        return
    yield from _strings(machine, value, ("StartAt",))
    for state in states_of(tree, machine):
        yield Reference(state.path, state.member.key, is_key=True)
        if not isinstance(state.member.value, Object):
            continue
        yield from _strings(state.path, state.member.value, ("Next", "Default"))
        for field in ("Choices", "Catch"):
            entries = state.member.value.value(field)
            for index, entry in enumerate(entries.items if isinstance(entries, Array) else ()):
                if isinstance(entry, Object):
                    yield from _strings((*state.path, field, index), entry, ("Next",))


def _strings(path: Path, value: Object, fields: tuple[str, ...]) -> Iterator[Reference]:
    for member in value.members:
        if member.key.text in fields and isinstance(member.value, Scalar):
            yield Reference((*path, member.key.text), member.value, is_key=False)


class Variable(NamedTuple):
    """A variable and a place that sets it: the state, and the key in Assign."""

    name: str
    state: str
    path: Path
    key: Scalar


def variables_in(tree: Value | None, machines: tuple[Path, ...]) -> Iterator[Variable]:
    """The variables that states of these machines set."""
    for machine in machines:
        for state in states_of(tree, machine):
            value = state.member.value
            if isinstance(value, Object):
                for path, assign in _assigns(state.path, value):
                    for member in assign.members:
                        name = member.key.text.removesuffix(".$")
                        where = (*path, member.key.text)
                        yield Variable(name, state.name, where, member.key)


def _assigns(path: Path, state: Object) -> Iterator[tuple[Path, Object]]:
    """The Assign of a state, of its catchers and of its rules."""
    own = state.value("Assign")
    if isinstance(own, Object):
        yield (*path, "Assign"), own
    for field in ("Catch", "Choices"):
        entries = state.value(field)
        for index, entry in enumerate(entries.items if isinstance(entries, Array) else ()):
            inner = entry.value("Assign") if isinstance(entry, Object) else None
            if isinstance(inner, Object):
                yield (*path, field, index, "Assign"), inner
