"""The colours of a picture: of kinds of states, of coverage and of runs; the same in every format.

Colour never tells something alone: what is missing is dashed, what was taken is thick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asl.pictures.outline import Edge, Kind, Node, Note, Scope, Tone, Trace


INK: Final = "#1f2328"
QUIET: Final = "#59636e"
BAD: Final = "#cf222e"
FAINT: Final = "#c8ced5"
PALE: Final = "#8b949e"
PAPER: Final = "#ffffff"


class Look(NamedTuple):
    """How something is drawn; ``width`` of its line in pixels."""

    fill: str
    stroke: str
    text: str = INK
    width: float = 1.2
    is_dashed: bool = False


_KINDS: Final[Mapping[Kind, Look]] = {
    "Task": Look("#eaf2fd", "#3b6fb6"),
    "Choice": Look("#fff6d9", "#a87900"),
    "Wait": Look("#f1ecfb", "#7a5bb5"),
    "Pass": Look("#f3f4f6", "#737d8c"),
    "Parallel": Look("#f6f9fc", "#5b7fa3"),
    "Map": Look("#f2faf6", "#2f8264"),
    "Succeed": Look("#dff5e3", "#1a7f37"),
    "Fail": Look("#fde4e4", BAD),
    "odd": Look(PAPER, BAD, is_dashed=True),
    "gap": Look(PAPER, BAD, BAD, is_dashed=True),
    "start": Look(INK, INK),
    "end": Look(PAPER, INK),
}
_TONES: Final[Mapping[Tone, Look]] = {
    "covered": Look("#dcf3e1", "#1a7f37"),
    "partly": Look("#fff1c2", "#9a6700"),
    "missing": Look("#ffe2e0", BAD, width=1.8, is_dashed=True),
    "unknown": Look(PAPER, "#737d8c"),
}
_TRACES: Final[Mapping[Trace, Look]] = {
    "failed": Look("#ffd0cd", BAD, width=2.6),
    "stopped": Look("#fbe3cf", "#bc4c00", width=2.6),
    "waiting": Look("#d8f0ff", "#0969da", width=2.6),
    "skipped": Look("#fbfbfc", FAINT, PALE),
}
#: What a legend says, in its order.
LEGEND: Final[Mapping[Tone | Trace, str]] = {
    "covered": "covered",
    "partly": "partly covered",
    "missing": "not covered",
    "visited": "visited",
    "failed": "failed",
    "stopped": "stopped",
    "waiting": "running",
    "skipped": "not visited",
}


def sample(of: Tone | Trace) -> Look:
    """How something looks in the legend."""
    if of == "visited":
        return _KINDS["Task"]._replace(width=2.6)
    return _TONES[of] if of in _TONES else _TRACES[of]  # type: ignore[index]  # the keys are apart


def look_of(node: Node) -> Look:
    """How a node is drawn."""
    look = _KINDS[node.kind]
    if node.pointer is None:
        is_pale = node.trace == "skipped" and node.kind != "gap"
        return Look(FAINT if node.kind == "start" else PAPER, FAINT) if is_pale else look
    if node.tone is not None:
        look = _TONES[node.tone]
    if node.trace == "visited":
        return look._replace(width=2.6)
    if node.trace is not None:
        traced = _TRACES[node.trace]
        return traced._replace(fill=look.fill) if node.scopes else traced
    if not node.is_reachable:
        return look._replace(is_dashed=True, text=QUIET)
    return look


def tone_of(scope: Scope) -> Look:
    """How the border of a branch or item processor is drawn."""
    return Look(PAPER, FAINT) if scope.tone is None else _TONES[scope.tone]


def line_of(edge: Edge) -> Look:
    """How an edge is drawn: its stroke; a Catch is dashed."""
    is_catch = edge.kind == "catch"
    stroke = "#a0441b" if is_catch else "#4c5663"
    look = Look("none", stroke, stroke if is_catch else QUIET, 1.3, is_catch)
    if edge.tone is not None:
        tone = _TONES[edge.tone]
        look = look._replace(stroke=tone.stroke, text=tone.stroke, width=2.0)
    if edge.taken:
        return look._replace(width=3.2)
    if edge.taken is not None:
        return look._replace(stroke=FAINT, text=PALE, width=1.0)
    return look


def ink_of(note: Note, around: Look) -> str:
    """The colour of a line of text."""
    if note.kind == "error":
        return BAD
    if note.tone is not None:
        return _TONES[note.tone].stroke
    if note.kind == "run":
        return INK
    return QUIET if around.text == INK else around.text
