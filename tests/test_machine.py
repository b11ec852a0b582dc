"""Loading a definition and running it: what is accepted, what is refused and where."""

import copy
import json
from datetime import timedelta

import pytest

import asl
from tests.definitions import FUNCTION, SUCCEED, choice, load, pass_, scope, task, wait

ONE = scope(A=pass_(Result={"n": 1}))


def refused(source, kind=asl.InvalidDefinition, **options):
    with pytest.raises(kind) as caught:
        asl.load(source, **options)
    return caught.value


# ---------------------------------------------------------------- loading


def test_a_definition_is_loaded_from_an_object_text_bytes_or_a_file(tmp_path):
    path = tmp_path / "order.asl.json"
    path.write_text(json.dumps(ONE), encoding="utf-8")
    for source in (ONE, json.dumps(ONE), json.dumps(ONE).encode(), path, str(path)):
        assert asl.load(source).run().output == {"n": 1}


def test_a_machine_remembers_the_file_that_it_was_loaded_from(tmp_path, monkeypatch):
    (tmp_path / "order.asl.json").write_text(json.dumps(ONE), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert asl.load("order.asl.json").path == tmp_path / "order.asl.json"
    assert asl.load("order.asl.json", substitutions={}).path == tmp_path / "order.asl.json"
    assert asl.load(json.dumps(ONE)).path is None
    assert asl.load(ONE).path is None


def test_a_yaml_file_is_the_same_definition(tmp_path):
    path = tmp_path / "order.asl.yaml"
    path.write_text(
        "StartAt: A\nStates:\n  A: {Type: Pass, Result: {n: 1}, End: true}\n", encoding="utf-8"
    )
    assert asl.load(path).definition.fingerprint == asl.load(ONE).definition.fingerprint


def test_placeholders_are_filled_in():
    machine = asl.load(scope(A=task("${Function}")), substitutions={"Function": FUNCTION})
    assert machine.run(tasks={"work": lambda _: "done"}).output == "done"


def test_loading_changes_nothing_and_shares_freely():
    definition = scope(A=pass_(Result={"list": [1]}), B=task())
    before = copy.deepcopy(definition)
    machine = asl.load(definition)

    def spoil(payload):
        payload["list"].clear()
        return payload

    first = machine.run(tasks={"work": spoil})
    second = machine.run(tasks={"work": lambda payload: payload})
    assert first.output == {"list": []}
    assert second.output == {"list": [1]}
    assert definition == before


def test_a_machine_shows_name_size_and_start():
    machine = asl.load(scope(First=pass_(), Second=SUCCEED), name="orders")
    assert repr(machine) == "<StateMachine 'orders': 2 states, starts at 'First'>"
    assert machine.start_at == "First"
    assert str(machine.arn) == "arn:aws:states:us-east-1:123456789012:stateMachine:orders"
    assert machine.diagnostics == ()


@pytest.mark.parametrize("type_", ["standard", "", None, "DISTRIBUTED"])
def test_an_unknown_type_of_machine_is_refused(type_):
    error = refused(ONE, asl.UsageError, type=type_)
    assert str(error) == f"type must be 'STANDARD' or 'EXPRESS', not {type_!r}"


def test_warnings_do_not_stop_a_definition_and_can_be_read():
    text = json.dumps(scope(A=pass_(Result="Dear ${Owner}, your order is on its way")))
    machine = asl.load(text)
    (warning,) = machine.diagnostics
    assert warning.severity == "WARNING"
    assert "Owner" in str(warning)
    assert machine.run().status == "SUCCEEDED"


# ---------------------------------------------------------------- bad definitions


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("", None, None),
        ("nonsense", None, None),
        ("[]", None, None),
        ('{"StartAt": "A",\n "States": }', 2, 12),
        ('{"StartAt": "A"\n "States": {}}', 2, 2),
        ('{"StartAt": NaN, "States": {}}', 1, 13),
    ],
    ids=["empty", "a word", "a list", "no value", "no comma", "NaN"],
)
def test_text_that_is_no_definition_is_refused_with_its_place(text, line, column):
    (diagnostic,) = refused(text, asl.DefinitionError).diagnostics
    assert diagnostic.severity == "ERROR"
    if line is not None:
        assert (diagnostic.line, diagnostic.column) == (line, column)


BAD_STATES = """{
  "StartAt": "A",
  "States": {
    "A": {
      STATE
    },
    "B": {"Type": "Succeed"}
  }
}"""


