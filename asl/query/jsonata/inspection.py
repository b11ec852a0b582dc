"""What can be known of an expression without running it: for who checks a definition.

Names it refers to, calls with their numbers of arguments, operators whose operands can't work, and
the kinds of JSON that it can give. What is said is certain; of what is not, nothing is said. A
value may always be undefined as well: that is not looked at.

Source: JSONata 2.0.6, its operators and signatures; AWS guide, "Transforming data with JSONata in
Step Functions".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from asl.query.jsonata.references import References, references_of, simple_references
from asl.query.jsonata.simple_text import Call, Constant, Negation, Operation, read_simple
from asl.query.jsonata.syntax import expression_of
from asl.query.memo import remembered

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from asl.query.jsonata.reading import Node
    from asl.query.jsonata.simple_text import Simple

#: Names of JSON's kinds, as AWS has them in its texts; None where any may come.
Kinds: TypeAlias = "frozenset[str] | None"

_NUMBER: Final = frozenset(("number",))
_STRING: Final = frozenset(("string",))
_BOOLEAN: Final = frozenset(("boolean",))
_ORDERED: Final = frozenset(("number", "string"))
_OF_LITERAL: Final = {
    str: _STRING, bool: _BOOLEAN, int: _NUMBER, float: _NUMBER, type(None): frozenset(("null",)),
}  # fmt: skip
_OF_RESULT: Final = {"n": _NUMBER, "s": _STRING, "b": _BOOLEAN}
_OF_CALL: Final = {
    "boolean": _BOOLEAN, "exists": _BOOLEAN, "not": _BOOLEAN, "count": _NUMBER, "number": _NUMBER,
    "millis": _NUMBER, "string": _STRING, "now": _STRING, "uuid": _STRING,
}  # fmt: skip
_ARTICLES: Final = {"array": "an array", "object": "an object", "null": "null"}
_ARITHMETIC: Final = frozenset("+-*/%")
_ORDER: Final = frozenset(("<", "<=", ">", ">="))
_OF_SIGN: Final = {
    **dict.fromkeys(_ARITHMETIC, _NUMBER),
    **dict.fromkeys((*_ORDER, "=", "!=", "and", "or", "in"), _BOOLEAN),
    "&": _STRING,
}


class Inspection(NamedTuple):
    """What is known of an expression.

    Attributes:
        references: What it refers to.
        mistakes: Operators that always fail, each as a sentence.
        gives: The kinds that it can give.
    """

    references: References
    mistakes: tuple[str, ...] = ()
    gives: Kinds = None


@remembered
def inspect_expression(text: str) -> Inspection:
    """What is known of ``{% ... %}``.

    Raises:
        QuerySyntaxError: It can't be read.
        UnsupportedExpressionError: Its subclass, for what we do not run.
    """
    inner = expression_of(text)
    mistakes: list[str] = []
    tree = read_simple(inner)
    if tree is not None:
        gives = _simple(tree, mistakes)
        return Inspection(simple_references(tree), tuple(mistakes), gives)
    from asl.query.jsonata.general import bounded_depth, read_general  # noqa: PLC0415 - 40 ms

    with bounded_depth(inner):
        node = read_general(inner)
        gives = _general(node, mistakes)
        return Inspection(references_of(node), tuple(mistakes), gives)


def arity(name: str) -> tuple[int, int | None] | None:
    """How many arguments a function of the library takes; None for no such function.

    The first number leaves out what the context may stand in for; the second is None for any.
    """
    from asl.query.jsonata.functions import BUILTINS  # noqa: PLC0415 - slow to import

    function = BUILTINS.get(name)
    if function is None:
        return None
    parameters = function.signature.parameters
    fewest = sum(not (one.is_optional or one.takes_context) for one in parameters)
    return fewest, None if any(one.repeats for one in parameters) else len(parameters)


def _simple(tree: Simple, mistakes: list[str]) -> Kinds:
    if isinstance(tree, Constant):
        return _OF_LITERAL.get(type(tree.value))
    if isinstance(tree, Operation):
        return _operation(
            tree.sign, _simple(tree.left, mistakes), _simple(tree.right, mistakes), mistakes
        )
    if isinstance(tree, Negation):
        return _negation(_simple(tree.operand, mistakes), mistakes)
    if isinstance(tree, Call):
        if tree.argument is not None:
            _simple(tree.argument, mistakes)
        return _OF_CALL.get(tree.name)
    return None


def _operation(sign: str, left: Kinds, right: Kinds, mistakes: list[str]) -> Kinds:
    sides = (("left", left), ("right", right))
    if sign in _ARITHMETIC:
        for side, kinds in sides:
            if kinds is not None and "number" not in kinds:
                mistakes.append(
                    f'The {side} side of the "{sign}" operator is {names_of(kinds)}, never a number'
                )
    elif sign in _ORDER:
        for side, kinds in sides:
            if kinds is not None and not kinds & _ORDERED:
                what = "neither a number nor a string"
                mistakes.append(f'The {side} side of the "{sign}" operator is {what}')
        if left and right and left | right <= _ORDERED and not left & right:
            mistakes.append(
                f'The "{sign}" operator compares {names_of(left)} with {names_of(right)}'
            )
    return _OF_SIGN.get(sign)


def _negation(operand: Kinds, mistakes: list[str]) -> Kinds:
    if operand is not None and "number" not in operand:
        mistakes.append(f'The "-" operator negates {names_of(operand)}, never a number')
    return _NUMBER


def names_of(kinds: Collection[str]) -> str:
    """Kinds of JSON for a sentence: ``a number or a string``."""
    return " or ".join(_ARTICLES.get(kind, f"a {kind}") for kind in sorted(kinds))


def _general(node: Node, mistakes: list[str]) -> Kinds:
    """The kinds that a node of the parser's tree gives; looks through all nodes below it."""
    if node is None:
        return None
    kind = node.type
    if kind in {"string", "number", "value"}:
        gives: Kinds = _OF_LITERAL.get(type(node.value))
    elif kind == "binary":
        gives = _operation(
            str(node.value), _general(node.lhs, mistakes), _general(node.rhs, mistakes), mistakes
        )
    elif kind == "unary" and node.value == "-":
        gives = _negation(_general(node.expression, mistakes), mistakes)
    elif kind == "condition":
        _general(node.condition, mistakes)
        then = _general(node.then, mistakes)
        otherwise = _general(node._else, mistakes)  # noqa: SLF001 - the parser's name for it
        gives = then | otherwise if then and otherwise else None
    elif kind == "block":
        gives = None
        for expression in node.expressions:
            gives = _general(expression, mistakes)
    else:
        for inner in _below(node):
            _general(inner, mistakes)
        gives = _of_constructor(node) if kind == "unary" else None
    return None if node.predicate or node.group is not None else gives


def _of_constructor(node: Node) -> Kinds:
    return {"[": frozenset(("array",)), "{": frozenset(("object",))}.get(str(node.value))


def _below(node: Node) -> Iterator[Node]:
    """The nodes directly below one whose own kind says nothing."""
    yield from (node.lhs if node.type in {"apply", "bind"} else None, node.rhs, node.body)
    yield from node.arguments or () if node.type in {"function", "partial"} else ()
    yield from node.steps or ()
    yield from node.expressions or ()
    for pair in node.lhs_object or ():
        yield from pair
