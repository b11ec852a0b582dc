"""YAML text that is right to a tree, by PyYAML's events: every key and value with its exact place.

An alias is the very value that its anchor names, which stands elsewhere in the text; so nothing
grows. What YAML allows and `asl.language.yamltext` does not is not refused here: who edits a text
wants to go on editing it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import yaml

from asl.editor.jsonscan import is_plain_string
from asl.editor.tree import Array, Member, Object, Scalar
from asl.jsontypes import MAX_DEPTH

if TYPE_CHECKING:
    from asl.editor.tree import Value

_PROPERTIES: Final = re.compile(r"(?:[&!][^\s,\[\]{}]*+\s++)++")
_READER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_exactly(text: str) -> Value | None:
    """The tree of a YAML text.

    Raises:
        ValueError: It is not YAML, or nested too deep.
    """
    builder = _Builder(text)
    try:
        for event in yaml.parse(text, Loader=_READER):
            builder.take(event)
    except (yaml.YAMLError, UnicodeEncodeError) as error:
        raise ValueError(str(error)) from error
    return builder.root


class _Builder:
    def __init__(self, text: str) -> None:
        self.text = text
        self.root: Value | None = None
        self.open: list[Object | Array] = []
        self.anchors: dict[str, Value] = {}

    def take(self, event: yaml.Event) -> None:
        if event.start_mark is None or event.end_mark is None:
            return
        start, end = event.start_mark.index, event.end_mark.index
        match event:
            case yaml.MappingStartEvent():
                is_block = not event.flow_style
                self._open(Object(start, end, is_block=is_block, is_closed=True), event)
            case yaml.SequenceStartEvent():
                is_block = not event.flow_style
                self._open(Array(start, end, is_block=is_block, is_closed=True), event)
            case yaml.CollectionEndEvent():
                self.open.pop().end = end
            case yaml.ScalarEvent():
                is_string = bool(event.style) or is_plain_string(event.value)
                quote = {"|": "|", ">": "|"}.get(event.style or "", event.style or "")
                # an anchor or a tag stands before the scalar: it is no part of what may be replaced
                if event.anchor or event.tag:
                    skipped = _PROPERTIES.match(self.text, start)
                    start = skipped.end() if skipped else start
                self._add(Scalar(start, end, event.value, quote, is_string), event.anchor)
            case yaml.AliasEvent():
                value = self.anchors.get(str(event.anchor))
                if value is None:
                    raise ValueError(f"*{event.anchor} has no anchor")
                self._add(value, None)

    def _open(self, value: Object | Array, event: yaml.CollectionStartEvent) -> None:
        if len(self.open) >= MAX_DEPTH:
            raise ValueError(f"nested more than {MAX_DEPTH} levels deep")
        self._add(value, event.anchor)
        self.open.append(value)

    def _add(self, value: Value, anchor: str | None) -> None:
        if anchor:
            self.anchors[anchor] = value
        if not self.open:
            self.root = self.root or value
            return
        outer = self.open[-1]
        if isinstance(outer, Array):
            outer.items.append(value)
        elif outer.members and outer.members[-1].value is None:
            outer.members[-1].value = value
        elif isinstance(value, Scalar):
            outer.members.append(Member(value, colon=value.end))
        else:
            raise ValueError("a key must be text")
