"""The library: every function by its name, with its signature and what carries it out.

Signatures are the reference's. The number behind one is how many arguments functions such as
``$map`` pass to it. AWS's additions are `asl.query.jsonata.builtins.amazon`; ``$eval`` is not there
on AWS, and so it is not here: calling it fails like calling any name that nobody bound.

Source: JSONata 2.0.6; AWS guide, "JSONata functions provided by Step Functions".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from asl.query.jsonata.builtins import (
    amazon,
    arrays,
    dates,
    integers,
    numbers,
    objects,
    pictures,
    searches,
    texts,
)
from asl.query.jsonata.calls import Builtin
from asl.query.jsonata.signatures import parse_signature

if TYPE_CHECKING:
    from collections.abc import Callable

    from asl.query.jsonata.kinds import Value

_LIBRARY: dict[str, tuple[str, int, Callable[..., Value]]] = {
    "sum": ("<a<n>:n>", 1, numbers.sum_of),
    "count": ("<a:n>", 1, arrays.count),
    "max": ("<a<n>:n>", 1, numbers.largest),
    "min": ("<a<n>:n>", 1, numbers.smallest),
    "average": ("<a<n>:n>", 1, numbers.average),
    "string": ("<x-b?:s>", 1, texts.string),
    "substring": ("<s-nn?:s>", 3, texts.substring),
    "substringBefore": ("<s-s:s>", 2, texts.substring_before),
    "substringAfter": ("<s-s:s>", 2, texts.substring_after),
    "lowercase": ("<s-:s>", 1, texts.lowercase),
    "uppercase": ("<s-:s>", 1, texts.uppercase),
    "length": ("<s-:n>", 1, texts.length),
    "trim": ("<s-:s>", 1, texts.trim),
    "pad": ("<s-ns?:s>", 3, texts.pad),
    "match": ("<s-f<s:o>n?:a<o>>", 3, searches.match),
    "contains": ("<s-(sf):b>", 2, searches.contains),
    "replace": ("<s-(sf)(sf)n?:s>", 4, searches.replace),
    "split": ("<s-(sf)n?:a<s>>", 3, searches.split),
    "join": ("<a<s>s?:s>", 2, texts.join),
    "formatNumber": ("<n-so?:s>", 3, pictures.format_number),
    "formatBase": ("<n-n?:s>", 2, numbers.format_base),
    "formatInteger": ("<n-s:s>", 2, integers.format_integer),
    "parseInteger": ("<s-s:n>", 2, integers.parse_integer),
    "number": ("<(nsb)-:n>", 1, numbers.number),
    "floor": ("<n-:n>", 1, numbers.floor),
    "ceil": ("<n-:n>", 1, numbers.ceil),
    "round": ("<n-n?:n>", 2, numbers.round_half_even),
    "abs": ("<n-:n>", 1, numbers.absolute),
    "sqrt": ("<n-:n>", 1, numbers.square_root),
    "power": ("<n-n:n>", 2, numbers.power),
    "boolean": ("<x-:b>", 1, objects.boolean),
    "not": ("<x-:b>", 1, objects.negation),
    "map": ("<af>", 2, arrays.mapped),
    "zip": ("<a+>", 0, arrays.zipped),
    "filter": ("<af>", 2, arrays.filtered),
    "single": ("<af?>", 2, arrays.single),
    "reduce": ("<afj?:j>", 3, arrays.reduce),
    "sift": ("<o-f?:o>", 2, arrays.sift),
    "keys": ("<x-:a<s>>", 1, objects.keys),
    "lookup": ("<x-s:x>", 2, objects.lookup),
    "append": ("<xx:a>", 2, arrays.append),
    "exists": ("<x:b>", 1, objects.exists),
    "spread": ("<x-:a<o>>", 1, objects.spread),
    "merge": ("<a<o>:o>", 1, objects.merge),
    "reverse": ("<a:a>", 1, arrays.reverse),
    "each": ("<o-f:a>", 2, arrays.each),
    "error": ("<s?:x>", 1, objects.error),
    "assert": ("<bs?:x>", 2, objects.assertion),
    "type": ("<x:s>", 1, objects.type_of),
    "sort": ("<af?:a>", 2, arrays.sort),
    "shuffle": ("<a:a>", 1, arrays.shuffle),
    "distinct": ("<x:x>", 1, arrays.distinct),
    "base64encode": ("<s-:s>", 1, texts.base64encode),
    "base64decode": ("<s-:s>", 1, texts.base64decode),
    "encodeUrlComponent": ("<s-:s>", 1, texts.encode_url_component),
    "encodeUrl": ("<s-:s>", 1, texts.encode_url),
    "decodeUrlComponent": ("<s-:s>", 1, texts.decode_url_component),
    "decodeUrl": ("<s-:s>", 1, texts.decode_url),
    "toMillis": ("<s-s?:n>", 2, dates.to_millis),
    "fromMillis": ("<n-s?s?:s>", 3, dates.from_millis),
    "clone": ("<(oa)-:o>", 1, objects.clone),
    "now": ("<s?s?:s>", 2, amazon.now),
    "millis": ("<:n>", 0, amazon.millis),
    # AWS's own. The first argument of $partition is checked by the function itself.
    "partition": ("<x?n?:a>", 2, amazon.partition),
    "range": ("<n?n?n?:a>", 3, amazon.span),
    "hash": ("<ss:s>", 2, amazon.hash_of),
    "random": ("<n?:n>", 1, amazon.random),
    "uuid": ("<:s>", 0, amazon.uuid),
    "parse": ("<s?:x>", 1, amazon.parse),
}

#: All functions, as they are bound when an evaluation begins.
BUILTINS: Final[dict[str, Value]] = {
    name: Builtin(name, parse_signature(signature), arity, implementation)
    for name, (signature, arity, implementation) in _LIBRARY.items()
}
