"""The testing kit: what tests of state machines need beside `asl` itself.

Each name is imported when it is first asked for, so that a suite pays only for what it uses.
"""

from __future__ import annotations

from importlib import import_module

#: Where each public name lives.
_HOMES: dict[str, str] = {
    "Counterexample": "asl.testing.exploring.counterexamples",
    "CounterexampleFound": "asl.testing.exploring.exploration",
    "Coverage": "asl.testing.coverage.measure",
    "CoverageReport": "asl.testing.coverage.report",
    "Debugger": "asl.testing.debugger",
    "Exploration": "asl.testing.exploring.exploration",
    "ExplorationIncomplete": "asl.testing.exploring.exploration",
    "Prices": "asl.testing.forecasting",
    "PropertyError": "asl.testing.exploring.properties",
    "Recording": "asl.testing.recordings.recording",
    "Replay": "asl.testing.recordings.replaying",
    "ReplayDiffers": "asl.testing.recordings.replaying",
    "Scenario": "asl.testing.scenarios.scenario",
    "ScenarioFailed": "asl.testing.scenarios.running",
    "Stop": "asl.testing.debugger",
    "TestStateError": "asl.errors",
    "always_ends": "asl.testing.exploring.properties",
    "check_scenario": "asl.testing.scenarios.running",
    "explore": "asl.testing.exploring.explorer",
    "failed": "asl.testing.exploring.properties",
    "follows": "asl.testing.exploring.properties",
    "forecast": "asl.testing.forecasting",
    "mock_config": "asl.testing.mock_config",
    "never": "asl.testing.exploring.properties",
    "never_fails_with": "asl.testing.exploring.properties",
    "payload_below": "asl.testing.exploring.properties",
    "read_recording": "asl.testing.recordings.recording",
    "read_scenarios": "asl.testing.scenarios.reading",
    "recorded_tasks": "asl.testing.recordings.player",
    "replay": "asl.testing.recordings.replaying",
    "run_scenario": "asl.testing.scenarios.running",
    "scenario_schema": "asl.testing.scenarios.faults",
    "succeeded": "asl.testing.exploring.properties",
    "test_state": "asl.testing.teststate",
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
