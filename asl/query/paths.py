"""Paths of the JSONPath query language: read a value, or put one where a reference path points.

    $.order.items[0]   the data                  $$.Execution.Id          the context object
    $order.items[0]    a workflow variable       $.items[?(@.n > 1)]      several values: a list

A path is definite if it names one node at most; it gives that node, or an error that says where the
search ended. Nearly all are, and they become closures that do nothing but subscript: where a value
can't be subscripted, or not by this step, Python raises, and only then the reason is looked for.
Other paths go to `asl.query.jayway`, whose text says which JSONPath this is, and how that is known.

Reasons are those of Jayway JsonPath 2.0.0. ``No results for path`` and ``Missing property in path``
are recorded from AWS, ``Property ['x'] not found in path`` is known from a public report. How AWS
words a variable that was never assigned is not known: here it is a missing property of all
variables. An index below 0 may be written, but finds nothing, as on AWS.

Sources: ASL specification, "Paths" and "Reference Paths"; AWS guide, "Paths".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, cast

from asl.errors import JSONPathError, QueryError, QuerySyntaxError
from asl.query.environment import Bound, Compiled
from asl.query.javalike import to_text
from asl.query.path_text import FromEnd, UnsupportedPathError, read_path
from asl.values import Value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asl.jsontypes import Json
    from asl.query.environment import Environment, Query
    from asl.query.path_text import PathText, Step

#: ``missing(path_text, data, reason)`` makes the error for a path that finds nothing. ``data`` is
#: what the query was applied to, also for paths into variables and the context object.
Missing: TypeAlias = "Callable[[str, Json, str], QueryError]"
_Fail: TypeAlias = "Callable[[Json, Environment], QueryError]"

_MAX_REFERENCE_STEPS = 100
_NEVER = 1 << 31  # an index that no array has


class _Node(Protocol):
    """A value that a key is tried on; one that can't take it raises TypeError."""

    def __getitem__(self, key: str, /) -> _Node: ...


def invalid_path(path: str, data: Json, reason: str) -> JSONPathError:
    """AWS's error where InputPath, OutputPath, TimeoutSecondsPath and their like find nothing."""
    if data is None and path[:2] in {"$.", "$["}:  # known from a public report
        return JSONPathError("Unable to apply Path transformation to null or empty input.")
    return JSONPathError(f"Invalid path '{path}' : {reason}")


def compile_path(text: str, missing: Missing = invalid_path) -> Compiled:
    """Compile a path into the data (``$``), the context object (``$$``) or a variable (``$name``).

    A definite path gives the node itself, any other a new list of the nodes it finds.

    Args:
        text: The path as written.
        missing: Makes the error that is raised when a definite path finds nothing.

    Raises:
        QuerySyntaxError: Malformed text; ``position`` tells where.
        UnsupportedPathError: Its subclass, for what may be JSONPath but is not run here.
    """
    path = read_path(text)
    whole = Bound(0, of_data=1) if path.root == "data" else Bound(0, of_unseen=1)
    if path.is_definite:
        query = _definite(text, path, missing)
        return Compiled(_merging(text, query, path, missing) if path.merged else query, whole)
    only_start = path._replace(steps=path.steps[:1] if path.root == "variables" else ())
    start = _definite(text, only_start, missing)
    from asl.query.jayway import compile_steps  # noqa: PLC0415 - slow to import, and few need it

    find, fixed, factor = compile_steps(text, path.steps_at)
    return Compiled(
        lambda data, environment: find(start(data, environment)), whole.times(factor, more=fixed)
    )


def is_definite(text: str) -> bool:
    """Whether the text is a path that names one node at most; malformed text does not."""
    try:
        return read_path(text).is_definite
    except QuerySyntaxError:
        return False


