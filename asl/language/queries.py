"""Where the queries of a state stand: its paths, templates and expressions, whatever they say.

One walk over the fields of a state gives all that the rules about queries read, in the order of the
text. It trusts no shape: what has the wrong type is left to the schema. What a query means, and
whether it is right, is not known here.

Source: ASL specification, "Paths", "Payload Template", "JSONata"; AWS guide, the states' fields.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from asl.language.schema import load_schema
from asl.query.path_text import PLAIN_PATH

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from asl.jsontypes import Json
    from asl.language.positions import Path
    from asl.language.walk import State, Tree

#: What may be written: a path; a reference path to put a value at; one to read; one to read a
#: number of a Map, which may not be in the context object; that of a Choice's comparison; the items
#: of a Map; a path or call that gives text; the value of a ``.$`` key of a template; a text of a
#: template that may look like a query; an expression; what is nested too deep to be looked at.
Kind: TypeAlias = Literal[
    "path", "result", "reference", "number", "comparison", "items", "text", "entry", "plain",
    "expression", "deep",
]  # fmt: skip

#: What a query is applied to: the input of the state, what is left of it for the work, the result
#: of the work, what the state passes on, or an error that was caught.
Data: TypeAlias = Literal["input", "work", "result", "output", "error"]


class Query(NamedTuple):
    """One query.

    Attributes:
        path: Where its text stands.
        text: What stands there; under a ``.$`` key it may be any JSON.
        kind: What may be written there.
        data: What it is applied to.
        owner: The field that AWS names as the place: of an entry, that of the whole template.
        holder: The object that has the key, for an entry or plain text of a template.
        is_plain: It is a path of names into the data, as nine of ten are: it can't be wrong.
    """

    path: Path
    text: Json
    kind: Kind
    data: Data
    owner: Path
    holder: Tree | None = None
    is_plain: bool = False

    @property
    def key(self) -> str:
        """The key or index that it stands at."""
        return str(self.path[-1])


#: Levels inside of one field that are looked at; what is deeper is not run either.
MAX_NESTING: Final = 100

_KINDS: Final[Mapping[str, tuple[Kind, Data]]] = {
    "InputPath": ("path", "input"),
    "OutputPath": ("path", "output"),
    "ResultPath": ("result", "output"),
    "ItemsPath": ("items", "work"),
    "SecondsPath": ("reference", "work"),
    "TimestampPath": ("reference", "work"),
    "TimeoutSecondsPath": ("reference", "work"),
    "HeartbeatSecondsPath": ("reference", "work"),
    "MaxConcurrencyPath": ("number", "work"),
    "ToleratedFailureCountPath": ("number", "work"),
    "ToleratedFailurePercentagePath": ("number", "work"),
    "MaxItemsPath": ("number", "work"),
    "MaxItemsPerBatchPath": ("number", "work"),
    "MaxInputBytesPerBatchPath": ("number", "work"),
    "ErrorPath": ("text", "work"),
    "CausePath": ("text", "work"),
}
_TEMPLATES: Final[Mapping[str, Data]] = {
    "Parameters": "work",
    "ItemSelector": "work",
    "Credentials": "work",
    "BatchInput": "work",
    "ResultSelector": "result",
    "Assign": "result",
}
_INSIDE: Final = ("ItemReader", "ReaderConfig", "ItemBatcher", "ResultWriter")
#: Fields of a JSONata state, catcher or rule that hold no expressions, or those of other states.
_NO_EXPRESSIONS: Final = frozenset(
    (
        "Next", "Comment", "ErrorEquals", "Branches", "ItemProcessor", "Iterator", "Choices",
        "Catch", "And", "Or", "Not",
    )
)  # fmt: skip
_NO_QUERIES: Final = frozenset(
    ("Type", "Comment", "QueryLanguage", "Next", "End", "Default", "Resource", "Retry", "Label")
)
_RESULTS: Final = frozenset(("Output", "Assign"))


@cache
def _fields_of(kind: str) -> Collection[str]:
    """The fields of a type that may hold queries."""
    return frozenset(load_schema(f"{kind.lower()}.json")["properties"]) - _NO_QUERIES


def queries_of(state: State) -> list[Query]:
    """All queries of a state, without those of the states inside of it.

    Of a state whose Type is not known there are none, and none in a field that the Type has not.
    """
    found: list[Query] = []
    if state.kind is None:
        return found
    known = _fields_of(state.kind)
    collect = _jsonata if state.language == "JSONata" else _jsonpath
    for name, value in state.tree.items():
        if name in known:
            collect(found, state.path, name, value, None)
    for entry in state.catchers if "Catch" in known else ():
        for name, value in entry.tree.items():
            collect(found, entry.path, name, value, "error")
    if state.rules and "Choices" in known:
        _rules(found, state)
    return found


def _rules(found: list[Query], state: State) -> None:
    deepest = len(state.path) + MAX_NESTING
    for path, tree, _ in state.rules:
        if len(path) > deepest:
            found.append(Query(path, None, "deep", "work", path))
            return
        for name, value in tree.items():
            if state.language == "JSONata":
                _jsonata(found, path, name, value, None)
            elif name == "Assign":
                _template(found, value, (*path, name), "work")
            elif (name == "Variable" or name.endswith("Path")) and isinstance(value, str):
                found.append(_path((*path, name), value, "comparison", "work"))


def _path(path: Path, text: str, kind: Kind, data: Data) -> Query:
    is_plain = PLAIN_PATH.fullmatch(text) is not None and text.count(".") < MAX_NESTING
    return Query(path, text, kind, data, path, None, is_plain)


def _jsonpath(found: list[Query], owner: Path, name: str, value: Json, data: Data | None) -> None:
    if name in _KINDS:
        if isinstance(value, str):
            kind, usual = _KINDS[name]
            found.append(_path((*owner, name), value, kind, data or usual))
    elif name in _TEMPLATES:
        _template(found, value, (*owner, name), data or _TEMPLATES[name])
    elif name in _INSIDE and isinstance(value, dict):
        for inner, item in value.items():
            _jsonpath(found, (*owner, name), inner, item, data)


def _template(found: list[Query], template: Json, owner: Path, data: Data) -> None:
    """The entries of a template, at any depth, and its texts that may look like queries."""
    deepest = len(owner) + MAX_NESTING
    pending: list[tuple[Path, Json]] = [(owner, template)]
    while pending:
        path, node = pending.pop()
        if len(path) > deepest:
            found.append(Query(path, None, "deep", data, owner))
            continue
        inner: list[tuple[Path, Json]] = []
        if isinstance(node, dict):
            for key, value in node.items():
                if key.endswith(".$"):
                    is_plain = (
                        type(value) is str
                        and PLAIN_PATH.fullmatch(value) is not None
                        and key[:-2] not in node
                    )
                    found.append(Query((*path, key), value, "entry", data, owner, node, is_plain))
                elif isinstance(value, dict | list):
                    inner.append(((*path, key), value))
                elif isinstance(value, str) and value[:1] in ("$", "S"):
                    found.append(Query((*path, key), value, "plain", data, owner, node))
        elif isinstance(node, list):
            inner += (
                ((*path, index), item)
                for index, item in enumerate(node)
                if isinstance(item, dict | list)
            )
        pending += reversed(inner)


def _jsonata(found: list[Query], owner: Path, name: str, value: Json, data: Data | None) -> None:
    if name not in _NO_EXPRESSIONS:
        usual: Data = "output" if name in _RESULTS else "work"
        found += _expressions(value, (*owner, name), data or usual)


def _expressions(value: Json, path: Path, data: Data) -> Iterator[Query]:
    pending: list[tuple[Path, Json]] = [(path, value)]
    deepest = len(path) + MAX_NESTING
    while pending:
        at, node = pending.pop()
        if len(at) > deepest:
            yield Query(at, None, "deep", data, path)
        elif isinstance(node, str):
            if node.startswith("{%") or node.endswith("%}"):
                yield Query(at, node, "expression", data, at)
        elif isinstance(node, dict):
            pending += [((*at, key), item) for key, item in reversed(node.items())]
        elif isinstance(node, list):
            pending += [((*at, index), node[index]) for index in reversed(range(len(node)))]
