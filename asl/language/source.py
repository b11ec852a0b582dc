"""A definition as somebody gave it: read, its placeholders filled, with the place of every node.

It reads JSON, YAML and dicts and refuses what is none of them, larger than AWS takes, or ambiguous
(a key that is there twice). It knows nothing of what the fields mean.
"""

from __future__ import annotations

import json
import os
import re
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from asl.errors import DefinitionSyntaxError, MissingExtra, UsageError, quote
from asl.jsontypes import NotJsonError, TooDeepJsonError, check_json, dump, escape_pointer
from asl.language.diagnostics import MOST_DIAGNOSTICS, Diagnostic, clip
from asl.language.jsontext import places_in_json, read_json
from asl.language.positions import (
    LineIndex,
    TextError,
    TooDeepError,
    place_of_key,
    place_of_value,
)
from asl.language.substitutions import SubstitutionError, check_substitutions, substitute
from asl.values import Value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from asl.jsontypes import Json
    from asl.language import positions
    from asl.language.diagnostics import Severity
    from asl.language.positions import Duplicate, Node
    from asl.language.substitutions import Open

#: Characters of a definition that AWS takes (CreateStateMachine, ``definition``).
MAX_SIZE = 1_048_576

_BAD_TEXT = "INVALID_JSON_DESCRIPTION"
_TOO_DEEP = "TOO_DEEPLY_NESTED"
_NAMELESS = "<definition>"
_YAML_SUFFIXES = frozenset((".yaml", ".yml"))
#: Characters of a text that AWS's parser shows.
_MOST_SHOWN = 500
_IN_STATES = r"(?:^|/Branches/\d+|/ItemProcessor|/Iterator)/States/[^/]*$"
_YAML_LINE = r"(?m)^(?:[^ \t\r\n{\[\"#][^\n]*|\"(?:[^\"\\\n]|\\.)*\"[ \t]*)?:(?:[ \t]|$)"


class Source(Value):
    """A definition that was read.

    ``tree`` is the definition as JSON with its placeholders filled; nobody changes it in place.
    ``name`` is the name of the file, or ``<definition>``; ``path`` says where it is, absolute, and
    is None where there is none. ``text`` is None for a dict.
    ``diagnostics`` are warnings: what was found while reading and does not make it unusable.
    ``has_placeholders`` tells that some were left as they are, on purpose.
    """

    tree: dict[str, Json]
    name: str = _NAMELESS
    text: str | None = None
    is_yaml: bool = False
    diagnostics: tuple[Diagnostic, ...] = ()
    has_placeholders: bool = False
    path: str | None = None

    def locate(self, pointer: str) -> tuple[int, int] | None:
        """Line and column, from 1, of the value at a JSON pointer; None for a dict.

        Where the text does not have the value (a field that is absent, the inside of a value that
        a placeholder brought), the place is that of the nearest value around it.
        """
        if self.text is None:
            return None
        return self._line(place_of_value(self._node, _steps(pointer)))

    def locate_key(self, pointer: str) -> tuple[int, int] | None:
        """Line and column, from 1, of the key of the member at a JSON pointer.

        Where the text has no such key, what `locate` gives.
        """
        if self.text is None:
            return None
        place = place_of_key(self._node, _steps(pointer))
        return self.locate(pointer) if place is None else self._line(place)

    def diagnose(
        self,
        code: str,
        message: str,
        path: positions.Path = (),
        *,
        severity: Severity = "ERROR",
        at_key: bool = False,
        hint: str = "",
        rule: str = "ASL-002",
        location: str | None = None,
    ) -> Diagnostic:
        """A diagnostic about a place here; ``at_key`` shows the key instead of the value."""
        pointer = pointer_to(path)
        place = self.locate_key(pointer) if at_key else self.locate(pointer)
        line, column = place or (None, None)
        return Diagnostic(
            code, message, pointer, severity, line, column, hint, self.name, rule, location
        )

    @cached_property
    def _node(self) -> Node:
        text = self.text or ""
        return _read_yaml(text)[1] if self.is_yaml else places_in_json(text)

    @cached_property
    def _line(self) -> LineIndex:
        return LineIndex(self.text or "")


