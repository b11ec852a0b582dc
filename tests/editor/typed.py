"""Short forms for these tests: a text with ``|`` where the cursor is, and what is said there."""

from __future__ import annotations

from asl.editor.completion import completions
from asl.editor.document import Document
from asl.editor.lines import Position


def opened(marked, *, is_yaml=False):
    """The document of a text without its ``|``, and the position where it stood."""
    offset = marked.index("|")
    document = Document(marked[:offset] + marked[offset + 1 :], is_yaml)
    return document, document.lines.position(offset)


def place_of(document, text, after=0):
    """The position of the first occurrence of a text, some characters behind its start."""
    return document.lines.position(document.text.index(text) + after)


def offered(marked, *, is_yaml=False):
    document, position = opened(marked, is_yaml=is_yaml)
    return completions(document, position)


def labels(marked, *, is_yaml=False):
    return [one.label for one in offered(marked, is_yaml=is_yaml)]


def chosen(marked, label, *, is_yaml=False):
    """The text after somebody chose a completion."""
    document, position = opened(marked, is_yaml=is_yaml)
    found = next(one for one in completions(document, position) if one.label == label)
    return edited(document, [(found.range, found.text)])


def edited(document, edits):
    """The text after some edits."""
    pieces, done = [], 0
    for (start, end), text in sorted(edits):
        pieces += [document.text[done : document.lines.offset(start)], text]
        done = document.lines.offset(end)
    return "".join([*pieces, document.text[done:]])


def shown(document, places):
    """The pieces of the text that ranges stand for."""
    lines = document.lines
    return [document.text[lines.offset(start) : lines.offset(end)] for start, end in places]


START = Position(0, 0)
