"""What an Express state machine may not do: wait for what lasts longer than it may.

Source: AWS guide, "Choosing workflow type in Step Functions"; AWS's messages as recorded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl.language.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asl.language.resources import Resource
    from asl.language.walk import State

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


def task(state: State, resource: Resource) -> Iterator[Fault]:
    """An Express machine has no task that waits for a worker, a job or a callback."""
    path = (*state.path, "Resource")
    if resource.kind == "activity":
        yield Fault(path, _REFUSED_ACTIVITY, "ASL-310")
    elif resource.pattern:
        yield Fault(path, _REFUSED_PATTERNS[resource.pattern], "ASL-310")


def distributed(state: State) -> Iterator[Fault]:
    """An Express machine has no Distributed Map."""
    if state.machine.type == "EXPRESS":
        for machine in state.inner:
            if machine.is_distributed:
                path = (*machine.path, "ProcessorConfig", "Mode")
                yield Fault(path, _REFUSED_MAP, "ASL-310")
