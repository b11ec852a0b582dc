"""Laws of the checker: whatever is given, it answers, in good order, and what it says is true."""

import copy
import json
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, assume, example, given, reject, settings
from hypothesis import strategies as st

import asl
from asl.checking import check
from asl.errors import DefinitionError, UnsupportedFeature
from asl.language.check import Wishes, check_source, has_errors
from asl.language.rules.catalogue import load_catalogue
from asl.language.rules.table import RULES
from asl.language.schema.accept import acceptor
from asl.language.schema.validators import validator_for
from asl.language.source import Text, read_source
from asl.language.walk import STATE_TYPES
from tests.properties import nearly
from tests.properties.machines import REPLIES, definitions
from tests.properties.nearly import seeded
from tests.properties.places import WRITERS
from tests.properties.soundness import NOT_RUN, assert_in_order, check_soundly, codes, flat, found
from tests.properties.valid import INPUTS, valid_definition

#: Every rule is covered by its examples; under coverage the laws are several times as slow.
pytestmark = pytest.mark.no_cover

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
TYPES = st.sampled_from(("STANDARD", "EXPRESS"))
few = settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
many = settings(few, max_examples=200)


def without_what_is_unreachable(tree):
    """The states that AWS would call unreachable are taken out, at every level."""
    for one in tree["States"].values():
        for inner in (
            *one.get("Branches", ()),
            *([one["ItemProcessor"]] if "ItemProcessor" in one else ()),
        ):
            without_what_is_unreachable(inner)
    lost = {one.pointer for one in check(tree, extensions=True).errors if one.rule == "ASL-110"}
    tree["States"] = {
        name: one for name, one in tree["States"].items() if f"/States/{name}" not in lost
    }
    return without_what_is_unreachable(tree) if any(one.count("/") == 2 for one in lost) else tree


seeds = st.integers(0, 2**32)
small_machines = definitions().map(without_what_is_unreachable)
near_definitions = st.randoms(use_true_random=False).map(nearly.near_definition)
#: Of a seed: faster, and so wider, than what Hypothesis draws itself, but it does not shrink.
near_definitions |= seeds.map(lambda seed: nearly.near_definition(seeded(seed)))
valid_definitions = seeds.map(lambda seed: valid_definition(seeded(seed)))

scalars = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from((*nearly.TEXTS, *nearly.PATHS, *nearly.CALLS, *nearly.EXPRESSIONS))
)  # fmt: skip
keys = st.sampled_from(nearly.FIELDS) | st.text(max_size=5)
any_json = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=5),
    max_leaves=25,
)


def ready_made():
    """Definitions without a fault that people wrote: examples, and fixes in the catalogue."""
    found = [
        (json.loads(path.read_text(encoding="utf-8")), "STANDARD", False)
        for path in sorted(EXAMPLES.glob("*.asl.json"))
    ]
    fixes = (entry for entry in load_catalogue().values() if entry.fix is not None)
    return found + [(json.loads(one.fix), one.machine_type, one.extensions) for one in fixes]


READY_MADE = ready_made()

# ---------------------------------------------------------------- never raises


@given(st.dictionaries(keys, any_json, max_size=6), TYPES)
@many
def test_any_object_is_answered(tree, machine_type):
    check_soundly(tree, type=machine_type)


@given(near_definitions, TYPES, st.booleans())
@many
def test_what_is_nearly_a_definition_is_answered(tree, machine_type, extensions):
    check_soundly(tree, type=machine_type, extensions=extensions)


@given(near_definitions, st.sampled_from((None, 1)))
@many
def test_the_text_of_what_is_nearly_a_definition_is_answered(tree, indent):
    report = check_soundly(json.dumps(tree, indent=indent), enable=["ASL-356"])
    assert_in_order(report)


@given(st.text() | st.text("{}[]:,\"'\\ntrue0.1eE-+ \t/*$é\x00\ufeff", max_size=60))
@many
def test_any_text_is_answered(text):
    check_soundly(Text(text))


@given(st.binary() | st.text().map(lambda text: text.encode("utf-16", "surrogatepass")))
@example(b"\xef\xbb\xbf{}")
@example(b"\xff\xfe{\x00}\x00")
@example(b"\xff\xfe\x00\x00{\x00\x00\x00}\x00\x00\x00")
@example(b"\x00{\x00}")
@example(b"\xff")
@example(b'{"a": "\xed\xa0\x80"}')
@example(b'{"a": "\\ud800"}')
@example(b"\x00")
@many
def test_any_bytes_are_answered(content):
    check_soundly(content)


