"""``|pattern|update, delete|``: a function that gives a changed copy of an object or array.

Source: JSONata 2.0.6; its documentation, "... ~> | ... | ... | (Transform)".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl.query.jsonata.builtins.objects import clone_value
from asl.query.jsonata.calls import Builtin, Native, apply
from asl.query.jsonata.faults import FaultError
from asl.query.jsonata.kinds import UNDEFINED, Function, Value
from asl.query.jsonata.signatures import parse_signature

if TYPE_CHECKING:
    from asl.query.jsonata.calls import Evaluate, Frame
    from asl.query.jsonata.guard import Run

_SIGNATURE = parse_signature("<(oa):o>")


def transformer(
    pattern: Evaluate, update: Evaluate, delete: Evaluate | None, frame: Frame
) -> Native:
    """The function that a transform expression is.

    Args:
        pattern: Finds the objects to change, in the copy.
        update: Gives the members to set in one of them.
        delete: Gives the names to remove from one of them.
        frame: Where the expression was evaluated.

    Raises:
        FaultError: When it is called: T2011 and T2012 for a wrong update or deletion, T2013 if
            ``$clone`` is no function here.
    """

    def transform(run: Run, value: Value) -> Value:
        if value is UNDEFINED:
            return UNDEFINED
        clone = frame.lookup("clone")
        if not isinstance(clone, Function):
            raise FaultError("T2013")
        copy = apply(run, clone, [value])
        if not isinstance(clone, Builtin):  # a function of that name, which may copy nothing
            copy = clone_value(run, copy)
        found = pattern(copy, frame)
        if found is UNDEFINED:
            return copy
        matches = found if isinstance(found, list) else [found]
        run.charge(len(matches))
        for match in matches:
            changes = update(match, frame)
            if changes is not UNDEFINED:
                if type(changes) is not dict:
                    raise FaultError("T2011", value=changes)
                _update(match, changes)
            if delete is not None:
                _remove(delete(match, frame), match)
        return copy

    return Native(transform, 1, _SIGNATURE)


def _update(match: Value, changes: dict[str, Value]) -> None:
    if type(match) is dict:
        match.update(changes)
    elif changes and not isinstance(match, list):
        # an error without a code in JavaScript
        name = next(iter(changes))
        message = f"Cannot create property '{name}' on a value that is no object"
        raise FaultError("D3137", message=message)


def _remove(names: Value, match: Value) -> None:
    if names is UNDEFINED:
        return
    every = names if isinstance(names, list) else [names]
    if not all(type(name) is str for name in every):
        raise FaultError("T2012", value=names)
    if type(match) is dict:
        for name in every:
            match.pop(name, None)
