"""Pictures of definitions, of runs and of coverage: Mermaid, DOT, SVG and HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def svg(
    source: dict[str, Any] | str | bytes | Path,
    *,
    classes: Mapping[str, str] | None = None,
    run: object = None,
    title: str | None = None,
    direction: str = "TB",
) -> str:
    """The picture as one SVG document, which needs nothing beside it.

    Args:
        source: The definition, as `asl.load` takes it; placeholders may be open, and there may be
            faults.
        classes: How well something is covered, by JSON pointer: ``covered``, ``partly`` or
            ``missing``, for a state (``/States/Pay``), a rule, Default, Next, retrier or catcher
            (``/States/Pay/Catch/0``), or a branch or item processor.
        run: A `Result`, or what GetExecutionHistory gives.
        title: Stands above the picture.
        direction: ``TB`` (down) or ``LR`` (to the right).
    """
    raise NotImplementedError