@given(
    near_definitions,
    st.sampled_from(("utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "latin-1")),
    st.integers(0),
    st.binary(max_size=3),
)
@few
def test_bytes_of_what_is_nearly_a_definition_are_answered(tree, encoding, place, dirt):
    content = json.dumps(tree).encode(encoding)
    place %= len(content)
    check_soundly(content)
    check_soundly(content[:place] + dirt + content[place + 1 :])


@given(
    st.text("{}[]:,-&*!|>'\"#%@? \n\tab1~.$<", max_size=60),
    st.sampled_from(("StartAt: ", "States:\n  ", "")),
)
@many
def test_text_like_yaml_is_answered(text, start):
    check_soundly((start + text + "\n").encode())


@given(near_definitions, st.integers(0), st.text("\n \t:-&*'\"|#é\ufeff", max_size=2))
@few
def test_yaml_of_what_is_nearly_a_definition_is_answered(tree, place, dirt):
    try:
        text = WRITERS["YAML"](tree)
    except yaml.YAMLError:
        reject()  # PyYAML does not write it
    check_soundly(text)
    place %= len(text)
    check_soundly(text[:place] + dirt + text[place + 1 :])


# ---------------------------------------------------------------- the fast predicate

LANGUAGES = ("JSONPath", "JSONata")
MACHINES = ("StateMachine", "Branch", "ItemProcessor")
REFERENCES = [f"machine.json#/$defs/{name}" for name in MACHINES]
for one in STATE_TYPES:
    REFERENCES += [
        f"{one.lower()}.json",
        *(f"{one.lower()}.json#/$defs/{language}" for language in LANGUAGES),
    ]
RULE_REFERENCES = [
    f"choice.json#/$defs/{name}"
    for name in ("JSONPathTopRule", "JSONPathNestedRule", "JSONataTopRule")
]


def values_for(reference, rng):
    """A value near the valid ones of a schema."""
    chance = rng.random()
    if chance < 0.1:
        return nearly.junk(rng)
    if reference in RULE_REFERENCES:
        return nearly.rule(rng, 2, ["A"])
    if reference in REFERENCES[: len(MACHINES)]:
        return nearly.near_definition(rng) if chance < 0.5 else nearly.machine(rng, 2)
    kind = next(kind for kind in STATE_TYPES if reference.startswith(f"{kind.lower()}.json"))
    state = nearly.state(rng, 2, ["A"])
    return {**state, "Type": kind} if isinstance(state, dict) else state


@pytest.mark.parametrize("reference", [*REFERENCES, *RULE_REFERENCES])
@given(rng=st.randoms(use_true_random=False))
@few
def test_the_fast_predicate_agrees_with_jsonschema(reference, rng):
    value = values_for(reference, rng)
    assert acceptor(reference)(value) == validator_for(reference).is_valid(value)


@given(valid_definitions, st.randoms(use_true_random=False))
@few
def test_the_fast_predicate_agrees_on_valid_states_with_one_change(tree, rng):
    state = rng.choice(list(tree["States"].values()))
    references = [
        f"{state['Type'].lower()}.json{part}"
        for part in ("", *(f"#/$defs/{one}" for one in LANGUAGES))
    ]
    for changed in (
        state,
        {**state, rng.choice(nearly.FIELDS_OF[state["Type"]]): nearly.junk(rng)},
    ):
        for reference in references:
            assert acceptor(reference)(changed) == validator_for(reference).is_valid(changed)


# ---------------------------------------------------------------- what it says is true


@given(valid_definitions)
@many
def test_what_is_right_by_construction_has_no_error(tree):
    assert check_soundly(tree).errors == ()


@given(small_machines)
@few
def test_small_machines_have_no_error_but_their_short_resources(tree):
    assert check_soundly(tree, extensions=True).errors == ()


def changed_a_little(seed):
    """A definition that is valid, but for a field or two that may be anything."""
    rng = seeded(seed)
    tree = valid_definition(rng)
    for _ in range(rng.randrange(3)):
        path = rng.choice(list(leaves(tree)))
        name = next((step for step in reversed(path) if isinstance(step, str)), "Comment")
        tree = put(tree, path, nearly.value_of(rng, name.removesuffix(".$"), 1))
    return tree


@given(seeds.map(changed_a_little) | near_definitions, TYPES)
@many
def test_a_definition_without_an_error_is_loaded_or_said_not_to_run(tree, machine_type):
    assume("${" not in json.dumps(tree))
    report = check(tree, type=machine_type)
    if report.is_valid:
        try:
            asl.load(tree, type=machine_type)
        except UnsupportedFeature:
            assert codes(report) & NOT_RUN


@given(seeds.map(changed_a_little) | near_definitions, TYPES)
@many
def test_an_error_is_found_alone_as_among_all_that_is_found(tree, machine_type):
    assume("${" not in json.dumps(tree))
    try:
        source = read_source(tree)
    except DefinitionError:
        reject()
    found = check_source(source, machine_type, Wishes(is_local=True))
    has_one = any(one.severity == "ERROR" for one in found)
    assert has_errors(source, machine_type, Wishes(is_local=True)) == has_one


def answers(rng):
    """A handler for everything, which answers with anything or fails."""

    def answer(payload, context):
        if rng.random() < 0.2:
            raise rng.choice(
                (
                    asl.TaskFailed("Declined", "no funds"),
                    asl.TaskFailed("", None),
                    ValueError("x"),
                    KeyError(),
                )
            )
        return rng.choice((*REPLIES, *INPUTS, nearly.junk(rng)))

    return {"*": answer}


@given(seeds, TYPES, st.sampled_from(INPUTS) | any_json)
@example(1071, "STANDARD", {})  # a Condition that is true
@many
def test_what_is_clean_runs_to_an_end_whatever_it_is_given(seed, machine_type, value):
    tree = changed_a_little(seed)
    assume("${" not in json.dumps(tree) and check(tree, type=machine_type).is_valid)
    run_anyhow(tree, machine_type, value, seeded(seed))


@given(small_machines, seeds, st.sampled_from(INPUTS) | any_json)
@few
def test_small_machines_run_to_an_end_whatever_they_are_given(tree, seed, value):
    run_anyhow(tree, "STANDARD", value, seeded(seed))


def run_anyhow(tree, machine_type, value, rng):
    try:
        machine = asl.load(tree, type=machine_type)
    except UnsupportedFeature:
        return
    limits = asl.Limits(history_events=500)
    try:
        result = machine.run(
            value,
            tasks=answers(rng),
            limits=limits,
            seed=rng.randrange(9),
            storage=asl.MemoryStorage(),
        )
    except asl.HandlerContractError:  # a reply that is no JSON: nested too deep, a number too long
        return
    assert result.status in ("SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "RUNNING")
    assert result.status != "RUNNING" or result.waiting
    json.dumps(result.to_json())


# ---------------------------------------------------------------- placeholders


def leaves(node, path=()):
    """The paths of all scalars."""
    if isinstance(node, dict | list):
        for step, value in node.items() if isinstance(node, dict) else enumerate(node):
            yield from leaves(value, (*path, step))
    else:
        yield path


def put(tree, path, value):
    tree = copy.deepcopy(tree)
    owner = tree
    for step in path[:-1]:
        owner = owner[step]
    owner[path[-1]] = value
    return tree


def assert_open(tree, paths, value, **options):
    """With a placeholder at each path the definition has no error, as a dict and as a text."""
    for path in paths:
        tree = put(tree, path, value)
    for source in (tree, json.dumps(tree, indent=1)):
        assert [str(one) for one in check(source, **options).errors] == [], paths


open_values = st.sampled_from(("${Name}", "arn:${AWS::Partition}:x:${Name}"))


@given(valid_definitions, st.randoms(use_true_random=False), open_values, st.integers(1, 3))
@many
def test_a_placeholder_for_a_value_makes_no_error(tree, rng, value, count):
    paths = list(leaves(tree))
    assert_open(tree, [rng.choice(paths) for _ in range(count)], value)


@pytest.mark.parametrize("number", range(len(READY_MADE)))
def test_a_placeholder_for_any_value_of_a_definition_that_somebody_wrote_makes_no_error(number):
    tree, machine_type, extensions = READY_MADE[number]
    for path in leaves(tree):
        assert_open(tree, [path], "${Name}", type=machine_type, extensions=extensions)


# ---------------------------------------------------------------- what is not wanted


@given(
    near_definitions,
    st.sets(st.sampled_from([code for code, rule in RULES.items() if rule.can_be_silenced])),
)
@few
def test_what_is_ignored_is_not_told_and_the_rest_is(tree, ignored):
    before = found(check(tree))
    after = found(check(tree, ignore=ignored))
    assert not {code for code, _ in after} & ignored
    if len(before) < 900:
        assert after == [one for one in before if one[0] not in ignored]


@pytest.mark.parametrize("code", RULES)
def test_only_warnings_can_be_ignored(code):
    if RULES[code].severity == "ERROR":
        with pytest.raises(asl.UsageError, match="is an error of AWS"):
            check({}, ignore=[code])
    else:
        check({}, ignore=[code])


@given(near_definitions)
@few
def test_with_extensions_errors_only_become_fewer(tree):
    strict = [
        (one.rule, one.pointer) for one in flat(check(tree).diagnostics) if one.severity == "ERROR"
    ]
    wide = [
        (one.rule, one.pointer)
        for one in flat(check(tree, extensions=True).diagnostics)
        if one.severity == "ERROR"
    ]
    if len(strict) < 900:
        assert not set(wide) - set(strict)


# ---------------------------------------------------------------- order and form


def is_read_back(text, tree):
    """Whether PyYAML has written what we read back as the same tree."""
    try:
        return read_source(text, keeps_placeholders=True).tree == tree
    except DefinitionError:
        return False


@given(near_definitions)
@many
def test_a_definition_has_the_same_faults_as_a_dict_as_json_and_as_yaml(tree):
    expected = found(check(tree))
    for form, write in WRITERS.items():
        try:
            source = write(tree)
            source.encode()
        except (UnicodeEncodeError, yaml.YAMLError):  # a lone surrogate
            continue
        if form.startswith("JSON") or is_read_back(Text(source, suffix=".yaml"), tree):
            report = check(source if form != "YAML flow" else Text(source, suffix=".yaml"))
            assert found(report) == expected, form
            assert_in_order(report)


@given(near_definitions)
@few
def test_a_check_changes_nothing_and_says_the_same_again(tree):
    before = json.dumps(tree)
    first = check(tree)
    assert json.dumps(tree) == before
    assert check(tree) == first
    assert check(json.loads(before)) == first
