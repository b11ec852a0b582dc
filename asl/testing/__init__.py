"""The testing kit: what tests of state machines need beside `asl` itself.

Each name is imported when it is first asked for, so that a suite pays only for what it uses.
"""

from __future__ import annotations

from importlib import import_module

#: Where each public name lives.
_HOMES: dict[str, str] = {
    "Coverage": "asl.testing.coverage.measure",
    "CoverageReport": "asl.testing.coverage.report",
    "Debugger": "asl.testing.debugger",
    "Recording": "asl.testing.recordings.recording",
    "Replay": "asl.testing.recordings.replaying",
    "ReplayDiffers": "asl.testing.recordings.replaying",
    "Scenario": "asl.testing.scenarios.scenario",
    "ScenarioFailed": "asl.testing.scenarios.running",
    "Stop": "asl.testing.debugger",
    "TestStateError": "asl.errors",
    "check_scenario": "asl.testing.scenarios.running",
    "mock_config": "asl.testing.mock_config",
    "read_recording": "asl.testing.recordings.recording",
    "read_scenarios": "asl.testing.scenarios.reading",
    "recorded_tasks": "asl.testing.recordings.player",
    "replay": "asl.testing.recordings.replaying",
    "run_scenario": "asl.testing.scenarios.running",
    "scenario_schema": "asl.testing.scenarios.faults",
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
