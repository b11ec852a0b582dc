"""Python text as a formatter lays it out: on one line if it fits, else a line for each part."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asl.jsontypes import Json

_WIDTH = 88
_STEP = "    "


class Group(NamedTuple):
    """Something in brackets; each part has a label before it (``"a": ``, ``after=``), or ``""``."""

    opening: str
    parts: Sequence[tuple[str, Expression]]
    closing: str


Expression: TypeAlias = str | Group


def layout(expression: Expression, *, indent: str = "", label: str = "", after: str = "") -> str:
    """The text of an expression that begins after ``indent`` and ``label``.

    Args:
        expression: What to write.
        indent: The blanks before its first line.
        label: What stands before it on that line.
        after: What follows it on its last line.
    """
    flat = _flat(expression)
    if isinstance(expression, str) or len(indent + label + flat + after) <= _WIDTH:
        return f"{indent}{label}{flat}{after}"
    lines = [f"{indent}{label}{expression.opening}"]
    lines += [
        layout(part, indent=indent + _STEP, label=name, after=",")
        for name, part in expression.parts
    ]
    return "\n".join([*lines, f"{indent}{expression.closing}{after}"])


def literal(value: Json) -> Expression:
    """A JSON value as Python writes it."""
    if isinstance(value, dict):
        return Group("{", [(f"{text(key)}: ", literal(each)) for key, each in value.items()], "}")
    if isinstance(value, list):
        return Group("[", [("", literal(each)) for each in value], "]")
    return text(value) if isinstance(value, str) else repr(value)


def text(value: str) -> str:
    """A string in double quotes, where that needs no escapes."""
    written = repr(value)
    return written if '"' in written else f'"{written[1:-1]}"'


def _flat(expression: Expression) -> str:
    if isinstance(expression, str):
        return expression
    inside = ", ".join(f"{label}{_flat(part)}" for label, part in expression.parts)
    return f"{expression.opening}{inside}{expression.closing}"
