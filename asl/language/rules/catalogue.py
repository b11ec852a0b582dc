"""What each rule says, why, and an example with its fix: for people, read from ``catalogue.toml``.

The page of the rules is made of it (``docs/write_rules.py``). The checker itself does not need it,
so this module is imported only by who explains a rule.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asl.language.model import MachineType

#: What the rules of each hundred are about, by the first digit of their number.
GROUPS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "0": "The document",
        "1": "State machines, branches, item processors",
        "2": "Any state",
        "3": "Types of states",
        "4": "Map",
        "5": "Intrinsic functions",
        "6": "Paths",
        "7": "JSONata",
        "8": "Variables",
        "9": "What AWS does not look for",
    }
)


class Entry(NamedTuple):
    """What the catalogue has about one rule.

    Attributes:
        says: What the rule asks for, in one sentence. May have Markdown's backticks in it.
        why: What goes wrong otherwise, and what AWS does; one to three sentences, as above.
        example: The text of a whole definition that breaks the rule; None where there is none.
        fix: The same definition, mended: it has no diagnostic at all. None without an example.
        no_example: Why there is no example; empty where there is one.
        machine_type: What the two are to be checked as.
        extensions: Whether they are to be checked with ``extensions=True``.
    """

    says: str
    why: str
    example: str | None = None
    fix: str | None = None
    no_example: str = ""
    machine_type: MachineType = "STANDARD"
    extensions: bool = False


@cache
def load_catalogue() -> Mapping[str, Entry]:
    """The entry of each rule by its code, in the order of the codes; read once."""
    text = files(__package__).joinpath("catalogue.toml").read_text(encoding="utf-8")
    return MappingProxyType({code: _entry(table) for code, table in tomllib.loads(text).items()})


def _entry(table: dict[str, Any]) -> Entry:
    """An entry of its table in the file, where the sentences may have line breaks."""
    return Entry(
        says=" ".join(table.pop("says").split()),
        why=" ".join(table.pop("why").split()),
        machine_type=table.pop("type", "STANDARD"),
        **table,  # a key that is no field raises
    )
