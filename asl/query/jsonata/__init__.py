"""JSONata as Step Functions has it: ``{% ... %}`` in the fields of a state, applied to ``$states``.

`expression` compiles one expression, `values` JSON with expressions in it. Nine in ten expressions
are simple (`simple_text`, `simple`); for the others, and only then, `general` is imported, which
reads them with jsonata-python's parser (`reading`) and evaluates them within bounds (`evaluator`,
`guard`). `references` tells what an expression refers to.
"""

from __future__ import annotations

from asl.query.jsonata.expression import UNBOUNDED, Expected, compile_expression
from asl.query.jsonata.references import (
    References,
    read_references,
    referenced_states_fields,
    referenced_variables,
)
from asl.query.jsonata.syntax import UnsupportedExpressionError, is_expression
from asl.query.jsonata.values import compile_value

__all__ = [
    "UNBOUNDED",
    "Expected",
    "References",
    "UnsupportedExpressionError",
    "compile_expression",
    "compile_value",
    "is_expression",
    "read_references",
    "referenced_states_fields",
    "referenced_variables",
]
