"""Calling functions: built-in ones, lambdas, partial applications, regular expressions.

A lambda whose body ends with a call does not make that call itself: it gives a `Thunk`, and the
loop in `apply` goes on with it. So a function that calls itself last does not grow the stack.

Source: JSONata 2.0.6; its documentation, "Functional programming" and "Tail call optimization".
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

from asl.query.jsonata.faults import FaultError
from asl.query.jsonata.kinds import UNDEFINED, Function, Value, is_number
from asl.query.jsonata.matching import Search
from asl.query.jsonata.regexes import Regex, from_units, to_units

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from asl.query.jsonata.guard import Run
    from asl.query.jsonata.signatures import Signature

#: ``evaluate(context, frame)`` of a part of an expression.
Evaluate: TypeAlias = "Callable[[Value, Frame], Value]"


class Frame:
    """The names that are bound in a block or a call, and the frame around it.

    ``bindings`` of the innermost frame may be changed by ``:=``; outer ones may be shared.
    """

    __slots__ = ("bindings", "parent", "run")

    def __init__(self, bindings: dict[str, Value], parent: Frame | None, run: Run) -> None:
        self.bindings = bindings
        self.parent = parent
        self.run = run

    def lookup(self, name: str) -> Value:
        """The value of ``$name``, undefined if it has none."""
        frame: Frame | None = self
        while frame is not None:
            if name in frame.bindings:
                return frame.bindings[name]
            frame = frame.parent
        return UNDEFINED

    def bind(self, name: str, value: Value) -> None:
        """``$name := value``."""
        self.bindings[name] = value


class Builtin(Function):
    """A function of the library.

    Attributes:
        name: Without the ``$``.
        signature: Of its arguments.
        arity: How many arguments functions like ``$map`` pass to it: that is the number of
            parameters that the reference's implementation names.
        implementation: Takes the run, then the arguments; those left out are ``UNDEFINED``.
    """

    __slots__ = ("arity", "implementation", "name", "signature")

    def __init__(
        self, name: str, signature: Signature, arity: int, implementation: Callable[..., Value]
    ) -> None:
        self.name = name
        self.signature = signature
        self.arity = arity
        self.implementation = implementation


class Lambda(Function):
    """``function($a, $b){...}`` at the place where it was evaluated."""

    __slots__ = ("body", "context", "frame", "parameters", "signature")

    def __init__(
        self,
        parameters: tuple[str, ...],
        body: Evaluate,
        context: Value,
        frame: Frame,
        signature: Signature | None,
    ) -> None:
        self.parameters = parameters
        self.body = body
        self.context = context
        self.frame = frame
        self.signature = signature


class Thunk(Function):
    """A call that is the last thing of a lambda, and still to be made."""

    __slots__ = ("arguments", "context", "frame", "name", "procedure")

    def __init__(
        self,
        procedure: Evaluate,
        name: Value,
        arguments: Sequence[Evaluate],
        context: Value,
        frame: Frame,
    ) -> None:
        self.procedure = procedure
        self.name = name
        self.arguments = arguments
        self.context = context
        self.frame = frame


class Partial(Function):
    """``$f(?, 1)`` of a function of the library: ``holes`` are the places that are still open."""

    __slots__ = ("arguments", "function", "holes")

    def __init__(self, function: Function, arguments: list[Value], holes: tuple[int, ...]) -> None:
        self.function = function
        self.arguments = arguments
        self.holes = holes


class Native(Function):
    """A function that an evaluation made itself, such as a transformer ``|...|...|``."""

    __slots__ = ("arity", "implementation", "signature")

    def __init__(
        self,
        implementation: Callable[..., Value],
        arity: int,
        signature: Signature | None = None,
    ) -> None:
        self.implementation = implementation
        self.arity = arity
        self.signature = signature


def arity_of(function: Value) -> int:
    """How many arguments a function takes, for those that call it with as many as it takes.

    Raises:
        FaultError: T1006, it is no function.
    """
    if isinstance(function, Lambda):
        return len(function.parameters)
    if isinstance(function, Partial):
        return len(function.holes)
    if isinstance(function, Regex):
        return 2
    if isinstance(function, Builtin | Native):
        return function.arity
    raise FaultError("T1006")


def apply(run: Run, function: Value, arguments: list[Value], context: Value = UNDEFINED) -> Value:
    """Call a function; ``context`` is what a signature may put in for a missing argument.

    Raises:
        FaultError: T1006, it is no function; T0410 to T0412; whatever it raises itself.
    """
    result = _call(run, function, arguments, context)
    while type(result) is Thunk:
        run.charge(1)
        inner, frame = result.context, result.frame
        following = result.procedure(inner, frame)
        values = [argument(inner, frame) for argument in result.arguments]
        try:
            result = _call(run, following, values, context)
        except FaultError as fault:
            fault.inserts.setdefault("token", result.name)
            raise
    return result


def _call(run: Run, function: Value, arguments: list[Value], context: Value) -> Value:
    run.charge(1 + len(arguments))
    if type(function) is Lambda:
        if function.signature is not None:
            arguments = function.signature.validate(arguments, context)
        parameters = function.parameters
        missing = len(parameters) - len(arguments)
        if missing > 0:
            arguments = [*arguments, *[UNDEFINED] * missing]
        frame = Frame(dict(zip(parameters, arguments, strict=False)), function.frame, run)
        return function.body(function.context, frame)
    if isinstance(function, Builtin | Native):
        if function.signature is not None:
            arguments = function.signature.validate(arguments, context)
        return function.implementation(run, *arguments)
    if isinstance(function, Partial):
        values = list(function.arguments)
        for place, value in zip(function.holes, arguments, strict=False):
            values[place] = value
        while values and values[-1] is UNDEFINED:  # left out, and so not there for the signature
            values.pop()
        return _call(run, function.function, values, context)
    if isinstance(function, Regex):
        return _first_match(run, function, *arguments[:2])
    raise FaultError("T1006")


def partially(function: Value, arguments: list[Value], holes: tuple[int, ...]) -> Value:
    """``$f(?, 1)``: a function of the arguments that are left open.

    Raises:
        FaultError: T1008, it is no function.
    """
    if type(function) is Lambda:
        bound = dict.fromkeys(function.parameters, UNDEFINED)
        bound.update(zip(function.parameters, arguments, strict=False))
        left = tuple(name for place, name in enumerate(function.parameters) if place in holes)
        frame = Frame(bound, function.frame, function.frame.run)
        return Lambda(left, function.body, function.context, frame, None)
    if isinstance(function, Function):
        return Partial(function, arguments, holes)
    raise FaultError("T1008")


def _first_match(
    run: Run, regex: Regex, text: Value = UNDEFINED, start: Value = UNDEFINED
) -> Value:
    """What a regular expression gives when it is called with a text, and perhaps a position.

    Raises:
        FaultError: T0410, what is to be searched is no text (JavaScript makes one of anything).
    """
    if type(text) is not str:
        raise FaultError("T0410", index=1)
    units = to_units(text)
    at = math.trunc(start) if is_number(start) and start > 0 else 0
    return _match_from(Search(regex, units, run), len(units), at, is_first=True)


def _match_from(search: Search, length: int, start: int, *, is_first: bool = False) -> Value:
    match = search.find(start)
    if match is None:
        return UNDEFINED
    if match.start == match.end and not is_first:
        raise FaultError("D1004")

    def following(_run: Run) -> Value:
        return UNDEFINED if match.end >= length else _match_from(search, length, match.end)

    return {
        "match": from_units(search.text[match.start : match.end]),
        "start": match.start,
        "end": match.end,
        "groups": [UNDEFINED if group is None else from_units(group) for group in match.groups],
        "next": Native(following, 0),
    }
