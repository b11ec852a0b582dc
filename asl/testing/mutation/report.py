"""What mutation testing found: which mutants were noticed, which were not, and the score."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from asl.testing.mutation.mutants import Mutant

#: ``killed``: a test failed. ``survived``: tests entered the state, and none of them failed.
#: ``unreached``: no test entered it.
Fate: TypeAlias = Literal["killed", "survived", "unreached"]


class Verdict(NamedTuple):
    """What became of a mutant.

    Attributes:
        mutant: It.
        line: Where it is in the text of the definition, from 1; None if there is no text.
        fate: See `Fate`.
        killer: The test that failed first; empty if none did.
    """

    mutant: Mutant
    line: int | None
    fate: Fate
    killer: str = ""


@dataclass(frozen=True)
class MutationReport:
    """The mutants of a definition, and what became of them.

    Attributes:
        name: The definition's file, or ``<definition>``.
        verdicts: One for each mutant, in the order of the definition.
    """

    name: str
    verdicts: tuple[Verdict, ...]

    @property
    def killed(self) -> tuple[Verdict, ...]:
        """Those that a test noticed."""
        return self._with("killed")

    @property
    def survived(self) -> tuple[Verdict, ...]:
        """Those that no test noticed, though some entered the state."""
        return self._with("survived")

    @property
    def unreached(self) -> tuple[Verdict, ...]:
        """Those in a state that no test entered."""
        return self._with("unreached")

    @property
    def score(self) -> float:
        """How many percent were killed; 100 if there are no mutants."""
        return 100 * len(self.killed) / len(self.verdicts) if self.verdicts else 100.0

    def __str__(self) -> str:
        lines = [self.summary]
        if self.survived:
            lines += ["", "Survived, though tests enter the state:", *self._listed(self.survived)]
        if self.unreached:
            states = Counter(str(each.mutant.state) for each in self.unreached)
            lines += ["", "No test enters:"]
            lines += [f"  {name}: {_number(count)}" for name, count in states.items()]
        return "\n".join(lines)

    @property
    def summary(self) -> str:
        """One line: how many were killed."""
        killed, total = len(self.killed), len(self.verdicts)
        return f"{self.name}: {killed} of {_number(total)} killed ({self.score:.0f} %)"

    def to_json(self) -> str:
        """The same as a JSON document, for other tools."""
        document: dict[str, Any] = {
            "definition": self.name,
            "score": round(self.score, 1),
            "mutants": [
                {
                    "mutant": each.mutant.name,
                    "state": each.mutant.state,
                    "pointer": each.mutant.pointer,
                    "line": each.line,
                    "what": each.mutant.what,
                    "fate": each.fate,
                    "killer": each.killer or None,
                }
                for each in self.verdicts
            ],
        }
        return json.dumps(document, ensure_ascii=False, indent=2)

    def _with(self, fate: Fate) -> tuple[Verdict, ...]:
        return tuple(each for each in self.verdicts if each.fate == fate)

    def _listed(self, verdicts: tuple[Verdict, ...]) -> list[str]:
        return [
            f"  {self.name}:{_place(each)}: {each.mutant.state or 'the machine'}: "
            f"{each.mutant.what} [{each.mutant.name}]"
            for each in verdicts
        ]


def _place(verdict: Verdict) -> str:
    return verdict.mutant.pointer if verdict.line is None else str(verdict.line)


def _number(count: int) -> str:
    return "1 mutant" if count == 1 else f"{count} mutants"
