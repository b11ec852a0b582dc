"""Where everything stands: each scope is laid out by Graphviz, the innermost first.

A Parallel or Map is for the scope around it a box of a known size. Graphviz (its layered layout,
``dot``) gets sizes and nothing of the definition: names can't do harm there.

Source: Gansner, Koutsofios, North, Vo, "A Technique for Drawing Directed Graphs" (1993).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias

from asl.errors import MissingExtra
from asl.pictures.lettering import width, wrap
from asl.pictures.outline import few

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asl.pictures.outline import Edge, Node, Note, Scope

#: To which side a picture grows: down, or to the right.
Direction: TypeAlias = Literal["TB", "LR"]

NAME_SIZE: Final = 13.0
NOTE_SIZE: Final = 10.5
_NAME_ROOM, _NAME_LINES = 220.0, 4
_NOTE_ROOM = 230.0
_WAY_ROOM, _WAY_LINES = 190.0, 3
LEADING: Final = 1.3
PADDING: Final = 9.0
#: Room for the sign of a state's type, left of its name.
SIGN: Final = 20.0
_NARROWEST: Final = 90.0
_MARK: Final = 14.0
#: Around a branch, between its contents and its border; between that and the next border.
FRAME: Final = 12.0
_GAP: Final = 12.0
#: Graphviz counts sizes in inches of 72 points.
_INCH: Final = 72.0
_WEIGHTS: Final = {"start": "8", "next": "6", "choice": "2", "catch": "1", "end": "2"}


class Point(NamedTuple):
    """A place in pixels, from the left upper corner of what it is in."""

    x: float
    y: float


class Line(NamedTuple):
    """A line of text with the note that it is of; None for a line of a name."""

    text: str
    note: Note | None

    @property
    def size(self) -> float:
        """Of its font."""
        return NAME_SIZE if self.note is None else NOTE_SIZE


@dataclass(frozen=True, slots=True)
class Box:
    """A node with its size, its text, and the scopes inside of it."""

    node: Node
    width: float
    height: float
    lines: tuple[Line, ...] = ()
    inner: tuple[tuple[Point, Plan], ...] = ()


class Route(NamedTuple):
    """An edge.

    Attributes:
        edge: What is drawn.
        points: Of Bézier curves, from the source to where the arrowhead begins.
        tip: Of the arrowhead.
        label: The middle of its text.
        lines: Its text.
    """

    edge: Edge
    points: tuple[Point, ...]
    tip: Point
    label: Point | None
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A scope that was laid out."""

    scope: Scope
    width: float
    height: float
    boxes: tuple[tuple[Point, Box], ...]
    routes: tuple[Route, ...]


def height_of(lines: Sequence[Line]) -> float:
    """How high lines of text are."""
    return sum(line.size for line in lines) * LEADING


def width_of(lines: Sequence[Line]) -> float:
    """How wide lines of text are."""
    return max((width(line.text, line.size) for line in lines), default=0.0)


def plan(scope: Scope, direction: Direction) -> Plan:
    """Lay out a scope and all inside of it.

    Raises:
        MissingExtra: Graphviz is not installed.
    """
    boxes = {node.id: _box(node, direction) for node in scope.nodes}
    texts = [_way_lines(edge) for edge in scope.edges]
    graph = _laid_out(boxes, scope.edges, texts, direction)
    left, bottom, right, top = map(float, graph.graph_attr["bb"].split(","))

    def point(text: str) -> Point:
        x, y = text.split(",")  # Graphviz counts upwards
        return Point(float(x) - left, top - float(y))

    placed = []
    for id_, box in boxes.items():
        middle = point(graph.get_node(id_).attr["pos"])
        corner = Point(middle.x - box.width / 2, middle.y - box.height / 2)
        placed.append((corner, box))
    routes = []
    for number, (edge, lines) in enumerate(zip(scope.edges, texts, strict=True)):
        found = graph.get_edge(edge.source, edge.target, f"e{number}").attr
        tip, *points = found["pos"].removeprefix("e,").split()
        label = point(found["lp"]) if lines else None
        routes.append(Route(edge, tuple(map(point, points)), point(tip), label, lines))
    return Plan(scope, right - left, top - bottom, tuple(placed), tuple(routes))


