"""Check and run state machines written in the Amazon States Language.

import asl

machine = asl.load("order.asl.json", substitutions={"ChargeFunctionArn": "charge"})
result = machine.run({"orderId": 7}, tasks={"charge": lambda payload: {"paid": True}})
print(result)
"""

from asl.checking import check
from asl.engine.execution import Waiting
from asl.engine.limits import Limits
from asl.errors import (
    AslError,
    ClockError,
    DefinitionError,
    DefinitionSyntaxError,
    ExecutionAborted,
    ExecutionError,
    ExecutionFailed,
    ExecutionNotRedrivable,
    ExecutionTimedOut,
    HandlerContractError,
    HumanTaskError,
    InternalError,
    IntrinsicError,
    InvalidDefinition,
    InvalidInput,
    JSONPathError,
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
    "DefinitionError",
    "DefinitionSyntaxError",
    "Diagnostic",
    "ExecutionAborted",
    "ExecutionError",
    "ExecutionFailed",
    "ExecutionNotRedrivable",
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
    "Json",
    "Limits",
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
