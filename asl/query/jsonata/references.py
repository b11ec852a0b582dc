"""What an expression refers to: variables, fields of ``$states``, functions, the top-level context.

In a state machine there is no document for an expression to be about, so AWS refuses what refers to
one: ``$$`` anywhere, and ``$`` or a bare name where they stand for it. In predicates, later steps
of a path, orderings and groupings they stand for items, and are fine. The body of a lambda has the
context of the place where the lambda stands.

Source: AWS guide, "Transforming data with JSONata in Step Functions"; answers of AWS for the texts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from asl.errors import QuerySyntaxError
from asl.query.jsonata.simple_text import Call, Constant, Negation, Operation, Reference

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from asl.query.jsonata.reading import Node
    from asl.query.jsonata.simple_text import Simple


class References(NamedTuple):
    """What an expression refers to.

    Attributes:
        variables: The names of ``$name`` that the expression does not bind itself, those of the
            functions that it calls among them.
        functions: Those that it calls.
        states_fields: The fields of ``$states`` that it names (``$states.input``).
        uses_states: It uses ``$states`` in another way than by naming a field.
        calls: Each of ``functions`` with how many arguments it is given, a call each.
        faults: What it refers to and must not, in AWS's words, with the place in the text.
    """

    variables: frozenset[str] = frozenset()
    functions: frozenset[str] = frozenset()
    states_fields: frozenset[str] = frozenset()
    uses_states: bool = False
    calls: tuple[tuple[str, int], ...] = ()
    faults: tuple[tuple[str, int], ...] = ()


def simple_references(tree: Simple) -> References:
    """What a simple expression refers to."""
    match tree:
        case Constant():
            return References()
        case Reference():
            if tree.is_states:
                return References(states_fields=frozenset((tree.root,)))
            return References(variables=frozenset((tree.root,)))
        case Negation():
            return simple_references(tree.operand)
        case Call():
            name = frozenset((tree.name,))
            calls = ((tree.name, 0 if tree.argument is None else 1),)
            return _joined(References(name, name, calls=calls), tree.argument)
        case Operation():
            return _joined(simple_references(tree.left), tree.right)


def _joined(references: References, tree: Simple | None) -> References:
    others = References() if tree is None else simple_references(tree)
    return References(
        references.variables | others.variables,
        references.functions | others.functions,
        references.states_fields | others.states_fields,
        calls=references.calls + others.calls,
    )


def references_of(tree: Node) -> References:
    """What the tree of an expression refers to."""
    walker = _Walker()
    walker.walk(tree, frozenset(), is_top=True)
    return References(
        frozenset(walker.variables) - {"states"},
        frozenset(walker.functions),
        frozenset(walker.states_fields),
        walker.uses_states,
        tuple(walker.calls),
        tuple(walker.faults),
    )


def check_references(tree: Node, text: str) -> None:
    """Refuse what refers to a document, which an expression in a state machine has not.

    Raises:
        QuerySyntaxError: With AWS's text for the first such reference.
    """
    for message, position in references_of(tree).faults:
        raise QuerySyntaxError(message, text, position)


def needs_context(tree: Node) -> bool:
    """Whether evaluating may look at ``$states.context``."""
    references = references_of(tree)
    return references.uses_states or "context" in references.states_fields


class _Walker:
    """Goes through a tree with the names that are bound at each place.

    ``is_top`` tells whether the context of a node is that of the whole expression.
    """

    def __init__(self) -> None:
        self.variables: set[str] = set()
        self.functions: set[str] = set()
        self.states_fields: set[str] = set()
        self.uses_states = False
        self.calls: list[tuple[str, int]] = []
        self.applied: set[int] = (
            set()
        )  # calls that the sign ~> gives one more argument, by their id
        self.faults: list[tuple[str, int]] = []

    def walk(self, node: Node, bound: frozenset[str], *, is_top: bool) -> frozenset[str]:
        """Visit a node; gives the names that are bound behind it."""
        if node is None:
            return bound
        kind = node.type
        if kind == "path":
            self._behind(node, self._path(node, bound, is_top=is_top))
            return bound
        if kind == "bind":
            bound = self.walk(node.rhs, bound, is_top=is_top) | {node.lhs.value}
        elif kind == "variable":
            self._variable(node, bound, is_top=is_top)
        elif kind == "block":
            inner = bound
            for expression in node.expressions:
                inner = self.walk(expression, inner, is_top=is_top)
        elif kind == "lambda":
            parameters = {parameter.value for parameter in node.arguments}
            self.walk(node.body, bound | parameters, is_top=is_top)
        elif kind == "transform":
            for part in (node.pattern, node.update, node.delete):
                self.walk(part, bound, is_top=False)
        elif kind in {"function", "partial"}:
            bound = self._call(node, bound, is_top=is_top)
        else:
            if kind == "apply":
                self.applied.add(id(node.rhs))
            bound = self._all(_parts(node), bound, is_top=is_top)
        self._behind(node, bound)
        return bound

    def _call(self, node: Node, bound: frozenset[str], *, is_top: bool) -> frozenset[str]:
        procedure = node.procedure
        if procedure.type == "variable" and procedure.value not in bound:
            self.functions.add(procedure.value)
            if node.type == "function":
                given = len(node.arguments) + (id(node) in self.applied)
                self.calls.append((procedure.value, given))
        self.walk(procedure, bound, is_top=is_top)
        return self._all(node.arguments, bound, is_top=is_top)

    def _all(self, nodes: Iterable[Node], bound: frozenset[str], *, is_top: bool) -> frozenset[str]:
        for node in nodes:
            bound = self.walk(node, bound, is_top=is_top)
        return bound

    def _behind(self, node: Node, bound: frozenset[str]) -> None:
        """What stands behind a node, and is about what the node gives."""
        for stage in (*(node.predicate or ()), *(node.stages or ())):
            if stage.type == "filter":
                self.walk(stage.expr, bound, is_top=False)
        for term in node.terms or ():
            self.walk(term.expression, bound, is_top=False)
        if node.group is not None:
            for pair in node.group.lhs_object:
                self._all(pair, bound, is_top=False)

    def _path(self, node: Node, bound: frozenset[str], *, is_top: bool) -> frozenset[str]:
        first, *rest = node.steps
        if first.type == "name" and is_top:
            message = f"Reference to '{first.value}' at the top level is not supported."
            self.faults.append((message, first.position))
        names_field = (
            first.type == "variable"
            and first.value == "states"
            and "states" not in bound
            and not (first.predicate or first.stages)
            and rest
            and rest[0].type == "name"
        )
        if names_field:
            self.states_fields.add(rest[0].value)
        for step in node.steps:
            bound |= {name for name in (step.focus, step.index) if name is not None}
            if not (names_field and step is first):
                self.walk(step, bound, is_top=is_top and step is first)
        return bound

    def _variable(self, node: Node, bound: frozenset[str], *, is_top: bool) -> None:
        name = node.value
        if name == "$" or (name == "" and is_top):
            self.faults.append((f"Reference to '${name}' is not supported.", node.position))
        elif name == "states" and name not in bound:
            self.uses_states = True
        elif name and name not in bound:
            self.variables.add(name)


def _parts(node: Node) -> Iterator[Node]:
    """The nodes below one that have its context."""
    yield from (node.lhs, node.rhs, node.expression, node.condition, node.then)
    yield node._else  # noqa: SLF001 - the parser's name for it
    yield from node.expressions or ()
    for pair in node.lhs_object or ():
        yield from pair
