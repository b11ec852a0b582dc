"""An execution as JSON and back, and a copy of one that goes its own way.

A snapshot keeps what can't be derived: cursors, joins, timers, history, the seeded state. Values
are shared inside an execution (a state's output is the next one's input, ResultPath copies only a
spine),
and a snapshot keeps them shared: each object and array stands once in a table, `[n]` in its place
refers to entry n. Steps are named by the JSON pointer of their state; the definition itself is not
in the snapshot, its fingerprint is.
"""

from __future__ import annotations

from collections import deque
from datetime import timedelta
from heapq import heapify
from typing import TYPE_CHECKING, Any, TypeVar, cast, get_args

from asl.engine.commands import InvokeTask
from asl.engine.cursor import Cursor, WaitsFor
from asl.engine.execution import Execution, Outcome, Status, TimerKind
from asl.engine.history import WIDTH
from asl.engine.identity import Identity, MachineArn
from asl.engine.limits import Limits
from asl.engine.states.map_ import Iterations
from asl.engine.states.parallel import Branches
from asl.errors import SnapshotError, quote
from asl.jsontypes import NotJsonError, Payload
from asl.query.javalike import JavaRandom

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from asl.engine.history import Records
    from asl.engine.join import Join
    from asl.engine.program import Program
    from asl.jsontypes import Json
    from asl.language.model import MapState, TaskState

FORMAT = 2
_CONTAINERS = (dict, list)

# What is copied as it is; values and links are treated one by one below.
_EXECUTION_NUMBERS = ("now", "context_size", "last_wait_id")
_SHARED = (
    *_EXECUTION_NUMBERS, "deadline", "outcome", "is_running", "identity", "is_held", "held_before",
)  # fmt: skip
_CURSOR_NUMBERS = (
    "size", "unseen_size", "previous", "origin", "entered_id", "entered_at", "retries",
    "wait_id", "heartbeat_us", "heartbeat_due", "index",
)  # fmt: skip
_JOIN_NUMBERS = ("total", "width", "next_index", "size", "data_size")
_JOINS: dict[str, type[Branches | Iterations]] = {"Parallel": Branches, "Map": Iterations}

T = TypeVar("T")


def snapshot(execution: Execution) -> dict[str, Json]:
    """The whole execution as JSON. Take it between two events, with all commands carried out.

    Raises:
        SnapshotError: A Map Run is under way: how far it has come is not in the execution.
    """
    if any(cursor.waits_for == "map run" for cursor in execution.waiting.values()):
        raise SnapshotError("a Map Run is under way: take the snapshot before it or after it")
    values = _Packer()
    outcome, recorded = execution.outcome, execution.recorded().newest(execution.kept)
    document: dict[str, Any] = {
        "format": FORMAT,
        "fingerprint": execution.program.definition.fingerprint,
        **{name: getattr(execution, name) for name in _EXECUTION_NUMBERS},
        "deadline": execution.deadline,
        "random": execution.random.state,
        "limits": pack_limits(execution.limits),
        "outcome": [outcome.status, values.pack(outcome.output), outcome.error, outcome.cause],
        "identity": _pack_identity(execution.identity, values),
        "timers": [list(timer) for timer in execution.timers],
        "signals": {
            name: [values.pack(payload.value) for payload in kept]
            for name, kept in execution.signals.items()
        },
        "history": _with_values(recorded.records, values.pack_all),
        "forgotten": recorded.forgotten,
        "kept": execution.kept,
        "root": None if execution.root is None else _pack_cursor(execution.root, values),
    }
    document["values"] = values.table
    return document


def restore(program: Program, document: Json) -> Execution:
    """The execution of a snapshot, ready to go on.

    Raises:
        SnapshotError: Not a snapshot, one of another format version, or of another definition.
    """
    if not isinstance(document, dict) or "format" not in document:
        raise SnapshotError("this is not a snapshot of an execution: it has no 'format'")
    if document["format"] != FORMAT:
        raise SnapshotError(
            f"the snapshot has format {document['format']!r}; this version reads format {FORMAT}"
        )
    if document.get("fingerprint") != program.definition.fingerprint:
        raise SnapshotError("the snapshot was taken with another definition")
    try:
        return _restore(program, cast("dict[str, Any]", document))
    except (
        AttributeError, IndexError, KeyError, NotJsonError, OverflowError, RecursionError,
        TypeError, ValueError,
    ) as error:  # fmt: skip
        raise SnapshotError(f"the snapshot is damaged: {error!r}") from error


