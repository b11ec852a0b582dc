"""What a state passes on, as far as it is known without running anything.

From the shape of a state's input to those of its result and of its output on each way out, in both
query languages. It mirrors the engine (`asl.engine.states`); whatever has the wrong type, or could
only be known by computing, is ANYTHING.

Source: ASL specification, "Input and output processing"; AWS guide, "Transforming data with JSONata
in Step Functions".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from asl.language.flow.choosing import live_rules
from asl.language.flow.shapes import (
    ANYTHING,
    ARRAY,
    EMPTY,
    ERROR,
    Missing,
    array_of,
    put,
    shape_of,
)
from asl.language.flow.values import data_path, expressed_value, follow, template_value
from asl.language.walk import WORKING_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import EllipsisType

    from asl.jsontypes import Json
    from asl.language.flow.shapes import Value
    from asl.language.flow.values import Roots
    from asl.language.walk import State, Tree

#: Fields with which the work of a Map has other results, or other items, than one of its own each.
_NOT_PLAIN: Final = frozenset(("ItemReader", "ItemBatcher", "ResultWriter"))


class Stages:
    """What a state works on, one after the other; each is looked for when it is asked for."""

    __slots__ = ("_output", "_raw", "_result", "_view", "input", "state")

    def __init__(self, state: State, arriving: Value) -> None:
        self.state = state
        self.input = arriving
        self._view: Value | EllipsisType = ...
        self._raw: Value | EllipsisType = ...
        self._result: Value | EllipsisType = ...
        self._output: Value | EllipsisType = ...

    @property
    def view(self) -> Value:
        """What InputPath leaves of the input."""
        if self._view is ...:
            if self.state.language == "JSONata" or "InputPath" not in self.state.tree:
                self._view = self.input
            else:
                self._view = _by_path(self.state.tree["InputPath"], self.input)
        return self._view

    @property
    def raw(self) -> Value:
        """The result of the work; for states that do none, the view."""
        if self._raw is ...:
            state = self.state
            if state.kind in WORKING_TYPES:
                self._raw = _work_result(state)
            elif state.kind == "Pass" and state.language != "JSONata":
                self._raw = self._pass_result()
            else:
                self._raw = self.view
        return self._raw

    def _pass_result(self) -> Value:
        tree = self.state.tree
        if "Result" in tree:
            return shape_of(tree["Result"])
        return _template(tree["Parameters"], self.view) if "Parameters" in tree else self.view

    @property
    def result(self) -> Value:
        """What ResultSelector makes of the result."""
        if self._result is ...:
            tree = self.state.tree
            if "ResultSelector" in tree and self.state.kind in WORKING_TYPES:
                self._result = _template(tree["ResultSelector"], self.raw)
            else:
                self._result = self.raw
        return self._result

    @property
    def output(self) -> Value:
        """What ResultPath makes of input and result."""
        if self._output is ...:
            state = self.state
            if state.language != "JSONata" and state.kind in (*WORKING_TYPES, "Pass"):
                self._output = _placed(state.tree, self)
            else:
                self._output = self.result
        return self._output


def departures(stages: Stages) -> Iterator[tuple[Json, Value]]:
    """Each name of a state that may follow, with what is passed on to it."""
    state = stages.state
    tree, kind = state.tree, state.kind
    if kind == "Choice":
        live = live_rules(state, stages.view)
        for rule in live.rules.values():
            yield rule.get("Next"), _leaving(state, rule, stages)
        if live.leads_to_default:
            yield tree.get("Default"), _leaving(state, tree, stages)
        return
    if "Next" in tree:
        yield tree["Next"], _leaving(state, tree, stages)
    if "Catch" in tree and kind in WORKING_TYPES:
        catchers = tree["Catch"]
        for catcher in catchers if isinstance(catchers, list) else ():
            if isinstance(catcher, dict):
                yield catcher.get("Next"), _caught(catcher, stages)


def roots_of(stages: Stages) -> Roots:
    """What an expression of a state finds in ``$states``."""
    if stages.state.kind in WORKING_TYPES:
        return {"input": stages.input, "result": stages.raw}
    return {"input": stages.input}


def error_roots(stages: Stages) -> Roots:
    """What an expression of a catcher finds in ``$states``."""
    return {"input": stages.input, "errorOutput": ERROR}


def given_to_inner(stages: Stages) -> Value:
    """What the machines inside of a Parallel or Map start with."""
    state = stages.state
    tree = state.tree
    is_jsonata = state.language == "JSONata"
    default: Value = ANYTHING
    if state.kind == "Parallel":
        field = "Arguments" if is_jsonata else "Parameters"
        default = stages.view
    elif state.kind == "Map" and "ItemBatcher" not in tree:
        field = "Parameters" if "ItemSelector" not in tree and not is_jsonata else "ItemSelector"
    else:
        return ANYTHING
    if field not in tree:
        return default
    if is_jsonata:
        return expressed_value(tree[field], {"input": stages.input})
    return _template(tree[field], stages.view)


def _work_result(state: State) -> Value:
    tree = state.tree
    if state.kind == "Parallel":
        branches = tree.get("Branches")
        if isinstance(branches, list) and 0 < len(branches) == len(state.inner):
            return array_of([ANYTHING] * len(branches))
    elif state.kind == "Map" and len(state.inner) == 1 and _NOT_PLAIN.isdisjoint(tree):
        config = state.inner[0].tree.get("ProcessorConfig", {})
        if isinstance(config, dict) and config.get("Mode", "INLINE") == "INLINE":
            return ARRAY
    return ANYTHING


def _template(template: Json, data: Value) -> Value:
    return template_value(template, data) if isinstance(template, dict | list) else ANYTHING


def _by_path(text: Json, value: Value) -> Value:
    """What InputPath or OutputPath leaves; null stands for the empty object."""
    if text == "$":
        return value
    if text is None:
        return EMPTY
    path = data_path(text)
    found = follow(path, value) if path else ANYTHING
    return ANYTHING if isinstance(found, Missing) else found


def _placed(holder: Tree, stages: Stages, *, is_error: bool = False) -> Value:
    """What the ResultPath of a state or catcher makes of the input and a result."""
    text = holder.get("ResultPath", "$")
    if text is None:
        return stages.input
    result = ERROR if is_error else stages.result
    if text == "$":
        return result
    path = data_path(text)
    return put(stages.input, path.steps, result) if path and not path.merged else ANYTHING


def _leaving(state: State, holder: Tree, stages: Stages) -> Value:
    """The output of a state, or of one of its rules."""
    if state.language == "JSONata":
        if "Output" not in holder:
            return stages.output
        return expressed_value(holder["Output"], roots_of(stages))
    if "OutputPath" not in state.tree:
        return stages.output
    return _by_path(state.tree["OutputPath"], stages.output)


def _caught(catcher: Tree, stages: Stages) -> Value:
    """What a catcher passes on; the OutputPath of the state does not apply to it."""
    if stages.state.language != "JSONata":
        return _placed(catcher, stages, is_error=True)
    if "Output" not in catcher:
        return ERROR
    return expressed_value(catcher["Output"], error_roots(stages))