def _laid_out(
    boxes: Mapping[str, Box],
    edges: Sequence[Edge],
    texts: Sequence[tuple[Line, ...]],
    direction: Direction,
) -> Any:  # noqa: ANN401 - pygraphviz has no types
    """Graphviz's graph of one scope, with positions; an edge's key is ``e`` and its number."""
    try:
        import pygraphviz  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise MissingExtra("graph", "laying out a picture") from error
    graph = pygraphviz.AGraph(
        strict=False, directed=True, rankdir=direction, nodesep="0.35", ranksep="0.4"
    )
    for id_, box in boxes.items():
        is_mark = box.node.kind in ("start", "end")
        graph.add_node(
            id_, label="", shape="circle" if is_mark else "box", fixedsize="true",
            width=box.width / _INCH, height=box.height / _INCH,
        )  # fmt: skip
    for number, (edge, lines) in enumerate(zip(edges, texts, strict=True)):
        graph.add_edge(
            edge.source, edge.target, f"e{number}",
            arrowsize="0.75", weight=_WEIGHTS[edge.kind], **_label(lines),
        )  # fmt: skip
    graph.layout("dot")
    return graph


def _label(lines: Sequence[Line]) -> dict[str, str]:
    """A label that is nothing but a size."""
    if not lines:
        return {}
    wide, high = round(width_of(lines)) + 8, round(height_of(lines)) + 4
    size = f'FIXEDSIZE="TRUE" WIDTH="{wide}" HEIGHT="{high}"'
    return {"label": f'<<TABLE BORDER="0" CELLSPACING="0" {size}><TR><TD></TD></TR></TABLE>>'}


def _way_lines(edge: Edge) -> tuple[Line, ...]:
    return tuple(
        Line(text, note)
        for note in few(edge.notes)
        for text in wrap(note.text, NOTE_SIZE, _WAY_ROOM, _WAY_LINES)
    )


def _box(node: Node, direction: Direction) -> Box:
    if node.kind in ("start", "end"):
        return Box(node, _MARK, _MARK)
    names = [Line(text, None) for text in wrap(node.name, NAME_SIZE, _NAME_ROOM, _NAME_LINES)]
    notes = [Line(wrap(note.text, NOTE_SIZE, _NOTE_ROOM, 1)[0], note) for note in node.notes]
    lines = (*names, *notes)
    wide = max(_NARROWEST, width_of(lines) + SIGN + 2 * PADDING)
    high = height_of(lines) + 2 * PADDING
    if not node.scopes:
        return Box(node, wide, high, lines)
    plans = [plan(each, direction) for each in node.scopes]
    return _container(node, lines, plans, Point(wide, high), direction)


def _container(
    node: Node,
    lines: tuple[Line, ...],
    plans: Sequence[Plan],
    head: Point,
    direction: Direction,
) -> Box:
    """Branches beside each other (below each other, if ways lead right), in rows."""
    is_down = direction == "TB"
    framed = [Point(each.width + 2 * FRAME, each.height + 2 * FRAME) for each in plans]
    area = sum(size.x * size.y for size in framed)
    longest = max(*(size.x if is_down else size.y for size in framed), 2 * area**0.5, 900.0)
    corners = []
    along = across = row = 0.0
    for size in framed:
        length, depth = size if is_down else (size.y, size.x)
        if along and along + length > longest:
            along, across, row = 0.0, across + row, 0.0
        corners.append(Point(along, across) if is_down else Point(across, along))
        along += length + _GAP
        row = max(row, depth + _GAP)
    wide = max(corner.x + size.x for corner, size in zip(corners, framed, strict=True))
    high = max(corner.y + size.y for corner, size in zip(corners, framed, strict=True))
    whole = Point(max(head.x, wide + 2 * _GAP), head.y + high + _GAP)
    left = (whole.x - wide) / 2
    inner = tuple(
        (Point(left + corner.x + FRAME, head.y + corner.y + FRAME), each)
        for corner, each in zip(corners, plans, strict=True)
    )
    return Box(node, whole.x, whole.y, lines, inner)
