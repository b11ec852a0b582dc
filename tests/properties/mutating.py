"""Putting one fault into a valid definition: the ways to do it, for the table in `mutants`.

A mutator is asked about a place, a state or a machine. It gives a copy of the definition with a
fault there, which knows the rule that it breaks, where that has to be told, and whether at the key
or at the value; or None if it can't do anything at that place.
"""

from __future__ import annotations

import copy
from typing import Any, NamedTuple

from asl.jsontypes import escape_pointer

LONG = "x" * 81
FLOWING = ("Pass", "Task", "Wait", "Parallel", "Map")
WORKING = ("Task", "Parallel", "Map")


class Place(NamedTuple):
    """A state of a definition (or a machine, where ``kind`` is ``""``)."""

    path: tuple[str | int, ...]
    tree: dict[str, Any]
    kind: str
    is_jsonata: bool
    names: list[str]  # the states of its machine


class Mutant(NamedTuple):
    tree: dict[str, Any]
    pointer: str
    rule: str
    at: str = "value"


def pointer_to(path):
    return "".join(f"/{escape_pointer(str(step))}" for step in path)


def machines_of(tree):
    """Each machine with its path, outer ones first."""
    pending = [((), tree)]
    for path, machine in pending:
        yield path, machine
        for name, state in machine["States"].items():
            here = (*path, "States", name)
            branches = enumerate(state.get("Branches", ()))
            pending += [((*here, "Branches", index), branch) for index, branch in branches]
            for field in ("ItemProcessor", "Iterator"):
                if field in state:
                    pending.append(((*here, field), state[field]))


def places_of(tree):
    """Each state, and each machine as a place without a kind."""
    whole = tree.get("QueryLanguage") == "JSONata"
    for path, machine in machines_of(tree):
        names = list(machine["States"])
        yield Place(path, machine, "", whole, names)
        for name, state in machine["States"].items():
            is_jsonata = state.get("QueryLanguage", "JSONata" if whole else "JSONPath") == "JSONata"
            yield Place((*path, "States", name), state, state["Type"], is_jsonata, names)


class Editor:
    """One mutant in the making: a copy of the definition, open at one place."""

    def __init__(self, tree, place):
        self.tree = copy.deepcopy(tree)
        self.path = place.path
        self.at = self.tree
        for step in place.path:
            self.at = self.at[step]

    def done(self, rule, *steps, at="value"):
        return Mutant(self.tree, pointer_to((*self.path, *steps)), rule, at)


def set_field(name, value, rule, *kinds, language=None, at="value", drops=()):
    """A mutator that gives a field of a state of some types a value."""

    def mutate(tree, place, rng):
        fits = place.kind in kinds and language in (
            None,
            "JSONata" if place.is_jsonata else "JSONPath",
        )
        if not fits:
            return None
        edit = Editor(tree, place)
        for one in drops:
            edit.at.pop(one, None)
        edit.at[name] = copy.deepcopy(value)
        return edit.done(rule, name, at=at)

    return mutate


def set_in(field, name, value, rule, language=None, *, at="value"):
    """A mutator that gives a field of one retrier, catcher or rule a value."""

    def mutate(tree, place, rng):
        if language not in (
            None,
            "JSONata" if place.is_jsonata else "JSONPath",
        ) or not place.tree.get(field):
            return None
        edit = Editor(tree, place)
        index = rng.randrange(len(edit.at[field]))
        edit.at[field][index][name] = copy.deepcopy(value)
        return edit.done(rule, field, index, name, at=at)

    return mutate


def drop_in(field, name, rule):
    def mutate(tree, place, rng):
        if not place.tree.get(field):
            return None
        edit = Editor(tree, place)
        index = rng.randrange(len(edit.at[field]))
        del edit.at[field][index][name]
        return edit.done(rule, field, index)

    return mutate


def in_template(entry, rule, *, at="value"):
    """A mutator that adds an entry to a template; the whole template may be new."""

    def mutate(tree, place, rng):
        if place.kind not in ("Task", "Parallel") or place.is_jsonata:
            return None
        edit = Editor(tree, place)
        edit.at.setdefault("Parameters", {}).update(entry)
        return edit.done(rule, "Parameters", list(entry)[-1], at=at)

    return mutate


def drop_next(tree, place, rng):
    if place.kind not in FLOWING:
        return None
    edit = Editor(tree, place)
    edit.at.pop("Next", None)
    edit.at.pop("End", None)
    return edit.done("ASL-206")


def next_and_end(tree, place, rng):
    if place.kind not in FLOWING:
        return None
    edit = Editor(tree, place)
    edit.at |= {"Next": rng.choice(place.names), "End": True}
    return edit.done("ASL-205")


def drop_field(name, rule, *kinds):
    def mutate(tree, place, rng):
        if place.kind not in kinds or name not in place.tree:
            return None
        edit = Editor(tree, place)
        del edit.at[name]
        return edit.done(rule)

    return mutate


def rename_target(tree, place, rng):
    if "Next" not in place.tree:
        return None
    edit = Editor(tree, place)
    edit.at["Next"] += rng.choice(("x", " ", "é"))
    return edit.done("ASL-207", "Next")


def name_first_state(machine, name):
    """Give the state that StartAt names another name; nothing else knows of it."""
    machine["States"] = {
        (name if one == machine["StartAt"] else one): state
        for one, state in machine["States"].items()
    }


def rename_state(tree, place, rng):
    """A state's own name changes, its references do not: the first of them is to blame."""
    if place.kind != "":
        return None
    edit = Editor(tree, place)
    name_first_state(edit.at, edit.at["StartAt"] + "_")
    return edit.done("ASL-107", "StartAt")


