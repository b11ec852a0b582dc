"""The shape of machines and states: what a JSON Schema can say.

Each state is held against the schema of its own type and query language (`asl.language.schema`),
and each rule of a Choice against that of a rule, so that a message is about what was meant.

Source: ASL specification, "States"; AWS's answers for the words (`asl.language.sentences`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from asl.language.faults import Fault
from asl.language.schema import inlined_schema
from asl.language.schema.accept import acceptor
from asl.language.sentences import faults_of, holder, shown
from asl.language.walk import STATE_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asl.jsontypes import Json
    from asl.language.positions import Path
    from asl.language.walk import Machine, State, Tree

_DOWNGRADE: Final = (
    "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine"
)


_REFERENCES: Final = {
    (kind, language): (f"{kind.lower()}.json", f"{kind.lower()}.json#/$defs/{language}")
    for kind in STATE_TYPES
    for language in ("JSONPath", "JSONata")
}
_RULE_REFERENCES: Final = {
    ("JSONPath", False): "choice.json#/$defs/JSONPathTopRule",
    ("JSONPath", True): "choice.json#/$defs/JSONPathNestedRule",
    ("JSONata", False): "choice.json#/$defs/JSONataTopRule",
}


def document(tree: Tree) -> Iterator[Fault]:
    """The fields of the whole; those of branches and processors belong to their states."""
    yield from _check(tree, (), "machine.json#/$defs/StateMachine")


def state_is_object(machine: Machine) -> Iterator[Fault]:
    """A state is an object."""
    states = machine.all_states
    if len(machine.states) < len(states):
        for name, value in states.items():
            if not isinstance(value, dict):
                path = (*machine.path, "States", name)
                hint = f"found {shown(value)}"
                yield Fault(path, "Expected value of type [OBJECT]", "ASL-203", hint=hint)


def state(state: State, *, is_jsonata_machine: bool) -> Iterator[Fault]:
    """A state has the fields of its type in its language, with values of their types."""
    if state.kind is None:
        yield _unknown_type(state)
        return
    is_downgrade = is_jsonata_machine and state.language == "JSONPath"
    if is_downgrade:
        yield Fault(state.path, _DOWNGRADE, "ASL-204")
    causes = tuple((*where, "QueryLanguage") for where in (state.path, (), ("States",)))
    for fault in _parts(state, both_languages=is_downgrade):
        yield fault._replace(causes=causes) if fault.rule == "ASL-203" else fault


def _parts(state: State, *, both_languages: bool) -> Iterator[Fault]:
    """The faults of a state and of its rules."""
    references = _REFERENCES[state.kind or "", state.language]
    if not acceptor(*references)(state.tree):
        for reference in references:
            yield from _check(state.tree, state.path, reference, both_languages=both_languages)
    for rule in state.rules:
        if state.language == "JSONPath" or not rule.is_nested:
            reference = _RULE_REFERENCES[state.language, rule.is_nested]
            yield from _check(rule.tree, rule.path, reference, both_languages=both_languages)


def _unknown_type(state: State) -> Fault:
    if "Type" not in state.tree:
        return Fault(state.path, "The field 'Type' is required", "ASL-201")
    kind = state.tree["Type"]
    return Fault(
        (*state.path, "Type"),
        f"The field 'Type' should have one of these values: [{', '.join(STATE_TYPES)}]",
        "ASL-201",
        hint="" if isinstance(kind, str) else f"found {shown(kind)}",
        meant=(kind, STATE_TYPES) if isinstance(kind, str) else None,
    )


def _check(
    tree: Json, path: Path, reference: str, *, both_languages: bool = False
) -> Iterator[Fault]:
    """The faults of one value; with ``both_languages`` fields of either language are fine."""
    if acceptor(reference)(tree):
        return
    from asl.language.schema.validators import validator_for  # noqa: PLC0415  # slow to import

    validator = validator_for(reference)
    root = inlined_schema(reference)
    seen = set()
    of_wrong_type = set()  # of a value of the wrong type nothing else is worth saying
    for error in validator.iter_errors(tree):
        where = (*path, *error.path)
        if where in of_wrong_type or (both_languages and "onlyFor" in holder(error)):
            continue
        if error.validator == "type":
            of_wrong_type.add(where)
        for fault in faults_of(error, where, root):
            if (fault.path, fault.message) not in seen:  # each absent field is an error of its own
                seen.add((fault.path, fault.message))
                yield fault
