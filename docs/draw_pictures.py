"""Draw the pictures of docs/pictures.md, of the examples: ``python docs/draw_pictures.py``."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import TYPE_CHECKING

import asl
from asl import pictures

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = Path(__file__).resolve().parent
EXAMPLES = DOCS.parent / "examples"

MAP = "/States/MakeThumbnails"
TASK = f"{MAP}/ItemProcessor/States/MakeThumbnail"
#: What a test suite without a photo that fails would cover.
COVERED = {
    MAP: "covered",
    TASK: "partly",
    f"{TASK}/End": "covered",
    f"{TASK}/Retry/0": "missing",
    f"{TASK}/Catch/0": "missing",
    f"{MAP}/ItemProcessor/States/NoteFailure": "missing",
    f"{MAP}/ItemProcessor/States/NoteFailure/End": "missing",
    f"{MAP}/Next": "covered",
    "/States/PublishAlbum": "covered",
    "/States/PublishAlbum/End": "covered",
}


def drawn() -> Iterator[tuple[Path, str]]:
    """Each picture with the place where it is kept."""
    order = EXAMPLES / "order_fulfilment.asl.json"
    script = runpy.run_path(str(EXAMPLES / "order_fulfilment.py"))
    substitutions = script["SUBSTITUTIONS"]
    value = json.loads(order.with_name("order_fulfilment.input.json").read_text(encoding="utf-8"))
    result = asl.load(order, substitutions=substitutions).run(value, tasks=script["TASKS"])
    yield (
        DOCS / "picture-run.svg",
        pictures.svg(order, substitutions=substitutions, run=result, title="Order 1042"),
    )
    fan_out = EXAMPLES / "fan_out.asl.json"
    yield (
        DOCS / "picture-coverage.svg",
        pictures.svg(fan_out, classes=COVERED, title="Coverage of fan_out"),
    )


if __name__ == "__main__":
    for place, text in drawn():
        place.write_text(text + "\n", encoding="utf-8")