def single_key(text: str) -> str | None:
    """The key, if the path is one key of the data and no more (``$.key``), for who inlines it."""
    path = read_path(text)
    if path.root == "data" and path.is_definite and not path.merged and len(path.steps) == 1:
        (step,) = path.steps
        return step if isinstance(step, str) else None
    return None


# Definite paths: closures that subscript


def _definite(text: str, path: PathText, missing: Missing) -> Query:
    """A query for the steps of a path, without the names that it may merge at its end."""
    root = _ROOTS[path.root]

    def fail(data: Json, environment: Environment) -> QueryError:
        return missing(text, data, _explain(root(data, environment), path.steps))

    subscripts = [_subscript(step) for step in path.steps]
    keys = [step for step in subscripts if isinstance(step, str)]
    if path.root == "data" and len(keys) == len(subscripts):
        return _keys(keys, fail)

    def evaluate(data: Json, environment: Environment) -> Json:
        node: Any = root(data, environment)
        try:
            for step in subscripts:
                if type(step) is not str and type(node) is not list:
                    break  # above all a text, which Python would take an index into
                node = node[step]
            else:
                found: Json = node
                return found
        except (LookupError, TypeError):
            pass
        raise fail(data, environment)

    return evaluate


_ROOTS: Mapping[str, Query] = {
    "data": lambda data, _: data,
    "context": lambda _, environment: environment.context(),
    "variables": lambda _, environment: cast("Json", environment.variables),
}


def _keys(keys: Sequence[str], fail: _Fail) -> Query:
    """The hot paths: keys of the data, each number of them as fast as Python can."""
    if not keys:
        return _ROOTS["data"]
    first, second = keys[0], keys[-1]

    def one(data: _Node, environment: Environment) -> _Node:
        try:
            return data[first]
        except (KeyError, TypeError):
            raise fail(cast("Json", data), environment) from None

    def two(data: _Node, environment: Environment) -> _Node:
        try:
            return data[first][second]
        except (KeyError, TypeError):
            raise fail(cast("Json", data), environment) from None

    def many(data: _Node, environment: Environment) -> _Node:
        node = data
        try:
            for key in keys:
                node = node[key]
        except (KeyError, TypeError):
            raise fail(cast("Json", data), environment) from None
        return node

    return cast("Query", {1: one, 2: two}.get(len(keys), many))


def _subscript(step: Step) -> str | int:
    """What Python takes for a step; a number that no element has stays without one."""
    if isinstance(step, FromEnd):
        return -step.back if step.back else _NEVER
    return _NEVER if isinstance(step, int) and step < 0 else step


def _merging(text: str, parent: Query, path: PathText, missing: Missing) -> Query:
    """One object of the named members of the parent: ``['a', 'b']``."""

    def evaluate(data: Json, environment: Environment) -> Json:
        node = parent(data, environment)
        if type(node) is not dict:
            names = ", ".join(f"'{name}'" for name in path.merged)
            place = "$" + "".join(map(_fragment, path.steps))
            raise missing(text, data, f"Property [{names}] not found in path {place}")
        return {name: node[name] for name in path.merged if name in node}

    return evaluate


# Why the steps lead nowhere, in Jayway's words


def _explain(node: Json, steps: Sequence[Step]) -> str:
    place = "$"
    for number, step in enumerate(steps):
        fragment = _fragment(step)
        if isinstance(step, str):
            if not isinstance(node, Mapping):
                return f"Property {fragment} not found in path {place}"
            place += fragment
            if step not in node:
                is_last = number == len(steps) - 1
                return (
                    f"{'No results for path:' if is_last else 'Missing property in path'} {place}"
                )
            node = node[step]
        elif node is None:
            return f"The path {place} is null"
        elif type(node) is not list:
            rest = "".join(map(_fragment, steps[number:]))
            context = to_text(node)
            return f"Filter: {rest} can only be applied to arrays. Current context is: {context}"
        else:
            place += fragment
            index = len(node) - step.back if isinstance(step, FromEnd) else step
            if not 0 <= index < len(node):
                return f"Index out of bounds when evaluating path {place}"
            node = node[index]
    raise AssertionError("the steps lead to a node")