class Text(NamedTuple):
    """The text of a definition, with its file: name, suffix in lower case, absolute path."""

    content: str
    name: str = _NAMELESS
    suffix: str = ""
    path: str | None = None


def read_source(
    source: dict[str, Any] | str | bytes | Path | Text,
    *,
    substitutions: Mapping[str, object] | None = None,
    keeps_placeholders: bool = False,
) -> Source:
    """Read a definition and fill its placeholders.

    Args:
        source: A dict (not copied: don't change it later), JSON or YAML text, or a file. A str is
            text if it has a line break or starts with ``{`` or ``[``, else the path of a file. A
            file ``.yaml`` or ``.yml``, and text that can't be meant as JSON, is read as YAML (see
            `asl.language.yamltext` for what that means).
        substitutions: Values for placeholders such as ``${PayFunctionArn}``; any JSON (see
            `asl.language.substitutions`). With substitutions, even with ``{}``, each placeholder
            needs a value. Without, a dict is taken as it is, and so is text in which placeholders
            are only parts of strings, with a warning: AWS runs definitions that hold a script with
            ``${name}`` in it. Any other placeholder in text, such as a whole string or
            ``${AWS::Region}``, shows that it is a template: then too each needs a value.
        keeps_placeholders: Leaves those without a value as they are, and says nothing of them.

    Raises:
        DefinitionSyntaxError: No definition can be read; carries a diagnostic for each reason, with
            line and column.
        UsageError: ``source`` or ``substitutions`` has a type that is not named above.
        MissingExtra: It is YAML, and PyYAML is not installed.
    """
    values = check_substitutions(substitutions)
    given = source if isinstance(source, dict) else text_of(source)
    if isinstance(given, dict):
        return _read_dict(given, values, keeps_placeholders=keeps_placeholders)
    return _read_text(given, values, keeps_placeholders=keeps_placeholders)


def text_of(source: str | bytes | Path | Text) -> Text:
    """The text that somebody gave, or that of the file that somebody named.

    Raises:
        DefinitionSyntaxError: It can't be read, or decoded, or is larger than any definition.
        UsageError: ``source`` has another type.
    """
    given: object = source
    if isinstance(given, Text):
        return given
    if isinstance(given, str) and not is_text(given):
        return text_in(given, "the text of a definition starts with '{' or has more than one line")
    if isinstance(given, os.PathLike):
        return text_in(os.fsdecode(given))
    if isinstance(given, bytes):
        given = _decode(given, _NAMELESS)
    if isinstance(given, str):
        return Text(given)
    kind = type(given).__name__
    raise UsageError(f"a definition is a dict, a Path, or JSON or YAML text, not {kind}")


def text_in(path: str, hint: str = "") -> Text:
    """The text of a file; ``hint`` is for who names none that can be read.

    Raises:
        DefinitionSyntaxError: It can't be read, or decoded, or is larger than any definition.
    """
    file = os.path.basename(path)
    name = clip(file)
    try:
        with open(path, "rb") as stream:
            content = stream.read(4 * MAX_SIZE + 1)  # no character has more than four bytes
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        message = f"can't read the file {quote(path)}: {reason}"
        fault = Diagnostic(_BAD_TEXT, message, hint=hint, source=name, rule="ASL-002")
        raise DefinitionSyntaxError([fault]) from error
    suffix = os.path.splitext(file)[1].lower()
    return Text(_decode(content, name), name, suffix, os.path.abspath(path))


def is_text(source: str) -> bool:
    """Whether a str is the text of a definition; else it is the path of a file."""
    start = source.lstrip("\ufeff \t\r")[:1]
    return start in ("", "{", "[") or "\n" in source


