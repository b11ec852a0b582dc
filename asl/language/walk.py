"""The machines, states and rules of a definition, found in one walk for all who check it.

The tree may have any shape: what is not an object where one is expected is passed over (the schema
complains of it). It knows nothing of what is right or wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from asl.jsontypes import Json
    from asl.language.model import MachineType, QueryLanguage
    from asl.language.positions import Path

    Tree: TypeAlias = dict[str, Json]

STATE_TYPES = ("Task", "Wait", "Pass", "Succeed", "Fail", "Choice", "Parallel", "Map")
#: Those that have a result, and may fail: Retry and Catch are theirs.
WORKING_TYPES = ("Task", "Parallel", "Map")
#: Those that end their machine.
ENDING_TYPES = ("Succeed", "Fail")
PROCESSORS = ("ItemProcessor", "Iterator")

_NO_STATES: Mapping[str, Json] = {}
_KINDS = frozenset(STATE_TYPES)


class Machine:
    """The whole state machine (path ``()``), a branch or an item processor.

    Attributes:
        path: Where it stands.
        tree: The object.
        outer: The Parallel or Map that it stands in; None for the whole.
        type: What it runs as: that of the whole, or the ExecutionType of a Distributed Map.
        states: Its states that are objects, by name, without those of the machines inside.
    """

    __slots__ = ("outer", "path", "states", "tree", "type")

    def __init__(
        self,
        path: Path,
        tree: Tree,
        outer: State | None,
        type: MachineType,  # noqa: A002 - the field's name in AWS's API
    ) -> None:
        self.path = path
        self.tree = tree
        self.outer = outer
        self.type = type
        self.states: dict[str, State] = {}

    @property
    def all_states(self) -> Mapping[str, Json]:
        """What ``States`` holds, objects or not, if ``States`` is an object."""
        states = self.tree.get("States")
        return states if isinstance(states, dict) else _NO_STATES

    @property
    def is_distributed(self) -> bool:
        """Whether it is the processor of a Map in DISTRIBUTED mode."""
        config = self.tree.get("ProcessorConfig")
        return isinstance(config, dict) and config.get("Mode") == "DISTRIBUTED"


class State:
    """A state, with the machine that it stands in.

    Attributes:
        path: Where it stands.
        name: Its key.
        tree: The object.
        machine: The machine that it is a state of.
        kind: Its Type, if that is one of the eight.
        language: Its own query language or the whole machine's; AWS takes whatever is not exactly
            JSONPath for JSONata (and complains of it too).
        inner: The branches or the item processor, in the order of the text.
        rules: The rules of a Choice, each before those inside of it.
        retriers: What is in Retry.
        catchers: What is in Catch.
        targets: Next, Default, and the Next of rules and catchers.
    """

    __slots__ = (
        "catchers", "inner", "kind", "language", "machine", "name", "path", "retriers", "rules",
        "targets", "tree",
    )  # fmt: skip

    def __init__(
        self,
        path: Path,
        name: str,
        tree: Tree,
        machine: Machine,
        kind: str | None,
        language: QueryLanguage,
    ) -> None:
        self.path = path
        self.name = name
        self.tree = tree
        self.machine = machine
        self.kind = kind
        self.language = language
        self.inner: Sequence[Machine] = ()
        self.rules: Sequence[Rule] = ()
        self.retriers: Sequence[Entry] = ()
        self.catchers: Sequence[Entry] = ()
        self.targets: Sequence[Target] = ()


class Rule(NamedTuple):
    """A rule of a Choice state; ``is_nested`` inside And, Or and Not."""

    path: Path
    tree: Tree
    is_nested: bool


class Target(NamedTuple):
    """A field of a state that names the state that may follow; ``name`` may be any JSON."""

    path: Path
    name: Json


class Entry(NamedTuple):
    """A retrier or catcher."""

    path: Path
    tree: Tree


def language_of(tree: Tree, default: QueryLanguage) -> QueryLanguage:
    """The query language that a machine or state has."""
    if "QueryLanguage" not in tree:
        return default
    return "JSONPath" if tree["QueryLanguage"] == "JSONPath" else "JSONata"


def survey(tree: Tree, machine_type: MachineType) -> list[Machine]:
    """The state machine and all machines inside of it; each before those inside of it."""
    whole = Machine((), tree, None, machine_type)
    language = language_of(tree, "JSONPath")
    found = []
    pending = [whole]
    while pending:
        machine = pending.pop()
        found.append(machine)
        inner: list[Machine] = []
        for name, value in machine.all_states.items():
            if isinstance(value, dict):
                kind = value.get("Type")
                state = State(
                    (*machine.path, "States", name),
                    name,
                    value,
                    machine,
                    kind if isinstance(kind, str) and kind in _KINDS else None,
                    language_of(value, language),
                )
                machine.states[name] = state
                state.targets = _targets_of(state)
                if kind == "Choice":
                    state.rules = list(_rules_of(state))
                if "Retry" in value:
                    state.retriers = _entries_of(state, "Retry")
                if "Catch" in value:
                    state.catchers = _entries_of(state, "Catch")
                if kind not in _LEAVES:
                    state.inner = list(_machines_of(state))
                    inner += state.inner
        pending += reversed(inner)
    return found


#: Types that have no machines inside; of an unknown Type everything is looked at.
_LEAVES: tuple[Literal["Task", "Wait", "Pass", "Succeed", "Fail", "Choice"], ...] = (
    "Task", "Wait", "Pass", "Succeed", "Fail", "Choice",
)  # fmt: skip


def _machines_of(state: State) -> Iterator[Machine]:
    for name, value in state.tree.items():
        if name in PROCESSORS and isinstance(value, dict):
            yield Machine((*state.path, name), value, state, _type_of(value, state.machine.type))
        elif name == "Branches" and isinstance(value, list):
            for index, branch in enumerate(value):
                if isinstance(branch, dict):
                    yield Machine((*state.path, name, index), branch, state, state.machine.type)


def _type_of(processor: Tree, outer: MachineType) -> MachineType:
    config = processor.get("ProcessorConfig")
    if isinstance(config, dict) and config.get("Mode") == "DISTRIBUTED":
        return "EXPRESS" if config.get("ExecutionType") == "EXPRESS" else outer
    return outer


def _rules_of(state: State) -> Iterator[Rule]:
    pending = _rules((*state.path, "Choices"), state.tree.get("Choices"), is_nested=False)
    while pending:
        rule = pending.pop()
        yield rule
        for name, value in reversed(rule.tree.items()):
            if name in ("And", "Or"):
                pending += _rules((*rule.path, name), value, is_nested=True)
            elif name == "Not" and isinstance(value, dict):
                pending.append(Rule((*rule.path, name), value, is_nested=True))


def _rules(path: Path, value: Json, *, is_nested: bool) -> list[Rule]:
    """The rules of an array, last first."""
    items = value if isinstance(value, list) else []
    rules = [
        Rule((*path, index), item, is_nested)
        for index, item in enumerate(items)
        if isinstance(item, dict)
    ]
    return rules[::-1]


def _targets_of(state: State) -> list[Target]:
    tree = state.tree
    found = [
        Target((*state.path, name), tree[name]) for name in ("Next", "Default") if name in tree
    ]
    for name in ("Choices", "Catch"):
        entries = tree.get(name)
        if isinstance(entries, list):
            found += (
                Target((*state.path, name, index, "Next"), entry["Next"])
                for index, entry in enumerate(entries)
                if isinstance(entry, dict) and "Next" in entry
            )
    return found


def _entries_of(state: State, name: Literal["Retry", "Catch"]) -> list[Entry]:
    entries = state.tree.get(name)
    if not isinstance(entries, list):
        return []
    return [
        Entry((*state.path, name, index), entry)
        for index, entry in enumerate(entries)
        if isinstance(entry, dict)
    ]
