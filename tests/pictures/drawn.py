"""What tests read out of pictures, and the definitions that several of them draw."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

from asl.pictures.outline import every_node, outline
from tests.definitions import (
    SUCCEED,
    catch,
    choice,
    fail,
    map_,
    parallel,
    pass_,
    retry,
    scope,
    task,
    wait,
)

REPOSITORY = Path(__file__).resolve().parents[2]
SHARED = REPOSITORY.parent / "shared"
EXAMPLES = sorted((REPOSITORY / "examples").glob("*.asl.json"))
SVG = "{http://www.w3.org/2000/svg}"

#: Everything that a picture has a form for, and nothing that is a fault.
SHOP = scope(
    Plan=pass_(),
    Pack=parallel(
        scope(
            Each=map_(
                scope(
                    Ask=task(Retry=[retry("Busy", MaxAttempts=2)], Next="Big?"),
                    **{
                        "Big?": choice(
                            {"Variable": "$.n", "NumericGreaterThan": 3, "Next": "Fine"},
                            {"Variable": "$.ok", "BooleanEquals": True, "Next": "Fine"},
                            Default="Bad",
                        ),
                        "Fine": SUCCEED,
                        "Bad": fail("TooBig"),
                    },
                ),
                MaxConcurrency=2,
            )
        ),
        scope(Rest=wait(90)),
        Catch=[catch("Sorry", "TooBig"), catch("Sorry", "Busy")],
        Next="Done",
    ),
    Sorry=fail("Sorry"),
    Done=SUCCEED,
)


def node(definition, name):
    """The node of the state of this name, in the outline of a definition or in one made already."""
    whole = outline(definition) if isinstance(definition, dict) else definition
    (found,) = [each for _, each in every_node(whole) if each.name == name]
    return found


def edges(whole):
    """All edges of a scope and those inside: names of source and target, kind and texts."""
    scopes = {id(each): each for each, _ in every_node(whole)}.values()
    found = []
    for each in scopes:
        names = {one.id: one.name or one.kind for one in each.nodes}
        found += [
            (names[edge.source], names[edge.target], edge.kind, [note.text for note in edge.notes])
            for edge in each.edges
        ]
    return found


def read_svg(text):
    return ET.fromstring(text)  # noqa: S314 - our own document


def texts(root):
    """All that is written in an SVG, line by line."""
    return [each.text or "" for each in root.iter(f"{SVG}text")]


def real_definitions():
    """The definitions of the validation corpus, faulty ones too, each with its name."""
    found = []
    for path in sorted((SHARED / "validation").glob("*/*.json")):
        definition = json.loads(path.read_text(encoding="utf-8")).get("definition")
        states = definition.get("States") if isinstance(definition, dict) else None
        if isinstance(states, dict) and states:
            found.append((path.stem, definition))
    return found
