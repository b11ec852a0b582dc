"""Hypothesis strategies for state machines, their inputs and what their tasks do.

They need Hypothesis (the extra ``testing``).
"""

from __future__ import annotations

try:
    import hypothesis as _hypothesis  # noqa: F401 - to say what is missing
except ModuleNotFoundError as _error:
    raise ModuleNotFoundError(
        "asl.testing.strategies needs Hypothesis: pip install 'asl-interpreter[testing]'"
    ) from _error

from asl.testing.strategies.callbacks import CallbackMachine
from asl.testing.strategies.inputs import inputs
from asl.testing.strategies.machines import state_machines
from asl.testing.strategies.outcomes import Replies, outcomes

__all__ = ["CallbackMachine", "Replies", "inputs", "outcomes", "state_machines"]
