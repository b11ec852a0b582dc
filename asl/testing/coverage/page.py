"""A report as one HTML page that needs nothing beside it: tables, and each definition's picture.

Colours are those of `asl.pictures`: what is covered, partly covered, and missing.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias, cast

from asl.errors import MissingExtra
from asl.pictures import svg
from asl.testing.coverage.items import items_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from asl.testing.coverage.items import Item, Key
    from asl.testing.coverage.report import CoverageReport, DefinitionCoverage

Tone: TypeAlias = Literal["covered", "partly", "missing", "excluded"]

_HERE = Path(__file__).parent


class Line(NamedTuple):
    """An item of the page's table, with its colour."""

    item: Item
    tone: Tone
    hits: int
    depth: int


class Section(NamedTuple):
    """A definition on the page; ``picture`` is SVG, or empty where none can be drawn."""

    covered: DefinitionCoverage
    lines: list[Line]
    picture: str


def page_of(report: CoverageReport) -> str:
    """The page.

    Raises:
        MissingExtra: Jinja2 is not installed.
    """
    try:
        from jinja2 import Environment, FileSystemLoader  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise MissingExtra("testing", "a page of coverage") from error
    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    sections = [_section(each) for each in report.definitions]
    return environment.get_template("page.html").render(report=report, sections=sections)


def tones_of(covered: DefinitionCoverage) -> dict[str, Tone]:
    """The colour of each place: a state with its branches, a retrier that retried and gave up."""
    happened: dict[str, list[bool]] = {}
    for item in covered.items:
        happened.setdefault(item.pointer, []).append(covered.is_covered(item))
    for item in covered.items:
        if item.kind != "state" and happened.get(item.home, [False])[0]:
            happened[item.home].append(covered.is_covered(item))
    return {pointer: _tone(known) for pointer, known in happened.items()}


def graph(definition: dict[str, Any], colours: Mapping[str, Tone]) -> str:
    """The picture of a definition as SVG, coloured by pointer; empty where none can be drawn."""
    try:
        return svg(definition, classes=colours)
    except MissingExtra:  # whoever lays it out is not installed; the tables say the same
        return ""


def _tone(happened: Iterable[bool]) -> Tone:
    known = list(happened)
    if all(known):
        return "covered"
    return "partly" if any(known) else "missing"


def _section(covered: DefinitionCoverage) -> Section:
    tones = tones_of(covered)
    depths: dict[Key, int] = {}
    lines = []
    for item in items_of(covered.definition):
        depth = depths[item.key] = 0 if item.within is None else depths[item.within] + 1
        tone: Tone = "excluded"
        if not item.is_excluded:
            tone = (
                tones[item.pointer] if item.kind == "state" else _tone([covered.is_covered(item)])
            )
        lines.append(Line(item, tone, covered.hits[item.key], depth))
    return Section(covered, lines, graph(cast("dict[str, Any]", covered.definition), tones))