def _restore(program: Program, document: dict[str, Any]) -> Execution:
    values = _Unpacker(document["values"])
    execution = Execution.__new__(Execution)
    execution.program = program
    execution.set_limits(unpack_limits(document["limits"]))
    for name in _EXECUTION_NUMBERS:
        setattr(execution, name, _whole(document[name]))
    deadline = document["deadline"]
    execution.deadline = None if deadline is None else _whole(deadline)
    execution.random = JavaRandom.from_state(_whole(document["random"]))
    status, output, error, cause = document["outcome"]
    _one_of(status, get_args(Status))
    execution.outcome = Outcome(status, values.unpack(output), error, cause)
    execution.is_running = status == "RUNNING"
    execution.identity = _unpack_identity(document["identity"], values)
    execution.timers = [
        (_whole(due), _whole(wait_id), _one_of(kind, get_args(TimerKind)))
        for due, wait_id, kind in document["timers"]
    ]
    heapify(execution.timers)
    kept = document["kept"]
    forgotten = _whole(document["forgotten"])
    execution.open_history(None, forgotten, None if kept is None else _whole(kept))
    execution.decisions = None
    execution.is_held, execution.held_before = False, 0
    execution.history = _with_values(document["history"], values.unpack_all)
    if len(execution.history) % WIDTH or not execution.event_count:
        raise ValueError("the history is not made of whole events")
    execution.signals = {
        name: [Payload(values.unpack(value)) for value in kept]
        for name, kept in document["signals"].items()
    }
    execution.commands = []
    execution.waiting = {}
    execution.ready = deque()
    root = document["root"]
    if (root is None) != (status == "SUCCEEDED"):
        raise ValueError(f"an execution that is {status} has a root, unless it SUCCEEDED")
    execution.root = None if root is None else _unpack_cursor(root, execution, None, values)
    return execution


def _with_values(records: Records, treat: Callable[[list[Any]], list[Any]]) -> Records:
    """A copy of records whose values, the last two slots of each, were packed or unpacked."""
    treated = list(records)
    for slot in (WIDTH - 2, WIDTH - 1):
        treated[slot::WIDTH] = treat(treated[slot::WIDTH])
    return treated


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{quote(value)} is not a whole number")
    return value


def _one_of(value: T, known: Collection[object]) -> T:
    if value not in known:
        raise ValueError(f"{quote(value)} is none of {sorted(map(str, known))}")
    return value


def fork(execution: Execution) -> Execution:
    """A second execution that stands where this one does; all values are shared, nothing else."""
    twin = Execution.__new__(Execution)
    twin.program = execution.program
    twin.set_limits(execution.limits)
    execution.seal()
    for name in _SHARED:
        setattr(twin, name, getattr(execution, name))
    twin.random = JavaRandom.from_state(execution.random.state)
    twin.timers = execution.timers.copy()
    twin.open_history(execution.past, execution.before, execution.kept)
    twin.decisions = None if execution.decisions is None else execution.decisions.copy()
    twin.signals = {name: kept.copy() for name, kept in execution.signals.items()}
    twin.commands = []
    twin.waiting = {}
    twin.ready = deque()
    root = execution.root
    twin.root = None if root is None else _fork_cursor(root, twin, None)
    return twin


def _fork_cursor(cursor: Cursor, execution: Execution, join: Join | None) -> Cursor:
    twin = _new_cursor(cursor, execution, join)
    twin.step = cursor.step
    twin.data, twin.variables, twin.item = cursor.data, cursor.variables, cursor.item
    twin.call = cursor.call
    twin.retry_counts = cursor.retry_counts.copy()
    twin.children = _fork_join(cursor.children, twin)
    twin.broken = _fork_join(cursor.broken, twin)
    _register(twin, is_ready=cursor in cursor.execution.ready)
    return twin


