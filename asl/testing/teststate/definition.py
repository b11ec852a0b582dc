"""The state under test, out of a definition: checked, compiled, and alone.

AWS puts a state that comes alone into a machine in which it is called StateName (recorded: so are
the places in its diagnostics). What it leads to need not exist.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from asl.errors import DefinitionSyntaxError, InvalidDefinition, TestStateError
from asl.jsontypes import escape_pointer
from asl.language.check import Wishes, check_source
from asl.language.compile import compile_definition
from asl.language.model import Definition, Scope, SucceedState
from asl.language.report import Report
from asl.language.source import read_source
from asl.testing.names import suggestion
from asl.testing.teststate.context import STATE_NAME
from asl.testing.teststate.request import refused

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from asl.errors import DefinitionError
    from asl.language.diagnostics import Diagnostic
    from asl.language.model import State
    from asl.language.report import AwsDiagnostic
    from asl.language.source import Source
    from asl.testing.teststate.request import Request

    Tree = dict[str, Any]

#: The rule that a machine has a state that ends it.
_NO_END = "ASL-109"

#: The place of the state under test; no state that it leads to can have this name.
_TESTED = ""


class Found(NamedTuple):
    """A state of a machine, and the Map that it stands in, if it does."""

    tree: Tree
    around: Tree | None


class Tested(NamedTuple):
    """A state under test.

    Attributes:
        tree: As it stands in the definition.
        around: The Map that it stands in; None if it stands in none.
        state: Compiled.
        definition: A machine that starts there.
        targets: The names of the states that it leads to.
    """

    tree: Tree
    around: Tree | None
    state: State
    definition: Definition
    targets: frozenset[str]

    def with_state(self, state: State) -> Definition:
        """The machine with the state's twin in its place; what it leads to ends it at once."""
        ends = {name: _end(name) for name in self.targets}
        scope = Scope(_TESTED, {_TESTED: state, **ends})
        return Definition(**self.definition.fields() | {"scope": scope})


def find_tested(request: Request, substitutions: Mapping[str, object] | None) -> Tested:
    """Find, check and compile the state that a request is about.

    Raises:
        TestStateError: The definition breaks a rule of ASL, or has no such state.
        UnsupportedFeature: The state is valid, but not something that this version runs.
    """
    try:
        read = read_source(request.definition, substitutions=substitutions)
    except DefinitionSyntaxError as error:
        raise _invalid(error) from error
    language = {}
    if request.state_name is None:
        name, found = STATE_NAME, Found(read.tree, None)
    else:
        _check(read, "with stateName the definition is a whole machine")
        name = request.state_name
        found = _find(read.tree, name)
        language = {key: read.tree[key] for key in ("QueryLanguage",) if key in read.tree}
    targets = frozenset(_targets(found.tree))
    stubs = {target: {"Type": "Succeed"} for target in targets if target != name}
    alone = read_source({**language, "StartAt": name, "States": {name: found.tree, **stubs}})
    if request.state_name is None:
        is_machine = "States" in read.tree and "Type" not in read.tree
        _check(alone, "of a whole machine, say stateName=" if is_machine else "", stubs)
    definition = compile_definition(alone, machine_type="EXPRESS")
    return Tested(found.tree, found.around, definition.scope.states[name], definition, targets)


def _end(name: str) -> State:
    return SucceedState(
        name=name, pointer=f"/States/{escape_pointer(name)}", query_language="JSONPath"
    )


def _check(source: Source, hint: str, made_up: Collection[str] | None = None) -> None:
    """Refuse what AWS refuses.

    Args:
        source: A machine.
        hint: What to do if it is none.
        made_up: The states that were put beside the only one that was given; then nothing is said
            of them, nor of where the machine ends.
    """
    ours = {f"/States/{escape_pointer(name)}" for name in made_up or ()}

    def counts(one: Diagnostic) -> bool:
        return made_up is None or (one.pointer not in ours and one.rule != _NO_END)

    errors = [
        one._replace(consequences=tuple(filter(counts, one.consequences)))
        for one in check_source(source, wishes=Wishes(is_local=True))
        if one.severity == "ERROR" and counts(one)
    ]
    if errors:
        error = InvalidDefinition(errors)
        raise _invalid(error, hint) from error


def _invalid(error: DefinitionError, hint: str = "") -> TestStateError:
    found = Report(error.diagnostics).to_aws()["diagnostics"]
    said = ", ".join(_said(one) for one in found if one["severity"] == "ERROR")
    message = f"Invalid State Machine Definition: '{said or error}'"
    return TestStateError("InvalidDefinition", message, hint)


def _said(one: AwsDiagnostic) -> str:
    text, location = f"{one['code']}: {one['message']}", one.get("location")
    return text if location is None or text.endswith(location) else f"{text} at {location}"


def _find(machine: Tree, name: str) -> Found:
    """A state of a machine, at any depth."""
    known = dict(_states(machine, None))
    if name not in known:
        raise refused("State not found in definition", suggestion(name, known))
    return known[name]


def _states(machine: Tree, around: Tree | None) -> Iterator[tuple[str, Found]]:
    for name, state in machine["States"].items():
        yield name, Found(state, around)
        for branch in state.get("Branches", ()):
            yield from _states(branch, around)
        for field in ("ItemProcessor", "Iterator"):
            if field in state:
                yield from _states(state[field], state)


def _targets(state: Tree) -> Iterator[str]:
    """The names that a state leads to; its shape may be wrong."""
    rules: list[object] = [state]
    for field in ("Choices", "Catch"):
        entries = state.get(field)
        rules += entries if isinstance(entries, list) else []
    for rule in rules:
        if isinstance(rule, dict):
            names: Sequence[object] = (rule.get("Next"), rule.get("Default"))
            yield from (name for name in names if isinstance(name, str))
