"""Runs the program of a regular expression over a text: a machine that goes back when it fails.

Where the program has a choice the machine takes the first and notes the other; when it fails, it
goes on from the last note. The notes are kept in a list, so a long text needs no deep stack, and
every instruction is counted, so a hopeless search ends at the bound of the evaluation.

    char set                 one character of the set     run set least most    as many as it can
    save register            note the position            run lazily ...        as few as it can
    moved register           fail if still there          split first second    a choice
    forget first last        clear registers              jump to
    look body next negative  a program of its own         same group            its text again
    ^ $ b B                  what is on both sides        match                 done
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from asl.query.jsonata.charsets import LINE_ENDS, WORD, fold
from asl.query.jsonata.faults import FaultError

if TYPE_CHECKING:
    from asl.query.jsonata.guard import Run
    from asl.query.jsonata.regexes import Regex

    _Registers: TypeAlias = tuple[int, ...]

#: Instructions that cost as much as one step of an evaluation.
_INSTRUCTIONS_A_STEP = 4
_UNSET = -1


class Match(NamedTuple):
    """Where an expression matched, and what its groups hold (None if they took no part)."""

    start: int
    end: int
    groups: tuple[str | None, ...]


class Search:
    """Looks for an expression in one text.

    Args:
        regex: The compiled expression.
        text: In UTF-16 code units.
        run: Pays for the instructions.

    Attributes:
        text: The text, in code units.
    """

    def __init__(self, regex: Regex, text: str, run: Run) -> None:
        run.charge_text(len(text))
        self._regex = regex
        self.text = text
        self._folded = "".join(map(fold, text)) if regex.ignore_case else text
        self._run = run

    def find(self, start: int) -> Match | None:
        """The first match from a position on.

        Raises:
            FaultError: D1012, the search takes too long.
        """
        run, text = self._run, self.text
        machine = _Machine(self._regex, self._folded, run.steps * _INSTRUCTIONS_A_STEP)
        found = machine.first(start)
        run.charge(run.steps - machine.fuel // _INSTRUCTIONS_A_STEP)
        if found is None:
            return None
        at, end, registers = found
        pairs = zip(registers[2::2], registers[3::2], strict=False)
        kept = [text[first:last] if min(first, last) >= 0 else None for first, last in pairs]
        return Match(at, end, tuple(kept[: self._regex.groups]))


class _Machine:
    def __init__(self, regex: Regex, text: str, fuel: int) -> None:
        self._program: tuple[tuple[str, Any, Any, Any], ...] = regex.program
        self._unset = (_UNSET,) * regex.registers
        self._text = text
        self.fuel = fuel

    def first(self, at: int) -> tuple[int, int, _Registers] | None:
        """Where the first match from a position on starts and ends, and its registers."""
        text = self._text
        name, charset, _, _ = self._program[0]
        letter = next(iter(charset)) if name == "char" and type(charset) is frozenset else ""
        while at <= len(text):
            if letter:
                at = text.find(letter, at)
                if at < 0:
                    return None
            found = self.run(0, at, self._unset)
            if found is not None:
                return at, *found
            if name == "^":
                return None
            at += 1
        return None

    def run(  # noqa: PLR0912, PLR0915 - one branch for each instruction
        self, pc: int, at: int, registers: _Registers
    ) -> tuple[int, _Registers] | None:
        """Run from an instruction and a position on: the end of a match and the registers."""
        program, text, length = self._program, self._text, len(self._text)
        notes: list[_Note] = []
        while True:
            self.fuel -= 1
            if self.fuel < 0:
                raise FaultError("D1012")
            name, one, two, three = program[pc]
            pc += 1
            works = True
            if name == "char":
                works = at < length and text[at] in one
                at += 1
            elif name == "run":
                end = self._end_of_run(one, at, three)
                works = end - at >= two
                if end - at > two:
                    notes.append(_Note(pc, at + two, end - 1, registers))
                at = end
            elif name == "run lazily":
                end = self._end_of_run(one, at, two)
                works = end - at >= two
                if works and three > two:
                    notes.append(_Note(pc, at + three, end + 1, registers, one))
                at = end
            elif name == "split":
                notes.append(_Note(two, at, at, registers))
                pc = one
            elif name == "jump":
                pc = one
            elif name == "save":
                registers = (*registers[:one], at, *registers[one + 1 :])
            elif name == "moved":
                works = registers[one] != at
            elif name == "forget":
                registers = (*registers[:one], *[_UNSET] * (two - one), *registers[two:])
            elif name == "same":
                first, last = registers[2 * one], registers[2 * one + 1]
                if first >= 0 and last >= 0:
                    works = text.startswith(text[first:last], at)
                    at += last - first
            elif name == "look":
                found = self.run(one, at, registers)
                works = (found is None) is three
                if found is not None:
                    registers = found[1]
                pc = two
            elif name == "match":
                return at, registers
            else:
                works = self._stands(name, at)
            if not works:
                resumed = self._go_back(notes)
                if resumed is None:
                    return None
                pc, at, registers = resumed

    def _go_back(self, notes: list[_Note]) -> tuple[int, int, _Registers] | None:
        """The latest choice that can still be made in another way."""
        text = self._text
        while notes:
            note = notes.pop()
            pc, bound, at, registers, more = note
            if more is None:
                if at > bound:
                    notes.append(_Note(pc, bound, at - 1, registers))
                return pc, at, registers
            if at <= min(bound, len(text)) and text[at - 1] in more:
                notes.append(_Note(pc, bound, at + 1, registers, more))
                return pc, at, registers
        return None

    def _end_of_run(self, charset: Any, at: int, most: int) -> int:  # noqa: ANN401 - any set
        text = self._text
        end = min(len(text), at + most)
        here = at
        while here < end and text[here] in charset:
            here += 1
        self.fuel -= here - at
        return here

    def _stands(self, assertion: str, at: int) -> bool:
        text = self._text
        if assertion[0] == "^":
            return at == 0 or (len(assertion) > 1 and text[at - 1] in LINE_ENDS)
        if assertion[0] == "$":
            return at == len(text) or (len(assertion) > 1 and text[at] in LINE_ENDS)
        before = at > 0 and text[at - 1] in WORD
        behind = at < len(text) and text[at] in WORD
        return (before != behind) is (assertion[0] == "b")


class _Note(NamedTuple):
    """A choice that was made, and how it can be made in another way.

    Attributes:
        pc: The instruction to go on with.
        bound: The position beyond which there is no other way.
        at: The position to go on with: one less each time, down to the bound; or one more each
            time, if there is a set ``more`` that the character before must be in.
    """

    pc: int
    bound: int
    at: int
    registers: _Registers
    more: Any = None
