"""From the checked tree to the model: every path, template, rule and function compiled once.

It trusts what the checker has found right (`check.py`). What AWS takes and this library does not
run is refused here, by name and place; the checker warns of it (rule ASL-901). What a field means
in a state's query language is the matter of `fields.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from asl.errors import UnsupportedFeature
from asl.jsontypes import Json, escape_pointer
from asl.language.distributed import distributed_fields
from asl.language.fields import Fields, JsonPathFields
from asl.language.model import (
    Catcher,
    ChoiceRule,
    ChoiceState,
    Definition,
    DistributedMapState,
    FailState,
    MachineType,
    MapState,
    ParallelState,
    PassState,
    QueryLanguage,
    Retrier,
    Scope,
    State,
    SucceedState,
    TaskState,
    WaitState,
)
from asl.language.resources import parse_resource
from asl.query.typed import constant_number

if TYPE_CHECKING:
    from collections.abc import Callable

    from asl.language.source import Source
    from asl.query.environment import Compiled

Tree = dict[str, Any]

_SECOND_US = 1_000_000
_DEFAULT_INTERVAL_SECONDS = 1
_DEFAULT_MAX_ATTEMPTS = 3
_DEFAULT_BACKOFF_RATE = 2.0


def compile_definition(
    source: Source, *, machine_type: MachineType, extensions: bool = False
) -> Definition:
    """Compile a definition that has been checked.

    Args:
        source: The definition.
        machine_type: STANDARD or EXPRESS.
        extensions: Allow ``local:`` resources, which do not run on AWS.

    Raises:
        UnsupportedFeature: The checker takes it, and it can't be run here.
    """
    tree = cast("Tree", source.tree)
    scope = _Compiler(tree, extensions=extensions).scope(tree, "")
    timeout = tree.get("TimeoutSeconds")
    return Definition(
        scope=scope,
        type=machine_type,
        timeout_us=None if timeout is None else timeout * _SECOND_US,
        comment=tree.get("Comment", ""),
        tree=tree,
        path=source.path,
    )


class _Compiler:
    """Walks the tree once."""

    def __init__(self, tree: Tree, *, extensions: bool) -> None:
        self.extensions = extensions
        self.query_language: QueryLanguage = tree.get("QueryLanguage", "JSONPath")

    def scope(self, tree: Tree, pointer: str) -> Scope:
        states = {}
        for name, state in tree["States"].items():
            where = f"{pointer}/States/{escape_pointer(name)}"
            language = state.get("QueryLanguage", self.query_language)
            fields = _fields_in(language)(state, where)
            states[name] = _BUILD[state["Type"]](self, fields, name)
        return Scope(tree["StartAt"], states)


def _fields_in(language: QueryLanguage) -> type[Fields]:
    if language == "JSONPath":
        return JsonPathFields
    from asl.language.jsonata_fields import JsonataFields  # noqa: PLC0415 - slow to import

    return JsonataFields


def _common(fields: Fields, name: str) -> dict[str, Any]:
    """The fields of `model.State`."""
    return {
        "name": name,
        "pointer": fields.pointer,
        "query_language": fields.language,
        "next": fields.tree.get("Next"),
        "input_path": fields.input_view(),
        "output_path": fields.output_path(),
        "output": fields.output(),
        "assign": fields.assign(),
    }


def _work(fields: Fields, name: str, parameters: Compiled | None) -> dict[str, Any]:
    """The fields of `model.WorkState`."""
    return {
        **_common(fields, name),
        "parameters": parameters,
        "result_selector": fields.template("ResultSelector"),
        "result_path": fields.result_path(),
        "retry": tuple(_retrier(entry) for entry in fields.tree.get("Retry", ())),
        "catch": tuple(
            _catcher(fields.inner(entry, f"Catch/{index}"))
            for index, entry in enumerate(fields.tree.get("Catch", ()))
        ),
    }


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


def _catcher(fields: Fields) -> Catcher:
    return Catcher(
        error_equals=tuple(fields.tree["ErrorEquals"]),
        next=fields.tree["Next"],
        result_path=fields.result_path(),
        assign=fields.assign(),
        output=fields.output(),
    )


def _succeed(_compiler: _Compiler, fields: Fields, name: str) -> State:
    return SucceedState(**_common(fields, name))


def _pass(_compiler: _Compiler, fields: Fields, name: str) -> State:
    return PassState(
        **_common(fields, name), result=fields.pass_result(), result_path=fields.result_path()
    )


def _fail(_compiler: _Compiler, fields: Fields, name: str) -> State:
    return FailState(
        **_common(fields, name),
        error=fields.failure_text("Error"),
        cause=fields.failure_text("Cause"),
    )


def _wait(_compiler: _Compiler, fields: Fields, name: str) -> State:
    return WaitState(
        **_common(fields, name),
        seconds=fields.wait_seconds() or constant_number(0),
        timestamp=fields.wait_timestamp(),
    )


def _choice(_compiler: _Compiler, fields: Fields, name: str) -> State:
    rules = []
    for index, tree in enumerate(fields.tree["Choices"]):
        rule = fields.inner(tree, f"Choices/{index}")
        matches = rule.rule()
        rules.append(ChoiceRule(matches, tree["Next"], rule.assign(), rule.output()))
    common = _common(fields, name) | {"next": fields.tree.get("Default")}
    return ChoiceState(**common, rules=tuple(rules))


def _task(compiler: _Compiler, fields: Fields, name: str) -> State:
    resource = parse_resource(fields.tree["Resource"])
    if resource.kind == "local" and not compiler.extensions:
        raise UnsupportedFeature(
            f"{resource.arn} (it does not run on AWS)",
            f"{fields.pointer}/Resource",
            "load(..., extensions=True) allows it",
        )
    given = fields.tree.get("Parameters", fields.tree.get("Arguments", {}))
    function, has_dynamic_function = _function(given) if resource.invokes_lambda else (None, False)
    return TaskState(
        **_work(fields, name, fields.arguments()),
        resource=resource,
        function=function,
        has_dynamic_function=has_dynamic_function,
        timeout=fields.timeout("TimeoutSeconds"),
        heartbeat=fields.timeout("HeartbeatSeconds"),
        credentials=fields.template("Credentials"),
    )


def _function(given: Json) -> tuple[str | None, bool]:
    """The Lambda function that ``lambda:invoke`` calls, and whether it is known only in a run."""
    if not isinstance(given, dict):
        return None, True
    name = given.get("FunctionName")
    if isinstance(name, str) and not name.startswith("{%"):
        return name, False
    return None, name is not None or "FunctionName.$" in given


def _parallel(compiler: _Compiler, fields: Fields, name: str) -> State:
    return ParallelState(
        **_work(fields, name, fields.arguments()),
        branches=tuple(
            compiler.scope(branch, f"{fields.pointer}/Branches/{index}")
            for index, branch in enumerate(fields.tree["Branches"])
        ),
    )


def _map(compiler: _Compiler, fields: Fields, name: str) -> State:
    processor = "ItemProcessor" if "ItemProcessor" in fields.tree else "Iterator"
    tree = fields.tree[processor]
    pointer = f"{fields.pointer}/{processor}"
    selector = "ItemSelector" if "ItemSelector" in fields.tree else "Parameters"
    map_fields = {
        **_work(fields, name, fields.template(selector)),
        "items": fields.items(),
        "max_concurrency": fields.count("MaxConcurrency"),
        "processor": compiler.scope(tree, pointer),
    }
    if tree.get("ProcessorConfig", {}).get("Mode", "INLINE") == "DISTRIBUTED":
        return DistributedMapState(**map_fields, **distributed_fields(fields, tree))
    for field in ("ItemReader", "ItemBatcher", "ResultWriter"):
        if field in fields.tree:
            raise UnsupportedFeature(f"{field} in INLINE mode", f"{fields.pointer}/{field}")
    return MapState(**map_fields)


_BUILD: dict[str, Callable[[_Compiler, Fields, str], State]] = {
    "Pass": _pass,
    "Task": _task,
    "Choice": _choice,
    "Wait": _wait,
    "Succeed": _succeed,
    "Fail": _fail,
    "Parallel": _parallel,
    "Map": _map,
}
