"""The functions of both query languages: how each is called, and what it gives in one sentence.

A test holds these names to those that the interpreter knows.

Source: ASL specification, "Intrinsic functions"; JSONata's reference, "Function Library"; AWS
guide, "JSONata functions provided by Step Functions".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Function(NamedTuple):
    """A function: its arguments as one writes them, and what it gives."""

    arguments: str
    text: str


INTRINSICS: Final[Mapping[str, Function]] = {
    name: Function(arguments, text)
    for name, arguments, text in (
        ("States.Array", "value, ...", "An array of the arguments."),
        ("States.ArrayPartition", "array, size", "The array cut into arrays of this size."),
        ("States.ArrayContains", "array, value", "Whether the array has the value."),
        ("States.ArrayRange", "first, last, step", "The numbers from the first up to the last."),
        ("States.ArrayGetItem", "array, index", "The item at an index, from 0."),
        ("States.ArrayLength", "array", "How many items the array has."),
        ("States.ArrayUnique", "array", "The array without what it has twice."),
        ("States.Base64Encode", "text", "The text in Base64."),
        ("States.Base64Decode", "text", "The text that a Base64 text stands for."),
        ("States.Hash", "data, algorithm", "The hash in hexadecimal: MD5, SHA-1, SHA-256 ..."),
        ("States.JsonMerge", "object, object, false", "One object of two; the second one wins."),
        ("States.StringToJson", "text", "The value that a JSON text stands for."),
        ("States.JsonToString", "value", "The value as JSON text."),
        ("States.StringSplit", "text, characters", "The pieces between any of the characters."),
        ("States.MathAdd", "number, number", "The sum of two integers."),
        ("States.MathRandom", "from, below, seed?", "A random integer, the same for one seed."),
        ("States.UUID", "", "A random UUID (version 4)."),
        ("States.Format", "template, value, ...", "The template with a value for each {}."),
    )
}

JSONATA: Final[Mapping[str, Function]] = {
    name: Function(arguments, text)
    for name, arguments, text in (
        ("sum", "array", "The sum of the numbers."),
        ("count", "array", "How many items there are."),
        ("max", "array", "The largest number."),
        ("min", "array", "The smallest number."),
        ("average", "array", "The mean of the numbers."),
        ("string", "value, prettify?", "The value as text; anything but text as JSON."),
        (
            "substring",
            "text, start, length?",
            "A piece of a text; a start below 0 is from its end.",
        ),
        ("substringBefore", "text, characters", "What stands before the first such characters."),
        ("substringAfter", "text, characters", "What stands behind the first such characters."),
        ("lowercase", "text", "The text in small letters."),
        ("uppercase", "text", "The text in capitals."),
        ("length", "text", "How many characters the text has."),
        ("trim", "text", "The text without blanks at its ends, runs of them as one."),
        ("pad", "text, width, character?", "The text made as wide; a width below 0 pads in front."),
        ("match", "text, pattern, limit?", "What a regular expression finds, as objects."),
        ("contains", "text, pattern", "Whether a text or a regular expression is found in it."),
        ("replace", "text, pattern, replacement, limit?", "The text with what is found replaced."),
        ("split", "text, separator, limit?", "The pieces between separators."),
        ("join", "array, separator?", "The texts put together."),
        ("formatNumber", "number, picture, options?", "The number as text, by a picture."),
        ("formatBase", "number, radix?", "The number in another base (10 by default)."),
        ("formatInteger", "number, picture", "The integer as text: digits, letters or words."),
        ("parseInteger", "text, picture", "The integer that a text stands for, by a picture."),
        ("number", "value", "The number that a text stands for; 1 for true, 0 for false."),
        ("floor", "number", "The next integer below."),
        ("ceil", "number", "The next integer above."),
        ("round", "number, precision?", "The nearest number; of two, the even one."),
        ("abs", "number", "The number without its sign."),
        ("sqrt", "number", "The square root."),
        ("power", "base, exponent", "The base raised to the exponent."),
        ("boolean", "value", "The value as true or false."),
        ("not", "value", "The opposite of the value as true or false."),
        ("map", "array, function", "What the function gives for each item."),
        ("zip", "array, ...", "Arrays of the first items, of the second items, and so on."),
        ("filter", "array, function", "The items for which the function is true."),
        ("single", "array, function?", "The only item for which the function is true; else fails."),
        ("reduce", "array, function, start?", "One value, made by the function item after item."),
        ("sift", "object, function", "The members for which the function is true."),
        ("keys", "object", "The keys of an object, or of all objects of an array."),
        ("lookup", "object, key", "The value of a key, or the values in all objects of an array."),
        ("append", "array, array", "Both arrays in one."),
        ("exists", "value", "Whether there is any value."),
        ("spread", "object", "An object for each member."),
        ("merge", "array", "One object of many; later ones win."),
        ("reverse", "array", "The items in reverse order."),
        ("each", "object, function", "What the function gives for each value and key."),
        ("error", "message?", "Fails, with this message."),
        ("assert", "condition, message?", "Fails, with this message, if the condition is false."),
        ("type", "value", "The name of the type of the value."),
        ("sort", "array, function?", "The items in order; the function says if two must swap."),
        ("shuffle", "array", "The items in random order."),
        ("distinct", "array", "The array without what it has twice."),
        ("base64encode", "text", "The text in Base64."),
        ("base64decode", "text", "The text that a Base64 text stands for."),
        ("encodeUrlComponent", "text", "The text made fit for a part of a URL."),
        ("encodeUrl", "text", "The URL with what it may not have escaped."),
        ("decodeUrlComponent", "text", "The text that a part of a URL stands for."),
        ("decodeUrl", "text", "The URL without escapes."),
        ("toMillis", "timestamp, picture?", "The time as milliseconds since 1970."),
        ("fromMillis", "number, picture?, timezone?", "Milliseconds since 1970 as a timestamp."),
        ("clone", "object", "A copy of the value."),
        (
            "now",
            "picture?, timezone?",
            "The time as a timestamp; the same in all of the expression.",
        ),
        ("millis", "", "The time as milliseconds since 1970."),
        ("partition", "array, size", "AWS's own: the array cut into arrays of this size."),
        ("range", "first, last, step", "AWS's own: the numbers from the first up to the last."),
        ("hash", "text, algorithm", "AWS's own: the hash in hexadecimal."),
        ("random", "seed?", "AWS's own: a random number from 0 up to 1, the same for one seed."),
        ("uuid", "", "AWS's own: a random UUID (version 4)."),
        ("parse", "text", "AWS's own: the value that a JSON text stands for."),
    )
}


def signature(name: str) -> str:
    """How a function is called; ``name`` is such as ``States.UUID`` or ``$sum``."""
    function = JSONATA.get(name[1:]) if name.startswith("$") else INTRINSICS.get(name)
    return f"{name}({function.arguments})" if function else name