def _decode(content: bytes, name: str) -> str:
    if len(content) > 4 * MAX_SIZE:
        raise DefinitionSyntaxError([_too_large(name)])
    try:
        return content.decode(json.detect_encoding(content))
    except UnicodeDecodeError as error:
        message = f"the text is not UTF-8: {error.reason}"
        fault = Diagnostic(_BAD_TEXT, message, source=name, rule="ASL-002")
        raise DefinitionSyntaxError([fault]) from error


def _too_large(name: str) -> Diagnostic:
    message = f"the definition has more than {MAX_SIZE} characters"
    return Diagnostic(_BAD_TEXT, message, source=name, rule="ASL-004")


def _read_dict(
    tree: dict[str, Any], values: Mapping[str, Json] | None, *, keeps_placeholders: bool
) -> Source:
    source = Source(tree=tree)
    _check(source)
    try:
        text = dump(tree)
    except ValueError as error:  # Python writes no integer of more than 4,300 digits
        raise DefinitionSyntaxError([source.diagnose(_BAD_TEXT, str(error))]) from error
    if len(text) > MAX_SIZE:
        raise DefinitionSyntaxError([_too_large(source.name)])
    if values is None and not (keeps_placeholders and "${" in text):
        return source
    return _fill(source, values, keeps_placeholders=keeps_placeholders)


def _read_text(
    given: Text, values: Mapping[str, Json] | None, *, keeps_placeholders: bool
) -> Source:
    text, name, suffix, path = given
    text = text.removeprefix("\ufeff")
    if len(text) > MAX_SIZE:
        raise DefinitionSyntaxError([_too_large(name)])
    if not text:
        message = "the definition is empty"
        fault = Diagnostic("MISSING_DESCRIPTION", message, source=name, rule="ASL-001")
        raise DefinitionSyntaxError([fault])
    try:
        tree, duplicates, is_yaml = _parse(text, suffix) if text.strip() else (None, [], False)
    except TextError as error:
        raise DefinitionSyntaxError([_unreadable(error, text, name)]) from error
    if not isinstance(tree, dict):
        message = "Definition must be a valid JSON object"
        rule = "ASL-003" if text.strip() else "ASL-001"
        code = "SCHEMA_VALIDATION_FAILED"
        raise DefinitionSyntaxError([Diagnostic(code, message, "", "ERROR", 1, 1, "", name, rule)])
    source = Source(tree=tree, name=name, text=text, is_yaml=is_yaml, path=path)
    if duplicates:
        raise DefinitionSyntaxError(_repeated(source, duplicates))
    if "${" in text:
        return _fill(source, values, keeps_placeholders=keeps_placeholders)
    return source


def _unreadable(error: TextError, text: str, name: str) -> Diagnostic:
    line, column = (None, None) if error.offset is None else LineIndex(text)(error.offset)
    code, rule, hint = _BAD_TEXT, "ASL-002", error.hint
    message, location = error.message, None
    if isinstance(error, TooDeepError):
        code, rule = _TOO_DEEP, "ASL-006"
    elif said := _said_by_aws(text):
        message, location = said
        hint = hint or error.message
    return Diagnostic(code, message, "", "ERROR", line, column, hint, name, rule, location)


def _said_by_aws(text: str) -> tuple[str, str] | None:
    """What the parser of AWS says of a text that was meant as JSON, and its place for that."""
    is_one_line = "\n" not in text.strip()
    if "${" in text or not (is_one_line or text.lstrip()[:1] in ("{", "[")):
        return None  # a template, or YAML
    rest = len(text) - _MOST_SHOWN
    cut = f"[truncated {rest} chars]" if rest > 0 else ""
    from asl.query.jackson import parse_error  # noqa: PLC0415 - for text that is no JSON

    said = parse_error(text, f'Source: (String)"{text[:_MOST_SHOWN]}"{cut}')
    if said is None:
        return None
    message, _, location = said.rpartition("\n at ")
    return message, location


