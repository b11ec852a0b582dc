"""Where the data of a state come from: which part of the execution's input a path in it finds.

A value is a spot of the input, an object that was made of such values, or nothing known. What a
task returns is not known, but for one guess: where its result takes the place of its input, it may
have passed on what it was given.

Source: ASL specification, "Input and output processing"; AWS guide, "Transforming data with JSONata
in Step Functions".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from asl.errors import QuerySyntaxError
from asl.language.flow.values import simple_expression
from asl.query.jsonata.simple_text import Reference
from asl.query.path_text import read_path

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asl.jsontypes import Json
    from asl.language.walk import State

#: Keys and indices from the execution's input downwards.
Place: TypeAlias = "tuple[str | int, ...]"


class Spot(NamedTuple):
    """What stands at a place of the execution's input."""

    place: Place


class Made(NamedTuple):
    """An object with these fields; all others are those of ``rest``."""

    fields: Mapping[str, Value]
    rest: Value = None


#: None is a value that nothing is known of.
Value: TypeAlias = "Spot | Made | None"

WHOLE = Spot(())


def follow(value: Value, steps: Sequence[object]) -> Value:
    """What a path of keys and indices finds in a value."""
    for step in steps:
        if not isinstance(step, str | int):
            return None
        if isinstance(value, Made):
            known = isinstance(step, str) and step in value.fields
            value = value.fields[str(step)] if known else follow(value.rest, (step,))
        elif value is not None:
            value = Spot((*value.place, step))
    return value


def put(value: Value, steps: Sequence[object], inner: Value) -> Value:
    """A value with another one at a path, as ResultPath puts it."""
    if not steps:
        return inner
    first, *others = steps
    if not isinstance(first, str):
        return value
    return Made({first: put(follow(value, (first,)), others, inner)}, value)


class Origins(NamedTuple):
    """What is known where a state begins.

    Attributes:
        data: Its input.
        variables: The variables by name.
        item: The item of the innermost Map round it.
    """

    data: Value
    variables: Mapping[str, Value]
    item: Value = None

    def assign(self, template: Json, state: State, data: Value, result: Value) -> Origins:
        """With the variables that an Assign sets."""
        if not isinstance(template, dict):
            return self
        made = self.template(template, state, data, result)
        return self._replace(variables={**self.variables, **made.fields})

    def template(self, template: Json, state: State, data: Value, result: Value) -> Made:
        """What a payload template gives, or a JSONata object: see `made`."""
        made = self.made(template, state, data, result)
        return made if isinstance(made, Made) else Made({})

    def made(self, template: Json, state: State, data: Value, result: Value) -> Value:
        """What a template gives.

        Args:
            template: Any JSON.
            state: Its query language counts.
            data: What ``$`` is; of a JSONata state ``$states.input``.
            result: What ``$states.result`` is.
        """
        if state.language == "JSONata" and isinstance(template, str):
            return self.expression(template, data, result)
        if not isinstance(template, dict):
            return None
        fields: dict[str, Value] = {}
        for key, inner in template.items():
            if state.language == "JSONPath" and key.endswith(".$"):
                fields[key[:-2]] = self.path(inner, data)
            else:
                fields[key] = self.made(inner, state, data, result)
        return Made(fields)

    def path(self, text: Json, data: Value) -> Value:
        """What a path finds; nothing known if it is none, or finds several nodes."""
        if not isinstance(text, str) or not text.startswith("$"):
            return None
        try:
            path = read_path(text)
        except QuerySyntaxError:
            return None
        if not path.is_definite or path.merged:
            return None
        match path.root:
            case "data":
                return follow(data, path.steps)
            case "variables":
                name, *steps = path.steps
                return follow(self.variables.get(str(name)), steps)
            case "context":
                return self._context(path.steps)

    def expression(self, text: Json, data: Value, result: Value = None) -> Value:
        """What an expression finds that is a path."""
        tree = simple_expression(text)
        return self.reference(tree, data, result) if isinstance(tree, Reference) else None

    def reference(self, path: Reference, data: Value, result: Value = None) -> Value:
        """What a path of JSONata finds."""
        if not path.is_states:
            return follow(self.variables.get(path.root), path.steps)
        match path.root:
            case "input":
                return follow(data, path.steps)
            case "result":
                return follow(result, path.steps)
            case "context":
                return self._context(path.steps)
            case _:
                return None

    def _context(self, steps: Sequence[object]) -> Value:
        match steps:
            case ["Execution", "Input", *others]:
                return follow(WHOLE, others)
            case ["Map", "Item", "Value", *others]:
                return follow(self.item, others)
            case _:
                return None