@pytest.mark.parametrize(
    ("state", "pointer", "line", "column", "message"),
    [
        (
            '"Type": "Pas", "Next": "B"',
            "/States/A/Type",
            5,
            15,
            "The field 'Type' should have one of these values",
        ),
        ('"Type": "Pass", "Next": "C"', "/States/A/Next", 5, 31, "Missing 'Next' target: C"),
        ('"Type": "Pass"', "/States/A", 4, 10, "Next"),
        (
            '"Type": "Pass", "Next": "B", "Seconds": 1',
            "/States/A/Seconds",
            5,
            36,
            "Field 'Seconds' is not supported",
        ),
        ('"Type": "Pass", "Next": "B", "InputPath": "$.a["', "/States/A/InputPath", 5, 49, ""),
        ('"Type": "Wait", "Next": "B", "Seconds": "1"', "/States/A/Seconds", 5, 47, "integer"),
        (
            '"Type": "Task", "Next": "B"',
            "/States/A",
            4,
            10,
            "These fields are required: [Resource]",
        ),
    ],
    ids=["type", "target", "no end", "wrong field", "path", "wrong value", "missing field"],
)
def test_a_fault_names_pointer_line_and_column(state, pointer, line, column, message):
    error = refused(BAD_STATES.replace("STATE", state))
    diagnostic = next(d for d in error.diagnostics if d.pointer == pointer)
    assert diagnostic.line == line
    assert diagnostic.column == column
    assert message.lower() in diagnostic.message.lower()
    assert f"{line}:{column}: error " in str(error)


def test_the_message_of_a_file_names_the_file(tmp_path):
    path = tmp_path / "order.asl.json"
    path.write_text('{"StartAt": "B",\n "States": {"A": {"Type": "Succeed"}}}', encoding="utf-8")
    assert "order.asl.json:1:" in str(refused(path))


@pytest.mark.parametrize("opening", ["[", '{"a":', '{"States": {"A": {"Branches": ['])
def test_ten_thousand_levels_of_nesting_are_refused_with_a_diagnostic(opening):
    (diagnostic,) = refused(opening * 10_000, asl.DefinitionSyntaxError).diagnostics
    assert diagnostic.severity == "ERROR"
    assert len(str(diagnostic)) < 500


def test_an_object_of_ten_thousand_levels_is_refused_too():
    state = {"Type": "Succeed"}
    for _ in range(10_000):
        state = {
            "Type": "Parallel",
            "End": True,
            "Branches": [{"StartAt": "A", "States": {"A": state}}],
        }
    refused({"StartAt": "A", "States": {"A": state}}, asl.DefinitionError)


# ---------------------------------------------------------------- input


def test_an_input_may_be_any_json_and_is_an_empty_object_by_default():
    machine = load(A=pass_())
    assert machine.run().output == {}
    for value in (None, False, 0, "", [], {"a": [1.5, None]}):
        assert machine.run(value).output == value


def nested(levels):
    value = []
    for _ in range(levels - 1):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "what"),
    [
        (float("nan"), "nan is not a JSON number"),
        ({"a": [float("inf")]}, "at /a/0"),
        ({1: 2}, "object key 1 is not a string"),
        ((1,), "a tuple is not a JSON value"),
        ({"a": {1}}, "a set is not a JSON value (at /a)"),
        (nested(201), "nested more than 200 levels deep"),
        (nested(10_000), "nested more than 200 levels deep"),
        (10**5_000, "integer string conversion"),
    ],
    ids=["nan", "inf", "key", "tuple", "set", "deep", "very deep", "long"],
)
def test_an_input_that_is_not_json_is_refused_with_its_place(value, what):
    with pytest.raises(asl.InvalidInput) as caught:
        load(A=pass_()).run(value)
    assert str(caught.value).startswith("the input is not JSON: ")
    assert what in str(caught.value)


def test_one_payload_starts_many_executions():
    machine, payload = load(A=pass_()), asl.Payload({"n": 1})
    results = [machine.run(payload, seed=seed) for seed in range(3)]
    assert all(result.output is payload.value for result in results)


def test_an_input_is_refused_before_anything_is_called():
    with pytest.raises(asl.InvalidInput):
        load(A=task()).start({1}, tasks={"work": lambda _: pytest.fail("called")})


# ---------------------------------------------------------------- running


def test_a_year_long_wait_takes_no_time():
    result = load(A=wait(31_536_000)).run()
    assert result.elapsed == timedelta(days=365)


def test_runs_of_one_machine_are_independent():
    machine = load(
        C=choice({"Variable": "$.n", "NumericEquals": 1, "Next": "A"}, Default="B"),
        A=pass_(Assign={"seen": 1}, End=True),
        B=pass_(Parameters={"seen.$": "$seen"}),
    )
    assert machine.run({"n": 1}).status == "SUCCEEDED"
    assert machine.run({"n": 2}).status == "FAILED"
    first, second = machine.start({"n": 1}), machine.start({"n": 1})
    first.advance()
    assert second.result.status == "RUNNING"


def test_the_same_seed_gives_the_same_run_and_another_one_another():
    machine = load(A=pass_(Parameters={"id.$": "States.UUID()", "n.$": "States.MathRandom(0, 99)"}))
    assert machine.run(seed=1).to_json() == machine.run(seed=1).to_json()
    assert machine.run(seed=1).output != machine.run(seed=2).output
    assert machine.run().output == machine.run(seed=0).output


def test_unknown_options_are_not_swallowed():
    with pytest.raises(TypeError, match="speed"):
        load(A=pass_()).run(speed=2)
