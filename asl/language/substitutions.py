"""Placeholders such as ``${PayFunctionArn}``, as AWS SAM's DefinitionSubstitutions fill them.

- A placeholder is ``${`` a name ``}``; a name has letters, digits, ``_``, ``-`` and ``.``, in parts
  that ``::`` may join (``${AWS::Region}``). Anything else that starts with ``${`` is plain text:
  ``${!Literal}``, and ``${key: value}`` in a JSONata expression, which is code.
- They are filled in keys and in string values, JSONata expressions included. A string that is one
  placeholder and nothing else becomes the value with its type (``"TimeoutSeconds": "${Timeout}"``
  with 30 is a number); inside other text a value that is not text stands as its JSON text.
- A placeholder outside of any string (``"TimeoutSeconds": ${Timeout}``) is read as the text of a
  JSON value would be: ``30`` and ``"30"`` both give the number.
- What was put in is not looked at again, so ``{"HOME": "${HOME}"}`` keeps a shell's placeholder.

It knows nothing of files or of the language; YAML and JSON look the same from here.

Source: AWS SAM, AWS::Serverless::StateMachine, DefinitionSubstitutions.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from asl.errors import UsageError
from asl.jsontypes import NotJsonError, check_json, dump, parse_json
from asl.language.diagnostics import MOST_DIAGNOSTICS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asl.jsontypes import Json
    from asl.language.positions import Path

    _Container: TypeAlias = "dict[str, Json] | list[Json]"
    _Trail: TypeAlias = "tuple[_Trail, str | int] | None"

Place: TypeAlias = Literal["key", "whole", "part", "bare"]

#: Group 1 is the name.
PLACEHOLDER = re.compile(r"\$\{([A-Za-z0-9_.-]+(?:::[A-Za-z0-9_.-]+)*)\}")


def has_placeholder(value: Json) -> bool:
    """Whether it is a text of which a part stands for a value that is not known yet."""
    return isinstance(value, str) and "${" in value and PLACEHOLDER.search(value) is not None


class Open(NamedTuple):
    """A placeholder without a value: its name and its place.

    ``place``: in a key, the whole of a string, a part of one, or outside of strings.
    """

    name: str
    path: Path
    place: Place

    @property
    def is_unmistakable(self) -> bool:
        """Whether nobody but a template would write it; ``"run ${job}"`` may be a script."""
        return self.place != "part" or "::" in self.name


class Bare(NamedTuple):
    """Stands in a tree, while it is read, for a placeholder outside of any string."""

    name: str


class SubstitutionError(ValueError):
    """The values that were given make no definition; ``path`` says where."""

    def __init__(self, message: str, path: Path) -> None:
        super().__init__(message)
        self.path = path


def check_substitutions(substitutions: Mapping[str, object] | None) -> Mapping[str, Json] | None:
    """The substitutions as given, known to be JSON.

    Raises:
        UsageError: A name that is no text, or a value that is not JSON.
    """
    for name, value in (substitutions or {}).items():
        if not isinstance(name, str):
            raise UsageError(f"the name of a substitution is a str, not {name!r}")
        try:
            check_json(value)
        except NotJsonError as error:
            raise UsageError(f"the substitution for {name!r} is not JSON: {error}") from error
    return substitutions  # type: ignore[return-value]  # check_json has looked at each value


def substitute(
    tree: Json, substitutions: Mapping[str, Json] | None, *, limit: int
) -> tuple[Json, list[Open]]:
    """A copy of a tree with its placeholders filled, and those that have no value.

    These stay as they are written; one outside of any string becomes a string.

    Args:
        tree: JSON, but for leaves that may be `Bare`.
        substitutions: Checked values by name; None is like none at all.
        limit: How many characters all the values that are put in may have together.

    Raises:
        SubstitutionError: More than ``limit`` characters, two keys of an object that become one, or
            text for a `Bare` that is not the text of a JSON value.
    """
    filler = _Filler(substitutions or {}, limit)
    root: list[Json] = []
    # iterative, because a tree may be nested deeper than the stack that is left
    pending: list[tuple[_Container, _Container, _Trail]] = [([tree], root, None)]
    while pending:
        source, target, trail = pending.pop()
        steps = source if isinstance(source, dict) else range(len(source))
        for step in steps:
            value = source[step]  # type: ignore[index]  # a step of its container
            here = (trail, step)
            filled: Json
            if isinstance(value, dict | list):
                filled = type(value)()
                pending.append((value, filled, here))
            else:
                filled = filler.leaf(value, here)
            if isinstance(target, list):
                target.append(filled)
                continue
            key = filler.text(str(step), here, "key")
            if key in target:
                raise SubstitutionError(f"two keys of the object become {key!r}", _path(here))
            target[key] = filled
    return root[0], filler.open


def _path(trail: _Trail) -> Path:
    steps: list[str | int] = []
    while trail is not None:
        trail, step = trail
        steps.append(step)
    return tuple(reversed(steps[:-1]))  # without the list that holds the root


class _Filler:
    """Fills one leaf or key after the other and remembers what had no value."""

    def __init__(self, values: Mapping[str, Json], limit: int) -> None:
        self.values = values
        self.sizes = {name: len(dump(value)) for name, value in values.items()}
        self.limit = limit
        self.left = limit
        self.open: list[Open] = []

    def leaf(self, value: object, trail: _Trail) -> Json:
        if isinstance(value, Bare):
            return self._bare(value.name, trail)
        if not isinstance(value, str):
            return value  # type: ignore[return-value]  # a leaf of JSON
        whole = PLACEHOLDER.fullmatch(value)
        if whole is None:
            return self.text(value, trail, "part")
        return self.values[whole[1]] if self._known(whole[1], trail, "whole") else value

    def text(self, text: str, trail: _Trail, place: Place) -> str:
        if "${" not in text:
            return text

        def fill(match: re.Match[str]) -> str:
            if not self._known(match[1], trail, place):
                return match[0]
            value = self.values[match[1]]
            return value if isinstance(value, str) else dump(value)

        return PLACEHOLDER.sub(fill, text)

    def _bare(self, name: str, trail: _Trail) -> Json:
        if not self._known(name, trail, "bare"):
            return f"${{{name}}}"
        value = self.values[name]
        if not isinstance(value, str):
            return value
        try:
            return parse_json(value)
        except NotJsonError as error:
            message = f"the value for ${{{name}}}, which stands outside a string, is not JSON"
            raise SubstitutionError(message, _path(trail)) from error

    def _known(self, name: str, trail: _Trail, place: Place) -> bool:
        if name not in self.values:
            if len(self.open) < MOST_DIAGNOSTICS:
                self.open.append(Open(name, _path(trail), place))
            return False
        self.left -= self.sizes[name]
        if self.left < 0:
            message = f"the substitutions put in more than {self.limit} characters"
            raise SubstitutionError(message, _path(trail))
        return True
