"""The fields of a JSONata state: JSON with ``{% %}`` expressions, applied to `$states`.

Source: AWS guide, "Transforming data with JSONata in Step Functions"; ASL specification, "JSONata".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from asl.language.fields import Fields
from asl.query.environment import Bound, Compiled, constant
from asl.query.jsonata.expression import compile_expression
from asl.query.jsonata.syntax import is_expression
from asl.query.jsonata.values import compile_value
from asl.query.paths import ReferencePath
from asl.query.typed import (
    ArrayQuery,
    CollectionQuery,
    FloatQuery,
    IntQuery,
    TextQuery,
    collection_by_expression,
    constant_number,
    input_array,
    instant_by_expression,
    number_by_expression,
)

if TYPE_CHECKING:
    from asl.jsontypes import Json
    from asl.query.choices import Predicate
    from asl.query.environment import Environment, Query
    from asl.query.jsonata.expression import Expected

_ROOT = ReferencePath(text="$", steps=())


#: What `$states` has beside the input itself: ``{"input":}``.
_STATES_BYTES = 10


def _make_states(data: Json, _environment: Environment) -> Json:
    return {"input": data}


def _take_input(states: Json, _environment: Environment) -> Json:
    return cast("dict[str, Json]", states)["input"]


class JsonataFields(Fields):
    """The fields of a JSONata state."""

    language = "JSONata"

    def template(self, field: str) -> Compiled | None:
        """Any JSON with expressions in it."""
        if field not in self.tree:
            return None
        return self.compiled(field, compile_value, self.tree[field], field)

    def _expression(self, field: str, expects: Expected) -> Query:
        text = self.tree[field]
        compiled = self.compiled(field, lambda: compile_expression(text, field, expects=expects))
        return compiled.evaluate

    def input_view(self) -> Compiled | None:
        """`$states`, as it is before there is a result."""
        return Compiled(_make_states, Bound(_STATES_BYTES, of_data=1))

    def output_path(self) -> Compiled | None:
        """There is no OutputPath in JSONata."""
        return None

    def output(self) -> Compiled | None:
        """Output."""
        return self.template("Output")

    def pass_result(self) -> Compiled | None:
        """A Pass works on its `$states`."""
        return None

    def arguments(self) -> Compiled | None:
        """Arguments; the input where they are left out."""
        return self.template("Arguments") or Compiled(_take_input, Bound(0, of_data=1))

    def result_path(self) -> ReferencePath | None:
        """The result is the output, unless Output says otherwise."""
        return _ROOT

    def timeout(self, field: str) -> IntQuery | None:
        """A number, or an expression that gives one."""
        return self._number(field, least=0)

    def count(self, field: str) -> IntQuery | None:
        """A number, or an expression that gives one."""
        return self._number(field, least=0)

    def _number(self, field: str, *, least: int | None) -> IntQuery | None:
        if field not in self.tree:
            return None
        if not isinstance(self.tree[field], str):
            return constant_number(self.tree[field])
        query = self._expression(field, "number")
        return number_by_expression(field, query, least=least)

    def wait_seconds(self) -> IntQuery | None:
        """Seconds."""
        return self.count("Seconds")

    def wait_timestamp(self) -> IntQuery | None:
        """Timestamp."""
        if "Timestamp" not in self.tree:
            return None
        if not is_expression(self.tree["Timestamp"]):
            return self.timestamp()
        query = self._expression("Timestamp", "string")
        return instant_by_expression(query)

    def failure_text(self, field: str) -> TextQuery | None:
        """Error or Cause."""
        if field not in self.tree:
            return None
        if not is_expression(self.tree[field]):
            return self.text(field)
        return cast("TextQuery", self._expression(field, "string"))

    def items(self) -> ArrayQuery:
        """Items: an array with expressions in it, or an expression that gives one."""
        if "Items" not in self.tree:
            return input_array
        items = self.tree["Items"]
        if isinstance(items, str):
            return cast("ArrayQuery", self._expression("Items", "array"))
        compiled = self.template("Items") or constant([])
        return cast("ArrayQuery", compiled.evaluate)

    def collection(self) -> CollectionQuery:
        """Items: an array, or an object; the input where it is left out."""
        if "Items" not in self.tree:
            return input_array
        items = self.template("Items") or constant([])
        return collection_by_expression(items.evaluate)

    def whole(self, field: str) -> IntQuery | None:
        """A number, or an expression that gives one."""
        return self._number(field, least=None)

    def percentage(self, field: str) -> FloatQuery | None:
        """A number, or an expression that gives one."""
        if field not in self.tree:
            return None
        if not isinstance(self.tree[field], str):
            number = float(self.tree[field])
            return lambda _data, _environment: number
        query = self._expression(field, "number")
        return cast("FloatQuery", query)

    def rule(self) -> Predicate:
        """Condition: a boolean, or an expression that gives one."""
        condition = self.tree["Condition"]
        if isinstance(condition, bool):
            return lambda _data, _environment: condition
        return cast("Predicate", self._expression("Condition", "boolean"))
