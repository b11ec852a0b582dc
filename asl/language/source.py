"""A definition as somebody gave it: read, its placeholders filled, with the place of every node.

It reads JSON, YAML and dicts and refuses what is none of them, larger than AWS takes, or ambiguous
(a key that is there twice). It knows nothing of what the fields mean.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from asl.errors import DefinitionSyntaxError, MissingExtra, UsageError, quote
from asl.jsontypes import NotJsonError, check_json, dump, escape_pointer
from asl.language.diagnostics import MOST_DIAGNOSTICS, Diagnostic, clip
from asl.language.jsontext import places_in_json, read_json
from asl.language.positions import LineIndex, TextError, place_of_key, place_of_value
from asl.language.substitutions import SubstitutionError, check_substitutions, substitute

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asl.jsontypes import Json
    from asl.language import positions
    from asl.language.diagnostics import Severity
    from asl.language.positions import Duplicate, Node
    from asl.language.substitutions import Open

#: Characters of a definition that AWS takes (CreateStateMachine, ``definition``).
MAX_SIZE = 1_048_576

_BAD_TEXT = "INVALID_JSON_DESCRIPTION"
_NAMELESS = "<definition>"
_YAML_SUFFIXES = frozenset((".yaml", ".yml"))
_IN_STATES = re.compile(r"(?:^|/Branches/\d+|/ItemProcessor|/Iterator)/States/[^/]*$")
_YAML_LINE = re.compile(r"^[^\s{\[\"#][^\n]*:(?:[ \t]|$)", re.MULTILINE)


@dataclass(frozen=True)
class Source:
    """A definition that was read.

    ``tree`` is the definition as JSON with its placeholders filled; nobody changes it in place.
    ``name`` is the name of the file, or ``<definition>``. ``text`` is None for a dict.
    ``diagnostics`` are warnings: what was found while reading and does not make it unusable.
    """

    tree: dict[str, Json] = field(repr=False)
    name: str = _NAMELESS
    text: str | None = field(default=None, repr=False)
    is_yaml: bool = False
    diagnostics: tuple[Diagnostic, ...] = ()

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
    ) -> Diagnostic:
        """A diagnostic about a place here; ``at_key`` shows the key instead of the value."""
        pointer = pointer_to(path)
        place = self.locate_key(pointer) if at_key else self.locate(pointer)
        line, column = place or (None, None)
        return Diagnostic(code, message, pointer, severity, line, column, hint, self.name)

    @cached_property
    def _node(self) -> Node:
        text = self.text or ""
        return _read_yaml(text)[1] if self.is_yaml else places_in_json(text)

    @cached_property
    def _line(self) -> LineIndex:
        return LineIndex(self.text or "")


def read_source(
    source: dict[str, Any] | str | bytes | Path,
    *,
    substitutions: Mapping[str, object] | None = None,
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

    Raises:
        DefinitionSyntaxError: No definition can be read; carries a diagnostic for each reason, with
            line and column.
        UsageError: ``source`` or ``substitutions`` has a type that is not named above.
        MissingExtra: It is YAML, and PyYAML is not installed.
    """
    values = check_substitutions(substitutions)
    given: object = source
    if isinstance(given, dict):
        return _read_dict(given, values)
    hint = ""
    if isinstance(given, str) and not _is_text(given):
        given = Path(given)
        hint = "the text of a definition starts with '{' or has more than one line"
    if isinstance(given, Path):
        text = _read_file(given, hint)
        return _read_text(text, values, clip(given.name), given.suffix.lower())
    if isinstance(given, bytes):
        given = _decode(given, _NAMELESS)
    if isinstance(given, str):
        return _read_text(given, values, _NAMELESS, "")
    kind = type(given).__name__
    raise UsageError(f"a definition is a dict, a Path, or JSON or YAML text, not {kind}")


def _is_text(source: str) -> bool:
    start = source.lstrip("\ufeff \t\r")[:1]
    return start in ("", "{", "[") or "\n" in source


def _read_file(path: Path, hint: str) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(4 * MAX_SIZE + 1)  # no character has more than four bytes
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        message = f"can't read the file {quote(str(path))}: {reason}"
        fault = Diagnostic(_BAD_TEXT, message, hint=hint, source=clip(path.name))
        raise DefinitionSyntaxError([fault]) from error
    return _decode(content, clip(path.name))


