"""JSONata as Step Functions has it: ``{% ... %}`` in the fields of a state, applied to ``$states``.

`expression` compiles one expression, `values` JSON with expressions in it; both load the evaluator
(`general` and what it needs) only when a definition has an expression.
"""

from __future__ import annotations

from asl.query.jsonata.expression import Expected, compile_expression
from asl.query.jsonata.syntax import UnsupportedExpressionError, is_expression
from asl.query.jsonata.values import compile_value

__all__ = [
    "Expected",
    "UnsupportedExpressionError",
    "compile_expression",
    "compile_value",
    "is_expression",
]
