"""A definition as somebody has it open: its text, how to count in it, and its tree.

A document is a value: who types makes a new one. What is known of it is found out when it is asked
for, once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from asl.editor.jsonscan import scan_json
from asl.editor.lines import Lines
from asl.editor.yamlscan import scan_yaml

if TYPE_CHECKING:
    from asl.editor.lines import Encoding
    from asl.editor.tree import Value


@dataclass(frozen=True)
class Document:
    """A text in an editor.

    Attributes:
        text: All of it, as it is at the moment; it may be broken.
        is_yaml: It is meant as YAML; else as JSON.
        encoding: In what units the editor counts the characters of a line.
    """

    text: str = field(repr=False)
    is_yaml: bool = False
    encoding: Encoding = "utf-16"

    @cached_property
    def lines(self) -> Lines:
        """How offsets become positions."""
        return Lines(self.text, self.encoding)

    @cached_property
    def tree(self) -> Value | None:
        """Every key and value with its place: exact where the text is right, else as it seems."""
        if not self.is_yaml:
            return scan_json(self.text)
        try:
            from asl.editor.yamlexact import read_exactly  # noqa: PLC0415 - PyYAML is an extra
        except ImportError:
            return scan_yaml(self.text)
        try:
            return read_exactly(self.text)
        except ValueError:
            return scan_yaml(self.text)


def is_yaml_text(text: str) -> bool:
    """Whether a text whose name says nothing is meant as YAML rather than as JSON."""
    return text.lstrip("\ufeff \t\r\n")[:1] not in ("", "{", "[", '"')
