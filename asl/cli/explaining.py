"""What the catalogue says of a rule, for people."""

from __future__ import annotations

from textwrap import indent
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from asl.cli.terminal import Paint, Style
    from asl.language.rules.table import Rule


class Texts(Protocol):
    """An entry of the catalogue; of a rule without an example, that is empty or None."""

    @property
    def says(self) -> str:
        """What the rule asks for, in a sentence."""

    @property
    def why(self) -> str:
        """Why it asks for it."""

    @property
    def example(self) -> str | None:
        """A definition that breaks the rule."""

    @property
    def fix(self) -> str | None:
        """The same definition, mended."""


def explanation(rule: Rule, texts: Texts | None, paint: Paint) -> str:
    """A page on one rule, which ends with a line break."""
    style: Style = "red" if rule.severity == "ERROR" else "yellow"
    facts = [f"{rule.severity.lower()}[{rule.code}]", rule.name]
    lines = [f"{paint(facts[0], style)} {paint(facts[1], 'bold')}"]
    if texts is not None:
        lines += ["", texts.says, "", texts.why.strip()]
        for title, definition in (("Reported", texts.example), ("Mended", texts.fix)):
            if definition and definition.strip():
                lines += [
                    "",
                    paint(f"{title}:", "bold"),
                    "",
                    indent(definition.strip("\n"), "    "),
                ]
    notes = [f"AWS's code for it is {rule.aws}."] if rule.aws else ["AWS does not look for it."]
    if not rule.is_on:
        notes.append(f"It is looked for only if asked: --enable {rule.code}")
    elif rule.can_be_silenced:
        notes.append(f"To silence it: --ignore {rule.code}")
    return "\n".join([*lines, "", *notes, ""])
