"""Pictures of definitions, of runs and of coverage: Mermaid, DOT, SVG and HTML.

Each takes what `asl.load` takes, and draws what can't be loaded too, as far as its shape allows:
placeholders may be open, and there may be faults. What a picture can show beside the definition is
in `Wishes`: ``classes`` (coverage), ``run``, ``title``, ``direction``, ``substitutions``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, Unpack

from asl.pictures.picture import Wishes, picture_of

if TYPE_CHECKING:
    from pathlib import Path

    Source: TypeAlias = dict[str, Any] | str | bytes | Path

__all__ = ["Wishes", "dot", "html", "mermaid", "svg"]


def mermaid(source: Source, **wishes: Unpack[Wishes]) -> str:
    """The text of a Mermaid flowchart, as GitHub and many others show it.

    Raises:
        DefinitionSyntaxError: The definition can't be read.
        UsageError: It has no states, or what is to be shown does not fit it.
    """
    from asl.pictures.formats.mermaid import write_mermaid  # noqa: PLC0415 - one format is asked for

    return write_mermaid(picture_of(source, wishes))


def dot(source: Source, **wishes: Unpack[Wishes]) -> str:
    """The text of a graph in Graphviz's language, DOT.

    Raises:
        DefinitionSyntaxError: The definition can't be read.
        UsageError: It has no states, or what is to be shown does not fit it.
    """
    from asl.pictures.formats.dot import write_dot  # noqa: PLC0415 - one format is asked for

    return write_dot(picture_of(source, wishes))


def svg(source: Source, **wishes: Unpack[Wishes]) -> str:
    """An SVG document, which needs nothing beside it; it may stand in an HTML page as it is.

    Raises:
        DefinitionSyntaxError: The definition can't be read.
        UsageError: It has no states, or what is to be shown does not fit it.
        MissingExtra: The extra ``graph`` is not installed.
    """
    from asl.pictures.formats.svg import write_svg  # noqa: PLC0415 - one format is asked for

    return write_svg(picture_of(source, wishes))


def html(source: Source, **wishes: Unpack[Wishes]) -> str:
    """An HTML page with the picture and, in words, what it shows; it needs nothing beside it.

    Raises:
        DefinitionSyntaxError: The definition can't be read.
        UsageError: It has no states, or what is to be shown does not fit it.
        MissingExtra: The extra ``graph`` is not installed.
    """
    from asl.pictures.formats.html import write_html  # noqa: PLC0415 - one format is asked for

    return write_html(picture_of(source, wishes))
