r"""Regular expressions as JavaScript reads them, compiled to a program for `matching`.

Definitions and the texts that they search may be hostile, and a search that goes back and forth
can take forever. So neither the expression nor the text ever reaches Python's `re`: a program of a
few instructions is run by a machine that counts its steps. It also gives what JavaScript means,
where Python means something else: ``\d`` and ``\w`` are ASCII, ``$`` does not match before a last
line end, groups inside of a repetition are forgotten when it starts again.

Characters are UTF-16 code units: a text is turned into these before it is searched.

Refused, though JavaScript has them: looking behind (``(?<=``, ``(?<!``), and expressions whose
program would be too large, such as ``(a{1000}){1000}``.

Source: ECMAScript, "Patterns" and its Annex B (without the flag u); the flags i and m.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple, NoReturn, TypeAlias

from asl.query.jsonata.charsets import CLASSES, DOT, CharSet, fold
from asl.query.jsonata.faults import FaultError
from asl.query.jsonata.kinds import Function

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Instructions of a program, and brackets inside of brackets: our own bounds.
MAX_PROGRAM: Final = 5000
MAX_NESTING: Final = 50

_QUANTIFIER = re.compile(r"([*+?]|\{(?P<least>\d+)(?P<comma>,(?P<most>\d*))?\})(?P<lazy>\??)")
_NAME = re.compile(r"<([A-Za-z_$][\w$]*)>")
_NUMBER = re.compile(r"[1-9][0-9]*")
_OCTAL = re.compile(r"[0-3][0-7]{0,2}|[4-7][0-7]?")
_CODE = re.compile(r"x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})")
_CONTROLS = {"t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r"}
_INFINITE: Final = 1 << 62


# The tree of an expression


class Chars(NamedTuple):
    """One character of a set."""

    charset: CharSet | frozenset[str]


class Assertion(NamedTuple):
    r"""``^``, ``$``, ``\b`` or ``\B``, written with its letter."""

    kind: str


class Group(NamedTuple):
    """A bracket that keeps what it matched, under its number."""

    number: int
    body: Node


class Look(NamedTuple):
    """``(?=...)``, or with ``is_negative`` ``(?!...)``."""

    body: Node
    is_negative: bool


class Backreference(NamedTuple):
    """The text of a group again; a name is one of ``(?<name>...)``."""

    group: int | str


class Repeat(NamedTuple):
    """A quantifier; ``first`` and ``last`` are the numbers of the groups inside."""

    body: Node
    least: int
    most: int
    is_lazy: bool
    first: int
    last: int


class Concatenation(NamedTuple):
    """One after the other."""

    parts: tuple[Node, ...]


class Alternation(NamedTuple):
    """The first that matches."""

    options: tuple[Node, ...]


Node: TypeAlias = (
    "Chars | Assertion | Group | Look | Backreference | Repeat | Concatenation | Alternation"
)
#: An instruction: its name and what it needs; `matching` says what each does.
Instruction: TypeAlias = "tuple[str, object, object, object]"


class Regex(Function):
    """A compiled regular expression. JSONata can call it, with the text to search.

    Attributes:
        source: The expression as written.
        program: See `matching`.
        groups: How many groups it keeps; ``names`` are those that have one.
        registers: How many places a run needs to remember positions in.
        ignore_case: Both the program and the text must be folded.
    """

    __slots__ = ("groups", "ignore_case", "multiline", "names", "program", "registers", "source")

    def __init__(self, source: str, flags: str) -> None:
        reader = _Reader(source, ignore_case="i" in flags)
        tree = reader.read()
        self.source = source
        self.ignore_case = "i" in flags
        self.multiline = "m" in flags
        self.groups = reader.groups
        self.names = reader.names
        compiler = _Compiler(self)
        compiler.emit_node(tree)
        compiler.emit("match")
        self.program = tuple(compiler.program)
        self.registers = compiler.registers

    def __repr__(self) -> str:
        return f"/{self.source}/"


def parse_regex(source: str, flags: str) -> Regex:
    """Compile what stands between slashes, and the letters behind them.

    Raises:
        FaultError: S0303 for a malformed one, S0304 for one that is not run here.
    """
    if len(set(flags)) < len(flags):
        raise FaultError("S0303", message=f"invalid flags '{flags}'")
    return Regex(to_units(source), flags)


def to_units(text: str) -> str:
    """The text with two halves for each character beyond U+FFFF, as JavaScript has it."""
    if text.isascii() or max(text) <= "\uffff":
        return text
    data = text.encode("utf-16-le", "surrogatepass")
    return "".join(chr(data[at] | data[at + 1] << 8) for at in range(0, len(data), 2))


def from_units(text: str) -> str:
    """The inverse of `to_units`; a half without its other half stays."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


