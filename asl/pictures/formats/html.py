"""A picture as one HTML page: the SVG and, below it, in words what it shows.

The page is written from a tree, as the SVG is, and has no script.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from asl.pictures.formats.svg import draw
from asl.pictures.lettering import shown
from asl.pictures.marking import tones
from asl.pictures.outline import every_node
from asl.pictures.wording import span

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from asl.pictures.journey import Journey
    from asl.pictures.outline import Scope
    from asl.pictures.picture import Picture

    Row = Sequence[str]

_STYLE: Final = """
body { margin: 1.5rem; color: #1f2328; font: 15px/1.5 Helvetica, Arial, sans-serif; }
figure { margin: 1rem 0; overflow: auto; border: 1px solid #d1d9e0; border-radius: 6px; }
figure svg { display: block; margin: 0 auto; max-width: 100%; height: auto; }
#full:checked ~ figure svg { max-width: none; }
.asl-state:target > rect { stroke-width: 5; }
table { border-collapse: collapse; }
th, td { padding: 0.2rem 0.8rem; border-bottom: 1px solid #d1d9e0; text-align: left; }
td { overflow-wrap: anywhere; }
a { color: #0a4b9c; }
"""


def write_html(picture: Picture) -> str:
    """The text of the page."""
    page = ET.Element("html", {"lang": "en"})
    head = ET.SubElement(page, "head")
    ET.SubElement(head, "meta", {"charset": "utf-8"})
    ET.SubElement(
        head, "meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}
    )
    ET.SubElement(head, "title").text = shown(picture.title or "State machine")
    ET.SubElement(head, "style").text = _STYLE
    body = ET.SubElement(page, "body")
    ET.SubElement(body, "input", {"type": "checkbox", "id": "full"})
    ET.SubElement(body, "label", {"for": "full"}).text = " full size"
    drawn = draw(picture)
    for group in drawn.iter("g"):  # an SVG alone has no ids: many may stand on one page
        if group.get("class", "").startswith("asl-state "):
            group.set("id", group.get("class", "").split()[1])
    ET.SubElement(body, "figure").append(drawn)
    links = {node.pointer: node.id for _, node in every_node(picture.scope) if node.pointer}
    if picture.journey is not None:
        _table(
            body, "Visits", ("", "at", "state", "took", "errors"),
            _visits(picture.scope, picture.journey), links,
        )  # fmt: skip
    rows = [(pointer, tone, pointer) for pointer, tone in tones(picture.scope) if tone != "covered"]
    if rows:
        _table(body, "Not wholly covered", ("place", "coverage"), rows, links)
    return "<!DOCTYPE html>\n" + ET.tostring(page, encoding="unicode", method="html") + "\n"


def _visits(scope: Scope, journey: Journey) -> Iterable[Row]:
    """A row a visit, in the order of the run; the last cell is the state's pointer."""
    names = {node.pointer: node.name for _, node in every_node(scope) if node.pointer}
    visits = sorted(
        ((visit, pointer) for pointer, all_ in journey.visits.items() for visit in all_),
        key=lambda pair: pair[0].number,
    )
    for visit, pointer in visits:
        took = "" if visit.left is None else span(visit.left - visit.entered)
        errors = ", ".join(visit.errors)
        yield f"{visit.number}", span(visit.entered), names[pointer], took, errors, pointer


def _table(
    body: ET.Element, title: str, head: Row, rows: Iterable[Row], links: dict[str, str]
) -> None:
    """A table; what a row is about, its last cell, is not shown but linked to."""
    ET.SubElement(body, "h2").text = title
    table = ET.SubElement(body, "table")
    top = ET.SubElement(ET.SubElement(table, "thead"), "tr")
    for text in head:
        ET.SubElement(top, "th").text = text
    below = ET.SubElement(table, "tbody")
    for *cells, pointer in rows:
        row = ET.SubElement(below, "tr")
        for place, text in enumerate(cells):
            cell = ET.SubElement(row, "td")
            id_ = _nearest(pointer, links)
            if head[place] in ("state", "place") and id_ is not None:
                cell = ET.SubElement(cell, "a", {"href": f"#asl-{id_}"})
            cell.text = shown(text)


def _nearest(pointer: str, links: dict[str, str]) -> str | None:
    """The id of the state that a pointer is of, or stands in."""
    while pointer and pointer not in links:
        pointer = pointer.rpartition("/")[0]
    return links.get(pointer)