def _fork_join(join: Join | None, cursor: Cursor) -> Join | None:
    if join is None:
        return None
    source = cast("Branches | Iterations", join)
    twin = _new_join(type(source), cursor, {n: getattr(source, n) for n in _JOIN_NUMBERS})
    twin.data, twin.results = source.data, source.results.copy()
    if isinstance(source, Iterations) and isinstance(twin, Iterations):
        twin.items, twin.selector = source.items, source.selector
    for place in ("running", "stopped"):
        children = {
            index: _fork_cursor(child, cursor.execution, twin)
            for index, child in getattr(source, place).items()
        }
        setattr(twin, place, children)
    return twin


def _new_cursor(source: Cursor, execution: Execution, join: Join | None) -> Cursor:
    cursor = Cursor.__new__(Cursor)
    cursor.execution, cursor.join = execution, join
    cursor.children = cursor.broken = cursor.error = None
    for name in (*_CURSOR_NUMBERS, "waits_for"):
        setattr(cursor, name, getattr(source, name))
    return cursor


def _new_join(
    kind: type[Branches | Iterations], cursor: Cursor, numbers: dict[str, int]
) -> Branches | Iterations:
    join = kind.__new__(kind)
    join.cursor = cursor
    for name in _JOIN_NUMBERS:
        setattr(join, name, _whole(numbers[name]))
    return join


def _register(cursor: Cursor, *, is_ready: bool) -> None:
    """Enter a copied cursor where its execution keeps those that wait or can move on."""
    if cursor.waits_for and cursor.execution.is_running:
        cursor.execution.waiting[cursor.wait_id] = cursor
    if is_ready:
        cursor.execution.ready.append(cursor)


def _pack_cursor(cursor: Cursor, values: _Packer) -> dict[str, Any]:
    children = cast("Branches | Iterations | None", cursor.children)
    broken = cast("Branches | Iterations | None", cursor.broken)
    return {
        **{name: getattr(cursor, name) for name in _CURSOR_NUMBERS},
        "waits_for": cursor.waits_for,
        "step": cursor.step.state.pointer,
        "data": values.pack(cursor.data),
        "variables": values.pack(cursor.variables),
        "item": None if cursor.item is None else [cursor.item[0], values.pack(cursor.item[1])],
        "retry_counts": cursor.retry_counts.copy(),
        "payload": None if cursor.call is None else values.pack(cursor.call.payload),
        "token": None if cursor.call is None else cursor.call.token,
        "ready": cursor in cursor.execution.ready,
        "children": None if children is None else _pack_join(children, values),
        "broken": None if broken is None else _pack_join(broken, values),
    }


def _pack_join(join: Branches | Iterations, values: _Packer) -> dict[str, Any]:
    return {
        **{name: getattr(join, name) for name in _JOIN_NUMBERS},
        "kind": join.kind,
        "data": values.pack(join.data),
        "items": values.pack(join.items) if isinstance(join, Iterations) else None,
        "results": [values.pack(result) for result in join.results],
        "running": [_pack_cursor(child, values) for child in join.running.values()],
        "stopped": [_pack_cursor(child, values) for child in join.stopped.values()],
    }


def _unpack_cursor(
    document: dict[str, Any], execution: Execution, join: Join | None, values: _Unpacker
) -> Cursor:
    cursor = Cursor.__new__(Cursor)
    cursor.execution, cursor.join = execution, join
    cursor.children = cursor.broken = cursor.error = None
    for name in _CURSOR_NUMBERS:
        setattr(cursor, name, _whole(document[name]))
    cursor.waits_for = _one_of(document["waits_for"], get_args(WaitsFor))
    cursor.step = execution.program.by_pointer[document["step"]]
    cursor.data = values.unpack(document["data"])
    cursor.variables = values.unpack(document["variables"])
    item = document["item"]
    cursor.item = None if item is None else (item[0], values.unpack(item[1]))
    cursor.retry_counts = list(document["retry_counts"])
    cursor.call = _unpack_call(cursor, document, values)
    for place in ("children", "broken"):
        if document[place] is not None:
            setattr(cursor, place, _unpack_join(document[place], cursor, values))
    _register(cursor, is_ready=document["ready"])
    return cursor


