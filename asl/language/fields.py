"""The fields of one state, read by what they mean in its query language.

A state's compiler (`compile.py`) asks for "what the work is given" or "the timeout"; whether that
is Parameters with InputPath or Arguments, TimeoutSecondsPath or an expression, is known here only.
What can't be run here is refused by its JSON pointer.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from asl.errors import JSONPathError, QuerySyntaxError, UnsupportedFeature, quote
from asl.query.environment import NESTING_BYTES, Compiled, constant
from asl.query.jsonata.syntax import UnsupportedExpressionError
from asl.query.path_text import UnsupportedPathError
from asl.query.paths import Missing, compile_path, compile_reference_path, invalid_path
from asl.query.templates import compile_dynamic, compile_template
from asl.query.timestamps import parse_timestamp
from asl.query.typed import (
    ArrayQuery,
    CollectionQuery,
    FloatQuery,
    IntQuery,
    TextQuery,
    array_by_path,
    collection_by_path,
    constant_number,
    count_by_path,
    float_by_path,
    instant_by_path,
    text_by_path,
    timeout_by_path,
    wait_by_path,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from asl.jsontypes import Json
    from asl.language.model import QueryLanguage
    from asl.query.choices import Predicate
    from asl.query.environment import Environment
    from asl.query.paths import ReferencePath

T = TypeVar("T")
Tree = dict[str, Any]


def _named(error: QuerySyntaxError) -> str:
    """What is not run: the innermost text that says so."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(
        cause, UnsupportedPathError | UnsupportedExpressionError
    ):
        cause = cause.__cause__
    if isinstance(cause, UnsupportedPathError):
        return f"the path {cause.text!r}"
    return f"the expression {quote(cause.text if cause else error.text)}"


class Fields(ABC):
    """The fields of a state, a Choice rule or a catcher."""

    language: ClassVar[QueryLanguage]

    def __init__(self, tree: Tree, pointer: str) -> None:
        self.tree = tree
        self.pointer = pointer

    def inner(self, tree: Tree, path: str) -> Fields:
        """The fields of something inside, in the same language."""
        return type(self)(tree, f"{self.pointer}/{path}")

    def compiled(self, field: str, build: Callable[..., T], *arguments: object) -> T:
        """What ``build`` makes of the field, or of the whole where ``field`` is empty.

        Raises:
            UnsupportedFeature: It can't be run here; says what, where and why.
        """
        where = f"{self.pointer}/{field}" if field else self.pointer
        try:
            return build(*arguments)
        except UnsupportedFeature as error:
            raise UnsupportedFeature(error.feature, where + error.pointer, error.hint) from error
        except QuerySyntaxError as error:
            where += getattr(error, "pointer", "")
            raise UnsupportedFeature(_named(error), where, str(error)) from error

    def assign(self) -> Compiled | None:
        """The new variables, as one object."""
        return self.template("Assign") if self.tree.get("Assign") else None

    def timestamp(self) -> IntQuery:
        """Timestamp as it stands in the definition."""
        at_ns = parse_timestamp(self.tree["Timestamp"])
        if at_ns is None:  # the checker has looked
            raise AssertionError(self.tree["Timestamp"])
        return constant_number(at_ns)

    def text(self, field: str) -> TextQuery:
        """Error or Cause as it stands in the definition."""
        text: str = self.tree[field]
        return lambda _data, _environment: text

    @abstractmethod
    def template(self, field: str) -> Compiled | None:
        """A field that holds JSON with queries in it; None where it is left out."""

    @abstractmethod
    def input_view(self) -> Compiled | None:
        """From the state's input to what its queries are applied to; None for the input itself."""

    @abstractmethod
    def output_path(self) -> Compiled | None:
        """OutputPath."""

    @abstractmethod
    def output(self) -> Compiled | None:
        """Output."""

    @abstractmethod
    def pass_result(self) -> Compiled | None:
        """What a Pass makes of its view; None for the view itself."""

    @abstractmethod
    def arguments(self) -> Compiled | None:
        """What a Task or Parallel gives to its work; None for the view itself."""

    @abstractmethod
    def result_path(self) -> ReferencePath | None:
        """Where the result goes; None drops it."""

    @abstractmethod
    def timeout(self, field: str) -> IntQuery | None:
        """TimeoutSeconds or HeartbeatSeconds."""

    @abstractmethod
    def count(self, field: str) -> IntQuery | None:
        """MaxConcurrency and its like."""

    @abstractmethod
    def wait_seconds(self) -> IntQuery | None:
        """The seconds of a Wait."""

    @abstractmethod
    def wait_timestamp(self) -> IntQuery | None:
        """The instant of a Wait, in nanoseconds since the epoch."""

    @abstractmethod
    def failure_text(self, field: str) -> TextQuery | None:
        """Error or Cause of a Fail state."""

    @abstractmethod
    def items(self) -> ArrayQuery:
        """The items of a Map."""

    @abstractmethod
    def collection(self) -> CollectionQuery:
        """The items of a Distributed Map, which may stand in an object too."""

    @abstractmethod
    def whole(self, field: str) -> IntQuery | None:
        """A whole number whose range is checked elsewhere: MaxItems, ToleratedFailureCount."""

    @abstractmethod
    def percentage(self, field: str) -> FloatQuery | None:
        """ToleratedFailurePercentage; its range is checked elsewhere."""

    @abstractmethod
    def rule(self) -> Predicate:
        """The condition of a Choice rule."""


