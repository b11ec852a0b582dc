"""What is wrong with a definition, and where: one value for one fault.

It knows nothing of how faults are found or of how they are shown, beyond one good line of text.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple, TypeAlias

Severity: TypeAlias = Literal["ERROR", "WARNING"]

#: We stop looking for more: a definition can be hostile, and nobody reads more.
MOST_DIAGNOSTICS = 1000

_CUT = 200
#: A definition can put these into a message; they must not break a line or a terminal.
_UNPRINTABLE = "[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]"


class Diagnostic(NamedTuple):
    """One fault of a definition.

    Attributes:
        code: AWS's code where AWS has one (``SCHEMA_VALIDATION_FAILED``), else the rule's, or a
            word of ours (``UNRESOLVED_SUBSTITUTION``, ``MISSING_EXTRA``).
        message: AWS's sentence where it is known.
        pointer: The JSON pointer of the field; ``""`` is the whole document.
        severity: ``ERROR`` where AWS refuses the definition, else ``WARNING``.
        line: From 1; None where there is no text.
        column: From 1, in characters; None where there is no text.
        hint: What was found, or what may have been meant.
        source: The name of the file.
        rule: The code of the rule, such as ``ASL-207``: see the page of the rules.
        location: Where AWS says that it is, in AWS's own dialect (``/States/C/Choices[0]/Next``);
            None where AWS names no place.
        consequences: What is only wrong because of this: states that nothing leads to any more.

    Source: AWS API reference, ValidateStateMachineDefinitionDiagnostic.
    """

    code: str
    message: str
    pointer: str = ""
    severity: Severity = "ERROR"
    line: int | None = None
    column: int | None = None
    hint: str = ""
    source: str = ""
    rule: str = ""
    location: str | None = None
    consequences: tuple[Diagnostic, ...] = ()

    def __str__(self) -> str:
        """Such as ``order.asl.json:12:17: error CODE at /States/Pay/Next: message (hint)``."""
        place = ":".join(str(part) for part in (self.source, self.line, self.column) if part)
        where = f" at {clip(self.pointer)}" if self.pointer else ""
        hint = f" ({self.hint})" if self.hint else ""
        start = f"{place}: " if place else ""
        line = f"{start}{self.severity.lower()} {self.code}{where}: {self.message}{hint}"
        return printable(line)


def clip(text: str) -> str:
    """A text of the definition for a message, cut at 200 characters."""
    return text if len(text) <= _CUT else text[: _CUT - 3] + "..."


def printable(text: str) -> str:
    """A text without what could break a line or steer a terminal."""
    return re.sub(_UNPRINTABLE, lambda match: ascii(match[0])[1:-1], text)
