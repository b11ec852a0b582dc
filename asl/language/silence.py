"""Which warnings are not wanted: by the caller, or by a Comment where they would be.

    "Comment": "Takes what is left. asl: ignore ASL-336, ASL-356"

A Comment covers the state, or the machine, that it belongs to, with all that is inside. Errors
can't be silenced: AWS refuses the definition.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from asl.language.diagnostics import clip
from asl.language.faults import Fault
from asl.language.rules.table import RULES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from asl.language.positions import Path
    from asl.language.walk import Machine, Tree

_MARK: Final = re.compile(r"\basl:\s*ignore\s+([\w-]+(?:\s*,\s*[\w-]+)*)")
_OFF: Final = frozenset(code for code, rule in RULES.items() if not rule.is_on)
_NAME: Final = re.compile(r"[\w-]+")


class Silence:
    """What is not to be told, read from the Comments of a definition and from the caller."""

    def __init__(
        self, machines: Sequence[Machine], ignore: Collection[str], enable: Collection[str]
    ) -> None:
        self._everywhere = (_OFF - frozenset(enable)) | frozenset(ignore)
        self._inside: dict[str, set[Path]] = {}
        self._faults: list[Fault] = []
        for machine in machines:
            self._read(machine.path, machine.tree)
            for state in machine.states.values():
                self._read(state.path, state.tree)

    def _read(self, path: Path, tree: Tree) -> None:
        comment = tree.get("Comment")
        if not isinstance(comment, str) or "asl:" not in comment:
            return
        for mark in _MARK.finditer(comment):
            for code in _NAME.findall(mark[1]):
                rule = RULES.get(code.upper())
                where = (*path, "Comment")
                if rule is None:
                    message = f"there is no rule {clip(code)}"
                    self._faults.append(Fault(where, message, "ASL-908", meant=(code, RULES)))
                elif not rule.can_be_silenced:
                    message = f"{rule.code} is an error of AWS's: it can't be silenced"
                    self._faults.append(Fault(where, message, "ASL-908"))
                else:
                    self._inside.setdefault(rule.code, set()).add(path)

    def covers(self, fault: Fault) -> bool:
        """Whether a warning is not wanted."""
        if fault.rule in self._everywhere:
            return True
        paths = self._inside.get(fault.rule)
        return paths is not None and any(
            fault.path[:length] in paths for length in range(len(fault.path) + 1)
        )

    def faults(self) -> Iterator[Fault]:
        """What Comments say and can't mean."""
        return (one for one in self._faults if not self.covers(one))