def _decode(content: bytes, name: str) -> str:
    if len(content) > 4 * MAX_SIZE:
        raise DefinitionSyntaxError([_too_large(name)])
    try:
        return content.decode(json.detect_encoding(content))
    except UnicodeDecodeError as error:
        fault = Diagnostic(_BAD_TEXT, f"the text is not UTF-8: {error.reason}", source=name)
        raise DefinitionSyntaxError([fault]) from error


def _too_large(name: str) -> Diagnostic:
    message = f"the definition has more than {MAX_SIZE} characters"
    return Diagnostic(_BAD_TEXT, message, source=name)


def _read_dict(tree: dict[str, Any], values: Mapping[str, Json] | None) -> Source:
    source = Source(tree)
    _check(source)
    try:
        size = len(dump(tree))
    except ValueError as error:  # Python writes no integer of more than 4,300 digits
        raise DefinitionSyntaxError([source.diagnose(_BAD_TEXT, str(error))]) from error
    if size > MAX_SIZE:
        raise DefinitionSyntaxError([_too_large(source.name)])
    return source if values is None else _fill(source, values)


def _read_text(text: str, values: Mapping[str, Json] | None, name: str, suffix: str) -> Source:
    text = text.removeprefix("\ufeff")
    if len(text) > MAX_SIZE:
        raise DefinitionSyntaxError([_too_large(name)])
    if not text:
        fault = Diagnostic("MISSING_DESCRIPTION", "the definition is empty", source=name)
        raise DefinitionSyntaxError([fault])
    try:
        tree, duplicates, is_yaml = _parse(text, suffix) if text.strip() else (None, [], False)
    except TextError as error:
        line, column = (None, None) if error.offset is None else LineIndex(text)(error.offset)
        fault = Diagnostic(_BAD_TEXT, error.message, "", "ERROR", line, column, error.hint, name)
        raise DefinitionSyntaxError([fault]) from error
    if not isinstance(tree, dict):
        message = "Definition must be a valid JSON object"
        fault = Diagnostic("SCHEMA_VALIDATION_FAILED", message, "", "ERROR", 1, 1, source=name)
        raise DefinitionSyntaxError([fault])
    source = Source(tree, name, text, is_yaml)
    if duplicates:
        raise DefinitionSyntaxError(_repeated(source, duplicates))
    if "${" in text:
        return _fill(source, values)
    _check(source)
    return source


def _parse(text: str, suffix: str) -> tuple[Json, list[Duplicate], bool]:
    if suffix in _YAML_SUFFIXES:
        tree, _, duplicates = _read_yaml(text)
        return tree, duplicates, True
    try:
        return *read_json(text), False
    except TextError:
        # broken JSON can be good YAML by accident: who starts with a brace means JSON
        if suffix == ".json" or text.lstrip()[:1] in ("{", "[") or not _YAML_LINE.search(text):
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
        if _IN_STATES.search(pointer):
            code, message = "DUPLICATE_STATE_NAME", f"Duplicate State name: {key}"
        line, column = line_at(offset)
        found.append(Diagnostic(code, message, pointer, "ERROR", line, column, "", source.name))
    return found


def _fill(source: Source, values: Mapping[str, Json] | None) -> Source:
    try:
        tree, still_open = substitute(source.tree, values, limit=MAX_SIZE)
    except SubstitutionError as error:
        fault = source.diagnose(_BAD_TEXT, str(error), error.path)
        raise DefinitionSyntaxError([fault]) from error
    is_template = values is not None or any(one.is_unmistakable for one in still_open)
    if still_open and is_template:
        raise DefinitionSyntaxError(_unfilled(source, still_open, "ERROR"))
    warnings = tuple(_unfilled(source, still_open, "WARNING"))
    filled = replace(source, tree=cast("dict[str, Json]", tree), diagnostics=warnings)
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
        )
        for one in still_open
    ]
    return sorted(found, key=lambda diagnostic: (diagnostic.line or 0, diagnostic.column or 0))


def pointer_to(path: positions.Path) -> str:
    """The JSON pointer (RFC 6901) of a path."""
    return "".join(f"/{escape_pointer(str(step))}" for step in path)


def _steps(pointer: str) -> positions.Path:
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:])
