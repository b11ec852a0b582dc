"""Check a definition without running it: `check`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asl.errors import DefinitionError, UsageError
from asl.language.check import Wishes, check_source
from asl.language.faults import nearest
from asl.language.report import Report
from asl.language.rules.table import RULES
from asl.language.source import Text, read_source, text_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from asl.language.model import MachineType


def check(
    source: dict[str, Any] | str | bytes | Path | Text,
    *,
    substitutions: Mapping[str, object] | None = None,
    type: MachineType = "STANDARD",  # noqa: A002 - the field's name in AWS's API
    extensions: bool = False,
    ignore: Collection[str] = (),
    enable: Collection[str] = (),
) -> Report:
    """Find every fault of a definition, without running it.

    Whatever the definition is, this does not raise: what can't be read is a fault like others.

    Args:
        source: The definition: a path to a file, its text (JSON, or YAML with the extra ``yaml``),
            or the object itself.
        substitutions: Values for ``${Name}`` placeholders. Those without one stay open: nothing is
            said of a value that is not known yet.
        type: ``STANDARD`` or ``EXPRESS``.
        extensions: Take what does not run on AWS, such as ``local:human``, with a warning.
        ignore: Codes of warnings that are not wanted, such as ``ASL-336``.
        enable: Codes of rules that are off unless somebody asks for them, such as ``ASL-356``.

    Raises:
        UsageError: An argument is none of these; a code that does not exist, or of an error.

    Source: AWS API reference, ValidateStateMachineDefinition.
    """
    if type not in ("STANDARD", "EXPRESS"):
        raise UsageError(f"type must be 'STANDARD' or 'EXPRESS', not {type!r}")
    wishes = Wishes(extensions, _known(ignore, to_ignore=True), _known(enable, to_ignore=False))
    name, text = "<definition>", None
    try:
        if not isinstance(source, dict):
            source = text_of(source)
            text, name = source.content, source.name
        read = read_source(source, substitutions=substitutions, keeps_placeholders=True)
    except DefinitionError as error:
        return Report(tuple(error.diagnostics), name, text)
    return Report(tuple(check_source(read, type, wishes)), read.name, read.text)


def _known(codes: Collection[str], *, to_ignore: bool) -> frozenset[str]:
    """The codes as given, which are those of rules."""
    if isinstance(codes, str):
        raise UsageError(f"a collection of codes is needed, such as [{codes!r}], not {codes!r}")
    for code in codes:
        rule = RULES.get(code)
        if rule is None:
            close = nearest(str(code), RULES)
            hint = f"; did you mean {close!r}?" if close else ""
            raise UsageError(f"there is no rule {code!r}{hint}")
        if to_ignore and not rule.can_be_silenced:
            raise UsageError(f"{code} is an error of AWS's: it can't be ignored")
    return frozenset(codes)
