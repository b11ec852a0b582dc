"""The shape of a definition: is each state what its Type allows, and do the names it uses exist?

Each state is checked against the JSON Schema of its own type and query language (`asl.language.
schema`), and each rule of a Choice against that of a rule, so that a message is about what was
meant; references between states are in `asl.language.rules.transitions`. It knows nothing of paths,
templates and expressions: the compiler reads those.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from asl.errors import quote
from asl.language.faults import Fault, report
from asl.language.rules.express import check_express
from asl.language.rules.transitions import check_transitions, missing_end
from asl.language.sentences import faults_of, holder
from asl.language.walk import machines, rules_of, states_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asl.jsontypes import Json
    from asl.language.diagnostics import Diagnostic
    from asl.language.model import MachineType
    from asl.language.positions import Path
    from asl.language.source import Source
    from asl.language.walk import State, Tree

STATE_TYPES = ("Task", "Wait", "Pass", "Succeed", "Fail", "Choice", "Parallel", "Map")


def check_structure(source: Source, machine_type: MachineType = "STANDARD") -> list[Diagnostic]:
    """All faults in the shape of a definition, in the order of the text, and its warnings.

    Without an ERROR in it, every field that the compiler reads is there and of the right type, and
    every state that is named exists. At most 1,000 faults are looked for.

    Source: ASL specification; AWS API reference, ValidateStateMachineDefinition; messages as
    recorded from AWS where they are known.
    """
    tree = source.tree
    found = chain(_check_shapes(tree), check_transitions(tree), check_express(tree, machine_type))
    faults = report(source, found)
    # of the whole, and often because of the others: so it comes last, as it does from AWS
    return [*faults, *report(source, missing_end(tree)), *source.diagnostics]


def _check_shapes(tree: Tree) -> Iterator[Fault]:
    """What the schemas say, one machine after the other."""
    yield from _check(tree, (), "machine.json#/$defs/StateMachine")
    machine_language = _language(tree, "JSONPath")
    for machine in machines(tree):
        for name, value in machine.states().items():
            if not isinstance(value, dict):
                path = (*machine.path, "States", name)
                yield Fault(path, "Expected value of type [OBJECT]", hint=f"found {quote(value)}")
        for state in states_of(machine):
            yield from _check_state(state, machine_language)


def _language(tree: Tree, default: str) -> str:
    """AWS takes whatever is not exactly JSONPath for JSONata (and complains of it too)."""
    return "JSONPath" if tree.get("QueryLanguage", default) == "JSONPath" else "JSONata"


def _check_state(state: State, machine_language: str) -> Iterator[Fault]:
    """One state against the schema of its type. Its language is its own or the whole machine's."""
    if "Type" not in state.tree:
        yield Fault(state.path, "The field 'Type' is required")
        return
    kind = state.tree["Type"]
    if kind not in STATE_TYPES:
        yield Fault(
            (*state.path, "Type"),
            f"The field 'Type' should have one of these values: [{', '.join(STATE_TYPES)}]",
            meant=(kind, STATE_TYPES) if isinstance(kind, str) else None,
        )
        return
    language = _language(state.tree, machine_language)
    is_downgrade = language == "JSONPath" and machine_language == "JSONata"
    if is_downgrade:
        message = (
            "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine"
        )
        yield Fault(state.path, message)
    file = f"{str(kind).lower()}.json"
    for reference in (file, f"{file}#/$defs/{language}"):
        yield from _check(state.tree, state.path, reference, both_languages=is_downgrade)
    if kind == "Choice":
        for rule in rules_of(state):
            if language == "JSONPath" or not rule.is_nested:
                which = f"{language}{'Nested' if rule.is_nested else 'Top'}Rule"
                reference = f"choice.json#/$defs/{which}"
                yield from _check(rule.tree, rule.path, reference, both_languages=is_downgrade)


def _check(
    tree: Json, path: Path, reference: str, *, both_languages: bool = False
) -> Iterator[Fault]:
    """The faults of one value; with ``both_languages`` fields of either language are fine."""
    from asl.language.schema.validators import validator_for  # noqa: PLC0415  # slow to import

    seen = set()
    of_wrong_type = set()  # of a value of the wrong type nothing else is worth saying
    for error in validator_for(reference).iter_errors(tree):
        where = (*path, *error.path)
        if where in of_wrong_type or (both_languages and "onlyFor" in holder(error)):
            continue
        if error.validator == "type":
            of_wrong_type.add(where)
        for fault in faults_of(error, where):
            if (fault.path, fault.message) not in seen:  # each absent field is an error of its own
                seen.add((fault.path, fault.message))
                yield fault
