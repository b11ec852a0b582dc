"""What an Express state machine may not do: wait for what lasts longer than it may.

Source: AWS guide, "Choosing workflow type in Step Functions"; AWS's messages as recorded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl.language.faults import Fault
from asl.language.resources import parse_resource
from asl.language.walk import machines, states_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asl.language.model import MachineType
    from asl.language.positions import Path
    from asl.language.walk import Machine, State, Tree

# The blank behind the second one is AWS's.
_REFUSED_PATTERNS = {
    ".sync": "Express state machine does not support '.sync' service integration",
    ".sync:2": "Express state machine does not support '.sync' service integration",
    ".waitForTaskToken": (
        "Express state machine does not support '.waitForTaskToken' service integration "
    ),
}
_REFUSED_ACTIVITY = "Express state machine does not support Activity ARN"
_REFUSED_MAP = (
    "The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state machines"
)


def check_express(tree: Tree, machine_type: MachineType) -> Iterator[Fault]:
    """Tasks that wait for others, and Distributed Maps, in what runs as an Express machine."""
    express_paths: list[Path] = [()] if machine_type == "EXPRESS" else []
    for machine in machines(tree):
        if _config(machine).get("ExecutionType") == "EXPRESS":
            express_paths.append(machine.path)
        if any(machine.path[: len(path)] == path for path in express_paths):
            for state in states_of(machine):
                yield from _refused(state)


def _config(machine: Machine) -> Tree:
    config = machine.tree.get("ProcessorConfig")
    return config if isinstance(config, dict) else {}


def _refused(state: State) -> Iterator[Fault]:
    arn = state.tree.get("Resource")
    if state.tree.get("Type") == "Task" and isinstance(arn, str):
        resource = parse_resource(arn)
        if resource.kind == "activity":
            yield Fault((*state.path, "Resource"), _REFUSED_ACTIVITY)
        elif resource.pattern:
            yield Fault((*state.path, "Resource"), _REFUSED_PATTERNS[resource.pattern])
    for processor in ("ItemProcessor", "Iterator"):
        inner = state.tree.get(processor)
        config = inner.get("ProcessorConfig") if isinstance(inner, dict) else None
        if isinstance(config, dict) and config.get("Mode") == "DISTRIBUTED":
            yield Fault((*state.path, processor, "ProcessorConfig", "Mode"), _REFUSED_MAP)
