"""From the checked tree to the model: every path, template, rule and function compiled once.

It trusts the shape of the tree (`structure.py` has checked it) and nothing else: text in a path or
template may still be malformed. All faults are reported together, each with its JSON pointer. What
is valid ASL but not built yet is refused here, by name and place.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, TypeVar, cast

from asl.errors import InvalidDefinition, JSONPathError, QuerySyntaxError, UnsupportedFeature
from asl.jsontypes import Json, dump, escape_pointer, size_bytes
from asl.language.diagnostics import Diagnostic
from asl.language.model import (
    Catcher,
    ChoiceRule,
    ChoiceState,
    Definition,
    FailState,
    MachineType,
    MapState,
    NumberField,
    ParallelState,
    PassState,
    PathField,
    Retrier,
    Scope,
    State,
    SucceedState,
    TaskState,
    WaitState,
)
from asl.language.resources import parse_resource
from asl.query.choices import compile_rule
from asl.query.environment import NESTING_BYTES, Compiled
from asl.query.path_text import UnsupportedPathError
from asl.query.paths import (
    Missing,
    ReferencePath,
    compile_path,
    compile_reference_path,
    invalid_path,
)
from asl.query.templates import compile_dynamic, compile_template
from asl.query.timestamps import parse_timestamp

if TYPE_CHECKING:
    from collections.abc import Callable

    from asl.language.source import Source

T = TypeVar("T")
Tree = dict[str, Any]

_SECOND_US = 1_000_000
_DEFAULT_INTERVAL_SECONDS = 1
_DEFAULT_MAX_ATTEMPTS = 3
_DEFAULT_BACKOFF_RATE = 2.0


def compile_definition(source: Source, *, machine_type: MachineType) -> Definition:
    """Compile a definition whose structure has been checked.

    Raises:
        InvalidDefinition: A path, template, rule or timestamp is malformed; carries all of them.
        UnsupportedFeature: Valid ASL that is not built yet.
    """
    tree = cast("Tree", source.tree)
    compiler = _Compiler(source, machine_type)
    scope = compiler.scope(tree, "")
    if compiler.faults:
        raise InvalidDefinition(compiler.faults)
    timeout = tree.get("TimeoutSeconds")
    return Definition(
        scope=scope,
        type=machine_type,
        timeout_us=None if timeout is None else timeout * _SECOND_US,
        comment=tree.get("Comment", ""),
        tree=tree,
        fingerprint=hashlib.sha256(dump(tree).encode("utf-8", "surrogatepass")).hexdigest(),
    )


def _no_value(field: str) -> Missing:
    """What AWS says where the path of a Wait's field finds nothing (recorded)."""
    return lambda text, _data, _reason: JSONPathError(
        f"The {field} parameter does not reference an input value: {text}"
    )


_MISSING = {field: _no_value(field) for field in ("SecondsPath", "TimestampPath")}


def constant(value: Json) -> Compiled:
    """A query that gives the same value whatever it is applied to."""
    return Compiled(lambda _data, _environment: value, size_bytes(value), 0)


class _Compiler:
    """Walks the tree once; `faults` fills up instead of stopping at the first one."""

    def __init__(self, source: Source, machine_type: MachineType) -> None:
        self.source = source
        self.machine_type = machine_type
        self.faults: list[Diagnostic] = []

    def scope(self, tree: Tree, pointer: str) -> Scope:
        if tree.get("QueryLanguage", "JSONPath") != "JSONPath":
            raise UnsupportedFeature("QueryLanguage JSONata", f"{pointer}/QueryLanguage")
        states = {}
        for name, state in tree["States"].items():
            where = f"{pointer}/States/{escape_pointer(name)}"
            if state.get("QueryLanguage", "JSONPath") != "JSONPath":
                raise UnsupportedFeature("QueryLanguage JSONata", f"{where}/QueryLanguage")
            states[name] = _BUILD[state["Type"]](self, _Fields(self, name, state, where))
        return Scope(tree["StartAt"], states)

    def attempt(self, pointer: str, build: Callable[..., T], *arguments: object) -> T | None:
        """What ``build`` gives, or None with a fault noted where the text is malformed."""
        try:
            return build(*arguments)
        except UnsupportedFeature as error:
            raise UnsupportedFeature(error.feature, pointer + error.pointer, error.hint) from error
        except QuerySyntaxError as error:
            where = pointer + getattr(error, "pointer", "")
            if refusal := _refusal(error):
                raise UnsupportedFeature(
                    f"the path {refusal.text!r}", where, str(refusal)
                ) from error
            self.fault(where, str(error))
            return None

    def fault(self, pointer: str, message: str) -> None:
        line, column = self.source.locate(pointer) or (None, None)
        self.faults.append(
            Diagnostic(
                code="SCHEMA_VALIDATION_FAILED",
                message=message,
                pointer=pointer,
                line=line,
                column=column,
                source=self.source.name,
            )
        )


