"""A state machine that was loaded: checked, compiled, ready to run any number of times."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from asl.engine.execution import Execution
from asl.engine.identity import machine_arn
from asl.engine.snapshot import restore
from asl.engine.states import link
from asl.errors import InvalidDefinition, InvalidInput, SnapshotError, UsageError
from asl.jsontypes import NotJsonError, Payload
from asl.language.check import Wishes, check_source, has_errors
from asl.language.compile import compile_definition
from asl.language.model import DistributedMapState, every_state
from asl.language.source import read_source
from asl.runtimes.clocks import VirtualClock
from asl.runtimes.local import Run
from asl.runtimes.member import Startable
from asl.tasks.registry import TaskRegistry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from os import PathLike
    from pathlib import Path

    from asl.engine.history import HistoryEvent
    from asl.engine.limits import Limits
    from asl.engine.program import Program
    from asl.jsontypes import Json
    from asl.language.diagnostics import Diagnostic
    from asl.language.model import Definition, MachineType
    from asl.language.source import Source, Text
    from asl.runtimes.clocks import Clock
    from asl.runtimes.result import Result
    from asl.tasks.context import TaskHandler
    from asl.tasks.storage import Storage

    Tasks = Mapping[str, TaskHandler]
    Input = Json | Payload


#: What AWS takes for the input when none is given.
EMPTY_INPUT = Payload({})
_WISHES = Wishes(is_local=True)


def load(
    source: dict[str, Any] | str | bytes | Path | Text,
    *,
    substitutions: Mapping[str, object] | None = None,
    type: MachineType = "STANDARD",  # noqa: A002 - the field's name in AWS's API
    name: str = "StateMachine",
    extensions: bool = False,
) -> StateMachine:
    """Check and compile a definition.

    Args:
        source: The definition: a path to a file, its text (JSON, or YAML with the extra ``yaml``),
            or the object itself.
        substitutions: Values for ``${Name}`` placeholders, as AWS SAM's DefinitionSubstitutions.
        type: ``STANDARD`` or ``EXPRESS``.
        name: The machine's name or whole ARN, as it shows in the context object and in ARNs.
        extensions: Allow what does not run on AWS: ``local:signal:<name>`` and ``local:human``
        tasks.

    The rules are those of `asl.check`, but for one: a Resource that AWS can't call names a handler
    here. Errors stop the loading; warnings are looked for when somebody reads the machine's
    ``diagnostics``.

    Raises:
        DefinitionSyntaxError: Not JSON or YAML, not an object, or placeholders are left open.
        InvalidDefinition: Breaks rules of ASL; all of them are listed, with their places.
        UnsupportedFeature: Valid, but not something that this version runs.
    """
    if type not in ("STANDARD", "EXPRESS"):
        raise UsageError(f"type must be 'STANDARD' or 'EXPRESS', not {type!r}")
    read = read_source(source, substitutions=substitutions)
    if has_errors(read, type, _WISHES):
        diagnostics = check_source(read, type, _WISHES)
        raise InvalidDefinition([one for one in diagnostics if one.severity == "ERROR"])
    return StateMachine(
        compile_definition(read, machine_type=type, extensions=extensions), name, read
    )


class Options(TypedDict, total=False):
    """How to run an execution; each may be left out.

    Attributes:
        tasks: The handlers, by state name, resource ARN, function name or pattern.
        clock: A `VirtualClock` (the default) or a `SystemClock`.
        seed: Of all randomness; the same seed and replies give the same history.
        name: Of the execution; a UUID from the seed if not given.
        limits: AWS's quotas if not given.
        on_event: Called with each history event as it is written.
        synchronous: Express only: as if started by StartSyncExecution.
        machines: State machines by name or ARN, whose executions tasks may start: see
            `asl.runtimes.nested`.
        storage: Where Distributed Maps find and put objects: a `Storage`, or the path of a folder
            that stands for S3 (``folder/bucket/key``).
        history: How many of the newest history events are kept, of each execution; None for all.
            AWS's limit counts those that were forgotten too, and ``on_event`` is called with all.
    """

    tasks: Tasks | None
    clock: Clock | None
    seed: int
    name: str | None
    limits: Limits | None
    on_event: Callable[[HistoryEvent], None] | None
    synchronous: bool
    machines: Mapping[str, StateMachine] | None
    storage: Storage | str | PathLike[str] | None
    history: int | None


class Surroundings(TypedDict):
    """What a run takes beside the execution, its handlers and its clock."""

    on_event: Callable[[HistoryEvent], None] | None
    machines: Mapping[str, Startable] | None
    storage: Storage | None


_OPTIONS = frozenset(Options.__annotations__)
#: Called with each machine that is made: mutation testing puts mutants in the place of some.
witnesses: list[Callable[[StateMachine], None]] = []


class StateMachine:
    """A checked, compiled definition; made by `load`. It never changes: share it freely.

    Attributes:
        arn: The machine's ARN; its name is ``arn.name``.
        definition: The compiled definition.
        diagnostics: What checking warns of, found when it is first asked for.
    """

    def __init__(
        self, definition: Definition, name: str, source: Source, program: Program | None = None
    ) -> None:
        self.definition = definition
        self.arn = machine_arn(name)
        self._source = source
        self._program = program or link(definition)
        self._registry: tuple[bool, TaskRegistry | None] = (False, None)
        self._storage_user = next(
            (
                state.name
                for state in every_state(definition.scope)
                if isinstance(state, DistributedMapState) and state.needs_storage
            ),
            None,
        )
        for witness in witnesses:
            witness(self)

    def __repr__(self) -> str:
        states = len(self.definition.scope.states)
        return f"<StateMachine {self.arn.name!r}: {states} states, starts at {self.start_at!r}>"

    @cached_property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What checking warns of."""
        return tuple(check_source(self._source, self.definition.type, _WISHES))

    @property
    def program(self) -> Program:
        """The definition, ready to run."""
        return self._program

    def run_by(self, program: Program) -> StateMachine:
        """The same machine, run by another program of its definition: one that a debugger made."""
        return StateMachine(self.definition, str(self.arn), self._source, program)

    @property
    def path(self) -> Path | None:
        """The file that it was loaded from, absolute; None where it was none."""
        from pathlib import Path  # noqa: PLC0415 - running needs none

        return None if self.definition.path is None else Path(self.definition.path)

    @property
    def start_at(self) -> str:
        """The name of the first state."""
        return self.definition.scope.start_at

    def run(
        self,
        input: Input = EMPTY_INPUT,  # noqa: A002 - the field's name in AWS's API
        *,
        check: bool = False,
        **options: Unpack[Options],
    ) -> Result:
        """Run an execution to its end, in virtual time unless another clock is given.

        Args:
            input: JSON. Not copied: leave it alone while the run lasts.
            check: Raise an `ExecutionError` unless it SUCCEEDED.
            options: See `Options`.

        Returns:
            The result. Its status is RUNNING if it waits for something that will never come.

        Raises:
            InvalidInput: The input is not JSON, or too large.
            MissingHandler: A task has no handler.
            HandlerContractError: A handler returned what is not JSON.
        """
        result = self.start(input, **options).advance()
        return result.check() if check else result

    async def run_async(
        self,
        input: Input = EMPTY_INPUT,  # noqa: A002 - the field's name in AWS's API
        *,
        check: bool = False,
        max_concurrency: int = 100,
        **options: Unpack[Options],
    ) -> Result:
        """The same under asyncio: handlers may be async, and tasks run concurrently.

        Args:
            input: JSON. Not copied: leave it alone while the run lasts.
            check: Raise an `ExecutionError` unless it SUCCEEDED.
            max_concurrency: How many tasks may be in flight at a time.
            options: See `Options`. With a `SystemClock` plain functions run in threads.
        """
        if max_concurrency < 1:
            raise UsageError(f"max_concurrency must be at least 1, not {max_concurrency}")
        from asl.runtimes.aio import AsyncRun  # noqa: PLC0415 - asyncio takes 40 ms to import

        run = AsyncRun(*self._begin(input, options), **self._surroundings(options))
        result = await run.finish(max_concurrency)
        return result.check() if check else result

    def start(
        self,
        input: Input = EMPTY_INPUT,  # noqa: A002 - the field's name in AWS's API
        **options: Unpack[Options],
    ) -> Run:
        """An execution that you move on yourself: see `Run`. The arguments are those of `run`."""
        return Run(*self._begin(input, options), **self._surroundings(options))

    def _begin(self, value: Input, options: Options) -> tuple[Execution, TaskRegistry, Clock]:
        if not options.keys() <= _OPTIONS:
            raise TypeError(
                f"unknown options {sorted(options.keys() - _OPTIONS)}; known: {sorted(_OPTIONS)}"
            )
        registry = self._registry_of(options.get("tasks"), options.get("machines"))
        clock = options.get("clock") or VirtualClock()
        execution = Execution(
            self._program,
            payload_of(value),
            now=clock.now_us(),
            seed=options.get("seed", 0),
            name=options.get("name"),
            machine=self.arn,
            limits=options.get("limits"),
            synchronous=options.get("synchronous", False),
            kept=_kept(options.get("history")),
        )
        return execution, registry, clock

    def _registry_of(
        self, tasks: Tasks | None, machines: Mapping[str, StateMachine] | None
    ) -> TaskRegistry:
        """The registry of these handlers, checked; that of the last run if they are the same."""
        has_machines = machines is not None
        checked, registry = self._registry
        if registry is None or checked != has_machines or not registry.serves(tasks):
            registry = TaskRegistry(tasks)
            registry.check(self.definition, has_machines=has_machines)
            self._registry = has_machines, registry
        return registry

    def _surroundings(self, options: Options) -> Surroundings:
        """What a run needs beside the execution, its handlers and its clock.

        Raises:
            UsageError: A Distributed Map reads or writes objects, and there is no storage.
        """
        machines, storage = options.get("machines"), _storage_of(options)
        if storage is None:
            self.check_needs_no_storage()
        startable = None
        if machines is not None:
            startable = {name: each.startable(storage) for name, each in machines.items()}
        return {
            "on_event": options.get("on_event"),
            "storage": storage,
            "machines": startable,
        }

    def startable(self, storage: Storage | None) -> Startable:
        """This machine as one that executions may start.

        Raises:
            UsageError: It needs a storage and there is none.
        """
        if storage is None:
            self.check_needs_no_storage()
        return Startable(self._program, self.arn)

    def check_needs_no_storage(self) -> None:
        """Make sure that no Distributed Map reads or writes objects.

        Raises:
            UsageError: One does.
        """
        if self._storage_user is not None:
            raise UsageError(
                f"the Map state {self._storage_user!r} of {self.arn.name!r} reads or writes S3 "
                "objects: pass storage= (a folder, asl.FolderStorage or asl.MemoryStorage)"
            )

    def restore(
        self,
        document: Json,
        *,
        tasks: Tasks | None = None,
        clock: Clock | None = None,
        on_event: Callable[[HistoryEvent], None] | None = None,
        machines: Mapping[str, StateMachine] | None = None,
        storage: Storage | str | PathLike[str] | None = None,
    ) -> Run:
        """Go on with a run that was kept with `Run.snapshot`; tasks in flight are asked for again.

        Args:
            document: What `Run.snapshot` gave.
            tasks: The handlers.
            clock: A virtual clock at the time of the snapshot if not given.
            on_event: Called with each history event as it is written.
            machines: As in `Options`.
            storage: As in `Options`.

        Raises:
            SnapshotError: Not a snapshot, or not one of this definition and format.
        """
        registry = self._registry_of(tasks, machines)
        calls: Any = document.get("calls") if isinstance(document, dict) else None
        if not isinstance(document, dict) or not isinstance(calls, dict):
            raise SnapshotError("this is not a snapshot of a run: it has no 'calls'")
        if not all(type(count) is int for count in calls.values()):
            raise SnapshotError("the snapshot is damaged: 'calls' are whole numbers")
        execution = restore(self._program, document.get("execution"))
        clock = clock or VirtualClock()
        if clock.is_virtual:
            clock.wait_until(execution.now)
        around = self._surroundings(
            {"on_event": on_event, "machines": machines, "storage": storage}
        )
        return Run(execution, registry, clock, calls=calls, **around)


def _kept(history: int | None) -> int | None:
    """How many events to keep, checked."""
    if history is None or (type(history) is int and history >= 0):
        return history
    raise UsageError(f"history must be a number of events from 0 on or None, not {history!r}")


def _storage_of(options: Options) -> Storage | None:
    given = options.get("storage")
    if given is None:
        return None
    from asl.tasks.storage import storage_of  # noqa: PLC0415 - only Distributed Maps use objects

    return storage_of(given)


def payload_of(value: Input) -> Payload:
    """The input of an execution, checked.

    Raises:
        InvalidInput: It is not JSON.
    """
    if isinstance(value, Payload):
        return value
    try:
        return Payload(value)
    except NotJsonError as error:
        raise InvalidInput(f"the input is not JSON: {error}") from error
