"""A picture in DOT, the language of Graphviz: a Parallel or Map is a cluster.

Source: Graphviz documentation, "DOT Language", "escString", "cluster", "lhead".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from asl.pictures.lettering import shown
from asl.pictures.look import ink_of, line_of, look_of, tone_of
from asl.pictures.outline import few
from asl.pictures.wording import cut

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asl.pictures.look import Look
    from asl.pictures.outline import Edge, Kind, Node, Scope
    from asl.pictures.picture import Picture

_MOST: Final = 80
_SHAPES: Final[Mapping[Kind, str]] = {
    "Choice": "hexagon",
    "start": "circle",
    "end": "doublecircle",
}
_MARKS: Final[Mapping[Kind, str]] = {"start": "0.18", "end": "0.12"}


def write_dot(picture: Picture) -> str:
    """The text of the graph."""
    title = ": ".join(part for part in (picture.title, picture.subtitle) if part)
    lines = [
        "digraph {",
        f"    graph {_attributes({'rankdir': picture.direction, 'compound': 'true'})}",
        '    graph [fontname="Helvetica" fontsize="12" labeljust="l" labelloc="t"]',
        '    node [fontname="Helvetica" fontsize="11" shape="box"]',
        '    edge [fontname="Helvetica" fontsize="9"]',
    ]
    if title:
        lines.append(f"    label={_quoted(title)}")
    lines += _scope(picture.scope, "    ")
    return "\n".join([*lines, "}", ""])


def _scope(scope: Scope, indent: str) -> Iterator[str]:
    for node in scope.nodes:
        if node.scopes:
            yield from _cluster(node, indent)
        else:
            yield f"{indent}{node.id} {_attributes(_node(node))}"
    clusters = {node.id for node in scope.nodes if node.scopes}
    for edge in scope.edges:
        ways = _edge(edge)
        source, target = edge.source, edge.target
        if source in clusters:
            source, ways = f"{source}_out", {**ways, "ltail": f"cluster_{edge.source}"}
        if target in clusters:
            target, ways = f"{target}_in", {**ways, "lhead": f"cluster_{edge.target}"}
        yield f"{indent}{source} -> {target} {_attributes(ways)}"


def _cluster(node: Node, indent: str) -> Iterator[str]:
    """A Parallel or Map; two hidden points hold the ends of the ways to it and from it."""
    look, inside = look_of(node), indent + "    "
    shape = {"label": _lines(node), "style": _style(look, "rounded,filled"), **_colours(look)}
    yield f"{indent}subgraph cluster_{node.id} {{"
    yield f"{inside}graph {_attributes(shape)}"
    for end in ("in", "out"):
        yield f'{inside}{node.id}_{end} [shape="point" style="invis" width="0" height="0"]'
    for number, scope in enumerate(node.scopes):
        paper = tone_of(scope)
        shape = {"label": "", "style": _style(paper, "rounded,filled"), **_colours(paper)}
        yield f"{inside}subgraph cluster_{node.id}_{number} {{"
        yield f"{inside}    graph {_attributes(shape)}"
        yield from _scope(scope, inside + "    ")
        yield f"{inside}}}"
        yield f'{inside}{node.id}_in -> {_hold(scope.nodes[0], "in")} [style="invis"]'
        leading = {edge.source for edge in scope.edges}
        for last in scope.nodes:
            if last.id not in leading:
                yield f'{inside}{_hold(last, "out")} -> {node.id}_out [style="invis"]'
    yield f"{indent}}}"


def _hold(node: Node, end: str) -> str:
    return f"{node.id}_{end}" if node.scopes else node.id


def _node(node: Node) -> dict[str, str]:
    look = look_of(node)
    found = {"label": _lines(node), "style": _style(look, "filled"), **_colours(look)}
    if node.kind in _MARKS:
        size = _MARKS[node.kind]
        return {**found, "label": "", "shape": _SHAPES[node.kind], "width": size, "height": size}
    if node.kind in _SHAPES:
        found["shape"] = _SHAPES[node.kind]
    else:
        found["style"] = _style(look, "rounded,filled")
    if node.kind in ("Succeed", "Fail"):
        found["peripheries"] = "2"
    return found


def _lines(node: Node) -> str:
    texts = (node.name, *(note.text for note in node.notes))
    return "\n".join(shown(cut(text, _MOST)) for text in texts)


def _edge(edge: Edge) -> dict[str, str]:
    look = line_of(edge)
    found = {"color": look.stroke, "penwidth": str(look.width), "style": _style(look, "solid")}
    if edge.notes:
        found["label"] = "\n".join(shown(cut(note.text, _MOST)) for note in few(edge.notes))
        found["fontcolor"] = ink_of(edge.notes[0], look)
    return found


def _style(look: Look, usual: str) -> str:
    return f"{usual},dashed" if look.is_dashed else usual


def _colours(look: Look) -> dict[str, str]:
    return {
        "color": look.stroke,
        "fillcolor": look.fill,
        "fontcolor": look.text,
        "penwidth": str(look.width),
    }


def _attributes(attributes: Mapping[str, str]) -> str:
    return f"[{' '.join(f'{key}={_quoted(value)}' for key, value in attributes.items())}]"


def _quoted(text: str) -> str:
    r"""Text that Graphviz shows as it is: neither ``\N`` nor ``&lt;`` means anything in it."""
    escaped = (
        shown(line).replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"')
        for line in text.split("\n")
    )
    return '"' + "\\n".join(escaped) + '"'