def _refusal(error: BaseException | None) -> UnsupportedPathError | None:
    """The path that may be valid but that we do not run, if that is why compiling failed."""
    while error is not None and not isinstance(error, UnsupportedPathError):
        error = error.__cause__
    return error


class _Fields:
    """The fields of one state (or rule, or catcher), read by what they mean."""

    def __init__(self, compiler: _Compiler, name: str, tree: Tree, pointer: str) -> None:
        self.compiler = compiler
        self.name = name
        self.tree = tree
        self.pointer = pointer

    def inner(self, tree: Tree, path: str) -> _Fields:
        return _Fields(self.compiler, self.name, tree, f"{self.pointer}/{path}")

    def _attempt(self, field: str, build: Callable[..., T], *arguments: object) -> T | None:
        return self.compiler.attempt(f"{self.pointer}/{field}", build, *arguments)

    def path(self, field: str) -> Compiled | None:
        """InputPath and OutputPath: `$` is None, and null stands for the empty object."""
        text = self.tree.get(field, "$")
        if text is None:
            return constant({})
        return None if text == "$" else self._attempt(field, compile_path, text)

    def path_field(self, field: str) -> PathField | None:
        if field not in self.tree:
            return None
        text = self.tree[field]
        compiled = self._attempt(field, compile_path, text, _MISSING.get(field, invalid_path))
        return PathField(text, compiled.evaluate) if compiled else None

    def number(self, field: str) -> NumberField | None:
        """A field and its Path twin, such as TimeoutSeconds and TimeoutSecondsPath."""
        if field in self.tree:
            return NumberField(self.tree[field], None)
        path = self.path_field(field + "Path")
        return NumberField(None, path) if path else None

    def result_path(self) -> ReferencePath | None:
        text = self.tree.get("ResultPath", "$")
        if text is None:
            return None
        return self._attempt("ResultPath", compile_reference_path, text)

    def template(self, field: str) -> Compiled | None:
        if field not in self.tree:
            return None
        template = self.tree[field]
        compiled = self._attempt(field, compile_template, template)
        if compiled is None or compiled.factor == 0:
            return compiled
        return compiled._replace(
            fixed_bytes=compiled.fixed_bytes + _levels(template) * NESTING_BYTES
        )

    def assign(self) -> Compiled | None:
        return self.template("Assign") if self.tree.get("Assign") else None

    def text(self, field: str) -> Compiled | None:
        """Error and Cause of a Fail state, or their Path forms, which may be function calls."""
        if field in self.tree:
            return constant(self.tree[field])
        twin = field + "Path"
        if twin in self.tree:
            return self._attempt(twin, compile_dynamic, self.tree[twin], twin)
        return None

    def common(self) -> dict[str, Any]:
        """The fields of `model.State`."""
        return {
            "name": self.name,
            "pointer": self.pointer,
            "next": self.tree.get("Next"),
            "input_path": self.path("InputPath"),
            "output_path": self.path("OutputPath"),
            "assign": self.assign(),
        }

    def work(self, parameters: str) -> dict[str, Any]:
        """The fields of `model.WorkState`; ``parameters`` is what the template is called here."""
        return {
            **self.common(),
            "parameters": self.template(parameters),
            "result_selector": self.template("ResultSelector"),
            "result_path": self.result_path(),
            "retry": tuple(_retrier(entry) for entry in self.tree.get("Retry", ())),
            "catch": tuple(
                _catcher(self.inner(entry, f"Catch/{index}"))
                for index, entry in enumerate(self.tree.get("Catch", ()))
            ),
        }


def _levels(template: Json) -> int:
    """How many levels of nesting a template puts round what it takes from its data, at the most."""
    if isinstance(template, dict):
        return 1 + max(map(_levels, template.values()), default=0)
    if isinstance(template, list):
        return 1 + max(map(_levels, template), default=0)
    return template.count("States.") if isinstance(template, str) else 0


def _retrier(entry: Tree) -> Retrier:
    interval = entry.get("IntervalSeconds", _DEFAULT_INTERVAL_SECONDS)
    max_delay = entry.get("MaxDelaySeconds")
    return Retrier(
        error_equals=tuple(entry["ErrorEquals"]),
        interval_us=interval * _SECOND_US,
        max_attempts=entry.get("MaxAttempts", _DEFAULT_MAX_ATTEMPTS),
        backoff_rate=float(entry.get("BackoffRate", _DEFAULT_BACKOFF_RATE)),
        max_delay_us=None if max_delay is None else max_delay * _SECOND_US,
        full_jitter=entry.get("JitterStrategy") == "FULL",
    )


