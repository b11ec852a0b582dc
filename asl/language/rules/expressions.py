"""The expressions of JSONata states: what AWS refuses, and what can't work when it runs.

Source: AWS guide, "Transforming data with JSONata in Step Functions"; AWS's answers for the words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from asl.language.diagnostics import clip
from asl.language.faults import Fault
from asl.language.rules.templates import count
from asl.language.walk import WORKING_TYPES
from asl.query.jsonata.inspection import arity, names_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from asl.language.queries import Query
    from asl.language.walk import State
    from asl.query.jsonata.inspection import Inspection

_ALWAYS: Final = frozenset(("input", "context"))
_FIELDS: Final = frozenset(("input", "context", "result", "errorOutput"))
#: What the expression of a field has to give, by the field's name.
_WANTED: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        (
            "TimeoutSeconds", "HeartbeatSeconds", "Seconds", "MaxConcurrency", "MaxItems",
            "ToleratedFailureCount", "ToleratedFailurePercentage", "MaxItemsPerBatch",
            "MaxInputBytesPerBatch",
        ),
        "number",
    ),
    **dict.fromkeys(("Timestamp", "Error", "Cause"), "string"),
    "Condition": "boolean",
}  # fmt: skip
#: Where such fields stand in a state; deeper ones are data.
_OWNERS: Final = ((), ("ItemReader", "ReaderConfig"), ("ItemBatcher",))


def references(query: Query, state: State, found: Inspection) -> Iterator[Fault]:
    """What an expression refers to is there: no document, and fields of ``$states``."""
    for message in dict.fromkeys(message for message, _ in found.references.faults):
        yield Fault(query.path, message, "ASL-702", hint="name $states.input or a variable")
    known = _states_fields(query, state)
    for name in sorted(found.references.states_fields - known):
        message = f"Field '$states.{clip(name)}' does not exist."
        hint = "" if name not in _FIELDS else _WHERE[name]
        meant = None if hint else (name, known)
        yield Fault(query.path, message, "ASL-703", hint=hint, meant=meant)


_WHERE: Final = {
    "result": "it is in Output and Assign of Task, Parallel and Map only",
    "errorOutput": "it is in Output and Assign of a catcher only",
}


def _states_fields(query: Query, state: State) -> frozenset[str]:
    if query.data == "error":
        return _ALWAYS | {"errorOutput"}
    if query.data == "output" and state.kind in WORKING_TYPES:
        return _ALWAYS | {"result"}
    return _ALWAYS


def calls(query: Query, found: Inspection, variables: Collection[str]) -> Iterator[Fault]:
    """Each function that is called exists, and takes so many arguments."""
    told = set()
    for name, given in found.references.calls:
        if name in variables or (name, given) in told:
            continue
        told.add((name, given))
        takes = arity(name)
        if name == "eval":
            message = "AWS has no $eval: the expression fails when it runs"
            yield Fault(query.path, message, "ASL-704", hint="$parse reads JSON text")
        elif takes is None:
            message = f"there is no function ${clip(name)}: the expression fails when it runs"
            yield Fault(query.path, message, "ASL-706", meant=(name, _functions()))
        elif given < takes[0] or (takes[1] is not None and given > takes[1]):
            message = f"${name} takes {count(*takes)}, not {given}: it fails when it runs"
            yield Fault(query.path, message, "ASL-707")


def _functions() -> Collection[str]:
    from asl.query.jsonata.functions import BUILTINS  # noqa: PLC0415 - slow to import

    return BUILTINS.keys()


def types(query: Query, state: State, found: Inspection) -> Iterator[Fault]:
    """Operators get operands that can work, and a field gets a value that it can take."""
    for mistake in found.mistakes[:1]:
        yield Fault(query.path, f"{mistake}: the expression fails when it runs", "ASL-708")
    inside = query.path[len(state.path) : -1]
    is_field = inside in _OWNERS or (inside[:1] == ("Choices",) and len(inside) == 2)
    wanted = _WANTED.get(query.key) if is_field else None
    if is_field and query.key == "Items" and state.kind == "Map":
        wanted = "array" if not any(machine.is_distributed for machine in state.inner) else None
    if wanted and found.gives is not None and wanted not in found.gives:
        gives = names_of(found.gives)
        message = (
            f"{query.key} takes {names_of({wanted})}, but this gives {gives}: it fails when it runs"
        )
        yield Fault(query.path, message, "ASL-708")
