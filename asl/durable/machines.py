"""The state machines of a host: what was registered here, and every revision that is kept.

A revision is kept with the executions that run it, so a later definition of the same name touches
none that is under way.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

from asl.durable.journal import to_text
from asl.engine.identity import machine_arn
from asl.engine.states.distributed import child_machine
from asl.errors import (
    JournalError,
    MachineConflict,
    MissingHandler,
    UnsupportedFeature,
    UsageError,
)
from asl.language.model import TaskState, every_state
from asl.machine import StateMachine, load
from asl.tasks.registry import TaskRegistry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asl.engine.identity import MachineArn
    from asl.engine.program import Program
    from asl.jsontypes import Json
    from asl.language.model import DistributedMapState
    from asl.runtimes.member import Startable
    from asl.tasks.context import TaskHandler
    from asl.tasks.storage import Storage

    class Revisions(Protocol):
        """Where revisions are kept."""

        def register(self, arn: str, machine_type: str, fingerprint: str, definition: str) -> int:
            """The number of a revision, which is kept if it is new."""

        def revision(self, number: int) -> tuple[str, str, str]:
            """ARN, type and definition of a revision."""

        def newest_revision(self, arn: str) -> int | None:
            """The revision of a machine that was registered last."""


#: Revisions that are kept compiled.
_MOST_COMPILED = 1_000


class Runnable(NamedTuple):
    """What an execution runs: a machine, or the processor of a Distributed Map in one."""

    machine: StateMachine
    program: Program
    arn: MachineArn
    registry: TaskRegistry


class Machines:
    """State machines by name, and their revisions by number.

    Args:
        revisions: Where they are kept.
        tasks: Handlers for the tasks of all machines.
    """

    def __init__(self, revisions: Revisions, tasks: Mapping[str, TaskHandler] | None) -> None:
        self._revisions = revisions
        self._tasks = dict(tasks or {})
        self._common = TaskRegistry(self._tasks)
        self._own: dict[str, TaskRegistry] = {}
        self._registered: dict[str, tuple[StateMachine, int]] = {}
        self._compiled: OrderedDict[int, StateMachine] = OrderedDict()

    def register(
        self, machine: StateMachine, tasks: Mapping[str, TaskHandler] | None = None
    ) -> int:
        """Let executions of a machine be started by its name; gives the number of its revision.

        Raises:
            MachineConflict: Another definition of that name was registered with this host.
            UnsupportedFeature: It has tasks that need this very process.
        """
        if not isinstance(machine, StateMachine):
            raise UsageError(f"register a machine that asl.load made, not {machine!r}")
        arn = str(machine.arn)
        known = self._registered.get(arn)
        if known is not None and not _is_same(known[0], machine):
            raise MachineConflict(
                f"two definitions are called {machine.arn.name!r}; give one of them another name "
                "(asl.load(..., name=...))"
            )
        for state in every_state(machine.definition.scope):
            if isinstance(state, TaskState) and state.resource.arn == "local:human":
                raise UnsupportedFeature(
                    "local:human in a durable execution", state.pointer,
                    "use a task token or an activity",
                )  # fmt: skip
        if tasks is not None:
            self._own[arn] = TaskRegistry({**self._tasks, **tasks})
        if known is None:
            number = self._revisions.register(
                arn,
                machine.definition.type,
                machine.definition.fingerprint,
                to_text(machine.definition.tree),
            )
            known = self._registered[arn] = machine, number
            self._compiled[number] = machine
        return known[1]

    def named(self, machine: StateMachine | str) -> tuple[StateMachine, int]:
        """A machine and its revision: registered here, or the newest that anybody registered.

        Raises:
            MachineConflict: Nobody did.
        """
        if isinstance(machine, StateMachine):
            return machine, self.register(machine)
        arn = str(machine_arn(machine))
        known = self._registered.get(arn)
        if known is not None:
            return known
        number = self._revisions.newest_revision(arn)
        if number is None:
            names = ", ".join(sorted(repr(each.arn.name) for each, _ in self._registered.values()))
            raise MachineConflict(
                f"no state machine {machine!r} is registered; here are {names or 'none'}"
            )
        return self.revision(number), number

    def find(self, wanted: Json, storage: Storage | None) -> Startable | None:
        """The machine of a StateMachineArn: by its name, or by its ARN.

        Raises:
            UsageError: It needs a storage and there is none.
        """
        arns = _arns(wanted)
        for arn in arns:
            if arn in self._registered:
                machine, number = self._registered[arn]
                return machine.startable(storage)._replace(revision=number)
        for arn in arns:
            newest = self._revisions.newest_revision(arn)
            if newest is not None:
                return self.revision(newest).startable(storage)._replace(revision=newest)
        return None

    def missing(self) -> list[MissingHandler]:
        """What handlers the machines that were registered here lack, one error for each."""
        found = []
        for arn, (machine, _) in self._registered.items():
            try:
                self._own.get(arn, self._common).check(machine.definition, has_machines=True)
            except MissingHandler as error:
                found.append(error)
        return found

    def revision(self, number: int) -> StateMachine:
        """The machine of a revision, compiled."""
        machine = self._compiled.get(number)
        if machine is None:
            arn, machine_type, definition = self._revisions.revision(number)
            machine = load(
                json.loads(definition),
                name=arn,
                type="EXPRESS" if machine_type == "EXPRESS" else "STANDARD",
                extensions=True,  # it was looked at when it was registered
            )
            self._compiled[number] = machine
            if len(self._compiled) > _MOST_COMPILED:
                self._compiled.popitem(last=False)
        return machine

    def runnable(self, number: int, scope: str) -> Runnable:
        """What an execution of a revision runs.

        Args:
            number: The revision.
            scope: See `NewExecution`.

        Raises:
            JournalError: There is no such Map in the definition.
        """
        machine = self.revision(number)
        program, arn = machine.program, machine.arn
        registry = self._own.get(str(machine.arn), self._common)
        for pointer in json.loads(scope) if scope else ():
            step = program.by_pointer.get(pointer)
            if step is None or step.children is None:
                raise JournalError(f"the machine {arn.name!r} has no Distributed Map at {pointer}")
            arn = child_machine(cast("DistributedMapState", step.state), arn)
            step.children.outer, program = program, step.children
        return Runnable(machine, program, arn, registry)


def inner_scope(scope: str, pointer: str) -> str:
    """The scope of the children of a Distributed Map, which itself is in a scope."""
    return to_text([*(json.loads(scope) if scope else ()), pointer])


def _arns(wanted: Json) -> list[str]:
    """Which machines a StateMachineArn may mean; a version or alias behind it is passed over."""
    if not isinstance(wanted, str):
        return []
    parts = wanted.split(":")
    if parts[0] != "arn":
        return [str(machine_arn(wanted))]
    if len(parts) not in (7, 8):
        return []
    return [":".join(parts[:7]), str(machine_arn(parts[6]))]


def _is_same(one: StateMachine, other: StateMachine) -> bool:
    return (
        one.definition.fingerprint == other.definition.fingerprint
        and one.definition.type == other.definition.type
    )