def _catcher(fields: _Fields) -> Catcher:
    return Catcher(
        error_equals=tuple(fields.tree["ErrorEquals"]),
        next=fields.tree["Next"],
        result_path=fields.result_path(),
        assign=fields.assign(),
    )


def _succeed(_compiler: _Compiler, fields: _Fields) -> State:
    return SucceedState(**fields.common())


def _pass(_compiler: _Compiler, fields: _Fields) -> State:
    if "Result" in fields.tree:
        result: Compiled | None = constant(fields.tree["Result"])
    else:
        result = fields.template("Parameters")
    return PassState(**fields.common(), result=result, result_path=fields.result_path())


def _fail(_compiler: _Compiler, fields: _Fields) -> State:
    return FailState(**fields.common(), error=fields.text("Error"), cause=fields.text("Cause"))


def _wait(compiler: _Compiler, fields: _Fields) -> State:
    timestamp_ns = None
    if "Timestamp" in fields.tree:
        timestamp_ns = parse_timestamp(fields.tree["Timestamp"])
        if timestamp_ns is None:
            pointer = f"{fields.pointer}/Timestamp"
            compiler.fault(pointer, "String does not match RFC3339 timestamp")
    return WaitState(
        **fields.common(),
        seconds=fields.number("Seconds"),
        timestamp_ns=timestamp_ns,
        timestamp_path=fields.path_field("TimestampPath"),
    )


def _choice(compiler: _Compiler, fields: _Fields) -> State:
    rules = []
    for index, rule in enumerate(fields.tree["Choices"]):
        inner = fields.inner(rule, f"Choices/{index}")
        matches = compiler.attempt(inner.pointer, compile_rule, rule)
        if matches:
            rules.append(ChoiceRule(matches, rule["Next"], inner.assign()))
    common = fields.common() | {"next": fields.tree.get("Default")}
    return ChoiceState(**common, rules=tuple(rules))


def _task(_compiler: _Compiler, fields: _Fields) -> State:
    resource = parse_resource(fields.tree["Resource"])
    pointer = f"{fields.pointer}/Resource"
    if resource.kind == "activity":
        raise UnsupportedFeature("an activity", pointer)
    if resource.pattern:
        raise UnsupportedFeature(f"the {resource.pattern} integration pattern", pointer)
    parameters = fields.tree.get("Parameters", {}) if resource.invokes_lambda else {}
    function = parameters.get("FunctionName") if isinstance(parameters, dict) else None
    return TaskState(
        **fields.work("Parameters"),
        resource=resource,
        function=function,
        has_dynamic_function="FunctionName.$" in parameters,
        timeout=fields.number("TimeoutSeconds"),
        heartbeat=fields.number("HeartbeatSeconds"),
        credentials=fields.template("Credentials"),
    )


def _parallel(compiler: _Compiler, fields: _Fields) -> State:
    return ParallelState(
        **fields.work("Parameters"),
        branches=tuple(
            compiler.scope(branch, f"{fields.pointer}/Branches/{index}")
            for index, branch in enumerate(fields.tree["Branches"])
        ),
    )


def _map(compiler: _Compiler, fields: _Fields) -> State:
    processor = "ItemProcessor" if "ItemProcessor" in fields.tree else "Iterator"
    tree = fields.tree[processor]
    pointer = f"{fields.pointer}/{processor}"
    if tree.get("ProcessorConfig", {}).get("Mode", "INLINE") != "INLINE":
        raise UnsupportedFeature("a Distributed Map", f"{pointer}/ProcessorConfig/Mode")
    for field in ("ItemReader", "ItemBatcher", "ResultWriter"):
        if field in fields.tree:
            raise UnsupportedFeature(f"{field} (Distributed Map)", f"{fields.pointer}/{field}")
    selector = "ItemSelector" if "ItemSelector" in fields.tree else "Parameters"
    return MapState(
        **fields.work(selector),
        items_path=fields.path_field("ItemsPath"),
        max_concurrency=fields.number("MaxConcurrency"),
        processor=compiler.scope(tree, pointer),
    )


_BUILD: dict[str, Callable[[_Compiler, _Fields], State]] = {
    "Pass": _pass,
    "Task": _task,
    "Choice": _choice,
    "Wait": _wait,
    "Succeed": _succeed,
    "Fail": _fail,
    "Parallel": _parallel,
    "Map": _map,
}
