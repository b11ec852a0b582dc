"""What is known of the word under the cursor, in Markdown: `hover`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from asl.editor.documentation import CONTEXT, ERRORS, STATE_TYPES, STATES_FIELDS, field_text
from asl.editor.expressions import word_at
from asl.editor.functions import INTRINSICS, JSONATA, signature
from asl.editor.names import states_of
from asl.editor.navigation import target_at, variables_at
from asl.editor.shapes import description_of, field_schemas, place_at
from asl.editor.tree import Object, spot_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asl.editor.document import Document
    from asl.editor.faults import Located
    from asl.editor.lines import Position, Range
    from asl.editor.tree import Spot

_STATES: Final = "$states."


@dataclass(frozen=True, slots=True)
class Hover:
    """What is said, in Markdown, and of which part of the text."""

    text: str
    range: Range


def hover(document: Document, position: Position, faults: Sequence[Located] = ()) -> Hover | None:
    """What is known at a position; None for nothing.

    Args:
        document: The text.
        position: Where somebody looks.
        faults: What was found in this very text; the rules of those here are explained.
    """
    offset = document.lines.offset(position)
    spot = spot_at(document.tree, offset)
    pieces = []
    found = _word(document, spot, offset) if spot else None
    if found is not None:
        pieces.append(found.text)
    here = [one for one in faults if one.start <= offset <= one.end]
    pieces += dict.fromkeys(filter(None, (rule_text(one.diagnostic.rule) for one in here)))
    if not pieces:
        return None
    place = found.range if found else here[0].range
    return Hover("\n\n---\n\n".join(pieces), place)


def rule_text(code: str) -> str:
    """What the catalogue says of a rule; empty where it says nothing."""
    from asl.language.rules.catalogue import load_catalogue  # noqa: PLC0415 - large

    entry = load_catalogue().get(code)
    if entry is None:
        return ""
    return f"**{code}** {entry.says}\n\n{entry.why}"


def _word(document: Document, spot: Spot, offset: int) -> Hover | None:
    scalar = spot.scalar
    place = document.lines.range(scalar.start, scalar.end)
    target = target_at(document, offset)
    if target is not None:
        text = _state(document, target.name, target.machine)
        return Hover(text, place) if text else None
    if spot.is_key:
        text = _field(document, spot)
        return Hover(text, place) if text else None
    state = place_at(document.tree, spot.path).state
    if spot.path[-1:] == ("Type",) and spot.path[:-1] == state and scalar.text in STATE_TYPES:
        return Hover(f"**{scalar.text}** {STATE_TYPES[scalar.text]}", place)
    if scalar.text in ERRORS:
        return Hover(f"**{scalar.text}** {ERRORS[scalar.text]}", place)
    return _in_text(document, spot, offset)


def _state(document: Document, name: str, machine: tuple[str | int, ...]) -> str:
    for state in states_of(document.tree, machine):
        value = state.member.value
        if state.name == name and isinstance(value, Object):
            kind = value.text("Type") or "a state without a Type"
            lines = [f"**{name}**: {kind}"]
            if kind in STATE_TYPES:
                lines.append(STATE_TYPES[kind])
            lines += filter(None, [value.text("Comment")])
            return "\n\n".join(lines)
    return ""


def _field(document: Document, spot: Spot) -> str:
    place = place_at(document.tree, spot.path[:-1])
    name = spot.scalar.text
    if place.kind == "states":
        return ""
    schemas = field_schemas(place, name)
    is_known = any(name in schema.get("properties", {}) for schema in place.schemas) or bool(
        schemas
    )
    if not is_known:
        return ""
    text = description_of(schemas) or field_text(name)
    return f"**{name}** {text}" if text else ""


def _in_text(document: Document, spot: Spot, offset: int) -> Hover | None:
    """A word of a path or an expression."""
    start, end = spot.scalar.start, spot.scalar.end
    word = word_at(document.text[start:end], offset - start)
    if word is None:
        return None
    place = document.lines.range(start + word.start, start + word.start + len(word.text))
    text = ""
    if word.text in INTRINSICS:
        text = f"`{signature(word.text)}`\n\n{INTRINSICS[word.text].text}"
    elif word.text.startswith("$$."):
        text = CONTEXT.get(word.text[3:], "")
    elif word.text.startswith(f"{_STATES}context."):
        text = CONTEXT.get(word.text[len(f"{_STATES}context.") :], "")
    elif word.text.startswith(_STATES):
        text = STATES_FIELDS.get(word.text[len(_STATES) :].partition(".")[0], "")
    elif word.text[1:] in JSONATA:
        text = f"`{signature(word.text)}`\n\n{JSONATA[word.text[1:]].text}"
    else:
        setters = dict.fromkeys(one.state for one in variables_at(document, spot, offset))
        names = ", ".join(list(setters)[:10])
        text = f"A variable, set in {names}." if names else ""
    return Hover(text, place) if text else None