def _no_value(field: str) -> Missing:
    """What AWS says where the path of a Wait's field finds nothing (recorded)."""
    return lambda text, _data, _reason: JSONPathError(
        f"The {field} parameter does not reference an input value: {text}"
    )


class JsonPathFields(Fields):
    """The fields of a JSONPath state. Source: ASL specification, "Input and output processing"."""

    language = "JSONPath"

    def template(self, field: str) -> Compiled | None:
        """A payload template."""
        if field not in self.tree:
            return None
        template = self.tree[field]
        compiled = self.compiled(field, compile_template, template)
        if compiled.bound.is_constant:
            return compiled
        nesting = _levels(template) * NESTING_BYTES
        return compiled._replace(bound=compiled.bound.times(1, more=nesting))

    def input_view(self) -> Compiled | None:
        """InputPath."""
        return self._path("InputPath")

    def output_path(self) -> Compiled | None:
        """OutputPath."""
        return self._path("OutputPath")

    def _path(self, field: str) -> Compiled | None:
        """A path: `$` is None, and null stands for the empty object."""
        text = self.tree.get(field, "$")
        if text is None:
            return constant({})
        return None if text == "$" else self.compiled(field, compile_path, text)

    def output(self) -> Compiled | None:
        """There is no Output in JSONPath."""
        return None

    def pass_result(self) -> Compiled | None:
        """Result or Parameters."""
        if "Result" in self.tree:
            return constant(self.tree["Result"])
        return self.template("Parameters")

    def arguments(self) -> Compiled | None:
        """Parameters."""
        return self.template("Parameters")

    def result_path(self) -> ReferencePath | None:
        """ResultPath; null drops the result."""
        text = self.tree.get("ResultPath", "$")
        if text is None:
            return None
        return self.compiled("ResultPath", compile_reference_path, text)

    def _by_path(
        self,
        field: str,
        build: Callable[[Callable[[Json, Environment], Json], str], T],
        missing: Missing = invalid_path,
    ) -> T | None:
        """A value by the path that a field holds; None where the field is left out."""
        if field not in self.tree:
            return None
        text = self.tree[field]
        return build(self.compiled(field, compile_path, text, missing).evaluate, text)

    def timeout(self, field: str) -> IntQuery | None:
        """The field, or its Path twin."""
        if field in self.tree:
            return constant_number(self.tree[field])
        twin = f"{field}Path"
        return self._by_path(twin, lambda query, path: timeout_by_path(twin, query, path))

    def count(self, field: str) -> IntQuery | None:
        """The field, or its Path twin."""
        if field in self.tree:
            return constant_number(self.tree[field])
        twin = f"{field}Path"
        return self._by_path(twin, lambda query, path: count_by_path(twin, query, path))

    def wait_seconds(self) -> IntQuery | None:
        """Seconds or SecondsPath."""
        if "Seconds" in self.tree:
            return constant_number(self.tree["Seconds"])
        return self._by_path("SecondsPath", wait_by_path, _no_value("SecondsPath"))

    def wait_timestamp(self) -> IntQuery | None:
        """Timestamp or TimestampPath."""
        if "Timestamp" in self.tree:
            return self.timestamp()
        return self._by_path("TimestampPath", instant_by_path, _no_value("TimestampPath"))

    def failure_text(self, field: str) -> TextQuery | None:
        """The field, or its Path twin, which may be a function call."""
        if field in self.tree:
            return self.text(field)
        twin = f"{field}Path"
        if twin not in self.tree:
            return None
        compiled = self.compiled(twin, compile_dynamic, self.tree[twin], twin)
        return text_by_path(twin, compiled.evaluate)

    def items(self) -> ArrayQuery:
        """ItemsPath, or the view itself."""
        by_path = self._by_path("ItemsPath", array_by_path)
        return by_path or array_by_path(lambda data, _environment: data, "$")

    def collection(self) -> CollectionQuery:
        """ItemsPath, or the view itself."""
        by_path = self._by_path("ItemsPath", collection_by_path)
        return by_path or collection_by_path(lambda data, _environment: data, "$")

    def whole(self, field: str) -> IntQuery | None:
        """The field, or its Path twin."""
        if field in self.tree:
            return constant_number(self.tree[field])
        twin = f"{field}Path"
        return self._by_path(twin, lambda query, path: count_by_path(twin, query, path, least=None))

    def percentage(self, field: str) -> FloatQuery | None:
        """The field, or its Path twin."""
        if field in self.tree:
            number = float(self.tree[field])
            return lambda _data, _environment: number
        twin = f"{field}Path"
        return self._by_path(twin, lambda query, path: float_by_path(twin, query, path))

    def rule(self) -> Predicate:
        """A comparison, or And, Or, Not of some."""
        from asl.query.choices import compile_rule  # noqa: PLC0415 - only Choice states have rules

        return self.compiled("", compile_rule, self.tree)


def _levels(template: Json) -> int:
    """How many levels of nesting a template puts round what it takes from its data, at the most."""
    if isinstance(template, dict):
        return 1 + max(map(_levels, template.values()), default=0)
    if isinstance(template, list):
        return 1 + max(map(_levels, template), default=0)
    return template.count("States.") if isinstance(template, str) else 0
