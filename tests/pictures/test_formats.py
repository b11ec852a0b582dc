"""The four formats: what they say, and that no name can become markup."""

import json
import re
from html.parser import HTMLParser

import pygraphviz
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asl
from asl import pictures
from asl.pictures.lettering import shown
from tests.definitions import SUCCEED, catch, choice, map_, parallel, pass_, retry, scope, task
from tests.pictures.drawn import EXAMPLES, SHOP, SVG, read_svg, texts

HOSTILE = [
    "<script>alert(1)</script>", '"]; x --> y', "end", "`**bold**`", "1. one", "- a",
    "$$x$$ $y$", "#quot; &lt; &amp;", "two\nlines", "\u202edrow", "a]b)c}d|e", '\\N \\G \\" \\',
    "%%{init: {}}%%", "]]>", "<!--", "-->", "\x00\x1b[31m", "\ud800", "\uffff", "日本語 🎉",
    "x" * 80, "__it__", "\\n",
]  # fmt: skip
NAMES = st.text(min_size=1, max_size=80) | st.sampled_from(HOSTILE)


def hostile(name, other):
    """A definition that says a name wherever a picture shows text."""
    inner = scope(**{f"{name}.": pass_(Comment=name)})
    return {
        "StartAt": name,
        "States": {
            name: task(
                name, Comment=name, Next=other, Catch=[catch(other, name)], Retry=[retry(name)]
            ),
            other: choice(
                {"Variable": name, "StringEquals": name, "Next": "P"},
                {"Condition": name, "Next": "M"},
            ),
            "P": parallel(inner, inner, Next=name + "?"),
            "M": map_(inner, MaxConcurrencyPath=name, End=True),
        },
    }  # fmt: skip


@st.composite
def hostile_definitions(draw):
    name = draw(NAMES)
    other = draw(NAMES.filter(lambda each: each not in (name, "P", "M")))
    return name, hostile(name, other)


TAGS = frozenset(("svg", "title", "rect", "g", "path", "polygon", "text", "circle"))
ATTRIBUTES = frozenset(
    (
        "viewBox", "width", "height", "font-family", "role", "x", "y", "fill", "transform", "class",
        "d", "stroke", "stroke-width", "stroke-dasharray", "points", "data-pointer", "rx",
        "fill-opacity", "font-size", "font-weight", "cx", "cy", "r",
    )
)  # fmt: skip


@given(hostile_definitions())
@settings(max_examples=60, deadline=None)
def test_no_name_is_markup_in_svg(given_):
    name, definition = given_
    root = read_svg(pictures.svg(definition, title=name))
    assert {each.tag.removeprefix(SVG) for each in root.iter()} <= TAGS
    assert {key for each in root.iter() for key in each.attrib} <= ATTRIBUTES
    hints = [each.text or "" for each in root.iter(f"{SVG}title")]
    assert any(hint.startswith(shown(name)) for hint in hints)


