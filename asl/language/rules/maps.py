"""Map: what only works in DISTRIBUTED mode, labels, and what is read and written but not here.

Source: AWS guide, "Using Map state in Distributed mode", "ItemReader (Map)", "ResultWriter (Map)".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from asl.language.diagnostics import clip
from asl.language.distributed import refused_fields
from asl.language.faults import Fault, not_run
from asl.language.substitutions import has_placeholder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from asl.language.walk import Machine, State

_DISTRIBUTED: Final = (
    "ItemReader", "ItemBatcher", "ResultWriter", "Label", "ToleratedFailureCount",
    "ToleratedFailureCountPath", "ToleratedFailurePercentage", "ToleratedFailurePercentagePath",
)  # fmt: skip


def only_distributed(state: State) -> Iterator[Fault]:
    """Fields that an inline Map has no use for."""
    if not state.inner or any(map(_may_be_distributed, state.inner)):
        return
    for name in _DISTRIBUTED:
        if name in state.tree:
            message = f"{name} is for DISTRIBUTED mode; this Map is INLINE"
            hint = "say so in ProcessorConfig"
            yield Fault((*state.path, name), message, "ASL-405", at_key=True, hint=hint)


def _may_be_distributed(machine: Machine) -> bool:
    config = machine.tree.get("ProcessorConfig", {})
    if not isinstance(config, dict) or any(map(has_placeholder, (*machine.tree, *config))):
        return True
    mode = config.get("Mode")
    return mode == "DISTRIBUTED" or has_placeholder(mode)


def unsupported(state: State) -> Iterator[Fault]:
    """Readers and writers that AWS takes, and this library does not run."""
    if any(machine.is_distributed for machine in state.inner):
        for what, where in refused_fields(state.tree):
            yield not_run((*state.path, *where), what)


def repeated_labels(machines: Iterable[Machine]) -> Iterator[Fault]:
    """A Label stands for one Map of the whole definition."""
    seen: set[str] = set()
    for machine in machines:
        for state in machine.states.values():
            label = state.tree.get("Label")
            if state.kind == "Map" and isinstance(label, str):
                if label in seen and not has_placeholder(label):
                    message = f"Duplicate Label name: {clip(label)}"
                    yield Fault((*state.path, "Label"), message, "ASL-420")
                seen.add(label)
