"""What every format draws: an outline with all that was asked for put onto it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypedDict, get_args

from asl.errors import UsageError, quote
from asl.language.source import read_source
from asl.pictures.journey import Run, journey
from asl.pictures.layout import Direction
from asl.pictures.marking import cover, trace
from asl.pictures.outline import outline
from asl.pictures.wording import span

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from asl.pictures.journey import Journey
    from asl.pictures.outline import Scope

DIRECTIONS: Final[tuple[Direction, ...]] = get_args(Direction)


class Wishes(TypedDict, total=False):
    """What a picture is to show; each may be left out.

    Attributes:
        classes: How well something is covered, by JSON pointer: ``covered``, ``partly`` or
            ``missing``, for a state (``/States/Pay``), a branch or item processor, a Next, End,
            rule, Default, retrier or catcher (``/States/Pay/Catch/0``).
        run: A `Result`, or what GetExecutionHistory gives: ``{"events": [...]}`` or the events.
        title: Stands above the picture.
        direction: ``TB`` (down, the default) or ``LR`` (to the right).
        substitutions: Values for ``${Name}`` placeholders; those without one stay as they are.
    """

    classes: Mapping[str, str] | None
    run: Run | None
    title: str | None
    direction: Direction
    substitutions: Mapping[str, object] | None


@dataclass(frozen=True, slots=True)
class Picture:
    """What is drawn, with a title and what is said below it."""

    scope: Scope
    title: str | None
    subtitle: str | None
    direction: Direction
    journey: Journey | None


def picture_of(source: dict[str, Any] | str | bytes | Path, wishes: Wishes) -> Picture:
    """The picture of a definition.

    Raises:
        DefinitionSyntaxError: The definition can't be read.
        UsageError: It has no states, or what is to be shown does not fit it.
    """
    unknown = wishes.keys() - Wishes.__annotations__.keys()
    if unknown:
        raise TypeError(
            f"unknown options {sorted(unknown)}; known: {sorted(Wishes.__annotations__)}"
        )
    direction = wishes.get("direction", "TB")
    if direction not in DIRECTIONS:
        raise UsageError(f"direction is 'TB' (down) or 'LR' (right), not {quote(direction)}")
    read = read_source(source, substitutions=wishes.get("substitutions"), keeps_placeholders=True)
    scope = outline(read.tree)
    classes, run = wishes.get("classes"), wishes.get("run")
    subtitle = walked = None
    if classes is not None:
        scope = cover(scope, classes)
    if run is not None:
        walked = journey(scope, run)
        scope = trace(scope, walked)
        error = f": {walked.error}" if walked.error else ""
        subtitle = f"{walked.status} after {span(walked.elapsed)}{error}"
    return Picture(scope, wishes.get("title"), subtitle, direction, walked)
