"""The text of an expression, read into jsonata-python's tree.

jsonata-python parses (it follows the reference implementation closely there, up to the paths that
``%`` takes back to parents); its lexer is replaced by `asl.query.jsonata.tokens`, and its evaluator
is not used. Importing it costs 40 ms, so this module is imported only when it is needed.

Source: JSONata 2.0.6; AWS guide, "Transforming data with JSONata in Step Functions".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from asl.query.jsonata.guard import deep_stack

with deep_stack():  # importing raises the limit for good: that is undone here
    from jsonata.jexception import JException
    from jsonata.parser import Parser

from asl.errors import QuerySyntaxError, quote
from asl.query.jsonata.faults import TEXTS, FaultError
from asl.query.jsonata.syntax import UnsupportedExpressionError
from asl.query.jsonata.tokens import Lexer

if TYPE_CHECKING:
    from collections.abc import Mapping

#: A node of jsonata-python's tree; it has no types of its own.
Node: TypeAlias = Any

#: Parsers that nobody uses: making one takes longer than parsing with it. (Taking from a list and
#: appending to it are atomic, so threads need no lock.)
_idle: list[Parser] = []

#: What the parser calls the parts of its errors, where that is not the order of the text.
_INSERTS: Mapping[str, tuple[str, ...]] = {
    "S0202": ("value", "token"),
    "S0203": ("value",),
    "S0208": ("value",),
    "S0213": ("value",),
}


def read(text: str) -> Node:
    """The tree of an expression.

    Raises:
        QuerySyntaxError: Malformed; the message is the reference's, as AWS shows it.
        UnsupportedExpressionError: Its subclass, for what is well-formed but not run here.
        RecursionError: Nested too deep.
    """
    try:
        parser = _idle.pop()
    except IndexError:
        parser = Parser()
    try:
        tree = _parse(parser, text)
    except FaultError as error:
        raise _refused(error, text) from error
    except JException as error:
        names = _INSERTS.get(error.error, ("token",))
        inserts = dict(zip(names, (error.current, error.expected), strict=False))
        fault = FaultError(error.error, position=max(error.location, 0), **inserts)
        raise _refused(fault, text) from error
    except RecursionError:
        raise
    except RuntimeError as error:  # the signature of a lambda; the two above are such errors too
        code = next((code for code in ("S0401", "S0402") if TEXTS[code] == str(error)), "S0201")
        raise QuerySyntaxError(FaultError(code).text(), text) from error
    except (AttributeError, LookupError, TypeError) as error:
        # malformed in a way for which the parser has no error of its own
        raise QuerySyntaxError(FaultError("S0201", token=text[:100]).text(), text) from error
    _idle.append(parser)
    return tree


def _parse(parser: Parser, text: str) -> Node:
    """What `Parser.parse` does, but with our tokens."""
    parser.errors = []
    parser.ancestry = []
    parser.ancestor_label = parser.ancestor_index = 0
    parser.source = text
    parser.lexer = Lexer(text)
    parser.advance()
    tree = parser.expression(0)
    if parser.node.id != "(end)":
        raise FaultError("S0201", position=parser.node.position, token=parser.node.value)
    tree = parser.process_ast(tree)
    if tree.type == "parent" or tree.seeking_parent is not None:
        raise FaultError("S0217", position=tree.position)
    return tree


def _refused(fault: FaultError, text: str) -> QuerySyntaxError:
    position = fault.inserts.get("position", 0)
    if fault.code == "S0304":
        message = f"{fault.inserts['message']} is not supported in an expression: {quote(text)}"
        return UnsupportedExpressionError(message, text, position)
    return QuerySyntaxError(fault.text(), text, position)
