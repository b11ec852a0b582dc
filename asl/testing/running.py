"""Machines and executions for tests: what the fixtures `asl_machine` and `asl_run` are.

Both belong to the whole session and ask the `Surroundings` what holds for the test that runs just
now; so they may be used in fixtures of any scope, and in tests of Hypothesis.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, Unpack

from asl.errors import UsageError
from asl.language.source import is_text
from asl.machine import EMPTY_INPUT, StateMachine, load
from asl.runtimes.clocks import VirtualClock
from asl.testing.names import suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from asl.machine import Input, Options
    from asl.runtimes.clocks import Clock
    from asl.runtimes.local import Run
    from asl.runtimes.result import Result

#: What a machine may be named by: as `asl.load` takes it.
Definition: TypeAlias = "dict[str, Any] | str | bytes | Path"

_MOST_RESULTS = 10  # of a test are kept


@dataclass(frozen=True)
class Surroundings:
    """What holds for the test that runs.

    Attributes:
        folders: Where definitions are looked for, in this order.
        seed: Of its executions.
        start: When their clocks start; None for where a `VirtualClock` starts.
        clock: The clock that all its executions share; None where each has its own.
    """

    folders: Sequence[Path]
    seed: int = 0
    start: datetime | None = None
    clock: Clock | None = None


class MachineLoader:
    """Loads machines from files near the test, each of them once in a session.

    Args:
        surroundings: Says what holds for the test that runs.
    """

    def __init__(self, surroundings: Callable[[], Surroundings]) -> None:
        self._surroundings = surroundings
        self._loaded: dict[object, StateMachine] = {}

    def __repr__(self) -> str:
        return f"<asl_machine: {len(self._loaded)} loaded>"

    def __call__(self, definition: Definition, **options: Any) -> StateMachine:  # noqa: ANN401
        """A machine.

        Args:
            definition: A file: looked for beside the test, in the folders above it up to pytest's
                rootdir, and in those of the ini option ``asl_definitions``. Or the definition
                itself, as JSON or YAML text or a dict.
            options: Those of `asl.load`: ``substitutions``, ``type``, ``name``, ``extensions``.

        Raises:
            UsageError: There is no such file.
            DefinitionError: It is not a usable definition.
        """
        if isinstance(definition, dict):
            return load(definition, **options)
        source: str | bytes | Path = definition
        if isinstance(definition, Path) or (
            isinstance(definition, str) and not is_text(definition)
        ):
            source = self.find(Path(definition))
        text = source.read_bytes() if isinstance(source, Path) else source
        key = (str(source), text, repr(sorted(options.items(), key=lambda option: option[0])))
        if key not in self._loaded:
            self._loaded[key] = load(source, **options)
        return self._loaded[key]

    def find(self, path: Path) -> Path:
        """The file that a test means.

        Raises:
            UsageError: There is none.
        """
        if path.is_absolute() and path.is_file():
            return path
        folders = list(self._surroundings().folders)
        for folder in folders:
            if (folder / path).is_file():
                return folder / path
        looked = ", ".join(map(str, folders))
        near = (file.name for file in _definitions(folders))
        raise UsageError(
            f"there is no definition {str(path)!r} in {looked}; {suggestion(path.name, near)} "
            "(the ini option asl_definitions names more folders)"
        )


class MachineRunner:
    """Runs executions as the test that runs has it: with its seed, start and clock.

    Args:
        machines: Loads what is given by name.
        surroundings: Says what holds for the test that runs.

    Attributes:
        results: Of the executions that the test has run, in order.
    """

    def __init__(self, machines: MachineLoader, surroundings: Callable[[], Surroundings]) -> None:
        self._machines = machines
        self._surroundings = surroundings
        self.results: list[Result] = []

    def __repr__(self) -> str:
        return f"<asl_run: {len(self.results)} results>"

    def __call__(
        self,
        machine: StateMachine | Definition,
        input: Input = EMPTY_INPUT,  # noqa: A002 - the field's name in AWS's API
        *,
        check: bool = False,
        **options: Unpack[Options],
    ) -> Result:
        """Run an execution to its end: `StateMachine.run`.

        Args:
            machine: A machine, or what `MachineLoader` loads.
            input: JSON.
            check: Raise an `asl.ExecutionError` unless it SUCCEEDED.
            options: See `asl.machine.Options`; what is not given holds as the test has it.
        """
        run = self.start(machine, input, **options)
        result = run.advance()
        self._keep(result)
        return result.check() if check else result

    def start(
        self,
        machine: StateMachine | Definition,
        input: Input = EMPTY_INPUT,  # noqa: A002 - the field's name in AWS's API
        **options: Unpack[Options],
    ) -> Run:
        """An execution that the test moves on itself: `StateMachine.start`."""
        return self._machine(machine).start(input, **self._completed(options))

    async def run_async(
        self,
        machine: StateMachine | Definition,
        input: Input = EMPTY_INPUT,  # noqa: A002 - the field's name in AWS's API
        *,
        check: bool = False,
        max_concurrency: int = 100,
        **options: Unpack[Options],
    ) -> Result:
        """The same under asyncio: `StateMachine.run_async`."""
        result = await self._machine(machine).run_async(
            input, max_concurrency=max_concurrency, **self._completed(options)
        )
        self._keep(result)
        return result.check() if check else result

    def _keep(self, result: Result) -> None:
        """Keep a result, of the newest few, to show it if the test fails."""
        self.results.append(result)
        del self.results[:-_MOST_RESULTS]

    def _machine(self, machine: StateMachine | Definition) -> StateMachine:
        return machine if isinstance(machine, StateMachine) else self._machines(machine)

    def _completed(self, options: Options) -> Options:
        """The options, with what holds for the test where they say nothing."""
        around = self._surroundings()
        clock = around.clock or VirtualClock(around.start)
        return {"seed": around.seed, "clock": clock, **options}


def _definitions(folders: Sequence[Path]) -> Iterator[Path]:
    for folder in folders:
        if folder.is_dir():
            for pattern in ("*.json", "*.yaml", "*.yml"):
                yield from folder.glob(pattern)