def _unpack_call(cursor: Cursor, document: dict[str, Any], values: _Unpacker) -> InvokeTask | None:
    if cursor.waits_for != "task":
        return None
    payload = values.unpack(document["payload"])
    state = cast("TaskState", cursor.step.state)
    return InvokeTask(
        cursor.wait_id,
        state.name,
        state.resource,
        payload,
        cursor.data,
        cursor.retries + 1,
        document["token"],
    )


def _unpack_join(document: dict[str, Any], cursor: Cursor, values: _Unpacker) -> Join:
    join = _new_join(_JOINS[document["kind"]], cursor, document)
    join.data = values.unpack(document["data"])
    join.results = [values.unpack(result) for result in document["results"]]
    if isinstance(join, Iterations):
        join.items = values.unpack(document["items"])
        join.selector = cast("MapState", cursor.step.state).parameters
    for place in ("running", "stopped"):
        children = [
            _unpack_cursor(child, cursor.execution, join, values) for child in document[place]
        ]
        setattr(join, place, {child.index: child for child in children})
    return join


def _pack_identity(identity: Identity, values: _Packer) -> dict[str, Any]:
    return {
        "machine": list(identity.machine),
        "name": identity.given_name,
        "seed": identity.seed,
        "started_at": identity.started_at,
        "input": values.pack(identity.input),
        "is_express": identity.is_express,
        "synchronous": identity.synchronous,
        "redrive_count": identity.redrive_count,
        "redriven_at": identity.redriven_at,
    }


def _unpack_identity(document: dict[str, Any], values: _Unpacker) -> Identity:
    machine = MachineArn(*document["machine"])
    given = {name: value for name, value in document.items() if name not in ("machine", "input")}
    return Identity(machine, input=values.unpack(document["input"]), **given)


def pack_limits(limits: Limits) -> dict[str, Any]:
    """Limits as JSON."""
    return {
        name: {"seconds": value.total_seconds()} if isinstance(value, timedelta) else value
        for name, value in limits.fields().items()
    }


def unpack_limits(document: dict[str, Any]) -> Limits:
    """The limits of `pack_limits`."""
    known = Limits().fields().keys()
    if document.keys() != known:
        raise KeyError(f"limits are {sorted(known)}")
    return Limits(**{name: _unpack_limit(value) for name, value in document.items()})


def _unpack_limit(value: Any) -> Any:  # noqa: ANN401 - a number, a span or None
    if isinstance(value, dict):
        return timedelta(seconds=value["seconds"])
    return None if value is None else _whole(value)


class _Packer:
    """Puts each object and array into a table once, children before what holds them."""

    def __init__(self) -> None:
        self.table: list[Json] = []
        self._places: dict[int, int] = {}

    def pack(self, value: Json) -> Json:
        if type(value) is not dict and type(value) is not list:
            return value
        place = self._places.get(id(value))
        if place is None:
            packed: Json
            if type(value) is dict:
                packed = dict(zip(value, self.pack_all(value.values()), strict=True))
            else:
                packed = self.pack_all(value)
            place = self._places[id(value)] = len(self.table)
            self.table.append(packed)
        return [place]

    def pack_all(self, values: Iterable[Json]) -> list[Json]:
        pack = self.pack
        return [pack(value) if type(value) in _CONTAINERS else value for value in values]


class _Unpacker:
    """Gives back the values of a table, shared as they were."""

    def __init__(self, table: list[Json]) -> None:
        self._values: list[Any] = []
        for entry in table:
            if isinstance(entry, dict):
                self._values.append(dict(zip(entry, self.unpack_all(entry.values()), strict=True)))
            elif isinstance(entry, list):
                self._values.append(self.unpack_all(entry))
            else:
                raise TypeError(f"a value of the table is {type(entry).__name__}")

    def unpack(self, packed: Json) -> Any:  # noqa: ANN401 - whatever JSON was packed
        if isinstance(packed, list):
            (place,) = packed
            if _whole(place) < 0:
                raise IndexError(place)
            return self._values[cast("int", place)]
        return packed

    def unpack_all(self, packed: Iterable[Json]) -> list[Any]:
        unpack = self.unpack
        return [unpack(value) if type(value) is list else value for value in packed]