def _fragment(step: Step) -> str:
    if isinstance(step, str):
        return f"['{step}']"
    return f"[@.size()-{step.back}]" if isinstance(step, FromEnd) else f"[{step}]"


# Reference paths


#: ``put(root, value)`` gives a new root.
Put: TypeAlias = "Callable[[Json, Json], Json]"


class ReferencePath(Value):
    """A place in the data that a value can be put into: ``$``, names and indices only.

    Attributes:
        text: As written.
        steps: The names and indices.
    """

    text: str
    steps: tuple[str | int, ...]

    @cached_property
    def put(self) -> Put:
        """``put(root, value)`` gives a new root that has the value at this place, for ResultPath.

        Only the containers on the way are copied; all else is shared with the old root, which is
        not changed. What stands at the place is replaced, never merged with; objects that are
        missing on the way are made. ``$`` gives the value itself. It raises `JSONPathError` if
        something on the way is not a container for its step, or an array has no such element.
        """
        return _bind_put(self.text, self.steps)


def _bind_put(text: str, steps: tuple[str | int, ...]) -> Put:
    """The hot places, one or two names, as fast as Python can; the rest step by step."""

    def put_anywhere(root: Json, value: Json) -> Json:
        return _rebuild(text, steps, root, value)

    match steps:
        case (str(name),):

            def put_below_one(root: Json, value: Json) -> Json:
                if type(root) is dict:
                    return {**root, name: value}
                return put_anywhere(root, value)

            return put_below_one
        case (str(first), str(last)):

            def put_below_two(root: Json, value: Json) -> Json:
                if type(root) is dict:
                    child = root.get(first, _NOTHING)
                    if type(child) is dict:
                        return {**root, first: {**child, last: value}}
                return put_anywhere(root, value)

            return put_below_two
    return put_anywhere


def _rebuild(text: str, steps: tuple[str | int, ...], root: Json, value: Json) -> Json:
    """The root with the value at its place: down to it, and up again with copies."""
    node = root
    way: list[dict[str, Json] | list[Json]] = []
    for step in steps:
        if type(node) is dict and type(step) is str:
            way.append(node)
            node = node.get(step, _NOTHING)
        elif type(node) is list and type(step) is int and step < len(node):
            way.append(node)
            node = node[step]
        else:
            raise JSONPathError(f"Unable to apply ReferencePath {text} to input {to_text(root)}")
    for step, container in zip(reversed(steps), reversed(way), strict=True):
        copy = container.copy()
        copy[step] = value  # type: ignore[index]  # checked on the way down
        value = copy
    return value


#: What is missing on the way, before it is made.
_NOTHING: dict[str, Json] = {}


def compile_reference_path(text: str) -> ReferencePath:
    """Compile a reference path to a place in the data, for ResultPath.

    Raises:
        QuerySyntaxError: Not a reference path; the message is the reason, such as AWS shows behind
            ``Value is not a Reference Path:``.
    """
    if not text.startswith("$"):
        raise QuerySyntaxError("Reference path didn't start with '$'", text)
    path = read_path(text)
    if path.root != "data":
        raise QuerySyntaxError("a value can't be put into variables or the context object", text, 1)
    steps = tuple(
        step
        for step in path.steps
        if isinstance(step, str) or (not isinstance(step, FromEnd) and step >= 0)
    )
    if len(steps) < len(path.steps) or path.merged or not path.is_definite:
        raise QuerySyntaxError("a Reference Path has names and indices from 0 on only", text, 1)
    if len(steps) > _MAX_REFERENCE_STEPS:
        message = f"a Reference Path may have {_MAX_REFERENCE_STEPS} steps, not {len(steps)}"
        raise UnsupportedPathError(message, text)
    return ReferencePath(text=text, steps=steps)