def long_name(tree, place, rng):
    if place.kind != "":
        return None
    edit = Editor(tree, place)
    name_first_state(edit.at, LONG)
    edit.at["StartAt"] = LONG
    return edit.done("ASL-112", "States", LONG, at="key")


def unreachable_state(tree, place, rng):
    if place.kind != "":
        return None
    edit = Editor(tree, place)
    states = list(edit.at["States"].items())
    states.insert(rng.randrange(len(states) + 1), ("Lost", {"Type": "Succeed"}))
    edit.at["States"] = dict(states)
    return edit.done("ASL-110", "States", "Lost", at="key")


def state_of_outer_name(tree, place, rng):
    if place.kind != "" or not place.path:
        return None
    edit = Editor(tree, place)
    name = rng.choice(list(tree["States"]))
    name_first_state(edit.at, name)
    edit.at["StartAt"] = name
    # of two equal names the second is told, and machines are looked at in the order of `survey`
    return edit.done("ASL-111", "States", name, at="key")


def no_end(tree, place, rng):
    states = place.tree.get("States", {}).values()
    if place.path or any(one["Type"] in ("Succeed", "Fail") for one in states):
        return None
    edit = Editor(tree, place)
    for one in edit.at["States"].values():
        if one.pop("End", None):
            one["Next"] = edit.at["StartAt"]
    return edit.done("ASL-109", "States")


def heartbeat(tree, place, rng):
    if place.kind != "Task":
        return None
    edit = Editor(tree, place)
    edit.at.pop("TimeoutSecondsPath", None)
    edit.at |= {"TimeoutSeconds": 5, "HeartbeatSeconds": 5}
    return edit.done("ASL-307", "HeartbeatSeconds")


def all_first(tree, place, rng):
    if place.kind not in WORKING:
        return None
    edit = Editor(tree, place)
    edit.at["Retry"] = [{"ErrorEquals": ["States.ALL"]}, {"ErrorEquals": ["Declined"]}]
    return edit.done("ASL-325", "Retry", 0, "ErrorEquals")


def second_operator(tree, place, rng):
    if place.kind != "Choice" or place.is_jsonata:
        return None
    edit = Editor(tree, place)
    edit.at["Choices"][0] = {
        "Variable": "$.a",
        "IsNull": True,
        "NumericEquals": 1,
        "Next": edit.at["Default"],
    }
    return edit.done("ASL-344", "Choices", 0)


def nested_next(tree, place, rng):
    if place.kind != "Choice" or place.is_jsonata:
        return None
    edit = Editor(tree, place)
    following = edit.at["Default"]
    edit.at["Choices"][0] = {
        "Not": {"Variable": "$.a", "IsNull": True, "Next": following},
        "Next": following,
    }
    return edit.done("ASL-346", "Choices", 0, "Not", "Next", at="key")


def bad_rule(rule_tree, code, *steps, language="JSONPath", at="value"):
    def mutate(tree, place, rng):
        if place.kind != "Choice" or place.is_jsonata != (language == "JSONata"):
            return None
        edit = Editor(tree, place)
        edit.at["Choices"][0] = copy.deepcopy(rule_tree) | {"Next": edit.at["Default"]}
        return edit.done(code, "Choices", 0, *steps, at=at)

    return mutate


def given_twice(name, kind):
    """A field stands beside its twin that reads a path: the state is to blame."""

    def mutate(tree, place, rng):
        if place.kind != kind or place.is_jsonata or name not in place.tree:
            return None
        edit = Editor(tree, place)
        edit.at[f"{name}Path"] = "$.n"
        return edit.done("ASL-215")

    return mutate


def wait_twice(tree, place, rng):
    if place.kind != "Wait":
        return None
    edit = Editor(tree, place)
    for name in ("Timestamp", "SecondsPath", "TimestampPath"):
        edit.at.pop(name, None)
    edit.at |= {"Seconds": 1, "Timestamp": "2030-01-01T00:00:00Z"}
    return edit.done("ASL-361")


def wait_for_nothing(tree, place, rng):
    if place.kind != "Wait":
        return None
    edit = Editor(tree, place)
    for name in ("Seconds", "Timestamp", "SecondsPath", "TimestampPath"):
        edit.at.pop(name, None)
    return edit.done("ASL-361")


def downgrade(tree, place, rng):
    if tree.get("QueryLanguage") != "JSONata" or place.kind == "":
        return None
    edit = Editor(tree, place)
    edit.at["QueryLanguage"] = "JSONPath"
    return edit.done("ASL-204")


def of_machine(name, value, rule, *, whole=False, inner=False, at="value"):
    def mutate(tree, place, rng):
        if place.kind != "" or (whole and place.path) or (inner and not place.path):
            return None
        edit = Editor(tree, place)
        edit.at[name] = copy.deepcopy(value)
        return edit.done(rule, name, at=at)

    return mutate


def drop_of_machine(name, rule):
    def mutate(tree, place, rng):
        if place.kind != "":
            return None
        edit = Editor(tree, place)
        del edit.at[name]
        return edit.done(rule)

    return mutate


def state_is_no_object(tree, place, rng):
    if place.kind == "":
        return None
    edit = Editor(tree, place)
    owner, name = edit.tree, place.path[-1]
    for step in place.path[:-1]:
        owner = owner[step]
    owner[name] = rng.choice((None, 1, "Pass", ["Pass"]))
    return edit.done("ASL-203")


def processor(name, value, rule, *steps, at="value"):
    def mutate(tree, place, rng):
        if place.kind != "Map":
            return None
        edit = Editor(tree, place)
        edit.at["ItemProcessor"][name] = copy.deepcopy(value)
        return edit.done(rule, "ItemProcessor", name, *steps, at=at)

    return mutate
