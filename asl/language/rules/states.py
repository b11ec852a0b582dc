"""Single fields that a schema can't judge: times, texts that are taken as they are, names.

Source: ASL specification, "Timestamps" and "Choice State"; AWS API reference, the codes NO_PATH and
PASS_RESULT_IS_STATIC.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from asl.language.diagnostics import clip
from asl.language.faults import Fault
from asl.language.rules.paths import looks_like_path
from asl.query.timestamps import parse_timestamp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asl.jsontypes import Json
    from asl.language.positions import Path
    from asl.language.walk import Machine, State

_NO_TIMESTAMP: Final = "String does not match RFC3339 timestamp"
_ESCAPES: Final = re.compile(r"(?:[^\\]|\\[*\\])*")
#: What a name may hold on AWS and nobody wants in it.
_ODD: Final = "[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]"
_TEXT_OPERATORS: Final = frozenset(
    (
        "StringEquals", "StringLessThan", "StringGreaterThan", "StringLessThanEquals",
        "StringGreaterThanEquals",
    )
)  # fmt: skip


def timestamp(state: State) -> Iterator[Fault]:
    """The Timestamp of a Wait names an instant that there is."""
    text = state.tree.get("Timestamp")
    if isinstance(text, str):
        is_expression = state.language == "JSONata" and text.startswith("{%")
        if not is_expression and parse_timestamp(text) is None:
            path = (*state.path, "Timestamp")
            yield Fault(path, _NO_TIMESTAMP, "ASL-363", hint=f"found '{clip(text)}'")


def compared_timestamps(state: State) -> Iterator[Fault]:
    """A timestamp that a Choice compares with names an instant that there is."""
    if state.language == "JSONPath":
        for rule in state.rules:
            for name, value in rule.tree.items():
                is_one = name.startswith("Timestamp") and not name.endswith("Path")
                if is_one and isinstance(value, str) and parse_timestamp(value) is None:
                    hint = f"found '{clip(value)}'"
                    yield Fault((*rule.path, name), _NO_TIMESTAMP, "ASL-349", hint=hint)


def patterns(state: State) -> Iterator[Fault]:
    r"""In StringMatches a backslash stands before ``*`` or another backslash."""
    if state.language == "JSONPath":
        for rule in state.rules:
            pattern = rule.tree.get("StringMatches")
            if isinstance(pattern, str) and not _ESCAPES.fullmatch(pattern):
                message = "a backslash stands before '*' or another backslash only"
                hint = "what AWS makes of it is not known, so it can't be run here"
                yield Fault((*rule.path, "StringMatches"), message, "ASL-354", hint=hint)


def paths_as_text(state: State) -> Iterator[Fault]:
    """Error and Cause of a Fail are text: ErrorPath and CausePath are for paths."""
    if state.language == "JSONPath":
        for name in ("Error", "Cause"):
            yield from _path_as_text((*state.path, name), name, state.tree.get(name))


def compared_paths_as_text(state: State) -> Iterator[Fault]:
    """A Choice compares with text: operators that end with Path are for paths."""
    if state.language == "JSONPath":
        for rule in state.rules:
            for name in _TEXT_OPERATORS & rule.tree.keys():
                yield from _path_as_text((*rule.path, name), name, rule.tree[name])


def _path_as_text(path: Path, name: str, value: Json) -> Iterator[Fault]:
    """A text that looks like a path, in a field whose twin that ends with Path would read it."""
    if isinstance(value, str) and looks_like_path(value):
        message = f"The value of '{name}' looks like a path. Use '{name}Path' to read it"
        yield Fault(path, message, "ASL-222", aws_path=path[:-1])


def static_result(state: State) -> Iterator[Fault]:
    """Result of a Pass is given as it is: nothing in it is evaluated."""
    if state.language != "JSONPath" or "Result" not in state.tree:
        return
    pending: list[tuple[Path, Json]] = [((*state.path, "Result"), state.tree["Result"])]
    while pending:
        path, node = pending.pop()
        if isinstance(node, list):
            pending += [((*path, index), item) for index, item in enumerate(node)]
        elif isinstance(node, dict):
            for key, value in node.items():
                if key.endswith(".$") and isinstance(value, str) and value[:1] in ("$", "S"):
                    message = f"Result is static: '{clip(key)}' is not evaluated"
                    hint = "use Parameters"
                    aws = (*state.path, "Result")
                    yield Fault((*path, key), message, "ASL-223", hint=hint, aws_path=aws)
                else:
                    pending.append(((*path, key), value))


def odd_names(machine: Machine) -> Iterator[Fault]:
    """A name of a state can be read and typed."""
    for name in machine.all_states:
        if not name.isprintable() and re.search(_ODD, name):
            message = "the name has characters that can't be seen"
            yield Fault((*machine.path, "States", name), message, "ASL-113", at_key=True)
