"""JSONata as Step Functions has it: ``{% ... %}`` in the fields of a state, applied to ``$states``.

`expression` compiles one expression, `values` JSON with expressions in it. Nine in ten expressions
are simple (`simple_text`, `simple`); for the others, and only then, `general` is imported, which
reads them with jsonata-python's parser (`reading`) and evaluates them within bounds (`evaluator`,
`guard`). `inspection` tells what is known of an expression without running it.
"""

from __future__ import annotations

from asl.query.jsonata.expression import UNBOUNDED, Expected, compile_expression
from asl.query.jsonata.inspection import Inspection, arity, inspect_expression, names_of
from asl.query.jsonata.syntax import UnsupportedExpressionError, is_expression
from asl.query.jsonata.values import compile_value

__all__ = [
    "UNBOUNDED",
    "Expected",
    "Inspection",
    "UnsupportedExpressionError",
    "arity",
    "compile_expression",
    "compile_value",
    "inspect_expression",
    "is_expression",
    "names_of",
]
