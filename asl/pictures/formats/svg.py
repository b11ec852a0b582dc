"""A picture as SVG: one document that needs nothing beside it, neither fonts nor styles.

All text goes through the tree of the document, so no name can become markup.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from asl.pictures.layout import (
    FRAME,
    LEADING,
    NOTE_SIZE,
    PADDING,
    SIGN,
    height_of,
    plan,
    width_of,
)
from asl.pictures.lettering import shown, width
from asl.pictures.look import (
    BAD,
    INK,
    LEGEND,
    PAPER,
    QUIET,
    ink_of,
    line_of,
    look_of,
    sample,
    tone_of,
)
from asl.pictures.marking import tones
from asl.pictures.outline import every_node
from asl.pictures.wording import cut

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asl.pictures.layout import Box, Line, Plan, Point, Route
    from asl.pictures.look import Look
    from asl.pictures.outline import Kind, Node, Scope, Tone, Trace
    from asl.pictures.picture import Picture

_FONT: Final = "Helvetica, Arial, 'Liberation Sans', sans-serif"
_MARGIN: Final = 20.0
_TITLE_SIZE: Final = 17.0
#: Between what stands above and the picture.
_HEAD_GAP: Final = 8.0
#: The sign of each type, in a square of 12: what is filled, and what is only a line.
_SIGNS: Final[Mapping[Kind, str]] = {
    "Task": "M1 2h10v8h-10z M4 4l4 2l-4 2z",
    "Wait": "M6 0.8a5.2 5.2 0 1 0 0.01 0z M6 3v3.2l2.2 1.6",
    "Pass": "M1 6h9 M6.5 2.5l3.5 3.5l-3.5 3.5",
    "Choice": "M6 0.5l5.5 5.5l-5.5 5.5l-5.5 -5.5z",
    "Parallel": "M1 1h10 M1 11h10 M2.5 1v10 M6 1v10 M9.5 1v10",
    "Map": "M3 3h8v8h-8z M1 9v-8h8",
    "Succeed": "M1.5 6.5l3 3l6 -7",
    "Fail": "M2 2l8 8 M10 2l-8 8",
    "odd": "M6 1v6.5 M6 10v1",
    "gap": "M6 1v6.5 M6 10v1",
}


def write_svg(picture: Picture) -> str:
    """The SVG document of a picture."""
    return ET.tostring(draw(picture), encoding="unicode")


def draw(picture: Picture) -> ET.Element:
    """The element ``svg`` of a picture."""
    placed = plan(picture.scope, picture.direction)
    head = _head(picture)
    legend = _used(picture.scope)
    wide = max(placed.width, *(width(text, size) for text, size, _ in head), _legend_width(legend))
    top = sum(size * 1.5 for _, size, _ in head) + (_HEAD_GAP if head else 0.0)
    high = top + placed.height + (30.0 if legend else 0.0)
    wide, high = wide + 2 * _MARGIN, high + 2 * _MARGIN
    root = ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {_number(wide)} {_number(high)}",
            "width": _number(wide),
            "height": _number(high),
            "font-family": _FONT,
            "role": "img",
        },
    )
    ET.SubElement(root, "title").text = shown(picture.title or "State machine")
    ET.SubElement(root, "rect", {"width": _number(wide), "height": _number(high), "fill": PAPER})
    y = _MARGIN
    for text, size, ink in head:
        y += size * 1.5
        _text(root, text, _MARGIN, y - size * 0.5, size, ink, is_bold=size == _TITLE_SIZE)
    _plan(root, placed, (wide - placed.width) / 2, _MARGIN + top)
    _legend(root, legend, _MARGIN + top + placed.height + 14)
    return root


def _plan(parent: ET.Element, placed: Plan, x: float, y: float) -> None:
    """A scope, its left upper corner here."""
    group = ET.SubElement(parent, "g", {"transform": f"translate({_number(x)} {_number(y)})"})
    for route in placed.routes:
        _route(group, route)
    for corner, box in placed.boxes:
        _box(ET.SubElement(group, "g"), corner, box)
    for route in placed.routes:
        if route.label is not None:
            _label(group, route, route.label)


def _route(parent: ET.Element, route: Route) -> None:
    look = line_of(route.edge)
    start, *curves = (f"{_number(x)} {_number(y)}" for x, y in route.points)
    group = ET.SubElement(parent, "g", {"class": f"asl-{route.edge.kind}"})
    ET.SubElement(
        group, "path", {"d": f"M{start}C{' '.join(curves)}", "fill": "none", **_stroke(look)}
    )
    base, tip = route.points[-1], route.tip
    along = (tip.x - base.x, tip.y - base.y)
    aside = (-along[1] * 0.5, along[0] * 0.5)
    corners = (
        tip,
        (base.x + aside[0], base.y + aside[1]),
        (base.x - aside[0], base.y - aside[1]),
    )
    points = " ".join(f"{_number(x)},{_number(y)}" for x, y in corners)
    ET.SubElement(group, "polygon", {"points": points, "fill": look.stroke})


def _label(parent: ET.Element, route: Route, middle: Point) -> None:
    """The text at a way; its first line says in full what was cut."""
    look = line_of(route.edge)
    wide, high = width_of(route.lines), height_of(route.lines)
    x, y = middle.x - wide / 2, middle.y - high / 2
    group = ET.SubElement(parent, "g")
    ET.SubElement(group, "title").text = "\n".join(shown(note.text) for note in route.edge.notes)
    _rect(group, x - 2, y, wide + 4, high, {"fill": PAPER, "fill-opacity": "0.75"})
    _lines(group, route.lines, x, y, look)


def _box(group: ET.Element, corner: Point, box: Box) -> None:
    node, look = box.node, look_of(box.node)
    if node.kind in ("start", "end"):
        _mark(group, corner, box, look)
        return
    group.set("class", f"asl-state asl-{node.id}")
    if node.pointer is not None:
        group.set("data-pointer", shown(node.pointer))
    ET.SubElement(group, "title").text = _hint(node)
    x, y = corner
    for offset in (6.0, 3.0)[0 if node.is_distributed else 1 :] if node.kind == "Map" else ():
        _rect(
            group, x + offset, y + offset, box.width, box.height,
            {"rx": "7", "fill": look.fill, **_stroke(look)},
        )  # fmt: skip
    radius = box.height / 2 if node.kind in ("Succeed", "Fail") else 7.0
    shape = {"rx": _number(min(radius, 20.0)), "fill": look.fill, **_stroke(look)}
    _rect(group, x, y, box.width, box.height, shape)
    sign = {
        "transform": f"translate({_number(x + PADDING)} {_number(y + PADDING + 2)})",
        "d": _SIGNS[node.kind],
        "fill": "none",
        "stroke": look.stroke,
        "stroke-width": "1.4",
    }
    ET.SubElement(group, "path", sign)
    _lines(group, box.lines, x + PADDING + SIGN, y + PADDING, look)
    for place, inner in box.inner:
        _inner(group, inner, x + place.x, y + place.y)


def _inner(parent: ET.Element, inner: Plan, x: float, y: float) -> None:
    """A branch or item processor, on paper of its own."""
    look = tone_of(inner.scope)
    _rect(
        parent, x - FRAME, y - FRAME, inner.width + 2 * FRAME, inner.height + 2 * FRAME,
        {"rx": "5", "fill": PAPER, **_stroke(look)},
    )  # fmt: skip
    _plan(parent, inner, x, y)


def _mark(group: ET.Element, corner: Point, box: Box, look: Look) -> None:
    radius = box.width / 2
    middle = {"cx": _number(corner.x + radius), "cy": _number(corner.y + radius)}
    ET.SubElement(group, "title").text = box.node.kind
    outer = {**middle, "r": _number(radius - 0.6), "fill": look.fill, **_stroke(look)}
    ET.SubElement(group, "circle", outer)
    if box.node.kind == "end":
        ET.SubElement(group, "circle", {**middle, "r": "3.5", "fill": look.stroke})


def _hint(node: Node) -> str:
    """What a pointing device shows: all that was cut."""
    lines = [node.name, *(note.text for note in node.notes), node.comment, node.pointer or ""]
    return "\n".join(shown(line) for line in lines if line)


def _lines(parent: ET.Element, lines: Sequence[Line], x: float, y: float, look: Look) -> None:
    for line in lines:
        y += line.size * LEADING
        ink = look.text if line.note is None else ink_of(line.note, look)
        _text(parent, line.text, x, y - line.size * 0.35, line.size, ink, is_bold=line.note is None)


def _text(
    parent: ET.Element, text: str, x: float, y: float, size: float, ink: str, *, is_bold: bool
) -> None:
    attributes = {
        "x": _number(x), "y": _number(y), "font-size": _number(size), "fill": ink,
    }  # fmt: skip
    if is_bold:
        attributes["font-weight"] = "600"
    ET.SubElement(parent, "text", attributes).text = shown(text)


def _rect(
    parent: ET.Element, x: float, y: float, wide: float, high: float, more: Mapping[str, str]
) -> None:
    size = {"x": x, "y": y, "width": wide, "height": high}
    ET.SubElement(parent, "rect", {**{key: _number(value) for key, value in size.items()}, **more})


def _stroke(look: Look) -> dict[str, str]:
    stroke = {"stroke": look.stroke, "stroke-width": _number(look.width)}
    return {**stroke, "stroke-dasharray": "5 3"} if look.is_dashed else stroke


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _head(picture: Picture) -> list[tuple[str, float, str]]:
    """What stands above: text, size and colour of each line."""
    found = []
    if picture.title:
        found.append((cut(shown(picture.title), 120), _TITLE_SIZE, INK))
    if picture.subtitle:
        is_bad = picture.journey is not None and picture.journey.error is not None
        found.append((cut(shown(picture.subtitle), 120), 12.0, BAD if is_bad else QUIET))
    return found


def _used(scope: Scope) -> list[Tone | Trace]:
    """What the legend has to explain, in its order."""
    traces = {node.trace for _, node in every_node(scope)}
    covered = {tone for _, tone in tones(scope)}
    return [each for each in LEGEND if each in traces or each in covered]


def _legend_width(used: Sequence[Tone | Trace]) -> float:
    return sum(width(LEGEND[each], NOTE_SIZE) + 44 for each in used)


def _legend(root: ET.Element, used: Sequence[Tone | Trace], y: float) -> None:
    x = _MARGIN
    for each in used:
        look = sample(each)
        _rect(root, x, y, 20, 12, {"rx": "3", "fill": look.fill, **_stroke(look)})
        _text(root, LEGEND[each], x + 26, y + 10, NOTE_SIZE, QUIET, is_bold=False)
        x += width(LEGEND[each], NOTE_SIZE) + 44