class _Reader:
    """Reads the text of an expression into a tree."""

    def __init__(self, source: str, *, ignore_case: bool) -> None:
        self.source = source
        self.groups = 0
        self.names: dict[str, int] = {}
        self._at = 0
        self._depth = 0
        self._ignore_case = ignore_case
        self._all_groups = len(re.findall(r"\((?!\?)|\(\?<(?![=!])", _without_escapes(source)))

    def read(self) -> Node:
        tree = self._alternation()
        if self._at < len(self.source):
            self._fail("Unmatched ')'")
        return tree

    def _fail(self, reason: str) -> NoReturn:
        raise FaultError("S0303", message=f"/{self.source}/: {reason}")

    def _peek(self, *texts: str) -> bool:
        return self.source.startswith(texts, self._at)

    def _take(self, text: str) -> bool:
        found = self.source.startswith(text, self._at)
        self._at += len(text) if found else 0
        return found

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.match(self.source, self._at)
        self._at = match.end() if match else self._at
        return match

    def _alternation(self) -> Node:
        self._depth += 1
        if self._depth > MAX_NESTING:
            raise FaultError("S0304", message=f"brackets nested more than {MAX_NESTING} deep")
        options = [self._concatenation()]
        while self._take("|"):
            options.append(self._concatenation())
        self._depth -= 1
        return options[0] if len(options) == 1 else Alternation(tuple(options))

    def _concatenation(self) -> Node:
        parts: list[Node] = []
        while self._at < len(self.source) and not self._peek("|", ")"):
            first = self.groups + 1
            atom = self._atom()
            parts.append(self._quantified(atom, first))
        return parts[0] if len(parts) == 1 else Concatenation(tuple(parts))

    def _quantified(self, atom: Node, first: int) -> Node:
        match = self._match(_QUANTIFIER)
        if match is None:
            return atom
        if isinstance(atom, Assertion):
            self._fail("Nothing to repeat")
        least, most = {"*": (0, _INFINITE), "+": (1, _INFINITE), "?": (0, 1)}.get(
            match[1], (-1, -1)
        )
        if least < 0:
            least = int(match["least"])
            most = int(match["most"] or _INFINITE) if match["comma"] else least
        if least > most:
            self._fail("numbers out of order in {} quantifier")
        return Repeat(atom, least, most, bool(match["lazy"]), first, self.groups)

    def _atom(self) -> Node:
        if self._match(_QUANTIFIER):
            self._fail("Nothing to repeat")
        character = self.source[self._at]
        self._at += 1
        if character == "(":
            return self._bracket()
        if character == "[":
            return Chars(self._class())
        if character in "^$":
            return Assertion(character)
        if character == ".":
            return Chars(CharSet(DOT))
        if character == "\\":
            return self._escape()
        return self._literal(character)

    def _literal(self, character: str) -> Chars:
        return Chars(frozenset(fold(character) if self._ignore_case else character))

    def _bracket(self) -> Node:
        node: Node
        if self._take("?:"):
            node = self._alternation()
        elif self._take("?="):
            node = Look(self._alternation(), is_negative=False)
        elif self._take("?!"):
            node = Look(self._alternation(), is_negative=True)
        elif self._peek("?<=", "?<!"):
            raise FaultError("S0304", message="looking behind, (?<=...) or (?<!...)")
        else:
            self.groups += 1
            number = self.groups
            if self._take("?"):
                name = self._match(_NAME)
                if name is None or name[1] in self.names:
                    self._fail("Invalid group")
                self.names[name[1]] = number
            node = Group(number, self._alternation())
        if not self._take(")"):
            self._fail("Unterminated group")
        return node

    def _escape(self) -> Node:
        if self._at >= len(self.source):
            self._fail("\\ at end of pattern")
        if self._take("b"):
            return Assertion("b")
        if self._take("B"):
            return Assertion("B")
        number = _NUMBER.match(self.source, self._at)
        if number and int(number[0]) <= self._all_groups:
            self._at = number.end()
            return Backreference(int(number[0]))
        if "(?<" in self.source and self._peek("k<"):
            self._at += 1
            name = self._match(_NAME)
            if name is None:
                self._fail("Invalid named reference")
            return Backreference(name[1])
        ranges = self._escaped()
        if ranges[0][0] == ranges[0][1] and len(ranges) == 1:
            return self._literal(chr(ranges[0][0]))
        return Chars(CharSet(ranges, ignore_case=self._ignore_case))

    def _escaped(self) -> Sequence[tuple[int, int]]:
        """The characters of the escape that begins behind a backslash."""
        letter = self.source[self._at]
        if letter in CLASSES:
            self._at += 1
            return CLASSES[letter]
        code = self._match(_CODE)
        if code:
            return _single(int(code[1] or code[2], 16))
        octal = self._match(_OCTAL)
        if octal:
            return _single(int(octal[0], 8))
        self._at += 1
        if letter == "c":
            control = self.source[self._at : self._at + 1]
            if control.isascii() and control.isalpha():
                self._at += 1
                return _single(ord(control) % 32)
            self._at -= 1
            return _single(ord("\\"))
        return _single(ord(_CONTROLS.get(letter, letter)))

    def _class(self) -> CharSet:
        is_inverted = self._take("^")
        ranges: list[tuple[int, int]] = []
        while not self._take("]"):
            first = self._class_atom()
            if self._peek("-") and not self._peek("-]"):
                self._at += 1
                last = self._class_atom()
                if len(first) == len(last) == 1 and _is_single(first[0]) and _is_single(last[0]):
                    if first[0][0] > last[0][0]:
                        self._fail("Range out of order in character class")
                    ranges.append((first[0][0], last[0][0]))
                else:
                    ranges += [*first, *_single(ord("-")), *last]
            else:
                ranges += first
        charset = CharSet(ranges, ignore_case=self._ignore_case)
        return charset.inverted() if is_inverted else charset

    def _class_atom(self) -> Sequence[tuple[int, int]]:
        if self._at >= len(self.source):
            self._fail("Unterminated character class")
        character = self.source[self._at]
        self._at += 1
        if character != "\\":
            return _single(ord(character))
        if self._at >= len(self.source):
            self._fail("\\ at end of pattern")
        if self._take("b"):
            return _single(8)
        return self._escaped()


