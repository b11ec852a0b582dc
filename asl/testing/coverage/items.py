"""What there is to cover in a definition: its states, and the branches that lead out of them.

The model is that of coverage.py: a state is a line, and what can happen in it is a branch. An item
inside of a state that was never entered is missing too, but not worth a word of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, cast

from asl.language.source import pointer_to
from asl.language.walk import survey

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asl.jsontypes import Json
    from asl.language.walk import Entry, Machine, State, Tree

Kind: TypeAlias = Literal[
    "state", "next", "end", "rule", "default", "retrier", "exhausted", "catcher", "branch",
    "processor",
]  # fmt: skip
#: An item's name inside of its definition: two items may stand at one place.
Key: TypeAlias = tuple[Kind, str]

#: What can happen to an item, or never does.
_HAPPENINGS: dict[Kind, str] = {
    "state": "entered",
    "next": "taken",
    "end": "taken",
    "rule": "matched",
    "default": "taken",
    "retrier": "retried",
    "exhausted": "exhausted",
    "catcher": "caught",
    "branch": "entered",
    "processor": "entered",
}
_NO_COVER = re.compile(r"\basl: *no *cover\b")
_NAMES_SHOWN = 2


@dataclass(frozen=True, slots=True)
class Item:
    """Something that tests can make happen.

    Attributes:
        kind: A ``state`` is entered, left by its ``next`` or ``end``; a ``rule`` matched or the
            ``default`` was taken; a ``retrier`` had the state tried again or was ``exhausted``; a
            ``catcher`` caught; a Parallel's ``branch`` or a Map's ``processor`` was entered.
        pointer: Its place in the definition.
        state: The name of its state.
        home: The place of its state.
        type: The Type of its state.
        label: What it is called beside the name of its state; empty for the state itself.
        place: Of a rule, retrier or catcher among its like, from 0.
        start: Of a branch or processor: the place of its first state.
        within: The item without which it can't happen.
        is_excluded: Marked by ``asl: no cover`` in a Comment, its own or one around it.
    """

    kind: Kind
    pointer: str
    state: str
    home: str
    type: str
    label: str
    place: int | None = None
    start: str | None = None
    within: Key | None = None
    is_excluded: bool = False

    @property
    def key(self) -> Key:
        """Its name inside of its definition."""
        return self.kind, self.pointer

    @property
    def happening(self) -> str:
        """What can happen to it, in a word."""
        return _HAPPENINGS[self.kind]

    @property
    def missing(self) -> str:
        """What is said of it when it never happened: ``Check: rule 2 (Big) never matched``."""
        label = f"{self.label} " if self.label else ""
        return f"{self.state}: {label}never {self.happening}"


def items_of(definition: Json) -> tuple[Item, ...]:
    """The items of a definition, in the order of the text; a state before those inside of it.

    Args:
        definition: Of any shape: what is no state is passed over.
    """
    if not isinstance(definition, dict):
        return ()
    whole = survey(definition, "STANDARD")[0]
    return tuple(_of_machine(whole, None, is_excluded=_is_marked(definition)))


def _is_marked(tree: Tree) -> bool:
    comment = tree.get("Comment")
    return isinstance(comment, str) and _NO_COVER.search(comment) is not None


def _of_machine(machine: Machine, within: Key | None, *, is_excluded: bool) -> Iterator[Item]:
    for state in machine.states.values():
        yield from _of_state(state, within, is_excluded=is_excluded or _is_marked(state.tree))


def _of_state(state: State, within: Key | None, *, is_excluded: bool) -> Iterator[Item]:
    home = pointer_to(state.path)
    entered: Key = ("state", home)

    def item(
        kind: Kind,
        pointer: str,
        label: str,
        tree: Tree,
        *,
        place: int | None = None,
        start: str | None = None,
        after: Key | None = None,
    ) -> Item:
        return Item(
            kind,
            pointer,
            state.name,
            home,
            state.kind or "",
            label,
            place=place,
            start=start,
            within=within if kind == "state" else after or entered,
            is_excluded=is_excluded or _is_marked(tree),
        )

    tree = state.tree
    yield item("state", home, "", tree)
    if state.kind == "Choice":
        rules = (rule for rule in state.rules if not rule.is_nested)
        for place, rule in enumerate(rules):
            label = f"rule {place + 1}{_leads(rule.tree.get('Next'))}"
            yield item("rule", pointer_to(rule.path), label, rule.tree, place=place)
        if "Default" in tree:
            yield item("default", f"{home}/Default", f"Default{_leads(tree['Default'])}", tree)
        return
    for retrier in state.retriers:
        pointer, place = pointer_to(retrier.path), cast("int", retrier.path[-1])
        label = f"retrier {_errors(retrier)}"
        retries: Key | None = None
        if retrier.tree.get("MaxAttempts") != 0:
            retries = "retrier", pointer
            yield item("retrier", pointer, label, retrier.tree, place=place)
        yield item("exhausted", pointer, label, retrier.tree, place=place, after=retries)
    for catcher in state.catchers:
        pointer, place = pointer_to(catcher.path), cast("int", catcher.path[-1])
        yield item("catcher", pointer, f"catcher {_errors(catcher)}", catcher.tree, place=place)
    for number, machine in enumerate(state.inner, 1):
        kind: Kind = "branch" if state.kind == "Parallel" else "processor"
        label = f"branch {number}" if kind == "branch" else "processor"
        pointer, start = pointer_to(machine.path), machine.tree.get("StartAt")
        first = pointer_to((*machine.path, "States", start)) if isinstance(start, str) else None
        inner = item(kind, pointer, label, machine.tree, start=first)
        yield inner
        yield from _of_machine(machine, inner.key, is_excluded=inner.is_excluded)
    if "Next" in tree:
        yield item("next", f"{home}/Next", f"Next{_leads(tree['Next'])}", tree)
    elif tree.get("End") is True:
        yield item("end", f"{home}/End", "End", tree)


def _leads(target: Json) -> str:
    return f" ({target})" if isinstance(target, str) else ""


def _errors(entry: Entry) -> str:
    """The errors that a retrier or catcher is for; the first one if there are many."""
    given = entry.tree.get("ErrorEquals")
    names = [str(name) for name in given] if isinstance(given, list) else []
    if len(names) > _NAMES_SHOWN:
        return f"{names[0]} (+{len(names) - 1})"
    return ", ".join(names)
