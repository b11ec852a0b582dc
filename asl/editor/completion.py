"""What can be put in where the cursor stands: `completions`.

Fields come from the schemas, values from the schemas and from the definition itself. It looks at
one place only, so it works while the rest of the text is broken.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from asl.editor import snippets
from asl.editor.cursor import MARK, Cursor, cursor_at
from asl.editor.documentation import ERRORS, STATE_TYPES, field_text
from asl.editor.expressions import is_computed, proposals, typed_word
from asl.editor.jsonscan import is_plain_string
from asl.editor.names import machines_in, points_at_state, references_in, states_of
from asl.editor.shapes import Field, description_of, fields_of, place_at, type_of, values_of
from asl.editor.tree import Object

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asl.editor.document import Document
    from asl.editor.lines import Position, Range
    from asl.editor.names import StateName

Kind: TypeAlias = Literal["field", "state", "value", "function", "variable", "error", "snippet"]

_MOST: Final = 1000
_WORD_REST: Final = re.compile(r"\w*")
_PLAIN: Final = re.compile(r"[A-Za-z_][\w ./-]*(?<! )")


@dataclass(frozen=True, slots=True)
class Completion:
    """Something that can be put in.

    Attributes:
        label: How it is shown.
        kind: What it is.
        range: What it replaces; one line, and the cursor stands in it.
        text: What is put in.
        snippet: The same with places to fill, for editors that know snippets; may be empty.
        filter: What the text before the cursor is compared with.
        detail: A few words beside the label.
        documentation: A sentence.
        rank: Less comes first.
    """

    label: str
    kind: Kind
    range: Range
    text: str
    snippet: str = ""
    filter: str = ""
    detail: str = ""
    documentation: str = ""
    rank: int = 2


def completions(document: Document, position: Position) -> list[Completion]:
    """What can be put in at a position of a document, the best first."""
    offset = document.lines.offset(position)
    cursor = cursor_at(document, offset)
    if cursor is None:
        return []
    completer = _Completer(document, offset, cursor)
    found = list(completer.find())[:_MOST]
    return sorted(found, key=lambda one: one.rank)


class _Completer:
    def __init__(self, document: Document, offset: int, cursor: Cursor) -> None:
        self.document = document
        self.offset = offset
        self.cursor = cursor
        self.place = place_at(cursor.tree, cursor.path)
        self.range = document.lines.range(cursor.start, cursor.end)

    def find(self) -> Iterator[Completion]:
        if self.cursor.where in ("key", "either"):
            yield from self._keys()
        if self.cursor.where in ("value", "either"):
            yield from self._values()

    # keys

    def _keys(self) -> Iterator[Completion]:
        if self.place.kind == "states":
            yield from self._states()
            return
        for field in fields_of(self.place):
            if MARK in field.name:
                continue
            sentence = description_of(field.schemas) or field_text(field.name)
            detail = ("required", "one of these is required", "")[field.rank]
            yield self._item(
                field.name,
                "field",
                self._member(field),
                detail=detail,
                documentation=sentence,
                rank=field.rank,
            )

    def _member(self, field: Field) -> str:
        """The text of a new field, with a place for its value."""
        kind = "true" if field.name == "End" else type_of(field.schemas)
        if self.document.is_yaml:
            key = field.name
            inner = "\n" + self._yaml_indent() + "  "
            value = {"object": f"{inner}«1:»", "array": f"{inner}- «1:»", "true": " true"}.get(
                kind, " «1:»"
            )
            return key if self.cursor.has_colon else f"{key}:{value}"
        value = {
            "string": '"«1:»"',
            "object": "{\n\t«1:»\n}",
            "array": '["«1:»"]' if field.name == "ErrorEquals" else "[\n\t«1:»\n]",
            "true": "true",
        }.get(kind, "«1:»")
        return self._json_member(field.name, value)

    def _json_member(self, key: str, value: str) -> str:
        quoted = json.dumps(key, ensure_ascii=False)
        comma = "," if self.cursor.is_followed else ""
        return quoted if self.cursor.has_colon else f"{quoted}: {value}{comma}"

    def _states(self) -> Iterator[Completion]:
        """Whole states for a key of States, and names that something points at in vain."""
        if not self.cursor.has_colon:
            typed = self.cursor.text.strip() or "Name"
            for kind, piece in snippets.states(self.place.language).items():
                text = self._piece({f"«1:{typed.replace('»', '')}»": piece})
                yield self._item(
                    f"{kind} state",
                    "snippet",
                    text,
                    documentation=STATE_TYPES[kind],
                    filter_text=self._typed(),
                )
        machine = self.place.machine
        known = {state.name for state in states_of(self.cursor.tree, machine)}
        for reference in references_in(self.cursor.tree, machine):
            name = reference.scalar.text
            if name and name not in known and MARK not in name:
                known.add(name)
                text = self._piece({name: {"Type": "«1:Pass»", "End": True}})
                if self.cursor.has_colon:
                    text = self._quoted(name)
                yield self._item(name, "state", text, detail="not defined yet", rank=1)

    def _piece(self, piece: dict[str, object]) -> str:
        """A member as text; in JSON without the braces round it."""
        if self.document.is_yaml:
            return snippets.as_yaml(piece, self._yaml_indent())
        (key, value), *_ = piece.items()
        return self._json_member(key, snippets.as_json(value))

    def _yaml_indent(self) -> str:
        """What keeps further lines below a key that stands behind a dash; editors do the rest."""
        line = self.document.lines.line_start(self.cursor.start)
        before = self.document.text[line : self.cursor.start]
        return " " * len(before.lstrip(" \t"))

    # values

    def _values(self) -> Iterator[Completion]:
        path, tree = self.cursor.path, self.cursor.tree
        if not path:
            text = self._whole(snippets.definition())
            yield self._item("State machine", "snippet", text, filter_text=self._typed())
            return
        machine = points_at_state(path)
        if machine is not None:
            for state in states_of(tree, machine):
                if MARK not in state.name:
                    yield self._string(state.name, "state", detail=_type(state))
        elif self.place.state == path[:-1] and path[-1] == "Type":
            for kind, sentence in STATE_TYPES.items():
                yield self._string(kind, "value", documentation=sentence)
        elif "ErrorEquals" in path[-2:]:
            yield from self._errors(is_array=path[-1] == "ErrorEquals")
        else:
            yield from self._others()

    def _others(self) -> Iterator[Completion]:
        path = self.cursor.path
        for value in values_of(self.place):
            if isinstance(value, str):
                yield self._string(value, "value")
            elif not self.cursor.quote:
                yield self._item(json.dumps(value), "value", json.dumps(value))
        piece = None
        if len(path) > 1 and isinstance(path[-1], int) and not self.cursor.quote:
            piece = snippets.entry(str(path[-2]), self.place.language)
        if piece is not None and path[:-2] == self.place.state:
            text = self._whole(piece)
            yield self._item(f"{path[-2]} entry", "snippet", text, filter_text=self._typed())
        yield from self._computed()

    def _computed(self) -> Iterator[Completion]:
        """What may be said in a path or an expression."""
        cursor = self.cursor
        if not cursor.quote and not self.document.is_yaml:
            return
        if not is_computed(self.place, cursor.path, cursor.text):
            return
        end = self.offset + len(_rest(self.document.text, self.offset))
        for one in proposals(cursor.tree, self.place, cursor.path, cursor.text):
            word = typed_word(cursor.text)
            start = self.offset - len(word) + one.keep
            text = one.label
            yield Completion(
                one.label,
                "value" if one.kind == "field" else one.kind,
                self.document.lines.range(start, end),
                text,
                detail=one.detail,
                documentation=one.text,
                filter=text,
                rank=1 if one.kind in ("variable", "value", "field") else 2,
            )

    def _errors(self, *, is_array: bool) -> Iterator[Completion]:
        own = {
            text
            for machine in machines_in(self.cursor.tree)
            for state in machine.states()
            if isinstance(state.member.value, Object)
            and (text := state.member.value.text("Error"))
            and MARK not in text
        }
        names = {**ERRORS, **dict.fromkeys(sorted(own), "An error that a state here fails with.")}
        for name, sentence in names.items():
            if is_array and not self.cursor.quote:
                text = f"[{json.dumps(name, ensure_ascii=False)}]"
                yield self._item(name, "error", text, documentation=sentence)
            elif not is_array:
                yield self._string(name, "error", documentation=sentence)

    def _whole(self, piece: object) -> str:
        if self.document.is_yaml:
            return snippets.as_yaml(piece, self._yaml_indent())
        return snippets.as_json(piece) + ("," if self.cursor.is_followed else "")

    # items

    def _string(
        self, value: str, kind: Kind, *, detail: str = "", documentation: str = ""
    ) -> Completion:
        text = self._quoted(value).replace("«", "").replace("»", "")
        return self._item(value, kind, text, detail=detail, documentation=documentation)

    def _quoted(self, value: str) -> str:
        """A string as it is written here: in the quotes that it has, or in those that it needs."""
        is_plain = _PLAIN.fullmatch(value) and is_plain_string(value)
        if self.document.is_yaml and not self.cursor.quote and is_plain:
            return value
        if self.cursor.quote == "'":
            return "'" + value.replace("'", "''") + "'"
        return json.dumps(value, ensure_ascii=False)

    def _item(
        self,
        label: str,
        kind: Kind,
        marked: str,
        *,
        detail: str = "",
        documentation: str = "",
        rank: int = 2,
        filter_text: str = "",
    ) -> Completion:
        snippet = snippets.as_snippet(marked)
        text = snippets.as_text(marked)
        quote = self.cursor.quote
        return Completion(
            label,
            kind,
            self.range,
            text,
            snippet if "«" in marked else "",
            filter_text or f"{quote}{label}{quote}",
            detail,
            documentation,
            rank,
        )

    def _typed(self) -> str:
        """What stands before the cursor of what is replaced, so that nothing is filtered out."""
        return self.document.text[self.cursor.start : self.offset]


def _rest(text: str, offset: int) -> str:
    match = _WORD_REST.match(text, offset)
    return match[0] if match else ""


def _type(state: StateName) -> str:
    value = state.member.value
    return (value.text("Type") or "") if isinstance(value, Object) else ""