def _without_escapes(source: str) -> str:
    r"""The text without what looks like a bracket but is none: ``\(`` and ``[(]``."""
    return re.sub(r"\\.|\[(?:[^\]\\]|\\.)*\]", "", source, flags=re.DOTALL)


def _single(code: int) -> Sequence[tuple[int, int]]:
    return ((code, code),)


def _is_single(pair: tuple[int, int]) -> bool:
    return pair[0] == pair[1]


class _Compiler:
    """Writes the program of a tree."""

    def __init__(self, regex: Regex) -> None:
        self.program: list[Instruction] = []
        self.registers = 2 * (regex.groups + 1)
        self._regex = regex

    def emit(self, name: str, one: object = None, two: object = None, three: object = None) -> int:
        """Append an instruction; gives its place."""
        if len(self.program) >= MAX_PROGRAM:
            raise FaultError("S0304", message="a regular expression as large as this one")
        self.program.append((name, one, two, three))
        return len(self.program) - 1

    def emit_node(self, node: Node) -> None:
        match node:
            case Chars():
                self.emit("char", node.charset)
            case Assertion():
                self.emit(f"{node.kind}m" if self._regex.multiline else node.kind)
            case Group():
                self.emit("save", 2 * node.number)
                self.emit_node(node.body)
                self.emit("save", 2 * node.number + 1)
            case Look():
                at = self.emit("look")
                self.emit_node(node.body)
                self.emit("match")
                self.program[at] = ("look", at + 1, len(self.program), node.is_negative)
            case Backreference():
                self.emit("same", self._group(node.group))
            case Concatenation():
                for part in node.parts:
                    self.emit_node(part)
            case Alternation():
                self._emit_options(node.options)
            case Repeat():
                self._emit_repeat(node)

    def _group(self, group: int | str) -> int:
        if isinstance(group, int):
            return group
        if group not in self._regex.names:
            raise FaultError(
                "S0303", message=f"/{self._regex.source}/: Invalid named capture referenced"
            )
        return self._regex.names[group]

    def _emit_options(self, options: Sequence[Node]) -> None:
        jumps: list[int] = []
        for option in options[:-1]:
            split = self.emit("split")
            self.emit_node(option)
            jumps.append(self.emit("jump"))
            self.program[split] = ("split", split + 1, len(self.program), None)
        self.emit_node(options[-1])
        for jump in jumps:
            self.program[jump] = ("jump", len(self.program), None, None)

    def _emit_repeat(self, node: Repeat) -> None:
        if isinstance(node.body, Chars):
            name = "run lazily" if node.is_lazy else "run"
            self.emit(name, node.body.charset, node.least, node.most)
            return
        for _ in range(node.least):
            self._emit_once(node)
        if node.most >= _INFINITE:
            start = self._emit_optional(node)
            self.emit("jump", start)
            self._close(start, node)
        else:
            starts = [self._emit_optional(node) for _ in range(node.most - node.least)]
            for start in starts:
                self._close(start, node)

    def _emit_once(self, node: Repeat) -> None:
        if node.last >= node.first:
            self.emit("forget", 2 * node.first, 2 * node.last + 2)
        self.emit_node(node.body)

    def _emit_optional(self, node: Repeat) -> int:
        """Once more or not; an iteration that matches nothing does not count."""
        register = self.registers
        self.registers += 1
        start = self.emit("split")
        self.emit("save", register)
        self._emit_once(node)
        self.emit("moved", register)
        return start

    def _close(self, start: int, node: Repeat) -> None:
        end = len(self.program)
        once, out = start + 1, end
        self.program[start] = ("split", out, once, None) if node.is_lazy else (
            "split", once, out, None,
        )  # fmt: skip
