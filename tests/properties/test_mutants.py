"""One fault in a valid definition: it is refused, for the right reason, at the right place."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from asl.checking import check
from asl.language.rules.table import RULES
from asl.language.source import Text
from tests.properties.mutants import MUTATORS, mutant
from tests.properties.nearly import seeded
from tests.properties.places import WRITERS, place_of_key, place_of_value
from tests.properties.soundness import check_soundly, codes, flat
from tests.properties.valid import valid_definition

#: Every rule is covered by its examples; under coverage the laws are several times as slow.
pytestmark = pytest.mark.no_cover

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
OFFICIAL = [
    json.loads(path.read_text(encoding="utf-8")) for path in sorted(EXAMPLES.glob("*.asl.json"))
]
seeds = st.integers(0, 2**32)
#: A seed does not shrink to anything smaller.
few = settings(
    deadline=None,
    max_examples=8,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
every_mutator = pytest.mark.parametrize("name", MUTATORS)


def base_for(name, rng):
    """A mutant, of a drawn definition or of an example; None where none of a few will do."""
    for _ in range(20):
        tree = rng.choice(OFFICIAL) if rng.random() < 0.1 else valid_definition(rng)
        found = mutant(name, tree, rng)
        if found is not None:
            return found
    return None


def told(report, one):
    """The diagnostics of the rule that a mutant breaks, at the place where it does."""
    return [
        said
        for said in flat(report.diagnostics)
        if (said.rule, said.pointer) == (one.rule, one.pointer)
    ]


def path_of(tree, pointer):
    path, node = [], tree
    for text in pointer.split("/")[1:]:
        name = text.replace("~1", "/").replace("~0", "~")
        step = int(name) if isinstance(node, list) else name
        path.append(step)
        node = node[step]
    return tuple(path)


def test_there_is_a_mutator_for_nearly_every_error():
    broken = {mutant.rule for mutant in (base_for(name, seeded(1)) for name in MUTATORS) if mutant}
    errors = {code for code, rule in RULES.items() if rule.severity == "ERROR" and code > "ASL-100"}
    # fields of a Distributed Map, of Express machines and of whole definitions: in the catalogue
    elsewhere = {code for code in errors if code.startswith("ASL-4")} | {
        "ASL-310",
        "ASL-347",
        "ASL-805",
    }
    assert errors - broken - elsewhere == set()


@every_mutator
@given(seeds, st.sampled_from(list(WRITERS)))
@few
def test_a_mutant_is_refused_for_its_fault_and_where_that_stands(name, seed, form):
    one = base_for(name, seeded(seed))
    assume(one is not None)
    write = WRITERS[form]
    text = write(one.tree)
    if seed % 2:
        text = text.replace("\n", "\r\n")
    report = check_soundly(Text(text, suffix=".yaml" if form.startswith("YAML") else ".json"))
    assert not report.is_valid
    assert one.rule in codes(report), str(report)
    place = place_of_key if one.at == "key" else place_of_value
    expected = place(one.tree, path_of(one.tree, one.pointer), write)
    assert expected in [(said.line, said.column) for said in told(report, one)], str(report)
    # no consequence of the fault is told as if it was the fault, without it
    assert one.rule in [said.rule for said in report.errors] or one.rule == "ASL-110"


@given(seeds, st.lists(st.sampled_from(list(MUTATORS)), min_size=2, max_size=4, unique=True))
@settings(few, max_examples=100)
def test_faults_do_not_hide_each_other_altogether(seed, names):
    rng = seeded(seed)
    tree = valid_definition(rng)
    for name in names:
        try:
            one = mutant(name, tree, rng)
        except (
            KeyError,
            TypeError,
            AttributeError,
        ):  # what an earlier mutator left has no such shape
            break
        tree = one.tree if one else tree
    report = check_soundly(tree)
    assert report.is_valid == (not report.errors)


@given(
    seeds,
    st.sampled_from(["Comment", "Type", "StartAt", "Next", "End", "States"]),
    st.sampled_from((None, 1)),
)
@settings(few, max_examples=60)
def test_a_key_that_is_there_twice_is_found_where_it_stands(seed, name, indent):
    tree = valid_definition(seeded(seed))
    text = json.dumps(tree, indent=indent)
    places = [number for number in range(len(text)) if text.startswith(f'"{name}": ', number)]
    assume(places)
    place = seeded(seed).choice(places)
    _, end = json.JSONDecoder().raw_decode(text[place + len(name) + 4 :])
    stop = place + len(name) + 4 + end
    doubled = f"{text[:stop]}, {text[place:stop]}{text[stop:]}"
    report = check(doubled)
    second = stop + 2
    line = doubled.count("\n", 0, second) + 1
    column = second - doubled.rfind("\n", 0, second)
    assert ("ASL-005", line, column) in [(one.rule, one.line, one.column) for one in report.errors]
