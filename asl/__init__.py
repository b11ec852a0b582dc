"""Check and run state machines written in the Amazon States Language.

import asl

machine = asl.load("order.asl.json", substitutions={"ChargeFunctionArn": "charge"})
result = machine.run({"orderId": 7}, tasks={"charge": lambda payload: {"paid": True}})
print(result)

A name is imported when it is first used, so importing the package costs next to nothing.
"""

import importlib
import sys

TYPE_CHECKING = False  # not from `typing`, which alone would take longer than all that is here
if TYPE_CHECKING:
    from asl.checking import check
    from asl.engine.execution import Waiting
    from asl.engine.limits import Limits
    from asl.errors import (
        AslError,
        ClockError,
        DatabaseError,
        DefinitionError,
        DefinitionSyntaxError,
        ExecutionAborted,
        ExecutionAlreadyExists,
        ExecutionDoesNotExist,
        ExecutionError,
        ExecutionFailed,
        ExecutionNotRedrivable,
        ExecutionSuspended,
        ExecutionTimedOut,
        HandlerContractError,
        HumanTaskError,
        InternalError,
        IntrinsicError,
        InvalidDefinition,
        InvalidInput,
        JournalError,
        JSONPathError,
        MachineConflict,
        MissingExtra,
        MissingHandler,
        MissingObject,
        QueryError,
        QuerySyntaxError,
        SnapshotError,
        StorageError,
        TaskFailed,
        TaskTokenError,
        UnsupportedFeature,
        UsageError,
    )
    from asl.jsontypes import Json, Payload
    from asl.language.diagnostics import Diagnostic
    from asl.language.report import Report
    from asl.machine import StateMachine, load
    from asl.runtimes.callbacks import ActivityTask
    from asl.runtimes.clocks import Clock, SystemClock, VirtualClock
    from asl.runtimes.local import Run
    from asl.runtimes.map_run import MapRunResult
    from asl.runtimes.result import Result
    from asl.tasks.context import TaskContext, TaskHandler
    from asl.tasks.human import HumanTask
    from asl.tasks.replies import fails, hangs, returns, script, started_by, submits
    from asl.tasks.storage import FolderStorage, MemoryStorage, Storage, StoredObject

__version__ = "0.1.0"

__all__ = [
    "ActivityTask",
    "AslError",
    "Clock",
    "ClockError",
    "DatabaseError",
    "DefinitionError",
    "DefinitionSyntaxError",
    "Diagnostic",
    "ExecutionAborted",
    "ExecutionAlreadyExists",
    "ExecutionDoesNotExist",
    "ExecutionError",
    "ExecutionFailed",
    "ExecutionNotRedrivable",
    "ExecutionSuspended",
    "ExecutionTimedOut",
    "FolderStorage",
    "HandlerContractError",
    "HumanTask",
    "HumanTaskError",
    "InternalError",
    "IntrinsicError",
    "InvalidDefinition",
    "InvalidInput",
    "JSONPathError",
    "JournalError",
    "Json",
    "Limits",
    "MachineConflict",
    "MapRunResult",
    "MemoryStorage",
    "MissingExtra",
    "MissingHandler",
    "MissingObject",
    "Payload",
    "QueryError",
    "QuerySyntaxError",
    "Report",
    "Result",
    "Run",
    "SnapshotError",
    "StateMachine",
    "Storage",
    "StorageError",
    "StoredObject",
    "SystemClock",
    "TaskContext",
    "TaskFailed",
    "TaskHandler",
    "TaskTokenError",
    "UnsupportedFeature",
    "UsageError",
    "VirtualClock",
    "Waiting",
    "check",
    "fails",
    "hangs",
    "load",
    "returns",
    "script",
    "started_by",
    "submits",
]

#: Where a name stands; those that are not here are exceptions, in `asl.errors`.
_HOMES = {
    "ActivityTask": "asl.runtimes.callbacks",
    "Clock": "asl.runtimes.clocks",
    "Diagnostic": "asl.language.diagnostics",
    "FolderStorage": "asl.tasks.storage",
    "HumanTask": "asl.tasks.human",
    "Json": "asl.jsontypes",
    "Limits": "asl.engine.limits",
    "MapRunResult": "asl.runtimes.map_run",
    "MemoryStorage": "asl.tasks.storage",
    "Payload": "asl.jsontypes",
    "Report": "asl.language.report",
    "Result": "asl.runtimes.result",
    "Run": "asl.runtimes.local",
    "StateMachine": "asl.machine",
    "Storage": "asl.tasks.storage",
    "StoredObject": "asl.tasks.storage",
    "SystemClock": "asl.runtimes.clocks",
    "TaskContext": "asl.tasks.context",
    "TaskHandler": "asl.tasks.context",
    "VirtualClock": "asl.runtimes.clocks",
    "Waiting": "asl.engine.execution",
    "check": "asl.checking",
    "fails": "asl.tasks.replies",
    "hangs": "asl.tasks.replies",
    "load": "asl.machine",
    "returns": "asl.tasks.replies",
    "script": "asl.tasks.replies",
    "started_by": "asl.tasks.replies",
    "submits": "asl.tasks.replies",
}

if not TYPE_CHECKING:  # a type checker would take any name for one of ours

    def __getattr__(name: str) -> object:
        """A public name, imported when somebody first asks for it (PEP 562)."""
        if name not in __all__:
            message = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(message, name=name, obj=sys.modules[__name__])
        value = getattr(importlib.import_module(_HOMES.get(name, "asl.errors")), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
