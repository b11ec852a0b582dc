"""A picture as a Mermaid flowchart.

Mermaid reads labels as Markdown, HTML and formulas, and has words of its own. A sign that may mean
something there stands as an entity (``#34;``), which Mermaid shows as the sign and never reads.

Source: Mermaid documentation, "Flowcharts - Basic Syntax", "Entity codes to escape characters".
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from asl.pictures.lettering import shown
from asl.pictures.look import line_of, look_of, tone_of
from asl.pictures.outline import every_node, few
from asl.pictures.wording import cut

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asl.pictures.look import Look
    from asl.pictures.outline import Edge, Kind, Node, Scope
    from asl.pictures.picture import Picture

_MOST: Final = 60
#: What stands as it is, in the first group: letters, digits, signs without a meaning, and between
#: letters or digits what can only mean something beside a space.
_SIGNS = re.compile(r"([^\W_]|[ ,·×…$]|(?<=[^\W_]|\$)[-._:/](?=[^\W_]))|.", re.DOTALL)
#: Mermaid looks for formulas and line breaks when entities are signs again: what nobody sees stands
#: between two such signs.
_PAIRS = re.compile(r"\$(?=\$)|\\(?=n)")
_JOINER: Final = "\u2060"
_SHAPES: Final[Mapping[Kind, tuple[str, str]]] = {
    "Choice": ("{{", "}}"),
    "Succeed": ("([", "])"),
    "Fail": ("([", "])"),
    "Map": ("[[", "]]"),
    "start": ("((", "))"),
    "end": ("(((", ")))"),
}


def write_mermaid(picture: Picture) -> str:
    """The text of the flowchart."""
    lines = []
    title = ": ".join(part for part in (picture.title, picture.subtitle) if part)
    if title:  # JSON text is YAML text too
        lines += ["---", f"title: {json.dumps(shown(title))}", "---"]
    lines.append(f"flowchart {picture.direction}")
    lines += _scope(picture.scope, picture.direction, "    ")
    edges = [edge for scope in _scopes(picture.scope) for edge in scope.edges]
    lines += (f"    {line}" for line in _styles(picture.scope, edges))
    return "\n".join([*lines, ""])


def _scope(scope: Scope, direction: str, indent: str) -> Iterator[str]:
    for node in scope.nodes:
        if not node.scopes:
            opening, closing = _SHAPES.get(node.kind, ("[", "]"))
            yield f"{indent}{node.id}{opening}{_label(node)}{closing}"
            continue
        yield f"{indent}subgraph {node.id}[{_label(node)}]"
        yield f"{indent}    direction {direction}"
        for number, inner in enumerate(node.scopes):
            is_alone = len(node.scopes) == 1
            if not is_alone:
                yield f'{indent}    subgraph {node.id}b{number}[" "]'
                yield f"{indent}        direction {direction}"
            yield from _scope(inner, direction, indent + ("    " if is_alone else "        "))
            if not is_alone:
                yield f"{indent}    end"
        yield f"{indent}end"


def _scopes(scope: Scope) -> Iterator[Scope]:
    yield scope
    for node in scope.nodes:
        for inner in node.scopes:
            yield from _scopes(inner)


def _label(node: Node) -> str:
    if node.pointer is None and not node.name:
        return '" "'
    lines = [f"<b>{_text(node.name, len(node.name))}</b>"]
    lines += (_text(note.text) for note in node.notes)
    between = ", " if node.scopes else "<br/>"  # Mermaid has room for one line above a subgraph
    return f'"{between.join(lines)}"'


def _text(text: str, most: int = _MOST) -> str:
    apart = _PAIRS.sub(lambda match: match[0] + _JOINER, shown(cut(text, most)))
    return _SIGNS.sub(lambda match: match[1] or f"#{ord(match[0])};", apart)


def _edge(edge: Edge) -> str:
    arrow = "-.->" if edge.kind == "catch" else "==>" if edge.taken else "-->"
    text = "<br/>".join(_text(note.text) for note in few(edge.notes))
    label = f'|"{text}"|' if text else ""
    return f"{edge.source} {arrow}{label} {edge.target}"


def _styles(scope: Scope, edges: list[Edge]) -> Iterator[str]:
    """Each look once, with all that has it."""
    yield from map(_edge, edges)
    looks: dict[str, list[str]] = {}
    for _, node in every_node(scope):
        looks.setdefault(_style(look_of(node)), []).append(node.id)
        for number, inner in enumerate(node.scopes if len(node.scopes) > 1 else ()):
            looks.setdefault(_style(tone_of(inner)), []).append(f"{node.id}b{number}")
    for number, (style, ids) in enumerate(looks.items()):
        yield f"classDef look{number} {style}"
        yield f"class {','.join(ids)} look{number}"
    lines: dict[str, list[str]] = {}
    for number, edge in enumerate(edges):
        look = line_of(edge)
        style = f"stroke:{look.stroke},stroke-width:{look.width}px"
        lines.setdefault(style, []).append(str(number))
    for style, numbers in lines.items():
        yield f"linkStyle {','.join(numbers)} {style}"


def _style(look: Look) -> str:
    dashes = ",stroke-dasharray:5 3" if look.is_dashed else ""
    line = f"stroke:{look.stroke},stroke-width:{look.width}px{dashes}"
    return f"fill:{look.fill},{line},color:{look.text}"
