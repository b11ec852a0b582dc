"""The tree of an expression, compiled to closures: what each kind of node does.

`compile_node` gives a closure ``(context, frame) -> value``. Closures count the steps and the depth
of the evaluation themselves (see `asl.query.jsonata.guard`); what a node costs is known when it is
compiled.

Source: JSONata 2.0.6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from asl.query.jsonata import operators
from asl.query.jsonata.calls import Frame, Lambda, Thunk, apply, partially
from asl.query.jsonata.faults import FaultError
from asl.query.jsonata.kinds import UNDEFINED, Constructed, Function, Sequence, Value, collapse
from asl.query.jsonata.operators import truth
from asl.query.jsonata.signatures import Parameter, Signature
from asl.query.jsonata.steps import (
    Filter,
    IndexBinding,
    Path,
    SortTerm,
    Step,
    descendants,
    evaluate_group,
    evaluate_path,
    keep,
    member,
    members,
)
from asl.query.jsonata.transform import transformer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from asl.query.jsonata.calls import Evaluate
    from asl.query.jsonata.guard import Run
    from asl.query.jsonata.reading import Node
    from asl.query.jsonata.steps import Pairs

    _Compile: TypeAlias = Callable[[Node], Evaluate]
    _Operator: TypeAlias = Callable[[Value, Value, Run], Value]

_LARGEST_INTEGER = 10**21
#: Nodes that neither give a sequence nor need to be counted.
_LEAVES = frozenset(("string", "number", "value", "regex", "lambda", "variable"))


def compile_node(node: Node) -> Evaluate:
    """The closure of a node and all below it."""
    evaluate = _COMPILERS[node.type](node)
    filters = [_filter(item.expr) for item in node.predicate or ()]
    pairs = _pairs(node.group) if node.group is not None and node.type != "path" else None
    if node.type in _LEAVES and not filters and pairs is None and not node.keep_array:
        return evaluate
    # parts that are leaves are not counted themselves
    cost = 1 + len(node.arguments or node.expressions or node.lhs_object or node.steps or ())
    keeps_singleton = bool(node.keep_array)

    def counted(context: Value, frame: Frame) -> Value:
        run = frame.run
        depth = run.depth
        run.steps -= cost
        if run.steps < 0 or depth >= run.max_depth:
            run.stop()
        run.depth = depth + 1
        value = evaluate(context, frame)
        for predicate in filters:
            value = keep(predicate, value, frame)
        if pairs is not None:
            value = evaluate_group(pairs, value, frame)
        run.depth = depth
        if type(value) is Sequence:
            if keeps_singleton and not value.tuple_stream:
                value.keep_singleton = True
            return collapse(value)
        return value

    return counted


# Values and names


def _constant(node: Node) -> Evaluate:
    value = node.value
    if type(value) is int and not -_LARGEST_INTEGER < value < _LARGEST_INTEGER:
        value = float(value)  # from the parser, which makes integers of all negative numbers
    return lambda _context, _frame: value


def _variable(node: Node) -> Evaluate:
    name = node.value
    if name == "":
        return _context_value
    return lambda _context, frame: frame.lookup(name)


def _context_value(context: Value, _frame: Frame) -> Value:
    return context[0] if type(context) is Sequence and context.is_root else context


def _name(node: Node) -> Evaluate:
    name = node.value
    return lambda context, frame: member(context, name, frame.run)


def _wildcard(_node: Node) -> Evaluate:
    return lambda context, frame: members(context, frame.run)


def _descendant(_node: Node) -> Evaluate:
    return lambda context, frame: descendants(context, frame.run)


def _parent(node: Node) -> Evaluate:
    label = node.slot.label
    return lambda _context, frame: frame.lookup(label)


# Paths


def _path(node: Node) -> Evaluate:
    path = Path(
        steps=tuple(map(_step, node.steps)),
        starts_with_variable=node.steps[0].type == "variable",
        keeps_singleton=bool(node.keep_singleton_array),
        keeps_tuples=bool(node.tuple),
        group=_pairs(node.group) if node.group is not None else None,
    )
    return lambda context, frame: evaluate_path(path, context, frame)


def _step(node: Node) -> Step:
    stages: list[Filter | IndexBinding] = []
    for stage in node.stages or ():
        if stage.type == "filter":
            stages.append(_filter(stage.expr))
        else:
            stages.append(IndexBinding(stage.value))
    if node.type == "sort":
        terms = tuple(
            SortTerm(compile_node(term.expression), bool(term.descending)) for term in node.terms
        )
        return Step(
            _context_value, stages=tuple(stages), binds=bool(node.tuple), counter=node.index,
            terms=terms,
        )  # fmt: skip
    is_plain_name = node.type == "name" and not node.predicate and node.group is None
    return Step(
        compile_node(node),
        name=node.value if is_plain_name else None,
        stages=tuple(stages),
        is_constructed=bool(node.consarray),
        binds=bool(node.tuple),
        focus=node.focus,
        counter=node.index,
        ancestor=node.ancestor.label if node.ancestor is not None else None,
    )


def _filter(node: Node) -> Filter:
    index = node.value if node.type == "number" else None
    return Filter(compile_node(node), index)


def _pairs(node: Node) -> Pairs:
    return tuple((compile_node(key), compile_node(value)) for key, value in node.lhs_object)


# Operators


def _binary(node: Node) -> Evaluate:
    sign = node.value
    left, right = compile_node(node.lhs), compile_node(node.rhs)
    if sign in {"and", "or"}:
        return _boolean(sign, left, right)
    if sign in _COMPARISONS:
        return lambda context, frame: operators.compare(
            sign, left(context, frame), right(context, frame)
        )
    if sign in _OPERATORS:
        operate = _OPERATORS[sign]
        return lambda context, frame: operate(
            left(context, frame), right(context, frame), frame.run
        )
    return lambda context, frame: operators.arithmetic(
        sign, left(context, frame), right(context, frame)
    )


def _boolean(sign: str, left: Evaluate, right: Evaluate) -> Evaluate:
    decides = sign == "or"

    def combine(context: Value, frame: Frame) -> Value:
        if truth(left(context, frame), frame.run) is decides:
            return decides
        try:
            return truth(right(context, frame), frame.run)
        except FaultError as fault:
            fault.inserts["token"] = sign  # the reference names this operator for all on its right
            raise

    return combine


_COMPARISONS = frozenset(("<", "<=", ">", ">="))
_OPERATORS: Mapping[str, _Operator] = {
    "=": operators.is_equal,
    "!=": operators.is_different,
    "in": operators.is_among,
    "&": operators.joined,
    "..": operators.span,
}


def _unary(node: Node) -> Evaluate:
    if node.value == "[":
        return _array(node)
    if node.value == "{":
        pairs = _pairs(node)
        return lambda context, frame: evaluate_group(pairs, context, frame)
    operand = compile_node(node.expression)
    return lambda context, frame: operators.negative(operand(context, frame))


def _array(node: Node) -> Evaluate:
    items = [(compile_node(item), item.value == "[") for item in node.expressions]
    kind = Constructed if node.consarray else list

    def array(context: Value, frame: Frame) -> Value:
        made: list[Value] = kind()
        for evaluate, is_array in items:
            value = evaluate(context, frame)
            if value is UNDEFINED:
                continue
            if isinstance(value, list) and not is_array:
                frame.run.charge(len(value))
                made.extend(value)
            else:
                made.append(value)
        return made

    return array


def _condition(node: Node) -> Evaluate:
    condition, then = compile_node(node.condition), compile_node(node.then)
    otherwise = compile_node(node._else) if node._else is not None else None  # noqa: SLF001

    def choose(context: Value, frame: Frame) -> Value:
        if truth(condition(context, frame), frame.run):
            return then(context, frame)
        return UNDEFINED if otherwise is None else otherwise(context, frame)

    return choose


def _block(node: Node) -> Evaluate:
    expressions = [compile_node(expression) for expression in node.expressions]

    def block(context: Value, frame: Frame) -> Value:
        inner = Frame({}, frame, frame.run)
        value: Value = UNDEFINED
        for expression in expressions:
            value = expression(context, inner)
        return value

    return block


def _bind(node: Node) -> Evaluate:
    name, right = node.lhs.value, compile_node(node.rhs)

    def bind(context: Value, frame: Frame) -> Value:
        value = right(context, frame)
        frame.bind(name, value)
        return value

    return bind


# Functions


def _lambda(node: Node) -> Evaluate:
    if node.thunk:
        return _thunk(node.body)
    parameters = tuple(parameter.value for parameter in node.arguments)
    body = compile_node(node.body)
    signature = _signature(node.signature) if node.signature is not None else None
    return lambda context, frame: Lambda(parameters, body, context, frame, signature)


def _signature(parsed: Node) -> Signature:
    """A lambda's signature, from the parser's form of it."""
    return Signature(
        [
            Parameter(
                letters=parameter.regex.strip("[").rstrip("?+]"),
                is_array=parameter.type == "a",
                items=(parameter.subtype or "") if parameter.type == "a" else "",
                takes_context=bool(parameter.context),
                is_optional=parameter.regex.endswith("?"),
                repeats=parameter.regex.endswith("+"),
            )
            for parameter in parsed._params  # noqa: SLF001 - the parser tells it nowhere else
        ]
    )


def _thunk(node: Node) -> Evaluate:
    procedure = compile_node(node.procedure)
    arguments = tuple(map(compile_node, node.arguments))
    name = _function_name(node)
    return lambda context, frame: Thunk(procedure, name, arguments, context, frame)


def _function(node: Node) -> Evaluate:
    call = _call(node)
    return lambda context, frame: call(context, frame, [])


def _call(node: Node) -> Callable[[Value, Frame, list[Value]], Value]:
    """A call, to which arguments can be given that come before those in its brackets."""
    procedure, name = compile_node(node.procedure), _function_name(node)
    is_bare = node.procedure.type == "path"
    parts = tuple(map(compile_node, node.arguments))

    def call(context: Value, frame: Frame, first: list[Value]) -> Value:
        function = procedure(context, frame)
        if function is UNDEFINED and is_bare and frame.lookup(name) is not UNDEFINED:
            raise FaultError("T1005", token=name)
        arguments = [*first, *[part(context, frame) for part in parts]]
        try:
            return apply(frame.run, function, arguments, context)
        except FaultError as fault:
            fault.inserts.setdefault("token", name)
            raise

    return call


def _function_name(node: Node) -> Value:
    """What errors call the function that a node calls; undefined for one without a name."""
    procedure = node.procedure
    name = procedure.steps[0].value if procedure.type == "path" else procedure.value
    return UNDEFINED if name is None else name


def _partial(node: Node) -> Evaluate:
    procedure, name = compile_node(node.procedure), _function_name(node)
    is_bare = node.procedure.type == "path"
    holes = tuple(place for place, part in enumerate(node.arguments) if part.type == "operator")
    parts = [
        None if place in holes else compile_node(part) for place, part in enumerate(node.arguments)
    ]

    def apply_partially(context: Value, frame: Frame) -> Value:
        arguments = [UNDEFINED if part is None else part(context, frame) for part in parts]
        function = procedure(context, frame)
        if function is UNDEFINED and is_bare and frame.lookup(name) is not UNDEFINED:
            raise FaultError("T1007", token=name)
        return partially(function, arguments, holes)

    return apply_partially


def _apply(node: Node) -> Evaluate:
    """``~>``: the left side as first argument, or two functions as one."""
    left = compile_node(node.lhs)
    if node.rhs.type == "function":
        call = _call(node.rhs)
        return lambda context, frame: call(context, frame, [left(context, frame)])
    right = compile_node(node.rhs)

    def chain(context: Value, frame: Frame) -> Value:
        value = left(context, frame)
        function = right(context, frame)
        if not isinstance(function, Function):
            raise FaultError("T2006", value=function)
        if isinstance(value, Function):
            first, run = value, frame.run

            def both(_context: Value, inner: Frame) -> Value:
                return apply(run, function, [apply(run, first, [inner.lookup("x")])])

            return Lambda(("x",), both, UNDEFINED, frame, None)
        return apply(frame.run, function, [value])

    return chain


def _transform(node: Node) -> Evaluate:
    pattern, update = compile_node(node.pattern), compile_node(node.update)
    delete = compile_node(node.delete) if node.delete is not None else None
    return lambda _context, frame: transformer(pattern, update, delete, frame)


_COMPILERS: Mapping[str, _Compile] = {
    "string": _constant,
    "number": _constant,
    "value": _constant,
    "regex": _constant,
    "variable": _variable,
    "name": _name,
    "wildcard": _wildcard,
    "descendant": _descendant,
    "parent": _parent,
    "path": _path,
    "binary": _binary,
    "unary": _unary,
    "condition": _condition,
    "block": _block,
    "bind": _bind,
    "lambda": _lambda,
    "function": _function,
    "partial": _partial,
    "apply": _apply,
    "transform": _transform,
}
