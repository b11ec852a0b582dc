"""Running a scenario, and saying what is not as it expects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from asl.errors import AslError, quote
from asl.runtimes.clocks import VirtualClock
from asl.tasks.replies import script
from asl.testing.comparing import differences, path_differences
from asl.testing.scenarios.scenario import Scenario, Verdict
from asl.testing.scenarios.spans import parse_span
from asl.testing.tasknames import task_states

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import timedelta

    from asl.jsontypes import Json
    from asl.runtimes.result import Result
    from asl.tasks.context import TaskContext, TaskHandler
    from asl.tasks.replies import Reply


class ScenarioFailed(AssertionError):  # noqa: N818 - named after what happened
    """A scenario did not go as expected; the message says what was different, and where."""


class _Call(NamedTuple):
    """One call of a task: who answered, for which state, and what it was given."""

    name: str
    state: str
    payload: Json


def run_scenario(scenario: Scenario) -> Verdict:
    """Run a scenario.

    Returns:
        The result of the execution and what is not as expected, a line each with file and line;
        nothing if all is.
    """
    calls: list[_Call] = []
    tasks = {name: _handler(name, replies, calls) for name, replies in scenario.tasks.items()}
    try:
        result = scenario.machine.run(
            scenario.input,
            tasks=tasks,
            clock=VirtualClock(scenario.start),
            seed=scenario.seed,
            storage=scenario.storage,
        )
    except AslError as error:
        place = ("scenarios", scenario.name)
        return Verdict(None, [scenario.document.fault(place, str(error), at_key=True)])
    return Verdict(result, list(_faults(scenario, result, calls)))


def check_scenario(scenario: Scenario) -> Result | None:
    """Run a scenario and give the result of the execution.

    Raises:
        ScenarioFailed: It did not go as expected.
    """
    result, faults = run_scenario(scenario)
    if faults:
        raise ScenarioFailed("\n".join([*faults, *([] if result is None else [repr(result)])]))
    return result


def _handler(name: str, replies: Reply | list[Reply], calls: list[_Call]) -> TaskHandler:
    scripted: Callable[..., Any] | None = script(*replies) if isinstance(replies, list) else None

    def answer(payload: Json, context: TaskContext) -> object:
        calls.append(_Call(name, context.state_name, payload))
        return replies if scripted is None else scripted(payload, context)

    return answer


def _faults(scenario: Scenario, result: Result, calls: list[_Call]) -> Iterator[str]:
    expect = scenario.expect
    found = {
        "status": _of_status(scenario, result),
        "output": differences(expect.get("output"), result.output, at="output"),
        "output_has": differences(
            expect.get("output_has"), result.output, in_part=True, at="output"
        ),
        "error": differences(expect.get("error"), result.error, at="error"),
        "cause": differences(expect.get("cause"), result.cause, at="cause"),
        "cause_has": _of_cause(expect.get("cause_has", ""), result.cause or ""),
        "path": path_differences(expect.get("path", []), result.path),
        "duration": _of_duration(expect.get("duration"), result.elapsed, exactly=True),
        "duration_at_most": _of_duration(
            expect.get("duration_at_most"), result.elapsed, exactly=False
        ),
        "calls": [
            fault
            for name, expected in expect.get("calls", {}).items()
            for fault in _of_calls(scenario, name, expected, calls)
        ],
    }
    for key, faults in found.items():
        if key in expect or key == "status":
            steps = ("scenarios", scenario.name, "expect", key)
            yield from (scenario.document.fault(steps, fault, at_key=True) for fault in faults)


def _of_status(scenario: Scenario, result: Result) -> list[str]:
    """An execution is expected to succeed unless the scenario says something else."""
    expect = scenario.expect
    fails = not expect.keys().isdisjoint(("error", "cause", "cause_has"))
    expected = expect.get("status", None if fails else "SUCCEEDED")
    why = "".join(f", {text}" for text in (result.error, result.cause) if text)
    if expected is None and result.status == "SUCCEEDED":
        return ["status: expected a failure, but it is SUCCEEDED"]
    if expected not in (None, result.status):
        return [f"status: expected {expected}, but it is {result.status}{why}"]
    return []


def _of_cause(expected: str, actual: str) -> list[str]:
    return [] if expected in actual else [f"cause: {quote(expected)} is not in {quote(actual)}"]


def _of_duration(expected: float | str | None, actual: timedelta, *, exactly: bool) -> list[str]:
    if expected is None:
        return []
    span = parse_span(expected)
    if actual == span or (actual < span and not exactly):
        return []
    return [f"duration: expected {'' if exactly else 'at most '}{span}, but it is {actual}"]


def _of_calls(scenario: Scenario, name: str, expected: Json, calls: list[_Call]) -> list[str]:
    by_state = name in task_states(scenario.machine)
    payloads = [call.payload for call in calls if name == (call.state if by_state else call.name)]
    if isinstance(expected, list):
        return differences(expected, payloads, at=f"calls.{name}")
    if len(payloads) == expected:
        return []
    return [f"calls.{name}: expected {expected} calls, but there are {len(payloads)}"]