def _parse(text: str, suffix: str) -> tuple[Json, list[Duplicate], bool]:
    if suffix in _YAML_SUFFIXES:
        tree, _, duplicates = _read_yaml(text)
        return tree, duplicates, True
    try:
        return *read_json(text), False
    except TextError:
        # broken JSON can be good YAML by accident: who starts with a brace means JSON
        if suffix == ".json" or text.lstrip()[:1] in ("{", "[") or not re.search(_YAML_LINE, text):
            raise
    return _parse(text, ".yaml")


def _read_yaml(text: str) -> tuple[Json, Node, list[Duplicate]]:
    try:
        from asl.language.yamltext import read_yaml  # noqa: PLC0415  # PyYAML is an extra
    except ImportError as error:
        raise MissingExtra("yaml", "reading a YAML definition") from error
    return read_yaml(text, limit=MAX_SIZE)


def _check(source: Source) -> None:
    try:
        check_json(source.tree)
    except TooDeepJsonError as error:
        fault = source.diagnose(_TOO_DEEP, str(error), rule="ASL-006")
        raise DefinitionSyntaxError([fault]) from error
    except NotJsonError as error:
        path = _steps(error.pointer)
        raise DefinitionSyntaxError([source.diagnose(_BAD_TEXT, error.reason, path)]) from error


def _repeated(source: Source, duplicates: Sequence[Duplicate]) -> list[Diagnostic]:
    """Of two equal keys one would be lost. Which of the two codes AWS gives is not known."""
    found = []
    line_at = LineIndex(source.text or "")
    for path, offset in duplicates[:MOST_DIAGNOSTICS]:
        pointer = pointer_to(path)
        key = clip(str(path[-1]))
        code, message = _BAD_TEXT, f"Duplicate field '{key}'"
        if re.search(_IN_STATES, pointer):
            code, message = "DUPLICATE_STATE_NAME", f"Duplicate State name: {key}"
        line, column = line_at(offset)
        found.append(
            Diagnostic(code, message, pointer, "ERROR", line, column, "", source.name, "ASL-005")
        )
    return found


def _fill(source: Source, values: Mapping[str, Json] | None, *, keeps_placeholders: bool) -> Source:
    try:
        tree, still_open = substitute(source.tree, values, limit=MAX_SIZE)
    except SubstitutionError as error:
        fault = source.diagnose(_BAD_TEXT, str(error), error.path)
        raise DefinitionSyntaxError([fault]) from error
    warnings: list[Diagnostic] = []
    if still_open and not keeps_placeholders:
        is_template = values is not None or any(one.is_unmistakable for one in still_open)
        if is_template:
            raise DefinitionSyntaxError(_unfilled(source, still_open, "ERROR"))
        warnings = _unfilled(source, still_open, "WARNING")
    filled = Source(
        tree=cast("dict[str, Json]", tree),
        name=source.name,
        text=source.text,
        is_yaml=source.is_yaml,
        diagnostics=tuple(warnings),
        has_placeholders=keeps_placeholders and bool(still_open),
        path=source.path,
    )
    _check(filled)
    return filled


def _unfilled(source: Source, still_open: Sequence[Open], severity: Severity) -> list[Diagnostic]:
    found = [
        source.diagnose(
            "UNRESOLVED_SUBSTITUTION",
            f"no value was given for the placeholder ${{{one.name}}}",
            one.path,
            severity=severity,
            at_key=one.place == "key",
            hint=f"give substitutions={{{one.name!r}: ...}}",
            rule="ASL-007",
        )
        for one in still_open
    ]
    return sorted(found, key=lambda diagnostic: (diagnostic.line or 0, diagnostic.column or 0))


def pointer_to(path: positions.Path) -> str:
    """The JSON pointer (RFC 6901) of a path."""
    return "".join(f"/{escape_pointer(str(step))}" for step in path)


def _steps(pointer: str) -> positions.Path:
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:])