class Page(HTMLParser):
    """Collects the elements of a page and what is written in its links and cells."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.names, self.written = set(), set(), []
        self.links, self.ids = set(), []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.add(tag)
        self.names |= {key for key, _ in attrs}
        self.links |= {value for key, value in attrs if key == "href"}
        self.ids += [value for key, value in attrs if key == "id"]

    def handle_data(self, data):
        self.written.append(data)


PAGE = frozenset(
    (
        "html", "head", "meta", "title", "style", "body", "input", "label", "figure", "h2", "table",
        "thead", "tbody", "tr", "th", "td", "a",
    )
)  # fmt: skip


@given(hostile_definitions())
@settings(max_examples=40, deadline=None)
def test_no_name_is_markup_in_html(given_):
    name, definition = given_
    pointer = "/States/" + name.replace("~", "~0").replace("/", "~1")
    page = Page(pictures.html(definition, title=name, classes={pointer: "missing"}))
    assert page.elements <= TAGS | PAGE
    assert not [key for key in page.names if key.startswith("on")]
    assert shown(pointer) in page.written
    assert page.links <= {f"#{each}" for each in page.ids}
    assert len(page.ids) == len(set(page.ids))


LABEL = r'"(?:[^\W_]|[ ,·×…$._:/-]|\#\d+;|</?b>|<br/>)*"'
MERMAID = re.compile(
    rf"""flowchart\ (?:TB|LR) | \s*(?:
        n\d+(?:\(\(\(?|\[\[?|\{{\{{|\(\[){LABEL}(?:\)?\)\)|\]\]?|\}}\}}|\]\))
        | subgraph\ n\d+(?:b\d+)?\[{LABEL}\] | direction\ (?:TB|LR) | end
        | n\d+\ (?:-->|-\.->|==>)(?:\|{LABEL}\|)?\ n\d+
        | classDef\ look\d+\ fill:[#\w]+,stroke:[#\w]+,stroke-width:[\d.]+px
          (?:,stroke-dasharray:5\ 3)?,color:[#\w]+
        | class\ [nb\d,]+\ look\d+
        | linkStyle\ [\d,]+\ stroke:[#\w]+,stroke-width:[\d.]+px
    )""",
    re.VERBOSE,
)


def read_mermaid(text):
    """What a reader of Mermaid sees of a label."""
    signs = re.sub(r"#(\d+);", lambda match: chr(int(match[1])), text)
    return signs.replace("\u2060", "")


@given(hostile_definitions())
@settings(max_examples=100, deadline=None)
def test_no_name_is_syntax_in_mermaid(given_):
    name, definition = given_
    text = pictures.mermaid(definition)
    for line in text.rstrip("\n").split("\n"):
        assert MERMAID.fullmatch(line), line
    names = [read_mermaid(each) for each in re.findall(r"<b>(.*?)</b>", text)]
    assert shown(name) in names


@given(st.text() | st.sampled_from(HOSTILE))
def test_the_title_of_a_flowchart_is_a_string_of_yaml(title):
    first, second, third, *_ = pictures.mermaid(SHOP, title=title or "x").split("\n")
    assert (first, third) == ("---", "---")
    assert json.loads(second.removeprefix("title: ")) == shown(title or "x")


@given(hostile_definitions())
@settings(max_examples=60, deadline=None)
def test_no_name_is_syntax_in_dot(given_):
    name, definition = given_
    text = pictures.dot(definition, title=name)
    graph = pygraphviz.AGraph(string=text)
    drawn = {each for each in graph.nodes() if re.fullmatch(r"n\d+", each)}
    assert len(drawn) + 2 == len(
        re.findall(r"^ *n\d+ \[|subgraph cluster_n\d+ \{", text, re.MULTILINE)
    )
    root = read_svg(graph.draw(format="svg", prog="dot").decode())
    written = [each.replace("\xa0", " ") for each in texts(root)]
    assert written.count(shown(name).strip()) or not name.strip()


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_drawn_with_all_its_states(path):
    names = json.loads(path.read_text(encoding="utf-8"))["States"]
    written = "".join(texts(read_svg(pictures.svg(path))))
    for name in names:
        assert name in written
        assert f"<b>{name}</b>" in pictures.mermaid(path)
        assert f'label="{name}\\n' in pictures.dot(path)


def test_an_svg_needs_nothing_beside_it():
    text = pictures.svg(SHOP, title="Shop")
    assert "href" not in text
    assert "url(" not in text
    assert "@import" not in text
    assert re.findall(r"https?:[^\"]*", text) == ["http://www.w3.org/2000/svg"]


def test_a_page_needs_nothing_beside_it():
    text = pictures.html(SHOP)
    assert set(re.findall(r"https?:[^\"]*", text)) == {"http://www.w3.org/2000/svg"}
    assert "<script" not in text
    assert set(re.findall(r'href="(.)', text)) <= {"#"}


def test_a_picture_is_the_same_each_time():
    for draw in (pictures.svg, pictures.html, pictures.mermaid, pictures.dot):
        assert draw(SHOP, title="Shop") == draw(SHOP, title="Shop")


def test_a_run_in_every_format():
    result = asl.load(SHOP).run([{"n": 9}], tasks={"work": lambda _: {"n": 9}})
    wishes = {"run": result, "title": "Shop"}
    written = texts(read_svg(pictures.svg(SHOP, **wishes)))
    assert "SUCCEEDED after 1 min 30 s" in written
    assert "#2 at 0 s for 1 min 30 s" in written
    assert {"visited", "not visited"} <= set(written)
    assert "n0 ==> n1" in pictures.mermaid(SHOP, **wishes)
    assert 'label="Shop: SUCCEEDED after 1 min 30 s"' in pictures.dot(SHOP, **wishes)
    page = Page(pictures.html(SHOP, **wishes))
    assert "Visits" in page.written
    assert {"#asl-n1", "#asl-n2"} <= page.links
    places = [page.written.index(name) for name in ("Plan", "Pack")]
    assert places == sorted(places)


def test_coverage_in_every_format():
    classes = {"/States/Plan": "covered", "/States/Pack/Catch/0": "missing"}
    written = texts(read_svg(pictures.svg(SHOP, classes=classes)))
    assert {"covered", "not covered"} <= set(written)
    assert "partly covered" not in written
    assert "fill:#dcf3e1" in pictures.mermaid(SHOP, classes=classes)
    assert 'fillcolor="#dcf3e1"' in pictures.dot(SHOP, classes=classes)
    page = Page(pictures.html(SHOP, classes=classes))
    assert "/States/Pack/Catch/0" in page.written
    assert "/States/Plan" not in page.written


def test_a_plain_picture_needs_no_legend_and_no_tables():
    assert not {"visited", "covered"} & set(texts(read_svg(pictures.svg(SHOP))))
    assert "<table" not in pictures.html(SHOP)


def test_marks_kinds_and_ways_can_be_told_apart():
    root = read_svg(pictures.svg(SHOP))
    assert len(root.findall(f".//{SVG}circle")) == 4 + 2 * 2  # four starts, two ends of two circles
    (dashed,) = root.findall(f".//{SVG}g[@class='asl-catch']/{SVG}path")
    assert dashed.get("stroke-dasharray")
    states = [
        each for each in root.iter(f"{SVG}g") if each.get("class", "").startswith("asl-state")
    ]
    lines = {each.find(f"{SVG}path").get("d") for each in states}
    assert len(lines) == 8  # a sign for each type


@pytest.mark.parametrize(
    "source",
    [json.dumps(SHOP), json.dumps(SHOP).encode(), '{"StartAt": "A", "States": {"A": ${Open}}}'],
)
def test_what_load_takes_can_be_drawn(source):
    assert pictures.mermaid(source).startswith("flowchart TB")


def test_what_is_no_definition_is_refused():
    with pytest.raises(asl.DefinitionSyntaxError):
        pictures.svg('{"StartAt": ')
    with pytest.raises(asl.DefinitionSyntaxError, match="can't read the file"):
        pictures.svg("nowhere.asl.json")


def test_names_have_room_whatever_they_are():
    for name in HOSTILE:
        root = read_svg(pictures.svg(scope(**{name: pass_(), name + "2": SUCCEED})))
        assert float(root.get("width")) < 600


def test_many_rules_to_one_state_are_summed_up():
    rules = [{"Variable": "$.n", "NumericEquals": n, "Next": "B"} for n in range(30)]
    definition = scope(A=choice(*rules), B=SUCCEED)
    written = texts(read_svg(pictures.svg(definition)))
    assert "$.n = 10" in written
    assert "$.n = 11" not in written
    assert "and 19 more" in written
    for text in (pictures.mermaid(definition), pictures.dot(definition)):
        assert "and 19 more" in text
