"""The testing kit: what tests of state machines need beside `asl` itself.

Each name is imported when it is first asked for, so that a suite pays only for what it uses.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # as in `asl`: not from `typing`, which takes longer than all that is here
if TYPE_CHECKING:
    from asl.errors import TestStateError as TestStateError
    from asl.testing.assertions import assert_never_visited as assert_never_visited
    from asl.testing.assertions import assert_path as assert_path
    from asl.testing.assertions import assert_retries as assert_retries
    from asl.testing.assertions import assert_same_run as assert_same_run
    from asl.testing.calls import Call as Call
    from asl.testing.calls import Calls as Calls
    from asl.testing.coverage.measure import Coverage as Coverage
    from asl.testing.coverage.report import CoverageReport as CoverageReport
    from asl.testing.debugger import Debugger as Debugger
    from asl.testing.debugger import Stop as Stop
    from asl.testing.exploring.counterexamples import Counterexample as Counterexample
    from asl.testing.exploring.exploration import CounterexampleFound as CounterexampleFound
    from asl.testing.exploring.exploration import Exploration as Exploration
    from asl.testing.exploring.exploration import ExplorationIncomplete as ExplorationIncomplete
    from asl.testing.exploring.explorer import explore as explore
    from asl.testing.exploring.properties import PropertyError as PropertyError
    from asl.testing.exploring.properties import always_ends as always_ends
    from asl.testing.exploring.properties import failed as failed
    from asl.testing.exploring.properties import follows as follows
    from asl.testing.exploring.properties import never as never
    from asl.testing.exploring.properties import never_fails_with as never_fails_with
    from asl.testing.exploring.properties import payload_below as payload_below
    from asl.testing.exploring.properties import succeeded as succeeded
    from asl.testing.forecasting import Prices as Prices
    from asl.testing.forecasting import forecast as forecast
    from asl.testing.mock_config import mock_config as mock_config
    from asl.testing.mutation.case import Case as Case
    from asl.testing.mutation.report import MutationReport as MutationReport
    from asl.testing.mutation.running import mutate as mutate
    from asl.testing.recordings.player import recorded_tasks as recorded_tasks
    from asl.testing.recordings.recording import Recording as Recording
    from asl.testing.recordings.recording import read_recording as read_recording
    from asl.testing.recordings.replaying import Replay as Replay
    from asl.testing.recordings.replaying import ReplayDiffers as ReplayDiffers
    from asl.testing.recordings.replaying import replay as replay
    from asl.testing.replies import validate_reply as validate_reply
    from asl.testing.running import MachineLoader as MachineLoader
    from asl.testing.running import MachineRunner as MachineRunner
    from asl.testing.scenarios.faults import scenario_schema as scenario_schema
    from asl.testing.scenarios.reading import read_scenarios as read_scenarios
    from asl.testing.scenarios.running import ScenarioFailed as ScenarioFailed
    from asl.testing.scenarios.running import check_scenario as check_scenario
    from asl.testing.scenarios.running import run_scenario as run_scenario
    from asl.testing.scenarios.scenario import Scenario as Scenario
    from asl.testing.strategies.callbacks import CallbackMachine as CallbackMachine
    from asl.testing.strategies.inputs import inputs as inputs
    from asl.testing.strategies.machines import state_machines as state_machines
    from asl.testing.strategies.outcomes import Replies as Replies
    from asl.testing.strategies.outcomes import outcomes as outcomes
    from asl.testing.teststate import test_state as test_state
    from asl.testing.traces import Trace as Trace
    from asl.testing.traces import trace as trace
    from asl.testing.visits import Attempt as Attempt
    from asl.testing.visits import Visit as Visit

#: Where each public name lives.
_HOMES: dict[str, str] = {
    "Attempt": "asl.testing.visits",
    "Call": "asl.testing.calls",
    "CallbackMachine": "asl.testing.strategies.callbacks",
    "Calls": "asl.testing.calls",
    "Case": "asl.testing.mutation.case",
    "Counterexample": "asl.testing.exploring.counterexamples",
    "CounterexampleFound": "asl.testing.exploring.exploration",
    "Coverage": "asl.testing.coverage.measure",
    "CoverageReport": "asl.testing.coverage.report",
    "Debugger": "asl.testing.debugger",
    "Exploration": "asl.testing.exploring.exploration",
    "ExplorationIncomplete": "asl.testing.exploring.exploration",
    "MachineLoader": "asl.testing.running",
    "MachineRunner": "asl.testing.running",
    "MutationReport": "asl.testing.mutation.report",
    "Prices": "asl.testing.forecasting",
    "PropertyError": "asl.testing.exploring.properties",
    "Recording": "asl.testing.recordings.recording",
    "Replay": "asl.testing.recordings.replaying",
    "ReplayDiffers": "asl.testing.recordings.replaying",
    "Replies": "asl.testing.strategies.outcomes",
    "Scenario": "asl.testing.scenarios.scenario",
    "ScenarioFailed": "asl.testing.scenarios.running",
    "Stop": "asl.testing.debugger",
    "TestStateError": "asl.errors",
    "Trace": "asl.testing.traces",
    "Visit": "asl.testing.visits",
    "always_ends": "asl.testing.exploring.properties",
    "assert_never_visited": "asl.testing.assertions",
    "assert_path": "asl.testing.assertions",
    "assert_retries": "asl.testing.assertions",
    "assert_same_run": "asl.testing.assertions",
    "check_scenario": "asl.testing.scenarios.running",
    "explore": "asl.testing.exploring.explorer",
    "failed": "asl.testing.exploring.properties",
    "follows": "asl.testing.exploring.properties",
    "forecast": "asl.testing.forecasting",
    "inputs": "asl.testing.strategies.inputs",
    "mock_config": "asl.testing.mock_config",
    "mutate": "asl.testing.mutation.running",
    "never": "asl.testing.exploring.properties",
    "never_fails_with": "asl.testing.exploring.properties",
    "outcomes": "asl.testing.strategies.outcomes",
    "payload_below": "asl.testing.exploring.properties",
    "read_recording": "asl.testing.recordings.recording",
    "read_scenarios": "asl.testing.scenarios.reading",
    "recorded_tasks": "asl.testing.recordings.player",
    "replay": "asl.testing.recordings.replaying",
    "run_scenario": "asl.testing.scenarios.running",
    "scenario_schema": "asl.testing.scenarios.faults",
    "state_machines": "asl.testing.strategies.machines",
    "succeeded": "asl.testing.exploring.properties",
    "test_state": "asl.testing.teststate",
    "trace": "asl.testing.traces",
    "validate_reply": "asl.testing.replies",
}

__all__ = sorted(_HOMES)  # noqa: PLE0605 - the table is the list


def __getattr__(name: str) -> object:
    """Import a public name from its home (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
