"""Write docs/rules.md, the page of the checker's rules, from their table and their catalogue.

Run ``python docs/write_rules.py``. With ``--check`` it writes nothing, and exits with 1 if the page
is not up to date.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from asl.language.rules.catalogue import GROUPS, load_catalogue
from asl.language.rules.table import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asl.language.rules.catalogue import Entry
    from asl.language.rules.table import Rule

PAGE = Path(__file__).with_name("rules.md")

INTRODUCTION = """\
# Rules

What the checker looks for, and why. `docs/write_rules.py` makes this page; don't edit it by hand.

```console
asl validate order.asl.json
```

shows every fault of a definition with its place, its severity and the code of its rule. Nothing is
run. In Python, `asl.check(source)` gives the same as a value.

An **error** is what AWS refuses. A **warning** is what AWS takes, though it will fail, have no
effect, or do something else than it seems to. Where AWS has a code for a rule
(`ValidateStateMachineDefinition`), it stands beside the severity.

A warning can be silenced, an error can't:

- for once: `asl validate --ignore ASL-336 order.asl.json`;
- for a project, in `pyproject.toml`:

  ```toml
  [tool.asl]
  ignore = ["ASL-336"]
  ```

- for a state: `asl: ignore ASL-336` in its Comment.

A rule that is off by default is enabled by `asl validate --enable ASL-356 order.asl.json`.

The examples are whole definitions. Each is reported with the code above it, and each fix has no
fault at all; a test holds both.
"""


def page() -> str:
    """The text of the page."""
    return "\n".join([INTRODUCTION, *_contents(), *_sections()])


def _contents() -> Iterator[str]:
    catalogue = load_catalogue()
    for digit, title in GROUPS.items():
        yield f"**{title}**\n"
        yield "| rule | severity | says |\n|---|---|---|"
        for rule in _rules_of(digit):
            says = catalogue[rule.code].says.replace("|", "\\|")
            link = f"[{rule.code}](#{_anchor(rule)})"
            yield f"| {link} | {rule.severity.lower()} | {says} |"
        yield ""


def _rules_of(digit: str) -> list[Rule]:
    return [rule for code, rule in RULES.items() if code.removeprefix("ASL-")[0] == digit]


def _heading(rule: Rule) -> str:
    return f"{rule.code} {rule.name}"


def _anchor(rule: Rule) -> str:
    return _heading(rule).lower().replace(" ", "-")


def _sections() -> Iterator[str]:
    for code, entry in load_catalogue().items():
        rule = RULES[code]
        yield f"## {_heading(rule)}\n"
        yield f"{_grade(rule)}\n"
        yield f"**{entry.says}** {entry.why}\n"
        yield from _example(entry)


def _grade(rule: Rule) -> str:
    """Such as ``Error; AWS: `NO_DOLLAR`.``."""
    aws = f"AWS: `{rule.aws}`" if rule.aws else "not a rule of AWS"
    off = "" if rule.is_on else f" Off unless it is enabled: `--enable {rule.code}`."
    return f"{rule.severity.capitalize()}; {aws}.{off}"


def _example(entry: Entry) -> Iterator[str]:
    if entry.example is None or entry.fix is None:
        yield f"{entry.no_example}\n"
        return
    conditions = []
    if entry.machine_type != "STANDARD":
        conditions.append(f"for a machine of type {entry.machine_type}")
    if entry.extensions:
        conditions.append("with `extensions=True`")
    as_what = f" ({' and '.join(conditions)})" if conditions else ""
    if entry.example.strip():
        yield f"Not so{as_what}:\n\n{_block(entry.example)}"
        yield f"But so:\n\n{_block(entry.fix)}"
    else:
        yield f"Not so{as_what}: a text without anything in it. But so:\n\n{_block(entry.fix)}"


def _block(text: str) -> str:
    return f"```json\n{text.rstrip()}\n```\n"


def main(arguments: list[str]) -> None:
    """Write the page, or check it."""
    text = page()
    if arguments == ["--check"]:
        if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
            sys.exit(f"{PAGE} is not up to date: run python docs/write_rules.py")
    elif arguments:
        sys.exit("usage: python docs/write_rules.py [--check]")
    else:
        PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
