"""From a file of scenarios to `Scenario` values; all its faults are found before any runs."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from asl.errors import AslError, UsageError
from asl.jsontypes import dump
from asl.language.model import every_state
from asl.machine import StateMachine, load
from asl.runtimes.clocks import DEFAULT_START
from asl.tasks.registry import TaskRegistry
from asl.tasks.replies import (
    Returns,
    StartedBy,
    Submits,
    fails,
    hangs,
    returns,
    started_by,
    submits,
)
from asl.testing.documents import Document, read_document
from asl.testing.names import suggestion
from asl.testing.replies import validate_reply
from asl.testing.scenarios.faults import form_faults
from asl.testing.scenarios.scenario import Scenario
from asl.testing.scenarios.spans import parse_span
from asl.testing.tasknames import task_names, task_states, unused_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from os import PathLike

    from asl.jsontypes import Json
    from asl.language.model import MachineType
    from asl.language.positions import Path as Steps
    from asl.tasks.context import TaskHandler
    from asl.tasks.replies import Ending, Reply


def read_scenarios(file: str | PathLike[str]) -> list[Scenario]:
    """The scenarios of a file, in its order.

    Args:
        file: YAML (or JSON); its form is `asl.testing.scenario_schema`.

    Raises:
        UsageError: The file has faults: all of them, a line each, with file, line and column.
        MissingExtra: PyYAML is not there.
    """
    document = read_document(file)
    faults = form_faults(document)
    if faults:
        raise UsageError("\n".join(faults))
    machines: dict[str, StateMachine] = {}
    readers = [_Reader(document, name, machines) for name in document.members(("scenarios",))]
    scenarios = [reader.read() for reader in readers]
    faults = [fault for reader in readers for fault in reader.faults]
    if faults:
        raise UsageError("\n".join(dict.fromkeys(faults)))
    return [scenario for scenario in scenarios if scenario is not None]


class _Reader:
    """Reads one scenario; what it leaves out it takes from the top of the file."""

    def __init__(self, document: Document, name: str, machines: dict[str, StateMachine]) -> None:
        self.faults: list[str] = []
        self._document = document
        self._name = name
        self._machines = machines
        self._own: Steps = ("scenarios", name)
        self._folder = document.path.parent

    def read(self) -> Scenario | None:
        """The scenario, if it has no faults."""
        machine = self._machine()
        given = self._input()
        places = self._task_places()
        tasks = {name: self._replies(steps) for name, steps in places.items()}
        start = self._start()
        _, storage = self._find("storage")
        if machine is None:
            return None
        self._check_tasks(machine, places, tasks)
        self._check_expectations(machine, places)
        return Scenario(
            name=self._name,
            document=self._document,
            machine=machine,
            input=given,
            tasks=tasks,
            start=start,
            seed=self._find("seed")[1] or 0,
            storage=None if storage is None else self._folder / storage,
            expect=self._document.members((*self._own, "expect")),
        )

    def _fault(self, steps: Steps, message: str, *, at_key: bool = False) -> None:
        self.faults.append(self._document.fault(steps, message, at_key=at_key))

    def _find(self, key: str) -> tuple[Steps, Any]:
        """Where a field stands, in the scenario or at the top, and its value; None for none."""
        for outer in (self._own, ()):
            members = self._document.members(outer)
            if key in members:
                return (*outer, key), members[key]
        return self._own, None

    def _machine(self) -> StateMachine | None:
        steps, definition = self._find("definition")
        _, substitutions = self._find("substitutions")
        kind: MachineType = self._find("type")[1] or "STANDARD"
        if definition is None:
            self._fault(steps, "'definition' is missing, here and at the top of the file")
            return None
        key = dump([definition, substitutions, kind])
        if key not in self._machines:
            source, name = definition, "StateMachine"
            if isinstance(definition, str):
                source = self._folder / definition
                name = source.name.split(".")[0]
                if not source.is_file():
                    self._fault(steps, f"no such file: {source}")
                    return None
            try:
                self._machines[key] = load(
                    source, substitutions=substitutions, type=kind, name=name
                )
            except AslError as error:
                self._fault(steps, f"the definition is refused: {error}")
                return None
        return self._machines[key]

    def _input(self) -> Json:
        for outer in (self._own, ()):
            members = self._document.members(outer)
            if "input" in members and "input_file" in members:
                self._fault((*outer, "input_file"), "there is 'input' already", at_key=True)
            if "input" in members:
                given: Json = members["input"]
                return given
            if "input_file" in members:
                try:
                    return read_document(self._folder / str(members["input_file"])).value
                except UsageError as error:
                    self._fault((*outer, "input_file"), str(error))
                    return None
        return {}

    def _start(self) -> datetime:
        steps, text = self._find("start")
        if text is None:
            return DEFAULT_START
        try:
            start = datetime.fromisoformat(text)
        except ValueError as error:
            self._fault(steps, f"'start' is no time (ISO 8601): {error}")
            return DEFAULT_START
        if start.tzinfo is None:
            self._fault(steps, f"'start' has no time zone: write {text}Z for UTC")
        return start

    def _task_places(self) -> dict[str, Steps]:
        """Where the replies of each task stand; those of the scenario take the place of others."""
        places: dict[str, Steps] = {}
        for outer in ((), self._own):
            if "tasks" in self._document.members(outer):
                tasks = self._document.members((*outer, "tasks"))
                places |= {name: (*outer, "tasks", name) for name in tasks}
        return places

    def _replies(self, steps: Steps) -> Reply | list[Reply]:
        given = self._document.members(steps[:-1])[str(steps[-1])]
        if isinstance(given, dict):
            return self._reply(given, steps)
        return [
            self._reply(each, (*steps, place))
            for place, each in enumerate(given)
            for _ in range(each.get("times", 1))
        ]

    def _reply(self, given: dict[str, Any], steps: Steps) -> Reply:
        span = partial(self._span, given, steps)
        ending: Ending
        if "fails" in given:
            ending = fails(
                given["fails"],
                given.get("cause"),
                after=span("after"),
                heartbeat_every=span("heartbeat_every"),
            )
        elif "hangs" in given:
            ending = hangs(heartbeat_every=span("heartbeat_every"))
        else:
            ending = returns(
                given["returns"], after=span("after"), heartbeat_every=span("heartbeat_every")
            )
        if "submits" in given:
            return submits(given["submits"], then=ending)
        return started_by(given["worker"], ending) if "worker" in given else ending

    def _span(self, given: dict[str, Any], steps: Steps, key: str) -> timedelta:
        try:
            return parse_span(given.get(key, 0))
        except (ValueError, OverflowError) as error:
            self._fault((*steps, key), f"{given[key]!r} is no span of time: {error}")
            return timedelta()

    def _check_tasks(
        self,
        machine: StateMachine,
        places: dict[str, Steps],
        tasks: dict[str, Reply | list[Reply]],
    ) -> None:
        """Find names that no task has, tasks without a reply, and replies AWS would not give."""
        known = task_names(machine)
        for name in unused_names(machine, places):
            self._fault(
                places[name],
                f"no task of {machine.arn.name!r} is called {name!r}; {suggestion(name, known)}",
                at_key=True,
            )
        handlers: dict[str, TaskHandler] = {name: _named(name) for name in places}
        registry = TaskRegistry(handlers)
        try:
            registry.check(machine.definition)
        except AslError as error:
            self._fault(self._own, str(error), at_key=True)
            return
        _, mode = self._find("check_replies")
        for state in task_states(machine).values():
            binding = registry.find(state.name, state.resource, state.function)
            if mode is None or binding is None or binding.is_behind_invoke:
                continue
            name = str(binding.handler(None))
            for place, output in _outputs(tasks[name]):
                self._check_reply(state.resource.arn, output, mode, (*places[name], *place))

    def _check_reply(self, resource: str, output: Json, mode: str, steps: Steps) -> None:
        try:
            said = validate_reply(resource, output, mode, parsed_payloads=True)
        except AslError as error:
            said = str(error)
        if said:
            self._fault(steps, f"{said} ({resource})")

    def _check_expectations(self, machine: StateMachine, places: dict[str, Steps]) -> None:
        expect = (*self._own, "expect")
        given: dict[str, Any] = self._document.members(expect)
        states = {state.name for state in every_state(machine.definition.scope)}
        for place, name in enumerate(given.get("path", ())):
            if name not in states:
                problem = f"{machine.arn.name!r} has no state {name!r}; {suggestion(name, states)}"
                self._fault((*expect, "path", place), problem)
        callable_names = {*task_states(machine), *places}
        for name in given.get("calls", ()):
            if name not in callable_names:
                hint = suggestion(name, callable_names)
                problem = f"{name!r} is neither a Task state nor a name in 'tasks'; {hint}"
                self._fault((*expect, "calls", name), problem, at_key=True)
        for key in ("duration", "duration_at_most"):
            self._span(given, expect, key)


def _named(name: str) -> Callable[[object], str]:
    """A stand-in for the handler of a name, which tells the name."""
    return lambda _: name


def _outputs(replies: Reply | list[Reply]) -> Iterator[tuple[Steps, Json]]:
    """What replies return, with the place of each below the task's."""
    if isinstance(replies, list):
        for place, reply in enumerate(replies):
            for steps, output in _outputs(reply):
                yield (place, *steps), output
    else:
        ending = replies.then if isinstance(replies, Submits | StartedBy) else replies
        if isinstance(ending, Returns):
            yield ("returns",), ending.output
