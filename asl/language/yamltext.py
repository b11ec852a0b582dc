"""YAML text to a JSON tree with places, as the tools of AWS read it.

Built on PyYAML's events alone: nothing in the text can name a Python type, nesting and the growth
through aliases are counted while reading, and the reader needs no stack of its own.

What YAML leaves open is decided as PyYAML does (YAML 1.1, which AWS SAM and CloudFormation use),
except where that would not be JSON:

- unquoted ``yes``, ``no``, ``on`` and ``off`` are booleans as values; quote them to mean text;
- a key is always the text as written: a state may be called ``On`` or ``404``;
- dates and times are text as written; ``.nan`` and ``.inf`` are refused;
- tags other than YAML's own for JSON types are refused (``!Sub``, ``!GetAtt``: give the value as a
  substitution), and so are merge keys (``<<``), which CloudFormation does not take either.

It knows nothing of the language or of substitutions. It needs PyYAML, so it is imported late.

Source: AWS CloudFormation guide, "CloudFormation template formats" (YAML).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import yaml

from asl.jsontypes import MAX_DEPTH
from asl.language.positions import ArrayNode, Duplicate, ObjectNode, TextError, TooDeepError

if TYPE_CHECKING:
    from collections.abc import Callable

    from asl.jsontypes import Json
    from asl.language.positions import Node

# the C reader, where it was built, is ten times faster; its events are the same
_READER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
#: PyYAML's time for a number such as 1:30:00 (in base 60) grows with the square of its length.
_LONGEST_NUMBER = 1000
_PREFIX = "tag:yaml.org,2002:"
_TEXT_TAGS = frozenset(_PREFIX + name for name in ("str", "timestamp", "value", "merge"))


def read_yaml(text: str, *, limit: int) -> tuple[Json, Node, list[Duplicate]]:
    """The value of a YAML text, the places of its nodes, and the keys that are there twice.

    Args:
        text: One YAML document.
        limit: How much it may hold once aliases stand for what they repeat: characters of all
            scalars, plus one for each node.

    Raises:
        TextError: It is no YAML, or no JSON can stand for it.
    """
    builder = _Builder(limit)
    try:
        for event in yaml.parse(text, Loader=_READER):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = error.problem or str(error)
        offset = mark.index if mark else None
        if "maximum nesting depth" in problem:  # the C reader's own bound, met while it looks ahead
            raise TooDeepError(offset) from error
        raise TextError(problem, offset) from error
    except (yaml.YAMLError, UnicodeEncodeError) as error:
        raise TextError(str(error)) from error
    if builder.root is None:
        raise TextError("there is no document")
    return builder.root.value, builder.root.node, builder.duplicates


class _Done(NamedTuple):
    """A finished value, as its anchor keeps it: aliases share it, since nobody changes it."""

    value: Json
    node: Node
    weight: int
    depth: int


class _Collection:
    """An object or array whose end has not come yet."""

    def __init__(self, node: ObjectNode | ArrayNode, anchor: str | None) -> None:
        self.node = node
        self.members: dict[str, Json] = {}
        self.items: list[Json] = []
        self.anchor = anchor
        self.weight = 1
        self.depth = 1
        self.key: tuple[str, int] | None = None

    @property
    def expects_key(self) -> bool:
        return isinstance(self.node, ObjectNode) and self.key is None

    @property
    def step(self) -> str | int:
        """Under which key or index the next value will stand."""
        return self.key[0] if self.key else len(self.items)


class _Builder:
    """Takes one event after the other."""

    def __init__(self, limit: int) -> None:
        loader = yaml.SafeLoader("")  # only to tell the type of an unquoted scalar and to read it
        self.resolve: Callable[[type, str, tuple[bool, bool]], str] = loader.resolve
        self.scalars: dict[str, Callable[[yaml.ScalarNode], Json]] = {
            _PREFIX + "null": loader.construct_yaml_null,
            _PREFIX + "bool": loader.construct_yaml_bool,
            _PREFIX + "int": loader.construct_yaml_int,
            _PREFIX + "float": loader.construct_yaml_float,
        }
        self.limit = limit
        self.root: _Done | None = None
        self.open: list[_Collection] = []
        self.anchors: dict[str, _Done] = {}
        self.duplicates: list[Duplicate] = []

    def take(self, event: yaml.Event) -> None:
        offset = event.start_mark.index if event.start_mark else 0
        match event:
            case yaml.MappingStartEvent():
                self._start(event, ObjectNode(offset, {}), "map")
            case yaml.SequenceStartEvent():
                self._start(event, ArrayNode(offset, []), "seq")
            case yaml.CollectionEndEvent():
                done = self.open.pop()
                value: Json = done.members if isinstance(done.node, ObjectNode) else done.items
                self._add(_Done(value, done.node, done.weight, done.depth), done.anchor)
            case yaml.ScalarEvent():
                self._scalar(event, offset)
            case yaml.AliasEvent():
                self._alias(event, offset)
            case yaml.DocumentStartEvent() if self.root is not None:
                raise TextError("there is more than one document", offset)

    def _start(
        self, event: yaml.CollectionStartEvent, node: ObjectNode | ArrayNode, kind: str
    ) -> None:
        if self._expects_key():
            raise TextError("a key must be text", node.offset)
        if event.tag not in (None, "!", _PREFIX + kind):
            raise _unknown_tag(event.tag, node.offset)
        if len(self.open) >= MAX_DEPTH:
            raise TooDeepError(node.offset)
        self.open.append(_Collection(node, event.anchor))

    def _scalar(self, event: yaml.ScalarEvent, offset: int) -> None:
        is_key = self._expects_key()
        if is_key and event.value == "<<" and event.implicit[0]:
            raise TextError("merge keys (<<) are not supported", offset, "write the fields out")
        value = event.value if is_key else self._value(event, offset)
        self._add(_Done(value, offset, len(event.value) + 1, 0), event.anchor, offset)

    def _value(self, event: yaml.ScalarEvent, offset: int) -> Json:
        tag = event.tag
        if tag in (None, "!"):
            tag = self.resolve(yaml.ScalarNode, event.value, event.implicit)
        if tag in _TEXT_TAGS:
            return event.value
        if tag not in self.scalars:
            raise _unknown_tag(tag, offset)
        kind = tag.removeprefix(_PREFIX)
        unreadable = TextError(f"{event.value[:80]!r} is not a YAML {kind}", offset)
        if len(event.value) > _LONGEST_NUMBER:
            raise unreadable
        try:
            value = self.scalars[tag](yaml.ScalarNode(tag, event.value))
        except (ArithmeticError, LookupError, ValueError) as error:
            raise unreadable from error
        if isinstance(value, float) and value - value != 0:
            raise TextError(f"{event.value[:80]} is not a JSON number", offset)
        return value

    def _alias(self, event: yaml.AliasEvent, offset: int) -> None:
        name = str(event.anchor)
        if name not in self.anchors:
            raise TextError(f"*{name[:80]} stands before or inside its anchor", offset)
        if self._expects_key() and not isinstance(self.anchors[name].value, str):
            raise TextError("a key must be text", offset)
        self._add(self.anchors[name], None, offset)

    def _expects_key(self) -> bool:
        return bool(self.open) and self.open[-1].expects_key

    def _add(self, done: _Done, anchor: str | None, offset: int = 0) -> None:
        """A finished key or value takes its place; ``offset`` is that of a key."""
        if anchor:
            self.anchors[anchor] = done
        if not self.open:
            self.root = done
            return
        outer = self.open[-1]
        outer.weight += done.weight
        outer.depth = max(outer.depth, done.depth + 1)
        place = done.node if isinstance(done.node, int) else done.node.offset
        if outer.weight > self.limit:
            raise TextError(f"with its aliases it has more than {self.limit} characters", place)
        if len(self.open) + done.depth > MAX_DEPTH:
            raise TooDeepError(place)
        if isinstance(outer.node, ArrayNode):
            outer.items.append(done.value)
            outer.node.items.append(done.node)
        elif outer.key is None:
            outer.key = (str(done.value), offset)
            if outer.step in outer.members:
                path = tuple(collection.step for collection in self.open)
                self.duplicates.append(Duplicate(path, offset))
        else:
            key, key_offset = outer.key
            outer.members[key] = done.value
            outer.node.members[key] = (key_offset, done.node)
            outer.key = None


def _unknown_tag(tag: str, offset: int) -> TextError:
    return TextError(
        f"the tag {tag[:80]} is not JSON",
        offset,
        "write ${Name} for a CloudFormation function and give its value as a substitution",
    )
