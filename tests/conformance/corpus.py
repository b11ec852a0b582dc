"""The recorded cases: where they are, how to choose among them, and the comparer beside them.

The corpus (``conformance/`` in a folder ``shared`` beside the repository) is data about what AWS
did. It is no part of the repository: whoever needs it says so where it is absent. This module knows
nothing of what a case is run through.
"""

from __future__ import annotations

import importlib.util
import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from types import ModuleType

Case: TypeAlias = dict[str, Any]

REPOSITORY = Path(__file__).resolve().parents[2]
CORPUS = REPOSITORY.parent / "shared" / "conformance"
KNOWN_FAILURES = Path(__file__).with_name("known_failures.toml")


def load_case(path: Path) -> Case:
    return json.loads(path.read_text(encoding="utf-8"))


def load_cases(folder: Path) -> list[Case]:
    """All cases of a folder, in the order of their ids."""
    return sorted(map(load_case, folder.glob("*.json")), key=lambda case: case["id"])


def chosen(case: Case, *, feature: Collection[str] = (), without: Collection[str] = ()) -> bool:
    """Whether a case has every feature of the one list and none of the other."""
    has = set(case.get("features", ()))
    return has.issuperset(feature) and has.isdisjoint(without)


def load_comparer(folder: Path) -> ModuleType:
    """The module ``compare.py`` beside a folder of cases, or else the one of the corpus."""
    for path in (folder.resolve().parent / "compare.py", CORPUS / "compare.py"):
        if path.is_file():
            spec = importlib.util.spec_from_file_location("conformance_compare", path)
            if spec is not None and spec.loader is not None:
                module = importlib.util.module_from_spec(spec)
                spec.loader.exec_module(module)
                return module
    raise FileNotFoundError(f"no compare.py beside {folder}, and no {CORPUS / 'compare.py'}")


def known_failures(suite: str) -> dict[str, str]:
    """Why cases are known to differ, by their ids."""
    table = tomllib.loads(KNOWN_FAILURES.read_text(encoding="utf-8"))
    return table[suite]["cases"]


def cut(lines: Iterable[str], *, most: int = 3, width: int = 300) -> str:
    """The first lines in one, each cut at a width."""
    lines = list(lines)
    shown = [line if len(line) <= width else line[: width - 3] + "..." for line in lines[:most]]
    rest = len(lines) - most
    return "; ".join(shown) + (f"; and {rest} more" if rest > 0 else "")
