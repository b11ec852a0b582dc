"""The pictures of docs/pictures.md say what the examples do."""

import runpy
from xml.etree import ElementTree as ET

from tests.docs.test_examples import ROOT
from tests.pictures.drawn import read_svg, texts


def test_the_pictures_are_up_to_date():
    """Their words; where these stand depends on the version of Graphviz."""
    drawn = list(runpy.run_path(str(ROOT / "docs" / "draw_pictures.py"))["drawn"]())
    assert len(drawn) == 2
    page = (ROOT / "docs" / "pictures.md").read_text(encoding="utf-8")
    for place, text in drawn:
        assert f"]({place.name})" in page
        kept = ET.parse(place).getroot()  # noqa: S314 - our own document
        assert texts(kept) == texts(read_svg(text))
