"""Counts what happens in executions, and keeps none of them that has ended.

Each execution that is shown gets a `Trail`, which stands where its decisions and the news of what
it forgets go to, and knows how far its events were counted. It is held by the execution alone; of
those that tests leave behind without an end only a few are held, until there are others. What is
kept is a count for each pair of event type and state, for each decision, and for each exit by way
of a catcher.

Others may ask an execution for decisions too: a trail hands on what it is told. Who replaces a
trail after the execution has been started takes decisions away; that is noticed, and said.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from contextlib import contextmanager
from threading import Lock, get_ident  # noqa: TID251 - threads may run executions side by side
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from asl.engine.decisions import Decision
from asl.engine.history import WIDTH
from asl.runtimes.watching import watched_by
from asl.testing.coverage.items import items_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asl.engine.execution import Execution
    from asl.jsontypes import Json
    from asl.language.model import Definition
    from asl.testing.coverage.items import Item, Key

#: So many are kept; a suite that does one thing wrong does it often.
_MOST_WARNINGS = 20
#: So many executions that have not ended are held by a thread.
_MOST_HELD = 16


class Counts:
    """What happened in the executions of one definition.

    Attributes:
        name: What its state machine is called.
        path: The file that it was loaded from.
        definition: It, as JSON.
        fingerprint: Its SHA-256.
        executions: How many were started, without the children of Map Runs.
        events: By type and subject, which is the state's name where one is entered or left.
        decisions: As the engine tells them.
        caught: Exits by way of a catcher, by the place of the state.
    """

    def __init__(self, name: str, definition: Definition) -> None:
        self.name = name
        self.path = definition.path
        self.definition: Json = definition.tree
        self.fingerprint = definition.fingerprint
        self.executions = 0
        self.events: Counter[tuple[str, str | None]] = Counter()
        self.decisions: Counter[Decision] = Counter()
        self.caught: Counter[str] = Counter()

    def hits(self) -> dict[Key, int]:
        """How often each item happened."""
        items = items_of(self.definition)
        hits = {item.key: self._hits(item) for item in items}
        for item in items:
            if item.start is not None:  # a branch is entered with its first state
                hits[item.key] = hits.get(("state", item.start), 0)
        return hits

    def _hits(self, item: Item) -> int:
        match item.kind:
            case "state":
                return self.events[f"{item.type}StateEntered", item.state]
            case "next" | "end":
                left = self.events[f"{item.type}StateExited", item.state]
                return left - self.caught[item.home]
            case "rule" | "default":
                return self.decisions[Decision("matched", item.home, item.place)]
            case "retrier":
                return self.decisions[Decision("retried", item.home, item.place)]
            case "exhausted":
                return self.decisions[Decision("exhausted", item.home, item.place)]
            case "catcher":
                return self.decisions[Decision("caught", item.home, item.place)]
            case _:
                return 0


class Counting:
    """All counts, of as many spells of watching as there are.

    Attributes:
        warnings: What could not be counted, once each.
    """

    def __init__(self) -> None:
        self.warnings: list[str] = []
        self.lock = Lock()
        self._counts: dict[tuple[str, str | None], Counts] = {}
        self._spell: _Spell | None = None

    @contextmanager
    def watch(self) -> Iterator[None]:
        """Count what executions do that are started, restored, forked or redriven meanwhile."""
        self._spell = spell = _Spell(self)
        try:
            with watched_by(spell.attach, spell.follow):
                yield
        finally:
            spell.end()
            self._spell = None

    def counts(self) -> list[Counts]:
        """Those of each definition, until now."""
        if self._spell is not None:
            self._spell.count_all()
        return list(self._counts.values())

    def counts_of(self, execution: Execution) -> Counts:
        """Those of the definition of an execution; of the whole, for a child of a Map Run."""
        program = execution.program
        while program.outer is not None:
            program = program.outer
        definition = program.definition
        key = definition.fingerprint, definition.path
        found = self._counts.get(key)
        if found is None:
            name = execution.identity.machine.name
            found = self._counts[key] = Counts(name, definition)
        return found

    def warn(self, text: str) -> None:
        """Keep a warning, for the report."""
        if text not in self.warnings and len(self.warnings) < _MOST_WARNINGS:
            self.warnings.append(text)


class Trail(list[Decision]):
    """The decisions of an execution that are not counted yet.

    Attributes:
        spell: The spell of watching that it belongs to.
        execution: None once it is left, and for the copy that a fork has until it is shown.
        counts: Where its events go.
        position: How many of its events are counted, or were there before.
        caught: The states whose catchers caught, each with the number of events before that.
        before: Where decisions went, and go, without it.
        forget_before: What was, and is, called before events are forgotten.
    """

    def __init__(
        self,
        spell: _Spell,
        execution: Execution | None,
        counts: Counts,
        before: list[Decision] | None,
    ) -> None:
        super().__init__()
        self.spell = spell
        self.execution = execution
        self.counts = counts
        self.position = 0 if execution is None else execution.event_count
        self.caught: list[tuple[str, int]] = []
        self.before = before
        self.forget_before: Callable[[], None] | None = None

    def append(self, decision: Decision) -> None:
        """Note a decision; that of a catcher with its place in the history."""
        if self.before is not None:
            self.before.append(decision)
        execution = self.execution
        if execution is not None:
            list.append(self, decision)
            if decision.kind == "caught":
                self.caught.append((decision.pointer, execution.event_count))

    def copy(self) -> list[Decision]:
        """What a fork starts with: a copy of what others have, and nothing that is ours."""
        before = None if self.before is None else self.before.copy()
        return Trail(self.spell, None, self.counts, before)

    def forget(self) -> None:
        """Count events before they are forgotten."""
        if self.execution is not None:
            self.spell.count(self, self.execution)
        if self.forget_before is not None:
            self.forget_before()


class _Spell:
    """One time of watching, from its begin to its end.

    An execution that has not ended is counted when there are others, or when somebody asks: until
    then it is held, or it might go and take its history along. A thread holds those that it drives.
    """

    def __init__(self, counting: Counting) -> None:
        self._counting = counting
        self._trails: WeakValueDictionary[int, Trail] = WeakValueDictionary()
        self._held: defaultdict[int, dict[int, Execution]] = defaultdict(dict)

    def attach(self, execution: Execution) -> None:
        """Give an execution its trail, from where it stands."""
        if id(execution) in self._trails:  # it is redriven, and its trail goes on
            return
        with self._counting.lock:
            counts = self._counting.counts_of(execution)
            if execution.event_count == 1 and execution.program.outer is None:
                counts.executions += 1
        before = execution.decisions
        while isinstance(before, Trail) and before.execution is None:
            before = before.before
        trail = Trail(self, execution, counts, before)
        trail.forget_before = execution.on_forget
        execution.decisions, execution.on_forget = trail, trail.forget
        self._trails[id(execution)] = trail

    def follow(self, execution: Execution) -> None:
        """An execution has moved on."""
        held = self._held[get_ident()]
        if not execution.is_running:
            held.pop(id(execution), None)
            trail = self._trails.get(id(execution))
            if trail is not None:
                self.count(trail, execution)
                self._detach(trail, execution)
        elif id(execution) not in held and id(execution) in self._trails:
            if len(held) == _MOST_HELD:
                for each in held.values():
                    if (trail := self._trails.get(id(each))) is not None:
                        self.count(trail, each)
                held.clear()
            held[id(execution)] = execution

    def count_all(self) -> None:
        """Count what all executions did that are still there."""
        for trail in list(self._trails.values()):
            if trail.execution is not None:
                self.count(trail, trail.execution)

    def end(self) -> None:
        """Leave all executions that are still there."""
        self.count_all()
        for trail in list(self._trails.values()):
            if trail.execution is not None:
                self._detach(trail, trail.execution)
        self._held.clear()

    def count(self, trail: Trail, execution: Execution) -> None:
        """Count what an execution did since the last time."""
        with self._counting.lock:
            counts, records, before = trail.counts, execution.history, execution.before
            if before > trail.position:  # it was forked since, or redriven, and shares its past
                records, before, _ = execution.recorded()
            lost = before - trail.position
            if lost > 0:
                self._counting.warn(
                    f"{_called(execution)} forgot {lost} events before they were counted: "
                    "its on_forget was replaced"
                )
                trail.position = before
            first = (trail.position - before) * WIDTH
            kinds, subjects = records[first::WIDTH], records[first + 3 :: WIDTH]
            counts.decisions.update(trail)
            for pointer, place in trail.caught:
                after = place - trail.position  # a catcher leaves its state at once, or not at all
                if 0 <= after < len(kinds) and kinds[after].endswith("StateExited"):
                    counts.caught[pointer] += 1
            trail.clear()
            trail.caught.clear()
            if not _leads_to(execution.decisions, trail):
                self._counting.warn(
                    f"{_called(execution)} had its decisions taken away: rules, retriers and "
                    "catchers, and how states were left meanwhile, are not counted"
                )
                subjects = [
                    None if kind.endswith("StateExited") else subject
                    for kind, subject in zip(kinds, subjects, strict=True)
                ]
                trail.before, execution.decisions = execution.decisions, trail
            counts.events.update(zip(kinds, subjects, strict=True))
            trail.position = execution.event_count

    def _detach(self, trail: Trail, execution: Execution) -> None:
        """Leave an execution as it would be without us."""
        if execution.decisions is trail:
            execution.decisions = trail.before
        if execution.on_forget == trail.forget:
            execution.on_forget = trail.forget_before
        trail.execution = None
        del self._trails[id(execution)]


def _leads_to(decisions: list[Decision] | None, trail: Trail) -> bool:
    """Whether what an execution decides comes to a trail, by way of those of other spells."""
    while decisions is not trail:
        if not isinstance(decisions, Trail):
            return False
        decisions = decisions.before
    return True


def _called(execution: Execution) -> str:
    return f"an execution of {execution.identity.machine.name!r} ({execution.identity.name})"
