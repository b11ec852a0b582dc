"""What an expression is in a definition: a text ``{% ... %}``, and how one is refused.

Source: ASL specification, "JSONata"; AWS guide, "Writing JSONata expressions in Step Functions";
recordings of AWS.
"""

from __future__ import annotations

from typing import Final

from asl.errors import QuerySyntaxError

#: Characters of one expression: our own bound, so that reading one can't take long.
MAX_CHARACTERS: Final = 65_536

_OPENING, _CLOSING = "{%", "%}"


class UnsupportedExpressionError(QuerySyntaxError):
    """An expression that may well be right, but that we do not run; ``str()`` says which part.

    A checker may tell it from text that is malformed.
    """


def is_expression(text: str) -> bool:
    """Whether a text is an expression: exactly if it starts with ``{%`` and ends with ``%}``.

    Blanks before or behind make it a plain text (recorded).
    """
    return len(text) >= 4 and text.startswith(_OPENING) and text.endswith(_CLOSING)


def expression_of(text: str) -> str:
    """What stands between the braces, without blanks round it, as AWS shows it.

    Raises:
        QuerySyntaxError: Nothing does, or it is not such a text.
        UnsupportedExpressionError: It is too long.
    """
    if not is_expression(text):
        raise QuerySyntaxError("JSONata string must start with {% and end with %}", text)
    inner = text[2:-2].strip()
    if not inner:
        raise QuerySyntaxError("Unexpected end of expression", text, 2)
    if len(inner) > MAX_CHARACTERS:
        message = f"an expression may have {MAX_CHARACTERS} characters, this has {len(inner)}"
        raise UnsupportedExpressionError(message, text)
    return inner
